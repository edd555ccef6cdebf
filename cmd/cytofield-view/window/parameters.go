package window

import (
	"github.com/AllenDang/cimgui-go/imgui"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
)

// parametersPanel has a slider for every number that may change while the run goes on.
func (w *Window) parametersPanel() {
	if imgui.BeginV(parametersName, nil, imgui.WindowFlagsNoCollapse) {
		group := ""
		for _, p := range w.report.Parameters {
			if p.Group != group {
				if group != "" {
					imgui.Spacing()
				}
				w.heading(p.Group)
				group = p.Group
			}
			w.parameter(p)
		}
	}
	imgui.End()
}

// parameter draws a slider over four decades around the value; Ctrl and a click take any
// number. The change is made when the slider is let go.
func (w *Window) parameter(p session.Parameter) {
	value, dragged := w.sliders[p.Path]
	if !dragged {
		value = float32(p.Value)
	}
	low, high, flags := float32(p.Value/100), float32(p.Value*100), imgui.SliderFlags(imgui.SliderFlagsLogarithmic|imgui.SliderFlagsNoRoundToFormat)
	if p.Value == 0 {
		low, high, flags = 0, 1, 0
		if p.Unit == "molecules/s" || p.Unit == "" {
			high = 100
		}
	}
	w.faintly(p.Name)
	imgui.PushIDStr(p.Path)
	imgui.SetNextItemWidth(-1)
	unit := ""
	if p.Unit != "" {
		unit = " " + p.Unit
	}
	if imgui.SliderFloatV("##value", &value, low, high, "%.4g"+unit, flags) {
		w.sliders[p.Path] = value
	}
	imgui.SetItemTooltip(p.Path + "\nCtrl and a click: type a value")
	if imgui.IsItemDeactivatedAfterEdit() {
		delete(w.sliders, p.Path)
		w.change(p, short(float64(value)))
	}
	imgui.PopID()
}

func (w *Window) change(p session.Parameter, value float64) {
	if value != p.Value {
		w.do(func(s *session.Session) error { return s.Change(p, value) })
	}
}
