package session

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
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
