package window

import (
	"image"
	"os"
	"path/filepath"

	"github.com/AllenDang/cimgui-go/imgui"
	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/cmd/cytofield-view/stage"
)

// figureForm is how a figure of what is in view is to be.
type figureForm struct {
	open       bool
	name       string
	width, dpi int32 // mm, pixels per inch
	light      bool
}

func (w *Window) toggleFigure() {
	f := &w.figure
	f.open, f.light = !f.open, w.theme.name == "light"
	if f.name == "" {
		f.name = fileName(w.report.Name) + ".png"
	}
}

// paper is what the form says.
func (w *Window) paper() session.Paper {
	theme := "dark"
	if w.figure.light {
		theme = "light"
	}
	return session.Paper{
		Width: float64(w.figure.width), DPI: int(w.figure.dpi), Theme: theme, Map: w.look.Map.Name(), Cells: !w.brush.hideCells, Smooth: w.look.Smooth,
		Zoom: w.boxZoom(),
	}
}

// boxZoom returns how many times the box is as large as the canvas, at least 1.
func (w *Window) boxZoom() float64 {
	if w.report.View.Space.Mode == session.Slice || w.look.Box == (image.Point{}) {
		return 1
	}
	r := *w.report
	r.View.Space.Camera.Aim = r3.Vec{}
	half := stage.View(&r, w.look).Reach()
	return max(2*half[0]/float64(w.canvas.size.X), 2*half[1]/float64(w.canvas.size.Y), 1)
}

// figureFile is the figure file of what is in view, and whether it is of two branches.
func (w *Window) figureFile(p session.Paper) (file string, paired bool, err error) {
	if w.paned() {
		file, err = w.forks.beside.FigureFile(w.report, w.forks.show, p)
		return file, true, err
	}
	file, err = w.report.FigureFile(p)
	return file, false, err
}

// Figure saves what is in view as a PNG, SVG or PDF, so many mm wide, in the theme of the
// window, or as the figure file of it.
func (w *Window) Figure(path string, width float64) {
	p := w.paper()
	p.Width, p.Theme = width, w.theme.name
	w.saveFigure(path, p)
}

// saveFigure has the worker take the moment; it is drawn in the background.
func (w *Window) saveFigure(path string, p session.Paper) {
	file, paired, err := w.figureFile(p)
	if err != nil {
		w.say(err.Error(), true)
		return
	}
	saved := "Saved " + filepath.Base(path)
	if ending := filepath.Ext(path); ending == ".yaml" || ending == ".yml" {
		w.background(saved, func() error { return os.WriteFile(path, []byte(file), 0o644) })
		return
	}
	v := w.report.View
	w.pending = append(w.pending, func(k *worker) error {
		drawn, options, err := k.figure(file, paired, v)
		if err != nil {
			return err
		}
		w.background(saved, func() error { return drawn.Save(path, options) })
		return nil
	})
}

func (w *Window) copyFigureFile() {
	file, _, err := w.figureFile(w.paper())
	if err != nil {
		w.say(err.Error(), true)
		return
	}
	imgui.SetClipboardText(file)
	w.say("Copied: cytofield render draws it from a run", false)
}

// figureDialog asks for the name and the size of a figure.
func (w *Window) figureDialog() {
	f := &w.figure
	if !f.open {
		return
	}
	s := w.styled.scale
	size := imgui.MainViewport().Size()
	imgui.SetNextWindowPosV(imgui.NewVec2(size.X/2, size.Y/2), imgui.CondAppearing, imgui.NewVec2(0.5, 0.5))
	if imgui.BeginV("Save figure", &f.open, imgui.WindowFlagsAlwaysAutoResize|imgui.WindowFlagsNoDocking|imgui.WindowFlagsNoCollapse) {
		field := func(label string) {
			imgui.AlignTextToFramePadding()
			w.faintly(label)
			imgui.SameLineV(88*s, -1)
			imgui.SetNextItemWidth(260 * s)
		}
		field("File")
		imgui.InputTextWithHint("##name", "name.png, .svg, .pdf or .yaml", &f.name, 0, nil)
		field("Width")
		imgui.SliderIntV("##width", &f.width, 30, 300, "%d mm", imgui.SliderFlagsAlwaysClamp)
		field("Pixels")
		imgui.SliderIntV("##dpi", &f.dpi, 72, 600, "%d per inch", imgui.SliderFlagsAlwaysClamp)
		field("Theme")
		if imgui.RadioButtonBool("light", f.light) {
			f.light = true
		}
		imgui.SameLine()
		if imgui.RadioButtonBool("dark", !f.light) {
			f.light = false
		}
		imgui.Spacing()
		if imgui.Button("Save") {
			w.saveFigure(f.name, w.paper())
			f.open = false
		}
		imgui.SameLine()
		if imgui.Button("Copy figure file") {
			w.copyFigureFile()
		}
		imgui.SetItemTooltip("The file by which cytofield render draws this from a run that has an output at this time")
	}
	imgui.End()
}
