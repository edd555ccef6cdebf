package gpu_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/engine/gpu/gputest"
)

// adopt makes this test's thread a GL thread, until the test ends.
func adopt(t *testing.T) (*gpu.Device, *gpu.Server) {
	t.Helper()
	runtime.LockOSThread()
	t.Cleanup(runtime.UnlockOSThread)
	d, s := gputest.Adopt(t)
	return d, s
}

func TestServedCallsRunOnTheAdoptedThread(t *testing.T) {
	d, s := adopt(t)
	here := 0 // written by nobody but this thread
	ctx, cancel := context.WithCancel(context.Background())
	wrong := errors.New("as it should be")
	var got error
	go func() {
		defer cancel()
		for range 5 {
			got = d.Do(func(*gpu.Queue) error { here++; return wrong })
		}
	}()
	s.Serve(ctx)
	if here != 5 || got != wrong {
		t.Errorf("%d calls were served, the last returned %v; want 5 and %v", here, got, wrong)
	}
}

func TestServeEndsWithItsContextAndCallsWaitForTheNext(t *testing.T) {
	d, s := adopt(t)
	done, cancel := context.WithCancel(context.Background())
	cancel()
	finished := make(chan error)
	go func() { finished <- d.Do(func(*gpu.Queue) error { return nil }) }()
	s.Serve(done)
	select {
	case <-finished:
		t.Error("a call was served although the time for it was over")
	default:
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		if err := <-finished; err != nil {
			t.Error(err)
		}
		cancel()
	}()
	s.Serve(ctx)
}

func TestAPanicOfAServedCallGoesToItsCaller(t *testing.T) {
	d, s := adopt(t)
	ctx, cancel := context.WithCancel(context.Background())
	var got any
	go func() {
		defer cancel()
		defer func() { got = recover() }()
		_ = d.Do(func(*gpu.Queue) error { panic("kernel") })
	}()
	s.Serve(ctx)
	if p, ok := got.(*gpu.Panic); !ok || p.Value != "kernel" {
		t.Errorf("the caller saw %v, want the panic of its function", got)
	}
}

func TestCloseServesWhatWaitsAndTellsOfLeaks(t *testing.T) {
	d, s := adopt(t)
	finished := make(chan error, 1)
	go func() {
		finished <- d.Do(func(q *gpu.Queue) error {
			_, err := q.NewTexture([3]int{2, 2, 1})
			return err
		})
	}()
	for d.Live() == 0 {
		ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
		s.Serve(ctx)
		cancel()
	}
	if err := <-finished; err != nil {
		t.Error(err)
	}
	wantError(t, s.Close(), "1 textures")
	if err := s.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
	if err := d.Do(func(*gpu.Queue) error { return nil }); !errors.Is(err, gpu.ErrClosed) {
		t.Errorf("a call of a closed device returned %v, want %v", err, gpu.ErrClosed)
	}
}
