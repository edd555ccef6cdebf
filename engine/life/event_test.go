package life_test

import (
	"bytes"
	"context"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/cpu"
	"github.com/cytofield/cytofield/engine/gpu/gputest"
	"github.com/cytofield/cytofield/engine/life"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/quantity"
)

// onBothDevices runs a test on the processor and, where there is one, on the GPU; a tolerance
// is some hundred times the rounding of densities.
func onBothDevices(t *testing.T, test func(t *testing.T, solver func(m *tissue.Model) engine.Solver, tolerance float64)) {
	closing := func(t *testing.T, s engine.Solver, err error) engine.Solver {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s
	}
	t.Run("cpu", func(t *testing.T) {
		test(t, func(m *tissue.Model) engine.Solver {
			s, err := cpu.NewSolver(m, engine.Options{})
			return closing(t, s, err)
		}, 1e-13)
	})
	t.Run("gpu", func(t *testing.T) {
		d := gputest.Open(t)
		test(t, func(m *tissue.Model) engine.Solver {
			s, err := engine.NewGPUSolver(d, m, engine.Options{})
			return closing(t, s, err)
		}, 1e-5)
	})
}

// started returns a simulation of a model in which cells live and events happen.
func started(t *testing.T, m *tissue.Model, s engine.Solver) *engine.Simulation {
	t.Helper()
	simulation := engine.New(s)
	if err := life.Start(simulation, m, s, life.Options{}); err != nil {
		t.Fatal(err)
	}
	return simulation
}

func reach(t *testing.T, s *engine.Simulation, until float64) {
	t.Helper()
	if err := s.Advance(context.Background(), until); err != nil {
		t.Fatal(err)
	}
}

func ledgerOf(t *testing.T, s engine.Solver) engine.Ledger {
	t.Helper()
	l, err := s.Ledger(0)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func field(t *testing.T, m *tissue.Model, s engine.Solver) []float64 {
	t.Helper()
	f := tissue.NewField(m.Grid)
	if err := s.Read(0, f); err != nil {
		t.Fatal(err)
	}
	return f.Values
}

// parted is a tissue of 12 voxels in a row with a ligand that binds to the matrix: two in a
// sponge of half the fluid, two impermeable, and two held at 1 nM. Nothing diffuses.
func parted(events ...tissue.Event) *tissue.Model {
	m := tissueOf([3]int{12, 1, 1})
	s := &m.Substrates[0]
	s.DiffusionCoefficient, s.Retardation, s.InitialDensity = 0, 4, 0.5
	m.ExtracellularFraction = 0.2
	part := func(name string, from, fraction float64) tissue.Region {
		return tissue.Region{Name: name, Shape: tissue.Box{From: r3.Vec{X: from}, To: r3.Vec{X: from + 20, Y: 10, Z: 10}},
			ExtracellularFraction: fraction, Media: []tissue.Medium{s.Medium()}}
	}
	m.Regions = []tissue.Region{part("sponge", 20, 0.1), part("bone", 60, 0.2), part("bath", 100, 0.2)}
	m.Regions[0].Media[0].Retardation = 2
	m.Regions[1].Impermeable = true
	m.Regions[2].Held = []tissue.HeldDensity{{Density: 1}}
	m.Events = events
	return m
}

// A dose raises the density of the free voxels in its shape alike, by what was asked for, and
// the ledger books it as written; what is washed out is gone.
func TestDosesAreBooked(t *testing.T) {
	from := tissue.HalfSpace{Point: r3.Vec{X: 30}, Normal: r3.Vec{X: 1}}
	// Free from 30 µm on: one voxel of the sponge and four around, 200 and 800 µm³ of fluid, bound included.
	const room = (0.1*2 + 4*0.2*4) * 1000 * quantity.MoleculesPerNanomolar
	onBothDevices(t, func(t *testing.T, solver func(*tissue.Model) engine.Solver, tolerance float64) {
		m := parted(
			tissue.Event{Time: 10, Action: tissue.Deposit{Doses: []tissue.FluidDose{{Density: 2}}, Within: from}},
			tissue.Event{Time: 10, Action: tissue.Deposit{Doses: []tissue.FluidDose{{Molecules: 3 * room}}, Within: from}},
			tissue.Event{Time: 20, Action: tissue.WashOut{Substrates: []tissue.SubstrateID{0}, Within: tissue.Sphere{Radius: 26}}},
		)
		s := solver(m)
		simulation := started(t, m, s)
		var atTen []float64
		simulation.Every(10, func(now float64) error {
			if now == 10 {
				atTen = field(t, m, s)
			}
			return nil
		})
		reach(t, simulation, 15)
		if w := ledgerOf(t, s).Written; math.Abs(w/(5*room)-1) > tolerance {
			t.Errorf("%g molecules written, want %g", w, 5*room)
		}
		for voxel, want := range []float64{0.5, 0.5, 0.5, 5.5, 5.5, 5.5, math.NaN(), math.NaN(), 5.5, 5.5, 1, 1} {
			if got := atTen[voxel]; math.Abs(got-want) > tolerance*want {
				t.Errorf("voxel %d: %g nM at the time of the doses, want %g", voxel, got, want)
			}
		}
		reach(t, simulation, 30)
		for voxel, want := range []float64{0, 0, 0, 5.5} { // centres up to 26 µm
			if got := field(t, m, s)[voxel]; math.Abs(got-want) > tolerance*want {
				t.Errorf("voxel %d: %g nM, want %g", voxel, got, want)
			}
		}
		if l := ledgerOf(t, s); math.Abs(l.Residual()) > tolerance*l.Handled() {
			t.Errorf("residual %g of %+v", l.Residual(), l)
		}
	})
}

// A source raises the densities of the free voxels in its shape alike from its time to its
// end, and a run that goes on from a snapshot has it as it was.
func TestSourcesRunForTheirTime(t *testing.T) {
	from := tissue.HalfSpace{Point: r3.Vec{X: 30}, Normal: r3.Vec{X: 1}}
	const room = (0.1*2 + 4*0.2*4) * 1000 * quantity.MoleculesPerNanomolar // as of doses
	rate := func(density, molecules float64) tissue.Source {
		return tissue.Source{Rates: []tissue.SourceRate{{Density: density, Molecules: molecules}}, Within: from}
	}
	onBothDevices(t, func(t *testing.T, solver func(*tissue.Model) engine.Solver, tolerance float64) {
		tissueOf := func() *tissue.Model {
			return parted(
				tissue.Event{Time: 10, Action: tissue.Start{Number: 1, Source: rate(0.125, 0.25*room)}},
				tissue.Event{Time: 20, Action: tissue.Start{Number: 2, Source: rate(0, room)}},
				tissue.Event{Time: 30, Action: tissue.Stop{Number: 1}},
			)
		}
		m := tissueOf()
		s := solver(m)
		simulation, l := attended(t, m, s)
		for _, want := range []struct{ until, more float64 }{{10, 0}, {20, 0.375 * 10}, {25, 0.375*15 + 5}, {40, 0.375*20 + 20}} {
			reach(t, simulation, want.until)
			for voxel, before := range []float64{0.5, 0.5, 0.5, 0.5, 0.5, 0.5, math.NaN(), math.NaN(), 0.5, 0.5, 1, 1} {
				if voxel >= 3 && voxel < 10 {
					before += want.more
				}
				if got := field(t, m, s)[voxel]; math.Abs(got-before) > tolerance*before {
					t.Errorf("voxel %d: %g nM at %g s, want %g", voxel, got, want.until, before)
				}
			}
			ledger := ledgerOf(t, s)
			if math.Abs(ledger.Secreted-want.more*room) > tolerance*want.more*room || math.Abs(ledger.Residual()) > tolerance*ledger.Handled() {
				t.Errorf("at %g s %+v, want %g molecules given off", want.until, ledger, want.more*room)
			}
			if want.until != 25 {
				continue
			}
			var life, densities bytes.Buffer
			for _, err := range []error{l.Save(&life), s.Snapshot(&densities)} {
				if err != nil {
					t.Fatal(err)
				}
			}
			m = tissueOf()
			s = solver(m)
			_, l = attended(t, m, s)
			for _, err := range []error{l.Load(&life), s.Restore(&densities)} {
				if err != nil {
					t.Fatal(err)
				}
			}
			simulation = engine.Resume(s, 0)
			l.Attend(simulation)
		}
	})
}

// attended is started, with the cell step.
func attended(t *testing.T, m *tissue.Model, s engine.Solver) (*engine.Simulation, *life.Life) {
	t.Helper()
	l, err := life.New(m, s, life.Options{})
	if err != nil {
		t.Fatal(err)
	}
	simulation := engine.New(s)
	l.Attend(simulation)
	return simulation, l
}

// crowd is a tissue of cells that release, and a type that binds.
func crowd() *tissue.Model {
	binding := tissue.CellType{Name: "Treg", Radius: 5, Variables: []tissue.CellVariable{{Name: "IL-2R", Initial: 700}}}
	m := tissueOf([3]int{6, 5, 4}, tissue.CellType{Name: "Th", Radius: 4, Exchange: []tissue.Exchange{{NetExportRate: 10}}}, binding)
	m.Substrates[0].DecayRate = 1e-3
	for k := range 4 {
		m.Cells.Add(0, r3.Vec{X: 8 + 14*float64(k), Y: 25, Z: 20})
	}
	return m
}

// Cells come at their time with their type's state and ids that none had, and go with what
// they hold; those that stay keep their state.
func TestCellsComeAndGo(t *testing.T) {
	left := tissue.Box{To: r3.Vec{X: 30, Y: 50, Z: 40}}
	onBothDevices(t, func(t *testing.T, solver func(*tissue.Model) engine.Solver, tolerance float64) {
		m := crowd()
		m.Cells.State = [][]float64{{}, {}, {}, {}}
		m.Cells.Type[3], m.Cells.State[3] = 1, []float64{333}
		m.Events = []tissue.Event{
			{Time: 10, Action: tissue.Arrival{Cells: []tissue.NewCell{{Type: 1, Position: r3.Vec{X: 5, Y: 5, Z: 5}}, {Type: 0, Position: r3.Vec{X: 55, Y: 5, Z: 5}}}}},
			{Time: 20, Action: tissue.Removal{Type: 0}},
			{Time: 30, Action: tissue.Arrival{Cells: []tissue.NewCell{{Type: 0, Position: r3.Vec{X: 25, Y: 5, Z: 5}}}}},
			{Time: 40, Action: tissue.Removal{Type: tissue.AnyType, Within: left}},
		}
		s := solver(m)
		simulation := started(t, m, s)
		for _, want := range []struct {
			until float64
			ids   []tissue.CellID
		}{
			{9, []tissue.CellID{1, 2, 3, 4}}, {10, []tissue.CellID{1, 2, 3, 4, 5, 6}}, {25, []tissue.CellID{4, 5}},
			{30, []tissue.CellID{4, 5, 7}}, {40, []tissue.CellID{4}},
		} {
			reach(t, simulation, want.until)
			states, err := s.Cells()
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(states.ID, want.ids) || !slices.Equal(m.Cells.ID, want.ids) {
				t.Fatalf("at %g s cells %v of the solver and %v of the model, want %v", want.until, states.ID, m.Cells.ID, want.ids)
			}
			for i, id := range states.ID {
				if held := map[tissue.CellID]float64{4: 333, 5: 700}[id]; held > 0 && states.Variables[i][0] != held {
					t.Errorf("at %g s cell %d holds %v receptors, want %g", want.until, id, states.Variables[i], held)
				}
			}
		}
		// Three cells for 20 s, one for 10 s from 10 s on, and one from 30 s on.
		if l := ledgerOf(t, s); math.Abs(l.Secreted/(10*(3*20+10+10))-1) > tolerance {
			t.Errorf("%g molecules secreted, want 800", l.Secreted)
		}
	})
}

// From the time of a switch on cells export at the new rate.
func TestASwitchChangesWhatCellsSecrete(t *testing.T) {
	to := func(time, rate float64) tissue.Event {
		return tissue.Event{Time: time, Action: tissue.Switch{Changes: []tissue.ExchangeChange{{Type: 0, Term: tissue.Export, To: tissue.Exchange{NetExportRate: rate}}}}}
	}
	onBothDevices(t, func(t *testing.T, solver func(*tissue.Model) engine.Solver, tolerance float64) {
		m := crowd()
		m.Events = []tissue.Event{to(10, 0), to(30, 25)}
		s := solver(m)
		simulation := started(t, m, s)
		for _, want := range []struct{ until, secreted float64 }{{10, 400}, {30, 400}, {50, 2400}} {
			reach(t, simulation, want.until)
			if l := ledgerOf(t, s); math.Abs(l.Secreted/want.secreted-1) > tolerance {
				t.Errorf("%g molecules secreted in %g s, want %g", l.Secreted, want.until, want.secreted)
			}
		}
	})
}

// Rules go from the new base at once: halfway between it and their saturation at the
// half-maximum.
func TestRulesGoFromTheNewBase(t *testing.T) {
	kind := tissue.CellType{Name: "T", Radius: 5, Exchange: []tissue.Exchange{{NetExportRate: 10, UptakeRate: 1}}, Life: tissue.Life{
		Rules: []tissue.Rule{{Signal: tissue.Signal{Kind: tissue.Density}, Behaviour: tissue.Behaviour{Kind: tissue.Export}, Saturation: 20, HalfMax: 1, HillPower: 1}},
	}}
	m := tissueOf([3]int{8, 8, 8}, kind)
	m.Cells.Add(0, middle(m))
	changes := []tissue.ExchangeChange{
		{Term: tissue.Export, To: tissue.Exchange{NetExportRate: 4}}, {Term: tissue.Uptake, To: tissue.Exchange{UptakeRate: 3}},
	}
	m.Events = []tissue.Event{{Time: 0, Action: tissue.Switch{Changes: changes}}}
	m.Substrates[0].InitialDensity = 1
	solver, err := cpu.NewSolver(m, engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer solver.Close()
	reach(t, started(t, m, solver), 0)
	want := tissue.Exchange{NetExportRate: 12, UptakeRate: 3}
	if got := m.Cells.Exchange[0][0]; got != want {
		t.Errorf("exchange %+v, want %+v", got, want)
	}
}

// A run with events is, bit for bit, runs without that were joined by hand.
func TestEventsAreRunsJoinedByHand(t *testing.T) {
	from := tissue.HalfSpace{Point: r3.Vec{X: 30}, Normal: r3.Vec{X: 1}}
	newcomer := tissue.NewCell{Type: 1, Position: r3.Vec{X: 5, Y: 5, Z: 5}}
	change := tissue.ExchangeChange{Type: 0, Term: tissue.Export, To: tissue.Exchange{NetExportRate: 25}}

	m := crowd()
	m.Events = []tissue.Event{
		{Time: 100, Action: tissue.Deposit{Doses: []tissue.FluidDose{{Density: 0.125}}, Within: from}},
		{Time: 200, Action: tissue.Arrival{Cells: []tissue.NewCell{newcomer}}},
		{Time: 300, Action: tissue.Switch{Changes: []tissue.ExchangeChange{change}}},
	}
	solver, err := cpu.NewSolver(m, engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer solver.Close()
	reach(t, started(t, m, solver), 400)

	byHand := crowd()
	hand, err := cpu.NewSolver(byHand, engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer hand.Close()
	simulation := engine.New(hand)
	reach(t, simulation, 100)
	f := &tissue.Field{Grid: byHand.Grid, Values: field(t, byHand, hand)}
	for voxel := range f.Values {
		if at := byHand.Grid.Coordinates(voxel); at[0] >= 3 {
			f.Values[voxel] += 0.125
		}
	}
	if err := hand.Write(0, f); err != nil {
		t.Fatal(err)
	}
	reach(t, simulation, 200)
	more := crowd()
	more.Cells.Add(newcomer.Type, newcomer.Position)
	if err := hand.Update(more); err != nil {
		t.Fatal(err)
	}
	reach(t, simulation, 300)
	louder := crowd()
	louder.Cells = more.Cells
	louder.CellTypes[0].Exchange[0].NetExportRate = 25
	if err := hand.Update(louder); err != nil {
		t.Fatal(err)
	}
	reach(t, simulation, 400)
	if diff := cmp.Diff(field(t, byHand, hand), field(t, m, solver)); diff != "" {
		t.Errorf("densities (-by hand +by events):\n%s", diff)
	}
	if diff := cmp.Diff(ledgerOf(t, hand), ledgerOf(t, solver)); diff != "" {
		t.Errorf("ledgers (-by hand +by events):\n%s", diff)
	}
}

// Where cells live, newcomers act from their time on: not over the whole cell step.
func TestNewcomersActFromTheirTime(t *testing.T) {
	m := tissueOf([3]int{20, 20, 20}, tissue.CellType{Name: "T", Radius: 5, Life: tissue.Life{
		Motility: tissue.Motility{Speed: 6 / minute, PersistenceTime: hour},
	}})
	m.Cells.Add(0, r3.Vec{X: 50, Y: 50, Z: 50})
	at := r3.Vec{X: 100, Y: 100, Z: 100}
	m.Events = []tissue.Event{{Time: 90, Action: tissue.Arrival{Cells: []tissue.NewCell{{Type: 0, Position: at}}}}}
	solver, err := cpu.NewSolver(m, engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer solver.Close()
	simulation := started(t, m, solver)
	reach(t, simulation, 90)
	if m.Cells.Len() != 2 || m.Cells.Position[1] != at {
		t.Fatalf("cells %+v, want a second that has just come", m.Cells)
	}
	reach(t, simulation, 2*minute)
	if way := r3.Norm(r3.Sub(m.Cells.Position[1], at)); math.Abs(way-3) > 1e-9 {
		t.Errorf("the newcomer went %g µm in its first half minute at 6 µm/min, want 3", way)
	}
}

// A run that goes on from a snapshot has no event twice, and keeps what a switch made.
func TestEventsHappenOnce(t *testing.T) {
	eventful := func() *tissue.Model {
		m := busy(200)
		m.Events = []tissue.Event{
			{Time: 2 * minute, Action: tissue.Switch{Changes: []tissue.ExchangeChange{{Type: 0, Term: tissue.Export, To: tissue.Exchange{NetExportRate: 20}}}}},
			{Time: 5 * minute, Action: tissue.Arrival{Cells: []tissue.NewCell{{Type: 1, Position: r3.Vec{X: 5, Y: 5, Z: 5}}}}},
			{Time: 7.5 * minute, Action: tissue.Removal{Type: 1, Within: tissue.Sphere{Centre: r3.Vec{X: 120, Y: 100, Z: 40}, Radius: 60}}},
		}
		return m
	}
	begin := func(m *tissue.Model) (*life.Life, engine.Solver) {
		solver, err := cpu.NewSolver(m, engine.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { solver.Close() })
		l, err := life.New(m, solver, life.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return l, solver
	}
	attend := func(l *life.Life, solver engine.Solver, until float64) {
		simulation := engine.New(solver)
		l.Attend(simulation)
		reach(t, simulation, until)
	}
	l, solver := begin(eventful())
	attend(l, solver, 5*minute)
	var cells, fields bytes.Buffer
	if err := l.Save(&cells); err != nil {
		t.Fatal(err)
	}
	if err := solver.Snapshot(&fields); err != nil {
		t.Fatal(err)
	}
	attend(l, solver, 12*minute)
	want := fingerprint(t, l, solver)
	if l.Model().CellTypes[0].Exchange[0].NetExportRate != 20 || !slices.Contains(l.Model().Cells.ID, 201) {
		t.Fatal("nothing happened")
	}
	other, again := begin(eventful())
	if err := other.Load(&cells); err != nil {
		t.Fatal(err)
	}
	if err := again.Restore(&fields); err != nil {
		t.Fatal(err)
	}
	attend(other, again, 12*minute)
	if fingerprint(t, other, again) != want {
		t.Error("the run that went on differs")
	}
}
