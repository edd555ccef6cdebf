package session

import (
	"testing"
	"time"

	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/engine/gpu/gputest"
)

// eventful plays the pond with edits of all kinds, a run to a time and pauses, to 1000 s.
func eventful(t *testing.T, s *Session) {
	t.Helper()
	s.SetSpeed(60)
	s.past.spent = time.Hour // moments however fast the machine is
	until := func(end float64) {
		for s.Play(true); s.Time() < end; {
			must(t, s.Tick(time.Second/2, 0))
		}
		s.Play(false)
	}
	until(200)
	must(t, s.Happen("dose: {IL-2: 0.5 nM}, within: {sphere: {centre: [60 um, 60 um], radius: 30 um}}"))
	until(300)
	s.RunTo(377)
	must(t, s.Tick(0, 0))
	until(500)
	must(t, s.Set("substrates.TNF.diffusion=3 um^2/s"))
	must(t, s.Set("substrates.TNF.diffusion=4 um^2/s"))
	must(t, s.Change(find(t, s, "cells.types.Th.export.IL-2"), 40))
	until(1000)
}

func TestPlayedAgainFromAMomentTheCourseIsTheSame(t *testing.T) {
	for _, tc := range []struct {
		name   string
		device func() *gpu.Device
	}{
		{"processor", func() *gpu.Device { return nil }},
		{"device", func() *gpu.Device { return gputest.Open(t) }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := opened(t, tc.device())
			eventful(t, s)
			end, want, edits := s.Time(), densities(t, s.solver, s.scenario.Model), len(s.Edits())
			for _, back := range []float64{0, 180, 250, 450, 700} {
				must(t, s.Scrub(back))
				if got := s.Time(); got < back-40 || got > back+40 {
					t.Errorf("at %g s, want a moment near %g s", got, back)
				}
				r, err := s.Look(View{})
				must(t, err)
				if r.Seen != end {
					t.Errorf("seen until %g s, want %g s", r.Seen, end)
				}
				for s.Play(true); s.behind(); {
					must(t, s.Tick(time.Second/3, 0))
				}
				must(t, s.Seek(end))
				for s.playing {
					must(t, s.Tick(time.Second/60, 0))
				}
				if got := densities(t, s.solver, s.scenario.Model); s.Time() != end || apart(want, got) != 0 || len(s.Edits()) != edits {
					t.Errorf("from %g s: at %g s of %g s, %d edits of %d, %.2g apart", back, s.Time(), end, len(s.Edits()), edits, apart(want, got))
				}
			}
		})
	}
}

func TestSeekIsExactWhateverIsKept(t *testing.T) {
	var want []float64
	var at float64
	for thinned := range 3 {
		s := opened(t, nil)
		eventful(t, s)
		for range thinned {
			s.past.thin()
		}
		must(t, s.Seek(600))
		for s.playing {
			must(t, s.Tick(time.Second/60, time.Nanosecond))
		}
		got := densities(t, s.solver, s.scenario.Model)
		if thinned == 0 {
			want, at = got, s.Time()
		}
		if s.Time() < 600 || s.Time() != at || apart(want, got) != 0 {
			t.Errorf("thinned %d times: at %g s, %g s before, %.2g apart", thinned, s.Time(), at, apart(want, got))
		}
	}
}

func TestAnEditInThePastBeginsAnotherCourse(t *testing.T) {
	s := opened(t, nil)
	eventful(t, s)
	must(t, s.Scrub(250))
	now := s.Time()
	must(t, s.Happen("dose: {TNF: 5 nM}"))
	r, err := s.Look(View{})
	must(t, err)
	if len(r.Edits) != 2 || s.behind() || r.Seen != r.Time || r.History.Time[r.History.Len()-1] > r.Time {
		t.Errorf("edited at %g s: %d edits, seen until %g s, history until %g s", now, len(r.Edits), r.Seen, r.History.Time[r.History.Len()-1])
	}
	for _, m := range s.past.moments {
		if m.time > r.Time {
			t.Errorf("a moment of %g s is kept", m.time)
		}
	}
}

func TestMomentsStayFewAndCheap(t *testing.T) {
	s := opened(t, nil)
	s.past.spacing = 0
	play(t, s, 60)
	p := &s.past
	if share := p.keeping.Seconds() / p.spent.Seconds(); share > 2*keepingShare {
		t.Errorf("moments took %.2g of the time, want %g and one", share, keepingShare)
	}
	before, spacing := len(p.moments), p.spacing
	last := p.moments[before-1]
	p.thin()
	if len(p.moments) > before/2+2 || p.moments[0].state != nil || p.moments[len(p.moments)-1] != last || p.spacing != 2*spacing {
		t.Errorf("%d moments of %d after thinning", len(p.moments), before)
	}
}
