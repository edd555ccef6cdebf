package cpu

import (
	"slices"

	"github.com/cytofield/cytofield/engine"
)

// group is substrates that go through the stages of a step together.
type group struct {
	members []*stepper
	trials  []engine.Trial // per member and tag, of the last call

	reactions *reactions // nil for none
	body      *body      // nil for none
	cohorts   []*cohort
	tagged    []*tags
}

func newGroup(wanted engine.Group) *group {
	g := &group{}
	for _, s := range wanted.Substrates {
		g.members = append(g.members, newStepper(s))
	}
	if len(wanted.Reactions.Rates) > 0 {
		g.reactions = newReactions(g, wanted.Reactions)
	}
	g.body = newBody(g, wanted.Body)
	for _, c := range wanted.Cohorts {
		g.cohorts = append(g.cohorts, newCohort(c, g.members))
	}
	for _, t := range wanted.Tagged {
		g.tagged = append(g.tagged, newTags(g, t, wanted.Reactions))
	}
	g.body.follow(g.tagged)
	g.count()
	return g
}

// count makes room for the trials of all members and tags.
func (g *group) count() { g.trials = make([]engine.Trial, len(g.Members())) }

// Members returns the substrates, and behind them the tags.
func (g *group) Members() []engine.Member {
	var members []engine.Member
	for _, st := range g.members {
		members = append(members, st)
	}
	for _, t := range g.tagged {
		for _, st := range t.each {
			members = append(members, st)
		}
	}
	return members
}

// Tags returns the tags of every member that has any.
func (g *group) Tags() []engine.TagMember {
	var all []engine.TagMember
	for _, t := range g.tagged {
		all = append(all, tagMember{t, g})
	}
	return all
}

// eachTagged visits the tags of every member with their trials.
func (g *group) eachTagged(visit func(t *tags, trials []engine.Trial)) {
	trials := g.trials[len(g.members):]
	for _, t := range g.tagged {
		visit(t, trials[:len(t.each)])
		trials = trials[len(t.each):]
	}
}

// Cohorts returns the cells with states.
func (g *group) Cohorts() []engine.CohortMember {
	cohorts := make([]engine.CohortMember, len(g.cohorts))
	for i, c := range g.cohorts {
		cohorts[i] = c
	}
	return cohorts
}

// EvaluateRate writes F(c, t).
func (g *group) EvaluateRate(t float64) ([]engine.Trial, error) {
	for i, st := range g.members {
		st.evaluate(t, st.density, st.rate)
		g.trials[i] = engine.Trial{}
	}
	for _, tagged := range g.tagged {
		tagged.evaluate(t, (*stepper).now, (*stepper).rateNow)
	}
	if g.reactions != nil {
		g.reactions.addRate((*stepper).now, (*stepper).rateNow, 1)
	}
	g.body.evaluate(t)
	g.correct((*cohort).atPresent, (*cohortFluid).atNow, (*meeting).atPresent)
	for _, c := range g.cohorts {
		c.addRate(c.atPresent(), c.rate, (*cohortFluid).atNow, (*stepper).rateNow, 1)
	}
	g.eachTagged((*tags).addRate)
	g.tellReacting((*stepper).now)
	return g.trials, nil
}

// tellReacting puts what reacts at some densities, of the last rate, into the trials.
func (g *group) tellReacting(density func(*stepper) []float64) {
	steepness := 0.0
	if g.reactions != nil {
		steepness = g.reactions.steepness(density)
	}
	for _, c := range g.cohorts {
		steepness += c.steepness()
	}
	for i := range g.members {
		g.trials[i].Steepness = steepness
		if g.reactions != nil {
			g.trials[i].Reacting = g.reactions.total(i)
		}
	}
}

// Try runs the stages, then F of the candidates, then the sums.
func (g *group) Try(t, dt float64, scheme *engine.RKC2) ([]engine.Trial, error) {
	if st := g.members[0]; g.alone() && st.inWaves {
		g.trials[0] = st.tryInWaves(t, dt, scheme)
		g.trials[0].Decayed = dt * st.lost()
		return g.trials, nil
	}
	for j := range scheme.Stages {
		p := g.members[0].pass(dt, scheme, j)
		g.stageCells(p)
		for i, st := range g.members {
			st.stage(st.pass(dt, scheme, j), func(row int) { g.dropStage(i, row, p) })
		}
		for _, tagged := range g.tagged {
			tagged.stage(dt, scheme, j)
		}
		if g.reactions != nil {
			g.reactions.addStage(p)
		}
		g.body.stage(t, dt, scheme, j)
		for _, tagged := range g.tagged {
			tagged.addStage(p)
		}
		if j < len(scheme.Stages)-1 {
			g.swap()
		}
	}
	g.finish(t, dt)
	return g.trials, nil
}

// stageCells takes the cells through a stage, before the fields, whose rows take up the
// fluxes while they are at hand.
func (g *group) stageCells(p *pass) {
	g.correct(func(c *cohort) view { return c.inStage(p) }, (*cohortFluid).atStage, func(m *meeting) moment { return m.atStage(p) })
	for _, c := range g.cohorts {
		c.stage(p)
	}
}

// dropStage adds to a row of a member what a stage of the cells makes flow.
func (g *group) dropStage(member, row int, p *pass) {
	for _, c := range g.cohorts {
		for _, f := range c.fluids {
			if f.Member == member {
				f.addChange(row, g.members[member].far, p.dt*p.MuTilde, f.stage.flux, f.now.flux)
			}
		}
	}
}

// correct makes the corrections of close cells for each other where they are evaluated next.
func (g *group) correct(at func(*cohort) view, out func(*cohortFluid) *exchanged, of func(*meeting) moment) {
	if !g.paired() {
		return
	}
	for _, c := range g.cohorts {
		for _, f := range c.fluids {
			clear(f.correction)
		}
	}
	for _, t := range g.tagged {
		t.clearCorrections()
	}
	for sweep := range engine.PairSweeps + 1 {
		for _, c := range g.cohorts {
			c.mix = engine.PairShare(sweep)
			c.answer(g.cohorts) // of cells, which come before tips
			c.eachHerd(func(p *physiology, _, from, to int) { c.surfaces(p, at(c), from, to, out) })
			c.gathered = true
		}
		for _, c := range g.cohorts {
			c.correct(g.cohorts)
		}
		for _, t := range g.tagged {
			t.correct(of, engine.PairShare(sweep))
		}
	}
}

// paired reports whether any cell is close to another.
func (g *group) paired() bool {
	return slices.ContainsFunc(g.cohorts, func(c *cohort) bool { return len(c.Pairs.Other) > 0 })
}

// finish evaluates F of the candidates and takes the sums.
func (g *group) finish(t, dt float64) {
	for _, st := range g.members {
		st.evaluate(t+dt, st.far, st.near)
	}
	for _, tagged := range g.tagged {
		tagged.evaluate(t+dt, (*stepper).candidate, (*stepper).rateNext)
	}
	g.body.finish(t + dt)
	reacted := make([]float64, len(g.members))
	if g.reactions != nil {
		for i := range reacted {
			reacted[i] = dt * g.reactions.total(i)
		}
		g.reactions.addRate((*stepper).candidate, (*stepper).rateNext, 1)
	}
	g.correct((*cohort).atCandidate, (*cohortFluid).atNext, (*meeting).atCandidate)
	for _, c := range g.cohorts {
		c.addRate(c.atCandidate(), c.near, (*cohortFluid).atNext, (*stepper).rateNext, 1)
		c.compare(dt)
	}
	for i, st := range g.members {
		g.trials[i] = st.compare(dt)
		g.trials[i].Decayed, g.trials[i].Reacted = dt*st.lost(), reacted[i]
	}
	g.eachTagged(func(tagged *tags, trials []engine.Trial) { tagged.finish(dt, trials) })
	g.tellReacting((*stepper).candidate)
}

// The fields that reactions and cohorts read and write: c and F(c), the candidate, or what
// becomes one, and its rate.
func (st *stepper) now() []float64       { return st.density }
func (st *stepper) rateNow() []float64   { return st.rate }
func (st *stepper) candidate() []float64 { return st.far }
func (st *stepper) rateNext() []float64  { return st.near }

// swap makes d_j the d_{j−1} of the next stage.
func (g *group) swap() {
	for _, st := range g.members {
		st.near, st.far = st.far, st.near
	}
	for _, c := range g.cohorts {
		c.swap()
	}
	for _, tagged := range g.tagged {
		tagged.swap()
	}
}

// TryImplicit takes a step of SDIRK2.
func (g *group) TryImplicit(t, dt, tolerance float64) (trials []engine.Trial, err error) {
	g.trials[0], err = g.members[0].tryImplicit(t, dt, tolerance)
	return g.trials, err
}

// Settle finds the steady state.
func (g *group) Settle(t, dt float64) (trials []engine.Trial, err error) {
	g.trials[0], err = g.members[0].settle(t, dt)
	return g.trials, err
}

// Accept swaps the candidates in and books ∫c dt at the sites.
func (g *group) Accept(dt float64) error {
	for _, st := range g.members {
		st.accept(dt)
	}
	for _, c := range g.cohorts {
		c.accept(dt)
	}
	for _, tagged := range g.tagged {
		tagged.accept(dt)
	}
	return nil
}

// Euler takes n steps c' = c + dt F(c).
func (g *group) Euler(t, dt float64, n int) ([]engine.Trial, error) {
	for _, st := range g.members {
		clear(st.rowLoss)
	}
	g.eachTagged((*tags).beginEuler)
	reacted := make([]float64, len(g.members))
	if st := g.members[0]; g.alone() && st.inWaves {
		st.eulerInWaves(t, dt, n)
		n = 0
	}
	for i := range n {
		for _, st := range g.members {
			st.euler(t+float64(i)*dt, dt)
		}
		for _, tagged := range g.tagged {
			tagged.euler(t+float64(i)*dt, dt)
		}
		if g.reactions != nil {
			g.reactions.addRate((*stepper).now, (*stepper).candidate, dt)
			for i := range reacted {
				reacted[i] += dt * g.reactions.total(i)
			}
		}
		g.body.euler(t+float64(i)*dt, dt)
		g.correct((*cohort).atPresent, (*cohortFluid).atNow, (*meeting).atPresent)
		for _, c := range g.cohorts {
			c.flow(dt)
		}
		g.eachTagged(func(tagged *tags, trials []engine.Trial) { tagged.addEuler(dt, trials) })
		for _, c := range g.cohorts {
			c.euler(dt)
		}
		for _, st := range g.members {
			st.density, st.far = st.far, st.density
		}
	}
	for _, c := range g.cohorts {
		c.finishEuler()
	}
	for i, st := range g.members {
		g.trials[i] = st.finishEuler(dt)
		g.trials[i].Reacted = reacted[i]
	}
	g.eachTagged(func(tagged *tags, trials []engine.Trial) { tagged.finishEuler(dt, trials) })
	return g.trials, nil
}

// LOD takes n steps of each member: nothing couples them.
func (g *group) LOD(dt float64, n int) ([]engine.Trial, error) {
	for i, st := range g.members {
		g.trials[i] = st.split(dt, n)
	}
	return g.trials, nil
}

// Close has nothing to free.
func (g *group) Close() error { return nil }

// alone reports whether nothing couples the first member to anything, and nothing follows it.
func (g *group) alone() bool {
	return len(g.members) == 1 && g.reactions == nil && len(g.cohorts) == 0 && len(g.tagged) == 0 && g.body == nil
}
