package window

import (
	"image/color"
	"math"

	"github.com/AllenDang/cimgui-go/imgui"
	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/cmd/cytofield-view/stage"
	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/tissue"
)

// sighted is what is seen of a box from where: found anew where report or camera are others.
type sighted struct {
	report *session.Report
	eye    eye
	cells  bool // are shown
	solids *render.Solids
	lines  []sightedLine
}

// sightedLine is a piece of a line on a slice that nothing stands before.
type sightedLine struct {
	pixels []imgui.Vec2
	colour color.RGBA
	width  float32
	level  float64 // of a contour; NaN of others
}

// sight finds what is seen of the box that is shown, or of the pane at hand, and keeps it
// under a name.
func (w *Window) sight(name string) *sighted {
	e, s := w.eyeOf(w.report.View), w.sighted[name]
	if s != nil && s.report == w.report && s.eye == e && s.cells == !w.brush.hideCells {
		return s
	}
	s = &sighted{report: w.report, eye: e, cells: !w.brush.hideCells}
	w.sighted[name] = s
	var balls []render.Ball
	if s.cells {
		balls = stage.Balls(w.report)
	}
	planes := [3]float64{math.NaN(), math.NaN(), math.NaN()}
	for axis, cut := range w.report.Cuts {
		planes[axis] = cut.Slice.Position(w.report.Grid)
	}
	s.solids = e.Solids(balls, planes)
	for _, cut := range w.report.Cuts {
		for _, o := range cut.Outlines {
			for _, line := range o.Lines {
				s.add(cut, line, sightedLine{colour: w.outlineColour(o.Region), width: 1.6, level: math.NaN()})
			}
		}
		for _, c := range cut.Contours {
			for _, line := range c.Lines {
				s.add(cut, line, sightedLine{colour: chalk(), width: 1.2, level: c.Level})
			}
		}
	}
	return s
}

// paneName is that of the pane at hand, "" for all of the canvas.
func (w *Window) paneName() string {
	if w.within == nil {
		return ""
	}
	return w.within.name
}

// add takes in what is seen of a line on a slice.
func (s *sighted) add(cut session.Cut, line []render.Point, like sightedLine) {
	g := s.report.Grid
	right, up := cut.Slice.Across()
	var at [3]float64
	at[cut.Slice.Axis] = cut.Slice.Position(g)
	piece := like
	end := func() {
		if len(piece.pixels) > 1 {
			s.lines = append(s.lines, piece)
		}
		piece = like
	}
	for _, p := range inSteps(line, min(g.Spacing[right], g.Spacing[up])/2) {
		at[right], at[up] = p.X, p.Y
		place := r3.Vec{X: at[0], Y: at[1], Z: at[2]}
		if s.solids.Hides(place) {
			end()
			continue
		}
		piece.pixels = append(piece.pixels, s.eye.of(place))
	}
	end()
}

// inSteps returns places along a line that are no farther apart than a step, µm.
func inSteps(line []render.Point, step float64) (all []render.Point) {
	for i, b := range line {
		if i == 0 {
			all = append(all, b)
			continue
		}
		a := line[i-1]
		n := math.Ceil(math.Hypot(b.X-a.X, b.Y-a.Y) / step)
		for k := 1.0; k <= n; k++ {
			all = append(all, render.Point{X: a.X + k/n*(b.X-a.X), Y: a.Y + k/n*(b.Y-a.Y)})
		}
	}
	return all
}

// of returns the pixel at which a place is seen.
func (e eye) of(p r3.Vec) imgui.Vec2 {
	x, y, _ := e.Project(p)
	return e.pixel([2]float64{x, y})
}

// first returns what is seen at a pixel: a place, and the cell that is there, if one is.
func (s *sighted) first(at imgui.Vec2) (place r3.Vec, cell *tissue.CellID, found bool) {
	place, ball, found := s.solids.First(float64(at.X-s.eye.corner.X), float64(at.Y-s.eye.corner.Y))
	if ball >= 0 {
		b := s.report.Bodies[ball]
		return b.Centre, &s.report.CellIDs[b.Cell], true
	}
	return place, nil, found
}

// boxLayers draws what lies on the slices and around cells of the box.
func (w *Window) boxLayers(list *imgui.DrawList) {
	s := w.sight(w.paneName())
	longest := map[float64]sightedLine{}
	for _, line := range s.lines {
		w.chalked(list, line.pixels, line.colour, line.width)
		if stretch(line.pixels) > stretch(longest[line.level].pixels) && !math.IsNaN(line.level) {
			longest[line.level] = line
		}
	}
	for _, cut := range w.report.Cuts[:min(len(w.report.Cuts), 1)] { // all have the same levels
		for _, c := range cut.Contours {
			if line := longest[c.Level]; line.pixels != nil {
				w.levelAt(list, c.Level, line.pixels[len(line.pixels)/2], stretch(line.pixels))
			}
		}
	}
	if s.cells {
		w.boxRings(list, s)
	}
}

// stretch returns how long a line is, pixels.
func stretch(pixels []imgui.Vec2) (sum float64) {
	for i := 1; i < len(pixels); i++ {
		sum += math.Hypot(float64(pixels[i].X-pixels[i-1].X), float64(pixels[i].Y-pixels[i-1].Y))
	}
	return sum
}

// boxRings marks the cells that the grid does not resolve, and those that a gate chose, where
// nothing stands before their middles.
func (w *Window) boxRings(list *imgui.DrawList, s *sighted) {
	gated := w.report.Gated
	if gated != nil && gated.Inside == nil {
		gated = nil
	}
	if gated == nil && w.report.Limits == nil {
		return
	}
	for i, b := range w.report.Bodies {
		if s.solids.HidesBall(i) {
			continue
		}
		at, radius := s.eye.of(b.Centre), float32(b.Radius*s.eye.PerMicronAt(b.Centre))
		w.limitRing(list, b.Cell, at, radius)
		if gated != nil && gated.Inside[b.Cell] {
			w.light(list, at, radius)
		}
	}
}
