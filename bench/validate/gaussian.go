package validate

import (
	"math"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/quantity"
)

// Of the Gaussian at the start.
const (
	gaussianMolecules = 1e6
	gaussianWidth     = 20 // σ, µm
)

func spreadingGaussian() Case {
	return Case{
		ID:     "A07",
		Title:  "A Gaussian that spreads and decays, 2D and 3D",
		Source: "closed form, C = M (2π S)^(−d/2) exp(−r²/2S) e^(−k t), S = σ² + 2 D t; checked by a spectral run to 7e-16",
		Setup: `M = 1e6 molecules, σ = 20 µm, D = 10 µm²/s, k = 1e-4/s, t = 300 s. 5 µm voxels, no-flux walls; each voxel
starts from the Gaussian's average over it. 2D: 241² voxels, 10 µm thick, the centre in the middle voxel; C
per area is the density times the thickness. 3D: one octant of a box of 1200 µm, 120³ voxels, the centre at a
corner, whose no-flux walls are its mirror planes; amounts times 8. Walls are 600 µm = 7.5 √S away. C on the
axes and diagonals, averaged over directions. Moments from the voxels read back. rtol 1e-5.
float32: 64 half units in the last place, as between the two solvers.`,
		Observables: []Observable{
			{"2D C(r=0)", 24.133000572765127, "molec/um^2", 0.005},
			{"2D C(r=80)", 14.637404758244593, "molec/um^2", 0.005},
			{"2D C(r=160)", 3.2660464678645047, "molec/um^2", 0.005},
			{"2D total mass", 970445.5335485082, "molec", 1e-6},
			{"2D variance per axis", 6400, "um^2", 0.002},
			{"3D C(r=0)", 0.12034592851785002, "molec/um^3", 0.005},
			{"3D C(r=80)", 0.072993495417661, "molec/um^3", 0.005},
			{"3D C(r=160)", 0.016287050322336377, "molec/um^3", 0.005},
			{"total mass", 970445.5335485082, "molec", 1e-6},
			{"variance per axis", 6400, "um^2", 0.002},
		},
		observe: func(l *lab) error {
			if err := observeGaussian2D(l); err != nil {
				return err
			}
			return observeGaussian3D(l)
		},
	}
}

func observeGaussian2D(l *lab) error {
	r, err := l.start("a07-2d")
	if err != nil {
		return err
	}
	size := r.model.Grid.Size()
	centre := r3.Vec{X: size[0] / 2, Y: size[1] / 2, Z: size[2] / 2}
	if err := r.spread(centre); err != nil {
		return err
	}
	s := math.Sqrt2 / 2
	directions := []r3.Vec{{X: 1}, {Y: 1}, {X: -1}, {Y: -1}, {X: s, Y: s}, {X: -s, Y: s}, {X: -s, Y: -s}, {X: s, Y: -s}}
	if err := r.readGaussian("2D ", "2D ", centre, directions, size[2]); err != nil {
		return err
	}
	return traceGaussian(r, centre, size[2])
}

// traceGaussian shows the density per area along x through the centre of a plane.
func traceGaussian(r *run, centre r3.Vec, thickness float64) error {
	var at []r3.Vec
	for x := -300.; x <= 300; x += 25 {
		at = append(at, r3.Add(centre, r3.Vec{X: x}))
	}
	density, err := r.gather(at...)
	if err != nil {
		return err
	}
	observed := make([]figure.Point, len(at))
	for i, c := range density {
		observed[i] = figure.Point{X: at[i].X - centre.X, Y: molecules(c) * thickness}
	}
	s := r.substrate()
	variance := gaussianWidth*gaussianWidth + 2*s.DiffusionCoefficient*r.model.Duration
	peak := gaussianMolecules / (2 * math.Pi * variance) * math.Exp(-s.DecayRate*r.model.Duration)
	r.lab.draw(figure.Axis{Quantity: "x", Unit: "µm"}, figure.Axis{Quantity: "C", Unit: "molecules/µm²"})
	r.lab.trace("", observed, curve(-300, 300, func(x float64) float64 { return peak * math.Exp(-x*x/(2*variance)) }))
	return nil
}

func observeGaussian3D(l *lab) error {
	r, err := l.start("a07-3d")
	if err != nil {
		return err
	}
	if err := r.spread(r3.Vec{}); err != nil {
		return err
	}
	s, d := math.Sqrt2/2, math.Sqrt(3)/3
	directions := []r3.Vec{{X: 1}, {Y: 1}, {Z: 1}, {X: s, Y: s}, {X: s, Z: s}, {Y: s, Z: s}, {X: d, Y: d, Z: d}}
	return r.readGaussian("3D ", "", r3.Vec{}, directions, 1)
}

// spread puts the Gaussian into the box and runs the scenario. Of a centre in a
// corner the box holds an octant.
func (r *run) spread(centre r3.Vec) error {
	g := r.model.Grid
	share := [3][]float64{}
	for axis, at := range [3]float64{centre.X, centre.Y, centre.Z} {
		for i := range g.Shape[axis] {
			low := float64(i) * g.Spacing[axis]
			if g.Planar && axis == 2 {
				share[axis] = append(share[axis], 1)
				continue
			}
			share[axis] = append(share[axis], normal(low+g.Spacing[axis]-at)-normal(low-at))
		}
	}
	f := tissue.NewField(g)
	perVoxel := gaussianMolecules / (g.VoxelVolume() * quantity.MoleculesPerNanomolar)
	for i := range f.Values {
		v := g.Coordinates(i)
		f.Values[i] = perVoxel * share[0][v[0]] * share[1][v[1]] * share[2][v[2]]
	}
	if err := r.solver.Write(0, f); err != nil {
		return err
	}
	return r.finish()
}

// normal is the distribution function of the Gaussian at the start.
func normal(x float64) float64 { return 0.5 * math.Erfc(-x/(gaussianWidth*math.Sqrt2)) }

// readGaussian reads densities times a depth, and the moments about the centre.
func (r *run) readGaussian(prefix, moments string, centre r3.Vec, directions []r3.Vec, depth float64) error {
	for radius, name := range map[float64]string{0: "C(r=0)", 80: "C(r=80)", 160: "C(r=160)"} {
		points := make([]r3.Vec, len(directions))
		for i, d := range directions {
			points[i] = r3.Add(centre, r3.Scale(radius, d))
		}
		density, err := r.gather(points...)
		if err != nil {
			return err
		}
		sum := 0.0
		for _, c := range density {
			sum += c
		}
		r.lab.read(prefix+name, molecules(sum/float64(len(density)))*depth, accumulated)
	}
	f := tissue.NewField(r.model.Grid)
	if err := r.solver.Read(0, f); err != nil {
		return err
	}
	total, second := 0.0, 0.0
	for i, c := range f.Values {
		v := f.Grid.Coordinates(i)
		x := f.Grid.Centre(v[0], v[1], v[2]).X - centre.X
		total += c
		second += c * x * x
	}
	r.lab.read(moments+"variance per axis", second/total, accumulated)
	mirrored := 1.0
	if centre == (r3.Vec{}) {
		mirrored = 8
	}
	present, err := r.present()
	r.lab.read(moments+"total mass", mirrored*present, accumulated)
	return err
}
