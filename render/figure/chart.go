package figure

import (
	"fmt"
	"image"
	"image/color"
	"io"
	"math"

	"gonum.org/v1/plot/vg"
)

// Chart is a figure of curves: what was observed, as marks, over what was
// expected, as lines.
//
//	c := figure.Chart{X: figure.Axis{Quantity: "r", Unit: "µm"}, Y: figure.Axis{Quantity: "C", Unit: "pM", Log: true},
//		Marks: "observed", Lines: "exact", Series: []figure.Series{{Line: exact, Marks: observed}}}
//	err := c.Save("profile.png", figure.Options{})
type Chart struct {
	X, Y         Axis
	Marks, Lines string   // what all marks and all lines are, for the legend; "": no such entry
	Series       []Series // each in its colour and with its mark

	// Provenance goes into the file as text, as that of a Frame.
	Provenance map[string]string
}

// Axis is a quantity along a side of a chart. Its ends are round numbers beyond
// all of the data.
type Axis struct {
	Quantity string // "time"; a single letter is set in italics
	Unit     string // "µm"; "": a number
	Log      bool   // powers of ten at equal distances; all data must be positive
}

// Series is one thing seen in two ways. Either may be empty.
type Series struct {
	Name  string // for the legend; "": no entry
	Line  []Point
	Marks []Point
}

// Point is a point of a series, in the units of the axes.
type Point struct{ X, Y float64 }

// Image draws the chart. It is as large as Options say, 3/4 as high as wide where
// they leave the height out, and 89 mm wide at 300 pixels per inch, one column of
// a journal, where they leave out the width and the resolution.
func (c Chart) Image(o Options) (*image.RGBA, error) {
	o, err := chartOptions(o)
	if err != nil {
		return nil, err
	}
	l, err := c.arrange(o)
	if err != nil {
		return nil, err
	}
	s, err := newSheet(o.Width, o.Height, o.DPI)
	if err != nil {
		return nil, err
	}
	c.draw(s, l)
	return s.pixels, nil
}

// Render draws the chart and writes it as PNG, with its resolution and its
// provenance.
func (c Chart) Render(w io.Writer, o Options) error {
	o, err := chartOptions(o)
	if err != nil {
		return err
	}
	img, err := c.Image(o)
	if err != nil {
		return err
	}
	text := map[string]string{"Software": "Cytofield"}
	for keyword, value := range c.Provenance {
		text[keyword] = value
	}
	return encode(w, img, o.DPI, text)
}

// Save renders the chart into a PNG file, which it replaces.
func (c Chart) Save(path string, o Options) error {
	return save(path, func(w io.Writer) error { return c.Render(w, o) })
}

func chartOptions(o Options) (Options, error) {
	if o.DPI == 0 {
		o.DPI = 300
	}
	if o.Width == 0 {
		o.Width = even(int(89 / 25.4 * float64(o.DPI)))
	}
	if o.Height == 0 {
		o.Height = even(o.Width * 3 / 4)
	}
	return o.complete()
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

// newSpan finds round ends beyond all values and at most so many labelled ticks.
func newSpan(a Axis, values []float64, most int) (span, error) {
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) || a.Log && !(v > 0) {
			return span{}, fmt.Errorf("figure: chart: %s of %g %s: want a finite number, more than 0 on a logarithmic axis", a.Quantity, v, a.Unit)
		}
		low, high = min(low, v), max(high, v)
	}
	if !(high > low) {
		return span{}, fmt.Errorf("figure: chart: %s from %g to %g %s: want two different values", a.Quantity, low, high, a.Unit)
	}
	if a.Log {
		low, high = niceLength(low), niceStep(high)
		return span{a, low, high, logTicks(low, high, most)}, nil
	}
	if low > 0 && low < high/3 {
		low = 0
	}
	step := linearStep(low, high, most-1)
	low, high = step*math.Floor(low/step+1e-9), step*math.Ceil(high/step-1e-9)
	return span{a, low, high, marks(low, high, step)}, nil
}

// label names an axis and its unit: "r (µm)".
func (a Axis) label() words {
	style := regular
	if len([]rune(a.Quantity)) == 1 {
		style = italic
	}
	label := set(a.Quantity, style)
	if a.Unit == "" {
		return label
	}
	return append(label, plain(" ("+a.Unit+")")...)
}

// chartKey is an entry of the legend.
type chartKey struct {
	name       words
	ink        color.Color
	series     int
	line, mark bool
	x, y       float64 // left end, middle of the line, pixels
}

// chartLayout is where everything of a chart goes, in pixels.
type chartLayout struct {
	em   float64
	line int
	area image.Rectangle
	x, y span
	wide float64 // width of the widest tick label of the y axis
	keys []chartKey
}

const (
	keyLine = 1.5 // em, length of the line of a legend entry
	keyMark = 0.3 // em, radius of a mark
)

func (c Chart) arrange(o Options) (*chartLayout, error) {
	var xs, ys []float64
	for _, s := range c.Series {
		for _, points := range [][]Point{s.Line, s.Marks} {
			for _, p := range points {
				xs, ys = append(xs, p.X), append(ys, p.Y)
			}
		}
	}
	letters, err := loadLetters()
	if err != nil {
		return nil, err
	}
	pl := &planner{options: o, em: o.TextSize / 72 * float64(o.DPI), letters: letters}
	em := pl.em
	px := func(v float64) int { return int(math.Round(v * em)) }
	l := &chartLayout{em: em, line: max(1, px(1./24))}
	if l.x, err = newSpan(c.X, xs, 7); err != nil {
		return nil, err
	}
	if l.y, err = newSpan(c.Y, ys, 7); err != nil {
		return nil, err
	}
	for _, t := range l.y.ticks {
		l.wide = max(l.wide, pl.width(t.label, smallSize*em))
	}
	left := px(margin/2+1+labelGap+tickGap+tickOut) + int(math.Ceil(l.wide))
	rows := c.legend(pl, l, float64(left), float64(o.Width)-margin*em)
	top := px(margin/2 + legendLead*float64(rows) + 0.4)
	bottom := px(tickOut + tickGap + smallSize*capHeight + labelGap + capHeight + descent + margin/2)
	right := margin * em // and room for the half of a label at the end
	for _, t := range l.x.ticks {
		right = max(right, pl.width(t.label, smallSize*em)/2+margin/2*em)
	}
	l.area = image.Rect(left, top, o.Width-int(right), o.Height-bottom)
	if l.area.Dx() < px(leastMap) || l.area.Dy() < px(leastMap/2) {
		return nil, fmt.Errorf("figure: chart: no room for curves and words in %d by %d pixels at %d dpi and %.3g point text", o.Width, o.Height, o.DPI, o.TextSize)
	}
	return l, nil
}

// legend puts the keys above the chart, row by row, and returns how many rows there are.
func (c Chart) legend(pl *planner, l *chartLayout, left, right float64) int {
	if c.Marks != "" {
		l.keys = append(l.keys, chartKey{name: plain(c.Marks), ink: c.ink(0), mark: true})
	}
	if c.Lines != "" {
		l.keys = append(l.keys, chartKey{name: plain(c.Lines), ink: c.ink(0), line: true})
	}
	for i, s := range c.Series {
		if s.Name != "" {
			l.keys = append(l.keys, chartKey{name: plain(s.Name), ink: seriesColor(i), series: i, line: len(s.Line) > 0, mark: len(s.Marks) > 0})
		}
	}
	x, rows := left, 0
	for i := range l.keys {
		k := &l.keys[i]
		width := (keyLine+legendText)*l.em + pl.width(k.name, l.em)
		if i == 0 || x+width > right {
			x, rows = left, rows+1
		}
		k.x, k.y = x, (margin/2+legendLead*(float64(rows)-0.5))*l.em
		x += width + legendSpace*l.em
	}
	return rows
}

// ink returns the colour of the general keys: that of the only series, or grey
// where each has its own.
func (c Chart) ink(series int) color.Color {
	if len(c.Series) == 1 {
		return seriesColor(series)
	}
	return quiet()
}

// seriesColor returns the colour of a series: those of Palette that stand out from
// white, blue and vermilion first.
func seriesColor(i int) color.Color {
	order := []int{6, 4, 5, 2, 1, 7, 0}
	return Palette(order[i%len(order)])
}

func (c Chart) draw(s *sheet, l *chartLayout) {
	s.box(s.pixels.Rect, color.White)
	at := func(p Point) [2]float64 {
		return [2]float64{
			float64(l.area.Min.X) + l.x.position(p.X)*float64(l.area.Dx()),
			float64(l.area.Max.Y) - l.y.position(p.Y)*float64(l.area.Dy()),
		}
	}
	s.frame(l.area, l.line, rule())
	c.drawAxes(s, l)
	for i, series := range c.Series {
		corners := make([][2]float64, len(series.Line))
		for j, p := range series.Line {
			corners[j] = at(p)
		}
		s.stroke(seriesColor(i), lineWidth*l.em, corners...)
	}
	for i, series := range c.Series {
		for _, p := range series.Marks {
			where := at(p)
			s.mark(i, where[0], where[1], keyMark*l.em, lineWidth*l.em, seriesColor(i))
		}
	}
	for _, k := range l.keys {
		end := k.x + keyLine*l.em
		if k.line {
			s.stroke(k.ink, lineWidth*l.em, [2]float64{k.x, k.y}, [2]float64{end, k.y})
		}
		if k.mark {
			s.mark(k.series, (k.x+end)/2, k.y, keyMark*l.em, lineWidth*l.em, k.ink)
		}
		s.text(k.name, end+legendText*l.em, k.y+capHeight*l.em/2, l.em, ink())
	}
}

const lineWidth = 0.13 // em, of curves and around marks

func (c Chart) drawAxes(s *sheet, l *chartLayout) {
	em, small, cap := l.em, smallSize*l.em, capHeight*smallSize*l.em
	for _, t := range l.x.ticks {
		out := tickLength(t, em)
		x := l.area.Min.X + along(l.x.position(t.value), l.area.Dx(), l.line)
		s.box(image.Rect(x, l.area.Max.Y, x+l.line, l.area.Max.Y+out), rule())
		s.text(t.label, float64(x)+float64(l.line)/2-s.width(t.label, small)/2, float64(l.area.Max.Y)+(tickOut+tickGap)*em+cap, small, quiet())
	}
	label := c.X.label()
	s.text(label, float64(l.area.Min.X+l.area.Max.X)/2-s.width(label, em)/2,
		float64(l.area.Max.Y)+(tickOut+tickGap+labelGap+capHeight)*em+cap, em, ink())
	for _, t := range l.y.ticks {
		out := tickLength(t, em)
		y := l.area.Max.Y - l.line - along(l.y.position(t.value), l.area.Dy(), l.line)
		s.box(image.Rect(l.area.Min.X-out, y, l.area.Min.X, y+l.line), rule())
		s.text(t.label, float64(l.area.Min.X)-(tickOut+tickGap)*em-s.width(t.label, small), float64(y)+float64(l.line)/2+cap/2, small, quiet())
	}
	label = c.Y.label()
	s.upright(label, float64(l.area.Min.X)-(tickOut+tickGap+labelGap)*em-l.wide, float64(l.area.Min.Y+l.area.Max.Y)/2+s.width(label, em)/2, em, ink())
}

// tickLength returns how far a tick goes out, pixels: minor ones half as far.
func tickLength(t tick, em float64) int {
	if t.label == nil {
		return int(math.Round(0.55 * tickOut * em))
	}
	return int(math.Round(tickOut * em))
}

// stroke draws a line through points.
func (s *sheet) stroke(c color.Color, width float64, through ...[2]float64) {
	if len(through) < 2 {
		return
	}
	var p vg.Path
	p.Move(s.point(through[0][0], through[0][1]))
	for _, at := range through[1:] {
		p.Line(s.point(at[0], at[1]))
	}
	s.canvas.SetColor(c)
	s.canvas.SetLineWidth(vg.Length(width * float64(vg.Inch) / s.dpi))
	s.canvas.Stroke(p)
}

// mark draws the open mark of a series: a circle, a square, a triangle or a diamond.
func (s *sheet) mark(series int, x, y, r, line float64, c color.Color) {
	shape := []struct {
		corners    int
		turn, size float64 // of a corner's angle; that makes all look equally large
	}{{24, 0, 1}, {4, 0.5, 1.15}, {3, 0, 1.2}, {4, 0, 1.15}}[series%4]
	var path [][2]float64
	for i := range shape.corners {
		sin, cos := math.Sincos(2 * math.Pi * (float64(i) + shape.turn) / float64(shape.corners))
		path = append(path, [2]float64{x + shape.size*r*sin, y - shape.size*r*cos})
	}
	s.polygon(color.White, path...)
	s.stroke(c, line, append(path, path[0], path[1])...) // past the first corner, to join there
}
