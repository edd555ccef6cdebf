package plate

import (
	"image"
	"math"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/engine/gpu/gputest"
	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// niche is a tissue with one cloud of a substrate in it, beside bone or without any.
func niche(bone bool) (*tissue.Model, *tissue.Field) {
	m := boned()
	m.Grid.Shape = [3]int{24, 18, 14}
	if !bone {
		m.Regions = nil
	}
	field := tissue.NewField(m.Grid)
	middle := r3.Scale(0.5, r3.Vec{X: 240, Y: 180, Z: 140})
	for i := range field.Values {
		at := m.Grid.Coordinates(i)
		field.Values[i] = math.Exp(-r3.Norm(r3.Sub(m.Grid.Centre(at[0], at[1], at[2]), middle)) / 40)
	}
	return m, field
}

// A volume that the device paints is the one that the processor paints of the field, and
// nothing comes from the device but planes that hold what it ends at, and the picture.
func TestAFrameOfAVolumeReadsNoField(t *testing.T) {
	t.Run("fluid", func(t *testing.T) { framesReadNoFields(t, false) })
	t.Run("bone", func(t *testing.T) { framesReadNoFields(t, true) })
}

func framesReadNoFields(t *testing.T, bone bool) {
	m, field := niche(bone)
	d := gputest.Open(t)
	solver, err := engine.NewGPUSolver(d, m, engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { solver.Close() })
	if err := solver.Write(0, field); err != nil {
		t.Fatal(err)
	}
	now, staged := NewLive(solver, m), NewLive(solver, m)
	staged.Stage(d)
	defer staged.Close()
	bytes := func() (n int64) {
		d.Do(func(q *gpu.Queue) error { n = q.Counts().BytesRead; return nil })
		return n
	}
	for _, tc := range []struct {
		name     string
		span     scenario.Span
		log      bool
		recorded bool
		planes   int
	}{
		{"a range", scenario.Span{Low: 0.01, High: 0.8}, false, false, 2},
		{"its own range", scenario.Span{Own: true}, false, false, 2},
		{"its own range of logarithms", scenario.Span{Own: true}, true, false, 3},
		{"that of all times, and the run has the densities", scenario.Span{}, true, true, 3},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := &picture{model: m, alone: true, recorded: tc.recorded, spec: scenario.Panel{
				Kind: scenario.VolumePanel, Colormap: "inferno", Opacity: 1, Log: tc.log, Surfaces: scenario.Levels{At: []float64{0.3}},
				Channels: []scenario.Channel{{Substrate: 0, Range: tc.span}},
				Camera:   scenario.Camera{Azimuth: 30, Elevation: 24, Zoom: 1},
			}}
			size := image.Pt(91, 70)
			want := painted(t, p, now, size)
			read := bytes()
			got := painted(t, p, staged, size)
			read = bytes() - read
			if planes := int64(tc.planes * 4 * 24 * 18); read != planes+int64(len(got.Pix)) {
				t.Errorf("%d bytes were read, want %d of planes and %d of the picture", read, planes, len(got.Pix))
			}
			const most = 0.01 // as of render.ScenePainter: rays that graze
			if share := unlike(got, want, 2); share > most {
				t.Errorf("%.2g %% of pixels differ by more than two levels", 100*share)
			}
		})
	}
}

// painted returns what a picture of a volume shows. Its densities go beyond a colour bar that is given
// at the upper end.
func painted(t *testing.T, p *picture, m moment, size image.Point) *image.RGBA {
	t.Helper()
	s, err := p.take([]moment{m})
	if err != nil {
		t.Fatal(err)
	}
	panel, err := p.draw(s, scales{})
	if err != nil {
		t.Fatal(err)
	}
	scene := panel.(figure.Scene)
	if bar, given := scene.Bars[0], !p.spec.Channels[0].Range.Automatic(); bar.Above != given || bar.Below {
		t.Errorf("beyond the colour bar: %t below, %t above; want only above, and of a range that is given", bar.Below, bar.Above)
	}
	img := scene.Paint(size)
	if s.fault != nil {
		t.Fatal(s.fault)
	}
	return img
}

// unlike returns the share of pixels that differ by more than some levels in a channel.
func unlike(a, b *image.RGBA, levels int) float64 {
	n := 0
	for i := 0; i < len(a.Pix); i += 4 {
		for k := i; k < i+4; k++ {
			if d := int(a.Pix[k]) - int(b.Pix[k]); d > levels || -d > levels {
				n++
				break
			}
		}
	}
	return float64(4*n) / float64(len(a.Pix))
}
