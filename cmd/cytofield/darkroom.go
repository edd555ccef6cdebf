package main

import (
	"errors"
	"sync"
)

// drawnAtOnce is how many pictures are drawn at the same time, and held in memory for it,
// some 50 MB each.
const drawnAtOnce = 4

// darkroom draws pictures while the run that they are of goes on.
type darkroom struct {
	places chan struct{}
	work   sync.WaitGroup

	mutex sync.Mutex
	fault error // of what was drawn, until it is told
}

func newDarkroom() *darkroom { return &darkroom{places: make(chan struct{}, drawnAtOnce)} }

// take has a picture drawn once there is a place, which it waits for. Where one before has
// failed it returns why instead.
func (d *darkroom) take(draw func() error) error {
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

// wait returns when all pictures taken are drawn, and what failed since it was last told.
func (d *darkroom) wait() error {
	d.work.Wait()
	return d.failed()
}

func (d *darkroom) failed() error {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	fault := d.fault
	d.fault = nil
	return fault
}
