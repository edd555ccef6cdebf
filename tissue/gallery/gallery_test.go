package gallery_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/cpu"
	"github.com/cytofield/cytofield/engine/gpu/gputest"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/gallery"
	"github.com/cytofield/cytofield/tissue/scenario"
)

func decode(t *testing.T, name string) *scenario.Scenario {
	t.Helper()
	text, err := gallery.Text(name)
	if err != nil {
		t.Fatal(err)
	}
	s, err := scenario.Decode(name+".yaml", text, "", scenario.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestEveryFileIsListed(t *testing.T) {
	files, err := filepath.Glob("*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, path := range files {
		name := strings.TrimSuffix(path, ".yaml")
		want = append(want, name)
		kept, err := gallery.Text(name)
		if err != nil {
			t.Fatal(err)
		}
		if text, err := os.ReadFile(path); err != nil || string(kept) != string(text) {
			t.Errorf("%s: the binary holds another text than the file (%v)", name, err)
		}
	}
	if got := gallery.Names(); len(got) == 0 || !slices.Equal(got, want) || !slices.IsSorted(got) {
		t.Errorf("%q listed, %q there", got, want)
	}
}

func TestAnUnknownNameSaysWhichThereAre(t *testing.T) {
	for _, name := range []string{"il3-niche", "", "../gallery/il2-niche"} {
		if _, err := gallery.Text(name); err == nil || !strings.Contains(err.Error(), "il2-niche") {
			t.Errorf("%q: %v, want an error that lists the gallery", name, err)
		}
	}
}

// TestEveryScenarioIsAnExample worth showing: sound, without warnings of the file,
// with a title, a picture and a figure to check, and every value's origin resolved.
func TestEveryScenarioIsAnExample(t *testing.T) {
	for _, name := range gallery.Names() {
		t.Run(name, func(t *testing.T) {
			s := decode(t, name)
			if s.Name != name || s.Model.Title == "" || len(s.Output.Frames) == 0 || len(s.Expect) == 0 {
				t.Errorf("named %q, title %q, %d frames, %d expectations: want a title and some of each", s.Name, s.Model.Title, len(s.Output.Frames), len(s.Expect))
			}
			for _, w := range s.Warnings {
				t.Errorf("warning: %s", w)
			}
			for i, e := range s.Expect {
				if e.Source == "" {
					t.Errorf("expect[%d] names no source", i)
				}
			}
			a, err := engine.Analyse(s.Model, options(s), s.Output.Every)
			if err != nil || a.Fault != nil {
				t.Errorf("%v, %v", err, a.Fault)
			}
			again, err := scenario.Decode("again.yaml", s.Resolved(), "", scenario.Options{})
			if err != nil || again.Hash != s.Hash {
				t.Errorf("resolved and read again: %v", err)
			}
		})
	}
}

func options(s *scenario.Scenario) engine.Options {
	return engine.Options{
		Scheme: engine.Scheme(s.Numerics.Scheme), Coupling: engine.Coupling(s.Numerics.Coupling),
		RelativeTolerance: s.Numerics.RelativeTolerance, AbsoluteTolerance: s.Numerics.AbsoluteTolerance, TimeStep: s.Numerics.TimeStep,
	}
}

func TestExpectationsHold(t *testing.T) {
	for _, name := range gallery.Names() {
		s := decode(t, name)
		t.Run(name+" on the CPU", func(t *testing.T) {
			solver, err := cpu.NewSolver(s.Model, options(s))
			if err != nil {
				t.Fatal(err)
			}
			defer solver.Close()
			holds(t, s, solver)
		})
		t.Run(name+" on the GPU", func(t *testing.T) {
			if testing.Short() {
				t.Skip("a whole run")
			}
			solver, err := engine.NewGPUSolver(gputest.Open(t), s.Model, options(s))
			if err != nil {
				t.Fatal(err)
			}
			defer solver.Close()
			holds(t, s, solver)
		})
	}
}

// holds runs a scenario to the end and compares at the times of its expectations.
// It steps onto the outputs as a run does.
func holds(t *testing.T, s *scenario.Scenario, solver engine.Solver) {
	t.Helper()
	simulation := engine.New(solver)
	simulation.Every(s.Output.Every, func(float64) error { return nil })
	expectations := slices.Clone(s.Expect)
	slices.SortStableFunc(expectations, func(a, b scenario.Expectation) int { return int(math.Copysign(1, a.Time-b.Time)) })
	for _, e := range expectations {
		if err := simulation.Advance(context.Background(), e.Time); err != nil {
			t.Fatal(err)
		}
		got, err := observe(solver, s.Model, e)
		if err != nil {
			t.Fatal(err)
		}
		name := s.Model.Substrates[e.Substrate].Name
		if apart := math.Abs(got - e.Value); !(apart <= e.RelativeTolerance*math.Abs(e.Value)) {
			t.Errorf("%s:%d: %s of %s at %g s is %g, want %g within %g", e.File, e.Line, e.Observable, name, e.Time, got, e.Value, e.RelativeTolerance)
		} else {
			t.Logf("%s of %s at %g s is %g, %.2g from %g", e.Observable, name, e.Time, got, apart/math.Abs(e.Value), e.Value)
		}
	}
}

func observe(s engine.Solver, m *tissue.Model, e scenario.Expectation) (float64, error) {
	if e.Observable == "molecules" {
		l, err := s.Ledger(e.Substrate)
		return l.Present, err
	}
	f := tissue.NewField(m.Grid)
	if err := s.Read(e.Substrate, f); err != nil {
		return 0, err
	}
	switch e.Observable {
	case "mean":
		sum := 0.0
		for _, c := range f.Values {
			sum += c
		}
		return sum / float64(len(f.Values)), nil
	case "min":
		return slices.Min(f.Values), nil
	case "max":
		return slices.Max(f.Values), nil
	}
	return 0, fmt.Errorf("unknown observable %q", e.Observable)
}

func TestObservablesAreThoseOfTheField(t *testing.T) {
	m := &tissue.Model{
		Grid: tissue.Grid{Shape: [3]int{2, 1, 1}, Spacing: [3]float64{10, 10, 10}}, ExtracellularFraction: 0.5,
		Substrates: []tissue.Substrate{{Name: "a", Unit: tissue.Nanomolar}},
	}
	s, err := cpu.NewSolver(m, engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	f := tissue.NewField(m.Grid)
	copy(f.Values, []float64{1, 4})
	if err := s.Write(0, f); err != nil {
		t.Fatal(err)
	}
	for observable, want := range map[string]float64{"mean": 2.5, "min": 1, "max": 4, "molecules": 5 * 500 * 0.602214076} {
		got, err := observe(s, m, scenario.Expectation{Observable: observable})
		if err != nil || math.Abs(got-want) > 1e-12*want {
			t.Errorf("%s is %g (%v), want %g", observable, got, err, want)
		}
	}
}
