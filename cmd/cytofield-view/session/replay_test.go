package session

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/cpu"
	"github.com/cytofield/cytofield/engine/life"
	"github.com/cytofield/cytofield/engine/record"
	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/tissue"
)

// recordPond runs the pond into a directory until a time, s, as cytofield run does, and
// returns what the solver had at each output, by substrate.
func recordPond(t *testing.T, dir string, substrates []tissue.SubstrateID, until float64, status record.Status) (planes [][]*render.Plane) {
	t.Helper()
	d, err := found(t).decode(nil)
	must(t, err)
	s, err := cpu.NewSolver(d.Model, options(d.Numerics))
	must(t, err)
	defer s.Close()
	run, err := record.Create(dir, d.Model, record.Manifest{Duration: d.Model.Duration, Device: "a processor"}, false)
	must(t, err)
	must(t, run.WriteFile("scenario.yaml", d.Resolved()))
	must(t, run.KeepFields(record.Fields{Substrates: substrates, Every: d.Output.Every}))
	simulation := engine.New(s)
	must(t, life.Start(simulation, d.Model, s, life.Options{}))
	simulation.Every(d.Output.Every, func(float64) error {
		var now []*render.Plane
		for id := range d.Model.Substrates {
			f := tissue.NewField(d.Model.Grid)
			must(t, s.Read(tissue.SubstrateID(id), f))
			now = append(now, render.Extract(f, render.Slice{Axis: 2}))
		}
		planes = append(planes, now)
		return run.Record(s, s.Stats())
	})
	must(t, simulation.Advance(context.Background(), until))
	if status != record.Running {
		must(t, run.Finish(status, s.Time(), s.Stats(), nil))
	}
	return planes
}

func replayed(t *testing.T, dir string) *Replay {
	t.Helper()
	source, err := Find(dir)
	must(t, err)
	if !source.Replays() {
		t.Fatalf("%s is not replayed", dir)
	}
	r, err := OpenReplay(source, nil)
	must(t, err)
	t.Cleanup(func() { must(t, r.Close()) })
	return r
}

func TestAReplayShowsWhatTheRunHad(t *testing.T) {
	for _, status := range []record.Status{record.Done, record.Interrupted, record.Running} {
		t.Run(string(status), func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "run")
			want := recordPond(t, dir, []tissue.SubstrateID{0, 1}, 900, status)
			r := replayed(t, dir)
			must(t, r.Pin(r3.Vec{X: 95, Y: 65, Z: 5}))
			must(t, r.Tick(0, 0))
			for output := range want {
				for id := range want[output] {
					report, err := r.Look(View{Substrate: tissue.SubstrateID(id), Slice: render.Slice{Axis: 2}})
					must(t, err)
					if report.Time != 300*float64(output) || report.Seen != 900 || len(report.Discs) != 13 {
						t.Fatalf("output %d is at %g s of %g s, with %d cells", output, report.Time, report.Seen, len(report.Discs))
					}
					for i, c := range want[output][id].Values {
						if report.Plane.Values[i] != c {
							t.Fatalf("output %d, substrate %d, voxel %d is %g, want %g", output, id, i, report.Plane.Values[i], c)
						}
					}
					if got, c := report.Pins[0].Densities[id][output], float64(want[output][id].At(9, 6)); math.Abs(got-c) > 1e-6*c {
						t.Errorf("output %d: the pin in the middle of a voxel of %g reads %g", output, c, got)
					}
					if got := len(report.History.Most[id]); got != len(want) || len(report.History.Residual[id]) != got {
						t.Errorf("the history has %d outputs, want %d", got, len(want))
					}
				}
				must(t, r.Step())
			}
			must(t, r.Back())
			must(t, r.Back())
			if r.Time() != 300 {
				t.Errorf("two back from the last of 900 s is %g s", r.Time())
			}
		})
	}
}

// ward has of everything that a run records: a region, cells that bind, divide and die, and a body.
const ward = `
cytofield: 1
title: a ward
domain: {size: [90 um, 70 um, 50 um], voxel: 10 um, extracellular: 0.5}
duration: 40 min
cell_step: 1 min
seed: 5
substrates:
  IL-2: {diffusion: 10 um^2/s, half_life: 2 h, initial: 0.1 nM, boundary: {x-: {dirichlet: 1 nM}}}
  TNF: {diffusion: 5 um^2/s, decay: 1e-3 /s, initial: 0.2 nM}
regions:
  - {name: dense, extracellular: 0.2, shape: {box: {from: [60 um, 50 um, 0 um], to: [90 um, 70 um, 50 um]}}}
body:
  represents: 10 mL
  compartments: {plasma: {volume: 3 L, half_life: 15.5 min, initial: 1 nM}}
  variables: {temperature: {initial: 37}}
  exchange: {TNF: {compartment: plasma, exchange: 1 /h}}
  reactions: [{name: fever, rate: "k*(37 + hill(plasma, c, 1) - temperature)", changes: {temperature: 1}, constants: {k: 1 /h, c: 1 nM}}]
cells:
  types:
    Th: {radius: 4 um, export: {IL-2: 10 molecules/s}, motility: {speed: 2 um/min, persistence: 5 min}}
    Treg:
      radius: 5 um
      receptors: {IL-2R: {ligand: IL-2, count: 1500, on_rate: 111.6 /nM/h, off_rate: 0.83 /h, internalisation: 0.1 /min}}
      division: {rate: 4 /h}
      apoptosis: {rate: 2 /h, duration: 15 min}
  place:
    - {type: Th, number: 3, pattern: random, within: {from: [0 um, 0 um, 0 um], to: [60 um, 50 um, 50 um]}}
    - {type: Treg, number: 9, pattern: random, within: {from: [0 um, 0 um, 0 um], to: [60 um, 50 um, 50 um]}}
output: {every: 10 min}
`

// recordWatched runs a session into a directory, and returns what it showed of each view at
// each output, and what it wrote of the cells that the first of them gates.
func recordWatched(t *testing.T, dir string, s *Session, views []View) (seen [][]*Report, gated []string) {
	t.Helper()
	run, err := record.Create(dir, s.scenario.Model, record.Manifest{Duration: s.Duration(), Device: "a processor"}, false)
	must(t, err)
	must(t, run.WriteFile("scenario.yaml", s.scenario.Resolved()))
	must(t, run.KeepFields(record.Fields{Substrates: []tissue.SubstrateID{0, 1}, Every: 600}))
	for end := 0.0; end <= s.Duration(); end += 600 {
		s.RunTo(end)
		must(t, s.Tick(0, 0))
		must(t, run.Record(s.solver, s.solver.Stats()))
		var now []*Report
		for _, v := range views {
			r, err := s.Look(v)
			must(t, err)
			now = append(now, r)
		}
		seen = append(seen, now)
		var b strings.Builder
		must(t, s.WriteGated(&b, views[0].Gate))
		gated = append(gated, b.String())
	}
	must(t, run.Finish(record.Done, s.Time(), s.solver.Stats(), nil))
	return seen, gated
}

// All that a run records is shown of it as while it ran: slices and boxes, lines and colours,
// gates and distributions, places and cells that are followed, and the body.
func TestAReplayShowsWhatALiveRunShows(t *testing.T) {
	s := openedAs(t, ward, nil)
	merge, err := NewMerge([]tissue.SubstrateID{1, 0})
	must(t, err)
	at := r3.Vec{X: 33, Y: 22, Z: 24}
	space := StandardSpace(s.scenario.Model.Grid)
	space.Mode = Both
	views := []View{
		{Slice: render.Slice{Axis: 2, Index: 2}, Cursor: &at, Voxels: true, Occupied: true, Layers: Layers{Contours: 4, Arrows: FluxArrows, Outlines: true, CellsBy: "IL_2R_bound", Overlay: LimitOverlay},
			Gate: &Gate{X: Axis{Column: "IL_2R_bound"}, Y: Axis{Column: "IL-2_surface_nM"}, LogX: true, Drawn: Rectangle(Point{20, -1}, Point{1e5, 1e4}), Extended: true}},
		{Slice: render.Slice{Axis: 1, Index: 2}, Log: true, Layers: Layers{Merge: merge, CellsBy: ByState}, Gate: &Gate{X: Axis{Column: "z_um"}, Extended: true, Marked: []tissue.CellID{1, 5}}},
		{Substrate: 1, Slice: render.Slice{Axis: 0, Index: 2}, Layers: Layers{Overlay: MoleculesOverlay}},
		{Slice: render.Slice{Axis: 2, Index: 2}, Space: space, Layers: Layers{Merge: merge, Contours: 3, Outlines: true}},
		{Slice: render.Slice{Axis: 2, Index: 2}, Space: space, Layers: Layers{Overlay: MoleculesOverlay, CellsBy: "TNF_taken_up_molecules_per_s"}},
	}
	_, err = s.Look(views[0])
	must(t, err)
	must(t, s.Pin(r3.Vec{X: 35, Y: 25, Z: 25}))
	for _, id := range []tissue.CellID{1, 4, 6, 9} {
		must(t, s.PinCell(id))
	}
	dir := filepath.Join(t.TempDir(), "run")
	want, gated := recordWatched(t, dir, s, views)
	r := replayed(t, dir)
	must(t, r.Pin(r3.Vec{X: 35, Y: 25, Z: 25}))
	for _, id := range []tissue.CellID{1, 4, 6, 9} {
		must(t, r.PinCell(id))
	}
	if err := r.PinCell(999); err == nil {
		t.Error("a cell that is not there was pinned")
	}
	must(t, r.Tick(0, 0))
	for output := range want {
		for i, v := range views {
			got, err := r.Look(v)
			must(t, err)
			sameSight(t, output, i, got, want[output][i])
			samePins(t, output, want[output][i], got)
		}
		var b strings.Builder
		if must(t, r.WriteGated(&b, views[0].Gate)); b.String() != gated[output] {
			t.Errorf("output %d: the replay writes\n%s\nwant\n%s", output, b.String(), gated[output])
		}
		must(t, r.Step())
	}
	if strings.Count(gated[1], "\n") < 3 {
		t.Errorf("hardly a cell is gated: %s", gated[1])
	}
}

// sameSight holds what a replay shows of a view against what the run did. Densities of files
// are in float32, so that what was found from a whole field may be off by rounding.
func sameSight(t *testing.T, output, view int, got, want *Report) {
	t.Helper()
	g, w := reflect.ValueOf(*got), reflect.ValueOf(*want)
	for _, name := range []string{"Time", "Title", "Grid", "Cells", "View", "Discs", "Bodies", "CellIDs", "Signals", "Variables", "Body", "Occupied", "Scale", "Low", "High",
		"Merged", "Contours", "Arrows", "Outlines", "Walls", "Dead", "CellValues", "CellScale", "Limits", "Coarse", "Plane", "Cuts", "Fields", "Voxels", "Cursor", "Gated"} {
		if !near(g.FieldByName(name), w.FieldByName(name)) {
			t.Errorf("output %d, view %d: %s is %v, want %v", output, view, name, g.FieldByName(name), w.FieldByName(name))
		}
	}
	if len(got.History.Body) != 2 {
		t.Fatalf("%d variables of the body", len(got.History.Body))
	}
	for i, values := range got.History.Body {
		if live := want.History.Body[i]; values[output] != live[len(live)-1] {
			t.Errorf("output %d: variable %d of the body is %g, want %g", output, i, values[output], live[len(live)-1])
		}
	}
}

// near compares values, numbers to the rounding of float32.
func near(a, b reflect.Value) bool {
	const rounding = 1e-6 // 8 eps of float32: a sum over 8 voxels
	if a.IsValid() != b.IsValid() {
		return false
	}
	switch a.Kind() {
	case reflect.Float64, reflect.Float32:
		x, y := a.Float(), b.Float()
		return x == y || math.IsNaN(x) && math.IsNaN(y) || math.Abs(x-y) <= rounding*math.Abs(y)
	case reflect.Pointer, reflect.Interface:
		if a.IsNil() || b.IsNil() {
			return a.IsNil() == b.IsNil()
		}
		return near(a.Elem(), b.Elem())
	case reflect.Slice, reflect.Array:
		if a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !near(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Struct:
		for i := range a.NumField() {
			if a.Type().Field(i).IsExported() && !near(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	case reflect.Map:
		if a.Len() != b.Len() {
			return false
		}
		for _, key := range a.MapKeys() {
			if !near(a.MapIndex(key), b.MapIndex(key)) {
				return false
			}
		}
		return true
	}
	return reflect.DeepEqual(a.Interface(), b.Interface())
}

// samePins holds what pins have at an output against the last moment of the run then.
func samePins(t *testing.T, output int, want, got *Report) {
	t.Helper()
	for i, p := range want.Pins {
		q := got.Pins[i]
		if q.OfCell != p.OfCell || q.Cell != p.Cell || q.Gone != p.Gone || !p.Gone && q.At != p.At || !p.Gone && q.Type != p.Type {
			t.Errorf("output %d: pin %d is %+v, want %+v", output, i, q, p)
		}
		for k, values := range p.series() {
			x, y := (*q.series()[k])[output], (*values)[len(*values)-1]
			if !near(reflect.ValueOf(x), reflect.ValueOf(y)) {
				t.Errorf("output %d: pin %d has %g of number %d, want %g", output, i, x, k, y)
			}
		}
	}
}

func TestAReplayPlaysAndSeeks(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	recordPond(t, dir, []tissue.SubstrateID{1}, 900, record.Interrupted)
	r := replayed(t, dir)
	r.SetSpeed(200)
	r.Play(true)
	for range 2 {
		must(t, r.Tick(time.Second, 0))
	}
	if r.Time() != 300 || !r.playing {
		t.Errorf("at %g s after two seconds at 200 s/s, want 300 s", r.Time())
	}
	for range 3 {
		must(t, r.Tick(time.Second, 0))
	}
	if r.Time() != 900 || r.playing {
		t.Errorf("at %g s, playing %v, want 900 s and rest", r.Time(), r.playing)
	}
	for at, want := range map[float64]float64{0: 0, 149: 0, 151: 300, 600: 600, 1e6: 900} {
		if must(t, r.Seek(at)); r.Time() != want {
			t.Errorf("seek %g s goes to %g s, want %g s", at, r.Time(), want)
		}
	}
	report, err := r.Look(View{})
	must(t, err)
	if report.Recorded.Missing == "" || !math.IsNaN(float64(report.Plane.Values[0])) {
		t.Errorf("densities of a substrate that was not kept: %g, %q", report.Plane.Values[0], report.Recorded.Missing)
	}
}

func TestAReplayFollowsARunThatGoesOn(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	recordPond(t, dir, nil, 300, record.Running)
	r := replayed(t, dir)
	if err := r.Pin(r3.Vec{X: 5, Y: 5}); err == nil {
		t.Error("a pin was taken where no densities are")
	}
	must(t, r.PinCell(3))
	must(t, r.Tick(0, 0))
	report, err := r.Look(View{Voxels: true, Gate: &Gate{X: Axis{Column: "IL-2_surface_nM"}, Extended: true}, Layers: Layers{CellsBy: "IL-2_surface_nM", Contours: 3}})
	must(t, err)
	if p := report.Pins[0]; report.Recorded.Missing == "" || len(p.Times) != 2 || len(p.Densities[0]) != 2 || report.Gated == nil || len(report.CellValues) != 13 {
		t.Errorf("without densities: %q, pin %+v", report.Recorded.Missing, p)
	}
	r.Unpin(0)
	must(t, os.RemoveAll(dir))
	recordPond(t, dir, nil, 600, record.Done)
	r.looked = time.Time{}
	must(t, r.Tick(0, 0))
	if n := len(r.times); n != 3 || r.recording.Manifest.Status != record.Done {
		t.Errorf("%d outputs, %s; want 3 and done", n, r.recording.Manifest.Status)
	}
	s, err := r.Anew()
	must(t, err)
	defer s.Close()
	if s.Time() != 0 || s.Duration() != 1200 {
		t.Errorf("anew it is at %g s of %g s", s.Time(), s.Duration())
	}
	empty := filepath.Join(t.TempDir(), "empty")
	must(t, os.Mkdir(empty, 0o755))
	if _, err := Find(empty); err == nil || errors.Is(err, os.ErrPermission) {
		t.Errorf("an empty folder is found: %v", err)
	}
}

// A figure of a replay has the densities of the output shown, and names the run.
func TestAFigureOfAReplayIsOfTheOutputShown(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	want := recordPond(t, dir, []tissue.SubstrateID{0, 1}, 900, record.Done)
	r := replayed(t, dir)
	must(t, r.Seek(600))
	report, err := r.Look(View{Substrate: 1, Slice: render.Slice{Axis: 2}})
	must(t, err)
	file, err := report.FigureFile(Paper{Width: 60, DPI: 50, Theme: "light", Map: "viridis", Cells: true})
	must(t, err)
	if !strings.Contains(file, strconv.Quote(dir)) {
		t.Errorf("the run is %s, the file is\n%s", dir, file)
	}
	f, _, err := r.Figure(file)
	must(t, err)
	m := f.Panels[0].(figure.Map)
	if m.Time != 600 || !slices.Equal(m.Plane.Values, want[2][1].Values) {
		t.Errorf("a figure of %g s, want that of the output at 600 s", m.Time)
	}
}
