package engine_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/engine/gpu/gputest"
	"github.com/cytofield/cytofield/tissue"
)

// costModels say which exchanges a model has; a pass is one kernel launched.
func costModels(shape [3]int) map[string]struct {
	m      *tissue.Model
	passes int64 // of exchange in one evaluation
} {
	held := tissue.Boundary{Kind: tissue.Dirichlet, Density: 1}
	exporter := exchanging("exporter", tissue.Exchange{NetExportRate: 10})
	saturable := exchanging("saturable", tissue.Exchange{MaxUptakeRate: 10, HalfSaturation: 0.2})
	type row = struct {
		m      *tissue.Model
		passes int64
	}
	flat := solid([3]int{shape[0], shape[1], 1})
	flat.Grid.Planar = true
	return map[string]row{
		"nothing but diffusion":  {solid(shape), 0},
		"linear cells":           {populate(solid(shape), 7, exporter), 1},
		"saturable cells":        {populate(solid(shape), 7, saturable), 1},
		"both":                   {populate(solid(shape), 7, saturable, exporter), 2},
		"walls":                  {withBoundary(solid(shape), every(held)), 1},
		"everything":             {withBoundary(populate(solid(shape), 7, saturable, exporter), every(held)), 3},
		"everything in 2D":       {populate(flat, 7, saturable, exporter), 2},
		"everything, one more z": {populate(solid([3]int{shape[0], shape[1], shape[2] + 1}), 7, saturable, exporter), 2},
	}
}

func launches(t *testing.T, d *gpu.Device, work func()) int64 {
	t.Helper()
	count := func() (n int64) {
		if err := d.Do(func(q *gpu.Queue) error { n = q.Counts().Launches; return nil }); err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := count()
	work()
	return count() - before
}

// A step of s stages launches the stencil s − 1 times, as the rate makes the first
// stage, and once for the rate of its end, two reductions, and the exchange in
// every evaluation and once to be booked.
func TestStepLaunchesWhatItsStagesNeed(t *testing.T) {
	d := gputest.Open(t)
	for name, tc := range costModels([3]int{9, 10, 11}) {
		t.Run(name, func(t *testing.T) {
			s, err := engine.NewGPUSolver(d, tc.m, engine.Options{TimeStep: 20})
			closing(t, s, err)
			advance(t, s, 20)
			stages := int64(engine.RKC2Stages(20, s.SpectralRadius(0)))
			got := launches(t, d, func() { advance(t, s, 60) }) // two steps
			if want := 2 * ((stages - 1) + 1 + 2 + tc.passes*(stages+1)); got != want {
				t.Errorf("%d launches for two steps of %d stages, want %d", got, stages, want)
			}
		})
	}
}

// A batch of forward-Euler steps launches the stencil and the exchange once a step,
// books it, and reduces once.
func TestForwardEulerLaunchesOneStencilAStep(t *testing.T) {
	d := gputest.Open(t)
	for name, tc := range costModels([3]int{9, 10, 11}) {
		t.Run(name, func(t *testing.T) {
			s, err := engine.NewGPUSolver(d, tc.m, engine.Options{Scheme: engine.FTCS, TimeStep: 0.25})
			closing(t, s, err)
			const steps = 32 // one batch
			got := launches(t, d, func() { advance(t, s, steps*0.25) })
			if want := steps*(1+2*tc.passes) + 2; got != want {
				t.Errorf("%d launches for %d steps, want %d", got, steps, want)
			}
		})
	}
}

// What a call of Advance allocates does not grow with its steps, on either device.
func TestStepsAllocateNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("some seconds on llvmpipe")
	}
	d := gputest.Open(t)
	if err := d.SetDebug(false); err != nil { // it asks GL for errors, into memory
		t.Fatal(err)
	}
	models := costModels([3]int{9, 10, 11})
	for _, name := range []string{"nothing but diffusion", "linear cells", "everything", "everything in 2D"} {
		tc := models[name]
		for _, scheme := range []engine.Scheme{engine.Adaptive, engine.FTCS, engine.LOD} {
			if scheme == engine.LOD && !lodTakes(tc.m) {
				continue
			}
			t.Run(fmt.Sprintf("%s/%s", name, scheme), func(t *testing.T) {
				s, err := engine.NewGPUSolver(d, tc.m, engine.Options{Scheme: scheme, TimeStep: 0.5})
				closing(t, s, err)
				now := 0.0
				allocated := func(steps int) float64 {
					return testing.AllocsPerRun(3, func() {
						now += 0.5 * float64(steps)
						if _, err := s.Advance(context.Background(), now); err != nil {
							t.Fatal(err)
						}
					})
				}
				allocated(1) // kernels, schemes
				few, many := allocated(1), allocated(65)
				if many > few {
					t.Errorf("%g allocations for one step, %g for 65", few, many)
				}
			})
		}
	}
}

// A density and three fields for its steps are 16 bytes; the columns' sums add 0.75
// in 3D. A cell in every seventh voxel adds 4 where it is linear, 9 where it saturates.
func TestDeviceMemoryPerVoxel(t *testing.T) {
	d := gputest.Open(t)
	for name, tc := range costModels([3]int{64, 64, 64}) {
		t.Run(name, func(t *testing.T) {
			s, err := engine.NewGPUSolver(d, tc.m, engine.Options{})
			closing(t, s, err)
			perVoxel := float64(d.Allocated()) / float64(tc.m.Grid.Voxels())
			if perVoxel > 32 {
				t.Errorf("%.2f bytes per voxel and substrate, want 32 at most", perVoxel)
			}
			if tc.m.Cells.Len() == 0 && perVoxel > 20 { // 16.76, and up to 2.6 for walls
				t.Errorf("%.2f bytes per voxel and substrate without cells, want 20 at most", perVoxel)
			}
		})
	}
}

// GPUMemory is what check and NewGPUSolver go by. It knows cells by their type and
// takes each for alone in its voxel: where three share one it says up to 10 % more.
func TestGPUMemoryIsWhatASolverTakes(t *testing.T) {
	d := gputest.Open(t)
	check := func(m *tissue.Model, most float64) {
		t.Helper()
		s, err := engine.NewGPUSolver(d, m, engine.Options{})
		closing(t, s, err)
		got, want := engine.GPUMemory(m), d.Allocated()
		if share := float64(got) / float64(want); share < 1 || share > most {
			t.Errorf("%d bytes, which is %.4f of the %d allocated, want 1 to %g", got, share, want, most)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	for _, shape := range [][3]int{{33, 34, 35}, {64, 1, 40}, {5, 70, 1}} {
		for _, tc := range costModels(shape) {
			check(tc.m, 1)
		}
	}
	all := agreementModels()
	check(bled(solid([3]int{33, 34, 35})), 1)
	check(all["two substrates"], 1) // the cells of one type leave the second alone
	check(all["several cells a voxel"], 1.1)
	cohorts := cohortModels(t)
	for _, name := range []string{"receptors", "one voxel", "2D", "no cells", "three ligands, one sensed", "six ligands, one sensed"} {
		check(cohorts[name], 1)
	}
	check(cohorts["several cells and types"], 1.1)
	for _, m := range []*tissue.Model{all["every term in one cell"], all["saturable uptake"], all["secretion and uptake"], cohorts["receptors"], cohorts["three ligands, one sensed"]} {
		check(tagged(m), 1)
	}
	check(all["flow through regions"], 1.25) // its walls are counted as if none coincided, and in a small box they are many
}

// A batch of LOD steps launches a sweep per axis and the cells once a step, and reduces
// once; walls cost nothing of their own.
func TestLODLaunchesASweepPerAxis(t *testing.T) {
	d := gputest.Open(t)
	held := tissue.Boundary{Kind: tissue.Dirichlet, Density: 1}
	exporter := exchanging("exporter", tissue.Exchange{NetExportRate: 10})
	for name, tc := range map[string]struct {
		m       *tissue.Model
		perStep int64
	}{
		"nothing but diffusion": {solid([3]int{9, 10, 11}), 3},
		"linear cells":          {populate(solid([3]int{9, 10, 11}), 7, exporter), 4},
		"walls":                 {withBoundary(solid([3]int{9, 10, 11}), every(held)), 3},
		"cells in 2D":           {populate(planar(9, 10), 7, exporter), 3},
		"a line":                {solid([3]int{1, 10, 1}), 1},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := engine.NewGPUSolver(d, tc.m, engine.Options{Scheme: engine.LOD, TimeStep: 0.25})
			closing(t, s, err)
			const steps = 32 // one batch
			got := launches(t, d, func() { advance(t, s, steps*0.25) })
			if want := steps*tc.perStep + 2; got != want {
				t.Errorf("%d launches for %d steps, want %d", got, steps, want)
			}
		})
	}
}
