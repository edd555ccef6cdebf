package engine

import (
	"fmt"
	"math"
	"slices"

	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/expression"
)

// BodySites is where a substrate meets a compartment of the body: beside what the walls
// of a voxel do (Exchange.Sites, which hold what leaves),
//
//	dc/dt = ... + Inward C,   V dC/dt = ... + Scale Σ (Outward c − capacity Inward C)
//
// Where their exchange responds to the body by a factor f of its variables, Outward is capacity
// Inward, and no other site has what leaves:
//
//	dc/dt = ... + f Inward (C − c),   V dC/dt = ... + Scale f Σ Outward (c − C)
type BodySites struct {
	Member  int       // position in Group.Substrates
	Voxel   []int     // rising
	Inward  []float64 // 1/s
	Outward []float64 // amount/s per density of the voxel

	response    tissue.Response // nil for 1
	slopes      []bodySlope     // of it
	compartment int
	inward      float64    // Σ capacity Inward: amount/s per density of the compartment
	outward     float64    // Σ Outward
	fastest     [2]float64 // largest Inward, and Outward over capacity, 1/s
}

// bodyPassage is what a voxel and a compartment exchange, µm³/s.
type bodyPassage struct{ inward, outward float64 }

// newBodySites sorts the passages by voxel.
func newBodySites(passages bodyPassages, capacity Capacity, amount float64, compartment int) *BodySites {
	b := &BodySites{response: passages.response, compartment: compartment}
	if b.response != nil {
		for _, v := range b.response.Uses() {
			b.slopes = append(b.slopes, bodySlope{variable: v, derivative: b.response.Derivative(v)})
		}
	}
	for voxel := range passages.at {
		b.Voxel = append(b.Voxel, voxel)
	}
	slices.Sort(b.Voxel)
	for _, voxel := range b.Voxel {
		p, holds := passages.at[voxel], capacity.At(voxel)
		b.Inward = append(b.Inward, amount*p.inward/holds)
		b.Outward = append(b.Outward, amount*p.outward)
		b.inward += amount * p.inward
		b.outward += amount * p.outward
		b.fastest[0] = max(b.fastest[0], amount*p.inward/holds)
		b.fastest[1] = max(b.fastest[1], amount*p.outward/holds)
	}
	return b
}

// loss returns the fastest rate at which a voxel loses to the body, 1/s, but for what
// responds to it.
func (b *BodySites) loss() float64 {
	if b.responds() {
		return 0
	}
	return b.fastest[1]
}

func (b *BodySites) responds() bool { return b.response != nil }

// at returns the response to variables of the body.
func (b *BodySites) at(y []float64) float64 {
	if b.response == nil {
		return 1
	}
	return b.response.Eval(y)
}

// Crossing is what a Stepper adds to a field through BodySites:
//
//	Inward (Level − Keep c − Lose d)
type Crossing struct{ Level, Keep, Lose float64 }

// Times returns a multiple.
func (c Crossing) Times(factor float64) Crossing {
	return Crossing{factor * c.Level, factor * c.Keep, factor * c.Lose}
}

// Body is the variables of tissue.Body on their way through the steps of the group that
// exchanges with them. They go through the same stages as its fields, in float64 on any
// device, which only sums up what leaves the fields. A Stepper's part is, in this order,
//
//	EvaluateRate   F(c) += Now(i),                          then Evaluate
//	Try, stage j   d_j += μ̃ dt Increment(i, dt, scheme, j),  then Stage
//	Try, the end   F(candidate) += Candidate(i),            then Finish
//	Euler          c' += dt Now(i),                         then Euler
//
// for every number i of Sites, each of these a Crossing at the densities c, of Candidate those of
// the candidate, and increments d of its member.
type Body struct {
	model  *tissue.Body
	sites  []*BodySites
	weight [][]float64 // per reaction and change: of the rate, see tissue.Body.Weight
	slopes []bodySlope

	value, rate      []float64 // y, F(y)
	near, far        []float64 // d_{j−1}, d_{j−2}; after a step d_s
	next, rateNext   []float64 // the candidate
	terms, termsNext []bodyRates
	stage            []bodyRates // at a stage
	shares           []bodyRates // Σ w_j (terms at stage j − terms)
	moved            []float64   // Σ w_j d_j
	outflow, other   []float64   // per sites: Σ Outward c, amount/s, at c and elsewhere
	crossed          crossings
	shifted          []float64

	supply   []ramp // of infusions, per variable
	since    float64
	given    int       // doses so far
	seen     []float64 // ∫y dt of the last step, or batch
	largest  []float64 // |y| so far
	jacobian [][]float64
	ledger   []BodyLedger
}

// ramp is a density per time that changes evenly.
type ramp struct{ value, slope float64 }

// crossings are what leaves the fields for a body, net, per sites: amount/s at c, at the candidate and at a
// stage, Σ w_j of what a stage changes, and the amount of the last step, or batch.
type crossings struct{ now, next, stage, shares, seen []float64 }

// bodySlope is the derivative of a reaction, with the changes it makes, or a response by a variable.
type bodySlope struct {
	reaction, variable int
	derivative         *expression.Rate
}

// bodyRates are what changes a variable, in its unit per time.
type bodyRates struct{ exchanged, cleared, reacted, infused float64 }

func (r bodyRates) net() float64 { return r.exchanged - r.cleared + r.reacted + r.infused }

// add adds w (a − b).
func (r *bodyRates) add(w float64, a, b bodyRates) {
	r.exchanged += w * (a.exchanged - b.exchanged)
	r.cleared += w * (a.cleared - b.cleared)
	r.reacted += w * (a.reacted - b.reacted)
	r.infused += w * (a.infused - b.infused)
}

// newBody prepares the body for the group of its substrates; nil where the model has none
// or another group is that.
func newBody(m *tissue.Model, members []tissue.SubstrateID, sites [][]*BodySites) *Body {
	if m.Body == nil || !slices.Contains(members, bodyLeader(m)) {
		return nil
	}
	n := len(m.Body.Variables)
	b := &Body{model: m.Body, supply: make([]ramp, n), ledger: make([]BodyLedger, n)}
	for member, all := range sites {
		for _, s := range all {
			s.Member = member
			b.sites = append(b.sites, s)
		}
	}
	for _, v := range []*[]float64{&b.value, &b.rate, &b.near, &b.far, &b.next, &b.rateNext, &b.moved, &b.shifted, &b.seen, &b.largest} {
		*v = make([]float64, n)
	}
	for _, v := range []*[]bodyRates{&b.terms, &b.termsNext, &b.stage, &b.shares} {
		*v = make([]bodyRates, n)
	}
	for _, v := range []*[]float64{&b.outflow, &b.other, &b.crossed.now, &b.crossed.next, &b.crossed.stage, &b.crossed.shares, &b.crossed.seen} {
		*v = make([]float64, len(b.sites))
	}
	copy(b.value, m.Body.Start())
	for v, variable := range m.Body.Variables {
		b.ledger[v].Initial = variable.Initial * variable.Capacity()
		b.jacobian = append(b.jacobian, make([]float64, n))
	}
	for i, r := range m.Body.Reactions {
		var weights []float64
		for _, c := range r.Changes {
			weight, _ := m.Body.Weight(r.Rate, c) // Validate has seen to it
			weights = append(weights, weight)
		}
		b.weight = append(b.weight, weights)
		for _, v := range r.Rate.Uses() {
			b.slopes = append(b.slopes, bodySlope{i, v, r.Rate.Derivative(v)})
		}
	}
	b.renew(0)
	b.settle()
	return b
}

// bodyLeader returns the first substrate that the body exchanges; where it exchanges none
// it goes along with the first there is.
func bodyLeader(m *tissue.Model) tissue.SubstrateID {
	for s := range m.Substrates {
		if _, ok := m.InBlood(tissue.SubstrateID(s)); ok {
			return tissue.SubstrateID(s)
		}
	}
	return 0
}

// Sites returns where the members meet the body.
func (b *Body) Sites() []*BodySites { return b.sites }

// Outflow is where a Stepper puts Σ Outward c of its members, amount/s, per sites, before it
// calls Evaluate, Stage, Finish or Euler; of increments before Stage.
func (b *Body) Outflow() []float64 { return b.other }

// Now returns what crosses sites.
func (b *Body) Now(i int) Crossing { return b.sites[i].crossing(b.value) }

// Candidate returns the same after the stages of a step.
func (b *Body) Candidate(i int) Crossing { return b.sites[i].crossing(b.shift(b.near, 1)) }

// Increment returns what crosses sites more at stage j+2 of a scheme, where its F is evaluated.
func (b *Body) Increment(i int, dt float64, scheme *RKC2, j int) Crossing {
	increments, factor := b.near, 1.0
	if j == 0 {
		increments, factor = b.rate, dt*scheme.First
	}
	s, then := b.sites[i], b.shift(increments, factor)
	if s.response == nil {
		return Crossing{Level: then[s.compartment] - b.value[s.compartment]}
	}
	now, later := s.at(b.value), s.at(then)
	return Crossing{later*then[s.compartment] - now*b.value[s.compartment], later - now, later}
}

// crossing returns what crosses at variables of the body.
func (s *BodySites) crossing(y []float64) Crossing {
	if s.response == nil {
		return Crossing{Level: y[s.compartment]}
	}
	f := s.at(y)
	return Crossing{Level: f * y[s.compartment], Keep: f}
}

// shift returns the values with a multiple of increments.
func (b *Body) shift(increments []float64, factor float64) []float64 {
	for v, y := range b.value {
		b.shifted[v] = y + factor*increments[v]
	}
	return b.shifted
}

// Evaluate makes F valid at a time, s.
func (b *Body) Evaluate(t float64) {
	copy(b.outflow, b.other)
	b.evaluate(t, b.value, b.outflow, b.terms, b.crossed.now)
	for v, r := range b.terms {
		b.rate[v] = r.net()
	}
	b.linearise()
}

// evaluate finds what changes the variables y, and what crosses the sites.
func (b *Body) evaluate(t float64, y, outflow []float64, terms []bodyRates, crossed []float64) {
	for v, variable := range b.model.Variables {
		terms[v] = bodyRates{cleared: variable.Clearance * y[v], infused: b.supply[v].value + b.supply[v].slope*(t-b.since)}
	}
	for i, s := range b.sites {
		v := s.compartment
		crossed[i] = s.at(y) * (outflow[i] - s.inward*y[v])
		terms[v].exchanged += b.model.Scale * crossed[i] / b.model.Variables[v].Capacity()
	}
	for i, r := range b.model.Reactions {
		rate := r.Rate.Eval(y)
		for k, c := range r.Changes {
			terms[c.Variable].reacted += b.weight[i][k] * rate
		}
	}
}

// Stage runs stage j+2 of a step from t, s; see Stage for the formula.
func (b *Body) Stage(t, dt float64, scheme *RKC2, j int) {
	s := scheme.Stages[j]
	if j == 0 {
		clear(b.shares)
		clear(b.moved)
		clear(b.crossed.shares)
		for v, rate := range b.rate {
			b.far[v], b.near[v] = 0, dt*scheme.First*rate
		}
	}
	for i, now := range b.outflow {
		b.other[i] += now
	}
	b.evaluate(t+s.Time*dt, b.shift(b.near, 1), b.other, b.stage, b.crossed.stage)
	for i, at := range b.crossed.stage {
		b.crossed.shares[i] += s.Weight * (at - b.crossed.now[i])
	}
	for v, r := range b.stage {
		b.shares[v].add(s.Weight, r, b.terms[v])
		b.moved[v] += s.Weight * b.near[v]
		b.far[v] = s.Mu*b.near[v] + s.Nu*b.far[v] + s.MuTilde*dt*(r.net()-b.rate[v]) + s.RateShare*dt*b.rate[v]
	}
	b.near, b.far = b.far, b.near
}

// Finish evaluates F of the candidate, at the time t, s, of the step's end.
func (b *Body) Finish(t float64) {
	for v, y := range b.value {
		b.next[v] = y + b.near[v]
	}
	b.evaluate(t, b.next, b.other, b.termsNext, b.crossed.next)
	for v, r := range b.termsNext {
		b.rateNext[v] = r.net()
	}
}

// accept makes the candidate the values and books the step.
func (b *Body) accept(dt float64) {
	clear(b.seen)
	for v := range b.value {
		whole := b.shares[v]
		whole.add(1, b.terms[v], bodyRates{})
		b.book(v, dt, whole, b.value[v]+b.moved[v])
	}
	for i, now := range b.crossed.now {
		b.crossed.seen[i] = dt * (now + b.crossed.shares[i])
	}
	copy(b.value, b.next)
	b.crossed.now, b.crossed.next = b.crossed.next, b.crossed.now
	b.rate, b.rateNext = b.rateNext, b.rate
	b.terms, b.termsNext = b.termsNext, b.terms
	b.outflow, b.other = b.other, b.outflow
	b.settle()
}

// Euler takes a step of forward Euler from t, s.
func (b *Body) Euler(t, dt float64) {
	copy(b.outflow, b.other)
	b.evaluate(t, b.value, b.other, b.terms, b.crossed.now)
	for i, now := range b.crossed.now {
		b.crossed.seen[i] += dt * now
	}
	for v, r := range b.terms {
		b.book(v, dt, r, b.value[v])
		b.value[v] += dt * r.net()
	}
	copy(b.next, b.value)
	b.settle()
}

// book adds a step to the ledger and to what was seen of a variable.
func (b *Body) book(v int, dt float64, r bodyRates, level float64) {
	amount, l := dt*b.model.Variables[v].Capacity(), &b.ledger[v]
	l.Exchanged += amount * r.exchanged
	l.Cleared += amount * r.cleared
	l.Reacted += amount * r.reacted
	l.Infused += amount * r.infused
	b.seen[v] += dt * level
}

// settle takes down what follows from new values.
func (b *Body) settle() {
	for v, y := range b.value {
		b.largest[v] = max(b.largest[v], math.Abs(y))
		b.ledger[v].Present = y * b.model.Variables[v].Capacity()
	}
	b.linearise()
}

// renew takes infusions as they are from a time on, s, as far as they change evenly.
func (b *Body) renew(t float64) {
	b.since = t
	clear(b.supply)
	for _, f := range b.model.Infusions {
		if t < f.Start || t >= f.End {
			continue
		}
		now := ramp{value: f.Rate}
		if f.Series != nil {
			now = ramp{f.Series.At(t), f.Series.Slope(t)}
		}
		s, capacity := &b.supply[f.Compartment], b.model.Variables[f.Compartment].Capacity()
		s.value += now.value / capacity
		s.slope += now.slope / capacity
	}
}

// turn gives the doses that are due at a time, s, and renews the infusions. It reports
// whether there was a dose.
func (b *Body) turn(t float64) bool {
	given := b.given
	for b.due() <= t {
		d := b.model.Doses[b.given]
		b.value[d.Compartment] += d.Amount / b.model.Variables[d.Compartment].Capacity()
		b.ledger[d.Compartment].Dosed += d.Amount
		b.given++
	}
	b.renew(t)
	b.settle()
	return b.given > given
}

// due returns the time of the next dose, s.
func (b *Body) due() float64 {
	if b.given == len(b.model.Doses) {
		return math.Inf(1)
	}
	return b.model.Doses[b.given].Time
}

// nextKnot returns the time of the next dose, or the first after t, s, at which an
// infusion does not go on in its straight line.
func (b *Body) nextKnot(t float64) float64 {
	if b == nil {
		return math.Inf(1)
	}
	next := b.due()
	see := func(knot float64) {
		if knot > t {
			next = min(next, knot)
		}
	}
	for _, f := range b.model.Infusions {
		see(f.Start)
		see(f.End)
		if f.Series != nil {
			see(f.Series.Next(t))
		}
	}
	return next
}

// linearise takes down |∂F_v/∂y_w| at the values, but for the fields' part: of what the
// compartments give back, and of the reactions, which may grow in a step.
func (b *Body) linearise() {
	for v := range b.jacobian {
		clear(b.jacobian[v])
	}
	for _, s := range b.slopes {
		slope := reactionGrowth * s.derivative.Eval(b.value)
		if !finite(slope) {
			continue // a law that rises from zero as a root does: left to the error control
		}
		for k, c := range b.model.Reactions[s.reaction].Changes {
			b.jacobian[c.Variable][s.variable] += b.weight[s.reaction][k] * slope
		}
	}
	for v := range b.jacobian {
		for w, slope := range b.jacobian[v] {
			b.jacobian[v][w] = math.Abs(slope)
		}
		b.jacobian[v][v] += b.model.Variables[v].Clearance
	}
	for i, s := range b.sites {
		row, scale := b.jacobian[s.compartment], b.model.Scale/b.model.Variables[s.compartment].Capacity()
		row[s.compartment] += scale * s.growing(b.value) * s.inward
		s.eachSlope(b.value, func(variable int, slope float64) {
			row[variable] += scale * slope * math.Abs(b.outflow[i]-s.inward*b.value[s.compartment])
		})
	}
}

// growing returns a response as it may become in a step.
func (s *BodySites) growing(y []float64) float64 {
	if s.response == nil {
		return 1
	}
	return reactionGrowth * s.at(y)
}

// eachSlope visits the magnitudes of a response's derivatives, as they may become in a step.
func (s *BodySites) eachSlope(y []float64, visit func(variable int, slope float64)) {
	for _, by := range s.slopes {
		if slope := reactionGrowth * math.Abs(by.derivative.Eval(y)); finite(slope) { // else as in linearise
			visit(by.variable, slope)
		}
	}
}

// loss returns the fastest rate at which a voxel loses through sites that respond, 1/s.
func (b *Body) loss() float64 {
	fastest := 0.0
	of := map[int]float64{} // per member
	for _, s := range b.sites {
		if s.responds() {
			of[s.Member] += s.growing(b.value) * s.fastest[1]
			fastest = max(fastest, of[s.Member])
		}
	}
	return fastest
}

// fastest returns the largest rate at which a variable falls by itself, 1/s.
func (b *Body) fastest() float64 {
	fastest := 0.0
	for v, row := range b.jacobian {
		fastest = max(fastest, row[v])
	}
	return fastest
}

// bound returns a spectral bound of fields and body together, 1/s, from that of the
// fields alone: Gershgorin's in the units, one for the fields and one for every variable,
// in which it is smallest. That is the spectral radius of
//
//	( fields   largest Inward )
//	( Σ Outward / V    |J|     )
//
// With a response f what leaves through it joins the fields, and |f'| Inward |C − c| those below
// the largest Inward.
func (b *Body) bound(radius float64, fields []*field) float64 {
	n := len(b.value) + 1
	m := make([][]float64, n)
	for i := range m {
		m[i] = make([]float64, n)
		if i > 0 {
			copy(m[i][1:], b.jacobian[i-1])
		}
	}
	m[0][0] = radius + b.loss()
	inward := make([]float64, len(fields))
	for _, s := range b.sites {
		v, f := s.compartment, s.growing(b.value)
		inward[s.Member] += f * s.fastest[0]
		m[0][v+1] = max(m[0][v+1], inward[s.Member])
		m[v+1][0] += b.model.Scale * f * s.outward / b.model.Variables[v].Capacity()
		s.eachSlope(b.value, func(variable int, slope float64) {
			m[0][variable+1] += slope * s.fastest[0] * max(math.Abs(b.value[v]), fields[s.Member].most)
		})
	}
	return perron(m)
}

// perron returns the spectral radius of a matrix without negative entries, from above,
// ‖M^k‖^(1/k) with k = 1024. It overwrites the matrix.
func perron(m [][]float64) float64 {
	logarithm, share := 0.0, 1.0
	for range 10 {
		norm := largestRow(m)
		if norm == 0 {
			return 0
		}
		logarithm += share * math.Log(norm)
		share /= 2
		m = squared(m, 1/norm)
	}
	norm := largestRow(m)
	if norm == 0 {
		return 0
	}
	return math.Exp(logarithm + share*math.Log(norm))
}

// largestRow returns the largest sum of a row.
func largestRow(m [][]float64) float64 {
	largest := 0.0
	for _, row := range m {
		sum := 0.0
		for _, v := range row {
			sum += v
		}
		largest = max(largest, sum)
	}
	return largest
}

// squared returns the square of a matrix times a factor.
func squared(m [][]float64, factor float64) [][]float64 {
	square := make([][]float64, len(m))
	for i := range m {
		square[i] = make([]float64, len(m))
		for k, a := range m[i] {
			for j, b := range m[k] {
				square[i][j] += a * factor * b * factor
			}
		}
	}
	return square
}

// begin starts anew what is seen of the variables.
func (b *Body) begin() {
	if b != nil {
		clear(b.seen)
		clear(b.crossed.seen)
	}
}

// exposure returns ∫C dt of a member's compartment over the last step or batch.
func (b *Body) exposure(member int) float64 {
	if b == nil {
		return 0
	}
	for _, s := range b.sites {
		if s.Member == member {
			return b.seen[s.compartment]
		}
	}
	return 0
}

// responds reports whether any exchange responds to the body.
func (b *Body) responds() bool {
	return b != nil && slices.ContainsFunc(b.sites, (*BodySites).responds)
}

// lost returns what left a member through sites that respond, amount, in the last step or batch.
func (b *Body) lost(member int) float64 {
	sum := 0.0
	if b != nil {
		for i, s := range b.sites {
			if s.Member == member && s.responds() {
				sum += b.crossed.seen[i]
			}
		}
	}
	return sum
}

// failure says which variable broke a run.
func (b *Body) failure(t, dt float64, v verdict) error {
	cause := ErrNegative
	if v.lost {
		cause = ErrNotFinite
	}
	return fmt.Errorf("engine: %q of the body at t = %.6g s, step %.3g s: %w", v.outside, t, dt, cause)
}

// judge adds what the candidate says of a step dt, s, to the verdict; see
// Integrator.judge. Of every variable the error is weighed by itself.
func (b *Body) judge(v *verdict, o Options, g *group, trials []Trial, dt, constant, parts float64) {
	for _, s := range b.sites {
		if f := s.at(b.next); !(f >= 0) || !finite(f) {
			v.outside, v.lost = s.response.String(), !finite(f)
		}
	}
	for i, next := range b.next {
		name, now := b.model.Variables[i].Name, b.value[i]
		if !finite(next) {
			v.outside, v.lost = name, true
			return
		}
		least := b.absoluteTolerance(o, g, trials, i, parts)
		if b.model.Variables[i].IsCompartment() && next < min(-b.absoluteTolerance(o, g, trials, i, 1), now) {
			v.outside = name
		}
		norm := math.Abs(next)
		norm += (parts - 1) * max(norm-math.Abs(now), 0)
		if defect := constant * math.Abs(next-now-dt/2*(b.rate[i]+b.rateNext[i])); defect > 0 {
			v.ratio = max(v.ratio, defect/(o.RelativeTolerance*norm+least))
		}
	}
}

// absoluteTolerance returns that of a variable, by the largest there is of its dimension;
// see Integrator.absoluteTolerance. One that is given is of densities. What the tissue has
// only begun to give a compartment is next to nothing of the largest density there.
func (b *Body) absoluteTolerance(o Options, g *group, trials []Trial, variable int, parts float64) float64 {
	if o.AbsoluteTolerance > 0 && b.model.Variables[variable].IsCompartment() {
		return o.AbsoluteTolerance
	}
	largest := 0.0
	for i, next := range b.next {
		if b.model.Variables[i].Dimension == b.model.Variables[variable].Dimension {
			before, now := math.Abs(b.value[i]), math.Abs(next)
			largest = max(largest, before, now+(parts-1)*max(now-before, 0), nothing*b.largest[i])
		}
	}
	least := DefaultAbsoluteTolerance * o.RelativeTolerance * largest
	for _, s := range b.sites {
		if s.compartment == variable {
			least = max(least, nothing*max(g.fields[s.Member].largest, trials[s.Member].Max))
		}
	}
	return least
}

// BodyState is the body at a moment; slices are by tissue.BodyVariableID, and empty where
// the model has no body.
type BodyState struct {
	Values []float64    // in the dimensions' MolarUnit
	Ledger []BodyLedger // of compartments, else 0
}

// BodyLedger accounts for the amount in a compartment since the start: molecules where its
// density is in nM. Every term is integrated by the scheme's own stages.
type BodyLedger struct {
	Initial, Present float64
	Exchanged        float64 // net, from all the tissue: Scale times what the grid's walls book
	Cleared          float64
	Reacted          float64 // made by reactions and moved by them from other compartments, net
	Infused, Dosed   float64
}

// Residual returns what the terms do not account for.
func (l BodyLedger) Residual() float64 {
	return l.Present - (l.Initial + l.Exchanged - l.Cleared + l.Reacted + l.Infused + l.Dosed)
}

// Handled returns the amount the residual is judged against.
func (l BodyLedger) Handled() float64 {
	return max(l.Present, l.Initial+max(l.Exchanged, 0)+max(l.Reacted, 0)+l.Infused+l.Dosed)
}

// Body returns the state of the body.
func (in *Integrator) Body() BodyState {
	if in.body == nil {
		return BodyState{}
	}
	return BodyState{slices.Clone(in.body.value), slices.Clone(in.body.ledger)}
}

// bodyState is the body in a snapshot.
type bodyState struct {
	Names   []string
	Values  []float64
	Ledger  []BodyLedger
	Largest []float64
	Given   int
}

func (b *Body) snapshot() bodyState {
	var s bodyState
	if b == nil {
		return s
	}
	for _, v := range b.model.Variables {
		s.Names = append(s.Names, v.Name)
	}
	s.Values, s.Ledger, s.Largest, s.Given = b.value, b.ledger, b.largest, b.given
	return s
}

// fits reports whether a snapshot is of this body.
func (b *Body) fits(s bodyState) bool {
	names := b.snapshot().Names
	return slices.Equal(names, s.Names) && len(s.Values) == len(names) && len(s.Ledger) == len(names) && len(s.Largest) == len(names) &&
		(b == nil || s.Given >= 0 && s.Given <= len(b.model.Doses))
}

func (b *Body) restore(s bodyState) {
	if b == nil {
		return
	}
	copy(b.value, s.Values)
	copy(b.ledger, s.Ledger)
	copy(b.largest, s.Largest)
	b.given = s.Given
	b.settle()
}
