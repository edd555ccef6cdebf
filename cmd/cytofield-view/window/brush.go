package window

import (
	"image/color"
	"math"
	"strings"

	"github.com/AllenDang/cimgui-go/imgui"
	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/quantity"
)

// brush doses or clears the substrate in view where a person paints. A stroke is one
// event, when the button is released.
type brush struct {
	on        bool
	clears    bool    // takes out rather than puts in
	radius    float32 // µm
	amount    float32 // density put in, in the substrate's unit
	hideCells bool
	path      []r3.Vec // of the stroke at hand, µm
}

// stroke gathers where the brush goes, and makes an event of it at the end.
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

// Paint doses a substrate along a path by the brush as it is set, or clears it.
func (w *Window) Paint(id tissue.SubstrateID, path []r3.Vec) {
	within := spheres(path, float64(w.brush.radius), w.report.Grid.Planar)
	substrate := w.report.Substrates[id]
	name := `"` + substrate.Name + `"`
	event := "clear: [" + name + "], within: " + within
	if !w.brush.clears {
		unit := string(substrate.Unit)
		if substrate.Unit == tissue.DimensionlessUnit {
			unit = ""
		}
		event = "dose: {" + name + ": " + quantity.Format(short(float64(w.brush.amount)), unit) + "}, within: " + within
	}
	w.do(func(s *session.Session) error { return s.Happen(event) })
}

// spheres writes the shape of a stroke as a scenario does.
func spheres(path []r3.Vec, radius float64, planar bool) string {
	um := func(v float64) string { return quantity.Format(math.Round(v*10)/10, "um") }
	var all []string
	for _, p := range path {
		centre := um(p.X) + ", " + um(p.Y)
		if !planar {
			centre += ", " + um(p.Z)
		}
		all = append(all, "{sphere: {centre: ["+centre+"], radius: "+um(radius)+"}}")
	}
	if len(all) == 1 {
		return all[0]
	}
	return "{union: [" + strings.Join(all, ", ") + "]}"
}

// short is a number with the digits that a slider shows.
func short(v float64) float64 {
	if v == 0 {
		return 0
	}
	power := math.Pow(10, 2-math.Floor(math.Log10(math.Abs(v))))
	return math.Round(v*power) / power
}

// brushRing shows where the brush would paint, and has painted.
func (w *Window) brushRing(list *imgui.DrawList) {
	b := w.brush
	if !b.on {
		return
	}
	right, up := w.report.View.Slice.Across()
	radius := float32(float64(b.radius) * w.camera.zoom)
	for _, p := range b.path {
		at := [3]float64{p.X, p.Y, p.Z}
		list.AddCircleFilled(w.camera.pixel(at[right], at[up]), radius, ink(color.RGBA{255, 255, 255, 60}))
	}
	if w.view.Cursor != nil {
		at := imgui.MousePos()
		list.AddCircleV(at, radius, ink(color.RGBA{255, 255, 255, 230}), 0, 1.5*w.styled.scale)
		list.AddCircleV(at, radius+w.styled.scale, ink(color.RGBA{0, 0, 0, 120}), 0, w.styled.scale)
	}
}
