package session

import (
	"errors"
	"fmt"
	"math"

	"github.com/cytofield/cytofield/cmd/internal/plate"
	"github.com/cytofield/cytofield/tissue/quantity"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// recording is a movie being taken: a picture for every interval of simulated time, each of
// the first moment that is not before its time. Steps end where they would without it.
type recording struct {
	reel       *plate.Reel
	every, due float64 // s
}

// mostPictures bounds a movie.
const mostPictures = 10000

// Record begins a movie of what a figure file says, with a picture every so many simulated
// seconds, from now on. Its format is that of its name.
func (s *Session) Record(path, file string, every float64) error {
	if s.recording != nil {
		return errors.New("a movie is being recorded already")
	}
	if !(every >= s.Duration()/mostPictures) || every == 0 {
		return fmt.Errorf("record: a picture every %s: want at most %d in the run of %s", quantity.Format(every, "s"), mostPictures, quantity.Format(s.Duration(), "s"))
	}
	read, err := scenario.ReadFigure("figure", []byte(file))
	if err != nil {
		return err
	}
	spec, err := read.Decode(s.scenario)
	if err != nil {
		return err
	}
	model := *s.scenario.Model
	reel, err := plate.NewReel(path, spec, &model, plate.Provenance(s.manifest(s.scenario)))
	if err != nil {
		return err
	}
	s.recording = &recording{reel: reel, every: every, due: s.Time()}
	return s.expose()
}

// EndRecording returns the movie to develop, nil where none is being taken.
func (s *Session) EndRecording() *plate.Reel {
	if s.recording == nil {
		return nil
	}
	reel := s.recording.reel
	s.recording = nil
	return reel
}

// expose takes the pictures that are due. A movie that cannot go on ends here, with what it
// has.
func (s *Session) expose() error {
	r := s.recording
	if r == nil || s.Time() < r.due {
		return nil
	}
	n := math.Floor((s.Time()-r.due)/r.every*(1+1e-12)) + 1
	r.due += n * r.every
	if err := r.reel.Take(plate.NewLive(s.solver, s.scenario.Model), int(n)); err != nil {
		return errors.Join(err, s.EndRecording().Develop())
	}
	return nil
}

// nextPicture is when the next picture is due, s; +Inf without any.
func (s *Session) nextPicture() float64 {
	if s.recording == nil {
		return math.Inf(1)
	}
	return s.recording.due
}
