package engine_test

import (
	"math"
	"testing"

	"github.com/cytofield/cytofield/engine"
)

// increments returns d_0…d_s of one step of y' = −ρ y from y = 1, z = −ρ dt.
func increments(r *engine.RKC2, z float64) []float64 {
	d := []float64{0, r.First * z}
	for _, stage := range r.Stages {
		j := len(d)
		d = append(d, stage.Mu*d[j-1]+stage.Nu*d[j-2]+stage.MuTilde*z*d[j-1]+stage.RateShare*z)
	}
	return d
}

// amplification is the stability polynomial: what a step makes of y = 1.
func amplification(r *engine.RKC2, z float64) float64 {
	d := increments(r, z)
	return 1 + d[len(d)-1]
}

func stageCounts() []int {
	var counts []int
	for s := 3; s <= 201; s++ {
		counts = append(counts, s)
	}
	return counts
}

// rounding is what the recursion leaves in the amplification: T_s changes by up to s²
// per unit of its argument, and so by that many of its roundings; 1e-15 s² is twice
// what was seen.
func rounding(s int) float64 { return 1e-15 * float64(s*s) }

// firstTurn returns the share of the bound at which the argument of T_s has come
// down from w_0 to 1, where the polynomial begins to swing.
func firstTurn(s int) float64 {
	shift := 3 / float64(s*s)
	return shift / (2 + shift)
}

// Nothing grows up to the bound. Beyond the first turn a step leaves of a wave
// 1 − b (T_s(w_0) ∓ 1): with ε = 3 b is 0.095 at three stages and 0.106 at many,
// and 1 − b T_s(w_0) from 0.478 to 0.384.
func TestRKC2DampsUpToItsBound(t *testing.T) {
	for _, s := range stageCounts() {
		r := engine.NewRKC2(s)
		bound := engine.RKC2Step(s, 1)
		const points = 2000
		for i := range points + 1 {
			share := float64(i) / points
			a := amplification(r, -share*bound)
			if math.Abs(a) > 1+rounding(s) {
				t.Fatalf("s = %d: amplification %.15g at %.4g of the bound", s, a, share)
			}
			if share > firstTurn(s) && (a < 0.278 || a > 0.574) {
				t.Fatalf("s = %d: amplification %.6g at %.4g of the bound, want 0.278 to 0.574", s, a, share)
			}
		}
	}
}

// T_s reaches T_s(w_0) again at the argument −w_0, where the polynomial of an even
// number of stages passes 1: as far beyond the bound as the first turn is from 0. That
// of an odd number passes −1 where T_s falls to −13, at 1 + 2.67/s² of the bound and
// many stages, 2.1/s² for three.
func TestRKC2StepIsTheEdge(t *testing.T) {
	for _, s := range stageCounts() {
		r := engine.NewRKC2(s)
		bound := engine.RKC2Step(s, 1)
		inside, beyond := 0.98*firstTurn(s), 1.02*firstTurn(s)
		if s%2 == 1 {
			inside, beyond = 2/float64(s*s), 2.9/float64(s*s)
		}
		if a := amplification(r, -(1+inside)*bound); math.Abs(a) > 1 {
			t.Errorf("s = %d: amplification %.6g at 1 + %.4g of the bound", s, a, inside)
		}
		if a := amplification(r, -(1+beyond)*bound); math.Abs(a) <= 1 {
			t.Errorf("s = %d: amplification %.6g at 1 + %.4g of the bound: want growth", s, a, beyond)
		}
		if a := amplification(r, -1.05*bound); s >= 9 && math.Abs(a) < 1.1 {
			t.Errorf("s = %d: amplification %.6g at 1.05 of the bound: want growth", s, a)
		}
	}
}

// The times of the stages rise from 0 to 1, and y' = t gains dt²/2: the quadrature
// Σ w_j c_j is ½.
func TestRKC2StagesKnowTheirTimes(t *testing.T) {
	for _, s := range stageCounts() {
		r := engine.NewRKC2(s)
		before, sum := 0.0, 0.0
		for j, stage := range r.Stages {
			if stage.Time <= before || stage.Time >= 1 {
				t.Fatalf("s = %d: stage %d at %.6g of the step, after %.6g", s, j+2, stage.Time, before)
			}
			before = stage.Time
			sum += stage.Weight * stage.Time
		}
		if math.Abs(sum-0.5) > rounding(s) {
			t.Errorf("s = %d: the integral of t over the step is %.15g, want 1/2", s, sum)
		}
	}
}

// d_s is dt Σ w_j F(Y_j) with Σ w_j = 1: the ledger's weights are those of the step.
func TestRKC2WeightsReproduceTheStep(t *testing.T) {
	for _, s := range stageCounts() {
		r := engine.NewRKC2(s)
		sum := r.Weight0
		for _, stage := range r.Stages {
			sum += stage.Weight
		}
		if math.Abs(sum-1) > rounding(s) {
			t.Errorf("s = %d: the weights sum to %.15g", s, sum)
		}
		for _, share := range []float64{1e-3, 0.1, 0.5, 0.999} {
			z := -share * engine.RKC2Step(s, 1)
			d := increments(r, z)
			quadrature := r.Weight0
			for i, stage := range r.Stages {
				quadrature += stage.Weight * (1 + d[i+1])
			}
			if got, want := z*quadrature, d[len(d)-1]; math.Abs(got-want) > 10*rounding(s) { // a second sum of s terms
				t.Errorf("s = %d at %g of the bound: the weights give %.15g, the stages %.15g", s, share, got, want)
			}
		}
	}
}

// The stability polynomial begins 1 + z + z²/2 + (1/6 − C) z³.
func TestRKC2IsSecondOrderWithItsErrorConstant(t *testing.T) {
	type series [4]float64
	times := func(a series) series { return series{0, a[0], a[1], a[2]} } // z a(z)
	for _, s := range stageCounts() {
		r := engine.NewRKC2(s)
		before, d := series{}, series{1: r.First}
		for _, stage := range r.Stages {
			slope := times(d)
			next := series{1: stage.RateShare}
			for i := range next {
				next[i] += stage.Mu*d[i] + stage.Nu*before[i] + stage.MuTilde*slope[i]
			}
			before, d = d, next
		}
		for i, want := range [...]float64{1: 1, 2: 0.5, 3: 1./6 - r.ErrorConstant} {
			if math.Abs(d[i]-want) > rounding(s) {
				t.Errorf("s = %d: %.15g z^%d, want %.15g", s, d[i], i, want)
			}
		}
		if r.ErrorConstant < 0.0503 || r.ErrorConstant > 0.0951 { // at s = ∞ and s = 3
			t.Errorf("s = %d: error constant %.6g, want 0.0503 to 0.0951", s, r.ErrorConstant)
		}
	}
}

func TestRKC2StagesAreTheFewestThatAreStable(t *testing.T) {
	for _, step := range []float64{0, 1e-9, 1, 4.07, 4.08, 7.5, 7.6, 14, 77, 1000, 20000, 1e12} {
		s := engine.RKC2Stages(step, 1)
		if s < 3 || engine.RKC2Step(s, 1) < step {
			t.Errorf("step %g/ρ: %d stages, which carry %g", step, s, engine.RKC2Step(s, 1))
		}
		if s > 3 && engine.RKC2Step(s-1, 1) >= step {
			t.Errorf("step %g/ρ: %d stages, where %d carry %g", step, s, s-1, engine.RKC2Step(s-1, 1))
		}
	}
	if !math.IsInf(engine.RKC2Step(3, 0), 1) {
		t.Error("a step is bounded where nothing happens")
	}
}
