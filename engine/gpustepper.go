package engine

import (
	"math"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/tissue"
)

// sumChunk is how many voxels of a column kernels go over that sum: their CHUNK.
const sumChunk = 32

// stencilChunk is that of stencils, STENCIL_CHUNK of include/column.glsl.
func stencilChunk(mosaic bool) int {
	if mosaic {
		return 4
	}
	return 8
}

const trialFloats = 7 // Trial of include/trial.glsl

// columnShape returns how many columns of so many voxels a grid has per axis.
func columnShape(g tissue.Grid, chunk int) [3]int {
	along := 2
	if g.Shape[2] == 1 {
		along = 1
	}
	shape := g.Shape
	shape[along] = (shape[along] + chunk - 1) / chunk
	return shape
}

// gpuStepper is one Member of a gpuGroup. Its fields hold what cpu's stepper calls by
// the same names.
type gpuStepper struct {
	device  *gpu.Device
	program *kernels
	Substrate
	weights  [3]float64 // D/Δx², 1/s; in a mosaic 1/Δx²
	stencils [3]int     // shape of the columns of stencils
	columns  [3]int     // and of those that are summed over

	density, rate, near, far *gpu.Texture
	trials, totals, rowSums  *gpu.Buffer
	cells, walls             *gpuExchange
	mosaic                   mosaicArgs
	lod                      *gpuLOD      // nil for other schemes
	implicit                 *gpuImplicit // nil before the first step that needs it

	trial   Trial // of the last sums
	rows    []float32
	staging []float32
}

func newGPUStepper(d *gpu.Device, s Substrate) *gpuStepper {
	st := &gpuStepper{
		device: d, Substrate: s, weights: s.weights(),
		stencils: columnShape(s.Grid, stencilChunk(s.Mosaic != nil)), columns: columnShape(s.Grid, sumChunk),
	}
	st.rows = make([]float32, st.columns[1]*st.columns[2]*trialFloats)
	return st
}

func (st *gpuStepper) open(q *gpu.Queue, program *kernels, scheme Scheme) (err error) {
	st.program = program
	defer func() {
		if err != nil {
			st.free(q)
		}
	}()
	for _, t := range []**gpu.Texture{&st.density, &st.rate, &st.near, &st.far} {
		if *t, err = q.NewTexture(st.Grid.Shape); err != nil {
			return err
		}
	}
	for _, b := range []struct {
		buffer **gpu.Buffer
		bytes  int
	}{{&st.trials, st.columns[0] * len(st.rows) * 4}, {&st.totals, volume(st.stencils) * 4}, {&st.rowSums, len(st.rows) * 4}} {
		if *b.buffer, err = q.NewBuffer(b.bytes); err != nil {
			return err
		}
	}
	if st.Mosaic != nil {
		if err := st.openMosaic(q); err != nil {
			return err
		}
	}
	if scheme == LOD {
		if st.lod, err = newGPULOD(q, st.Substrate); err != nil {
			return err
		}
	}
	return st.replace(q, st.Cells, st.Walls)
}

// replace puts new exchanges in the place of the old, which stay if that fails.
func (st *gpuStepper) replace(q *gpu.Queue, cells, walls *Exchange) error {
	newCells, err := newGPUExchange(q, st.Grid, cells)
	if err != nil {
		return err
	}
	if st.lod != nil {
		if err := newCells.addExports(q, cells); err != nil {
			newCells.free(q)
			return err
		}
	}
	newWalls, err := newGPUExchange(q, st.Grid, walls)
	if err != nil {
		newCells.free(q)
		return err
	}
	if im := st.implicit; im != nil {
		newHeld, err := newGPUExchange(q, st.Grid, heldWalls(st.Mosaic, walls))
		if err != nil {
			newCells.free(q)
			newWalls.free(q)
			return err
		}
		im.held.free(q)
		im.held, im.stale = newHeld, true
	}
	st.cells.free(q)
	st.walls.free(q)
	st.cells, st.walls = newCells, newWalls
	return nil
}

func (st *gpuStepper) free(q *gpu.Queue) {
	for _, t := range []*gpu.Texture{st.density, st.rate, st.near, st.far} {
		t.Free(q)
	}
	for _, b := range []*gpu.Buffer{st.trials, st.totals, st.rowSums, st.mosaic.Labels, st.mosaic.Tissue} {
		b.Free(q)
	}
	for axis := range 3 {
		(*st.mosaic.passages(axis)).Free(q)
	}
	st.cells.free(q)
	st.walls.free(q)
	st.lod.free(q)
	st.implicit.free(q)
}

func volume(shape [3]int) int { return shape[0] * shape[1] * shape[2] }

func int32s(v [3]int) [3]int32 { return [3]int32{int32(v[0]), int32(v[1]), int32(v[2])} }

// openMosaic brings labels and tables to the device, as include/mosaic.glsl reads them.
func (st *gpuStepper) openMosaic(q *gpu.Queue) (err error) {
	p := st.Mosaic
	packed := make([]uint32, (len(p.Labels)+3)/4)
	for i, label := range p.Labels {
		packed[i/4] |= uint32(label) << (8 * (i % 4))
	}
	properties := p.TransferTable()
	for i, loss := range p.Loss {
		properties = append(properties, loss/p.Capacity[i])
	}
	properties = append(append(append(properties, p.Capacity...), p.Loss...), p.Reacting...)
	for _, solid := range p.Solid {
		share := 0.
		if solid {
			share = 1
		}
		properties = append(properties, share)
	}
	single := make([]float32, len(properties))
	for i, v := range properties {
		single[i] = float32(v)
	}
	st.mosaic.LabelCount = int32(len(p.Loss))
	if st.mosaic.Labels, err = newBuffer(q, packed); err != nil {
		return err
	}
	if st.mosaic.Tissue, err = newBuffer(q, single); err != nil || !p.Flows() {
		return err
	}
	return st.openPassages(q)
}

// openPassages brings what goes through faces to the device, where fluid flows.
func (st *gpuStepper) openPassages(q *gpu.Queue) (err error) {
	periodic := periodicAxes(st.Boundary)
	for axis := range flowAxes(st.Grid) {
		single := make([][2]float32, st.Grid.Voxels())
		for i, passage := range st.Mosaic.Passages(st.Grid, axis, periodic[axis]) {
			single[i] = [2]float32{float32(passage.Conductance), float32(passage.Carry)}
		}
		if *st.mosaic.passages(axis), err = newBuffer(q, single); err != nil {
			return err
		}
	}
	return nil
}

// flowAxes returns for how many axes kernels keep passages: DIMENSIONS.
func flowAxes(g tissue.Grid) int {
	if g.Shape[2] == 1 {
		return 2
	}
	return 3
}

// decay returns the factor of the stencils' losses: λ/R times scale, or in a mosaic,
// whose tables have the rates, scale alone.
func (st *gpuStepper) decay(scale float64) float32 {
	if st.Mosaic != nil {
		return float32(scale)
	}
	return float32(scale * st.DecayRate)
}

// scaled returns the stencil's weights times a factor.
func (st *gpuStepper) scaled(factor float64) [3]float32 {
	return [3]float32{float32(factor * st.weights[0]), float32(factor * st.weights[1]), float32(factor * st.weights[2])}
}

func (st *gpuStepper) Measure() (Trial, error) {
	err := st.device.Do(func(q *gpu.Queue) error { return st.measure(q, 0) })
	return st.trial, err
}

// evaluate writes F(c).
func (st *gpuStepper) evaluate(q *gpu.Queue, t float64, c, rate *gpu.Texture) error {
	err := st.program.rate.Launch(q, st.stencils, &stencilArgs{
		Shape: int32s(st.Grid.Shape), mosaicArgs: st.mosaic, Density: c, DensityNext: rate,
		Weights: st.scaled(1), Decay: st.decay(1),
	})
	if err != nil {
		return err
	}
	return st.addRate(q, t, c, rate, 1)
}

func (st *gpuStepper) addRate(q *gpu.Queue, t float64, c, rate *gpu.Texture, scale float64) error {
	if err := st.cells.addRate(q, st.program, t, c, rate, scale); err != nil {
		return err
	}
	return st.walls.addRate(q, st.program, t, c, rate, scale)
}

// compare sums over the candidate and the defect of the step.
func (st *gpuStepper) compare(q *gpu.Queue, dt float64) error {
	err := st.program.compare.Launch(q, st.columns, &reduceArgs{
		Shape: int32s(st.Grid.Shape), mosaicArgs: st.mosaic, Candidate: st.far, Density: st.density,
		Rate: st.rate, RateNext: st.near, HalfStep: float32(dt / 2), Totals: st.totals, Trials: st.trials,
	})
	if err != nil {
		return err
	}
	return st.sumRows(q, dt)
}

// stage runs stage j+2 of the scheme. As d_0 = 0 and d_1 = μ̃_1 dt F(c), the rate
// alone makes d_2 in the first and stands for d_1 in the second.
func (st *gpuStepper) stage(q *gpu.Queue, dt float64, scheme *RKC2, j int) error {
	s := scheme.Stages[j]
	if j > 0 {
		if err := st.advance(q, dt, scheme, j); err != nil {
			return err
		}
		return st.exchangeStage(q, dt, s, st.near, 1, 1)
	}
	scale, first := dt*s.MuTilde, dt*scheme.First
	err := st.program.stencil.Launch(q, st.stencils, &stencilArgs{
		Shape: int32s(st.Grid.Shape), mosaicArgs: st.mosaic, Density: st.rate, DensityNext: st.far,
		Totals: st.totals, Share: float32(s.Weight * first),
		Weights: st.scaled(scale * first), Own: float32(s.Mu*first + dt*s.RateShare),
		Decay: st.decay(scale * first),
	})
	if err != nil {
		return err
	}
	return st.exchangeStage(q, dt, s, st.rate, first, 0)
}

// advance runs the stencil of stage j+2, j ≥ 1.
func (st *gpuStepper) advance(q *gpu.Queue, dt float64, scheme *RKC2, j int) error {
	s := scheme.Stages[j]
	scale := dt * s.MuTilde
	args := advanceArgs{
		Shape: int32s(st.Grid.Shape), mosaicArgs: st.mosaic, Near: st.near, Far: st.far, Rate: st.rate, Density: st.density,
		Totals: st.totals, Share: float32(s.Weight),
		Weights: st.scaled(scale), Own: float32(s.Mu), Decay: st.decay(scale),
		Nu: float32(s.Nu), RateShare: float32(dt * s.RateShare),
	}
	kernel := &st.program.advance[0]
	if j == 1 {
		args.RateShare = float32(dt * (s.RateShare + s.Nu*scheme.First))
		kernel = &st.program.advance[1]
	}
	if j == len(scheme.Stages)-1 {
		return kernel[1].Launch(q, st.stencils, &args)
	}
	return kernel[0].Launch(q, st.stencils, &args)
}

// exchangeStage adds the cells and walls to a stage. The increment it evaluates F
// at is valueScale × at; keep 0 starts the shares anew.
func (st *gpuStepper) exchangeStage(q *gpu.Queue, dt float64, s Stage, at *gpu.Texture, valueScale, keep float64) error {
	for _, x := range [2]*gpuExchange{st.cells, st.walls} {
		err := x.addStage(q, st.program, st.density, at, st.far, exchangeStageArgs{
			Elapsed: float32(dt * s.Time), ValueScale: float32(valueScale), Scale: float32(dt * s.MuTilde), Weight: float32(s.Weight), Keep: float32(keep),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// measure sums the density, and dt times what the stencils before it summed.
func (st *gpuStepper) measure(q *gpu.Queue, dt float64) error {
	err := st.program.measure.Launch(q, st.columns, &reduceArgs{
		Shape: int32s(st.Grid.Shape), mosaicArgs: st.mosaic, Candidate: st.density, Totals: st.totals, Trials: st.trials,
	})
	if err != nil {
		return err
	}
	return st.sumRows(q, dt)
}

// sumRows adds up the columns: per row on the device, then row by row here.
func (st *gpuStepper) sumRows(q *gpu.Queue, dt float64) error {
	rows := st.columns[1] * st.columns[2]
	err := st.program.rows.Launch(q, [3]int{rows, 1, 1}, &rowsArgs{
		Shape: int32s([3]int{st.columns[0], rows, 1}), Trials: st.trials, Rows: st.rowSums,
	})
	if err != nil {
		return err
	}
	if err := gpu.ReadBuffer(q, st.rowSums, 0, st.rows); err != nil {
		return err
	}
	st.trial = Trial{Min: math.Inf(1), Max: math.Inf(-1)}
	for i := 0; i < len(st.rows); i += trialFloats {
		r := st.rows[i : i+trialFloats]
		st.trial.Sum += float64(r[0])
		st.trial.Loss += float64(r[1])
		st.trial.Norm2 += float64(r[2])
		st.trial.Defect2 += float64(r[3])
		st.trial.Min = min(st.trial.Min, float64(r[4]))
		st.trial.Max = max(st.trial.Max, float64(r[5]))
		st.trial.Decayed += dt * float64(r[6])
	}
	if st.Mosaic == nil {
		st.trial.Loss = st.DecayRate * st.trial.Sum
		st.trial.Decayed *= st.DecayRate
	}
	return nil
}

// accept books the integrals and swaps the candidate in.
func (st *gpuStepper) accept(q *gpu.Queue, dt float64) error {
	for _, x := range [2]*gpuExchange{st.cells, st.walls} {
		if err := x.book(q, st.program, st.density, dt, 1); err != nil {
			return err
		}
	}
	st.density, st.far = st.far, st.density
	st.rate, st.near = st.near, st.rate
	return nil
}

// euler makes far the density c + dt F(c); the first of a batch starts the totals anew.
func (st *gpuStepper) euler(q *gpu.Queue, t, dt float64, first bool) error {
	keep := float32(1)
	if first {
		keep = 0
	}
	if err := st.explicit(q, dt, keep); err != nil {
		return err
	}
	if err := st.addRate(q, t, st.density, st.far, dt); err != nil {
		return err
	}
	for _, x := range [2]*gpuExchange{st.cells, st.walls} {
		if err := x.book(q, st.program, st.density, dt, 0); err != nil {
			return err
		}
	}
	return nil
}

// finishEuler sums up after a batch of steps of forward Euler.
func (st *gpuStepper) finishEuler(q *gpu.Queue, dt float64) error {
	if err := st.measure(q, dt); err != nil {
		return err
	}
	return q.CopyTexture(st.far, st.density) // the candidate a failure reads
}

// explicit runs the stencil of a forward-Euler step; keep 0 starts the totals anew.
func (st *gpuStepper) explicit(q *gpu.Queue, dt float64, keep float32) error {
	return st.program.stencil.Launch(q, st.stencils, &stencilArgs{
		Shape: int32s(st.Grid.Shape), mosaicArgs: st.mosaic, Density: st.density, DensityNext: st.far,
		Totals: st.totals, Share: 1, Keep: keep,
		Weights: st.scaled(dt), Own: 1, Decay: st.decay(dt),
	})
}

func (st *gpuStepper) Integrals() (in Integrals, err error) {
	err = st.device.Do(func(q *gpu.Queue) error {
		var err error
		if in.Cells, in.Surface, in.Saturated, err = st.cells.fetch(q); err != nil {
			return err
		}
		in.Walls, _, _, err = st.walls.fetch(q)
		return err
	})
	return in, err
}

func (st *gpuStepper) Replace(cells, walls *Exchange) error {
	return st.device.Do(func(q *gpu.Queue) error { return st.replace(q, cells, walls) })
}

func (st *gpuStepper) Read(dst []float64) error          { return st.readTexture(st.density, dst) }
func (st *gpuStepper) ReadCandidate(dst []float64) error { return st.readTexture(st.far, dst) }

func (st *gpuStepper) readTexture(t *gpu.Texture, dst []float64) error {
	values := st.buffer()
	if err := st.device.Do(func(q *gpu.Queue) error { return q.ReadTexture(t, values) }); err != nil {
		return err
	}
	for i, v := range values {
		dst[i] = float64(v)
	}
	return nil
}

// ReadLayer has a kernel put the layer into a buffer: nothing else crosses the bus.
func (st *gpuStepper) ReadLayer(axis, index int, dst []float64) error {
	return st.layerOf(st.density, axis, index, dst)
}

// ReadDefect puts it together here from layers of what the step left.
func (st *gpuStepper) ReadDefect(axis, index int, dt float64, dst []float64) error {
	clear(dst)
	values := make([]float64, len(dst))
	for _, part := range []struct {
		field *gpu.Texture
		share float64
	}{{st.density, 1}, {st.far, -1}, {st.rate, -dt / 2}, {st.near, -dt / 2}} {
		if err := st.layerOf(part.field, axis, index, values); err != nil {
			return err
		}
		for i, v := range values {
			dst[i] += part.share * v
		}
	}
	return nil
}

func (st *gpuStepper) layerOf(field *gpu.Texture, axis, index int, dst []float64) error {
	right, up := tissue.Across(axis)
	width, height := st.Grid.Shape[right], st.Grid.Shape[up]
	args := layerArgs{Density: field, Extent: [2]int32{int32(width), int32(height)}}
	args.Corner[axis], args.Right[right], args.Up[up] = int32(index), 1, 1
	return st.readPlane(dst, func(q *gpu.Queue, layer *gpu.Buffer) error {
		args.Layer = layer
		return st.program.layer.Launch(q, [3]int{width, height, 1}, &args)
	})
}

func (st *gpuStepper) Write(src []float64) error {
	values := st.buffer()
	for i, v := range src {
		values[i] = float32(v)
	}
	return st.device.Do(func(q *gpu.Queue) error { return q.WriteTexture(st.density, values) })
}

// buffer returns the host's copy of a field, made on first use.
func (st *gpuStepper) buffer() []float32 {
	if st.staging == nil {
		st.staging = make([]float32, st.Grid.Voxels())
	}
	return st.staging
}

func (st *gpuStepper) Gather(at []r3.Vec, density []float64, gradient []r3.Vec) error {
	if len(at) == 0 {
		return nil
	}
	spacing := st.Grid.Spacing
	points, values := make([][4]float32, len(at)), make([][4]float32, len(at))
	for i, p := range at {
		points[i] = [4]float32{float32(p.X/spacing[0] - 0.5), float32(p.Y/spacing[1] - 0.5), float32(p.Z/spacing[2] - 0.5)}
	}
	err := st.device.Do(func(q *gpu.Queue) error { return st.gather(q, points, values) })
	if err != nil {
		return err
	}
	for i, v := range values {
		if density != nil {
			density[i] = float64(v[0])
		}
		if gradient != nil {
			gradient[i] = r3.Vec{X: float64(v[1]), Y: float64(v[2]), Z: float64(v[3])}
		}
	}
	return nil
}

func (st *gpuStepper) gather(q *gpu.Queue, points, values [][4]float32) error {
	in, err := newBuffer(q, points)
	if err != nil {
		return err
	}
	defer in.Free(q)
	out, err := q.NewBuffer(len(values) * 16)
	if err != nil {
		return err
	}
	defer out.Free(q)
	err = st.program.gather.Launch(q, [3]int{len(points), 1, 1}, &gatherArgs{
		Shape: int32s(st.Grid.Shape), Density: st.density, Points: in, Values: out, Count: int32(len(points)),
		InverseSpacing: [3]float32{float32(1 / st.Grid.Spacing[0]), float32(1 / st.Grid.Spacing[1]), float32(1 / st.Grid.Spacing[2])},
	})
	if err != nil {
		return err
	}
	return gpu.ReadBuffer(q, out, 0, values)
}

// newBuffer makes a buffer that holds the values.
func newBuffer[T any](q *gpu.Queue, values []T) (*gpu.Buffer, error) {
	b, err := q.NewBuffer(len(values) * sizeOf[T]())
	if err != nil {
		return nil, err
	}
	if err := gpu.WriteBuffer(q, b, 0, values); err != nil {
		b.Free(q)
		return nil, err
	}
	return b, nil
}
