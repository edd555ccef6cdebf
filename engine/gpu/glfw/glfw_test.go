package glfw_test

import (
	"errors"
	"runtime"
	"testing"

	"github.com/cytofield/cytofield/engine/gpu/glfw"
)

func TestWithoutADisplayOpenSaysSo(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for _, display := range []string{"", ":4711"} { // none, and one that does not answer
		t.Setenv("WAYLAND_DISPLAY", "")
		t.Setenv("DISPLAY", display)
		if _, err := glfw.Open("test", 100, 100); !errors.Is(err, glfw.ErrNoDisplay) {
			t.Errorf("DISPLAY=%q: %v, want %v", display, err, glfw.ErrNoDisplay)
		}
	}
}
