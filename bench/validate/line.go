package validate

import (
	"math"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/render/figure"
)

func lineSource() Case {
	return Case{
		ID:     "A05",
		Title:  "Line source and secreting disc in a plane that consumes",
		Source: "closed form, C(r) = q K₀(r/λ)/(2π D), around a disc of radius a over (a/λ) K₁(a/λ); checked by cylindrical finite volumes to 1e-7",
		Setup: `q = 1 molecule/(µm s), D = 10 µm²/s, k = 1e-3/s, a = 5 µm; λ = 100 µm. One quadrant of a square of half edge
600 µm = 6 λ, 120² voxels of 5 µm and 10 µm thick, no-flux walls: those through the source are its mirror
lines, the images in the far ones add 2e-3 at 300 µm and less nearer. Line: a cell in the corner voxel exports
q × 10 µm/4; mirrored, the source fills 2 × 2 voxels. Disc: 2000 cells on a quadrant of its rim export the
same between them; its inside is fluid and decays too, which the closed form leaves out: C is lower by 1 −
I₀(a/λ) (a/λ) K₁(a/λ) = 4e-3. C(5) comes from quadrants of half edge 30 µm with C = 0 outside, of 1 and 0.5 µm, extrapolated linearly
to none, since the ring the cells land in is a voxel thick; what these walls change is put right by the
difference between the large box and the small one with voxels of 5 µm. C(r) is the mean over 500
directions, linear between centres. Runs go in sixteen stretches and a quarter of their time beyond.
float32: four half units in the last place times the root of fastest over slowest rate, added up over the
boxes.`,
		Observables: []Observable{
			{"point C(r=20)", 0.02789514823835275, "molec/um^3", 0.01},
			{"point C(r=50)", 0.014712586467430186, "molec/um^3", 0.01},
			{"point C(r=100)", 0.006700812050849712, "molec/um^3", 0.01},
			{"point C(r=200)", 0.0018126772835967558, "molec/um^3", 0.01},
			{"point C(r=300)", 0.0005528963843638923, "molec/um^3", 0.01},
			{"disc C(r=5)", 0.04978943719748555, "molec/um^3", 0.02},
			{"disc C(r=50)", 0.014779334133360359, "molec/um^3", 0.02},
			{"disc C(r=100)", 0.006731212114442957, "molec/um^3", 0.02},
		},
		observe: func(l *lab) error {
			l.draw(figure.Axis{Quantity: "r", Unit: "µm"}, figure.Axis{Quantity: "C", Unit: "molecules/µm³", Log: true})
			if err := observeLine(l); err != nil {
				return err
			}
			return observeDisc(l)
		},
	}
}

// Of the plane of a05.yaml.
const (
	planeDiffusion = 10.  // µm²/s
	planeLength    = 100. // λ, µm
	discRadius     = 5.   // µm
	rimCells       = 2000 // on a quadrant of the disc's rim
)

func observeLine(l *lab) error {
	m, o, err := l.load("a05")
	if err != nil {
		return err
	}
	m.Cells.Add(0, r3.Vec{})
	r, err := l.startModel("a05", m, o)
	if err != nil {
		return err
	}
	if err := r.settle(1e-6, r.present); err != nil {
		return err
	}
	for radius, name := range map[float64]string{20: "point C(r=20)", 50: "point C(r=50)", 100: "point C(r=100)", 200: "point C(r=200)", 300: "point C(r=300)"} {
		mean, err := r.ringMean(radius)
		if err != nil {
			return err
		}
		l.read(name, molecules(mean), r.rounding())
	}
	observed, err := samples(15, 10, 400, func(radius float64) (float64, error) {
		mean, err := r.ringMean(radius)
		return molecules(mean), err
	})
	l.trace("line", observed, curve(5, 400, func(radius float64) float64 {
		return besselK(0, radius/planeLength) / (2 * math.Pi * planeDiffusion)
	}))
	return err
}

// startDisc runs a quadrant of n² voxels of an edge, µm, with C = 0 held at the far
// walls or not.
func (l *lab) startDisc(n int, edge float64, held bool, duration string) (*run, error) {
	set := append(square(n, edge), "duration="+duration)
	if held {
		set = append(set, "substrates.cytokine.boundary={x+: {dirichlet: 0 nM}, y+: {dirichlet: 0 nM}}")
	}
	m, o, err := l.load("a05", set...)
	if err != nil {
		return nil, err
	}
	for i := range rimCells {
		sin, cos := math.Sincos(math.Pi / 2 * (float64(i) + 0.5) / rimCells)
		m.Cells.Add(0, r3.Vec{X: discRadius * cos, Y: discRadius * sin})
	}
	m.CellTypes[0].Exchange[0].NetExportRate /= rimCells
	r, err := l.startModel("a05", m, o)
	if err != nil {
		return nil, err
	}
	return r, r.settle(1e-4, r.present)
}

func observeDisc(l *lab) error {
	large, err := l.startDisc(120, 5, false, "16000 s")
	if err != nil {
		return err
	}
	rounding := large.rounding()
	for radius, name := range map[float64]string{50: "disc C(r=50)", 100: "disc C(r=100)"} {
		mean, err := large.ringMean(radius)
		if err != nil {
			return err
		}
		l.read(name, molecules(mean), rounding)
	}
	rim, err := large.ringMean(discRadius)
	if err != nil {
		return err
	}
	for _, small := range []struct{ n, edge, weight float64 }{{6, 5, -1}, {30, 1, -1}, {60, 0.5, 2}} {
		r, err := l.startDisc(int(small.n), small.edge, true, "1000 s")
		if err != nil {
			return err
		}
		mean, err := r.ringMean(discRadius)
		if err != nil {
			return err
		}
		rim += small.weight * mean
		rounding += math.Abs(small.weight) * r.rounding()
	}
	l.read("disc C(r=5)", molecules(rim), rounding)
	const relative = discRadius / planeLength
	l.trace("disc", l.profile("disc C(r=%g)", 5, 50, 100), curve(5, 400, func(radius float64) float64 {
		return besselK(0, radius/planeLength) / (2 * math.Pi * planeDiffusion * relative * besselK(1, relative))
	}))
	return nil
}

// ringMean returns the mean density on a quarter of a circle about the corner of a
// plane.
func (r *run) ringMean(radius float64) (float64, error) {
	points := make([]r3.Vec, 500)
	for i := range points {
		sin, cos := math.Sincos(math.Pi / 2 * (float64(i) + 0.5) / float64(len(points)))
		points[i] = r3.Vec{X: radius * cos, Y: radius * sin, Z: r.model.Grid.Size()[2] / 2}
	}
	return r.mean(points)
}

// besselK returns the modified Bessel function of the second kind,
//
//	K_n(x) = ∫₀^∞ exp(−x cosh t) cosh(n t) dt
//
// by the trapezoidal rule, which converges exponentially. Abramowitz & Stegun 9.6.24.
func besselK(n int, x float64) float64 {
	const step = 0.05
	sum := 0.5 * math.Exp(-x)
	for t := step; t < 12; t += step {
		sum += math.Exp(-x*math.Cosh(t)) * math.Cosh(float64(n)*t)
	}
	return sum * step
}
