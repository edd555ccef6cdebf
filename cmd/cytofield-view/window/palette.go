package window

import (
	"image/color"

	"github.com/AllenDang/cimgui-go/imgui"

	"github.com/cytofield/cytofield/render/figure"
)

// toolKind is what the brush does.
type toolKind int

const (
	doses toolKind = iota
	clears
	addsCells
	removesCells
	placesSource
	paintsRegion
	placesVessel
	wounds
	dosesBody
)

// tool is an entry of the palette.
type tool struct {
	kind toolKind
	key  imgui.Key
	name string // of the key
	what string
	draw func(list *imgui.DrawList, at imgui.Vec2, size float32, colour uint32)
}

// tools are those that the model has something for; a replay has none.
func (w *Window) tools() []tool {
	if w.report.Recorded != nil {
		return nil
	}
	all := []tool{
		{doses, imgui.KeyD, "D", "dose the substrate in view", drawDose},
		{clears, imgui.KeyE, "E", "clear the substrate in view", drawClear},
		{placesSource, imgui.KeyS, "S", "place a source of the substrate in view", drawSource},
	}
	if len(w.report.CellTypes) > 0 {
		all = append(all, tool{addsCells, imgui.KeyA, "A", "add cells", drawAddCells},
			tool{removesCells, imgui.KeyR, "R", "remove cells", drawRemoveCells})
	}
	all = append(all, tool{paintsRegion, imgui.KeyP, "P", "paint a region of another diffusion", drawRegion},
		tool{placesVessel, imgui.KeyU, "U", "place a vessel with the substrate in view: click, or drag along it", drawVessel})
	all = append(all, tool{wounds, imgui.KeyW, "W", "wound: take away all cells and molecules", drawWound})
	if len(w.report.Compartments) > 0 {
		all = append(all, tool{dosesBody, imgui.KeyI, "I", "inject a dose into the blood", drawBlood})
	}
	return all
}

// pick takes a tool up, or lays it down where it is in hand.
func (w *Window) pick(kind toolKind) {
	if w.report.Recorded != nil {
		return
	}
	w.brush.on = !w.brush.on || w.brush.tool != kind
	w.brush.tool, w.brush.path = kind, nil
}

// toolKeys takes up tools by their keys.
func (w *Window) toolKeys() {
	if imgui.CurrentIO().KeyCtrl() {
		return
	}
	for _, t := range w.tools() {
		if imgui.IsKeyPressedBoolV(t.key, false) {
			w.pick(t.kind)
		}
	}
}

// toolColour is that of what the tool does.
func (w *Window) toolColour() color.RGBA {
	switch w.brush.tool {
	case clears, removesCells:
		return color.RGBA{240, 240, 240, 255}
	case wounds:
		return color.RGBA{255, 92, 60, 255}
	case addsCells:
		return figure.Palette(w.brush.comes)
	}
	return w.look.Map.At(0.85)
}

// palette draws the tools at the left edge of the canvas, and what the one in hand can be set to.
func (w *Window) palette() {
	if w.report.Recorded != nil {
		return
	}
	s, c := w.styled.scale, w.canvas
	imgui.SetCursorScreenPos(imgui.NewVec2(c.corner.X+14*s, c.corner.Y+62*s))
	imgui.PushStyleColorVec4(imgui.ColChildBg, vec4(w.theme.panel))
	imgui.PushStyleVarVec2(imgui.StyleVarWindowPadding, imgui.NewVec2(5*s, 5*s))
	imgui.PushStyleVarVec2(imgui.StyleVarItemSpacing, imgui.NewVec2(4*s, 4*s))
	flags := imgui.ChildFlagsAlwaysUseWindowPadding | imgui.ChildFlagsAutoResizeX | imgui.ChildFlagsAutoResizeY | imgui.ChildFlagsAlwaysAutoResize
	if imgui.BeginChildStrV("palette", imgui.NewVec2(0, 0), flags, imgui.WindowFlagsNoScrollbar) {
		for _, t := range w.tools() {
			if w.toolButton(t) {
				w.pick(t.kind)
			}
			imgui.SetItemTooltip(capital(t.what) + " (" + t.name + ")")
		}
	}
	imgui.EndChild()
	imgui.PopStyleVarV(2)
	if w.brush.on {
		imgui.SetCursorScreenPos(imgui.NewVec2(c.corner.X+58*s, c.corner.Y+62*s))
		imgui.PushStyleVarVec2(imgui.StyleVarWindowPadding, imgui.NewVec2(10*s, 8*s))
		if imgui.BeginChildStrV("tool", imgui.NewVec2(0, 0), flags, imgui.WindowFlagsNoScrollbar) {
			w.toolSettings()
		}
		imgui.EndChild()
		imgui.PopStyleVar()
	}
	imgui.PopStyleColor()
}

func capital(text string) string { return string(text[0]-'a'+'A') + text[1:] }

// toolButton is a square button with the drawing of a tool, lit while it is in hand.
func (w *Window) toolButton(t tool) bool {
	held := w.brush.on && w.brush.tool == t.kind
	colour := ink(w.theme.text)
	if held {
		imgui.PushStyleColorVec4(imgui.ColButton, vec4(w.theme.accent))
		imgui.PushStyleColorVec4(imgui.ColButtonHovered, vec4(w.theme.accent))
		defer imgui.PopStyleColorV(2)
		colour = ink(w.theme.background)
	}
	side := imgui.FrameHeight()
	at := imgui.CursorScreenPos()
	pressed := imgui.ButtonV("##"+t.name, imgui.NewVec2(side, side))
	t.draw(imgui.WindowDrawList(), imgui.NewVec2(at.X+side/2, at.Y+side/2), side*0.6, colour)
	return pressed
}

// toolSettings are the radius, and what more the tool in hand asks for.
func (w *Window) toolSettings() {
	b := &w.brush
	for _, t := range w.tools() {
		if t.kind == b.tool {
			w.heading(capital(t.what))
		}
	}
	substrate := w.report.Substrates[w.report.View.Substrate]
	if b.tool != dosesBody {
		w.setting("radius", &b.radius, 1, 500, "%.0f µm")
	}
	switch b.tool {
	case doses:
		w.setting("density added", &b.amount, 1e-3, 1e3, "%.3g "+unitOf(substrate))
	case placesSource:
		unit := "molecules/s"
		if !substrate.Unit.CountsMolecules() {
			unit = unitOf(substrate) + "/s"
		}
		w.setting("rate", &b.rate, 1e-2, 1e6, "%.3g "+unit)
	case paintsRegion:
		imgui.Checkbox("impermeable", &b.solid)
		if !b.solid {
			w.setting("diffusion, times that of the tissue", &b.times, 1e-2, 10, "%.2g")
		}
	case placesVessel:
		w.setting("permeability", &b.permeability, 1e-4, 10, "%.2g µm/s")
		w.setting("density in its blood", &b.blood, 1e-3, 1e3, "%.3g "+unitOf(substrate))
	case addsCells:
		w.chooseType("type", &b.comes, "")
		imgui.SetNextItemWidth(150 * w.styled.scale)
		imgui.SliderIntV("number", &b.number, 1, 200, "%d", imgui.SliderFlagsLogarithmic)
	case removesCells:
		w.chooseType("type", &b.goes, "all types")
	case dosesBody:
		w.injection()
	}
}

func (w *Window) setting(name string, value *float32, low, high float32, format string) {
	imgui.SetNextItemWidth(150 * w.styled.scale)
	imgui.SliderFloatV(name, value, low, high, format, imgui.SliderFlagsLogarithmic)
}

// chooseType chooses a cell type, or none where that has a name.
func (w *Window) chooseType(label string, of *int, none string) {
	shown := w.typeNamed(*of)
	if shown == "" {
		shown = none
	}
	imgui.SetNextItemWidth(150 * w.styled.scale)
	if !imgui.BeginCombo(label, shown) {
		return
	}
	if none != "" && imgui.SelectableBoolV(none, *of < 0, 0, imgui.NewVec2(0, 0)) {
		*of = -1
	}
	for i, t := range w.report.CellTypes {
		if imgui.SelectableBoolV(t.Name, *of == i, 0, imgui.NewVec2(0, 0)) {
			*of = i
		}
	}
	imgui.EndCombo()
}

// injection gives a dose into a compartment of the body.
func (w *Window) injection() {
	b := &w.brush
	all := w.report.Compartments
	b.into = min(b.into, len(all)-1)
	imgui.SetNextItemWidth(150 * w.styled.scale)
	if imgui.BeginCombo("into", all[b.into]) {
		for i, name := range all {
			if imgui.SelectableBoolV(name, i == b.into, 0, imgui.NewVec2(0, 0)) {
				b.into = i
			}
		}
		imgui.EndCombo()
	}
	imgui.SetNextItemWidth(150 * w.styled.scale)
	enter := imgui.InputTextWithHint("amount", "1 nmol", &b.given, imgui.InputTextFlagsEnterReturnsTrue, nil)
	if imgui.Button("Give") || enter {
		w.DoseBody(all[b.into], b.given)
	}
}

func drop(list *imgui.DrawList, at imgui.Vec2, size float32, colour uint32) {
	list.AddTriangleFilled(imgui.NewVec2(at.X, at.Y-size*0.5), imgui.NewVec2(at.X+size*0.26, at.Y), imgui.NewVec2(at.X-size*0.26, at.Y), colour)
	list.AddCircleFilled(imgui.NewVec2(at.X, at.Y+size*0.12), size*0.29, colour)
}

func line(list *imgui.DrawList, at imgui.Vec2, size, x0, y0, x1, y1 float32, colour uint32) {
	list.AddLineV(imgui.NewVec2(at.X+x0*size, at.Y+y0*size), imgui.NewVec2(at.X+x1*size, at.Y+y1*size), colour, size/8)
}

func drawDose(list *imgui.DrawList, at imgui.Vec2, size float32, colour uint32) {
	drop(list, at, size, colour)
}

func drawClear(list *imgui.DrawList, at imgui.Vec2, size float32, colour uint32) {
	list.AddCircleV(imgui.NewVec2(at.X, at.Y+size*0.12), size*0.28, colour, 0, size/10)
	line(list, at, size, -0.21, -0.08, 0, -0.5, colour)
	line(list, at, size, 0.21, -0.08, 0, -0.5, colour)
}

func drawSource(list *imgui.DrawList, at imgui.Vec2, size float32, colour uint32) {
	list.AddCircleFilled(at, size*0.16, colour)
	for _, d := range [][2]float32{{1, 0}, {-1, 0}, {0, 1}, {0, -1}, {0.7, 0.7}, {-0.7, 0.7}, {0.7, -0.7}, {-0.7, -0.7}} {
		line(list, at, size, 0.29*d[0], 0.29*d[1], 0.5*d[0], 0.5*d[1], colour)
	}
}

func drawRegion(list *imgui.DrawList, at imgui.Vec2, size float32, colour uint32) {
	list.AddCircleV(at, size*0.46, colour, 0, size/10)
	for _, m := range []float32{-0.18, 0.08, 0.34} {
		line(list, at, size, m-0.26, 0.26-m/2, m+0.1, -0.1-m/2, colour)
	}
}

func drawVessel(list *imgui.DrawList, at imgui.Vec2, size float32, colour uint32) {
	line(list, at, size, -0.5, -0.22, 0.5, -0.22, colour)
	line(list, at, size, -0.5, 0.22, 0.5, 0.22, colour)
	list.AddCircleFilled(imgui.NewVec2(at.X-0.18*size, at.Y), size*0.11, colour)
	list.AddCircleFilled(imgui.NewVec2(at.X+0.22*size, at.Y), size*0.11, colour)
}

func drawAddCells(list *imgui.DrawList, at imgui.Vec2, size float32, colour uint32) {
	list.AddCircleV(at, size*0.46, colour, 0, size/10)
	line(list, at, size, -0.22, 0, 0.22, 0, colour)
	line(list, at, size, 0, -0.22, 0, 0.22, colour)
}

func drawRemoveCells(list *imgui.DrawList, at imgui.Vec2, size float32, colour uint32) {
	list.AddCircleV(at, size*0.46, colour, 0, size/10)
	line(list, at, size, -0.22, 0, 0.22, 0, colour)
}

func drawWound(list *imgui.DrawList, at imgui.Vec2, size float32, colour uint32) {
	line(list, at, size, -0.45, 0.45, 0.45, -0.45, colour)
	for _, m := range []float32{-0.24, 0, 0.24} {
		line(list, at, size, m-0.13, -m-0.13, m+0.13, -m+0.13, colour)
	}
}

func drawBlood(list *imgui.DrawList, at imgui.Vec2, size float32, colour uint32) {
	line(list, at, size, -0.5, 0.5, -0.2, 0.2, colour)
	list.AddLineV(imgui.NewVec2(at.X-0.22*size, at.Y+0.22*size), imgui.NewVec2(at.X+0.2*size, at.Y-0.2*size), colour, size*0.34)
	line(list, at, size, 0.2, -0.2, 0.4, -0.4, colour)
	line(list, at, size, 0.24, -0.54, 0.54, -0.24, colour)
}
