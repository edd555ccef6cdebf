package gallery_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/cpu"
	"github.com/cytofield/cytofield/engine/life"
	"github.com/cytofield/cytofield/tissue/gallery"
	"github.com/cytofield/cytofield/tissue/quantity"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// The well-mixed limit of storm, with the file's numbers in nM and hours:
//
//	α c' = release H − (α decay + lymph + w) c + w C      TNF, IL-1β, IL-6;  w = wall (1 + leak)
//	C' = ((lymph + w) c − w C)/V − clearance C            V litres of plasma to a litre of tissue
//	leak' = onset (C_6/c_leak − leak),   d' = dose r exp(−r t) − decay d
//	H = S/(1 + S),   S = d² + (c_TNF/K_TNF)² + (c_1/K_1)² + leak²
const (
	stormFluid = 0.2                 // α
	stormLymph = 0.02                // drainage
	stormWall  = 4e-4 * 70e-4 * 3600 // permeability times surface
	stormBlood = 5.                  // V
	stormLeak  = 0.035               // c_leak
	stormPlace = 50. * 50 * 50       // µm³ of tissue to a macrophage
	stormTile  = 100. * 100 * 50     // µm³ of the tissue of stormTissue
)

// stormCytokine is what becomes of one of the three cytokines.
type stormCytokine struct {
	release, decay, clearance float64
	half                      float64 // K; 0 for IL-6, which macrophages do not sense
}

func stormCytokines() [3]stormCytokine {
	perTissue := 3600 / (stormPlace * quantity.MoleculesPerNanomolar)
	return [3]stormCytokine{
		{0.21 * perTissue, 4.5e-4 * 3600, 3.16, 0.019},
		{0.15 * perTissue, 0.088, 0.088, 0.3},
		{0.5 * perTissue, 0.044, 0.044, 0},
	}
}

// steady returns the densities in tissue and plasma that H keeps up behind walls that leak.
func (c stormCytokine) steady(active, leak float64) (inTissue, inPlasma float64) {
	wall := stormWall * (1 + leak)
	share := (stormLymph + wall) / (wall + stormBlood*c.clearance)
	inTissue = active * c.release / (stormFluid*c.decay + stormLymph + wall*(1-share))
	return inTissue, share * inTissue
}

// stormSteadyLeak returns the leak that H keeps up: the more leaks the less goes in its place.
func stormSteadyLeak(active float64) float64 {
	ofIL6 := stormCytokines()[2]
	return bisect(0, 100, func(leak float64) bool {
		_, inPlasma := ofIL6.steady(active, leak)
		return inPlasma/stormLeak > leak
	})
}

// stormStates returns the steady H other than 0, of H = S/(1 + S): below the first and above the
// second the tissue becomes less active, and more between.
func stormStates() (threshold, storm float64) {
	rises := func(active float64) bool {
		leak := stormSteadyLeak(active)
		sum := leak * leak
		for _, c := range stormCytokines() {
			if level, _ := c.steady(active, leak); c.half > 0 {
				sum += level * level / (c.half * c.half)
			}
		}
		return sum/(1+sum) > active
	}
	const between = 0.5
	return bisect(0.01, between, func(active float64) bool { return !rises(active) }), bisect(between, 1, rises)
}

// bisect returns where below it something is so and above it is not.
func bisect(low, high float64, below func(float64) bool) float64 {
	for high-low > 1e-9*high {
		if middle := (low + high) / 2; below(middle) {
			low = middle
		} else {
			high = middle
		}
	}
	return low
}

// stormWellMixed returns H after a week of a dose of danger, nM in the fluid, by explicit
// Euler steps; steps of a tenth move the threshold by 1e-3.
func stormWellMixed(dose float64) float64 {
	const dt, release, decay, onset = 0.01, 0.1, 2, 1
	cytokines := stormCytokines()
	var c, blood [3]float64
	danger, leak, active := 0., 0., 0.
	for t := 0.; t < 7*24; t += dt {
		sum := danger*danger + leak*leak
		for i, y := range cytokines {
			if y.half > 0 {
				sum += c[i] * c[i] / (y.half * y.half)
			}
		}
		active = sum / (1 + sum)
		for i, y := range cytokines {
			back := stormWall*(1+leak)*(c[i]-blood[i]) + stormLymph*c[i]
			c[i] += dt * (y.release*active - stormFluid*y.decay*c[i] - back) / stormFluid
			blood[i] += dt * (back/stormBlood - y.clearance*blood[i])
		}
		leak += dt * onset * (blood[2]/stormLeak - leak)
		danger += dt * (dose*release*math.Exp(-release*t) - decay*danger)
	}
	return active
}

// stormThreshold returns the dose that divides the well-mixed limit, nM in the fluid.
func stormThreshold() float64 {
	threshold, _ := stormStates()
	return bisect(0, 1000, func(dose float64) bool { return stormWellMixed(dose) < threshold })
}

// stormTissue runs storm on (100 µm)², less than TNF and danger reach, with four macrophages
// on a lattice and one dying cell.
func stormTissue(t *testing.T, set ...string) engine.Solver {
	t.Helper()
	text, err := gallery.Text("storm")
	if err != nil {
		t.Fatal(err)
	}
	s, err := scenario.Decode("storm.yaml", text, "", scenario.Options{Set: append(set,
		"domain.size=[100 um, 100 um]", "cells.place.0={type: macrophage, pattern: lattice, spacing: 50 um}", "cells.place.1.number=1", "cells.place.1.within=")})
	if err != nil {
		t.Fatal(err)
	}
	solver, err := cpu.NewSolver(s.Model, options(s))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { solver.Close() })
	simulation := engine.New(solver)
	if err := life.Start(simulation, s.Model, solver, life.Options{}); err != nil {
		t.Fatal(err)
	}
	if err := simulation.Advance(context.Background(), s.Model.Duration); err != nil {
		t.Fatal(err)
	}
	return solver
}

// stormLoad writes a dose, nM in the fluid, as what the one dying cell holds.
func stormLoad(dose float64) string {
	return fmt.Sprintf("cells.types.dying.variables.load=%g", dose*quantity.MoleculesPerNanomolar*stormFluid*stormTile)
}

// TestStormSetsInAtTheWellMixedThreshold of the dose of danger: a tenth below it all ends, a
// tenth above it goes on when the danger is gone.
func TestStormSetsInAtTheWellMixedThreshold(t *testing.T) {
	dose := stormThreshold()
	_, storm := stormStates()
	t.Logf("threshold %g nM, H %g in a storm", dose, storm)
	inTissue, _ := stormCytokines()[0].steady(storm, stormSteadyLeak(storm))
	for _, tc := range []struct {
		share    float64
		low, top float64 // of TNF over that of the storm
	}{
		{0.9, 0, 0.1},
		{1.1, 0.7, 1.1},
	} {
		solver := stormTissue(t, stormLoad(tc.share*dose))
		l, err := solver.Ledger(0)
		if err != nil {
			t.Fatal(err)
		}
		got := l.Present / (quantity.MoleculesPerNanomolar * stormFluid * stormTile * inTissue)
		t.Logf("%g of the threshold: TNF at %.3f of its level in a storm", tc.share, got)
		if got < tc.low || got > tc.top {
			t.Errorf("%g of the threshold: TNF at %g of its level in a storm, want %g to %g", tc.share, got, tc.low, tc.top)
		}
	}
}

// stormTemperature is the position of the temperature in the body.
const stormTemperature = 6

// TestAntibodyInTheBloodEndsTheStorm where there is enough of it, and every compartment and
// substrate accounts for its molecules, which go from tissue through the blood.
func TestAntibodyInTheBloodEndsTheStorm(t *testing.T) {
	for _, tc := range []struct {
		dose     string
		low, top float64 // of the temperature after a week, °C
	}{
		{"50 nmol", 37, 37.1},     // 200 times the IL-6 of the blood then
		{"0.5 nmol", 39.5, 40.08}, // used up within a day: the storm returns
	} {
		solver := stormTissue(t, stormLoad(2*stormThreshold()), "body.doses.0.amount="+tc.dose)
		state := solver.Body()
		if got := state.Values[stormTemperature]; got < tc.low || got > tc.top {
			t.Errorf("%s: a temperature of %g, want %g to %g", tc.dose, got, tc.low, tc.top)
		}
		for i, l := range state.Ledger {
			if r := l.Residual(); math.Abs(r) > 1e-9*l.Handled() {
				t.Errorf("%s: compartment %d: residual %g of %g molecules", tc.dose, i, r, l.Handled())
			}
		}
		ofIL6, err := solver.Ledger(2)
		if err != nil {
			t.Fatal(err)
		}
		if r := ofIL6.Residual(); math.Abs(r) > 1e-9*ofIL6.Handled() {
			t.Errorf("%s: IL-6: residual %g of %g molecules", tc.dose, r, ofIL6.Handled())
		}
	}
}
