package engine_test

import (
	"math"
	"strings"
	"testing"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/gpu/gputest"
	"github.com/cytofield/cytofield/tissue"
)

// A projection is that of the field that Read returns, without what is impermeable: extremes
// bit for bit, means as the device adds.
func TestProjectionsAreThoseOfTheField(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		for _, m := range []*tissue.Model{
			solid([3]int{5, 7, 3}), solid([3]int{1, 6, 4}), solid([3]int{70, 1, 2}), solid([3]int{1, 1, 1}), planar(9, 4), regional(solid([3]int{13, 11, 9})), regional(planar(12, 9)),
		} {
			s := d.solver(t, m, engine.Options{})
			scattered(t, s, m.Grid)
			advance(t, s, 30)
			f := read(t, s, m.Grid, 0)
			for axis := range 3 {
				for _, how := range []engine.Projection{engine.Maximum, engine.Minimum, engine.Mean, engine.LeastPositive} {
					sameProjection(t, s, m, f, axis, how, 16*d.epsilon)
				}
				sparse(f)
				if err := s.Write(0, f); err != nil {
					t.Fatal(err)
				}
				f = read(t, s, m.Grid, 0)
				sameProjection(t, s, m, f, axis, engine.LeastPositive, 0)
			}
		}
	})
}

// sparse takes the densities out of two of three voxels.
func sparse(f *tissue.Field) {
	for i := range f.Values {
		if i%3 != 0 {
			f.Values[i] = 0
		}
	}
}

func sameProjection(t *testing.T, s engine.Solver, m *tissue.Model, f *tissue.Field, axis int, how engine.Projection, tolerance float64) {
	t.Helper()
	want := projected(m, f, axis, how)
	got := make([]float64, len(want))
	if err := s.ReadProjection(0, axis, how, got); err != nil {
		t.Fatal(err)
	}
	if how != engine.Mean {
		tolerance = 0
	}
	for i, c := range got {
		if math.IsNaN(c) != math.IsNaN(want[i]) || math.Abs(c-want[i]) > tolerance*math.Abs(want[i]) {
			t.Fatalf("%v voxels, projection %d along axis %d: column %d is %g, want %g", f.Grid.Shape, how, axis, i, c, want[i])
		}
	}
}

// projected reduces a field voxel by voxel.
func projected(m *tissue.Model, f *tissue.Field, axis int, how engine.Projection) []float64 {
	right, up := tissue.Across(axis)
	width := f.Grid.Shape[right]
	columns := make([][]float64, width*f.Grid.Shape[up])
	for voxel, c := range f.Values {
		if labels := m.Labels(); labels != nil && labels[voxel] > 0 && m.Regions[labels[voxel]-1].Impermeable {
			continue
		}
		at := f.Grid.Coordinates(voxel)
		column := &columns[at[right]+width*at[up]]
		*column = append(*column, c)
	}
	all := make([]float64, len(columns))
	for i, column := range columns {
		most, least, sum, positive := math.Inf(-1), math.Inf(1), 0., math.NaN()
		for _, c := range column {
			most, least, sum = max(most, c), min(least, c), sum+c
			if c > 0 && !(positive <= c) {
				positive = c
			}
		}
		all[i] = [...]float64{most, least, sum / float64(len(column)), positive}[how]
		if len(column) == 0 {
			all[i] = math.NaN()
		}
	}
	return all
}

func TestProjectionsThatAreNoneAreRefused(t *testing.T) {
	s := processor().solver(t, solid([3]int{5, 7, 3}), engine.Options{})
	for _, tc := range []struct {
		axis int
		how  engine.Projection
		room int
		want string
	}{
		{3, engine.Mean, 35, "along axis 3"}, {-1, engine.Mean, 35, "along axis -1"}, {2, 4, 35, "projection 4"},
		{2, engine.Mean, 34, "a projection of 5 × 7 voxels into 34 densities"},
	} {
		err := s.ReadProjection(0, tc.axis, tc.how, make([]float64, tc.room))
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%+v: %v", tc, err)
		}
	}
}

// Of a field on a device nothing but the plane crosses the bus.
func TestOnlyTheProjectionCrossesTheBus(t *testing.T) {
	d := gputest.Open(t)
	solver, err := engine.NewGPUSolver(d, regional(solid([3]int{20, 30, 40})), engine.Options{})
	s := closing(t, solver, err)
	for axis, size := range [3]int{30 * 40, 20 * 40, 20 * 30} {
		before := counts(t, d)
		if err := s.ReadProjection(0, axis, engine.Maximum, make([]float64, size)); err != nil {
			t.Fatal(err)
		}
		after := counts(t, d)
		read, written := after.BytesRead-before.BytesRead, after.BytesWritten-before.BytesWritten
		if read != int64(4*size) || written != 0 {
			t.Errorf("axis %d: %d bytes read, %d written: want %d and none", axis, read, written, 4*size)
		}
	}
}
