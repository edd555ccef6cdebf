package plate

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/cpu"
	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/engine/gpu/gputest"
	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/tissue"
)

// boned returns a tissue with a bone in it.
func boned() *tissue.Model {
	m := &tissue.Model{
		Grid:                  tissue.Grid{Shape: [3]int{12, 9, 7}, Spacing: [3]float64{10, 10, 10}},
		ExtracellularFraction: 1,
		Substrates:            []tissue.Substrate{{Name: "IL-2", Unit: tissue.Nanomolar, DiffusionCoefficient: 10, DecayRate: 1e-3}},
	}
	m.Regions = []tissue.Region{{
		Name: "bone", Impermeable: true, ExtracellularFraction: 1, Media: []tissue.Medium{m.Substrates[0].Medium()},
		Shape: tissue.Box{From: r3.Vec{X: 20, Y: 10, Z: 0}, To: r3.Vec{X: 60, Y: 50, Z: 40}},
	}}
	return m
}

// A layer that was read alone is the one of the field, with nothing in bone, and of the
// field on a device nothing else is read.
func TestAFrameReadsItsPlaneAlone(t *testing.T) {
	m := boned()
	t.Run("cpu", func(t *testing.T) {
		s, err := cpu.NewSolver(m, engine.Options{})
		framesReadPlanes(t, m, s, err, func() int64 { return 0 }, 0)
	})
	t.Run("gpu", func(t *testing.T) {
		d := gputest.Open(t)
		s, err := engine.NewGPUSolver(d, m, engine.Options{})
		framesReadPlanes(t, m, s, err, func() (n int64) {
			d.Do(func(q *gpu.Queue) error { n = q.Counts().BytesRead; return nil })
			return n
		}, 4)
	})
}

func framesReadPlanes(t *testing.T, m *tissue.Model, s engine.Solver, err error, bytes func() int64, perVoxel int) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	random := rand.New(rand.NewPCG(5, 6))
	field := tissue.NewField(m.Grid)
	for i := range field.Values {
		field.Values[i] = random.Float64()
	}
	if err := s.Write(0, field); err != nil {
		t.Fatal(err)
	}
	if err := s.Read(0, field); err != nil {
		t.Fatal(err)
	}
	l := NewLive(s, m)
	framesReadProjections(t, l, field, bytes, perVoxel)
	framesReadProfiles(t, l, field, bytes, perVoxel)
	for axis := range 3 {
		at := render.Slice{Axis: axis, Index: 3}
		before := bytes()
		got, err := l.section(0, at)
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes() - before; n != int64(perVoxel*len(got.Values)) {
			t.Errorf("%v: %d bytes were read for %d voxels", at, n, len(got.Values))
		}
		want := render.Extract(field, at)
		missing := 0
		for i, c := range got.Values {
			if c != c {
				missing++
				want.Values[i] = c
			}
		}
		const bone = 4 * 4 // voxels of every layer through it
		if missing != bone {
			t.Errorf("%v: %d voxels without a value, want %d of bone", at, missing, bone)
		}
		same := func(a, b float32) bool { return a == b || a != a && b != b }
		if !slices.EqualFunc(got.Values, want.Values, same) || got.Position != want.Position || got.Width != want.Width {
			t.Errorf("%v: a layer of its own differs from that of the field", at)
		}
	}
}

// framesReadProjections compares projections that were read alone with those of the field.
func framesReadProjections(t *testing.T, l *Live, field *tissue.Field, bytes func() int64, perVoxel int) {
	t.Helper()
	hollowed := tissue.NewField(field.Grid)
	copy(hollowed.Values, field.Values)
	hollow(hollowed, l.solid)
	for axis := range 3 {
		for _, how := range []render.Projection{render.Maximum, render.Mean} {
			before := bytes()
			got, err := l.projection(0, axis, how)
			if err != nil {
				t.Fatal(err)
			}
			if n := bytes() - before; n != int64(perVoxel*len(got.Values)) {
				t.Errorf("%v along %d: %d bytes were read for %d columns", how, axis, n, len(got.Values))
			}
			want := render.Project(hollowed, axis, how)
			const tolerance = 1e-6 // of float32, as the device adds
			near := func(a, b float32) bool { return math.Abs(float64(a-b)) <= tolerance }
			if !slices.EqualFunc(got.Values, want.Values, near) || got.Stamp() != want.Stamp() || got.Width != want.Width {
				t.Errorf("%v along %d: a projection of its own differs from that of the field", how, axis)
			}
		}
	}
}

// framesReadProfiles compares profiles that were gathered with those of the field, from wall
// to wall and through bone.
func framesReadProfiles(t *testing.T, l *Live, field *tissue.Field, bytes func() int64, perVoxel int) {
	t.Helper()
	hollowed := tissue.NewField(field.Grid)
	copy(hollowed.Values, field.Values)
	hollow(hollowed, l.solid)
	const points = 50
	from, to := r3.Vec{X: 0, Y: 12, Z: 5}, r3.Vec{X: 120, Y: 71, Z: 70}
	before := bytes()
	x, y, err := l.profile(0, from, to, points)
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes() - before; n != int64(4*perVoxel*points) { // with the gradient
		t.Errorf("%d bytes were read for %d points", n, points)
	}
	wantX, wantY := render.LineProfile(hollowed, from, to, points)
	missing := 0
	for i := range x {
		if math.IsNaN(wantY[i]) {
			missing++
		}
		const tolerance = 1e-5 // of places in float32
		if x[i] != wantX[i] || math.IsNaN(y[i]) != math.IsNaN(wantY[i]) || math.Abs(y[i]-wantY[i]) > tolerance {
			t.Errorf("point %d: %g at %g, want %g at %g", i, y[i], x[i], wantY[i], wantX[i])
		}
	}
	if missing == 0 || missing == points {
		t.Errorf("%d of %d points lie beside bone: want some", missing, points)
	}
}
