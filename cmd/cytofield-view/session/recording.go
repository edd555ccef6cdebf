package session

import (
	"errors"
	"fmt"
	"math"

	"github.com/cytofield/cytofield/cmd/internal/plate"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/quantity"
)

// recording is a movie being taken: a picture for every interval of simulated time, each of
// the first moment that is not before its time. Steps end where they would without it.
type recording struct {
	reel       *plate.Reel
	rival      func() (*plate.Rival, error) // beside the moment; nil: there is none
	every, due float64                      // s
}

// mostPictures bounds a movie.
const mostPictures = 10000

// Record begins a movie of what a figure file says, with a picture every so many simulated
// seconds, from now on. Its format is that of its name.
func (s *Session) Record(path, file string, every float64) error {
	return s.record(path, file, every, nil, nil)
}

// Record begins a movie of a session, B, and of this branch, which follows it to every picture;
// v is the view of its differences. It ends with the branch.
func (b *Branch) Record(leader *Session, path, file string, v View, every float64) error {
	if leader.recording == nil {
		b.recorded = &v
	}
	return leader.record(path, file, every, b, func() (*plate.Rival, error) {
		if err := b.Follow(leader, v, 0); err != nil {
			return nil, err
		}
		return b.rival(leader, v)
	})
}

func (s *Session) record(path, file string, every float64, b *Branch, rival func() (*plate.Rival, error)) error {
	if s.recording != nil {
		return errors.New("a movie is being recorded already")
	}
	if !(every >= s.Duration()/mostPictures) || every == 0 {
		return fmt.Errorf("record: a picture every %s: want at most %d in the run of %s", quantity.Format(every, "s"), mostPictures, quantity.Format(s.Duration(), "s"))
	}
	spec, err := figureOf(file, s.scenario)
	if err != nil {
		return err
	}
	model, other := *s.scenario.Model, (*tissue.Model)(nil)
	if b != nil {
		of := *b.Session.scenario.Model
		other = &of
	}
	reel, err := plate.NewReel(path, spec, &model, other, s.origin(b))
	if err != nil {
		return err
	}
	s.recording = &recording{reel: reel, rival: rival, every: every, due: s.Time()}
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
	if err := r.take(plate.NewLive(s.solver, s.scenario.Model), int(n)); err != nil {
		return errors.Join(err, s.EndRecording().Develop())
	}
	return nil
}

// take adds a moment to the movie, to be shown for so many pictures.
func (r *recording) take(m *plate.Live, pictures int) (err error) {
	var rival *plate.Rival
	if r.rival != nil {
		if rival, err = r.rival(); err != nil {
			return err
		}
	}
	return r.reel.Take(m, rival, pictures)
}

// nextPicture is when the next picture is due, s; +Inf without any.
func (s *Session) nextPicture() float64 {
	if s.recording == nil {
		return math.Inf(1)
	}
	return s.recording.due
}
