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
