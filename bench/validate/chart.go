package validate

import (
	"fmt"
	"math"

	"github.com/cytofield/cytofield/render/figure"
)

// draw begins the case's figure.
func (l *lab) draw(x, y figure.Axis) {
	l.chart = &figure.Chart{X: x, Y: y, Marks: "observed", Lines: "exact"}
}

// trace adds to the figure what was observed and what was expected.
func (l *lab) trace(name string, observed, expected []figure.Point) {
	l.chart.Series = append(l.chart.Series, figure.Series{Name: name, Marks: observed, Line: expected})
}

// profile returns the readings whose names hold x as format prints it.
func (l *lab) profile(format string, xs ...float64) []figure.Point {
	points := make([]figure.Point, len(xs))
	for i, x := range xs {
		points[i] = figure.Point{X: x, Y: l.readings[fmt.Sprintf(format, x)].value}
	}
	return points
}

// samples observes something at n places at equal ratios.
func samples(n int, from, to float64, observe func(float64) (float64, error)) ([]figure.Point, error) {
	points := make([]figure.Point, n)
	for i := range points {
		x := from * math.Pow(to/from, float64(i)/float64(n-1))
		y, err := observe(x)
		if err != nil {
			return nil, err
		}
		points[i] = figure.Point{X: x, Y: y}
	}
	return points, nil
}

// curve samples a function for a line.
func curve(from, to float64, f func(float64) float64) []figure.Point {
	const n = 200
	points := make([]figure.Point, n+1)
	for i := range points {
		x := from + (to-from)*float64(i)/n
		points[i] = figure.Point{X: x, Y: f(x)}
	}
	return points
}
