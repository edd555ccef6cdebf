package render

import (
	"fmt"
	"math"
)

// Scale maps densities to positions between 0 and 1, linearly or by their
// logarithm:
//
//	t = (c − low)/(high − low)         t = ln(c/low)/ln(high/low)
type Scale struct {
	Low, High float64 // densities at the two ends, in the unit of the field
	Log       bool
}

// Validate reports a scale without an extent, or a logarithmic one that does not
// start above zero.
func (s Scale) Validate() error {
	switch {
	case math.IsInf(s.Low, 0) || math.IsInf(s.High, 0) || !(s.Low < s.High):
		return fmt.Errorf("render: scale from %g to %g: want two finite densities that rise", s.Low, s.High)
	case s.Log && s.Low <= 0:
		return fmt.Errorf("render: logarithmic scale from %g: want a density above 0", s.Low)
	}
	return nil
}

// Position returns where a density lies between the low end, 0, and the high
// end, 1. Densities beyond an end are clipped to it, so on a logarithmic scale 0
// has position 0. NaN stays NaN, and a Map gives it the colour Missing.
func (s Scale) Position(density float64) float64 {
	switch {
	case math.IsNaN(density):
		return math.NaN()
	case !(density > s.Low):
		return 0
	case density >= s.High:
		return 1
	case s.Log:
		return math.Log(density/s.Low) / math.Log(s.High/s.Low)
	default:
		return (density - s.Low) / (s.High - s.Low)
	}
}

// Density returns the density at a position from 0 to 1.
func (s Scale) Density(position float64) float64 {
	if s.Log {
		return s.Low * math.Pow(s.High/s.Low, position)
	}
	return s.Low + position*(s.High-s.Low)
}

// Range is what densities a set of planes has, found one plane after another.
// The zero Range has seen none.
type Range struct {
	seen     bool
	low      float64 // smallest
	high     float64 // largest
	positive float64 // smallest above 0; 0: none
}

// Add takes the finite densities of a plane into the range.
func (r *Range) Add(p *Plane) {
	for _, value := range p.Values {
		c := float64(value)
		if math.IsNaN(c) || math.IsInf(c, 0) {
			continue
		}
		if !r.seen {
			r.seen, r.low, r.high = true, c, c
		}
		r.low, r.high = min(r.low, c), max(r.high, c)
		if c > 0 && (r.positive == 0 || c < r.positive) {
			r.positive = c
		}
	}
}

// Empty reports whether nothing has been added.
func (r *Range) Empty() bool { return !r.seen }

// AddEnds takes densities into the range of which only the ends are known. Where the
// smallest is 0, the smallest above 0 is not.
func (r *Range) AddEnds(low, high float64) {
	if !r.seen {
		r.seen, r.low, r.high = true, low, high
	}
	r.low, r.high = min(r.low, low), max(r.high, high)
	if low > 0 && (r.positive == 0 || low < r.positive) {
		r.positive = low
	}
}

// Ends returns the smallest and the largest density; zeros before the first.
func (r *Range) Ends() (low, high float64) { return r.low, r.high }

// decades is how far below its high end an automatic logarithmic scale reaches.
const decades = 4

// Scale returns a scale with round ends that shows the range. A linear one runs
// from 0 to the next of 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10 × 10ⁿ above the largest
// density, a logarithmic one from a power of ten, at most four decades below. A
// range without a positive density is given the high end 1.
func (r *Range) Scale(log bool) Scale {
	high := 1.0
	if r.high > 0 {
		high = roundUp(r.high)
	}
	if !log {
		return Scale{Low: 0, High: high}
	}
	top := math.Log10(high)
	low := math.Ceil(top - decades - 1e-9) // 1e-9: a power of ten is its own decade
	if r.positive > 0 {
		low = max(low, min(math.Floor(math.Log10(r.positive)+1e-9), math.Ceil(top-1e-9)-1))
	}
	return Scale{Low: math.Pow(10, low), High: high, Log: true}
}

// AutoScale returns a scale with round ends for one plane; see Range.Scale. For
// the frames of a movie, add all planes to one Range.
func AutoScale(p *Plane, log bool) Scale {
	var r Range
	r.Add(p)
	return r.Scale(log)
}

// roundUp returns the next round number not below v, which is positive.
func roundUp(v float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, step := range []float64{1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10} {
		if step*power >= v*(1-1e-6) { // 1e-6: 0.3 in float32 is a little above 0.3
			return step * power
		}
	}
	return 10 * power
}
