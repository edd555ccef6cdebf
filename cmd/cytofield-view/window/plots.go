package window

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"sort"
	"strings"

	"github.com/AllenDang/cimgui-go/imgui"
	"github.com/AllenDang/cimgui-go/implot"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/tissue"
)

// curve is a line of a plot.
type curve struct {
	name   string
	values []float64 // the last ones of the history
	factor float64   // to the unit of the axis
	times  []float64 // s; nil: those of the history
	colour color.RGBA
}

// course is a plot over time.
type course struct {
	title  string
	curves []curve
	log    bool
	free   bool // from the smallest value, not from 0
}

// group is plots that open and close together.
type group struct {
	name   string
	plots  []course
	draw   func(height float32) // of what is not over time
	drawn  int                  // how many plots draw makes
	closed bool                 // at first
}

// timesHeight is what the times below the last plot need, at scale 1.
const timesHeight = 36

// leastPlot is the height below which a plot cannot be read, at scale 1: the panel scrolls then.
const leastPlot = 70

// plotsPanel draws the course of the run.
func (w *Window) plotsPanel() {
	w.view.Voxels, w.view.Occupied = false, false
	if imgui.BeginV(plotsName, nil, imgui.WindowFlagsNoCollapse) {
		groups := w.groups()
		aligned := implot.BeginAlignedPlots("courses")
		height, last := w.plotHeight(groups)
		for i, g := range groups {
			if !w.opened(g) {
				continue
			}
			for k, p := range g.plots {
				w.coursePlot(p, height, i == last && k == len(g.plots)-1)
			}
			if g.draw != nil {
				g.draw(height)
			}
		}
		if aligned {
			implot.EndAlignedPlots()
		}
	}
	imgui.End()
}

// groups are all there is to plot.
func (w *Window) groups() []group {
	r := w.report
	all := []group{{name: "Densities", plots: w.densityPlots()}, {name: "Molecules", plots: []course{w.amountPlot()}}}
	if len(r.Pins) > 0 {
		all = append(all, group{name: "Pins", plots: w.pinPlots()})
	}
	if len(r.CellTypes) > 0 {
		all = append(all, group{name: "Cells", plots: []course{w.cellsPlot()}})
	}
	if len(r.Body) > 0 {
		all = append(all, group{name: "Blood and body", plots: w.bodyPlots()})
	}
	if r.Recorded == nil {
		all = append(all, group{name: "Steps", plots: w.stepPlots(), closed: true})
	}
	all = append(all, group{name: "Ledger", plots: []course{w.residualPlot()}, closed: true},
		group{name: histogramsName, draw: w.histograms, drawn: 1 + len(r.Occupied), closed: true})
	if w.measured.frame > 0 {
		all = append(all, group{name: "Pace", draw: func(float32) { w.pace() }, closed: true})
	}
	return all
}

// isOpen reports whether a group is.
func (w *Window) isOpen(g group) bool {
	open, told := w.opens[g.name]
	return open || !told && !g.closed
}

// opened draws the line that opens and closes a group, and reports which it is.
func (w *Window) opened(g group) bool {
	imgui.SetNextItemOpenV(w.isOpen(g), imgui.CondAlways)
	open := imgui.CollapsingHeaderTreeNodeFlagsV(g.name, 0)
	w.opens[g.name] = open
	return open
}

// Open opens a group of plots, or closes it.
func (w *Window) Open(name string, on bool) error {
	var names []string
	for _, g := range w.groups() {
		if names = append(names, g.name); g.name == name {
			w.opens[name] = on
			return nil
		}
	}
	return fmt.Errorf("no group of plots %q: there are %q", name, names)
}

// plotHeight shares the room among the plots that are open, and tells the last group over time.
func (w *Window) plotHeight(groups []group) (height float32, last int) {
	s := w.styled.scale
	room, plots := imgui.ContentRegionAvail().Y-(timesHeight+8)*s, 0
	last = -1
	for i, g := range groups {
		room -= imgui.FrameHeight() + imgui.CurrentStyle().ItemSpacing().Y
		if w.isOpen(g) {
			plots += len(g.plots) + g.drawn
			if len(g.plots) > 0 {
				last = i
			}
			if g.drawn > 0 {
				room -= float32(g.drawn) * timesHeight / 2 * s
			}
		}
	}
	line := imgui.TextLineHeight() + 2*imgui.CurrentStyle().ItemSpacing().Y
	return min(max(room/float32(max(plots, 1))-line, leastPlot*s), 220*s), last
}

// densityPlots have the largest and the mean density of each substrate.
func (w *Window) densityPlots() []course {
	var all []course
	for i, substrate := range w.report.Substrates {
		most := w.report.History.Most[i]
		unit, factor := readable(substrate.Unit, largest(most))
		faint := w.theme.faint
		all = append(all, course{title: titled(substrate.Name, unit), log: w.view.Log,
			curves: []curve{{name: "largest", values: most, factor: factor, colour: w.substrateColour(i)}, {name: "mean", values: w.report.History.Mean[i], factor: factor, colour: faint}}})
	}
	return all
}

func largest(values []float64) float64 {
	most := 0.0
	for _, v := range values {
		if v > most {
			most = v
		}
	}
	return most
}

func titled(what, unit string) string {
	if unit == "" {
		return what
	}
	return what + " (" + unit + ")"
}

func (w *Window) amountPlot() course {
	c := course{title: "in the fluid"}
	for i, substrate := range w.report.Substrates {
		if !substrate.Unit.CountsMolecules() {
			c.title = "amounts (" + substrate.Unit.AmountUnit() + ")"
		}
		c.curves = append(c.curves, curve{name: substrate.Name, values: w.report.History.Amount[i], factor: 1, colour: w.substrateColour(i)})
	}
	return c
}

// substrateColour is the accent for the one in view, and a palette's for the others.
func (w *Window) substrateColour(i int) color.RGBA {
	if tissue.SubstrateID(i) == w.report.View.Substrate {
		return w.theme.accent
	}
	return figure.Palette(i + 1)
}

func (w *Window) cellsPlot() course {
	c := course{title: "living"}
	for i, t := range w.report.CellTypes {
		c.curves = append(c.curves, curve{name: t.Name, values: w.report.History.Cells[i], factor: 1, colour: figure.Palette(i)})
	}
	return c
}

// pinPlots have the density in view at all pins, and what cells that are followed have.
func (w *Window) pinPlots() []course {
	id := w.report.View.Substrate
	substrate := w.report.Substrates[id]
	most := 0.0
	for _, p := range w.report.Pins {
		if p.Densities != nil {
			most = max(most, largest(p.Densities[id]))
		}
	}
	unit, factor := readable(substrate.Unit, most)
	all := []course{w.ofPins(titled(substrate.Name, unit), factor, func(p session.Pin) [][]float64 { return p.Densities }, int(id))}
	for v, variable := range w.report.Variables {
		c := w.ofPins(titled(variable.Name, molarUnit(variable)), 1, func(p session.Pin) [][]float64 { return p.States }, v)
		if slices.ContainsFunc(c.curves, func(c curve) bool {
			return slices.ContainsFunc(c.values, func(v float64) bool { return !math.IsNaN(v) })
		}) {
			all = append(all, c)
		}
	}
	return all
}

func molarUnit(v tissue.CellVariable) string {
	if v.Dimension == 0 {
		return ""
	}
	return v.Dimension.MolarUnit()
}

// ofPins is a plot of one thing that is followed at pins.
func (w *Window) ofPins(title string, factor float64, of func(session.Pin) [][]float64, which int) course {
	c := course{title: title}
	for i, p := range w.report.Pins {
		if all := of(p); all != nil {
			c.curves = append(c.curves, curve{name: pinName(i, p), values: all[which], factor: factor, times: p.Times, colour: figure.Palette(i)})
		}
	}
	return c
}

// pinName numbers a pin as the tissue does.
func pinName(i int, p session.Pin) string {
	if !p.OfCell {
		return fmt.Sprint(i + 1)
	}
	name := fmt.Sprintf("%d: cell %d", i+1, p.Cell)
	if p.Gone {
		name += ", gone"
	}
	return name
}

// bodyPlots have densities of one unit together, and other read-outs each for itself.
func (w *Window) bodyPlots() []course {
	var all []course
	together := map[string]int{}
	for i, v := range w.report.Body {
		values := w.report.History.Body[i]
		c := curve{name: v.Name, values: values, factor: 1, colour: figure.Palette(i)}
		if !v.IsCompartment() {
			all = append(all, course{title: v.Name, curves: []curve{c}, free: true})
			continue
		}
		unit := v.Dimension.MolarUnit()
		at, ok := together[unit]
		if !ok {
			at = len(all)
			together[unit] = at
			all = append(all, course{title: titled("compartments", unit), log: w.view.Log})
		}
		all[at].curves = append(all[at].curves, c)
	}
	for i, p := range all {
		if len(p.curves) == 1 && !p.free {
			all[i].title = strings.Replace(p.title, "compartments", p.curves[0].name, 1)
		}
	}
	return all
}

func (w *Window) stepPlots() []course {
	h := w.report.History
	return []course{
		{title: "step (s)", curves: []curve{{name: "step", values: h.StepTaken, factor: 1, colour: w.theme.accent}}},
		{title: "error estimate, over its tolerance", curves: []curve{{name: "error", values: h.Error, factor: 1, colour: w.theme.accent}}},
		{title: "stages of the step", curves: []curve{{name: "stages", values: h.Stages, factor: 1, colour: w.theme.accent}}},
	}
}

func (w *Window) residualPlot() course {
	c := course{title: "unaccounted for (share of the molecules)"}
	for i, substrate := range w.report.Substrates {
		c.curves = append(c.curves, curve{name: substrate.Name, values: w.report.History.Residual[i], factor: 1, colour: w.substrateColour(i)})
	}
	return c
}

// pace says what a picture costs, and of what.
func (w *Window) pace() {
	frame := w.measured.frame.Seconds() * 1e3
	imgui.TextUnformatted(fmt.Sprintf("%.0f ms per picture", frame))
	share := func(name string, part float64) {
		imgui.ProgressBarV(float32(min(part/frame, 1)), imgui.NewVec2(-1, 0), fmt.Sprintf("%s %.0f ms, %.0f %%", name, part, 100*min(part/frame, 1)))
	}
	share("simulation", w.measured.solve.Seconds()*1e3)
	share("drawing", w.measured.draw.Seconds()*1e3)
}

// coursePlot draws a course below its title, which says what the colours are, and the
// values of now.
func (w *Window) coursePlot(p course, height float32, last bool) {
	w.heading(p.title)
	imgui.SameLine()
	w.legend(p)
	if last {
		height += timesHeight * w.styled.scale
	}
	w.plot(p, height, last)
}

// legend writes the names and last values of curves at the right of the line, or below it
// where they do not fit.
func (w *Window) legend(p course) {
	s, line := w.styled.scale, imgui.TextLineHeight()
	var labels []string
	whole := float32(0)
	for _, c := range p.curves {
		text := w.value(c)
		if len(p.curves) > 1 {
			text = c.name + "  " + text
		}
		labels = append(labels, text)
		whole += imgui.CalcTextSize(text).X + 22*s
	}
	room := imgui.ContentRegionAvail().X
	if whole <= room {
		imgui.SetCursorPosX(imgui.CursorPosX() + room - whole)
	} else {
		imgui.NewLine()
		room = imgui.ContentRegionAvail().X
	}
	left := room
	for i, text := range labels {
		wide := imgui.CalcTextSize(text).X + 22*s
		if i > 0 && (whole <= room || wide <= left) {
			imgui.SameLineV(0, 8*s)
		} else if i > 0 {
			left = room
		}
		left -= wide
		if len(labels) > 1 {
			at := imgui.CursorScreenPos()
			imgui.WindowDrawList().AddRectFilled(imgui.NewVec2(at.X, at.Y+line/2-2*s), imgui.NewVec2(at.X+9*s, at.Y+line/2+2*s), ink(p.curves[i].colour))
		}
		imgui.Dummy(imgui.NewVec2(9*s, line))
		imgui.SameLineV(0, 4*s)
		w.faintly(text)
	}
}

// value writes what a curve is at the time shown.
func (w *Window) value(c curve) string {
	v, ok := c.at(w.report.History.Time, w.report.Time)
	if !ok {
		return ""
	}
	return number(v * c.factor)
}

// at returns the last value until a time, s, of a curve at the last times of a history,
// and whether there is one.
func (c curve) at(times []float64, t float64) (float64, bool) {
	if c.times != nil {
		times = c.times
	}
	n := min(len(c.values), len(times))
	times, values := times[len(times)-n:], c.values[len(c.values)-n:]
	i := sort.Search(n, func(i int) bool { return times[i] > t }) - 1
	if i < 0 || math.IsNaN(values[i]) {
		return 0, false
	}
	return values[i], true
}

// plot draws a course against time, from the start to the furthest that was seen, with a
// line at now. The last one has the times.
func (w *Window) plot(p course, height float32, last bool) {
	unit, seconds := timeUnit(w.report.Seen)
	flags := implot.Flags(implot.FlagsNoInputs | implot.FlagsNoMouseText | implot.FlagsNoLegend)
	if !implot.BeginPlotV("##"+p.title, imgui.NewVec2(-1, height), flags) {
		return
	}
	times := implot.AxisFlags(implot.AxisFlagsNoHighlight)
	if !last {
		times |= implot.AxisFlagsNoTickLabels
		unit = ""
	}
	end := max(w.report.Seen, w.report.Duration/1000, 1e-9) / seconds
	implot.SetupAxesV(unit, "", times, implot.AxisFlagsNoHighlight)
	low, high := p.limits()
	implot.SetupAxesLimitsV(0, end, low, high, implot.CondAlways)
	if p.log {
		implot.SetupAxisScalePlotScale(implot.AxisY1, implot.ScaleLog10)
	}
	implot.SetupAxisFormatStr(implot.AxisY1, "%.4g")
	for _, c := range p.curves {
		c.draw(w.report.History.Time, seconds, 1.6*w.styled.scale)
	}
	w.now(seconds)
	implot.EndPlot()
}

// limits returns the ends of the axis of values.
func (p course) limits() (low, high float64) {
	least, most := math.Inf(1), 0.0
	for _, c := range p.curves {
		for _, v := range c.values {
			if !math.IsNaN(v) {
				least, most = min(least, v*c.factor), max(most, v*c.factor)
			}
		}
	}
	switch {
	case most == 0:
		return 0, 1
	case p.log:
		return most * 1e-4, most * 1.5
	case p.free && least < most:
		return least - 0.08*(most-least), most + 0.08*(most-least)
	}
	return 0, most * 1.08
}

// draw draws the curve at the last times of a history, s, where it has values.
func (c curve) draw(times []float64, seconds float64, width float32) {
	if c.times != nil {
		times = c.times
	}
	n := min(len(c.values), len(times))
	times, values := times[len(times)-n:], c.values[len(c.values)-n:]
	var xs, ys []float64
	for i, v := range values {
		if !math.IsNaN(v) {
			xs, ys = append(xs, times[i]/seconds), append(ys, v*c.factor)
		}
	}
	if len(xs) > 0 {
		implot.SetNextLineStyleV(vec4(c.colour), width)
		implot.PlotLinedoublePtrdoublePtr(c.name, &xs[0], &ys[0], int32(len(xs)))
	}
}
