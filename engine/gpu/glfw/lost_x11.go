//go:build linux && !wayland

package glfw

// #cgo LDFLAGS: -lX11
// #include <stdint.h>
// #include <X11/Xlib.h>
//
// extern void displayLost(Display *, void *);
//
// // Xlib's own would print its words; the exit handler has better ones.
// static int quiet(Display *display) { return 0; }
//
// static void watch(void *display, uintptr_t handle) {
// 	XSetIOErrorHandler(quiet);
// 	XSetIOErrorExitHandler(display, displayLost, (void *)handle);
// }
import "C"

import (
	"runtime/cgo"
	"unsafe"

	"github.com/go-gl/glfw/v3.3/glfw"
)

func (w *Window) onLost(f func()) {
	w.lost = cgo.NewHandle(f)
	C.watch(unsafe.Pointer(glfw.GetX11Display()), C.uintptr_t(w.lost))
}

//export displayLost
func displayLost(_ *C.Display, handle unsafe.Pointer) {
	cgo.Handle(uintptr(handle)).Value().(func())()
}
