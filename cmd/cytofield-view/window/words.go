package window

import (
	"math"
	"strconv"
	"strings"

	"github.com/cytofield/cytofield/tissue"
)

// number prints three digits, plainly where that is short.
func number(v float64) string {
	size := math.Abs(v)
	switch {
	case v == 0:
		return "0"
	case size >= 1e5 || size < 1e-3:
		return strings.Replace(strconv.FormatFloat(v, 'e', 2, 64), "e-", "e−", 1)
	case size >= 100:
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}

// readable returns the unit in which densities up to a value are best read, and how many
// of it one of the substrate's is.
func readable(u tissue.DensityUnit, high float64) (unit string, factor float64) {
	switch {
	case u == tissue.DimensionlessUnit:
		return "", 1
	case u != tissue.Nanomolar:
		return string(u), 1
	case high >= 1000:
		return "µM", 1e-3
	case high >= 1 || high == 0:
		return "nM", 1
	case high >= 1e-3:
		return "pM", 1e3
	}
	return "fM", 1e6
}

// density prints one with its unit.
func density(v float64, u tissue.DensityUnit) string {
	unit, factor := readable(u, math.Abs(v))
	if unit == "" {
		return number(v)
	}
	return number(v*factor) + " " + unit
}

// timeUnit returns the unit in which times up to one, s, are best read, and its seconds.
func timeUnit(duration float64) (unit string, seconds float64) {
	switch {
	case duration > 3*86400:
		return "d", 86400
	case duration > 2*3600:
		return "h", 3600
	case duration > 120:
		return "min", 60
	}
	return "s", 1
}

// roundLength returns the largest of 1, 2, 5 × 10ⁿ µm that is not above a length.
func roundLength(most float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(most)))
	for _, step := range []float64{5, 2} {
		if step*power <= most {
			return step * power
		}
	}
	return power
}

// length prints one, µm.
func length(micrometres float64) string {
	if micrometres >= 1000 {
		return strconv.FormatFloat(micrometres/1000, 'g', 4, 64) + " mm"
	}
	return strconv.FormatFloat(micrometres, 'g', 4, 64) + " µm"
}
