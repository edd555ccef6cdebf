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
type BodySites struct {
	Voxel   []int     // rising
	Inward  []float64 // 1/s
	Outward []float64 // amount/s per density of the voxel

	compartment int
	inward      float64    // Σ capacity Inward: amount/s per density of the compartment
	outward     float64    // Σ Outward
	fastest     [2]float64 // largest Inward, and Outward over capacity, 1/s
}

// bodyPassage is what a voxel and a compartment exchange, µm³/s.
type bodyPassage struct{ inward, outward float64 }

// newBodySites sorts the passages by voxel; nil for none.
func newBodySites(passages map[int]bodyPassage, capacity Capacity, amount float64, compartment int) *BodySites {
	if len(passages) == 0 {
		return nil
	}
	b := &BodySites{compartment: compartment}
	for voxel := range passages {
		b.Voxel = append(b.Voxel, voxel)
	}
	slices.Sort(b.Voxel)
	for _, voxel := range b.Voxel {
		p, holds := passages[voxel], capacity.At(voxel)
		b.Inward = append(b.Inward, amount*p.inward/holds)
		b.Outward = append(b.Outward, amount*p.outward)
		b.inward += amount * p.inward
		b.outward += amount * p.outward
		b.fastest[0] = max(b.fastest[0], amount*p.inward/holds)
		b.fastest[1] = max(b.fastest[1], amount*p.outward/holds)
	}
	return b
}

// loss returns the fastest rate at which a voxel loses to the body, 1/s.
func (b *BodySites) loss() float64 {
	if b == nil {
		return 0
	}
	return b.fastest[1]
}

// Body is the variables of tissue.Body on their way through the steps of the group that
// exchanges with them. They go through the same stages as its fields, in float64 on any
// device, which only sums up what leaves the fields. A Stepper's part is, in this order,
//
//	EvaluateRate   F(c) += Inward Value(i),                      then Evaluate
//	Try, stage j   d_j += μ̃ dt Inward Increment(i, dt, scheme, j),  then Stage
//	Try, the end   F(candidate) += Inward Candidate(i),          then Finish
//	Euler          c' += dt Inward Value(i),                     then Euler
//
// for every member i that has Sites.
type Body struct {
	model  *tissue.Body
	sites  []*BodySites // per member; nil for one that has nothing to do with the body
	weight [][]float64  // per reaction and change: of the rate, see tissue.Body.Weight
	slopes []bodySlope

	value, rate      []float64 // y, F(y)
	near, far        []float64 // d_{j−1}, d_{j−2}; after a step d_s
	next, rateNext   []float64 // the candidate
	terms, termsNext []bodyRates
	stage            []bodyRates // at a stage
	shares           []bodyRates // Σ w_j (terms at stage j − terms)
	moved            []float64   // Σ w_j d_j
	outflow, other   []float64   // per member: amount/s that leaves the field, at c and elsewhere
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

// bodySlope is the derivative of a reaction by a variable, with the changes it makes.
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
func newBody(m *tissue.Model, members []tissue.SubstrateID, sites []*BodySites) *Body {
	if m.Body == nil || !slices.Contains(members, bodyLeader(m)) {
		return nil
	}
	n := len(m.Body.Variables)
	b := &Body{model: m.Body, sites: sites, supply: make([]ramp, n), ledger: make([]BodyLedger, n)}
	for _, v := range []*[]float64{&b.value, &b.rate, &b.near, &b.far, &b.next, &b.rateNext, &b.moved, &b.shifted, &b.seen, &b.largest} {
		*v = make([]float64, n)
	}
	for _, v := range []*[]bodyRates{&b.terms, &b.termsNext, &b.stage, &b.shares} {
		*v = make([]bodyRates, n)
	}
	b.outflow, b.other = make([]float64, len(members)), make([]float64, len(members))
	for v, variable := range m.Body.Variables {
		b.value[v] = variable.Initial
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

// Sites returns where a member meets the body; nil for nowhere.
func (b *Body) Sites(member int) *BodySites { return b.sites[member] }

// Outflow is where a Stepper puts what leaves its members for the body, Σ Outward c,
// amount/s, before it calls Evaluate, Stage, Finish or Euler; of increments before Stage.
func (b *Body) Outflow() []float64 { return b.other }

// Value returns the density in a member's compartment.
func (b *Body) Value(member int) float64 { return b.value[b.sites[member].compartment] }

// Candidate returns the same after the stages of a step.
func (b *Body) Candidate(member int) float64 {
	v := b.sites[member].compartment
	return b.value[v] + b.near[v]
}

// Increment returns the increment d of a member's compartment at which stage j+2 of a
// scheme evaluates F.
func (b *Body) Increment(member int, dt float64, scheme *RKC2, j int) float64 {
	v := b.sites[member].compartment
	if j == 0 {
		return dt * scheme.First * b.rate[v]
	}
	return b.near[v]
}

// Evaluate makes F valid at a time, s.
func (b *Body) Evaluate(t float64) {
	copy(b.outflow, b.other)
	b.evaluate(t, b.value, b.outflow, b.terms)
	for v, r := range b.terms {
		b.rate[v] = r.net()
	}
	b.linearise()
}

// evaluate finds what changes the variables y.
func (b *Body) evaluate(t float64, y, outflow []float64, terms []bodyRates) {
	for v, variable := range b.model.Variables {
		terms[v] = bodyRates{cleared: variable.Clearance * y[v], infused: b.supply[v].value + b.supply[v].slope*(t-b.since)}
	}
	for i, s := range b.sites {
		if s != nil {
			v := s.compartment
			terms[v].exchanged += b.model.Scale * (outflow[i] - s.inward*y[v]) / b.model.Variables[v].Capacity()
		}
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
		for v, rate := range b.rate {
			b.far[v], b.near[v] = 0, dt*scheme.First*rate
		}
	}
	for i, now := range b.outflow {
		b.other[i] += now
	}
	for v, y := range b.value {
		b.shifted[v] = y + b.near[v]
	}
	b.evaluate(t+s.Time*dt, b.shifted, b.other, b.stage)
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
	b.evaluate(t, b.next, b.other, b.termsNext)
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
	copy(b.value, b.next)
	b.rate, b.rateNext = b.rateNext, b.rate
	b.terms, b.termsNext = b.termsNext, b.terms
	b.outflow, b.other = b.other, b.outflow
	b.settle()
}

// Euler takes a step of forward Euler from t, s.
func (b *Body) Euler(t, dt float64) {
	b.evaluate(t, b.value, b.other, b.terms)
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
	for _, s := range b.sites {
		if s != nil {
			b.jacobian[s.compartment][s.compartment] += b.model.Scale * s.inward / b.model.Variables[s.compartment].Capacity()
		}
	}
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
func (b *Body) bound(fields float64) float64 {
	n := len(b.value) + 1
	m := make([][]float64, n)
	for i := range m {
		m[i] = make([]float64, n)
		if i > 0 {
			copy(m[i][1:], b.jacobian[i-1])
		}
	}
	m[0][0] = fields
	for _, s := range b.sites {
		if s != nil {
			v := s.compartment
			m[0][v+1] = max(m[0][v+1], s.fastest[0])
			m[v+1][0] += b.model.Scale * s.outward / b.model.Variables[v].Capacity()
		}
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
	}
}

// exposure returns ∫C dt of a member's compartment over the last step or batch.
func (b *Body) exposure(member int) float64 {
	if b == nil || b.sites[member] == nil {
		return 0
	}
	return b.seen[b.sites[member].compartment]
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
	for i, s := range b.sites {
		if s != nil && s.compartment == variable {
			least = max(least, nothing*max(g.fields[i].largest, trials[i].Max))
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
