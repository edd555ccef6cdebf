package engine

import (
	"errors"
	"math"

	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/engine/multigrid"
)

const (
	levelBytes    = 80    // Level of include/multigrid.glsl
	searchBytes   = 6 * 8 // Search of include/search.glsl
	partialBytes  = 2 * 8 // of include/partial.glsl
	groupCapacity = 8192  // voxels: CAPACITY of solve_multigrid.glsl

	faceWeights, faceLabels = -1, -2 // WEIGHTS and LABELS of include/multigrid.glsl

	noLinks, noBasis = -1, -1 // FACES and WHOLE there

	// Of multigrid: a level all of whose sinks are at least this share of the diagonal is
	// the last; below the other one, coarser levels take twice the sweeps, up to the most.
	enoughSink, singleSink = 0.5, 0.05
	mostSweeps             = 8
	// Of a varied operator: the sweeps of the finest level, and how much further those go
	// that it takes below singleSink, one more.
	variedSweeps  = 2
	furtherFactor = 1.3
)

// gpuLevel is Level of include/multigrid.glsl.
type gpuLevel struct {
	Shape    [3]int32
	First    int32
	Periodic [3]int32
	Faces    int32
	Weights  [3]float32
	Sweeps   int32
	Halved   [3]int32
	Seams    int32
	Links    int32
	Basis    int32
	Factor   float32
	Spare    int32
}

func (l *gpuLevel) wide() bool { return l.Links != noLinks }

func (l *gpuLevel) varied() bool { return l.Basis != noBasis }

// halves is the launch size of what takes one voxel of each pair along each axis.
func (l *gpuLevel) halves() [3]int {
	return [3]int{(int(l.Shape[0]) + 1) / 2, (int(l.Shape[1]) + 1) / 2, (int(l.Shape[2]) + 1) / 2}
}

// parities returns those of the stages of a sweep where there are links, in order.
func (l *gpuLevel) parities() (all [][3]int32) {
	n := [3]int32{}
	for axis, voxels := range l.Shape {
		n[axis] = min(voxels, 2) + l.Periodic[axis]*(voxels%2)
	}
	for z := range n[2] {
		for y := range n[1] {
			for x := range n[0] {
				all = append(all, [3]int32{x, y, z})
			}
		}
	}
	return all
}

func (l *gpuLevel) size() [3]int { return [3]int{int(l.Shape[0]), int(l.Shape[1]), int(l.Shape[2])} }

// pairs is the launch size of what takes two voxels along x.
func (l *gpuLevel) pairs() [3]int {
	return [3]int{(int(l.Shape[0]) + 1) / 2, int(l.Shape[1]), int(l.Shape[2])}
}

// gpuFaceLabels has the finest level's faces by the labels of their voxels: T is the
// operator's weight of the axis times the conductance of the two labels.
type gpuFaceLabels struct {
	labels       *gpu.Buffer // as include/multigrid.glsl reads them; the caller's
	count        int
	conductances []float64 // count × count, symmetric
}

// gpuMultigrid is multigrid.Solver on a device: cycles in float32, residuals in
// float64, of a density in two parts: a texture and what that rounds off. What the
// cycles round is relative to the residual, so that it goes on shrinking where float32
// alone stalls, at 1e-6 to 1e-4. The scalars of the search stay on the device.
type gpuMultigrid struct {
	program  *multigridKernels
	operator levelArgs
	table    []gpuLevel   // the finest first
	stages   [][]gpuStage // of each level's sweeps
	small    int          // first of the levels that one work group can solve
	last     int          // of the levels in use: see setSinks
	sweeps   int32        // of the finest level at least

	values, sources *gpu.Buffer // u and f of all levels, one after the other
	residuals       *gpu.Buffer // f − A u of all levels of a varied operator
	direction, low  *gpu.Buffer // p; what the density rounds off
	// source and sourceLow are s in two parts, for the caller to fill in.
	source, sourceLow *gpu.Texture
	partials, search  *gpu.Buffer
	groups            int         // that leave partial sums
	shares            *gpu.Buffer // per level: the least sink as a share of the diagonal
	least             []float32
	staging           []float32
	state             []searchState // one
}

// searchState is Search of include/search.glsl.
type searchState struct{ Product, Curvature, Alpha, Beta, Square, Scale float64 }

// newGPUMultigrid returns a solver of the operator. With labels, the finest level's
// faces are read from them; the operator's must be the same.
func newGPUMultigrid(q *gpu.Queue, program *multigridKernels, op multigrid.Operator, labels *gpuFaceLabels) (*gpuMultigrid, error) {
	levels, err := multigrid.Levels(op)
	if err != nil {
		return nil, err
	}
	m := &gpuMultigrid{program: program, state: make([]searchState, 1), least: make([]float32, len(levels)), sweeps: 1}
	if op.Varied() {
		m.sweeps = variedSweeps
	}
	tables := m.layOut(levels, labels)
	if err = errors.Join(m.openOperator(q, tables, labels), m.openFields(q)); err == nil {
		err = m.setSinks(q, op.Sink)
	}
	if err != nil {
		m.free(q)
		return nil, err
	}
	return m, nil
}

// levelTables are the numbers of all levels that differ from voxel to voxel.
type levelTables struct{ faces, links, basis []float32 }

// layOut makes the table of levels and returns what they read.
func (m *gpuMultigrid) layOut(levels []multigrid.Level, labels *gpuFaceLabels) (tables levelTables) {
	first := 0
	for n, l := range levels {
		level := gpuLevel{Shape: int32s(l.Shape), First: int32(first), Faces: faceWeights, Links: noLinks, Basis: noBasis}
		for axis, w := range l.Weights {
			level.Weights[axis] = float32(w)
			level.Periodic[axis], level.Halved[axis] = asInt(l.Periodic[axis]), asInt(l.Halved[axis])
			level.Seams |= asInt(l.Periodic[axis] && l.Shape[axis]%2 == 1)
		}
		voxels := l.Shape[0] * l.Shape[1] * l.Shape[2]
		switch {
		case l.Links != nil:
			level.Links = int32(len(tables.links))
			tables.links = appendPlanes(tables.links, l.Links[:])
		case l.Varied() && n == 0 && labels != nil:
			level.Faces = faceLabels
		case l.Varied():
			level.Faces = int32(len(tables.faces) / 3)
			tables.faces = append(tables.faces, interleaved(l.Faces, voxels)...)
		}
		if l.Basis != nil {
			level.Basis = int32(len(tables.basis))
			tables.basis = appendBasis(tables.basis, l.Basis, levels[n+1].Shape)
		}
		first += voxels
		m.table, m.stages = append(m.table, level), append(m.stages, level.stages())
	}
	for m.small = len(levels) - 1; m.small > 0 && first-int(m.table[m.small-1].First) <= groupCapacity; m.small-- {
	}
	return tables
}

// appendPlanes appends those that there are.
func appendPlanes(all []float32, planes [][]float64) []float32 {
	for _, plane := range planes {
		for _, v := range plane {
			all = append(all, float32(v))
		}
	}
	return all
}

// appendBasis appends the shares of all sides, with the 1 of a parent's place.
func appendBasis(all []float32, basis *multigrid.Basis, parents [3]int) []float32 {
	all = appendPlanes(all, basis[:multigrid.Sides/2])
	for range parents[0] * parents[1] * parents[2] {
		all = append(all, 1)
	}
	return appendPlanes(all, basis[multigrid.Sides/2+1:])
}

func asInt(yes bool) int32 {
	if yes {
		return 1
	}
	return 0
}

// interleaved returns the faces along x, y, z of each voxel; an axis without is all walls.
func interleaved(faces [3][]float64, voxels int) []float32 {
	all := make([]float32, 3*voxels)
	for axis, along := range faces {
		for i, t := range along {
			all[3*i+axis] = float32(t)
		}
	}
	return all
}

// voxels returns how many all levels have.
func (m *gpuMultigrid) voxels() int {
	last := m.table[len(m.table)-1]
	return int(last.First) + 1
}

// openOperator brings faces and labels to the device; a block that no level reads
// still needs a buffer.
func (m *gpuMultigrid) openOperator(q *gpu.Queue, tables levelTables, labels *gpuFaceLabels) (err error) {
	o := &m.operator
	if o.Levels, err = newBuffer(q, m.table); err != nil {
		return err
	}
	o.Faces, o.Links, o.Basis, o.Labels, o.Conductances = o.Levels, o.Levels, o.Levels, o.Levels, o.Levels
	for _, table := range []struct {
		buffer **gpu.Buffer
		values []float32
	}{{&o.Faces, tables.faces}, {&o.Links, tables.links}, {&o.Basis, tables.basis}} {
		if len(table.values) == 0 {
			continue
		}
		if *table.buffer, err = newBuffer(q, table.values); err != nil {
			return err
		}
	}
	if labels == nil {
		return nil
	}
	single := make([]float32, len(labels.conductances))
	for i, v := range labels.conductances {
		single[i] = float32(v)
	}
	o.Labels, o.LabelCount = labels.labels, int32(labels.count)
	o.Conductances, err = newBuffer(q, single)
	return err
}

func (m *gpuMultigrid) openFields(q *gpu.Queue) (err error) {
	all, finest := 4*m.voxels(), 4*m.finest()
	m.groups = groupsOf(m.table[0].size())
	for _, b := range []struct {
		buffer **gpu.Buffer
		bytes  int
	}{
		{&m.values, all}, {&m.sources, all}, {&m.operator.Sinks, all}, {&m.direction, finest}, {&m.low, finest},
		{&m.partials, m.groups * partialBytes}, {&m.search, searchBytes}, {&m.shares, 4 * len(m.table)},
	} {
		if *b.buffer, err = q.NewBuffer(b.bytes); err != nil {
			return err
		}
	}
	m.residuals = m.values // of levels that keep none, not used
	if m.table[0].varied() {
		if m.residuals, err = q.NewBuffer(all); err != nil {
			return err
		}
	}
	for _, t := range []**gpu.Texture{&m.source, &m.sourceLow} {
		if *t, err = q.NewTexture(m.table[0].size()); err != nil {
			return err
		}
	}
	return nil
}

// finest returns the number of voxels of the finest level.
func (m *gpuMultigrid) finest() int {
	size := m.table[0].size()
	return size[0] * size[1] * size[2]
}

// groupsOf returns into how many groups of include/voxels.glsl a grid falls.
func groupsOf(shape [3]int) int {
	return (shape[0] + 31) / 32 * ((shape[1] + 3) / 4) * ((shape[2] + 1) / 2)
}

// gpuMultigridMemory returns the device memory of a solver of such an operator, bytes.
func gpuMultigridMemory(levels []multigrid.Level, labels int) int {
	total, finest := 0, 0
	for n, l := range levels {
		voxels := l.Shape[0] * l.Shape[1] * l.Shape[2]
		total += 3*4*voxels + levelBytes + 4
		if n == 0 {
			finest = voxels
		}
		if levels[0].Basis != nil {
			total += 4 * voxels
		}
		if l.Varied() && (n > 0 || labels == 0) {
			total += 3 * 4 * voxels
		}
		if l.Links != nil {
			total += 4 * len(appendPlanes(nil, l.Links[:]))
		}
		if l.Basis != nil {
			total += 4 * len(appendBasis(nil, l.Basis, levels[n+1].Shape))
		}
	}
	return total + 4*4*finest + groupsOf(levels[0].Shape)*partialBytes + searchBytes + 4*labels*labels
}

func (m *gpuMultigrid) free(q *gpu.Queue) {
	if m == nil {
		return
	}
	o := &m.operator
	for _, b := range []*gpu.Buffer{o.Levels, o.Sinks, m.values, m.sources, m.direction, m.low, m.partials, m.search, m.shares} {
		b.Free(q)
	}
	for _, b := range []*gpu.Buffer{o.Faces, o.Links, o.Basis, o.Conductances, m.residuals} {
		b.Free(q)
	}
	m.source.Free(q)
	m.sourceLow.Free(q)
}

// setSinks changes k of each voxel, 1/s; nil is none.
func (m *gpuMultigrid) setSinks(q *gpu.Queue, k []float64) error {
	if m.staging == nil {
		m.staging = make([]float32, m.finest())
	}
	clear(m.staging)
	for i, v := range k {
		m.staging[i] = float32(v)
	}
	if err := gpu.WriteBuffer(q, m.operator.Sinks, 0, m.staging); err != nil {
		return err
	}
	return m.restrictSinks(q)
}

// restrictSinks makes the sinks of the coarser levels from the finest's, and decides,
// as multigrid's setSink does, which level is the last and how often each is swept.
// It reads a number per level back.
func (m *gpuMultigrid) restrictSinks(q *gpu.Queue) error {
	for n := range m.least {
		m.least[n] = 1
	}
	if err := gpu.WriteBuffer(q, m.shares, 0, m.least); err != nil {
		return err
	}
	for n := range len(m.table) - 1 {
		args := sinkArgs{levelArgs: m.operator, Shares: m.shares, Level: int32(n)}
		if err := m.program.sinks.Launch(q, m.table[n+1].size(), &args); err != nil {
			return err
		}
	}
	if err := gpu.ReadBuffer(q, m.shares, 0, m.least); err != nil {
		return err
	}
	sweeps := m.sweeps
	for m.last = 0; ; m.last++ {
		l, weak := &m.table[m.last], m.least[m.last] < singleSink
		l.Sweeps, l.Factor = sweeps, 1
		if l.varied() && weak {
			l.Sweeps, l.Factor = sweeps+1, furtherFactor
		}
		if m.last == len(m.table)-1 || m.least[m.last] >= enoughSink {
			break
		}
		switch {
		case l.varied():
			sweeps = 1
		case weak:
			sweeps = min(2*sweeps, mostSweeps)
		}
	}
	return gpu.WriteBuffer(q, m.operator.Levels, 0, m.table)
}

// restart takes the density as it is: what it has rounded off is forgotten.
func (m *gpuMultigrid) restart(q *gpu.Queue) error { return q.ClearBuffer(m.low) }

// improve takes some cycles towards A u = s from the density u. Nothing is read back.
func (m *gpuMultigrid) improve(q *gpu.Queue, density *gpu.Texture, cycles int) error {
	for n := range cycles {
		if err := m.findResidual(q, density); err != nil {
			return err
		}
		if err := m.iterate(q, density, n); err != nil {
			return err
		}
	}
	return nil
}

// solve is multigrid's Solve; after each cycle it reads six numbers back. The residual
// is that of both parts of the density: a next solve goes on from both, or after a
// restart from the first.
func (m *gpuMultigrid) solve(q *gpu.Queue, density *gpu.Texture, tolerance float64, most int) (cycles int, residual float64, err error) {
	if err := errors.Join(m.findResidual(q, density), m.readState(q)); err != nil {
		return 0, 0, err
	}
	scale := m.state[0].Scale
	if scale == 0 {
		scale = m.state[0].Square
	}
	residual = relativeRoot(m.state[0].Square, scale)
	for ; cycles < most && residual > tolerance; cycles++ {
		err := errors.Join(m.iterate(q, density, cycles), m.findResidual(q, density), m.readState(q))
		if err != nil {
			return cycles, residual, err
		}
		if m.state[0].Alpha == 0 {
			break // rounding is all that is left
		}
		residual = relativeRoot(m.state[0].Square, scale)
	}
	if math.IsNaN(residual) || math.IsInf(residual, 0) {
		return cycles, residual, errors.New("engine: multigrid: densities or sources are not finite")
	}
	return cycles, residual, nil
}

func relativeRoot(square, scale float64) float64 {
	if square == 0 {
		return 0
	}
	return math.Sqrt(square / scale)
}

func (m *gpuMultigrid) readState(q *gpu.Queue) error {
	return gpu.ReadBuffer(q, m.search, 0, m.state)
}

// findResidual makes f = s − A u of the finest level.
func (m *gpuMultigrid) findResidual(q *gpu.Queue, density *gpu.Texture) error {
	err := m.program.residual.Launch(q, m.table[0].size(), &residualArgs{
		levelArgs: m.operator, Density: density, Source: m.source, SourceLow: m.sourceLow,
		Low: m.low, Sources: m.sources, Partials: m.partials,
	})
	if err != nil {
		return err
	}
	return m.conclude(q, m.program.sumResidual, 0)
}

// conclude sums what the groups have summed and makes the search's next scalars of it.
func (m *gpuMultigrid) conclude(q *gpu.Queue, sum *gpu.Kernel[searchArgs], cycle int) error {
	return sum.Launch(q, [3]int{1, 1, 1}, &searchArgs{
		Search: m.search, Partials: m.partials, Count: int32(m.groups), Cycle: int32(cycle),
	})
}

// iterate takes one step of conjugate gradients, preconditioned with one cycle.
func (m *gpuMultigrid) iterate(q *gpu.Queue, density *gpu.Texture, cycle int) error {
	if err := m.cycle(q); err != nil {
		return err
	}
	size := m.table[0].size()
	shape := m.table[0].Shape
	err := m.program.project.Launch(q, size, &projectArgs{Shape: shape, Values: m.values, Sources: m.sources, Partials: m.partials})
	if err != nil {
		return err
	}
	if err := m.conclude(q, m.program.sumProject, cycle); err != nil {
		return err
	}
	err = m.program.turn.Launch(q, size, &turnArgs{Shape: shape, Values: m.values, Direction: m.direction, Search: m.search})
	if err != nil {
		return err
	}
	err = m.program.curve.Launch(q, size, &curveArgs{levelArgs: m.operator, Direction: m.direction, Partials: m.partials})
	if err != nil {
		return err
	}
	if err := m.conclude(q, m.program.sumCurve, cycle); err != nil {
		return err
	}
	return m.program.advance.Launch(q, size, &advancePartsArgs{
		Shape: shape, Density: density, Low: m.low, Direction: m.direction, Search: m.search,
	})
}

// cycle writes to u what one cycle makes of A u = f from u = 0.
func (m *gpuMultigrid) cycle(q *gpu.Queue) error {
	bottom := min(m.small, m.last)
	for n := range bottom {
		if err := m.descend(q, n); err != nil {
			return err
		}
	}
	if err := m.bottom(q, bottom); err != nil {
		return err
	}
	for n := bottom - 1; n >= 0; n-- {
		if err := m.ascend(q, n); err != nil {
			return err
		}
	}
	return nil
}

// bottom solves the levels from n on.
func (m *gpuMultigrid) bottom(q *gpu.Queue, n int) error {
	if n < m.small { // the last one, too large for one group
		return errors.Join(m.sweep(q, n), m.sweepBack(q, n))
	}
	return m.program.solve.Launch(q, [3]int{1, 1, 1}, &solveArgs{
		levelArgs: m.operator, Values: m.values, Sources: m.sources, Residuals: m.residuals, First: int32(n), Last: int32(m.last),
	})
}

// descend sweeps a level from 0 and makes the next one's sources.
func (m *gpuMultigrid) descend(q *gpu.Queue, n int) error {
	if err := m.sweep(q, n); err != nil {
		return err
	}
	args := passageArgs{levelArgs: m.operator, Values: m.values, Sources: m.sources, Residuals: m.residuals, Level: int32(n)}
	if !m.table[n].varied() {
		return m.program.restrict.Launch(q, m.table[n+1].size(), &args)
	}
	if err := m.program.remain.Launch(q, m.table[n].size(), &args); err != nil {
		return err
	}
	return m.program.gather.Launch(q, m.table[n+1].size(), &args)
}

// ascend adds what the next level found, and sweeps.
func (m *gpuMultigrid) ascend(q *gpu.Queue, n int) error {
	args := passageArgs{levelArgs: m.operator, Values: m.values, Sources: m.sources, Residuals: m.residuals, Level: int32(n)}
	kernel, size := m.program.prolong, m.table[n].pairs()
	if m.table[n].varied() {
		kernel, size = m.program.interpolate, m.table[n].size()
	}
	if err := kernel.Launch(q, size, &args); err != nil {
		return err
	}
	return m.sweepBack(q, n)
}

// sweep relaxes a level from 0, stage by stage.
func (m *gpuMultigrid) sweep(q *gpu.Queue, n int) error {
	l, stages := &m.table[n], m.stages[n]
	for turn := range l.Sweeps {
		for i, stage := range stages {
			settle := turn == l.Sweeps-1 && i == len(stages)-1
			if err := m.relax(q, n, stage, settle, turn == 0 && i == 0); err != nil {
				return err
			}
		}
	}
	return nil
}

// sweepBack is sweep in reverse order, from what is there.
func (m *gpuMultigrid) sweepBack(q *gpu.Queue, n int) error {
	stages := m.stages[n]
	for turn := range m.table[n].Sweeps {
		for i := len(stages) - 1; i >= 0; i-- {
			if err := m.relax(q, n, stages[i], turn == 0 && i == len(stages)-1, false); err != nil {
				return err
			}
		}
	}
	return nil
}

// gpuStage is the part of a sweep that relaxes voxels which do not read each other: where
// there are faces, those of either colour, those that touch an odd number of seams last;
// where there are links, those of the same parities.
type gpuStage struct {
	colour, seam int32
	parities     [3]int32
}

// stages returns those of a sweep in order.
func (l *gpuLevel) stages() (all []gpuStage) {
	if l.wide() {
		for _, parities := range l.parities() {
			all = append(all, gpuStage{parities: parities})
		}
		return all
	}
	for colour := range int32(2) {
		for seam := range l.Seams + 1 {
			all = append(all, gpuStage{colour: colour, seam: seam})
		}
	}
	return all
}

// relax takes a stage of a sweep: the first is from u = 0, and the one before the coarse
// correction and its mirror image leave residuals of 0.
func (m *gpuMultigrid) relax(q *gpu.Queue, n int, stage gpuStage, settle, first bool) error {
	l := &m.table[n]
	factor := l.Factor
	if settle {
		factor = 1
	}
	if l.wide() { // the level before has made u 0
		return m.program.relaxLinked.Launch(q, l.halves(), &relaxLinkedArgs{
			levelArgs: m.operator, Values: m.values, Sources: m.sources, Level: int32(n), Parities: stage.parities, Factor: factor,
		})
	}
	kernel := m.program.relax
	if first {
		kernel = m.program.relaxStart
	}
	return kernel.Launch(q, l.pairs(), &relaxArgs{
		levelArgs: m.operator, Values: m.values, Sources: m.sources, Level: int32(n), Colour: stage.colour, Seam: stage.seam, Factor: factor,
	})
}
