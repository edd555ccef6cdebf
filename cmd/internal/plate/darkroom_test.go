package plate

import (
	"errors"
	"sync/atomic"
	"testing"
)

// Who brings a picture goes on while it is drawn, until there are too many.
func TestPicturesAreDrawnInTheBackground(t *testing.T) {
	d := NewDarkroom()
	var drawing, most, drawn atomic.Int32
	finish := make(chan struct{})
	draw := func() error {
		most.Store(max(most.Load(), drawing.Add(1)))
		<-finish
		drawing.Add(-1)
		drawn.Add(1)
		return nil
	}
	for range drawnAtOnce { // none of which is done before finish
		if err := d.take(draw); err != nil {
			t.Fatal(err)
		}
	}
	go func() {
		for range 3 * drawnAtOnce {
			finish <- struct{}{}
		}
	}()
	for range 2 * drawnAtOnce {
		if err := d.take(draw); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Wait(); err != nil || drawn.Load() != 3*drawnAtOnce || most.Load() > drawnAtOnce {
		t.Errorf("%d pictures drawn, %d at once, %v: want %d, %d at once", drawn.Load(), most.Load(), err, 3*drawnAtOnce, drawnAtOnce)
	}
}

func TestAPictureThatFailsIsToldOnce(t *testing.T) {
	full := errors.New("no space left")
	d := NewDarkroom()
	fail := func() {
		if err := d.take(func() error { return full }); err != nil {
			t.Fatal(err)
		}
		d.work.Wait()
	}
	fail()
	if err := d.take(func() error { t.Error("drawn after a failure"); return nil }); !errors.Is(err, full) {
		t.Errorf("take: %v, want %v", err, full)
	}
	fail()
	if err := d.Wait(); !errors.Is(err, full) {
		t.Errorf("wait: %v, want %v", err, full)
	}
	if err := d.Wait(); err != nil {
		t.Errorf("told again: %v", err)
	}
}
