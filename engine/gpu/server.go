package gpu

import (
	"context"
	"errors"
)

// Server is the side of a device whose thread belongs to someone else: a window's event loop draws, and between two
// pictures serves the calls of Device.Do that wait. Its methods are for the thread that called Adopt, which must be
// locked to its goroutine.
type Server struct {
	device *Device
	queue  *Queue
	closed bool
}

// Adopt makes a device of the context that is current on the calling thread. Device.Do then waits, on other goroutines,
// until Serve runs its function; functions given to it must not call runtime.Goexit. Server.Close closes the device, and
// nothing else may.
// Where there is an error, the context has been closed.
func Adopt(c Context) (*Device, *Server, error) {
	d := newDevice()
	s := &Server{device: d, queue: &Queue{device: d}}
	if err := s.queue.adopt(c); err != nil {
		return nil, nil, err
	}
	return d, s, nil
}

// Do runs f at once, on this thread. It is what Device.Do is to other goroutines.
func (s *Server) Do(f func(q *Queue) error) error {
	err := f(s.queue)
	if s.device.debug {
		err = errors.Join(err, glError("after Do"))
	}
	return err
}

// Serve runs calls of Device.Do, one after another, until ctx is done. It does not cut a call short.
func (s *Server) Serve(ctx context.Context) {
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case f := <-s.device.calls:
			s.device.call(s.queue, f, func() {})
		}
	}
}

// Await runs f on another goroutine, serves the calls it makes, and returns what it returned.
func (s *Server) Await(f func() error) error {
	ctx, cancel := context.WithCancel(context.Background())
	var err error
	go func() {
		defer cancel()
		err = f()
	}()
	s.Serve(ctx)
	return err
}

// Close serves what waits, closes the device and its context, and returns ErrLeak when resources were alive. Closing
// twice is harmless.
func (s *Server) Close() error {
	if s.closed {
		return nil
	}
	s.closed = true
	result := make(chan error, 1)
	go func() { result <- s.device.Close() }()
	for f := range s.device.calls {
		s.device.call(s.queue, f, func() {})
	}
	s.device.replies <- reply{err: s.device.finish(s.queue)}
	return <-result
}
