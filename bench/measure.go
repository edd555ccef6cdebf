package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/cpu"
	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/tissue"
)

// NewSolver opens a solver on the device under test.
type NewSolver func(m *tissue.Model, o engine.Options) (engine.Solver, error)

// Device is where workloads run.
type Device struct {
	GPU  *gpu.Device // nil: the CPU
	Open NewSolver
}

// Bench measures workloads on a device.
type Bench struct {
	Device
	Repeats  int // a time is the shortest of so many, or of those that take patience
	Progress func(what string)
}

// patience is how long repeats of one measurement go on, s.
const patience = 20

// cellSteps is in how many steps cells are weighed.
const cellSteps = 4

// copies is how many copies are timed for each repeat: they take next to no time.
const copies = 5

// ModelledBytes returns what the sweeps of a run move per voxel if every field is read
// and written once from memory, 4 bytes for a number on a GPU, 8 on the CPU. Cells come
// on top.
func (d Device) ModelledBytes(scheme engine.Scheme, sweeps float64) float64 {
	number := 4.
	if d.GPU == nil {
		number = 8
	}
	return number * fieldPasses(scheme) * sweeps
}

// fieldPasses returns how many fields a sweep reads or writes: a stage of adaptive
// reads three and writes one, the sweeps of ftcs and lod read one and write one.
func fieldPasses(scheme engine.Scheme) float64 {
	if scheme == engine.FTCS || scheme == engine.LOD {
		return engine.CopyBytes / 4
	}
	return engine.StageBytes / 4
}

// run is the work of a simulated time and the shortest wall time it took.
type run struct {
	engine.Stats
	launches int64
	seconds  float64
	memory   int64 // on the device, bytes
}

// time runs a model from its start to a time, s, again and again. The stages compiled
// in the first are there for the next.
func (b Bench) time(ctx context.Context, m *tissue.Model, o engine.Options, until float64) (best run, err error) {
	before := b.allocated()
	s, err := b.Open(m, o)
	if err != nil {
		return run{}, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	memory := b.allocated() - before
	if b.GPU == nil {
		memory = cpu.Memory(m)
	}
	var start bytes.Buffer
	if err := s.Snapshot(&start); err != nil {
		return run{}, err
	}
	total := 0.0
	for i := range max(b.Repeats, 1) {
		if i > 0 {
			if err := s.Restore(bytes.NewReader(start.Bytes())); err != nil {
				return run{}, err
			}
		}
		launched, started := b.launches(), time.Now()
		stats, err := s.Advance(ctx, until)
		if err != nil {
			return run{}, err
		}
		seconds := time.Since(started).Seconds()
		if i == 0 || seconds < best.seconds {
			best = run{stats, b.launches() - launched, seconds, memory}
		}
		if total += seconds; total > patience {
			break
		}
	}
	return best, nil
}

func (d Device) allocated() int64 {
	if d.GPU == nil {
		return 0
	}
	return d.GPU.Allocated()
}

// launches returns how many kernels the device has been given.
func (d Device) launches() (n int64) {
	if d.GPU == nil {
		return 0
	}
	if d.GPU.Do(func(q *gpu.Queue) error { n = q.Counts().Launches; return nil }) != nil {
		return 0 // the device is closed: what comes next says so
	}
	return n
}

// StartUp returns how long the first simulated minute of a tiny model takes, s: its
// kernels are compiled.
func (b Bench) StartUp(ctx context.Context) (float64, error) {
	m := Exchange(8, 6000, 10)
	started := time.Now()
	s, err := b.Open(m, engine.Options{Coupling: engine.PlainCoupling})
	if err != nil {
		return 0, err
	}
	_, err = s.Advance(ctx, m.Duration)
	return time.Since(started).Seconds(), errors.Join(err, s.Close())
}

// CopyBandwidth returns the device's copy bandwidth from memory, GB/s.
func (b Bench) CopyBandwidth() (float64, error) {
	b.Progress("copies")
	return b.memoryCopy(copies * b.Repeats)
}

// Measure runs a workload on n voxels along an axis; 0 of n or substrates stands for
// its own number.
func (b Bench) Measure(ctx context.Context, w Workload, n, substrates int) (Result, error) {
	if n == 0 {
		n = w.N
	}
	if substrates == 0 {
		substrates = w.Substrates
	}
	b.Progress(fmt.Sprintf("%s, %d voxels along an axis", w.Name, n))
	m := w.Model(n, substrates)
	r := Result{Name: w.Name, N: n, Substrates: substrates, Voxels: m.Grid.Voxels(), JudgedAt: min(n, w.JudgedAt)}
	if err := b.minute(ctx, w, m, &r); err != nil {
		return r, fmt.Errorf("bench: %s: %w", w.Name, err)
	}
	if err := b.compare(ctx, w, m, &r); err != nil {
		return r, fmt.Errorf("bench: %s: %w", w.Name, err)
	}
	return r, nil
}

// minute times a minute at the default tolerance.
func (b Bench) minute(ctx context.Context, w Workload, m *tissue.Model, r *Result) error {
	took, err := b.time(ctx, m, w.Options, m.Duration)
	if err != nil {
		return err
	}
	voxels := float64(r.Voxels)
	r.Steps, r.Sweeps, r.Cycles, r.Dispatches, r.Seconds = took.Steps, took.Sweeps, took.Cycles, took.launches, took.seconds
	r.ModelledBytes = b.ModelledBytes(engine.Adaptive, took.Work())
	r.NSPerVoxel = took.seconds * 1e9 / voxels
	r.NSPerVoxelSweep = r.NSPerVoxel / took.Work()
	r.GBPerS = r.ModelledBytes * voxels / took.seconds / 1e9
	r.DeviceBytes = float64(took.memory) / voxels
	field := b.ModelledBytes(engine.FTCS, 1) / 2 * voxels
	r.CacheResident = 4*int64(field) <= b.cache() // the fields a stage touches
	if r.CopyGBPerS, err = b.copyBandwidth(int64(field), copies*b.Repeats); err != nil {
		return err
	}
	r.CopyFraction = r.GBPerS / r.CopyGBPerS
	if err := b.stencils(w, m, r); err != nil {
		return err
	}
	if w.Stateful {
		if err := b.weighCells(ctx, w, m, r); err != nil {
			return err
		}
	}
	if w.Separable && r.Substrates > 1 {
		for i := range m.Substrates {
			one, err := b.time(ctx, alone(m, tissue.SubstrateID(i)), w.Options, m.Duration)
			if err != nil {
				return err
			}
			r.AloneSeconds += one.seconds
		}
	}
	return nil
}

// weighCells sets a minute in fixed steps beside the same without cells, whose substrates
// still step together.
func (b Bench) weighCells(ctx context.Context, w Workload, m *tissue.Model, r *Result) error {
	b.Progress("  with and without cells")
	o := w.Options
	o.TimeStep = m.Duration / cellSteps
	empty := *m
	empty.Cells = tissue.Cells{}
	with, err := b.time(ctx, m, o, m.Duration)
	if err != nil {
		return err
	}
	without, err := b.time(ctx, &empty, o, m.Duration)
	if err != nil {
		return err
	}
	held, err := b.held(ctx, m, o)
	if err != nil {
		return err
	}
	bare, err := b.held(ctx, &empty, o)
	if err != nil {
		return err
	}
	r.Cells = m.Cells.Len()
	r.Over = with.seconds / float64(with.Sweeps) / (without.seconds / float64(without.Sweeps))
	r.PerCell = float64(held-bare) / float64(r.Cells)
	return nil
}

// held returns what a solver of a model holds after a step, bytes: on the device, or of the
// heap.
func (b Bench) held(ctx context.Context, m *tissue.Model, o engine.Options) (bytes int64, err error) {
	before := b.inUse()
	s, err := b.Open(m, o)
	if err != nil {
		return 0, err
	}
	_, err = s.Advance(ctx, o.TimeStep)
	bytes = b.inUse() - before
	return bytes, errors.Join(err, s.Close())
}

func (d Device) inUse() int64 {
	if d.GPU != nil {
		return d.GPU.Allocated()
	}
	var heap runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&heap)
	return int64(heap.HeapAlloc)
}

// stencils times those of adaptive and ftcs by the clock of a GPU.
func (b Bench) stencils(w Workload, m *tissue.Model, r *Result) error {
	if b.GPU == nil {
		return nil
	}
	s, err := engine.NewGPUSolver(b.GPU, m, w.Options)
	if err != nil {
		return err
	}
	times, err := s.TimeStage(0, 10*b.Repeats)
	if err == nil {
		r.ExplicitFraction = perNanosecond(engine.CopyBytes*r.Voxels, times.Explicit) / r.CopyGBPerS
		r.StageFraction = perNanosecond(engine.StageBytes*r.Voxels, times.Stencil) / r.CopyGBPerS
	}
	return errors.Join(err, s.Close())
}

// compare finds the error of the default and what an error costs each scheme.
// Substrates that do not act on each other are taken one by one.
func (b Bench) compare(ctx context.Context, w Workload, m *tissue.Model, r *Result) error {
	small := m
	if r.JudgedAt < r.N {
		small = w.Model(r.JudgedAt, r.Substrates)
	}
	if !w.Separable {
		return b.compareOne(ctx, w, m, small, r)
	}
	for i := range m.Substrates {
		id := tissue.SubstrateID(i)
		one := Result{JudgedAt: r.JudgedAt, Voxels: r.Voxels}
		if err := b.compareOne(ctx, w, alone(m, id), alone(small, id), &one); err != nil {
			return err
		}
		r.Error = max(r.Error, one.Error)
		r.LODStep += one.LODStep / float64(len(m.Substrates))
		r.To1e2.add(one.To1e2, i == 0)
		r.To1e3.add(one.To1e3, i == 0)
	}
	return nil
}

// compareOne finds, on a small model, the ways of the schemes to an error, and times
// them on the whole.
func (b Bench) compareOne(ctx context.Context, w Workload, m, small *tissue.Model, r *Result) error {
	b.Progress(fmt.Sprintf("  errors at %d voxels along an axis", r.JudgedAt))
	j, err := newJudge(ctx, b.Open, small, w)
	if err != nil {
		return err
	}
	standard, err := j.try(w.Options)
	if err != nil {
		return err
	}
	if r.Error = standard.Error; w.Options.Scheme == engine.Steady {
		return nil // there is but one way
	}
	adaptive, err := j.adaptive(w.Options)
	if err != nil {
		return err
	}
	goals := []goal{{1e-2, &r.To1e2}, {leastError, &r.To1e3}}
	if err := b.timeWays(ctx, m, adaptive, goals); err != nil {
		return err
	}
	if slices.Contains(w.Rivals, engine.FTCS) {
		ftcs, err := j.ftcs(w.Options)
		if err != nil {
			return err
		}
		if err := b.timeWays(ctx, m, ftcs, goals); err != nil {
			return err
		}
	}
	if slices.Contains(w.Rivals, engine.LOD) {
		return b.extrapolateLOD(ctx, m, j, w.Options, goals, r)
	}
	return nil
}

// goal is an error and where the times to it are noted.
type goal struct {
	error float64
	times *Times
}

// timeWays times the cheapest way to each goal on the whole model.
func (b Bench) timeWays(ctx context.Context, m *tissue.Model, ways []way, goals []goal) error {
	for _, g := range goals {
		best, ok := cheapest(ways, g.error)
		if !ok {
			continue
		}
		b.Progress(fmt.Sprintf("  %s to an error of %g: %s", best.Options.Scheme, g.error, best))
		took, err := b.time(ctx, m, best.Options, m.Duration)
		if err != nil {
			return err
		}
		g.times.set(best, took.seconds)
	}
	return nil
}

// extrapolateLOD times steps of lod on the whole model and counts those it needs.
func (b Bench) extrapolateLOD(ctx context.Context, m *tissue.Model, j *judge, o engine.Options, goals []goal, r *Result) error {
	const steps = 64
	b.Progress("  lod, steps")
	_, short, err := j.lod(o)
	if errors.Is(err, errNotFirstOrder) {
		b.Progress("  lod left out: " + err.Error())
		return nil
	}
	if err != nil {
		return err
	}
	o.Scheme, o.TimeStep = engine.LOD, engine.DefaultLODStep
	took, err := b.time(ctx, m, o, steps*engine.DefaultLODStep)
	if err != nil {
		return err
	}
	perStep := took.seconds / steps
	r.LODStep = perStep * 1e9 / float64(r.Voxels)
	for _, g := range goals {
		way := short.extrapolate(g.error)
		g.times.set(way, perStep*m.Duration/way.Step)
		g.times.LODExtrapolated = true
	}
	return nil
}

// String tells what the way sets: "rtol 0.01", "step 6 s".
func (w way) String() string {
	switch {
	case w.Options.TimeStep > 0:
		return fmt.Sprintf("step %.3g s", w.Options.TimeStep)
	case w.Options.Scheme == engine.FTCS:
		return fmt.Sprintf("step %.3g s", w.Step)
	}
	return fmt.Sprintf("rtol %g", w.Options.RelativeTolerance)
}
