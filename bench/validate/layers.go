package validate

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/tissue"
)

func twoLayers() Case {
	return Case{
		ID:     "A18",
		Title:  "Two layers of tissue that differ in diffusion",
		Source: "closed form: C and D dC/dx are continuous; finite volumes of 16000 voxels agree to 6e-10",
		Setup: `D = 100 µm²/s up to 150 µm, 10 from there to 400 µm; k = 1e-3/s; 1 nM held at x = 0, no-flux at the end. 80
voxels of 5 µm, the border of the layers on a face (harmonic means, 3e-4). Densities are linear between
centres, that on the border from the two centres before it, that at the wall a parabola through the nearest
three. The inflow is what the ledger gains through the wall in the last quarter of the run, 4/k. Run to 16/k in
as many stretches and a quarter beyond.
float32: four half units in the last place times the root of fastest over slowest rate.`,
		Observables: []Observable{
			{"C(75)", 869.6757906137432, "pM", 0.005},
			{"C(150)", 788.5005838824685, "pM", 0.005},
			{"C(200)", 483.7497494104344, "pM", 0.005},
			{"C(400)", 128.58176159122098, "pM", 0.005},
			{"inflow flux at x=0", 0.12614722145079907, "molec/um^2/s", 0.01},
		},
		observe: observeLayers,
	}
}

func observeLayers(l *lab) error {
	r, err := l.start("a18")
	if err != nil {
		return err
	}
	if err := r.settle(1e-6, r.present); err != nil {
		return err
	}
	before, err := r.solver.Ledger(0)
	if err != nil {
		return err
	}
	const longer = 4000 // s
	now := r.solver.Time()
	profile, err := r.alongX(now + longer)
	if err != nil {
		return err
	}
	after, err := r.solver.Ledger(0)
	if err != nil {
		return err
	}
	g, rounding := r.model.Grid, r.rounding()
	l.read("inflow flux at x=0", (after.ThroughWalls-before.ThroughWalls)/longer/(g.Spacing[1]*g.Spacing[2]), rounding)
	density, err := r.gather(r3.Vec{X: 75}, r3.Vec{X: 147.5}, r3.Vec{X: 142.5}, r3.Vec{X: 200})
	if err != nil {
		return err
	}
	n := len(profile)
	l.read("C(75)", 1000*density[0], rounding)
	l.read("C(150)", 1000*(1.5*density[1]-0.5*density[2]), rounding)
	l.read("C(200)", 1000*density[3], rounding)
	l.read("C(400)", 1000*atWall(profile[n-1].Y, profile[n-2].Y, profile[n-3].Y), rounding)
	for i := range profile {
		profile[i].Y *= 1000
	}
	l.draw(figure.Axis{Quantity: "x", Unit: "µm"}, figure.Axis{Quantity: "C", Unit: "pM", Log: true})
	l.trace("", every(profile, 4), curve(0, 400, layered))
	return nil
}

// layered returns the density of A18, pM: in the first layer A e^(−x/λ₁) + B e^(x/λ₁),
// in the second M cosh((L₂ − x)/λ₂).
func layered(x float64) float64 {
	const border, end, held = 150., 400., 1000.
	first, second := math.Sqrt(100/1e-3), math.Sqrt(10/1e-3)
	// With C = M cosh((L₂ − L₁)/λ₂) and D₁ C′ = −D₂ (M/λ₂) sinh((L₂ − L₁)/λ₂) at the
	// border, the first layer is M (p cosh((L₁ − x)/λ₁) + q sinh((L₁ − x)/λ₁)).
	p := math.Cosh((end - border) / second)
	q := 10 / second * math.Sinh((end-border)/second) / (100 / first)
	m := held / (p*math.Cosh(border/first) + q*math.Sinh(border/first))
	if x > border {
		return m * math.Cosh((end-x)/second)
	}
	return m * (p*math.Cosh((border-x)/first) + q*math.Sinh((border-x)/first))
}

func permeableWall() Case {
	return Case{
		ID:     "A20",
		Title:  "A permeable wall, plane and of a vessel, that supplies a tissue",
		Source: "closed form, −D dC/dn = P (C_b − C): plane, C = C_b P/(P + D/λ) e^(−x/λ); vessel of radius a, C = C_b K₀(r/λ)/(K₀(a/λ) + D/(P λ) K₁(a/λ)); finite volumes agree to 1.4e-8",
		Setup: `D = 10 µm²/s, k = 1e-3/s, P = 0.05 µm/s, C_b = 100 pM, a = 10 µm; λ = 100 µm. Plane: 400 voxels of 2 µm, no-flux
at 800 µm; C(0) is a parabola through the nearest three centres. Vessel: one quadrant of a plane, 300² voxels
of 2 µm, the axis in the corner between mirror lines; the vessel exchanges over its true surface area. C(r) is
the mean over 500 directions; C(10) is linear in ln r from 14 and 20 µm, the nearest that lie clear of the
vessel's voxels. The plane runs to 16/k in as many stretches and a quarter beyond, the vessel's tissue by scheme steady.
float32: four half units in the last place times the root of fastest over slowest rate.`,
		Observables: []Observable{
			{"planar C(0)", 33.333333333333336, "pM", 0.01},
			{"planar C(50)", 20.21768865708778, "pM", 0.01},
			{"planar C(100)", 12.262648039048079, "pM", 0.01},
			{"cylinder C(r=10)", 10.964967226651897, "pM", 0.02},
			{"cylinder C(r=20)", 7.918332827906311, "pM", 0.02},
			{"cylinder C(r=50)", 4.17632325926446, "pM", 0.02},
			{"cylinder C(r=100)", 1.9020963639448552, "pM", 0.02},
		},
		observe: observePermeableWall,
	}
}

func observePermeableWall(l *lab) error {
	l.draw(figure.Axis{Quantity: "r", Unit: "µm"}, figure.Axis{Quantity: "C", Unit: "pM", Log: true})
	plane, err := l.start("a20-planar")
	if err != nil {
		return err
	}
	if err := plane.settle(1e-6, plane.present); err != nil {
		return err
	}
	profile, err := plane.alongX(plane.solver.Time())
	if err != nil {
		return err
	}
	density, err := plane.gather(r3.Vec{X: 50}, r3.Vec{X: 100})
	if err != nil {
		return err
	}
	l.read("planar C(0)", 1000*atWall(profile[0].Y, profile[1].Y, profile[2].Y), plane.rounding())
	l.read("planar C(50)", 1000*density[0], plane.rounding())
	l.read("planar C(100)", 1000*density[1], plane.rounding())
	vessel, err := l.start("a20-vessel")
	if err != nil {
		return err
	}
	if err := vessel.settle(1e-6, vessel.present); err != nil {
		return err
	}
	means := map[float64]float64{}
	for _, radius := range []float64{14, 20, 50, 100} {
		mean, err := vessel.ringMean(radius)
		if err != nil {
			return err
		}
		means[radius] = 1000 * mean
	}
	l.read("cylinder C(r=10)", means[14]+(means[14]-means[20])*math.Log(1.4)/math.Log(20./14), vessel.rounding())
	for _, radius := range []float64{20, 50, 100} {
		l.read(fmt.Sprintf("cylinder C(r=%g)", radius), means[radius], vessel.rounding())
	}
	const blood, permeability, radius = 100, 0.05, 10 // pM, µm/s, µm
	l.trace("plane", l.profile("planar C(%g)", 0, 50, 100), curve(0, 120, func(x float64) float64 {
		return blood * permeability / (permeability + planeDiffusion/planeLength) * math.Exp(-x/planeLength)
	}))
	l.trace("vessel", l.profile("cylinder C(r=%g)", 10, 20, 50, 100), curve(10, 120, func(r float64) float64 {
		return blood * besselK(0, r/planeLength) / (besselK(0, radius/planeLength) +
			planeDiffusion/(permeability*planeLength)*besselK(1, radius/planeLength))
	}))
	return nil
}

func saturableLayer() Case {
	return Case{
		ID:     "A21",
		Title:  "Saturable uptake behind a wall that gives off a flux",
		Source: "D C″ = V_max C/(K + C), solved as a boundary value problem to 1e-11; half-infinite, J²/(2D) = V_max (C₀ − K ln(1 + C₀/K))",
		Setup: `D = 10 µm²/s, J = 0.02 molecules/(µm² s), V_max = 1e-4 molecules/(µm³ s), K = 10 pM. 200 voxels of 2 µm, no-flux at
400 µm, and 400 voxels for the half-infinite tissue. Densities at a wall are a parabola through the nearest
three centres, others linear between centres. Run for 64000 s in sixteen stretches and a quarter beyond.
float32: 64 half units in the last place, as between the two solvers.`,
		Observables: []Observable{
			{"C(0)", 368.4426137528979, "pM", 0.01},
			{"C(50)", 222.5015481954164, "pM", 0.01},
			{"C(100)", 116.22421190683987, "pM", 0.01},
			{"C(200)", 13.555129430400141, "pM", 0.01},
			{"C(400)", 0.011652236522701693, "pM", 0.01},
			{"semi-infinite wall value C0", 368.4426067853489, "pM", 0.01},
		},
		observe: observeSaturableLayer,
	}
}

func observeSaturableLayer(l *lab) error {
	r, err := l.start("a21")
	if err != nil {
		return err
	}
	profile, err := r.settledProfile()
	if err != nil {
		return err
	}
	n := len(profile)
	l.read("C(0)", 1000*atWall(profile[0].Y, profile[1].Y, profile[2].Y), accumulated)
	l.read("C(400)", 1000*atWall(profile[n-1].Y, profile[n-2].Y, profile[n-3].Y), accumulated)
	for _, x := range []float64{50, 100, 200} {
		density, err := r.gather(r3.Vec{X: x})
		if err != nil {
			return err
		}
		l.read(fmt.Sprintf("C(%g)", x), 1000*density[0], accumulated)
	}
	for i := range profile {
		profile[i].Y *= 1000
	}
	l.draw(figure.Axis{Quantity: "x", Unit: "µm"}, figure.Axis{Quantity: "C", Unit: "pM", Log: true})
	l.chart.Lines = ""
	l.trace("", every(profile, 8), nil)
	endless, err := l.start("a21", "domain.size=[800 um, 2 um, 2 um]")
	if err != nil {
		return err
	}
	profile, err = endless.settledProfile()
	if err != nil {
		return err
	}
	l.read("semi-infinite wall value C0", 1000*atWall(profile[0].Y, profile[1].Y, profile[2].Y), accumulated)
	return nil
}

// settledProfile runs to the steady state and returns the first row.
func (r *run) settledProfile() ([]figure.Point, error) {
	if err := r.settle(1e-5, r.present); err != nil {
		return nil, err
	}
	return r.alongX(r.solver.Time())
}

// write fills a substrate by place along x, µm.
func (r *run) write(id tissue.SubstrateID, density func(x float64) float64) error {
	f := tissue.NewField(r.model.Grid)
	for i := range f.Values {
		v := f.Grid.Coordinates(i)
		f.Values[i] = density(f.Grid.Centre(v[0], v[1], v[2]).X)
	}
	return r.solver.Write(id, f)
}
