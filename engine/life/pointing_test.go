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
	"github.com/cytofield/cytofield/engine/life"
	"github.com/cytofield/cytofield/tissue"
)

// whispering is a busy tissue whose cells export towards each other, one kind in bursts.
func whispering() *tissue.Model {
	m := busy(400)
	m.CellTypes[0].Exchange[0].Pointing = tissue.Pointing{Fraction: 0.6, Towards: 1}
	m.CellTypes[1].Exchange[0].Pointing = tissue.Pointing{Fraction: 1, Towards: 0}
	return m
}

func inCloud(t *testing.T, m *tissue.Model) (*life.Life, engine.Solver) {
	t.Helper()
	solver, err := cpu.NewSolver(m, engine.Options{Coupling: engine.CloudCoupling})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { solver.Close() })
	l, err := life.New(m, solver, life.Options{Coupling: engine.CloudCoupling})
	if err != nil {
		t.Fatal(err)
	}
	return l, solver
}

// However cells move, divide and die, and exports come in bursts and point, each cell
// secretes what it exports, and the ledger holds that.
func TestPointingSecretesWhatCellsExport(t *testing.T) {
	l, solver := inCloud(t, whispering())
	simulation := engine.New(solver)
	exported, rates, last := 0., 0., 0.
	simulation.Every(minute, func(now float64) error {
		if err := l.Step(now); err != nil {
			return err
		}
		states, err := solver.Cells()
		if err != nil {
			return err
		}
		m, pointed := l.Model(), 0
		exported += rates * (now - last)
		rates, last = 0, now
		for i := range m.Cells.ID {
			rate := 0.
			for _, e := range m.ExchangeOf(i) {
				rate += e.NetExportRate
			}
			if math.Abs(states.Secreted[0][i]-rate) > 1e-12*rate { // (1 − f) E + f E
				t.Fatalf("at %g s cell %d secretes %.17g molecules/s, want %.17g", now, m.Cells.ID[i], states.Secreted[0][i], rate)
			}
			rates += rate
		}
		a, err := engine.Analyse(m, engine.Options{Coupling: engine.CloudCoupling}, hour)
		if err != nil {
			return err
		}
		for _, p := range a.Pointing {
			pointed += p.Cells
		}
		if pointed < 50 {
			t.Fatalf("at %g s %d cells point: want many", now, pointed)
		}
		return nil
	})
	if err := simulation.Advance(context.Background(), 11.5*minute); err != nil {
		t.Fatal(err)
	}
	ledger := ledgerOf(t, solver)
	exported += rates * (11.5*minute - last)
	if math.Abs(ledger.Residual()) > 1e-12*ledger.Handled() {
		t.Errorf("residual %g of %g", ledger.Residual(), ledger.Handled())
	}
	if dead := count(l, 1, true); dead == 0 || math.Abs(ledger.Secreted/exported-1) > 1e-12 {
		t.Errorf("%.15g molecules secreted, %.15g exported, %d died", ledger.Secreted, exported, dead)
	}
}

func TestPointingGoesOnFromASnapshot(t *testing.T) {
	l, solver := inCloud(t, whispering())
	goOn(t, l, solver, 6)
	var cells, fields bytes.Buffer
	if err := l.Save(&cells); err != nil {
		t.Fatal(err)
	}
	if err := solver.Snapshot(&fields); err != nil {
		t.Fatal(err)
	}
	goOn(t, l, solver, 4)
	other, again := inCloud(t, whispering())
	if err := other.Load(&cells); err != nil {
		t.Fatal(err)
	}
	if err := again.Restore(&fields); err != nil {
		t.Fatal(err)
	}
	goOn(t, other, again, 4)
	if diff := cmp.Diff(fingerprint(t, l, solver), fingerprint(t, other, again)); diff != "" {
		t.Error("the run that went on differs")
	}
}

// listening is a solver that remembers the model it was given last.
type listening struct {
	engine.Solver
	given *tissue.Model
}

func (l *listening) Update(m *tissue.Model) error {
	l.given = m
	return l.Solver.Update(m)
}

// The solver, whose exports point to the living, is told who is dead: at the step of a
// death, at events, and from a snapshot.
func TestTheSolverHearsOfTheDead(t *testing.T) {
	doomed := tissue.CellType{Name: "doomed", Radius: 5, Life: tissue.Life{Apoptosis: tissue.Death{Rate: 1e3, Duration: hour}}}
	made := func() (*life.Life, *listening) {
		m := tissueOf([3]int{10, 10, 10}, doomed, tissue.CellType{Name: "other", Radius: 5})
		m.Cells.Add(1, r3.Vec{X: 50, Y: 50, Z: 50})
		m.Cells.Add(0, r3.Vec{X: 60, Y: 50, Z: 50})
		m.Events = []tissue.Event{{Time: 1.5 * minute, Action: tissue.Arrival{Cells: []tissue.NewCell{{Type: 1, Position: r3.Vec{X: 20, Y: 20, Z: 20}}}}}}
		solver, err := cpu.NewSolver(m, engine.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { solver.Close() })
		s := &listening{solver, m}
		l, err := life.New(m, s, life.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return l, s
	}
	heard := func(when string, s *listening, want ...bool) {
		t.Helper()
		if got := s.given.Cells.Dead; !slices.Equal(got, want) {
			t.Errorf("%s: the solver has %v for dead, want %v", when, got, want)
		}
	}
	l, s := made()
	simulation := engine.New(s)
	l.Attend(simulation)
	reach(t, simulation, minute)
	heard("a death", s, false, true)
	var saved bytes.Buffer
	if err := l.Save(&saved); err != nil {
		t.Fatal(err)
	}
	other, again := made()
	if err := other.Load(&saved); err != nil {
		t.Fatal(err)
	}
	heard("a snapshot", again, false, true)
	reach(t, simulation, 1.6*minute)
	heard("an event", s, false, true, false)
}
