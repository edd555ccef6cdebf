package plate

import (
	"math"

	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// scales are the ranges of all that a figure or a movie shows, by what is shown: they make
// a colour mean one density in every panel and at every time.
type scales map[string]*render.Range

// add takes values into the range of what they are of; NaN are none.
func (s scales) add(what string, planes ...*render.Plane) {
	r := s[what]
	if r == nil {
		r = &render.Range{}
		s[what] = r
	}
	for _, p := range planes {
		r.Add(p)
	}
}

// addValues is add for values that are no plane.
func (s scales) addValues(what string, values []float64) {
	p := &render.Plane{Values: make([]float32, len(values))}
	for i, v := range values {
		p.Values[i] = float32(v)
	}
	s.add(what, p)
}

// of returns the scale for a span: its ends, or round ones around all of the kind; around
// the planes alone where the span is a picture's own.
func (s scales) of(span scenario.Span, what string, log bool, planes ...*render.Plane) render.Scale {
	if !span.Automatic() {
		return render.Scale{Low: span.Low, High: span.High, Log: log}
	}
	if !span.Own && s[what] != nil {
		return s[what].Scale(log)
	}
	var own render.Range
	for _, p := range planes {
		own.Add(p)
	}
	return own.Scale(log)
}

// balanced is of with 0 in the middle, for differences.
func (s scales) balanced(span scenario.Span, what string, planes ...*render.Plane) render.Scale {
	if !span.Automatic() {
		return render.Scale{Low: span.Low, High: span.High}
	}
	r := s[what]
	if span.Own || r == nil {
		r = &render.Range{}
		for _, p := range planes {
			r.Add(p)
		}
	}
	low, high := r.Ends()
	var ends render.Range
	ends.Add(&render.Plane{Values: []float32{float32(max(math.Abs(low), math.Abs(high)))}})
	most := ends.Scale(false).High
	return render.Scale{Low: -most, High: most}
}
