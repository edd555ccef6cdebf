package golden

import (
	"image"
	"image/color"
	"testing"
)

func TestCompareSeesOnePixel(t *testing.T) {
	a, b := image.NewNRGBA(image.Rect(0, 0, 5, 3)), image.NewNRGBA(image.Rect(0, 0, 5, 3))
	a.SetNRGBA(4, 2, color.NRGBA{R: 2, A: 0})
	if fault, _ := compare(a, b, 2); fault != "" {
		t.Errorf("two levels: %s, want none", fault)
	}
	fault, diff := compare(a, b, 1)
	if fault == "" || diff.NRGBAAt(4, 2) != (color.NRGBA{R: 255, A: 255}) {
		t.Errorf("one level: %q, marked %v", fault, diff)
	}
	if fault, _ := compare(a, image.NewNRGBA(image.Rect(0, 0, 5, 4)), 255); fault == "" {
		t.Error("another size: no fault")
	}
}
