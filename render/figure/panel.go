package figure

import (
	"image"
	"math"
	"strings"
)

// Panel is a part of a figure: a Map, a Chart, a Matrix or a Scene.
type Panel interface {
	block() (block, error) // checked and completed, ready to be laid out
}

// block is a panel that is being laid out. Its plot is what lines up with those of
// its neighbours: the frame of a map, the area between axes.
type block interface {
	// aspect returns the plot's width over its height, which may be less, as little as
	// least, where there is height; 0: any will do.
	aspect() (wide, least float64)
	// around returns the room needed around a plot, which depends on its size: what
	// labels there are, how titles break. Words may be so wide, from the plot's left;
	// wants is how wide they would have to be not to be cut.
	around(r *ruler, plot image.Point, words float64) (s sides, wants float64)
	draw(s *sheet, plot image.Rectangle, words float64)
	// bars returns the colour bars, whose owner may let another draw them.
	bars() []*bar
}

// sides are lengths at the four sides of a plot, pixels.
type sides struct{ left, top, right, bottom int }

func (s sides) with(t sides) sides {
	return sides{max(s.left, t.left), max(s.top, t.top), max(s.right, t.right), max(s.bottom, t.bottom)}
}

// holding makes room for the words that run along a plot, below it and upright beside it,
// where they are longer than it, pixels.
func (s sides) holding(plot image.Point, below float64, upright ...float64) sides {
	beyond := func(wide float64, length int) int { return int(math.Ceil((wide - float64(length)) / 2)) }
	x := beyond(below, plot.X)
	s.left, s.right = max(s.left, x), max(s.right, x)
	for _, w := range upright {
		y := beyond(w, plot.Y)
		s.top, s.bottom = max(s.top, y), max(s.bottom, y)
	}
	return s
}

// Lengths of the layout in em, the size of the text.
const (
	margin    = 1.1
	panelGap  = 1.2 // between panels
	titleSize = 1.2
	titleLead = 1.45 // from one line of the title to the next
	stampLead = 1.55 // from the title to the stamps, and between them
	headGap   = 0.7  // between the heading's last base line and the plot
	smallSize = 0.88 // of tick labels
	tickOut   = 0.28
	tickGap   = 0.3 // between a tick and its label
	labelGap  = 0.6 // between tick labels and the axis's label
	descent   = 0.22

	legendGap   = 0.9
	legendLead  = 1.5
	legendDisc  = 0.42 // radius
	legendText  = 0.45 // between swatch and name
	legendSpace = 1.5  // between two entries

	leastPlot  = 8.0  // longer side of a plot below which there is no room for it
	roomyWords = 22.0 // width that the page grows to for words beside a narrow map
	lineWidth  = 0.13 // of curves and around marks
)

// heading is what stands above a plot: a title, and two stamps at its sides.
type heading struct {
	title       string
	left, right words
	style       Style
}

// titled returns the size of the title, em.
func (h heading) titled(r *ruler) float64 { return r.sized(h.style.Title.Lettering, r.title) }

// stamped returns the size of the stamps, em.
func (h heading) stamped(r *ruler) float64 { return r.sized(h.style.Stamps.Lettering, 1) }

// lines is a heading broken to a width.
type lines struct {
	title  []string
	stamps int // lines of them
	height float64
	wants  float64
}

func (h heading) lay(r *ruler, plot int, words float64) lines {
	if h.style.Stamps.Inside {
		h.left, h.right = nil, nil
	}
	size, stamp := h.titled(r), h.stamped(r)
	title, whole := r.wrap(h.title, size*r.em, words, 3)
	l := lines{title: title}
	if !whole {
		l.wants = words + 2*r.em
	}
	left, right := r.width(h.left, stamp*r.em), r.width(h.right, stamp*r.em)
	l.wants = max(l.wants, left, right)
	if h.left != nil || h.right != nil {
		l.stamps = 1
	}
	if h.left != nil && h.right != nil && left+1.6*r.em+right > float64(plot) {
		l.stamps = 2
	}
	switch {
	case len(title) > 0:
		l.height = size*(capHeight+titleLead/titleSize*float64(len(title)-1)) + stampLead*stamp*float64(l.stamps) + headGap
	case l.stamps > 0:
		l.height = stamp*(capHeight+stampLead*float64(l.stamps-1)) + headGap
	}
	return l
}

func (h heading) draw(s *sheet, plot image.Rectangle, words float64) {
	l := h.lay(s.ruler, plot.Dx(), words)
	left, size, stamp := float64(plot.Min.X), h.titled(s.ruler)*s.em, h.stamped(s.ruler)*s.em
	last := float64(plot.Min.Y - s.px(headGap))
	y := last - stampLead*stamp*float64(l.stamps)
	for i, line := range l.title {
		x, text := left, set(line, bold)
		if h.style.Title.Centred {
			x += (float64(plot.Dx()) - s.width(text, size)) / 2
		}
		s.text(text, x, y-titleLead/titleSize*size*float64(len(l.title)-1-i), size, h.style.Title.inked(s.Ink))
	}
	if h.style.Stamps.Inside {
		return
	}
	if h.left != nil {
		s.text(h.left, left, last-stampLead*stamp*float64(max(l.stamps-1, 0)), stamp, h.style.Stamps.inked(s.Ink))
	}
	quiet := h.style.Stamps.inked(s.Quiet)
	switch {
	case h.right == nil:
	case h.left == nil || l.stamps == 2:
		s.text(h.right, left, last, stamp, quiet)
	default:
		s.text(h.right, float64(plot.Max.X)-s.width(h.right, stamp), last, stamp, quiet)
	}
}

// wrap breaks a bold line at its spaces into at most so many lines and reports
// whether they hold all of it; what they do not is cut off with an ellipsis.
func (r *ruler) wrap(text string, size, space float64, most int) (lines []string, whole bool) {
	fits := func(line string) bool { return r.width(set(line, bold), size) <= space }
	for _, word := range strings.Fields(text) {
		if n := len(lines); n > 0 && (fits(lines[n-1]+" "+word) || n == most) {
			lines[n-1] += " " + word
			continue
		}
		lines = append(lines, word)
	}
	whole = true
	for i, line := range lines {
		short := []rune(line)
		for len(short) > 1 && !fits(line) {
			whole = false
			short = short[:len(short)-1]
			line = strings.TrimRight(string(short), " ,;:") + "…"
		}
		lines[i] = line
	}
	return lines, whole
}

// key is an entry of a legend: a swatch, so many em wide, and a name.
type key struct {
	name   words
	swatch float64
	draw   func(s *sheet, x, y float64) // at its left end and middle
}

// placed is a key with the left end of its swatch and its middle.
type placed struct {
	key
	x, y float64
}

// legend puts keys in as many columns as a width holds, the middle of the first row at
// (0, 0), and returns how many rows there are and how wide the widest key is.
func (r *ruler) legend(keys []key, space float64) (list []placed, rows int, wants float64) {
	widths := make([]float64, len(keys))
	for i, k := range keys {
		widths[i] = (k.swatch+legendText+legendSpace)*r.em + r.width(k.name, r.em)
		wants = max(wants, widths[i])
	}
	if len(keys) == 0 {
		return nil, 0, 0
	}
	columns := columnsOf(widths, len(keys))
	for n := len(keys) - 1; n > 0 && columns[len(columns)-1] > space+legendSpace*r.em; n-- {
		columns = columnsOf(widths, n)
	}
	for i, k := range keys {
		column := i % (len(columns) - 1)
		if column == 0 {
			rows++
		}
		list = append(list, placed{k, columns[column], float64(rows-1) * legendLead * r.em})
	}
	return list, rows, max(wants-legendSpace*r.em, 0)
}

// columnsOf returns where so many columns begin that hold things of some widths, row by row, and
// where the last one ends.
func columnsOf(widths []float64, n int) []float64 {
	edges := make([]float64, n+1)
	for i, w := range widths {
		edges[i%n+1] = max(edges[i%n+1], w)
	}
	for i := range n {
		edges[i+1] += edges[i]
	}
	return edges
}

func (s *sheet) keys(list []placed, x, y float64) {
	for _, k := range list {
		left, middle := x+k.x, y+k.y
		k.draw(s, left, middle)
		s.text(k.name, left+(k.swatch+legendText)*s.em, middle+capHeight*s.em/2, s.em, s.Ink)
	}
}

// count is how many labels, each so long, fit a length: from 3, which
// always leave two ticks, to most.
func count(length, label float64, most int) int { return min(max(int(length/label)+1, 3), most) }

// along returns the first pixel of a line at a fraction of a length. At 0 and 1
// the line continues the frame, which lies outside the length.
func along(fraction float64, length, line int) int {
	return int(math.Round(fraction*float64(length+line))) - line
}

// tickLength returns how far a tick goes out, pixels: minor ones half as far.
func (r *ruler) tickLength(t tick) int {
	if t.label == nil {
		return r.px(0.55 * tickOut)
	}
	return r.px(tickOut)
}

// scale is an axis laid out: where its ticks are, from 0 to 1, and its name.
type scale struct {
	ticks    []tick
	position func(float64) float64
	label    words
}

// wide returns the width of the widest tick label.
func (a scale) wide(r *ruler) float64 {
	w := 0.0
	for _, t := range a.ticks {
		w = max(w, r.width(t.label, smallSize*r.em))
	}
	return w
}

// apart returns the least room between two labels along a width.
func (a scale) apart(r *ruler, width int) float64 {
	least, end := math.Inf(1), math.Inf(-1)
	for _, t := range a.ticks {
		if t.label == nil {
			continue
		}
		middle, half := a.position(t.value)*float64(width), r.width(t.label, smallSize*r.em)/2
		least, end = min(least, middle-half-end), middle+half
	}
	return least
}

// leftOf returns the room that the axis needs left of a plot.
func (a scale) leftOf(r *ruler) int {
	if a.ticks == nil && a.label == nil {
		return 0
	}
	room := tickOut + tickGap
	if a.label != nil {
		room += labelGap + 1
	}
	return r.px(room) + int(math.Ceil(a.wide(r)))
}

// below returns the room that the axis needs below a plot, em.
func (a scale) below() float64 {
	switch {
	case a.ticks == nil && a.label == nil:
		return 0
	case a.label == nil:
		return tickOut + tickGap + smallSize*capHeight
	}
	return tickOut + tickGap + smallSize*capHeight + labelGap + capHeight + descent
}

// overhang returns how far the last label reaches beyond a plot of a width.
func (a scale) overhang(r *ruler, width int) int {
	most := 0.0
	for _, t := range a.ticks {
		most = max(most, a.position(t.value)*float64(width)+r.width(t.label, smallSize*r.em)/2-float64(width))
	}
	return int(math.Ceil(most))
}

func (s *sheet) axisBelow(m image.Rectangle, a scale) {
	em, small, cap := s.em, smallSize*s.em, capHeight*smallSize*s.em
	for _, t := range a.ticks {
		x := m.Min.X + along(a.position(t.value), m.Dx(), s.rule)
		s.box(image.Rect(x, m.Max.Y, x+s.rule, m.Max.Y+s.tickLength(t)), solid(s.Rule))
		s.text(t.label, float64(x)+float64(s.rule)/2-s.width(t.label, small)/2, float64(m.Max.Y+s.px(tickOut))+tickGap*em+cap, small, s.Quiet)
	}
	y := float64(m.Max.Y+s.px(tickOut)) + (tickGap+labelGap+capHeight)*em + cap
	s.text(a.label, float64(m.Min.X)+float64(m.Dx())/2-s.width(a.label, em)/2, y, em, s.Ink)
}

func (s *sheet) axisLeft(m image.Rectangle, a scale) {
	em, small, cap := s.em, smallSize*s.em, capHeight*smallSize*s.em
	out := s.px(tickOut)
	for _, t := range a.ticks {
		y := m.Max.Y - s.rule - along(a.position(t.value), m.Dy(), s.rule)
		s.box(image.Rect(m.Min.X-s.tickLength(t), y, m.Min.X, y+s.rule), solid(s.Rule))
		s.text(t.label, float64(m.Min.X-out)-tickGap*em-s.width(t.label, small), float64(y)+float64(s.rule)/2+cap/2, small, s.Quiet)
	}
	x := float64(m.Min.X-out) - (tickGap+labelGap)*em - a.wide(s.ruler)
	s.upright(a.label, x, float64(m.Min.Y)+float64(m.Dy())/2+s.width(a.label, em)/2, em, s.Ink)
}
