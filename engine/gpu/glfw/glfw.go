// Package glfw opens windows whose OpenGL context a gpu.Device can adopt.
package glfw

import (
	"errors"
	"fmt"
	"os"
	"runtime/cgo"
	"unsafe"

	"github.com/go-gl/glfw/v3.3/glfw"

	"github.com/cytofield/cytofield/engine/gpu"
)

// ErrNoDisplay is what Open returns where there is nothing to open a window on.
var ErrNoDisplay = errors.New("no display: neither DISPLAY nor WAYLAND_DISPLAY is set, or nothing answers there; start the window from a desktop, or through ssh -X")

// Window is a window with a context of OpenGL 4.3, current on the thread that opened it: the main thread, and no other
// may call its methods.
type Window struct {
	*glfw.Window
	lost cgo.Handle // 0, or what OnLost was given
}

var _ gpu.Context = (*Window)(nil)

// Open opens a window of a size in screen coordinates. It is hidden until Show is called.
func Open(title string, width, height int) (*Window, error) {
	if os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
		return nil, ErrNoDisplay
	}
	if err := begin(); err != nil {
		return nil, fmt.Errorf("%w (%v)", ErrNoDisplay, err)
	}
	glfw.WindowHint(glfw.ContextVersionMajor, 4)
	glfw.WindowHint(glfw.ContextVersionMinor, 3)
	glfw.WindowHint(glfw.OpenGLProfile, glfw.OpenGLCoreProfile)
	glfw.WindowHint(glfw.OpenGLForwardCompatible, glfw.True)
	glfw.WindowHint(glfw.ScaleToMonitor, glfw.True)
	glfw.WindowHint(glfw.Visible, glfw.False)
	w, err := glfw.CreateWindow(width, height, title, nil, nil)
	if err != nil {
		glfw.Terminate()
		return nil, &gpu.UnavailableError{Tried: []string{"GLFW window: " + err.Error()}}
	}
	w.MakeContextCurrent()
	glfw.SwapInterval(1)
	return &Window{Window: w}, nil
}

// OnLost has f called where the display goes away under the window, on the main thread, inside whatever call found
// that out: f must not return, and not touch the window or its context, for neither is there any more. Where there is no
// X, as on Wayland, a lost display closes the window instead.
func (w *Window) OnLost(f func()) { w.onLost(f) }

// begin initialises GLFW. Where no display answers, its Go binding returns no error, and
// panics at the next call.
func begin() (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("%v", v)
		}
	}()
	if err := glfw.Init(); err != nil {
		return err
	}
	glfw.DefaultWindowHints()
	return nil
}

// Proc returns the entry point of a GL function, nil when there is none.
func (w *Window) Proc(name string) unsafe.Pointer { return glfw.GetProcAddress(name) }

// Platform says how the context was made.
func (w *Window) Platform() string { return "GLFW window" }

// Close closes the window.
func (w *Window) Close() {
	w.Destroy()
	glfw.Terminate()
	if w.lost != 0 {
		w.lost.Delete()
		w.lost = 0
	}
}
