package engine_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/engine/gpu/gputest"
	"github.com/cytofield/cytofield/tissue"
)

// scattered gives every voxel a density of its own.
func scattered(t *testing.T, s engine.Solver, g tissue.Grid) {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	f := tissue.NewField(g)
	for i := range f.Values {
		f.Values[i] = random.Float64()
	}
	if err := s.Write(0, f); err != nil {
		t.Fatal(err)
	}
}

// A layer holds the numbers that Read returns, bit for bit, before and after steps.
func TestLayersAreThoseOfTheField(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		for _, m := range []*tissue.Model{
			solid([3]int{5, 7, 3}), solid([3]int{1, 6, 4}), solid([3]int{70, 1, 2}), solid([3]int{1, 1, 1}), planar(9, 4),
		} {
			s := d.solver(t, m, engine.Options{})
			scattered(t, s, m.Grid)
			for range 2 {
				f := read(t, s, m.Grid, 0)
				for axis, layers := range m.Grid.Shape {
					for index := range layers {
						sameLayer(t, s, f, axis, index)
					}
				}
				advance(t, s, s.Time()+30)
			}
		}
	})
}

func sameLayer(t *testing.T, s engine.Solver, f *tissue.Field, axis, index int) {
	t.Helper()
	right, up := tissue.Across(axis)
	width, height := f.Grid.Shape[right], f.Grid.Shape[up]
	layer := make([]float64, width*height)
	if err := s.ReadLayer(0, axis, index, layer); err != nil {
		t.Fatal(err)
	}
	for v := range height {
		for u := range width {
			var at [3]int
			at[axis], at[right], at[up] = index, u, v
			if got, want := layer[u+width*v], f.At(at[0], at[1], at[2]); got != want {
				t.Fatalf("%v voxels, layer %d across axis %d: (%d, %d) is %g, want %g", f.Grid.Shape, index, axis, u, v, got, want)
			}
		}
	}
}

func TestLayersThatAreNoneAreRefused(t *testing.T) {
	m := solid([3]int{5, 7, 3})
	s := processor().solver(t, m, engine.Options{})
	for _, tc := range []struct {
		axis, index, room int
		want              string
	}{
		{3, 0, 35, "across axis 3"}, {-1, 0, 35, "across axis -1"},
		{2, 3, 35, "layer 3 across axis 2 of [5 7 3] voxels"}, {0, -1, 21, "layer -1"},
		{2, 0, 34, "a layer of 5 × 7 voxels into 34 densities"},
	} {
		err := s.ReadLayer(0, tc.axis, tc.index, make([]float64, tc.room))
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%+v: %v", tc, err)
		}
	}
}

// Of a field on a device nothing but the layer crosses the bus.
func TestOnlyTheLayerCrossesTheBus(t *testing.T) {
	d := gputest.Open(t)
	m := solid([3]int{20, 30, 40})
	solver, err := engine.NewGPUSolver(d, m, engine.Options{})
	s := closing(t, solver, err)
	for axis, size := range [3]int{30 * 40, 20 * 40, 20 * 30} {
		before := counts(t, d)
		if err := s.ReadLayer(0, axis, 2, make([]float64, size)); err != nil {
			t.Fatal(err)
		}
		after := counts(t, d)
		read, written := after.BytesRead-before.BytesRead, after.BytesWritten-before.BytesWritten
		if read != int64(4*size) || written != 0 {
			t.Errorf("axis %s: %d bytes read, %d written: want %d and none", fmt.Sprint(axis), read, written, 4*size)
		}
	}
}

func counts(t *testing.T, d *gpu.Device) (c gpu.Counts) {
	t.Helper()
	if err := d.Do(func(q *gpu.Queue) error { c = q.Counts(); return nil }); err != nil {
		t.Fatal(err)
	}
	return c
}

// The error of a step that is estimated voxel by voxel has the norm that the control of the
// step went by; written densities have none.
func TestErrorsByVoxelHaveTheNormOfTheStep(t *testing.T) {
	const rtol, atol = 1e-3, 1e-6
	onBothDevices(t, func(t *testing.T, d device) {
		m := populate(solid([3]int{9, 7, 5}), 7, exchanging("a", tissue.Exchange{NetExportRate: 10}), exchanging("b", tissue.Exchange{UptakeRate: 0.1}))
		s := d.solver(t, m, engine.Options{RelativeTolerance: rtol, AbsoluteTolerance: atol})
		reader := s.(interface {
			ReadError(s tissue.SubstrateID, axis, index int, dst []float64) error
		})
		layer := make([]float64, 9*7)
		if err := reader.ReadError(0, 2, 0, layer); !errors.Is(err, engine.ErrNoEstimate) {
			t.Errorf("before the first step: %v", err)
		}
		stats := advance(t, s, 100) // whose last step ends there
		sum, norm := 0.0, 0.0
		for z := range 5 {
			if err := reader.ReadError(0, 2, z, layer); err != nil {
				t.Fatal(err)
			}
			for _, e := range layer {
				sum += e * e
			}
		}
		f := read(t, s, m.Grid, 0)
		for _, c := range f.Values {
			norm += c * c
		}
		got := math.Sqrt(sum) / (rtol*math.Sqrt(norm) + atol*math.Sqrt(9*7*5))
		if math.Abs(got/stats.LastError-1) > 1e4*d.epsilon { // the defect is a small difference of densities
			t.Errorf("the errors come to %g of the tolerance, the step's to %g", got, stats.LastError)
		}
		write(t, s, 0, f)
		if err := reader.ReadError(0, 2, 0, layer); !errors.Is(err, engine.ErrNoEstimate) {
			t.Errorf("of a density that was written: %v", err)
		}
	})
}
