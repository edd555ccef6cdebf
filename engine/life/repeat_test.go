package life_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/cpu"
	"github.com/cytofield/cytofield/engine/life"
	"github.com/cytofield/cytofield/tissue"
)

// busy is a tissue in which all happens that can: cells walk up a gradient they make,
// push, divide, die, kill, eat, turn into each other, exchange by rules and in bursts, and
// count what they catch.
func busy(cells int) *tissue.Model {
	h := 1 / hour
	remains := tissue.CellTypeID(2)
	macrophage := tissue.CellType{
		Name: "macrophage", Radius: 6,
		Exchange:  []tissue.Exchange{{NetExportRate: 10}},
		Variables: []tissue.CellVariable{{Name: "load", Initial: 8}},
		Life: tissue.Life{
			Motility: tissue.Motility{Speed: 2 / minute, PersistenceTime: 5 * minute, Bias: 0.4,
				Sensitivity: []tissue.ChemotacticSensitivity{{Substrate: 0, Value: 1}}},
			Mechanics:        tissue.Mechanics{Repulsion: 10 / minute, Adhesion: 0.4 / minute},
			Division:         tissue.Division{Rate: 0.3 * h, Share: 0.5, Daughter: []tissue.DaughterType{{Type: 1, Probability: 0.2}}},
			Kills:            []tissue.TypeRate{{Type: 1, Rate: 0.5 * h}},
			PhagocytosisDead: h,
			Bursts:           []tissue.Bursts{{OnTime: 3 * minute, OffTime: 5 * minute}},
			Rules: []tissue.Rule{
				{Signal: tissue.Signal{Kind: tissue.Density}, Behaviour: tissue.Behaviour{Kind: tissue.Export}, Saturation: 30, HalfMax: 0.01, HillPower: 2},
				{Signal: tissue.Signal{Kind: tissue.Pressure}, Behaviour: tissue.Behaviour{Kind: tissue.DivisionRate}, Decreases: true, HalfMax: 0.5, HillPower: 4},
				{Signal: tissue.Signal{Kind: tissue.Contact, Type: 1}, Behaviour: tissue.Behaviour{Kind: tissue.Speed}, Decreases: true, HalfMax: 1, HillPower: 1.5},
				{Signal: tissue.Signal{Kind: tissue.Gradient}, Behaviour: tissue.Behaviour{Kind: tissue.Bias}, Saturation: 0.9, HalfMax: 1e-4, HillPower: 1},
			},
		},
	}
	neutrophil := tissue.CellType{
		Name: "neutrophil", Radius: 5,
		Exchange:  []tissue.Exchange{{NetExportRate: 3, UptakeRate: 0.1}},
		Variables: []tissue.CellVariable{{Name: "load", Initial: 2}},
		Life: tissue.Life{
			Motility:    tissue.Motility{Speed: 4 / minute, PersistenceTime: 5 * minute},
			Mechanics:   tissue.Mechanics{Repulsion: 10 / minute},
			Apoptosis:   tissue.Death{Rate: 0.2 * h, Duration: 0.5 * hour, Release: []tissue.Release{{Molecules: 100, Variable: tissue.NoVariable}}},
			Necrosis:    tissue.Death{Duration: hour, Remains: &remains},
			Attacks:     []tissue.TypeRate{{Type: 0, Rate: h}},
			Transitions: []tissue.TypeRate{{Type: 0, Rate: 0.05 * h}},
			RepairRate:  0.1 * h,
			Rules: []tissue.Rule{
				{Signal: tissue.Signal{Kind: tissue.Damage}, Behaviour: tissue.Behaviour{Kind: tissue.NecrosisRate}, Saturation: h, HalfMax: 1, HillPower: 2},
				{Signal: tissue.Signal{Kind: tissue.Age}, Behaviour: tissue.Behaviour{Kind: tissue.ApoptosisRate}, Saturation: 2 * h, HalfMax: 3 * hour, HillPower: 3},
			},
		},
	}
	receptor := tissue.Receptor{Name: "R", Count: 500, OnRate: 0.01}
	neutrophil.Variables = append(neutrophil.Variables, receptor.CountedVariables()...)
	capture, _ := neutrophil.CaptureOf("R")
	neutrophil.Life.Captures = []tissue.Capture{capture}
	debris := tissue.CellType{Name: "debris", Radius: 4}
	m := tissueOf([3]int{24, 20, 8}, macrophage, neutrophil, debris)
	m.Substrates[0].DecayRate = 1e-3
	m.CellTypes[1].Reactions, _ = receptor.CountedReactions(m.Substrates, neutrophil.Variables) // of a valid receptor
	random := rand.New(rand.NewPCG(1, 2))
	for k := range cells {
		m.Cells.Add(tissue.CellTypeID(k%2), r3.Vec{X: 240 * random.Float64(), Y: 200 * random.Float64(), Z: 80 * random.Float64()})
	}
	return m
}

// simulate runs a model on the processor for some minutes.
func simulate(t *testing.T, m *tissue.Model, minutes float64) (*life.Life, engine.Solver) {
	t.Helper()
	solver, err := cpu.NewSolver(m, engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { solver.Close() })
	l, err := life.New(m, solver, life.Options{})
	if err != nil {
		t.Fatal(err)
	}
	goOn(t, l, solver, minutes)
	return l, solver
}

// goOn runs a simulation on whose cells have acted at the time it is at.
func goOn(t *testing.T, l *life.Life, solver engine.Solver, minutes float64) {
	t.Helper()
	simulation := engine.New(solver)
	simulation.Every(minute, l.Step)
	if err := simulation.Advance(context.Background(), solver.Time()+minutes*minute); err != nil {
		t.Fatal(err)
	}
}

// fingerprint is all that can be told of cells and field.
func fingerprint(t *testing.T, l *life.Life, solver engine.Solver) string {
	t.Helper()
	f := tissue.NewField(l.Model().Grid)
	if err := solver.Read(0, f); err != nil {
		t.Fatal(err)
	}
	var saved bytes.Buffer
	if err := l.Save(&saved); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%v %v %x", l.Model().Cells, f.Values, saved.Bytes())
}

func TestRunsDoNotDependOnThreads(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	var prints []string
	for _, threads := range []int{1, 2} {
		runtime.GOMAXPROCS(threads)
		l, solver := simulate(t, busy(2200), 12) // more than two chunks
		prints = append(prints, fingerprint(t, l, solver))
		last := l.Model().Cells.ID[l.Model().Cells.Len()-1]
		if dead := count(l, 1, true); last < 2205 || dead < 5 {
			t.Fatalf("ids up to %d, %d dead: little has happened", last, dead)
		}
	}
	if prints[0] != prints[1] {
		t.Error("runs on 1 and 2 threads differ")
	}
}

func TestRunsGoOnFromASnapshot(t *testing.T) {
	l, solver := simulate(t, busy(500), 20)
	var cells, fields bytes.Buffer
	if err := l.Save(&cells); err != nil {
		t.Fatal(err)
	}
	if err := solver.Snapshot(&fields); err != nil {
		t.Fatal(err)
	}
	goOn(t, l, solver, 15)
	want := fingerprint(t, l, solver)

	m := busy(500)
	again, err := cpu.NewSolver(m, engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	other, err := life.New(m, again, life.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Load(&cells); err != nil {
		t.Fatal(err)
	}
	if err := again.Restore(&fields); err != nil {
		t.Fatal(err)
	}
	goOn(t, other, again, 15)
	if diff := cmp.Diff(want, fingerprint(t, other, again)); diff != "" {
		t.Error("the run that went on differs")
	}
}

// What becomes of cells and their daughters, and what these export, is the same with cells
// elsewhere.
func TestFatesDoNotDependOnCellsElsewhere(t *testing.T) {
	final := func(elsewhere int) map[r3.Vec]string {
		m := busy(100)
		m.Grid.Shape[0] = 60
		for k := range elsewhere {
			m.Cells.Add(tissue.CellTypeID(k%2), r3.Vec{X: 560, Y: float64(1 + 3*k), Z: 40})
		}
		l, s := live(t, m)
		s.base, s.slope = 0.01, r3.Vec{X: -1e-5, Y: 1e-5}
		run(t, l, s, 60, minute)
		cells := &l.Model().Cells
		all := map[r3.Vec]string{}
		for i, at := range cells.Position {
			if at.X < 300 {
				all[at] = fmt.Sprint(cells.Type[i], cells.Exchange[i])
			}
		}
		return all
	}
	alone, beside := final(0), final(30)
	if len(alone) == 100 {
		t.Fatal("nothing happened")
	}
	if diff := cmp.Diff(alone, beside); diff != "" {
		t.Errorf("with cells elsewhere (-without +with):\n%s", diff)
	}
}

// A step in which no cell leaves its voxel or changes what it does is none of the solver's
// business.
func TestTheSolverHearsOnlyOfWhatItSees(t *testing.T) {
	kind := tissue.CellType{Name: "T", Radius: 5, Exchange: []tissue.Exchange{{NetExportRate: 10}}, Life: tissue.Life{
		Motility: tissue.Motility{Speed: 0.5 / minute, PersistenceTime: 5 * minute},
		Rules: []tissue.Rule{{Signal: tissue.Signal{Kind: tissue.Density}, Behaviour: tissue.Behaviour{Kind: tissue.Export},
			Saturation: 20, HalfMax: 1, HillPower: 1}},
	}}
	m := tissueOf([3]int{20, 20, 20}, kind)
	m.Cells.Add(0, r3.Vec{X: 105, Y: 105, Z: 105})
	l, s := live(t, m)
	s.base = 1
	if err := l.Step(0); err != nil || s.updates != 1 || s.model.Cells.Exchange[0][0].NetExportRate != 15 {
		t.Fatalf("%v, %d updates, exchange %v: want one, of 15 molecules/s", err, s.updates, s.model.Cells.Exchange)
	}
	run(t, l, s, 8, minute) // 4 µm from the centre of a voxel of 10
	if s.updates != 1 {
		t.Errorf("%d updates though nothing changed", s.updates-1)
	}
	if l.Model().Cells.Position[0].X == 105 {
		t.Error("the cell has not moved")
	}
	s.base = 3
	run(t, l, s, 1, minute)
	if s.updates != 2 || s.model.Cells.Exchange[0][0].NetExportRate != 17.5 {
		t.Errorf("%d updates, exchange %v: want a second, of 17.5 molecules/s", s.updates, s.model.Cells.Exchange)
	}
	run(t, l, s, 60, minute)
	if s.updates == 2 || s.updates > 40 {
		t.Errorf("%d updates while the cell went from voxel to voxel", s.updates)
	}
}

// Cells that are added or taken out between two steps come and go without a trace on others.
func TestCellsMayBeAddedBetweenSteps(t *testing.T) {
	m := tissueOf([3]int{20, 20, 20}, dividing())
	m.Cells.Add(0, middle(m))
	l, s := live(t, m)
	run(t, l, s, 1, minute)
	added := l.Model().Cells.Add(0, r3.Vec{X: 5, Y: 5, Z: 5})
	run(t, l, s, 1, minute)
	cells := &l.Model().Cells
	if cells.Len() != 6 || added != 3 || !slices.IsSorted(cells.ID) {
		t.Errorf("cells %v, want 6, the added one with its daughter", cells.ID)
	}
	if age := l.Age(2); age != 0 {
		t.Errorf("the added cell divided, and is %g s old", age)
	}
	total := 0.
	for _, id := range cells.ID {
		total += s.state[id][0]
	}
	if math.Abs(total-2000) > 1e-9 {
		t.Errorf("%g receptors, want 2000", total)
	}
}
