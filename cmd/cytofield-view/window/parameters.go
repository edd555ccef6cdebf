package window

import (
	"fmt"
	"slices"
	"strings"

	"github.com/AllenDang/cimgui-go/imgui"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/tissue/catalogue"
	"github.com/cytofield/cytofield/tissue/quantity"
)

// sliders are the parameters on their way to other values.
type sliders struct {
	at      map[string]float64 // by path, of those being dragged
	clicked map[string]float64 // by path, when let go of without a drag, s of ImGui: it may become a double click
	typing  string             // the path of the one that is typed
	text    string             // what is typed
	fresh   bool               // the field wants the keyboard
	search  string
}

func newSliders() sliders {
	return sliders{at: map[string]float64{}, clicked: map[string]float64{}}
}

// parametersPanel has a slider for every number of the scenario.
func (w *Window) parametersPanel() {
	if imgui.BeginV(parametersName, nil, imgui.WindowFlagsNoCollapse) {
		if w.report.Recorded != nil {
			w.recordedRun()
			imgui.End()
			return
		}
		imgui.SetNextItemWidth(-1)
		imgui.InputTextWithHint("##search", "search: IL-2, half max, 1/s", &w.sliders.search, 0, nil)
		imgui.BeginChildStr("all")
		group := ""
		open := false
		title, under := "", ""
		for _, p := range w.report.Parameters {
			label := labelOf(p)
			if !label.fits(w.sliders.search) {
				continue
			}
			if label.group != group {
				group, under = label.group, ""
				title, open = w.group(label, title)
			}
			if !open {
				continue
			}
			if label.under != under {
				under = label.under
				w.wrapped(under)
			}
			w.parameter(p, label.name)
		}
		if group == "" {
			w.wrapped("No parameter has these words.")
		}
		imgui.EndChild()
	}
	imgui.End()
}

// group draws the head of a group, below the title of its section.
func (w *Window) group(l label, title string) (newTitle string, open bool) {
	if l.section != title {
		imgui.Spacing()
		w.faintly(l.section)
	}
	changed := 0
	for _, p := range w.report.Parameters {
		if p.Changed() && labelOf(p).group == l.group {
			changed++
		}
	}
	text := l.group
	if changed > 0 {
		text += fmt.Sprintf("  ·  %d changed", changed)
	}
	if w.sliders.search != "" {
		imgui.SetNextItemOpenV(true, imgui.CondAlways)
	}
	flags := imgui.TreeNodeFlagsNone
	if l.section == "Substrates" || l.section == "Cell types" {
		flags = imgui.TreeNodeFlagsDefaultOpen
	}
	return l.section, imgui.CollapsingHeaderTreeNodeFlagsV(text+"###"+l.section+l.group, flags)
}

// wrapped writes a line faintly, on several where it is long.
func (w *Window) wrapped(text string) {
	if text == "" {
		return
	}
	imgui.PushStyleColorVec4(imgui.ColText, vec4(w.theme.faint))
	imgui.PushTextWrapPos()
	imgui.TextUnformatted(text)
	imgui.PopTextWrapPos()
	imgui.PopStyleColor()
}

// label is where a parameter stands and what it is called.
type label struct{ section, group, under, name string }

func labelOf(p session.Parameter) label {
	words := p.Words
	l := label{name: spaced(words[len(words)-1])}
	section := map[string]string{
		"domain": "Tissue", "substrates": "Substrates", "reactions": "Tissue", "flow": "Tissue",
		"regions": "Regions", "body": "Body", "cells": "Cell types", "rules": "Rules",
	}
	l.section = section[words[0]]
	rest := words[1 : len(words)-1]
	switch words[0] {
	case "substrates", "regions":
		l.group, rest = rest[0], rest[1:]
	case "cells":
		l.group, rest = rest[1], rest[2:]
	case "domain":
		l.group = "Fluid"
	case "flow":
		l.group = "Flow"
	case "reactions":
		l.group = "Reactions"
	case "rules":
		l.group = "Rules of cells"
	case "body":
		l.group = "Body"
		if len(rest) > 0 && rest[0] != "compartments" && rest[0] != "variables" {
			l.group = "Body: " + rest[0]
		}
	}
	if words[0] == "cells" && len(words) == 5 && slices.Contains([]string{"export", "uptake"}, words[3]) {
		l.name, rest = words[3]+" of "+words[4], nil
	}
	rest = slices.DeleteFunc(slices.Clone(rest), func(word string) bool {
		return slices.Contains([]string{"constants", "receptors", "compartments", "variables", "reactions", "types"}, word) ||
			words[0] == "body" && word == strings.TrimPrefix(l.group, "Body: ")
	})
	l.under = spaced(strings.Join(rest, "  ·  "))
	if p.Initial {
		l.name += " at the start"
		if words[len(words)-1] == "initial" {
			l.name = "at the start"
		}
	}
	return l
}

func spaced(key string) string { return strings.ReplaceAll(key, "_", " ") }

// fits reports whether all words of a search are in the label.
func (l label) fits(search string) bool {
	all := strings.ToLower(l.section + " " + l.group + " " + l.under + " " + l.name)
	for _, word := range strings.Fields(strings.ToLower(search)) {
		if !strings.Contains(all, word) {
			return false
		}
	}
	return true
}

// valued prints a value of a parameter with its unit.
func valued(value float64, unit string) string {
	if unit == "" {
		return number(value)
	}
	return number(value) + " " + pretty(unit)
}

// pretty is a unit as people write it.
func pretty(unit string) string {
	return strings.NewReplacer("um", "µm", "^2", "²", "^3", "³").Replace(unit)
}

// parameter draws a value and its slider. The change is made when the slider is let go.
func (w *Window) parameter(p session.Parameter, name string) {
	value, dragged := w.sliders.at[p.Path]
	if !dragged {
		value = p.Value
	}
	imgui.PushIDStr(p.Path)
	defer imgui.PopID()
	if p.Changed() {
		imgui.PushStyleColorVec4(imgui.ColText, vec4(w.theme.accent))
		imgui.TextUnformatted(name)
		imgui.PopStyleColor()
	} else {
		w.faintly(name)
	}
	text := valued(value, p.Unit)
	imgui.SameLineV(imgui.ContentRegionAvail().X+imgui.CursorStartPos().X-imgui.CalcTextSize(text).X, -1)
	imgui.TextUnformatted(text)
	if w.sliders.typing == p.Path {
		w.typed(p)
		return
	}
	w.slider(p, value)
	w.settle(p)
}

// slider draws the slider of a parameter and takes the mouse on it.
func (w *Window) slider(p session.Parameter, value float64) {
	io := imgui.CurrentIO()
	imgui.PushStyleVarVec2(imgui.StyleVarFramePadding, imgui.NewVec2(4*w.styled.scale, 0))
	imgui.PushStyleColorVec4(imgui.ColSliderGrab, vec4(w.theme.accent)) // nothing is written on it
	imgui.PushStyleColorVec4(imgui.ColSliderGrabActive, vec4(w.theme.accent))
	imgui.SetNextItemWidth(-1)
	s := slideOf(p)
	at := float32(s.place(value))
	moved := imgui.SliderFloatV("##value", &at, 0, 1, "", imgui.SliderFlagsAlwaysClamp|imgui.SliderFlagsNoInput)
	imgui.PopStyleColorV(2)
	imgui.PopStyleVar()
	low, high := imgui.ItemRectMin(), imgui.ItemRectMax()
	w.ticks(p, s, low, high)
	switch hovered := imgui.IsItemHovered(); {
	case hovered && imgui.IsMouseDoubleClicked(imgui.MouseButtonLeft):
		delete(w.sliders.at, p.Path)
		delete(w.sliders.clicked, p.Path)
		w.change(p, backTo(p))
		imgui.InternalClearActiveID()
	case hovered && io.KeyCtrl() && imgui.IsMouseClickedBool(imgui.MouseButtonLeft):
		delete(w.sliders.at, p.Path)
		w.sliders.typing, w.sliders.text, w.sliders.fresh = p.Path, quantity.Format(p.Value, p.Unit), true
		imgui.InternalClearActiveID()
	case moved:
		w.sliders.at[p.Path] = short(s.value(float64(at)))
	}
	if imgui.IsItemDeactivatedAfterEdit() {
		if _, ok := w.sliders.at[p.Path]; ok {
			w.sliders.clicked[p.Path] = imgui.Time()
			if wasDragged() {
				w.sliders.clicked[p.Path] = 0
			}
		}
	}
	w.about(p)
	w.choices(p)
}

// settle makes the change of a slider that was let go, unless that may become a double click.
func (w *Window) settle(p session.Parameter) {
	since, ok := w.sliders.clicked[p.Path]
	if !ok || imgui.Time()-since < float64(imgui.CurrentIO().MouseDoubleClickTime()) {
		return
	}
	value := w.sliders.at[p.Path]
	delete(w.sliders.at, p.Path)
	delete(w.sliders.clicked, p.Path)
	w.change(p, value)
}

// ticks marks on a slider what was published, and what the value was.
func (w *Window) ticks(p session.Parameter, s slide, low, high imgui.Vec2) {
	scale := w.styled.scale
	list := imgui.WindowDrawList()
	grab := 10 * scale // the least size of a grab, which ends as far from the frame as its middle
	x := func(value float64) float32 {
		return low.X + 2 + grab/2 + float32(s.place(value))*(high.X-low.X-4-grab)
	}
	if p.Changed() {
		at := x(p.Opened)
		list.AddLineV(imgui.NewVec2(at, low.Y+3*scale), imgui.NewVec2(at, high.Y-3*scale), ink(w.theme.faint), scale)
	}
	if p.Catalogue.Known() {
		at, side := x(p.Published), 4*scale
		list.AddLineV(imgui.NewVec2(at, low.Y), imgui.NewVec2(at, high.Y), ink(w.theme.text), 1.5*scale)
		list.AddTriangleFilled(imgui.NewVec2(at-side, low.Y), imgui.NewVec2(at+side, low.Y), imgui.NewVec2(at, low.Y+side), ink(w.theme.text))
	}
}

// backTo is what a double click sets: what was published, or what the value was.
func backTo(p session.Parameter) float64 {
	if p.Catalogue.Known() {
		return p.Published
	}
	return p.Opened
}

// about tells of a parameter what there is to know.
func (w *Window) about(p session.Parameter) {
	if !imgui.IsItemHoveredV(imgui.HoveredFlagsForTooltip) || !imgui.BeginTooltip() {
		return
	}
	imgui.PushTextWrapPosV(400 * w.styled.scale)
	imgui.PushFont(w.fonts.mono, 0)
	imgui.TextUnformatted(p.Path)
	imgui.PopFont()
	if p.Changed() {
		imgui.TextUnformatted("The scenario has " + valued(p.Opened, p.Unit) + ".")
	}
	if p.Catalogue.Known() {
		imgui.TextUnformatted("Published: " + pretty(p.Catalogue.String()))
		if reference, ok := catalogue.Cite(p.Catalogue.Source); ok {
			w.faintly(citation(reference))
		}
	}
	switch {
	case p.Initial:
		w.faintly("Where the run starts from: seen after a restart (Home).")
	case p.Events():
		w.faintly("A change is an event, which a run repeats at its time.")
	default:
		w.faintly("A change holds from now on; a run has it from its start.")
	}
	w.faintly("Double click: " + valued(backTo(p), p.Unit) + ". Ctrl click: type. Right click: more.")
	imgui.PopTextWrapPos()
	imgui.EndTooltip()
}

// citation is a reference on one line.
func citation(r catalogue.Reference) string {
	var parts []string
	for _, part := range []string{r.Authors, r.Title, r.Journal} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if r.Year != 0 {
		parts = append(parts, quantity.Format(float64(r.Year), ""))
	}
	if r.DOI != "" {
		parts = append(parts, "doi:"+r.DOI)
	}
	return strings.NewReplacer("{", "", "}", "").Replace(strings.Join(parts, ". ")) // braces are BibTeX's
}

// choices is the menu of a slider.
func (w *Window) choices(p session.Parameter) {
	if !imgui.BeginPopupContextItem() {
		return
	}
	if imgui.MenuItemBoolV("Back to "+valued(p.Opened, p.Unit)+", of the scenario", "", false, p.Changed()) {
		w.change(p, p.Opened)
	}
	if p.Catalogue.Known() && imgui.MenuItemBoolV("To "+valued(p.Published, p.Unit)+", as published", "", false, p.Value != p.Published) {
		w.change(p, p.Published)
	}
	if imgui.MenuItemBool("Type a value") {
		w.sliders.typing, w.sliders.text, w.sliders.fresh = p.Path, quantity.Format(p.Value, p.Unit), true
	}
	if imgui.MenuItemBool("Copy as a setting") {
		imgui.SetClipboardText("--set '" + p.Setting(p.Value) + "'")
	}
	imgui.EndPopup()
}

// typed is the field in place of a slider. Any unit of the dimension will do.
func (w *Window) typed(p session.Parameter) {
	imgui.SetNextItemWidth(-1)
	if w.sliders.fresh {
		imgui.SetKeyboardFocusHere()
		w.sliders.fresh = false
	}
	enter := imgui.InputTextWithHint("##typed", "a value with its unit", &w.sliders.text, imgui.InputTextFlagsEnterReturnsTrue|imgui.InputTextFlagsAutoSelectAll, nil)
	if enter {
		text := strings.TrimSpace(w.sliders.text)
		if q, err := quantity.Parse(text); err == nil && q.Dim == quantity.Dimensionless && p.Unit != "" {
			text += " " + p.Unit
		}
		w.do(func(s *session.Session) error { return s.ChangeTo(p, text) })
	}
	if enter || imgui.IsItemDeactivated() {
		w.sliders.typing = ""
	}
}

func (w *Window) change(p session.Parameter, value float64) {
	if value != p.Value {
		w.do(func(s *session.Session) error { return s.Change(p, value) })
	}
}
