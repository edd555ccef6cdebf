package window

import (
	"errors"
	"sync"
)

// errands are what is drawn and written in the background.
type errands struct {
	work    sync.WaitGroup
	results chan result
}

// result is what came of an errand.
type result struct {
	text string // where all went well
	err  error
}

// background has something done beside the window, which tells when it is done. It is for
// the worker.
func (w *Window) background(done string, do func() error) {
	w.errands.work.Go(func() { w.errands.results <- result{done, do()} })
}

// Finish waits for what is being drawn in the background.
func (w *Window) Finish() {
	w.errands.work.Wait()
	w.tell()
}

// tell says what came of errands.
func (w *Window) tell() {
	for {
		select {
		case r := <-w.errands.results:
			w.say(r.text, false)
			if r.err != nil {
				w.say(r.err.Error(), true)
			}
		default:
			return
		}
	}
}

// end waits for errands and returns what nobody was told of them.
func (e *errands) end() error {
	e.work.Wait()
	close(e.results)
	var all []error
	for r := range e.results {
		all = append(all, r.err)
	}
	return errors.Join(all...)
}
