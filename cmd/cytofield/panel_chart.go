package main

import (
	"fmt"
	"math"
	"strings"

	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// curve is one line of a chart, in the units of its axes.
type curve struct {
	Name      string
	X, Y      []float64
	Low, High []float64 // a spread around Y; nil without
}

// takeSeries takes columns of series.csv: those asked for, or the means of substrates.
func (p *picture) takeSeries() (*shot, error) {
	table, err := p.run.table("series")
	if err != nil {
		return nil, err
	}
	time, err := table.Column("t_s")
	if err != nil {
		return nil, inputError{err}
	}
	s := &shot{}
	for name, column := range p.columns() {
		values, err := table.Column(column)
		if err != nil {
			return nil, inputError{err}
		}
		s.Curves = append(s.Curves, curve{Name: name, X: time, Y: values})
	}
	return s, nil
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
func (p *picture) drawSeries(s *shot) (figure.Panel, error) {
	end := 0.
	for _, c := range s.Curves {
		end = max(end, c.X[len(c.X)-1])
	}
	chart := figure.Chart{Title: p.spec.Title, X: figure.Axis{Quantity: "time", Unit: "s", Shown: timeUnit(end)}, Grid: true, Legend: p.legendPlace(s)}
	chart.Y = p.densityAxis(s, "mean density")
	if len(p.spec.Columns) > 0 {
		chart.Y = figure.Axis{Quantity: commonWords(p.spec.Columns), Log: p.spec.Log}
	}
	p.addCurves(&chart, s)
	return chart, nil
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
func (p *picture) densityAxis(s *shot, name string) figure.Axis {
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
		if i < len(p.spec.Channels) && len(p.spec.Times) < 2 {
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

// curveName tells the curves of a chart apart: by substrate, by time, or both.
func (p *picture) curveName(channel int, t float64) string {
	name := p.model.Substrates[p.spec.Channels[channel].Substrate].Name
	switch {
	case len(p.spec.Times) < 2:
		return name
	case len(p.spec.Channels) < 2:
		return figure.FormatTime(t)
	}
	return fmt.Sprintf("%s, %s", name, figure.FormatTime(t))
}
