package session

import (
	"math"
	"testing"
	"time"

	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/engine/gpu/gputest"
	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/tissue"
)

// forked forks a session; the branch is closed with the test.
func forked(t *testing.T, s *Session) *Branch {
	t.Helper()
	b, err := s.Fork()
	must(t, err)
	t.Cleanup(func() { must(t, b.Session.Close()) })
	return b
}

// together plays both branches to a time.
func together(t *testing.T, s *Session, b *Branch, v View, until float64) {
	t.Helper()
	for s.Play(true); s.Time() < until; {
		must(t, s.Tick(time.Second/10, 0))
		must(t, b.Follow(s, v, 0))
	}
	s.Play(false)
}

// compared looks at both branches.
func compared(t *testing.T, s *Session, b *Branch, v View) (*Report, *Comparison) {
	t.Helper()
	r, err := s.Look(v)
	must(t, err)
	c, err := b.Compare(s, r)
	must(t, err)
	return r, c
}

// whole is all of the pond.
func whole(s tissue.SubstrateID) View { return View{Substrate: s, Slice: render.Slice{Axis: 2}} }

func onBoth(t *testing.T, test func(t *testing.T, d *gpu.Device)) {
	t.Run("processor", func(t *testing.T) { test(t, nil) })
	t.Run("device", func(t *testing.T) { test(t, gputest.Open(t)) })
}

func TestAForkWithoutEditsStaysEqual(t *testing.T) {
	onBoth(t, func(t *testing.T, d *gpu.Device) {
		s := opened(t, d)
		s.SetSpeed(60)
		for s.Play(true); s.Time() < 200; {
			must(t, s.Tick(time.Second/3, 0))
		}
		b := forked(t, s)
		for _, v := range []View{whole(0), whole(1)} {
			together(t, s, b, v, s.Time()+300)
			_, c := compared(t, s, b, v)
			if c.Note != "" || c.Difference == nil {
				t.Fatalf("compared with %q at %g and %g s", c.Note, s.Time(), b.Session.Time())
			}
			for i, v := range c.Difference.Values {
				if v != 0 {
					t.Fatalf("voxel %d differs by %g nM", i, v)
				}
			}
		}
		if want, got := densities(t, s.solver, s.scenario.Model), densities(t, b.Session.solver, b.Session.scenario.Model); apart(want, got) != 0 {
			t.Errorf("%.2g apart", apart(want, got))
		}
	})
}

func TestABranchIsTheRunThatWasNeverForked(t *testing.T) {
	onBoth(t, func(t *testing.T, d *gpu.Device) {
		alone, s := opened(t, d), opened(t, d)
		s.SetSpeed(60)
		for s.Play(true); s.Time() < 200; {
			must(t, s.Tick(time.Second/3, 0))
		}
		b := forked(t, s)
		must(t, s.Happen("dose: {IL-2: 2 nM}, within: {sphere: {centre: [60 um, 60 um], radius: 30 um}}"))
		must(t, s.Set("substrates.TNF.diffusion=3 um^2/s"))
		must(t, b.Follow(s, whole(0), 0))
		_, c := compared(t, s, b, whole(0))
		if most := largest(c.Difference.Values); most < 1 || most > 2.01 {
			t.Errorf("a dose of 2 nM in B differs by %g nM", most)
		}
		together(t, s, b, whole(0), 600)
		r, c := compared(t, s, b, whole(0))
		if c.A.Time < r.Time || len(b.earlier) == 0 || b.earlier[0].of > s.timeOf(whole(0)) || c.A.Scale != r.Scale || c.Scale.Low != -c.Scale.High {
			t.Errorf("A at %g s, B at %g s, scales %v, %v and %v", c.A.Time, r.Time, c.A.Scale, r.Scale, c.Scale)
		}
		if len(c.A.Edits) != 0 || len(r.Edits) != 2 {
			t.Errorf("%d edits of A, %d of B", len(c.A.Edits), len(r.Edits))
		}
		play(t, s, 10)
		must(t, b.Follow(s, whole(0), 0))
		play(t, alone, 10)
		if want, got := densities(t, alone.solver, alone.scenario.Model), densities(t, b.Session.solver, b.Session.scenario.Model); b.Session.Time() != alone.Time() || apart(want, got) != 0 {
			t.Errorf("at %g s of %g s, %.2g apart", b.Session.Time(), alone.Time(), apart(want, got))
		}
	})
}

// A does not land where B was told to: it is taken linearly between its two moments around.
func TestABetweenItsSteps(t *testing.T) {
	s := opened(t, nil)
	b := forked(t, s)
	s.RunTo(203.7)
	must(t, s.Tick(0, 0))
	must(t, b.Follow(s, whole(0), 0))
	r, c := compared(t, s, b, whole(0))
	if r.Time != 203.7 || c.Note != "A between its steps" || b.earlier[0].of >= 203.7 || c.A.Time <= 203.7 {
		t.Fatalf("%q: B at %g s, A at %g and %g s", c.Note, r.Time, b.earlier[0].of, c.A.Time)
	}
	share := (203.7 - b.earlier[0].of) / (c.A.Time - b.earlier[0].of)
	for i, v := range r.Plane.Values {
		before, behind := float64(b.earlier[0].plane.Values[i]), float64(c.A.Plane.Values[i])
		want := float64(v) - (before + share*(behind-before))
		if got := float64(c.Difference.Values[i]); math.Abs(got-want) > 1e-6*math.Abs(behind) { // float32
			t.Fatalf("voxel %d differs by %g nM, want %g", i, got, want)
		}
	}
	r, err := s.Look(whole(1)) // nobody looked at TNF before A's last step
	must(t, err)
	if c, err = b.Compare(s, r); err != nil || c.Note != "A at another time" {
		t.Errorf("%q, %v", c.Note, err)
	}
}

func TestABranchFollowsBackInTime(t *testing.T) {
	s := opened(t, nil)
	eventful(t, s)
	want, end, edits := densities(t, s.solver, s.scenario.Model), s.Time(), len(s.Edits())
	must(t, s.Scrub(250))
	b := forked(t, s)
	must(t, s.Happen("dose: {TNF: 5 nM}"))
	must(t, s.Restart())
	must(t, b.Follow(s, whole(0), 0))
	if b.Session.Time() != 0 {
		t.Errorf("A at %g s after B was restarted", b.Session.Time())
	}
	together(t, s, b, whole(0), end)
	a := b.Session
	must(t, a.Seek(end))
	for a.playing {
		must(t, a.Tick(time.Second/60, 0))
	}
	if got := densities(t, a.solver, a.scenario.Model); len(a.Edits()) != edits || apart(want, got) != 0 {
		t.Errorf("A at %g s with %d edits of %d, %.2g from what was seen", a.Time(), len(a.Edits()), edits, apart(want, got))
	}
}

func largest(values []float32) (most float64) {
	for _, v := range values {
		most = max(most, float64(v))
	}
	return most
}
