package window

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/AllenDang/cimgui-go/imgui"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/render/figure"
)

// editsPanel lists what has been changed, as lines of a scenario.
func (w *Window) editsPanel() {
	if imgui.BeginV(editsName, nil, imgui.WindowFlagsNoCollapse) {
		if w.report.Recorded != nil {
			w.aboutRun()
			imgui.End()
			return
		}
		imgui.BeginDisabledV(len(w.report.Edits) == 0)
		if imgui.Button("Undo") {
			w.Undo()
		}
		imgui.SetItemTooltip("Go back to before the last edit (Ctrl Z)")
		imgui.EndDisabled()
		imgui.SameLine()
		imgui.BeginDisabledV(w.report.Redoable == 0)
		if imgui.Button("Redo") {
			w.Redo()
		}
		imgui.SetItemTooltip("Make the edit again that was undone (Ctrl Shift Z)")
		imgui.EndDisabled()
		imgui.SameLine()
		if imgui.Button("Save") {
			w.saveBesides()
		}
		imgui.SetItemTooltip("Write the scenario with all edits, and the moment to go on from (Ctrl S)")
		imgui.SameLine()
		if imgui.Button("Copy all") {
			w.copied(w.report.Command)
		}
		imgui.SetItemTooltip("The command that runs the scenario with all edits")
		imgui.Spacing()
		w.editLines()
	}
	imgui.End()
}

// copied puts a text on the clipboard and says so.
func (w *Window) copied(text string) {
	imgui.SetClipboardText(text)
	w.say("Copied: "+text, false)
}

func (w *Window) editLines() {
	if len(w.report.Edits) == 0 {
		imgui.PushStyleColorVec4(imgui.ColText, vec4(w.theme.faint))
		imgui.PushTextWrapPos()
		imgui.TextUnformatted("Nothing changed yet. Drag a slider, or paint with the brush.")
		imgui.PopTextWrapPos()
		imgui.PopStyleColor()
	}
	for i := len(w.report.Edits) - 1; i >= 0; i-- {
		e := w.report.Edits[i]
		imgui.PushIDInt(int32(i))
		if imgui.SmallButton("Copy") {
			w.copied(e.String())
		}
		imgui.SetItemTooltip(shortened(e.String(), 400))
		imgui.PopID()
		imgui.SameLine()
		w.faintly(figure.FormatTime(e.Time))
		if e.FromStart {
			imgui.SameLine()
			w.faintly("· a run has it from its start")
		}
		imgui.PushFont(w.fonts.mono, 0)
		imgui.PushTextWrapPos()
		imgui.TextUnformatted(shortened(strings.Join(e.Settings, "\n"), 400))
		imgui.PopTextWrapPos()
		imgui.PopFont()
	}
}

// shortened is a text of so many runes at most, with its end.
func shortened(text string, most int) string {
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return string(runes[:most/2]) + " … " + string(runes[len(runes)-most/2:])
}

// Redo makes the edit again that was undone last.
func (w *Window) Redo() { w.do((*session.Session).Redo) }

// Undo takes the last edit back.
func (w *Window) Undo() { w.do((*session.Session).Undo) }

// saveBesides writes the scenario into the folder the window was started in.
func (w *Window) saveBesides() { w.Save(fileName(w.report.Title) + ".yaml") }

func fileName(title string) string {
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(title))
	if name = strings.Trim(name, "-"); name == "" {
		return "scenario"
	}
	return name
}

// Save writes the scenario with all edits, and beside it a run directory of that name with
// the moment. What is there is replaced only where the window wrote it before.
func (w *Window) Save(path string) {
	if _, err := os.Stat(path); err == nil && !w.fields.saved[path] {
		w.say(path+" is there already and not of this window: nothing was written", true)
		return
	}
	again, shown := w.fields.saved[path], w.arranged()
	w.do(func(s *session.Session) error {
		text, err := s.Text()
		if err != nil {
			return err
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			return err
		}
		dir := strings.TrimSuffix(path, filepath.Ext(path))
		if err := s.Keep(dir, again); err != nil {
			return err
		}
		if err := shown.write(dir); err != nil {
			return err
		}
		command := s.Command()
		w.kept.Store(&command)
		return nil
	})
	if w.fields.saved == nil {
		w.fields.saved = map[string]bool{}
	}
	w.fields.saved[path] = true
	w.say("Saved "+filepath.Base(path)+" and the moment beside it", false)
}
