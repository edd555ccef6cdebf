package window

import (
	"math"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/render"
)

// Set gives a value of the scenario another, PATH=VALUE, from now on.
func (w *Window) Set(setting string) {
	w.do(func(s *session.Session) error { return s.Set(setting) })
}

// Happen has an event happen now; it is written as in a scenario, without its time.
func (w *Window) Happen(event string) {
	w.do(func(s *session.Session) error { return s.Happen(event) })
}

// ShowNamed brings a substrate into view.
func (w *Window) ShowNamed(name string) error {
	id, err := w.substrateNamed(name)
	if err == nil {
		w.Show(id)
	}
	return err
}

// SliceMiddle brings the middle of an axis into view.
func (w *Window) SliceMiddle(axis int) { w.Slice(render.Middle(w.report.Grid, axis)) }

// SliceAt brings the layer at a position, µm, into view.
func (w *Window) SliceAt(axis int, position float64) error {
	g := w.report.Grid
	s := render.Slice{Axis: axis, Index: int(math.Floor(position / g.Spacing[axis]))}
	if err := s.Validate(g); err != nil {
		return err
	}
	w.Slice(s)
	return nil
}

// Log chooses a logarithmic scale, or a linear one.
func (w *Window) Log(on bool) {
	w.view.Log = on
	w.hold(false)
}

// Hold keeps the scale as it is, or lets it follow the densities.
func (w *Window) Hold(on bool) { w.hold(on) }

// ShowCells shows cells or hides them.
func (w *Window) ShowCells(on bool) { w.brush.hideCells = !on }

// Smooth interpolates between the centres of voxels, or shows voxels as blocks.
func (w *Window) Smooth(on bool) { w.look.Smooth = on }

// Theme chooses dark or light.
func (w *Window) Theme(name string) {
	w.theme = dark()
	if name == "light" {
		w.theme = light()
	}
}

// InPlane completes a place of so many coordinates, µm: two lie in the slice in view.
func (w *Window) InPlane(at r3.Vec, coordinates int) r3.Vec {
	if coordinates == 3 {
		return at
	}
	s := w.report.View.Slice
	right, up := s.Across()
	var all [3]float64
	all[s.Axis], all[right], all[up] = s.Position(w.report.Grid), at.X, at.Y
	return r3.Vec{X: all[0], Y: all[1], Z: all[2]}
}
