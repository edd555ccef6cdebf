package window

import (
	"image"
	"image/color"
	"math"
	"slices"

	"github.com/AllenDang/cimgui-go/imgui"
	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/cmd/cytofield-view/stage"
	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/tissue"
)

// drawBox draws the tissue in three dimensions and takes the mouse on it.
func (w *Window) drawBox() {
	hovered, active := imgui.IsItemHovered(), imgui.IsItemActive()
	w.look.Box, w.look.Room = w.boxPixels()
	w.look.HideCells = w.brush.hideCells
	w.orbit(hovered, active)
	list, c := imgui.WindowDrawList(), w.canvas
	end := imgui.NewVec2(c.corner.X+c.size.X, c.corner.Y+c.size.Y)
	list.PushClipRectV(c.corner, end, true)
	list.AddRectFilled(c.corner, end, ink(w.theme.canvas))
	if w.report.View.Space.Mode != session.Slice { // else the picture is still of the slice
		w.boxPicture(list)
	}
	w.colourBar(list)
	if !w.report.View.Space.Camera.Perspective {
		w.boxScaleBar(list)
	}
	w.captions(list)
	w.message(list)
	list.PopClipRect()
	w.readout()
}

// boxMiddle returns the pixel in the middle of the box's picture: that of what captions
// and colour bar leave free.
func (w *Window) boxMiddle() imgui.Vec2 {
	free, room := w.boxRoom()
	return imgui.NewVec2(free.X+room.X/2, free.Y+room.Y/2)
}

// boxRoom is the part of the canvas that the box is to fit in.
func (w *Window) boxRoom() (corner, size imgui.Vec2) {
	corner, size = w.canvas.inside(w.styled.scale)
	margin := 34 * w.styled.scale // of what is written on the axes
	corner.X, size.X = corner.X+margin, size.X-2*margin
	size.Y -= margin
	return corner, imgui.NewVec2(max(size.X, 8), max(size.Y, 8))
}

// boxPixels returns the pixels of the box's picture, which covers the canvas, and of
// those the ones that it is to fit in.
func (w *Window) boxPixels() (all, room image.Point) {
	middle, c := w.boxMiddle(), w.canvas
	half := func(at, corner, size float32) int { return int(math.Ceil(float64(max(at-corner, corner+size-at)))) }
	_, free := w.boxRoom()
	return image.Pt(2*half(middle.X, c.corner.X, c.size.X), 2*half(middle.Y, c.corner.Y, c.size.Y)), image.Pt(int(free.X), int(free.Y))
}

// eye is a camera on the screen.
type eye struct {
	render.View
	corner imgui.Vec2 // of its picture
}

// eyeOf returns the camera of a view of the tissue.
func (w *Window) eyeOf(v session.View) eye {
	r := *w.report
	r.View = v
	middle := w.boxMiddle()
	return eye{stage.View(&r, w.look), imgui.NewVec2(middle.X-float32(w.look.Box.X)/2, middle.Y-float32(w.look.Box.Y)/2)}
}

func (e eye) pixel(at [2]float64) imgui.Vec2 {
	return imgui.NewVec2(e.corner.X+float32(at[0]), e.corner.Y+float32(at[1]))
}

// boxPicture draws the picture, and the lines before and behind it.
func (w *Window) boxPicture(list *imgui.DrawList) {
	e := w.eyeOf(w.report.View)
	w.boxLines(list, e, true)
	pw, ph := w.picture.Size()
	middle := w.boxMiddle()
	half := imgui.NewVec2(float32(pw*w.coarse)/2, float32(ph*w.coarse)/2)
	list.AddImageV(texture(w.picture), imgui.NewVec2(middle.X-half.X, middle.Y-half.Y), imgui.NewVec2(middle.X+half.X, middle.Y+half.Y),
		imgui.NewVec2(0, 0), imgui.NewVec2(1, 1), 0xffffffff)
	w.boxLines(list, e, false)
	w.boxAxes(list, e)
	w.boxPins(list, e)
}

// boxLines draws the edges of the box and of the slices in it that are hidden by it, or
// the others.
func (w *Window) boxLines(list *imgui.DrawList, e eye, hidden bool) {
	space := w.report.View.Space
	draw := func(edges []render.Edge, c color.RGBA) {
		for _, edge := range edges {
			if edge.Hidden == hidden {
				list.AddLineV(e.pixel(edge.From), e.pixel(edge.To), ink(c), w.styled.scale)
			}
		}
	}
	faint := w.theme.faint
	faint.A = 150
	draw(e.Box(), faint)
	if space.Mode.HasSlices() {
		faint.A = 110
		for axis, index := range space.Cuts {
			draw(e.Outline(axis, render.Slice{Axis: axis, Index: index}.Position(w.report.Grid)), faint)
		}
	}
}

// boxAxes writes lengths along the edges that the axes belong to.
func (w *Window) boxAxes(list *imgui.DrawList, e eye) {
	s := w.styled.scale
	axes := e.Axes()
	for i, a := range axes {
		step := roundLength(a.Length / 2)
		for at := 0.0; at <= a.Length*(1+1e-9); at += step {
			from := e.pixel(e.On(a.Edge, at))
			to := imgui.NewVec2(from.X+5*s*float32(a.Out[0]), from.Y+5*s*float32(a.Out[1]))
			list.AddLineV(from, to, ink(w.theme.faint), s)
			if at > 0 || !slices.ContainsFunc(axes[:i], func(b render.Axis) bool { return e.On(b.Edge, 0) == e.On(a.Edge, 0) }) {
				w.beside(list, to, a.Out, number(at), w.theme.text) // a corner has one 0
			}
		}
		middle, widest := e.pixel(e.On(a.Edge, a.Length/2)), imgui.CalcTextSize(number(a.Length))
		clear := 12*s + widest.X*float32(math.Abs(a.Out[0])) + widest.Y*float32(math.Abs(a.Out[1])) // of the numbers
		out := imgui.NewVec2(middle.X+clear*float32(a.Out[0]), middle.Y+clear*float32(a.Out[1]))
		w.beside(list, out, a.Out, tissue.AxisName(a.Axis)+" (µm)", w.theme.faint)
	}
}

// beside writes a text that stands clear of a pixel in a direction.
func (w *Window) beside(list *imgui.DrawList, at imgui.Vec2, out [2]float64, text string, c color.RGBA) {
	size, gap := imgui.CalcTextSize(text), 3*w.styled.scale
	x := at.X + float32(out[0])*(size.X/2+gap) - size.X/2
	y := at.Y + float32(out[1])*(size.Y/2+gap) - size.Y/2
	list.AddTextVec2V(imgui.NewVec2(x, y), ink(c), text)
}

// boxPins marks the places whose densities are followed.
func (w *Window) boxPins(list *imgui.DrawList, e eye) {
	for i, p := range w.report.Pins {
		x, y, _ := e.Project(p.At)
		w.pin(list, e.pixel([2]float64{x, y}), i)
	}
}

// boxScaleBar draws a round length, which holds in the whole picture.
func (w *Window) boxScaleBar(list *imgui.DrawList) {
	w.lengthBar(list, w.eyeOf(w.report.View).Magnification())
}

// orbit turns, moves and enlarges the box, and pins places on its slices.
func (w *Window) orbit(hovered, active bool) {
	io, at := imgui.CurrentIO(), imgui.MousePos()
	camera := &w.view.Space.Camera
	if hovered && io.MouseWheel() != 0 {
		camera.Zoom = min(max(camera.Zoom*math.Pow(1.2, float64(io.MouseWheel())), 0.2), 100)
	}
	w.aimAt(hovered, at)
	switch d := io.MouseDelta(); {
	case hovered && imgui.IsMouseDoubleClicked(imgui.MouseButtonLeft):
		w.resetCamera()
	case active && moved(io) && imgui.IsMouseDown(imgui.MouseButtonLeft):
		by := turning / float64(w.styled.scale)
		w.Turn(-by*float64(d.X), by*float64(d.Y))
	case active && moved(io):
		camera.Aim = w.eyeOf(w.view).Pan(float64(d.X), float64(d.Y))
	case hovered && imgui.IsMouseReleased(imgui.MouseButtonLeft) && !wasDragged():
		w.pressBox(at)
	}
}

// turning is how far a drag turns the box, degrees per pixel of a usual screen.
const turning = 0.4

// Turn turns the camera around the box, by degrees.
func (w *Window) Turn(azimuth, elevation float64) {
	c := &w.view.Space.Camera
	c.Azimuth = math.Remainder(c.Azimuth+azimuth, 360)
	c.Elevation = min(max(c.Elevation+elevation, -90), 90)
}

// aimAt asks for the densities where a slice is under the mouse.
func (w *Window) aimAt(hovered bool, at imgui.Vec2) {
	w.view.Cursor = nil
	if !hovered || !w.report.View.Space.Mode.HasSlices() {
		return
	}
	var planes [3]float64
	for axis, index := range w.report.View.Space.Cuts {
		planes[axis] = render.Slice{Axis: axis, Index: index}.Position(w.report.Grid)
	}
	e := w.eyeOf(w.report.View)
	place, found := e.Cut(float64(at.X-e.corner.X), float64(at.Y-e.corner.Y), planes)
	switch before := w.asked.Cursor; {
	case !found:
	case before != nil && *before == place:
		w.view.Cursor = before
	default:
		w.view.Cursor = &place
	}
}

// pressBox pins the place on a slice, or lets go of the pin that is there.
func (w *Window) pressBox(at imgui.Vec2) {
	e := w.eyeOf(w.report.View)
	if w.unpin(at, func(p r3.Vec) imgui.Vec2 {
		x, y, _ := e.Project(p)
		return e.pixel([2]float64{x, y})
	}) {
		return
	}
	if p := w.view.Cursor; p != nil {
		w.Pin(*p)
	}
}

// resetCamera looks as at first.
func (w *Window) resetCamera() {
	c := &w.view.Space.Camera
	perspective := c.Perspective
	*c = render.StandardCamera()
	c.Perspective = perspective
}

// whole shows all of the tissue; a box is not turned.
func (w *Window) whole() {
	w.camera.fit = true
	c := &w.view.Space.Camera
	c.Zoom, c.Aim = 1, r3.Vec{}
}

// lookAlong shows the box as the slice across an axis is shown.
func (w *Window) lookAlong(axis int) {
	c := &w.view.Space.Camera
	c.Azimuth, c.Elevation = [3]float64{90, 0, 0}[axis], [3]float64{0, 0, 90}[axis]
}
