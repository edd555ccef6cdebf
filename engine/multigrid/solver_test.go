package multigrid_test

import (
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/cytofield/cytofield/engine/multigrid"
)

func solve(t *testing.T, op multigrid.Operator, source []float64, tolerance float64) []float64 {
	t.Helper()
	solver, err := multigrid.New(op)
	if err != nil {
		t.Fatal(err)
	}
	u := make([]float64, len(source))
	if _, residual, err := solver.Solve(u, source, tolerance, 40); err != nil || residual > tolerance {
		t.Fatalf("residual %g, error %v", residual, err)
	}
	return u
}

// applied returns A u, voxel by voxel from the definition.
func applied(op multigrid.Operator, u []float64) []float64 {
	number := func(v [3]int) int { return v[0] + op.Shape[0]*(v[1]+op.Shape[1]*v[2]) }
	out := make([]float64, len(u))
	eachVoxel(op.Shape, func(i int, v [3]int) {
		if op.Sink != nil {
			out[i] += op.Sink[i] * u[i]
		}
		for axis, n := range op.Shape {
			if v[axis] == 0 && (!op.Periodic[axis] || n == 1) {
				continue
			}
			below, t := v, op.Weights[axis]
			below[axis] = (v[axis] - 1 + n) % n
			if op.Faces[axis] != nil {
				t = op.Faces[axis][i]
			}
			j := number(below)
			out[i] += t * (u[i] - u[j])
			out[j] += t * (u[j] - u[i])
		}
	})
	return out
}

// The operator itself, on any shape, is the one of the definition: a random field is
// found again from what the definition makes of it.
func TestSolutionIsThatOfTheDefinition(t *testing.T) {
	none, all := [3]bool{}, [3]bool{true, true, true}
	for _, tc := range []struct {
		name     string
		shape    [3]int
		periodic [3]bool
	}{
		{"one voxel", [3]int{1, 1, 1}, all},
		{"two voxels", [3]int{2, 1, 1}, all},
		{"three voxels", [3]int{1, 1, 3}, all},
		{"line", [3]int{1, 17, 1}, none},
		{"plane", [3]int{13, 1, 10}, [3]bool{false, false, true}},
		{"odd", [3]int{9, 7, 5}, none},
		{"odd, periodic", [3]int{9, 7, 5}, all},
		{"even, periodic", [3]int{6, 4, 10}, all},
		{"one periodic", [3]int{5, 8, 7}, [3]bool{true, false, false}},
		{"large enough to be shared out", [3]int{31, 33, 37}, [3]bool{true, false, true}},
	} {
		for _, diffusion := range []law{nil, mixed(2, 0.3, 0.1, 1)} {
			op := multigrid.Operator{Shape: tc.shape, Periodic: tc.periodic, Weights: [3]float64{1, 2, 3}, Sink: sampled(tc.shape, mixed(1, 0.3, 5, 0.1))}
			name := tc.name
			if diffusion != nil {
				op.Faces, name = faces(tc.shape, tc.periodic, diffusion), name+", varied"
			}
			t.Run(name, func(t *testing.T) {
				want := sampled(tc.shape, func(v [3]int) float64 { return draw(9, v) })
				got := solve(t, op, applied(op, want), 1e-12)
				for i := range want {
					if math.Abs(got[i]-want[i]) > 1e-9 {
						t.Fatalf("voxel %d: %g, want %g", i, got[i], want[i])
					}
				}
			})
		}
	}
}

// A cosine between no-flux walls is an eigenvector of the discrete operator, with
// (2/Δx²)(1 − cos(πm/n)) for the second derivative.
func TestCosineModeIsExact(t *testing.T) {
	shape, modes, weights, decay := [3]int{24, 15, 11}, [3]float64{2, 1, 3}, [3]float64{1, 2, 0.5}, 0.03
	cosine := func(v [3]int) float64 {
		product := 1.0
		for axis, n := range shape {
			product *= math.Cos(math.Pi * modes[axis] * (float64(v[axis]) + 0.5) / float64(n))
		}
		return product
	}
	eigenvalue := decay
	for axis, n := range shape {
		eigenvalue += 2 * weights[axis] * (1 - math.Cos(math.Pi*modes[axis]/float64(n)))
	}
	source := sampled(shape, cosine)
	u := solve(t, multigrid.Operator{Shape: shape, Weights: weights, Sink: sampled(shape, constant(decay))}, source, 1e-12)
	for i := range u {
		if math.Abs(u[i]-source[i]/eigenvalue) > 1e-9/eigenvalue {
			t.Fatalf("voxel %d: %g, want %g", i, u[i], source[i]/eigenvalue)
		}
	}
}

// Between held walls 0 and 1, with decay of length ℓ, the steady state is
// sinh(x/ℓ)/sinh(L/ℓ); the walls are half a voxel away: k = 2D/Δx².
func TestHeldWallsAreSecondOrder(t *testing.T) {
	const length, decayLength = 1, 0.3
	errorOf := func(n int) float64 {
		h := 1 / float64(n)
		w := decayLength * decayLength / (h * h)
		sink, source := sampled([3]int{n, 1, 1}, constant(1)), make([]float64, n)
		sink[0] += 2 * w
		sink[n-1] += 2 * w
		source[n-1] = 2 * w
		u := solve(t, multigrid.Operator{Shape: [3]int{n, 1, 1}, Weights: [3]float64{w}, Sink: sink}, source, 1e-13)
		squares := 0.0
		for i := range u {
			e := u[i] - math.Sinh((float64(i)+0.5)*h/decayLength)/math.Sinh(length/decayLength)
			squares += e * e * h
		}
		return math.Sqrt(squares)
	}
	for _, n := range []int{32, 64, 128} {
		if order := math.Log2(errorOf(n) / errorOf(2*n)); math.Abs(order-2) > 0.05 {
			t.Errorf("from %d to %d voxels: order %.3f, want 2", n, 2*n, order)
		}
	}
}

func TestSolutionDoesNotDependOnProcessors(t *testing.T) {
	for _, p := range []problem{
		exchange(32, 6000, 100, 0),
		varied("spheres", [3]int{33, 31, 29}, spheres(0.01), constant(1e-3), mixed(3, 0.01, 1, 0), 0),
	} {
		p.op.Periodic = [3]bool{true, true, true}
		var first []float64
		before := runtime.GOMAXPROCS(0)
		for _, processors := range []int{1, 2, 3, 7} {
			runtime.GOMAXPROCS(processors)
			u := solve(t, p.op, p.source, 1e-6)
			if first == nil {
				first = u
			}
			if !slices.Equal(u, first) {
				t.Errorf("%s: another result on %d processors than on one", p.name, processors)
			}
		}
		runtime.GOMAXPROCS(before)
	}
}

// Without sinks the level is free: it stays that of the guess, in each part.
func TestFloatingPartsKeepTheirMean(t *testing.T) {
	shape := [3]int{21, 12, 7}
	closed := func(v [3]int) float64 { // a wall between x < 10 and x > 10
		if v[0] == 10 {
			return 0
		}
		return 1
	}
	source := sampled(shape, func(v [3]int) float64 {
		switch v {
		case [3]int{2, 3, 4}, [3]int{20, 11, 0}:
			return 1
		case [3]int{8, 9, 1}, [3]int{11, 0, 6}:
			return -1
		}
		return 0
	})
	level := func(v [3]int) float64 { return []float64{3, 0, 8}[min(v[0]/10, 1)+min(v[0]/11, 1)] }
	op := multigrid.Operator{Shape: shape, Faces: faces(shape, [3]bool{}, closed)}
	solver, err := multigrid.New(op)
	if err != nil {
		t.Fatal(err)
	}
	u := sampled(shape, level)
	cycles, residual, err := solver.Solve(u, source, 1e-8, 20)
	if err != nil || residual > 1e-8 {
		t.Fatalf("%d cycles to %g: %v", cycles, residual, err)
	}
	for i, f := range applied(op, u) {
		if math.Abs(f-source[i]) > 1e-6 {
			t.Fatalf("voxel %d: %g leaves, %g is made", i, f, source[i])
		}
	}
	sums := map[float64]float64{}
	eachVoxel(shape, func(i int, v [3]int) { sums[level(v)] += u[i] - level(v) })
	for mean, drift := range sums {
		if math.Abs(drift) > 1e-9 {
			t.Errorf("the part at level %g drifted by %g in all", mean, drift)
		}
	}

	source[0] = 0.5
	if _, _, err := solver.Solve(u, source, 1e-8, 20); err == nil || !strings.Contains(err.Error(), "sum to 0.5") {
		t.Errorf("sources that nothing takes up: error %v", err)
	}
	if err := solver.SetSink(sampled(shape, constant(1))); err != nil {
		t.Fatal(err)
	}
	if _, residual, err := solver.Solve(u, source, 1e-8, 20); err != nil || residual > 1e-8 {
		t.Errorf("with sinks: residual %g, error %v", residual, err)
	}
}

func TestPureNeumannConverges(t *testing.T) {
	shape := [3]int{32, 27, 20}
	source := sampled(shape, func(v [3]int) float64 { return draw(4, v) })
	mean := 0.0
	for _, s := range source {
		mean += s / float64(len(source))
	}
	for i := range source {
		source[i] -= mean
	}
	solver, err := multigrid.New(multigrid.Operator{Shape: shape, Weights: [3]float64{1, 1, 1}})
	if err != nil {
		t.Fatal(err)
	}
	cycles, residual, err := solver.Solve(make([]float64, len(source)), source, 1e-6, 40)
	if err != nil || cycles > 10 || residual > 1e-6 {
		t.Errorf("%d cycles to %g, want at most 10 to 1e-6; error %v", cycles, residual, err)
	}
}

func TestSetSinkIsAsNew(t *testing.T) {
	p := exchange(12, 6000, 10, 0)
	other := exchange(12, 6000, 100, 0)
	want := solve(t, other.op, p.source, 1e-6)
	solver, err := multigrid.New(p.op)
	if err != nil {
		t.Fatal(err)
	}
	got := make([]float64, len(want))
	if err := solver.SetSink(other.op.Sink); err != nil {
		t.Fatal(err)
	}
	if _, _, err := solver.Solve(got, p.source, 1e-6, 40); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, want) {
		t.Error("another solution after SetSink than from New")
	}
}

func TestNothingIsAllocated(t *testing.T) {
	for _, p := range []problem{
		exchange(30, 6000, 10, 0),
		varied("spheres", [3]int{20, 21, 22}, spheres(0), constant(0), constant(0), 0),
	} {
		solver, err := multigrid.New(p.op)
		if err != nil {
			t.Fatal(err)
		}
		u := make([]float64, len(p.source))
		if n := testing.AllocsPerRun(2, func() {
			u[0]++
			if err := solver.SetSink(p.op.Sink); err != nil {
				t.Fatal(err)
			}
			if _, _, err := solver.Solve(u, p.source, 1e-6, 3); err != nil {
				t.Fatal(err)
			}
		}); n > 0 {
			t.Errorf("%s: %g allocations a solve", p.name, n)
		}
	}
}

func TestBadInputIsNamed(t *testing.T) {
	pair := [3]int{2, 1, 1}
	for _, tc := range []struct {
		want string
		op   multigrid.Operator
	}{
		{"axis 1 needs at least one voxel", multigrid.Operator{Shape: [3]int{2, 0, 1}}},
		{"weight of axis 0: -1", multigrid.Operator{Shape: pair, Weights: [3]float64{-1}}},
		{"faces of axis 0: 1 values for 2 voxels", multigrid.Operator{Shape: pair, Faces: [3][]float64{{1}}}},
		{"faces of axis 0, voxel 1: NaN", multigrid.Operator{Shape: pair, Faces: [3][]float64{{0, math.NaN()}}}},
		{"faces of axis 1: none", multigrid.Operator{Shape: [3]int{2, 2, 1}, Faces: [3][]float64{{0, 1, 0, 1}}}},
		{"sink, voxel 1: -0.5", multigrid.Operator{Shape: pair, Weights: [3]float64{1}, Sink: []float64{1, -0.5}}},
		{"sink: 1 values for 2 voxels", multigrid.Operator{Shape: pair, Weights: [3]float64{1}, Sink: []float64{1}}},
	} {
		if _, err := multigrid.New(tc.op); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("error %v, want %q", err, tc.want)
		}
	}
	solver, err := multigrid.New(multigrid.Operator{Shape: pair, Weights: [3]float64{1}, Sink: []float64{1, 1}})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := solver.Solve(make([]float64, 2), make([]float64, 3), 1e-6, 9); err == nil {
		t.Error("three sources for two voxels: no error")
	}
	if _, _, err := solver.Solve(make([]float64, 2), []float64{math.NaN(), 0}, 1e-6, 9); err == nil {
		t.Error("a source that is not a number: no error")
	}
}
