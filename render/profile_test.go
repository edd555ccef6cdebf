package render

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
)

func TestRadialProfileOfOneOverR(t *testing.T) {
	f := tissue.NewField(tissue.Grid{Shape: [3]int{81, 81, 81}, Spacing: [3]float64{1, 1, 1}})
	centre := r3.Vec{X: 40.5, Y: 40.5, Z: 40.5}
	for i := range f.Values {
		at := f.Grid.Coordinates(i)
		f.Values[i] = 1 / r3.Norm(r3.Sub(f.Grid.Centre(at[0], at[1], at[2]), centre))
	}
	f.Set(40, 40, 48, math.NaN())
	const radius, width = 5.0, 6.0
	shells := RadialProfile(f, []r3.Vec{centre}, radius, width, 5)
	for i, s := range shells {
		a, b := radius+s.Inner, radius+s.Outer
		// Mean of 1/r over a shell. Voxels leave its edges ragged: 0.9 % seen in the
		// smallest, and 3 % with voxels of twice the edge.
		want := 1.5 * (b*b - a*a) / (b*b*b - a*a*a)
		if math.Abs(s.Mean-want) > 0.02*want {
			t.Errorf("shell %d: mean %g, want %g", i, s.Mean, want)
		}
		if low, high := s.Percentile(0), s.Percentile(1); low < 1/b || high > 1/a || low >= high {
			t.Errorf("shell %d: %g to %g, want within %g to %g", i, low, high, 1/b, 1/a)
		}
	}
	if far := RadialProfile(f, nil, radius, width, 1)[0]; far.Voxels != 0 || !math.IsNaN(far.Percentile(0.5)) || !math.IsNaN(far.Mean) {
		t.Errorf("no cells: %+v", far)
	}
}

func TestHistogramCountsEveryNumberInsideOnce(t *testing.T) {
	edges, counts := Histogram([]float64{-1, 0, 0.5, 1, 3.9, 4, 5, math.NaN()}, Scale{Low: 0, High: 4}, 4)
	if !slices.Equal(edges, []float64{0, 1, 2, 3, 4}) || !slices.Equal(counts, []int{2, 1, 0, 2}) {
		t.Errorf("linear: %v at %v", counts, edges)
	}
	_, counts = Histogram([]float64{0.05, 0.2, 2, 50, 100, 0}, Scale{Low: 0.1, High: 100, Log: true}, 3)
	if !slices.Equal(counts, []int{1, 1, 2}) {
		t.Errorf("logarithmic: %v", counts)
	}
}
