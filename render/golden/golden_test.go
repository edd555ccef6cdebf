package golden

import (
	"image"
	"image/color"
	"testing"
)

func TestCompareSeesOnePixel(t *testing.T) {
	a, b := image.NewNRGBA(image.Rect(0, 0, 5, 3)), image.NewNRGBA(image.Rect(0, 0, 5, 3))
	a.SetNRGBA(4, 2, color.NRGBA{R: 2, A: 255})
	b.SetNRGBA(4, 2, color.NRGBA{A: 255})
	if fault, _ := compare(a, b, 2); fault != "" {
		t.Errorf("two levels: %s, want none", fault)
	}
	fault, diff := compare(a, b, 1)
	if fault == "" || diff.NRGBAAt(4, 2) != (color.NRGBA{R: 255, A: 255}) {
		t.Errorf("one level: %q, marked %v", fault, diff)
	}
	a.SetNRGBA(4, 2, color.NRGBA{R: 200, A: 2}) // 1.6 levels over anything
	b.SetNRGBA(4, 2, color.NRGBA{R: 0, A: 2})
	if fault, _ := compare(a, b, 1); fault != "" {
		t.Errorf("hardly there: %s, want none", fault)
	}
	if fault, _ := compare(a, b, 0); fault == "" {
		t.Error("a level of what is seen: no fault")
	}
	if fault, _ := compare(a, image.NewNRGBA(image.Rect(0, 0, 5, 4)), 255); fault == "" {
		t.Error("another size: no fault")
	}
}
