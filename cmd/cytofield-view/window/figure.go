package window

import (
	"path/filepath"

	"github.com/AllenDang/cimgui-go/imgui"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
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
	return session.Paper{Width: float64(w.figure.width), DPI: int(w.figure.dpi), Theme: theme, Map: w.look.Map.Name(), Cells: !w.brush.hideCells}
}

// Figure saves what is in view as a PNG, SVG or PDF, so many mm wide, in the theme of the
// window.
func (w *Window) Figure(path string, width float64) {
	p := w.paper()
	p.Width, p.Theme = width, w.theme.name
	w.saveFigure(path, p)
}

// saveFigure has the worker take the moment; it is drawn in the background.
func (w *Window) saveFigure(path string, p session.Paper) {
	file := w.report.FigureFile(p)
	w.do(func(s *session.Session) error {
		drawn, options, err := s.Figure(file)
		if err != nil {
			return err
		}
		w.background("Saved "+filepath.Base(path), func() error { return drawn.Save(path, options) })
		return nil
	})
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
		imgui.InputTextWithHint("##name", "name.png, .svg or .pdf", &f.name, 0, nil)
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
			imgui.SetClipboardText(w.report.FigureFile(w.paper()))
			w.say("Copied: cytofield render draws it from a run", false)
		}
		imgui.SetItemTooltip("The file by which cytofield render draws this from a run that has an output at this time")
	}
	imgui.End()
}
