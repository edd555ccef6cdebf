package window

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"

	"github.com/AllenDang/cimgui-go/imgui"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/render/colormap"
	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/tissue"
)

// Inks on a picture, whatever its colours: a line, and what stands behind it.
func chalk() color.RGBA  { return color.RGBA{255, 255, 255, 255} }
func shadow() color.RGBA { return color.RGBA{0x10, 0x10, 0x10, 0x90} }

// outlineColour returns that of a region, as in figures: contours are of the first.
func (w *Window) outlineColour(region int) color.RGBA {
	all := []color.RGBA{chalk(), figure.Palette(3), figure.Palette(0), figure.Palette(1), figure.Palette(2)}
	if len(w.report.Contours) > 0 {
		all = all[1:]
	}
	return all[region%len(all)]
}

// layersBelow draws what lies under the cells.
func (w *Window) layersBelow(list *imgui.DrawList) {
	w.walls(list)
	for _, o := range w.report.Outlines {
		for _, line := range o.Lines {
			w.line(list, line, w.outlineColour(o.Region), 1.6)
		}
	}
	for _, c := range w.report.Contours {
		for _, line := range c.Lines {
			w.line(list, line, chalk(), 1.2)
		}
	}
	w.arrows(list)
}

// layersAbove draws what lies on the cells.
func (w *Window) layersAbove(list *imgui.DrawList) {
	w.limitRings(list)
	for _, c := range w.report.Contours {
		w.level(list, c)
	}
}

// line draws one through places of the plane, with a dark edge.
func (w *Window) line(list *imgui.DrawList, line []render.Point, c color.RGBA, width float32) {
	if len(line) < 2 {
		return
	}
	s := w.styled.scale
	stroke := func(c color.RGBA, width float32) {
		list.PathClear()
		for _, p := range line {
			list.PathLineTo(w.camera.pixel(p.X, p.Y))
		}
		list.PathStrokeV(ink(c), 0, width*s)
	}
	stroke(shadow(), width+1.6)
	stroke(c, width)
}

// walls marks those of the box: closed ones by a thin line, those that something passes by
// a thick one, periodic ones by dashes.
func (w *Window) walls(list *imgui.DrawList) {
	if !w.report.View.Layers.Outlines {
		return
	}
	width, height := w.report.Plane.Size()
	corners := [4][2]render.Point{{{X: 0, Y: 0}, {X: 0, Y: height}}, {{X: width, Y: 0}, {X: width, Y: height}}, {{X: 0, Y: 0}, {X: width, Y: 0}}, {{X: 0, Y: height}, {X: width, Y: height}}}
	for i, kind := range w.report.Walls {
		ends := corners[i][:]
		switch kind {
		case tissue.NoFlux:
			w.line(list, ends, chalk(), 1.2)
		case tissue.Periodic:
			const dashes = 40
			for k := 0; k < dashes; k += 2 {
				at := func(t float64) render.Point {
					return render.Point{X: ends[0].X + t*(ends[1].X-ends[0].X), Y: ends[0].Y + t*(ends[1].Y-ends[0].Y)}
				}
				w.line(list, []render.Point{at(float64(k) / dashes), at(float64(k+1) / dashes)}, chalk(), 1.2)
			}
		default:
			w.line(list, ends, w.theme.accent, 4)
		}
	}
}

// level writes the density of a contour on its longest line, if there is room.
func (w *Window) level(list *imgui.DrawList, c session.Contour) {
	longest, most := []render.Point(nil), 0.0
	for _, line := range c.Lines {
		if far := along(line); far > most {
			longest, most = line, far
		}
	}
	_, factor := w.shownUnit(w.report.Scale.High)
	text := number(c.Level * factor)
	size := imgui.CalcTextSize(text)
	if most*w.camera.zoom < 3*float64(size.X) {
		return
	}
	p := midway(longest, most/2)
	at := w.camera.pixel(p.X, p.Y)
	s := w.styled.scale
	low, high := imgui.NewVec2(at.X-size.X/2-3*s, at.Y-size.Y/2), imgui.NewVec2(at.X+size.X/2+3*s, at.Y+size.Y/2)
	list.AddRectFilledV(low, high, ink(color.RGBA{0x10, 0x10, 0x10, 0xb0}), 3*s, 0)
	list.AddTextVec2V(imgui.NewVec2(at.X-size.X/2, low.Y), ink(chalk()), text)
}

// along returns the length of a line, µm.
func along(line []render.Point) (sum float64) {
	for i := 1; i < len(line); i++ {
		sum += math.Hypot(line[i].X-line[i-1].X, line[i].Y-line[i-1].Y)
	}
	return sum
}

// midway returns the place so far along a line, µm.
func midway(line []render.Point, far float64) render.Point {
	for i := 1; i < len(line); i++ {
		a, b := line[i-1], line[i]
		step := math.Hypot(b.X-a.X, b.Y-a.Y)
		if step > 0 && far <= step {
			return render.Point{X: a.X + far/step*(b.X-a.X), Y: a.Y + far/step*(b.Y-a.Y)}
		}
		far -= step
	}
	return line[len(line)-1]
}

// perUnit returns how many pixels an arrow of 1 is long: the longest spans 0.9 of the
// distance to the next.
func (w *Window) perUnit() (pixels, longest float64) {
	for _, a := range slices.Concat(w.report.Arrows, w.forks.arrows) {
		longest = max(longest, math.Hypot(a.U, a.V))
	}
	if longest == 0 {
		return 0, 0
	}
	p := w.report.Plane
	return 0.9 * float64(max(w.report.View.Layers.Stride, 1)) * min(p.Spacing[0], p.Spacing[1]) * w.camera.zoom / longest, longest
}

func (w *Window) arrows(list *imgui.DrawList) {
	per, _ := w.perUnit()
	for _, a := range w.report.Arrows {
		w.arrow(list, w.camera.pixel(a.X, a.Y), float32(a.U*per), float32(-a.V*per))
	}
}

// arrow draws one from a pixel; one too short to see is a dot.
func (w *Window) arrow(list *imgui.DrawList, tail imgui.Vec2, dx, dy float32) {
	s := w.styled.scale
	long := float32(math.Hypot(float64(dx), float64(dy)))
	if long < 2*s {
		return
	}
	ux, uy := dx/long, dy/long
	head := min(7*s, 0.6*long)
	tip := imgui.NewVec2(tail.X+dx, tail.Y+dy)
	neck := imgui.NewVec2(tip.X-head*ux, tip.Y-head*uy)
	for _, pass := range []struct {
		c     color.RGBA
		width float32
		grow  float32
	}{{shadow(), 3 * s, 1.2 * s}, {chalk(), 1.3 * s, 0}} {
		half := 0.42*head + pass.grow
		list.AddLineV(tail, neck, ink(pass.c), pass.width)
		list.AddTriangleFilled(imgui.NewVec2(tip.X+1.5*pass.grow*ux, tip.Y+1.5*pass.grow*uy),
			imgui.NewVec2(neck.X-pass.grow*ux-half*uy, neck.Y-pass.grow*uy+half*ux), imgui.NewVec2(neck.X-pass.grow*ux+half*uy, neck.Y-pass.grow*uy-half*ux), ink(pass.c))
	}
}

// stride keeps arrows far enough apart to be told from each other, whatever the zoom.
func (w *Window) stride() {
	const apart = 34 // pixels
	l := &w.view.Layers
	if l.Arrows == session.NoArrows {
		l.Stride = 0
		return
	}
	p := w.report.Plane
	voxel := min(p.Spacing[0], p.Spacing[1]) * w.camera.zoom / float64(w.styled.scale)
	l.Stride = max(int(math.Ceil(apart/voxel)), 1)
}

// signalMap colours cells by a column, as figures do.
func signalMap() colormap.Map {
	m, err := colormap.ByName("cividis")
	if err != nil {
		panic(err) // its table is compiled in
	}
	return m
}

// dead is the colour of dead cells where state is shown, as in figures.
func dead() color.RGBA { return color.RGBA{0x33, 0x33, 0x33, 0xff} }

// cellColour returns that of a disc, by what the view asks for.
func (w *Window) cellColour(disc int) color.RGBA {
	r := w.report
	switch {
	case r.CellValues != nil:
		return signalMap().At(r.CellScale.Position(r.CellValues[disc]))
	case r.View.Layers.CellsBy != session.ByState:
		return figure.Palette(int(r.Discs[disc].Type))
	case r.Dead[disc]:
		return dead()
	}
	return figure.Palette(0)
}

// cellEdge is what stands around a cell: light where cells may be as dark as the picture.
func (w *Window) cellEdge() color.RGBA {
	if w.report.CellValues != nil || w.report.View.Layers.CellsBy == session.ByState {
		return chalk()
	}
	return color.RGBA{0, 0, 0, 150}
}

// limitColour returns that of a ring around cells which the grid does not resolve.
func limitColour(l session.Limit) color.RGBA {
	switch l {
	case session.Crowded:
		return figure.Palette(3)
	case session.Tight:
		return figure.Palette(4)
	}
	return figure.Palette(2)
}

func limitName(l session.Limit) string {
	return [...]string{"", "closer than two voxels", "at the law's limit", "without a sub-voxel law"}[l]
}

// limitRings marks cells which the grid does not resolve.
func (w *Window) limitRings(list *imgui.DrawList) {
	s := w.styled.scale
	for i, limit := range w.report.Limits {
		if limit == session.Resolved {
			continue
		}
		d := w.report.Discs[i]
		at, radius := w.camera.pixel(d.X, d.Y), float32(d.Radius*w.camera.zoom)+3*s
		list.AddCircleV(at, radius, ink(shadow()), 0, 4*s)
		list.AddCircleV(at, radius, ink(limitColour(limit)), 0, 2.2*s)
	}
}

// shownUnit returns the unit of what the plane shows, and how many of it one of the
// plane's is.
func (w *Window) shownUnit(high float64) (unit string, factor float64) {
	if w.report.View.Layers.Overlay == session.MoleculesOverlay {
		return "molecules per voxel", 1
	}
	return readable(w.report.Substrates[w.report.View.Substrate].Unit, high)
}

// entry is one piece of the legend.
type entry struct {
	width float32 // of its drawing
	draw  func(at imgui.Vec2)
	text  string
}

// key says what colours and lines mean, at the lower right.
func (w *Window) key(list *imgui.DrawList) {
	s, c := w.styled.scale, w.canvas
	line := imgui.TextLineHeight()
	bottom := c.corner.Y + c.size.Y - 16*s - line
	for row, entries := range w.rows(w.cellEntries(list), w.lineEntries(list)) {
		x, y := c.corner.X+c.size.X, bottom-float32(row)*(line+4*s)
		wide := float32(0)
		for _, e := range entries {
			wide += w.wide(e)
		}
		w.plate(list, imgui.NewVec2(x-wide-14*s, y-3*s), imgui.NewVec2(x-6*s, y+line+3*s))
		for i := len(entries) - 1; i >= 0; i-- {
			e := entries[i]
			x -= imgui.CalcTextSize(e.text).X + 16*s
			list.AddTextVec2V(imgui.NewVec2(x, y), ink(w.theme.text), e.text)
			x -= e.width + 6*s
			e.draw(imgui.NewVec2(x, y+line/2))
		}
	}
}

// wide returns the pixels that an entry of the legend takes.
func (w *Window) wide(e entry) float32 {
	return imgui.CalcTextSize(e.text).X + e.width + 22*w.styled.scale
}

// rows breaks groups of entries so that they leave room for the scale bar.
func (w *Window) rows(groups ...[]entry) (all [][]entry) {
	room := w.canvas.size.X - 190*w.styled.scale
	for _, group := range groups {
		from, wide := 0, float32(0)
		for i, e := range group {
			if wide += w.wide(e); wide > room && i > from {
				all, from, wide = append(all, group[from:i]), i, w.wide(e)
			}
		}
		if from < len(group) {
			all = append(all, group[from:])
		}
	}
	return all
}

// cellEntries name the colours of cells.
func (w *Window) cellEntries(list *imgui.DrawList) []entry {
	s, r := w.styled.scale, w.report
	dot := func(c color.RGBA, text string) entry {
		return entry{10 * s, func(at imgui.Vec2) { list.AddCircleFilled(imgui.NewVec2(at.X+5*s, at.Y), 5*s, ink(c)) }, text}
	}
	var all []entry
	switch {
	case w.brush.hideCells:
		return nil
	case r.CellValues != nil:
		signal := w.columnSignal(r.View.Layers.CellsBy)
		low := imgui.CalcTextSize(number(r.CellScale.Low)).X
		bar := entry{width: 96*s + low, draw: func(at imgui.Vec2) {
			at.X += low + 6*s
			ramp(list, at, 90*s, 10*s, func(t float64) color.RGBA { return signalMap().At(t) })
			list.AddTextVec2V(imgui.NewVec2(at.X-low-6*s, at.Y-imgui.TextLineHeight()/2), ink(w.theme.faint), number(r.CellScale.Low))
		}}
		bar.text = strings.TrimSpace(number(r.CellScale.High)+" "+signal.Unit) + "   " + signal.Name
		all = append(all, bar)
	case r.View.Layers.CellsBy == session.ByState:
		all = append(all, dot(figure.Palette(0), "alive"), dot(dead(), "dead"))
	default:
		for i, t := range r.CellTypes {
			all = append(all, dot(figure.Palette(i), t.Name))
		}
	}
	count := map[session.Limit]int{}
	for _, l := range r.Limits {
		count[l]++
	}
	if len(r.Limits) > 0 && count[session.Resolved] == len(r.Limits) {
		all = append(all, entry{0, func(imgui.Vec2) {}, "each of them resolved"})
	}
	for _, l := range []session.Limit{session.Crowded, session.Tight, session.Unseen} {
		if count[l] > 0 {
			all = append(all, entry{12 * s, func(at imgui.Vec2) {
				list.AddCircleV(imgui.NewVec2(at.X+6*s, at.Y), 5*s, ink(limitColour(l)), 0, 2*s)
			}, fmt.Sprintf("%s: %d", limitName(l), count[l])})
		}
	}
	return all
}

// lineEntries name outlines, walls and arrows.
func (w *Window) lineEntries(list *imgui.DrawList) []entry {
	s, r := w.styled.scale, w.report
	stroke := func(c color.RGBA, width float32, text string) entry {
		return entry{20 * s, func(at imgui.Vec2) {
			end := imgui.NewVec2(at.X+20*s, at.Y)
			list.AddLineV(at, end, ink(shadow()), (width+1.6)*s)
			list.AddLineV(at, end, ink(c), width*s)
		}, text}
	}
	var all []entry
	if r.View.Layers.Outlines {
		for _, k := range r.Walls {
			if k != tissue.NoFlux && k != tissue.Periodic {
				all = append(all, stroke(w.theme.accent, 4, "open wall"))
				break
			}
		}
	}
	for _, o := range r.Outlines {
		all = append(all, stroke(w.outlineColour(o.Region), 1.6, o.Name))
	}
	if per, longest := w.perUnit(); per > 0 {
		long := float32(longest * per)
		name, unit := "gradient", "/µm"
		if r.View.Layers.Arrows == session.FluxArrows {
			name, unit = "flux", " µm/s"
		}
		density, factor := readable(r.Substrates[r.View.Substrate].Unit, longest)
		all = append(all, entry{long, func(at imgui.Vec2) { w.arrow(list, at, long, 0) }, name + " " + number(longest*factor) + " " + strings.TrimSpace(density+unit)})
	}
	if len(r.Contours) > 0 {
		unit, _ := w.shownUnit(r.Scale.High)
		if unit != "" {
			unit = "(" + unit + ")"
		}
		all = append(all, stroke(chalk(), 1.2, r.Substrates[r.View.Substrate].Name+" "+unit))
	}
	return all
}

// ramp draws a bar of colours from its left end, which is in the middle of its height.
func ramp(list *imgui.DrawList, at imgui.Vec2, width, height float32, colour func(t float64) color.RGBA) {
	const bands = 32
	for i := range bands {
		x0, x1 := at.X+width*float32(i)/bands, at.X+width*float32(i+1)/bands
		list.AddRectFilled(imgui.NewVec2(x0, at.Y-height/2), imgui.NewVec2(x1, at.Y+height/2), ink(colour((float64(i)+0.5)/bands)))
	}
}

// columnSignal returns what is known of a column, its name at least.
func (w *Window) columnSignal(column string) session.Signal {
	if s, ok := w.signal(column); ok {
		return s
	}
	return session.Signal{Column: column, Name: column}
}

// plate stands behind what is read on the picture.
func (w *Window) plate(list *imgui.DrawList, low, high imgui.Vec2) {
	c := w.theme.canvas
	c.A = 215
	list.AddRectFilledV(low, high, ink(c), 6*w.styled.scale, 0)
}

// channelLegend stands in the place of the colour bar where substrates are merged.
func (w *Window) channelLegend(list *imgui.DrawList) {
	s, c := w.styled.scale, w.canvas
	x, y := c.corner.X+c.size.X-92*s, c.corner.Y+52*s
	line := imgui.TextLineHeight()
	w.plate(list, imgui.NewVec2(x-8*s, y-6*s), imgui.NewVec2(c.corner.X+c.size.X-6*s, y+float32(len(w.report.Merged))*(3*line+32*s)-line-10*s))
	for _, m := range w.report.Merged {
		substrate := w.report.Substrates[m.Substrate]
		unit, factor := readable(substrate.Unit, m.Scale.High)
		list.AddTextVec2V(imgui.NewVec2(x, y), ink(w.theme.text), substrate.Name)
		y += line + 9*s
		ramp(list, imgui.NewVec2(x, y), 78*s, 12*s, func(t float64) color.RGBA {
			level := func(v uint8) uint8 { return uint8(t*float64(v) + 0.5) }
			return color.RGBA{level(m.Colour.R), level(m.Colour.G), level(m.Colour.B), 255}
		})
		list.AddRectV(imgui.NewVec2(x, y-6*s), imgui.NewVec2(x+78*s, y+6*s), ink(w.theme.faint), 0, 0, s)
		y += 9 * s
		high := strings.TrimSpace(number(m.Scale.High*factor) + " " + unit)
		list.AddTextVec2V(imgui.NewVec2(x, y), ink(w.theme.faint), number(m.Scale.Low*factor))
		list.AddTextVec2V(imgui.NewVec2(x+78*s-imgui.CalcTextSize(high).X, y), ink(w.theme.faint), high)
		y += line
		if m.Clipped() {
			list.AddTextVec2V(imgui.NewVec2(x, y), ink(w.theme.fault), "to "+density(m.High, substrate.Unit))
			y += line
		}
		y += 14 * s
	}
}

// coarseReach says that voxels are too large for the substrate's reach.
func (w *Window) coarseReach(list *imgui.DrawList, at imgui.Vec2) {
	if w.report.Coarse > 0 {
		list.AddTextVec2V(at, ink(w.theme.fault), "voxels are coarse for a reach of "+length(math.Round(w.report.Coarse*10)/10)+": want a third of it")
	}
}
