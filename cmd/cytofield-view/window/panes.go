package window

import (
	"fmt"
	"slices"

	"github.com/AllenDang/cimgui-go/imgui"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/render/colormap"
	"github.com/cytofield/cytofield/render/figure"
)

// forks is how two branches are shown.
type forks struct {
	beside *beside        // nil: not forked
	show   string         // one of branchViews
	at     int            // the pane that the mouse was in last
	arrows []render.Arrow // of both, while panes are drawn: on one scale
}

// branchViews are the ways to see two branches.
func branchViews() []string { return []string{"a", "b", "both", "difference"} }

// pane is a part of the canvas that shows one plane.
type pane struct {
	name, note   string
	report       *session.Report
	picture      *gpu.Picture
	corner, size imgui.Vec2 // pixels
	difference   bool
}

// Fork has the run go on twice from the moment shown, to change one of the two.
func (w *Window) Fork() {
	w.forks.show, w.notice = "difference", notice{}
	if w.view.Space.Mode != session.Slice {
		w.mode(session.Slice)
	}
	w.pending = append(w.pending, (*worker).fork)
}

// Join goes on with one branch alone.
func (w *Window) Join(keepA bool) {
	w.notice = notice{}
	w.pending = append(w.pending, func(k *worker) error { return k.join(keepA) })
}

// ShowBranches shows a, b, both or both and their difference.
func (w *Window) ShowBranches(which string) error {
	if !slices.Contains(branchViews(), which) {
		return fmt.Errorf("show %q: there are %q", which, branchViews())
	}
	w.forks.show = which
	return nil
}

// paned reports whether the canvas shows more than the session in front.
func (w *Window) paned() bool {
	return w.forks.beside != nil && w.forks.show != "b" && w.report.View.Space.Mode == session.Slice
}

// panes are what the canvas shows, from left to right or from top to bottom.
func (w *Window) panes() []pane {
	b := w.forks.beside
	left := pane{name: "A", report: b.A, picture: b.picture}
	right := pane{name: "B", report: w.report, picture: w.picture}
	var all []pane
	switch w.forks.show {
	case "a":
		all = []pane{left}
	case "both":
		all = []pane{left, right}
	default:
		name := "B − A"
		if len(w.report.Merged) > 0 { // of several substrates, which
			name += ", " + w.report.Substrates[w.report.View.Substrate].Name
		}
		all = []pane{left, right, {name: name, note: b.Note, report: w.differing(), picture: b.difference, difference: true}}
	}
	w.arrangePanes(all)
	return all
}

// differing is a report that shows the difference in the place of densities.
func (w *Window) differing() *session.Report {
	r, b := *w.report, w.forks.beside
	r.Scale, r.Discs, r.Low, r.High = b.Scale, nil, b.Scale.Low, b.Scale.High
	r.Laid = session.Laid{Outlines: r.Outlines, Walls: r.Walls}
	r.Substrates = slices.Clone(r.Substrates)
	r.Substrates[r.View.Substrate].Name = "B − A"
	return &r
}

// paneGap is between two panes, and paneTitle above each, at scale 1.
const paneGap, paneTitle = 14, 24

// arrangePanes gives each pane its part of the canvas: beside or below each other, however
// the plane is larger.
func (w *Window) arrangePanes(all []pane) {
	s := w.styled.scale
	free, room := w.canvas.inside(s)
	width, height := w.report.Plane.Size()
	n, gap, title := float32(len(all)), paneGap*s, paneTitle*s
	across := imgui.NewVec2((room.X-(n-1)*gap)/n, room.Y-title)
	down := imgui.NewVec2(room.X, (room.Y-(n-1)*gap)/n-title)
	zoom := func(size imgui.Vec2) float32 { return min(size.X/float32(width), size.Y/float32(height)) }
	for i := range all {
		k := float32(i)
		if zoom(across) >= zoom(down) {
			all[i].corner, all[i].size = imgui.NewVec2(free.X+k*(across.X+gap), free.Y+title), across
		} else {
			all[i].corner, all[i].size = imgui.NewVec2(free.X, free.Y+title+k*(down.Y+title+gap)), down
		}
	}
}

// drawPanes draws all panes with one camera, and takes the mouse on them.
func (w *Window) drawPanes() {
	all := w.panes()
	w.forks.arrows = slices.Concat(w.report.Arrows, w.forks.beside.A.Arrows)
	defer func() { w.forks.arrows = nil }()
	w.forks.at = min(w.forks.at, len(all)-1)
	if mouse := imgui.MousePos(); !imgui.IsItemActive() {
		for i, p := range all {
			if mouse.X >= p.corner.X && mouse.Y >= p.corner.Y && mouse.X < p.corner.X+p.size.X && mouse.Y < p.corner.Y+p.size.Y {
				w.forks.at = i
			}
		}
	}
	w.camera.frame(all[w.forks.at].corner, all[w.forks.at].size, w.report.Plane)
	w.mouse(imgui.IsItemHovered(), imgui.IsItemActive())
	list := w.ready()
	for _, p := range all {
		w.drawPane(list, p)
	}
	w.brushRing(list)
	w.paneBars(list, all)
	w.scaleBar(list)
	w.captions(list)
	w.message(list)
	list.PopClipRect()
	w.palette()
	w.readout()
}

// drawPane draws one pane below its title.
func (w *Window) drawPane(list *imgui.DrawList, p pane) {
	report, picture, corner := w.report, w.picture, w.camera.corner
	w.report, w.picture, w.camera.corner = p.report, p.picture, p.corner
	list.PushClipRectV(p.corner, imgui.NewVec2(p.corner.X+p.size.X, p.corner.Y+p.size.Y), true)
	if p.picture != nil {
		w.plane(list)
		w.layersBelow(list)
		w.discs(list)
		w.layersAbove(list)
		w.lights(list)
		w.pins(list)
	}
	list.PopClipRect()
	w.report, w.picture, w.camera.corner = report, picture, corner
	w.paneCaption(list, p)
}

// paneCaption says what a pane shows, and when.
func (w *Window) paneCaption(list *imgui.DrawList, p pane) {
	s := w.styled.scale
	planeWidth, planeHeight := w.report.Plane.Size()
	x := max(p.corner.X, p.corner.X+p.size.X/2-float32(w.camera.x*w.camera.zoom))
	y := max(p.corner.Y, p.corner.Y+p.size.Y/2-float32((planeHeight-w.camera.y)*w.camera.zoom)) - imgui.TextLineHeight() - 5*s
	x = min(x, p.corner.X+p.size.X/2+float32((planeWidth-w.camera.x)*w.camera.zoom))
	at := imgui.NewVec2(x, y)
	list.AddTextFontPtr(w.fonts.strong, imgui.FontSize(), at, ink(w.theme.text), p.name)
	text := "t = " + figure.FormatTime(p.report.Time)
	if p.difference {
		text = p.note
	}
	list.AddTextVec2V(imgui.NewVec2(at.X+imgui.CalcTextSize(p.name).X+14*s, y), ink(w.theme.faint), text)
}

// paneBars draws the scale of A and B, and below it that of the difference.
func (w *Window) paneBars(list *imgui.DrawList, all []pane) {
	last := all[len(all)-1]
	if !last.difference || last.picture == nil {
		w.colourKey(list)
		return
	}
	whole, report, used := w.canvas, w.report, w.look.Map
	half := imgui.NewVec2(whole.size.X, whole.size.Y/2)
	w.canvas = canvas{whole.corner, half}
	w.colourKey(list)
	w.canvas.corner.Y += half.Y
	w.report = last.report
	if m, err := colormap.ByName(session.DifferenceMap); err == nil {
		w.look.Map = m
	}
	w.colourBar(list)
	w.canvas, w.report, w.look.Map = whole, report, used
}

// forkTools fork, choose what is shown, and join.
func (w *Window) forkTools() {
	if w.report.Recorded != nil {
		return
	}
	imgui.SameLine()
	if w.forks.beside == nil {
		if imgui.Button("Fork") {
			w.Fork()
		}
		imgui.SetItemTooltip("Go on twice from here: change one and compare (K)")
		return
	}
	for i, label := range []string{"A", "B", "A | B", "B − A"} {
		if w.toggle(label+"##show", w.forks.show == branchViews()[i]) {
			w.forks.show = branchViews()[i]
		}
		imgui.SetItemTooltip([]string{"Show A, which goes on as it was", "Show B, which is steered", "Show both", "Show both and their difference"}[i])
		imgui.SameLine()
	}
	if imgui.Button("Keep A") {
		w.Join(true)
	}
	imgui.SetItemTooltip("Join: go on with A alone")
	imgui.SameLine()
	if imgui.Button("Keep B") {
		w.Join(false)
	}
	imgui.SetItemTooltip("Join: go on with B alone (K)")
}

// forkOrJoin forks, or goes on with B alone.
func (w *Window) forkOrJoin() {
	if w.forks.beside == nil {
		w.Fork()
	} else {
		w.Join(false)
	}
}

// ofA are the curves of A of a substrate or a type of cells that B has under the same name;
// none where it is not forked.
func (w *Window) ofA(i int, name func(*session.Report, int) string, like []curve, values ...func(*session.Report) [][]float64) (all []curve) {
	if w.forks.beside == nil {
		return nil
	}
	a := w.forks.beside.A
	if name(a, i) != name(w.report, i) {
		return nil
	}
	for k, of := range values {
		if v := of(a); i < len(v) {
			c := like[k]
			c.name, c.values, c.times = "##A "+c.name, v[i], a.History.Time
			c.colour.A = 110
			all = append(all, c)
		}
	}
	return all
}

func substrateName(r *session.Report, i int) string {
	if i >= len(r.Substrates) {
		return ""
	}
	return r.Substrates[i].Name
}

func typeName(r *session.Report, i int) string {
	if i >= len(r.CellTypes) {
		return ""
	}
	return r.CellTypes[i].Name
}

// cursorOfA writes the density of A at the cursor behind that of B; "" where it is not forked.
func (w *Window) cursorOfA(i int) string {
	b := w.forks.beside
	if b == nil || b.A.Cursor == nil || substrateName(b.A, i) != substrateName(w.report, i) {
		return ""
	}
	return " in B   " + density(b.A.Cursor[i], b.A.Substrates[i].Unit) + " in A"
}
