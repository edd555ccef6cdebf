package engine

import (
	"fmt"
	"math"

	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/tissue"
)

// strands is how many sums over a cohort the device leaves to the host.
const strands = 256

// gpuCohort is one CohortMember of a gpuGroup, with states as cpu's cohort has them by the
// same names.
type gpuCohort struct {
	*Cohort
	group   *gpuGroup
	key     programKey
	program cohortKernels
	pairs   gpuPairs
	cohortBuffers

	trials   []StateTrial
	steepest float64
	parts    [][3][4]float32 // read of cohortBuffers.parts
	bounds   []float32
}

// cohortBuffers are what a cohort has on the device; those of no size are nil.
type cohortBuffers struct {
	state, rate, near, far   *gpu.Buffer // per four variables and cell
	weights                  *gpu.Buffer // per four variables: Cohort.Scale
	rows                     *gpu.Buffer // per cell: the steepest of the Jacobian
	now, next, stages, sums  *gpu.Buffer // per fluid and cell
	slopes                   *gpu.Buffer // per fluid and cell, of the last rate: ∂J/∂c, amount/s per density
	trialStrands, rowStrands *gpu.Buffer
	cohortPlaces
}

// cohortPlaces are by what laws and where cells meet the grid.
type cohortPlaces struct {
	laws                   *gpu.Buffer // per fluid and cell
	footprints             *gpu.Buffer
	sites, drops, portions *gpu.Buffer // see scatter_cohort.glsl
	siteCount              int
}

// gpuCellLaw is Law of include/cohort_law.glsl.
type gpuCellLaw struct {
	Sink, MaxUptake, HalfSaturation, Shift, Export, Secretion, Saturation, Capacity float32
}

func newGPUCohort(q *gpu.Queue, g *gpuGroup, from *Cohort) (*gpuCohort, error) {
	if n := len(from.Fluids); n > maxMembers {
		return nil, fmt.Errorf("cell type %q has reactions with %d substrates: want at most %d on a GPU, or --device cpu", from.Name, n, maxMembers)
	}
	c := &gpuCohort{Cohort: from, group: g, key: keyOf(g.members[0].Substrate, Adaptive), trials: make([]StateTrial, len(from.State))}
	c.parts, c.bounds = make([][3][4]float32, strands*fours(len(from.State))), make([]float32, strands)
	err := c.program.open(q, from, c.key)
	if err == nil {
		err = c.cohortBuffers.open(q, g.members[0].Grid, from)
	}
	if err != nil {
		c.free(q)
		return nil, err
	}
	return c, nil
}

// open makes the buffers of a cohort; on error those made are freed.
func (b *cohortBuffers) open(q *gpu.Queue, g tissue.Grid, c *Cohort) (err error) {
	defer func() {
		if err != nil {
			b.free(q)
		}
	}()
	cells, states, fluids := len(c.Cells), fours(len(c.State))*16, len(c.Fluids)
	for _, wanted := range []struct {
		buffer **gpu.Buffer
		bytes  int
	}{
		{&b.state, states * cells}, {&b.rate, states * cells}, {&b.near, states * cells}, {&b.far, states * cells},
		{&b.rows, min(states, 4) * cells},
		{&b.now, fluids * cells * 16}, {&b.next, fluids * cells * 16}, {&b.stages, fluids * cells * 16}, {&b.sums, fluids * cells * 16},
		{&b.slopes, fluids * cells * 4},
		{&b.trialStrands, states * strands * 3}, {&b.rowStrands, strands * 4},
	} {
		if *wanted.buffer, err = newBufferUnlessEmpty(q, wanted.bytes); err != nil {
			return err
		}
	}
	if cells == 0 {
		return nil
	}
	if err := b.writeStates(q, c); err != nil || fluids == 0 {
		return err
	}
	return b.cohortPlaces.open(q, g, c)
}

func newBufferUnlessEmpty(q *gpu.Queue, bytes int) (*gpu.Buffer, error) {
	if bytes == 0 {
		return nil, nil
	}
	return q.NewBuffer(bytes)
}

func (b *cohortBuffers) writeStates(q *gpu.Queue, c *Cohort) (err error) {
	if len(c.State) == 0 {
		return nil
	}
	n := len(c.Cells)
	weights, states := make([][4]float32, fours(len(c.State))), make([][4]float32, fours(len(c.State))*n)
	for i := range weights {
		weights[i] = [4]float32{1, 1, 1, 1} // of none too, as they divide
	}
	for v, state := range c.State {
		weights[v/4][v%4] = float32(c.Scale[v])
		for k, y := range state {
			states[v/4*n+k][v%4] = float32(y)
		}
	}
	if b.weights, err = newBuffer(q, weights); err != nil {
		return err
	}
	return gpu.WriteBuffer(q, b.state, 0, states)
}

func float32s(values []float64) []float32 {
	single := make([]float32, len(values))
	for i, v := range values {
		single[i] = float32(v)
	}
	return single
}

// open brings the laws and footprints to the device; an error leaves what was made to free.
func (p *cohortPlaces) open(q *gpu.Queue, g tissue.Grid, c *Cohort) (err error) {
	var laws []gpuCellLaw
	for _, fluid := range c.Fluids {
		for k, l := range fluid.Laws {
			capacity := fluid.Capacity.At(c.Footprints.Voxel[c.Footprints.First[k]])
			laws = append(laws, gpuCellLaw{
				float32(l.Sink), float32(l.MaxUptake), float32(l.HalfSaturation), float32(l.Shift),
				float32(l.Export), float32(l.Secretion), float32(l.Saturation), float32(capacity),
			})
		}
	}
	if p.laws, err = newBuffer(q, laws); err != nil {
		return err
	}
	if p.footprints, err = newBuffer(q, packEntries(c.Footprints.First, c.Footprints.Voxel, c.Footprints.Share)); err != nil {
		return err
	}
	return p.turn(q, g, c)
}

// packEntries writes where the entries of each cell begin and end, and the entries: a
// number and the bits of another.
func packEntries(first, index []int, value []float64) [][2]uint32 {
	packed := make([][2]uint32, 0, len(first)-1+len(index))
	for i, from := range first[:len(first)-1] {
		packed = append(packed, [2]uint32{uint32(from), uint32(first[i+1])})
	}
	for i, n := range index {
		packed = append(packed, [2]uint32{uint32(n), math.Float32bits(float32(value[i]))})
	}
	return packed
}

// turn brings the footprints to the device as the voxels see them.
func (p *cohortPlaces) turn(q *gpu.Queue, g tissue.Grid, c *Cohort) (err error) {
	var sites [][4]uint32
	var voxels []int
	drops := make([][2]uint32, 0, len(c.Footprints.Voxel))
	c.Footprints.EachByVoxel(g.Voxels(), func(cell, entry int) {
		v := c.Footprints.Voxel[entry]
		if n := len(voxels); n == 0 || voxels[n-1] != v {
			voxels = append(voxels, v)
			sites = append(sites, packSite(g, v, uint32(len(drops)), 0))
		}
		sites[len(sites)-1][3]++
		drops = append(drops, [2]uint32{uint32(cell), math.Float32bits(float32(c.Footprints.Share[entry]))})
	})
	portions := make([]float32, 0, len(c.Fluids)*len(voxels))
	for _, fluid := range c.Fluids {
		for _, v := range voxels {
			portion := 1 / fluid.Capacity.At(v)
			if mosaic := fluid.Capacity.mosaic; mosaic != nil && !mosaic.Free(v) {
				portion = 0
			}
			portions = append(portions, float32(portion))
		}
	}
	p.siteCount = len(sites)
	if p.sites, err = newBuffer(q, sites); err != nil {
		return err
	}
	if p.drops, err = newBuffer(q, drops); err != nil {
		return err
	}
	p.portions, err = newBuffer(q, portions)
	return err
}

func (b *cohortBuffers) free(q *gpu.Queue) {
	for _, buffer := range []*gpu.Buffer{
		b.state, b.rate, b.near, b.far, b.weights, b.rows, b.now, b.next, b.stages, b.sums, b.slopes, b.trialStrands, b.rowStrands,
	} {
		buffer.Free(q)
	}
	b.cohortPlaces.free(q)
}

func (p *cohortPlaces) free(q *gpu.Queue) {
	for _, buffer := range []*gpu.Buffer{p.laws, p.footprints, p.sites, p.drops, p.portions} {
		buffer.Free(q)
	}
}

func (c *gpuCohort) free(q *gpu.Queue) {
	c.program.free(q)
	c.pairs.free(q)
	c.cohortBuffers.free(q)
}

func (c *gpuCohort) size() [3]int { return [3]int{len(c.Cells), 1, 1} }

// cohortView picks the densities and states that cells are evaluated at: c + unit × d and
// y + unit × dy, without d and dy where unit is 0. What they exchange there goes to out.
type cohortView struct {
	c, d  func(*gpuStepper) *gpu.Texture
	y, dy *gpu.Buffer
	unit  float64
	out   *gpu.Buffer
}

func (c *gpuCohort) atPresent() cohortView {
	return cohortView{c: (*gpuStepper).now, y: c.state, out: c.now}
}

func (c *gpuCohort) atCandidate() cohortView {
	return cohortView{c: (*gpuStepper).candidate, y: c.far, out: c.next}
}

// inStage is what stage j+2 of a step evaluates the cells at.
func (c *gpuCohort) inStage(dt float64, scheme *RKC2, j int) cohortView {
	if j == 0 {
		return cohortView{(*gpuStepper).now, (*gpuStepper).rateNow, c.state, c.rate, dt * scheme.First, c.stages}
	}
	return cohortView{(*gpuStepper).now, (*gpuStepper).rateNext, c.state, c.near, 1, c.stages}
}

func (c *gpuCohort) args(v cohortView) cohortArgs {
	args := cohortArgs{
		Shape: int32s(c.group.members[0].Grid.Shape), Count: int32(len(c.Cells)),
		States: v.y, Near: v.dy, Scales: c.weights, Rows: c.rows, Laws: c.laws, Footprints: c.footprints,
		Exchanged: v.out, Slopes: c.slopes, Stages: c.stages, Unit: float32(v.unit), Corrections: c.pairs.corrections,
		Sinks: c.group.sinks, Echoes: c.pairs.echoes,
	}
	if v.unit != 0 {
		args.Exchanged = c.now // which knows what the cells saw of c
	}
	for f := range c.Fluids {
		st := c.group.members[c.Fluids[f].Member]
		*args.density(f) = v.c(st)
		if v.d != nil {
			*args.near(f) = v.d(st)
		}
	}
	return args
}

// addRate evaluates the cells, writes their rates and what they exchange, and adds scale
// times their flux to a field of every member.
func (c *gpuCohort) addRate(q *gpu.Queue, v cohortView, rate *gpu.Buffer, target func(*gpuStepper) *gpu.Texture, scale float64) error {
	if len(c.Cells) == 0 {
		return nil
	}
	args := c.args(v)
	args.Rates = rate
	kernel := c.program.rate
	if c.pairs.corrections != nil {
		kernel = c.pairs.program.rate
	}
	if err := kernel.Launch(q, c.size(), &args); err != nil {
		return err
	}
	return c.scatter(q, v.out, target, scale)
}

func (c *gpuCohort) scatter(q *gpu.Queue, exchanged *gpu.Buffer, target func(*gpuStepper) *gpu.Texture, scale float64) error {
	if c.siteCount == 0 {
		return nil
	}
	args := scatterCohortArgs{
		Sites: c.sites, Drops: c.drops, Portions: c.portions, Exchanged: exchanged,
		Count: int32(c.siteCount), Cells: int32(len(c.Cells)), Scale: float32(scale),
	}
	for f, fluid := range c.Fluids {
		*args.target(f) = target(c.group.members[fluid.Member])
	}
	return c.program.scatter.Launch(q, [3]int{c.siteCount, 1, 1}, &args)
}

// addStage takes the states through stage j+2 and adds what the cells make of it to the
// fields' stage.
func (c *gpuCohort) addStage(q *gpu.Queue, dt float64, scheme *RKC2, j int) error {
	if len(c.Cells) == 0 {
		return nil
	}
	args := c.args(c.inStage(dt, scheme, j))
	args.Rates, args.Far = c.rate, c.far
	args.cohortStageArgs = newCohortStageArgs(dt, scheme, j)
	kernel := c.program.stage
	if c.pairs.corrections != nil {
		kernel = c.pairs.program.stage
	}
	if err := kernel.Launch(q, c.size(), &args); err != nil {
		return err
	}
	return c.scatter(q, c.stages, (*gpuStepper).candidate, dt*scheme.Stages[j].MuTilde)
}

func (c *gpuCohort) swap() { c.near, c.far = c.far, c.near }

// compare takes stock of the candidates; F of them is in near.
func (c *gpuCohort) compare(q *gpu.Queue, candidate *gpu.Buffer, dt float64) error {
	clear(c.trials)
	if len(c.State) == 0 || len(c.Cells) == 0 {
		return nil
	}
	err := c.group.shared.reduce.Launch(q, [3]int{strands, fours(len(c.State)), 1}, &reduceCohortArgs{
		Candidates: candidate, States: c.state, Rates: c.rate, RatesNext: c.near, Strands: c.trialStrands,
		Count: int32(len(c.Cells)), StrandSize: strands, HalfStep: float32(dt / 2),
	})
	if err != nil {
		return err
	}
	if err := gpu.ReadBuffer(q, c.trialStrands, 0, c.parts); err != nil {
		return err
	}
	for v := range c.trials {
		t := &c.trials[v]
		for _, part := range c.parts[v/4*strands:][:strands] {
			t.Defect2 += float64(part[0][v%4])
			t.Norm2 += float64(part[1][v%4])
			t.Most = max(t.Most, float64(part[2][v%4]))
		}
	}
	return nil
}

// steepen finds the steepest row of the Jacobian at the last rate.
func (c *gpuCohort) steepen(q *gpu.Queue) error {
	c.steepest = 0
	if len(c.Cells) == 0 {
		return nil
	}
	err := c.program.steepen.Launch(q, [3]int{strands, 1, 1}, &steepenCohortArgs{
		Rows: c.rows, Sites: c.sites, Drops: c.drops, Portions: c.portions, Slopes: c.slopes, Strands: c.rowStrands,
		Count: int32(c.siteCount), Cells: int32(len(c.Cells)), StrandCount: strands,
	})
	if err != nil {
		return err
	}
	if err := gpu.ReadBuffer(q, c.rowStrands, 0, c.bounds); err != nil {
		return err
	}
	for _, steep := range c.bounds {
		c.steepest = max(c.steepest, float64(steep))
	}
	return nil
}

// accept books the integrals and makes the candidates the states.
func (c *gpuCohort) accept(q *gpu.Queue, dt float64) error {
	if err := c.book(q, dt, 1); err != nil {
		return err
	}
	c.now, c.next = c.next, c.now
	c.state, c.far = c.far, c.state
	c.rate, c.near = c.near, c.rate
	return nil
}

// book adds dt (J(c) + keep × share) to the sums.
func (c *gpuCohort) book(q *gpu.Queue, dt, keep float64) error {
	return c.group.shared.bookCells(q, bookCohortArgs{
		Exchanged: c.now, Stages: c.stages, Sums: c.sums, Count: int32(len(c.Fluids) * len(c.Cells)), Dt: float32(dt), Keep: float32(keep),
	})
}

// flow adds dt times the fluxes to the members' next densities.
func (c *gpuCohort) flow(q *gpu.Queue, dt float64) error {
	return c.addRate(q, c.atPresent(), c.rate, (*gpuStepper).candidate, dt)
}

// euler makes y + dt F(y) the states, of the rates that flow left, and books the fluxes.
func (c *gpuCohort) euler(q *gpu.Queue, dt float64) error {
	if n := fours(len(c.State)) * len(c.Cells); n > 0 {
		err := c.group.shared.step.Launch(q, [3]int{n, 1, 1}, &stepCohortArgs{States: c.state, Rates: c.rate, Count: int32(n), Dt: float32(dt)})
		if err != nil {
			return err
		}
	}
	return c.book(q, dt, 0)
}

func (c *gpuCohort) Trials() []StateTrial { return c.trials }

func (c *gpuCohort) Integrals() (in CohortIntegrals, err error) {
	sums := make([][2][2]float32, len(c.Fluids)*len(c.Cells))
	if len(sums) > 0 {
		if err := c.group.device.Do(func(q *gpu.Queue) error { return take(q, c.sums, sums) }); err != nil {
			return in, err
		}
	}
	for f := range c.Fluids {
		flux, given := make([]float64, len(c.Cells)), make([]float64, len(c.Cells))
		for k, s := range sums[f*len(c.Cells):][:len(c.Cells)] {
			flux[k], given[k] = compensatedSum(s[0]), compensatedSum(s[1])
		}
		in.Flux, in.Given = append(in.Flux, flux), append(in.Given, given)
	}
	return in, nil
}

func (c *gpuCohort) Exchange() (e CohortExchange, err error) {
	now := make([][4]float32, len(c.Fluids)*len(c.Cells))
	if len(now) > 0 {
		if err := c.group.device.Do(func(q *gpu.Queue) error { return gpu.ReadBuffer(q, c.now, 0, now) }); err != nil {
			return e, err
		}
	}
	for f := range c.Fluids {
		surface, flux, given := make([]float64, len(c.Cells)), make([]float64, len(c.Cells)), make([]float64, len(c.Cells))
		for k, x := range now[f*len(c.Cells):][:len(c.Cells)] {
			surface[k], flux[k], given[k] = float64(x[0]), float64(x[1]), float64(x[2])
		}
		e.Surface, e.Flux, e.Given = append(e.Surface, surface), append(e.Flux, flux), append(e.Given, given)
	}
	return e, nil
}

func (c *gpuCohort) Read(state [][]float64) error {
	values := make([][4]float32, fours(len(c.State))*len(c.Cells))
	if len(values) == 0 {
		return nil
	}
	if err := c.group.device.Do(func(q *gpu.Queue) error { return gpu.ReadBuffer(q, c.state, 0, values) }); err != nil {
		return err
	}
	for v := range state {
		for k := range state[v] {
			state[v][k] = float64(values[v/4*len(c.Cells)+k][v%4])
		}
	}
	return nil
}

// Replace takes new cells; on error the old ones stay.
func (c *gpuCohort) Replace(from *Cohort) error {
	return c.group.device.Do(func(q *gpu.Queue) error {
		var b cohortBuffers
		if err := b.open(q, c.group.members[0].Grid, from); err != nil {
			return err
		}
		c.cohortBuffers.free(q)
		c.cohortBuffers, c.Cohort = b, from
		c.group.matched = false
		return nil
	})
}

// What a cell alone in its voxel takes on a device for its place, per fluid and by itself.
const (
	lawAndPortionBytes = 8*4 + 4
	footprintBytes     = 8 + 8 + 8 + 16 // with its drop and site
	placeBytes         = lawAndPortionBytes + footprintBytes
)

// cohortBytes is what the cells of a type with so many variables and fluids take on a
// device, where each touches one voxel, alone.
func cohortBytes(cells, variables, fluids int) int {
	states := fours(variables) * 16
	fixed := strands * (4 + 3*states)
	if cells == 0 {
		return fixed
	}
	perCell := 4*states + min(states, 4)
	if fluids > 0 {
		perCell += fluids*(lawAndPortionBytes+4*16+4) + footprintBytes
	}
	return fixed + states + cells*perCell
}
