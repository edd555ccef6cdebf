package validate

import (
	"fmt"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/tissue"
)

func fisherFront() Case {
	return Case{
		ID:     "A13",
		Title:  "Fisher-KPP front of a cytokine that activates its own release",
		Source: "Fisher, Ann. Eugen. 7 (1937) 355; Kolmogorov, Petrovsky & Piskunov (1937): speed 2 √(r D), at finite times less by (3/2t) √(D/r) (Bramson 1983); positions by Strang splitting and Crank-Nicolson, 0.5 µm and 2 s",
		Setup: `D = 10 µm²/s, r = 1e-3/s, L = 4000 µm; a line of 2000 voxels of 2 µm, no-flux; u = 1 for x < 200 µm and 0 beyond
at the start. x(u = 0.5) is linear between centres. The asymptotic speed is what the speed v of both stretches,
from 5000 to 10000 s and from there to 15000 s, tends to as v + B/t, with t the logarithmic mean of the
stretch. rtol 1e-4 (1e-5 at least on float32 devices).
float32: 64 half units in the last place, as between the two solvers.`,
		Observables: []Observable{
			{"asymptotic speed", 0.2, "um/s", 0.05},
			{"mean speed of u=0.5 level, 5000-10000 s", 0.17337660394219434, "um/s", 0.01},
			{"mean speed 10000-15000 s", 0.18582091605310233, "um/s", 0.01},
			{"x(u=0.5) at 5000 s", 782.2640092826907, "um", 0.01},
			{"x(u=0.5) at 10000 s", 1649.1470289936624, "um", 0.01},
			{"x(u=0.5) at 15000 s", 2578.251609259174, "um", 0.01},
		},
		observe: observeFront,
	}
}

func observeFront(l *lab) error {
	r, err := l.start("a13")
	if err != nil {
		return err
	}
	f := tissue.NewField(r.model.Grid)
	for i := range f.Values {
		if f.Grid.Centre(i, 0, 0).X < 200 {
			f.Values[i] = 1
		}
	}
	if err := r.solver.Write(0, f); err != nil {
		return err
	}
	l.draw(figure.Axis{Quantity: "x", Unit: "µm"}, figure.Axis{Quantity: "u"})
	l.chart.Lines = ""
	var at [3]float64
	for i, t := range []float64{5000, 10000, 15000} {
		profile, err := r.alongX(t)
		if err != nil {
			return err
		}
		at[i] = falls(profile, 0.5)
		l.read(fmt.Sprintf("x(u=0.5) at %g s", t), at[i], accumulated)
		l.trace(fmt.Sprintf("%g s", t), every(profile, 20), nil)
	}
	early, late := (at[1]-at[0])/5000, (at[2]-at[1])/5000
	l.read("mean speed of u=0.5 level, 5000-10000 s", early, accumulated)
	l.read("mean speed 10000-15000 s", late, accumulated)
	// The mean of 1/t over a stretch is ln(t2/t1)/(t2 − t1): ln 2 and ln 1.5 over 5000 s.
	const ln2, ln15 = 0.6931471805599453, 0.4054651081081644
	l.read("asymptotic speed", (ln2*late-ln15*early)/(ln2-ln15), accumulated)
	return nil
}

// alongX advances to a time and returns the first substrate along the first row.
func (r *run) alongX(t float64) ([]figure.Point, error) {
	if _, err := r.solver.Advance(r.lab.ctx, t); err != nil {
		return nil, err
	}
	g := r.model.Grid
	at := make([]r3.Vec, g.Shape[0])
	for i := range at {
		at[i] = g.Centre(i, 0, 0)
	}
	density, err := r.gather(at...)
	profile := make([]figure.Point, len(density))
	for i, c := range density {
		profile[i] = figure.Point{X: at[i].X, Y: c}
	}
	return profile, err
}

// falls returns the last place where a curve falls through a level, linear between
// its points.
func falls(curve []figure.Point, level float64) float64 {
	for i := len(curve) - 1; i > 0; i-- {
		if a, b := curve[i-1], curve[i]; a.Y >= level && b.Y < level {
			return a.X + (b.X-a.X)*(a.Y-level)/(a.Y-b.Y)
		}
	}
	return 0
}
