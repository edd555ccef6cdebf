package engine_test

import (
	"math"
	"testing"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue"
)

// wave is an eigenfunction of ∂²/∂x² between two walls a length L apart, µm, with
// the boundary it belongs to.
type wave struct {
	name     string
	boundary tissue.Boundary
	periods  float64 // in L
	phase    float64
}

func (w wave) number(length float64) float64 { return 2 * math.Pi * w.periods / length }
func (w wave) at(x, length float64) float64  { return math.Cos(w.number(length)*x + w.phase) }

func waves() []wave {
	return []wave{
		{"cosine between no-flux walls", tissue.Boundary{Kind: tissue.NoFlux}, 0.5, 0},
		{"periodic wave", tissue.Boundary{Kind: tissue.Periodic}, 1, 0.7},
		{"sine between held walls", tissue.Boundary{Kind: tissue.Dirichlet}, 0.5, -math.Pi / 2},
	}
}

// eigenmode is a product of waves along the axes that have one. A substrate that
// starts as 1 + product (the product alone where a wall holds it at 0) goes as
//
//	c(x, t) = exp(−λt) (1 + product exp(−D Σk² t))
type eigenmode struct {
	waves  map[int]wave // by axis
	length [3]float64   // of the box, µm
}

func (e eigenmode) model(shape [3]int) *tissue.Model {
	m := solid(shape)
	for axis := range 3 {
		m.Grid.Spacing[axis] = e.length[axis] / float64(shape[axis])
		if w, ok := e.waves[axis]; ok {
			m.Substrates[0].Boundary[axis] = [2]tissue.Boundary{w.boundary, w.boundary}
		}
	}
	return m
}

// number2 returns Σk², 1/µm².
func (e eigenmode) number2() float64 {
	sum := 0.0
	for axis, w := range e.waves {
		k := w.number(e.length[axis])
		sum += k * k
	}
	return sum
}

func (e eigenmode) field(m *tissue.Model, t float64) *tissue.Field {
	s := m.Substrates[0]
	offset := 1.0
	for _, w := range e.waves {
		if w.boundary.Kind == tissue.Dirichlet {
			offset = 0
		}
	}
	fade := math.Exp(-s.DiffusionCoefficient * e.number2() * t)
	return filled(m.Grid, func(x, y, z float64) float64 {
		product := 1.0
		for axis, place := range [3]float64{x, y, z} {
			if w, ok := e.waves[axis]; ok {
				product *= w.at(place, e.length[axis])
			}
		}
		return math.Exp(-s.DecayRate*t) * (offset + product*fade)
	})
}

// errors returns the relative L2 errors after diffusion and decay have taken 1/e
// of the mode, on grids of the given shapes, against the continuum.
func (e eigenmode) errors(t *testing.T, d device, steps int, shapes ...[3]int) []float64 {
	t.Helper()
	var errors []float64
	for _, shape := range shapes {
		m := e.model(shape)
		m.Substrates[0].InitialDensity = 0
		duration := 1 / (m.Substrates[0].DiffusionCoefficient*e.number2() + m.Substrates[0].DecayRate)
		// A mode may be negative: the tolerance below zero is 10, and a fixed step
		// has no other use for it.
		s := d.solver(t, m, engine.Options{TimeStep: duration / float64(steps), AbsoluteTolerance: 10})
		write(t, s, 0, e.field(m, 0))
		advance(t, s, duration)
		errors = append(errors, distance(read(t, s, m.Grid, 0).Values, e.field(m, duration).Values))
	}
	return errors
}

// A wave along one axis, in a box whose other two edges differ and have but two
// and three voxels: an axis with the weight of another cannot converge.
//
// The error in time is C/steps² with C < 0.1, RKC2's largest error constant: 1e-7
// for 1000 steps, where the finest grid has 1e-5 and more. On the GPU 100 steps
// round by up to 6e-6 together, so that the finest grid is the one that has 5e-5.
func TestDiffusionIsSecondOrderInSpacePerAxis(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		sizes, steps := []int{16, 32, 64, 128}, 1000
		if d.name == "gpu" {
			sizes, steps = []int{8, 16, 32, 64}, 100
		}
		if testing.Short() {
			sizes = sizes[1:3]
		}
		for axis := range 3 {
			for _, w := range waves() {
				t.Run(tissue.AxisName(axis)+"/"+w.name, func(t *testing.T) {
					e := eigenmode{waves: map[int]wave{axis: w}}
					var shapes [][3]int
					for _, n := range sizes {
						shape := [3]int{}
						shape[axis], shape[(axis+1)%3], shape[(axis+2)%3] = n, 2, 3
						shapes = append(shapes, shape)
					}
					e.length[axis], e.length[(axis+1)%3], e.length[(axis+2)%3] = 160, 14, 39
					errors := e.errors(t, d, steps, shapes...)
					t.Logf("%.3g", errors)
					order(t, errors, 2, 0.05)
				})
			}
		}
	})
}

// A product of three waves, one of each kind, with three different spacings.
func TestDiffusionIsSecondOrderInSpace(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		w := waves()
		e := eigenmode{map[int]wave{0: w[0], 1: w[1], 2: w[2]}, [3]float64{160, 320, 240}}
		// The error in time is 0.1 (1/100)² = 1e-5 of the mode at most, 1 % of the
		// error on the finest grid.
		errors := e.errors(t, d, 100, [3]int{8, 16, 12}, [3]int{16, 32, 24}, [3]int{32, 64, 48})
		t.Logf("%.3g", errors)
		order(t, errors, 2, 0.05)
	})
}

// In 2D nothing spreads along the thickness, whatever it is.
func TestDiffusionInThePlaneIsSecondOrder(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		w := waves()
		e := eigenmode{map[int]wave{0: w[1], 1: w[2]}, [3]float64{320, 240, 3}}
		errors := e.errors(t, d, 100, [3]int{16, 12, 1}, [3]int{32, 24, 1}, [3]int{64, 48, 1})
		t.Logf("%.3g", errors)
		order(t, errors, 2, 0.05)
	})
}
