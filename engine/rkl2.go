package engine

import "math"

// Stage holds the coefficients of one stage j = 2…s of a Runge-Kutta-Legendre
// step in increments d_j = Y_j − Y_0:
//
//	d_j = μ d_{j−1} + ν d_{j−2} + μ̃ dt (F(Y_{j−1}) − F(Y_0)) + (μ̃ + γ̃) dt F(Y_0)
type Stage struct {
	Mu, Nu    float64 // weights of the two increments before
	MuTilde   float64 // weight of the stage's own rate
	RateShare float64 // μ̃ + γ̃, weight of the rate at the start of the step
	Weight    float64 // share of F(Y_{j−1}) in the whole step, see RKL2.Weight0
	Time      float64 // of F(Y_{j−1}) after the start of the step, in steps
}

// RKL2 is the second-order Runge-Kutta-Legendre scheme of s stages, s odd and at
// least 3 (Meyer, Balsara, Aslam, J. Comput. Phys. 257 (2014) 594, eqs. 16-18).
// It is stable for real negative eigenvalues as far as
//
//	dt ρ ≤ (s² + s − 2)/2
//
// and damps the end of that range by 2/(s(s+1)), because s is odd.
type RKL2 struct {
	First  float64 // μ̃_1: d_1 = μ̃_1 dt F(Y_0)
	Stages []Stage // j = 2…s
	// Weight0 and the stages' Weights w_j write the whole step as one quadrature,
	// d_s = dt Σ w_j F(Y_j), Σ w_j = 1: the ledger integrates with the same.
	Weight0 float64
	// ErrorConstant is the C of the leading local error C dt³ y''',
	// 1/6 minus the third-order coefficient of the stability polynomial.
	ErrorConstant float64
}

// NewRKL2 returns the scheme of s stages. It panics unless s is odd and s ≥ 3.
func NewRKL2(s int) *RKL2 {
	if s < 3 || s%2 == 0 {
		panic("engine: RKL2 wants an odd number of stages, at least 3")
	}
	b := func(j int) float64 {
		if j < 2 {
			j = 2
		}
		n := float64(j)
		return (n*n + n - 2) / (2 * n * (n + 1))
	}
	n := float64(s)
	w1 := 4 / (n*n + n - 2)
	scheme := &RKL2{First: b(1) * w1, Stages: make([]Stage, s-1)}
	gammaTilde := make([]float64, s+1)
	for j := 2; j <= s; j++ {
		m := float64(j)
		mu := (2*m - 1) / m * b(j) / b(j-1)
		nu := -(m - 1) / m * b(j) / b(j-2)
		gammaTilde[j] = -(1 - b(j-1)) * mu * w1
		scheme.Stages[j-2] = Stage{Mu: mu, Nu: nu, MuTilde: mu * w1, RateShare: mu*w1 + gammaTilde[j]}
	}
	scheme.weigh(gammaTilde)
	scheme.setTimes()
	legendre3 := (n + 3) * (n + 2) * (n + 1) * n * (n - 1) * (n - 2) / 48 // P_s'''(1)
	scheme.ErrorConstant = 1./6 - b(s)*w1*w1*w1*legendre3/6
	return scheme
}

// weigh follows the recursion backwards to find what share each rate has in d_s.
func (r *RKL2) weigh(gammaTilde []float64) {
	s := len(r.Stages) + 1
	share := make([]float64, s+1) // of d_j in d_s
	share[s] = 1
	for j := s; j >= 2; j-- {
		stage := &r.Stages[j-2]
		stage.Weight = share[j] * stage.MuTilde
		r.Weight0 += share[j] * gammaTilde[j]
		share[j-1] += share[j] * stage.Mu
		share[j-2] += share[j] * stage.Nu
	}
	r.Weight0 += share[1] * r.First
}

// setTimes lets the stages follow y' = 1: Y_j is then the time it stands for.
func (r *RKL2) setTimes() {
	before, now := 0.0, r.First
	for j := range r.Stages {
		s := &r.Stages[j]
		s.Time = now
		before, now = now, s.Mu*now+s.Nu*before+s.RateShare
	}
}

// RKL2Stages returns the smallest odd s ≥ 3 that is stable for a step dt, s, and
// a spectral radius ρ, 1/s: s² + s − 2 ≥ 2 dt ρ.
func RKL2Stages(dt, radius float64) int {
	s := int(math.Ceil((math.Sqrt(9+8*dt*radius) - 1) / 2))
	return max(3, s|1)
}

// RKL2Step returns the largest step, s, that s stages carry for a spectral
// radius ρ, 1/s; infinite for ρ = 0.
func RKL2Step(stages int, radius float64) float64 {
	s := float64(stages)
	return (s*s + s - 2) / (2 * radius)
}
