package plate

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// curve is one line of a chart, in the units of its axes.
type curve struct {
	Name      string
	X, Y      []float64
	Low, High []float64 // a spread around Y; nil without
}

// takeSeries takes columns of series.csv: those asked for, or the means of substrates; of
// several runs a curve each.
func (p *picture) takeSeries() (*shot, error) {
	s := &shot{}
	if p.spec.Runs == nil {
		return s, p.takeColumns(s, p.run)
	}
	p.beside = nil
	for i, named := range p.spec.Runs {
		run, err := OpenRun(named.Dir)
		if err == nil {
			err = p.takeColumns(s, run)
		}
		if err != nil {
			return nil, fmt.Errorf("runs.%s: %w", named.Name, err)
		}
		s.Curves[i].Name = named.Name
		p.beside = append(p.beside, run)
	}
	return s, nil
}

// takeColumns adds curves of a run.
func (p *picture) takeColumns(s *shot, run *Recorded) error {
	table, err := run.table("series")
	if err != nil {
		return err
	}
	time, err := table.Column("t_s")
	if err != nil {
		return InputError{err}
	}
	for name, column := range p.columns() {
		values, err := table.Column(column)
		if err != nil {
			return InputError{err}
		}
		s.Curves = append(s.Curves, curve{Name: name, X: time, Y: values})
	}
	return nil
}

// columns yields the columns of series.csv that a series shows, with what to call them.
func (p *picture) columns() func(yield func(name, column string) bool) {
	return func(yield func(name, column string) bool) {
		for _, column := range p.spec.Columns {
			if !yield(column, column) {
				return
			}
		}
		for _, c := range p.spec.Channels {
			s := p.model.Substrates[c.Substrate]
			if !yield(s.Name, s.Name+"_mean_"+string(s.Unit)) {
				return
			}
		}
	}
}

// drawSeries makes a chart of columns over time.
func (p *picture) drawSeries(s *shot) figure.Chart {
	end := 0.
	for _, c := range s.Curves {
		end = max(end, c.X[len(c.X)-1])
	}
	chart := figure.Chart{Title: p.spec.Title, X: figure.Axis{Quantity: "time", Unit: "s", Shown: p.timeUnit(end)}, Legend: p.legendPlace(s), Style: p.style()}
	chart.Y = p.densityAxis("mean density")
	if len(p.spec.Columns) > 0 {
		chart.Y = p.shareWords(s)
	}
	p.dress(&chart.Y, s)
	p.addCurves(&chart, s)
	return chart
}

// shareWords makes an axis of the words that the names of columns end in, such as mean nM,
// and leaves the rest to the legend.
func (p *picture) shareWords(s *shot) figure.Axis {
	words := strings.Split(commonWords(p.spec.Columns), " ")
	for i, column := range p.spec.Columns {
		name := strings.Split(column, "_")
		if rest := name[:len(name)-len(words)]; len(rest) > 0 && words[0] != "" {
			name = rest
		}
		if p.spec.Runs == nil { // else they are named by their runs
			s.Curves[i].Name = strings.Join(name, " ")
		}
	}
	axis := figure.Axis{Log: p.spec.Log}
	if end := words[len(words)-1]; end == "nM" || end == "mmHg" {
		axis.Unit, words = end, words[:len(words)-1]
	}
	if axis.Quantity = strings.Join(words, " "); axis.Quantity == "" {
		axis.Quantity = "density"
	}
	return axis
}

// dress gives an axis of densities or of columns the name and the unit asked for, or the unit
// that gives it short numbers.
func (p *picture) dress(axis *figure.Axis, s *shot) {
	if p.spec.Label != "" {
		axis.Quantity = p.spec.Label
	}
	if axis.Shown = p.spec.Unit; axis.Shown == "" {
		shorten(axis, s)
	}
}

// shorten shows densities in the unit that gives them short numbers.
func shorten(axis *figure.Axis, s *shot) {
	if axis.Unit != string(tissue.Nanomolar) {
		return
	}
	most := axis.High
	for _, c := range s.Curves {
		for _, v := range c.Y {
			if v > most && !math.IsInf(v, 0) {
				most = v
			}
		}
	}
	switch {
	case most >= 1000:
		axis.Shown = "µM"
	case most < 0.001 && most > 0:
		axis.Shown = "fM"
	case most < 1:
		axis.Shown = "pM"
	}
}

// timeUnit returns the unit asked for, or that in which people count a stretch of time, s.
func (p *picture) timeUnit(length float64) string {
	if p.spec.TimeUnit != "" {
		return p.spec.TimeUnit
	}
	return timeUnit(length)
}

// timeUnit returns the unit in which people count a stretch of time, s.
func timeUnit(length float64) string {
	const minute, hour, day = 60, 3600, 86400
	switch {
	case length >= 3*day:
		return "d"
	case length >= 2*hour:
		return "h"
	case length >= 3*minute:
		return "min"
	}
	return "s"
}

// commonWords returns the end that the names of columns share, such as cells or mean nM.
func commonWords(columns []string) string {
	words := strings.Split(columns[0], "_")
	for _, column := range columns[1:] {
		other := strings.Split(column, "_")
		n := 0
		for n < len(words) && n < len(other) && words[len(words)-1-n] == other[len(other)-1-n] {
			n++
		}
		words = words[len(words)-n:]
	}
	return strings.Join(words, " ")
}

// densityAxis is the axis of densities of the substrates of a chart.
func (p *picture) densityAxis(name string) figure.Axis {
	if len(p.spec.Channels) == 0 {
		return figure.Axis{Log: p.spec.Log}
	}
	first := p.spec.Channels[0]
	unit := p.model.Substrates[first.Substrate].Unit
	axis := figure.Axis{Quantity: name, Unit: string(unit), Log: p.spec.Log, Low: first.Range.Low, High: first.Range.High}
	if unit == "dimensionless" {
		axis.Unit = ""
	}
	if len(p.spec.Channels) == 1 {
		axis.Quantity = p.model.Substrates[first.Substrate].Name
	}
	return axis
}

// legendPlace leaves out a legend of one curve, which the axis names.
func (p *picture) legendPlace(s *shot) figure.LegendPlace {
	for _, part := range p.spec.Hide {
		if part == scenario.LegendFurniture {
			return figure.NoLegend
		}
	}
	if len(s.Curves) < 2 {
		return figure.NoLegend
	}
	return figure.AboveChart
}

// addCurves draws the curves; on logarithmic axes what is not positive is left out.
func (p *picture) addCurves(chart *figure.Chart, s *shot) {
	fits := func(axis figure.Axis, v float64) bool {
		return !math.IsNaN(v) && !math.IsInf(v, 0) && (!axis.Log || v > 0)
	}
	for i, c := range s.Curves {
		series := figure.Series{Name: c.Name}
		if i < len(p.spec.Channels) && len(p.spec.Times) < 2 && p.spec.Runs == nil {
			series.Color = colour(p.spec.Channels[i].Color)
		}
		for k := range c.X {
			if !fits(chart.X, c.X[k]) || !fits(chart.Y, c.Y[k]) {
				continue
			}
			series.Line = append(series.Line, figure.Point{X: c.X[k], Y: c.Y[k]})
			if c.Low != nil && fits(chart.Y, c.Low[k]) && fits(chart.Y, c.High[k]) {
				series.Band = append(series.Band, figure.Interval{X: c.X[k], Low: c.Low[k], High: c.High[k]})
			}
		}
		chart.Series = append(chart.Series, series)
	}
}

// takeProfile takes the densities along the line, of every substrate and moment.
func (p *picture) takeProfile(moments []moment) (*shot, error) {
	const points = 401 // finer than a printed line shows
	return p.takeCurves(moments, func(m moment, s tissue.SubstrateID) (curve, error) {
		x, y, err := m.profile(s, p.spec.From, p.spec.To, points)
		return curve{X: x, Y: y}, err
	})
}

// takeCurves takes a curve of every substrate and moment.
func (p *picture) takeCurves(moments []moment, take func(moment, tissue.SubstrateID) (curve, error)) (*shot, error) {
	s := &shot{}
	for i, channel := range p.spec.Channels {
		for _, m := range moments {
			c, err := take(m, channel.Substrate)
			if err != nil {
				return nil, err
			}
			c.Name = p.curveName(i, m.at())
			s.Curves, s.Time = append(s.Curves, c), m.at()
		}
	}
	return s, nil
}

// drawProfile makes a chart of densities along the line.
func (p *picture) drawProfile(s *shot, all scales) figure.Chart {
	chart := figure.Chart{
		Title: p.spec.Title, Y: p.densityAxis("density"), Legend: p.legendPlace(s),
		X: figure.Axis{Quantity: "distance along the line", Unit: "µm", High: r3.Norm(r3.Sub(p.spec.To, p.spec.From))},
	}
	if name, along := p.axisAlong(); along {
		chart.X.Quantity = name
	}
	p.hold(&chart.Y, all, heldDensities)
	p.dress(&chart.Y, s)
	p.addCurves(&chart, s)
	return chart
}

// axisAlong names the axis that the line runs along from its start.
func (p *picture) axisAlong() (name string, ok bool) {
	from, to := p.spec.From, p.spec.To
	for axis, d := range [3]r3.Vec{{X: to.X}, {Y: to.Y}, {Z: to.Z}} {
		if to == r3.Add(d, from) && [3]float64{from.X, from.Y, from.Z}[axis] == 0 {
			return tissue.AxisName(axis), true
		}
	}
	return "", false
}

// curveName tells the curves of a chart apart: by substrate, by time, or both.
func (p *picture) curveName(channel int, t float64) string {
	name := p.model.Substrates[p.spec.Channels[channel].Substrate].Name
	switch {
	case len(p.spec.Times) < 2:
		return name
	case len(p.spec.Channels) < 2:
		return figure.FormatTimeIn(t, p.spec.TimeUnit)
	}
	return fmt.Sprintf("%s, %s", name, figure.FormatTimeIn(t, p.spec.TimeUnit))
}

// takeRadial takes the mean density in shells around the cells of a type, and between
// which densities nine tenths of each shell lie.
func (p *picture) takeRadial(moments []moment) (*shot, error) {
	radius := p.model.CellTypes[p.spec.Around].Radius
	width, n := p.shells()
	return p.takeCurves(moments, func(m moment, s tissue.SubstrateID) (curve, error) {
		centres, err := p.centres(m)
		if err != nil {
			return curve{}, err
		}
		f, err := m.density(s)
		if err != nil {
			return curve{}, err
		}
		var c curve
		for _, shell := range render.RadialProfile(f, centres, radius, width, n) {
			if shell.Voxels == 0 {
				continue
			}
			c.X, c.Y = append(c.X, (shell.Inner+shell.Outer)/2), append(c.Y, shell.Mean)
			c.Low, c.High = append(c.Low, shell.Percentile(0.05)), append(c.High, shell.Percentile(0.95))
		}
		return c, nil
	})
}

// shells returns how wide the shells of a radial profile are, µm, and how many there are.
func (p *picture) shells() (width float64, n int) {
	g := p.model.Grid
	reach := p.spec.Distance
	if reach == 0 {
		size := g.Size()
		reach = min(size[0], size[1]) / 4
	}
	width = max(g.Spacing[0], g.Spacing[1])
	return width, max(int(math.Ceil(reach/width)), 2)
}

// centres returns where the living cells are that a radial profile is around.
func (p *picture) centres(m moment) ([]r3.Vec, error) {
	people, err := m.people()
	if err != nil {
		return nil, err
	}
	var all []r3.Vec
	for i, t := range people.types {
		if t == p.spec.Around && !people.dead[i] {
			all = append(all, people.positions[i])
		}
	}
	if len(all) == 0 {
		return nil, InputError{fmt.Errorf("no living cell of type %s at %s", p.model.CellTypes[p.spec.Around].Name, figure.FormatTime(m.at()))}
	}
	return all, nil
}

func (p *picture) drawRadial(s *shot, all scales) figure.Chart {
	around := p.model.CellTypes[p.spec.Around].Name
	width, n := p.shells()
	chart := figure.Chart{
		Title: p.spec.Title, X: figure.Axis{Quantity: "distance from " + around + " cells", Unit: "µm", High: width * float64(n)},
		Y: p.densityAxis("density"), Legend: p.legendPlace(s),
	}
	p.hold(&chart.Y, all, heldDensities)
	p.dress(&chart.Y, s)
	p.addCurves(&chart, s)
	return chart
}

// takeHistogram takes all densities, or the values of all cells.
func (p *picture) takeHistogram(moments []moment) (*shot, error) {
	if p.spec.Variable == "" {
		s, err := p.takeCurves(moments, func(m moment, s tissue.SubstrateID) (curve, error) {
			f, err := m.density(s)
			if err != nil {
				return curve{}, err
			}
			return curve{Y: slices.Clone(f.Values)}, nil
		})
		if err != nil {
			return nil, err
		}
		for _, c := range s.Curves {
			s.Ends = append(s.Ends, ends(c.Y))
		}
		return s, nil
	}
	s := &shot{}
	for _, m := range moments {
		people, err := m.people()
		if err != nil {
			return nil, err
		}
		values, err := people.column(p.spec.Variable)
		if err != nil {
			return nil, err
		}
		s.Curves = append(s.Curves, curve{Name: figure.FormatTimeIn(m.at(), p.spec.TimeUnit), Y: values})
		s.Time = m.at()
	}
	return s, nil
}

// columnWords reads a column of cells.csv, such as IL-2_taken_up_molecules_per_s, as a name
// and a unit.
func columnWords(column string) (name, unit string) {
	for ending, unit := range map[string]string{
		"_molecules_per_s": "molecules/s", "_nM": "nM", "_mmHg": "mmHg", "_dimensionless": "", "_mmHg_um3_per_s": "mmHg µm³/s", "_dimensionless_um3_per_s": "µm³/s",
	} {
		if name, ok := strings.CutSuffix(column, ending); ok {
			return strings.ReplaceAll(name, "_", " "), unit
		}
	}
	return strings.ReplaceAll(column, "_", " "), ""
}

// defaultBins is the number of bars of a histogram.
const defaultBins = 40

func (p *picture) drawHistogram(s *shot, all scales) figure.Chart {
	chart := figure.Chart{Title: p.spec.Title, X: p.densityAxis("density"), Y: figure.Axis{Quantity: "share of voxels"}, Legend: p.legendPlace(s)}
	var span scenario.Span
	if p.spec.Variable == "" {
		span = p.spec.Channels[0].Range
	}
	scale := all.of(span, p.counted(), p.spec.Log, s.values()...)
	if p.spec.Variable != "" {
		name, unit := columnWords(p.spec.Variable)
		chart.X, chart.Y.Quantity = figure.Axis{Quantity: name, Unit: unit, Log: p.spec.Log}, "cells"
		if p.spec.Label != "" {
			chart.X.Quantity = p.spec.Label
		}
	}
	chart.X.Low, chart.X.High = scale.Low, scale.High
	if p.spec.Variable == "" {
		p.dress(&chart.X, s)
	}
	p.hold(&chart.Y, all, heldHeights)
	bins := p.spec.Bins
	if bins == 0 {
		bins = defaultBins
	}
	for i, c := range s.Curves {
		series := figure.Series{Name: c.Name}
		if i < len(p.spec.Channels) && len(p.spec.Times) < 2 {
			series.Color = colour(p.spec.Channels[i].Color)
		}
		whole := 1.
		if p.spec.Variable == "" {
			whole = numbers(c.Y)
		}
		edges, counts := render.Histogram(c.Y, scale, bins)
		for k, n := range counts {
			series.Bars = append(series.Bars, figure.Bar{From: edges[k], To: edges[k+1], Height: float64(n) / whole})
		}
		chart.Series = append(chart.Series, series)
	}
	return chart
}

// numbers counts what is a number; at least 1.
func numbers(values []float64) float64 {
	n := 0.
	for _, v := range values {
		if !math.IsNaN(v) {
			n++
		}
	}
	return max(n, 1)
}
