// Package gpu runs compute kernels on an OpenGL 4.3 device.
//
// A Device owns one OS thread on which its context is current. Device.Do hands that thread a function and its Queue;
// whatever touches GL wants the Queue, so that a GL call off the thread does not compile.
//
//	err := device.Do(func(q *gpu.Queue) error {
//		density, err := q.NewTexture([3]int{128, 128, 128})
//		if err != nil {
//			return err
//		}
//		defer density.Free(q)
//		return advance.Launch(q, density.Shape(), &advanceArgs{Density: density, Next: next, Fourier: 0.1})
//	})
//
// It is the only package that imports go-gl. Build with -tags egl: without the tag go-gl links libGL, and with it X11.
// With it, go-gl would link libEGL only; procaddr.c takes that away as well, so that a binary starts on a machine
// that has neither and says what is missing.
package gpu

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/go-gl/gl/v4.3-core/gl"
)

var (
	// ErrClosed is what Do returns after Close.
	ErrClosed = errors.New("gpu: device is closed")
	// ErrLeak is what Close returns when textures, buffers or kernels are still alive.
	ErrLeak = errors.New("gpu: resources alive when the device closed")
	// ErrContextLost is what calls return once the driver has reset the GPU: all that was on it is gone.
	ErrContextLost = errors.New("gpu: the driver has reset the GPU, and what was on it is lost; start again, and if it happens again, update the driver, or compute with --device cpu")
)

// Context is an OpenGL context, current on the OS thread that opened it.
type Context interface {
	Proc(name string) unsafe.Pointer // entry point of a GL function, nil when there is none
	Platform() string                // how the context was made: "EGL device 0", "GLFW"
	Close()                          // on the thread that opened it
}

// Opener makes a context current on the calling thread. It returns an *UnavailableError when there is none to be had.
type Opener func() (Context, error)

// UnavailableError tells why no OpenGL 4.3 context could be opened and what can be done about it.
type UnavailableError struct {
	Tried []string // each way that was tried, and what was found there
	Draws bool     // it was to draw a window with, which needs OpenGL whatever computes
}

func (e *UnavailableError) Error() string {
	var b strings.Builder
	b.WriteString("gpu: no OpenGL 4.3 device was found; tried")
	if len(e.Tried) == 0 {
		b.WriteString("\n  nothing: no device answers to this choice")
	}
	for _, t := range e.Tried {
		b.WriteString("\n  " + t)
	}
	b.WriteString("\ninstall the driver of the GPU's vendor,")
	b.WriteString("\nor Mesa, which also has a software device: apt install libegl1 libegl-mesa0 libgl1-mesa-dri,")
	if e.Draws {
		b.WriteString("\nor compute without a window: cytofield run SCENARIO --device cpu")
	} else {
		b.WriteString("\nor run with --device cpu")
	}
	return b.String()
}

// Panic is what Do panics with on its caller when f panicked on the GL thread.
type Panic struct {
	Value any    // what f panicked with
	Stack []byte // of the GL thread
}

func (p *Panic) Error() string {
	return fmt.Sprintf("gpu: panic on the GL thread: %v\n\n%s", p.Value, p.Stack)
}

// Unwrap returns the value when it is an error.
func (p *Panic) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

// Device is an OpenGL device and the thread its context is current on. Its methods may be called from any goroutine.
type Device struct {
	mu      sync.Mutex // one caller at a time: the GL thread is serial anyway, and one pair of channels serves all
	calls   chan func(*Queue) error
	replies chan reply
	closed  bool

	context   Context
	info      Info
	debug     bool         // on the GL thread
	available func() int64 // bytes that can be allocated now, 0 when unknown; on the GL thread

	textures, buffers, kernels atomic.Int64
	allocated                  atomic.Int64 // bytes
}

type reply struct {
	err      error
	panicked *Panic
	exited   bool // f called runtime.Goexit, as testing.T.FailNow does
}

// Open starts a goroutine locked to its own OS thread and opens the context there.
func Open(open Opener) (*Device, error) {
	d := newDevice()
	go d.run(open)
	if r := <-d.replies; r.err != nil {
		return nil, r.err
	}
	return d, nil
}

func newDevice() *Device {
	return &Device{calls: make(chan func(*Queue) error), replies: make(chan reply)}
}

// Do runs f on the GL thread and returns what f returned. It is the only way to reach GL.
// A panic of f goes on in the caller, as a *Panic. Calls wait for each other, so f must not call Do or Close.
func (d *Device) Do(f func(q *Queue) error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return ErrClosed
	}
	d.calls <- f
	r := <-d.replies
	if r.panicked != nil {
		panic(r.panicked)
	}
	if r.exited {
		runtime.Goexit()
	}
	return r.err
}

// Info tells what the device is and what it can hold.
func (d *Device) Info() Info { return d.info }

// Live counts the textures, buffers and kernels that have not been freed.
func (d *Device) Live() int {
	return int(d.textures.Load() + d.buffers.Load() + d.kernels.Load())
}

// Allocated returns the bytes held by live textures and buffers.
func (d *Device) Allocated() int64 { return d.allocated.Load() }

// SetDebug makes every Launch and Do ask GL for errors and return them. It stalls the pipeline: for tests.
func (d *Device) SetDebug(on bool) error {
	return d.Do(func(*Queue) error {
		d.debug = on
		if !on {
			gl.Disable(gl.DEBUG_OUTPUT)
			return nil
		}
		gl.Enable(gl.DEBUG_OUTPUT) // glError finds the driver's words in its log
		gl.Enable(gl.DEBUG_OUTPUT_SYNCHRONOUS)
		return nil
	})
}

// Close closes the context and ends the thread. It returns ErrLeak, with counts, when live resources remain; they go
// with the context. Closing twice is harmless.
func (d *Device) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil
	}
	d.closed = true
	close(d.calls)
	return (<-d.replies).err
}

func (d *Device) run(open Opener) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	context, err := open()
	if err != nil {
		d.replies <- reply{err: err}
		return
	}
	q := &Queue{device: d}
	err = q.adopt(context)
	d.replies <- reply{err: err}
	if err != nil {
		return
	}
	defer func() { d.replies <- reply{err: d.finish(q)} }()
	d.serve(q)
}

// adopt takes a context that is current on this thread, or closes it.
func (q *Queue) adopt(context Context) error {
	q.device.context = context
	err := q.init()
	if err != nil {
		context.Close()
	}
	return err
}

func (d *Device) serve(q *Queue) {
	for f := range d.calls {
		d.call(q, f, func() { d.serve(q) })
	}
}

// call runs f and replies. Goexit cannot be stopped, but it waits for rest: the thread and its context serve on.
func (d *Device) call(q *Queue, f func(*Queue) error, rest func()) {
	returned := false
	defer func() {
		if returned {
			return
		}
		if v := recover(); v != nil {
			d.replies <- reply{panicked: &Panic{Value: v, Stack: debug.Stack()}}
			return
		}
		d.replies <- reply{exited: true}
		rest()
	}()
	err := f(q)
	if d.debug {
		err = errors.Join(err, glError("after Do"))
	}
	returned = true
	d.replies <- reply{err: err}
}

// finish gives the context back and returns ErrLeak where resources go with it.
func (d *Device) finish(q *Queue) error {
	q.close()
	d.context.Close()
	var left []string
	for _, r := range []struct {
		count int64
		what  string
	}{{d.textures.Load(), "textures"}, {d.buffers.Load(), "buffers"}, {d.kernels.Load(), "kernels"}} {
		if r.count > 0 {
			left = append(left, fmt.Sprintf("%d %s", r.count, r.what))
		}
	}
	if len(left) == 0 {
		return nil
	}
	return fmt.Errorf("%w: %s", ErrLeak, strings.Join(left, ", "))
}

// loaded guards go-gl's function pointers, which are package variables there: loading them for two devices at once is
// a race, and loading them again changes nothing, since the pointers of libEGL and libGL dispatch by context.
var loaded struct {
	sync.Mutex
	done bool
}

func (q *Queue) init() error {
	d := q.device
	if err := load(d.context); err != nil {
		return err
	}
	d.info = readInfo(d.context.Platform())
	var major, minor int32
	gl.GetIntegerv(gl.MAJOR_VERSION, &major)
	gl.GetIntegerv(gl.MINOR_VERSION, &minor)
	if major < 4 || major == 4 && minor < 3 {
		return &UnavailableError{Tried: []string{fmt.Sprintf("%s: found OpenGL %s on %s",
			d.context.Platform(), d.info.GLVersion, d.info.Renderer)}}
	}
	q.clearsTextures = major > 4 || minor >= 4 || hasExtension("GL_ARB_clear_texture")
	d.available = memoryQuery(d.info.Software)
	d.info.MemoryBytes = d.available()
	gl.GenQueries(int32(len(q.spare)), &q.spare[0])
	return glError("while opening the device")
}

func load(context Context) error {
	loaded.Lock()
	defer loaded.Unlock()
	if loaded.done {
		return nil
	}
	if err := gl.InitWithProcAddrFunc(context.Proc); err != nil {
		return &UnavailableError{Tried: []string{fmt.Sprintf("%s: function %v is missing", context.Platform(), err)}}
	}
	loaded.done = true
	return nil
}
