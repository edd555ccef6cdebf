package session

import (
	"context"
	"path/filepath"
	"testing"
	"time"

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
