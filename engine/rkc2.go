package engine

import "math"

// Stage holds the coefficients of one stage j = 2…s of a Runge-Kutta-Chebyshev
// step in increments d_j = Y_j − Y_0:
//
//	d_j = μ d_{j−1} + ν d_{j−2} + μ̃ dt (F(Y_{j−1}) − F(Y_0)) + (μ̃ + γ̃) dt F(Y_0)
type Stage struct {
	Mu, Nu    float64 // weights of the two increments before
	MuTilde   float64 // weight of the stage's own rate
	RateShare float64 // μ̃ + γ̃, weight of the rate at the start of the step
	Weight    float64 // share of F(Y_{j−1}) in the whole step, see RKC2.Weight0
	Time      float64 // c_{j−1}: F(Y_{j−1}) belongs to the time t + c_{j−1} dt
}

// RKC2 is the second-order Runge-Kutta-Chebyshev scheme of s ≥ 3 stages (Sommeijer,
// Shampine & Verwer, J. Comput. Appl. Math. 88 (1998) 315, eqs. 2.2-2.6) with more
// damping than theirs (chebyshevDamping). Its stability polynomial is
//
//	R(z) = 1 − b T_s(w_0) + b T_s(w_0 + w_1 z),  w_0 = 1 + ε/s²
//
// and stable for real negative eigenvalues as far as dt ρ ≤ β(s) = (w_0 + 1)/w_1.
type RKC2 struct {
	First  float64 // μ̃_1: d_1 = μ̃_1 dt F(Y_0)
	Stages []Stage // j = 2…s
	// Weight0 and the stages' Weights w_j write the whole step as one quadrature,
	// d_s = dt Σ w_j F(Y_j), Σ w_j = 1: the ledger integrates with the same.
	Weight0 float64
	// ErrorConstant is the C of the leading local error C dt³ y''',
	// 1/6 minus the third-order coefficient of the stability polynomial.
	ErrorConstant float64
}

// chebyshevDamping is ε. With 3 a step leaves of every wave too fast for it between
// 0.28 and 0.49, from above: what a jolt excites is gone in a few steps, without a
// change of sign. ε = 2/13, the usual choice, carries steps longer by a third, but
// leaves up to 0.95; ε = 10 leaves 0.2 to 0.25 of steps shorter by a third (Verwer,
// Sommeijer & Hundsdorfer, J. Comput. Phys. 201 (2004) 61).
const chebyshevDamping = 3

// NewRKC2 returns the scheme of s stages. It panics unless s ≥ 3: two
// have nothing to damp with, and short steps gain next to nothing from them.
func NewRKC2(s int) *RKC2 {
	if s < 3 {
		panic("engine: RKC2 wants at least 3 stages")
	}
	w0 := chebyshevShift(s)
	t, t1, t2, t3 := chebyshev(s, w0)
	w1 := t1[s] / t2[s]
	b := make([]float64, s+1)
	for j := 2; j <= s; j++ {
		b[j] = t2[j] / (t1[j] * t1[j])
	}
	b[0], b[1] = b[2], b[2]
	scheme := &RKC2{First: b[1] * w1, Stages: make([]Stage, s-1)}
	gammaTilde := make([]float64, s+1)
	for j := 2; j <= s; j++ {
		share := b[j] / b[j-1]
		muTilde := 2 * w1 * share
		gammaTilde[j] = -(1 - b[j-1]*t[j-1]) * muTilde
		scheme.Stages[j-2] = Stage{Mu: 2 * w0 * share, Nu: -b[j] / b[j-2], MuTilde: muTilde, RateShare: muTilde + gammaTilde[j]}
	}
	scheme.weigh(gammaTilde)
	scheme.tell()
	scheme.ErrorConstant = (1 - b[s]*w1*w1*w1*t3[s]) / 6
	return scheme
}

// chebyshevShift returns w_0.
func chebyshevShift(s int) float64 { return 1 + chebyshevDamping/float64(s*s) }

// chebyshev returns T_j(w) and its first three derivatives for j = 0…s.
func chebyshev(s int, w float64) (t, t1, t2, t3 []float64) {
	t, t1, t2, t3 = make([]float64, s+1), make([]float64, s+1), make([]float64, s+1), make([]float64, s+1)
	t[0], t[1], t1[1] = 1, w, 1
	for j := 2; j <= s; j++ {
		t[j] = 2*w*t[j-1] - t[j-2]
		t1[j] = 2*t[j-1] + 2*w*t1[j-1] - t1[j-2]
		t2[j] = 4*t1[j-1] + 2*w*t2[j-1] - t2[j-2]
		t3[j] = 6*t2[j-1] + 2*w*t3[j-1] - t3[j-2]
	}
	return t, t1, t2, t3
}

// weigh follows the recursion backwards to find what share each rate has in d_s.
func (r *RKC2) weigh(gammaTilde []float64) {
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

// tell finds the times of the stages: c_j is what the recursion makes of F = 1.
func (r *RKC2) tell() {
	before, now := 0.0, r.First
	for j := range r.Stages {
		stage := &r.Stages[j]
		stage.Time = now
		before, now = now, stage.Mu*now+stage.Nu*before+stage.RateShare
	}
}

// RKC2Stages returns the smallest s ≥ 3 that is stable for a step dt, s, and a
// spectral radius ρ, 1/s.
func RKC2Stages(dt, radius float64) int {
	// β(s)/s² rises to this limit, (2/3)(1 − 2ε/15 + …).
	u := math.Sqrt(2 * chebyshevDamping)
	limit := 2 * (u/math.Tanh(u) - 1) / (u * u)
	s := max(3, int(math.Sqrt(dt*radius/limit)))
	for RKC2Step(s, radius) < dt {
		s++
	}
	return s
}

// RKC2Step returns the largest step, s, that s stages carry for a spectral radius
// ρ, 1/s; infinite for ρ = 0:
//
//	dt = (w_0 + 1)/(w_1 ρ),  w_1 = T_s'(w_0)/T_s''(w_0),  T_s(cosh α) = cosh(s α)
func RKC2Step(stages int, radius float64) float64 {
	s, w0 := float64(stages), chebyshevShift(stages)
	alpha := 2 * math.Asinh(math.Sqrt((w0-1)/2))
	sinh := math.Sinh(alpha)
	w1 := sinh / (s/math.Tanh(s*alpha) - w0/sinh)
	return (w0 + 1) / (w1 * radius)
}
