package figure

import (
	"errors"
	"fmt"
	"image"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
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
	if p.ruler, err = newRuler(b.em, b.dpi, f.Theme); err != nil {
		return nil, err
	}
	p.cells, p.dpi = cells, b.dpi
	p.shareBars()
	keys := p.shareLegends()
	for _, roomy := range []float64{0, roomyWords * b.em} {
		s := solver{page: p, bounds: b, rows: rows, columns: columns, keys: keys}
		if s.solve(roomy) {
			return p, nil
		}
	}
	return nil, fmt.Errorf("figure: no room for %d panels and their words in %d by %d pixels at %d dpi and %.3g point text",
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
	roomy         float64 // width that the only panel's words want
	around        []sides // of each panel
	head          int     // of the page: title, shared legend
	across, down  []int   // sizes of the plots
	left, right   []int   // room beside the plots of each column
	top, bottom   []int
}

// solve goes twice: bars that do not fit beside a map lie under it from then on, and
// the second time no room beside it is kept for them.
func (s *solver) solve(roomy float64) (ok bool) {
	for range 2 {
		s.around, s.head, s.roomy = make([]sides, len(s.cells)), 0, roomy
		ok = s.settle()
	}
	return ok
}

func (s *solver) settle() bool {
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
	return width, 2*edge + s.head + gap*(s.rows-1)
}

// fit sizes columns and rows for the room around panels as known so far; false:
// nothing is left for a plot.
func (s *solver) fit() bool {
	s.gather()
	outsideX, outsideY := s.outside()
	freeX := s.bounds.width - outsideX - sum(s.left) - sum(s.right)
	freeY := s.bounds.height - outsideY - sum(s.top) - sum(s.bottom)
	if freeX < s.columns || freeY < s.rows {
		return false
	}
	s.share(freeX)
	s.heights(freeY)
	s.narrow(freeX)
	return true
}

// share shares the width among columns by least squares: maps of a row that span as
// many columns want to be of one height, and columns, less so, what likes says.
func (s *solver) share(free int) {
	const all, liking = 1e3, 0.05 // weights of the sum and of likes, against 1 of maps
	n := s.columns
	var equations, wanted []float64
	add := func(equation []float64, want float64) {
		equations, wanted = append(equations, equation...), append(wanted, want)
	}
	total := make([]float64, n)
	for c, like := range s.likes() {
		one := make([]float64, n)
		one[c], total[c] = liking, all
		add(one, liking*like*float64(free))
	}
	add(total, all*float64(free))
	for i := range s.cells {
		if j := s.neighbour(i); j >= 0 {
			add(s.sameHeight(i, j))
		}
	}
	s.across = make([]int, n)
	var widths mat.VecDense
	err := widths.SolveVec(mat.NewDense(len(wanted), n, equations), mat.NewVecDense(len(wanted), wanted))
	for c := range s.across {
		s.across[c] = free / n
		if err == nil { // as always: every column has its like
			s.across[c] = max(1, int(widths.AtVec(c)+1e-6))
		}
	}
}

// sameHeight returns the equation of the columns' widths that makes two maps equally high.
func (s *solver) sameHeight(i, j int) (equation []float64, want float64) {
	equation = make([]float64, s.columns)
	for _, side := range []struct {
		panel int
		sign  float64
	}{{i, 1}, {j, -1}} {
		at, perWidth := s.cells[side.panel], side.sign/sane(s.aspect(side.panel))
		for c := at.column; c <= at.lastColumn(); c++ {
			equation[c] = perWidth
		}
		want -= perWidth * float64(s.roomX(at))
	}
	return equation, want
}

// neighbour returns the next map to the right that takes as many rows and columns
// as the i-th panel, if that is a map; else -1.
func (s *solver) neighbour(i int) int {
	at, found := s.cells[i], -1
	for j, other := range s.cells {
		alike := at.row == other.row && at.rows == other.rows && at.columns == other.columns && s.aspect(i) > 0 && s.aspect(j) > 0
		if alike && other.column > at.column && (found < 0 || other.column < s.cells[found].column) {
			found = j
		}
	}
	return found
}

// aspect is that which a panel likes; 0: any.
func (s *solver) aspect(i int) float64 {
	wide, _ := s.blocks[i].aspect()
	return wide
}

// sane is an aspect that a panel takes part with in sharing the width.
func sane(aspect float64) float64 { return min(max(aspect, 0.4), 2.5) }

// likes returns the shares of the width that columns like: those of the aspects of
// their maps, or equal ones where panels that span columns say what is wide.
func (s *solver) likes() []float64 {
	shares, total, spanned := make([]float64, s.columns), 0.0, false
	for c := range shares {
		n := 0
		for i, at := range s.cells {
			spanned = spanned || at.columns > 1
			if a := s.aspect(i); a > 0 && at.column == c {
				shares[c], n = shares[c]+sane(a/float64(at.rows)), n+1
			}
		}
		shares[c] /= float64(max(n, 1))
		if n == 0 {
			shares[c] = 1.25
		}
		total += shares[c]
	}
	for c := range shares {
		shares[c] /= total
		if spanned {
			shares[c] = 1 / float64(s.columns)
		}
	}
	return shares
}

// heights makes rows as high as their maps want to be, to scale, and those of charts, which
// are of any shape, as charts like; where the page is not so high, charts give way first.
func (s *solver) heights(free int) {
	least, loose := s.singleRows()
	for i, at := range s.cells {
		if missing := s.wants(i) - s.spanY(at); at.rows > 1 && missing > 0 {
			spread(missing, s.down[at.row:at.lastRow()+1], loose[at.row:at.lastRow()+1])
		}
	}
	s.giveWay(free, least, loose)
	if left := free - sum(s.down); s.fill && left > 0 && slices.Contains(loose, true) {
		spread(left, s.down, loose)
	}
}

// singleRows sizes rows for the panels that take one row, and returns how low each may
// be, a quarter of the width of its charts, and which have no maps.
func (s *solver) singleRows() (least []int, loose []bool) {
	s.down, least, loose = make([]int, s.rows), make([]int, s.rows), make([]bool, s.rows)
	for r := range s.down {
		s.down[r], least[r], loose[r] = 1, 1, true
	}
	for i, at := range s.cells {
		switch r := at.row; {
		case at.rows > 1:
		case s.aspect(i) > 0:
			s.down[r], loose[r] = max(s.down[r], s.wants(i)), false
		default:
			least[r] = max(least[r], s.spanX(at)/4)
		}
	}
	for i, at := range s.cells {
		if s.down[at.row] = max(s.down[at.row], least[at.row]); at.rows == 1 && loose[at.row] {
			s.down[at.row] = max(s.down[at.row], s.wants(i))
		}
	}
	return least, loose
}

// wants returns how high a panel wants to be at its width.
func (s *solver) wants(i int) int {
	width := float64(s.spanX(s.cells[i]))
	if a := s.aspect(i); a > 0 {
		return int(math.Round(width / a))
	}
	return int(width * 3 / 4 / float64(s.cells[i].columns))
}

// spread adds a height to those rows that are loose, or to all if none is.
func spread(height int, rows []int, loose []bool) {
	all := !slices.Contains(loose, true)
	n := 0
	for _, can := range loose {
		if can || all {
			n++
		}
	}
	for r, can := range loose {
		if can || all {
			rows[r] += height / n
		}
	}
}

// giveWay makes rows lower until they fit the page: loose ones down to the least, then all.
func (s *solver) giveWay(free int, least []int, loose []bool) {
	over, slack := sum(s.down)-free, 0
	for r, can := range loose {
		if can {
			slack += s.down[r] - least[r]
		}
	}
	for r, can := range loose {
		if can && over > 0 && slack > 0 {
			s.down[r] -= min(s.down[r]-least[r], (over*(s.down[r]-least[r])+slack-1)/slack)
		}
	}
	if wanted := sum(s.down); wanted > free {
		for r := range s.down {
			s.down[r] = max(1, s.down[r]*free/wanted)
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
			if a := s.aspect(i); a > 0 && at.columns == 1 {
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
	return sum(s.across[at.column:at.lastColumn()+1]) + s.roomX(at)
}

// roomX returns the room between the columns that a cell spans.
func (s *solver) roomX(at cell) (width int) {
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
		if wide, least := s.blocks[i].aspect(); wide > 0 {
			size = within(size, min(wide, max(least, float64(size.X)/float64(size.Y))))
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
	s.page.width, s.page.height = right+edge, ys[s.rows]-gap+edge
	s.widen()
}

// widen makes a page whose words are wider than its panels wider again.
func (s *solver) widen() {
	if wanted := min(s.bounds.width, s.plots[0].Min.X+int(math.Ceil(s.roomy))+s.ruler.px(margin)); len(s.cells) == 1 && wanted > s.page.width {
		s.page.words[0] += float64(wanted - s.page.width)
		s.page.width = wanted
	}
	s.page.width, s.page.height = min(even(s.page.width), s.bounds.width), even(s.page.height)
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
