package engine_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue"
)

// randomLaw draws a law over many decades, with g of both signs, so that its slack
// is positive.
func randomLaw(random *rand.Rand) engine.SurfaceLaw {
	decades := func(low, high float64) float64 { return math.Pow(10, low+(high-low)*random.Float64()) }
	for {
		l := engine.SurfaceLaw{Sink: decades(-3, 3), Release: decades(-3, 3), HalfSaturation: decades(-4, 2), Shift: decades(-6, 0)}
		switch random.IntN(4) {
		case 0:
			l.Sink = 0
		case 1:
			l.Release = 0
		}
		if random.IntN(4) > 0 {
			l.MaxUptake = decades(-3, 3)
		}
		if random.IntN(2) == 0 {
			l.Shift = -l.Shift
		}
		if l.Slack() > 1e-6 {
			return l
		}
	}
}

// lowest returns the density of the voxel from which on the law has a surface: where
// g < 0, −g q, the part of the voxel's level that is its own release.
func lowest(l engine.SurfaceLaw) float64 { return max(0, -l.Shift*l.Release) }

func TestSurfaceDensitySolvesItsEquation(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 0))
	for range 20000 {
		l := randomLaw(random)
		for _, c := range []float64{0, 1e-9, 1e-4, 0.03, 1, 40, 1e4} {
			voxel := lowest(l) + c
			surface := l.Surface(voxel)
			if below := l.Surface(voxel - 2*c - 1e-6); l.MaxUptake > 0 && below > surface || l.MaxUptake > 0 && below < 0 {
				t.Fatalf("%+v: surface %g below the law's range: want 0 to %g", l, below, surface)
			}
			if surface < -1e-12*(voxel+math.Abs(l.Shift)*l.Release) {
				t.Fatalf("%+v: surface %g at voxel %g: want 0 or more", l, surface, voxel)
			}
			// A few roundings of the terms, each of which may be the largest.
			scale := voxel + math.Abs(surface) + math.Abs(l.Shift)*(l.Sink*math.Abs(surface)+l.Release+l.MaxUptake)
			if residual := surface - (voxel - l.Shift*l.Flux(surface)); math.Abs(residual) > 1e-12*scale {
				t.Fatalf("%+v: surface %g at voxel %g leaves %g of %g", l, surface, voxel, residual, scale)
			}
		}
	}
}

// A cell that releases and takes up with saturation, from nothing: until its voxel
// has filled it sees nothing, never takes up more than V_max, and comes to the one
// state of rest that it comes to from above. Without the bound at 0 the surface
// fell towards the pole at −K_m and stayed there, with three times V_max.
func TestAutocrineCellsComeToRestFromNothing(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		for _, e := range []tissue.Exchange{
			{NetExportRate: 10, MaxUptakeRate: 3, HalfSaturation: 0.01},
			{NetExportRate: 50, MaxUptakeRate: 2, HalfSaturation: 0.03},
			{NetExportRate: 1000, MaxUptakeRate: 300, HalfSaturation: 1},
			{SecretionRate: 0.1, SaturationDensity: 2, MaxUptakeRate: 3, HalfSaturation: 0.01},
		} {
			t.Run(fmt.Sprintf("E=%g,S=%g,K=%g", e.NetExportRate, e.SecretionRate, e.HalfSaturation), func(t *testing.T) {
				var atRest []float64
				for _, initial := range []float64{0, 5 * e.HalfSaturation} {
					m := withBoundary(solid([3]int{9, 9, 9}), every(tissue.Boundary{Kind: tissue.Dirichlet}))
					m.Substrates[0].InitialDensity = initial
					m.CellTypes = []tissue.CellType{exchanging("autocrine", e)}
					m.Cells.Add(0, m.Grid.Centre(4, 4, 4))
					s := d.solver(t, m, engine.Options{RelativeTolerance: 1e-4})
					for _, until := range []float64{0, 0.1, 0.5, 1, 2, 5, 10, 600} {
						advance(t, s, until)
						cells, err := s.Cells()
						if err != nil {
							t.Fatal(err)
						}
						if c, up := cells.Surface[0][0], cells.TakenUp[0][0]; c < 0 || up < 0 || up > e.MaxUptakeRate {
							t.Fatalf("at %g s from %g: surface %g nM, uptake %g molecules/s, want 0 to %g", until, initial, c, up, e.MaxUptakeRate)
						}
					}
					closes(t, d, s, m)
					cells, _ := s.Cells()
					atRest = append(atRest, cells.TakenUp[0][0])
				}
				if math.Abs(atRest[0]/atRest[1]-1) > 1e-3 { // ten times the steps' tolerance
					t.Errorf("at rest it takes up %.6g from below and %.6g molecules/s from above", atRest[0], atRest[1])
				}
			})
		}
	})
}

// More in the voxel is more at the surface, and the flux into the cell rises by no
// more than Slope, which is what the spectral bound counts on.
func TestSurfaceDensityRisesWithTheVoxel(t *testing.T) {
	random := rand.New(rand.NewPCG(12, 0))
	for range 20000 {
		l := randomLaw(random)
		before := l.Surface(lowest(l))
		for i := 1; i <= 12; i++ {
			low, high := lowest(l)+math.Pow(10, float64(i-1)/2-4), lowest(l)+math.Pow(10, float64(i)/2-4)
			surface := l.Surface(high)
			if surface < before*(1-1e-9) {
				t.Fatalf("%+v: surface falls from %g to %g at %g", l, before, surface, high)
			}
			before = surface
			// The larger of what a slack of 1e-6 and a difference of rounded fluxes leave.
			rise, scale := l.Flux(surface)-l.Flux(l.Surface(low)), l.Release+l.MaxUptake+l.Sink*surface
			if rise > l.Slope()*(high-low)*(1+1e-6)+1e-9*scale/min(1, l.Slack()) {
				t.Fatalf("%+v: flux rises by %g from %g to %g, want at most %g", l, rise, low, high, l.Slope()*(high-low))
			}
		}
	}
}

// The flux is the sum of what the ledger calls secreted and taken up.
func TestFluxIsUptakeLessSecretion(t *testing.T) {
	random := rand.New(rand.NewPCG(13, 0))
	for range 1000 {
		l := randomLaw(random)
		l.Secretion = l.Sink * random.Float64()
		l.Saturation = random.Float64()
		l.Export = random.Float64()
		l.Release = l.Export + l.Secretion*l.Saturation
		for _, c := range []float64{0, 0.1, 1, 10} {
			flux := l.TakenUp(c) - l.Secreted(c)
			if scale := l.Sink*c + l.Release + l.MaxUptake; math.Abs(flux-l.Flux(c)) > 1e-13*scale { // a few roundings
				t.Fatalf("%+v: uptake less secretion %g, flux %g at %g", l, flux, l.Flux(c), c)
			}
		}
	}
}

// The numbers of a law, written out once: a cell of 5 µm with all terms in voxels
// of 10 µm at D = 10 µm²/s, α = 0.2.
func TestSurfaceLawHasTheNumbersOfItsCell(t *testing.T) {
	m := solid([3]int{5, 5, 5})
	m.ExtracellularFraction = 0.2
	cell := exchanging("cell", tissue.Exchange{SecretionRate: 0.02, SaturationDensity: 2, UptakeRate: 0.03, NetExportRate: 7, MaxUptakeRate: 3, HalfSaturation: 0.1})
	cell.Receptors = []tissue.Receptor{{Name: "R", Count: 100, OnRate: 0.03}}
	m.CellTypes = []tissue.CellType{cell}
	const molecules, volume = 0.602214076, 523.5987755982989 // per nM µm³; µm³
	secretion := volume * 0.02 * molecules
	want := engine.SurfaceLaw{
		Sink:      secretion + volume*0.03*molecules + 3,
		Release:   7 + secretion*2,
		Export:    7,
		Secretion: secretion, Saturation: 2,
		MaxUptake: 3, HalfSaturation: 0.1,
		Shift: (1/(4*math.Pi*5) - 0.02527310098586630) / (0.2 * 10 * molecules),
	}
	got, ok, err := engine.NewSurfaceLaw(m, 0, 0, engine.VoxelCoupling)
	if !ok || err != nil {
		t.Fatal(ok, err)
	}
	for _, term := range [][2]float64{
		{got.Sink, want.Sink}, {got.Release, want.Release}, {got.Export, want.Export}, {got.Secretion, want.Secretion},
		{got.Saturation, want.Saturation}, {got.MaxUptake, want.MaxUptake}, {got.HalfSaturation, want.HalfSaturation}, {got.Shift, want.Shift},
	} {
		if math.Abs(term[0]/term[1]-1) > 1e-9 { // the self-term is good to 1e-10
			t.Fatalf("%+v, want %+v", got, want)
		}
	}
	if plain, _, _ := engine.NewSurfaceLaw(m, 0, 0, engine.PlainCoupling); plain.Shift != 0 {
		t.Errorf("coupling plain has the shift %g", plain.Shift)
	}
	m.Grid.Planar, m.Grid.Shape[2] = true, 1
	if flat, _, _ := engine.NewSurfaceLaw(m, 0, 0, engine.VoxelCoupling); flat.Shift != 0 {
		t.Errorf("2D has the shift %g", flat.Shift)
	}
}

// Cells of one voxel act as their sum.
func TestCellsOfOneVoxelAddUp(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		for _, coupling := range []engine.Coupling{engine.VoxelCoupling, engine.PlainCoupling} {
			alone := func(types ...tissue.CellType) *engine.Exchange {
				m := solid([3]int{5, 5, 5})
				m.CellTypes = types
				for i := range types {
					m.Cells.Add(tissue.CellTypeID(i), r3.Vec{X: 21 + float64(i), Y: 25, Z: 25})
				}
				x, err := engine.NewExchange(m, 0, coupling)
				if err != nil {
					t.Fatal(err)
				}
				return x
			}
			a := exchanging("a", tissue.Exchange{UptakeRate: 0.3, NetExportRate: 4})
			b := exchanging("b", tissue.Exchange{SecretionRate: 0.2, SaturationDensity: 2})
			b.Radius = 4
			first, second, both := alone(a), alone(b), alone(a, b)
			if len(both.Sites) != 1 {
				t.Fatalf("%d sites, want 1", len(both.Sites))
			}
			sum := engine.Site{Voxel: first.Sites[0].Voxel, Sink: first.Sites[0].Sink + second.Sites[0].Sink, Source: first.Sites[0].Source + second.Sites[0].Source,
				Export: first.Sites[0].Export + second.Sites[0].Export}
			if both.Sites[0] != sum || math.Abs(both.Steepest-sum.Sink) > 1e-15*sum.Sink {
				t.Errorf("%s: %+v, want %+v", coupling, both.Sites[0], sum)
			}
		}
		// Two halves of a linear cell are the whole, without the sub-voxel law.
		whole, halves := exchanging("whole", tissue.Exchange{NetExportRate: 8, MaxUptakeRate: 6, HalfSaturation: 0.3}), exchanging("half", tissue.Exchange{NetExportRate: 4, MaxUptakeRate: 3, HalfSaturation: 0.3})
		run := func(cell tissue.CellType, copies int) (engine.Solver, *tissue.Model) {
			m := solid([3]int{6, 5, 7})
			m.CellTypes = []tissue.CellType{cell}
			for range copies {
				m.Cells.Add(0, m.Grid.Centre(2, 3, 4))
			}
			s := d.solver(t, m, engine.Options{TimeStep: 5, Coupling: engine.PlainCoupling})
			advance(t, s, 100)
			return s, m
		}
		one, m := run(whole, 1)
		two, _ := run(halves, 2)
		// Sums of two halves round as the whole, or once more in each of 20 steps of 5 stages.
		if apart := farthest(read(t, two, m.Grid, 0).Values, read(t, one, m.Grid, 0).Values); apart > 100*d.epsilon {
			t.Errorf("two halves are %.3g from the whole", apart)
		}
	})
}

// absorber is a cell of radius 5 µm with R receptors in the middle of a cube whose
// walls hold 1 nM, D = 10 µm²/s, without decay.
func absorber(voxels int, edge, receptors float64) *tissue.Model {
	m := withBoundary(solid([3]int{voxels, voxels, voxels}), every(tissue.Boundary{Kind: tissue.Dirichlet, Density: 1}))
	m.Grid.Spacing = [3]float64{edge, edge, edge}
	m.Substrates[0].DecayRate = 0
	m.CellTypes = []tissue.CellType{{Name: "Treg", Radius: 5, Receptors: []tissue.Receptor{{Name: "IL-2R", Count: receptors, OnRate: 0.031}}}}
	size := m.Grid.Size()
	m.Cells.Add(0, r3.Vec{X: size[0] / 2, Y: size[1] / 2, Z: size[2] / 2})
	return m
}

// collinsKimball returns the steady uptake of the absorber, molecules/s,
//
//	J = k c_wall/(1 + k G),  G = (1/a − M/L)/(4π D),  k = k_on R
//
// 4πDa k/(k + 4πDa) c in an infinite medium. The walls of a cube of edge L mirror a
// source in its middle into a lattice of alternating signs, that of rock salt: what
// they take from its own level is Madelung's constant over L.
func collinsKimball(m *tissue.Model) float64 {
	const madelung = 1.7475645946331822
	cell, molecules := m.CellTypes[0], m.Substrates[0].Unit.AmountPerVolume()
	k := cell.Receptors[0].OnRate * cell.Receptors[0].Count // molecules/s per nM
	green := (1/cell.Radius - madelung/m.Grid.Size()[0]) / (4 * math.Pi * m.Substrates[0].DiffusionCoefficient * molecules)
	return k / (1 + k*green)
}

// steadyUptake lets the box come to rest, 12 of its longest times, and returns the
// uptake of its cell, molecules/s.
func steadyUptake(t *testing.T, d device, m *tissue.Model, coupling engine.Coupling) float64 {
	t.Helper()
	length := m.Grid.Size()[0]
	slowest := length * length / (3 * math.Pi * math.Pi * m.Substrates[0].DiffusionCoefficient)
	s := d.solver(t, m, engine.Options{Coupling: coupling})
	advance(t, s, 12*slowest)
	cells, err := s.Cells()
	if err != nil {
		t.Fatal(err)
	}
	return cells.TakenUp[0][0]
}

// Whatever the voxels: the box of 420 µm is cut into 21 and 41 of them.
func TestReceptorsTakeUpAsCollinsAndKimballSay(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		for _, receptors := range []float64{100, 1500, 1e4} {
			coarse, fine := absorber(21, 20, receptors), absorber(41, 420./41, receptors)
			if testing.Short() {
				fine = absorber(21, 10, receptors)
			}
			for _, m := range []*tissue.Model{coarse, fine} {
				t.Run(fmt.Sprintf("R=%g/h=%.3g", receptors, m.Grid.Spacing[0]), func(t *testing.T) {
					got, want := steadyUptake(t, d, m, engine.VoxelCoupling), collinsKimball(m)
					// The voxels' images and the time left cost 6e-5; a cell of the
					// wrong radius or self-term costs per cents.
					if math.Abs(got/want-1) > 1e-3 {
						t.Errorf("%.5g molecules/s, want %.5g", got, want)
					}
				})
			}
		}
	})
}

// Without the law a voxel of 10 µm stands for a sphere of 3.15 µm, h/(4πW): for
// R = 1e4 the uptake is 21 % too small, as k/(1 + k W/(Dh)) says.
func TestPlainCouplingTakesUpTooLittle(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		m := absorber(21, 10, 1e4)
		got, want := steadyUptake(t, d, m, engine.PlainCoupling), collinsKimball(m)
		if off := got/want - 1; math.Abs(off+0.21) > 0.01 {
			t.Errorf("%.5g molecules/s is %.3g off %.5g, want -0.21", got, off, want)
		}
	})
}

// What Cells tells is the equation at the density of this moment, cell by cell.
func TestCellsTellWhatTheyExchange(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		for _, name := range []string{"secretion and uptake", "every term in one cell", "receptors", "several cells a voxel", "extracellular fraction", "2D", "two substrates"} {
			for _, coupling := range []engine.Coupling{engine.VoxelCoupling, engine.PlainCoupling} {
				t.Run(name+"/"+string(coupling), func(t *testing.T) {
					m := agreementModels()[name]
					s := d.solver(t, m, engine.Options{Coupling: coupling})
					advance(t, s, 30)
					cells, err := s.Cells()
					if err != nil {
						t.Fatal(err)
					}
					for id, substrate := range m.Substrates {
						e := newEquation(m, tissue.SubstrateID(id), coupling == engine.PlainCoupling)
						density := read(t, s, m.Grid, tissue.SubstrateID(id))
						for i, kind := range m.Cells.Type {
							at := m.Grid.VoxelAt(m.Cells.Position[i])
							want := e.flux(m.CellTypes[kind], density.At(at[0], at[1], at[2]))
							got := cells.TakenUp[id][i] - cells.Secreted[id][i]
							// Newton's last step, and the self-term, which is good to 1e-10.
							scale := math.Abs(cells.TakenUp[id][i]) + math.Abs(cells.Secreted[id][i])
							if math.Abs(got-want) > 1e-9*scale {
								t.Fatalf("%s, cell %d: net flux %.12g, want %.12g", substrate.Name, cells.ID[i], got, want)
							}
						}
					}
				})
			}
		}
	})
}

// A dead cell's receptors take up a tenth of what they did, as its uptake does; the living
// beside it take up all, and so does it again in a model where it lives.
func TestTheDeadKeepATenthOfTheirReceptors(t *testing.T) {
	m := populate(solid([3]int{3, 3, 3}), 2, tissue.CellType{Name: "Treg", Radius: 5, Receptors: []tissue.Receptor{{Name: "IL-2R", Count: 1000, OnRate: onRate}}})
	died := *m
	died.Cells.Dead = make([]bool, m.Cells.Len())
	died.Cells.Dead[0] = true
	onBothDevices(t, func(t *testing.T, d device) {
		for _, coupling := range []engine.Coupling{engine.PlainCoupling, engine.CloudCoupling} {
			s := d.solver(t, &died, engine.Options{Coupling: coupling})
			perDensity := func(share float64) {
				t.Helper()
				states, err := s.Cells()
				if err != nil {
					t.Fatal(err)
				}
				for i, want := range []float64{share * onRate * 1000, onRate * 1000} {
					if got := states.TakenUp[0][i] / states.Surface[0][i]; math.Abs(got/want-1) > 16*eps32 {
						t.Errorf("%s: cell %d takes up %g a second and nM, want %g", coupling, i+1, got, want)
					}
				}
			}
			perDensity(0.1)
			if err := s.Update(m); err != nil {
				t.Fatal(err)
			}
			perDensity(1)
		}
	})
}
