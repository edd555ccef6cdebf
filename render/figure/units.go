package figure

import (
	"fmt"
	"math"

	"github.com/cytofield/cytofield/render"
)

// units are what axes convert between, by what they measure, with their size in the
// first of the kind.
var units = [...][]struct {
	name string
	size float64
}{
	{{"s", 1}, {"ms", 1e-3}, {"min", 60}, {"h", 3600}, {"d", 86400}},
	{{"µm", 1}, {"nm", 1e-3}, {"mm", 1e3}, {"cm", 1e4}},
	{{"M", 1}, {"mM", 1e-3}, {"µM", 1e-6}, {"nM", 1e-9}, {"pM", 1e-12}, {"fM", 1e-15}, {"aM", 1e-18}},
}

// conversion returns the factor from one unit to another, which is the same where
// it is empty.
func conversion(from, to string) (float64, error) {
	if to == "" || to == from {
		return 1, nil
	}
	for _, kind := range units {
		a, b := 0.0, 0.0
		for _, u := range kind {
			if u.name == from {
				a = u.size
			}
			if u.name == to {
				b = u.size
			}
		}
		if a > 0 && b > 0 {
			return a / b, nil
		}
	}
	return 0, fmt.Errorf("%q shown in %q: want units of one kind, of time, length or concentration", from, to)
}

// isLength reports whether a unit is one of length.
func isLength(unit string) bool {
	_, err := conversion(unit, "µm")
	return err == nil
}

// shownUnit returns the unit in which a scale is shown, and the factor from the given one to
// it: the unit asked for or, of "", the readable one.
func shownUnit(unit, asked string, sc render.Scale) (label words, factor float64, err error) {
	if asked == "" {
		label, factor = readableUnit(unit, max(math.Abs(sc.Low), math.Abs(sc.High)))
		return label, factor, nil
	}
	factor, err = conversion(unit, asked)
	return plain(asked), factor, err
}
