package engine_test

import (
	"math"
	"testing"

	"github.com/cytofield/cytofield/engine"
)

// increments returns d_0…d_s of one step of y' = −ρ y from y = 1, z = −ρ dt.
func increments(r *engine.RKL2, z float64) []float64 {
	d := []float64{0, r.First * z}
	for _, stage := range r.Stages {
		j := len(d)
		d = append(d, stage.Mu*d[j-1]+stage.Nu*d[j-2]+stage.MuTilde*z*d[j-1]+stage.RateShare*z)
	}
	return d
}

// amplification is the stability polynomial: what a step makes of y = 1.
func amplification(r *engine.RKL2, z float64) float64 {
	d := increments(r, z)
	return 1 + d[len(d)-1]
}

func stageCounts() []int {
	var counts []int
	for s := 3; s <= 201; s += 2 {
		counts = append(counts, s)
	}
	return counts
}

// rounding is what the recursion leaves in the amplification: P_s changes by
// s(s+1)/2 per unit of its argument at the bound, and so by that many of its
// roundings; 1e-15 s² is twice what was seen.
func rounding(s int) float64 { return 1e-15 * float64(s*s) }

// Nothing grows up to the bound, and what sits on it falls to 2/(s(s+1)).
func TestRKL2IsStableUpToItsBound(t *testing.T) {
	for _, s := range stageCounts() {
		r := engine.NewRKL2(s)
		bound := engine.RKL2Step(s, 1)
		const points = 2000
		for i := range points + 1 {
			share := float64(i) / points
			if a := amplification(r, -share*bound); math.Abs(a) > 1+rounding(s) {
				t.Fatalf("s = %d: amplification %.15g at %.4g of the bound", s, a, share)
			}
		}
		want := 2 / float64(s*(s+1))
		if got := amplification(r, -bound); math.Abs(got-want) > rounding(s) {
			t.Errorf("s = %d: amplification %.15g at the bound, want 2/(s(s+1)) = %.15g", s, got, want)
		}
	}
}

// The amplification 1 − b (1 − P_s) passes −1 where P_s falls below −(2 − b)/b,
// about −3, soon after the argument left [−1, 1]. A Legendre polynomial there is
// a Bessel function of s² times the excess, so the edge lies at 1 + 1.4/s² of the
// bound, with 1.32 to 1.46 seen for 3 to 201 stages: 1.05 of the bound is beyond
// it from 7 stages on, 1.02 from 9 on.
func TestRKL2StepIsTheEdge(t *testing.T) {
	for _, s := range stageCounts() {
		r := engine.NewRKL2(s)
		bound := engine.RKL2Step(s, 1)
		// P_s stays below 0.41, the second extremum of the Bessel function.
		if a := amplification(r, -0.999*bound); math.Abs(a) > 0.71 {
			t.Errorf("s = %d: amplification %.6g at 0.999 of the bound, want it damped to 0.71 at most", s, a)
		}
		excess := 1 / float64(s*s)
		if a := amplification(r, -(1+1.3*excess)*bound); math.Abs(a) > 1 {
			t.Errorf("s = %d: amplification %.6g at 1 + 1.3/s² of the bound", s, a)
		}
		if a := amplification(r, -(1+1.5*excess)*bound); math.Abs(a) <= 1 {
			t.Errorf("s = %d: amplification %.6g at 1 + 1.5/s² of the bound: want growth", s, a)
		}
		if a := amplification(r, -1.05*bound); s >= 7 && math.Abs(a) < 1.1 {
			t.Errorf("s = %d: amplification %.6g at 1.05 of the bound: want growth", s, a)
		}
	}
}

// d_s is dt Σ w_j F(Y_j) with Σ w_j = 1: the ledger's weights are those of the step.
func TestRKL2WeightsReproduceTheStep(t *testing.T) {
	for _, s := range stageCounts() {
		r := engine.NewRKL2(s)
		sum := r.Weight0
		for _, stage := range r.Stages {
			sum += stage.Weight
		}
		if math.Abs(sum-1) > rounding(s) {
			t.Errorf("s = %d: the weights sum to %.15g", s, sum)
		}
		for _, share := range []float64{1e-3, 0.1, 0.5, 0.999} {
			z := -share * engine.RKL2Step(s, 1)
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
func TestRKL2IsSecondOrderWithItsErrorConstant(t *testing.T) {
	type series [4]float64
	times := func(a series) series { return series{0, a[0], a[1], a[2]} } // z a(z)
	for _, s := range stageCounts() {
		r := engine.NewRKL2(s)
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
		if r.ErrorConstant < 1./18-1e-12 || r.ErrorConstant > 0.1+1e-12 { // the limits of s = ∞ and s = 3
			t.Errorf("s = %d: error constant %.6g, want 1/18 to 1/10", s, r.ErrorConstant)
		}
	}
}

func TestRKL2StagesAreTheFewestThatAreStable(t *testing.T) {
	for _, step := range []float64{0, 1e-9, 1, 4.999, 5, 5.001, 14, 14.001, 77, 1000, 20000} {
		s := engine.RKL2Stages(step, 1)
		if s < 3 || s%2 == 0 || engine.RKL2Step(s, 1) < step {
			t.Errorf("step %g/ρ: %d stages, which carry %g", step, s, engine.RKL2Step(s, 1))
		}
		if s > 3 && engine.RKL2Step(s-2, 1) >= step {
			t.Errorf("step %g/ρ: %d stages, where %d carry %g", step, s, s-2, engine.RKL2Step(s-2, 1))
		}
	}
	if !math.IsInf(engine.RKL2Step(3, 0), 1) {
		t.Error("a step is bounded where nothing happens")
	}
}
