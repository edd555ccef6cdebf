package window

import (
	"fmt"
	"image/color"

	"github.com/AllenDang/cimgui-go/imgui"
	"github.com/AllenDang/cimgui-go/implot"

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

// plotsPanel draws the course of the run.
func (w *Window) plotsPanel() {
	if imgui.BeginV(plotsName, nil, imgui.WindowFlagsNoCollapse) {
		plots := w.courses()
		room := imgui.ContentRegionAvail().Y - 36*w.styled.scale // for the times
		height := max(room/float32(len(plots))-imgui.TextLineHeightWithSpacing()-9*w.styled.scale, 64*w.styled.scale)
		aligned := implot.BeginAlignedPlots("courses")
		for i, p := range plots {
			w.heading(p.title)
			if last := i == len(plots)-1; last {
				w.plot(p, height+36*w.styled.scale, true)
			} else {
				w.plot(p, height, false)
			}
		}
		if aligned {
			implot.EndAlignedPlots()
		}
	}
	imgui.End()
}

// course is a plot over time.
type course struct {
	title  string
	curves []curve
}

func (w *Window) courses() []course {
	r := w.report
	all := []course{w.mostPlot(), w.amountPlot()}
	if len(r.Pins) > 0 {
		all = append(all, w.pinPlot())
	}
	if len(r.CellTypes) > 0 && r.Cells > 0 {
		cells := course{title: "Living cells"}
		for i, t := range r.CellTypes {
			cells.curves = append(cells.curves, curve{name: t.Name, values: r.History.Cells[i], factor: 1, colour: figure.Palette(i)})
		}
		all = append(all, cells)
	}
	if r.Recorded == nil {
		all = append(all, course{"Step (s)", []curve{{name: "step", values: r.History.StepTaken, factor: 1, colour: w.theme.accent}}})
	}
	return append(all, w.residualPlot())
}

func (w *Window) mostPlot() course {
	substrate := w.report.Substrates[w.report.View.Substrate]
	values := w.report.History.Most[w.report.View.Substrate]
	most := 0.0
	for _, v := range values {
		most = max(most, v)
	}
	unit, factor := readable(substrate.Unit, most)
	return course{titled("Largest density of "+substrate.Name, unit), []curve{{name: substrate.Name, values: values, factor: factor, colour: w.theme.accent}}}
}

func titled(what, unit string) string {
	if unit == "" {
		return what
	}
	return what + " (" + unit + ")"
}

func (w *Window) amountPlot() course {
	c := course{title: "Molecules"}
	for i, substrate := range w.report.Substrates {
		if !substrate.Unit.CountsMolecules() {
			c.title = "Amounts (" + substrate.Unit.AmountUnit() + ")"
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

func (w *Window) pinPlot() course {
	id := w.report.View.Substrate
	substrate := w.report.Substrates[id]
	most := 0.0
	for _, p := range w.report.Pins {
		if p.Densities != nil {
			for _, v := range p.Densities[id] {
				most = max(most, v)
			}
		}
	}
	unit, factor := readable(substrate.Unit, most)
	c := course{title: titled(substrate.Name+" at pins", unit)}
	for i, p := range w.report.Pins {
		if p.Densities != nil {
			c.curves = append(c.curves, curve{name: fmt.Sprint(i + 1), values: p.Densities[id], factor: factor, times: p.Times, colour: figure.Palette(i)})
		}
	}
	return c
}

func (w *Window) residualPlot() course {
	c := course{title: "Ledger: molecules unaccounted for (share)"}
	for i, substrate := range w.report.Substrates {
		c.curves = append(c.curves, curve{name: substrate.Name, values: w.report.History.Residual[i], factor: 1, colour: w.substrateColour(i)})
	}
	return c
}

// plot draws a course against time, from the start to the furthest that was seen, with a
// line at now. The last one has the times.
func (w *Window) plot(p course, height float32, last bool) {
	unit, seconds := timeUnit(w.report.Seen)
	flags := implot.Flags(implot.FlagsNoInputs | implot.FlagsNoMouseText)
	if len(p.curves) < 2 || last { // the last has the colours of the one with the molecules
		flags |= implot.FlagsNoLegend
	}
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
	implot.SetupAxesLimitsV(0, end, 0, p.most()*1.08, implot.CondAlways)
	implot.SetupAxisFormatStr(implot.AxisY1, "%.4g")
	implot.SetupLegendV(implot.LocationNorthWest, implot.LegendFlagsNoButtons)
	for _, c := range p.curves {
		c.draw(w.report.History.Time, seconds, 1.6*w.styled.scale)
	}
	w.now(seconds)
	implot.EndPlot()
}

// most returns the largest value of a course, on its axis; 1 where there is none above 0.
func (p course) most() float64 {
	most := 0.0
	for _, c := range p.curves {
		for _, v := range c.values {
			most = max(most, v*c.factor)
		}
	}
	if most == 0 {
		return 1
	}
	return most
}

// draw draws the curve at the last times of a history, s.
func (c curve) draw(times []float64, seconds float64, width float32) {
	if c.times != nil {
		times = c.times
	}
	n := min(len(c.values), len(times))
	times, values := times[len(times)-n:], c.values[len(c.values)-n:]
	xs, ys := make([]float64, n), make([]float64, n)
	for i := range n {
		xs[i], ys[i] = times[i]/seconds, values[i]*c.factor
	}
	if n > 0 {
		implot.SetNextLineStyleV(vec4(c.colour), width)
		implot.PlotLinedoublePtrdoublePtr(c.name, &xs[0], &ys[0], int32(n))
	}
}
