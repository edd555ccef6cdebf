package validate

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/spatial/r3"
	"gonum.org/v1/gonum/stat"

	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/tissue/quantity"
)

func nicheLength() Case {
	o := []Observable{
		{"lambda D=10 R=100 d=10 simple", 44.07523172500518, "um", 0.05},
		{"lambda D=10 R=100 d=10 CK", 44.25541261723917, "um", 0.05},
		{"lambda D=10 R=100 d=20 simple", 124.66358094047845, "um", 0.05},
		{"lambda D=10 R=100 d=20 CK", 125.17320946343406, "um", 0.05},
		{"lambda D=10 R=1500 d=10 simple", 11.380175896745191, "um", 0.05},
		{"lambda D=10 R=1500 d=10 CK", 12.05918312946817, "um", 0.05},
		{"lambda D=10 R=1500 d=20 simple", 32.1879981907369, "um", 0.05},
		{"lambda D=10 R=1500 d=20 CK", 34.108520665669424, "um", 0.05},
		{"lambda D=10 R=10000 d=10 simple", 4.407523172500518, "um", 0.05},
		{"lambda D=10 R=10000 d=10 CK", 5.944893171901289, "um", 0.05},
		{"lambda D=10 R=10000 d=20 simple", 12.466358094047846, "um", 0.05},
		{"lambda D=10 R=10000 d=20 CK", 16.814697101124022, "um", 0.05},
		{"lambda D=100 R=100 d=10 simple", 139.3781206507285, "um", 0.05},
		{"lambda D=100 R=100 d=10 CK", 139.43520362676787, "um", 0.05},
		{"lambda D=100 R=100 d=20 simple", 394.2208570446676, "um", 0.05},
		{"lambda D=100 R=100 d=20 CK", 394.3823120824586, "um", 0.05},
		{"lambda D=100 R=1500 d=10 simple", 35.98727600706397, "um", 0.05},
		{"lambda D=100 R=1500 d=10 CK", 36.207727472430406, "um", 0.05},
		{"lambda D=100 R=1500 d=20 simple", 101.7873876041075, "um", 0.05},
		{"lambda D=100 R=1500 d=20 CK", 102.41091850843996, "um", 0.05},
		{"lambda D=100 R=10000 d=10 simple", 13.93781206507285, "um", 0.05},
		{"lambda D=100 R=10000 d=10 CK", 14.497520459391664, "um", 0.05},
		{"lambda D=100 R=10000 d=20 simple", 39.42208570446676, "um", 0.05},
		{"lambda D=100 R=10000 d=20 CK", 41.00518010890623, "um", 0.05},
	}
	for _, simple := range o { // the discrete cells of Setup
		var m medium
		var form string
		if n, _ := fmt.Sscanf(simple.Name, "lambda D=%g R=%g d=%g %s", &m.diffusion, &m.receptors, &m.distance, &form); n == 4 && form == "simple" && m.receptors <= 1500 {
			o = append(o, Observable{m.name("simple, discrete cells"), simple.Expected, simple.Unit, simple.Tolerance})
		}
	}
	return Case{
		ID:     "P07",
		Title:  "How far a cytokine reaches among cells that take it up",
		Source: "Oyler-Yaniv et al., Immunity 46 (2017) 609: λ = √(D/(n k)), n = 1/d³, with k = k_on R (simple) or, after Collins & Kimball, k k_D/(k + k_D), k_D = 4π D a (CK)",
		Setup: `a = 5 µm, k_on = 3.1e7/(M s), no decay. A density held at a wall falls off along x over about 8 λ, no-flux at the
far end; λ is a least-squares line through ln C between 1/2 and 3 λ, within 5e-5 of an endless medium's. Runs
last 16/(n k), in as many stretches, and are checked a quarter of their time beyond.
Uniform: a line of 80 voxels of about λ/10, each with one cell's receptors and as large as d³, coupling plain:
longer than the continuum's by λ/2400. CK: as many receptors as make the rate at which one cell in infinite
space was observed to take up, in the middle of cubes of 11 and 21 voxels of 10 µm with 1 pM held at the
walls, coupling voxel; to infinite space as in A11, R = 10000 and D = 10 included.
Discrete cells, R up to 1500: one per d in a lattice of spacing d, coupling voxel; a column d wide of 5 µm
voxels, periodic across, C in the middle between the cells of a row and the next. Held against the simple form:
the corrected one is for cells that do not feel each other, and in a lattice 1/k_D is less by 0.226/(D d) (a
cubic lattice of spheres), for spheres that touch, d = 10 µm, even negative.
float32: four half units in the last place times the root of fastest over slowest rate, which is an overestimate
here: the slowest is taken from the walls alone.`,
		Observables: o,
		observe:     observeNiche,
	}
}

// medium is what consumers make of a tissue.
type medium struct {
	diffusion float64 // D, µm²/s
	receptors float64 // R of a cell
	distance  float64 // d between cells, µm
}

func (m medium) name(form string) string {
	return fmt.Sprintf("lambda D=%g R=%g d=%g %s", m.diffusion, m.receptors, m.distance, form)
}

const nicheOnRate = 3.1e7 * 1.6605390671738468e-09 // µm³/s per receptor, in the scenarios

// loss returns n k, 1/s.
func (m medium) loss() float64 { return nicheOnRate * m.receptors / math.Pow(m.distance, 3) }

// length returns about how long λ is, µm: the size of its grid.
func (m medium) length() float64 { return math.Sqrt(m.diffusion / m.loss()) }

func (m medium) settings() []string {
	return []string{
		fmt.Sprintf("substrates.cytokine.diffusion=%g um^2/s", m.diffusion),
		fmt.Sprintf("cells.types.consumer.receptors.receptor.count=%.17g", m.receptors),
		fmt.Sprintf("duration=%.0f s", math.Ceil(stretches/m.loss())),
	}
}

func observeNiche(l *lab) error {
	l.draw(figure.Axis{Quantity: "x", Unit: "µm"}, figure.Axis{Quantity: "C", Unit: "pM", Log: true})
	for _, diffusion := range []float64{10, 100} {
		for _, receptors := range []float64{100, 1500, 10000} {
			cell, err := l.absorb(receptors, diffusion, 10, []int{11, 21})
			if err != nil {
				return err
			}
			apparent := cell.flux / molecules(farDensity) / nicheOnRate
			for _, distance := range []float64{10, 20} {
				m := medium{diffusion, receptors, distance}
				if err := observeUniform(l, m, m.name("simple"), 0); err != nil {
					return err
				}
				if err := observeUniform(l, medium{diffusion, apparent, distance}, m.name("CK"), cell.rounding); err != nil {
					return err
				}
				if receptors > 1500 {
					continue
				}
				if err := observeLattice(l, m); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// observeUniform reads λ of receptors that are spread evenly.
func observeUniform(l *lab, m medium, observable string, rounding float64) error {
	const voxels = 80
	edge := m.length() / 10
	across := math.Sqrt(math.Pow(m.distance, 3) / edge)
	um := func(v float64) string { return quantity.Format(v, "um") }
	r, err := l.start("p07-uniform", append(m.settings(),
		fmt.Sprintf("domain.size=[%s, %s, %s]", um(voxels*edge), um(across), um(across)),
		fmt.Sprintf("domain.voxel=[%s, %s, %s]", um(edge), um(across), um(across)),
		fmt.Sprintf("cells.place.0.spacing=[%s, %s, %s]", um(edge), um(across), um(across)))...)
	if err != nil {
		return err
	}
	profile, err := r.fallOff(edge/2, edge, voxels)
	if err != nil {
		return err
	}
	l.read(observable, fittedLength(profile, m.length()), rounding+r.rounding())
	return nil
}

// observeLattice reads λ among discrete cells.
func observeLattice(l *lab, m medium) error {
	rows := int(math.Ceil(8 * m.length() / m.distance))
	um := func(v float64) string { return quantity.Format(v, "um") }
	r, err := l.start("p07-lattice", append(m.settings(),
		fmt.Sprintf("domain.size=[%s, %s, %s]", um(float64(rows)*m.distance), um(m.distance), um(m.distance)),
		"cells.place.0.spacing="+um(m.distance))...)
	if err != nil {
		return err
	}
	profile, err := r.fallOff(m.distance, m.distance, rows-1)
	if err != nil {
		return err
	}
	l.read(m.name("simple, discrete cells"), fittedLength(profile, m.length()), r.rounding())
	if m.diffusion == 10 {
		l.trace(fmt.Sprintf("R = %g, d = %g µm", m.receptors, m.distance), every(profile[:min(len(profile), int(2.9*m.length()/m.distance))], 1+int(m.length()/m.distance/4)),
			curve(0, 2.9*m.length(), func(x float64) float64 { return math.Exp(-x / m.length()) }))
	}
	return nil
}

// fallOff runs to the steady state and returns the densities, pM, at n places along
// x, in a corner of the column.
func (r *run) fallOff(from, by float64, n int) ([]figure.Point, error) {
	nearHalf := func() (float64, error) {
		density, err := r.gather(r3.Vec{X: r.model.Grid.Size()[0] / 2})
		return density[0], err
	}
	if err := r.settle(1e-5, nearHalf); err != nil {
		return nil, err
	}
	at := make([]r3.Vec, n)
	for i := range at {
		at[i].X = from + float64(i)*by
	}
	density, err := r.gather(at...)
	if err != nil {
		return nil, err
	}
	profile := make([]figure.Point, n)
	for i, c := range density {
		profile[i] = figure.Point{X: at[i].X, Y: 1000 * c}
	}
	return profile, r.close()
}

// fittedLength returns −1/slope of the least-squares line through ln C between half
// and three lengths from the wall, µm.
func fittedLength(profile []figure.Point, length float64) float64 {
	var x, logarithm []float64
	for _, p := range profile {
		if p.X >= length/2 && p.X <= 3*length {
			x, logarithm = append(x, p.X), append(logarithm, math.Log(p.Y))
		}
	}
	_, slope := stat.LinearRegression(x, logarithm, nil, false)
	return -1 / slope
}
