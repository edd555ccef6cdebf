package window

import (
	"image/color"
	"math"

	"github.com/AllenDang/cimgui-go/imgui"
	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/quantity"
)

// brush changes the tissue where a person paints, with one of the tools. A stroke is one
// edit, when the button is released.
type brush struct {
	on        bool
	tool      toolKind
	radius    float32 // µm
	amount    float32 // density put in, in the substrate's unit
	rate      float32 // of a source, molecules/s, or density/s where those are not counted
	solid     bool    // a region that nothing passes
	times     float32 // as fast as elsewhere molecules diffuse in a region
	number    int32   // of cells that come
	comes     int     // the type of those
	goes      int     // the type of cells that go; -1 for all
	into      int     // the compartment that is dosed, among compartments
	given     string  // the dose, as written
	hideCells bool
	path      []r3.Vec // of the stroke at hand, µm

	permeability, blood float32 // of a vessel, µm/s and the substrate's unit
}

func newBrush() brush {
	return brush{radius: 20, amount: 1, rate: 100, times: 0.3, permeability: 0.05, blood: 1, number: 5, goes: -1, given: "1 nmol"}
}

// stroke gathers where the brush goes, and makes an edit of it at the end.
func (w *Window) stroke(active bool, at imgui.Vec2) {
	b := &w.brush
	if active {
		place, inside := w.placeAt(at)
		if n := len(b.path); inside && (n == 0 || r3.Norm(r3.Sub(place, b.path[n-1])) > float64(b.radius)/2) {
			b.path = append(b.path, place)
		}
		return
	}
	if len(b.path) > 0 {
		w.Paint(w.report.View.Substrate, b.path)
		b.path = nil
	}
}

// Paint uses the tool along a path, on a substrate where it is of one.
func (w *Window) Paint(id tissue.SubstrateID, path []r3.Vec) {
	b := w.brush
	at := session.Spheres{Places: path, Radius: math.Round(float64(b.radius)*10) / 10}
	substrate := w.report.Substrates[id]
	switch b.tool {
	case doses:
		w.Dose(substrate.Name, quantity.Format(short(float64(b.amount)), unitOf(substrate)), at)
	case clears:
		w.Clear(substrate.Name, at)
	case addsCells:
		w.AddCells(w.typeNamed(b.comes), int(b.number), at)
	case removesCells:
		w.RemoveCells(w.typeNamed(b.goes), at)
	case placesSource:
		w.Source(substrate.Name, short(float64(b.rate)), at)
	case paintsRegion:
		times := short(float64(b.times))
		if b.solid {
			times = 0
		}
		w.Region(times, at)
	case placesVessel:
		v := session.Vessel{Substrate: substrate.Name, Permeability: short(float64(b.permeability)), Blood: short(float64(b.blood)), Radius: at.Radius}
		v.From, v.To = w.axis(path)
		w.Place(v)
	case wounds:
		w.Wound(at)
	}
}

// typeNamed is the name of a cell type, "" for all.
func (w *Window) typeNamed(i int) string {
	if i < 0 || i >= len(w.report.CellTypes) {
		return ""
	}
	return w.report.CellTypes[i].Name
}

// unitOf is the unit of a substrate's densities as quantities have it.
func unitOf(s tissue.Substrate) string {
	if s.Unit == tissue.DimensionlessUnit {
		return ""
	}
	return string(s.Unit)
}

// Dose adds a density of a substrate.
func (w *Window) Dose(substrate, density string, at session.Spheres) {
	w.Happen(`dose: {"` + substrate + `": ` + density + "}, within: " + at.Within(w.report.Grid.Planar))
}

// Clear takes out a substrate.
func (w *Window) Clear(substrate string, at session.Spheres) {
	w.Happen(`clear: ["` + substrate + `"], within: ` + at.Within(w.report.Grid.Planar))
}

// AddCells places so many cells of a type.
func (w *Window) AddCells(cellType string, number int, at session.Spheres) {
	w.do(func(s *session.Session) error { return s.AddCells(cellType, number, at) })
}

// RemoveCells takes away the cells of a type, "" for all types.
func (w *Window) RemoveCells(cellType string, at session.Spheres) {
	w.do(func(s *session.Session) error { return s.RemoveCells(cellType, at) })
}

// Wound takes away all cells and molecules.
func (w *Window) Wound(at session.Spheres) {
	w.do(func(s *session.Session) error { return s.Wound(at) })
}

// Source gives off a substrate from now on, molecules/s, or density/s where those are not counted.
func (w *Window) Source(substrate string, perSecond float64, at session.Spheres) {
	w.do(func(s *session.Session) error { return s.Source(substrate, perSecond, at) })
}

// axis is that of a vessel along a stroke, or across the slice where the stroke stays
// within the brush.
func (w *Window) axis(path []r3.Vec) (from, to r3.Vec) {
	from, to = path[0], path[len(path)-1]
	if r3.Norm(r3.Sub(to, from)) > float64(w.brush.radius) {
		return from, to
	}
	return w.Across(from)
}

// Across returns the ends of the line through a place and the tissue, across the slice, µm.
func (w *Window) Across(at r3.Vec) (from, to r3.Vec) {
	low, high := [3]float64{at.X, at.Y, at.Z}, [3]float64{at.X, at.Y, at.Z}
	axis := w.report.View.Slice.Axis
	low[axis], high[axis] = 0, w.report.Grid.Size()[axis]
	return r3.Vec{X: low[0], Y: low[1], Z: low[2]}, r3.Vec{X: high[0], Y: high[1], Z: high[2]}
}

// Region has molecules diffuse so many times as fast; 0 lets none pass.
func (w *Window) Region(times float64, at session.Spheres) {
	w.do(func(s *session.Session) error { return s.Region(times, at) })
}

// Place puts a vessel into the tissue.
func (w *Window) Place(v session.Vessel) {
	w.do(func(s *session.Session) error { return s.Place(v) })
}

// DoseBody gives an amount into a compartment of the body.
func (w *Window) DoseBody(compartment, amount string) {
	w.do(func(s *session.Session) error { return s.DoseBody(compartment, amount) })
}

// short is a number with the digits that a slider shows.
func short(v float64) float64 {
	if v == 0 {
		return 0
	}
	power := math.Pow(10, 2-math.Floor(math.Log10(math.Abs(v))))
	return math.Round(v*power) / power
}

// brushRing shows where the brush would work, and has worked, in the colour of what it does.
func (w *Window) brushRing(list *imgui.DrawList) {
	b := w.brush
	if !b.on || b.tool == dosesBody {
		return
	}
	right, up := w.report.View.Slice.Across()
	radius := float32(float64(b.radius) * w.camera.zoom)
	c := w.toolColour()
	for _, p := range b.path {
		at := [3]float64{p.X, p.Y, p.Z}
		list.AddCircleFilled(w.camera.pixel(at[right], at[up]), radius, ink(color.RGBA{c.R, c.G, c.B, 90}))
	}
	if w.view.Cursor != nil {
		at := imgui.MousePos()
		list.AddCircleV(at, radius+w.styled.scale, ink(color.RGBA{0, 0, 0, 160}), 0, 3*w.styled.scale)
		list.AddCircleV(at, radius, ink(c), 0, 2*w.styled.scale)
	}
}
