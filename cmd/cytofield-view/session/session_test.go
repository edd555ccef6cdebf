package session

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/cpu"
	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/engine/gpu/gputest"
	"github.com/cytofield/cytofield/engine/life"
	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// pond is a small tissue in which two substrates step at their own pace.
const pond = `
cytofield: 1
title: a pond
domain: {size: [190 um, 130 um], voxel: 10 um, thickness: 10 um, extracellular: 1}
duration: 20 min
seed: 3
substrates:
  IL-2: {diffusion: 10 um^2/s, half_life: 2 h}
  TNF: {diffusion: 1 um^2/s, decay: 1e-4 /s, initial: 1 nM}
cells:
  types:
    Th: {radius: 5 um, export: {IL-2: 10 molecules/s}, motility: {speed: 2 um/min, persistence: 5 min}}
    Treg: {radius: 5 um, receptors: {IL-2R: {ligand: IL-2, count: 1500, on_rate: 111.6 /nM/h}}}
  place:
    - {type: Th, number: 4, pattern: random}
    - {type: Treg, number: 9, pattern: random}
output: {every: 5 min}
`

func found(t *testing.T) Source {
	t.Helper()
	return foundAs(t, pond)
}

// foundAs returns the source of a scenario's text.
func foundAs(t *testing.T, text string) Source {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pond.yaml")
	must(t, os.WriteFile(path, []byte(text), 0o600))
	source, err := Find(path)
	must(t, err)
	return source
}

func opened(t *testing.T, d *gpu.Device) *Session {
	t.Helper()
	return openedAs(t, pond, d)
}

// openedAs opens a scenario's text, on a device or where that is nil on the processor.
func openedAs(t *testing.T, text string, d *gpu.Device) *Session {
	t.Helper()
	s, err := Open(foundAs(t, text), d)
	must(t, err)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// play ticks like a window with so many pictures per second until it stops.
func play(t *testing.T, s *Session, perSecond int) {
	t.Helper()
	s.Play(true)
	for s.playing {
		must(t, s.Tick(time.Second/time.Duration(perSecond), 0))
	}
}

// densities reads all substrates.
func densities(t *testing.T, s engine.Solver, m *tissue.Model) []float64 {
	t.Helper()
	var all []float64
	for id := range m.Substrates {
		f := tissue.NewField(m.Grid)
		must(t, s.Read(tissue.SubstrateID(id), f))
		all = append(all, f.Values...)
	}
	return all
}

// headless runs the scenario as cytofield run does.
func headless(t *testing.T, d *scenario.Scenario, device *gpu.Device) []float64 {
	t.Helper()
	var s engine.Solver
	var err error
	if device == nil {
		s, err = cpu.NewSolver(d.Model, options(d.Numerics))
	} else {
		s, err = engine.NewGPUSolver(device, d.Model, options(d.Numerics))
	}
	must(t, err)
	defer s.Close()
	simulation := engine.New(s)
	must(t, life.Start(simulation, d.Model, s, life.Options{}))
	simulation.Every(d.Output.Every, func(float64) error { return nil })
	must(t, simulation.Advance(context.Background(), d.Model.Duration))
	return densities(t, s, d.Model)
}

// apart is the largest difference over the largest value.
func apart(a, b []float64) float64 {
	worst, most := 0.0, 0.0
	for i := range a {
		worst, most = max(worst, math.Abs(a[i]-b[i])), max(most, math.Abs(a[i]))
	}
	return worst / most
}

func TestWatchingChangesNoNumber(t *testing.T) {
	for _, tc := range []struct {
		name      string
		device    func() *gpu.Device
		perSecond int
	}{
		{"processor", func() *gpu.Device { return nil }, 3},
		{"processor, often", func() *gpu.Device { return nil }, 60},
		{"device", func() *gpu.Device { return gputest.Open(t) }, 7},
	} {
		t.Run(tc.name, func(t *testing.T) {
			device := tc.device()
			s := opened(t, device)
			must(t, s.PinCell(1))
			gate := &Gate{X: Axis{Column: "x_um"}, Y: Axis{Column: "IL-2_surface_nM"}, LogY: true, Drawn: Rectangle(Point{}, Point{90, 1}), Extended: true}
			s.Play(true)
			for s.playing {
				must(t, s.Tick(time.Second/time.Duration(tc.perSecond), 0))
				_, err := s.Look(View{Gate: gate, Voxels: true, Occupied: true})
				must(t, err)
			}
			d, err := found(t).decode(nil)
			must(t, err)
			want := headless(t, d, device)
			if got := densities(t, s.solver, s.scenario.Model); apart(want, got) != 0 {
				t.Errorf("the same run differs by %.2g when it is watched", apart(want, got))
			}
		})
	}
}

func TestARunWithTheCommandOfASessionRepeatsIt(t *testing.T) {
	s := opened(t, nil)
	must(t, s.Set("substrates.TNF.decay=2e-4 /s"))
	s.Play(true)
	for s.Time() < 400 {
		must(t, s.Tick(100*time.Millisecond, 0))
	}
	must(t, s.Happen("dose: {IL-2: 0.5 nM}, within: {sphere: {centre: [60 um, 60 um], radius: 30 um}}"))
	for s.Play(true); s.Time() < 700; {
		must(t, s.Tick(100*time.Millisecond, 0))
	}
	export := find(t, s, "cells.types.Th.export.IL-2")
	must(t, s.Change(export, 40))
	play(t, s, 10)
	d, err := s.source.decode(settings(s.edits))
	must(t, err)
	want := headless(t, d, nil)
	// Steps end elsewhere before an edit that was not known yet: ten of the step's tolerance of 1e-3.
	if got := apart(want, densities(t, s.solver, s.scenario.Model)); got > 1e-2 {
		t.Errorf("the run of %s differs from the session by %.2g", s.Command(), got)
	}
}

func find(t *testing.T, s *Session, path string) Parameter {
	t.Helper()
	for _, p := range s.parameters() {
		if p.Path == path {
			return p
		}
	}
	t.Fatalf("no parameter %q", path)
	return Parameter{}
}

func TestSpeedIsKeptOverLongSteps(t *testing.T) {
	s := opened(t, nil)
	s.RunTo(300) // by now steps are longer than a tick
	must(t, s.Tick(0, 0))
	s.SetSpeed(60)
	s.Play(true)
	for range 120 {
		must(t, s.Tick(time.Second/60, 0))
	}
	if got, last := s.Time()-300, s.solver.Stats().LastStep; got < 120 || got > 120+2*last {
		t.Errorf("two seconds at 60 s/s took it %g s on, want 120 s and the rest of a step of %g s", got, last)
	}
}

func TestUndoIsAsIfItHadNeverBeen(t *testing.T) {
	for _, tc := range []struct {
		name string
		edit func(*Session) error
	}{
		{"a setting", func(s *Session) error { return s.Set("substrates.IL-2.diffusion=80 um^2/s") }},
		{"a dose", func(s *Session) error { return s.Happen("dose: {TNF: 5 nM}") }},
		{"cells", func(s *Session) error { return s.Happen("remove: {type: Treg}") }},
		{"another tissue", func(s *Session) error { return s.Set("seed=9") }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := opened(t, nil)
			s.RunTo(300)
			must(t, s.Tick(0, 0))
			before := densities(t, s.solver, s.scenario.Model)
			must(t, tc.edit(s))
			_, err := s.Look(View{})
			must(t, err)
			must(t, s.Step())
			must(t, s.Undo())
			if s.Time() == 0 { // another tissue begins at its start, and so does the one before
				s.RunTo(300)
				must(t, s.Tick(0, 0))
			}
			if s.Time() != 300 || apart(before, densities(t, s.solver, s.scenario.Model)) != 0 || len(s.Edits()) != 0 {
				t.Errorf("at %g s after undo with %d edits, densities differ by %.2g", s.Time(), len(s.Edits()),
					apart(before, densities(t, s.solver, s.scenario.Model)))
			}
		})
	}
}

func TestAWrongEditLeavesTheSessionAsItWas(t *testing.T) {
	s := opened(t, nil)
	s.RunTo(120)
	must(t, s.Tick(0, 0))
	before := densities(t, s.solver, s.scenario.Model)
	for _, wrong := range []string{"substrates.IL-2.diffusion=-1 um^2/s", "substrates.IL-3.diffusion=1 um^2/s", "nonsense"} {
		if err := s.Set(wrong); err == nil {
			t.Errorf("%s was taken", wrong)
		}
	}
	if len(s.Edits()) != 0 || apart(before, densities(t, s.solver, s.scenario.Model)) != 0 {
		t.Errorf("%d edits are left of wrong ones", len(s.Edits()))
	}
}

func TestSliderEditsOfOneMomentAreOne(t *testing.T) {
	s := opened(t, nil)
	for _, name := range []string{
		"substrates.IL-2.diffusion", "substrates.IL-2.decay", "cells.types.Th.export.IL-2", "cells.types.Treg.receptors.IL-2R.count",
		"cells.types.Treg.receptors.IL-2R.on_rate",
	} {
		before := len(s.Edits())
		p := find(t, s, name)
		must(t, s.Change(p, 3*p.Value))
		must(t, s.Change(p, 2*p.Value))
		if got := find(t, s, name); math.Abs(got.Value-2*p.Value) > 1e-9*p.Value {
			t.Errorf("%s is %g %s, want %g", name, got.Value, p.Unit, 2*p.Value)
		}
		if got := len(s.Edits()); got != before+1 {
			t.Errorf("%s: %d edits of one slider, want 1", name, got-before)
		}
	}
}

func TestStepsAndRunsLandWhereTheyShould(t *testing.T) {
	s := opened(t, nil)
	must(t, s.Step())
	if s.solver.Stats().Steps != 1 {
		t.Errorf("%d steps after one", s.solver.Stats().Steps)
	}
	s.RunTo(77)
	must(t, s.Tick(0, 0))
	if s.Time() != 77 || s.playing {
		t.Errorf("at %g s, playing %v; want 77 s and rest", s.Time(), s.playing)
	}
	s.RunTo(1e6)
	must(t, s.Tick(0, 0))
	if s.Time() != s.Duration() {
		t.Errorf("at %g s of %g s", s.Time(), s.Duration())
	}
	s.Play(true)
	if s.playing {
		t.Error("it plays behind its end")
	}
	must(t, s.Restart())
	if s.Time() != 0 {
		t.Errorf("at %g s after restart", s.Time())
	}
}

func TestLookShowsWhatTheSolverHas(t *testing.T) {
	s := opened(t, nil)
	s.RunTo(300)
	must(t, s.Tick(0, 0))
	at := r3.Vec{X: 65, Y: 35, Z: 5}
	_, err := s.Look(View{})
	must(t, err)
	must(t, s.Pin(at))
	s.RunTo(310)
	must(t, s.Tick(0, 0))
	r, err := s.Look(View{Substrate: 1, Slice: render.Slice{Axis: 2}, Cursor: &at})
	must(t, err)
	f := tissue.NewField(r.Grid)
	must(t, s.solver.Read(1, f))
	want := render.Extract(f, r.View.Slice)
	for i, c := range want.Values {
		if r.Plane.Values[i] != c {
			t.Fatalf("voxel %d of the plane is %g, want %g", i, r.Plane.Values[i], c)
		}
	}
	if got, want := r.Cursor[1], f.At(6, 3, 0); math.Abs(got-want) > 1e-9*want {
		t.Errorf("the cursor reads %g nM in a voxel of %g nM", got, want)
	}
	if last := r.Pins[0].Densities[1]; len(last) != 2 || math.Abs(last[1]-r.Cursor[1]) > 1e-9 {
		t.Errorf("the pin reads %v, want %g", last, r.Cursor[1])
	}
	if n := len(r.Discs); n != 13 {
		t.Errorf("%d cells in the plane, want 13", n)
	}
}

func TestAScaleIsSteady(t *testing.T) {
	var s steady
	var first, more, less, least render.Range
	plane := func(r *render.Range, c float32) { r.Add(&render.Plane{Width: 1, Height: 1, Values: []float32{c}}) }
	plane(&first, 0.9)
	plane(&more, 1.2)
	plane(&less, 0.4)
	plane(&least, 0.1)
	var got []float64
	for _, r := range []*render.Range{&first, &more, &less, &least} {
		got = append(got, s.follow(View{}, r).High)
	}
	for i, want := range []float64{1, 1.5, 1.5, 0.1} {
		if math.Abs(got[i]-want) > 1e-12 {
			t.Errorf("high ends %v, want 1, 1.5, 1.5, 0.1", got)
			break
		}
	}
}

func TestTheSavedFileIsAScenario(t *testing.T) {
	s := opened(t, nil)
	s.RunTo(300)
	must(t, s.Tick(0, 0))
	must(t, s.Set("substrates.TNF.diffusion=3 um^2/s"))
	must(t, s.Happen("dose: {TNF: 5 nM}"))
	text, err := s.Text()
	must(t, err)
	if !strings.HasPrefix(string(text), "# Set at 300 s; this file has it from the start: substrates.TNF.diffusion=3 um^2/s\n") {
		t.Errorf("the file does not say what it cannot repeat: %.200s", text)
	}
	d, err := scenario.Decode("saved.yaml", text, "", scenario.Options{})
	must(t, err)
	if len(d.Model.Events) != 1 || d.Model.Events[0].Time != 300 || d.Model.Substrates[1].DiffusionCoefficient != 3 {
		t.Errorf("events %v, diffusion %g µm²/s", d.Model.Events, d.Model.Substrates[1].DiffusionCoefficient)
	}
}

func TestWarningsOfTheScenarioAreShown(t *testing.T) {
	source := found(t)
	source.Settings = []string{"domain.extracellular="}
	s, err := Open(source, nil)
	must(t, err)
	defer s.Close()
	r, err := s.Look(View{})
	must(t, err)
	if len(r.Warnings) == 0 || !strings.Contains(strings.Join(r.Warnings, " "), "extracellular") {
		t.Errorf("warnings %q, want one of the missing extracellular fraction", r.Warnings)
	}
}

func TestHistoriesStayShort(t *testing.T) {
	var s Session
	h := &s.history
	for i := range 3 * mostMoments {
		h.Time, h.StepTaken = append(h.Time, float64(i)), append(h.StepTaken, 1)
		if h.Len() > mostMoments {
			for _, values := range h.series() {
				*values = halve(*values)
			}
		}
	}
	if h.Len() > mostMoments || h.Len() < mostMoments/2 || h.Time[0] != 0 {
		t.Errorf("%d moments from %g s", h.Len(), h.Time[0])
	}
}

func TestAnEditFallsOnOneTimeOfAllSubstrates(t *testing.T) {
	s := opened(t, nil)
	s.RunTo(200)
	must(t, s.Tick(0, 0))
	for range 3 {
		must(t, s.Step())
	}
	if s.solver.Furthest() == s.Time() {
		t.Fatal("all substrates are at one time: the test wants them apart")
	}
	ahead := s.solver.Furthest()
	must(t, s.Happen("dose: {TNF: 5 nM}"))
	at := s.edits[0].Time
	if at < ahead || at > ahead+0.1 || s.Time() != at || s.solver.Furthest() != at {
		t.Errorf("the edit is at %g s, substrates at %g to %g s, the furthest was at %g s", at, s.Time(), s.solver.Furthest(), ahead)
	}
	if _, most := s.solver.Extremes(1); most < 5 {
		t.Errorf("the largest density is %g nM after a dose of 5 nM", most)
	}
}
