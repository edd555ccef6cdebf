package cpu

import "github.com/cytofield/cytofield/engine"

// tags are the tags of one member of a group: substrates with the stencil, the stages and
// the decay of the member, to which cells and reactions do what they do to it, in the
// share of each tag.
type tags struct {
	parent   *stepper
	each     []*stepper
	meetings []*meeting    // of engine.Tagged.Cells, then of every cohort
	bulk     *tagReactions // nil for none
}

func newTags(g *group, t engine.Tagged, r engine.Reactions) *tags {
	all := &tags{parent: g.members[t.Member]}
	all.settle(g, t)
	all.bulk = newTagReactions(g, t.Member, all, r)
	return all
}

// settle puts cells and tags where none were, or in the place of others.
func (t *tags) settle(g *group, from engine.Tagged) {
	for i, s := range from.Tags {
		if i == len(t.each) {
			t.each = append(t.each, newTag(t.parent))
		}
		t.each[i].substrate = s
		t.each[i].exchange(s.Cells, s.Walls)
	}
	t.meetings = []*meeting{newPlainMeeting(t, from.Cells)}
	for _, c := range from.Cohorts {
		t.meetings = append(t.meetings, newCohortMeeting(t, g.cohorts, c))
	}
}

// newTag returns a substrate on the stencil of another.
func newTag(parent *stepper) *stepper {
	n, rows := len(parent.density), len(parent.stencil.rows)
	return &stepper{
		grid: parent.grid, stencil: parent.stencil,
		density: make([]float64, n), rate: make([]float64, n), near: make([]float64, n), far: make([]float64, n),
		rowLoss: make([]float64, rows), rowTrial: make([]engine.Trial, rows),
	}
}

// evaluate writes what the stencil, walls and linear cells make of the tags' densities.
func (t *tags) evaluate(at float64, density, rate func(*stepper) []float64) {
	for _, tag := range t.each {
		tag.evaluate(at, density(tag), rate(tag))
	}
}

// addRate adds to F of the tags what reactions and the other cells do.
func (t *tags) addRate(trials []engine.Trial) {
	t.bulk.addRate((*stepper).now, (*stepper).rateNow, 1)
	for _, m := range t.meetings {
		m.addRate(m.atPresent(), (*stepper).rateNow, 1)
	}
	for i := range trials {
		trials[i] = engine.Trial{Reacting: t.bulk.total(i)}
	}
}

// stage takes the tags through a stage as what evaluate writes has it.
func (t *tags) stage(dt float64, scheme *engine.RKC2, j int) {
	for _, tag := range t.each {
		tag.stage(tag.pass(dt, scheme, j), func(int) {})
	}
}

// addStage adds what reactions and the other cells do, which have been through the stage
// but are not yet swapped.
func (t *tags) addStage(p *pass) {
	t.bulk.addStage(p)
	for _, m := range t.meetings {
		m.addStage(p)
	}
}

func (t *tags) swap() {
	for _, tag := range t.each {
		tag.near, tag.far = tag.far, tag.near
	}
	for _, m := range t.meetings {
		m.near, m.far = m.far, m.near
	}
}

// finish completes F of the candidates and takes the sums.
func (t *tags) finish(dt float64, trials []engine.Trial) {
	reacted := make([]float64, len(t.each))
	for i := range reacted {
		reacted[i] = dt * t.bulk.total(i)
	}
	t.bulk.addRate((*stepper).candidate, (*stepper).rateNext, 1)
	for _, m := range t.meetings {
		m.addRate(m.atCandidate(), (*stepper).rateNext, 1)
	}
	for i, tag := range t.each {
		trials[i] = tag.compare(dt)
		trials[i].Decayed, trials[i].Reacted, trials[i].Reacting = dt*tag.lost(), reacted[i], t.bulk.total(i)
	}
}

func (t *tags) accept(dt float64) {
	for _, tag := range t.each {
		tag.accept(dt)
	}
	for _, m := range t.meetings {
		m.accept(dt)
	}
}

// clearCorrections forgets what close cells do to each other.
func (t *tags) clearCorrections() {
	for _, m := range t.meetings {
		for _, correction := range m.correction {
			clear(correction)
		}
	}
}

// correct follows a sweep over close cells, whose surfaces are those before it.
func (t *tags) correct(of func(*meeting) moment, mix float64) {
	for _, m := range t.meetings[1:] {
		at := of(m)
		m.eachHerd(func(w *attributor, from, to int) {
			m.evaluate(w, at, from, to)
			m.mix(at.out, from, to, mix)
		})
		m.gathered = true
	}
	for _, m := range t.meetings[1:] {
		m.correct(t.meetings[1:])
	}
}

// beginEuler begins a batch of steps of forward Euler.
func (t *tags) beginEuler(trials []engine.Trial) {
	for i, tag := range t.each {
		clear(tag.rowLoss)
		trials[i] = engine.Trial{}
	}
}

// euler takes a step of forward Euler as what evaluate writes has it.
func (t *tags) euler(at, dt float64) {
	for _, tag := range t.each {
		tag.euler(at, dt)
	}
}

// addEuler adds what reactions and the other cells do, and what reacts to the trials.
func (t *tags) addEuler(dt float64, trials []engine.Trial) {
	t.bulk.addRate((*stepper).now, (*stepper).candidate, dt)
	for i := range t.each {
		trials[i].Reacted += dt * t.bulk.total(i)
	}
	for _, m := range t.meetings {
		m.euler(dt)
	}
	for _, tag := range t.each {
		tag.density, tag.far = tag.far, tag.density
	}
}

// finishEuler sums up after a batch of steps of forward Euler.
func (t *tags) finishEuler(dt float64, trials []engine.Trial) {
	for i, tag := range t.each {
		reacted := trials[i].Reacted
		trials[i] = tag.finishEuler(dt)
		trials[i].Reacted = reacted
	}
}

// tagMember is engine.TagMember.
type tagMember struct {
	*tags
	group *group
}

// Integrals hands over what was booked and starts anew.
func (t tagMember) Integrals() (in engine.TagIntegrals, err error) {
	in.Cells = t.meetings[0].fetch()
	for _, m := range t.meetings[1:] {
		in.Cohorts = append(in.Cohorts, m.fetch())
	}
	return in, nil
}

// Read copies what carriers hold.
func (t tagMember) Read(carried [][][][]float64) error {
	for i, m := range t.meetings[1:] {
		for c := range m.state {
			for tag := range m.state[c] {
				copy(carried[i][c][tag], m.state[c][tag])
			}
		}
	}
	return nil
}

// Replace takes new cells, and makes room for more tags.
func (t tagMember) Replace(from engine.Tagged) error {
	t.settle(t.group, from)
	t.group.count()
	return nil
}
