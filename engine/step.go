package engine

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/cytofield/cytofield/tissue"
)

// The run stops on these; the message names substrate, place and time.
var (
	ErrNotFinite = errors.New("density is not finite")
	ErrNegative  = errors.New("density stays negative at the smallest step")
	ErrStepSize  = errors.New("the error stays above its tolerance at the smallest step")
)

const (
	// maxStages bounds a step: beyond it the gain of longer steps is small and the
	// rounding of float32 grows with the square of the stages.
	maxStages = 201
	// fixedBatch is how many steps of ftcs or lod run between two reductions.
	fixedBatch = 32
	// DefaultAbsoluteTolerance is the absolute tolerance as a share of relative
	// tolerance × largest density now, where none is given.
	DefaultAbsoluteTolerance = 0.01
	// nothing is the share of the largest density ever that counts as none: what is
	// washed out to there is no longer followed, far above the smallest float32.
	nothing = 1e-9
	// smallestStep is the smallest step the control goes down to, in units of 1/ρ:
	// there a step is far inside the range where forward Euler keeps the sign.
	smallestStep = 1e-3
	// nearFieldDip is how far below zero a density may be with coupling cloud, as a share of
	// the largest. A cell takes up evenly all around, from voxels in the shadow of a neighbour
	// that absorbs almost all too; and what a neighbour gives off from the first moment, while
	// the grid brings it there in about h²/D. Seen from a start at zero with cells in a tenth
	// to a quarter of the volume: 0.04 with 1e4 receptors, 0.17 with 1e5, 0.29 with 1e6.
	nearFieldDip = 0.5
	// synapticDip is that where exports point: from the first moment the grid has what a cell
	// answers a tip with, and only later what leaves at the tip. Seen in the first tenth of a
	// second with twelve secretors, whose answers add up, around a cell that takes up next to
	// nothing, β = κ/(4πDa) ≪ 1, on voxels of half its radius: 1.6. With β = 1 it is 0.6; after
	// a second and on voxels of a radius or more next to nothing.
	synapticDip = 3
)

// divide returns a step that reaches the end in equal parts none longer than dt.
func divide(dt, remaining float64) float64 {
	parts := math.Ceil(remaining/dt*(1-1e-12) - 1e-12)
	return remaining / max(parts, 1)
}

// stepAdaptive takes one step of RKC2 or SDIRK2, shortened and repeated until it meets the
// tolerance and keeps every density above lowest.
func (in *Integrator) stepAdaptive(g *group, until float64) error {
	remaining := until - g.time
	fixed := in.options.TimeStep > 0
	switch {
	case fixed:
		g.step = in.options.TimeStep
	case g.step == 0:
		g.step = min(1/g.bound(), remaining)
	}
	for {
		proposal := g.step
		if !fixed && !in.mayStepImplicitly(g) {
			proposal = min(proposal, RKC2Step(maxStages, g.bound()), g.longest)
		}
		dt := divide(proposal, remaining)
		tried, err := in.try(g, dt)
		if err != nil {
			return err
		}
		verdict := in.judge(g, tried.trials, dt, tried.constant, remaining/dt)
		if fixed {
			verdict.ratio = 0
		}
		if verdict.accepted() {
			if dt < proposal && !fixed { // cut short by the end: keep what the control wanted
				g.step = max(g.step, dt*verdict.growth())
			} else if !fixed {
				g.step = dt * verdict.growth()
			}
			if tried.implicit {
				in.stats.Implicit++
			}
			in.stats.LastStages, in.stats.LastError = tried.stages, verdict.ratio
			if err := in.accept(g, tried.trials, dt, until, remaining); err != nil || tried.implicit {
				return err
			}
			g.estimate.dt, g.estimate.constant = dt, tried.constant
			return nil
		}
		in.stats.Rejected++
		if fixed || dt <= smallestStep/g.bound() {
			return in.failure(g, dt, verdict)
		}
		g.step = max(dt*verdict.growth(), smallestStep/g.bound())
	}
}

func (in *Integrator) scheme(stages int) *RKC2 {
	scheme, ok := in.schemes[stages]
	if !ok {
		scheme = NewRKC2(stages)
		in.schemes[stages] = scheme
	}
	return scheme
}

// verdict on the trials of a step.
type verdict struct {
	ratio    float64 // error estimate over tolerance, the worst of the group
	negative *field  // whose density fell below −atol
	broken   *field  // whose density is not finite
	outside  string  // the variable of the body that is not what it may be; "" for none
	lost     bool    // and whether it is not finite
}

func (v verdict) accepted() bool {
	return v.ratio <= 1 && v.negative == nil && v.broken == nil && v.outside == ""
}

// growth returns the factor to the next step: the error of a second-order step
// goes with dt³.
func (v verdict) growth() float64 {
	const safety, least, most = 0.8, 0.2, 4
	switch {
	case v.broken != nil || v.lost:
		return least
	case v.negative != nil || v.outside != "":
		return 0.5
	}
	return min(max(safety*math.Pow(v.ratio, -1./3), least), most)
}

// judge compares the error estimate, a constant times the defect of the trapezoidal rule,
//
//	c₁ − c₀ − dt/2 (F(c₀) + F(c₁))
//
// for RKC2 12 C with the scheme's own error constant C (Sommeijer, Shampine & Verwer, J.
// Comput. Appl. Math. 88 (1998) 315, eq. 2.8), for SDIRK2 sdirk2Error and filtered,
// in the L2 norm with rtol n + atol √N, where n is the norm to which a density that
// grows is on its way,
//
//	n = ‖c₁‖ + (parts − 1) max(‖c₁‖ − ‖c₀‖, 0)
//
// for a step that is one of so many to the next output. Where a mode relaxes at rate k
// towards a source, n exceeds its norm at the output by no more than the error fades
// until then: (T − t) k e^(−kT) ≤ 1 − e^(−kT).
//
// A density below lowest is negative.
func (in *Integrator) judge(g *group, trials []Trial, dt, constant, parts float64) verdict {
	var v verdict
	if g.body != nil {
		g.body.judge(&v, in.options, g, trials, dt, constant, parts)
	}
	for i, f := range g.fields {
		t := trials[i]
		if !finite(t.Sum) || !finite(t.Defect2) || !finite(t.Norm2) {
			v.broken = f
			continue
		}
		if t.Min < in.lowest(g, trials, i) {
			v.negative = f
		}
		norm := math.Sqrt(t.Norm2)
		norm += (parts - 1) * max(norm-f.norm, 0)
		tolerance := in.options.RelativeTolerance*norm + in.absoluteTolerance(g, trials, i, parts)*math.Sqrt(float64(in.model.Grid.Voxels()))
		if defect := constant * math.Sqrt(t.Defect2); defect > 0 {
			v.ratio = max(v.ratio, defect/tolerance)
		}
	}
	for _, c := range g.cohorts {
		v.ratio = max(v.ratio, c.errorRatio(constant, in.options.RelativeTolerance, parts))
	}
	return v
}

// lowest returns how far below zero the density of a member may be: to −atol, or to where
// it was before, since the largest density, and atol with it, may have fallen; with
// coupling cloud as far as nearFieldDip or synapticDip says.
func (in *Integrator) lowest(g *group, trials []Trial, member int) float64 {
	f := g.fields[member]
	lowest := min(-in.absoluteTolerance(g, trials, member, 1), f.least)
	if in.options.Coupling == CloudCoupling && len(g.cohorts) > 0 {
		dip := nearFieldDip
		if slices.ContainsFunc(g.cohorts, func(c *crowd) bool { return len(c.Tips) > 0 }) {
			dip = synapticDip
		}
		lowest = min(lowest, -dip*max(f.most, trials[member].Max))
	}
	return lowest
}

// absoluteTolerance returns that of a member, by the largest density there is of those
// that react together in one unit: what a reaction has only begun to make is small
// beside what it is made of, and its relative error is that of its first power of time.
// The largest that rises is taken for what it comes to in so many parts; see judge.
func (in *Integrator) absoluteTolerance(g *group, trials []Trial, member int, parts float64) float64 {
	if in.options.AbsoluteTolerance > 0 {
		return in.options.AbsoluteTolerance
	}
	largest := 0.0
	for i, f := range g.fields {
		if f.substrate.Unit == g.fields[member].substrate.Unit {
			now := trials[i].Max
			largest = max(largest, f.most, now+(parts-1)*max(now-f.most, 0), nothing*f.largest)
		}
	}
	return DefaultAbsoluteTolerance * in.options.RelativeTolerance * largest
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

func (in *Integrator) accept(g *group, trials []Trial, dt, until, remaining float64) error {
	if err := g.stepper.Accept(dt); err != nil {
		return err
	}
	if g.body != nil {
		g.body.accept(dt)
	}
	g.expose()
	for i, f := range g.followed() {
		in.book(f, g.time, dt, 1, dt*f.loss+trials[i].Decayed, dt*f.reacting+trials[i].Reacted)
		f.adopt(trials[i])
	}
	for _, c := range g.cohorts {
		c.adopt()
	}
	g.react(trials)
	in.tick(g, dt, 1, until, remaining)
	return nil
}

// expose adds what the body's densities were to the time integrals of those that meet it, and
// what went through walls that respond to it to their ledgers.
func (g *group) expose() {
	for i, f := range g.fields {
		f.ledger.ThroughWalls -= g.body.lost(i)
		f.exposure += g.body.exposure(i)
		if t := f.tagging(); t != nil {
			t.tags[0].exposure += g.body.exposure(i)
		}
	}
}

// book adds what decayed and reacted in n steps from a time t to the ledger, and the time to that
// of the integrals.
func (in *Integrator) book(f *field, t, dt float64, n int, decayed, reacted float64) {
	f.ledger.Decayed += f.cells.Capacity.uniform * decayed
	f.ledger.Reacted += f.cells.Capacity.uniform * reacted
	f.elapsed += float64(n) * dt
	f.moment += f.walls.moment(t, dt, n, in.options.Scheme)
}

func (in *Integrator) tick(g *group, dt float64, steps int, until, remaining float64) {
	g.estimate.dt = 0
	taken := dt * float64(steps)
	if g.time += taken; taken >= remaining*(1-1e-12) {
		g.time = until
	}
	in.stats.Steps += int64(steps)
	in.stats.VoxelSteps += int64(steps) * int64(len(g.fields)) * int64(in.model.Grid.Voxels())
	in.stats.LastStep = dt
	for _, c := range g.cohorts {
		c.pending = true
	}
}

// fixedStep returns the step of ftcs or lod, s; positive is the largest at which
// forward Euler keeps densities positive.
func (o Options) fixedStep(positive float64) float64 {
	switch {
	case o.TimeStep > 0:
		return o.TimeStep
	case o.Scheme == LOD:
		return DefaultLODStep
	}
	return 0.9 * positive
}

// stepEuler takes a batch of forward-Euler steps.
func (in *Integrator) stepEuler(g *group, until float64) error {
	return in.stepFixed(g, until, g.positiveStep(), func(dt float64, n int) ([]Trial, error) {
		g.body.begin()
		return g.stepper.Euler(g.time, dt, n)
	})
}

// stepLOD takes a batch of steps of the split scheme, positive at any step.
func (in *Integrator) stepLOD(g *group, until float64) error {
	return in.stepFixed(g, until, math.Inf(1), g.stepper.LOD)
}

// stepFixed takes a batch of steps of one length, of a scheme without a choice that
// keeps densities positive up to some step.
func (in *Integrator) stepFixed(g *group, until, positive float64, run func(dt float64, n int) ([]Trial, error)) error {
	remaining := until - g.time
	dt := divide(in.options.fixedStep(positive), remaining)
	n := min(int(math.Round(remaining/dt)), fixedBatch)
	if dt > positive || g.body.responds() {
		n = 1 // a step may change a density's sign, and the next change it back; and walls may open
	}
	trials, err := run(dt, n)
	if err != nil {
		return err
	}
	if v := in.judge(g, trials, dt, 0, 1); !v.accepted() {
		return in.failure(g, dt, v)
	}
	for _, f := range g.fields {
		in.stats.Sweeps += int64(n) * f.sweeps
		in.stats.LastStages = int(f.sweeps)
	}
	g.expose()
	for i, f := range g.followed() {
		trial := trials[i]
		in.book(f, g.time, dt, n, trial.Decayed, trial.Reacted)
		f.ledger.ThroughWalls += f.cells.Capacity.uniform * trial.Inflow
		f.adopt(trial)
	}
	g.ready = false
	in.tick(g, dt, n, until, remaining)
	return nil
}

// positiveStep returns the largest step, s, at which forward Euler keeps the
// densities of a group positive.
func (g *group) positiveStep() float64 {
	fastest := 1/g.positive + g.steep
	if g.body != nil {
		fastest = max(fastest+g.body.loss(), g.body.fastest())
	}
	return 1 / fastest
}

// failure says where and when a run broke.
func (in *Integrator) failure(g *group, dt float64, v verdict) error {
	if v.outside != "" {
		return g.body.failure(g.time, dt, v)
	}
	f, cause := v.broken, ErrNotFinite
	if f == nil {
		f, cause = v.negative, ErrNegative
	}
	if f == nil {
		return fmt.Errorf("engine: substrate %q at t = %.6g s, step %.3g s: %w; try a larger rtol or atol",
			in.model.Substrates[g.fields[0].id].Name, g.time, dt, ErrStepSize)
	}
	advice := ""
	if in.options.TimeStep > 0 {
		advice = "; the step is fixed: take a smaller one, or leave it to the scheme"
	}
	s := in.model.Substrates[f.id]
	return fmt.Errorf("engine: substrate %q at t = %.6g s, step %.3g s%s: %w%s", s.Name, g.time, dt, in.worst(f, f.member.ReadCandidate), cause, advice)
}

// worst names the voxel with the first non-finite or else the lowest density of
// what it reads; none where the device cannot say.
func (in *Integrator) worst(f *field, read func(dst []float64) error) string {
	field := tissue.NewField(in.model.Grid)
	if err := read(field.Values); err != nil {
		return ""
	}
	lowest := 0
	for i, c := range field.Values {
		if !finite(c) {
			lowest = i
			break
		}
		if c < field.Values[lowest] {
			lowest = i
		}
	}
	at := in.model.Grid.Coordinates(lowest)
	p := in.model.Grid.Centre(at[0], at[1], at[2])
	return fmt.Sprintf(", %.4g %s at (%g, %g, %g) µm", field.Values[lowest], in.model.Substrates[f.id].Unit, p.X, p.Y, p.Z)
}
