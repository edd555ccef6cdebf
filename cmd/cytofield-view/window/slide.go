package window

import (
	"math"
	"slices"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
)

// slide is what a slider goes through: two decades each way of a value, 0 at its left end
// where the value may be 0; or evenly from 0 where there is nothing to go by.
type slide struct {
	low, high float64 // sizes; both negative where the value is
	log       bool
	zero      bool
}

// decades is how far a slider goes to either side.
const decades = 2

// aboveZero are keys of numbers that are never 0.
func aboveZero() []string {
	return []string{
		"diffusion", "radius", "half_max", "hill", "half_saturation", "saturation", "retardation", "extracellular", "volume",
		"persistence", "reach", "duration", "conductivity", "represents", "on_for", "off_for",
	}
}

// slideOf goes round what the value was when the session opened, and reaches what was
// published and what it is.
func slideOf(p session.Parameter) slide {
	size := math.Abs(p.Opened)
	if size == 0 {
		size = math.Abs(p.Published)
	}
	if size == 0 {
		return slide{0, max(usual(p.Unit), 1.25*math.Abs(p.Value)), false, true}
	}
	s := slide{size * math.Pow(10, -decades), size * math.Pow(10, decades), true, true}
	for _, v := range []float64{p.Value, p.Published} {
		if v = math.Abs(v); v > 0 {
			s.low, s.high = min(s.low, v/2), max(s.high, v*2)
		}
	}
	key := p.Words[len(p.Words)-1]
	s.zero = !slices.Contains(aboveZero(), key)
	if key == "extracellular" || key == "bias" || key == "synaptic_fraction" || key == "share" {
		s.high = 1
	}
	if key == "retardation" {
		s.low = 1
	}
	if p.Opened < 0 {
		s.low, s.high = -s.low, -s.high
	}
	return s
}

// usual is a large value of a unit, for what starts at 0.
func usual(unit string) float64 {
	if top, ok := map[string]float64{"molecules/s": 100, "um^2/s": 100, "1/s": 1e-3, "um/s": 0.1}[unit]; ok {
		return top
	}
	return 1
}

// zeroShare is the part of a slider that is 0.
const zeroShare = 0.04

// place returns where a value is, from 0 to 1.
func (s slide) place(v float64) float64 {
	if !s.log {
		return min(max(v/s.high, 0), 1)
	}
	if v == 0 {
		return 0
	}
	at := math.Log(v/s.low) / math.Log(s.high/s.low)
	if s.zero {
		at = zeroShare + (1-zeroShare)*at
	}
	return min(max(at, 0), 1)
}

// value returns what is at a place.
func (s slide) value(at float64) float64 {
	if !s.log {
		return at * s.high
	}
	if s.zero {
		if at < zeroShare/2 {
			return 0
		}
		at = max(at-zeroShare, 0) / (1 - zeroShare)
	}
	return s.low * math.Pow(s.high/s.low, at)
}
