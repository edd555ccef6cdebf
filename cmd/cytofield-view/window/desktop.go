package window

import (
	"image"

	"github.com/AllenDang/cimgui-go/imgui"
	"github.com/go-gl/glfw/v3.3/glfw"

	"github.com/cytofield/cytofield/engine/gpu"
	desktop "github.com/cytofield/cytofield/engine/gpu/glfw"
)

// Desktop is a window on a display.
type Desktop struct {
	window *desktop.Window
	shown  bool
}

// NewDesktop takes the events of a window.
func NewDesktop(w *desktop.Window) *Desktop { return &Desktop{window: w} }

// Poll hands events to ImGui. The first time it shows the window.
func (d *Desktop) Poll(wait float64) {
	if !d.shown {
		d.shown = true
		hook(d.window.Window, imgui.CurrentIO())
		d.window.Show()
	}
	if wait > 0 {
		glfw.WaitEventsTimeout(wait)
		return
	}
	glfw.PollEvents()
}

// Size returns the pixels, and the scale of the display.
func (d *Desktop) Size() (width, height int, scale float32) {
	width, height = d.window.GetFramebufferSize()
	scale, _ = d.window.GetContentScale()
	return width, height, scale
}

// Resize asks for another size.
func (d *Desktop) Resize(width, height int) {
	s := d.ratio()
	d.window.SetSize(int(float64(width)/s), int(float64(height)/s))
	for range 50 { // the window manager takes its time
		glfw.WaitEventsTimeout(0.01)
		if w, h := d.window.GetFramebufferSize(); image.Pt(w, h) == image.Pt(width, height) {
			return
		}
	}
}

// ratio is pixels per screen coordinate.
func (d *Desktop) ratio() float64 {
	pixels, _ := d.window.GetFramebufferSize()
	if coordinates, _ := d.window.GetSize(); coordinates > 0 {
		return float64(pixels) / float64(coordinates)
	}
	return 1
}

// Screen returns the window's own.
func (d *Desktop) Screen(q *gpu.Queue) (*gpu.Screen, error) {
	width, height := d.window.GetFramebufferSize()
	return q.WindowScreen(width, height), nil
}

// Present shows what has been drawn.
func (d *Desktop) Present() { d.window.SwapBuffers() }

// Closing reports whether a person wants the window closed.
func (d *Desktop) Closing() bool { return d.window.ShouldClose() }

// OnLost has f called, which must not return, where the display goes away.
func (d *Desktop) OnLost(f func()) { d.window.OnLost(f) }

// Free does nothing: the window closes with its context.
func (d *Desktop) Free(*gpu.Queue) {}

// hook feeds events to ImGui. Positions are in screen coordinates, which ImGui has in pixels.
func hook(w *glfw.Window, io *imgui.IO) {
	w.SetCursorPosCallback(func(w *glfw.Window, x, y float64) {
		pixels, _ := w.GetFramebufferSize()
		coordinates, _ := w.GetSize()
		ratio := float64(pixels) / float64(max(coordinates, 1))
		io.AddMousePosEvent(float32(x*ratio), float32(y*ratio))
	})
	w.SetCursorEnterCallback(func(_ *glfw.Window, inside bool) {
		if !inside {
			io.AddMousePosEvent(-1e6, -1e6)
		}
	})
	w.SetMouseButtonCallback(func(_ *glfw.Window, b glfw.MouseButton, a glfw.Action, m glfw.ModifierKey) {
		modifiers(io, m)
		if b <= glfw.MouseButtonMiddle {
			io.AddMouseButtonEvent(int32(b), a == glfw.Press)
		}
	})
	w.SetScrollCallback(func(_ *glfw.Window, x, y float64) { io.AddMouseWheelEvent(float32(x), float32(y)) })
	w.SetCharCallback(func(_ *glfw.Window, c rune) { io.AddInputCharacter(uint32(c)) })
	w.SetFocusCallback(func(_ *glfw.Window, focused bool) { io.AddFocusEvent(focused) })
	w.SetKeyCallback(func(_ *glfw.Window, k glfw.Key, _ int, a glfw.Action, m glfw.ModifierKey) {
		modifiers(io, m)
		if key, ok := keyOf(k); ok && a != glfw.Repeat {
			io.AddKeyEvent(key, a == glfw.Press)
		}
	})
}

func modifiers(io *imgui.IO, m glfw.ModifierKey) {
	io.AddKeyEvent(imgui.ModCtrl, m&glfw.ModControl != 0)
	io.AddKeyEvent(imgui.ModShift, m&glfw.ModShift != 0)
	io.AddKeyEvent(imgui.ModAlt, m&glfw.ModAlt != 0)
	io.AddKeyEvent(imgui.ModSuper, m&glfw.ModSuper != 0)
}

// keyOf returns ImGui's name of a key.
func keyOf(k glfw.Key) (imgui.Key, bool) {
	switch {
	case k >= glfw.KeyA && k <= glfw.KeyZ:
		return imgui.KeyA + imgui.Key(k-glfw.KeyA), true
	case k >= glfw.Key0 && k <= glfw.Key9:
		return imgui.Key0 + imgui.Key(k-glfw.Key0), true
	}
	key, ok := map[glfw.Key]imgui.Key{
		glfw.KeyTab: imgui.KeyTab, glfw.KeyLeft: imgui.KeyLeftArrow, glfw.KeyRight: imgui.KeyRightArrow, glfw.KeyUp: imgui.KeyUpArrow,
		glfw.KeyDown: imgui.KeyDownArrow, glfw.KeyEnter: imgui.KeyEnter, glfw.KeyKPEnter: imgui.KeyEnter, glfw.KeyEscape: imgui.KeyEscape,
		glfw.KeyBackspace: imgui.KeyBackspace, glfw.KeyDelete: imgui.KeyDelete, glfw.KeySpace: imgui.KeySpace, glfw.KeyPeriod: imgui.KeyPeriod,
		glfw.KeyHome: imgui.KeyHome, glfw.KeyEnd: imgui.KeyEnd, glfw.KeyPageUp: imgui.KeyPageUp, glfw.KeyPageDown: imgui.KeyPageDown,
		glfw.KeyF1: imgui.KeyF1, glfw.KeyMinus: imgui.KeyMinus, glfw.KeyEqual: imgui.KeyEqual,
	}[k]
	return key, ok
}
