package engine

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/bench/oracle"
	"github.com/cytofield/cytofield/engine/multigrid"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/quantity"
)

// facesOf returns the same kind all around.
func facesOf(kind tissue.BoundaryKind) (all [3][2]tissue.Boundary) {
	for axis := range all {
		for side := range all[axis] {
			all[axis][side].Kind = kind
		}
	}
	return all
}

func cloudIn(shape [3]int, spacing [3]float64, boundary [3][2]tissue.Boundary) *cloud {
	return newCloud(tissue.Grid{Shape: shape, Spacing: spacing}, newGreen(spacing), boundary)
}

// within returns n places in a box from low to high, µm.
func within(random *rand.Rand, n int, low, high r3.Vec) []r3.Vec {
	all := make([]r3.Vec, n)
	for i := range all {
		all[i] = r3.Vec{
			X: low.X + random.Float64()*(high.X-low.X),
			Y: low.Y + random.Float64()*(high.Y-low.Y),
			Z: low.Z + random.Float64()*(high.Z-low.Z),
		}
	}
	return all
}

// A footprint away from walls sees linear fields at the cell's centre, and squares with
// what the sphere's surface and the interpolation add, a²/3 + at most h²/4.
func TestFootprintsSeeWhereTheCellIs(t *testing.T) {
	spacing := [3]float64{5, 8, 10}
	c := cloudIn([3]int{19, 13, 11}, spacing, facesOf(tissue.NoFlux))
	const radius = 6.
	for _, at := range within(rand.New(rand.NewPCG(1, 0)), 50, r3.Vec{X: 20, Y: 20, Z: 20}, r3.Vec{X: 70, Y: 80, Z: 90}) {
		f := c.footprint(at, radius, nil)
		var mean, square [3]float64
		sum := 0.0
		for k, voxel := range f.voxel {
			sum += f.share[k]
			v := c.grid.Coordinates(voxel)
			p := c.grid.Centre(v[0], v[1], v[2])
			for axis, d := range [3]float64{p.X - at.X, p.Y - at.Y, p.Z - at.Z} {
				mean[axis] += f.share[k] * d
				square[axis] += f.share[k] * d * d
			}
		}
		if math.Abs(sum-1) > 1e-12 {
			t.Fatalf("at %v: shares sum to %.15g", at, sum)
		}
		for axis, h := range spacing {
			if math.Abs(mean[axis]) > 1e-12*100 {
				t.Errorf("at %v: %g µm off along axis %d", at, mean[axis], axis)
			}
			if least := radius * radius / 3; square[axis] < least-1e-9 || square[axis] > least+h*h/4+1e-9 {
				t.Errorf("at %v: axis %d: mean square %g µm², want %g to %g", at, axis, square[axis], least, least+h*h/4)
			}
		}
	}
}

// A field that is mirrored at its walls, or periodic, is seen by a cell at them as it is by
// one in the middle of a larger box that holds the field's continuation.
func TestFootprintsFoldAtWalls(t *testing.T) {
	spacing := [3]float64{5, 8, 10}
	shape := [3]int{5, 3, 2}
	field := make([]float64, 30)
	random := rand.New(rand.NewPCG(2, 0))
	for i := range field {
		field[i] = random.Float64()
	}
	fold := map[tissue.BoundaryKind]func(i, n int) int{
		tissue.Periodic: func(i, n int) int { return i % n },
		tissue.NoFlux: func(i, n int) int {
			if i %= 2 * n; i >= n {
				return 2*n - 1 - i
			}
			return i
		},
	}
	for kind, at := range fold {
		small := cloudIn(shape, spacing, facesOf(kind))
		large := cloudIn([3]int{5 * 12, 3 * 12, 2 * 12}, spacing, facesOf(kind)) // 4 whole mirrored boxes before
		for _, place := range within(random, 30, r3.Vec{}, r3.Vec{X: 25, Y: 24, Z: 20}) {
			f := small.footprint(place, 7, nil)
			if sorted := slices.Sorted(slices.Values(f.voxel)); len(slices.Compact(sorted)) != len(f.voxel) {
				t.Fatalf("%v: a voxel twice in %v", kind, f.voxel)
			}
			got, want := 0.0, 0.0
			for k, voxel := range f.voxel {
				got += f.share[k] * field[voxel]
			}
			far := large.footprint(r3.Add(place, r3.Vec{X: 4 * 25, Y: 4 * 24, Z: 4 * 20}), 7, nil)
			for k, voxel := range far.voxel {
				v := large.grid.Coordinates(voxel)
				want += far.share[k] * field[small.grid.Index(at(v[0], 5), at(v[1], 3), at(v[2], 2))]
			}
			if math.Abs(got-want) > 1e-12 {
				t.Errorf("%v: cell at %v sees %.12g, want %.12g", kind, place, got, want)
			}
		}
	}
}

func TestClosedVoxelsLeaveTheirSharesToTheCells(t *testing.T) {
	c := cloudIn([3]int{5, 5, 5}, [3]float64{10, 10, 10}, facesOf(tissue.NoFlux))
	at := r3.Vec{X: 23, Y: 26, Z: 25}
	open := func(voxel int) bool { return c.grid.Coordinates(voxel)[0] >= 2 }
	all, some := c.footprint(at, 5, nil), c.footprint(at, 5, open)
	moved, sum, own := 0.0, 0.0, c.grid.Index(2, 2, 2)
	for k, voxel := range all.voxel {
		if !open(voxel) {
			moved += all.share[k]
		}
	}
	for k, voxel := range some.voxel {
		sum += some.share[k]
		was := all.share[slices.Index(all.voxel, voxel)]
		if voxel == own {
			was += moved
		}
		if !open(voxel) || math.Abs(some.share[k]-was) > 1e-15 {
			t.Errorf("voxel %v: share %g, want %g", c.grid.Coordinates(voxel), some.share[k], was)
		}
	}
	if moved == 0 || math.Abs(sum-1) > 1e-12 {
		t.Errorf("moved %g, sum %.15g", moved, sum)
	}
}

// The mean of 1/(4π s) over one sphere's surface, the other's field being 1/(4π max(s, b)):
// by the midpoint rule over cos θ.
func TestSpheresActAsShells(t *testing.T) {
	for _, tc := range [][3]float64{{12, 5, 5}, {10, 5, 5}, {7, 5, 5}, {1, 5, 5}, {8, 5, 4}, {3, 5, 1}, {4, 5, 1}, {5, 5, 1}} {
		r, a, b := tc[0], tc[1], tc[2]
		const n = 100000
		want := 0.0
		for i := range n {
			cosine := (2*float64(i)+1)/n - 1
			want += 1 / (4 * math.Pi * max(b, math.Sqrt(r*r+a*a+2*r*a*cosine))) / n
		}
		for _, got := range []float64{betweenSpheres(r, a, b), betweenSpheres(r, b, a)} {
			if math.Abs(got/want-1) > 1e-8 {
				t.Errorf("r = %g, radii %g and %g: %.10g 1/µm, want %.10g", r, a, b, got, want)
			}
		}
	}
	if got, want := betweenSpheres(0, 5, 5), 1/(4*math.Pi*5); got != want {
		t.Errorf("a sphere and itself: %g 1/µm, want %g", got, want)
	}
}

// Wherever a cell is, the grid's own dip is the smaller: any number of receptors is
// represented. The ranges are those of the comment on cloud.
func TestSelfTermsStayBelowTheSpheres(t *testing.T) {
	const a = 5.
	for _, tc := range []struct{ edge, least, most float64 }{{2.5, 0.90, 0.91}, {5, 0.80, 0.83}, {10, 0.56, 0.68}, {20, 0.28, 0.50}} {
		lattice := newGreen([3]float64{tc.edge, tc.edge, tc.edge})
		var c correlation
		least, most := math.Inf(1), 0.0
		for i := range 1000 {
			var lines [3]line
			for axis, step := range [3]int{i % 10, i / 10 % 10, i / 100} {
				lines[axis] = newLine(tc.edge*float64(step)/18, a, tc.edge) // half a voxel
			}
			s := 4 * math.Pi * a * c.of(lattice, lines, lines)
			least, most = min(least, s), max(most, s)
		}
		low, high := cloudIn([3]int{9, 9, 9}, lattice.spacing, facesOf(tissue.NoFlux)).alone(a)
		if math.Abs(4*math.Pi*a*low-(1-most)) > 1e-9 || math.Abs(4*math.Pi*a*high-(1-least)) > 1e-9 {
			t.Errorf("h = %g µm: excess of %.6g to %.6g 1/µm, want %.6g and %.6g", tc.edge, low, high, (1-most)/(4*math.Pi*a), (1-least)/(4*math.Pi*a))
		}
		if least < tc.least || most > tc.most {
			t.Errorf("h = %g µm: 4πa S from %.3f to %.3f, want within %g to %g", tc.edge, least, most, tc.least, tc.most)
		}
	}
}

// fromVoxels returns S of footprints as they lie in the grid, by the definition.
func fromVoxels(c *cloud, f, g footprint) float64 {
	sum := 0.0
	for i, v := range f.voxel {
		for j, u := range g.voxel {
			p, q := c.grid.Coordinates(v), c.grid.Coordinates(u)
			sum += f.share[i] * g.share[j] * c.lattice.at(p[0]-q[0], p[1]-q[1], p[2]-q[2])
		}
	}
	return sum
}

// dense returns the excess of every cell for every other; entries of the same two add up.
func (near nearField) dense() *mat.Dense {
	n := len(near.own)
	m := mat.NewDense(n, n, nil)
	for i, own := range near.own {
		m.Set(i, i, own)
		for k := near.first[i]; k < near.first[i+1]; k++ {
			j := int(near.other[k])
			m.Set(i, j, m.At(i, j)+near.excess[k])
		}
	}
	return m
}

// By all against all, from the voxels and the definition.
func TestNearFieldIsThatOfTheDefinition(t *testing.T) {
	for _, spacing := range [][3]float64{{10, 10, 10}, {6, 9, 14}} {
		c := cloudIn([3]int{40, 40, 40}, spacing, facesOf(tissue.Dirichlet)) // not seen
		random := rand.New(rand.NewPCG(3, 0))
		at := within(random, 60, r3.Vec{X: 100, Y: 100, Z: 100}, r3.Vec{X: 180, Y: 180, Z: 180}) // some overlap
		radius := make([]float64, len(at))
		for i := range radius {
			radius[i] = 3 + 4*random.Float64()
		}
		got := c.nearField(at, radius).dense()
		for i := range at {
			for j := range at {
				want, r := 0.0, r3.Norm(r3.Sub(at[i], at[j]))
				if r < nearGap*slices.Max(spacing[:])+radius[i]+radius[j] {
					want = betweenSpheres(r, radius[i], radius[j]) - fromVoxels(c, c.footprint(at[i], radius[i], nil), c.footprint(at[j], radius[j], nil))
				}
				if math.Abs(got.At(i, j)-want) > 1e-14 {
					t.Fatalf("spacing %v, cells %d and %d, %g µm apart: %.12g 1/µm, want %.12g", spacing, i, j, r, got.At(i, j), want)
				}
			}
		}
	}
}

// Cells in a box are as these and all their images in a box without walls.
func TestWallsMirrorAndRepeatTheNearField(t *testing.T) {
	spacing := [3]float64{10, 10, 10}
	const size = 40. // along x; images of 27 µm outside it are within reach
	at := within(rand.New(rand.NewPCG(4, 0)), 12, r3.Vec{Y: 400, Z: 400}, r3.Vec{X: size, Y: 430, Z: 430})
	for kind, images := range map[tissue.BoundaryKind]func(x float64) []float64{
		tissue.NoFlux:   func(x float64) []float64 { return []float64{x, -x, 2*size - x, 2*size + x, x - 2*size} },
		tissue.Periodic: func(x float64) []float64 { return []float64{x, x - size, x + size, x - 2*size, x + 2*size} },
	} {
		boundary := facesOf(tissue.Dirichlet)
		boundary[0] = [2]tissue.Boundary{{Kind: kind}, {Kind: kind}}
		radius := make([]float64, len(at))
		for i := range radius {
			radius[i] = 6
		}
		got := cloudIn([3]int{4, 83, 83}, spacing, boundary).nearField(at, radius).dense()
		var all []r3.Vec
		for _, p := range at {
			for _, x := range images(p.X) {
				all = append(all, r3.Vec{X: x + 400, Y: p.Y, Z: p.Z})
			}
		}
		radii := make([]float64, len(all))
		for i := range radii {
			radii[i] = 6
		}
		of := cloudIn([3]int{83, 83, 83}, spacing, facesOf(tissue.Dirichlet)).nearField(all, radii).dense()
		for i := range at {
			for j := range at {
				want := 0.0
				for k := range 5 {
					want += of.At(5*i, 5*j+k)
				}
				if math.Abs(got.At(i, j)-want) > 1e-13 {
					t.Fatalf("%v, cells %d and %d: %.12g 1/µm, want %.12g", kind, i, j, got.At(i, j), want)
				}
			}
		}
	}
}

func TestRodsHaveNoNearField(t *testing.T) {
	c := cloudIn([3]int{5, 5, 1}, [3]float64{10, 10, 10}, facesOf(tissue.NoFlux))
	near := c.nearField([]r3.Vec{{X: 10, Y: 10, Z: 5}, {X: 20, Y: 10, Z: 5}}, []float64{5, 5})
	if near.own[0] != 0 || len(near.other) != 0 {
		t.Errorf("%+v", near)
	}
}

// suspension returns n spheres of 5 µm at random in a box from low to high, none
// overlapping, with R receptors of k_on 0.0514767 µm³/s.
func suspension(seed uint64, n int, receptors float64, low, high r3.Vec) []oracle.Sphere {
	random := rand.New(rand.NewPCG(seed, 1))
	const radius = 5.
	var all []oracle.Sphere
	for len(all) < n {
		at := within(random, 1, low, high)[0]
		if !slices.ContainsFunc(all, func(s oracle.Sphere) bool { return r3.Norm(r3.Sub(s.At, at)) < 2*radius }) {
			all = append(all, oracle.Sphere{At: at, Radius: radius, Uptake: 0.0514767 * receptors})
		}
	}
	return all
}

func places(spheres []oracle.Sphere) (at []r3.Vec, radius []float64) {
	for _, s := range spheres {
		at, radius = append(at, s.At), append(radius, s.Radius)
	}
	return at, radius
}

// exchanging is cells in a linear medium: the density they see is background − Σ response J,
// molecules/µm³ by molecules/s, and near/(D) is put right.
type exchanging struct {
	spheres    []oracle.Sphere
	background float64
	response   *mat.Dense // s/µm³
	own        []float64  // g, s/µm³
	pairs      *mat.Dense // p, s/µm³, 0 on the diagonal
}

// uptake returns what the cells take up after some sweeps, molecules/s: the sweeps are an
// affine map of the densities seen, J = slope c + constant, and the densities that fit it
// are solved for.
func (e exchanging) uptake(sweeps int, damping float64) []float64 {
	n := len(e.spheres)
	alone := mat.NewDense(n, n+1, nil) // J of cells alone: its last column is the constant
	shield := mat.NewDense(n, n, nil)  // of J on J
	for i, s := range e.spheres {
		slack := 1 + s.Uptake*e.own[i]
		alone.Set(i, i, s.Uptake/slack)
		alone.Set(i, n, -s.Release/slack)
		for j := range n {
			shield.Set(i, j, e.pairs.At(i, j)*s.Uptake/slack)
		}
	}
	flux := mat.DenseCopyOf(alone)
	for range sweeps {
		var next mat.Dense
		next.Mul(shield, flux)
		next.Sub(alone, &next)
		next.Sub(&next, flux)
		next.Scale(damping, &next)
		flux.Add(flux, &next)
	}
	var matrix, right mat.Dense
	matrix.Mul(e.response, flux.Slice(0, n, 0, n))
	right.Mul(e.response, flux.Slice(0, n, n, n+1))
	for i := range n {
		matrix.Set(i, i, matrix.At(i, i)+1)
		right.Set(i, 0, e.background-right.At(i, 0))
	}
	var density, out mat.Dense
	if err := density.Solve(&matrix, &right); err != nil {
		panic(err)
	}
	out.Mul(flux.Slice(0, n, 0, n), &density)
	uptake := make([]float64, n)
	for i, s := range e.spheres {
		uptake[i] = out.At(i, 0) + flux.At(i, n) + s.Release
	}
	return uptake
}

// offBy returns the root mean square of the error per cell over the mean.
func offBy(got []float64, want []oracle.State, spheres []oracle.Sphere) float64 {
	square, mean := 0.0, 0.0
	for i, s := range want {
		uptake := s.Flux + spheres[i].Release
		square += (got[i] - uptake) * (got[i] - uptake)
		mean += uptake
	}
	n := float64(len(want))
	return math.Sqrt(square/n) / (mean / n)
}

// onLattice puts spheres on a grid without end, where the density a cell sees is a sum of
// Green's functions; coupling cloud, voxel and plain.
func onLattice(spheres []oracle.Sphere, coupling string, edge, diffusion, background float64) exchanging {
	spacing := [3]float64{edge, edge, edge}
	c := cloudIn([3]int{1000, 1000, 1000}, spacing, facesOf(tissue.Dirichlet))
	n := len(spheres)
	e := exchanging{spheres: spheres, background: background * quantity.MoleculesPerNanomolar,
		response: mat.NewDense(n, n, nil), own: make([]float64, n), pairs: mat.NewDense(n, n, nil)}
	lines := make([][3]line, n)
	for i, s := range spheres {
		for axis, x := range [3]float64{s.At.X, s.At.Y, s.At.Z} {
			lines[i][axis] = line{low: int(math.Floor(x / edge)), share: []float64{1}}
			if coupling == "cloud" {
				lines[i][axis] = newLine(x, s.Radius, edge)
			}
		}
	}
	var with correlation
	for i := range n {
		for j := range i + 1 {
			r := with.of(c.lattice, lines[i], lines[j]) / diffusion
			e.response.Set(i, j, r)
			e.response.Set(j, i, r)
		}
		if coupling != "plain" {
			e.own[i] = (1/(4*math.Pi*spheres[i].Radius) - e.response.At(i, i)*diffusion) / diffusion
		}
	}
	if coupling == "cloud" {
		e.take(c, diffusion)
	}
	return e
}

// take puts right what a grid gets wrong.
func (e *exchanging) take(c *cloud, diffusion float64) {
	near := c.nearField(places(e.spheres))
	e.pairs.Scale(1/diffusion, near.dense())
	for i, own := range near.own {
		e.own[i] = own / diffusion
		e.pairs.Set(i, i, 0)
	}
}

// Cells of 5 µm in (100 µm)³, D = 10 µm²/s, against multiple scattering: either a tenth of
// them gives off 10 molecules/s, or all take up from 1 pM afar. Tolerances are one and a
// half times what was seen, the stencil's anisotropy beyond nearGap and what PairSweeps
// leave; 0.03 and 0.05 are asked for on 10 and 20 µm.
func TestDenseSuspension(t *testing.T) {
	const diffusion = 10. // µm²/s
	box := r3.Vec{X: 100, Y: 100, Z: 100}
	for _, tc := range []struct {
		number               int
		receptors, edge      float64
		fromCells, fromAfar  float64 // most RMS error of the uptake per cell over its mean
		leastVoxel, leastOff float64 // of coupling voxel and plain, from afar
	}{
		{200, 1e4, 5, 0.004, 0.002, 0.05, 0.2},
		{200, 1e4, 10, 0.009, 0.005, 0.15, 0.2},
		{200, 1e4, 20, 0.014, 0.013, 0.3, 0.3},
		{200, 1e5, 10, 0.005, 0.012, 0.3, 0.4},
		{200, 1e5, 20, 0.006, 0.029, 0.5, 0.5},
		{500, 1e4, 20, 0.018, 0.027, 0.3, 0.3}, // four a voxel
	} {
		t.Run(fmt.Sprintf("n=%d/R=%g/h=%g", tc.number, tc.receptors, tc.edge), func(t *testing.T) {
			if testing.Short() && tc.receptors != 1e4 {
				t.Skip("-short")
			}
			spheres := suspension(1, tc.number, tc.receptors, r3.Vec{}, box)
			off := func(coupling string, background float64) float64 {
				want, err := oracle.Scatter(spheres, oracle.Medium{Diffusion: diffusion, Background: background})
				if err != nil {
					t.Fatal(err)
				}
				got := onLattice(spheres, coupling, tc.edge, diffusion, background).uptake(PairSweeps, PairDamping)
				return offBy(got, want, spheres)
			}
			afar, voxel, plain := off("cloud", 1e-3), off("voxel", 1e-3), off("plain", 1e-3)
			for i := range tc.number / 10 {
				spheres[i].Release = 10
			}
			cells := off("cloud", 0)
			t.Logf("from cells %.4f, from afar %.4f, by voxel %.3f, plain %.3f", cells, afar, voxel, plain)
			if cells > tc.fromCells || afar > tc.fromAfar {
				t.Errorf("off by %.4f from cells and %.4f from afar, want %g and %g", cells, afar, tc.fromCells, tc.fromAfar)
			}
			if voxel < tc.leastVoxel || plain < tc.leastOff {
				t.Errorf("couplings voxel and plain are off by %.3f and %.3f, want %g and %g: nothing to put right", voxel, plain, tc.leastVoxel, tc.leastOff)
			}
		})
	}
}

// What the sweeps leave of the pairs' equations is small beside what the pairs leave, where
// cells are densest on the grid and bind most.
func TestSweepsOverPairsSuffice(t *testing.T) {
	const diffusion, background = 10., 1e-3
	for _, edge := range []float64{5, 10, 20} {
		e := onLattice(suspension(2, 200, 1e5, r3.Vec{}, r3.Vec{X: 100, Y: 100, Z: 100}), "cloud", edge, diffusion, background)
		exact := e.uptake(40, PairDamping)
		square, mean := 0.0, 0.0
		for i, got := range e.uptake(PairSweeps, PairDamping) {
			square += (got - exact[i]) * (got - exact[i]) / float64(len(exact))
			mean += exact[i] / float64(len(exact))
		}
		// Each sweep leaves a quarter of what cells alone are off by, and more on 20 µm.
		if off := math.Sqrt(square) / mean; off > 2e-3 {
			t.Errorf("h = %g µm: %d sweeps leave %.2g of the uptake", edge, PairSweeps, off)
		}
	}
}

// In a box, by multigrid, with decay: cells next to a wall that mirrors them, against
// multiple scattering of them and their images.
func TestCellsAtAWall(t *testing.T) {
	const (
		edge, diffusion, decay = 20., 10., 0.01 // µm, µm²/s, 1/s: a diffusion length of 32 µm
		n                      = 15
	)
	shape := [3]int{13, 15, 15}                                                                   // five lengths and more to the other walls
	spheres := suspension(3, n, 1e4, r3.Vec{X: 5, Y: 120, Z: 120}, r3.Vec{X: 15, Y: 180, Z: 180}) // none through the wall
	for i := range n / 5 {
		spheres[i].Release = 10
	}
	all := slices.Clone(spheres)
	for _, s := range spheres {
		s.At.X = -s.At.X
		all = append(all, s)
	}
	want, err := oracle.Scatter(all, oracle.Medium{Diffusion: diffusion, DecayRate: decay})
	if err != nil {
		t.Fatal(err)
	}
	c := cloudIn(shape, [3]float64{edge, edge, edge}, facesOf(tissue.NoFlux))
	e := exchanging{spheres: spheres, response: mat.NewDense(n, n, nil), own: make([]float64, n), pairs: mat.NewDense(n, n, nil)}
	respond(t, e.response, c, spheres, diffusion, decay)
	e.take(c, diffusion)
	off := offBy(e.uptake(PairSweeps, PairDamping), want[:n], spheres)
	t.Logf("off by %.4f", off)
	if off > 0.015 { // as in TestDenseSuspension
		t.Errorf("off by %.4f, want 0.015", off)
	}
}

// respond solves for what every cell sees of a molecule/s from every other in a box.
func respond(t *testing.T, response *mat.Dense, c *cloud, spheres []oracle.Sphere, diffusion, decay float64) {
	t.Helper()
	op := multigrid.Operator{Shape: c.grid.Shape, Sink: make([]float64, c.grid.Voxels())}
	for axis, h := range c.grid.Spacing {
		op.Weights[axis] = diffusion / (h * h)
	}
	for i := range op.Sink {
		op.Sink[i] = decay
	}
	solver, err := multigrid.New(op)
	if err != nil {
		t.Fatal(err)
	}
	var footprints []footprint
	for _, s := range spheres {
		footprints = append(footprints, c.footprint(s.At, s.Radius, nil))
	}
	for j, from := range footprints {
		source, density := make([]float64, len(op.Sink)), make([]float64, len(op.Sink))
		for k, voxel := range from.voxel {
			source[voxel] = from.share[k] / c.grid.VoxelVolume()
		}
		if _, residual, err := solver.Solve(density, source, 1e-8, 40); err != nil || residual > 1e-8 {
			t.Fatalf("residual %g, error %v", residual, err)
		}
		for i, at := range footprints {
			for k, voxel := range at.voxel {
				response.Set(i, j, response.At(i, j)+at.share[k]*density[voxel])
			}
		}
	}
}

// A hundred thousand cells as dense as in TestDenseSuspension.
func BenchmarkNearField(b *testing.B) {
	const n, radius = 100000, 5.
	for _, edge := range []float64{10, 20} {
		b.Run(fmt.Sprintf("cells=%d/h=%g", n, edge), func(b *testing.B) {
			voxels := int(math.Cbrt(n/2e-4) / edge)
			c := cloudIn([3]int{voxels, voxels, voxels}, [3]float64{edge, edge, edge}, facesOf(tissue.NoFlux))
			size := c.grid.Size()[0]
			at, radii := within(rand.New(rand.NewPCG(5, 0)), n, r3.Vec{}, r3.Vec{X: size, Y: size, Z: size}), make([]float64, n)
			for i := range radii {
				radii[i] = radius
			}
			for b.Loop() {
				near := c.nearField(at, radii)
				b.ReportMetric(float64(len(near.other))/n, "neighbours/cell")
			}
		})
	}
}
