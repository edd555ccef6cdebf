package oracle

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue/quantity"
)

// The published numbers are those of cases A11 and P01.
func TestOneSphereIsTheTextbooks(t *testing.T) {
	const perReceptor = 0.05147671108238925 // k_on, µm³/s
	for _, tc := range []struct {
		name          string
		receptors     float64
		release       float64
		background    float64 // nM
		surface, flux float64
		tol           float64
	}{
		{"A11, R = 1e4", 1e4, 0, 1e-3, 1e-3 * 0.5496688156019974, 0.1703973328366192, 1e-12},
		{"A11, R = 1500", 1500, 0, 1e-3, math.NaN(), 0.04141094313364284, 1e-12},
		{"P01, R = 0", 0, 10, 0, 26.428300073792254e-3, -10, 1e-12},
		{"P01, R = 1e4", 1e4, 10, 0, 14.526812399935567e-3, -10 * (1 - 0.4503311843980026), 1e-12},
	} {
		got, err := Scatter([]Sphere{{Radius: 5, Uptake: perReceptor * tc.receptors, Release: tc.release}}, Medium{Diffusion: 10, Background: tc.background})
		if err != nil {
			t.Fatal(err)
		}
		if off := math.Abs(got[0].Surface/tc.surface - 1); off > tc.tol {
			t.Errorf("%s: surface %.10g nM, want %.10g", tc.name, got[0].Surface, tc.surface)
		}
		if off := math.Abs(got[0].Flux/tc.flux - 1); off > tc.tol {
			t.Errorf("%s: flux %.10g molecules/s, want %.10g", tc.name, got[0].Flux, tc.flux)
		}
	}
}

// A sphere that gives off q among decay is at q/(4π D a (1 + k a)), and a small one far
// away sees e^(−k(r − a)) a/r of it.
func TestDecayScreensSpheres(t *testing.T) {
	const diffusion, decay, a, r, q = 10., 0.1, 5., 40., 3.
	got, err := Scatter([]Sphere{{Radius: a, Release: q}, {At: r3.Vec{X: r}, Radius: 1e-3}}, Medium{Diffusion: diffusion, DecayRate: decay})
	if err != nil {
		t.Fatal(err)
	}
	k := math.Sqrt(decay / diffusion)
	near := q / (4 * math.Pi * diffusion * a * (1 + k*a)) / quantity.MoleculesPerNanomolar
	far := near * math.Exp(-k*(r-a)) * a / r
	for i, want := range []float64{near, far} {
		if math.Abs(got[i].Surface/want-1) > 1e-6 { // k × the small one's radius squared
			t.Errorf("sphere %d: %.9g nM, want %.9g", i, got[i].Surface, want)
		}
	}
}

// What spheres give off and what decays about them balance: an inert sphere beside a
// source lets nothing through.
func TestInertSpheresTakeNothing(t *testing.T) {
	got, err := Scatter([]Sphere{{Radius: 5, Release: 1}, {At: r3.Vec{Z: 15}, Radius: 4}}, Medium{Diffusion: 10, DecayRate: 0.05})
	if err != nil {
		t.Fatal(err)
	}
	if got[1].Flux != 0 || !(got[1].Surface > 0) {
		t.Errorf("flux %g, surface %g nM", got[1].Flux, got[1].Surface)
	}
}

// twoSpheres returns the uptake of each of two alike a distance r radii apart from a
// background c_0, over 4π D a c_0, by all multipoles: with β = κ/(4π D a),
//
//	−(n+1) A_n + n B_n = β (A_n + B_n + δ_n0),   B_n = Σ_m C(m+n, n) A_m/r^(m+n+1)
//
// A_n (a/r)^(n+1) P_n are what one sends, the axes of both pointing at the other, and B_n
// (r/a)^n P_n what it feels (Hobson, Spherical Harmonics (1931) §89).
func twoSpheres(r, beta float64) float64 {
	const most = 60
	matrix, right := mat.NewDense(most, most, nil), mat.NewVecDense(most, nil)
	right.SetVec(0, beta)
	for n := range most {
		matrix.Set(n, n, -float64(n+1)-beta)
		for m := range most {
			a, _ := math.Lgamma(float64(m + n + 1))
			b, _ := math.Lgamma(float64(m + 1))
			c, _ := math.Lgamma(float64(n + 1))
			shift := math.Exp(a - b - c - float64(m+n+1)*math.Log(r))
			matrix.Set(n, m, matrix.At(n, m)+(float64(n)-beta)*shift)
		}
	}
	var sent mat.VecDense
	if err := sent.SolveVec(matrix, right); err != nil {
		panic(err)
	}
	return -sent.AtVec(0)
}

// Perfect absorbers are charged spheres, whose series of images is known: the charge of
// each of two at one potential is sinh μ Σ (−1)^(n+1)/sinh nμ, cosh μ = r/2 (Maxwell,
// Treatise (1873) §173).
func TestAllMultipolesAreTheImageCharges(t *testing.T) {
	for _, r := range []float64{2.1, 3, 5} {
		mu, want := math.Acosh(r/2), 0.0
		for n := 1; n < 400; n++ {
			want += math.Sinh(mu) / math.Sinh(float64(n)*mu) * (1 - 2*float64((n+1)%2))
		}
		if got := twoSpheres(r, 1e12); math.Abs(got/want-1) > 1e-8 {
			t.Errorf("r = %g: %.9g, want %.9g", r, got, want)
		}
	}
}

// The error is that of the multipoles each sends back at the other's monopole, to first
// order: those of n answer B_n with (n − β)/(n + 1 + β), and are felt by r^(−n−1).
func TestMonopolesSufficeForTwo(t *testing.T) {
	const a, diffusion, background = 5., 10., 1e-3
	for _, tc := range []struct{ r, beta float64 }{
		{2.02, 0.82}, // R = 1e4, touching
		{2.02, 8.2},  // R = 1e5
		{2.02, 1e9},  // perfect absorbers
		{3, 0.82},
		{3, 8.2},
		{5, 1e9},
	} {
		tol := 0.0
		for n := 1.; n < 60; n++ {
			tol += math.Abs(n-tc.beta) / (n + 1 + tc.beta) * math.Pow(tc.r, -2*n-2)
		}
		t.Run(fmt.Sprintf("r=%g a/beta=%g", tc.r, tc.beta), func(t *testing.T) {
			s := Sphere{Radius: a, Uptake: tc.beta * 4 * math.Pi * diffusion * a}
			other := s
			other.At.Y = tc.r * a
			got, err := Scatter([]Sphere{s, other}, Medium{Diffusion: diffusion, Background: background})
			if err != nil {
				t.Fatal(err)
			}
			want := twoSpheres(tc.r, tc.beta) * 4 * math.Pi * diffusion * a * background * quantity.MoleculesPerNanomolar
			off := got[0].Flux/want - 1
			if t.Logf("off by %.2g, bound %.2g", off, tol); math.Abs(off) > tol {
				t.Errorf("%.6g molecules/s is off %.6g by %.2g", got[0].Flux, want, off)
			}
		})
	}
}

func TestOverlappingSpheresAreRefused(t *testing.T) {
	_, err := Scatter([]Sphere{{Radius: 5}, {At: r3.Vec{X: 9}, Radius: 5}}, Medium{Diffusion: 10})
	if err == nil || !strings.Contains(err.Error(), "spheres 0 and 1: centres 9 µm apart: want at least the sum of the radii, 10 µm") {
		t.Errorf("error %v", err)
	}
}
