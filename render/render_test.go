package render

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/render/colormap"
	"github.com/cytofield/cytofield/tissue"
)

// addressField has 100x + 10y + z in voxel (x, y, z), so that a value tells where
// it came from.
func addressField(shape [3]int) *tissue.Field {
	f := tissue.NewField(tissue.Grid{Shape: shape, Spacing: [3]float64{1, 2, 4}})
	for i := range f.Values {
		v := f.Grid.Coordinates(i)
		f.Values[i] = float64(100*v[0] + 10*v[1] + v[2])
	}
	return f
}

func TestSlicesShowTheirAxes(t *testing.T) {
	f := addressField([3]int{5, 4, 3})
	for _, tc := range []struct {
		slice         Slice
		width, height int
		spacing       [2]float64
		position      float64
		right, up     float64 // how the value changes with a step
		corner        float64 // at the lower left
	}{
		{Slice{2, 1}, 5, 4, [2]float64{1, 2}, 6, 100, 10, 1},
		{Slice{1, 2}, 5, 3, [2]float64{1, 4}, 5, 100, 1, 20},
		{Slice{0, 3}, 4, 3, [2]float64{2, 4}, 3.5, 10, 1, 300},
	} {
		p := Extract(f, tc.slice)
		if p.Width != tc.width || p.Height != tc.height || p.Spacing != tc.spacing || p.Position != tc.position || p.Planar {
			t.Errorf("%+v: %+v", tc.slice, p)
		}
		if w, h := p.Size(); w != float64(tc.width)*tc.spacing[0] || h != float64(tc.height)*tc.spacing[1] {
			t.Errorf("%+v: %g by %g µm", tc.slice, w, h)
		}
		for v := range p.Height {
			for u := range p.Width {
				want := tc.corner + float64(u)*tc.right + float64(v)*tc.up
				if got := float64(p.At(u, v)); got != want {
					t.Errorf("%+v: (%d, %d) holds %g, want %g", tc.slice, u, v, got, want)
				}
			}
		}
	}
}

func TestPaintPutsTheTopFirst(t *testing.T) {
	f := addressField([3]int{3, 2, 1})
	m := colormap.Viridis()
	sc := Scale{Low: 0, High: 210}
	img := Paint(f, Slice{Axis: 2}, m, sc)
	if b := img.Bounds(); b.Dx() != 3 || b.Dy() != 2 {
		t.Fatalf("%v, want 3 by 2 pixels", b)
	}
	for x := range 3 {
		for y := range 2 {
			if got, want := img.RGBAAt(x, 1-y), m.At(float64(100*x+10*y)/210); got != want {
				t.Errorf("voxel (%d, %d) is %v, want %v", x, y, got, want)
			}
		}
	}
	f.Set(1, 1, 0, math.NaN())
	if got := Paint(f, Slice{Axis: 2}, m, sc).RGBAAt(1, 0); got != colormap.Missing() {
		t.Errorf("NaN is %v, want %v", got, colormap.Missing())
	}
}

func TestPosition(t *testing.T) {
	linear, log := Scale{Low: 2, High: 10}, Scale{Low: 0.01, High: 100, Log: true}
	for _, tc := range []struct {
		scale         Scale
		density, want float64
	}{
		{linear, 2, 0}, {linear, 6, 0.5}, {linear, 10, 1}, {linear, 1, 0}, {linear, 11, 1}, {linear, math.Inf(1), 1}, {linear, math.Inf(-1), 0},
		{log, 0.01, 0}, {log, 1, 0.5}, {log, 10, 0.75}, {log, 100, 1}, {log, 0, 0}, {log, -5, 0}, {log, 1e9, 1},
	} {
		if got := tc.scale.Position(tc.density); math.Abs(got-tc.want) > 1e-15 {
			t.Errorf("%+v: %g is at %g, want %g", tc.scale, tc.density, got, tc.want)
		}
	}
	if !math.IsNaN(linear.Position(math.NaN())) || !math.IsNaN(log.Position(math.NaN())) {
		t.Error("NaN has a position")
	}
}

func TestAutoScale(t *testing.T) {
	for _, tc := range []struct {
		name   string
		values []float32
		log    bool
		want   Scale
	}{
		{"linear", []float32{0, 0.1, 0.27}, false, Scale{0, 0.3, false}},
		{"round already", []float32{0.3}, false, Scale{0, 0.3, false}},
		{"just above a round number", []float32{0.301}, false, Scale{0, 0.4, false}},
		{"all zero", []float32{0, 0}, false, Scale{0, 1, false}},
		{"nothing finite", []float32{float32(math.NaN()), float32(math.Inf(1))}, false, Scale{0, 1, false}},
		{"no value", nil, false, Scale{0, 1, false}},
		{"undershoot", []float32{-0.01, 12}, false, Scale{0, 15, false}},
		{"log", []float32{0, 0.002, 3}, true, Scale{0.001, 3, true}},
		{"log at most four decades", []float32{1e-20, 100}, true, Scale{0.01, 100, true}},
		{"log at most four decades, no power of ten", []float32{1e-20, 30}, true, Scale{0.01, 30, true}},
		{"log uniform", []float32{5, 5}, true, Scale{1, 5, true}},
		{"log uniform at a power of ten", []float32{10, 10}, true, Scale{1, 10, true}},
		{"log all zero", []float32{0}, true, Scale{1e-4, 1, true}},
		{"log all negative", []float32{-1}, true, Scale{1e-4, 1, true}},
		{"log faint", []float32{3e-9, 1.2e-7}, true, Scale{1e-9, 1.5e-7, true}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := AutoScale(&Plane{Width: len(tc.values), Height: 1, Values: tc.values}, tc.log)
			if math.Abs(got.Low-tc.want.Low) > 1e-12*tc.want.High || math.Abs(got.High/tc.want.High-1) > 1e-12 || got.Log != tc.want.Log {
				t.Errorf("got %+v, want %+v", got, tc.want)
			}
			if err := got.Validate(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestRangeJoinsFrames(t *testing.T) {
	var r Range
	r.Add(&Plane{Values: []float32{0.5, 2}})
	r.Add(&Plane{Values: []float32{0, 7}})
	if low, high := r.Ends(); low != 0 || high != 7 {
		t.Errorf("from %g to %g, want 0 to 7", low, high)
	}
	if got, want := r.Scale(true), (Scale{0.1, 8, true}); math.Abs(got.Low-want.Low) > 1e-15 || got.High != want.High {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestCutFollowsTheSphere(t *testing.T) {
	g := tissue.Grid{Shape: [3]int{10, 10, 10}, Spacing: [3]float64{10, 10, 10}}
	types := []tissue.CellType{{Name: "Th", Radius: 5}, {Name: "macrophage", Radius: 10}}
	var cells tissue.Cells
	cells.Add(0, r3.Vec{X: 11, Y: 22, Z: 45}) // centred on layer z=4
	cells.Add(0, r3.Vec{X: 33, Y: 44, Z: 49}) // 4 above it
	cells.Add(0, r3.Vec{X: 55, Y: 66, Z: 50}) // touches it
	cells.Add(1, r3.Vec{X: 77, Y: 88, Z: 39}) // 6 below it
	for _, tc := range []struct {
		name  string
		slice Slice
		want  []Disc
	}{
		{"z", Slice{2, 4}, []Disc{{11, 22, 5, 0, 0}, {33, 44, 3, 0, 1}, {77, 88, 8, 1, 3}}},
		{"y", Slice{1, 4}, []Disc{{33, 49, math.Sqrt(24), 0, 1}}},
		{"x", Slice{0, 7}, []Disc{{88, 39, math.Sqrt(96), 1, 3}}},
	} {
		got := Cut(&cells, types, g, tc.slice)
		if len(got) != len(tc.want) {
			t.Errorf("%s: %v, want %v", tc.name, got, tc.want)
			continue
		}
		for i, d := range got {
			w := tc.want[i]
			if d.X != w.X || d.Y != w.Y || d.Type != w.Type || d.Cell != w.Cell || math.Abs(d.Radius-w.Radius) > 1e-12 {
				t.Errorf("%s: disc %d is %+v, want %+v", tc.name, i, d, w)
			}
		}
	}
	g.Shape[2], g.Planar = 1, true
	for i, d := range Cut(&cells, types, g, Slice{Axis: 2}) {
		if want := types[cells.Type[i]].Radius; d.Radius != want {
			t.Errorf("planar: cell %d has radius %g, want all of it, %g", i, d.Radius, want)
		}
	}
}

func TestSliceValidate(t *testing.T) {
	g := tissue.Grid{Shape: [3]int{4, 5, 6}, Spacing: [3]float64{1, 1, 1}}
	for _, s := range []Slice{{-1, 0}, {3, 0}, {0, 4}, {1, 5}, {2, 6}, {2, -1}} {
		if s.Validate(g) == nil {
			t.Errorf("%+v: no error", s)
		}
	}
	for axis := range 3 {
		if err := Middle(g, axis).Validate(g); err != nil {
			t.Error(err)
		}
	}
}

func BenchmarkPaint(b *testing.B) {
	p := &Plane{Width: 512, Height: 512, Values: make([]float32, 512*512)}
	for i := range p.Values {
		p.Values[i] = float32(i)
	}
	for _, sc := range []Scale{{Low: 0, High: 1 << 18}, {Low: 1, High: 1 << 18, Log: true}} {
		name := "scale=linear"
		if sc.Log {
			name = "scale=log"
		}
		b.Run(name, func(b *testing.B) {
			b.SetBytes(512 * 512 * 4)
			for b.Loop() {
				p.Paint(colormap.Viridis(), sc)
			}
		})
	}
}
