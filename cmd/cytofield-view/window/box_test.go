package window

import (
	"math"
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

// peopled has cells on both sides of the slices through the middle, none before another.
const peopled = `
cells:
  types: {T: {radius: 3 um}}
  place: [{type: T, pattern: positions, at: [[10 um, 10 um, 8 um], [60 um, 10 um, 8 um], [60 um, 40 um, 8 um], [10 um, 40 um, 24 um], [60 um, 12 um, 24 um]]}]
`

// A click on a cell of the box pins that cell, of which the mouse tells the name; one on it
// again lets go of it, and cells behind a slice are not there.
func TestAClickPinsACellOfTheBox(t *testing.T) {
	for _, mode := range []session.Mode{session.Slices, session.Volume} {
		t.Run(session.Modes()[mode], func(t *testing.T) {
			pinsCells(t, openedOn(t, NewOffscreen(800, 500), slope+peopled, mode == session.Volume), mode)
		})
	}
}

func pinsCells(t *testing.T, w *Window, mode session.Mode) {
	t.Helper()
	draw(t, w)
	w.mode(mode)
	draw(t, w)
	io, s := imgui.CurrentIO(), w.sight("")
	seen, hidden := 0, 0
	for _, b := range w.report.Bodies {
		at := s.eye.of(b.Centre)
		io.AddMousePosEvent(at.X, at.Y)
		draw(t, w)
		id := w.report.CellIDs[b.Cell]
		if w.pointed == nil || *w.pointed != id {
			hidden++
			continue
		}
		seen++
		if at := w.report.View.Cursor; at == nil || *at != b.Centre {
			t.Errorf("over cell %d densities are read at %v, want %v", id, at, b.Centre)
		}
		for _, pins := range []int{1, 0} {
			for _, down := range []bool{true, false} {
				io.AddMouseButtonEvent(0, down)
				draw(t, w)
			}
			if len(w.report.Pins) != pins || pins == 1 && (!w.report.Pins[0].OfCell || w.report.Pins[0].Cell != id) {
				t.Fatalf("%d pins of %v, want %d of cell %d", len(w.report.Pins), w.report.Pins, pins, id)
			}
		}
	}
	if want := mode == session.Volume; seen == 0 || (hidden == 0) != want {
		t.Errorf("%d cells seen and %d hidden", seen, hidden)
	}
	w.brush.hideCells = true
	draw(t, w)
	if w.pointed != nil {
		t.Error("a cell that is not shown is pointed at")
	}
}

// Lines on the slices of the box are where these are seen, and nowhere else.
func TestLinesOfTheBoxAreSeenOrNot(t *testing.T) {
	w := opened(t, false)
	w.RunTo(60)
	w.mode(session.Slices)
	w.Contours(true, 5)
	draw(t, w)
	s := w.sight("")
	if len(s.lines) == 0 {
		t.Fatal("no lines")
	}
	if again := w.sight(""); &again.lines[0] != &s.lines[0] {
		t.Error("what is seen was found twice")
	}
	all, shown := 0.0, 0.0
	for axis, cut := range w.report.Cuts {
		for _, c := range cut.Contours {
			for _, line := range c.Lines {
				whole := sighted{report: w.report, eye: s.eye, solids: s.eye.Solids(nil, [3]float64{math.NaN(), math.NaN(), math.NaN()})}
				whole.add(w.report.Cuts[axis], line, sightedLine{})
				for _, piece := range whole.lines {
					all += stretch(piece.pixels)
				}
			}
		}
	}
	for _, piece := range s.lines {
		shown += stretch(piece.pixels)
	}
	if shown < 0.3*all || shown > 0.95*all {
		t.Errorf("%.0f pixels of lines are seen of %.0f", shown, all)
	}
}
