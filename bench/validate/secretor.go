package validate

import (
	"fmt"
	"math"

	"github.com/cytofield/cytofield/render/figure"
)

func solitarySecretor() Case {
	return Case{
		ID:     "P08",
		Title:  "A solitary secretor: time to half of the steady density",
		Source: "Francis & Palsson, Proc. Natl. Acad. Sci. USA 94 (1997) 12258; exact for a point source without decay, C(r, t)/C(r, ∞) = erfc(r/√(4 D t)), so t50 = (r/0.953873)²/D",
		Setup: `q = 10 molecules/s; D = 10, 30, 100 µm²/s. Octants with no-flux mirror planes of voxels of 15.625 µm, an eighth
of the shorter distance, the source in the corner voxel, coupling plain; densities are means over 2000
directions. In time: half edge 750 µm, no-flux walls, to 87500 µm²/D; the images add 3e-4 at 250 µm by
t50. t50 is where C crosses half of its steady value, linear between 70 densities. The steady value: half
edges 375 and 750 µm with 0 held outside, to infinite space by A + B/W, which is exact for means over spheres;
16 decay times of the slowest mode, in as many stretches, and a quarter of their time beyond.
float32: four half units in the last place times the root of fastest over slowest rate, times what the limit
of the boxes amplifies.`,
		Observables: []Observable{
			{"t50(r=125,D=10)", 1717.2729205607284, "s", 0.03},
			{"t50(r=125,D=30)", 572.4243068535761, "s", 0.03},
			{"t50(r=125,D=100)", 171.72729205607283, "s", 0.03},
			{"t50(r=250,D=10)", 6869.0916822429135, "s", 0.03},
			{"t50(r=250,D=30)", 2289.6972274143045, "s", 0.03},
			{"t50(r=250,D=100)", 686.9091682242913, "s", 0.03},
		},
		observe: observeSecretor,
	}
}

func secretorRadii() []float64 { return []float64{125, 250} }

func observeSecretor(l *lab) error {
	l.draw(figure.Axis{Quantity: "t", Unit: "s"}, figure.Axis{Quantity: "share of the steady density"})
	for _, diffusion := range []float64{10, 30, 100} {
		steady, rounding, err := l.steadySecretor(diffusion)
		if err != nil {
			return err
		}
		if err := observeRise(l, diffusion, steady, rounding); err != nil {
			return err
		}
	}
	return nil
}

// steadySecretor returns the steady densities at both radii in infinite space.
func (l *lab) steadySecretor(diffusion float64) (steady []float64, rounding float64, err error) {
	var halfEdges, near, far []float64
	for _, n := range []int{24, 48} {
		const edge = 15.625 // µm
		size := float64(n) * edge
		set := append(cube(n, edge), fmt.Sprintf("substrates.cytokine.diffusion=%g um^2/s", diffusion),
			"substrates.cytokine.boundary={x+: {dirichlet: 0 nM}, y+: {dirichlet: 0 nM}, z+: {dirichlet: 0 nM}}",
			untilSteady(2*size, diffusion)) // an octant
		r, err := l.start("p08", set...)
		if err != nil {
			return nil, 0, err
		}
		if err := r.settle(1e-4, r.present); err != nil {
			return nil, 0, err
		}
		means, err := r.sphereMeans(secretorRadii())
		if err != nil {
			return nil, 0, err
		}
		near, far, halfEdges = append(near, means[0]), append(far, means[1]), append(halfEdges, size)
		rounding = r.rounding()
		if err := r.close(); err != nil {
			return nil, 0, err
		}
	}
	limit, err := newLimit(halfEdges...)
	return []float64{limit.of(near), limit.of(far)}, limit.amplification() * rounding, err
}

// observeRise follows the densities from the start to beyond half of the steady ones.
func observeRise(l *lab, diffusion float64, steady []float64, rounding float64) error {
	const densities = 70
	duration := 87500 / diffusion // s
	r, err := l.start("p08", fmt.Sprintf("substrates.cytokine.diffusion=%g um^2/s", diffusion), fmt.Sprintf("duration=%g s", duration))
	if err != nil {
		return err
	}
	rise := [][]figure.Point{{{}}, {{}}}
	for i := range densities {
		t := duration * float64(i+1) / densities
		if _, err := r.solver.Advance(l.ctx, t); err != nil {
			return err
		}
		means, err := r.sphereMeans(secretorRadii())
		if err != nil {
			return err
		}
		for k, mean := range means {
			rise[k] = append(rise[k], figure.Point{X: t, Y: mean / steady[k]})
		}
	}
	for k, radius := range secretorRadii() {
		l.read(fmt.Sprintf("t50(r=%g,D=%g)", radius, diffusion), crossing(rise[k], 0.5), rounding)
		if diffusion == 10 {
			l.trace(fmt.Sprintf("r = %g µm", radius), every(rise[k], 5), curve(1, duration, func(t float64) float64 {
				return math.Erfc(radius / math.Sqrt(4*diffusion*t))
			}))
		}
	}
	return nil
}

// crossing returns where a rising curve first crosses a level, linear between its points.
func crossing(rising []figure.Point, level float64) float64 {
	for i := 1; i < len(rising); i++ {
		if a, b := rising[i-1], rising[i]; b.Y >= level {
			return a.X + (b.X-a.X)*(level-a.Y)/(b.Y-a.Y)
		}
	}
	return math.NaN()
}

// every returns each n-th point.
func every(points []figure.Point, n int) []figure.Point {
	var some []figure.Point
	for i := 0; i < len(points); i += n {
		some = append(some, points[i])
	}
	return some
}
