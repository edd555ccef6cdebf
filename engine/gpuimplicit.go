package engine

import (
	"errors"
	"fmt"

	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/engine/multigrid"
	"github.com/cytofield/cytofield/tissue"
)

// The figures of cpu's implicit.go; a steady state is found to what float32 holds.
const (
	gpuStageCycles, gpuStageRounds   = 12, 4
	gpuBalanceRounds                 = 3
	gpuFilterCycles                  = 1
	gpuSettleTolerance               = 1e-6
	gpuSettleCycles, gpuSettleRounds = 30, 60
)

type combineArgs struct {
	Shape   [3]int32     `gl:"shape"`
	Density *gpu.Texture `gl:"density"`
	Stage   *gpu.Texture `gl:"stage"`
	Target  *gpu.Texture `gl:"target"`
	Own     float32      `gl:"own"`
	Factor  float32      `gl:"factor"`
}

// voxelArgs are those of include/implicit.glsl.
type voxelArgs struct {
	mosaicArgs
	Shape [3]int32 `gl:"shape"`
	Loss  float32  `gl:"loss,optional"`
}

// sourceArgs are those of include/source.glsl.
type sourceArgs struct {
	Source    *gpu.Texture `gl:"source"`
	SourceLow *gpu.Texture `gl:"sourceLow"`
}

type assembleArgs struct {
	voxelArgs
	sourceArgs
	Density *gpu.Texture `gl:"density"`
	Stage   *gpu.Texture `gl:"stage"`
	Sinks   *gpu.Buffer  `gl:"Sinks"`
	Shift   float32      `gl:"shift"`
	Carry   float32      `gl:"carry"`
}

type siteSystemArgs struct {
	voxelArgs
	sourceArgs
	Sites    *gpu.Buffer  `gl:"Sites"`
	Sinks    *gpu.Buffer  `gl:"Sinks"`
	Drifts   *gpu.Buffer  `gl:"Drifts,optional"`
	Since    float32      `gl:"since,optional"`
	Density  *gpu.Texture `gl:"density,optional"`
	Laws     *gpu.Buffer  `gl:"Laws,optional"`
	Tangents int32        `gl:"tangents,optional"`
	Count    int32        `gl:"count"`
}

type defectArgs struct {
	voxelArgs
	sourceArgs
	Candidate *gpu.Texture `gl:"candidate"`
	Density   *gpu.Texture `gl:"density"`
	Rate      *gpu.Texture `gl:"rate"`
	RateNext  *gpu.Texture `gl:"rateNext"`
	Shift     float32      `gl:"shift"`
	HalfStep  float32      `gl:"halfStep"`
}

type excessArgs struct {
	voxelArgs
	Target   *gpu.Texture `gl:"target"`
	Density  *gpu.Texture `gl:"density"`
	Stage    *gpu.Texture `gl:"stage"`
	Rate     *gpu.Texture `gl:"rate"`
	Low      *gpu.Buffer  `gl:"Low"`
	Sinks    *gpu.Buffer  `gl:"Sinks"`
	Partials *gpu.Buffer  `gl:"Partials"`
	Shift    float32      `gl:"shift"`
	Carry    float32      `gl:"carry"`
}

type liftArgs struct {
	mosaicArgs
	Shape  [3]int32     `gl:"shape"`
	Target *gpu.Texture `gl:"target"`
	Low    *gpu.Buffer  `gl:"Low"`
	Search *gpu.Buffer  `gl:"Search"`
	// The others only where a mosaic has voxels that diffusion does not reach.
	Sinks     *gpu.Buffer  `gl:"Sinks,optional"`
	Source    *gpu.Texture `gl:"source,optional"`
	SourceLow *gpu.Texture `gl:"sourceLow,optional"`
}

// implicitKernels are those of implicit steps.
type implicitKernels struct {
	*multigridKernels
	combine   *gpu.Kernel[combineArgs]
	assemble  *gpu.Kernel[assembleArgs]
	exchange  [2]*gpu.Kernel[siteSystemArgs] // by whether DRIFT
	saturable *gpu.Kernel[siteSystemArgs]
	defect    *gpu.Kernel[defectArgs]
	excess    *gpu.Kernel[excessArgs]
	lift      *gpu.Kernel[liftArgs]
}

func newImplicitKernels(q *gpu.Queue, key programKey) (k *implicitKernels, err error) {
	k = &implicitKernels{}
	if k.multigridKernels, err = newMultigridKernels(q, key); err != nil {
		return nil, err
	}
	err = errors.Join(
		build(q, &k.combine, "combine_implicit", key.defines()),
		build(q, &k.assemble, "assemble_implicit", key.defines()),
		build(q, &k.exchange[0], "exchange_implicit", key.defines()),
		build(q, &k.exchange[1], "exchange_implicit", key.defines("DRIFT")),
		build(q, &k.saturable, "saturable_implicit", key.defines()),
		build(q, &k.defect, "defect_implicit", key.defines()),
		build(q, &k.excess, "excess_implicit", key.defines()),
		build(q, &k.lift, "lift_implicit", key.defines()),
	)
	if err != nil {
		k.free(q)
		return nil, err
	}
	return k, nil
}

func (k *implicitKernels) free(q *gpu.Queue) {
	if k == nil {
		return
	}
	k.multigridKernels.free(q)
	k.combine.Free(q)
	k.assemble.Free(q)
	k.exchange[0].Free(q)
	k.exchange[1].Free(q)
	k.saturable.Free(q)
	k.defect.Free(q)
	k.excess.Free(q)
	k.lift.Free(q)
}

// gpuImplicit is what implicit steps and steady states keep on a device, made by the
// first. Nil holds nothing.
type gpuImplicit struct {
	kernels *implicitKernels
	solver  *gpuMultigrid
	stage   *gpu.Texture // Y₁, then the filtered defect
	held    *gpuExchange // the held voxels among the walls
	shift   float64      // of the sinks now, 1/s
	stale   bool         // whether these must be set
	cycles  int          // since the step began
}

func (im *gpuImplicit) free(q *gpu.Queue) {
	if im == nil {
		return
	}
	im.solver.free(q)
	im.stage.Free(q)
	im.held.free(q)
}

// gpuSystem is cpu's system: one stage of a step, or with shift 0 the steady state.
type gpuSystem struct {
	t, shift, carry float64
	tangents        bool
}

// openImplicit makes the memory, for implicit steps or for steady states, and the first
// time for these programs the kernels.
func (st *gpuStepper) openImplicit(q *gpu.Queue, steady bool) (err error) {
	if st.implicit != nil {
		return nil
	}
	if st.program.implicit == nil {
		if st.program.implicit, err = newImplicitKernels(q, st.program.key); err != nil {
			return err
		}
	}
	im := &gpuImplicit{kernels: st.program.implicit, stale: true}
	var labels *gpuFaceLabels
	if p := st.Mosaic; p != nil {
		labels = &gpuFaceLabels{st.mosaic.Labels, len(p.Mobility), p.ConductanceTable()}
	}
	if im.solver, err = newGPUMultigrid(q, im.kernels.multigridKernels, linearOperator(st.Substrate, steady), labels); err == nil {
		im.stage, err = q.NewTexture(st.Grid.Shape)
	}
	if err == nil {
		im.held, err = newGPUExchange(q, st.Grid, heldWalls(st.Mosaic, st.Walls))
	}
	if err != nil {
		im.free(q)
		return err
	}
	st.implicit = im
	return nil
}

// linearOperator returns the faces of the grid: R α times the operator, which is then
// symmetric, of implicit steps or of a steady state.
func linearOperator(s Substrate, steady bool) multigrid.Operator {
	g, p, weights := s.Grid, s.Mosaic, s.weights()
	op := multigrid.Operator{Shape: g.Shape, Periodic: periodicAxes(s.Boundary), Weights: weights, Shifted: !steady}
	if p == nil {
		return op
	}
	stride := 1
	for axis, n := range g.Shape {
		op.Faces[axis] = make([]float64, g.Voxels())
		for i := range op.Faces[axis] {
			below := i - stride
			if i/stride%n == 0 {
				below = i + (n-1)*stride
			}
			op.Faces[axis][i] = weights[axis] * p.Face(below, i)
		}
		stride *= n
	}
	return op
}

// GPUImplicitMemory returns the device memory that implicit steps or steady states of a
// valid model take besides GPUMemory, from the first one on, bytes: about 34 per voxel
// and substrate in 3D, half as much again along a single axis; 61 of steady states in 3D
// where αD differs from voxel to voxel.
func GPUImplicitMemory(m *tissue.Model, scheme Scheme) int64 {
	total, labels := 0, m.Labels()
	for i, substrate := range m.Substrates {
		id := tissue.SubstrateID(i)
		p := newMosaic(m, id, labels, nil) // fluid is at rest, or there are no such steps
		levels, err := multigrid.Levels(linearOperator(Substrate{Substrate: retarded(substrate), Grid: m.Grid, Mosaic: p}, scheme == Steady))
		if err != nil {
			panic(err) // the model is not valid
		}
		kinds := 0
		if p != nil {
			kinds = len(p.Mobility)
		}
		total += gpuMultigridMemory(levels, kinds) + 4*m.Grid.Voxels()
		total += len(heldWalls(p, newWalls(m, id, 0, p)).Sites) * siteBytes
	}
	return int64(total)
}

// heldWalls returns the walls of held voxels: how fast these densities change.
func heldWalls(p *Mosaic, walls *Exchange) *Exchange {
	held := &Exchange{Capacity: walls.Capacity, Since: walls.Since}
	for _, site := range walls.Sites {
		if p != nil && !p.Free(site.Voxel) {
			held.Sites = append(held.Sites, site)
		}
	}
	return held
}

// tryImplicit makes a candidate by one step of SDIRK2. Mirrors cpu's tryImplicit. What
// is held is a voxel without faces, which gains in each stage what its wall gives.
func (st *gpuStepper) tryImplicit(q *gpu.Queue, t, dt, tolerance float64) error {
	if err := st.openImplicit(q, false); err != nil {
		return err
	}
	const gamma = SDIRK2Gamma
	im := st.implicit
	im.cycles = 0
	first := gpuSystem{t: t + gamma*dt, shift: 1 / (gamma * dt)}
	second := gpuSystem{t: t + dt, shift: first.shift, carry: (1 - gamma) / gamma}
	if err := errors.Join(q.CopyTexture(im.stage, st.density), st.solveStage(q, first, im.stage, tolerance)); err != nil {
		return err
	}
	if err := errors.Join(st.weigh(q, im.stage, 1-gamma, 0), st.combine(q, im.stage, st.far, 1, 1/gamma)); err != nil {
		return err
	}
	if err := errors.Join(st.solveStage(q, second, st.far, tolerance), st.weigh(q, st.far, gamma, 1)); err != nil {
		return err
	}
	if err := errors.Join(st.evaluate(q, t+dt, st.far, st.near), st.filterDefect(q, dt, first.shift)); err != nil {
		return err
	}
	// The stage is the defect now: c₁ − c₁ + (stage + stage)/2.
	if err := st.reduce(q, st.far, im.stage, -0.5, dt); err != nil {
		return err
	}
	st.trial.Cycles = im.cycles
	return nil
}

// combine makes target = own c + factor (y − c).
func (st *gpuStepper) combine(q *gpu.Queue, y, target *gpu.Texture, own, factor float64) error {
	return st.implicit.kernels.combine.Launch(q, st.Grid.Shape, &combineArgs{
		Shape: int32s(st.Grid.Shape), Density: st.density, Stage: y, Target: target, Own: float32(own), Factor: float32(factor),
	})
}

// reduce sums over the candidate and the squares of candidate − before − halfStep × 2 stage.
func (st *gpuStepper) reduce(q *gpu.Queue, before, stage *gpu.Texture, halfStep float32, dt float64) error {
	err := st.program.compare.Launch(q, st.columns, &reduceArgs{
		Shape: int32s(st.Grid.Shape), mosaicArgs: st.mosaic, Candidate: st.far, Density: before,
		Rate: stage, RateNext: stage, HalfStep: halfStep, Totals: st.totals, Trials: st.trials,
	})
	if err != nil {
		return err
	}
	return st.sumRows(q, dt)
}

// settle makes a candidate of the steady state at t + dt. Mirrors cpu's settle.
func (st *gpuStepper) settle(q *gpu.Queue, t, dt float64) error {
	if err := st.openImplicit(q, true); err != nil {
		return err
	}
	im := st.implicit
	im.cycles = 0
	err := errors.Join(st.measure(q, 0), q.CopyTexture(st.far, st.density),
		im.held.addRate(q, st.program, t, st.density, st.far, dt), im.solver.restart(q))
	if err != nil {
		return err
	}
	steady, norm2 := gpuSystem{t: t + dt}, st.trial.Norm2
	for _, steady.tangents = range [2]bool{true, false} {
		if err := st.findSteady(q, steady, norm2); err != nil {
			return err
		}
	}
	err = errors.Join(st.balance(q, steady, st.far), st.weigh(q, st.far, 1, 0), st.evaluate(q, t+dt, st.far, st.near),
		st.reduce(q, st.far, st.far, 0, dt))
	st.trial.Cycles = im.cycles
	return err
}

// findSteady improves a guess of a steady state by Newton's method, until nothing is
// left to improve or a round moves densities by no more than the tolerance of their
// norm, now or at the start. Mirrors cpu's findSteady.
func (st *gpuStepper) findSteady(q *gpu.Queue, s gpuSystem, norm2 float64) error {
	im := st.implicit
	for range gpuSettleRounds {
		before := im.cycles
		if err := q.CopyTexture(im.stage, st.far); err != nil {
			return err
		}
		residual, err := st.improve(q, s, st.far, gpuSettleTolerance, gpuSettleCycles)
		if err != nil {
			return err
		}
		if residual > gpuSettleTolerance {
			continue
		}
		if im.cycles == before || !st.saturates() {
			return nil
		}
		if err := st.reduce(q, im.stage, st.density, 0, 0); err != nil {
			return err
		}
		if st.trial.Defect2 <= gpuSettleTolerance*gpuSettleTolerance*max(norm2, st.trial.Norm2) {
			return nil
		}
	}
	return fmt.Errorf("engine: none found in %d cycles: more may be released than can ever be lost", im.cycles)
}

func (st *gpuStepper) saturates() bool { return st.cells.saturable.count > 0 }

// solveStage improves a guess of a stage, and makes its sums exact. Mirrors cpu's solveStage.
func (st *gpuStepper) solveStage(q *gpu.Queue, s gpuSystem, y *gpu.Texture, tolerance float64) error {
	if err := st.implicit.solver.restart(q); err != nil {
		return err
	}
	rounds := 1
	if st.saturates() {
		rounds = gpuStageRounds
	}
	for round := range rounds {
		before := st.implicit.cycles
		if _, err := st.improve(q, s, y, tolerance, gpuStageCycles); err != nil {
			return err
		}
		if st.implicit.cycles > before {
			continue
		}
		if round > 0 {
			break
		}
		// What hardly changes must all the same, or it would never get there.
		if _, err := st.improve(q, s, y, 0, 1); err != nil {
			return err
		}
	}
	return st.balance(q, s, y)
}

// improve takes some cycles towards the solution of a system, linearised at y. Mirrors cpu's improve.
func (st *gpuStepper) improve(q *gpu.Queue, s gpuSystem, y *gpu.Texture, tolerance float64, most int) (residual float64, err error) {
	im := st.implicit
	if err := st.assemble(q, s, y); err != nil {
		return 0, err
	}
	if im.stale || im.shift != s.shift || st.saturates() {
		if err := im.solver.restrictSinks(q); err != nil {
			return 0, err
		}
		im.shift, im.stale = s.shift, false
	}
	cycles, residual, err := im.solver.solve(q, y, tolerance, most)
	im.cycles += cycles
	return residual, err
}

func (st *gpuStepper) voxelArgs() voxelArgs {
	return voxelArgs{mosaicArgs: st.mosaic, Shape: int32s(st.Grid.Shape), Loss: float32(st.DecayRate)}
}

func (im *gpuImplicit) sourceArgs() sourceArgs {
	return sourceArgs{im.solver.source, im.solver.sourceLow}
}

// assemble makes the sinks of the finest level and the right-hand side.
func (st *gpuStepper) assemble(q *gpu.Queue, s gpuSystem, y *gpu.Texture) error {
	im := st.implicit
	err := im.kernels.assemble.Launch(q, st.Grid.Shape, &assembleArgs{
		voxelArgs: st.voxelArgs(), sourceArgs: im.sourceArgs(), Density: st.density, Stage: im.stage,
		Sinks: im.solver.operator.Sinks, Shift: float32(s.shift), Carry: float32(s.carry),
	})
	if err != nil {
		return err
	}
	for _, x := range [2]*gpuExchange{st.cells, st.walls} {
		if err := x.assemble(q, im.kernels, s, y, siteSystemArgs{
			voxelArgs: st.voxelArgs(), sourceArgs: im.sourceArgs(), Sinks: im.solver.operator.Sinks,
		}); err != nil {
			return err
		}
	}
	return nil
}

// assemble fills in the lists of the arguments and adds the exchange to a system.
func (e *gpuExchange) assemble(q *gpu.Queue, k *implicitKernels, s gpuSystem, y *gpu.Texture, args siteSystemArgs) error {
	if l := e.linear; l.count > 0 {
		args.Sites, args.Count, args.Drifts, args.Since = l.sites, int32(l.count), e.drifts, float32(s.t-e.since)
		if err := k.exchange[e.drifting()].Launch(q, l.size(), &args); err != nil {
			return err
		}
	}
	l := e.saturable
	if l.count == 0 {
		return nil
	}
	args.Sites, args.Count, args.Laws, args.Density, args.Tangents = l.sites, int32(l.count), e.laws, y, asInt(s.tangents)
	return k.saturable.Launch(q, l.size(), &args)
}

// balance adds the constant with which the rate makes, all in all, what the stage gains,
// and solves for the voxels that diffusion does not reach.
// Mirrors cpu's balance; near is where F(y) without diffusion waits.
func (st *gpuStepper) balance(q *gpu.Queue, s gpuSystem, y *gpu.Texture) error {
	rounds := 1
	if st.saturates() {
		rounds = gpuBalanceRounds
	}
	for range rounds {
		if err := st.balanceOnce(q, s, y); err != nil {
			return err
		}
	}
	return nil
}

func (st *gpuStepper) balanceOnce(q *gpu.Queue, s gpuSystem, y *gpu.Texture) error {
	im := st.implicit
	err := st.program.rate.Launch(q, st.stencils, &stencilArgs{
		Shape: int32s(st.Grid.Shape), mosaicArgs: st.mosaic, Density: y, DensityNext: st.near, Decay: st.decay(1),
	})
	if err = errors.Join(err, st.addRate(q, s.t, y, st.near, 1)); err != nil {
		return err
	}
	err = im.kernels.excess.Launch(q, st.Grid.Shape, &excessArgs{
		voxelArgs: st.voxelArgs(), Target: y, Density: st.density, Stage: im.stage, Rate: st.near,
		Low: im.solver.low, Sinks: im.solver.operator.Sinks, Partials: im.solver.partials,
		Shift: float32(s.shift), Carry: float32(s.carry),
	})
	if err = errors.Join(err, im.solver.conclude(q, im.kernels.sumLift, 0)); err != nil {
		return err
	}
	return im.kernels.lift.Launch(q, st.Grid.Shape, &liftArgs{
		mosaicArgs: st.mosaic, Shape: int32s(st.Grid.Shape), Target: y, Low: im.solver.low, Search: im.solver.search,
		Sinks: im.solver.operator.Sinks, Source: im.solver.source, SourceLow: im.solver.sourceLow,
	})
}

// weigh adds a stage's weight to what the step books; keep 0 starts that anew. Mirrors
// cpu's weigh; the increment waits in near, and the source takes what nobody needs.
func (st *gpuStepper) weigh(q *gpu.Queue, y *gpu.Texture, weight, keep float64) error {
	nobody := st.implicit.solver.source
	if err := st.combine(q, y, st.near, 0, 1); err != nil {
		return err
	}
	err := st.program.stencil.Launch(q, st.stencils, &stencilArgs{
		Shape: int32s(st.Grid.Shape), mosaicArgs: st.mosaic, Density: st.near, DensityNext: nobody,
		Totals: st.totals, Share: float32(weight), Keep: float32(keep),
	})
	if err != nil {
		return err
	}
	for _, x := range [2]*gpuExchange{st.cells, st.walls} {
		err := x.addStage(q, st.program, st.density, st.near, nobody, exchangeStageArgs{
			ValueScale: 1, Weight: float32(weight), Keep: float32(keep),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// filterDefect makes the stage (1 − γ dt ∂F/∂c)⁻¹ (c₁ − c₀ − dt/2 (F(c₀) + F(c₁))).
func (st *gpuStepper) filterDefect(q *gpu.Queue, dt, shift float64) error {
	im := st.implicit
	err := im.kernels.defect.Launch(q, st.Grid.Shape, &defectArgs{
		voxelArgs: st.voxelArgs(), sourceArgs: im.sourceArgs(), Candidate: st.far, Density: st.density,
		Rate: st.rate, RateNext: st.near, Shift: float32(shift), HalfStep: float32(dt / 2),
	})
	if err != nil {
		return err
	}
	im.cycles += gpuFilterCycles
	return errors.Join(q.ClearTexture(im.stage), im.solver.restart(q), im.solver.improve(q, im.stage, gpuFilterCycles))
}
