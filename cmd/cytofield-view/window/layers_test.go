package window

import (
	"fmt"
	"testing"

	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/tissue"
)

// Where the device computes and where the processor does, a merged picture has the
// colours of render.Merge.
func TestMergedPicturesShowTheSumOfColours(t *testing.T) {
	for _, device := range []bool{false, true} {
		t.Run(fmt.Sprintf("device=%v", device), func(t *testing.T) { showsTheSum(t, opened(t, device)) })
	}
}

func showsTheSum(t *testing.T, w *Window) {
	t.Helper()
	w.RunTo(60)
	if err := w.MergeNamed([]string{"TNF", "IL-2"}); err != nil {
		t.Fatal(err)
	}
	if err := w.Range("IL-2", "0", "2 nM"); err != nil {
		t.Fatal(err)
	}
	draw(t, w)
	var channels []render.Channel
	for _, m := range w.report.Merged {
		channels = append(channels, render.Channel{Plane: m.Plane, Scale: m.Scale, Colour: m.Colour})
	}
	if len(channels) != 2 || channels[1].Scale != (render.Scale{High: 2}) {
		t.Fatalf("channels %+v", channels)
	}
	want, err := render.Merge(channels)
	if err != nil {
		t.Fatal(err)
	}
	img, err := w.Picture()
	if err != nil {
		t.Fatal(err)
	}
	p := w.report.Plane
	for v := range p.Height - 2 { // captions may lie on those above
		for u := range p.Width {
			at := w.camera.pixel((float64(u)+0.5)*p.Spacing[0], (float64(v)+0.5)*p.Spacing[1])
			if got, want := img.RGBAAt(int(at.X), int(at.Y)), want.RGBAAt(u, p.Height-1-v); far(got, want) > 2 {
				t.Errorf("voxel %d, %d is %v, want %v", u, v, got, want)
			}
		}
	}
}

func TestEndsOfARangeHaveUnits(t *testing.T) {
	for _, tc := range []struct {
		text   string
		unit   tissue.DensityUnit
		counts bool
		want   float64 // below 0: refused
	}{
		{"50 pM", tissue.Nanomolar, false, 0.05}, {"0", tissue.Nanomolar, false, 0}, {"2", tissue.Nanomolar, false, -1}, {"2 s", tissue.Nanomolar, false, -1},
		{"40 mmHg", tissue.MillimetresMercury, false, 40}, {"0.5", tissue.DimensionlessUnit, false, 0.5}, {"20", tissue.Nanomolar, true, 20}, {"1 nM", tissue.Nanomolar, true, -1},
	} {
		got, err := end(tc.text, tc.unit, tc.counts)
		if (err != nil) != (tc.want < 0) || err == nil && got != tc.want {
			t.Errorf("%q in %s: %g, %v, want %g", tc.text, tc.unit, got, err, tc.want)
		}
	}
}
