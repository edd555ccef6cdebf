package engine_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/cpu"
	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/engine/gpu/gputest"
	"github.com/cytofield/cytofield/tissue"
)

// cohortModels have cells with states of their own in every kind of tissue and number:
// with and without variables that nothing binds to, fluids they bind, sense or give off,
// exchanges besides, and neighbours in the same voxel.
func cohortModels(t testing.TB) map[string]*tissue.Model {
	t.Helper()
	periodic := tissue.Boundary{Kind: tissue.Periodic}
	alone := func(m *tissue.Model, stride int) *tissue.Model {
		return populate(m, stride, binder(t, m.Substrates, 1000, intake)) // which the densest region's voxels can represent
	}
	greedy := solid([3]int{9, 8, 7})
	drinker := binder(t, greedy.Substrates, 1000, intake)
	drinker.Exchange = []tissue.Exchange{{Substrate: 0, MaxUptakeRate: 10, HalfSaturation: 0.05, SecretionRate: 0.05, SaturationDensity: 2}}
	populate(greedy, 5, drinker, exchanging("exporter", tissue.Exchange{NetExportRate: 10}))
	dense := alone(solid([3]int{9, 9, 9}), 5)
	dense.ExtracellularFraction = 0.2
	own := colony(t, 1500)
	own.Cells.State, own.Cells.Exchange = make([][]float64, own.Cells.Len()), make([][]tissue.Exchange, own.Cells.Len())
	for i, kind := range own.Cells.Type {
		if kind == 1 && i%2 == 0 {
			own.Cells.State[i] = []float64{100 * float64(i%7), 10 * float64(i%3), 0}
			own.Cells.Exchange[i] = []tissue.Exchange{{Substrate: 0, NetExportRate: float64(i % 5), UptakeRate: 0.01}}
		}
	}
	nobody := colony(t, 1500)
	nobody.Cells = tissue.Cells{}
	beside := binding(solid([3]int{9, 8, 7}))
	beside.Substrates[0].Name = "IL-2"
	alone(beside, 5)
	return map[string]*tissue.Model{
		"receptors":                     alone(solid([3]int{11, 8, 7}), 5),
		"one voxel":                     alone(solid([3]int{1, 1, 1}), 1),
		"a line along z":                alone(solid([3]int{1, 1, 41}), 4),
		"2D":                            alone(planar(37, 21), 6),
		"periodic":                      alone(withBoundary(solid([3]int{11, 7, 35}), every(periodic)), 8),
		"several cells and types":       colony(t, 1500),
		"saturable uptake beside":       greedy,
		"extracellular fraction":        dense,
		"regions":                       regional(alone(solid([3]int{15, 12, 9}), 7)),
		"flow through regions":          irrigated(regional(walled(alone(solid([3]int{15, 12, 35}), 7)))),
		"states and exchanges of a few": own,
		"no cells":                      nobody,
		"reactions in the fluid":        beside,
		"three ligands, one sensed":     ligands(t, 3),
		"six ligands, one sensed":       ligands(t, 6),
	}
}

// ligands is cells that bind all but the last of n substrates, and give off the first
// where they sense the last; and others with a state that hears nothing, or only listens.
func ligands(t testing.TB, n int) *tissue.Model {
	t.Helper()
	m := solid([3]int{9, 8, 7})
	first := m.Substrates[0]
	first.InitialDensity = 0.5
	m.Substrates = nil
	name := func(i int) string { return string(rune('A' + i)) }
	busy := tissue.CellType{Name: "busy", Radius: 5}
	for i := range n {
		s := first
		s.Name, s.DiffusionCoefficient = name(i), 10*float64(i+1)
		m.Substrates = append(m.Substrates, s)
		busy.Variables = append(busy.Variables, tissue.CellVariable{Name: "free " + name(i), Initial: 500}, tissue.CellVariable{Name: "bound " + name(i)})
	}
	for i := range n - 1 {
		changes := map[string]float64{"free " + name(i): -1, "bound " + name(i): 1, name(i): -1}
		busy.Reactions = append(busy.Reactions, cellReaction(t, m.Substrates, busy.Variables, "binding "+name(i), fmt.Sprintf("k_on*%s*free_%[1]s", name(i)), changes))
		for what := range changes {
			changes[what] *= -1
		}
		busy.Reactions = append(busy.Reactions, cellReaction(t, m.Substrates, busy.Variables, "release "+name(i), "k_off*bound_"+name(i), changes))
	}
	sensed := name(n - 1)
	busy.Reactions = append(busy.Reactions, cellReaction(t, m.Substrates, busy.Variables, "answer",
		fmt.Sprintf("k_int*bound_B*hill(%s, B, 2)", sensed), map[string]float64{"A": 2, "free " + sensed: 1}))
	still := tissue.CellType{Name: "still", Radius: 4, Variables: []tissue.CellVariable{{Name: "left", Initial: 100}}}
	still.Reactions = []tissue.CellReaction{cellReaction(t, m.Substrates, still.Variables, "loss", "k_int*left", map[string]float64{"left": -1})}
	listener := tissue.CellType{Name: "listener", Radius: 4, Variables: []tissue.CellVariable{{Name: "heard"}}}
	listener.Reactions = []tissue.CellReaction{cellReaction(t, m.Substrates, listener.Variables, "hearing", "k_on*C", map[string]float64{"heard": 1})}
	return populate(m, 4, busy, still, listener)
}

// The same fixed steps of cells with states differ by rounding alone on both devices.
func TestGPUCohortsAgreeWithReference(t *testing.T) {
	d := gputest.Open(t)
	for name, m := range cohortModels(t) {
		for _, o := range []engine.Options{
			{TimeStep: 7},
			{TimeStep: 7, Coupling: engine.PlainCoupling},
			{TimeStep: 7, Coupling: engine.CloudCoupling},
			{Scheme: engine.FTCS},
			{Scheme: engine.FTCS, Coupling: engine.CloudCoupling},
		} {
			if testing.Short() && o.Scheme == engine.FTCS {
				continue
			}
			t.Run(fmt.Sprintf("%s/%s%v%s", name, o.Scheme, o.TimeStep, o.Coupling), func(t *testing.T) { agreeOnCells(t, d, m, o) })
		}
	}
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

// Cells without a state are cohorts too where they spread over voxels.
func TestGPUCloudAgreesWithReference(t *testing.T) {
	d := gputest.Open(t)
	for name, m := range agreementModels() {
		if m.Cells.Len() > 0 {
			t.Run(name, func(t *testing.T) { agreeOnCells(t, d, m, engine.Options{TimeStep: 7, Coupling: engine.CloudCoupling}) })
		}
	}
}

func agreeOnCells(t *testing.T, d *gpu.Device, m *tissue.Model, o engine.Options) {
	t.Helper()
	if o.Coupling == engine.CloudCoupling {
		m = strewn(m)
	}
	reference, err := cpu.NewSolver(m, o)
	closing(t, reference, err)
	tested, err := engine.NewGPUSolver(d, m, o)
	closing(t, tested, err)
	const duration = 140
	advance(t, reference, duration)
	advance(t, tested, duration)
	for s := range m.Substrates {
		compare(t, tested, reference, m, tissue.SubstrateID(s))
	}
	compareCells(t, tested, reference, m)
}

func compareCells(t *testing.T, tested, reference engine.Solver, m *tissue.Model) {
	t.Helper()
	// As for densities. A flux is a difference of what binds and what is let go.
	const tolerance = 64 * eps32
	states := func(s engine.Solver) engine.CellStates {
		states, err := s.Cells()
		if err != nil {
			t.Fatal(err)
		}
		return states
	}
	got, want := states(tested), states(reference)
	most := map[[2]int]float64{} // of a variable of a type
	for i, state := range want.Variables {
		for v, y := range state {
			at := [2]int{int(m.Cells.Type[i]), v}
			most[at] = max(most[at], math.Abs(y))
		}
	}
	for i, state := range want.Variables {
		for v, y := range state {
			if largest := most[[2]int{int(m.Cells.Type[i]), v}]; !(math.Abs(got.Variables[i][v]-y) <= tolerance*largest) {
				t.Fatalf("variable %d of cell %d is %.9g, want %.9g within %.2g of %.3g", v, i, got.Variables[i][v], y, tolerance, largest)
			}
		}
	}
	for s := range m.Substrates {
		for name, pair := range map[string][2][]float64{
			"surface": {got.Surface[s], want.Surface[s]}, "secreted": {got.Secreted[s], want.Secreted[s]}, "taken up": {got.TakenUp[s], want.TakenUp[s]},
		} {
			for i, x := range pair[1] {
				if !(math.Abs(pair[0][i]-x) <= tolerance*largest(pair[1])) {
					t.Fatalf("%s of cell %d: %s %.9g, want %.9g", m.Substrates[s].Name, i, name, pair[0][i], x)
				}
			}
		}
	}
}

// A solver is given fewer cells, more, or none.
func TestGPUCohortTakesAnyNumberOfCells(t *testing.T) {
	d := gputest.Open(t)
	m := colony(t, 1500)
	s, err := engine.NewGPUSolver(d, m, engine.Options{})
	closing(t, s, err)
	advance(t, s, 60)
	for _, every := range []int{3, 1000, 1} {
		next := *m
		next.Cells = tissue.Cells{}
		for i := 1; i < m.Cells.Len(); i += every {
			if every < 1000 {
				next.Cells.Add(m.Cells.Type[i], r3.Add(m.Cells.Position[i], r3.Vec{X: float64(every - 1)}))
			}
		}
		if err := s.Update(&next); err != nil {
			t.Fatal(err)
		}
		advance(t, s, s.Time()+60)
		if l := ledger(t, s, 0); math.Abs(l.Residual()) > 1e-5*l.Handled() {
			t.Errorf("%d cells: residual %g of %g", next.Cells.Len(), l.Residual(), l.Handled())
		}
	}
}

// BenchmarkCohortStage is a stage of 1e5 cells with four receptors, which are free, bound
// or taken in, beside that of the fields they bind from. A step of 60 s at rtol's leave.
func BenchmarkCohortStage(b *testing.B) {
	for _, ligands := range []int{1, 4} {
		for _, cells := range []int{0, 100_000} {
			b.Run(fmt.Sprintf("ligands=%d/cells=%d", ligands, cells), func(b *testing.B) { benchmarkStage(b, ligands, cells) })
		}
	}
}

func benchmarkStage(b *testing.B, ligands, cells int) {
	d := gputest.Open(b)
	if err := d.SetDebug(false); err != nil {
		b.Fatal(err)
	}
	m := solid([3]int{128, 128, 128})
	ligand := m.Substrates[0]
	m.Substrates = nil
	for i := range ligands {
		ligand.Name = string(rune('A' + i))
		m.Substrates = append(m.Substrates, ligand)
	}
	cell := tissue.CellType{Name: "cell", Radius: 5}
	for i := range 4 {
		for _, name := range []string{"free", "bound", "inside"} {
			cell.Variables = append(cell.Variables, tissue.CellVariable{Name: fmt.Sprint(name, i), Initial: 300})
		}
	}
	for i := range 4 {
		name := string(rune('A' + i%ligands))
		free, bound, inside := fmt.Sprint("free", i), fmt.Sprint("bound", i), fmt.Sprint("inside", i)
		add := func(law string, changes map[string]float64) {
			cell.Reactions = append(cell.Reactions, cellReaction(b, m.Substrates, cell.Variables, law, law, changes))
		}
		add(fmt.Sprintf("k_on*%s*%s", name, free), map[string]float64{free: -1, bound: 1, name: -1})
		add("k_off*"+bound, map[string]float64{free: 1, bound: -1, name: 1})
		add("k_int*"+bound, map[string]float64{bound: -1, inside: 1})
		add("k_off*"+inside, map[string]float64{free: 1, inside: -1})
	}
	m.CellTypes = []tissue.CellType{cell}
	for i := range cells {
		at := m.Grid.Coordinates(i * (m.Grid.Voxels() / max(cells, 1)))
		m.Cells.Add(0, m.Grid.Centre(at[0], at[1], at[2]))
	}
	const dt = 60
	s, err := engine.NewGPUSolver(d, m, engine.Options{TimeStep: dt})
	closing(b, s, err)
	advance(b, s, dt)
	before := s.Stats().Sweeps
	b.ResetTimer()
	for range b.N {
		advance(b, s, s.Time()+dt)
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/(float64(s.Stats().Sweeps-before)/float64(ligands)), "ms/stage")
}
