package figure

import (
	"bytes"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cytofield/cytofield/render/internal/golden"
)

func slopes() Panels {
	falling := func(order float64) Curve {
		c := Curve{Name: map[float64]string{1: "first order", 2: "second order"}[order]}
		for i := range 5 {
			work := math.Pow(4, float64(i)) * 100
			c.X, c.Y = append(c.X, work), append(c.Y, 0.3*math.Pow(work/100, -order))
		}
		return c
	}
	return Panels{
		Title: "Work and precision", X: "bytes per voxel", Y: "relative error", Across: 2,
		Each: []Panel{{"both", []Curve{falling(1), falling(2)}}, {"the second", []Curve{falling(2)}}, {"the first", []Curve{falling(1)}}},
	}
}

func TestPanelsLooksTheSame(t *testing.T) {
	img, err := slopes().Image(Options{Width: 600})
	if err != nil {
		t.Fatal(err)
	}
	golden.Image(t, "panels.png", img, 2, *update)
}

// A point of a curve has the curve's colour where its numbers put it.
func TestPanelsPutsPointsWhereTheirNumbersSay(t *testing.T) {
	c := slopes()
	img, err := c.Image(Options{Width: 900})
	if err != nil {
		t.Fatal(err)
	}
	l := c.layout(900)
	for _, panel := range []int{1, 2} {
		curve := c.Each[panel].Curves[0]
		for i := range curve.X {
			// In decades: half a decade and so on from the ends with their room.
			x := l.left + float64(panel%2)*l.right + l.width*math.Log10(curve.X[i]*1.5/100)/math.Log10(256*1.5*1.5)
			y := l.top + float64(panel/2)*l.down + l.height*math.Log10(0.3*1.5/curve.Y[i])/math.Log10(65536*1.5*1.5)
			want := Palette(map[string]int{"first order": 0, "second order": 1}[curve.Name])
			if got := img.RGBAAt(int(x), int(y)); got != want {
				t.Errorf("panel %d, point %d: %v, want %v", panel, i, got, want)
			}
		}
	}
}

func TestPanelsIsAPNGThatNamesItself(t *testing.T) {
	path := filepath.Join(t.TempDir(), "panels.png")
	if err := slopes().Save(path, Options{Width: 300}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(text))
	if err != nil || img.Bounds().Dx() != 300 || !bytes.Contains(text, []byte("Work and precision")) {
		t.Errorf("%v, %v", img.Bounds(), err)
	}
}

func TestPanelsRefusesWhatNoLogarithmHas(t *testing.T) {
	for name, c := range map[string]Panels{
		"zero":     {Each: []Panel{{"a panel", []Curve{{"a curve", []float64{1, 0}, []float64{1, 1}}}}}},
		"infinity": {Each: []Panel{{"a panel", []Curve{{"a curve", []float64{1}, []float64{math.Inf(1)}}}}}},
		"fewer":    {Each: []Panel{{"a panel", []Curve{{"a curve", []float64{1, 2}, []float64{1}}}}}},
		"nothing":  {Title: "a panel"},
	} {
		if _, err := c.Image(Options{}); err == nil || !strings.Contains(err.Error(), "a panel") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
