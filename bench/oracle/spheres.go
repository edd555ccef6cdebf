// Package oracle solves, without a grid, for what cells in a fluid come to: numbers to
// hold the engine's against.
package oracle

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue/quantity"
)

// Sphere is a cell that takes up and gives off over its whole surface.
type Sphere struct {
	At      r3.Vec  // µm
	Radius  float64 // a, µm
	Uptake  float64 // κ = k_on R, µm³/s
	Release float64 // q, molecules/s
}

// Medium is a fluid without end.
type Medium struct {
	Diffusion  float64 // D, µm²/s
	DecayRate  float64 // λ, 1/s
	Background float64 // c_0 without cells, nM; with decay, what is made everywhere keeps it up
}

// State is the steady state of a sphere.
type State struct {
	Surface float64 // mean density at its surface, nM
	Flux    float64 // net into it, molecules/s
}

// Scatter returns the steady state of spheres by multiple scattering (Foldy, Phys. Rev.
// 67 (1945) 107; Lax, Rev. Mod. Phys. 23 (1951) 287). Every sphere sends out a monopole
//
//	Q e^(−k(r − a))/(4π D r),   k = √(λ/D)
//
// and feels the mean over its surface of what the others send, φ_i = c_0 + Σ_j M_ij Q_j:
//
//	c_i = φ_i + Q_i/(4π D a_i)
//	(1 + k a_i) Q_i − 4π D a_i (cosh k a_i − sinh(k a_i)/(k a_i)) Σ_j m_ij Q_j = q_i − κ_i c_i
//
// with M_ij = m_ij sinh(k a_i)/(k a_i), m_ij = e^(−k(r − a_j))/(4π D r) the monopole's
// density at the centre of i, by the mean-value theorem of the Helmholtz equation. The
// left of the last line is what the sphere gives off net. The monopole is exact for one
// sphere; left out are the dipoles and more that neighbours induce, for two alike a
// distance r apart
//
//	(β − 1)/(β + 2) (a/r)⁴,   β = κ/(4π D a)
//
// of the uptake from afar to leading order; TestMonopolesSufficeForTwo holds it against
// exact solutions.
func Scatter(spheres []Sphere, m Medium) ([]State, error) {
	n := len(spheres)
	if n == 0 {
		return nil, nil
	}
	if err := apart(spheres); err != nil {
		return nil, err
	}
	k := math.Sqrt(m.DecayRate / m.Diffusion)
	matrix, right := mat.NewDense(n, n, nil), mat.NewVecDense(n, nil)
	for i, s := range spheres {
		encounter := 4 * math.Pi * m.Diffusion * s.Radius // µm³/s
		matrix.Set(i, i, 1+k*s.Radius+s.Uptake/encounter)
		right.SetVec(i, s.Release-s.Uptake*m.Background*quantity.MoleculesPerNanomolar)
		mean, within := evenly(k * s.Radius)
		for j, other := range spheres {
			if j != i {
				matrix.Set(i, j, monopole(s, other, m.Diffusion, k)*(s.Uptake*mean-encounter*within))
			}
		}
	}
	var sent mat.VecDense
	if err := sent.SolveVec(matrix, right); err != nil {
		return nil, fmt.Errorf("oracle: %d spheres: %w", n, err)
	}
	return states(spheres, m, k, sent.RawVector().Data), nil
}

// states returns what spheres come to that send out molecules/s.
func states(spheres []Sphere, m Medium, k float64, sent []float64) []State {
	all := make([]State, len(spheres))
	for i, s := range spheres {
		density := m.Background*quantity.MoleculesPerNanomolar + sent[i]/(4*math.Pi*m.Diffusion*s.Radius)
		mean, _ := evenly(k * s.Radius)
		for j, other := range spheres {
			if j != i {
				density += mean * monopole(s, other, m.Diffusion, k) * sent[j]
			}
		}
		all[i] = State{density / quantity.MoleculesPerNanomolar, s.Uptake*density - s.Release}
	}
	return all
}

// monopole returns m_ij, s/µm³: the density at the centre of a sphere per molecules/s that
// another sends.
func monopole(of, from Sphere, diffusion, k float64) float64 {
	r := r3.Norm(r3.Sub(of.At, from.At))
	return math.Exp(-k*(r-from.Radius)) / (4 * math.Pi * diffusion * r)
}

// evenly returns sinh x/x, the mean of a field over a sphere's surface over that at its
// centre, and cosh x − sinh x/x, what of it decays within over 4π D a.
func evenly(x float64) (mean, within float64) {
	if x < 1e-3 { // the next terms are x⁴/120 and x⁴/30
		return 1 + x*x/6, x * x / 3
	}
	mean = math.Sinh(x) / x
	return mean, math.Cosh(x) - mean
}

// apart refuses spheres that overlap, of which monopoles say nothing.
func apart(spheres []Sphere) error {
	for i, s := range spheres {
		for j, other := range spheres[:i] {
			if r := r3.Norm(r3.Sub(s.At, other.At)); r < s.Radius+other.Radius {
				return fmt.Errorf("oracle: spheres %d and %d: centres %g µm apart: want at least the sum of the radii, %g µm", j, i, r, s.Radius+other.Radius)
			}
		}
	}
	return nil
}
