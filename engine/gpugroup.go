package engine

import (
	"slices"

	"github.com/cytofield/cytofield/engine/gpu"
)

// gpuGroup is Stepper on a device: substrates that go through the stages of a step
// together.
type gpuGroup struct {
	device  *gpu.Device
	members []*gpuStepper
	tagged  []*gpuTags
	all     []*gpuStepper // the members, and behind them the tags of each
	trials  []Trial       // of the last call, as all

	reactions *gpuReactions // nil for none
	body      *gpuBody      // nil for none
	cohorts   []*gpuCohort
	shared    sharedKernels // of the cohorts, if any
	pulls     *gpu.Buffer   // per member and cell of all cohorts: J; nil where no cells are close
	sinks     *gpu.Buffer   // as pulls: what a cell takes up per density at its surface
	crowd     int           // cells of all cohorts
	matched   bool          // whether close cells are on the device

	// What the calls below exchange with the device's thread; the functions are
	// made once, so that a step allocates nothing.
	t, dt     float64
	tolerance float64
	scheme    *RKC2
	steps     int
	onDevice  struct{ rate, try, tryImplicit, settle, accept, euler, lod func(*gpu.Queue) error }
}

func newGPUGroup(d *gpu.Device, wanted Group) *gpuGroup {
	g := &gpuGroup{device: d}
	for _, s := range wanted.Substrates {
		g.members = append(g.members, newGPUStepper(d, s))
	}
	g.count()
	g.onDevice.rate = g.evaluate
	g.onDevice.try = g.try
	g.onDevice.accept = g.accept
	g.onDevice.tryImplicit = func(q *gpu.Queue) error {
		return g.each(func(st *gpuStepper) error { return st.tryImplicit(q, g.t, g.dt, g.tolerance) })
	}
	g.onDevice.settle = func(q *gpu.Queue) error {
		return g.each(func(st *gpuStepper) error { return st.settle(q, g.t, g.dt) })
	}
	g.onDevice.euler = g.euler
	g.onDevice.lod = func(q *gpu.Queue) error {
		return g.each(func(st *gpuStepper) error { return st.stepLOD(q, g.dt, g.steps) })
	}
	return g
}

// count puts the members and tags together, with their trials.
func (g *gpuGroup) count() {
	g.all = slices.Clone(g.members)
	for _, t := range g.tagged {
		g.all = append(g.all, t.each...)
	}
	g.trials = make([]Trial, len(g.all))
}

// each visits the members and tags, and stops at an error.
func (g *gpuGroup) each(do func(*gpuStepper) error) error {
	for _, st := range g.all {
		if err := do(st); err != nil {
			return err
		}
	}
	return nil
}

// openBody brings what the body needs to the device; a group that fails is freed.
func (g *gpuGroup) openBody(q *gpu.Queue, body *Body) (err error) {
	if body == nil {
		return nil
	}
	if g.body, err = newGPUBody(q, g, body); err != nil {
		g.free(q)
	}
	return err
}

// openReactions brings the reactions to the device; a group that fails is freed.
func (g *gpuGroup) openReactions(q *gpu.Queue, r Reactions) (err error) {
	if len(r.Rates) == 0 {
		return nil
	}
	if g.reactions, err = newGPUReactions(q, g, r); err != nil {
		g.free(q)
	}
	return err
}

// openCohorts brings the cells with states to the device; a group that fails is freed.
func (g *gpuGroup) openCohorts(q *gpu.Queue, cohorts []*Cohort) (err error) {
	if len(cohorts) == 0 {
		return nil
	}
	err = g.shared.open(q)
	for _, from := range cohorts {
		if err == nil {
			var c *gpuCohort
			if c, err = newGPUCohort(q, g, from); err == nil {
				g.cohorts = append(g.cohorts, c)
			}
		}
	}
	if err != nil {
		g.free(q)
	}
	return err
}

func (g *gpuGroup) free(q *gpu.Queue) {
	g.reactions.free(q)
	g.body.free(q)
	for _, t := range g.tagged {
		t.free(q)
	}
	for _, c := range g.cohorts {
		c.free(q)
	}
	g.shared.free(q)
	g.pulls.Free(q)
	g.sinks.Free(q)
	for _, st := range g.members {
		st.free(q)
	}
}

func (g *gpuGroup) Members() []Member {
	members := make([]Member, len(g.all))
	for i, st := range g.all {
		members[i] = st
	}
	return members
}

func (g *gpuGroup) Cohorts() []CohortMember {
	cohorts := make([]CohortMember, len(g.cohorts))
	for i, c := range g.cohorts {
		cohorts[i] = c
	}
	return cohorts
}

func (g *gpuGroup) EvaluateRate(t float64) ([]Trial, error) {
	g.t = t
	return g.run(g.onDevice.rate)
}

func (g *gpuGroup) Try(t, dt float64, scheme *RKC2) ([]Trial, error) {
	g.t, g.dt, g.scheme = t, dt, scheme
	return g.run(g.onDevice.try)
}

func (g *gpuGroup) TryImplicit(t, dt, tolerance float64) ([]Trial, error) {
	g.t, g.dt, g.tolerance = t, dt, tolerance
	return g.run(g.onDevice.tryImplicit)
}

func (g *gpuGroup) Settle(t, dt float64) ([]Trial, error) {
	g.t, g.dt = t, dt
	return g.run(g.onDevice.settle)
}

func (g *gpuGroup) Accept(dt float64) error {
	g.dt = dt
	return g.device.Do(g.onDevice.accept)
}

func (g *gpuGroup) Euler(t, dt float64, n int) ([]Trial, error) {
	g.t, g.dt, g.steps = t, dt, n
	return g.run(g.onDevice.euler)
}

func (g *gpuGroup) LOD(dt float64, n int) ([]Trial, error) {
	g.dt, g.steps = dt, n
	return g.run(g.onDevice.lod)
}

// run does something on the device that leaves every member a trial.
func (g *gpuGroup) run(do func(*gpu.Queue) error) ([]Trial, error) {
	err := g.device.Do(do)
	for i, st := range g.all {
		g.trials[i] = st.trial
	}
	return g.trials, err
}

// try runs the stages, then F of the candidates, then the sums.
func (g *gpuGroup) try(q *gpu.Queue) error {
	last := len(g.scheme.Stages) - 1
	for j := range g.scheme.Stages {
		for _, st := range g.all {
			if err := st.stage(q, g.dt, g.scheme, j); err != nil {
				return err
			}
		}
		if err := g.reactions.addStage(q, g.dt, g.scheme, j); err != nil {
			return err
		}
		if err := g.body.stage(q, g.t, g.dt, g.scheme, j); err != nil {
			return err
		}
		if err := g.addCohortStage(q, j); err != nil {
			return err
		}
		if err := g.eachTagged(func(t *gpuTags) error { return t.addStage(q, g.dt, g.scheme, j) }); err != nil {
			return err
		}
		if j == last {
			break // the candidates stay in far
		}
		g.swap()
	}
	if err := g.each(func(st *gpuStepper) error { return st.evaluate(q, g.t+g.dt, st.far, st.near) }); err != nil {
		return err
	}
	if err := g.reactions.addRate(q, (*gpuStepper).candidate, (*gpuStepper).rateNext, 1, tally{0, true}); err != nil {
		return err
	}
	if err := g.body.finish(q, g.t+g.dt); err != nil {
		return err
	}
	if err := g.addCohortRates(q); err != nil {
		return err
	}
	err := g.eachTagged(func(t *gpuTags) error {
		return t.addRate(q, (*gpuStepper).candidate, (*gpuStepper).rateNext, (*gpuMeeting).atCandidate)
	})
	if err != nil {
		return err
	}
	if err := g.each(func(st *gpuStepper) error { return st.compare(q, g.dt) }); err != nil {
		return err
	}
	if err := g.readReactions(q, g.dt); err != nil {
		return err
	}
	return g.steepen(q)
}

// swap makes d_j the d_{j−1} of the next stage.
func (g *gpuGroup) swap() {
	for _, st := range g.all {
		st.near, st.far = st.far, st.near
	}
	for _, c := range g.cohorts {
		c.swap()
	}
	for _, t := range g.tagged {
		t.swap()
	}
}

// addCohortStage takes the cells through stage j+2.
func (g *gpuGroup) addCohortStage(q *gpu.Queue, j int) error {
	err := g.correct(q,
		func(c *gpuCohort) cohortView { return c.inStage(g.dt, g.scheme, j) },
		func(m *gpuMeeting) meetingView { return m.inStage(g.dt, g.scheme, j) })
	if err != nil {
		return err
	}
	for _, c := range g.cohorts {
		if err := c.addStage(q, g.dt, g.scheme, j); err != nil {
			return err
		}
	}
	return nil
}

// addCohortRates makes F of the cells' candidates and takes their sums.
func (g *gpuGroup) addCohortRates(q *gpu.Queue) error {
	if err := g.correct(q, (*gpuCohort).atCandidate, (*gpuMeeting).atCandidate); err != nil {
		return err
	}
	for _, c := range g.cohorts {
		if err := c.addRate(q, c.atCandidate(), c.near, (*gpuStepper).rateNext, 1); err != nil {
			return err
		}
		if err := c.compare(q, c.far, g.dt); err != nil {
			return err
		}
	}
	return nil
}

// steepen adds the bound of the cells at the last rate to that of reactions in the trials.
func (g *gpuGroup) steepen(q *gpu.Queue) error {
	for _, c := range g.cohorts {
		if err := c.steepen(q); err != nil {
			return err
		}
		for _, st := range g.members {
			st.trial.Steepness += c.steepest
		}
	}
	return nil
}

func (g *gpuGroup) accept(q *gpu.Queue) error {
	if err := g.each(func(st *gpuStepper) error { return st.accept(q, g.dt) }); err != nil {
		return err
	}
	for _, c := range g.cohorts {
		if err := c.accept(q, g.dt); err != nil {
			return err
		}
	}
	return g.eachTagged(func(t *gpuTags) error { return t.accept(q, g.dt) })
}

// The fields that reactions and cohorts read and write: c and F(c), the candidate, or what
// becomes one, and its rate.
func (st *gpuStepper) now() *gpu.Texture       { return st.density }
func (st *gpuStepper) rateNow() *gpu.Texture   { return st.rate }
func (st *gpuStepper) candidate() *gpu.Texture { return st.far }
func (st *gpuStepper) rateNext() *gpu.Texture  { return st.near }

// evaluate writes F(c) of every member.
func (g *gpuGroup) evaluate(q *gpu.Queue) error {
	err := g.each(func(st *gpuStepper) error {
		st.trial = Trial{}
		return st.evaluate(q, g.t, st.density, st.rate)
	})
	if err != nil {
		return err
	}
	if err := g.reactions.addRate(q, (*gpuStepper).now, (*gpuStepper).rateNow, 1, tally{0, true}); err != nil {
		return err
	}
	if err := g.body.evaluate(q, g.t); err != nil {
		return err
	}
	if err := g.correct(q, (*gpuCohort).atPresent, (*gpuMeeting).atPresent); err != nil {
		return err
	}
	for _, c := range g.cohorts {
		if err := c.addRate(q, c.atPresent(), c.rate, (*gpuStepper).rateNow, 1); err != nil {
			return err
		}
	}
	err = g.eachTagged(func(t *gpuTags) error {
		return t.addRate(q, (*gpuStepper).now, (*gpuStepper).rateNow, (*gpuMeeting).atPresent)
	})
	if err != nil {
		return err
	}
	if err := g.readReactions(q, 0); err != nil {
		return err
	}
	return g.steepen(q)
}

// readReactions puts what reacts, and what reacted in dt seconds, into the trials.
func (g *gpuGroup) readReactions(q *gpu.Queue, dt float64) error {
	if err := g.reactions.read(q, dt); err != nil {
		return err
	}
	return g.eachTagged(func(t *gpuTags) error { return t.bulk.read(q, dt) })
}

func (g *gpuGroup) euler(q *gpu.Queue) error {
	for n := range g.steps {
		t, first := g.t+float64(n)*g.dt, n == 0
		if err := g.each(func(st *gpuStepper) error { return st.euler(q, t, g.dt, first) }); err != nil {
			return err
		}
		if err := g.reactions.addRate(q, (*gpuStepper).now, (*gpuStepper).candidate, g.dt, tally{1, !first}); err != nil {
			return err
		}
		if err := g.body.euler(q, t, g.dt); err != nil {
			return err
		}
		if err := g.eulerCohorts(q, first); err != nil {
			return err
		}
		for _, st := range g.all {
			st.density, st.far = st.far, st.density
		}
	}
	if err := g.each(func(st *gpuStepper) error { return st.finishEuler(q, g.dt) }); err != nil {
		return err
	}
	for _, c := range g.cohorts {
		if err := c.compare(q, c.state, 0); err != nil {
			return err
		}
	}
	return g.readReactions(q, g.dt)
}

// eulerCohorts takes a step of the cells, and of the tags with all that reacts: they see the
// states before it.
func (g *gpuGroup) eulerCohorts(q *gpu.Queue, first bool) error {
	if err := g.correct(q, (*gpuCohort).atPresent, (*gpuMeeting).atPresent); err != nil {
		return err
	}
	for _, c := range g.cohorts {
		if err := c.flow(q, g.dt); err != nil {
			return err
		}
	}
	if err := g.eachTagged(func(t *gpuTags) error { return t.addEuler(q, g.dt, first) }); err != nil {
		return err
	}
	for _, c := range g.cohorts {
		if err := c.euler(q, g.dt); err != nil {
			return err
		}
	}
	return nil
}

func (g *gpuGroup) Close() error {
	return g.device.Do(func(q *gpu.Queue) error {
		g.free(q)
		return nil
	})
}
