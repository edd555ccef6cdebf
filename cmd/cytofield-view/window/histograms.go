package window

import (
	"fmt"
	"image/color"

	"github.com/AllenDang/cimgui-go/imgui"
	"github.com/AllenDang/cimgui-go/implot"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/render/figure"
)

const histogramsName = "Histograms"

// histograms shows how often densities are in voxels, and numbers of bound receptors on cells.
func (w *Window) histograms(height float32) {
	w.view.Voxels, w.view.Occupied = true, true
	height += timesHeight / 2 * w.styled.scale
	if missing := w.missing(); missing != "" {
		imgui.PushTextWrapPos()
		w.faintly(missing)
		imgui.PopTextWrapPos()
	} else if d := w.report.Voxels; d != nil {
		unit, factor := readable(w.report.Substrates[w.report.View.Substrate].Unit, d.Edges[len(d.Edges)-1])
		title := "voxels by " + d.Name
		if d.Thin > 1 {
			title += fmt.Sprintf(", one layer of %d", d.Thin)
		}
		w.histogram(titled(title, unit), d, factor, height, func(int) color.RGBA { return w.theme.accent })
	}
	for i := range w.report.Occupied {
		d := &w.report.Occupied[i]
		w.histogram("cells by "+d.Name, d, 1, height, figure.Palette)
	}
}

func (w *Window) histogram(title string, d *session.Distribution, factor float64, height float32, colour func(i int) color.RGBA) {
	w.heading(title)
	if !implot.BeginPlotV("##"+title, imgui.NewVec2(-1, height), implot.FlagsNoInputs|implot.FlagsNoMouseText|implot.FlagsNoLegend) {
		return
	}
	xs, most := make([]float64, len(d.Edges)), 0.0
	for i, edge := range d.Edges {
		xs[i] = edge * factor
	}
	for _, counts := range d.Counts {
		most = max(most, largest(counts))
	}
	implot.SetupAxesV("", "", implot.AxisFlagsNoHighlight, implot.AxisFlagsNoHighlight)
	if d.Log {
		implot.SetupAxisScalePlotScale(implot.AxisX1, implot.ScaleLog10)
	}
	implot.SetupAxesLimitsV(xs[0], xs[len(xs)-1], 0, max(1.08*most, 1), implot.CondAlways)
	for t, counts := range d.Counts {
		if counts != nil {
			steps(title+fmt.Sprint(t), xs, counts, colour(t), w.styled.scale)
		}
	}
	implot.EndPlot()
}

// steps draws counts between edges.
func steps(name string, edges, counts []float64, colour color.RGBA, scale float32) {
	ys := append(append(make([]float64, 0, len(edges)), counts...), counts[len(counts)-1])
	implot.SetNextLineStyleV(vec4(colour), 1.4*scale)
	implot.SetNextFillStyleV(vec4(colour), 0.3)
	implot.PlotStairsdoublePtrdoublePtrV(name, &edges[0], &ys[0], int32(len(edges)), implot.StairsFlagsShaded, 0, 8)
}
