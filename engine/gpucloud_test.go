package engine_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/gpu/gputest"
	"github.com/cytofield/cytofield/tissue"
)

// cloudModels are models with cells of every kind in every kind of tissue, these off the
// centres of their voxels.
func cloudModels(t testing.TB) map[string]*tissue.Model {
	t.Helper()
	exchanges, states := agreementModels(), cohortModels(t)
	all := map[string]*tissue.Model{}
	for _, name := range []string{
		"one voxel", "a line along z", "2D", "periodic", "every term in one cell", "receptors", "several cells a voxel", "extracellular fraction",
		"stretched voxels", "two substrates", "walls of every kind",
	} {
		all[name] = strewn(exchanges[name])
	}
	for _, name := range []string{"several cells and types", "flow through regions", "states and exchanges of a few", "three ligands, one sensed"} {
		all["states: "+name] = strewn(states[name])
	}
	return all
}

// strewn returns a model whose cells lie anywhere in their voxels.
func strewn(m *tissue.Model) *tissue.Model {
	other := *m
	other.Cells.Position = slices.Clone(m.Cells.Position)
	random := rand.New(rand.NewPCG(6, 0))
	for i, at := range m.Cells.Position {
		h := m.Grid.Spacing
		off := func(edge float64) float64 { return 0.98 * edge * (random.Float64() - 0.5) }
		other.Cells.Position[i] = r3.Add(at, r3.Vec{X: off(h[0]), Y: off(h[1]), Z: off(h[2])})
	}
	return &other
}

// The same fixed steps with coupling cloud differ by rounding alone on both devices, and
// ledgers close: cells of several types close to each other, at walls, among impermeable
// voxels, with states.
func TestGPUCloudAgreesWithReference(t *testing.T) {
	d := gputest.Open(t)
	for name, m := range cloudModels(t) {
		for _, o := range []engine.Options{{TimeStep: 7, Coupling: engine.CloudCoupling}, {Scheme: engine.FTCS, Coupling: engine.CloudCoupling}} {
			if o.Scheme == engine.FTCS && name != "states: several cells and types" {
				continue // corrections are made in one place for all models
			}
			t.Run(name+"/"+string(o.Scheme), func(t *testing.T) {
				reference := processor().solver(t, m, o)
				tested, err := engine.NewGPUSolver(d, m, o)
				closing(t, tested, err)
				const duration = 140
				advance(t, reference, duration)
				advance(t, tested, duration)
				for s := range m.Substrates {
					compare(t, tested, reference, m, tissue.SubstrateID(s))
				}
				compareCells(t, tested, reference, m)
			})
		}
	}
}

// A run with neighbours that shield each other repeats bit for bit, on any number of
// processors, and goes on so from a snapshot.
func TestCloudRepeatsBitForBit(t *testing.T) {
	m, o := strewn(colony(t, 1500)), engine.Options{Coupling: engine.CloudCoupling}
	onBothDevices(t, func(t *testing.T, d device) {
		run := func(processors int) engine.Solver {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors))
			s := d.solver(t, m, o)
			advance(t, s, 100)
			return s
		}
		one, two := run(1), run(3)
		same(t, outcomeOf(t, two, m), outcomeOf(t, one, m))
		var snapshot bytes.Buffer
		if err := one.Snapshot(&snapshot); err != nil {
			t.Fatal(err)
		}
		restored := d.solver(t, m, o)
		if err := restored.Restore(&snapshot); err != nil {
			t.Fatal(err)
		}
		advance(t, one, 200)
		advance(t, restored, 200)
		same(t, outcomeOf(t, restored, m), outcomeOf(t, one, m))
	})
}

// Secretors next to consumers start from no density at all: what these take up before the
// grid has brought it there leaves less than nothing in places, and no more of that than
// nearFieldDip.
func TestCloudStartsFromNothing(t *testing.T) {
	m := colony(t, 1e5)
	m.Substrates[0].InitialDensity = 0
	m = strewn(m)
	onBothDevices(t, func(t *testing.T, d device) {
		s := d.solver(t, m, engine.Options{Coupling: engine.CloudCoupling})
		advance(t, s, 600)
		if l := ledger(t, s, 0); math.Abs(l.Residual()) > d.residual*l.Handled() || l.TakenUp < 1000 {
			t.Errorf("residual %g of %g, %g taken up", l.Residual(), l.Handled(), l.TakenUp)
		}
		states, err := s.Cells()
		if err != nil {
			t.Fatal(err)
		}
		if least := slices.Min(states.Surface[0]); least < 0 {
			t.Errorf("%g nM at the surface of a cell after 600 s", least)
		}
	})
}
