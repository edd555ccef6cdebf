package engine_test

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/cpu"
	"github.com/cytofield/cytofield/engine/gpu/gputest"
	"github.com/cytofield/cytofield/tissue"
)

// agreementModels cover every term of the equation, every kind of boundary, odd
// sizes and one-voxel axes.
func agreementModels() map[string]*tissue.Model {
	periodic, held := tissue.Boundary{Kind: tissue.Periodic}, tissue.Boundary{Kind: tissue.Dirichlet, Density: 3}
	secretor := exchanging("secretor", tissue.Exchange{SecretionRate: 0.2, SaturationDensity: 2})
	consumer := exchanging("consumer", tissue.Exchange{UptakeRate: 0.3})
	exporter := exchanging("exporter", tissue.Exchange{NetExportRate: 10})
	saturable := exchanging("saturable", tissue.Exchange{MaxUptakeRate: 30, HalfSaturation: 0.2})
	mixed := exchanging("mixed", tissue.Exchange{SecretionRate: 0.1, SaturationDensity: 1, NetExportRate: 2, UptakeRate: 0.1, MaxUptakeRate: 10, HalfSaturation: 0.05})
	receptors := tissue.CellType{Name: "Treg", Radius: 5, Receptors: []tissue.Receptor{{Name: "IL-2R", Count: 1500, OnRate: 0.031}}}
	fraction := populate(solid([3]int{9, 9, 9}), 5, exporter, receptors)
	fraction.ExtracellularFraction = 0.2
	stretched := solid([3]int{12, 8, 10})
	stretched.Grid.Spacing = [3]float64{10, 8, 15}
	populate(stretched, 7, exporter, consumer)
	crowded := populate(solid([3]int{7, 7, 7}), 11, saturable, exporter)
	for i := range crowded.Cells.Len() { // a second and a third cell in the same voxels
		crowded.Cells.Add(tissue.CellTypeID(i%2), crowded.Cells.Position[i])
		crowded.Cells.Add(tissue.CellTypeID((i+1)%2), crowded.Cells.Position[i])
	}
	two := populate(solid([3]int{10, 9, 8}), 6, exporter, consumer)
	two.Substrates = append(two.Substrates, tissue.Substrate{Name: "TNF", Unit: tissue.Nanomolar, DiffusionCoefficient: 50, InitialDensity: 0.1,
		Boundary: every(periodic)})
	two.CellTypes[1].Exchange = append(two.CellTypes[1].Exchange, tissue.Exchange{Substrate: 1, NetExportRate: 1})
	return map[string]*tissue.Model{
		"diffusion, odd sizes":    withBoundary(solid([3]int{19, 23, 29}), [3][2]tissue.Boundary{{held, {}}, {}, {}}),
		"one voxel":               populate(solid([3]int{1, 1, 1}), 1, exporter),
		"a line along x":          populate(solid([3]int{41, 1, 1}), 4, exporter, consumer),
		"a line along y":          populate(solid([3]int{1, 41, 1}), 4, exporter, consumer),
		"a line along z":          populate(solid([3]int{1, 1, 41}), 4, exporter, consumer),
		"a sheet in 3D":           populate(solid([3]int{1, 17, 9}), 5, exporter, consumer),
		"2D":                      populate(planar(37, 21), 6, exporter, consumer),
		"wider than 64":           populate(withBoundary(solid([3]int{71, 5, 6}), [3][2]tissue.Boundary{{}, {held, {}}, {{}, held}}), 7, exporter, consumer),
		"lines longer than 256":   populate(solid([3]int{3, 300, 5}), 7, exporter, consumer),
		"2D, more than a chunk":   populate(planar(5, 75), 6, exporter, consumer),
		"periodic":                populate(withBoundary(solid([3]int{11, 7, 35}), every(periodic)), 8, exporter, consumer),
		"2D periodic in y":        populate(withBoundary(planar(13, 33), [3][2]tissue.Boundary{{}, {periodic, periodic}, {}}), 8, exporter, consumer),
		"held at all faces":       withBoundary(solid([3]int{9, 11, 13}), every(held)),
		"held, one voxel thick":   withBoundary(solid([3]int{1, 11, 13}), every(held)),
		"secretion and uptake":    populate(solid([3]int{15, 15, 15}), 7, secretor, consumer),
		"saturable uptake":        populate(solid([3]int{15, 15, 15}), 7, saturable),
		"every term in one cell":  populate(solid([3]int{13, 13, 13}), 9, mixed),
		"receptors":               populate(solid([3]int{15, 15, 15}), 9, exporter, receptors),
		"several cells a voxel":   crowded,
		"extracellular fraction":  fraction,
		"stretched voxels":        stretched,
		"two substrates":          two,
		"regions":                 regional(populate(solid([3]int{15, 12, 9}), 7, exchanging("sipper", tissue.Exchange{UptakeRate: 0.05}))),
		"regions in 2D":           regional(planar(23, 37)),
		"periodic regions":        regional(withBoundary(solid([3]int{12, 12, 35}), every(periodic))),
		"walls of every kind":     walled(populate(solid([3]int{9, 10, 11}), 6, exporter, consumer)),
		"two substrates, no cell": {Grid: two.Grid, ExtracellularFraction: 1, Substrates: two.Substrates},
	}
}

// The same fixed steps on both devices differ by rounding alone.
func TestGPUAgreesWithReference(t *testing.T) {
	d := gputest.Open(t)
	for name, m := range agreementModels() {
		for _, o := range []engine.Options{
			{TimeStep: 7},
			{TimeStep: 7, Coupling: engine.PlainCoupling},
			{Scheme: engine.FTCS},
			{Scheme: engine.LOD, TimeStep: 7},
			{Scheme: engine.LOD, TimeStep: 2, Coupling: engine.PlainCoupling},
		} {
			if o.Scheme == engine.LOD && !lodTakes(m) {
				continue
			}
			t.Run(fmt.Sprintf("%s/%s%v%s", name, o.Scheme, o.TimeStep, o.Coupling), func(t *testing.T) {
				reference, err := cpu.NewSolver(m, o)
				if err != nil {
					t.Fatal(err)
				}
				defer reference.Close()
				tested, err := engine.NewGPUSolver(d, m, o)
				if err != nil {
					t.Fatal(err)
				}
				defer tested.Close()
				const duration = 140
				advance(t, reference, duration)
				advance(t, tested, duration)
				for s := range m.Substrates {
					compare(t, tested, reference, m, tissue.SubstrateID(s))
				}
			})
		}
	}
}

func compare(t *testing.T, tested, reference engine.Solver, m *tissue.Model, id tissue.SubstrateID) {
	t.Helper()
	// 20 steps of up to 13 stages, each rounding a few times: 64 half-units were
	// never exceeded by half, 40 seen for held faces on llvmpipe.
	const tolerance = 64 * eps32
	got, want := read(t, tested, m.Grid, id), read(t, reference, m.Grid, id)
	largest := 0.0
	for _, c := range want.Values {
		largest = max(largest, math.Abs(c))
	}
	for i, c := range want.Values {
		if math.Abs(got.Values[i]-c) > tolerance*largest {
			t.Fatalf("%s in voxel %v: %.9g, want %.9g within %.2g of %.3g", m.Substrates[id].Name, m.Grid.Coordinates(i), got.Values[i], c, tolerance, largest)
		}
	}
	compareLedgers(t, ledger(t, tested, id), ledger(t, reference, id))
	compareGathered(t, tested, reference, m, id, tolerance*largest)
}

func compareLedgers(t *testing.T, got, want engine.Ledger) {
	t.Helper()
	if r := math.Abs(want.Residual()) / want.Handled(); r > 1e-12 {
		t.Errorf("residual of the reference is %.2g of what it handled, want 1e-12", r)
	}
	if r := math.Abs(got.Residual()) / got.Handled(); r > 1e-5 {
		t.Errorf("residual on the GPU is %.2g of what it handled, want 1e-5", r)
	}
	for _, term := range []struct {
		name      string
		got, want float64
	}{
		{"present", got.Present, want.Present}, {"secreted", got.Secreted, want.Secreted},
		{"taken up", got.TakenUp, want.TakenUp}, {"decayed", got.Decayed, want.Decayed},
		{"through walls", got.ThroughWalls, want.ThroughWalls},
	} {
		if math.Abs(term.got-term.want) > 1e-5*want.Handled() {
			t.Errorf("%s: %.9g, want %.9g molecules", term.name, term.got, term.want)
		}
	}
}

func compareGathered(t *testing.T, tested, reference engine.Solver, m *tissue.Model, id tissue.SubstrateID, tolerance float64) {
	t.Helper()
	size := m.Grid.Size()
	var points []r3.Vec
	for i := range 20 {
		f := float64(i) / 19
		points = append(points, r3.Vec{X: f * size[0], Y: (1 - f) * size[1], Z: math.Mod(f*3.7, 1) * size[2]})
	}
	gather := func(s engine.Solver) ([]float64, []r3.Vec) {
		density, gradient := make([]float64, len(points)), make([]r3.Vec, len(points))
		if err := s.Gather(id, points, density, gradient); err != nil {
			t.Fatal(err)
		}
		return density, gradient
	}
	c, slope := gather(tested)
	wantC, wantSlope := gather(reference)
	for i := range points {
		// A point moves by 2 eps of its place in float32, and a gradient divides by 8 µm.
		if math.Abs(c[i]-wantC[i]) > 4*tolerance || r3.Norm(r3.Sub(slope[i], wantSlope[i])) > tolerance {
			t.Errorf("at %v: %.9g, %v; want %.9g, %v", points[i], c[i], slope[i], wantC[i], wantSlope[i])
		}
	}
}
