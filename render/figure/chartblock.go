package figure

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"math"
)

const (
	keyLine = 1.5 // em, length of the line of a legend entry
	keyMark = 0.3 // em, radius of a mark
)

// chartBlock is a chart that is being laid out. Its data are in the units shown.
type chartBlock struct {
	Chart
	numbers []int // of each series' colour and mark
	shared  bool  // the page draws the legend
	steps   bool  // several histograms
}

func (c Chart) block() (block, error) {
	b := &chartBlock{Chart: c}
	kx, errX := conversion(c.X.Unit, c.X.Shown)
	ky, errY := conversion(c.Y.Unit, c.Y.Shown)
	if err := errors.Join(errX, errY); err != nil {
		return nil, fmt.Errorf("chart %q: %w", c.Title, err)
	}
	b.Series, b.References = nil, nil
	histograms := 0
	for i, s := range c.Series {
		b.numbers = append(b.numbers, i)
		b.Series = append(b.Series, s.times(kx, ky))
		if len(s.Bars) > 0 {
			histograms++
		}
	}
	b.steps = histograms > 1
	for _, r := range c.References {
		if r.Upright {
			r.Value *= kx
		} else {
			r.Value *= ky
		}
		b.References = append(b.References, r)
	}
	b.X.Low, b.X.High, b.Y.Low, b.Y.High = c.X.Low*kx, c.X.High*kx, c.Y.Low*ky, c.Y.High*ky
	xs, ys := b.values()
	_, errX = newSpan(b.X, xs, 7)
	_, errY = newSpan(b.Y, ys, 7)
	if err := errors.Join(errX, errY); err != nil {
		return nil, fmt.Errorf("chart %q: %w", c.Title, err)
	}
	return b, nil
}

// times returns the series in other units.
func (s Series) times(kx, ky float64) Series {
	scaled := func(points []Point) (list []Point) {
		for _, p := range points {
			list = append(list, Point{p.X * kx, p.Y * ky})
		}
		return list
	}
	t := s
	t.Line, t.Marks, t.Band, t.Bars = scaled(s.Line), scaled(s.Marks), nil, nil
	for _, v := range s.Band {
		t.Band = append(t.Band, Interval{v.X * kx, v.Low * ky, v.High * ky})
	}
	for _, v := range s.Bars {
		t.Bars = append(t.Bars, Bar{v.From * kx, v.To * kx, v.Height * ky})
	}
	return t
}

// values returns all data, to which the axes reach.
func (b *chartBlock) values() (xs, ys []float64) {
	for _, s := range b.Series {
		for _, points := range [][]Point{s.Line, s.Marks} {
			for _, p := range points {
				xs, ys = append(xs, p.X), append(ys, p.Y)
			}
		}
		for _, v := range s.Band {
			xs, ys = append(xs, v.X), append(ys, v.Low, v.High)
		}
		for _, v := range s.Bars {
			xs = append(xs, v.From, v.To)
			if !b.Y.Log {
				ys = append(ys, 0)
			}
			if v.Height > 0 || !b.Y.Log {
				ys = append(ys, 1.04*v.Height) // clear of the frame
			}
		}
	}
	for _, r := range b.References {
		if r.Upright {
			xs = append(xs, r.Value)
		} else {
			ys = append(ys, r.Value)
		}
	}
	return xs, ys
}

// span is an axis laid out: from low to high over some pixels.
type span struct {
	Axis
	low, high float64
	ticks     []tick
}

// position returns where a value lies, 0 at the low end and 1 at the high one.
func (a span) position(v float64) float64 {
	if a.Log {
		return math.Log(v/a.low) / math.Log(a.high/a.low)
	}
	return (v - a.low) / (a.high - a.low)
}

// newSpan finds the ends of an axis, round ones beyond all values where none are given, and at
// most so many labelled ticks.
func newSpan(a Axis, values []float64, most int) (span, error) {
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) || a.Log && !(v > 0) {
			return span{}, fmt.Errorf("%s of %g %s: want a finite number, more than 0 on a logarithmic axis", a.Quantity, v, a.Unit)
		}
		low, high = min(low, v), max(high, v)
	}
	given := a.Low != 0 || a.High != 0
	if given {
		low, high = a.Low, a.High
	}
	if !(high > low) || a.Log && !(low > 0) {
		return span{}, fmt.Errorf("%s from %g to %g %s: want two different values, above 0 on a logarithmic axis", a.Quantity, low, high, a.Unit)
	}
	switch {
	case a.Log && given:
		return span{a, low, high, logTicks(low, high, most)}, nil
	case a.Log:
		low, high = niceLength(low), niceStep(high)
		return span{a, low, high, logTicks(low, high, most)}, nil
	case given:
		return span{a, low, high, linearTicks(low, high, most)}, nil
	}
	if low > 0 && low < high/3 {
		low = 0
	}
	step := linearStep(low, high, most-1)
	low, high = step*math.Floor(low/step+1e-9), step*math.Ceil(high/step-1e-9)
	return span{a, low, high, marks(low, high, step)}, nil
}

// label names an axis and the unit it shows.
func (a Axis) label() words {
	unit := a.Unit
	if a.Shown != "" {
		unit = a.Shown
	}
	return axisName(a.Quantity, unit)
}

func (b *chartBlock) bars() []*bar                  { return nil }
func (b *chartBlock) aspect() (wide, least float64) { return 0, 0 }

// spans lays the axes out for a plot of a size; block has found them sound.
func (b *chartBlock) spans(r *ruler, plot image.Point) (x, y span) {
	xs, ys := b.values()
	for most := 7; most > 2; most-- {
		x, _ = newSpan(b.X, xs, most)
		if x.scale().apart(r, plot.X) >= 1.2*r.em {
			break
		}
	}
	y, _ = newSpan(b.Y, ys, count(float64(plot.Y), 2.2*r.em, 7))
	return x, y
}

func (a span) scale() scale { return scale{a.ticks, a.position, a.label()} }

func (b *chartBlock) color(t Theme, i int) color.RGBA {
	if c := b.Series[i].Color; c != (color.RGBA{}) {
		return c
	}
	return t.Series(b.numbers[i])
}

// keys are the entries of the legend. The general ones have the colour of the only
// series, or none where each has its own.
func (b *chartBlock) keys(t Theme) (keys []key) {
	if b.Legend == NoLegend {
		return nil
	}
	ink := t.Quiet
	if len(b.Series) == 1 {
		ink = b.color(t, 0)
	}
	if b.Marks != "" {
		keys = append(keys, key{plain(b.Marks), keyLine, func(s *sheet, x, y float64) { s.mark(0, x+keyLine*s.em/2, y, ink) }})
	}
	if b.Lines != "" {
		keys = append(keys, key{plain(b.Lines), keyLine, func(s *sheet, x, y float64) { s.keyLine(x, y, ink, nil) }})
	}
	for i, series := range b.Series {
		if series.Name != "" {
			keys = append(keys, b.seriesKey(i, b.color(t, i)))
		}
	}
	return keys
}

func (b *chartBlock) seriesKey(i int, c color.RGBA) key {
	series, number := b.Series[i], b.numbers[i]
	return key{plain(series.Name), keyLine, func(s *sheet, x, y float64) {
		end := x + keyLine*s.em
		if len(series.Band) > 0 || len(series.Bars) > 0 {
			s.fill(polygon(point{x, y - 0.4*s.em}, point{end, y - 0.4*s.em}, point{end, y + 0.4*s.em}, point{x, y + 0.4*s.em}), faint(c))
		}
		if len(series.Line) > 0 || len(series.Bars) > 0 {
			s.keyLine(x, y, c, series.dash(s.em))
		}
		if len(series.Marks) > 0 {
			s.mark(number, (x+end)/2, y, c)
		}
	}}
}

func (s *sheet) keyLine(x, y float64, c color.RGBA, dash []float64) {
	s.stroke(through([]point{{x, y}, {x + keyLine*s.em, y}}), lineWidth*s.em, dash, solid(c))
}

func (s Series) dash(em float64) []float64 {
	if !s.Dashed {
		return nil
	}
	return []float64{0.5 * em, 0.3 * em}
}

func faint(c color.RGBA) color.NRGBA { return color.NRGBA{R: c.R, G: c.G, B: c.B, A: 0x48} }

// shareLegend leaves the legend to the page. Numbers are those of names seen before;
// keys are returned for new ones.
func (b *chartBlock) shareLegend(t Theme, numbers map[string]int) (keys []key) {
	b.shared = true
	if b.Legend == NoLegend {
		return nil
	}
	for i, series := range b.Series {
		n, known := numbers[series.Name]
		if !known {
			n = len(numbers)
			numbers[series.Name] = n
		}
		b.numbers[i] = n
		if !known && series.Name != "" {
			keys = append(keys, b.seriesKey(i, b.color(t, i)))
		}
	}
	return keys
}

// chartLayout is where the legend of a chart goes.
type chartLayout struct {
	legend       []placed
	rows         int
	wants        float64
	above, below float64 // room for it, em
}

func (b *chartBlock) lay(r *ruler, words float64) (l chartLayout) {
	if b.shared {
		return l
	}
	space := words
	if b.Legend == InsideChart {
		space = 0
	}
	l.legend, l.rows, l.wants = r.legend(b.keys(r.Theme), space)
	switch {
	case l.rows == 0:
	case b.Legend == AboveChart:
		l.above = legendLead*float64(l.rows) + 0.4
	case b.Legend == BelowChart:
		l.below = legendGap + legendLead*float64(l.rows)
	}
	return l
}

func (b *chartBlock) around(r *ruler, plot image.Point, words float64) (sides, float64) {
	x, y := b.spans(r, plot)
	if b.Legend == InsideChart && !b.roomInside(r, plot, x, y) {
		b.Legend = AboveChart
	}
	l := b.lay(r, words)
	head := b.heading().lay(r, plot.X, words)
	s := sides{
		left: y.scale().leftOf(r), right: x.scale().overhang(r, plot.X),
		top: r.px(l.above + head.height), bottom: r.px(x.scale().below() + l.below),
	}
	return s.holding(plot, r.width(x.label(), r.em), r.width(y.label(), r.em)), max(head.wants, l.wants)
}

func (b *chartBlock) heading() heading {
	h := heading{title: b.Title, style: b.Style}
	if b.Stamped {
		h.left = timeStamp(b.Time, b.TimeUnit)
	}
	return h
}

// onto returns a function from values to a plot.
func onto(plot image.Rectangle, x, y span) func(u, v float64) point {
	return func(u, v float64) point {
		return point{float64(plot.Min.X) + x.position(u)*float64(plot.Dx()), float64(plot.Max.Y) - y.position(v)*float64(plot.Dy())}
	}
}

func (b *chartBlock) draw(s *sheet, plot image.Rectangle, words float64) {
	x, y := b.spans(s.ruler, plot.Size())
	to := onto(plot, x, y)
	if b.Grid {
		s.grid(plot, x, y)
	}
	for i := range b.Series {
		b.drawSpread(s, plot, i, to, y.low)
	}
	for _, r := range b.References {
		s.reference(plot, r, to(r.Value, r.Value))
	}
	s.frame(plot, s.rule, s.Rule)
	for i, series := range b.Series {
		corners := make([]point, len(series.Line))
		for j, p := range series.Line {
			corners[j] = to(p.X, p.Y)
		}
		s.line(plot, lineWidth*s.em, series.dash(s.em), solid(b.color(s.Theme, i)), corners...)
	}
	for i, series := range b.Series {
		for _, p := range series.Marks {
			if at := to(p.X, p.Y); image.Pt(int(at.x), int(at.y)).In(plot.Inset(-1 - s.rule)) {
				s.mark(b.numbers[i], at.x, at.y, b.color(s.Theme, i))
			}
		}
	}
	s.axisBelow(plot, x.scale())
	s.axisLeft(plot, y.scale())
	l := b.lay(s.ruler, words)
	b.heading().draw(s, plot.Sub(image.Pt(0, s.px(l.above))), words)
	b.drawLegend(s, plot, l, x, to)
}

func (b *chartBlock) drawLegend(s *sheet, plot image.Rectangle, l chartLayout, x span, to func(u, v float64) point) {
	left, top := float64(plot.Min.X), float64(plot.Min.Y)
	switch b.Legend {
	case InsideChart:
		at, _ := b.emptiest(s.ruler, plot, l, to)
		s.keys(l.legend, at.x, at.y)
	case BelowChart:
		s.keys(l.legend, left, float64(plot.Max.Y)+(x.scale().below()+legendGap+legendLead/2)*s.em)
	default:
		s.keys(l.legend, left, top-(0.4+legendLead*(float64(l.rows)-0.5))*s.em)
	}
}

// roomInside reports whether some corner of a plot has room for the legend.
func (b *chartBlock) roomInside(r *ruler, size image.Point, x, y span) bool {
	plot := image.Rectangle{Max: size}
	l := b.lay(r, 0)
	_, covered := b.emptiest(r, plot, l, onto(plot, x, y))
	return covered == 0 && l.wants+1.2*r.em < float64(size.X) && (legendLead*float64(l.rows)+1.2)*r.em < float64(size.Y)
}

// emptiest returns where a legend in the corner with the least in its way begins, and how
// many points it would cover.
func (b *chartBlock) emptiest(r *ruler, plot image.Rectangle, l chartLayout, to func(u, v float64) point) (best point, fewest int) {
	width, height := l.wants, legendLead*float64(l.rows)*r.em
	inset := 0.6 * r.em
	obstacles := b.obstacles(r, plot, to)
	fewest = math.MaxInt
	for i := range 4 {
		x, y := float64(plot.Max.X)-inset-width, float64(plot.Min.Y)+inset
		if i%2 == 1 {
			x = float64(plot.Min.X) + inset
		}
		if i > 1 {
			y = float64(plot.Max.Y) - inset - height
		}
		n := 0
		for _, p := range obstacles {
			if p.x > x-inset && p.x < x+width+inset && p.y > y-inset && p.y < y+height+inset {
				n++
			}
		}
		if n < fewest {
			best, fewest = point{x, y + legendLead*r.em/2}, n
		}
	}
	return best, fewest
}

// obstacles are points on what a legend should not cover, lines every em.
func (b *chartBlock) obstacles(r *ruler, plot image.Rectangle, to func(u, v float64) point) (points []point) {
	along := func(p, q point) {
		n := min(int(math.Hypot(q.x-p.x, q.y-p.y)/r.em), 1000)
		for i := range n + 1 {
			t := float64(i) / float64(n+1)
			points = append(points, point{p.x + t*(q.x-p.x), p.y + t*(q.y-p.y)})
		}
	}
	for _, s := range b.Series {
		for i := 1; i < len(s.Line); i++ {
			along(to(s.Line[i-1].X, s.Line[i-1].Y), to(s.Line[i].X, s.Line[i].Y))
		}
		for _, p := range s.Marks {
			points = append(points, to(p.X, p.Y))
		}
		for _, v := range s.Band {
			points = append(points, to(v.X, v.Low), to(v.X, v.High))
		}
		for _, v := range s.Bars {
			for _, x := range []float64{v.From, v.To} {
				top := to(x, v.Height)
				along(top, point{top.x, float64(plot.Max.Y)})
			}
		}
	}
	for _, ref := range b.References {
		start, end, from, to := referenceLine(r, plot, ref, to(ref.Value, ref.Value))
		along(start, end)
		along(from, to)
	}
	return points
}

// drawSpread draws what lies behind the curves of a series: its band and its bars.
func (b *chartBlock) drawSpread(s *sheet, plot image.Rectangle, i int, to func(u, v float64) point, floor float64) {
	series, c := b.Series[i], b.color(s.Theme, i)
	var band []point
	for _, v := range series.Band {
		band = append(band, to(v.X, v.High))
	}
	for j := len(series.Band) - 1; j >= 0; j-- {
		band = append(band, to(series.Band[j].X, series.Band[j].Low))
	}
	if len(band) > 0 {
		s.area(plot, faint(c), band...)
	}
	base := max(floor, 0)
	if b.Y.Log {
		base = floor
	}
	var steps []point
	for _, v := range series.Bars {
		height := max(v.Height, base)
		corners := []point{to(v.From, base), to(v.From, height), to(v.To, height), to(v.To, base)}
		steps = append(steps, corners...)
		if !b.steps {
			s.line(plot, 0.06*s.em, nil, solid(c), append(corners, corners[0])...)
		}
	}
	s.area(plot, faint(c), steps...)
	if b.steps {
		s.line(plot, lineWidth*s.em, series.dash(s.em), solid(c), tops(steps)...)
	}
}

// tops leaves out the sides between bars that touch, of four corners a bar.
func tops(corners []point) (outline []point) {
	for i, p := range corners {
		const near = 0.01 // pixels
		touches := i%4 == 3 && i+1 < len(corners) && math.Abs(corners[i+1].x-p.x) < near || i%4 == 0 && i > 0 && math.Abs(corners[i-1].x-p.x) < near
		if !touches {
			outline = append(outline, p)
		}
	}
	return outline
}

func (s *sheet) grid(plot image.Rectangle, x, y span) {
	for _, t := range x.ticks {
		if t.label != nil {
			at := plot.Min.X + along(x.position(t.value), plot.Dx(), s.rule)
			s.box(image.Rect(at, plot.Min.Y, at+s.rule, plot.Max.Y), solid(s.Grid))
		}
	}
	for _, t := range y.ticks {
		if t.label != nil {
			at := plot.Max.Y - s.rule - along(y.position(t.value), plot.Dy(), s.rule)
			s.box(image.Rect(plot.Min.X, at, plot.Max.X, at+s.rule), solid(s.Grid))
		}
	}
}

// reference draws a dashed line across the plot with its name.
func (s *sheet) reference(plot image.Rectangle, r Reference, at point) {
	small := smallSize * s.em
	start, end, from, to := referenceLine(s.ruler, plot, r, at)
	s.line(plot, 0.08*s.em, []float64{0.4 * s.em, 0.3 * s.em}, solid(s.Quiet), start, end)
	if r.Upright {
		s.upright(plain(r.Name), from.x, from.y, small, s.Quiet)
	} else {
		s.text(plain(r.Name), from.x, to.y, small, s.Quiet)
	}
}

// referenceLine returns the ends of a line across the plot, and those of the base line of its name:
// above its right end or right of its upper end, on the other side where that would leave the plot.
func referenceLine(r *ruler, plot image.Rectangle, ref Reference, at point) (start, end, from, to point) {
	small := smallSize * r.em
	wide, gap, cap := r.width(plain(ref.Name), small), 0.3*r.em, capHeight*small
	if ref.Upright {
		x := at.x + gap + cap
		if x+0.6*r.em > float64(plot.Max.X) {
			x = at.x - gap
		}
		top := float64(plot.Min.Y) + 0.4*r.em
		return point{at.x, float64(plot.Max.Y)}, point{at.x, float64(plot.Min.Y)}, point{x, top + wide}, point{x, top}
	}
	y := at.y - gap
	if y-0.6*r.em < float64(plot.Min.Y) {
		y = at.y + gap + cap
	}
	right := float64(plot.Max.X) - 0.4*r.em
	return point{float64(plot.Min.X), at.y}, point{float64(plot.Max.X), at.y}, point{right - wide, y}, point{right, y}
}

// mark draws the open mark of a series: a circle, a square, a triangle or a diamond.
func (s *sheet) mark(series int, x, y float64, c color.RGBA) {
	shape := []struct {
		corners    int
		turn, size float64 // of a corner's angle; that makes all look equally large
	}{{24, 0, 1}, {4, 0.5, 1.15}, {3, 0, 1.2}, {4, 0, 1.15}}[series%4]
	r := keyMark * s.em
	var corners []point
	for i := range shape.corners {
		sin, cos := math.Sincos(2 * math.Pi * (float64(i) + shape.turn) / float64(shape.corners))
		corners = append(corners, point{x + shape.size*r*sin, y - shape.size*r*cos})
	}
	s.fill(polygon(corners...), solid(s.Background))
	s.stroke(through(append(corners, corners[0], corners[1])), lineWidth*s.em, nil, solid(c)) // past the first corner, to join there
}
