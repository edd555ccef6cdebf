package figure

import (
	"image"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// layout finds the sizes of columns and rows. Panels need room around their plots,
// which depends on the plots' sizes and only grows while they are tried.
type layout struct {
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
func (l *layout) solve(roomy float64) (ok bool) {
	for range 2 {
		l.around, l.head, l.roomy = make([]sides, len(l.cells)), 0, roomy
		ok = l.settle()
	}
	return ok
}

func (l *layout) settle() bool {
	for range 40 {
		if !l.fit() {
			return false
		}
		l.place()
		if !l.grow() {
			return l.roomEnough()
		}
	}
	return false
}

// gather takes the largest room beside the plots of each column and row.
func (l *layout) gather() {
	l.left, l.right = make([]int, l.columns), make([]int, l.columns)
	l.top, l.bottom = make([]int, l.rows), make([]int, l.rows)
	for i, c := range l.cells {
		a := l.around[i]
		l.left[c.column] = max(l.left[c.column], a.left)
		l.right[c.lastColumn()] = max(l.right[c.lastColumn()], a.right)
		l.top[c.row] = max(l.top[c.row], a.top)
		l.bottom[c.lastRow()] = max(l.bottom[c.lastRow()], a.bottom)
	}
}

func sum(list []int) (total int) {
	for _, v := range list {
		total += v
	}
	return total
}

// outside returns what margins, gaps and shared things take of the page.
func (l *layout) outside() (width, height int) {
	edge, gap := l.ruler.px(margin), l.ruler.px(panelGap)
	width = 2*edge + gap*(l.columns-1)
	if l.bar != nil {
		width += l.bar.room(l.ruler, max(sum(l.down), 1))
	}
	return width, 2*edge + l.head + gap*(l.rows-1)
}

// fit sizes columns and rows for the room around panels as known so far; false:
// nothing is left for a plot.
func (l *layout) fit() bool {
	l.gather()
	outsideX, outsideY := l.outside()
	freeX := l.bounds.width - outsideX - sum(l.left) - sum(l.right)
	freeY := l.bounds.height - outsideY - sum(l.top) - sum(l.bottom)
	if freeX < l.columns || freeY < l.rows {
		return false
	}
	l.share(freeX)
	l.heights(freeY)
	l.narrow(freeX)
	return true
}

// share shares the width among columns by least squares: maps of a row that span as
// many columns want to be of one height, and columns, less so, what likes says.
func (l *layout) share(free int) {
	const all, liking = 1e3, 0.05 // weights of the sum and of likes, against 1 of maps
	n := l.columns
	var equations, wanted []float64
	add := func(equation []float64, want float64) {
		equations, wanted = append(equations, equation...), append(wanted, want)
	}
	total := make([]float64, n)
	for c, like := range l.likes() {
		one := make([]float64, n)
		one[c], total[c] = liking, all
		add(one, liking*like*float64(free))
	}
	add(total, all*float64(free))
	for i := range l.cells {
		if j := l.neighbour(i); j >= 0 {
			add(l.sameHeight(i, j))
		}
	}
	l.across = make([]int, n)
	var widths mat.VecDense
	err := widths.SolveVec(mat.NewDense(len(wanted), n, equations), mat.NewVecDense(len(wanted), wanted))
	for c := range l.across {
		l.across[c] = free / n
		if err == nil { // as always: every column has its like
			l.across[c] = max(1, int(widths.AtVec(c)+1e-6))
		}
	}
}

// sameHeight returns the equation of the columns' widths that makes two maps equally high.
func (l *layout) sameHeight(i, j int) (equation []float64, want float64) {
	equation = make([]float64, l.columns)
	for _, side := range []struct {
		panel int
		sign  float64
	}{{i, 1}, {j, -1}} {
		at, perWidth := l.cells[side.panel], side.sign/sane(l.aspect(side.panel))
		for c := at.column; c <= at.lastColumn(); c++ {
			equation[c] = perWidth
		}
		want -= perWidth * float64(l.roomX(at))
	}
	return equation, want
}

// neighbour returns the next map to the right that takes as many rows and columns
// as the i-th panel, if that is a map; else -1.
func (l *layout) neighbour(i int) int {
	at, found := l.cells[i], -1
	for j, other := range l.cells {
		alike := at.row == other.row && at.rows == other.rows && at.columns == other.columns && l.aspect(i) > 0 && l.aspect(j) > 0
		if alike && other.column > at.column && (found < 0 || other.column < l.cells[found].column) {
			found = j
		}
	}
	return found
}

// aspect is that which a panel likes; 0: any.
func (l *layout) aspect(i int) float64 {
	wide, _ := l.blocks[i].aspect()
	return wide
}

// sane is an aspect that a panel takes part with in sharing the width.
func sane(aspect float64) float64 { return min(max(aspect, 0.4), 2.5) }

// likes returns the shares of the width that columns like: those of the aspects of
// their maps, or equal ones where panels that span columns say what is wide.
func (l *layout) likes() []float64 {
	shares, total, spanned := make([]float64, l.columns), 0.0, false
	for c := range shares {
		n := 0
		for i, at := range l.cells {
			spanned = spanned || at.columns > 1
			if a := l.aspect(i); a > 0 && at.column == c {
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
			shares[c] = 1 / float64(l.columns)
		}
	}
	return shares
}

// heights makes rows as high as their maps want to be, to scale, and those of charts, which
// are of any shape, as charts like; where the page is not so high, charts give way first.
func (l *layout) heights(free int) {
	least, loose := l.singleRows()
	for i, at := range l.cells {
		if missing := l.wants(i) - l.spanY(at); at.rows > 1 && missing > 0 {
			spread(missing, l.down[at.row:at.lastRow()+1], loose[at.row:at.lastRow()+1])
		}
	}
	l.giveWay(free, least, loose)
	if left := free - sum(l.down); l.fill && left > 0 && slices.Contains(loose, true) {
		spread(left, l.down, loose)
	}
}

// singleRows sizes rows for the panels that take one row, and returns how low each may
// be, a quarter of the width of its charts, and which have no maps.
func (l *layout) singleRows() (least []int, loose []bool) {
	l.down, least, loose = make([]int, l.rows), make([]int, l.rows), make([]bool, l.rows)
	for r := range l.down {
		l.down[r], least[r], loose[r] = 1, 1, true
	}
	for i, at := range l.cells {
		switch r := at.row; {
		case at.rows > 1:
		case l.aspect(i) > 0:
			l.down[r], loose[r] = max(l.down[r], l.wants(i)), false
		default:
			least[r] = max(least[r], l.spanX(at)/4)
		}
	}
	for i, at := range l.cells {
		if l.down[at.row] = max(l.down[at.row], least[at.row]); at.rows == 1 && loose[at.row] {
			l.down[at.row] = max(l.down[at.row], l.wants(i))
		}
	}
	return least, loose
}

// wants returns how high a panel wants to be at its width.
func (l *layout) wants(i int) int {
	width := float64(l.spanX(l.cells[i]))
	if a := l.aspect(i); a > 0 {
		return int(math.Round(width / a))
	}
	return int(width * 3 / 4 / float64(l.cells[i].columns))
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
func (l *layout) giveWay(free int, least []int, loose []bool) {
	over, slack := sum(l.down)-free, 0
	for r, can := range loose {
		if can {
			slack += l.down[r] - least[r]
		}
	}
	for r, can := range loose {
		if can && over > 0 && slack > 0 {
			l.down[r] -= min(l.down[r]-least[r], (over*(l.down[r]-least[r])+slack-1)/slack)
		}
	}
	if wanted := sum(l.down); wanted > free {
		for r := range l.down {
			l.down[r] = max(1, l.down[r]*free/wanted)
		}
	}
}

// narrow takes width from columns whose maps, at these heights, do not need it and
// gives it to those of charts.
func (l *layout) narrow(free int) {
	loose, had := 0, slices.Clone(l.across)
	can := make([]bool, l.columns)
	for c := range l.across {
		needed := 0
		for i, at := range l.cells {
			if at.column > c || at.lastColumn() < c {
				continue
			}
			can[c] = can[c] || l.aspect(i) == 0
			share := float64(had[c]) / float64(sum(had[at.column:at.lastColumn()+1]))
			needed = max(needed, int(math.Ceil(share*(math.Round(l.aspect(i)*float64(l.spanY(at)))-float64(l.roomX(at))))))
		}
		if can[c] {
			loose += l.across[c]
		} else if needed > 0 {
			l.across[c] = min(l.across[c], needed)
		}
	}
	left := free - sum(l.across)
	for c := range l.across {
		if can[c] {
			l.across[c] += left * l.across[c] / max(loose, 1)
		}
	}
}

// spanX returns the width of the plot that fills a cell, the room between the
// columns it spans included.
func (l *layout) spanX(at cell) int {
	return sum(l.across[at.column:at.lastColumn()+1]) + l.roomX(at)
}

// roomX returns the room between the columns that a cell spans.
func (l *layout) roomX(at cell) (width int) {
	for c := at.column; c < at.lastColumn(); c++ {
		width += l.right[c] + l.ruler.px(panelGap) + l.left[c+1]
	}
	return width
}

func (l *layout) spanY(at cell) int {
	height := sum(l.down[at.row : at.lastRow()+1])
	for r := at.row; r < at.lastRow(); r++ {
		height += l.bottom[r] + l.ruler.px(panelGap) + l.top[r+1]
	}
	return height
}

// place puts everything where the sizes say.
func (l *layout) place() {
	edge, gap := l.ruler.px(margin), l.ruler.px(panelGap)
	xs, ys := make([]int, l.columns+1), make([]int, l.rows+1) // where columns and rows begin
	xs[0], ys[0] = edge, edge+l.head
	for c := range l.columns {
		xs[c+1] = xs[c] + l.left[c] + l.across[c] + l.right[c] + gap
	}
	for r := range l.rows {
		ys[r+1] = ys[r] + l.top[r] + l.down[r] + l.bottom[r] + gap
	}
	right := xs[l.columns] - gap
	l.plots = l.plots[:0]
	l.page.words, l.corners = l.page.words[:0], l.corners[:0]
	for i, at := range l.cells {
		size := image.Pt(l.spanX(at), l.spanY(at))
		if wide, least := l.blocks[i].aspect(); wide > 0 {
			size = within(size, min(wide, max(least, float64(size.X)/float64(size.Y))))
		}
		corner := image.Pt(xs[at.column]+l.left[at.column], ys[at.row]+l.top[at.row])
		l.plots = append(l.plots, image.Rectangle{corner, corner.Add(size)})
		l.corners = append(l.corners, image.Pt(xs[at.column], ys[at.row]))
		l.page.words = append(l.page.words, float64(xs[at.lastColumn()+1]-gap-corner.X))
	}
	if l.bar != nil {
		top, bottom := l.plots[0].Min.Y, 0
		for _, plot := range l.plots {
			bottom = max(bottom, plot.Max.Y)
		}
		l.barBox = image.Rect(right+l.ruler.px(barGap), top, right+l.ruler.px(barGap+barWidth), bottom)
		right += l.bar.room(l.ruler, bottom-top)
	}
	l.page.width, l.page.height = right+edge, ys[l.rows]-gap+edge
	l.widen()
}

// widen makes a page whose words are wider than its panels wider again.
func (l *layout) widen() {
	if wanted := min(l.bounds.width, l.plots[0].Min.X+int(math.Ceil(l.roomy))+l.ruler.px(margin)); len(l.cells) == 1 && wanted > l.page.width {
		l.page.words[0] += float64(wanted - l.page.width)
		l.page.width = wanted
	}
	l.page.width, l.page.height = min(even(l.page.width), l.bounds.width), even(l.page.height)
}

// within returns the largest size of a ratio in another.
func within(size image.Point, aspect float64) image.Point {
	if float64(size.X) <= aspect*float64(size.Y) {
		return image.Pt(size.X, max(1, int(math.Round(float64(size.X)/aspect))))
	}
	return image.Pt(max(1, int(math.Round(aspect*float64(size.Y)))), size.Y)
}

// grow asks the panels what room they need and reports whether any needs more.
func (l *layout) grow() (grew bool) {
	head := l.heading()
	grew = head > l.head
	l.head = max(l.head, head)
	letters := 0
	if l.figure.Letters != NoLetters {
		letters = l.ruler.px(l.ruler.sized(l.figure.LetterStyle, titleSize)*capHeight + 0.5)
	}
	for i, b := range l.blocks {
		needed, wants := b.around(l.ruler, l.plots[i].Size(), l.page.words[i])
		needed.top = max(needed.top, letters)
		if letters > 0 {
			needed.left = max(needed.left, l.ruler.px(1.4/titleSize*l.ruler.sized(l.figure.LetterStyle, titleSize)))
		}
		if all := l.around[i].with(needed); all != l.around[i] {
			l.around[i], grew = all, true
		}
		grew = l.roomier(wants) || grew
	}
	return grew
}

// roomier lets the page of a single panel grow for words that are cut off.
func (l *layout) roomier(wants float64) bool {
	room, have := float64(l.bounds.width-l.plots[0].Min.X-l.ruler.px(margin)), l.page.words[0]
	if len(l.cells) > 1 || wants <= have || have >= room || l.roomy >= wants {
		return false
	}
	l.roomy = min(wants, room)
	return true
}

// heading lays the title and the shared legend out and returns their height.
func (l *layout) heading() int {
	r, height := l.ruler, 0.0
	l.title = nil
	space := float64(l.page.width - 2*r.px(margin))
	if l.figure.Title != "" {
		size := r.sized(l.figure.TitleStyle.Lettering, titleSize)
		l.title, _ = r.wrap(l.figure.Title, size*r.em, space, 3)
		height += size*(capHeight+titleLead/titleSize*float64(len(l.title)-1)) + 1
	}
	l.page.keys = nil
	if len(l.keys) > 0 {
		list, rows, _ := r.legend(l.keys, space)
		l.page.keys = list
		l.keysAt = image.Pt(r.px(margin), r.px(margin+height+0.5))
		height += legendLead*float64(rows) + 1
	}
	return r.px(height)
}

func (l *layout) roomEnough() bool {
	for _, plot := range l.plots {
		if float64(min(plot.Dx(), plot.Dy())) < l.ruler.em || float64(max(plot.Dx(), plot.Dy())) < leastPlot*l.ruler.em {
			return false
		}
	}
	return l.page.width <= l.bounds.width+1 && l.page.height <= l.bounds.height+1
}
