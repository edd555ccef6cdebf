package validate

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"

	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/tissue"
)

func turingPair() Case {
	return Case{
		ID:     "A17",
		Title:  "Growth of waves in an activator and its inhibitor (Schnakenberg)",
		Source: "linear theory: largest real part of the eigenvalues of r J − diag(D_u, D_v) k²; a spectral run of m = 2 gives 2.998968e-4/s",
		Setup: `a = 0.1, b = 0.9, D_u = 10 µm²/s, D_v = 400 µm²/s, r = 1e-3/s; a periodic line of 2000 µm, 200 voxels of 10 µm, from
the uniform state with a cosine of 1e-6 in u (1e-3 on float32 devices, where 1e-6 drowns in rounding). The rate
is a least-squares line through the logarithm of the projection on the cosine, each 100 s from 2000 to 4000 s,
when the other eigenvector has faded to e^(−8). Fastest: the parabola through the rates of boxes of 1350, 1500
and 1650 µm with m = 1, of 200 voxels too. Critical D_v/D_u: the fastest rates so found with boxes of 970, 1075
and 1180 µm at 8.2 and 9, linear to zero. rtol 1e-6 (1e-5 on float32 devices).
float32: rounding of 1 by 64 half units in the last place against a wave of 1e-3 over the exponent.`,
		Observables: []Observable{
			{"growth rate mode m=1", 0.0003623319972274182, "1/s", 0.02},
			{"growth rate mode m=2", 0.00029989887383163703, "1/s", 0.02},
			{"growth rate mode m=3", -0.00013772465934784605, "1/s", 0.02},
			{"growth rate mode m=4", -0.0008075467270900276, "1/s", 0.02},
			{"fastest growth rate", 0.00041101121157750955, "1/s", 0.02},
			{"fastest wavelength", 1494.0633937375414, "um", 0.02},
			{"critical Dv/Du", 8.567627457812106, "", 0.01},
		},
		observe: observeTuring,
	}
}

func observeTuring(l *lab) error {
	l.draw(figure.Axis{Quantity: "k", Unit: "1/mm"}, figure.Axis{Quantity: "growth rate", Unit: "1/ks"})
	const size, inhibitor = 2000., 400. // µm, µm²/s
	var observed []figure.Point
	for m := 1; m <= 4; m++ {
		rate, err := l.growth(size, inhibitor, m)
		if err != nil {
			return err
		}
		l.read(fmt.Sprintf("growth rate mode m=%d", m), rate, l.growthRounding(rate))
		observed = append(observed, figure.Point{X: 2000 * math.Pi * float64(m) / size, Y: 1000 * rate})
	}
	l.trace("", observed, curve(0.1, 13, func(k float64) float64 { return 1000 * turingRate(k/1000, inhibitor) }))
	rate, wavelength, err := l.fastest(inhibitor, 1500, 150)
	if err != nil {
		return err
	}
	l.read("fastest growth rate", rate, l.growthRounding(rate))
	l.read("fastest wavelength", wavelength, l.growthRounding(rate))
	const below, above = 8.2, 9. // D_v/D_u
	const activator = 10         // µm²/s
	falling, _, err := l.fastest(below*activator, 1075, 105)
	if err != nil {
		return err
	}
	growing, _, err := l.fastest(above*activator, 1075, 105)
	l.read("critical Dv/Du", below+(above-below)*falling/(falling-growing), l.growthRounding(growing-falling))
	return err
}

// growthRounding is the float32 error of a growth rate over 2000 s, relative.
func (l *lab) growthRounding(rate float64) float64 { return accumulated / 1e-3 / math.Abs(2000*rate) }

// fastest returns the largest growth rate and its wavelength, µm, by boxes around one.
func (l *lab) fastest(inhibitor, around, by float64) (rate, wavelength float64, err error) {
	var rates [3]float64
	for i := range rates {
		if rates[i], err = l.growth(around+float64(i-1)*by, inhibitor, 1); err != nil {
			return 0, 0, err
		}
	}
	at, rate := vertex(rates[0], rates[1], rates[2])
	return rate, around + at*by, nil
}

// growth returns the rate at which the m-th wave of a box grows, 1/s.
func (l *lab) growth(size, inhibitor float64, m int) (float64, error) {
	r, err := l.start("a17", fmt.Sprintf("domain.size=[%g um, 10 um, 10 um]", size),
		fmt.Sprintf("domain.voxel=[%g um, 10 um, 10 um]", size/200), fmt.Sprintf("substrates.v.diffusion=%g um^2/s", inhibitor))
	if err != nil {
		return 0, err
	}
	amplitude := 1e-6
	if l.single {
		amplitude = 1e-3
	}
	wave := func(x float64) float64 { return math.Cos(2 * math.Pi * float64(m) * x / size) }
	const u, v = 1, 0.9 // a + b, b/(a + b)²
	if err := r.write(0, func(x float64) float64 { return u + amplitude*wave(x) }); err != nil {
		return 0, err
	}
	if err := r.write(1, func(float64) float64 { return v }); err != nil {
		return 0, err
	}
	var times, logarithms []float64
	f := tissue.NewField(r.model.Grid)
	for t := 2000.; t <= r.model.Duration; t += 100 {
		if _, err := r.solver.Advance(l.ctx, t); err != nil {
			return 0, err
		}
		if err := r.solver.Read(0, f); err != nil {
			return 0, err
		}
		projection := 0.0
		for i, c := range f.Values {
			projection += (c - u) * wave(f.Grid.Centre(i, 0, 0).X)
		}
		times, logarithms = append(times, t), append(logarithms, math.Log(math.Abs(projection)))
	}
	_, slope := stat.LinearRegression(times, logarithms, nil, false)
	return slope, r.close()
}

// turingRate returns Source's rate for a wave number, 1/µm; 1/s.
func turingRate(k, inhibitor float64) float64 {
	const a, b, r, activator = 0.1, 0.9, 1e-3, 10
	fu, fv := r*(b-a)/(a+b)-activator*k*k, r*(a+b)*(a+b)
	gu, gv := -2*r*b/(a+b), -r*(a+b)*(a+b)-inhibitor*k*k
	half := (fu + gv) / 2
	return half + math.Sqrt(max(0, half*half-fu*gv+fv*gu))
}
