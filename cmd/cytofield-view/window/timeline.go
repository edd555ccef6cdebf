package window

import (
	"fmt"
	"time"

	"github.com/AllenDang/cimgui-go/imgui"
	"github.com/AllenDang/cimgui-go/implot"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/engine/record"
	"github.com/cytofield/cytofield/render/figure"
)

// timeline shows how far the run is and was, and takes it elsewhere in what has been seen
// where a person drags.
func (w *Window) timeline() {
	s, r := w.styled.scale, w.report
	at, width := imgui.CursorScreenPos(), imgui.ContentRegionAvail().X
	imgui.InvisibleButton("timeline", imgui.NewVec2(max(width, 1), 10*s))
	if r.Duration <= 0 {
		return
	}
	active, letGo := imgui.IsItemActive(), imgui.IsItemDeactivated()
	if !active {
		imgui.SetItemTooltip("Drag back and forth in what has been seen (Left, Right)")
	}
	place := func(t float64) float32 { return at.X + width*float32(min(t/r.Duration, 1)) }
	list, top, bottom := imgui.WindowDrawList(), at.Y+2*s, at.Y+6*s
	bar := func(until float32, colour uint32) {
		list.AddRectFilledV(imgui.NewVec2(at.X, top), imgui.NewVec2(until, bottom), colour, 2*s, 0)
	}
	bar(at.X+width, ink(w.theme.field))
	bar(place(r.Seen), ink(w.theme.active))
	bar(place(r.Time), ink(w.theme.accent))
	if r.Recorded != nil && float32(len(r.Recorded.Times)) < width/(4*s) {
		for _, t := range r.Recorded.Times {
			list.AddLineV(imgui.NewVec2(place(t), top), imgui.NewVec2(place(t), bottom), ink(w.theme.text), s)
		}
	}
	list.AddCircleFilled(imgui.NewVec2(place(r.Time), (top+bottom)/2), 5*s, ink(w.theme.accent))
	aimed := min(max(r.Duration*float64((imgui.MousePos().X-at.X)/width), 0), r.Seen)
	switch {
	case active:
		w.dragTo(aimed)
	case letGo:
		w.travel(func(c session.Course) error { return c.Seek(aimed) })
	}
}

// dragTo shows the moment nearest to a time, s, of those kept.
func (w *Window) dragTo(t float64) {
	if t == w.dragged || w.waiting {
		return
	}
	w.dragged = t
	w.travel(func(c session.Course) error {
		if s, live := c.(*session.Session); live {
			return s.Scrub(t)
		}
		return c.Seek(t)
	})
}

// Seek goes to a time, s, in what has been seen.
func (w *Window) Seek(t float64) error {
	if t > w.report.Seen {
		return fmt.Errorf("%s has not been seen yet, only %s; run-to goes on", figure.FormatTime(t), figure.FormatTime(w.report.Seen))
	}
	w.travel(func(c session.Course) error { return c.Seek(t) })
	return nil
}

// Back shows the moment before, or of a replay the output before.
func (w *Window) Back() { w.travel(session.Course.Back) }

// Anew starts the scenario of a recorded run.
func (w *Window) Anew() {
	w.view.Fixed, w.notice = nil, notice{}
	w.pending = append(w.pending, (*worker).anew)
}

// grows reports whether the run that is replayed may have grown since the window looked.
func (w *Window) grows() bool {
	r := w.report.Recorded
	return r != nil && r.Status == record.Running && time.Since(w.answered) > time.Second
}

func (w *Window) stepWords() string {
	if w.report.Recorded != nil {
		return "The next output (.)"
	}
	return "One step (.)"
}

// progressWords say how a run goes, or which output of a recorded one is shown.
func (w *Window) progressWords() string {
	r := w.report
	if r.Recorded == nil {
		text := fmt.Sprintf("·  %d steps, the last %s  ·  %d cells", r.Stats.Steps, figure.FormatTime(r.Stats.LastStep), r.Cells)
		if r.Seen > r.Time {
			text = "·  seen until " + figure.FormatTime(r.Seen) + "  " + text
		}
		return text
	}
	which := 0
	for i, t := range r.Recorded.Times {
		if t <= r.Time {
			which = i + 1
		}
	}
	return fmt.Sprintf("·  output %d of %d  ·  %d cells  ·  replay of %s, %s", which, len(r.Recorded.Times), r.Cells, r.Recorded.Dir, r.Recorded.Status)
}

// recordedRun stands in the place of the sliders while a recorded run is shown.
func (w *Window) recordedRun() {
	imgui.PushTextWrapPos()
	w.faintly("Parameters belong to a run that is computed; this one was recorded.")
	imgui.PopTextWrapPos()
	imgui.Spacing()
	if imgui.Button("Run anew") {
		w.Anew()
	}
	imgui.SetItemTooltip("Start its scenario here, to steer it")
}

// aboutRun says of which run directory the replay is.
func (w *Window) aboutRun() {
	r := w.report.Recorded
	w.heading("Recorded run")
	imgui.PushTextWrapPos()
	for _, line := range []string{r.Dir, "Computed on " + r.Device, "Status: " + string(r.Status)} {
		w.faintly(line)
	}
	imgui.PopTextWrapPos()
}

// missing says why there are no densities; "" where there are.
func (w *Window) missing() string {
	if r := w.report.Recorded; r != nil {
		return r.Missing
	}
	return ""
}

// now marks the time shown, where more has been seen.
func (w *Window) now(seconds float64) {
	if w.report.Seen <= w.report.Time {
		return
	}
	at := w.report.Time / seconds
	implot.SetNextLineStyleV(vec4(w.theme.faint), w.styled.scale)
	implot.PlotInfLinesdoublePtr("##now", &at, 1)
}
