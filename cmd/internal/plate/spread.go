package plate

import (
	"math"
	"slices"

	"github.com/cytofield/cytofield/tissue/scenario"
)

// wide is how many times the median the largest density is where a linear scale would leave
// half of a picture in the darkest thirtieth of its colours.
const wide = 30

// Spread gives the panels of a figure that show densities as colours a logarithmic scale
// where these lie wide apart.
func Spread(spec *scenario.Figure, run *Recorded) error {
	for i, picture := range NewPage(spec, run, nil).pictures {
		if k := picture.spec.Kind; k == scenario.DifferencePanel || !picture.ofDensities() {
			continue
		}
		s, err := picture.ofRun(Last())
		if err != nil {
			return err
		}
		spec.Panels[i].Log = s.isWide()
	}
	return nil
}

// isWide reports whether there are colours, and the densities of each channel lie wide apart.
func (s *shot) isWide() bool {
	for _, plane := range s.Planes {
		if !apart(plane.Values) {
			return false
		}
	}
	for _, f := range s.Fields {
		if !apart(f.Values) {
			return false
		}
	}
	return len(s.Planes)+len(s.Fields) > 0
}

// apart reports whether the largest of some densities is more than wide times their median.
func apart[T float32 | float64](values []T) bool {
	known := slices.DeleteFunc(slices.Clone(values), func(v T) bool { return math.IsNaN(float64(v)) })
	if len(known) == 0 {
		return false
	}
	slices.Sort(known)
	return known[len(known)-1] > wide*known[len(known)/2]
}
