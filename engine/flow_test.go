package engine_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/cmplx"
	"strings"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue"
)

// flowing returns a model in a flow of one velocity, µm/s.
func flowing(m *tissue.Model, x, y, z float64) *tissue.Model {
	m.Flow = &tissue.Flow{Velocity: &[3]float64{x, y, z}}
	return m
}

// irrigated returns a model with regions, the last of them a vessel, through which
// pressures drive a flow: between walls, out of the vessel and, from the first region, into lymph.
func irrigated(m *tissue.Model) *tissue.Model {
	for i := range m.Regions {
		m.Regions[i].HydraulicConductivity = 0.2
	}
	m.Regions[0].HydraulicConductivity = 0.05
	m.Regions[0].Lymph = &tissue.Lymph{Rate: 2e-5, Pressure: 40}
	m.Regions[len(m.Regions)-1].Leak = &tissue.Leak{Conductivity: 2e-3, Pressure: 150}
	m.Flow = &tissue.Flow{Pressure: &tissue.PressureFlow{Conductivity: 0.1, Faces: [3][2]tissue.PressureFace{
		{{Kind: tissue.HeldPressure, Pressure: 20}, {Kind: tissue.HeldPressure, Pressure: 90}},
		{{Kind: tissue.GivenInflow, Inflow: 0.03}, {Kind: tissue.GivenInflow, Inflow: -0.02}},
		{},
	}}}
	return m
}

// line returns a model along an axis.
func line(axis, voxels int, length float64) *tissue.Model {
	shape := [3]int{1, 1, 1}
	shape[axis] = voxels
	m := solid(shape)
	m.Grid.Spacing[axis] = length / float64(voxels)
	return m
}

// along returns a velocity of components 0 but one.
func along(m *tissue.Model, axis int, speed float64) *tissue.Model {
	var v [3]float64
	v[axis] = speed
	return flowing(m, v[0], v[1], v[2])
}

// Advection, dispersion and decay from a held inlet go over into
//
//	c = C₀ exp(x (v − √(v² + 4 λ D))/(2 D))
//
// to second order in the voxel while |v| Δx/D is small, whichever way fluid flows.
func TestFlowReachesItsSteadyProfile(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		const speed, diffusion, decay, length = 0.3, 10, 0.01, 640 // 1e-4 of C₀ arrives at the outlet
		sizes := []int{32, 64, 128}                                // Pe 0.6, 0.3, 0.15
		if testing.Short() {
			sizes = sizes[:2]
		}
		for axis := range 3 {
			for _, sign := range []float64{1, -1} {
				var errors []float64
				for _, n := range sizes {
					m := along(line(axis, n, length), axis, sign*speed)
					s := &m.Substrates[0]
					s.DiffusionCoefficient, s.DecayRate, s.InitialDensity = diffusion, decay, 0
					inlet := map[float64]int{1: 0, -1: 1}[sign]
					s.Boundary[axis][inlet] = tissue.Boundary{Kind: tissue.Dirichlet, Density: 2}
					exact := filled(m.Grid, func(x, y, z float64) float64 {
						along := [3]float64{x, y, z}[axis]
						if inlet == 1 {
							along = length - along
						}
						return 2 * math.Exp(along*(speed-math.Sqrt(speed*speed+4*decay*diffusion))/(2*diffusion))
					})
					solver := d.solver(t, m, engine.Options{})
					write(t, solver, 0, exact)
					advance(t, solver, 2000)
					errors = append(errors, distance(read(t, solver, m.Grid, 0).Values, exact.Values))
					closes(t, d, solver, m)
				}
				t.Logf("%s, %+g: %.3g", tissue.AxisName(axis), sign, errors)
				order(t, errors, 2, 0.1)
			}
		}
	})
}

// What enters with the density beyond the inlet fills the tissue with it, through a
// held face, a permeable one or from held voxels; what enters without washes it out.
func TestInflowBringsItsDensity(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		for name, tc := range map[string]struct {
			inlet tissue.Boundary
			held  bool
			want  float64
		}{
			"dirichlet":   {tissue.Boundary{Kind: tissue.Dirichlet, Density: 3}, false, 3},
			"robin":       {tissue.Boundary{Kind: tissue.Robin, Density: 3, Permeability: 0.02}, false, 3},
			"no-flux":     {tissue.Boundary{}, false, 0},
			"held voxels": {tissue.Boundary{}, true, 3},
			"flux":        {tissue.Boundary{Kind: tissue.Flux, Flux: 0.6}, false, 2 / 0.602214076},
		} {
			m := along(line(0, 20, 200), 0, 0.3)
			m.Substrates[0].DecayRate = 0
			m.Substrates[0].Boundary[0][0] = tc.inlet
			if tc.held {
				m.Regions = []tissue.Region{{
					Name: "held", Shape: tissue.Box{To: r3.Vec{X: 15, Y: 10, Z: 10}}, ExtracellularFraction: 1,
					Media: []tissue.Medium{m.Substrates[0].Medium()}, Held: []tissue.HeldDensity{{Density: 3}},
				}}
			}
			s := d.solver(t, m, engine.Options{})
			advance(t, s, 20000)
			for i, c := range read(t, s, m.Grid, 0).Values[2:] {
				if math.Abs(c-tc.want) > 1e-5*3 {
					t.Fatalf("%s: %.9g nM in voxel %d, want %g", name, c, i+2, tc.want)
				}
			}
			closes(t, d, s, m)
		}
	})
}

// In a flow of Péclet number 100 per voxel around an obstacle, no density leaves the
// range of those before it, but by the absolute tolerance where steps are adaptive.
func TestFlowMakesNoNewExtremes(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		m := planar(31, 22)
		m.Substrates[0].DecayRate, m.Substrates[0].InitialDensity = 0, 0
		m.Substrates[0].DiffusionCoefficient = 0.1
		m.Substrates[0].Boundary[0][0] = tissue.Boundary{Kind: tissue.Dirichlet}
		m.Regions = []tissue.Region{{
			Name: "bone", Shape: tissue.Sphere{Centre: r3.Vec{X: 150, Y: 90, Z: 5}, Radius: 40}, Impermeable: true,
			ExtracellularFraction: 1, Media: []tissue.Medium{m.Substrates[0].Medium()},
		}}
		m.Flow = &tissue.Flow{Pressure: &tissue.PressureFlow{Conductivity: 3.1, Faces: [3][2]tissue.PressureFace{
			{{Kind: tissue.HeldPressure, Pressure: 100}, {Kind: tissue.HeldPressure}},
		}}}
		front := filled(m.Grid, func(x, _, _ float64) float64 {
			if x < 120 {
				return 1
			}
			return 0
		})
		for i, label := range m.Labels() {
			if label > 0 {
				front.Values[i] = 0
			}
		}
		if pe := analyse(t, m, engine.Options{}).Substrates[0].Peclet; pe < 100 {
			t.Fatalf("Péclet number %g, want 100 and more", pe)
		}
		for _, o := range []engine.Options{{}, {Scheme: engine.FTCS}} {
			s := d.solver(t, m, o)
			write(t, s, 0, front)
			slack := 64 * d.epsilon
			if o.Scheme != engine.FTCS {
				slack += engine.DefaultAbsoluteTolerance * engine.DefaultRelativeTolerance
			}
			for s.Time() < 300 {
				step(t, s, 300)
				for i, c := range read(t, s, m.Grid, 0).Values {
					if c < -slack || c > 1+overshoot(o)+slack {
						t.Fatalf("%s at %g s: %.9g in voxel %v, want 0 to 1", o.Scheme, s.Time(), c, m.Grid.Coordinates(i))
					}
				}
			}
			closes(t, d, s, m)
		}
	})
}

// overshoot is how far above the highest density a step may end: an adaptive one has
// its error, rtol, and watches zero alone.
func overshoot(o engine.Options) float64 {
	if o.Scheme == engine.FTCS {
		return 0
	}
	return 5 * engine.DefaultRelativeTolerance
}

// In a periodic box nothing is lost, and the centre of mass moves at v/R, exactly, at
// any Péclet number: bound molecules stay behind.
func TestCentreOfMassMovesWithTheFluid(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		for _, diffusion := range []float64{2, 0.01, 0} {
			m := flowing(withBoundary(solid([3]int{64, 3, 40}), every(tissue.Boundary{Kind: tissue.Periodic})), 0.5, 0.1, -0.2)
			m.ExtracellularFraction = 0.3
			s := &m.Substrates[0]
			s.DiffusionCoefficient, s.DecayRate, s.Retardation, s.InitialDensity = diffusion, 0, 2.5, 0
			start := filled(m.Grid, func(x, _, z float64) float64 {
				return math.Exp(-((x-280)*(x-280) + (z-220)*(z-220)) / (2 * 30 * 30))
			})
			solver := d.solver(t, m, engine.Options{})
			write(t, solver, 0, start)
			before := ledger(t, solver, 0).Present
			const duration = 250
			advance(t, solver, duration)
			x0, z0 := centreOfMass(start)
			x1, z1 := centreOfMass(read(t, solver, m.Grid, 0))
			for _, got := range []struct{ moved, want float64 }{{x1 - x0, 0.5 / 2.5 * duration}, {z1 - z0, -0.2 / 2.5 * duration}} {
				if math.Abs(got.moved-got.want) > 1e-3 { // of 10 µm; what has reached the seam
					t.Errorf("D = %g: moved by %.6g µm, want %.6g", diffusion, got.moved, got.want)
				}
			}
			if after := ledger(t, solver, 0).Present; math.Abs(after/before-1) > 100*d.epsilon {
				t.Errorf("D = %g: %.9g molecules of %.9g are left", diffusion, after, before)
			}
		}
	})
}

// centreOfMass returns it along x and z, µm.
func centreOfMass(f *tissue.Field) (x, z float64) {
	total := 0.0
	for i, c := range f.Values {
		at := f.Grid.Coordinates(i)
		p := f.Grid.Centre(at[0], at[1], at[2])
		x, z, total = x+c*p.X, z+c*p.Z, total+c
	}
	return x / total, z / total
}

// Leaks, lymph, held voxels and open walls: all that comes and goes is accounted for.
func TestLedgerClosesInAFlow(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		m := irrigated(regional(walled(solid([3]int{15, 12, 9}))))
		for _, o := range []engine.Options{{}, {Scheme: engine.FTCS}} {
			s := d.solver(t, m, o)
			advance(t, s, 300)
			closes(t, d, s, m)
		}
	})
}

// The stability polynomial of every number of stages stays within 1 on the ellipse of
// a flow at the step that FlowStep gives, up to where the stages end; half as far
// again it no longer does for some.
func TestStagesTakeTheFlow(t *testing.T) {
	stages := stageCounts()
	if testing.Short() {
		stages = []int{3, 4, 5, 12, 201}
	}
	kappa := strength()
	worst := 0.0
	for _, s := range stages {
		scheme, beta := engine.NewRKC2(s), engine.RKC2Step(s, 1)
		if most := onEllipse(scheme, beta, kappa); most > 1+rounding(s) {
			t.Errorf("%d stages: a wave grows by %.6g", s, most)
		}
		worst = max(worst, onEllipse(scheme, beta, 1.5*kappa))
	}
	if worst < 1.01 {
		t.Errorf("no wave grows by more than %g at one and a half of the step", worst)
	}
}

// strength returns P dt of the longest step in uniform flow, P = q²/k per axis.
func strength() float64 {
	m := flowing(withBoundary(solid([3]int{8, 8, 8}), every(tissue.Boundary{Kind: tissue.Periodic})), 0.5, 2, -30)
	a, err := engine.Analyse(m, engine.Options{}, 60)
	if err != nil {
		panic(err)
	}
	p := 0.0
	for _, q := range m.Flow.Velocity {
		p += 2 * math.Abs(q) / 10 * math.Tanh(math.Abs(q)*10/10/2)
	}
	return p * a.Substrates[0].FlowStep
}

// onEllipse returns the largest |R(z)| at z = −x + iy, y² = κ x (1 − x/β).
func onEllipse(r *engine.RKC2, beta, kappa float64) float64 {
	const points = 200
	most := 0.0
	for k := 1; k < points; k++ {
		x := beta / 2 * (1 - math.Cos(math.Pi*float64(k)/points))
		z := complex(-x, math.Sqrt(kappa*x*(1-x/beta)))
		before, now := complex(0, 0), complex(r.First, 0)*z
		for _, s := range r.Stages {
			before, now = now, complex(s.Mu, 0)*now+complex(s.Nu, 0)*before+complex(s.MuTilde, 0)*z*now+complex(s.RateShare, 0)*z
		}
		most = max(most, cmplx.Abs(1+now))
	}
	return most
}

// At 0.99 of the longest step noise fades, in uniform flow, in little diffusion and much, and
// around an obstacle in tissue of two kinds; at four times the step it grows.
func TestFlowStepIsStable(t *testing.T) {
	obstacle := solid([3]int{12, 11, 10})
	obstacle.Substrates[0].DiffusionCoefficient = 1
	region := func(name string, from, to float64, d float64, impermeable bool) tissue.Region {
		return tissue.Region{
			Name: name, Shape: tissue.Box{From: r3.Vec{X: from, Y: from, Z: from}, To: r3.Vec{X: to, Y: to, Z: to}}, Impermeable: impermeable,
			ExtracellularFraction: 0.5, Media: []tissue.Medium{{DiffusionCoefficient: d}}, HydraulicConductivity: 0.1,
		}
	}
	obstacle.Regions = []tissue.Region{region("loose", 0, 50, 30, false), region("bone", 40, 70, 1, true)}
	obstacle.Flow = &tissue.Flow{Pressure: &tissue.PressureFlow{Conductivity: 1, Faces: [3][2]tissue.PressureFace{
		{{Kind: tissue.HeldPressure, Pressure: 100}, {Kind: tissue.HeldPressure}},
	}}}
	ring := func(speed float64) *tissue.Model {
		return along(withBoundary(line(0, 64, 640), every(tissue.Boundary{Kind: tissue.Periodic})), 0, speed)
	}
	for name, m := range map[string]*tissue.Model{"Pe 0.3": ring(0.3), "Pe 3": ring(3), "Pe 100": ring(100), "an obstacle": obstacle} {
		m.Substrates[0].DecayRate, m.Substrates[0].InitialDensity = 0, 0
		longest := analyse(t, m, engine.Options{}).Substrates[0].FlowStep
		for _, share := range []float64{0.99, 4} {
			dt := share * longest
			s := processor().solver(t, m, engine.Options{TimeStep: dt, AbsoluteTolerance: 1e9})
			start := noise(m.Grid, 1)
			write(t, s, 0, start)
			const steps = 400
			_, err := s.Advance(context.Background(), steps*dt)
			most := largest(read(t, s, m.Grid, 0).Values)
			if errors.Is(err, engine.ErrNegative) { // far below, for such a tolerance
				most = math.Inf(1)
			}
			if share < 1 && most > 1 || share > 1 && m != obstacle && most < 2 {
				t.Errorf("%s: noise below 1 is %.3g after %d steps of %g of the longest", name, most, steps, share)
			}
		}
	}
}

// The adaptive scheme keeps to the longest step.
func TestAdaptiveStepsKeepToTheFlow(t *testing.T) {
	m := along(withBoundary(line(0, 64, 640), every(tissue.Boundary{Kind: tissue.Periodic})), 0, 3)
	longest := analyse(t, m, engine.Options{}).Substrates[0].FlowStep
	s := processor().solver(t, m, engine.Options{})
	stats := advance(t, s, 1000*longest) // a uniform density takes any step
	if stats.Steps < 1000 || stats.Steps > 1100 {
		t.Errorf("%d steps in a time of 1000 of the longest", stats.Steps)
	}
}

// A velocity that runs into what it cannot pass is refused, and told what to do.
func TestGivenFlowHasNoDivergence(t *testing.T) {
	m := along(solid([3]int{9, 8, 7}), 0, 0.2)
	m.Regions = []tissue.Region{{
		Name: "bone", Shape: tissue.Sphere{Centre: r3.Vec{X: 45, Y: 40, Z: 35}, Radius: 20}, Impermeable: true,
		ExtracellularFraction: 1, Media: []tissue.Medium{m.Substrates[0].Medium()},
	}}
	_, err := engine.NewIntegrator(m, engine.Options{}, nil)
	if err == nil || !strings.Contains(err.Error(), "want pressures instead") {
		t.Errorf("got %v, want the advice to give pressures", err)
	}
}

// Fluid that no way out takes is an error of the analysis and of the solver.
func TestFluidThatCannotLeaveIsAnError(t *testing.T) {
	m := solid([3]int{9, 8, 7})
	m.Regions = []tissue.Region{{
		Name: "lymphatics", Shape: tissue.Box{To: r3.Vec{X: 50, Y: 100, Z: 100}}, ExtracellularFraction: 1, HydraulicConductivity: 1,
		Media: []tissue.Medium{m.Substrates[0].Medium()}, Lymph: &tissue.Lymph{Rate: 1e-3},
	}}
	m.Flow = &tissue.Flow{Pressure: &tissue.PressureFlow{Conductivity: 1, Faces: [3][2]tissue.PressureFace{
		{{Kind: tissue.GivenInflow, Inflow: -0.1}}, // sucks, and lymphatics give nothing
	}}}
	const want = "engine: flow: no pressure balances what flows in and out"
	if a := analyse(t, m, engine.Options{}); a.Fault == nil || !strings.Contains(a.Fault.Error(), want) {
		t.Errorf("fault %v, want %q", a.Fault, want)
	}
	if _, err := engine.NewIntegrator(m, engine.Options{}, nil); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want %q", err, want)
	}
}

// Speed and Péclet number of a uniform flow are those of the formulas.
func TestAnalysisOfAFlow(t *testing.T) {
	m := along(solid([3]int{9, 8, 7}), 1, -0.4)
	m.ExtracellularFraction = 0.2
	a := analyse(t, m, engine.Options{TimeStep: 1e4})
	if math.Abs(a.Speed-0.08) > 1e-15 {
		t.Errorf("speed %g µm/s, want 0.08", a.Speed)
	}
	if pe := a.Substrates[0].Peclet; math.Abs(pe-0.4) > 1e-12 {
		t.Errorf("Péclet number %g, want 0.4", pe)
	}
	if !strings.Contains(fmt.Sprint(a.Warnings), "beyond the stability bound of the flow") {
		t.Errorf("no warning of a step that is too long among %q", a.Warnings)
	}
}
