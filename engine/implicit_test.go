package engine_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue"
)

// fixed returns options for steps of SDIRK2 whose stages are solved to a residual far
// below the errors of the tests.
func fixed(step float64) engine.Options {
	return engine.Options{Scheme: engine.Implicit, TimeStep: step, RelativeTolerance: 1e-8}
}

func TestImplicitIsSecondOrderInTime(t *testing.T) {
	for _, diffusion := range []float64{10, 100} {
		for name, m := range timeModels(diffusion) {
			t.Run(fmt.Sprintf("%s, D %g", name, diffusion), func(t *testing.T) {
				r := relax(t, m, fixed(0), 100)
				order(t, r.errors(t, fixed(0), 8, 16, 32, 64), 2, 0.06)
			})
		}
	}
}

// Walls that move in straight lines, voxels held at a density that moves, and what is
// between them: against steps that are far shorter.
func TestImplicitIsSecondOrderBetweenMovingWalls(t *testing.T) {
	rising := &tissue.TimeSeries{Times: []float64{0, 1000}, Densities: []float64{1, 21}}
	wall := tissue.Boundary{Kind: tissue.Dirichlet, Series: rising}
	vessel := solid([3]int{8, 7, 6})
	vessel.Regions = []tissue.Region{{
		Name: "source", Shape: tissue.Box{To: vessel.Grid.Centre(2, 2, 2)}, ExtracellularFraction: 1,
		Media: []tissue.Medium{vessel.Substrates[0].Medium()}, Held: []tissue.HeldDensity{{Density: 1, Series: rising}},
	}}
	for name, m := range map[string]*tissue.Model{
		"face":   withBoundary(solid([3]int{8, 7, 6}), [3][2]tissue.Boundary{{wall, {}}, {}, {}}),
		"region": vessel,
	} {
		t.Run(name, func(t *testing.T) {
			m.Substrates[0].DecayRate = 0.01
			run := func(o engine.Options) []float64 {
				s := processor().solver(t, m, o)
				advance(t, s, 400)
				return read(t, s, m.Grid, 0).Values
			}
			want := run(engine.Options{TimeStep: 0.25})
			var errors []float64
			for _, steps := range []float64{20, 40, 80} {
				errors = append(errors, distance(run(fixed(400/steps)), want))
			}
			order(t, errors, 2, 0.1)
		})
	}
}

// A step of any length leaves of the slowest wave (1 − 2γ)/(γ² k dt), of the others
// less: L-stability. The balance of the whole is exact, so that walls and all are here.
func TestLongImplicitStepsDampEverything(t *testing.T) {
	held := tissue.Boundary{Kind: tissue.Dirichlet, Density: 0}
	for name, m := range map[string]*tissue.Model{
		"closed":     solid([3]int{9, 8, 7}),
		"held walls": withBoundary(solid([3]int{9, 8, 7}), every(held)),
		"regions":    mixture(solid([3]int{9, 8, 7})),
	} {
		for _, dt := range []float64{1e4, 1e6, 1e9} {
			o := fixed(dt)
			o.AbsoluteTolerance = 1 // R is negative
			s := processor().solver(t, m, o)
			write(t, s, 0, noise(m.Grid, 1))
			advance(t, s, dt)
			const gamma, slowest = engine.SDIRK2Gamma, 1e-3 // λ, 1/s
			most := (2*gamma - 1) / (gamma * gamma * slowest * dt)
			if got := largest(read(t, s, m.Grid, 0).Values); got > math.Abs(most) {
				t.Errorf("%s: a step of %g s leaves %.3g of noise, want %.3g at most", name, dt, got, math.Abs(most))
			}
		}
	}
}

// mixture gives half a model another medium; nothing is held and all decays.
func mixture(m *tissue.Model) *tissue.Model {
	size := m.Grid.Size()
	box := tissue.Box{To: r3.Vec{X: size[0] / 2, Y: size[1], Z: size[2]}}
	m.Regions = []tissue.Region{{Name: "dense", Shape: box, ExtracellularFraction: 0.2,
		Media: []tissue.Medium{{DiffusionCoefficient: 0.5, DecayRate: 5e-3, Retardation: 2}}}}
	return m
}

// hasSteadyState reports whether something is lost wherever something may change.
func hasSteadyState(t *testing.T, m *tissue.Model) bool {
	s, err := newProcessor(m, engine.Options{Scheme: engine.Steady})
	if err != nil {
		if !strings.Contains(err.Error(), "nothing is lost") {
			t.Fatal(err)
		}
		return false
	}
	return s.Close() == nil
}

func TestLedgerClosesForImplicitStepsAndSteadyStates(t *testing.T) {
	d := processor()
	for name, m := range agreementModels() {
		for _, o := range []engine.Options{fixed(7), {Scheme: engine.Implicit}, {Scheme: engine.Implicit, RelativeTolerance: 0.1}, {Scheme: engine.Steady}} {
			t.Run(fmt.Sprintf("%s/%s, %g", name, o.Scheme, o.RelativeTolerance), func(t *testing.T) {
				if o.Scheme == engine.Steady && !hasSteadyState(t, m) {
					t.Skip("has no steady state")
				}
				s := d.solver(t, m, o)
				for _, until := range []float64{20, 55, 120, 300} {
					advance(t, s, until)
					closes(t, d, s, m)
				}
			})
		}
	}
}

// What RKC2 and SDIRK2 come to in the end is what steady finds at once: in a dozen
// cycles where cells are linear, 11 seen. It may be nothing: apart is by what was there.
func TestSteadyStatesDoNotDependOnTheStep(t *testing.T) {
	d := processor()
	for name, m := range agreementModels() {
		t.Run(name, func(t *testing.T) {
			if !hasSteadyState(t, m) {
				t.Skip("has none")
			}
			steady := d.solver(t, m, engine.Options{Scheme: engine.Steady})
			const late = 20000 // s, twenty times 1/λ
			stats := advance(t, steady, late)
			if !saturates(m) && stats.Cycles > 12*stats.Steps {
				t.Errorf("%d cycles in %d steps, want 12 a step at most", stats.Cycles, stats.Steps)
			}
			want := read(t, steady, m.Grid, 0).Values
			for _, o := range []engine.Options{{RelativeTolerance: 1e-4}, {Scheme: engine.Implicit, RelativeTolerance: 1e-4}} {
				s := d.solver(t, m, o)
				advance(t, s, late)
				got := read(t, s, m.Grid, 0).Values
				most := 0.0
				for i := range want {
					most = max(most, math.Abs(got[i]-want[i]))
				}
				if scale := max(largest(want), m.Substrates[0].InitialDensity); most > 2e-6*scale {
					t.Errorf("scheme %q comes to %.3g from it, want 2e-6", o.Scheme, most/scale)
				}
			}
		})
	}
}

// saturates reports whether some cell's uptake does.
func saturates(m *tissue.Model) bool {
	for _, cell := range m.CellTypes {
		for _, e := range cell.Exchange {
			if e.MaxUptakeRate > 0 {
				return true
			}
		}
	}
	return false
}

// Steady states follow cells: each Advance finds that of the cells at the time.
func TestSteadyFollowsTheCells(t *testing.T) {
	few := populate(solid([3]int{9, 8, 7}), 9, exchanging("exporter", tissue.Exchange{NetExportRate: 10}))
	many := populate(solid([3]int{9, 8, 7}), 3, exchanging("exporter", tissue.Exchange{NetExportRate: 10}))
	s := processor().solver(t, few, engine.Options{Scheme: engine.Steady})
	advance(t, s, 60)
	before := ledger(t, s, 0)
	if err := s.Update(many); err != nil {
		t.Fatal(err)
	}
	advance(t, s, 120)
	fresh := processor().solver(t, many, engine.Options{Scheme: engine.Steady})
	advance(t, fresh, 5)
	if apart := distance(read(t, s, many.Grid, 0).Values, read(t, fresh, many.Grid, 0).Values); apart > 1e-6 {
		t.Errorf("%.3g from the steady state of the new cells", apart)
	}
	after := ledger(t, s, 0)
	exported := 10 * 60 * float64(many.Cells.Len())
	if got := after.Secreted - before.Secreted; math.Abs(got/exported-1) > 1e-12 {
		t.Errorf("secreted %.9g in the second minute, want %.9g", got, exported)
	}
	// What decays at a steady state is what is secreted; the jump is written.
	if got := after.Decayed - before.Decayed; math.Abs(got/exported-1) > 1e-11 {
		t.Errorf("decayed %.9g in the second minute, want %.9g", got, exported)
	}
	if got, want := after.Written-before.Written, after.Present-before.Present; math.Abs(got/want-1) > 1e-11 {
		t.Errorf("written %.9g, want %.9g", got, want)
	}
}

func TestImplicitSchemesRefuseWhatTheyCannotSolve(t *testing.T) {
	closed := populate(solid([3]int{5, 6, 7}), 7, exchanging("exporter", tissue.Exchange{NetExportRate: 10}))
	closed.Substrates[0].DecayRate = 0
	compartments := mixture(solid([3]int{9, 8, 7}))
	compartments.Substrates[0].DecayRate = 0
	compartments.Regions[0].Media[0].DecayRate = 1
	compartments.Regions[0].Media[0].DiffusionCoefficient = 0
	flowing := solid([3]int{5, 6, 7})
	flowing.Flow = &tissue.Flow{Velocity: &[3]float64{0.1, 0, 0}}
	flowing.Substrates[0].Boundary[0] = [2]tissue.Boundary{{Kind: tissue.Periodic}, {Kind: tissue.Periodic}}
	both := []engine.Scheme{engine.Implicit, engine.Steady}
	for name, tc := range map[string]struct {
		m       *tissue.Model
		schemes []engine.Scheme
		says    string
	}{
		"nothing is lost":               {closed, []engine.Scheme{engine.Steady}, "nothing is lost"},
		"nothing is lost in one of two": {compartments, []engine.Scheme{engine.Steady}, "nothing is lost"},
		"reactions":                     {logistic(solid([3]int{5, 6, 7})), both, "substrates react"},
		"flow":                          {flowing, both, "fluid flows"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, scheme := range tc.schemes {
				s, err := newProcessor(tc.m, engine.Options{Scheme: scheme})
				if err == nil {
					_ = s.Close()
				}
				if err == nil || !strings.Contains(err.Error(), tc.says) {
					t.Errorf("%s: error %v, want one that says %q", scheme, err, tc.says)
				}
			}
		})
	}
}

// More is exported than saturable cells can ever take: the search for a steady state ends.
func TestSteadyStatesThatAreNoneAreRefused(t *testing.T) {
	m := populate(solid([3]int{5, 6, 7}), 7, exchanging("exporter", tissue.Exchange{NetExportRate: 10}), exchanging("saturable", tissue.Exchange{MaxUptakeRate: 1, HalfSaturation: 0.2}))
	m.Substrates[0].DecayRate = 0
	s := processor().solver(t, m, engine.Options{Scheme: engine.Steady})
	if _, err := s.Advance(t.Context(), 60); err == nil || !strings.Contains(err.Error(), "steady state") {
		t.Errorf("error %v, want one about the steady state", err)
	}
}

// SDIRK2 undershoots where a wave is fast for the step: with a fixed step that ends the
// run, and the control shortens its steps until nothing falls below −atol.
func TestImplicitStepsStayPositive(t *testing.T) {
	m := solid([3]int{9, 8, 7})
	pulse := tissue.NewField(m.Grid)
	pulse.Values[m.Grid.Voxels()/2] = 1
	s := processor().solver(t, m, fixed(60))
	write(t, s, 0, pulse)
	if _, err := s.Advance(t.Context(), 60); !errors.Is(err, engine.ErrNegative) {
		t.Errorf("a fixed step of 60 s: error %v, want %v", err, engine.ErrNegative)
	}
	s = processor().solver(t, m, engine.Options{Scheme: engine.Implicit})
	write(t, s, 0, pulse)
	for s.Time() < 600 {
		step(t, s, 600)
		for i, c := range read(t, s, m.Grid, 0).Values {
			if c < -engine.DefaultAbsoluteTolerance*engine.DefaultRelativeTolerance {
				t.Fatalf("%.3g in voxel %v at %g s", c, m.Grid.Coordinates(i), s.Time())
			}
		}
	}
}

// Adaptive steps are RKC2's where voxels even out slowly, and SDIRK2's where RKC2 would
// need many stages.
func TestAdaptiveStepsImplicitlyWhereThatCostsLess(t *testing.T) {
	for _, tc := range []struct {
		diffusion float64 // µm²/s
		implicit  bool
	}{{1, false}, {10, false}, {1e4, true}, {1e5, true}} {
		m := populate(solid([3]int{9, 8, 7}), 7, exchanging("exporter", tissue.Exchange{NetExportRate: 10}), exchanging("consumer", tissue.Exchange{UptakeRate: 0.02}))
		m.Substrates[0].DiffusionCoefficient = tc.diffusion
		stats := advance(t, processor().solver(t, m, engine.Options{}), 600)
		t.Logf("D %g: %+v", tc.diffusion, stats)
		if implicit := stats.Implicit > 0; implicit != tc.implicit || implicit != (stats.Cycles > 0) || stats.Implicit > stats.Steps {
			t.Errorf("D %g: %d of %d steps implicit in %d cycles, want implicit %v", tc.diffusion, stats.Implicit, stats.Steps, stats.Cycles, tc.implicit)
		}
	}
}
