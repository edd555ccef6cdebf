package window

import (
	"testing"
	"time"

	"github.com/AllenDang/cimgui-go/imgui"
	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/render"
)

func TestTheMouseTurnsMovesAndEnlargesTheBox(t *testing.T) {
	w := opened(t, true)
	draw(t, w)
	w.mode(session.Slices)
	draw(t, w)
	io, middle := imgui.CurrentIO(), w.boxMiddle()
	drag := func(button int32, x, y float32) {
		io.AddMousePosEvent(middle.X, middle.Y)
		draw(t, w)
		io.AddMouseButtonEvent(button, true)
		draw(t, w)
		io.AddMousePosEvent(middle.X+x, middle.Y+y)
		draw(t, w)
		io.AddMouseButtonEvent(button, false)
		draw(t, w)
	}
	start := w.view.Space.Camera
	drag(0, 50, 20)
	turned := w.view.Space.Camera
	if near(turned.Azimuth, start.Azimuth-20) || near(turned.Elevation, start.Elevation+8) {
		t.Errorf("a drag of 50, 20 pixels turns from %v to %v", start, turned)
	}
	if len(w.report.Pins) != 0 {
		t.Errorf("%d pins after a drag", len(w.report.Pins))
	}
	drag(1, 12, 8)
	e := w.eyeOf(w.report.View)
	x, y, _ := e.Project(r3.Vec{X: 35, Y: 25, Z: 15})
	if at := e.pixel([2]float64{x, y}); near(float64(at.X), float64(middle.X)+12) || near(float64(at.Y), float64(middle.Y)+8) {
		t.Errorf("the middle of the box is at %v after a drag from %v by 12, 8", at, middle)
	}
	io.AddMouseWheelEvent(0, 2)
	draw(t, w)
	if zoom := w.view.Space.Camera.Zoom; zoom < 1.3 {
		t.Errorf("zoom %g after the wheel", zoom)
	}
	w.whole()
	draw(t, w)
	if c := w.view.Space.Camera; c.Zoom != 1 || c.Aim != (r3.Vec{}) || c.Azimuth != turned.Azimuth {
		t.Errorf("the whole box is shown from %v", c)
	}
}

// A click on a slice of the box pins the place that is there.
func TestAClickPinsOnASliceOfTheBox(t *testing.T) {
	w := opened(t, false)
	draw(t, w)
	w.mode(session.Both)
	w.Slice(render.Slice{Axis: 1, Index: 1})
	draw(t, w)
	if got := w.report.View.Space.Cuts; got != [3]int{3, 1, 1} {
		t.Fatalf("slices in layers %v, want the one across y moved", got)
	}
	e := w.eyeOf(w.report.View)
	want := r3.Vec{X: 45, Y: 15, Z: 24}
	x, y, _ := e.Project(want)
	at, io := e.pixel([2]float64{x, y}), imgui.CurrentIO()
	io.AddMousePosEvent(at.X, at.Y)
	draw(t, w)
	for _, pins := range []int{1, 0} {
		io.AddMouseButtonEvent(0, true)
		draw(t, w)
		io.AddMouseButtonEvent(0, false)
		draw(t, w)
		if len(w.report.Pins) != pins {
			t.Fatalf("%d pins, want %d", len(w.report.Pins), pins)
		}
		if pins == 1 && r3.Norm(r3.Sub(w.report.Pins[0].At, want)) > 1.5 { // the mouse is on whole pixels, and sees the slice aslant
			t.Errorf("pinned %v, want %v", w.report.Pins[0].At, want)
		}
	}
}

// While the run plays the box is coarse; at rest, and in what a script saves, it has all
// its pixels.
func TestTheBoxComesToRest(t *testing.T) {
	w := opened(t, false)
	draw(t, w)
	w.mode(session.Volume)
	w.Speed(1)
	w.Play(true)
	for range 6 {
		if err := w.Frame(time.Second / 60); err != nil {
			t.Fatal(err)
		}
	}
	if !w.report.Playing || w.coarse != scriptCoarse {
		t.Errorf("playing %v, coarse %d", w.report.Playing, w.coarse)
	}
	before := w.report.Time
	if _, err := w.Picture(); err != nil || w.coarse != 1 || w.report.Time != before {
		t.Errorf("a picture: coarse %d, at %g s after %g: %v", w.coarse, w.report.Time, before, err)
	}
	w.Play(false)
	draw(t, w)
	if w.coarse != 1 {
		t.Errorf("coarse %d at rest", w.coarse)
	}
}

func TestModesAndTheirNames(t *testing.T) {
	w := opened(t, false)
	draw(t, w)
	for _, name := range append(session.Modes(), "slice") {
		if err := w.View(name); err != nil {
			t.Fatal(err)
		}
		draw(t, w)
		if got := session.Modes()[w.report.View.Space.Mode]; got != name {
			t.Errorf("shows %s, want %s", got, name)
		}
	}
	w.nextMode()
	draw(t, w)
	if w.report.View.Space.Mode != session.Slices {
		t.Errorf("mode %d after slice", w.report.View.Space.Mode)
	}
	if err := w.View("holes"); err == nil {
		t.Error("no error for a view that there is not")
	}
	if err := w.Orbit(0, 91, 1); err == nil {
		t.Error("no error for an elevation of 91°")
	}
}
