package window

import (
	"errors"
	"fmt"
	"time"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/cmd/cytofield-view/stage"
	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/render/colormap"
	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/tissue"
)

// beside is what is shown of a branch.
type beside struct {
	*session.Comparison
	picture    *gpu.Picture // of A
	difference *gpu.Picture // nil where there is none
}

// fork has the session go on twice: the one in front is B, the branch A.
func (w *worker) fork() error {
	if w.branch != nil {
		return errors.New("forked already: keep A or B first")
	}
	for i, made := range w.branched {
		if made != nil {
			continue
		}
		st, err := w.stage.Beside()
		if err != nil {
			return err
		}
		w.branched[i] = st
	}
	return w.steer(func(s *session.Session) (err error) {
		w.branch, err = s.Fork()
		return err
	})
}

// join lets go of the branch, or with keepA of the one in front, whose place it takes.
func (w *worker) join(keepA bool) error {
	if w.branch == nil {
		return errors.New("nothing to join: it was not forked")
	}
	gone := w.course
	if keepA {
		w.course = w.branch.Session
	} else {
		gone = w.branch.Session
	}
	w.branch = nil
	return gone.Close()
}

// tick plays for a request: both branches within its limit, the one in front only where the
// other one has come along.
func (w *worker) tick(r request) error {
	leader, forked := w.course.(*session.Session)
	if !forked || w.branch == nil {
		return w.course.Tick(r.tick, r.limit)
	}
	began := time.Now()
	if !w.branch.Lags(leader, r.view) {
		if err := leader.Tick(r.tick, r.limit); err != nil {
			return err
		}
	}
	limit := r.limit
	if limit > 0 {
		limit = max(limit-time.Since(began), time.Nanosecond)
	}
	if err := w.branch.Follow(leader, r.view, limit); err != nil {
		return errors.Join(fmt.Errorf("branch A cannot go on, B goes on alone: %w", err), w.join(false))
	}
	return nil
}

// compare looks at the branch as a report shows the one in front, and paints it and the
// difference; nil where there is no branch.
func (w *worker) compare(shown *session.Report, l stage.Look) (*beside, error) {
	leader, forked := w.course.(*session.Session)
	if !forked || w.branch == nil {
		return nil, nil
	}
	c, err := w.branch.Compare(leader, shown)
	if err != nil {
		return nil, err
	}
	shown.Behind = shown.Behind || w.branch.Lags(leader, shown.View)
	b := &beside{Comparison: c}
	if shown.View.Space.Mode != session.Slice {
		return b, nil
	}
	if b.picture, err = w.branched[0].Paint(c.A, w.branch.Session.Density, l); err != nil || c.Difference == nil {
		return b, err
	}
	if l.Map, err = colormap.ByName(session.DifferenceMap); err != nil {
		return nil, err
	}
	b.difference, err = w.branched[1].Paint(&session.Report{View: shown.View, Plane: c.Difference, Scale: c.Scale}, func(tissue.SubstrateID) *gpu.Texture { return nil }, l)
	return b, err
}

// figure makes what a figure file says of this moment, or of both branches at it.
func (w *worker) figure(file string, paired bool, v session.View) (drawn figure.Figure, o figure.Options, err error) {
	if replay, recorded := w.course.(*session.Replay); recorded {
		return replay.Figure(file)
	}
	err = w.steer(func(s *session.Session) error {
		switch {
		case !paired:
			drawn, o, err = s.Figure(file)
		case w.branch == nil:
			err = errNotForked
		default:
			drawn, o, err = w.branch.Figure(s, file, v)
		}
		return err
	})
	return drawn, o, err
}

// record begins a movie of what a figure file says, or of both branches.
func (w *worker) record(path, file string, paired bool, v session.View, every float64) error {
	return w.steer(func(s *session.Session) error {
		switch {
		case !paired:
			return s.Record(path, file, every)
		case w.branch == nil:
			return errNotForked
		}
		return w.branch.Record(s, path, file, v, every)
	})
}

var errNotForked = errors.New("there is one branch alone")

func (w *worker) closeBranch() error {
	var all []error
	if w.branch != nil {
		all = append(all, w.branch.Session.Close())
	}
	w.branch = nil
	for i, st := range w.branched {
		if st != nil {
			all = append(all, st.Close())
		}
		w.branched[i] = nil
	}
	return errors.Join(all...)
}
