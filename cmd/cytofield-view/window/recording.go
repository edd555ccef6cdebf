package window

import (
	"fmt"
	"math"
	"path/filepath"

	"github.com/AllenDang/cimgui-go/imgui"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/render/movie"
)

// How a movie is drawn.
const movieWidth, movieDPI = 160, 150 // mm, pixels per inch

// toggleRecording begins a movie beside where the window was started, or ends it. It plays as
// the window does at its speed, or shows the whole run in half a minute.
func (w *Window) toggleRecording() {
	if w.report.Recording {
		w.StopRecording()
		return
	}
	speed := w.report.Speed
	if math.IsInf(speed, 1) {
		speed = w.report.Duration / 30
	}
	w.Record(fileName(w.report.Name)+".mp4", speed/movie.DefaultRate)
}

// Record takes a picture of what is in view now every so many simulated seconds, into a movie
// in the format of its name. The scale is the one that is held, or one around all pictures.
func (w *Window) Record(path string, every float64) {
	p := w.paper()
	p.Width, p.DPI, p.Theme, p.Free = movieWidth, movieDPI, w.theme.name, w.view.Fixed == nil
	file, paired, err := w.figureFile(p)
	if err != nil {
		w.say(err.Error(), true)
		return
	}
	v := w.report.View
	w.recorded = path
	w.pending = append(w.pending, func(k *worker) error { return k.record(path, file, paired, v, every) })
}

// StopRecording ends the movie; it is drawn in the background.
func (w *Window) StopRecording() {
	name := filepath.Base(w.recorded)
	w.say("Drawing "+name, false)
	w.do(func(s *session.Session) error {
		if reel := s.EndRecording(); reel != nil {
			w.background("Saved "+name, reel.Develop)
		}
		return nil
	})
}

// recordingMark shows that a movie is being taken.
func (w *Window) recordingMark() {
	if !w.report.Recording {
		return
	}
	imgui.SameLine()
	side, r := imgui.TextLineHeight(), 5*w.styled.scale
	at := imgui.CursorScreenPos()
	imgui.WindowDrawList().AddCircleFilled(imgui.NewVec2(at.X+r, at.Y+imgui.CurrentStyle().FramePadding().Y+side/2), r, ink(w.theme.fault))
	imgui.Dummy(imgui.NewVec2(2*r, side))
	imgui.SameLine()
	imgui.TextUnformatted(fmt.Sprintf("%d pictures", w.report.Pictures))
	imgui.SetItemTooltip("A movie is being recorded (Ctrl R ends it)")
}
