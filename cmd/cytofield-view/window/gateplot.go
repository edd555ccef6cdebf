package window

import (
	"fmt"
	"image/color"
	"math"

	"github.com/AllenDang/cimgui-go/imgui"
	"github.com/AllenDang/cimgui-go/implot"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/tissue"
)

// typeColour is the colour of a type's cells.
func (w *Window) typeColour(t int) color.RGBA { return figure.Palette(t) }

// gatePlot draws the cells over their signals, and takes the lasso.
func (w *Window) gatePlot() {
	found := w.report.Gated
	if found == nil || found.Gate.X.Column != w.gates.x || found.Gate.Y.Column != w.gates.y || !found.Gate.Extended {
		return
	}
	s := w.styled.scale
	below := float32(len(found.Shares)+3) * imgui.TextLineHeightWithSpacing()
	room := imgui.ContentRegionAvail()
	height := max(min(room.Y-below, room.X), 160*s)
	flags := implot.FlagsNoInputs | implot.FlagsNoMouseText | implot.FlagsNoLegend
	if !implot.BeginPlotV("##gate", imgui.NewVec2(-1, height), flags) {
		return
	}
	x, _ := w.signal(w.gates.x)
	y, ok := w.signal(w.gates.y)
	low, high := found.Y.Low, found.Y.High
	yLabel := ""
	if ok {
		_, yLabel = axisUnit(y, found.Y)
	} else {
		low, high = 0, max(1.08*found.MostInABar(), 1)
		yLabel = "cells"
	}
	_, xLabel := axisUnit(x, found.X)
	implot.SetupAxesV(xLabel, yLabel, implot.AxisFlagsNoHighlight, implot.AxisFlagsNoHighlight)
	implot.SetupAxesLimitsV(found.X.Low, found.X.High, low, high, implot.CondAlways)
	ticks(implot.AxisX1, x, found.X)
	if ok {
		ticks(implot.AxisY1, y, found.Y)
	}
	w.gateCells(found)
	implot.PushPlotClipRect()
	w.gateOutline(found)
	implot.PopPlotClipRect()
	w.drawGate(found)
	implot.EndPlot()
}

// axisUnit returns how many of its unit one of the signal's is, and the title of the axis.
func axisUnit(s session.Signal, a session.PlotAxis) (factor float64, title string) {
	if s.Unit != string(tissue.Nanomolar) {
		return 1, titled(s.Name, s.Unit)
	}
	unit, factor := readable(tissue.Nanomolar, a.Value(a.High))
	return factor, titled(s.Name, unit)
}

// ticks labels an axis: round values, on a logarithmic one zero and powers of ten.
func ticks(axis implot.AxisEnum, s session.Signal, a session.PlotAxis) {
	factor, _ := axisUnit(s, a)
	var at []float64
	var labels []string
	add := func(shown float64) {
		if t := a.Position(shown / factor); t >= a.Low && t <= a.High {
			at, labels = append(at, t), append(labels, number(shown))
		}
	}
	if a.Width > 0 {
		add(0)
		first, last := math.Round(math.Log10(a.Width*factor))+1, math.Log10(max(math.Abs(a.Value(a.Low)), a.Value(a.High))*factor)
		for k := first; k <= last; k++ {
			add(math.Pow(10, k))
			add(-math.Pow(10, k))
		}
	} else {
		low, high := a.Low*factor, a.High*factor
		step := roundLength((high - low) / 3)
		for k := math.Ceil(low / step); k*step <= high; k++ {
			add(k * step)
		}
	}
	if len(at) > 0 {
		implot.SetupAxisTicksdoublePtrV(axis, &at[0], int32(len(at)), labels, false)
	}
}

// gateCells draws the cells, each as a dot, or counted.
func (w *Window) gateCells(found *session.Gated) {
	switch {
	case found.Bars != nil:
		edges := make([]float64, len(found.Bars[0])+1)
		for i := range edges {
			edges[i] = found.X.Low + (found.X.High-found.X.Low)*float64(i)/float64(len(edges)-1)
		}
		for t, counts := range found.Bars {
			steps(fmt.Sprint("bars", t), edges, counts, w.typeColour(t), w.styled.scale)
		}
	case found.Counts != nil:
		w.gateSquares(found)
	default:
		for _, inside := range []bool{false, true} { // those inside lie above
			for t, all := range found.Dots {
				w.dots(fmt.Sprint("dots", t, inside), all, inside, t, found.Inside != nil && !inside)
			}
		}
	}
}

func (w *Window) dots(name string, all []session.Dot, inside bool, t int, dim bool) {
	var xs, ys []float64
	for _, d := range all {
		if d.Inside == inside {
			xs, ys = append(xs, d.X), append(ys, d.Y)
		}
	}
	if len(xs) == 0 {
		return
	}
	c := w.typeColour(t)
	c.A = 190
	if dim {
		c.A = 70
	}
	radius := 2.6 * w.styled.scale
	if len(xs) > 3000 {
		radius = 1.6 * w.styled.scale
	}
	implot.SetNextMarkerStyleV(implot.MarkerCircle, radius, vec4(c), 0, vec4(c))
	implot.PlotScatterdoublePtrdoublePtr(name, &xs[0], &ys[0], int32(len(xs)))
}

// gateSquares colours squares of the plot by the logarithm of the number of cells in them.
func (w *Window) gateSquares(found *session.Gated) {
	side := int(math.Round(math.Sqrt(float64(len(found.Counts)))))
	most := math.Log1p(largest(found.Counts))
	list := implot.GetPlotDrawList()
	implot.PushPlotClipRect()
	corner := func(u, v int) imgui.Vec2 {
		return implot.PlotToPixelsdouble(found.X.Low+(found.X.High-found.X.Low)*float64(u)/float64(side), found.Y.Low+(found.Y.High-found.Y.Low)*float64(v)/float64(side))
	}
	for i, n := range found.Counts {
		if n > 0 {
			u, v := i%side, i/side
			a, b := corner(u, v), corner(u+1, v+1)
			list.AddRectFilled(imgui.NewVec2(a.X, b.Y), imgui.NewVec2(b.X+0.5, a.Y+0.5), ink(w.look.Map.At(0.25+0.75*math.Log1p(n)/most)))
		}
	}
	implot.PopPlotClipRect()
}

// gateOutline draws the gate, or the one at hand.
func (w *Window) gateOutline(found *session.Gated) {
	list := implot.GetPlotDrawList()
	path := w.gates.path
	if path == nil {
		for _, p := range found.Gate.Drawn {
			path = append(path, session.Point{X: found.X.Position(p.X), Y: found.Y.Position(p.Y)})
		}
	}
	if len(path) > 1 && found.Bars != nil {
		path = session.Rectangle(session.Point{X: path[0].X, Y: -1}, session.Point{X: path[len(path)-1].X, Y: 2 * (1 + found.MostInABar())})
	} else if len(path) > 1 && w.gates.path != nil && w.gates.rectangle {
		path = session.Rectangle(path[0], path[len(path)-1])
	}
	var pixels []imgui.Vec2
	for _, p := range path {
		pixels = append(pixels, implot.PlotToPixelsdouble(p.X, p.Y))
	}
	w.outline(list, pixels)
}

// drawGate gathers where the mouse goes in the plot, and makes a gate of it at the end.
func (w *Window) drawGate(found *session.Gated) {
	g := &w.gates
	corner, size, at := implot.GetPlotPos(), implot.GetPlotSize(), imgui.MousePos()
	within := at.X >= corner.X && at.Y >= corner.Y && at.X < corner.X+size.X && at.Y < corner.Y+size.Y
	if imgui.IsMouseClickedBool(imgui.MouseButtonLeft) && within && imgui.IsWindowHovered() {
		g.path = []session.Point{}
	}
	if g.path == nil {
		return
	}
	at.X, at.Y = min(max(at.X, corner.X), corner.X+size.X), min(max(at.Y, corner.Y), corner.Y+size.Y)
	p := implot.PixelsToPlotVec2V(at, implot.AxisX1, implot.AxisY1)
	here := session.Point{X: p.X, Y: p.Y}
	if n := len(g.path); n == 0 || g.path[n-1] != here {
		g.path = append(g.path, here)
	}
	if imgui.IsMouseDown(imgui.MouseButtonLeft) {
		return
	}
	path := g.path
	g.path = nil
	if len(path) < 3 && !(len(path) == 2 && (g.rectangle || g.y == "")) { // a click
		return
	}
	if g.rectangle || g.y == "" {
		path = []session.Point{path[0], path[len(path)-1]}
	}
	for i, p := range path {
		path[i] = session.Point{X: found.X.Value(p.X), Y: found.Y.Value(p.Y)}
	}
	if err := w.Lasso(path); err != nil {
		w.say(err.Error(), true)
	}
}
