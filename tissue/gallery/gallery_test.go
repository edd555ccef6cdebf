package gallery_test

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/cpu"
	"github.com/cytofield/cytofield/engine/gpu/gputest"
	"github.com/cytofield/cytofield/engine/life"
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
	slices.Sort(want)
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
	model := *s.Model // whose cells may come and go, while the scenario's stay for the next run
	o := life.Options{Coupling: engine.Coupling(s.Numerics.Coupling)}
	if err := life.Start(simulation, &model, solver, o); err != nil {
		t.Fatal(err)
	}
	simulation.Every(s.Output.Every, func(float64) error { return nil })
	before := make([]float64, len(s.Expect))
	for _, m := range moments(s.Expect) {
		if err := simulation.Advance(context.Background(), m.time); err != nil {
			t.Fatal(err)
		}
		e := s.Expect[m.index]
		got, err := observe(solver, s.Model, e)
		if err != nil {
			t.Fatal(err)
		}
		if m.time == e.Since {
			before[m.index] = got
			continue
		}
		got -= before[m.index]
		name := s.Model.Substrates[e.Substrate].Name
		if e.Observable == "body" {
			name = s.Model.Body.Variables[e.Variable].Name
		}
		if apart := math.Abs(got - e.Value); !(apart <= e.RelativeTolerance*math.Abs(e.Value)) {
			t.Errorf("%s:%d: %s of %s at %g s is %g, want %g within %g", e.File, e.Line, e.Observable, name, e.Time, got, e.Value, e.RelativeTolerance)
		} else {
			t.Logf("%s of %s at %g s is %g, %.2g from %g", e.Observable, name, e.Time, got, apart/math.Abs(e.Value), e.Value)
		}
	}
}

// A moment is a time, s, at which an expectation is looked at.
type moment struct {
	time  float64
	index int
}

// moments returns the times of the expectations in order.
func moments(expectations []scenario.Expectation) []moment {
	var all []moment
	for i, e := range expectations {
		if e.Since > 0 {
			all = append(all, moment{e.Since, i})
		}
		all = append(all, moment{e.Time, i})
	}
	slices.SortStableFunc(all, func(a, b moment) int { return cmp.Compare(a.time, b.time) })
	return all
}

func observe(s engine.Solver, m *tissue.Model, e scenario.Expectation) (float64, error) {
	if e.Observable == "body" {
		return s.Body().Values[e.Variable], nil
	}
	if e.Observable == "molecules" {
		l, err := s.Ledger(e.Substrate)
		return l.Present, err
	}
	f := tissue.NewField(m.Grid)
	if err := s.Read(e.Substrate, f); err != nil {
		return 0, err
	}
	values := within(m, e.Region, f)
	switch e.Observable {
	case "mean":
		return mean(values), nil
	case "min":
		return slices.Min(values), nil
	case "max":
		return slices.Max(values), nil
	case "wavelength":
		return wavelength(f), nil
	}
	return 0, fmt.Errorf("unknown observable %q", e.Observable)
}

// within returns the densities in the voxels of a region, of all where it has no name.
func within(m *tissue.Model, region string, f *tissue.Field) []float64 {
	if region == "" {
		return f.Values
	}
	label := uint8(1 + slices.IndexFunc(m.Regions, func(r tissue.Region) bool { return r.Name == region }))
	var values []float64
	for voxel, l := range m.Labels() {
		if l == label {
			values = append(values, f.Values[voxel])
		}
	}
	return values
}

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// wavelength returns 2 pi sqrt(<(c - <c>)^2>/<|grad c|^2>), µm, with the gradient on
// the faces between voxels of a periodic domain. Of a plane wave of wave number k it
// is 2 pi/k, up to (k dx)^2/24.
func wavelength(f *tissue.Field) float64 {
	centre, shape := mean(f.Values), f.Grid.Shape
	variance, slope := 0.0, 0.0
	for i, c := range f.Values {
		variance += (c - centre) * (c - centre)
		at := [3]int{i % shape[0], i / shape[0] % shape[1], i / (shape[0] * shape[1])}
		for axis, spacing := range f.Grid.Spacing {
			next := at
			next[axis] = (at[axis] + 1) % shape[axis]
			rise := (f.Values[next[0]+shape[0]*(next[1]+shape[1]*next[2])] - c) / spacing
			slope += rise * rise
		}
	}
	return 2 * math.Pi * math.Sqrt(variance/slope)
}

func TestObservablesAreThoseOfTheField(t *testing.T) {
	m := &tissue.Model{
		Grid: tissue.Grid{Shape: [3]int{2, 1, 1}, Spacing: [3]float64{10, 10, 10}}, ExtracellularFraction: 0.5,
		Substrates: []tissue.Substrate{{Name: "a", Unit: tissue.Nanomolar}},
		Regions: []tissue.Region{{
			Name: "right", ExtracellularFraction: 0.5, Media: []tissue.Medium{{}},
			Shape: tissue.Box{From: r3.Vec{X: 10}, To: r3.Vec{X: 20, Y: 10, Z: 10}},
		}},
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
	for _, observable := range []string{"mean", "min", "max"} {
		if got, err := observe(s, m, scenario.Expectation{Observable: observable, Region: "right"}); err != nil || got != 4 {
			t.Errorf("%s of the right is %g (%v), want 4", observable, got, err)
		}
	}
}

// TestWavelengthIsThatOfAWave holds for any direction, mean and amplitude.
func TestWavelengthIsThatOfAWave(t *testing.T) {
	f := tissue.NewField(tissue.Grid{Shape: [3]int{48, 90, 1}, Spacing: [3]float64{10, 5, 3}})
	k := [2]float64{2 * math.Pi / 240, 2 * math.Pi / 450} // two waves along x, one along y
	for i := range f.Values {
		x, y := 10*float64(i%48), 5*float64(i/48)
		f.Values[i] = 3 + 0.1*math.Cos(k[0]*x+k[1]*y)
	}
	want := 2 * math.Pi / math.Hypot(k[0], k[1])
	if got := wavelength(f); math.Abs(got-want) > 0.003*want { // (k dx)^2/24
		t.Errorf("%g um, want %g um", got, want)
	}
}
