package figure

import (
	"errors"
	"fmt"
	"image"
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
	if p.ruler, err = newRuler(b.em, b.dpi, f.Theme); err != nil {
		return nil, err
	}
	if f.Title != "" {
		p.ruler.title = 1 // below that of the figure
	}
	p.cells, p.dpi = cells, b.dpi
	p.shareBars()
	keys := p.shareLegends()
	for _, roomy := range []float64{0, roomyWords * b.em} {
		l := layout{page: p, bounds: b, rows: rows, columns: columns, keys: keys}
		if l.solve(roomy) {
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

func (p *page) draw(on surface) {
	s := &sheet{on, p.ruler}
	s.box(image.Rect(0, 0, p.width, p.height), solid(s.Background))
	edge := float64(s.px(margin))
	style := p.figure.TitleStyle
	size := s.sized(style.Lettering, titleSize) * s.em
	for i, line := range p.title {
		x, text := edge, set(line, bold)
		if style.Centred {
			x = (float64(p.width) - s.width(text, size)) / 2
		}
		s.text(text, x, edge+size*(capHeight+titleLead/titleSize*float64(i)), size, style.inked(s.Ink))
	}
	s.keys(p.keys, float64(p.keysAt.X), float64(p.keysAt.Y))
	for i, b := range p.blocks {
		b.draw(s, p.plots[i], p.words[i])
		if p.figure.Letters != NoLetters {
			letter := string(rune("?aA"[p.figure.Letters]) + rune(i))
			at := p.corners[i]
			size := s.sized(p.figure.LetterStyle, titleSize) * s.em
			s.text(set(letter, bold), float64(at.X), float64(at.Y)+capHeight*size, size, p.figure.LetterStyle.inked(s.Ink))
		}
	}
	if p.bar != nil {
		p.bar.drawUpright(s, p.barBox.Min.X, p.barBox.Min.Y, p.barBox.Max.Y)
	}
}
