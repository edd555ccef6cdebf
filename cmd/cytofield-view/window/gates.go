package window

import (
	"errors"
	"fmt"
	"image/color"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/AllenDang/cimgui-go/imgui"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/tissue"
)

// gates is the plot of cells over their signals, and which cells are chosen.
type gates struct {
	x, y       string // columns of cells.csv; y "" for a histogram
	logX, logY bool
	rectangle  bool // drawn rather than a lasso
	width      [2]float64
	drawn      session.Polygon
	marked     []tissue.CellID
	path       []session.Point // of what is being drawn in the plot, positions on its axes
	lasso      []session.Point // being drawn in the tissue, µm of the plane
	changed    bool
	shown      bool // the panel is in front
	inFront    bool // as it was last frame
}

// gatesPanel shows cells over two of their signals, and chooses among them.
func (w *Window) gatesPanel() {
	g := &w.gates
	w.chooseFirst()
	open := imgui.BeginV(gatesName, nil, imgui.WindowFlagsNoCollapse)
	g.inFront = open
	if open {
		w.chooseSignals()
		w.gatePlot()
		w.shares()
	}
	imgui.End()
	w.askGate(open && len(w.report.CellTypes) > 0)
}

// chooseFirst begins with what there is: bound receptors, variables, or densities at the
// cell; and again where the tissue is another.
func (w *Window) chooseFirst() {
	g := &w.gates
	if _, ok := w.signal(g.x); ok {
		if _, ok := w.signal(g.y); ok || g.y == "" {
			return
		}
	}
	var best []session.Signal
	for _, s := range w.report.Signals {
		if !s.Place {
			best = append(best, s)
		}
	}
	rank := func(s session.Signal) int {
		switch {
		case strings.Contains(s.Name, " bound"):
			return 0
		case !strings.Contains(s.Name, " at the cell") && !strings.Contains(s.Name, " taken up") && !strings.Contains(s.Name, " secreted"):
			return 1
		case strings.HasSuffix(s.Name, " at the cell"):
			return 2
		}
		return 3
	}
	slices.SortStableFunc(best, func(a, b session.Signal) int { return rank(a) - rank(b) })
	if len(best) > 1 {
		w.Gate(best[0].Column, best[1].Column)
		w.ungate()
	}
}

// signal returns the one of a column.
func (w *Window) signal(column string) (session.Signal, bool) {
	for _, s := range w.report.Signals {
		if s.Column == column {
			return s, true
		}
	}
	return session.Signal{}, false
}

// askGate asks for what is to be seen, anew where it is another.
func (w *Window) askGate(shown bool) {
	g := &w.gates
	if g.x == "" || !shown && g.drawn == nil && g.marked == nil {
		w.view.Gate, g.changed = nil, false
		return
	}
	if w.view.Gate != nil && !g.changed && g.shown == shown {
		return
	}
	g.changed, g.shown = false, shown
	w.view.Gate = &session.Gate{
		X: session.Axis{Column: g.x, Width: g.width[0]}, Y: session.Axis{Column: g.y, Width: g.width[1]}, LogX: g.logX, LogY: g.logY,
		Drawn: g.drawn, Marked: g.marked, Extended: shown,
	}
}

// Gate plots cells over one signal or two, columns of cells.csv. Places are on linear
// axes, all else is on logarithmic ones.
func (w *Window) Gate(x, y string) {
	g := &w.gates
	w.ungate()
	g.x, g.y = x, y
	sx, _ := w.signal(x)
	sy, _ := w.signal(y)
	g.logX, g.logY = !sx.Place, !sy.Place
}

// GateNamed plots cells over signals that are there.
func (w *Window) GateNamed(x, y string) error {
	for _, column := range []string{x, y} {
		if _, ok := w.signal(column); !ok && column != "" {
			var all []string
			for _, s := range w.report.Signals {
				all = append(all, s.Column)
			}
			return fmt.Errorf("no signal %q: want one of %q", column, all)
		}
	}
	w.Gate(x, y)
	imgui.SetWindowFocusStr(gatesName)
	return nil
}

// GateScale makes the axes logarithmic or linear. What was drawn on others is gone.
func (w *Window) GateScale(logX, logY bool) {
	w.ungate()
	w.gates.logX, w.gates.logY = logX, logY
}

// ungate forgets what was drawn or marked.
func (w *Window) ungate() {
	g := &w.gates
	g.drawn, g.marked, g.path, g.width, g.changed = nil, nil, nil, [2]float64{}, true
}

// Ungate lets all cells be.
func (w *Window) Ungate() { w.ungate() }

// ErrNoPlot is what Lasso returns where there is nothing to draw it in.
var ErrNoPlot = errors.New("no plot of cells is in view: want a gate over signals first")

// Lasso chooses the cells inside corners in the plot, in units of its signals; two are
// those of a rectangle, of a histogram the ends of a range.
func (w *Window) Lasso(corners []session.Point) error {
	found := w.report.Gated
	if found == nil || !found.Gate.Extended {
		return ErrNoPlot
	}
	g := &w.gates
	w.ungate()
	if g.drawn = corners; len(corners) == 2 {
		g.drawn = session.Rectangle(corners[0], corners[1])
		if g.y == "" {
			g.drawn = corners
		}
	}
	g.width = [2]float64{found.X.Width, found.Y.Width}
	return nil
}

// Mark chooses the cells whose discs have their middles inside corners in the slice, µm;
// two are those of a rectangle.
func (w *Window) Mark(corners []session.Point) {
	outline := session.Polygon(corners)
	if len(corners) == 2 {
		outline = session.Rectangle(corners[0], corners[1])
	}
	var ids []tissue.CellID
	for i, d := range w.report.Discs {
		if outline.Contains(d.X, d.Y) {
			ids = append(ids, w.report.DiscCells[i])
		}
	}
	slices.Sort(ids)
	if w.ungate(); ids == nil {
		w.say("No cells of the slice are inside the lasso", false)
	}
	w.gates.marked = ids
}

// mark gathers a lasso in the tissue while Shift is held, and reports whether there is one.
func (w *Window) mark(active bool, at imgui.Vec2) bool {
	g := &w.gates
	if active && imgui.IsMouseDown(imgui.MouseButtonLeft) && (g.lasso != nil || imgui.CurrentIO().KeyShift()) {
		x, y := w.camera.place(at)
		if p := (session.Point{X: x, Y: y}); len(g.lasso) == 0 || g.lasso[len(g.lasso)-1] != p {
			g.lasso = append(g.lasso, p)
		}
		return true
	}
	if g.lasso == nil {
		return false
	}
	if path := g.lasso; len(path) > 2 {
		w.Mark(path)
	}
	g.lasso = nil
	return true
}

// lights rings the chosen cells, dims the others, and shows the lasso at hand.
func (w *Window) lights(list *imgui.DrawList) {
	s := w.styled.scale
	if found := w.report.Gated; found != nil && found.Inside != nil && !w.brush.hideCells {
		dim := color.RGBA{112, 116, 122, 215} // grey, on any colour map
		for _, d := range w.report.Discs {
			at, radius := w.camera.pixel(d.X, d.Y), max(float32(d.Radius*w.camera.zoom), 1.5*s)
			if !found.Inside[d.Cell] {
				list.AddCircleFilled(at, radius+0.5*s, ink(dim))
				continue
			}
			list.AddCircleV(at, radius+2.5*s, ink(color.RGBA{0, 0, 0, 190}), 0, 3.5*s)
			list.AddCircleV(at, radius+2.5*s, ink(color.RGBA{255, 255, 255, 255}), 0, 2*s)
		}
	}
	var pixels []imgui.Vec2
	for _, p := range w.gates.lasso {
		pixels = append(pixels, w.camera.pixel(p.X, p.Y))
	}
	w.outline(list, pixels)
}

// outline draws a lasso.
func (w *Window) outline(list *imgui.DrawList, pixels []imgui.Vec2) {
	if len(pixels) < 2 {
		return
	}
	s := w.styled.scale
	fill := w.theme.accent
	fill.A = 40
	path := func() {
		list.PathClear()
		for _, p := range pixels {
			list.PathLineTo(p)
		}
	}
	if len(pixels) > 2 {
		path()
		list.PathFillConcave(ink(fill))
	}
	path()
	list.PathStrokeV(ink(color.RGBA{0, 0, 0, 150}), imgui.DrawFlagsClosed, 3*s)
	path()
	list.PathStrokeV(ink(w.theme.accent), imgui.DrawFlagsClosed, 1.6*s)
}

// toggleGates brings the gates to the front, or the course of the run.
func (w *Window) toggleGates() {
	name := gatesName
	if w.gates.inFront {
		name = plotsName
	}
	imgui.SetWindowFocusStr(name)
}

// chooseSignals chooses axes and how gates are drawn.
func (w *Window) chooseSignals() {
	g := &w.gates
	w.chooseSignal("x", g.x, false, func(column string) { w.Gate(column, g.y) })
	imgui.SameLine()
	if log := g.logX; imgui.Checkbox("log##x", &log) {
		w.GateScale(log, g.logY)
	}
	imgui.SetItemTooltip("Logarithmic axis, linear around zero")
	w.chooseSignal("y", g.y, true, func(column string) { w.Gate(g.x, column) })
	if g.y != "" {
		imgui.SameLine()
		if log := g.logY; imgui.Checkbox("log##y", &log) {
			w.GateScale(g.logX, log)
		}
		imgui.SetItemTooltip("Logarithmic axis, linear around zero")
		if w.toggle("Lasso", !g.rectangle) {
			g.rectangle = false
		}
		imgui.SameLine()
		if w.toggle("Rectangle", g.rectangle) {
			g.rectangle = true
		}
		imgui.SameLine()
	}
	chosen := g.drawn != nil || g.marked != nil
	imgui.BeginDisabledV(!chosen)
	if imgui.Button("Clear") {
		w.ungate()
	}
	imgui.SameLine()
	if imgui.Button("Save cells") {
		w.SaveGated(fileName(w.report.Title) + "-gated.csv")
	}
	imgui.SetItemTooltip("Write the cells inside as a CSV file with the columns of cells.csv")
	imgui.EndDisabled()
}

func (w *Window) chooseSignal(axis, column string, none bool, choose func(column string)) {
	const nothing = "(histogram)"
	name := nothing
	if s, ok := w.signal(column); ok {
		name = titled(s.Name, s.Unit)
	}
	imgui.AlignTextToFramePadding()
	w.faintly(axis)
	imgui.SameLine()
	imgui.SetNextItemWidth(imgui.ContentRegionAvail().X - 64*w.styled.scale)
	if !imgui.BeginCombo("##signal "+axis, name) {
		return
	}
	if none && imgui.SelectableBoolV(nothing, column == "", 0, imgui.NewVec2(0, 0)) {
		choose("")
	}
	for _, s := range w.report.Signals {
		if imgui.SelectableBoolV(titled(s.Name, s.Unit), s.Column == column, 0, imgui.NewVec2(0, 0)) {
			choose(s.Column)
		}
	}
	imgui.EndCombo()
}

// shares says how many cells of each type are inside.
func (w *Window) shares() {
	found := w.report.Gated
	if found == nil {
		return
	}
	if found.Inside == nil {
		hint := "Draw around cells in the plot, or with Shift in the tissue."
		if w.gates.y == "" {
			hint = "Drag over a range in the plot, or with Shift around cells in the tissue."
		}
		imgui.PushTextWrapPos()
		w.faintly(hint)
		imgui.PopTextWrapPos()
	}
	var total session.Share
	for t, share := range found.Shares {
		total.Inside, total.All = total.Inside+share.Inside, total.All+share.All
		w.share(w.typeColour(t), share, w.report.CellTypes[t].Name, found.Inside != nil)
	}
	if len(found.Shares) > 1 {
		w.share(w.theme.faint, total, "all cells", found.Inside != nil)
	}
}

func (w *Window) share(colour color.RGBA, share session.Share, name string, chosen bool) {
	at, line := imgui.CursorScreenPos(), imgui.TextLineHeight()
	imgui.WindowDrawList().AddCircleFilled(imgui.NewVec2(at.X+line/2, at.Y+line/2), 4.5*w.styled.scale, ink(colour))
	imgui.SetCursorPosX(imgui.CursorPosX() + 1.4*line)
	text := share.Of(name)
	if !chosen {
		text = fmt.Sprintf("%d %s", share.All, name)
	}
	imgui.TextUnformatted(text)
}

// SaveGated writes the cells inside as a CSV file. A file that is there is replaced only
// by one that the window wrote before.
func (w *Window) SaveGated(path string) {
	if w.view.Gate == nil {
		w.say("No gate is drawn: nothing was written", true)
		return
	}
	if _, err := os.Stat(path); err == nil && !w.fields.saved[path] {
		w.say(path+" is there already and not of this window: nothing was written", true)
		return
	}
	gate := w.view.Gate
	w.do(func(s *session.Session) error {
		var b strings.Builder
		if err := s.WriteGated(&b, gate); err != nil {
			return err
		}
		return os.WriteFile(path, []byte(b.String()), 0o644)
	})
	if w.fields.saved == nil {
		w.fields.saved = map[string]bool{}
	}
	w.fields.saved[path] = true
	w.say("Saved "+filepath.Base(path), false)
}
