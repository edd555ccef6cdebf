package session

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/cytofield/cytofield/engine/record"
	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/tissue"
)

// Axis is how a gate's plot shows a signal.
type Axis struct {
	Column string // of cells.csv; "" for no axis
	// Width is the value, in the signal's unit, around which the axis turns from linear to
	// logarithmic,
	//
	//	t = arsinh(v/Width),
	//
	// which cytometry calls the cofactor; 0 for a linear axis, t = v.
	Width float64
}

// Position returns where on the axis a value is.
func (a Axis) Position(v float64) float64 {
	if a.Width == 0 {
		return v
	}
	return math.Asinh(v / a.Width)
}

// Value is the inverse of Position.
func (a Axis) Value(t float64) float64 {
	if a.Width == 0 {
		return t
	}
	return a.Width * math.Sinh(t)
}

// Point is a place in a plot or in the plane of a slice.
type Point struct{ X, Y float64 }

// Polygon is closed from its last corner to its first.
type Polygon []Point

// Contains reports whether a point is inside by the even-odd rule. Of a point on an edge
// the tissue, or the plot, to the right and above counts: of polygons that share an edge,
// exactly one has it, and a rectangle contains low ≤ x < high.
func (p Polygon) Contains(x, y float64) bool {
	inside := false
	for i, b := range p {
		a := p[(i+len(p)-1)%len(p)]
		if (a.Y > y) != (b.Y > y) && x < a.X+(y-a.Y)*(b.X-a.X)/(b.Y-a.Y) {
			inside = !inside
		}
	}
	return inside
}

// Rectangle returns that between two corners.
func Rectangle(a, b Point) Polygon {
	return Polygon{{min(a.X, b.X), min(a.Y, b.Y)}, {max(a.X, b.X), min(a.Y, b.Y)}, {max(a.X, b.X), max(a.Y, b.Y)}, {min(a.X, b.X), max(a.Y, b.Y)}}
}

// Gate is what a person wants to see of the cells, and which of them. Nothing in it
// changes later.
type Gate struct {
	X, Y     Axis // Y without a column: a histogram
	LogX     bool // an axis without a Width is given one that suits the values
	LogY     bool
	Drawn    Polygon         // in the signals' units, its edges straight in the plot; nil for none
	Marked   []tissue.CellID // chosen in the tissue, sorted; nil for none
	Extended bool            // whether values are wanted to be drawn, or only which cells are inside
}

// chooses reports whether the gate tells some cells from others.
func (g *Gate) chooses() bool { return g.Drawn != nil || g.Marked != nil }

// mostDots is how many cells a plot shows each by itself; more are counted in squares.
const mostDots = 20000

// Squares and bars of the plots, along an axis.
const squares, bars = 96, 48

// Gated is what a gate finds among the living cells.
type Gated struct {
	Gate   *Gate
	X, Y   PlotAxis
	Dots   [][]Dot     // by type; nil where there are more than mostDots
	Counts []float64   // of cells in squares of the plot, to the right fastest, from the bottom; nil where there are Dots
	Bars   [][]float64 // by type: cells, of a histogram; nil where there is a Y
	Inside []bool      // by cell of the model; nil where the gate does not choose
	Shares []Share     // by type
}

// Dot is a cell in a plot, at positions on its axes.
type Dot struct {
	X, Y   float64
	Inside bool
}

// PlotAxis is an axis as it is to be drawn.
type PlotAxis struct {
	Axis
	Low, High float64 // positions
}

// Share counts living cells.
type Share struct{ Inside, All int }

// Of says it as immunologists write it, of a type: "12.3 % of Th (41 of 333)".
func (s Share) Of(name string) string {
	percent := 0.0
	if s.All > 0 {
		percent = 100 * float64(s.Inside) / float64(s.All)
	}
	return fmt.Sprintf("%.3g %% of %s (%d of %d)", percent, name, s.Inside, s.All)
}

// extent is the range of an axis, which grows with its values and shrinks only when they
// leave most of it empty.
type extent struct {
	column    string
	log       bool
	low, high float64 // values
}

func (e *extent) follow(column string, log bool, values []float64, shown func(i int) bool) {
	low, high := math.Inf(1), math.Inf(-1)
	for i, v := range values {
		if shown(i) && !math.IsInf(v, 0) {
			low, high = min(low, v), max(high, v)
		}
	}
	if low > high {
		low, high = 0, 1
	}
	if low > 0 && (log || low < high/2) {
		low = 0
	}
	if low == high {
		high = low + 1
	}
	same := e.column == column && e.log == log && e.high > e.low
	if same && low >= e.low && high <= e.high && high-low > (e.high-e.low)/5 {
		return
	}
	pad := 0.05 * (high - low)
	if e.column, e.log, e.low, e.high = column, log, low, high+pad; low != 0 {
		e.low -= pad
	}
}

// decades is how far below the highest value a logarithmic axis turns linear.
const decades = 4

// axis returns the axis of an extent. A gate that was drawn has its width already.
func (e *extent) axis(wanted Axis, log bool) PlotAxis {
	a := PlotAxis{Axis: wanted}
	if log && a.Width == 0 {
		a.Width = math.Pow(10, math.Ceil(math.Log10(max(math.Abs(e.low), math.Abs(e.high))))-decades)
	}
	if !log {
		a.Width = 0
	}
	a.Low, a.High = a.Position(e.low), a.Position(e.high)
	edge := 0.03 * (a.High - a.Low) // cells at an end are seen whole
	a.Low, a.High = a.Low-edge, a.High+edge
	return a
}

// gated finds what a gate asks for, nil where it is of a tissue that is no more.
func (o *observer) gated(g *Gate) (*Gated, error) {
	m := o.scenario.Model
	has := func(name string) bool {
		return slices.ContainsFunc(signals(m), func(s Signal) bool { return s.Column == name })
	}
	if !has(g.X.Column) || g.Y.Column != "" && !has(g.Y.Column) {
		return nil, nil
	}
	var values [2][]float64
	var err error
	if values[0], err = o.signal(g.X.Column); err != nil {
		return nil, err
	}
	if g.Y.Column != "" {
		if values[1], err = o.signal(g.Y.Column); err != nil {
			return nil, err
		}
	}
	shown := func(i int) bool {
		return !o.cells.IsDead(i) && !math.IsNaN(values[0][i]) && (values[1] == nil || !math.IsNaN(values[1][i]))
	}
	found := &Gated{Gate: g}
	o.scales.gate[0].follow(g.X.Column, g.LogX, values[0], shown)
	found.X = o.scales.gate[0].axis(g.X, g.LogX)
	if values[1] != nil {
		o.scales.gate[1].follow(g.Y.Column, g.LogY, values[1], shown)
		found.Y = o.scales.gate[1].axis(g.Y, g.LogY)
	}
	found.choose(o.cells, len(m.CellTypes), values)
	if g.Extended {
		found.plot(o.cells, len(m.CellTypes), values)
	}
	return found, nil
}

// MostInABar returns the largest number of cells of one type in a bar of a histogram.
func (f *Gated) MostInABar() float64 {
	most := 0.0
	for _, counts := range f.Bars {
		for _, n := range counts {
			most = max(most, n)
		}
	}
	return most
}

// choose finds the cells inside.
func (f *Gated) choose(cells *tissue.Cells, types int, values [2][]float64) {
	f.Shares = make([]Share, types)
	if f.Gate.chooses() {
		f.Inside = make([]bool, cells.Len())
	}
	outline := make(Polygon, len(f.Gate.Drawn))
	for i, p := range f.Gate.Drawn {
		outline[i] = Point{f.X.Position(p.X), f.Y.Position(p.Y)}
	}
	for i, id := range cells.ID {
		if cells.IsDead(i) {
			continue
		}
		share := &f.Shares[cells.Type[i]]
		share.All++
		if f.Inside == nil {
			continue
		}
		if f.Gate.Marked != nil {
			_, f.Inside[i] = slices.BinarySearch(f.Gate.Marked, id)
		} else {
			f.Inside[i] = f.within(outline, values, i)
		}
		if f.Inside[i] {
			share.Inside++
		}
	}
}

// within reports whether a cell is inside what was drawn; in a histogram between the
// first and the last of its corners, the lower among them.
func (f *Gated) within(outline Polygon, values [2][]float64, i int) bool {
	x := f.X.Position(values[0][i])
	if values[1] != nil {
		return outline.Contains(x, f.Y.Position(values[1][i]))
	}
	a, b := outline[0].X, outline[len(outline)-1].X
	return x >= min(a, b) && x < max(a, b)
}

// plot gathers what is drawn.
func (f *Gated) plot(cells *tissue.Cells, types int, values [2][]float64) {
	switch {
	case values[1] == nil:
		f.Bars = make([][]float64, types)
		of := make([][]float64, types)
		f.each(cells, values, func(i int, x, _ float64) { of[cells.Type[i]] = append(of[cells.Type[i]], x) })
		for t := range of {
			f.Bars[t] = counted(of[t], render.Scale{Low: f.X.Low, High: f.X.High}, bars)
		}
	case cells.Len() > mostDots:
		f.Counts = make([]float64, squares*squares)
		f.each(cells, values, func(_ int, x, y float64) {
			u, v := int(squares*(x-f.X.Low)/(f.X.High-f.X.Low)), int(squares*(y-f.Y.Low)/(f.Y.High-f.Y.Low))
			if u >= 0 && u < squares && v >= 0 && v < squares {
				f.Counts[u+squares*v]++
			}
		})
	default:
		f.Dots = make([][]Dot, types)
		f.each(cells, values, func(i int, x, y float64) {
			t := cells.Type[i]
			f.Dots[t] = append(f.Dots[t], Dot{x, y, f.Inside != nil && f.Inside[i]})
		})
	}
}

// each visits the living cells that have both signals, at their positions.
func (f *Gated) each(cells *tissue.Cells, values [2][]float64, visit func(i int, x, y float64)) {
	for i, v := range values[0] {
		y := 0.0
		if values[1] != nil {
			y = f.Y.Position(values[1][i])
		}
		if x := f.X.Position(v); !cells.IsDead(i) && !math.IsNaN(x) && !math.IsNaN(y) {
			visit(i, x, y)
		}
	}
}

func counted(values []float64, scale render.Scale, n int) []float64 {
	_, counts := render.Histogram(values, scale, n)
	all := make([]float64, n)
	for i, c := range counts {
		all[i] = float64(c)
	}
	return all
}

// WriteGated writes the cells inside a gate now, as rows of cells.csv.
func (s *Session) WriteGated(w io.Writer, g *Gate) error {
	inside, err := s.observer().inside(g)
	if err != nil {
		return err
	}
	states, err := s.solver.Cells()
	if err != nil {
		return err
	}
	return record.WriteCells(w, s.scenario.Model, s.Time(), states, func(i int) bool { return inside[i] })
}

// inside tells the cells inside a gate.
func (o *observer) inside(g *Gate) ([]bool, error) {
	found, err := o.gated(g)
	if err == nil && (found == nil || found.Inside == nil) {
		err = errors.New("no gate is drawn: want a lasso in the plot or in the tissue")
	}
	if err != nil {
		return nil, err
	}
	return found.Inside, nil
}
