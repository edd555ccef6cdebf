package window

import (
	"github.com/AllenDang/cimgui-go/imgui"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/tissue"
)

// shortcut is a key and what it does.
type shortcut struct {
	key  imgui.Key
	ctrl bool
	name string // of the key, for people
	what string
	act  func(w *Window)
}

// shortcutList is all of them but the digits, in the order that the help shows.
func shortcutList() []shortcut {
	layer := func(by int) func(*Window) {
		return func(w *Window) {
			s := w.view.Slice
			s.Index += by
			if s.Validate(w.report.Grid) == nil {
				w.view.Slice = s
			}
		}
	}
	axis := func(a int) func(*Window) {
		return func(w *Window) {
			if w.view.Space.Mode != session.Slice {
				w.lookAlong(a)
				return
			}
			w.Slice(render.Middle(w.report.Grid, a))
		}
	}
	return []shortcut{
		{imgui.KeySpace, false, "Space", "play or pause", func(w *Window) { w.Play(!w.report.Playing) }},
		{imgui.KeyPeriod, false, ".", "one step", (*Window).Step},
		{imgui.KeyLeftArrow, false, "Left", "back: the moment or output before", (*Window).Back},
		{imgui.KeyRightArrow, false, "Right", "on: the next output, or one step", (*Window).Step},
		{imgui.KeyHome, false, "Home", "restart, with all edits", (*Window).Restart},
		{imgui.KeyF, false, "F", "as fast as it goes, or at a speed", (*Window).toggleFastest},
		{imgui.KeyL, false, "L", "logarithmic or linear scale", func(w *Window) { w.view.Log, w.view.Fixed = !w.view.Log, nil }},
		{imgui.KeyB, false, "B", "take up the brush, or lay it down", func(w *Window) { w.pick(w.brush.tool) }},
		{imgui.KeyC, false, "C", "show or hide cells", func(w *Window) { w.brush.hideCells = !w.brush.hideCells }},
		{imgui.KeyV, false, "V", "slice, slices, volume, both", (*Window).nextMode},
		{imgui.KeyX, false, "X", "slice across x, or the box seen along it", axis(0)},
		{imgui.KeyY, false, "Y", "slice across y, or the box seen along it", axis(1)},
		{imgui.KeyZ, false, "Z", "slice across z, or the box seen from above", axis(2)},
		{imgui.KeyPageUp, false, "Page up", "next layer", layer(1)},
		{imgui.KeyPageDown, false, "Page down", "layer before", layer(-1)},
		{imgui.KeyG, false, "G", "gates, or the course of the run", (*Window).toggleGates},
		{imgui.Key0, false, "0", "the whole tissue", (*Window).whole},
		{imgui.KeyT, false, "T", "light or dark", (*Window).toggleTheme},
		{imgui.KeyZ, true, "Ctrl Z, Ctrl Shift Z", "undo, redo", (*Window).undoOrRedo},
		{imgui.KeyS, true, "Ctrl S", "save the scenario with all edits", (*Window).saveBesides},
		{imgui.KeyE, true, "Ctrl E", "save a figure of what is in view", (*Window).toggleFigure},
		{imgui.KeyR, true, "Ctrl R", "record a movie, or end it", (*Window).toggleRecording},
		{imgui.KeyQ, true, "Ctrl Q", "quit", func(w *Window) { w.quit = true }},
		{imgui.KeyF1, false, "F1", "this list", func(w *Window) { w.help = !w.help }},
		{imgui.KeyEscape, false, "Esc", "away with messages and this list", func(w *Window) { w.help, w.notice = false, notice{} }},
	}
}

// shortcuts acts on keys, unless somebody types.
func (w *Window) shortcuts() {
	io := imgui.CurrentIO()
	if io.WantTextInput() {
		return
	}
	for _, s := range shortcutList() {
		if io.KeyCtrl() == s.ctrl && imgui.IsKeyPressedBoolV(s.key, s.key == imgui.KeyPageUp || s.key == imgui.KeyPageDown || s.key == imgui.KeyLeftArrow || s.key == imgui.KeyRightArrow || s.key == imgui.KeyPeriod) {
			s.act(w)
		}
	}
	w.toolKeys()
	for i := range min(9, len(w.report.Substrates)) {
		if !io.KeyCtrl() && imgui.IsKeyPressedBoolV(imgui.Key1+imgui.Key(i), false) {
			w.Show(tissue.SubstrateID(i))
		}
	}
}

// undoOrRedo goes by the Shift key.
func (w *Window) undoOrRedo() {
	if imgui.CurrentIO().KeyShift() {
		w.Redo()
	} else {
		w.Undo()
	}
}

func (w *Window) toggleTheme() {
	if w.theme.name == "dark" {
		w.theme = light()
	} else {
		w.theme = dark()
	}
}

// helpPanel lists the keys.
func (w *Window) helpPanel() {
	if !w.help {
		return
	}
	viewport := imgui.MainViewport()
	centre := imgui.NewVec2(viewport.Size().X/2, viewport.Size().Y/2)
	imgui.SetNextWindowPosV(centre, imgui.CondAlways, imgui.NewVec2(0.5, 0.5))
	if imgui.BeginV("Keys", &w.help, imgui.WindowFlagsAlwaysAutoResize|imgui.WindowFlagsNoDocking|imgui.WindowFlagsNoCollapse|imgui.WindowFlagsNoMove) {
		if imgui.BeginTable("keys", 2) {
			row := func(key, what string) {
				imgui.TableNextColumn()
				w.heading(key)
				imgui.TableNextColumn()
				imgui.TextUnformatted(what + "    ")
			}
			for _, s := range shortcutList() {
				row(s.name, s.what)
			}
			for _, t := range w.tools() {
				row(t.name, t.what)
			}
			row("1 to 9", "substrate in view")
			row("Wheel, drag", "zoom and pan; a box is turned")
			row("Right drag", "pan")
			row("Click", "pin: follow a cell, or the densities there")
			row("Shift drag", "lasso: mark cells in the plot of gates")
			imgui.EndTable()
		}
	}
	imgui.End()
}
