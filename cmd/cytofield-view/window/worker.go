package window

import (
	"errors"
	"time"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/cmd/cytofield-view/stage"
	"github.com/cytofield/cytofield/engine/gpu"
)

// command is something done to a session.
type command func(*session.Session) error

// travel is something done to whatever course is shown.
type travel func(session.Course) error

// request asks the worker for one turn.
type request struct {
	commands    []func(*worker) error
	tick, limit time.Duration // wall time to play for, and to take at most; see session.Tick
	view        session.View
	look        stage.Look
	detail      stage.Detail
	show        string // of two branches; see branchViews
	still       bool   // only paint again
	answered    func() // called once the answer is there
}

// answer is what came of it.
type answer struct {
	report  *session.Report
	picture *gpu.Picture
	beside  *beside // nil: not forked
	coarse  int     // pixels each way that one of the picture stands for; see stage.PaintBox
	faults  []error // of the commands
	err     error   // nothing can be shown
	took    time.Duration
	opened  string // the course opened in this turn; "" for none
}

// worker owns the session on a goroutine of its own, so that the window answers while a
// step runs. It takes one request at a time.
type worker struct {
	course   session.Course // nil before the first is opened
	opened   string         // in this turn
	stage    *stage.Stage
	branch   *session.Branch // nil: not forked
	branched [2]*stage.Stage // of the branch and the difference; nil: not forked yet
	requests chan request
	answers  chan answer
	ended    chan error
}

func newWorker(c session.Course, st *stage.Stage) *worker {
	w := &worker{course: c, stage: st, requests: make(chan request), answers: make(chan answer, 1), ended: make(chan error, 1)}
	go w.run()
	return w
}

func (w *worker) run() {
	for r := range w.requests {
		began := time.Now()
		a := w.turn(r)
		a.took = time.Since(began)
		w.answers <- a
		r.answered()
	}
	err := errors.Join(w.closeBranch(), w.stage.Close())
	if w.course != nil {
		err = errors.Join(err, w.course.Close())
	}
	w.ended <- err
}

func (w *worker) turn(r request) (a answer) {
	w.opened = ""
	if !r.still {
		a.faults = w.advance(r)
	}
	if w.course == nil {
		return a
	}
	if a.opened = w.opened; a.opened != "" {
		r.view = firstView()
	}
	if a.report, a.err = w.course.Look(r.view); a.err != nil {
		return a
	}
	if w.branch != nil {
		r.detail.Draft /= 3 // A, B and their difference
	}
	if a.beside, a.err = w.compare(a.report, r); a.err != nil {
		return a
	}
	a.picture, a.coarse, a.err = paint(w.stage, a.report, w.course.Density, r.look, r.detail)
	return a
}

// advance does what is asked for, and plays.
func (w *worker) advance(r request) (faults []error) {
	for _, c := range r.commands {
		if err := c(w); err != nil {
			faults = append(faults, err)
			break // what was asked for after it may rest on it
		}
	}
	if w.course == nil {
		return faults
	}
	if err := w.tick(r); err != nil {
		faults = append(faults, err)
	}
	return faults
}

// steer does a command to the session, if the course is one.
func (w *worker) steer(c command) error {
	if w.course == nil {
		return errNothingOpen
	}
	s, live := w.course.(*session.Session)
	if !live {
		return session.ErrRecorded
	}
	return c(s)
}

// anew starts the scenario of a recorded run in place of its replay.
func (w *worker) anew() error {
	replay, recorded := w.course.(*session.Replay)
	if !recorded {
		return w.course.Restart()
	}
	s, err := replay.Anew()
	if err != nil {
		return err
	}
	w.course = s
	return replay.Close()
}
