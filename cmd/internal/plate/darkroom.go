package plate

import (
	"errors"
	"sync"
)

// drawnAtOnce is how many pictures are drawn at the same time, and held in memory for it,
// some 50 MB each.
const drawnAtOnce = 4

// Darkroom draws pictures while the run that they are of goes on.
type Darkroom struct {
	places chan struct{}
	work   sync.WaitGroup

	mutex sync.Mutex
	fault error // of what was drawn, until it is told
}

// NewDarkroom returns one that draws nothing yet.
func NewDarkroom() *Darkroom { return &Darkroom{places: make(chan struct{}, drawnAtOnce)} }

// take has a picture drawn once there is a place, which it waits for. Where one before has
// failed it returns why instead.
func (d *Darkroom) take(draw func() error) error {
	d.places <- struct{}{}
	if err := d.failed(); err != nil {
		<-d.places
		return err
	}
	d.work.Go(func() {
		err := draw()
		d.mutex.Lock()
		d.fault = errors.Join(d.fault, err)
		d.mutex.Unlock()
		<-d.places
	})
	return nil
}

// Wait returns when all pictures taken are drawn, and what failed since it was last told.
func (d *Darkroom) Wait() error {
	d.work.Wait()
	return d.failed()
}

func (d *Darkroom) failed() error {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	fault := d.fault
	d.fault = nil
	return fault
}
