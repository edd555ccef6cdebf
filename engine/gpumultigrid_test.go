package engine

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/engine/gpu/gputest"
	"github.com/cytofield/cytofield/engine/multigrid"
)

// linearSystem is a problem for both solvers. Where labels are given, its faces go by them.
type linearSystem struct {
	name         string
	op           multigrid.Operator
	source       []float64
	labels       []uint8
	conductances []float64
}

// coefficient is something each voxel has.
type coefficient func(v [3]int) float64

func everywhere(value float64) coefficient { return func([3]int) float64 { return value } }

func drawn(seed uint64, v [3]int) float64 {
	return rand.New(rand.NewPCG(seed, uint64(v[0])<<40|uint64(v[1])<<20|uint64(v[2]))).Float64()
}

// scattered is strong in a share of the voxels, and weak elsewhere.
func scattered(seed uint64, share, strong, weak float64) coefficient {
	return func(v [3]int) float64 {
		if drawn(seed, v) < share {
			return strong
		}
		return weak
	}
}

func eachOf(shape [3]int, of coefficient) []float64 {
	var values []float64
	for z := range shape[2] {
		for y := range shape[1] {
			for x := range shape[0] {
				values = append(values, of([3]int{x, y, z}))
			}
		}
	}
	return values
}

// alikeSystem has weights, no-flux walls, and sources of either sign.
func alikeSystem(name string, shape [3]int, weights [3]float64, sink coefficient) linearSystem {
	rough := func(v [3]int) float64 { return drawn(3, v) - 0.3 }
	return linearSystem{name: name, op: multigrid.Operator{Shape: shape, Weights: weights, Sink: eachOf(shape, sink)}, source: eachOf(shape, rough)}
}

func periodicSystem(s linearSystem, periodic [3]bool) linearSystem {
	s.op.Periodic = periodic
	return s
}

// mosaicSystem has label 1, of another mobility, where inside says so; closed voxels
// have neither sinks nor sources.
func mosaicSystem(name string, shape [3]int, periodic [3]bool, mobility float64, inside func(v [3]int) bool) linearSystem {
	label := func(v [3]int) float64 {
		if inside(v) {
			return 1
		}
		return 0
	}
	s := linearSystem{name: name, op: multigrid.Operator{Shape: shape, Periodic: periodic, Weights: [3]float64{1, 2, 0.5}}}
	s.conductances = []float64{1, 2 * mobility / (1 + mobility), 2 * mobility / (1 + mobility), mobility}
	for _, l := range eachOf(shape, label) {
		s.labels = append(s.labels, uint8(l))
	}
	for axis := range 3 {
		s.op.Faces[axis] = eachOf(shape, func(v [3]int) float64 {
			below := v
			below[axis] = (v[axis] - 1 + shape[axis]) % shape[axis]
			return s.op.Weights[axis] * s.conductances[2*int(label(v))+int(label(below))]
		})
	}
	s.op.Sink, s.source = make([]float64, len(s.labels)), make([]float64, len(s.labels))
	rough := eachOf(shape, func(v [3]int) float64 { return drawn(3, v) - 0.3 })
	for i, l := range s.labels {
		if l == 0 || mobility > 0 {
			s.op.Sink[i], s.source[i] = 1e-4, rough[i]
		}
	}
	return s
}

func linearSystems() []linearSystem {
	cube := func(n int) [3]int { return [3]int{n, n, n} }
	one, faint, all := [3]float64{1, 1, 1}, everywhere(1e-4), [3]bool{true, true, true}
	ball := func(v [3]int) bool {
		return (v[0]-13)*(v[0]-13)+(v[1]-11)*(v[1]-11)+(v[2]-12)*(v[2]-12) < 50
	}
	blocks := func(v [3]int) bool { return drawn(7, [3]int{v[0] / 8, v[1] / 8, v[2] / 8}) < 0.5 }
	small := func(v [3]int) bool { return drawn(7, [3]int{v[0] / 3, v[1] / 3, v[2] / 3}) < 0.5 }
	return []linearSystem{
		alikeSystem("exchange, D=600", cube(24), [3]float64{1.5, 1.5, 1.5}, scattered(5, 0.05, 0.4, 1e-3)),
		alikeSystem("exchange, D=60000", cube(20), [3]float64{150, 150, 150}, scattered(5, 0.05, 4, 1e-3)),
		alikeSystem("sinks 1e4", cube(20), one, scattered(11, 0.22, 1e4, 1e-4)),
		alikeSystem("a short step's shift", cube(24), one, everywhere(20)),
		alikeSystem("decay length 100", cube(21), one, faint),
		alikeSystem("odd", [3]int{19, 12, 21}, one, faint),
		alikeSystem("100x31x1", [3]int{100, 31, 1}, one, faint),
		alikeSystem("1x129x65", [3]int{1, 129, 65}, one, faint),
		alikeSystem("line along x", [3]int{1000, 1, 1}, one, faint),
		alikeSystem("line along z", [3]int{1, 1, 500}, one, faint),
		alikeSystem("one voxel", [3]int{1, 1, 1}, one, everywhere(2)),
		alikeSystem("1:0.1:0.01", cube(20), [3]float64{1, 0.1, 0.01}, faint),
		periodicSystem(alikeSystem("periodic", [3]int{16, 20, 18}, one, faint), all),
		periodicSystem(alikeSystem("odd, periodic", [3]int{25, 21, 19}, one, faint), all),
		periodicSystem(alikeSystem("odd along y, periodic", [3]int{20, 31, 1}, one, faint), [3]bool{false, true, false}),
		mosaicSystem("ball 1:100 fast", [3]int{24, 25, 26}, all, 100, ball),
		mosaicSystem("ball impermeable", cube(21), [3]bool{}, 0, ball),
		mosaicSystem("blocks of 8, 1:100", [3]int{37, 23, 10}, [3]bool{true, false, false}, 0.01, blocks),
		mosaicSystem("blocks of 3, 1:100", [3]int{23, 22, 21}, [3]bool{}, 0.01, small),
		mosaicSystem("blocks of 3, 2D", [3]int{65, 50, 1}, [3]bool{true, false, false}, 0.01, small),
	}
}

// deviceSolver is a solver of a system on a device, with its textures.
type deviceSolver struct {
	*gpuMultigrid
	labels  *gpu.Buffer
	density *gpu.Texture
}

func openSystem(q *gpu.Queue, programs *[2]*multigridKernels, s linearSystem, byLabel bool) (d *deviceSolver, err error) {
	program := &programs[min(s.op.Shape[2]-1, 1)]
	if *program == nil {
		if *program, err = newMultigridKernels(q, programKey{planar: s.op.Shape[2] == 1}); err != nil {
			return nil, err
		}
	}
	d = &deviceSolver{}
	var labels *gpuFaceLabels
	if byLabel {
		if d.labels, err = newBuffer(q, append(slices.Clone(s.labels), make([]uint8, -len(s.labels)&3)...)); err != nil {
			return nil, err
		}
		labels = &gpuFaceLabels{d.labels, 2, s.conductances}
	}
	if d.gpuMultigrid, err = newGPUMultigrid(q, *program, s.op, labels); err != nil {
		return nil, err
	}
	if d.density, err = q.NewTexture(s.op.Shape); err != nil {
		return nil, err
	}
	return d, q.WriteTexture(d.source, single(s.source))
}

func single(values []float64) []float32 {
	all := make([]float32, len(values))
	for i, v := range values {
		all[i] = float32(v)
	}
	return all
}

func (d *deviceSolver) close(q *gpu.Queue) {
	d.gpuMultigrid.free(q)
	d.labels.Free(q)
	d.density.Free(q)
}

// solveFrom0 returns the solution, rounded to float32.
func (d *deviceSolver) solveFrom0(q *gpu.Queue, tolerance float64) (u []float32, cycles int, residual float64, err error) {
	if err := errors.Join(q.ClearTexture(d.density), d.restart(q)); err != nil {
		return nil, 0, 0, err
	}
	if cycles, residual, err = d.solve(q, d.density, tolerance, 60); err != nil {
		return nil, 0, 0, err
	}
	u = make([]float32, d.density.Voxels())
	return u, cycles, residual, q.ReadTexture(d.density, u)
}

func onDevice(t *testing.T, test func(q *gpu.Queue, programs *[2]*multigridKernels) error) {
	t.Helper()
	d := gputest.Open(t)
	err := d.Do(func(q *gpu.Queue) error {
		var programs [2]*multigridKernels
		defer func() { programs[0].free(q); programs[1].free(q) }()
		return test(q, &programs)
	})
	if err != nil {
		t.Fatal(err)
	}
	if d.Live() != 0 {
		t.Errorf("%d resources are alive after close", d.Live())
	}
}

// apart returns ‖u − want‖/‖want‖.
func apart(u []float32, want []float64) float64 {
	squares, scale := 0.0, 0.0
	for i, w := range want {
		squares += (float64(u[i]) - w) * (float64(u[i]) - w)
		scale += w * w
	}
	return math.Sqrt(squares / scale)
}

// The device takes as many cycles as the processor, give or take one, reaches residuals
// below those at which float32 stalls, and finds the same solution. That is rounded to
// float32, as faces, sinks and sources are: 6e-8 each at most, half of it seen.
func TestGPUMultigridAgreesWithMultigrid(t *testing.T) {
	onDevice(t, func(q *gpu.Queue, programs *[2]*multigridKernels) error {
		for _, s := range linearSystems() {
			if testing.Short() && len(s.source) > 1000 {
				continue
			}
			if err := compareSolvers(t, q, programs, s); err != nil {
				return err
			}
		}
		return nil
	})
}

func compareSolvers(t *testing.T, q *gpu.Queue, programs *[2]*multigridKernels, s linearSystem) error {
	d, err := openSystem(q, programs, s, s.labels != nil)
	if err != nil {
		return err
	}
	defer d.close(q)
	host, err := multigrid.New(s.op)
	if err != nil {
		return err
	}
	want := make([]float64, len(s.source))
	wantCycles, _, err := host.Solve(want, s.source, 1e-6, 60)
	if err != nil {
		return err
	}
	_, cycles, residual, err := d.solveFrom0(q, 1e-6)
	if err != nil {
		return err
	}
	if max(cycles-wantCycles, wantCycles-cycles) > 1 || residual > 1e-6 {
		t.Errorf("%s: %d cycles to %.2g, want %d to 1e-6", s.name, cycles, residual, wantCycles)
	}
	if _, _, err := host.Solve(want, s.source, 1e-8, 60); err != nil {
		return err
	}
	_, fine, err := d.solve(q, d.density, 1e-8, 60)
	if err != nil {
		return err
	}
	u := make([]float32, len(s.source))
	if err := q.ReadTexture(d.density, u); err != nil {
		return err
	}
	t.Logf("%s: %d cycles (%d), residual %.1e, at best %.1e, apart %.1e", s.name, cycles, wantCycles, residual, fine, apart(u, want))
	if fine > 1e-8 {
		t.Errorf("%s: the residual stalls at %.2g", s.name, fine)
	}
	if e := apart(u, want); !(e < 1.2e-7) {
		t.Errorf("%s: %.2g apart", s.name, e)
	}
	return nil
}

// Faces read from labels and from their own buffer are the same numbers.
func TestGPUMultigridFacesByLabelAreFaces(t *testing.T) {
	onDevice(t, func(q *gpu.Queue, programs *[2]*multigridKernels) error {
		s := mosaicSystem("blocks", [3]int{11, 9, 7}, [3]bool{true, false, false}, 0.01, func(v [3]int) bool { return (v[0]/3+v[1]/3+v[2]/2)%2 == 0 })
		var first []float32
		for _, byLabel := range []bool{false, true} {
			d, err := openSystem(q, programs, s, byLabel)
			if err != nil {
				return err
			}
			u, _, _, err := d.solveFrom0(q, 1e-6)
			d.close(q)
			if err != nil {
				return err
			}
			if first == nil {
				first = u
			} else if e := apart(u, doubled(first)); e > 1e-7 {
				t.Errorf("%.2g apart", e)
			}
		}
		return nil
	})
}

func doubled(values []float32) []float64 {
	all := make([]float64, len(values))
	for i, v := range values {
		all[i] = float64(v)
	}
	return all
}

// A number of cycles without reading back is what solve takes with a tolerance that
// ends it there; and doing it again gives the same bits.
func TestGPUMultigridCyclesRepeatBitForBit(t *testing.T) {
	onDevice(t, func(q *gpu.Queue, programs *[2]*multigridKernels) error {
		for _, s := range []linearSystem{
			alikeSystem("launches", [3]int{33, 18, 17}, [3]float64{1, 1, 1}, scattered(5, 0.05, 0.4, 1e-3)),
			alikeSystem("one group", [3]int{13, 8, 7}, [3]float64{1, 1, 1}, everywhere(1e-3)),
			periodicSystem(alikeSystem("seams", [3]int{25, 21, 19}, [3]float64{1, 1, 1}, everywhere(1e-3)), [3]bool{true, true, true}),
		} {
			d, err := openSystem(q, programs, s, false)
			if err != nil {
				return err
			}
			defer d.close(q)
			if _, _, err := d.solve(q, d.density, 0, 2); err != nil {
				return err
			}
			want, got := make([]float32, len(s.source)), make([]float32, len(s.source))
			if err := q.ReadTexture(d.density, want); err != nil {
				return err
			}
			for range 2 {
				if err := errors.Join(q.ClearTexture(d.density), d.restart(q)); err != nil {
					return err
				}
				if err := d.improve(q, d.density, 2); err != nil {
					return err
				}
				if err := q.ReadTexture(d.density, got); err != nil {
					return err
				}
				if !slices.Equal(got, want) {
					t.Errorf("%s: two cycles give other bits", s.name)
				}
			}
		}
		return nil
	})
}

// What one group does with the levels that it has room for, a launch for each part does
// with them as well.
func TestGPUMultigridOneGroupIsManyLaunches(t *testing.T) {
	onDevice(t, func(q *gpu.Queue, programs *[2]*multigridKernels) error {
		slow := func(v [3]int) bool { return drawn(7, [3]int{v[0] / 3, v[1] / 3, v[2] / 3}) < 0.5 }
		for _, s := range []linearSystem{
			alikeSystem("alike", [3]int{13, 12, 11}, [3]float64{1, 1, 1}, everywhere(1e-3)),
			mosaicSystem("varied", [3]int{13, 12, 11}, [3]bool{}, 0.01, slow),
			mosaicSystem("varied, periodic", [3]int{13, 12, 11}, [3]bool{true, true, true}, 0.01, slow),
			mosaicSystem("varied, 2D", [3]int{33, 22, 1}, [3]bool{true, false, false}, 0.01, slow),
		} {
			d, err := openSystem(q, programs, s, false)
			if err != nil {
				return err
			}
			defer d.close(q)
			group, want, _, err := d.solveFrom0(q, 1e-6)
			if err != nil {
				return err
			}
			d.small = len(d.table) - 1
			launches, cycles, _, err := d.solveFrom0(q, 1e-6)
			if err != nil {
				return err
			}
			if e := apart(launches, doubled(group)); cycles != want || !(e < 1.2e-7) {
				t.Errorf("%s: %d cycles by launches, %d in a group; %.2g apart", s.name, cycles, want, e)
			}
		}
		return nil
	})
}

// Other sinks, of an implicit step of another length, leave nothing of the former.
func TestGPUMultigridSetSinksIsAsNew(t *testing.T) {
	onDevice(t, func(q *gpu.Queue, programs *[2]*multigridKernels) error {
		shape, one := [3]int{21, 22, 23}, [3]float64{1, 1, 1}
		long := alikeSystem("a long step", shape, one, scattered(5, 0.05, 0.4, 1e-3))
		short := alikeSystem("a short step", shape, one, everywhere(20))
		fresh, err := openSystem(q, programs, short, false)
		if err != nil {
			return err
		}
		defer fresh.close(q)
		want, wantCycles, _, err := fresh.solveFrom0(q, 1e-6)
		if err != nil {
			return err
		}
		d, err := openSystem(q, programs, long, false)
		if err != nil {
			return err
		}
		defer d.close(q)
		if _, _, _, err := d.solveFrom0(q, 1e-6); err != nil {
			return err
		}
		if err := d.setSinks(q, short.op.Sink); err != nil {
			return err
		}
		got, cycles, _, err := d.solveFrom0(q, 1e-6)
		if err != nil {
			return err
		}
		if d.last != fresh.last || cycles != wantCycles || !slices.Equal(got, want) {
			t.Errorf("last level %d, %d cycles; from new %d, %d, or other bits", d.last, cycles, fresh.last, wantCycles)
		}
		if d.last != 0 {
			t.Errorf("sinks of 20 beside faces of 6 in all: the last level is %d, want the finest", d.last)
		}
		return nil
	})
}

func TestGPUMultigridAllocatesNothingPerSolve(t *testing.T) {
	onDevice(t, func(q *gpu.Queue, programs *[2]*multigridKernels) error {
		s := alikeSystem("small", [3]int{9, 8, 7}, [3]float64{1, 1, 1}, everywhere(1e-3))
		d, err := openSystem(q, programs, s, false)
		if err != nil {
			return err
		}
		defer d.close(q)
		if n := testing.AllocsPerRun(2, func() {
			err = d.setSinks(q, s.op.Sink)
			if err == nil {
				_, _, err = d.solve(q, d.density, 1e-6, 3)
			}
		}); n > 0 {
			t.Errorf("%g allocations a solve", n)
		}
		return err
	})
}

func TestGPUMultigridMemoryIsWhatIsHeld(t *testing.T) {
	onDevice(t, func(q *gpu.Queue, programs *[2]*multigridKernels) error {
		for _, s := range linearSystems() {
			byLabel := s.labels != nil
			before := q.Device().Allocated()
			d, err := openSystem(q, programs, s, byLabel)
			if err != nil {
				return err
			}
			defer d.close(q)
			held := int(q.Device().Allocated()-before) - 4*len(s.source)
			levels, err := multigrid.Levels(s.op)
			if err != nil {
				return err
			}
			labels := 0
			if byLabel {
				labels = 2
				held -= d.labels.Bytes()
			}
			if want := gpuMultigridMemory(levels, labels); held != want {
				t.Errorf("%s: %d bytes held, %d reckoned", s.name, held, want)
			}
		}
		return nil
	})
}

func TestGPUMultigridRefusesWhatIsNotFinite(t *testing.T) {
	onDevice(t, func(q *gpu.Queue, programs *[2]*multigridKernels) error {
		s := alikeSystem("small", [3]int{5, 4, 3}, [3]float64{1, 1, 1}, everywhere(1e-3))
		s.source[7] = math.NaN()
		d, err := openSystem(q, programs, s, false)
		if err != nil {
			return err
		}
		defer d.close(q)
		if _, _, _, err := d.solveFrom0(q, 1e-6); err == nil {
			t.Error("a source that is not a number: no error")
		}
		if _, err := newGPUMultigrid(q, programs[1], multigrid.Operator{Shape: [3]int{2, 0, 1}}, nil); err == nil {
			t.Error("no voxel along y: no error")
		}
		s.source[7] = 0
		if err := q.WriteTexture(d.source, single(s.source)); err != nil {
			return err
		}
		if _, cycles, residual, err := d.solveFrom0(q, 1e-6); err != nil || residual > 1e-6 {
			t.Errorf("after that: %d cycles to %g, error %v", cycles, residual, err)
		}
		return nil
	})
}
