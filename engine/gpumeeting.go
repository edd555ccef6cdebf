package engine

import "github.com/cytofield/cytofield/engine/gpu"

// gpuMeeting is where cells meet a tagged substrate one by one, as cpu's meeting: those of a
// cohort, or those without reactions whose flux is not linear, which then are a cohort that
// has only places.
type gpuMeeting struct {
	tags     *gpuTags
	cohort   *gpuCohort
	plain    bool
	fluid    int // of the cohort
	carriers []int
	program  meetingKernels
	gathered bool // whether seen is of where cells are evaluated next
	meetingBuffers
}

// meetingBuffers are what a meeting has on the device; those of no size are nil.
type meetingBuffers struct {
	senders                 *gpu.Buffer // per cell: the tag of what it makes
	seen                    *gpu.Buffer // per tag and cell, behind them of the whole of plain ones
	corrections             *gpu.Buffer // per tag and cell, of those of cohorts
	now, next, stages, sums *gpu.Buffer // per tag and cell, as those of cohorts per fluid and cell
	carried                 *gpu.Buffer // the planes, one behind the other
	state, rate, near, far  int         // planes, per carrier, tag and cell; see cpu's meeting
}

func newPlainMeeting(t *gpuTags) *gpuMeeting {
	return &gpuMeeting{tags: t, plain: true, cohort: &gpuCohort{Cohort: &Cohort{Fluids: make([]CohortFluid, 1)}, group: t.group}}
}

func newCohortMeeting(t *gpuTags, from TaggedCohort) *gpuMeeting {
	return &gpuMeeting{tags: t, cohort: t.group.cohorts[from.Cohort], fluid: from.Fluid, carriers: from.Carriers}
}

// cohortOf puts cells without reactions in the place of a cohort.
func cohortOf(from Tagged) *Cohort {
	c := &Cohort{Cells: make([]int, len(from.Cells)), Fluids: []CohortFluid{{Member: from.Member, Capacity: from.Tags[0].Cells.Capacity}}, Footprints: Footprints{First: []int{0}}}
	for _, cell := range from.Cells {
		c.Fluids[0].Laws = append(c.Fluids[0].Laws, cell.Law)
		c.Footprints.add([]int{cell.Voxel}, []float64{1}, func(int) bool { return true })
	}
	return c
}

// settlePlain takes other cells without reactions; on error the old ones stay.
func (m *gpuMeeting) settlePlain(q *gpu.Queue, from Tagged) error {
	c := cohortOf(from)
	var places cohortPlaces
	if len(c.Cells) > 0 {
		if err := places.open(q, m.tags.parent().Grid, c); err != nil {
			places.free(q)
			return err
		}
	}
	of := TaggedCohort{}
	for _, cell := range from.Cells {
		of.Tag = append(of.Tag, cell.Tag)
	}
	if err := m.settle(q, of); err != nil {
		places.free(q)
		return err
	}
	m.cohort.cohortPlaces.free(q)
	m.cohort.Cohort, m.cohort.cohortPlaces = c, places
	return nil
}

// settle takes other cells; on error the old ones stay.
func (m *gpuMeeting) settle(q *gpu.Queue, from TaggedCohort) error {
	if len(from.Tag) > 0 && m.program.rate == nil {
		if err := m.program.open(q, m.defines); err != nil {
			return err
		}
	}
	var b meetingBuffers
	if err := b.open(q, from, len(m.tags.each), m.plain); err != nil {
		b.free(q)
		return err
	}
	m.meetingBuffers.free(q)
	m.meetingBuffers, m.gathered = b, false
	return nil
}

func (m *gpuMeeting) defines(extra ...string) map[string]string {
	if m.plain {
		extra = append(extra, "PLAIN")
	}
	if m.cohort.Tips != nil && m.tags.parent().Grid.Solid() { // where tips have neighbours
		extra = append(extra, "ECHOES")
	}
	return attributeDefines(m.cohort.Cohort, m.fluid, m.carriers, m.tags.key, extra...)
}

func (b *meetingBuffers) open(q *gpu.Queue, from TaggedCohort, tags int, plain bool) (err error) {
	cells := len(from.Tag)
	if cells == 0 {
		return nil
	}
	seen, corrected := tags, tags
	if plain {
		seen, corrected = tags+1, 0
	}
	senders := make([]int32, cells)
	for k, tag := range from.Tag {
		senders[k] = int32(tag)
	}
	if b.senders, err = newBuffer(q, senders); err != nil {
		return err
	}
	plane := len(from.State) * tags * cells
	b.rate, b.near, b.far = plane, 2*plane, 3*plane
	for _, wanted := range []struct {
		buffer **gpu.Buffer
		bytes  int
	}{
		{&b.seen, seen * cells * 4}, {&b.corrections, corrected * cells * 4}, {&b.carried, 4 * plane * 4},
		{&b.now, tags * cells * 16}, {&b.next, tags * cells * 16}, {&b.stages, tags * cells * 16}, {&b.sums, tags * cells * 16},
	} {
		if *wanted.buffer, err = newBufferUnlessEmpty(q, wanted.bytes); err != nil {
			return err
		}
	}
	if plane == 0 {
		return nil
	}
	var state []float32
	for _, of := range from.State {
		for _, parts := range of {
			state = append(state, float32s(parts)...)
		}
	}
	return gpu.WriteBuffer(q, b.carried, 0, state)
}

func (b *meetingBuffers) free(q *gpu.Queue) {
	for _, buffer := range []*gpu.Buffer{b.senders, b.seen, b.corrections, b.now, b.next, b.stages, b.sums, b.carried} {
		buffer.Free(q)
	}
}

func (m *gpuMeeting) free(q *gpu.Queue) {
	m.program.free(q)
	m.meetingBuffers.free(q)
	if m.plain {
		m.cohort.cohortPlaces.free(q)
	}
}

func (m *gpuMeeting) cells() int { return len(m.cohort.Cells) }

// meetingView is what a meeting is evaluated at, and where that goes: of carriers at
// carried + unit × increment.
type meetingView struct {
	cohortView
	carried, increment, changes int // planes
	exchanged                   *gpu.Buffer
}

func (m *gpuMeeting) atPresent() meetingView {
	return meetingView{m.cohort.atPresent(), m.state, 0, m.rate, m.now}
}

func (m *gpuMeeting) atCandidate() meetingView {
	return meetingView{m.cohort.atCandidate(), m.far, 0, m.near, m.next}
}

func (m *gpuMeeting) inStage(dt float64, scheme *RKC2, j int) meetingView {
	v := meetingView{m.cohort.inStage(dt, scheme, j), m.state, m.near, m.rate, m.now}
	if j == 0 {
		v.increment = m.rate
	}
	return v
}

func (m *gpuMeeting) args(v meetingView) attributeArgs {
	return attributeArgs{
		Count: int32(m.cells()), Tags: int32(len(m.tags.each)), Laws: m.cohort.laws, Senders: m.senders, Seen: m.seen, Corrections: m.corrections,
		Sinks: m.tags.group.sinks, Echoes: m.cohort.pairs.echoes, Surfaces: v.out, States: v.y, Near: v.dy, Unit: float32(v.unit),
		Carried: m.carried, Planes: [4]int32{int32(v.carried), int32(v.changes), int32(v.increment), int32(m.far)},
		Exchanged: v.exchanged, Stages: m.stages,
	}
}

// gather writes what the cells see of every tag, and of the whole where nothing else tells
// what they are at.
func (m *gpuMeeting) gather(q *gpu.Queue, v meetingView) error {
	fields := m.tags.each
	if m.plain {
		fields = append(fields[:len(fields):len(fields)], m.tags.parent())
	}
	kernel := m.tags.program.see
	if v.unit != 0 {
		kernel = m.tags.program.seeInStage
	}
	for row, st := range fields {
		args := seeCohortArgs{
			Shape: int32s(st.Grid.Shape), Density: v.c(st), Unit: float32(v.unit),
			Footprints: m.cohort.footprints, Seen: m.seen, Count: int32(m.cells()), Row: int32(row),
		}
		if v.unit != 0 {
			args.Near = v.d(st)
		}
		if err := kernel.Launch(q, m.cohort.size(), &args); err != nil {
			return err
		}
	}
	m.gathered = true
	return nil
}

// evaluate gathers, unless that is done, and runs a kernel.
func (m *gpuMeeting) evaluate(q *gpu.Queue, kernel *gpu.Kernel[attributeArgs], v meetingView, args attributeArgs) error {
	if !m.gathered {
		if err := m.gather(q, v); err != nil {
			return err
		}
	}
	m.gathered = false
	return kernel.Launch(q, m.cohort.size(), &args)
}

// addRate evaluates the cells and adds scale times their fluxes to a field of every tag. A
// step of euler seconds takes the carriers along.
func (m *gpuMeeting) addRate(q *gpu.Queue, v meetingView, target func(*gpuStepper) *gpu.Texture, scale, euler float64) error {
	if m.cells() == 0 {
		return nil
	}
	args := m.args(v)
	args.Euler = float32(euler)
	if err := m.evaluate(q, m.program.rate, v, args); err != nil {
		return err
	}
	return m.scatter(q, v.exchanged, target, scale)
}

// addStage takes the carriers through stage j+2 and adds what the cells make of it to the
// tags' stage; see gpuCohort.addStage.
func (m *gpuMeeting) addStage(q *gpu.Queue, dt float64, scheme *RKC2, j int) error {
	if m.cells() == 0 {
		return nil
	}
	v := m.inStage(dt, scheme, j)
	args := m.args(v)
	args.cohortStageArgs = newCohortStageArgs(dt, scheme, j)
	if err := m.evaluate(q, m.program.stage, v, args); err != nil {
		return err
	}
	return m.scatter(q, m.stages, (*gpuStepper).candidate, dt*scheme.Stages[j].MuTilde)
}

func (m *gpuMeeting) scatter(q *gpu.Queue, exchanged *gpu.Buffer, target func(*gpuStepper) *gpu.Texture, scale float64) error {
	c := m.cohort
	if c.siteCount == 0 {
		return nil
	}
	for tag, st := range m.tags.each {
		err := m.tags.program.scatter.Launch(q, [3]int{c.siteCount, 1, 1}, &scatterCohortArgs{
			Target0: target(st), Sites: c.sites, Drops: c.drops, Portions: c.portions, Exchanged: exchanged,
			Count: int32(c.siteCount), Cells: int32(m.cells()), Fluid: int32(m.fluid), Row: int32(tag), Scale: float32(scale),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// surfaces gives what flows a share in the fluxes known to neighbours, as gpuCohort's does.
func (m *gpuMeeting) surfaces(q *gpu.Queue, v meetingView, mix float64) error {
	if m.cells() == 0 {
		return nil
	}
	args := m.args(v)
	args.Pulls, args.First, args.Crowd, args.Mix = m.tags.pulls, int32(m.cohort.pairs.first), int32(m.tags.group.crowd), float32(mix)
	kernel := m.program.surfaces
	if v.unit != 0 {
		kernel = m.program.surfacesInStage
	}
	return kernel.Launch(q, m.cohort.size(), &args)
}

// correct makes the corrections of neighbours for every tag.
func (m *gpuMeeting) correct(q *gpu.Queue) error {
	p := &m.cohort.pairs
	if p.neighbours == nil {
		return nil
	}
	return m.tags.group.shared.correct.Launch(q, [3]int{m.cells(), len(m.tags.each), 1}, &correctCohortArgs{
		Neighbours: p.neighbours, Spreads: p.spreads, Pulls: m.tags.pulls, Corrections: m.corrections,
		Count: int32(m.cells()), Crowd: int32(m.tags.group.crowd), Fluid: int32(m.fluid),
	})
}

func (m *gpuMeeting) swap() { m.near, m.far = m.far, m.near }

// accept books the integrals and makes the candidates the carriers.
func (m *gpuMeeting) accept(q *gpu.Queue, dt float64) error {
	if err := m.book(q, dt, 1); err != nil {
		return err
	}
	m.now, m.next = m.next, m.now
	m.state, m.far = m.far, m.state
	m.rate, m.near = m.near, m.rate
	return nil
}

// book adds dt (J(c) + keep × share) to the sums, and the same of what the cells make.
func (m *gpuMeeting) book(q *gpu.Queue, dt, keep float64) error {
	return m.tags.group.shared.bookCells(q, bookCohortArgs{
		Exchanged: m.now, Stages: m.stages, Sums: m.sums, Count: int32(len(m.tags.each) * m.cells()), Dt: float32(dt), Keep: float32(keep),
	})
}

// fetch hands over what was booked and starts anew.
func (m *gpuMeeting) fetch(q *gpu.Queue) (x TagExchange, err error) {
	cells := m.cells()
	sums := make([][2][2]float32, len(m.tags.each)*cells)
	if len(sums) > 0 {
		if err := take(q, m.sums, sums); err != nil {
			return x, err
		}
	}
	x.Made = make([]float64, cells)
	for tag := range m.tags.each {
		flux := make([]float64, cells)
		for k, s := range sums[tag*cells:][:cells] {
			flux[k] = compensatedSum(s[0])
			x.Made[k] += compensatedSum(s[1]) // of its own tag alone
		}
		x.Flux = append(x.Flux, flux)
	}
	return x, nil
}

// read copies what carriers hold.
func (m *gpuMeeting) read(q *gpu.Queue, carried [][][]float64) error {
	cells := m.cells()
	values := make([]float32, len(m.carriers)*len(m.tags.each)*cells)
	if len(values) == 0 {
		return nil
	}
	if err := gpu.ReadBuffer(q, m.carried, m.state*4, values); err != nil {
		return err
	}
	for i := range m.carriers {
		for tag := range m.tags.each {
			for k, part := range values[(i*len(m.tags.each)+tag)*cells:][:cells] {
				carried[i][tag][k] = float64(part)
			}
		}
	}
	return nil
}

// meetingBytes is what a cell of a cohort takes on a device to meet so many tags.
func meetingBytes(tags, carriers int) int {
	if tags == 0 {
		return 0
	}
	return 4 + tags*(2*4+4*16+4*4*carriers)
}

// plainMeetingBytes is what one without reactions takes, alone in its voxel.
func plainMeetingBytes(tags int) int {
	if tags == 0 {
		return 0
	}
	return 4 + (tags+1)*4 + tags*4*16 + placeBytes
}
