package window

import (
	"math"

	"github.com/AllenDang/cimgui-go/imgui"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
)

// parametersPanel has a slider for every number that may change while the run goes on.
func (w *Window) parametersPanel() {
	if imgui.BeginV(parametersName, nil, imgui.WindowFlagsNoCollapse) {
		w.recorded()
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

// parameter draws a value and a slider over four decades around what it was. The
// change is made when the slider is let go.
func (w *Window) parameter(p session.Parameter) {
	value, dragged := w.sliders[p.Path]
	if !dragged {
		value = p.Value
	}
	w.faintly(p.Name)
	text := number(value)
	if p.Unit != "" {
		text += " " + p.Unit
	}
	imgui.SameLineV(imgui.ContentRegionAvail().X+imgui.CursorStartPos().X-imgui.CalcTextSize(text).X, -1)
	imgui.TextUnformatted(text)
	imgui.PushIDStr(p.Path)
	defer imgui.PopID()
	imgui.PushStyleVarVec2(imgui.StyleVarFramePadding, imgui.NewVec2(4*w.styled.scale, 0))
	imgui.SetNextItemWidth(-1)
	s := slideOf(p)
	at := float32(s.place(value))
	if imgui.SliderFloatV("##value", &at, float32(s.place(s.low)), float32(s.place(s.high)), "", imgui.SliderFlagsAlwaysClamp|imgui.SliderFlagsNoInput) {
		w.sliders[p.Path] = short(s.value(float64(at)))
	}
	imgui.PopStyleVar()
	imgui.SetItemTooltip(p.Path)
	if imgui.IsItemDeactivatedAfterEdit() {
		value := w.sliders[p.Path]
		delete(w.sliders, p.Path)
		w.change(p, value)
	}
}

// slide is what a slider goes through: decades, or from 0 where the value is 0.
type slide struct {
	low, high float64
	log       bool
}

func slideOf(p session.Parameter) slide {
	if p.Value > 0 {
		return slide{p.Value / 100, p.Value * 100, true}
	}
	return slide{0, map[string]float64{"molecules/s": 100, "µm²/s": 100, "": 1e4}[p.Unit] + 1e-2, false}
}

func (s slide) place(v float64) float64 {
	if s.log {
		return math.Log10(v)
	}
	return v
}

func (s slide) value(place float64) float64 {
	if s.log {
		return math.Pow(10, place)
	}
	return place
}

func (w *Window) change(p session.Parameter, value float64) {
	if value != p.Value {
		w.do(func(s *session.Session) error { return s.Change(p, value) })
	}
}
