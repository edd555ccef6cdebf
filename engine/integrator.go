package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"

	"gonum.org/v1/gonum/spatial/r3"

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
	// eulerBatch is how many forward-Euler steps run between two reductions.
	eulerBatch = 32
	// DefaultAbsoluteTolerance is the absolute tolerance as a share of relative
	// tolerance × largest density, where none is given.
	DefaultAbsoluteTolerance = 0.01
	// smallestStep is the smallest step the control goes down to, in units of 1/ρ:
	// there a step is far inside the range where forward Euler keeps the sign.
	smallestStep = 1e-3
)

// Integrator advances the substrates of a model by one scheme on any device. With
// its Steppers it is a Solver; engine/cpu and GPUSolver wrap it.
type Integrator struct {
	model   *tissue.Model
	options Options
	fields  []*field
	groups  []*group
	schemes map[int]*RKL2
	stats   Stats
}

// field is one substrate on its device.
type field struct {
	id           tissue.SubstrateID
	stepper      Stepper
	cells, walls *Exchange
	ledger       Ledger
	sum          float64 // Σ c over voxels
	largest      float64 // density so far
	elapsed      float64 // s since the integrals were last fetched
}

// group is the substrates that step together because they are coupled.
type group struct {
	fields []*field
	radius float64 // spectral bound of the group, 1/s
	time   float64 // s
	step   float64 // s, proposed next; 0 before the first
	ready  bool    // F(c) is valid
}

// Substrate tells a device what to build: a substrate of a model with its
// exchanges.
type Substrate struct {
	tissue.Substrate
	Grid         tissue.Grid
	Cells, Walls *Exchange
}

// NewIntegrator prepares a valid model for a device that makes one Stepper per
// substrate. On error, or on Close, the steppers made are closed.
func NewIntegrator(m *tissue.Model, o Options, newStepper func(Substrate) (Stepper, error)) (*Integrator, error) {
	if err := m.Validate(); err != nil {
		return nil, err
	}
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	in := &Integrator{model: m, options: o, schemes: map[int]*RKL2{}}
	exchanges, err := in.exchanges(m)
	if err != nil {
		return nil, err
	}
	for i, s := range m.Substrates {
		f := &field{id: tissue.SubstrateID(i), cells: exchanges[i], walls: NewWalls(m, tissue.SubstrateID(i))}
		if f.stepper, err = newStepper(Substrate{s, m.Grid, f.cells, f.walls}); err != nil {
			return nil, errors.Join(fmt.Errorf("engine: substrate %q: %w", s.Name, err), in.Close())
		}
		in.fields = append(in.fields, f)
		in.groups = append(in.groups, &group{fields: []*field{f}}) // nothing couples substrates yet
		if err := in.fill(f, s.InitialDensity); err != nil {
			return nil, errors.Join(err, in.Close())
		}
	}
	in.bound()
	return in, nil
}

func (in *Integrator) exchanges(m *tissue.Model) ([]*Exchange, error) {
	exchanges := make([]*Exchange, len(m.Substrates))
	var faults []error
	for i := range m.Substrates {
		x, err := NewExchange(m, tissue.SubstrateID(i), in.options.Coupling)
		if err != nil {
			faults = append(faults, err)
		}
		exchanges[i] = x
	}
	return exchanges, errors.Join(faults...)
}

func (in *Integrator) fill(f *field, density float64) error {
	if density != 0 {
		values := make([]float64, in.model.Grid.Voxels())
		for i := range values {
			values[i] = density
		}
		if err := f.stepper.Write(values); err != nil {
			return err
		}
	}
	if err := in.measure(f); err != nil {
		return err
	}
	f.ledger.Initial = f.ledger.Present
	return nil
}

// bound sets each group's spectral bound: diffusion, decay and the steepest sink.
func (in *Integrator) bound() {
	for _, g := range in.groups {
		g.radius = 0
		for _, f := range g.fields {
			g.radius = max(g.radius, diffusionRadius(in.model.Grid, in.model.Substrates[f.id])+f.cells.Steepest)
		}
		g.ready = false
	}
}

// SpectralRadius returns the bound ρ, 1/s, the stages of a substrate follow.
func (in *Integrator) SpectralRadius(s tissue.SubstrateID) float64 {
	for _, g := range in.groups {
		for _, f := range g.fields {
			if f.id == s {
				return g.radius
			}
		}
	}
	panic("engine: no such substrate")
}

// measure takes stock of a density that something other than a step has changed.
func (in *Integrator) measure(f *field) error {
	trial, err := f.stepper.Measure()
	if err != nil {
		return err
	}
	f.adopt(trial)
	return nil
}

// adopt takes the sums of an accepted density, or of one that was written and may
// be anything: the tolerance must outlive it.
func (f *field) adopt(t Trial) {
	f.sum = t.Sum
	if finite(t.Max) {
		f.largest = max(f.largest, t.Max)
	}
	f.ledger.Present = f.sum * f.cells.Capacity
}

// Time returns the time all groups have reached, s.
func (in *Integrator) Time() float64 {
	t := math.Inf(1)
	for _, g := range in.groups {
		t = min(t, g.time)
	}
	return t
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
		if err := in.prepare(g); err != nil {
			return in.stats, err
		}
		advance := in.stepAdaptive
		if in.options.Scheme == FTCS {
			advance = in.stepEuler
		}
		if err := advance(g, until); err != nil {
			return in.stats, err
		}
	}
}

func (in *Integrator) prepare(g *group) error {
	for _, f := range g.fields {
		if !finite(f.sum) { // written so: a step would only spread it
			return fmt.Errorf("engine: substrate %q at t = %.6g s%s: %w",
				in.model.Substrates[f.id].Name, g.time, in.worst(f, f.stepper.Read), ErrNotFinite)
		}
	}
	if g.ready || in.options.Scheme == FTCS {
		return nil
	}
	for _, f := range g.fields {
		if err := f.stepper.EvaluateRate(); err != nil {
			return err
		}
		in.stats.Sweeps++
	}
	g.ready = true
	return nil
}

// divide returns a step that reaches the end in equal parts none longer than dt.
func divide(dt, remaining float64) float64 {
	parts := math.Ceil(remaining/dt*(1-1e-12) - 1e-12)
	return remaining / max(parts, 1)
}

// stepAdaptive takes one RKL2 step, shortened and repeated until it meets the
// tolerance and keeps every density above −atol.
func (in *Integrator) stepAdaptive(g *group, until float64) error {
	remaining := until - g.time
	fixed := in.options.TimeStep > 0
	switch {
	case fixed:
		g.step = in.options.TimeStep
	case g.step == 0:
		g.step = min(1/g.radius, remaining)
	}
	for {
		proposal := min(g.step, RKL2Step(maxStages, g.radius))
		dt := divide(proposal, remaining)
		scheme := in.scheme(RKL2Stages(dt, g.radius))
		trials := make([]Trial, 0, 4)
		for _, f := range g.fields {
			trial, err := f.stepper.Try(dt, scheme)
			if err != nil {
				return err
			}
			in.stats.Sweeps += int64(len(scheme.Stages)) + 1
			trials = append(trials, trial)
		}
		verdict := in.judge(g, trials, scheme)
		if fixed {
			verdict.ratio = 0
		}
		if verdict.accepted() {
			if dt < proposal && !fixed { // cut short by the end: keep what the control wanted
				g.step = max(g.step, dt*verdict.growth())
			} else if !fixed {
				g.step = dt * verdict.growth()
			}
			return in.accept(g, trials, dt, until, remaining)
		}
		in.stats.Rejected++
		if fixed || dt <= smallestStep/g.radius {
			return in.failure(g, dt, verdict)
		}
		g.step = max(dt*verdict.growth(), smallestStep/g.radius)
	}
}

func (in *Integrator) scheme(stages int) *RKL2 {
	scheme, ok := in.schemes[stages]
	if !ok {
		scheme = NewRKL2(stages)
		in.schemes[stages] = scheme
	}
	return scheme
}

// verdict on the trials of a step.
type verdict struct {
	ratio    float64 // error estimate over tolerance, the worst of the group
	negative *field  // whose density fell below −atol
	broken   *field  // whose density is not finite
}

func (v verdict) accepted() bool { return v.ratio <= 1 && v.negative == nil && v.broken == nil }

// growth returns the factor to the next step: the error of a second-order step
// goes with dt³.
func (v verdict) growth() float64 {
	const safety, least, most = 0.9, 0.2, 4
	switch {
	case v.broken != nil:
		return least
	case v.negative != nil:
		return 0.5
	}
	return min(max(safety*math.Pow(v.ratio, -1./3), least), most)
}

// judge compares the error estimate of Sommeijer, Shampine & Verwer (J. Comput.
// Appl. Math. 88 (1998) 315, eq. 2.8), with RKL2's own error constant C,
//
//	12 C (c₁ − c₀ − dt/2 (F(c₀) + F(c₁)))
//
// in the L2 norm with rtol ‖c₁‖ + atol √N.
func (in *Integrator) judge(g *group, trials []Trial, scheme *RKL2) verdict {
	var v verdict
	for i, f := range g.fields {
		t := trials[i]
		if !finite(t.Sum) || !finite(t.Defect2) || !finite(t.Norm2) {
			v.broken = f
			continue
		}
		atol := in.absoluteTolerance(f, t)
		if t.Min < -atol {
			v.negative = f
		}
		tolerance := in.options.RelativeTolerance*math.Sqrt(t.Norm2) + atol*math.Sqrt(float64(in.model.Grid.Voxels()))
		if defect := 12 * scheme.ErrorConstant * math.Sqrt(t.Defect2); defect > 0 {
			v.ratio = max(v.ratio, defect/tolerance)
		}
	}
	return v
}

func (in *Integrator) absoluteTolerance(f *field, t Trial) float64 {
	if in.options.AbsoluteTolerance > 0 {
		return in.options.AbsoluteTolerance
	}
	return DefaultAbsoluteTolerance * in.options.RelativeTolerance * max(f.largest, t.Max)
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

func (in *Integrator) accept(g *group, trials []Trial, dt, until, remaining float64) error {
	for i, f := range g.fields {
		if err := f.stepper.Accept(dt); err != nil {
			return err
		}
		in.book(f, dt, dt*f.sum+trials[i].Integral)
		f.adopt(trials[i])
	}
	in.tick(g, dt, 1, until, remaining)
	return nil
}

// book adds a step's decay, λ ∫c dt, to the ledger.
func (in *Integrator) book(f *field, elapsed, integral float64) {
	f.ledger.Decayed += in.model.Substrates[f.id].DecayRate * f.cells.Capacity * integral
	f.elapsed += elapsed
}

func (in *Integrator) tick(g *group, dt float64, steps int, until, remaining float64) {
	taken := dt * float64(steps)
	if g.time += taken; taken >= remaining*(1-1e-12) {
		g.time = until
	}
	in.stats.Steps += int64(steps)
	in.stats.VoxelSteps += int64(steps) * int64(len(g.fields)) * int64(in.model.Grid.Voxels())
	in.stats.LastStep = dt
}

// stepEuler takes a batch of forward-Euler steps.
func (in *Integrator) stepEuler(g *group, until float64) error {
	remaining := until - g.time
	step := in.options.TimeStep
	if step == 0 {
		step = 0.9 * in.positiveStep(g)
	}
	dt := divide(step, remaining)
	n := min(int(math.Round(remaining/dt)), eulerBatch)
	for _, f := range g.fields {
		trial, err := f.stepper.Euler(dt, n)
		if err != nil {
			return err
		}
		in.stats.Sweeps += int64(n)
		v := in.judge(g, []Trial{trial}, &RKL2{})
		if !v.accepted() {
			return in.failure(g, dt, v)
		}
		in.book(f, dt*float64(n), trial.Integral)
		f.adopt(trial)
	}
	in.tick(g, dt, n, until, remaining)
	return nil
}

// positiveStep returns the largest step, s, at which forward Euler keeps the
// densities of a group positive.
func (in *Integrator) positiveStep(g *group) float64 {
	step := math.Inf(1)
	for _, f := range g.fields {
		step = min(step, positiveTimeStep(in.model.Grid, in.model.Substrates[f.id], f.cells.Steepest))
	}
	return step
}

// failure says where and when a run broke.
func (in *Integrator) failure(g *group, dt float64, v verdict) error {
	f, cause := v.broken, ErrNotFinite
	if f == nil {
		f, cause = v.negative, ErrNegative
	}
	if f == nil {
		return fmt.Errorf("engine: substrate %q at t = %.6g s, step %.3g s: %w; try a larger rtol or atol",
			in.model.Substrates[g.fields[0].id].Name, g.time, dt, ErrStepSize)
	}
	s := in.model.Substrates[f.id]
	return fmt.Errorf("engine: substrate %q at t = %.6g s, step %.3g s%s: %w", s.Name, g.time, dt, in.worst(f, f.stepper.ReadCandidate), cause)
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

// Model returns the model as last updated.
func (in *Integrator) Model() *tissue.Model { return in.model }

// Stats returns the work so far.
func (in *Integrator) Stats() Stats { return in.stats }

// Read copies a substrate's density into dst.
func (in *Integrator) Read(s tissue.SubstrateID, dst *tissue.Field) error {
	if dst.Grid.Shape != in.model.Grid.Shape {
		return fmt.Errorf("engine: read into a field of %v voxels: want %v", dst.Grid.Shape, in.model.Grid.Shape)
	}
	return in.fields[s].stepper.Read(dst.Values)
}

// Write replaces a substrate's density; the ledger books the difference.
func (in *Integrator) Write(s tissue.SubstrateID, src *tissue.Field) error {
	if src.Grid.Shape != in.model.Grid.Shape {
		return fmt.Errorf("engine: write a field of %v voxels: want %v", src.Grid.Shape, in.model.Grid.Shape)
	}
	f := in.fields[s]
	before := f.ledger.Present
	if err := f.stepper.Write(src.Values); err != nil {
		return err
	}
	if err := in.measure(f); err != nil {
		return err
	}
	f.ledger.Written += f.ledger.Present - before
	in.disturb(s)
	return nil
}

// disturb restarts the step control of the group a discrete event touched.
func (in *Integrator) disturb(s tissue.SubstrateID) {
	for _, g := range in.groups {
		for _, f := range g.fields {
			if f.id == s {
				g.ready, g.step = false, 0
			}
		}
	}
}

// Gather interpolates a density and its gradient at points.
func (in *Integrator) Gather(s tissue.SubstrateID, at []r3.Vec, density []float64, gradient []r3.Vec) error {
	return in.fields[s].stepper.Gather(at, density, gradient)
}

// Cells evaluates the surface law of every cell at the density of its voxel.
func (in *Integrator) Cells() (CellStates, error) {
	m := in.model
	centres := make([]r3.Vec, m.Cells.Len())
	for i, p := range m.Cells.Position {
		at := m.Grid.VoxelAt(p)
		centres[i] = m.Grid.Centre(at[0], at[1], at[2])
	}
	states := CellStates{ID: m.Cells.ID}
	selfTerm := latticeShare(m, in.options.Coupling)
	for s := range m.Substrates {
		density := make([]float64, len(centres))
		if err := in.Gather(tissue.SubstrateID(s), centres, density, nil); err != nil {
			return CellStates{}, err
		}
		surface, secreted, takenUp := density, make([]float64, len(centres)), make([]float64, len(centres))
		laws := make([]SurfaceLaw, len(m.CellTypes))
		for t := range laws {
			// A law beyond the limit belongs to a type without cells, or New had failed.
			laws[t], _, _ = newSurfaceLaw(m, tissue.CellTypeID(t), tissue.SubstrateID(s), selfTerm)
		}
		for i, t := range m.Cells.Type {
			surface[i] = laws[t].Surface(density[i])
			secreted[i], takenUp[i] = laws[t].Secreted(surface[i]), laws[t].TakenUp(surface[i])
		}
		states.Surface = append(states.Surface, surface)
		states.Secreted = append(states.Secreted, secreted)
		states.TakenUp = append(states.TakenUp, takenUp)
	}
	return states, nil
}

// Ledger returns the account of a substrate up to now.
func (in *Integrator) Ledger(s tissue.SubstrateID) (Ledger, error) {
	f := in.fields[s]
	if err := f.settle(); err != nil {
		return Ledger{}, err
	}
	return f.ledger, nil
}

// settle moves the integrals from the device into the ledger.
func (f *field) settle() error {
	if f.elapsed == 0 {
		return nil
	}
	integrals, err := f.stepper.Integrals()
	if err != nil {
		return err
	}
	secreted, takenUp := f.cells.budget(f.elapsed, integrals)
	f.ledger.Secreted += secreted
	f.ledger.TakenUp += takenUp
	f.ledger.ThroughWalls += f.walls.inflow(f.elapsed, integrals.Walls)
	f.elapsed = 0
	return nil
}

// Update takes a model with other cells or rates. Grid, fraction and substrates
// must be those the solver was made for.
func (in *Integrator) Update(m *tissue.Model) error {
	if err := m.Validate(); err != nil {
		return err
	}
	if m.Grid != in.model.Grid || m.ExtracellularFraction != in.model.ExtracellularFraction || !sameSubstrates(m, in.model) {
		return errors.New("engine: update: grid, extracellular fraction and substrates must stay; make a new solver")
	}
	exchanges, err := in.exchanges(m)
	if err != nil {
		return err
	}
	for i, f := range in.fields {
		if err := f.settle(); err != nil {
			return err
		}
		if err := f.stepper.Replace(exchanges[i], f.walls); err != nil {
			return err
		}
		f.cells = exchanges[i]
	}
	in.model = m
	in.bound()
	for _, g := range in.groups {
		g.step = 0
	}
	return nil
}

func sameSubstrates(a, b *tissue.Model) bool {
	if len(a.Substrates) != len(b.Substrates) {
		return false
	}
	for i := range a.Substrates {
		if a.Substrates[i] != b.Substrates[i] {
			return false
		}
	}
	return true
}

// Close frees the steppers. Closing twice is harmless.
func (in *Integrator) Close() error {
	var faults []error
	for _, f := range in.fields {
		faults = append(faults, f.stepper.Close())
	}
	in.fields, in.groups = nil, nil
	return errors.Join(faults...)
}

var _ io.Closer = (*Integrator)(nil)
