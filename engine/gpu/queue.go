package gpu

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-gl/gl/v4.3-core/gl"
)

// Queue gives its holder the GL thread. It is valid inside the function that Device.Do runs, and nowhere else.
type Queue struct {
	device         *Device
	counts         Counts
	clearsTextures bool      // glClearTexImage is there: OpenGL 4.4 or GL_ARB_clear_texture
	spare          [2]uint32 // timestamp queries not in use: a Time takes them and puts them back
}

// Counts is the work a queue has been given, and what crossed the bus.
type Counts struct {
	Launches     int64 `json:"launches"`
	BytesRead    int64 `json:"bytes_read"`    // of textures, buffers and pictures, by the host
	BytesWritten int64 `json:"bytes_written"` // into textures and buffers, without the zeros of new ones
}

// Device returns the device whose thread this is.
func (q *Queue) Device() *Device { return q.device }

// Counts returns the work since the device was opened or ResetCounts was called.
func (q *Queue) Counts() Counts { return q.counts }

// ResetCounts starts counting from zero.
func (q *Queue) ResetCounts() { q.counts = Counts{} }

// Finish waits until all work given so far is done.
func (q *Queue) Finish() { gl.Finish() }

// Time returns how long the device worked on what f gives it, from two GL timestamps: the host's time counts only where
// the device waits for it. On llvmpipe, which runs a kernel while it is launched, they agree with the wall clock to
// 0.1 ms. Calls may be nested.
func (q *Queue) Time(f func() error) (time.Duration, error) {
	stamps := q.spare
	if stamps[0] == 0 {
		gl.GenQueries(2, &stamps[0])
	}
	q.spare = [2]uint32{}
	defer func() {
		if q.spare[0] != 0 {
			gl.DeleteQueries(2, &q.spare[0])
		}
		q.spare = stamps
	}()
	gl.QueryCounter(stamps[0], gl.TIMESTAMP)
	err := f()
	gl.QueryCounter(stamps[1], gl.TIMESTAMP)
	var ns [2]uint64
	for i := range ns {
		gl.GetQueryObjectui64v(stamps[i], gl.QUERY_RESULT, &ns[i]) // waits
	}
	return time.Duration(ns[1] - ns[0]), err
}

func (q *Queue) close() {
	if q.spare[0] != 0 {
		gl.DeleteQueries(2, &q.spare[0])
	}
}

// owned panics when a resource came from another device: its GL name means something else here.
func (q *Queue) owned(d *Device) {
	if d != q.device {
		panic("gpu: resource used on a device that did not make it")
	}
}

// Lost returns ErrContextLost where the driver says so. It asks whether errors have come up since last time.
func (q *Queue) Lost() error {
	if err := glError("while drawing"); errors.Is(err, ErrContextLost) {
		return err
	}
	return nil
}

// glError returns what GL has to complain about since it was last asked, in the driver's own words where it has any.
func glError(when ...string) error { return glErrorOf(gl.GetError, when...) }

func glErrorOf(next func() uint32, when ...string) error {
	var names []string
	for range 16 { // a lost context may report errors for ever
		code := next()
		if code == gl.NO_ERROR {
			break
		}
		if code == gl.CONTEXT_LOST {
			return fmt.Errorf("%w (%s)", ErrContextLost, strings.Join(when, " "))
		}
		names = append(names, errorName(code))
	}
	if len(names) == 0 {
		return nil
	}
	return fmt.Errorf("gpu: %s %s%s", strings.Join(names, ", "), strings.Join(when, " "), errorLog())
}

func errorName(code uint32) string {
	switch code {
	case gl.INVALID_ENUM:
		return "GL_INVALID_ENUM"
	case gl.INVALID_VALUE:
		return "GL_INVALID_VALUE"
	case gl.INVALID_OPERATION:
		return "GL_INVALID_OPERATION"
	case gl.INVALID_FRAMEBUFFER_OPERATION:
		return "GL_INVALID_FRAMEBUFFER_OPERATION"
	case gl.OUT_OF_MEMORY:
		return "GL_OUT_OF_MEMORY"
	}
	return fmt.Sprintf("GL error 0x%x", code)
}

// errorLog empties the debug log and returns its messages about errors, each on its own line. The log fills without a
// callback, so that no driver thread ever calls into Go.
func errorLog() string {
	var b strings.Builder
	text := make([]uint8, 4096)
	for range 64 {
		var source, kind, id, severity uint32
		var length int32
		if gl.GetDebugMessageLog(1, int32(len(text)), &source, &kind, &id, &severity, &length, &text[0]) == 0 {
			break
		}
		if kind == gl.DEBUG_TYPE_ERROR && length > 0 {
			b.WriteString("\n  " + strings.TrimRight(string(text[:length]), "\x00\n"))
		}
	}
	return b.String()
}
