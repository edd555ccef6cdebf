package figure

import "image/color"

// Chart is a panel of curves, marks, bands and bars over two axes: a time series, a
// profile, a histogram, what was observed over what was expected.
//
//	c := figure.Chart{X: figure.Axis{Quantity: "r", Unit: "µm"}, Y: figure.Axis{Quantity: "C", Unit: "pM", Log: true},
//		Marks: "observed", Lines: "exact", Series: []figure.Series{{Line: exact, Marks: observed}}}
//	err := figure.Figure{Panels: []figure.Panel{c}}.Save("profile.png", figure.Options{})
type Chart struct {
	Title        string
	Stamped      bool    // the time stands above, as in a movie
	Time         float64 // s, where it is stamped
	TimeUnit     string  // of the time stamp, "h"; "": as people say it, 2 h 10 min
	X, Y         Axis
	Marks, Lines string   // what all marks and all lines are, for the legend; "": no such entry
	Series       []Series // each in its colour and with its mark
	References   []Reference
	Legend       LegendPlace
	Style        Style
	Grid         bool // faint lines at the labels
}

// Axis is a quantity along a side of a chart.
type Axis struct {
	Quantity  string  // "time"; a single letter is set in italics
	Unit      string  // of the data: "µm"; "": a number
	Shown     string  // unit of the labels, "h" for s; "": Unit
	Log       bool    // powers of ten at equal distances; all data must be positive
	Low, High float64 // ends, in Unit; 0 and 0 stand for round numbers beyond all of the data
}

// Series is one thing seen in several ways. Each may be empty.
type Series struct {
	Name   string // for the legend; "": no entry
	Line   []Point
	Marks  []Point
	Band   []Interval // a spread around the line
	Bars   []Bar      // a histogram; where several series have one, steps
	Color  color.RGBA // the zero value stands for one of Theme.Series
	Dashed bool
}

// Point is a point of a series, in the units of the axes.
type Point struct{ X, Y float64 }

// Interval is from where to where a series spreads at a place.
type Interval struct{ X, Low, High float64 }

// Bar is a bar of a histogram.
type Bar struct{ From, To, Height float64 }

// Reference is a line across a chart at a value: a threshold, an event.
type Reference struct {
	Value   float64 // in the unit of its axis
	Upright bool    // at a value of X, else of Y
	Name    string  // beside it
}

// LegendPlace is where the legend of a chart stands.
type LegendPlace int

// The places. A legend inside takes a free corner; where there is none, it stands above.
const (
	AboveChart LegendPlace = iota
	BelowChart
	InsideChart
	NoLegend
)
