package window

import (
	"errors"
	"fmt"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/render"
)

// Opener opens what a name stands for, in the gallery or as a path.
type Opener func(name string) (session.Course, error)

// errNothingOpen is what a command for a session gets where there is none.
var errNothingOpen = errors.New("no scenario is open")

// OpenWith says how the window opens what a person chooses.
func (w *Window) OpenWith(o Opener) { w.opener = o }

// OpenScenario shows another course in place of the one that is open, which is closed with
// all its edits. Where it fails, the old one stays.
func (w *Window) OpenScenario(name string) {
	opener := w.opener
	w.notice = notice{}
	w.pending = append(w.pending, func(k *worker) error { return k.open(name, opener) })
}

// open changes the course. A device holds both for a moment: one that cannot says so, and
// nothing is lost.
func (w *worker) open(name string, opener Opener) error {
	next, err := opener(name)
	if err != nil {
		return fmt.Errorf("%s was not opened: %w", name, err)
	}
	if w.branch != nil {
		if err := w.join(false); err != nil {
			return errors.Join(err, next.Close())
		}
	}
	old := w.course
	w.course, w.opened = next, name
	if old == nil {
		return nil
	}
	return errors.Join(w.closeBranch(), old.Close())
}

// firstView asks for the middle layer of z.
func firstView() session.View {
	return session.View{Slice: render.Slice{Axis: 2, Index: -1}}
}

// arrive shows what has just been opened, with nothing left of what was there before.
func (w *Window) arrive(name string) {
	w.gallery.shown = false
	w.camera, w.brush, w.gates, w.sliders = camera{fit: true}, newBrush(), gates{}, newSliders()
	w.forks, w.merging = forks{}, nil
	w.fields, w.recorded, w.dragged = fields{saved: w.fields.saved}, "", 0
	w.begin()
	if err := w.Arrange(name); err != nil {
		w.say(err.Error(), true)
	}
	w.Note(name)
}
