package validate

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/quantity"
	"github.com/cytofield/cytofield/tissue/scenario"
)

//go:embed cases/*.yaml
var scenarios embed.FS

const (
	// eps32 is half a unit in the last place of float32.
	eps32 = 1. / (1 << 24)
	// accumulated bounds what float32 adds to a sum or a density that changes over
	// some hundred steps, relative; the agreement test of the solvers holds the same.
	accumulated = 64 * eps32
	// leastTolerance32 is the smallest rtol a float32 device is asked for: below, the
	// error estimate is rounding.
	leastTolerance32 = 1e-5
)

// lab runs the scenarios of one case on a device and takes down what it reads.
type lab struct {
	ctx      context.Context
	open     NewSolver
	single   bool
	readings map[string]reading
	chart    *figure.Chart // nil: the case has none
	runs     []*run
}

// reading is an observed number and how far float32 may be off, relative.
type reading struct{ value, rounding float64 }

func (l *lab) read(observable string, value, rounding float64) {
	l.readings[observable] = reading{value, rounding}
}

func (l *lab) close() error {
	var faults []error
	for _, r := range l.runs {
		faults = append(faults, r.close())
	}
	return errors.Join(faults...)
}

// run is one scenario on the device. All cases have one substrate they look at,
// the first, unless they say otherwise.
type run struct {
	lab    *lab
	name   string
	model  *tissue.Model
	solver engine.Solver
	steady bool // by scheme steady
}

// load decodes an embedded scenario with some of its values changed.
func (l *lab) load(name string, set ...string) (*tissue.Model, engine.Options, error) {
	text, err := scenarios.ReadFile("cases/" + name + ".yaml")
	if err != nil {
		return nil, engine.Options{}, err
	}
	s, err := scenario.Decode(name+".yaml", text, "", scenario.Options{Set: set})
	if err != nil {
		return nil, engine.Options{}, err
	}
	n := s.Numerics
	o := engine.Options{
		Scheme: engine.Scheme(n.Scheme), Coupling: engine.Coupling(n.Coupling), TimeStep: n.TimeStep,
		RelativeTolerance: n.RelativeTolerance, AbsoluteTolerance: n.AbsoluteTolerance,
	}
	if l.single {
		o.RelativeTolerance = max(o.RelativeTolerance, leastTolerance32)
	}
	return s.Model, o, nil
}

// start opens a solver for a scenario.
func (l *lab) start(name string, set ...string) (*run, error) {
	m, o, err := l.load(name, set...)
	if err != nil {
		return nil, err
	}
	return l.startModel(name, m, o)
}

func (l *lab) startModel(name string, m *tissue.Model, o engine.Options) (*run, error) {
	solver, err := l.open(m, o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	r := &run{l, name, m, solver, o.Scheme == engine.Steady}
	l.runs = append(l.runs, r)
	return r, nil
}

// cube returns the settings that make the box n³ voxels of an edge, µm.
func cube(n int, edge float64) []string {
	size := quantity.Format(float64(n)*edge, "um")
	return []string{
		fmt.Sprintf("domain.size=[%s, %s, %s]", size, size, size),
		"domain.voxel=" + quantity.Format(edge, "um"),
	}
}

// square returns the settings that make the plane n² voxels of an edge, µm.
func square(n int, edge float64) []string {
	size := quantity.Format(float64(n)*edge, "um")
	return []string{
		fmt.Sprintf("domain.size=[%s, %s]", size, size),
		"domain.voxel=" + quantity.Format(edge, "um"),
	}
}

// untilSteady returns the setting that makes a run between walls held at a distance,
// µm, last the stretches of decay times 1/(3 D (π/distance)²).
func untilSteady(distance, diffusion float64) string {
	return fmt.Sprintf("duration=%.0f s", stretches*distance*distance/(3*diffusion*math.Pi*math.Pi))
}

func (r *run) close() error {
	if r.solver == nil {
		return nil
	}
	err := r.solver.Close()
	r.solver = nil
	return err
}

func (r *run) substrate() tissue.Substrate { return r.model.Substrates[0] }

// finish advances to the scenario's duration.
func (r *run) finish() error {
	_, err := r.solver.Advance(r.lab.ctx, r.model.Duration)
	return err
}

// stretches are the parts in which a run goes to its steady state. A scenario lasts
// 16 or more decay times of its slowest mode; so a step takes no more than a little
// over one of them. A longer step of RKC2 leaves a third to a half of every mode.
const stretches = 16

// settle advances to the scenario's duration and a quarter beyond, and fails where
// what is watched still changes by more than a share of itself in that quarter. Scheme
// steady is there at once.
func (r *run) settle(share float64, watch func() (float64, error)) error {
	if r.steady {
		return r.finish()
	}
	var before float64
	for i := range stretches + stretches/4 {
		if i == stretches {
			var err error
			if before, err = watch(); err != nil {
				return err
			}
		}
		if _, err := r.solver.Advance(r.lab.ctx, r.model.Duration*float64(i+1)/stretches); err != nil {
			return err
		}
	}
	after, err := watch()
	if err != nil {
		return err
	}
	if r.lab.single {
		share = max(share, r.rounding())
	}
	if change := math.Abs(after/before - 1); !(change <= share) {
		return fmt.Errorf("%s: %w: from %.9g to %.9g, by %.2g of itself, between %g s and %g s, want %.2g",
			r.name, ErrNotSettled, before, after, change, r.model.Duration, r.solver.Time(), share)
	}
	return nil
}

// rounding is what float32 may add to a steady state, relative:
//
//	4 eps32 √(ρ/σ)
//
// with ρ the fastest and σ the slowest rate of the run. A density remembers for 1/σ
// and is rounded by eps32, either way, every 1/ρ; four standard deviations of their
// sum. On llvmpipe the cases stay a factor 20 and more below.
func (r *run) rounding() float64 {
	s := r.substrate()
	fastest, slowest := s.DecayRate, s.DecayRate
	weights := engine.StencilWeights(r.model.Grid, s)
	size := r.model.Grid.Size()
	for axis, faces := range s.Boundary {
		fastest += 4 * weights[axis]
		wave := 0.0 // longest, in half waves a box
		for _, face := range faces {
			if face.Kind == tissue.Dirichlet {
				wave += 0.5
			}
		}
		slowest += s.DiffusionCoefficient * math.Pow(wave*math.Pi/size[axis], 2)
	}
	return 4 * eps32 * math.Sqrt(fastest/slowest)
}

// present returns the amount in the box, molecules.
func (r *run) present() (float64, error) {
	ledger, err := r.solver.Ledger(0)
	return ledger.Present, err
}

// gather returns the density at points, in the substrate's unit.
func (r *run) gather(at ...r3.Vec) ([]float64, error) {
	density := make([]float64, len(at))
	return density, r.solver.Gather(0, at, density, nil)
}

// sphereMean returns the mean density on a sphere about the middle of the box or,
// in an octant, about its corner at the origin: averaged over directions, the
// grid's anisotropy near a point source drops out to leading order.
func (r *run) sphereMean(radius float64, octant bool) (float64, error) {
	points := spiral(2000)
	size := r.model.Grid.Size()
	for i, p := range points {
		if octant {
			points[i] = r3.Scale(radius, fold(p))
			continue
		}
		points[i] = r3.Add(r3.Vec{X: size[0] / 2, Y: size[1] / 2, Z: size[2] / 2}, r3.Scale(radius, p))
	}
	return r.mean(points)
}

// sphereMeans returns the mean densities on spheres about the corner of an octant.
func (r *run) sphereMeans(radii []float64) ([]float64, error) {
	means := make([]float64, len(radii))
	for i, radius := range radii {
		mean, err := r.sphereMean(radius, true)
		if err != nil {
			return nil, err
		}
		means[i] = mean
	}
	return means, nil
}

// mean returns the mean density over points.
func (r *run) mean(points []r3.Vec) (float64, error) {
	density, err := r.gather(points...)
	sum := 0.0
	for _, c := range density {
		sum += c
	}
	return sum / float64(len(density)), err
}

// spiral returns n points spread evenly over the unit sphere, on a golden spiral.
func spiral(n int) []r3.Vec {
	points := make([]r3.Vec, n)
	turn := math.Pi * (3 - math.Sqrt(5))
	for i := range points {
		z := 1 - (2*float64(i)+1)/float64(n)
		rho := math.Sqrt(1 - z*z)
		sin, cos := math.Sincos(turn * float64(i))
		points[i] = r3.Vec{X: rho * cos, Y: rho * sin, Z: z}
	}
	return points
}

// fold mirrors a point into the octant of positive coordinates.
func fold(p r3.Vec) r3.Vec { return r3.Vec{X: math.Abs(p.X), Y: math.Abs(p.Y), Z: math.Abs(p.Z)} }

// onlyCell returns what the one cell of a scenario sees and takes up: the density
// at its surface, nM, and molecules/s.
func (r *run) onlyCell() (surface, takenUp float64, err error) {
	states, err := r.solver.Cells()
	if err != nil {
		return 0, 0, err
	}
	return states.Surface[0][0], states.TakenUp[0][0], nil
}

// molecules converts a density in nM to molecules/µm³.
func molecules(nM float64) float64 { return nM * quantity.MoleculesPerNanomolar }
