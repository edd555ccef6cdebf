package figure

import (
	"errors"
	"fmt"
	"image"

	"math"
)

// page is a figure laid out.
type page struct {
	figure        Figure
	ruler         *ruler
	width, height int
	dpi           int
	blocks        []block
	cells         []cell
	plots         []image.Rectangle // of the panels
	words         []float64         // widths that words above and below plots may have
	corners       []image.Point     // of the panels' cells, for the letters
	title         []string
	keys          []placed // of the legend that panels share
	keysAt        image.Point
	bar           *bar // that all panels share
	barBox        image.Rectangle
}

// ErrNoRoom is the fault of a page too small for its panels and their words.
var ErrNoRoom = errors.New("no room")

func (f Figure) page(o Options) (*page, error) {
	if f.Theme == (Theme{}) {
		f.Theme = Light()
	}
	p := &page{figure: f}
	if len(f.Panels) == 0 {
		return nil, errors.New("figure: no panels")
	}
	onlyCharts := true
	var faults []error
	for i, panel := range f.Panels {
		b, err := panel.block()
		if err != nil {
			faults = append(faults, fmt.Errorf("figure: panel %d: %w", i+1, err))
			continue
		}
		_, chart := b.(*chartBlock)
		onlyCharts = onlyCharts && chart
		p.blocks = append(p.blocks, b)
	}
	cells, rows, columns, err := mosaic(f.Layout, len(f.Panels))
	faults = append(faults, err)
	b, err := o.bounds(onlyCharts && columns == 1, rows, columns)
	if err := errors.Join(append(faults, err)...); err != nil {
		return nil, err
	}
	if p.ruler, err = newRuler(b.em, f.Theme); err != nil {
		return nil, err
	}
	p.cells, p.dpi = cells, b.dpi
	p.shareBars()
	keys := p.shareLegends()
	for _, roomy := range []float64{0, roomyWords * b.em} {
		s := solver{page: p, bounds: b, rows: rows, columns: columns, keys: keys, roomy: roomy, around: make([]sides, len(cells))}
		if s.solve() {
			return p, nil
		}
	}
	return nil, fmt.Errorf("figure: %w for %d panels and their words in %d by %d pixels at %d dpi and %.3g point text: want a larger page, smaller text or panels in other rows", ErrNoRoom,
		len(f.Panels), b.width, b.height, b.dpi, b.em*72/float64(b.dpi))
}

// shareBars leaves one of the bars that are equal in a row or in the figure to the
// last panel that has it, or to the page.
func (p *page) shareBars() {
	if p.figure.Bars == Each {
		return
	}
	for i, b := range p.blocks {
		for j, other := range p.blocks {
			if i == j || p.figure.Bars == PerRow && p.cells[i].row != p.cells[j].row {
				continue
			}
			last := p.figure.Bars == PerRow && p.cells[j].column > p.cells[i].column || p.figure.Bars == PerFigure && j > i
			for _, mine := range b.bars() {
				for _, theirs := range other.bars() {
					if last && mine.same(theirs) {
						mine.hidden = true
						theirs.Below, theirs.Above = theirs.Below || mine.Below, theirs.Above || mine.Above
					}
				}
			}
		}
	}
	if p.figure.Bars != PerFigure || len(p.blocks) == 1 {
		return
	}
	var shown []*bar
	for _, b := range p.blocks {
		for _, bar := range b.bars() {
			if !bar.hidden {
				shown = append(shown, bar)
			}
		}
	}
	if len(shown) == 1 {
		shown[0].hidden, p.bar = true, shown[0]
	}
}

// shareLegends takes the legends of charts together and gives equal names equal colours.
func (p *page) shareLegends() (keys []key) {
	if p.figure.Legends == Each {
		return nil
	}
	numbers := map[string]int{}
	for _, b := range p.blocks {
		if c, ok := b.(*chartBlock); ok {
			keys = append(keys, c.shareLegend(p.figure.Theme, numbers)...)
		}
	}
	return keys
}

// solver finds the sizes of columns and rows. Panels need room around their plots,
// which depends on the plots' sizes and only grows while they are tried.
type solver struct {
	*page
	bounds
	rows, columns int
	keys          []key
	roomy         float64
	around        []sides // of each panel
	head          int     // of the page: title, shared legend
	foot          int
	across, down  []int // sizes of the plots
	left, right   []int // room beside the plots of each column
	top, bottom   []int
}

func (s *solver) solve() bool {
	for range 40 {
		if !s.fit() {
			return false
		}
		s.place()
		if !s.grow() {
			return s.roomEnough()
		}
	}
	return false
}

// gather takes the largest room beside the plots of each column and row.
func (s *solver) gather() {
	s.left, s.right = make([]int, s.columns), make([]int, s.columns)
	s.top, s.bottom = make([]int, s.rows), make([]int, s.rows)
	for i, c := range s.cells {
		a := s.around[i]
		s.left[c.column] = max(s.left[c.column], a.left)
		s.right[c.lastColumn()] = max(s.right[c.lastColumn()], a.right)
		s.top[c.row] = max(s.top[c.row], a.top)
		s.bottom[c.lastRow()] = max(s.bottom[c.lastRow()], a.bottom)
	}
}

func sum(list []int) (total int) {
	for _, v := range list {
		total += v
	}
	return total
}

// outside returns what margins, gaps and shared things take of the page.
func (s *solver) outside() (width, height int) {
	edge, gap := s.ruler.px(margin), s.ruler.px(panelGap)
	width = 2*edge + gap*(s.columns-1)
	if s.bar != nil {
		width += s.bar.room(s.ruler, max(sum(s.down), 1))
	}
	return width, 2*edge + s.head + s.foot + gap*(s.rows-1)
}

// fit sizes columns and rows for the room around panels as known so far; false:
// nothing is left for a plot.
func (s *solver) fit() bool {
	s.gather()
	outsideX, outsideY := s.outside()
	freeX := s.width() - outsideX - sum(s.left) - sum(s.right)
	freeY := s.heightBound() - outsideY - sum(s.top) - sum(s.bottom)
	if freeX < s.columns || freeY < s.rows {
		return false
	}
	weights := s.weights()
	total := 0.0
	for _, w := range weights {
		total += w
	}
	s.across = make([]int, s.columns)
	for c := range s.across {
		s.across[c] = int(float64(freeX) * weights[c] / total)
	}
	s.heights(freeY)
	s.narrow(freeX)
	return true
}

func (s *solver) width() int       { return s.bounds.width }
func (s *solver) heightBound() int { return s.bounds.height }

// weights share the width among columns so that maps of a row are of one height.
func (s *solver) weights() []float64 {
	weights := make([]float64, s.columns)
	for c := range weights {
		n := 0
		for i, at := range s.cells {
			if a := s.blocks[i].aspect(); a > 0 && at.column == c && at.columns == 1 {
				weights[c], n = weights[c]+min(max(a/float64(at.rows), 0.4), 2.5), n+1
			}
		}
		weights[c] /= float64(max(n, 1))
		if n == 0 {
			weights[c] = 1.25
		}
	}
	return weights
}

// heights makes rows as high as maps to scale want, three quarters of the width
// where there are only panels of any shape, and less if the page is not so high.
func (s *solver) heights(free int) {
	s.down = make([]int, s.rows)
	stretch := make([]bool, s.rows)
	for r := range s.down {
		scaled, loose := 0, 0
		for i, at := range s.cells {
			if at.row > r || at.lastRow() < r {
				continue
			}
			width := s.spanX(at)
			if a := s.blocks[i].aspect(); a > 0 {
				scaled = max(scaled, int(math.Round(float64(width)/a))/at.rows)
			} else {
				loose = max(loose, width*3/4/max(at.columns, at.rows))
			}
		}
		s.down[r], stretch[r] = scaled, scaled == 0
		if scaled == 0 {
			s.down[r] = max(loose, 1)
		}
	}
	wanted := sum(s.down)
	for r := range s.down {
		if wanted > free {
			s.down[r] = max(1, s.down[r]*free/wanted)
		}
	}
	s.stretch(free-sum(s.down), stretch)
}

// stretch spreads what is left of a height that was asked for.
func (s *solver) stretch(left int, rows []bool) {
	n := 0
	for _, can := range rows {
		if can {
			n++
		}
	}
	for r, can := range rows {
		if can && s.fill && left > 0 {
			s.down[r] += left / n
		}
	}
}

// narrow takes width from columns whose maps, at these heights, do not need it and
// gives it to those of charts.
func (s *solver) narrow(free int) {
	loose, used := 0, 0
	can := make([]bool, s.columns)
	for c := range s.across {
		needed := 0
		for i, at := range s.cells {
			if at.column > c || at.lastColumn() < c {
				continue
			}
			if a := s.blocks[i].aspect(); a > 0 && at.columns == 1 {
				needed = max(needed, int(math.Round(a*float64(s.spanY(at)))))
			} else {
				can[c] = true
			}
		}
		if can[c] {
			loose += s.across[c]
		} else if needed > 0 {
			s.across[c] = min(s.across[c], needed)
		}
		used += s.across[c]
	}
	for c := range s.across {
		if can[c] {
			s.across[c] += (free - used) * s.across[c] / max(loose, 1)
		}
	}
}

// spanX returns the width of the plot that fills a cell, the room between the
// columns it spans included.
func (s *solver) spanX(at cell) int {
	width := sum(s.across[at.column : at.lastColumn()+1])
	for c := at.column; c < at.lastColumn(); c++ {
		width += s.right[c] + s.ruler.px(panelGap) + s.left[c+1]
	}
	return width
}

func (s *solver) spanY(at cell) int {
	height := sum(s.down[at.row : at.lastRow()+1])
	for r := at.row; r < at.lastRow(); r++ {
		height += s.bottom[r] + s.ruler.px(panelGap) + s.top[r+1]
	}
	return height
}

// place puts everything where the sizes say.
func (s *solver) place() {
	edge, gap := s.ruler.px(margin), s.ruler.px(panelGap)
	xs, ys := make([]int, s.columns+1), make([]int, s.rows+1) // where columns and rows begin
	xs[0], ys[0] = edge, edge+s.head
	for c := range s.columns {
		xs[c+1] = xs[c] + s.left[c] + s.across[c] + s.right[c] + gap
	}
	for r := range s.rows {
		ys[r+1] = ys[r] + s.top[r] + s.down[r] + s.bottom[r] + gap
	}
	right := xs[s.columns] - gap
	s.plots = s.plots[:0]
	s.page.words, s.corners = s.page.words[:0], s.corners[:0]
	for i, at := range s.cells {
		size := image.Pt(s.spanX(at), s.spanY(at))
		if a := s.blocks[i].aspect(); a > 0 {
			size = within(size, a)
		}
		corner := image.Pt(xs[at.column]+s.left[at.column], ys[at.row]+s.top[at.row])
		s.plots = append(s.plots, image.Rectangle{corner, corner.Add(size)})
		s.corners = append(s.corners, image.Pt(xs[at.column], ys[at.row]))
		s.page.words = append(s.page.words, float64(xs[at.lastColumn()+1]-gap-corner.X))
	}
	if s.bar != nil {
		top, bottom := s.plots[0].Min.Y, 0
		for _, plot := range s.plots {
			bottom = max(bottom, plot.Max.Y)
		}
		s.barBox = image.Rect(right+s.ruler.px(barGap), top, right+s.ruler.px(barGap+barWidth), bottom)
		right += s.bar.room(s.ruler, bottom-top)
	}
	s.page.width, s.page.height = right+edge, ys[s.rows]-gap+s.foot+edge
	s.widen(right)
}

// widen makes a page whose words are wider than its panels wider again.
func (s *solver) widen(right int) {
	lastOnes := min(s.bounds.width, s.plots[0].Min.X+int(math.Ceil(s.roomy))+s.ruler.px(margin))
	if len(s.cells) > 1 || lastOnes <= s.page.width {
		s.page.width, s.page.height = min(even(s.page.width), s.bounds.width), even(s.page.height)
		return
	}
	s.page.words[0] += float64(lastOnes - s.page.width)
	s.page.width, s.page.height = min(even(lastOnes), s.bounds.width), even(s.page.height)
}

// within returns the largest size of a ratio in another.
func within(size image.Point, aspect float64) image.Point {
	if float64(size.X) <= aspect*float64(size.Y) {
		return image.Pt(size.X, max(1, int(math.Round(float64(size.X)/aspect))))
	}
	return image.Pt(max(1, int(math.Round(aspect*float64(size.Y)))), size.Y)
}

// grow asks the panels what room they need and reports whether any needs more.
func (s *solver) grow() (grew bool) {
	head := s.heading()
	grew = head > s.head
	s.head = max(s.head, head)
	letters := 0
	if s.figure.Letters != NoLetters {
		letters = s.ruler.px(titleSize*capHeight + 0.5)
	}
	for i, b := range s.blocks {
		needed, wants := b.around(s.ruler, s.plots[i].Size(), s.page.words[i])
		needed.top = max(needed.top, letters)
		if letters > 0 {
			needed.left = max(needed.left, s.ruler.px(1.4))
		}
		if all := s.around[i].with(needed); all != s.around[i] {
			s.around[i], grew = all, true
		}
		if room := float64(s.bounds.width - s.plots[i].Min.X - s.ruler.px(margin)); len(s.cells) == 1 && wants > s.page.words[i] && s.page.words[i] < room && s.roomy < wants {
			s.roomy, grew = min(wants, room), true
		}
	}
	return grew
}

// heading lays the title and the shared legend out and returns their height.
func (s *solver) heading() int {
	r, height := s.ruler, 0.0
	s.title = nil
	space := float64(s.page.width - 2*r.px(margin))
	if s.figure.Title != "" {
		s.title, _ = r.wrap(s.figure.Title, titleSize*r.em, space, 3)
		height += titleSize*capHeight + titleLead*float64(len(s.title)-1) + 1
	}
	s.page.keys = nil
	if len(s.keys) > 0 {
		list, rows, _ := r.legend(s.keys, space)
		s.page.keys = list
		s.keysAt = image.Pt(r.px(margin), r.px(margin+height+0.5))
		height += legendLead*float64(rows) + 0.4
	}
	return r.px(height)
}

func (s *solver) roomEnough() bool {
	for _, plot := range s.plots {
		if float64(min(plot.Dx(), plot.Dy())) < s.ruler.em || float64(max(plot.Dx(), plot.Dy())) < leastPlot*s.ruler.em {
			return false
		}
	}
	return s.page.width <= s.bounds.width+1 && s.page.height <= s.bounds.height+1
}

func (p *page) draw(on surface) {
	s := &sheet{on, p.ruler}
	s.box(image.Rect(0, 0, p.width, p.height), solid(s.Background))
	edge := float64(s.px(margin))
	for i, line := range p.title {
		s.text(set(line, bold), edge, edge+(titleSize*capHeight+titleLead*float64(i))*s.em, titleSize*s.em, s.Ink)
	}
	s.keys(p.keys, float64(p.keysAt.X), float64(p.keysAt.Y))
	for i, b := range p.blocks {
		b.draw(s, p.plots[i], p.words[i])
		if p.figure.Letters != NoLetters {
			letter := string(rune("?aA"[p.figure.Letters]) + rune(i))
			at := p.corners[i]
			s.text(set(letter, bold), float64(at.X), float64(at.Y)+titleSize*capHeight*s.em, titleSize*s.em, s.Ink)
		}
	}
	if p.bar != nil {
		p.bar.drawUpright(s, p.barBox.Min.X, p.barBox.Min.Y, p.barBox.Max.Y)
	}
}
