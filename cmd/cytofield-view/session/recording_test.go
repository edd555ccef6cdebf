package session

import (
	"image/gif"
	"math"
	"os"
	"path/filepath"
	"testing"
)

// A movie has a picture for every interval of simulated time, however long steps are, and
// the run takes the steps of one that nobody records.
func TestAMovieHasAPictureForEveryInterval(t *testing.T) {
	s, undisturbed := opened(t, nil), opened(t, nil)
	r, err := s.Look(View{})
	must(t, err)
	path := filepath.Join(t.TempDir(), "m.gif")
	file, err := r.FigureFile(Paper{Width: 40, DPI: 50, Theme: "light", Map: "viridis", Free: true})
	must(t, err)
	must(t, s.Record(path, file, 60))
	for _, run := range []*Session{s, undisturbed} {
		run.RunTo(math.Inf(1))
		must(t, run.Tick(0, 0))
	}
	if got, want := s.solver.Stats().Steps, undisturbed.solver.Stats().Steps; got != want {
		t.Errorf("%d steps, without the movie %d", got, want)
	}
	if got := apart(densities(t, undisturbed.solver, s.scenario.Model), densities(t, s.solver, s.scenario.Model)); got != 0 {
		t.Errorf("a movie changed the run by %g", got)
	}
	reel := s.EndRecording()
	if got, want := reel.Pictures(), 21; got != want { // 20 min and the start
		t.Errorf("%d pictures, want %d", got, want)
	}
	must(t, reel.Develop())
	f, err := os.Open(path)
	must(t, err)
	defer f.Close()
	movie, err := gif.DecodeAll(f)
	must(t, err)
	shown := 0
	for _, delay := range movie.Delay {
		shown += delay
	}
	if want := 210; shown != want { // hundredths of a second, 10 pictures in one
		t.Errorf("the movie takes %d hundredths of a second, want %d", shown, want)
	}
}

// A session that is closed completes its movie.
func TestClosingCompletesAMovie(t *testing.T) {
	s := opened(t, nil)
	r, err := s.Look(View{})
	must(t, err)
	path := filepath.Join(t.TempDir(), "m.gif")
	file, err := r.FigureFile(Paper{Width: 40, DPI: 50, Theme: "light", Map: "viridis"})
	must(t, err)
	must(t, s.Record(path, file, 60))
	must(t, s.Step())
	must(t, s.Close())
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

// A movie of two branches shows both at every picture, and neither takes other steps for it.
func TestAMovieOfBothBranches(t *testing.T) {
	s, undisturbed := opened(t, nil), opened(t, nil)
	var forks []*Branch
	for _, run := range []*Session{s, undisturbed} {
		run.RunTo(120)
		must(t, run.Tick(0, 0))
		forks = append(forks, forked(t, run))
		must(t, run.Set("substrates.IL-2.diffusion=20 um^2/s"))
	}
	b := forks[0]
	must(t, b.Follow(s, whole(0), 0))
	r, c := compared(t, s, b, whole(0))
	file, err := c.FigureFile(r, "difference", Paper{Width: 150, DPI: 40, Theme: "light", Map: "viridis", Free: true})
	must(t, err)
	path := filepath.Join(t.TempDir(), "m.gif")
	must(t, b.Record(s, path, file, r.View, 60))
	for i, run := range []*Session{s, undisturbed} {
		together(t, run, forks[i], whole(1), 600) // another view than that of the movie
	}
	for i, of := range []*Session{s, b.Session} {
		with := []*Session{undisturbed, forks[1].Session}[i]
		if of.Time() != with.Time() || of.solver.Stats().Steps != with.solver.Stats().Steps || apart(densities(t, of.solver, of.scenario.Model), densities(t, with.solver, with.scenario.Model)) != 0 {
			t.Errorf("branch %d at %g s, without the movie at %g s", i+1, of.Time(), with.Time())
		}
	}
	reel := s.EndRecording()
	if n := reel.Pictures(); n < 9 {
		t.Errorf("%d pictures of 8 min", n)
	}
	must(t, reel.Develop())
	_, err = os.Stat(path)
	must(t, err)
}

// Where a branch is gone its movie ends with what it has.
func TestAMovieEndsWithItsBranch(t *testing.T) {
	s := opened(t, nil)
	b, err := s.Fork()
	must(t, err)
	r, c := compared(t, s, b, whole(0))
	file, err := c.FigureFile(r, "both", Paper{Width: 150, DPI: 40, Theme: "light", Map: "viridis"})
	must(t, err)
	path := filepath.Join(t.TempDir(), "m.gif")
	must(t, b.Record(s, path, file, r.View, 60))
	must(t, b.Session.Close())
	s.RunTo(300)
	if err := s.Tick(0, 0); err == nil {
		t.Error("nothing said that the branch is gone")
	}
	if _, err := os.Stat(path); err != nil || s.EndRecording() != nil {
		t.Errorf("the movie goes on: %v", err)
	}
}
