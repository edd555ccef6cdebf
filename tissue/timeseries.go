package tissue

import (
	"fmt"
	"math"
	"sort"
)

// TimeSeries is a density over time, in a substrate's unit: linear from knot to
// knot, constant before the first and after the last.
type TimeSeries struct {
	Times     []float64 // s, rising
	Densities []float64
}

// At returns the density at a time, s.
func (ts *TimeSeries) At(t float64) float64 {
	last := len(ts.Times) - 1
	i := sort.SearchFloat64s(ts.Times, t)
	switch {
	case i == 0:
		return ts.Densities[0]
	case i > last:
		return ts.Densities[last]
	}
	share := (t - ts.Times[i-1]) / (ts.Times[i] - ts.Times[i-1])
	return (1-share)*ts.Densities[i-1] + share*ts.Densities[i]
}

// Next returns the first knot after a time, s, +Inf where none is left: up to it
// the density is one straight line.
func (ts *TimeSeries) Next(t float64) float64 {
	for _, knot := range ts.Times {
		if knot > t {
			return knot
		}
	}
	return math.Inf(1)
}

// Slope returns the change of density per time just after a time, s.
func (ts *TimeSeries) Slope(t float64) float64 {
	i := sort.Search(len(ts.Times), func(i int) bool { return ts.Times[i] > t })
	if i == 0 || i == len(ts.Times) {
		return 0
	}
	return (ts.Densities[i] - ts.Densities[i-1]) / (ts.Times[i] - ts.Times[i-1])
}

// Highest returns the largest density there is at any time.
func (ts *TimeSeries) Highest() float64 {
	highest := math.Inf(-1)
	for _, density := range ts.Densities {
		highest = max(highest, density)
	}
	return highest
}

func densityAt(constant float64, series *TimeSeries, t float64) float64 {
	if series == nil {
		return constant
	}
	return series.At(t)
}

func (ts *TimeSeries) validate(unit DensityUnit) []error {
	if len(ts.Times) == 0 || len(ts.Times) != len(ts.Densities) {
		return []error{fmt.Errorf("time series of %d times and %d densities: want as many of each, at least one", len(ts.Times), len(ts.Densities))}
	}
	var faults []error
	for i, t := range ts.Times {
		if math.IsNaN(t) || math.IsInf(t, 0) || i > 0 && !(t > ts.Times[i-1]) {
			faults = append(faults, fmt.Errorf("time series: time %g s at knot %d: want rising times", t, i))
		}
		if d := ts.Densities[i]; !nonNegative(d) || d > MaxDensity {
			faults = append(faults, fmt.Errorf("time series: density %g %s at %g s: want 0 or more, at most %g", d, unit, t, MaxDensity))
		}
	}
	return faults
}
