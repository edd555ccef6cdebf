package figure

import (
	"image"
	"image/color"
	"math"

	"github.com/cytofield/cytofield/render/colormap"
)

// The inks of the light theme.
func ink() color.Color   { return color.Gray{Y: 0x1c} } // title, labels
func quiet() color.Color { return color.Gray{Y: 0x4a} } // axes, tick labels, stamps
func rule() color.Color  { return color.Gray{Y: 0x55} } // frames and ticks

func (f Frame) draw(s *sheet, l *layout, o Options) {
	heat(s.pixels, l.field, f.Plane, f.Map, f.Scale, o.Nearest)
	f.drawCells(s, l)
	f.drawScaleBar(s, l)
	s.frame(l.field, l.line, rule())
	f.drawAxes(s, l)
	f.drawBar(s, l)
	f.drawHeader(s, l)
	f.drawLegend(s, l)
}

// drawCells draws the discs. On a stretched map they stay round, at the smaller of
// the two scales.
func (f Frame) drawCells(s *sheet, l *layout) {
	width, height := f.Plane.Size()
	sx, sy := float64(l.field.Dx())/width, float64(l.field.Dy())/height
	for _, d := range f.Cells {
		x, y := float64(l.field.Min.X)+d.X*sx, float64(l.field.Max.Y)-d.Y*sy
		f.drawDisc(s, l.field, l.em, x, y, d.Radius*min(sx, sy), int(d.Type))
	}
}

// drawDisc draws one cell: its colour, a white ring inside its edge and a dark
// line around it, so that it stands out from dark and bright fields alike.
func (f Frame) drawDisc(s *sheet, clip image.Rectangle, em, x, y, r float64, cellType int) {
	c := f.color(cellType)
	fill := color.NRGBA{R: c.R, G: c.G, B: c.B, A: 0xff}
	if r <= 2 { // pixels; a ring would be all there is
		s.disc(clip, x, y, r, fill)
		return
	}
	ring, line := min(0.16*r, 0.085*em), min(0.08*r, 0.045*em)
	s.disc(clip, x, y, r+line, color.NRGBA{R: 0x10, G: 0x10, B: 0x10, A: 0xd0})
	s.disc(clip, x, y, r, color.NRGBA{R: 0xff, G: 0xff, B: 0xff, A: 0xff})
	s.disc(clip, x, y, r-ring, fill)
}

// drawScaleBar puts the scale bar on a dark plate in the lower right corner, if
// the map has room for it.
func (f Frame) drawScaleBar(s *sheet, l *layout) {
	em := l.em
	micrometres, _ := f.Plane.Size()
	length := scaleBar(micrometres)
	label := plain(formatLength(length))
	size := smallSize * em
	bar := math.Round(length / micrometres * float64(l.field.Dx()))
	text := s.width(label, size)
	const pad, thick, gap = 0.5, 0.18, 0.32
	width := max(bar, text) + 2*pad*em
	height := (2*pad+thick+gap+smallSize*capHeight)*em - 0.1*em
	inset := 0.6 * em
	if width+2*inset > 0.7*float64(l.field.Dx()) || height+2*inset > float64(l.field.Dy()) {
		return
	}
	x1, y1 := float64(l.field.Max.X)-inset, float64(l.field.Max.Y)-inset
	s.plate(x1-width, y1-height, x1, y1, 0.22*em, color.NRGBA{R: 0x12, G: 0x12, B: 0x16, A: 0xa0})
	middle := x1 - width/2
	barTop := int(math.Round(y1 - (pad+thick)*em))
	barLeft := int(math.Round(middle - bar/2))
	s.box(image.Rect(barLeft, barTop, barLeft+int(bar), barTop+max(2, int(math.Round(thick*em)))), color.White)
	s.text(label, middle-text/2, float64(barTop)-gap*em, size, color.White)
}

func (f Frame) drawAxes(s *sheet, l *layout) {
	em, m := l.em, l.field
	width, height := f.Plane.Size()
	right, up, _ := f.letters()
	small := smallSize * em
	out := int(math.Round(tickOut * em))
	cap := capHeight * small
	for _, t := range l.xTicks {
		x := m.Min.X + along(t.value/width, m.Dx(), l.line)
		s.box(image.Rect(x, m.Max.Y, x+l.line, m.Max.Y+out), rule())
		s.text(t.label, float64(x)+float64(l.line)/2-s.width(t.label, small)/2, float64(m.Max.Y+out)+tickGap*em+cap, small, quiet())
	}
	if l.xTicks != nil {
		label := axisLabel(right)
		y := float64(m.Max.Y+out) + (tickGap+labelGap+capHeight)*em + cap
		s.text(label, float64(m.Min.X)+float64(m.Dx())/2-s.width(label, em)/2, y, em, ink())
	}
	widest := 0.0
	for _, t := range l.yTicks {
		y := m.Max.Y - l.line - along(t.value/height, m.Dy(), l.line)
		s.box(image.Rect(m.Min.X-out, y, m.Min.X, y+l.line), rule())
		w := s.width(t.label, small)
		widest = max(widest, w)
		s.text(t.label, float64(m.Min.X-out)-tickGap*em-w, float64(y)+float64(l.line)/2+cap/2, small, quiet())
	}
	if l.yTicks != nil {
		label := axisLabel(up)
		x := float64(m.Min.X-out) - (tickGap+labelGap)*em - widest
		s.upright(label, x, float64(m.Min.Y)+float64(m.Dy())/2+s.width(label, em)/2, em, ink())
	}
}

// along returns the first pixel of a line at a fraction of a length. At 0 and 1
// the line continues the frame, which lies outside the length.
func along(fraction float64, length, line int) int {
	return int(math.Round(fraction*float64(length+line))) - line
}

func (f Frame) drawBar(s *sheet, l *layout) {
	b := l.bar
	length := b.Dy()
	if l.lying {
		length = b.Dx()
	}
	for i := range length {
		c := f.Map.At((float64(i) + 0.5) / float64(length))
		if l.lying {
			s.box(image.Rect(b.Min.X+i, b.Min.Y, b.Min.X+i+1, b.Max.Y), c)
		} else {
			s.box(image.Rect(b.Min.X, b.Max.Y-1-i, b.Max.X, b.Max.Y-i), c)
		}
	}
	s.frame(b, l.line, rule())
	below, above := beyond(f.Plane, f.Scale)
	if below {
		f.drawTip(s, l, f.Map.At(0), -1)
	}
	if above {
		f.drawTip(s, l, f.Map.At(1), 1)
	}
	f.drawBarTicks(s, l, length)
}

// drawTip draws the arrow that says that densities go beyond an end of the bar:
// side 1 the high end, −1 the low end.
func (f Frame) drawTip(s *sheet, l *layout, c color.Color, side float64) {
	line := float64(l.line)
	x0, x1 := float64(l.bar.Min.X), float64(l.bar.Max.X)
	y0, y1 := float64(l.bar.Min.Y), float64(l.bar.Max.Y)
	tip := (barTip - 0.2) * l.em
	// The inner triangle stands on the frame; the outer is wider by a line.
	triangle := func(grow float64, c color.Color) {
		if l.lying {
			base := x1 + line
			if side < 0 {
				base = x0 - line
			}
			s.polygon(c, [2]float64{base, y0 - grow}, [2]float64{base, y1 + grow}, [2]float64{base + side*(tip+1.4*grow), (y0 + y1) / 2})
			return
		}
		base := y0 - line
		if side < 0 {
			base = y1 + line
		}
		s.polygon(c, [2]float64{x0 - grow, base}, [2]float64{x1 + grow, base}, [2]float64{(x0 + x1) / 2, base - side*(tip+1.4*grow)})
	}
	triangle(line, rule())
	triangle(0, c)
}

func (f Frame) drawBarTicks(s *sheet, l *layout, length int) {
	em, b := l.em, l.bar
	small := smallSize * em
	cap, widest := capHeight*small, 0.0
	for _, t := range l.barTicks {
		out := int(math.Round(tickOut * em))
		if t.label == nil {
			out = int(math.Round(0.55 * tickOut * em))
		}
		at := along(f.Scale.Position(t.value/l.barFactor), length, l.line)
		if l.lying {
			x := b.Min.X + at
			s.box(image.Rect(x, b.Max.Y+l.line, x+l.line, b.Max.Y+l.line+out), rule())
			s.text(t.label, float64(x)+float64(l.line)/2-s.width(t.label, small)/2, float64(b.Max.Y+l.line+out)+tickGap*em+cap, small, quiet())
			continue
		}
		widest = max(widest, s.width(t.label, small))
		y := b.Max.Y - l.line - at
		s.box(image.Rect(b.Max.X+l.line, y, b.Max.X+l.line+out, y+l.line), rule())
		s.text(t.label, float64(b.Max.X+l.line+out)+tickGap*em, float64(y)+float64(l.line)/2+cap/2, small, quiet())
	}
	w := s.width(l.barLabel, em)
	if l.lying {
		s.text(l.barLabel, float64(b.Max.X)+(barTip+0.6)*em, float64(b.Min.Y+b.Max.Y)/2+capHeight*em/2, em, ink())
		return
	}
	x := float64(b.Max.X) + (tickOut+tickGap+labelGap+capHeight)*em + widest
	s.upright(l.barLabel, x, float64(b.Min.Y+b.Max.Y)/2+w/2, em, ink())
}

func (f Frame) drawHeader(s *sheet, l *layout) {
	em := l.em
	for i, line := range l.title {
		s.text(set(line, bold), float64(l.field.Min.X), l.titleBase+titleLead*em*float64(i), titleSize*em, ink())
	}
	if l.stamp != (image.Point{}) {
		s.text(timeStamp(f.Time), float64(l.stamp.X), float64(l.stamp.Y), em, ink())
	}
	if l.place != (image.Point{}) {
		_, _, through := f.letters()
		s.text(placeStamp(through, f.Plane.Position), float64(l.place.X), float64(l.place.Y), em, quiet())
	}
}

func (f Frame) drawLegend(s *sheet, l *layout) {
	em := l.em
	for _, e := range l.legend {
		x, y := float64(e.at.X), float64(e.at.Y)
		r := legendDisc * em
		if e.cellType < 0 {
			square := image.Rect(e.at.X, e.at.Y-int(r), e.at.X+int(2*r), e.at.Y+int(r))
			s.box(square, colormap.Missing())
			s.frame(square, l.line, rule())
		} else {
			f.drawDisc(s, s.pixels.Bounds(), em, x+r, y, r, e.cellType)
		}
		s.text(plain(e.name), x+(2*legendDisc+legendText)*em, y+capHeight*em/2, em, ink())
	}
}
