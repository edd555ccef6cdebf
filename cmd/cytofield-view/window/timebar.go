package window

import (
	"fmt"
	"math"
	"time"

	"github.com/AllenDang/cimgui-go/imgui"
	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/quantity"
)

// fields is what has been typed.
type fields struct {
	until string
	saved map[string]bool // files the window wrote
}

// timeBar plays, and says how far the run is and how it goes.
func (w *Window) timeBar() {
	if imgui.BeginV(timeName, nil, imgui.WindowFlagsNoScrollbar|imgui.WindowFlagsNoCollapse) {
		w.timeline()
		if w.icon("gallery", drawGallery) {
			w.ShowGallery()
		}
		imgui.SetItemTooltip("Gallery (Ctrl O)")
		imgui.SameLine()
		if w.icon("restart", drawRestart) {
			w.Restart()
		}
		imgui.SetItemTooltip("Restart (Home)")
		imgui.SameLine()
		draw := drawPlay
		if w.report.Playing {
			draw = drawPause
		}
		if w.icon("play", draw) {
			w.Play(!w.report.Playing)
		}
		imgui.SetItemTooltip("Play or pause (Space)")
		imgui.SameLine()
		if w.icon("step", drawStep) {
			w.Step()
		}
		imgui.SetItemTooltip(w.stepWords())
		imgui.SameLine()
		w.speed()
		imgui.SameLine()
		w.runTo()
		w.forkTools()
		imgui.SameLine()
		w.pulse()
	}
	imgui.End()
}

// Play lets the run go on, or stops it.
func (w *Window) Play(on bool) {
	w.notice = notice{}
	w.travel(func(c session.Course) error { c.Play(on); return nil })
}

// Step makes one step; in a replay it shows the next output.
func (w *Window) Step() { w.travel(session.Course.Step) }

// Restart goes back to the start, with all edits.
func (w *Window) Restart() { w.travel(session.Course.Restart) }

// RunTo goes on to a time, s.
func (w *Window) RunTo(t float64) {
	w.travel(func(c session.Course) error { c.RunTo(t); return nil })
}

// Speed plays so many simulated seconds per second; +Inf as many as can be.
func (w *Window) Speed(simulatedPerSecond float64) {
	w.travel(func(c session.Course) error { c.SetSpeed(simulatedPerSecond); return nil })
}

// Pin follows the densities at a place, µm.
func (w *Window) Pin(at r3.Vec) {
	w.travel(func(c session.Course) error { return c.Pin(at) })
}

// PinCell follows a cell.
func (w *Window) PinCell(id tissue.CellID) {
	w.travel(func(c session.Course) error { return c.PinCell(id) })
}

func (w *Window) speed() {
	most := math.IsInf(w.report.Speed, 1)
	imgui.BeginDisabledV(most)
	value := float32(w.report.Speed)
	unit, seconds := timeUnit(float64(value))
	text := number(float64(value)/seconds) + " " + unit + " per s"
	if most {
		value, text = 1, "as it can"
	}
	imgui.SetNextItemWidth(140 * w.styled.scale)
	top := float32(max(w.report.Duration, 10))
	if imgui.SliderFloatV("##speed", &value, top/1e5, top, text, imgui.SliderFlagsLogarithmic) {
		w.Speed(short(float64(value)))
	}
	imgui.EndDisabled()
	imgui.SetItemTooltip("Simulated seconds per second")
	imgui.SameLine()
	if w.toggle("fastest", most) {
		w.toggleFastest()
	}
	imgui.SetItemTooltip("As fast as it goes (F)")
}

func (w *Window) runTo() {
	imgui.SetNextItemWidth(96 * w.styled.scale)
	enter := imgui.InputTextWithHint("##until", "run to 10 min", &w.fields.until, imgui.InputTextFlagsEnterReturnsTrue, nil)
	imgui.SetItemTooltip("Run to a time, land there exactly and stop")
	if !enter {
		return
	}
	q, err := quantity.Parse(w.fields.until)
	var t float64
	if err == nil {
		t, err = q.In(quantity.Time)
	}
	if err != nil {
		w.say("Run to: "+err.Error(), true)
		return
	}
	w.RunTo(t)
}

// pulse says how far the run is and what a picture costs.
func (w *Window) pulse() {
	r := w.report
	imgui.AlignTextToFramePadding()
	imgui.TextUnformatted(figure.FormatTime(r.Time) + " of " + figure.FormatTime(r.Duration))
	imgui.SameLine()
	text := w.progressWords()
	if w.measured.frame > 0 {
		ms := func(d time.Duration) float64 { return d.Seconds() * 1e3 }
		text += fmt.Sprintf("  ·  %.0f ms per picture: %.0f drawing, %.0f simulating", ms(w.measured.frame), ms(w.measured.draw), ms(w.measured.solve))
	}
	w.faintly(text)
	w.badge()
	w.recordingMark()
}

// badge says that check has warnings, and shows them under the mouse.
func (w *Window) badge() {
	n := len(w.report.Warnings)
	if n == 0 {
		return
	}
	text := "1 warning"
	if n > 1 {
		text = fmt.Sprintf("%d warnings", n)
	}
	imgui.SameLine()
	imgui.PushStyleColorVec4(imgui.ColText, vec4(w.theme.fault))
	imgui.TextUnformatted("·  " + text)
	imgui.PopStyleColor()
	if imgui.IsItemHovered() && imgui.BeginTooltip() {
		imgui.PushTextWrapPosV(480 * w.styled.scale)
		for _, warning := range w.report.Warnings {
			imgui.TextUnformatted(warning)
		}
		imgui.PopTextWrapPos()
		imgui.EndTooltip()
	}
}

// icon is a square button with a drawing.
func (w *Window) icon(id string, draw func(list *imgui.DrawList, at imgui.Vec2, size float32, colour uint32)) bool {
	side := imgui.FrameHeight()
	at := imgui.CursorScreenPos()
	pressed := imgui.ButtonV("##"+id, imgui.NewVec2(1.4*side, side))
	size := side * 0.42
	draw(imgui.WindowDrawList(), imgui.NewVec2(at.X+0.7*side, at.Y+side/2), size, ink(w.theme.text))
	return pressed
}

func drawPlay(list *imgui.DrawList, at imgui.Vec2, size float32, colour uint32) {
	list.AddTriangleFilled(imgui.NewVec2(at.X-size*0.4, at.Y-size/2), imgui.NewVec2(at.X+size*0.55, at.Y), imgui.NewVec2(at.X-size*0.4, at.Y+size/2), colour)
}

func drawPause(list *imgui.DrawList, at imgui.Vec2, size float32, colour uint32) {
	for _, x := range []float32{at.X - size*0.4, at.X + size*0.12} {
		list.AddRectFilled(imgui.NewVec2(x, at.Y-size/2), imgui.NewVec2(x+size*0.28, at.Y+size/2), colour)
	}
}

func drawStep(list *imgui.DrawList, at imgui.Vec2, size float32, colour uint32) {
	drawPlay(list, imgui.NewVec2(at.X-size*0.1, at.Y), size*0.9, colour)
	list.AddRectFilled(imgui.NewVec2(at.X+size*0.42, at.Y-size/2), imgui.NewVec2(at.X+size*0.62, at.Y+size/2), colour)
}

func drawRestart(list *imgui.DrawList, at imgui.Vec2, size float32, colour uint32) {
	list.AddRectFilled(imgui.NewVec2(at.X-size*0.6, at.Y-size/2), imgui.NewVec2(at.X-size*0.4, at.Y+size/2), colour)
	list.AddTriangleFilled(imgui.NewVec2(at.X+size*0.5, at.Y-size/2), imgui.NewVec2(at.X+size*0.5, at.Y+size/2), imgui.NewVec2(at.X-size*0.4, at.Y), colour)
}

// toggleFastest changes between as fast as it goes and a speed that shows the run in half a minute.
func (w *Window) toggleFastest() {
	if math.IsInf(w.report.Speed, 1) {
		w.Speed(max(w.report.Duration, 1) / 30)
		return
	}
	w.Speed(math.Inf(1))
}
