package figure

import (
	"fmt"
	"image"
	"image/color"
	"math"

	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/render/colormap"
)

// Matrix is a panel of numbers by rows and columns, as of molecules from senders to
// receivers, in fields coloured by value.
type Matrix struct {
	Title          string
	Rows, Columns  []string
	RowsAre        string      // "sender"
	ColumnsAre     string      // "receiver"
	Values         [][]float64 // by row, then column; NaN: none
	Quantity, Unit string      // of the values
	Colors         colormap.Map
	Scale          render.Scale // without ends, round ones are found
	Label          string       // of the colour bar, instead of Quantity and Unit
	Bare           bool         // without numbers in the fields, as where they would be too small to read
	Style          Style
	Hide           Furniture
}

// matrixBlock is a matrix that is being laid out.
type matrixBlock struct {
	Matrix
	bar *bar
}

func (m Matrix) block() (block, error) {
	if len(m.Rows) == 0 || len(m.Columns) == 0 || len(m.Values) != len(m.Rows) {
		return nil, fmt.Errorf("matrix %q: %d rows of values under %d names of rows and %d of columns: want some of each, and a row of values by name", m.Title, len(m.Values), len(m.Rows), len(m.Columns))
	}
	plane := &render.Plane{}
	for i, row := range m.Values {
		if len(row) != len(m.Columns) {
			return nil, fmt.Errorf("matrix %q: row %q has %d values: want %d", m.Title, m.Rows[i], len(row), len(m.Columns))
		}
		for _, v := range row {
			plane.Values = append(plane.Values, float32(v))
		}
	}
	if m.Scale.Low == 0 && m.Scale.High == 0 {
		m.Scale = render.AutoScale(plane, m.Scale.Log)
	}
	c := ColorBar{Colors: m.Colors, Scale: m.Scale, Quantity: m.Quantity, Unit: m.Unit, Label: m.Label, Style: m.Style.Bars}
	c.Below, c.Above = Beyond(plane, m.Scale)
	bar, err := newBar(c)
	if err != nil {
		return nil, fmt.Errorf("matrix %q: %w", m.Title, err)
	}
	return &matrixBlock{m, bar}, nil
}

func (b *matrixBlock) bars() []*bar {
	if b.Hide&ColorBars != 0 {
		return nil
	}
	return []*bar{b.bar}
}

func (b *matrixBlock) heading() heading {
	if b.Hide&Titles != 0 {
		return heading{}
	}
	return heading{title: b.Title, style: b.Style}
}

// aspect makes fields a little wider than high, for their numbers, or somewhat higher
// beside panels that are.
func (b *matrixBlock) aspect() (wide, least float64) {
	a := min(max(1.4*float64(len(b.Columns))/float64(len(b.Rows)), 0.5), 3)
	return a, a / 2
}

// axes are the names at the sides, as ticks in the middle of their fields.
func (b *matrixBlock) axes() (columns, rows scale) {
	if b.Hide&Axes != 0 {
		return scale{}, scale{}
	}
	for j, name := range b.Columns {
		columns.ticks = append(columns.ticks, tick{(float64(j) + 0.5) / float64(len(b.Columns)), plain(name)})
	}
	for i, name := range b.Rows {
		rows.ticks = append(rows.ticks, tick{1 - (float64(i)+0.5)/float64(len(b.Rows)), plain(name)})
	}
	same := func(v float64) float64 { return v }
	columns.position, rows.position = same, same
	columns.label, rows.label = axisName(b.ColumnsAre, ""), axisName(b.RowsAre, "")
	return columns, rows
}

// upright reports whether the names of columns are too wide for them.
func (b *matrixBlock) upright(r *ruler, columns scale, width int) bool {
	return columns.wide(r)+0.6*r.em > float64(width)/float64(len(b.Columns))
}

func (b *matrixBlock) around(r *ruler, plot image.Point, words float64) (sides, float64) {
	columns, rows := b.axes()
	head := b.heading().lay(r, plot.X, words)
	s := sides{left: rows.leftOf(r), top: r.px(head.height), bottom: r.px(columns.below())}
	if b.upright(r, columns, plot.X) {
		s.bottom += int(math.Ceil(columns.wide(r) - smallSize*capHeight*r.em))
	}
	beside, names := roomBeside(r, b.bars(), plot.Y)
	s.right = beside
	return s.holding(plot, r.width(columns.label, r.em), append(names, r.width(rows.label, r.em))...), head.wants
}

func (b *matrixBlock) draw(s *sheet, plot image.Rectangle, words float64) {
	edge := func(i, n, length int) int { return i * length / n }
	size := b.numberSize(s.ruler, plot.Dx()/len(b.Columns))
	for i, row := range b.Values {
		for j, v := range row {
			field := image.Rect(edge(j, len(b.Columns), plot.Dx()), edge(i, len(b.Rows), plot.Dy()),
				edge(j+1, len(b.Columns), plot.Dx()), edge(i+1, len(b.Rows), plot.Dy())).Add(plot.Min)
			b.drawField(s, field, v, size)
		}
	}
	s.frame(plot, s.rule, s.Rule)
	columns, rows := b.axes()
	s.axisLeft(plot, rows)
	if b.upright(s.ruler, columns, plot.Dx()) {
		b.drawUpright(s, plot, columns)
	} else {
		s.axisBelow(plot, columns)
	}
	s.barsBeside(plot, b.bars())
	b.heading().draw(s, plot, words)
}

// numberSize returns the size of numbers that fit fields of a width, 0 if they would be
// too small to read: below 5 points in text of 7.
func (b *matrixBlock) numberSize(r *ruler, field int) float64 {
	const most, least = smallSize, 0.71 // em
	widest := 0.0
	for _, row := range b.Values {
		for _, v := range row {
			widest = max(widest, r.width(b.number(v), 1))
		}
	}
	size := min(most*r.em, 0.9*float64(field)/max(widest, 1e-9))
	if b.Bare || size < least*r.em {
		return 0
	}
	return size
}

// number is a value as its field shows it.
func (b *matrixBlock) number(v float64) words {
	if v != v {
		return nil
	}
	return plain(magnitude(v * b.bar.factor))
}

func (b *matrixBlock) drawField(s *sheet, field image.Rectangle, v, size float64) {
	c := b.bar.Colors.At(b.Scale.Position(v))
	s.box(field, solid(c))
	if size == 0 {
		return
	}
	ink := grey(0xff)
	if luminance(c) > 0.3 {
		ink = grey(0x10)
	}
	text := b.number(v)
	s.text(text, float64(field.Min.X+field.Max.X)/2-s.width(text, size)/2, float64(field.Min.Y+field.Max.Y)/2+capHeight*size/2, size, ink)
}

func (b *matrixBlock) drawUpright(s *sheet, plot image.Rectangle, columns scale) {
	small := smallSize * s.em
	bottom := float64(plot.Max.Y + s.px(tickOut))
	for _, t := range columns.ticks {
		x := plot.Min.X + along(t.value, plot.Dx(), s.rule)
		s.box(image.Rect(x, plot.Max.Y, x+s.rule, plot.Max.Y+s.px(tickOut)), solid(s.Rule))
		s.upright(t.label, float64(x)+capHeight*small/2, bottom+tickGap*s.em+s.width(t.label, small), small, s.Quiet)
	}
	y := bottom + (tickGap+labelGap+capHeight)*s.em + columns.wide(s.ruler)
	s.text(columns.label, float64(plot.Min.X+plot.Max.X)/2-s.width(columns.label, s.em)/2, y, s.em, s.Ink)
}

// magnitude prints three digits of a number, none of them behind a needless exponent.
func magnitude(v float64) string {
	switch size := math.Abs(v); {
	case size == 0:
		return "0"
	case size >= 99.95 && size < 1e5:
		return number(v, 0)
	case size >= 0.001 && size < 99.95:
		return number(v, max(0, 2-int(math.Floor(math.Log10(size)+1e-9))))
	}
	exponent := int(math.Floor(math.Log10(math.Abs(v)) + 1e-9))
	return number(v/math.Pow10(exponent), 1) + "e" + number(float64(exponent), 0)
}

// luminance is the relative luminance of a colour, 0 to 1, as WCAG 2 defines it.
func luminance(c color.RGBA) float64 {
	linear := func(level uint8) float64 {
		v := float64(level) / 255
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}
