package engine

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/cytofield/cytofield/tissue"
)

// Analysis is what can be said of a model before it runs.
type Analysis struct {
	Substrates  []SubstrateAnalysis
	Speed       float64         // largest Darcy velocity q through a face, µm/s; 0 where fluid rests
	DeviceBytes int64           // on a GPU; see GPUMemory and GPUImplicitMemory
	Pointing    []PointingCount // at the start
	Warnings    []string
	Fault       error // why no solver takes the model: what its scheme refuses, a flow without a solution, and then the numbers are those of fluid at rest, or ErrBeyondSubVoxelLaw, and then they are those of coupling plain
}

// SubstrateAnalysis are a substrate's rates, lengths and expected work.
type SubstrateAnalysis struct {
	Radius          float64    // spectral bound ρ, 1/s
	ExplicitStep    float64    // largest stable forward-Euler step, s
	Fourier         [3]float64 // D dt/Δx² of that step, per axis
	Decay           float64    // λ dt of that step
	Peclet          float64    // largest |q| Δx/(α D) of a face: how far the density is that of upstream; infinite without diffusion
	FlowStep        float64    // longest step of the adaptive scheme in the flow, s; infinite where fluid rests
	DiffusionLength float64    // √(D/λ), µm; infinite without decay
	LossRate        float64    // λ and the cells' uptake of a low density spread evenly, 1/s
	NicheLength     float64    // √(D/LossRate), µm: how far a secreted molecule gets at low density
	TissueTime      float64    // in which the tissue would empty into the body, s; infinite where they do not meet
	BodyTime        float64    // in which the compartment would empty into all the tissue, s
	SteadyDensity   float64    // spread evenly, where release and loss balance; NaN if they never do, and where walls hold a density
	Steps           float64    // expected, over the model's duration
	Sweeps          float64    // an implicit step counts for what it costs, see implicitSweeps
}

const (
	// coldStartSteps is how many steps the control takes from 1/ρ up to the
	// length that outputs allow: 20 to 30 over il2-niche and the exchange workload at
	// rtol 1e-3.
	coldStartSteps = 25
	// Handful is the number of molecules per voxel below which a mean density says
	// little about any one voxel: Poisson noise above 45 %.
	Handful = 5
	// TightSlack is the SurfaceLaw.Slack below which the sub-voxel law holds but amplifies
	// the grid's errors more than fivefold.
	TightSlack = 0.2
	// dayOfWork is the voxel updates that take a day at 1e9 a second.
	dayOfWork = 1e14
)

// Analyse looks at a valid model; every is the time between outputs, s.
func Analyse(m *tissue.Model, o Options, every float64) (Analysis, error) {
	o, err := o.withDefaults()
	if err != nil {
		return Analysis{}, err
	}
	a := Analysis{DeviceBytes: deviceBytes(m, o.Scheme), Fault: errors.Join(schemeFaults(m, o.Scheme), pointingFaults(m, o.Coupling))}
	laws := NewSurfaceLaws(m, o.Coupling)
	flow, err := newFluid(m, laws.labels)
	if err != nil {
		a.Fault, flow = errors.Join(a.Fault, err), nil
	}
	if flow != nil {
		a.Speed = flow.fastest()
	}
	var fields []*field
	for i := range m.Substrates {
		id := tissue.SubstrateID(i)
		p := newMosaic(m, id, laws.labels, flow)
		x, err := laws.exchange(id, p)
		if err != nil {
			a.Fault = errors.Join(a.Fault, err)
			if x, err = NewExchange(m, id, PlainCoupling); err != nil {
				return a, err
			}
		}
		s := Substrate{Substrate: retarded(m.Substrates[id]), ID: id, Grid: m.Grid, Mosaic: p}
		fields = append(fields, &field{id: id, substrate: s, cells: x, walls: newWalls(m, id, 0, p)})
	}
	cohorts, groups, err := laws.cohortsAtStart(fields)
	if a.Fault = errors.Join(a.Fault, err); groups == nil {
		return a, err
	}
	steep := make([]float64, len(fields))
	for i, members := range groups {
		a.Pointing = append(a.Pointing, pointingCounts(m, cohorts[i])...)
		for _, f := range members {
			steep[f.id] = steepnessAtStart(cohorts[i], members)
		}
	}
	a.Warnings = pointingWarnings(m, a.Pointing)
	for _, f := range fields {
		s := analyseSubstrate(m, f, steep[f.id], o, every)
		a.Substrates = append(a.Substrates, s)
		a.Warnings = append(a.Warnings, warnings(m, f.id, s, o, laws)...)
	}
	return a, nil
}

// analyseSubstrate looks at a substrate whose cohorts are so steep, 1/s, at the start.
func analyseSubstrate(m *tissue.Model, f *field, steep float64, o Options, every float64) SubstrateAnalysis {
	s, p := f.substrate, f.substrate.Mosaic
	radius, positive := f.bounds()
	inward, outward := 0.0, 0.0 // to and from the body
	for _, b := range f.walls.Body {
		at := b.at(m.Body.Start())
		inward, outward = inward+at*b.inward, outward+at*b.outward
		if b.response != nil {
			steep += at * b.fastest[1]
		}
	}
	positive = 1 / (1/positive + steep)
	a := SubstrateAnalysis{
		Radius:          radius + reactionGrowth*steep,
		DiffusionLength: s.DiffusionLength(s.DecayRate),
	}
	a.ExplicitStep = MaxTimeStep(a.Radius)
	for axis, weight := range StencilWeights(m.Grid, s.Substrate) {
		a.Fourier[axis] = weight * a.ExplicitStep
	}
	a.Decay = s.DecayRate * a.ExplicitStep
	a.Peclet, a.FlowStep = p.peclet(m.Grid), f.flowStep()
	spread := newSpread(m, f.id)
	volume := f.cells.Capacity.Total(m.Grid.Voxels())
	a.LossRate = s.DecayRate + spread.sink()/volume
	a.NicheLength = s.DiffusionLength(a.LossRate)
	a.TissueTime, a.BodyTime = math.Inf(1), math.Inf(1)
	if all := f.walls.Body; len(all) > 0 {
		a.TissueTime = volume / outward
		a.BodyTime = m.Body.Variables[all[0].compartment].Capacity() / (m.Body.Scale * inward)
	}
	a.SteadyDensity = math.NaN()
	if len(f.walls.Sites) == 0 {
		a.SteadyDensity = spread.steady(s.DecayRate * volume)
	}
	a.Steps, a.Sweeps = expectedWork(a, o, positive, len(lodAxes(m.Grid, s.Substrate)), isImplicit(m, f.id, o.Coupling), m.Duration, every)
	return a
}

// spread is the cells of a model as if they stood evenly in one well-mixed density:
// each a sphere of Collins and Kimball, whose surface sees c_s = c − J/k_D with
// k_D = 4π α D a A. In 2D and without diffusion c_s is c.
type spread []struct {
	cells float64
	law   SurfaceLaw
}

func newSpread(m *tissue.Model, id tissue.SubstrateID) spread {
	s := m.Substrates[id]
	var all spread
	laws := newSurfaceLaws(m, PlainCoupling, nil) // those outside regions
	for t, n := range m.Cells.Count(len(m.CellTypes)) {
		law, ok, err := laws.AtStart(tissue.CellTypeID(t), id)
		if !ok || err != nil || n == 0 {
			continue
		}
		reach := 4 * math.Pi * m.ExtracellularFraction * s.DiffusionCoefficient * m.CellTypes[t].Radius * s.Unit.AmountPerVolume()
		if reach > 0 && !m.Grid.Planar {
			law.Shift = 1 / reach
		}
		all = append(all, struct {
			cells float64
			law   SurfaceLaw
		}{float64(n), law})
	}
	return all
}

// sink returns the slope of the uptake at low density, amount/s per density.
func (all spread) sink() float64 {
	total := 0.0
	for _, one := range all {
		total += one.cells * one.law.Slope()
	}
	return total
}

// steady returns the density at which what the cells take up and what decays,
// amount/s per density, balance what they release; NaN where nothing is lost, or more
// is released than ever can be.
func (all spread) steady(decay float64) float64 {
	excess := func(c float64) float64 {
		total := decay * c
		for _, one := range all {
			total += one.cells * one.law.Flux(one.law.Surface(c))
		}
		return total
	}
	const most = 1e30
	switch {
	case excess(most) <= 0:
		return math.NaN()
	case excess(0) >= 0:
		return 0
	}
	high := 1 / most
	for excess(high) < 0 {
		high *= 2
	}
	low := high / 2
	for range 60 { // halves the interval to a float64's last digits
		if middle := (low + high) / 2; excess(middle) < 0 {
			low = middle
		} else {
			high = middle
		}
	}
	return high
}

// expectedWork counts steps and stencil sweeps: for adaptive a cold start and then
// the longest steps that outputs and stages allow, for FTCS nine tenths of the step
// that keeps every density positive, for LOD its step and a sweep per axis, for Steady
// one solution per output.
func expectedWork(a SubstrateAnalysis, o Options, positive float64, axes int, implicit bool, duration, every float64) (steps, sweeps float64) {
	switch o.Scheme {
	case FTCS:
		steps = math.Ceil(duration / o.fixedStep(positive))
		return steps, steps
	case LOD:
		steps = math.Ceil(duration/o.fixedStep(positive) - 1e-9)
		return steps, steps * float64(axes)
	case Steady:
		const cycles = 11 // as many as most take; Newton's method takes some times more
		steps = math.Ceil(duration / math.Min(every, duration))
		return steps, steps * cycles * cycleSweeps
	}
	cost := func(dt float64) float64 {
		stages := float64(RKC2Stages(dt, a.Radius))
		if o.Scheme == Implicit || implicit && stages > implicitSweeps {
			return implicitSweeps
		}
		return stages
	}
	if o.TimeStep > 0 {
		implicit = false
		steps = math.Ceil(duration / o.TimeStep)
		return steps, steps * cost(o.TimeStep)
	}
	dt := min(a.FlowStep, every, duration)
	if !implicit {
		dt = math.Min(dt, RKC2Step(maxStages, a.Radius))
	}
	steps = coldStartSteps + math.Ceil(duration/dt)
	return steps, coldStartSteps*4 + math.Ceil(duration/dt)*cost(dt)
}

// StepsImplicitly reports whether some substrate of a model may: one that takes part in no
// reaction, of cells too, meets no body and carries no tags, in fluid at rest.
func StepsImplicitly(m *tissue.Model, coupling Coupling) bool {
	for s := range m.Substrates {
		if isImplicit(m, tissue.SubstrateID(s), coupling) {
			return true
		}
	}
	return false
}

func isImplicit(m *tissue.Model, s tissue.SubstrateID, coupling Coupling) bool {
	for _, members := range coupled(m) {
		if slices.Contains(members, s) {
			_, tagged := m.Attributed(s)
			return !tagged && !hasCohorts(m, members, coupling) && m.Flow == nil && len(reactionsAmong(m, members).Rates) == 0 && (m.Body == nil || !slices.Contains(members, bodyLeader(m)))
		}
	}
	return false
}

// hasCohorts reports whether a group has any.
func hasCohorts(m *tissue.Model, members []tissue.SubstrateID, coupling Coupling) bool {
	laws := SurfaceLaws{model: m, coupling: coupling}
	for _, t := range m.CellTypes {
		if len(t.Variables) > 0 && slices.Contains(members, home(m, t)) {
			return true
		}
		for _, s := range members {
			if laws.inCohort(t, s) {
				return true
			}
		}
	}
	return false
}

func warnings(m *tissue.Model, id tissue.SubstrateID, a SubstrateAnalysis, o Options, laws SurfaceLaws) []string {
	s := m.Substrates[id]
	var list []string
	warn := func(format string, args ...any) {
		list = append(list, fmt.Sprintf("substrate %q: "+format, append([]any{s.Name}, args...)...))
	}
	coarsest := 0.0
	for axis, h := range m.Grid.Spacing {
		if m.Grid.Shape[axis] > 1 {
			coarsest = max(coarsest, h)
		}
	}
	// The stencil's profile over a length L is off by about (h/L)²/5: 2 % at L/3.
	if s.DiffusionCoefficient > 0 && coarsest > a.NicheLength/3 {
		warn("voxels of %.3g µm are coarse for a reach of %.3g µm; a third of it or less keeps the profile within about 2 %%", coarsest, a.NicheLength)
	}
	if s.Unit.CountsMolecules() && a.SteadyDensity > 0 {
		perVoxel := a.SteadyDensity * m.FluidVolume() * s.Unit.AmountPerVolume()
		if perVoxel < Handful {
			warn("about %.2g molecules per voxel on average (%.2g nM): a mean density says little about one voxel", perVoxel, a.SteadyDensity)
		}
	}
	if o.Coupling != PlainCoupling && !m.Grid.Solid() && len(newSpread(m, id)) > 0 {
		warn("there is no sub-voxel law in 2D, nor where an axis has one voxel: cells meet the density of their voxel as it is")
	}
	if o.TimeStep > a.ExplicitStep && o.Scheme == FTCS {
		warn("a step of %.3g s is beyond the stability bound of forward Euler, %.3g s", o.TimeStep, a.ExplicitStep)
	}
	if o.TimeStep > a.FlowStep && o.Scheme == Adaptive {
		warn("a step of %.3g s is beyond the stability bound of the flow, %.3g s", o.TimeStep, a.FlowStep)
	}
	if work := a.Sweeps * float64(m.Grid.Voxels()); work > dayOfWork {
		warn("about %.1e voxel updates: more than a day even at 1e9 a second; use larger voxels, or a smaller diffusion coefficient", work)
	}
	return append(list, tightLaws(m, id, laws)...)
}

// tightLaws warns of cell types for which the sub-voxel law holds but amplifies.
func tightLaws(m *tissue.Model, id tissue.SubstrateID, laws SurfaceLaws) []string {
	var list []string
	for t, cell := range m.CellTypes {
		law, ok, err := laws.AtStart(tissue.CellTypeID(t), id)
		if ok && err == nil && law.Slack() < TightSlack {
			list = append(list, fmt.Sprintf("cell type %q: its uptake of %q is near the most a voxel can represent (1 + κg = %.2g); use larger voxels, fewer receptors, or coupling cloud",
				cell.Name, m.Substrates[id].Name, law.Slack()))
		}
	}
	return list
}
