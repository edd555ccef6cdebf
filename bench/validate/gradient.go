package validate

import (
	"math"

	"gonum.org/v1/gonum/spatial/r3"
	"gonum.org/v1/gonum/stat"

	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/tissue"
)

func wallGradient() Case {
	return Case{
		ID:     "A01",
		Title:  "Steady exponential gradient from a wall that gives off a flux",
		Source: "closed form, C(x) = (J λ/D) cosh((L − x)/λ)/sinh(L/λ), λ = √(D/k); checked by finite volumes of 20000 voxels to 8e-9",
		Setup: `D = 10 µm²/s, k = 1e-3/s, L = 500 µm, J = 0.5 molecules/(µm² s); λ = 100 µm. A line of 250 voxels of 2 µm × 10
µm × 10 µm, no-flux all round. A cell in the first layer exports J × 100 µm² = 50 molecules/s: in finite
volumes that is the wall's flux. Run to 20/k and a quarter beyond, in stretches of 1.25/k. Densities at a wall
are a parabola through the three nearest voxel centres, others linear between centres (error h²/8λ² = 5e-5).
The decay length is a least-squares line through ln C over the centres from 50 to 250 µm.
float32: four half units in the last place times the root of fastest over slowest rate, 2.4e-5.`,
		Observables: []Observable{
			{"C(0)", 5.000454019910097, "molec/um^3", 0.01},
			{"C(100)", 1.8400977951883029, "molec/um^3", 0.005},
			{"C(250)", 0.41320917463773893, "molec/um^3", 0.005},
			{"C(500)", 0.06738252915294544, "molec/um^3", 0.005},
			{"total per area", 500, "molec/um^2", 1e-6},
			{"fitted decay length 50..250um (semi-infinite fit)", 100, "um", 0.02},
		},
		observe: observeGradient,
	}
}

func observeGradient(l *lab) error {
	r, err := l.start("a01")
	if err != nil {
		return err
	}
	if err := r.settle(1e-7, r.present); err != nil {
		return err
	}
	g, rounding := r.model.Grid, r.rounding()
	field := tissue.NewField(g)
	if err := r.solver.Read(0, field); err != nil {
		return err
	}
	c, n := field.Values, len(field.Values)
	l.read("C(0)", molecules(atWall(c[0], c[1], c[2])), rounding)
	l.read("C(500)", molecules(atWall(c[n-1], c[n-2], c[n-3])), rounding)
	traceGradient(l, field)
	density, err := r.gather(r3.Vec{X: 100, Y: 5, Z: 5}, r3.Vec{X: 250, Y: 5, Z: 5})
	if err != nil {
		return err
	}
	l.read("C(100)", molecules(density[0]), rounding)
	l.read("C(250)", molecules(density[1]), rounding)
	l.read("fitted decay length 50..250um (semi-infinite fit)", decayLength(field, 50, 250), rounding)
	present, err := r.present()
	l.read("total per area", present/(g.Spacing[1]*g.Spacing[2]), rounding)
	return err
}

func traceGradient(l *lab, f *tissue.Field) {
	const flux, diffusion, length, size = 0.5, 10, 100, 500 // molecules/(µm² s), µm²/s, µm, µm
	var observed []figure.Point
	for i := 0; i < f.Grid.Shape[0]; i += 16 {
		observed = append(observed, figure.Point{X: f.Grid.Centre(i, 0, 0).X, Y: molecules(f.At(i, 0, 0))})
	}
	l.draw(figure.Axis{Quantity: "x", Unit: "µm"}, figure.Axis{Quantity: "C", Unit: "molecules/µm³", Log: true})
	l.trace("", observed, curve(0, size, func(x float64) float64 {
		return flux * length / diffusion * math.Cosh((size-x)/length) / math.Sinh(size/length)
	}))
}

// atWall extrapolates from the centres of the three voxels nearest to a wall, half
// a voxel away, by a parabola.
func atWall(first, second, third float64) float64 { return (15*first - 10*second + 3*third) / 8 }

// decayLength returns −1/slope of the least-squares line through the logarithm of
// a field along x, µm.
func decayLength(f *tissue.Field, from, to float64) float64 {
	var x, logarithm []float64
	for i := range f.Grid.Shape[0] {
		if at := f.Grid.Centre(i, 0, 0).X; at >= from && at <= to {
			x, logarithm = append(x, at), append(logarithm, math.Log(f.At(i, 0, 0)))
		}
	}
	_, slope := stat.LinearRegression(x, logarithm, nil, false)
	return -1 / slope
}
