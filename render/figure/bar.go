package figure

import (
	"fmt"
	"image"
	"image/color"
	"math"

	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/render/colormap"
)

// Lengths of colour bars, em.
const (
	barGap     = 1.5 // between plot and bar
	barWidth   = 1.05
	barTip     = 0.7 // height of the arrow that says that values go beyond
	barLongest = 26  // of a bar that lies
	leastBar   = 9.0 // height of a plot below which the bar lies under it
)

// bar is a colour bar that is being laid out.
type bar struct {
	ColorBar
	name   words
	factor float64 // from Unit to the unit shown
	hidden bool    // another panel draws it
}

func newBar(c ColorBar) (*bar, error) {
	if c.Colors.IsZero() {
		c.Colors = colormap.Viridis()
	}
	if err := c.Scale.Validate(); err != nil {
		return nil, fmt.Errorf("colour bar %q: %w", c.Quantity, err)
	}
	unit, factor, err := shownUnit(c.Unit, c.Shown, c.Scale)
	if err != nil {
		return nil, fmt.Errorf("colour bar %q: %w", c.Quantity, err)
	}
	b := &bar{ColorBar: c, name: densityLabel(c.Quantity, unit), factor: factor}
	if c.Label != "" {
		b.name, b.factor = plain(c.Label), 1
	}
	return b, nil
}

// same reports whether two bars say the same, and look alike.
func (b *bar) same(c *bar) bool {
	return b.Style == c.Style && b.Colors.Name() == c.Colors.Name() && b.Scale == c.Scale && b.name.String() == c.name.String() && b.factor == c.factor
}

// ticks marks a bar of a length, of which each label takes so many em.
func (b *bar) ticks(r *ruler, length int, label float64) []tick {
	low, high := b.Scale.Low*b.factor, b.Scale.High*b.factor
	return barTicks(low, high, b.Scale.Log, count(float64(length), label*r.em, 7))
}

func barTicks(low, high float64, log bool, most int) []tick {
	if log {
		return logTicks(low, high, most)
	}
	return linearTicks(low, high, most)
}

func (b *bar) scale(r *ruler, length int, label float64) scale {
	return scale{ticks: b.ticks(r, length, label), position: func(v float64) float64 { return b.Scale.Position(v / b.factor) }, label: b.name}
}

// room returns the width that an upright bar of a height takes, gap included.
func (b *bar) room(r *ruler, height int) int {
	r = r.in(b.Style.Lettering)
	return r.px(barGap+barWidth+tickOut+tickGap+labelGap+1) + int(math.Ceil(b.scale(r, height, 2.4).wide(r)))
}

// shown returns the bars that no other panel draws.
func shown(bars []*bar) (list []*bar) {
	for _, b := range bars {
		if !b.hidden {
			list = append(list, b)
		}
	}
	return list
}

// roomBeside returns the width that bars beside a plot of a height take, and how long their
// names are, pixels.
func roomBeside(r *ruler, bars []*bar, height int) (width int, names []float64) {
	for _, b := range shown(bars) {
		width, names = width+b.room(r, height), append(names, b.named(r))
	}
	return width, names
}

// named returns how long the name of a bar is, pixels.
func (b *bar) named(r *ruler) float64 {
	r = r.in(b.Style.Lettering)
	return r.width(b.name, r.em)
}

// roomBelow returns the height that bars under a plot take, em.
func roomBelow(r *ruler, bars []*bar) (height float64) {
	for _, b := range shown(bars) {
		height += r.sized(b.Style.Lettering, 1) * lyingRoom
	}
	return height
}

// lyingWidth returns how wide bars under a plot are with their names, pixels.
func lyingWidth(r *ruler, bars []*bar, plot int) (wide float64) {
	for _, b := range shown(bars) {
		wide = max(wide, float64(b.lyingLength(r, plot)+r.in(b.Style.Lettering).px(barTip+0.6))+b.named(r))
	}
	return wide
}

// barsBelow draws bars under a plot, from a height on.
func (s *sheet) barsBelow(plot image.Rectangle, top int, bars []*bar) {
	for _, b := range shown(bars) {
		b.drawLying(s, plot.Min.X, top, b.lyingLength(s.ruler, plot.Dx()))
		top += s.in(b.Style.Lettering).px(lyingRoom)
	}
}

// barsBeside draws bars beside a plot.
func (s *sheet) barsBeside(plot image.Rectangle, bars []*bar) {
	x := plot.Max.X
	for _, b := range shown(bars) {
		b.drawUpright(s, x+s.in(b.Style.Lettering).px(barGap), plot.Min.Y, plot.Max.Y)
		x += b.room(s.ruler, plot.Dy())
	}
}

// lyingRoom is the height that a lying bar takes, em.
const lyingRoom = 0.9 + barWidth + tickOut + tickGap + smallSize*capHeight

// lyingLength returns the length of a bar under a plot, which its name follows.
func (b *bar) lyingLength(r *ruler, plot int) int {
	r = r.in(b.Style.Lettering)
	length := plot - r.px(barTip+1) - int(r.width(b.name, r.em))
	return min(max(length, r.px(3)), r.px(barLongest))
}

// drawUpright draws the bar beside what lies between two heights.
func (b *bar) drawUpright(s *sheet, x, top, bottom int) {
	s = s.in(b.Style.Lettering)
	box := image.Rect(x, top, x+s.px(barWidth), bottom)
	b.colours(s, box, false)
	em, small := s.em, smallSize*s.em
	a := b.scale(s.ruler, box.Dy(), 2.4)
	for _, t := range a.ticks {
		y := box.Max.Y - s.rule - along(a.position(t.value), box.Dy(), s.rule)
		s.box(image.Rect(box.Max.X+s.rule, y, box.Max.X+s.rule+s.tickLength(t), y+s.rule), solid(s.Rule))
		s.text(t.label, float64(box.Max.X+s.rule+s.px(tickOut))+tickGap*em, float64(y)+float64(s.rule)/2+capHeight*small/2, small, s.Quiet)
	}
	right := float64(box.Max.X) + (tickOut+tickGap+labelGap+capHeight)*em + a.wide(s.ruler)
	s.upright(b.name, right, float64(box.Min.Y+box.Max.Y)/2+s.width(b.name, em)/2, em, s.Ink)
}

// drawLying draws the bar with its name after it.
func (b *bar) drawLying(s *sheet, x, y, length int) {
	s = s.in(b.Style.Lettering)
	box := image.Rect(x, y, x+length, y+s.px(barWidth))
	b.colours(s, box, true)
	em, small := s.em, smallSize*s.em
	a := b.scale(s.ruler, length, 3.4)
	for _, t := range a.ticks {
		x := box.Min.X + along(a.position(t.value), length, s.rule)
		under := box.Max.Y + s.rule
		s.box(image.Rect(x, under, x+s.rule, under+s.tickLength(t)), solid(s.Rule))
		s.text(t.label, float64(x)+float64(s.rule)/2-s.width(t.label, small)/2, float64(under+s.px(tickOut))+tickGap*em+capHeight*small, small, s.Quiet)
	}
	s.text(b.name, float64(box.Max.X)+(barTip+0.6)*em, float64(box.Min.Y+box.Max.Y)/2+capHeight*em/2, em, s.Ink)
}

// colours draws a bar's colours, its frame, and the tips.
func (b *bar) colours(s *sheet, box image.Rectangle, lying bool) {
	img := image.NewRGBA(image.Rect(0, 0, box.Dx(), box.Dy()))
	length := max(box.Dx(), box.Dy())
	if !lying {
		length = box.Dy()
	}
	for y := range box.Dy() {
		for x := range box.Dx() {
			along := float64(x)
			if !lying {
				along = float64(length - 1 - y)
			}
			img.SetRGBA(x, y, b.Colors.At((along+0.5)/float64(length)))
		}
	}
	s.picture(box, img)
	for _, v := range b.Marks {
		b.mark(s, box, lying, b.Scale.Position(v))
	}
	s.frame(box, s.rule, s.Rule)
	if b.Below {
		b.tip(s, box, lying, b.Colors.At(0), -1)
	}
	if b.Above {
		b.tip(s, box, lying, b.Colors.At(1), 1)
	}
}

// mark draws a line across the bar, dark with light edges: it stands out from every colour.
func (b *bar) mark(s *sheet, box image.Rectangle, lying bool, at float64) {
	from := point{float64(box.Min.X), float64(box.Max.Y) - at*float64(box.Dy())}
	to := point{float64(box.Max.X), from.y}
	if lying {
		from = point{float64(box.Min.X) + at*float64(box.Dx()), float64(box.Min.Y)}
		to = point{from.x, float64(box.Max.Y)}
	}
	s.line(box, 0.28*s.em, nil, solid(grey(0xff)), from, to)
	s.line(box, 0.12*s.em, nil, solid(grey(0x10)), from, to)
}

// tip draws the arrow that says that values go beyond an end of the bar: side 1
// the high end, −1 the low end.
func (b *bar) tip(s *sheet, box image.Rectangle, lying bool, c color.RGBA, side float64) {
	line := float64(s.rule)
	x0, y0, x1, y1 := float64(box.Min.X), float64(box.Min.Y), float64(box.Max.X), float64(box.Max.Y)
	height := (barTip - 0.2) * s.em
	// The inner triangle stands on the frame; the outer is wider by a line.
	triangle := func(grow float64, c color.RGBA) {
		far := side * (height + 1.4*grow)
		if lying {
			base := x1 + line
			if side < 0 {
				base = x0 - line
			}
			s.fill(polygon(point{base, y0 - grow}, point{base, y1 + grow}, point{base + far, (y0 + y1) / 2}), solid(c))
			return
		}
		base := y0 - line
		if side < 0 {
			base = y1 + line
		}
		s.fill(polygon(point{x0 - grow, base}, point{x1 + grow, base}, point{(x0 + x1) / 2, base - far}), solid(c))
	}
	triangle(line, s.Rule)
	triangle(0, c)
}

// Beyond reports whether densities of a plane lie below and above a scale, by
// more than a picture would show.
func Beyond(p *render.Plane, sc render.Scale) (below, above bool) {
	const slack = 1e-3
	low, high := sc.Low-slack*(sc.High-sc.Low), sc.High+slack*(sc.High-sc.Low)
	if sc.Log {
		low = sc.Low * (1 - slack)
	}
	for _, value := range p.Values {
		c := float64(value)
		below, above = below || c < low, above || c > high
	}
	return below, above
}
