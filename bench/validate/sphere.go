package validate

import (
	"math"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/render/figure"
)

func pointSource() Case {
	return Case{
		ID:     "A04",
		Title:  "Point source in a medium that consumes (Yukawa)",
		Source: "closed form, C(r) = q e^(−r/λ)/(4π D r); checked by spherical finite volumes of 40000 shells to 3e-8",
		Setup: `q = 10 molecules/s, D = 10 µm²/s, k = 1e-3/s; λ = 100 µm. One octant of a box of half edge 600 µm = 6 λ, 120³
voxels of 5 µm, no-flux walls: those through the source are its mirror planes, and the images in the far ones
add less than 1e-4 at 200 µm. A cell in the corner voxel exports q/8, coupling plain: mirrored, the source
fills 2 × 2 × 2 voxels. C(r) is the mean over 2000 directions, linear between centres. Scheme steady.
No correction.
float32: four half units in the last place times the root of fastest over slowest rate, 1.7e-5.`,
		Observables: []Observable{
			{"C(r=20)", 0.0032576261603427703, "molec/um^3", 0.02},
			{"C(r=50)", 0.0009653235263005392, "molec/um^3", 0.02},
			{"C(r=100)", 0.00029274915762159587, "molec/um^3", 0.02},
			{"C(r=200)", 5.3848198254621585e-05, "molec/um^3", 0.02},
			{"total molecules in infinite domain", 10000, "molec", 1e-6},
		},
		observe: observePointSource,
	}
}

func observePointSource(l *lab) error {
	r, err := l.start("a04")
	if err != nil {
		return err
	}
	if err := r.settle(1e-6, r.present); err != nil {
		return err
	}
	for radius, name := range map[float64]string{20: "C(r=20)", 50: "C(r=50)", 100: "C(r=100)", 200: "C(r=200)"} {
		mean, err := r.sphereMean(radius, true)
		if err != nil {
			return err
		}
		l.read(name, molecules(mean), r.rounding())
	}
	observed, err := samples(14, 10, 300, func(radius float64) (float64, error) {
		mean, err := r.sphereMean(radius, true)
		return molecules(mean), err
	})
	if err != nil {
		return err
	}
	l.draw(figure.Axis{Quantity: "r", Unit: "µm"}, figure.Axis{Quantity: "C", Unit: "molecules/µm³", Log: true})
	l.trace("", observed, curve(10, 300, yukawa))
	present, err := r.present()
	l.read("total molecules in infinite domain", 8*present, r.rounding())
	return err
}

// yukawa returns the density at a distance, µm, from the point source of A04.
func yukawa(r float64) float64 {
	const released, diffusion, length = 10, 10, 100 // molecules/s, µm²/s, µm
	return released / (4 * math.Pi * diffusion) * math.Exp(-r/length) / r
}

func secretingSphere() Case {
	return Case{
		ID:     "A03",
		Title:  "Secreting sphere of finite radius in a medium that consumes",
		Source: "closed form, C(r) = q/(4π D (1 + a/λ)) e^(−(r − a)/λ)/r from r = a on; checked by spherical finite volumes of 40000 shells to 3e-7",
		Setup: `q = 10 molecules/s, D = 10 µm²/s, k = 1e-3/s, a = 5 µm; λ = 100 µm. The sphere is resolved: 8000 cells spread
evenly over an octant of its surface export q/8 between them, coupling plain. Its inside is fluid and decays
too, which the closed form leaves out: C is lower by (a/λ)²/3 = 8e-4. Octants with no-flux mirror planes, in
three boxes: half edge 600 µm of 10 µm voxels, no-flux outside; 200 µm of 2.5 µm; 30 µm of 1 and 0.5 µm, these
two with C = 0 outside. What the walls of a small box change is smooth, and is put right by the difference
between the next larger box and the small box run with the voxels of the larger (10 and 2.5 µm). C(r) is the
mean over 2000 directions. r = 5, 10: small boxes; 20, 50, 100: middle box; 200: large box. The shell the
cells land in is a voxel thick, which lowers C(a) in proportion to the voxel: C(5) is extrapolated linearly
from 1 and 0.5 µm to none. Scheme steady.
float32: four half units in the last place times the root of fastest over slowest rate, added up over the
boxes.`,
		Observables: []Observable{
			{"C(r=5)", 0.015157613627799554, "molec/um^3", 0.02},
			{"C(r=10)", 0.007209184043987975, "molec/um^3", 0.02},
			{"C(r=20)", 0.0032615697382540583, "molec/um^3", 0.01},
			{"C(r=50)", 0.0009664921160490832, "molec/um^3", 0.01},
			{"C(r=100)", 0.0002931035503771548, "molec/um^3", 0.01},
			{"C(r=200)", 5.39133851590567e-05, "molec/um^3", 0.01},
			{"C(r=10) in pM", 11.971131747488371, "pM", 0.02},
		},
		observe: observeSphere,
	}
}

// sphereCells are the cells of a03.yaml, which share the export of an octant.
const sphereCells = 8000

// startSphere starts the octant of n³ voxels of an edge, µm, with C = 0 held at the
// far walls or not, and runs it.
func (l *lab) startSphere(n int, edge float64, held bool, duration string) (*run, error) {
	set := append(cube(n, edge), "duration="+duration)
	if !held {
		set = append(set, "substrates.cytokine.boundary=no-flux")
	}
	m, o, err := l.load("a03", set...)
	if err != nil {
		return nil, err
	}
	const radius = 5 // µm
	for _, p := range spiral(sphereCells) {
		m.Cells.Add(0, r3.Scale(radius, fold(p)))
	}
	r, err := l.startModel("a03", m, o)
	if err != nil {
		return nil, err
	}
	return r, r.settle(1e-4, r.present)
}

func observeSphere(l *lab) error {
	var rounding float64
	// profile runs an octant and returns the means at radii, molecules/µm³.
	profile := func(n int, edge float64, held bool, duration string, radii ...float64) (map[float64]float64, error) {
		r, err := l.startSphere(n, edge, held, duration)
		if err != nil {
			return nil, err
		}
		means := map[float64]float64{}
		for _, radius := range radii {
			mean, err := r.sphereMean(radius, true)
			if err != nil {
				return nil, err
			}
			means[radius] = molecules(mean)
		}
		rounding += r.rounding()
		return means, r.close()
	}
	const openBox, middleBox, smallBox = "16000 s", "6000 s", "250 s"
	large, err := profile(60, 10, false, openBox, 5, 10, 20, 50, 100, 200)
	if err != nil {
		return err
	}
	middleCoarse, err := profile(20, 10, true, middleBox, 5, 10, 20, 50, 100)
	if err != nil {
		return err
	}
	middle, err := profile(80, 2.5, true, middleBox, 5, 10, 20, 50, 100)
	if err != nil {
		return err
	}
	smallCoarse, err := profile(12, 2.5, true, smallBox, 5, 10)
	if err != nil {
		return err
	}
	small, err := profile(30, 1, true, smallBox, 5, 10)
	if err != nil {
		return err
	}
	smallFine, err := profile(60, 0.5, true, smallBox, 5, 10)
	if err != nil {
		return err
	}
	inMiddle := func(r float64) float64 { return large[r] - middleCoarse[r] }
	inSmall := func(r float64) float64 { return inMiddle(r) + middle[r] - smallCoarse[r] }
	l.read("C(r=5)", 2*smallFine[5]-small[5]+inSmall(5), rounding)
	l.read("C(r=10)", smallFine[10]+inSmall(10), rounding)
	l.read("C(r=10) in pM", 1000*(smallFine[10]+inSmall(10))/molecules(1), rounding)
	l.read("C(r=20)", middle[20]+inMiddle(20), rounding)
	l.read("C(r=50)", middle[50]+inMiddle(50), rounding)
	l.read("C(r=100)", middle[100]+inMiddle(100), rounding)
	l.read("C(r=200)", large[200], rounding)
	l.draw(figure.Axis{Quantity: "r", Unit: "µm", Log: true}, figure.Axis{Quantity: "C", Unit: "molecules/µm³", Log: true})
	const radius, length = 5, 100 // µm
	expected, err := samples(100, 5, 200, func(r float64) (float64, error) {
		return yukawa(r) * math.Exp(radius/length) / (1 + radius/length), nil
	})
	l.trace("", l.profile("C(r=%g)", 5, 10, 20, 50, 100, 200), expected)
	return err
}
