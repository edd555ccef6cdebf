package engine

import (
	"math"

	"gonum.org/v1/gonum/integrate/quad"
)

// latticeSelfTerm returns W/h of the seven-point stencil, 1/µm: a steady source
// of q molecules/s in one voxel of an infinite grid raises its own voxel to
//
//	c = (q/D) W/h,   W/h = 1/V ∫₀^∞ Π_axes exp(−2t/h_i²) I₀(2t/h_i²) dt
//
// For cubes W = 0.2527310098586630, Watson's third integral over 6 (Watson, Q. J.
// Math. os-10 (1939) 266). Spacings in µm.
func latticeSelfTerm(spacing [3]float64) float64 {
	volume := spacing[0] * spacing[1] * spacing[2]
	h := math.Cbrt(volume)
	returnProbability := func(t float64) float64 { // t in units of h²
		p := 1.0
		for _, edge := range spacing {
			p *= scaledBesselI0(2 * t * h * h / (edge * edge))
		}
		return p
	}
	// t = u²/(1−u)² maps [0, 1) to [0, ∞) and makes the t^(−3/2) tail smooth.
	integrand := func(u float64) float64 {
		r := u / (1 - u)
		return returnProbability(r*r) * 2 * r / ((1 - u) * (1 - u))
	}
	const nodes = 400 // 1e-12 of Watson's value; a test holds 1e-10
	return quad.Fixed(integrand, 0, 1, nodes, quad.Legendre{}, 0) * h * h / volume
}

// scaledBesselI0 returns exp(−x) I₀(x) for x ≥ 0: the mean of exp(−x (1 − cos θ))
// over a period, whose trapezoidal sum converges exponentially; from x = 700 on,
// where more nodes than that would be needed, Hankel's asymptotic series
// (Abramowitz & Stegun 9.7.1), whose next term is below 1e-13 there.
func scaledBesselI0(x float64) float64 {
	if x > 700 {
		y := 1 / (8 * x)
		return (1 + y*(1+y*(9./2+y*(225./6+y*11025./24)))) / math.Sqrt(2*math.Pi*x)
	}
	const nodes = 256
	sum := 0.0
	for i := range nodes {
		sum += math.Exp(-x * (1 - math.Cos(2*math.Pi*float64(i)/nodes)))
	}
	return sum / nodes
}
