package engine_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/cytofield/cytofield/bench"
	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/cpu"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/gallery"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// catcher is a cell that takes up the first substrate with its receptors at a rate,
// µm³/s, at low density.
func catcher(rate float64) tissue.CellType {
	const count = 1000
	return tissue.CellType{Name: "catcher", Radius: 5, Receptors: []tissue.Receptor{{
		Name: "R", Ligand: 0, Count: count, OnRate: rate * 0.602214076 / count,
	}}}
}

func analyse(t *testing.T, m *tissue.Model, o engine.Options) engine.Analysis {
	t.Helper()
	a, err := engine.Analyse(m, o, m.Duration)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestNicheLengthIsThatOfCollinsAndKimball: n cells per volume of tissue take up
//
//	λ_n = √(D/(λ + n k/α)),   1/k = 1/κ + 1/(4π α D a)
func TestNicheLengthIsThatOfCollinsAndKimball(t *testing.T) {
	for _, tc := range []struct {
		name             string
		rate, alpha      float64
		decay, diffusion float64
	}{
		{"receptors limit", 1, 1, 1e-4, 10},
		{"diffusion limits", 1e5, 1, 0, 10},
		{"both", 600, 1, 1e-3, 10},
		{"dense tissue", 600, 0.2, 1e-3, 10},
		{"decay limits", 1e-3, 0.2, 0.1, 10},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := populate(solid([3]int{10, 10, 10}), 5, catcher(tc.rate))
			m.ExtracellularFraction = tc.alpha
			m.Substrates[0].DecayRate, m.Substrates[0].DiffusionCoefficient = tc.decay, tc.diffusion
			n := float64(m.Cells.Len()) / 1e6 // cells per µm³
			k := 1 / (1/tc.rate + 1/(4*math.Pi*tc.alpha*tc.diffusion*5))
			want := math.Sqrt(tc.diffusion / (tc.decay + n*k/tc.alpha))
			if got := analyse(t, m, engine.Options{Coupling: engine.PlainCoupling}).Substrates[0].NicheLength; math.Abs(got/want-1) > 1e-12 {
				t.Errorf("%g µm, want %g", got, want)
			}
		})
	}
	m := solid([3]int{4, 4, 4})
	m.Substrates[0].DecayRate = 0
	if a := analyse(t, m, engine.Options{}).Substrates[0]; !math.IsInf(a.NicheLength, 1) || !math.IsNaN(a.SteadyDensity) {
		t.Errorf("without loss: niche %g µm, steady density %g: want infinity and none", a.NicheLength, a.SteadyDensity)
	}
}

// Receptors with kinetics count as those that stay, with what is free at the start.
func TestReceptorsWithKineticsCountAsTheyStart(t *testing.T) {
	const receptors, free = 1500, 500
	stays := tissue.CellType{Name: "stays", Radius: 5, Receptors: []tissue.Receptor{{Name: "IL-2R", Count: free, OnRate: onRate}}}
	exporter := exchanging("exporter", tissue.Exchange{NetExportRate: 10})
	linear := populate(solid([3]int{9, 8, 7}), 5, exporter, stays)
	kinetic := populate(solid([3]int{9, 8, 7}), 5, exporter, binder(t, linear.Substrates, receptors, intake))
	kinetic.Cells.State = make([][]float64, kinetic.Cells.Len())
	for i, id := range kinetic.Cells.Type {
		if id == 1 {
			kinetic.Cells.State[i] = []float64{float64(free + i%7), 0, 0}
		}
	}
	mean, cells := 0.0, 0.0
	for _, state := range kinetic.Cells.State {
		if state != nil {
			mean, cells = mean+state[0], cells+1
		}
	}
	linear.CellTypes[1].Receptors[0].Count = mean / cells
	a, b := analyse(t, linear, engine.Options{}).Substrates[0], analyse(t, kinetic, engine.Options{}).Substrates[0]
	for name, pair := range map[string][2]float64{
		"loss": {a.LossRate, b.LossRate}, "niche length": {a.NicheLength, b.NicheLength}, "steady density": {a.SteadyDensity, b.SteadyDensity},
	} {
		if math.Abs(pair[1]/pair[0]-1) > 1e-12 {
			t.Errorf("%s %g with kinetics, %g of receptors that stay", name, pair[1], pair[0])
		}
	}
	for _, coupling := range engine.Couplings() {
		_, most, ok, err := engine.NewSurfaceLaws(linear, coupling).Range(1, 0)
		_, same, _, _ := engine.NewSurfaceLaws(kinetic, coupling).Range(1, 0)
		if !ok || err != nil || math.Abs(same.Slack()/most.Slack()-1) > 1e-12 || math.Abs(same.Sink/most.Sink-1) > 1e-12 {
			t.Errorf("coupling %s: law %+v with kinetics, %+v of receptors that stay", coupling, same, most)
		}
	}
}

// The bound that stages follow is known before a run, of receptors too.
func TestAnalysisKnowsTheBoundOfCohorts(t *testing.T) {
	for _, coupling := range engine.Couplings() {
		for _, receptors := range []float64{10, 1000, 1e5} {
			if coupling == engine.VoxelCoupling && receptors > 1000 {
				continue // beyond its law
			}
			m, o := colony(t, receptors), engine.Options{Coupling: coupling}
			solver, err := cpu.NewSolver(m, o)
			s := closing(t, solver, err)
			step(t, s, 1)
			got, want := 0.0, solver.SpectralRadius(0)
			for _, of := range analyse(t, m, o).Substrates {
				got = max(got, of.Radius) // the group's
			}
			// Before a run the mean cell stands for all: 2 % apart with 1e5 receptors.
			if math.Abs(got/want-1) > 0.05 {
				t.Errorf("coupling %s, %g receptors: %g/s expected, %g/s in the run", coupling, receptors, got, want)
			}
		}
	}
}

// What no solver takes of receptors with kinetics is found before it is made.
func TestAnalysisFindsCohortsBeyondTheLaw(t *testing.T) {
	m := colony(t, 1e5)
	a := analyse(t, m, engine.Options{})
	_, err := cpu.NewSolver(m, engine.Options{})
	if !errors.Is(a.Fault, engine.ErrBeyondSubVoxelLaw) || err == nil || a.Fault.Error() != err.Error() {
		t.Errorf("analysis finds %v, the solver says %v", a.Fault, err)
	}
	if a := analyse(t, m, engine.Options{Coupling: engine.CloudCoupling}); a.Fault != nil {
		t.Errorf("coupling cloud: %v", a.Fault)
	}
}

// A group with cohorts never steps implicitly, whatever they hold.
func TestCohortsStepExplicitly(t *testing.T) {
	still := solid([3]int{4, 4, 4})
	linear := populate(solid([3]int{4, 4, 4}), 5, catcher(1))
	for _, tc := range []struct {
		name     string
		model    *tissue.Model
		coupling engine.Coupling
		want     bool
	}{
		{"no cells", still, engine.CloudCoupling, true},
		{"linear cells", linear, engine.VoxelCoupling, true},
		{"linear cells in clouds", linear, engine.CloudCoupling, false},
		{"receptors with kinetics", colony(t, 100), engine.VoxelCoupling, false},
	} {
		if got := engine.StepsImplicitly(tc.model, tc.coupling); got != tc.want {
			t.Errorf("%s: may step implicitly: %v, want %v", tc.name, got, tc.want)
		}
	}
}

// TestSteadyDensityIsWhereARunSettles: the cells lie on a lattice much finer than
// the niche, so that the loss is even.
func TestSteadyDensityIsWhereARunSettles(t *testing.T) {
	exporter := tissue.CellType{Name: "exporter", Radius: 5, Exchange: []tissue.Exchange{{NetExportRate: 10}}}
	secretor := tissue.CellType{Name: "secretor", Radius: 5, Exchange: []tissue.Exchange{{SecretionRate: 0.01, SaturationDensity: 1}}}
	for _, tc := range []struct {
		name  string
		model *tissue.Model
		tol   float64 // relative
	}{
		// Where molecules are does not matter when all die at one rate; what is left is
		// the way there at rtol 1e-3, 8e-6 seen.
		{"decay", populate(solid([3]int{9, 8, 7}), 13, exporter), 1e-4},
		// Cells in 10 % of the volume stand in each other's wells, which the law of a
		// lone sphere leaves out: 2.4 % seen.
		{"uptake", populate(solid([3]int{9, 8, 7}), 5, exporter, catcher(20)), 0.05},
		{"uptake, dense tissue", dense(populate(solid([3]int{9, 8, 7}), 5, exporter, catcher(5))), 0.05},
		{"secretion to a saturation", populate(solid([3]int{9, 8, 7}), 5, secretor, catcher(5)), 0.05},
		{"2D", populate(planar(11, 13), 5, exporter, catcher(2)), 0.05},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := analyse(t, tc.model, engine.Options{}).Substrates[0]
			s := processor().solver(t, tc.model, engine.Options{})
			advance(t, s, 40/a.LossRate)
			l := ledger(t, s, 0)
			mean := l.Present / (tc.model.FluidVolume() * 0.602214076 * float64(tc.model.Grid.Voxels()))
			if apart := math.Abs(mean/a.SteadyDensity - 1); apart > tc.tol {
				t.Errorf("%g nM expected, the run settles at %g: %.2g apart", a.SteadyDensity, mean, apart)
			} else {
				t.Logf("%.2g apart", apart)
			}
		})
	}
}

func dense(m *tissue.Model) *tissue.Model {
	m.ExtracellularFraction = 0.2
	return m
}

// TestSteadyDensityKnowsSaturation: well mixed, n cells that release q and one that
// takes up V c/(K + c) balance at c = K n q/(V − n q); beyond V there is no balance.
func TestSteadyDensityKnowsSaturation(t *testing.T) {
	m := solid([3]int{1, 1, 1})
	m.Substrates[0].DecayRate = 0
	populate(m, 1, exchanging("mixed", tissue.Exchange{NetExportRate: 9, MaxUptakeRate: 10, HalfSaturation: 0.1}))
	m.Substrates[0].DiffusionCoefficient = 0
	if got := analyse(t, m, engine.Options{}).Substrates[0].SteadyDensity; math.Abs(got/0.9-1) > 1e-12 {
		t.Errorf("steady density %g nM, want 0.1·9/(10 − 9) = 0.9", got)
	}
	m.CellTypes[0].Exchange[0].NetExportRate = 11
	if got := analyse(t, m, engine.Options{}).Substrates[0].SteadyDensity; !math.IsNaN(got) {
		t.Errorf("steady density %g nM where more is released than can be taken up, want none", got)
	}
}

// TestWallsLeaveTheSteadyDensityOpen: what they hold decides it.
func TestWallsLeaveTheSteadyDensityOpen(t *testing.T) {
	m := withBoundary(solid([3]int{4, 4, 4}), [3][2]tissue.Boundary{{{Kind: tissue.Dirichlet, Density: 1}}})
	if got := analyse(t, m, engine.Options{}).Substrates[0].SteadyDensity; !math.IsNaN(got) {
		t.Errorf("steady density %g between walls, want none", got)
	}
}

// TestExpectedWorkIsThatOfARun within a factor, which is what a person needs to
// decide whether to wait.
func TestExpectedWorkIsThatOfARun(t *testing.T) {
	text, err := gallery.Text("il2-niche")
	if err != nil {
		t.Fatal(err)
	}
	niche, err := scenario.Decode("il2-niche.yaml", text, "", scenario.Options{})
	if err != nil {
		t.Fatal(err)
	}
	short := *niche.Model
	short.Duration = 900
	still := solid([3]int{5, 6, 7})
	still.Duration = 600
	for _, tc := range []struct {
		name    string
		model   *tissue.Model
		options engine.Options
		every   float64
		factor  float64
		long    bool
	}{
		{"il2-niche", niche.Model, engine.Options{}, niche.Output.Every, 2.5, true},
		{"il2-niche, a quarter", &short, engine.Options{}, 60, 2.5, false},
		{"exchange", bench.Exchange(32, 6000, 10), engine.Options{Coupling: engine.PlainCoupling}, 60, 2.5, false},
		{"fixed step", still, engine.Options{TimeStep: 60}, 300, 1.01, false},
		{"forward Euler", bench.Exchange(16, 6000, 10), engine.Options{Coupling: engine.PlainCoupling, Scheme: engine.FTCS}, 60, 1.01, false},
		{"lod", bench.Exchange(8, 6000, 10), engine.Options{Coupling: engine.PlainCoupling, Scheme: engine.LOD}, 60, 1.01, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if tc.long && testing.Short() {
				t.Skip("an hour of il2-niche")
			}
			a, err := engine.Analyse(tc.model, tc.options, tc.every)
			if err != nil {
				t.Fatal(err)
			}
			if tc.options.Scheme == engine.LOD && a.Substrates[0].Sweeps != 3*a.Substrates[0].Steps {
				t.Errorf("%g sweeps in %g steps, want one along each axis", a.Substrates[0].Sweeps, a.Substrates[0].Steps)
			}
			solver, err := cpu.NewSolver(tc.model, tc.options)
			s := closing(t, solver, err)
			for at := tc.every; at <= tc.model.Duration; at += tc.every {
				advance(t, s, at)
			}
			stats := s.Stats()
			for name, pair := range map[string][2]float64{
				"steps": {a.Substrates[0].Steps, float64(stats.Steps)}, "sweeps": {a.Substrates[0].Sweeps, float64(stats.Sweeps)},
			} {
				ratio := pair[0] / pair[1]
				if name == "sweeps" && tc.factor < 2.5 {
					continue // rates and estimates come on top of the stages of a fixed step
				}
				if t.Logf("%s: %.0f expected, %.0f taken", name, pair[0], pair[1]); ratio > tc.factor || ratio < 1/tc.factor {
					t.Errorf("%s: %.0f expected, %.0f taken: want within a factor %g", name, pair[0], pair[1], tc.factor)
				}
			}
		})
	}
}

func TestDimensionlessNumbersAreThoseOfTheExplicitStep(t *testing.T) {
	m := solid([3]int{4, 5, 1})
	m.Grid.Spacing = [3]float64{10, 20, 10}
	a := analyse(t, m, engine.Options{}).Substrates[0]
	// 2/(λ + 4 D (1/10² + 1/20²)): the axis of one voxel takes no part
	want := 2 / (1e-3 + 4*10*(1./100+1./400))
	if math.Abs(a.ExplicitStep/want-1) > 1e-12 {
		t.Errorf("explicit step %g s, want %g", a.ExplicitStep, want)
	}
	for axis, fourier := range [3]float64{10 * want / 100, 10 * want / 400, 0} {
		if math.Abs(a.Fourier[axis]-fourier) > 1e-12 {
			t.Errorf("Fourier number along axis %d: %g, want %g", axis, a.Fourier[axis], fourier)
		}
	}
	if math.Abs(a.Decay-1e-3*want) > 1e-15 || math.Abs(a.DiffusionLength-100) > 1e-9 {
		t.Errorf("decay number %g, diffusion length %g µm: want %g and 100", a.Decay, a.DiffusionLength, 1e-3*want)
	}
}

func TestAnalysisFindsWhatNoSolverTakes(t *testing.T) {
	m := populate(solid([3]int{6, 6, 6}), 5, catcher(1e4), catcher(2e4))
	m.CellTypes[0].Name, m.CellTypes[1].Name = "greedy", "greedier"
	m.Grid.Spacing = [3]float64{5, 5, 5}
	for i := range m.Cells.Position {
		p := &m.Cells.Position[i]
		p.X, p.Y, p.Z = p.X/2, p.Y/2, p.Z/2
	}
	a := analyse(t, m, engine.Options{})
	_, err := cpu.NewSolver(m, engine.Options{})
	if !errors.Is(a.Fault, engine.ErrBeyondSubVoxelLaw) || !errors.Is(err, engine.ErrBeyondSubVoxelLaw) || a.Fault.Error() != err.Error() {
		t.Errorf("analysis finds %v, the solver says %v", a.Fault, err)
	}
	for _, name := range []string{`"greedy"`, `"greedier"`} {
		if a.Fault == nil || !strings.Contains(a.Fault.Error(), name) {
			t.Errorf("%v does not name %s", a.Fault, name)
		}
	}
	if a := analyse(t, m, engine.Options{Coupling: engine.PlainCoupling}); a.Fault != nil {
		t.Errorf("coupling plain: %v", a.Fault)
	}
	if _, err := engine.Analyse(m, engine.Options{Scheme: "leapfrog"}, 1); err == nil {
		t.Error("an unknown scheme is analysed")
	}
}

func TestAnalysisGivesTheMemoryAGPUTakes(t *testing.T) {
	m := populate(solid([3]int{20, 21, 22}), 7, catcher(20))
	want := engine.GPUMemory(m)
	if got := analyse(t, m, engine.Options{}).DeviceBytes; got != want || got < 20*21*22*16 {
		t.Errorf("%d bytes, want %d", got, want)
	}
	m.Substrates = append(m.Substrates, m.Substrates[0])
	if got := analyse(t, m, engine.Options{}).DeviceBytes; got < 20*21*22*32 {
		t.Errorf("%d bytes for two substrates, want four fields each", got)
	}
}

func TestAnalysisWarnsOfAMissingLaw(t *testing.T) {
	slab := solid([3]int{6, 6, 1})
	for name, m := range map[string]*tissue.Model{"2D": planar(6, 6), "one layer of voxels": slab} {
		a := analyse(t, populate(m, 5, catcher(1)), engine.Options{})
		if warned := strings.Join(a.Warnings, "\n"); !strings.Contains(warned, "no sub-voxel law") {
			t.Errorf("%s: warnings %q", name, warned)
		}
		a = analyse(t, m, engine.Options{Coupling: engine.PlainCoupling})
		if warned := strings.Join(a.Warnings, "\n"); strings.Contains(warned, "no sub-voxel law") {
			t.Errorf("%s, coupling plain: warnings %q", name, warned)
		}
	}
}
