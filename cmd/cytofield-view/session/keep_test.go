package session

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/engine/gpu/gputest"
	"github.com/cytofield/cytofield/engine/record"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// What was kept of a moment, with all edits, goes on as the session itself did, bit for bit.
func TestAKeptMomentGoesOnAsTheSession(t *testing.T) {
	t.Run("cpu", func(t *testing.T) { keptGoesOn(t, nil) })
	t.Run("gpu", func(t *testing.T) { keptGoesOn(t, gputest.Open(t)) })
}

func keptGoesOn(t *testing.T, d *gpu.Device) {
	s := opened(t, d)
	must(t, s.Set("substrates.TNF.decay=2e-4 /s"))
	for s.Play(true); s.Time() < 400; {
		must(t, s.Tick(100*time.Millisecond, 0))
	}
	must(t, s.Happen("dose: {IL-2: 0.5 nM}, within: {sphere: {centre: [60 um, 60 um], radius: 30 um}}"))
	must(t, s.Step())
	dir := filepath.Join(t.TempDir(), "kept")
	must(t, s.Keep(dir, false))
	source, err := Find(dir)
	must(t, err)
	again, err := Open(source, d)
	must(t, err)
	t.Cleanup(func() { must(t, again.Close()) })
	if again.Time() != s.Time() {
		t.Errorf("begins at %g s, was kept at %g s", again.Time(), s.Time())
	}
	play(t, s, 10)
	play(t, again, 10)
	want := densities(t, s.solver, s.scenario.Model)
	if got := apart(want, densities(t, again.solver, again.scenario.Model)); got != 0 {
		t.Errorf("differs by %g", got)
	}
}

// A kept moment has the plots up to it and the edits that led to it, which can be undone.
func TestAKeptMomentHasItsCourse(t *testing.T) {
	fromCatalogue := strings.Replace(pond, "{ligand: IL-2, count: 1500,", "{ligand: IL-2, from: catalogue, count: 1500,", 1) // which the file kept does not say
	s := openedAs(t, fromCatalogue, nil)
	must(t, s.Pin(r3.Vec{X: 60, Y: 60, Z: 5}))
	must(t, s.PinCell(s.scenario.Model.Cells.ID[0]))
	for range 4 {
		must(t, s.Step())
		must(t, s.note())
	}
	must(t, s.Set("substrates.TNF.decay=2e-4 /s"))
	must(t, s.Happen("dose: {IL-2: 0.5 nM}, within: {sphere: {centre: [60 um, 60 um], radius: 30 um}}"))
	for range 3 {
		must(t, s.Step())
		must(t, s.note())
	}
	dir := filepath.Join(t.TempDir(), "kept")
	must(t, s.Keep(dir, false))
	reopened := func() *Session {
		source, err := Find(dir)
		must(t, err)
		again, err := Open(source, nil)
		must(t, err)
		t.Cleanup(func() { must(t, again.Close()) })
		return again
	}
	again := reopened()
	if diff := cmp.Diff(s.edits, again.edits, cmpopts.IgnoreUnexported(Edit{})); diff != "" || len(again.edits) != 2 {
		t.Errorf("edits (-were +are):\n%s", diff)
	}
	if diff := cmp.Diff(s.history, again.history, cmpopts.EquateEmpty()); diff != "" || s.history.Len() < 7 {
		t.Errorf("history (-was +is):\n%s", diff)
	}
	if diff := cmp.Diff(s.pins, again.pins, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("pins (-were +are):\n%s", diff)
	}
	if again.Command() != s.Command() || again.Time() != s.Time() {
		t.Errorf("%s at %g s, want %s at %g s", again.Command(), again.Time(), s.Command(), s.Time())
	}
	must(t, again.Step())
	must(t, again.note())
	if n := again.history.Len(); n != s.history.Len()+1 {
		t.Errorf("%d moments after a step, want one more than %d", n, s.history.Len())
	}
	must(t, again.Undo())
	if len(again.edits) != 1 || again.Time() != 0 || len(again.scenario.Model.Events) != 0 {
		t.Errorf("%v at %g s after undo, want one edit and the start", again.edits, again.Time())
	}
	// Who changes the scenario of the directory has it without what led to another.
	name := filepath.Join(dir, "scenario.yaml")
	text, err := os.ReadFile(name)
	must(t, err)
	must(t, os.WriteFile(name, bytes.Replace(text, []byte("title: a pond"), []byte("title: another pond"), 1), 0o600))
	if other := reopened(); len(other.edits) != 0 || other.history.Len() != 0 || other.scenario.Model.Title != "another pond" {
		t.Errorf("%v in %s", other.edits, other.scenario.Model.Title)
	}
}

// A run resumes what was kept: it is the run of the same scenario to records.
func TestARunResumesAKeptMoment(t *testing.T) {
	s := opened(t, nil)
	for range 7 {
		must(t, s.Step())
	}
	must(t, s.Happen("dose: {IL-2: 0.5 nM}, within: {sphere: {centre: [60 um, 60 um], radius: 30 um}}"))
	dir := filepath.Join(t.TempDir(), "kept")
	must(t, s.Keep(dir, false))
	if err := s.Keep(dir, false); err == nil {
		t.Error("kept over a run that is there, unasked")
	}
	must(t, s.Keep(dir, true))
	decoded, err := scenario.Load(filepath.Join(dir, "scenario.yaml"), scenario.Options{})
	must(t, err)
	r, from, err := record.Resume(dir, decoded.Model, s.manifest(decoded))
	must(t, err)
	t.Cleanup(func() {
		must(t, from.Close())
		must(t, r.Finish(record.Interrupted, 0, engine.Stats{}, context.Canceled))
	})
	if from.Time != s.Time() {
		t.Errorf("resumes at %g s, was kept at %g s", from.Time, s.Time())
	}
}
