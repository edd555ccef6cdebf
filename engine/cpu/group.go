package cpu

import "github.com/cytofield/cytofield/engine"

// group is substrates that go through the stages of a step together.
type group struct {
	members []*stepper
	trials  []engine.Trial // per member, of the last call

	reactions *reactions // nil for none
	body      *body      // nil for none
}

func newGroup(wanted engine.Group) *group {
	g := &group{trials: make([]engine.Trial, len(wanted.Substrates))}
	for _, s := range wanted.Substrates {
		g.members = append(g.members, newStepper(s))
	}
	if len(wanted.Reactions.Rates) > 0 {
		g.reactions = newReactions(g, wanted.Reactions)
	}
	g.body = newBody(g, wanted.Body)
	return g
}

// Members returns the substrates.
func (g *group) Members() []engine.Member {
	members := make([]engine.Member, len(g.members))
	for i, st := range g.members {
		members[i] = st
	}
	return members
}

// EvaluateRate writes F(c, t).
func (g *group) EvaluateRate(t float64) ([]engine.Trial, error) {
	for i, st := range g.members {
		st.evaluate(t, st.density, st.rate)
		g.trials[i] = engine.Trial{}
	}
	if g.reactions != nil {
		g.reactions.addRate((*stepper).now, func(st *stepper) []float64 { return st.rate }, 1)
		g.tellReacting((*stepper).now)
	}
	g.body.evaluate(t)
	return g.trials, nil
}

// tellReacting puts what reacts at some densities, of the last rate, into the trials.
func (g *group) tellReacting(density func(*stepper) []float64) {
	steepness := g.reactions.steepness(density)
	for i := range g.trials {
		g.trials[i].Reacting, g.trials[i].Steepness = g.reactions.total(i), steepness
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
		for _, st := range g.members {
			st.stage(st.pass(dt, scheme, j))
		}
		if g.reactions != nil {
			g.reactions.addStage(g.members[0].pass(dt, scheme, j))
		}
		g.body.stage(t, dt, scheme, j)
		if j < len(scheme.Stages)-1 {
			g.swap()
		}
	}
	g.finish(t, dt)
	return g.trials, nil
}

// finish evaluates F of the candidates and takes the sums.
func (g *group) finish(t, dt float64) {
	for _, st := range g.members {
		st.evaluate(t+dt, st.far, st.near)
	}
	g.body.finish(t + dt)
	reacted := make([]float64, len(g.members))
	if g.reactions != nil {
		for i := range reacted {
			reacted[i] = dt * g.reactions.total(i)
		}
		g.reactions.addRate((*stepper).candidate, func(st *stepper) []float64 { return st.near }, 1)
	}
	for i, st := range g.members {
		g.trials[i] = st.compare(dt)
		g.trials[i].Decayed, g.trials[i].Reacted = dt*st.lost(), reacted[i]
	}
	if g.reactions != nil {
		g.tellReacting((*stepper).candidate)
	}
}

// The fields that reactions read: c, and the candidate or what becomes one.
func (st *stepper) now() []float64       { return st.density }
func (st *stepper) candidate() []float64 { return st.far }

// swap makes d_j the d_{j−1} of the next stage.
func (g *group) swap() {
	for _, st := range g.members {
		st.near, st.far = st.far, st.near
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
	return nil
}

// Euler takes n steps c' = c + dt F(c).
func (g *group) Euler(t, dt float64, n int) ([]engine.Trial, error) {
	for _, st := range g.members {
		clear(st.rowLoss)
	}
	reacted := make([]float64, len(g.members))
	if st := g.members[0]; g.alone() && st.inWaves {
		st.eulerInWaves(t, dt, n)
		n = 0
	}
	for i := range n {
		for _, st := range g.members {
			st.euler(t+float64(i)*dt, dt)
		}
		if g.reactions != nil {
			g.reactions.addRate((*stepper).now, (*stepper).candidate, dt)
			for i := range reacted {
				reacted[i] += dt * g.reactions.total(i)
			}
		}
		g.body.euler(t+float64(i)*dt, dt)
		for _, st := range g.members {
			st.density, st.far = st.far, st.density
		}
	}
	for i, st := range g.members {
		g.trials[i] = st.finishEuler(dt)
		g.trials[i].Reacted = reacted[i]
	}
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

// alone reports whether nothing couples the first member to anything.
func (g *group) alone() bool { return len(g.members) == 1 && g.reactions == nil && g.body == nil }
