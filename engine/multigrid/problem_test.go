package multigrid_test

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/cytofield/cytofield/bench"
	"github.com/cytofield/cytofield/engine/multigrid"
	"github.com/cytofield/cytofield/tissue"
)

// problem is a system to solve, and how many cycles to 1e-6 it may take.
type problem struct {
	name   string
	op     multigrid.Operator
	source []float64
	most   int
}

// law is a coefficient of each voxel.
type law func(v [3]int) float64

func constant(value float64) law { return func([3]int) float64 { return value } }

// mixed is strong in a share of the voxels, drawn at random, and weak elsewhere.
func mixed(seed uint64, share, strong, weak float64) law {
	return func(v [3]int) float64 {
		if draw(seed, v) < share {
			return strong
		}
		return weak
	}
}

// draw returns a number in [0, 1) that belongs to a voxel.
func draw(seed uint64, v [3]int) float64 {
	return rand.New(rand.NewPCG(seed, uint64(v[0])<<40|uint64(v[1])<<20|uint64(v[2]))).Float64()
}

// blocks is inside in half the cubes of a given edge, and 1 in the others.
func blocks(edge int, inside float64) law {
	return func(v [3]int) float64 {
		return mixed(7, 0.5, inside, 1)([3]int{v[0] / edge, v[1] / edge, v[2] / edge})
	}
}

// spheres is inside in twelve spheres of 4 to 9 voxels radius in 48³, and 1 around.
func spheres(inside float64) law {
	random := rand.New(rand.NewPCG(5, 0))
	var balls [12][4]float64
	for i := range balls {
		balls[i] = [4]float64{48 * random.Float64(), 48 * random.Float64(), 48 * random.Float64(), 4 + 5*random.Float64()}
	}
	return func(v [3]int) float64 {
		for _, b := range balls {
			x, y, z := float64(v[0])-b[0], float64(v[1])-b[1], float64(v[2])-b[2]
			if x*x+y*y+z*z < b[3]*b[3] {
				return inside
			}
		}
		return 1
	}
}

// box is inside in a box whose walls lie at odd and even places, and 1 around.
func box(inside float64) law {
	return func(v [3]int) float64 {
		if v[0] > 10 && v[0] < 31 && v[1] > 10 && v[1] < 31 && v[2] > 9 && v[2] < 30 {
			return inside
		}
		return 1
	}
}

// hole is a closed wall with a hole of 4×4 voxels.
func hole(v [3]int) float64 {
	if v[0] == 23 && (v[1] < 20 || v[1] > 23 || v[2] < 20 || v[2] > 23) {
		return 0
	}
	return 1
}

func eachVoxel(shape [3]int, visit func(i int, v [3]int)) {
	i := 0
	for z := range shape[2] {
		for y := range shape[1] {
			for x := range shape[0] {
				visit(i, [3]int{x, y, z})
				i++
			}
		}
	}
}

func sampled(shape [3]int, of law) []float64 {
	values := make([]float64, shape[0]*shape[1]*shape[2])
	eachVoxel(shape, func(i int, v [3]int) { values[i] = of(v) })
	return values
}

// faces returns harmonic means of αD of the two voxels of each face.
func faces(shape [3]int, periodic [3]bool, diffusion law) (all [3][]float64) {
	for axis := range 3 {
		all[axis] = sampled(shape, func(v [3]int) float64 {
			if v[axis] == 0 && !periodic[axis] {
				return 0
			}
			below := v
			below[axis] = (v[axis] - 1 + shape[axis]) % shape[axis]
			a, b := diffusion(v), diffusion(below)
			if a+b == 0 {
				return 0
			}
			return 2 * a * b / (a + b)
		})
	}
	return all
}

// alike returns a problem with the same face everywhere along each axis.
func alike(name string, shape [3]int, weights [3]float64, sink, source law, most int) problem {
	return problem{name, multigrid.Operator{Shape: shape, Weights: weights, Sink: sampled(shape, sink)}, sampled(shape, source), most}
}

// varied returns a problem of given αD; where that is 0 there are no sinks and sources.
func varied(name string, shape [3]int, diffusion, sink, source law, most int) problem {
	open := func(of law) law {
		return func(v [3]int) float64 {
			if diffusion(v) == 0 {
				return 0
			}
			return of(v)
		}
	}
	op := multigrid.Operator{Shape: shape, Faces: faces(shape, [3]bool{}, diffusion), Sink: sampled(shape, open(sink))}
	return problem{name, op, sampled(shape, open(source)), most}
}

// ofImplicitSteps leaves the solver the plain transfers.
func ofImplicitSteps(p problem) problem {
	p.op.Shifted = true
	return p
}

// exchange returns the steady state of the workload `exchange`, rates in 1/s.
func exchange(n int, diffusion, uptake float64, most int) problem {
	m := bench.Exchange(n, diffusion, uptake)
	op, source := workload(m)
	return problem{fmt.Sprintf("exchange n=%d D=%g U=%g", n, diffusion, uptake), op, source, most}
}

// shifted adds a rate to all sinks of a problem: an implicit step of time 1/rate.
func shifted(p problem, rate float64, most int) problem {
	p.name, p.most = fmt.Sprintf("%s, shifted by %g", p.name, rate), most
	for i := range p.op.Sink {
		p.op.Sink[i] += rate
	}
	return p
}

// workload returns the operator and sources of a model of one substrate and plain cells.
func workload(m *tissue.Model) (multigrid.Operator, []float64) {
	shape, spacing := m.Grid.Shape, m.Grid.Spacing
	s := m.Substrates[0]
	op := multigrid.Operator{Shape: shape, Sink: sampled(shape, constant(s.DecayRate))}
	for axis, h := range spacing {
		op.Weights[axis] = s.DiffusionCoefficient / (h * h)
	}
	source := make([]float64, len(op.Sink))
	voxel := spacing[0] * spacing[1] * spacing[2]
	for i, at := range m.Cells.Position {
		t := m.CellTypes[m.Cells.Type[i]]
		share, e := 4*math.Pi/3*t.Radius*t.Radius*t.Radius/voxel, t.Exchange[0]
		v := m.Grid.Index(int(at.X/spacing[0]), int(at.Y/spacing[1]), int(at.Z/spacing[2]))
		op.Sink[v] += share * (e.SecretionRate + e.UptakeRate)
		source[v] += share * e.SecretionRate * e.SaturationDensity
	}
	return op, source
}
