package window

import (
	"fmt"
	"image"
	"image/color"
	"math"

	"github.com/AllenDang/cimgui-go/imgui"
	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/tissue"
)

// tissuePanel shows the slice, what lies on it, and how to read it.
func (w *Window) tissuePanel() {
	imgui.PushStyleVarVec2(imgui.StyleVarWindowPadding, imgui.NewVec2(0, 0))
	open := imgui.BeginV(tissueName, nil, imgui.WindowFlagsNoScrollbar|imgui.WindowFlagsNoScrollWithMouse|imgui.WindowFlagsNoCollapse)
	imgui.PopStyleVar()
	if open {
		w.toolbar()
		w.drawCanvas()
	}
	imgui.End()
}

// drawCanvas draws the plane and takes the mouse on it.
func (w *Window) drawCanvas() {
	corner, size := imgui.CursorScreenPos(), imgui.ContentRegionAvail()
	size.X, size.Y = max(size.X, 8), max(size.Y, 8)
	imgui.InvisibleButtonV("canvas", size, imgui.ButtonFlagsMouseButtonLeft|imgui.ButtonFlagsMouseButtonRight|imgui.ButtonFlagsMouseButtonMiddle)
	w.canvas = canvas{corner, size}
	if w.view.Space.Mode != session.Slice {
		w.drawBox()
		return
	}
	if w.paned() {
		w.drawPanes()
		return
	}
	free, room := w.canvas.inside(w.styled.scale)
	w.camera.frame(free, room, w.report.Plane)
	w.mouse(imgui.IsItemHovered(), imgui.IsItemActive())
	list := w.ready()
	w.plane(list)
	w.layersBelow(list)
	w.discs(list)
	w.layersAbove(list)
	w.lights(list)
	w.pins(list)
	w.brushRing(list)
	w.colourKey(list)
	w.scaleBar(list)
	w.captions(list)
	w.message(list)
	list.PopClipRect()
	w.palette()
	w.readout()
}

// ready clears the canvas, and asks for pictures and arrows as the camera sees them.
func (w *Window) ready() *imgui.DrawList {
	width, height := w.report.Plane.Size()
	w.look.Pixels = image.Pt(int(width*w.camera.zoom), int(height*w.camera.zoom))
	if !w.look.Smooth {
		w.look.Pixels = image.Point{}
	}
	list, c := imgui.WindowDrawList(), w.canvas
	end := imgui.NewVec2(c.corner.X+c.size.X, c.corner.Y+c.size.Y)
	list.PushClipRectV(c.corner, end, true)
	list.AddRectFilled(c.corner, end, ink(w.theme.canvas))
	w.stride()
	return list
}

// colourKey draws what the colours of the plane mean.
func (w *Window) colourKey(list *imgui.DrawList) {
	if len(w.report.Merged) > 0 {
		w.channelLegend(list)
	} else {
		w.colourBar(list)
	}
}

// plane draws the picture of the densities.
func (w *Window) plane(list *imgui.DrawList) {
	if w.report.View.Space.Mode != session.Slice { // the picture is still of the box
		return
	}
	width, height := w.report.Plane.Size()
	low, high := w.camera.pixel(0, height), w.camera.pixel(width, 0)
	if w.missing() == "" {
		list.AddImageV(texture(w.picture), low, high, imgui.NewVec2(0, 0), imgui.NewVec2(1, 1), 0xffffffff)
	}
	list.AddRectV(low, high, ink(w.theme.faint), 0, 0, w.styled.scale)
}

func texture(p *gpu.Picture) imgui.TextureRef {
	return *imgui.NewTextureRefTextureID(imgui.TextureID(p.Name()))
}

// discs draws the cells that the slice cuts.
func (w *Window) discs(list *imgui.DrawList) {
	if w.brush.hideCells {
		return
	}
	for i, d := range w.report.Discs {
		at := w.camera.pixel(d.X, d.Y)
		radius, s := float32(d.Radius*w.camera.zoom), w.styled.scale
		c := w.cellColour(i)
		if radius < 1.5*s {
			list.AddCircleFilled(at, max(radius, s), ink(c))
			continue
		}
		list.AddCircleFilled(at, radius, ink(color.RGBA{c.R, c.G, c.B, 210}))
		list.AddCircleV(at, radius, ink(w.cellEdge()), 0, min(s, radius/4))
	}
}

// pins marks the places whose densities are followed, as the plots number them.
func (w *Window) pins(list *imgui.DrawList) {
	right, up := w.report.View.Slice.Across()
	for i, p := range w.report.Pins {
		at := [3]float64{p.At.X, p.At.Y, p.At.Z}
		w.pin(list, w.camera.pixel(at[right], at[up]), i)
	}
}

// pin marks the i-th pin.
func (w *Window) pin(list *imgui.DrawList, middle imgui.Vec2, i int) {
	r := 5 * w.styled.scale
	if w.report.Pins[i].Gone {
		list.AddCircleV(middle, r, ink(color.RGBA{255, 255, 255, 255}), 0, 3*w.styled.scale)
		list.AddCircleV(middle, r+1.5*w.styled.scale, ink(color.RGBA{0, 0, 0, 255}), 0, w.styled.scale)
		w.label(list, imgui.NewVec2(middle.X+1.4*r, middle.Y-2.4*r), fmt.Sprintf("%d gone", i+1))
		return
	}
	list.AddCircleFilled(middle, r, ink(color.RGBA{255, 255, 255, 255}))
	list.AddCircleV(middle, r, ink(color.RGBA{0, 0, 0, 255}), 0, 1.5*w.styled.scale)
	w.label(list, imgui.NewVec2(middle.X+1.4*r, middle.Y-2.4*r), fmt.Sprint(i+1))
}

// label writes on a plate that can be read on any picture.
func (w *Window) label(list *imgui.DrawList, at imgui.Vec2, text string) {
	size, pad := imgui.CalcTextSize(text), 5*w.styled.scale
	plate := w.theme.panel
	plate.A = 225
	list.AddRectFilledV(at, imgui.NewVec2(at.X+size.X+2*pad, at.Y+size.Y+pad), ink(plate), 4*w.styled.scale, 0)
	list.AddTextVec2V(imgui.NewVec2(at.X+pad, at.Y+pad/2), ink(w.theme.text), text)
}

// colourBar draws the scale at the right edge of the canvas.
func (w *Window) colourBar(list *imgui.DrawList) {
	if w.missing() != "" {
		return
	}
	s, c := w.styled.scale, w.canvas
	top, bottom := c.corner.Y+52*s, c.corner.Y+min(c.size.Y-52*s, 52*s+260*s)
	left := c.corner.X + c.size.X - 84*s
	right := left + 14*s
	w.plate(list, imgui.NewVec2(left-10*s, top-36*s), imgui.NewVec2(c.corner.X+c.size.X-6*s, bottom+12*s))
	const bands = 64
	for i := range bands {
		y0 := bottom + (top-bottom)*float32(i)/bands
		y1 := bottom + (top-bottom)*float32(i+1)/bands
		list.AddRectFilled(imgui.NewVec2(left, y1), imgui.NewVec2(right, y0+0.5), ink(w.look.Map.At((float64(i)+0.5)/bands)))
	}
	list.AddRectV(imgui.NewVec2(left, top), imgui.NewVec2(right, bottom), ink(w.theme.faint), 0, 0, s)
	scale := w.report.Scale
	substrate := w.report.Substrates[w.report.View.Substrate]
	unit, factor := w.shownUnit(scale.High)
	for _, level := range marks(scale) {
		y := bottom + (top-bottom)*float32(scale.Position(level))
		list.AddLineV(imgui.NewVec2(right, y), imgui.NewVec2(right+4*s, y), ink(w.theme.faint), s)
		text := number(level * factor)
		list.AddTextVec2V(imgui.NewVec2(right+8*s, y-imgui.CalcTextSize(text).Y/2), ink(w.theme.text), text)
	}
	title := substrate.Name
	if w.report.View.Layers.Overlay == session.MoleculesOverlay {
		title += " per voxel"
	} else if w.report.View.Layers.Overlay == session.ErrorOverlay {
		title = titled("error of "+title, unit)
	} else if unit != "" {
		title += " (" + unit + ")"
	}
	at := imgui.NewVec2(c.corner.X+c.size.X-imgui.CalcTextSize(title).X-14*s, top-28*s)
	list.AddTextVec2V(at, ink(w.theme.text), title)
	if w.report.Clipped() {
		w.clipped(list, imgui.NewVec2(left, bottom+8*s))
	}
}

// clipped says that densities lie above the scale.
func (w *Window) clipped(list *imgui.DrawList, at imgui.Vec2) {
	text := density(w.report.High, w.report.Substrates[w.report.View.Substrate].Unit)
	if w.report.View.Layers.Overlay == session.MoleculesOverlay {
		text = number(w.report.High)
	}
	list.AddTextVec2V(at, ink(w.theme.fault), "up to")
	list.AddTextVec2V(imgui.NewVec2(at.X, at.Y+imgui.TextLineHeight()), ink(w.theme.fault), text)
}

// marks are the densities that the colour bar labels: its ends and round ones between.
func marks(s render.Scale) []float64 {
	all := []float64{s.Low}
	for _, level := range s.Levels(3) {
		if p := s.Position(level); p > 0.08 && p < 0.92 {
			all = append(all, level)
		}
	}
	return append(all, s.High)
}

// scaleBar draws a round length at the lower left.
func (w *Window) scaleBar(list *imgui.DrawList) { w.lengthBar(list, w.camera.zoom) }

// lengthBar is the scale bar where so many pixels are a µm.
func (w *Window) lengthBar(list *imgui.DrawList, zoom float64) {
	s, c := w.styled.scale, w.canvas
	micrometres := roundLength(150 * float64(s) / zoom)
	x, y := c.corner.X+18*s, c.corner.Y+c.size.Y-20*s
	w.plate(list, imgui.NewVec2(x-8*s, y-imgui.TextLineHeight()-8*s), imgui.NewVec2(x+max(float32(micrometres*zoom), imgui.CalcTextSize(length(micrometres)).X)+8*s, y+10*s))
	list.AddRectFilled(imgui.NewVec2(x, y), imgui.NewVec2(x+float32(micrometres*zoom), y+4*s), ink(w.theme.text))
	list.AddTextVec2V(imgui.NewVec2(x, y-imgui.TextLineHeight()-3*s), ink(w.theme.text), length(micrometres))
}

// captions writes the title, the clock and what the colours of cells mean.
func (w *Window) captions(list *imgui.DrawList) {
	s, c := w.styled.scale, w.canvas
	x, y := c.corner.X+18*s, c.corner.Y+14*s
	wide := max(imgui.CalcTextSize(w.report.Title).X, 180*s)
	w.plate(list, imgui.NewVec2(x-8*s, y-6*s), imgui.NewVec2(x+wide+26*s, y+2*imgui.TextLineHeight()+9*s))
	list.AddTextFontPtr(w.fonts.strong, imgui.FontSize(), imgui.NewVec2(x, y), ink(w.theme.text), w.report.Title)
	clock := "t = " + figure.FormatTime(w.report.Time)
	if slice := w.report.View.Slice; !w.report.Plane.Planar && w.report.View.Space.Mode == session.Slice {
		clock += fmt.Sprintf("     %s = %s", tissue.AxisName(slice.Axis), length(w.report.Plane.Position))
	}
	list.AddTextVec2V(imgui.NewVec2(x, y+imgui.TextLineHeight()+3*s), ink(w.theme.faint), clock)
	w.coarseReach(list, imgui.NewVec2(x, y+2*(imgui.TextLineHeight()+3*s)))
	w.key(list)
}

// message shows what the window has to say, until something else happens.
func (w *Window) message(list *imgui.DrawList) {
	text := w.notice.text
	if text == "" {
		text = w.missing()
	}
	if text == "" && w.report.NoEstimate {
		text = "The last step left no estimate of its error in each voxel"
	}
	if text == "" {
		return
	}
	s, c := w.styled.scale, w.canvas
	colour := w.theme.accent
	if w.notice.fault {
		colour = w.theme.fault
	}
	width := min(c.size.X-60*s, 640*s)
	size := imgui.CalcTextSizeV(text, false, width)
	at := imgui.NewVec2(c.corner.X+(c.size.X-size.X)/2, c.corner.Y+c.size.Y-64*s-size.Y)
	pad := 10 * s
	low, high := imgui.NewVec2(at.X-pad, at.Y-pad), imgui.NewVec2(at.X+size.X+pad, at.Y+size.Y+pad)
	list.AddRectFilledV(low, high, ink(w.theme.panel), 6*s, 0)
	list.AddRectV(low, high, ink(colour), 6*s, 0, s)
	list.AddTextFontPtrV(w.fonts.text, imgui.FontSize(), at, ink(w.theme.text), text, width,
		&imgui.Vec4{X: low.X, Y: low.Y, Z: high.X, W: high.Y})
}

// readout shows position and densities at the cursor.
func (w *Window) readout() {
	at := w.report.View.Cursor
	if w.view.Cursor == nil || at == nil || w.report.Cursor == nil {
		return
	}
	if !imgui.BeginTooltip() {
		return
	}
	place := fmt.Sprintf("%.0f, %.0f µm", at.X, at.Y)
	if !w.report.Grid.Planar {
		place = fmt.Sprintf("%.0f, %.0f, %.0f µm", at.X, at.Y, at.Z)
	}
	w.faintly(place)
	for i, c := range w.report.Cursor {
		if math.IsNaN(c) { // nothing was kept
			continue
		}
		substrate := w.report.Substrates[i]
		imgui.TextUnformatted(substrate.Name + "   " + density(c, substrate.Unit) + w.cursorOfA(i))
	}
	imgui.EndTooltip()
}

// mouse pans, zooms, pins and brushes.
func (w *Window) mouse(hovered, active bool) {
	io := imgui.CurrentIO()
	at := imgui.MousePos()
	if hovered && io.MouseWheel() != 0 {
		w.camera.enlarge(math.Pow(1.2, float64(io.MouseWheel())), at)
	}
	w.follow(hovered, at)
	brushing := w.brush.on && w.brush.tool != dosesBody && !imgui.IsMouseDown(imgui.MouseButtonRight) && !imgui.IsMouseDown(imgui.MouseButtonMiddle)
	switch {
	case w.mark(active, at):
	case brushing:
		w.stroke(active, at)
	case active && moved(io):
		w.camera.pan(io.MouseDelta())
	case hovered && imgui.IsMouseReleased(imgui.MouseButtonLeft) && !wasDragged():
		w.press(at)
	}
	if hovered && imgui.IsMouseDoubleClicked(imgui.MouseButtonRight) {
		w.camera.fit = true
	}
}

// press pins the cell or the place, or lets go of the pin that is there.
func (w *Window) press(at imgui.Vec2) {
	right, up := w.report.View.Slice.Across()
	if w.unpin(at, func(p r3.Vec) imgui.Vec2 {
		place := [3]float64{p.X, p.Y, p.Z}
		return w.camera.pixel(place[right], place[up])
	}) {
		return
	}
	if id, ok := w.cellAt(at); ok {
		w.pressCell(id)
		return
	}
	if p := w.view.Cursor; p != nil {
		w.Pin(*p)
	}
}

// unpin lets go of the pin at a pixel, and returns whether there is one.
func (w *Window) unpin(at imgui.Vec2, pixel func(r3.Vec) imgui.Vec2) bool {
	for i, p := range w.report.Pins {
		if d := pixel(p.At); math.Hypot(float64(d.X-at.X), float64(d.Y-at.Y)) < 7*float64(w.styled.scale) {
			w.travel(func(c session.Course) error { c.Unpin(i); return nil })
			return true
		}
	}
	return false
}

// cellAt returns the cell whose disc is at a pixel; of several the one drawn last.
func (w *Window) cellAt(at imgui.Vec2) (tissue.CellID, bool) {
	if w.brush.hideCells {
		return 0, false
	}
	x, y := w.camera.place(at)
	for i := len(w.report.Discs) - 1; i >= 0; i-- {
		d := w.report.Discs[i]
		if math.Hypot(d.X-x, d.Y-y) <= max(d.Radius, 3*float64(w.styled.scale)/w.camera.zoom) {
			return w.report.DiscCells[i], true
		}
	}
	return 0, false
}

// pressCell pins a cell, or lets go of it.
func (w *Window) pressCell(id tissue.CellID) {
	for i, p := range w.report.Pins {
		if p.OfCell && p.Cell == id {
			w.travel(func(c session.Course) error { c.Unpin(i); return nil })
			return
		}
	}
	w.PinCell(id)
}

func moved(io *imgui.IO) bool {
	drag := imgui.IsMouseDragging(imgui.MouseButtonLeft) || imgui.IsMouseDraggingV(imgui.MouseButtonRight, 1) || imgui.IsMouseDraggingV(imgui.MouseButtonMiddle, 1)
	d := io.MouseDelta()
	return drag && (d.X != 0 || d.Y != 0)
}

// wasDragged reports whether the left button has been released after a drag, not a click.
func wasDragged() bool {
	io := imgui.CurrentIO()
	far, threshold := io.MouseDragMaxDistanceSqr(), io.MouseDragThreshold()
	return far[imgui.MouseButtonLeft] > threshold*threshold
}

// follow asks for the densities under the mouse.
func (w *Window) follow(hovered bool, at imgui.Vec2) {
	if !hovered {
		w.view.Cursor = nil
		return
	}
	place, inside := w.placeAt(at)
	switch {
	case !inside:
		w.view.Cursor = nil
	case w.view.Cursor == nil || *w.view.Cursor != place:
		w.view.Cursor = &place
	}
}

// placeAt returns the place in the tissue at a pixel, µm, and whether there is tissue.
func (w *Window) placeAt(at imgui.Vec2) (place r3.Vec, inside bool) {
	x, y := w.camera.place(at)
	p := w.report.Plane
	width, height := p.Size()
	right, up := p.Slice.Across()
	var all [3]float64
	all[p.Slice.Axis] = p.Position
	all[right], all[up] = x, y
	return r3.Vec{X: all[0], Y: all[1], Z: all[2]}, x >= 0 && y >= 0 && x < width && y < height
}
