package session

import (
	"math"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"gonum.org/v1/gonum/spatial/r3"

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
			for i, v := range c.Difference.Plane.Values {
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
		if most := largest(c.Difference.Plane.Values); most < 1 || most > 2.01 {
			t.Errorf("a dose of 2 nM in B differs by %g nM", most)
		}
		together(t, s, b, whole(0), 600)
		r, c := compared(t, s, b, whole(0))
		if c.A.Time < r.Time || b.earlier.of > s.timeOf(whole(0)) || c.A.Scale != r.Scale || c.Difference.Scale.Low != -c.Difference.Scale.High {
			t.Errorf("A at %g s, B at %g s, scales %v, %v and %v", c.A.Time, r.Time, c.A.Scale, r.Scale, c.Difference.Scale)
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
	if r.Time != 203.7 || c.Note != "A between its steps" || b.earlier.of >= 203.7 || c.A.Time <= 203.7 {
		t.Fatalf("%q: B at %g s, A at %g and %g s", c.Note, r.Time, b.earlier.of, c.A.Time)
	}
	share := (203.7 - b.earlier.of) / (c.A.Time - b.earlier.of)
	for i, v := range r.Plane.Values {
		before, behind := float64(b.earlier.planes[0].Values[i]), float64(c.A.Plane.Values[i])
		want := float64(v) - (before + share*(behind-before))
		if got := float64(c.Difference.Plane.Values[i]); math.Abs(got-want) > 1e-6*math.Abs(behind) { // float32
			t.Fatalf("voxel %d differs by %g nM, want %g", i, got, want)
		}
	}
	r, err := s.Look(whole(1)) // nobody looked at TNF before A's last step
	must(t, err)
	if c, err = b.Compare(s, r); err != nil || c.Note != "A at another time" {
		t.Errorf("%q, %v", c.Note, err)
	}
}

// In the box the difference is on all slices and, where it is wanted, in the whole tissue, at
// one time too.
func TestTheDifferenceInTheBox(t *testing.T) {
	onBoth(t, func(t *testing.T, d *gpu.Device) {
		s := openedAs(t, ward, d)
		space := StandardSpace(s.scenario.Model.Grid)
		space.Mode, space.Surface = Both, 0.1
		v := View{Slice: render.Slice{Axis: 2, Index: 2}, Space: space, Differs: true}
		b := forked(t, s)
		must(t, s.Happen("dose: {IL-2: 2 nM}, within: {sphere: {centre: [30 um, 30 um, 25 um], radius: 12 um}}"))
		s.RunTo(s.Time() + 33.3)
		must(t, s.Tick(0, 0))
		must(t, b.Follow(s, v, 0))
		r, c := compared(t, s, b, v)
		if c.Note != "A between its steps" || c.Difference == nil || len(c.Difference.Fields) != 1 {
			t.Fatalf("%q: %+v", c.Note, c.Difference)
		}
		difference, g := c.Difference, r.Grid
		field := &tissue.Field{Grid: g}
		most := 0.0
		for _, c := range difference.Fields[0].Values {
			field.Values = append(field.Values, float64(c))
			most = max(most, math.Abs(float64(c)))
		}
		if high := difference.Scale.High; high < most || high > 3*most || difference.Scale.Low != -high || most < 0.01 {
			t.Errorf("differences up to %g nM on the scale %v", most, difference.Scale)
		}
		for axis, cut := range difference.Cuts {
			want := render.Extract(field, render.Slice{Axis: axis, Index: space.Cuts[axis]})
			if cut.Slice != want.Slice || !slices.Equal(cut.Plane.Values, want.Values) {
				t.Errorf("slice %v of the difference is not of its whole", cut.Slice)
			}
		}
		at := r3.Vec{X: 45, Y: 35, Z: 25}
		now, err := s.readAll(at)
		must(t, err)
		later, err := b.Session.readAll(at)
		must(t, err)
		then, voxel := b.earlier, g.Index(4, 3, 2)
		share := (s.timeOf(v) - then.of) / (b.Session.timeOf(v) - then.of)
		want := now[0] - (1-share)*float64(then.field.Values[voxel]) - share*later[0]
		if got := field.Values[voxel]; math.Abs(got-want) > 1e-6*now[0] { // float32
			t.Errorf("voxel %d differs by %g nM, want %g", voxel, got, want)
		}
		if len(difference.Bodies) != 0 || difference.View.Space.Surface != 0 || len(c.A.Bodies) == 0 || c.A.Scale != r.Scale || !difference.Reworked() {
			t.Errorf("the difference has %d cells, A %d", len(difference.Bodies), len(c.A.Bodies))
		}
		v.Differs = false
		if _, c = compared(t, s, b, v); c.Difference != nil {
			t.Error("a difference that is not wanted")
		}
	})
}

// reads is a solver that counts how often all densities of a substrate are read.
type reads struct {
	solver
	n int
}

func (r *reads) Read(id tissue.SubstrateID, into *tissue.Field) error {
	r.n++
	return r.solver.Read(id, into)
}

// All densities are read once a moment, and again wherever they may be others.
func TestAWholeFieldIsReadOnceAMoment(t *testing.T) {
	s := opened(t, nil)
	counted := &reads{solver: s.solver}
	s.solver = counted
	now := func(want int) *Field {
		t.Helper()
		var f *Field
		for range 3 {
			got, err := s.wholeField(0)
			must(t, err)
			if f != nil && got != f {
				t.Error("one moment has two fields")
			}
			f = got
		}
		if counted.n != want {
			t.Errorf("read %d times, want %d", counted.n, want)
		}
		return f
	}
	start := now(1)
	must(t, s.Step())
	now(2)
	must(t, s.Seek(0))
	back, err := s.wholeField(0)
	must(t, err)
	if !slices.Equal(back.Values, start.Values) {
		t.Error("the start is not as it was")
	}
	must(t, s.Happen("dose: {IL-2: 1 nM}"))
	must(t, s.Step())
	dosed, err := s.wholeField(0)
	must(t, err)
	if slices.Equal(dosed.Values, start.Values) {
		t.Error("a dose does not show")
	}
}

// A movie of two boxes, which has no difference of them, reads no whole field in a step of A
// while the window shows another thing.
func TestAMovieOfBoxesReadsNoDifference(t *testing.T) {
	s := openedAs(t, ward, nil)
	b := forked(t, s)
	space := StandardSpace(s.scenario.Model.Grid)
	space.Mode = Both
	box := View{Slice: render.Slice{Axis: 2, Index: 2}, Space: space, Differs: true}
	r, c := compared(t, s, b, box)
	file, err := c.FigureFile(r, "both", printed())
	must(t, err)
	must(t, b.Record(s, filepath.Join(t.TempDir(), "boxes.gif"), file, box, 60))
	counted := &reads{solver: b.Session.solver}
	b.Session.solver = counted
	for from := b.Session.timeOf(box); b.Session.timeOf(box) < from+30; {
		must(t, b.step(whole(0)))
	}
	if counted.n > 0 {
		t.Errorf("30 s of A read %d whole fields", counted.n)
	}
}

// Substrates that step at paces of their own do not lose each other's earlier moments.
func TestABetweenTheStepsOfEachSubstrate(t *testing.T) {
	for id := range tissue.SubstrateID(2) {
		s := opened(t, nil)
		b := forked(t, s)
		must(t, s.Happen("dose: {TNF: 1 nM}"))
		between := 0
		for _, end := range []float64{61.7, 95.3, 203.7, 251.1, 420.9, 777.7} {
			s.RunTo(end)
			must(t, s.Tick(0, 0))
			must(t, b.Follow(s, whole(id), 0))
			_, c := compared(t, s, b, whole(id))
			if c.Note == "A at another time" {
				t.Errorf("substrate %d at %g s: A is at %g s, and was at %g s", id, end, b.Session.timeOf(whole(id)), b.earlier.of)
			}
			if c.Note != "" {
				between++
			}
		}
		if between < 3 {
			t.Errorf("A was between its steps %d times", between)
		}
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
