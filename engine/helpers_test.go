package engine_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/cpu"
	"github.com/cytofield/cytofield/engine/gpu/gputest"
	"github.com/cytofield/cytofield/tissue"
)

const eps32 = 1. / (1 << 24) // half a unit in the last place of float32

// solid returns a model of one substrate on a grid of 10 µm voxels, D = 10 µm²/s,
// λ = 1e-3/s, from 1 nM everywhere.
func solid(shape [3]int) *tissue.Model {
	return &tissue.Model{
		Grid:                  tissue.Grid{Shape: shape, Spacing: [3]float64{10, 10, 10}},
		ExtracellularFraction: 1,
		Substrates: []tissue.Substrate{{
			Name: "IL-2", Unit: tissue.Nanomolar, DiffusionCoefficient: 10, DecayRate: 1e-3, InitialDensity: 1,
		}},
	}
}

// planar returns the same in 2D.
func planar(nx, ny int) *tissue.Model {
	m := solid([3]int{nx, ny, 1})
	m.Grid.Planar = true
	return m
}

// populate puts a cell of each type in turn on every stride-th voxel.
func populate(m *tissue.Model, stride int, types ...tissue.CellType) *tissue.Model {
	m.CellTypes = types
	k := 0
	for voxel := 0; voxel < m.Grid.Voxels(); voxel += stride {
		at := m.Grid.Coordinates(voxel)
		m.Cells.Add(tissue.CellTypeID(k%len(types)), m.Grid.Centre(at[0], at[1], at[2]))
		k++
	}
	return m
}

func exchanging(name string, e tissue.Exchange) tissue.CellType {
	return tissue.CellType{Name: name, Radius: 5, Exchange: []tissue.Exchange{e}}
}

func withBoundary(m *tissue.Model, faces [3][2]tissue.Boundary) *tissue.Model {
	m.Substrates[0].Boundary = faces
	return m
}

func every(b tissue.Boundary) [3][2]tissue.Boundary {
	return [3][2]tissue.Boundary{{b, b}, {b, b}, {b, b}}
}

func advance(t testing.TB, s engine.Solver, until float64) engine.Stats {
	t.Helper()
	stats, err := s.Advance(context.Background(), until)
	if err != nil {
		t.Fatal(err)
	}
	return stats
}

func read(t testing.TB, s engine.Solver, g tissue.Grid, id tissue.SubstrateID) *tissue.Field {
	t.Helper()
	f := tissue.NewField(g)
	if err := s.Read(id, f); err != nil {
		t.Fatal(err)
	}
	return f
}

func ledger(t testing.TB, s engine.Solver, id tissue.SubstrateID) engine.Ledger {
	t.Helper()
	l, err := s.Ledger(id)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// device is one of the two implementations of engine.Solver.
type device struct {
	name     string
	epsilon  float64 // half a unit in the last place of its densities
	residual float64 // of a ledger, relative to what was handled; agreement_test.go holds the same two
	solver   func(t testing.TB, m *tissue.Model, o engine.Options) engine.Solver
}

// onBothDevices runs a test on the processor and, where there is one, on the GPU.
// Solvers are closed when the test that asked for them ends.
func onBothDevices(t *testing.T, test func(t *testing.T, d device)) {
	t.Run("cpu", func(t *testing.T) { test(t, processor()) })
	t.Run("gpu", func(t *testing.T) { test(t, graphics(t)) })
}

// graphics is the GPU that tests use.
func graphics(t testing.TB) device {
	t.Helper()
	opened := gputest.Open(t)
	return device{"gpu", eps32, 1e-5, func(t testing.TB, m *tissue.Model, o engine.Options) engine.Solver {
		t.Helper()
		s, err := engine.NewGPUSolver(opened, m, o)
		return closing(t, s, err)
	}}
}

func processor() device {
	return device{"cpu", 1. / (1 << 53), 1e-12, func(t testing.TB, m *tissue.Model, o engine.Options) engine.Solver {
		t.Helper()
		s, err := cpu.NewSolver(m, o)
		return closing(t, s, err)
	}}
}

// newProcessor is for solvers that may be refused.
func newProcessor(m *tissue.Model, o engine.Options) (engine.Solver, error) {
	return cpu.NewSolver(m, o)
}

func closing(t testing.TB, s engine.Solver, err error) engine.Solver {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func write(t testing.TB, s engine.Solver, id tissue.SubstrateID, f *tissue.Field) {
	t.Helper()
	if err := s.Write(id, f); err != nil {
		t.Fatal(err)
	}
}

// filled returns the field of a density over the voxels' centres, µm.
func filled(g tissue.Grid, density func(x, y, z float64) float64) *tissue.Field {
	f := tissue.NewField(g)
	for i := range f.Values {
		at := g.Coordinates(i)
		p := g.Centre(at[0], at[1], at[2])
		f.Values[i] = density(p.X, p.Y, p.Z)
	}
	return f
}

// noise returns a field of random densities between 0 and 1.
func noise(g tissue.Grid, seed uint64) *tissue.Field {
	random := rand.New(rand.NewPCG(seed, 0))
	return filled(g, func(_, _, _ float64) float64 { return random.Float64() })
}

// distance returns ‖got − want‖ / ‖want‖ in the L2 norm.
func distance(got, want []float64) float64 {
	var difference, norm float64
	for i, w := range want {
		difference += (got[i] - w) * (got[i] - w)
		norm += w * w
	}
	return math.Sqrt(difference / norm)
}

// farthest returns max |got − want| / max |want|.
func farthest(got, want []float64) float64 {
	var difference, norm float64
	for i, w := range want {
		difference = max(difference, math.Abs(got[i]-w))
		norm = max(norm, math.Abs(w))
	}
	return difference / norm
}

// order asserts the order of convergence between every two successive errors, of
// spacings or steps that halve.
func order(t *testing.T, errors []float64, want, within float64) {
	t.Helper()
	for i := 1; i < len(errors); i++ {
		if got := math.Log2(errors[i-1] / errors[i]); !(math.Abs(got-want) <= within) {
			t.Errorf("order %.4f at halving %d, want %g ± %g; errors %.3g", got, i, want, within, errors)
		}
	}
}

// largest returns the largest absolute value.
func largest(values []float64) float64 {
	most := 0.0
	for _, v := range values {
		most = max(most, math.Abs(v))
	}
	return most
}

// patience is a context that ends once it has been asked a number of times whether
// it has: Advance asks before every step.
type patience struct {
	context.Context
	left int
}

func forSteps(n int) *patience { return &patience{context.Background(), n} }

func (p *patience) Err() error {
	if p.left == 0 {
		return context.DeadlineExceeded
	}
	p.left--
	return nil
}

// step advances by one step towards a time, or not at all once there.
func step(t testing.TB, s engine.Solver, until float64) engine.Stats {
	t.Helper()
	stats, err := s.Advance(forSteps(1), until)
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	return stats
}
