package engine

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/cytofield/cytofield/tissue"
)

// Integrator advances the substrates of a model by one scheme on any device. With
// its Steppers it is a Solver; engine/cpu and GPUSolver wrap it.
type Integrator struct {
	model   *tissue.Model
	options Options
	labels  []uint8 // of the model
	lattice lattice
	flow    *fluid // of the model; nil where it rests
	fields  []*field
	groups  []*group
	body    *Body // nil for none
	schemes map[int]*RKC2
	stats   Stats
}

// field is one substrate on its device.
type field struct {
	id           tissue.SubstrateID
	member       Member
	substrate    Substrate
	cells, walls *Exchange
	ledger       Ledger
	sum, loss    float64 // Trial.Sum and Trial.Loss now
	reacting     float64 // Trial.Reacting
	norm         float64 // √Σ c²
	most         float64 // largest density now
	largest      float64 // and so far
	least        float64 // smallest density now; of one that was written 0 at least
	elapsed      float64 // s since the integrals were last fetched
	moment       float64 // ∫(t − walls.Since) dt over it, s²
	exposure     float64 // ∫C dt over it of the body's density, density·s
	sweeps       int64   // of a step of ftcs or lod
	group        *group
}

// group is the substrates that step together because they are coupled.
type group struct {
	fields   []*field
	cohorts  []*crowd
	tagged   []*tagging
	stepper  Stepper
	radius   float64 // spectral bound of the group but for its reactions and cohorts, 1/s
	steep    float64 // and cohorts, and of these, 1/s
	positive float64 // s: the longest step of forward Euler that keeps densities positive, but for reactions
	longest  float64 // step of RKC2 that the flow allows, s
	time     float64 // s
	step     float64 // s, proposed next; 0 before the first
	ready    bool    // F(c) is valid
	estimate struct {
		dt, constant float64 // of the step that was accepted last, s and see judge; 0: it left no defect
	}
	reacts bool    // whether there are reactions or cohorts
	body   *Body   // nil where it goes along with another group
	knot   float64 // s: until then what lies beyond the walls changes in straight lines
}

// Substrate tells a device what to build: a substrate of a model with its exchanges.
// Its coefficients are those of uniform tissue, D/R and λ/R, where Mosaic is nil.
type Substrate struct {
	tissue.Substrate
	ID            tissue.SubstrateID
	Grid          tissue.Grid
	ReactionShare float64 // 1/R: how much of a rate of reaction a density changes by
	Mosaic        *Mosaic
	Nodes         []Node // of LOD, whose tissue is always uniform
	Cells, Walls  *Exchange
}

// retarded returns a substrate with D/R and λ/R for D and λ: how its free molecules
// move and decay while bound ones follow them.
func retarded(s tissue.Substrate) tissue.Substrate {
	r := s.RetardationFactor()
	s.DiffusionCoefficient, s.DecayRate, s.Retardation = s.DiffusionCoefficient/r, s.DecayRate/r, 1
	return s
}

// Group tells a device which substrates to step together.
type Group struct {
	Substrates []Substrate
	Reactions  Reactions
	Body       *Body // nil for none
	Cohorts    []*Cohort
	Tagged     []Tagged
}

// NewIntegrator prepares a valid model for a device that makes one Stepper per
// group of substrates. On error, or on Close, the steppers made are closed.
func NewIntegrator(m *tissue.Model, o Options, newStepper func(Group) (Stepper, error)) (*Integrator, error) {
	if err := m.Validate(); err != nil {
		return nil, err
	}
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	in := &Integrator{model: m, options: o, labels: m.Labels(), lattice: newLattice(m.Grid, o.Coupling), schemes: map[int]*RKC2{}}
	if in.flow, err = newFluid(m, in.labels); err != nil {
		return nil, err
	}
	for i, s := range m.Substrates {
		f := &field{id: tissue.SubstrateID(i)}
		f.substrate = Substrate{Substrate: retarded(s), ID: f.id, Grid: m.Grid, ReactionShare: 1 / s.RetardationFactor()}
		if o.Scheme == LOD {
			f.substrate.Nodes = nodes(m, f.id, in.labels)
		} else {
			f.substrate.Mosaic = newMosaic(m, f.id, in.labels, in.flow)
		}
		f.walls = in.wallsAt(f, 0)
		if f.sweeps = 1; o.Scheme == LOD {
			f.sweeps = int64(len(lodAxes(m.Grid, s)))
		}
		in.fields = append(in.fields, f)
	}
	exchanges, err := in.exchanges(m)
	if err != nil {
		return nil, err
	}
	for i, f := range in.fields {
		f.cells = exchanges[i]
	}
	for _, members := range coupled(m) {
		if err := in.open(members, newStepper); err != nil {
			return nil, errors.Join(err, in.Close())
		}
	}
	in.bound()
	return in, nil
}

// open makes a group of fields on its device, with their densities at the start.
func (in *Integrator) open(members []tissue.SubstrateID, newStepper func(Group) (Stepper, error)) error {
	wanted := Group{Reactions: reactionsAmong(in.model, members)}
	var fields []*field
	var sites [][]*BodySites
	for _, id := range members {
		f := in.fields[id]
		fields = append(fields, f)
		f.substrate.Cells, f.substrate.Walls = f.cells, f.walls
		wanted.Substrates = append(wanted.Substrates, f.substrate)
		sites = append(sites, f.walls.Body)
	}
	if wanted.Body = newBody(in.model, members, sites); wanted.Body != nil {
		in.body = wanted.Body
	}
	var err error
	if wanted.Cohorts, err = in.laws(in.model).cohorts(fields, nil); err != nil {
		return err
	}
	g := &group{fields: fields, reacts: len(wanted.Reactions.Rates)+len(wanted.Cohorts) > 0, body: wanted.Body}
	if wanted.Tagged, err = in.tag(g, wanted.Cohorts); err != nil {
		return err
	}
	if g.stepper, err = newStepper(wanted); err != nil {
		return fmt.Errorf("engine: substrate %q: %w", wanted.Substrates[0].Name, err)
	}
	in.groups = append(in.groups, g)
	g.knot = in.nextKnot(g)
	for i, c := range wanted.Cohorts {
		g.cohorts = append(g.cohorts, newCrowd(c, g.stepper.Cohorts()[i]))
	}
	for i, f := range fields {
		f.member, f.group = g.stepper.Members()[i], g
		if err := in.fill(f); err != nil {
			return err
		}
	}
	g.join()
	for _, t := range g.tagged {
		if err := in.fill(t.tags[0]); err != nil {
			return err
		}
	}
	return nil
}

func (in *Integrator) exchanges(m *tissue.Model) ([]*Exchange, error) {
	if err := errors.Join(schemeFaults(m, in.options.Scheme), pointingFaults(m, in.options.Coupling)); err != nil {
		return nil, err
	}
	laws := in.laws(m)
	exchanges := make([]*Exchange, len(m.Substrates))
	var faults []error
	for i, f := range in.fields {
		x, err := laws.exchange(f.id, f.substrate.Mosaic)
		if err == nil && in.options.Scheme == Steady {
			err = (&field{substrate: f.substrate, cells: x, walls: f.walls}).settles()
		}
		if err != nil {
			faults = append(faults, err)
		}
		exchanges[i] = x
	}
	return exchanges, errors.Join(faults...)
}

func (in *Integrator) laws(m *tissue.Model) SurfaceLaws {
	return SurfaceLaws{m, in.options.Coupling, in.lattice, in.labels}
}

// wallsAt returns the exchange of a substrate with its walls at a time, s; LOD has
// none, as its sweeps hold them.
func (in *Integrator) wallsAt(f *field, t float64) *Exchange {
	if in.options.Scheme == LOD {
		return &Exchange{Capacity: capacityOf(in.model, f.id, f.substrate.Mosaic)}
	}
	return newWalls(in.model, f.id, t, f.substrate.Mosaic)
}

func (in *Integrator) fill(f *field) error {
	start := make([]float64, in.model.Grid.Voxels())
	startDensities(in.model, f.id, in.labels, 0, start)
	if err := f.member.Write(start); err != nil {
		return err
	}
	if err := in.measure(f); err != nil {
		return err
	}
	f.ledger.Initial = f.ledger.Present
	return nil
}

// bound sets each group's spectral bound, diffusion, decay and the steepest sink, the
// step that keeps densities positive, and the longest one.
func (in *Integrator) bound() {
	for _, g := range in.groups {
		g.radius, g.positive, g.longest = 0, math.Inf(1), math.Inf(1)
		for _, f := range g.fields {
			radius, positive := f.bounds()
			g.radius, g.positive = max(g.radius, radius), min(g.positive, positive)
			g.longest = min(g.longest, f.flowStep())
		}
		g.ready = false
	}
}

// SpectralRadius returns the bound ρ, 1/s, the stages of a substrate follow.
func (in *Integrator) SpectralRadius(s tissue.SubstrateID) float64 {
	for _, g := range in.groups {
		for _, f := range g.fields {
			if f.id == s {
				return g.bound()
			}
		}
	}
	panic("engine: no such substrate")
}

// measure takes stock of a density that something other than a step has changed.
func (in *Integrator) measure(f *field) error {
	trial, err := f.member.Measure()
	if err != nil {
		return err
	}
	f.adopt(trial)
	return nil
}

// adopt takes the sums of an accepted density, or of one that was written and may
// be anything: the tolerance must outlive it.
func (f *field) adopt(t Trial) {
	f.sum, f.loss, f.norm = t.Sum, t.Loss, math.Sqrt(t.Norm2)
	if finite(t.Max) {
		f.most, f.largest = t.Max, max(f.largest, t.Max)
		f.least = t.Min
	}
	f.ledger.Present = f.sum * f.cells.Capacity.uniform
}

// Time returns the time all groups have reached, s.
func (in *Integrator) Time() float64 {
	t := math.Inf(1)
	for _, g := range in.groups {
		t = min(t, g.time)
	}
	return t
}

// Furthest returns the time of the group that is furthest ahead, s: where a run that was
// ended between two steps can be brought to one time.
func (in *Integrator) Furthest() float64 {
	t := math.Inf(-1)
	for _, g := range in.groups {
		t = max(t, g.time)
	}
	return t
}

// TimeOf returns the time that a substrate has reached, s: between two steps one may be
// ahead of another.
func (in *Integrator) TimeOf(s tissue.SubstrateID) float64 {
	for _, g := range in.groups {
		if slices.Contains(g.fields, in.fields[s]) {
			return g.time
		}
	}
	return in.Time()
}

// Extremes returns the smallest and the largest density of a substrate after its last step.
func (in *Integrator) Extremes(s tissue.SubstrateID) (low, high float64) {
	return in.fields[s].least, in.fields[s].most
}

// Advance steps the group that is furthest behind until all have reached a time.
func (in *Integrator) Advance(ctx context.Context, until float64) (Stats, error) {
	if !finite(until) {
		return in.stats, fmt.Errorf("engine: advance to %g s: want a finite time", until)
	}
	for {
		g := in.groups[0]
		for _, other := range in.groups {
			if other.time < g.time {
				g = other
			}
		}
		if g.time >= until {
			return in.stats, nil
		}
		if err := ctx.Err(); err != nil {
			return in.stats, err
		}
		if err := in.turn(g); err != nil {
			return in.stats, err
		}
		if err := in.prepare(g); err != nil {
			return in.stats, err
		}
		advance := in.stepAdaptive
		switch in.options.Scheme {
		case FTCS:
			advance = in.stepEuler
		case LOD:
			advance = in.stepLOD
		case Steady:
			advance = in.stepSteady
		}
		if err := advance(g, min(until, g.knot)); err != nil {
			return in.stats, err
		}
	}
}

// turn renews the walls of a group that has reached a knot of their time series, and
// what the body is given.
func (in *Integrator) turn(g *group) error {
	if g.time < g.knot {
		return nil
	}
	for _, f := range g.fields {
		if err := f.settle(); err != nil {
			return err
		}
		f.walls = in.wallsAt(f, g.time)
		if err := f.member.Replace(f.cells, f.walls); err != nil {
			return err
		}
	}
	for _, t := range g.tagged {
		if err := t.turn(); err != nil {
			return err
		}
	}
	if g.body != nil && g.body.turn(g.time) {
		g.step = 0
	}
	g.knot, g.ready = in.nextKnot(g), false
	return nil
}

func (in *Integrator) nextKnot(g *group) float64 {
	next := g.body.nextKnot(g.time)
	for _, f := range g.fields {
		next = min(next, nextKnot(in.model, f.id, g.time))
	}
	return next
}

func (in *Integrator) prepare(g *group) error {
	for _, f := range g.fields {
		if !finite(f.sum) { // written so: a step would only spread it
			return fmt.Errorf("engine: substrate %q at t = %.6g s%s: %w",
				in.model.Substrates[f.id].Name, g.time, in.worst(f, f.member.Read), ErrNotFinite)
		}
	}
	if in.options.Scheme == LOD || in.options.Scheme == Steady || in.options.Scheme == FTCS && !g.reacts || g.ready {
		return nil
	}
	g.estimate.dt = 0
	trials, err := g.stepper.EvaluateRate(g.time)
	if err != nil {
		return err
	}
	g.react(trials)
	in.stats.Sweeps += int64(len(g.fields))
	g.ready = true
	return nil
}

// react takes down what reacts, of accepted densities.
func (g *group) react(trials []Trial) {
	for i, f := range g.followed() {
		f.reacting = trials[i].Reacting
	}
	g.steep = trials[0].Steepness
}

// bound returns the spectral bound of a group with its reactions and body, 1/s. Their Jacobian is
// that of the start of a step and may grow on the way.
func (g *group) bound() float64 {
	radius := g.radius + reactionGrowth*g.steep
	if g.body != nil {
		return g.body.bound(radius, g.fields)
	}
	return radius
}

// reactionGrowth is how much steeper reactions may become in a step.
const reactionGrowth = 1.2

// Close frees the steppers. Closing twice is harmless.
func (in *Integrator) Close() error {
	var faults []error
	for _, g := range in.groups {
		faults = append(faults, g.stepper.Close())
	}
	in.fields, in.groups = nil, nil
	return errors.Join(faults...)
}
