package figure

import (
	"fmt"
	"image"
	"math"
	"strings"

	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"

	"github.com/cytofield/cytofield/render"
)

// Lengths of the layout in em, the size of the text.
const (
	margin    = 1.1
	titleSize = 1.2
	titleLead = 1.45 // from one line of the title to the next
	stampLead = 1.55 // from the title to the stamps, and between them
	headGap   = 0.7  // between the header's last base line and the map
	smallSize = 0.88 // of tick labels
	tickOut   = 0.28
	tickGap   = 0.3 // between a tick and its label
	labelGap  = 0.6 // between tick labels and the axis's label
	descent   = 0.22

	barGap      = 1.5 // between map and colour bar
	barWidth    = 1.05
	barTip      = 0.7 // height of the arrow that says that densities go beyond
	barLongest  = 26  // of a bar that lies
	legendGap   = 0.9
	legendLead  = 1.5
	legendDisc  = 0.42 // radius
	legendText  = 0.45 // between disc and name
	legendSpace = 1.5  // between two entries

	flattest = 8.0 // widest ratio of the map's sides that is drawn to scale
	tallest  = 6.0
	leastBar = 9.0 // map height below which the colour bar lies under the map
	leastMap = 8.0 // longer side of the map, below which there is no room for it

	roomyWords = 22.0 // width that the page grows to for words beside a narrow map
)

// layout is where everything goes, in pixels.
type layout struct {
	em            float64
	line          int // width of lines
	width, height int
	title         []string
	titleBase     float64     // base line of its first line
	stamp         image.Point // start of the base line of the time stamp; zero: none
	place         image.Point // of the place stamp
	field         image.Rectangle
	xTicks        []tick // µm; nil: the axis is not shown
	yTicks        []tick
	bar           image.Rectangle
	lying         bool // the bar lies under the map
	barTicks      []tick
	barFactor     float64 // from the field's unit to that of the ticks
	barLabel      words
	legend        []entry
}

// entry is one key of the legend.
type entry struct {
	name     string
	cellType int         // −1: the colour of missing densities
	at       image.Point // left end, middle of the line
}

// planner measures words while a layout is made.
type planner struct {
	frame   Frame
	options Options
	em      float64
	letters [3]*opentype.Font
	buffer  sfnt.Buffer
}

// plan is what must be known before the map's size is, and turns out only after.
type plan struct {
	titleLines, stampLines, legendRows int
	yLabels, barLabels                 float64 // widths, pixels
	words                              float64 // width that the page must leave for them, pixels
	lying                              bool
}

// head returns how far down the map begins, em.
func (p plan) head() float64 {
	switch {
	case p.titleLines > 0:
		return margin + titleSize*capHeight + titleLead*float64(p.titleLines-1) + stampLead*float64(p.stampLines) + headGap
	case p.stampLines > 0:
		return margin + capHeight + stampLead*float64(p.stampLines-1) + headGap
	default:
		return margin
	}
}

// with returns the plan that has room for both. Plans only grow, so that trying
// comes to an end.
func (p plan) with(q plan) plan {
	return plan{
		titleLines: max(p.titleLines, q.titleLines),
		stampLines: max(p.stampLines, q.stampLines),
		legendRows: max(p.legendRows, q.legendRows),
		yLabels:    max(p.yLabels, q.yLabels),
		barLabels:  max(p.barLabels, q.barLabels),
		words:      max(p.words, q.words),
		lying:      p.lying || q.lying,
	}
}

// arrange finds the layout. The map takes what the words leave of the page, and
// how much that is depends on the map's width: it is tried until it fits. Words
// break at the width of the map and its bar, or, if that leaves too little height
// for the map, at a wider page.
func arrange(f Frame, o Options) (*layout, error) {
	letters, err := loadLetters()
	if err != nil {
		return nil, err
	}
	pl := &planner{frame: f, options: o, em: o.TextSize / 72 * float64(o.DPI), letters: letters}
	for _, words := range []float64{0, roomyWords * pl.em} {
		if l := pl.settle(plan{words: words}); l != nil {
			return l, nil
		}
	}
	return nil, fmt.Errorf("figure: frame %q: no room for the map and its words in %d by %d pixels at %d dpi and %.3g point text",
		f.Title, o.Width, o.Height, o.DPI, o.TextSize)
}

// settle grows a plan until its layout keeps to it; nil if there is no room.
func (pl *planner) settle(p plan) *layout {
	if pl.frame.Title != "" {
		p.titleLines = 1
	}
	if pl.hasTime() || pl.hasPlace() {
		p.stampLines = 1
	}
	if len(pl.entries()) > 0 {
		p.legendRows = 1
	}
	for {
		l, needed := pl.try(p)
		if l == nil {
			return nil
		}
		grown := p.with(needed)
		if grown == p {
			return l
		}
		p = grown
	}
}

// try lays the figure out by a plan and returns what plan it would have needed;
// no layout if nothing is left for the map.
func (pl *planner) try(p plan) (*layout, plan) {
	em := pl.em
	px := func(v float64) int { return int(math.Round(v * em)) }
	l := &layout{em: em, line: max(1, int(math.Round(em/24))), lying: p.lying}
	oneRow, oneColumn := pl.frame.Plane.Height == 1, pl.frame.Plane.Width == 1

	left, right := px(margin), px(margin+0.9)
	if !oneRow {
		left += px(tickOut+tickGap+labelGap+1) + int(math.Ceil(p.yLabels))
	}
	if !p.lying {
		right = px(margin+barGap+barWidth+tickOut+tickGap+labelGap+1) + int(math.Ceil(p.barLabels))
	}
	top := px(p.head())
	below := 0.0 // from the map to the lower end of what hangs under it, em
	if !oneColumn {
		below += tickOut + tickGap + smallSize*capHeight + labelGap + capHeight + descent
	}
	barTop := below + 0.9
	if p.lying {
		below = barTop + barWidth + tickOut + tickGap + smallSize*capHeight
	}
	legendTop := below + legendGap
	if p.legendRows > 0 {
		below = legendTop + float64(p.legendRows-1)*legendLead + 1
	}
	bottom := px(below + margin)

	mapWidth, mapHeight := pl.mapSize(pl.options.Width-left-right, pl.options.Height-top-bottom)
	if float64(min(mapWidth, mapHeight)) < em || float64(max(mapWidth, mapHeight)) < leastMap*em || !oneColumn && float64(mapWidth) < 3*em {
		return nil, p
	}
	l.field = image.Rect(left, top, left+mapWidth, top+mapHeight)
	l.width = l.field.Max.X + right
	if wide := left + int(math.Ceil(p.words)) + px(margin); wide > l.width {
		l.width = max(l.width, min(wide, pl.options.Width))
	}
	l.width, l.height = even(l.width), even(l.field.Max.Y+bottom)
	needed := plan{lying: p.lying || float64(mapHeight) < leastBar*em && !oneColumn}

	pl.axes(l, oneRow, oneColumn, &needed)
	pl.header(l, p, &needed)
	pl.colourBar(l, px(barTop), &needed)
	pl.legend(l, l.field.Max.Y+px(legendTop+0.5), &needed)
	return l, needed
}

// mapSize returns the largest size of the map inside a space. Beyond a ratio of
// 1:8 or 6:1 it is stretched, and the axes tell.
func (pl *planner) mapSize(width, height int) (int, int) {
	w, h := pl.frame.Plane.Size()
	aspect := min(max(w/h, 1/tallest), flattest)
	if float64(width) <= aspect*float64(height) {
		return width, int(math.Round(float64(width) / aspect))
	}
	return int(math.Round(aspect * float64(height))), height
}

// axes marks both axes with the same step if that leaves marks on each.
func (pl *planner) axes(l *layout, oneRow, oneColumn bool, needed *plan) {
	w, h := pl.frame.Plane.Size()
	small := smallSize * l.em
	xStep := linearStep(0, w, count(float64(l.field.Dx()), pl.width(plain(number(w, 0)), small)+1.6*l.em, 7))
	yStep := linearStep(0, h, count(float64(l.field.Dy()), 2.2*l.em, 7))
	if common := max(xStep, yStep); !oneRow && !oneColumn && common <= min(w, h)/2 {
		xStep, yStep = common, common
	}
	if !oneColumn {
		l.xTicks = marks(0, w, xStep)
	}
	if !oneRow {
		l.yTicks = marks(0, h, yStep)
		for _, t := range l.yTicks {
			needed.yLabels = max(needed.yLabels, pl.width(t.label, small))
		}
	}
}

// count is how many labels, each so long, fit a length: from 3, which
// always leave two ticks, to most.
func count(length, label float64, most int) int { return min(max(int(length/label)+1, 3), most) }

// header sets the title, broken to the width of the figure, and the stamps.
func (pl *planner) header(l *layout, p plan, needed *plan) {
	em := l.em
	space := float64(l.width-l.field.Min.X) - margin*em
	title, whole := pl.wrap(pl.frame.Title, titleSize*em, space, 3)
	if l.title = title; !whole {
		needed.words = min(space+2*em, float64(pl.options.Width))
	}
	l.titleBase = (margin + titleSize*capHeight) * em
	needed.titleLines = len(l.title)
	if p.stampLines == 0 {
		return
	}
	needed.stampLines = 1
	last := l.field.Min.Y - int(headGap*em)
	first := last - int(stampLead*em)*(p.stampLines-1)
	when := 0.0
	if pl.hasTime() {
		l.stamp = image.Pt(l.field.Min.X, first)
		when = pl.width(timeStamp(pl.frame.Time), em)
		needed.words = max(needed.words, when)
		when += 1.6 * em
	}
	if !pl.hasPlace() {
		return
	}
	where := pl.width(pl.place(), em)
	needed.words = max(needed.words, where)
	switch {
	case !pl.hasTime():
		l.place = image.Pt(l.field.Min.X, first)
	case when+where <= float64(l.field.Dx()):
		l.place = image.Pt(l.field.Max.X-int(math.Ceil(where)), first)
	default:
		l.place = image.Pt(l.field.Min.X, last)
		needed.stampLines = 2
	}
}

func (pl *planner) colourBar(l *layout, under int, needed *plan) {
	em := l.em
	px := func(v float64) int { return int(math.Round(v * em)) }
	sc := pl.frame.Scale
	unit, factor := readableUnit(pl.frame.Unit, sc.High)
	l.barFactor, l.barLabel = factor, densityLabel(pl.frame.Substrate, unit)
	low, high := sc.Low*factor, sc.High*factor
	if l.lying {
		length := l.field.Dx() - px(barTip+1) - int(pl.width(l.barLabel, em))
		l.bar = image.Rect(0, 0, min(max(length, px(3)), px(barLongest)), px(barWidth)).Add(image.Pt(l.field.Min.X, l.field.Max.Y+under))
		l.barTicks = barTicks(low, high, sc.Log, count(float64(l.bar.Dx()), 3.4*em, 7))
		return
	}
	l.bar = image.Rect(0, 0, px(barWidth), l.field.Dy()).Add(image.Pt(l.field.Max.X+px(barGap), l.field.Min.Y))
	l.barTicks = barTicks(low, high, sc.Log, count(float64(l.bar.Dy()), 2.4*em, 7))
	for _, t := range l.barTicks {
		needed.barLabels = max(needed.barLabels, pl.width(t.label, smallSize*em))
	}
}

func barTicks(low, high float64, log bool, most int) []tick {
	if log {
		return logTicks(low, high, most)
	}
	return linearTicks(low, high, most)
}

// legend puts the keys in one row under the map, or in columns if that is too
// narrow.
func (pl *planner) legend(l *layout, middle int, needed *plan) {
	em := l.em
	left, space := float64(l.field.Min.X), float64(l.width-l.field.Min.X)-margin*em
	entries := pl.entries()
	widths := make([]float64, len(entries))
	widest, total := 0.0, -legendSpace*em
	for i, e := range entries {
		widths[i] = (2*legendDisc+legendText+legendSpace)*em + pl.width(plain(e.name), em)
		widest, total = max(widest, widths[i]), total+widths[i]
	}
	needed.words = max(needed.words, widest-legendSpace*em)
	columns := len(entries)
	if total > space {
		columns = max(1, int((space+legendSpace*em)/widest))
	}
	x := left
	for i, e := range entries {
		row := i / columns
		if i%columns == 0 {
			x, needed.legendRows = left, row+1
		}
		e.at = image.Pt(int(math.Round(x)), middle+int(float64(row)*legendLead*em))
		l.legend = append(l.legend, e)
		if total > space {
			x += widest
		} else {
			x += widths[i]
		}
	}
}

func (pl *planner) entries() []entry {
	var all []entry
	for i, t := range pl.frame.CellTypes {
		all = append(all, entry{name: t.Name, cellType: i})
	}
	for _, c := range pl.frame.Plane.Values {
		if c != c {
			return append(all, entry{name: "no value", cellType: -1})
		}
	}
	return all
}

func (pl *planner) hasTime() bool  { return !math.IsNaN(pl.frame.Time) }
func (pl *planner) hasPlace() bool { return !pl.frame.Plane.Planar }

func (pl *planner) place() words {
	_, _, through := pl.frame.letters()
	return placeStamp(through, pl.frame.Plane.Position)
}

func (pl *planner) width(w words, size float64) float64 {
	return measure(&pl.letters, &pl.buffer, w, size)
}

// wrap breaks a bold line at its spaces into at most so many lines and reports
// whether they hold all of it; what they do not is cut off with an ellipsis.
func (pl *planner) wrap(text string, size, space float64, most int) (lines []string, whole bool) {
	fits := func(line string) bool { return pl.width(set(line, bold), size) <= space }
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

func even(v int) int { return v + v&1 }

// beyond reports whether densities of a plane lie below and above a scale, by
// more than a picture would show.
func beyond(p *render.Plane, sc render.Scale) (below, above bool) {
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
