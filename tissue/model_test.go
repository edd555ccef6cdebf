package tissue

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue/expression"
	"github.com/cytofield/cytofield/tissue/quantity"
)

func TestIndexAndCoordinatesAreInverse(t *testing.T) {
	for _, shape := range [][3]int{{1, 1, 1}, {5, 1, 1}, {1, 7, 1}, {1, 1, 4}, {3, 5, 7}} {
		g := Grid{Shape: shape, Spacing: [3]float64{1, 2, 3}}
		for i := range g.Voxels() {
			at := g.Coordinates(i)
			if g.Index(at[0], at[1], at[2]) != i {
				t.Fatalf("shape %v: voxel %d has coordinates %v, whose index is %d", shape, i, at, g.Index(at[0], at[1], at[2]))
			}
			if g.VoxelAt(g.Centre(at[0], at[1], at[2])) != at {
				t.Fatalf("shape %v: the centre of voxel %v lies in %v", shape, at, g.VoxelAt(g.Centre(at[0], at[1], at[2])))
			}
		}
	}
}

func TestWallsBelongToTheBox(t *testing.T) {
	g := Grid{Shape: [3]int{4, 3, 2}, Spacing: [3]float64{10, 10, 5}}
	for _, tc := range []struct {
		at     r3.Vec
		inside bool
		voxel  [3]int
	}{
		{r3.Vec{}, true, [3]int{0, 0, 0}},
		{r3.Vec{X: 40, Y: 30, Z: 10}, true, [3]int{3, 2, 1}},
		{r3.Vec{X: 10, Y: 10, Z: 5}, true, [3]int{1, 1, 1}},
		{r3.Vec{X: -1e-9}, false, [3]int{0, 0, 0}},
		{r3.Vec{X: 40.1, Y: 99, Z: -3}, false, [3]int{3, 2, 0}},
	} {
		if g.Contains(tc.at) != tc.inside || g.VoxelAt(tc.at) != tc.voxel {
			t.Errorf("%v: inside %t in voxel %v, want %t in %v", tc.at, g.Contains(tc.at), g.VoxelAt(tc.at), tc.inside, tc.voxel)
		}
	}
	if g.Contains(r3.Vec{X: math.NaN()}) {
		t.Error("a point without a place lies in the box")
	}
}

func TestAmounts(t *testing.T) {
	m := Model{Grid: Grid{Shape: [3]int{1, 1, 1}, Spacing: [3]float64{20, 20, 20}}, ExtracellularFraction: 0.2}
	// 1 pM in a whole voxel of 20 µm is 4.8 molecules; a fifth of it is fluid.
	if got := 1e-3 * m.FluidVolume() * Nanomolar.AmountPerVolume(); math.Abs(got-0.2*4.8177) > 1e-4 {
		t.Errorf("1 pM is %g molecules, want %g", got, 0.2*4.8177)
	}
	if MillimetresMercury.CountsMolecules() || MillimetresMercury.AmountPerVolume() != 1 {
		t.Error("mmHg converts to molecules")
	}
}

func TestAddedCellsKeepRisingIDs(t *testing.T) {
	var c Cells
	first, second := c.Add(0, r3.Vec{}), c.Add(1, r3.Vec{})
	if second <= first || c.Len() != 2 || c.Count(2)[1] != 1 {
		t.Errorf("ids %d, %d, %d cells, counts %v", first, second, c.Len(), c.Count(2))
	}
}

func TestDiffusionLength(t *testing.T) {
	s := Substrate{DiffusionCoefficient: 10}
	if l := s.DiffusionLength(1e-3); math.Abs(l-100) > 1e-12 {
		t.Errorf("√(10/1e-3) is %g µm, want 100", l)
	}
	if !math.IsInf(s.DiffusionLength(0), 1) {
		t.Error("without loss a molecule gets only so far")
	}
}

// rate reads a rate over three substrates.
func rate(t *testing.T, text string) *expression.Rate {
	t.Helper()
	substrates := []Substrate{{Name: "IL-2", Unit: Nanomolar}, {Name: "oxygen", Unit: MillimetresMercury}, {Name: "third", Unit: Nanomolar}}
	r, err := expression.Parse(text, RateScope(substrates, []expression.Constant{{Name: "k", Dimension: quantity.Rate, Value: 2}}))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Every fault of a model is reported, not the first.
func TestValidateReportsEveryFault(t *testing.T) {
	sound := func() *Model {
		return &Model{
			Grid: Grid{Shape: [3]int{4, 4, 1}, Spacing: [3]float64{10, 10, 10}, Planar: true}, ExtracellularFraction: 1, Duration: 1,
			Substrates: []Substrate{{Name: "IL-2", Unit: Nanomolar, DiffusionCoefficient: 10}, {Name: "oxygen", Unit: MillimetresMercury}},
			Reactions:  []Reaction{{Name: "loss", Rate: rate(t, "k*IL_2"), Changes: []Change{{Substrate: 0, Factor: -1}}}},
			CellTypes:  []CellType{{Name: "Th", Radius: 5}},
			Cells:      Cells{ID: []CellID{1}, Type: []CellTypeID{0}, Position: []r3.Vec{{X: 5, Y: 5, Z: 5}}},
		}
	}
	if err := sound().Validate(); err != nil {
		t.Fatalf("the sound model: %v", err)
	}
	for _, tc := range []struct {
		name    string
		spoil   func(m *Model)
		message string
	}{
		{"grid", func(m *Model) { m.Grid.Shape[0] = 0 }, "0 voxels along x"},
		{"spacing", func(m *Model) { m.Grid.Spacing[1] = -1 }, "voxel edge -1 µm along y"},
		{"planar", func(m *Model) { m.Grid.Shape[2] = 2 }, "a planar grid with 2 layers"},
		{"fraction", func(m *Model) { m.ExtracellularFraction = 0 }, "extracellular fraction 0"},
		{"no substrate", func(m *Model) { m.Substrates = nil }, "no substrate"},
		{"name twice", func(m *Model) { m.Substrates[1].Name = "IL-2" }, `substrate name "IL-2": want each name once`},
		{"unit", func(m *Model) { m.Substrates[0].Unit = "g/l" }, `density unit "g/l"`},
		{"diffusion", func(m *Model) { m.Substrates[0].DiffusionCoefficient = -1 }, "diffusion coefficient -1 µm²/s"},
		{"not a number", func(m *Model) { m.Substrates[0].DecayRate = math.NaN() }, "decay rate NaN 1/s"},
		{"half periodic", func(m *Model) { m.Substrates[0].Boundary[0][0].Kind = Periodic }, "periodic at one x face only"},
		{"z face in 2D", func(m *Model) { m.Substrates[0].Boundary[2][0].Kind = Dirichlet }, "the plane has no z faces"},
		{"radius", func(m *Model) { m.CellTypes[0].Radius = 0 }, "radius 0 µm"},
		{"negative rate", func(m *Model) { m.CellTypes[0].Exchange = []Exchange{{UptakeRate: -2}} }, "uptake rate of IL-2 is -2"},
		{"half saturation", func(m *Model) { m.CellTypes[0].Exchange = []Exchange{{MaxUptakeRate: 1}} }, "without a half saturation"},
		{"molecules of oxygen", func(m *Model) { m.CellTypes[0].Exchange = []Exchange{{Substrate: 1, NetExportRate: 1}} }, "does not convert to molecules"},
		{"unknown ligand", func(m *Model) { m.CellTypes[0].Receptors = []Receptor{{Name: "R", Ligand: 7}} }, `receptor "R" binds substrate 7 of 2`},
		{"reaction name", func(m *Model) { m.Reactions[0].Name = "" }, `reaction name ""`},
		{"no rate", func(m *Model) { m.Reactions[0].Rate = nil }, `reaction "loss": no rate`},
		{"rate of another model", func(m *Model) { m.Reactions[0].Rate = rate(t, "k*third") }, "has variable 2 of 2 substrates"},
		{"no change", func(m *Model) { m.Reactions[0].Changes = nil }, "changes no substrate"},
		{"unknown change", func(m *Model) { m.Reactions[0].Changes[0].Substrate = 2 }, "changes substrate 2 of 2"},
		{"changed twice", func(m *Model) { m.Reactions[0].Changes = append(m.Reactions[0].Changes, Change{Factor: 1}) }, "changes IL-2 twice"},
		{"factor", func(m *Model) { m.Reactions[0].Changes[0].Factor = math.NaN() }, "factor NaN of IL-2"},
		{"rate of oxygen", func(m *Model) { m.Reactions[0].Changes[0].Substrate = 1 }, "the factor of oxygen is a concentration per time: want mmHg per time"},
		{"share", func(m *Model) { m.CellTypes[0].Exchange = []Exchange{{Pointing: Pointing{Fraction: 1.1}}} }, "synaptic fraction of IL-2 is 1.1"},
		{"no share", func(m *Model) { m.CellTypes[0].Exchange = []Exchange{{Pointing: Pointing{Fraction: math.NaN()}}} }, "synaptic fraction of IL-2 is NaN"},
		{"direction", func(m *Model) {
			m.CellTypes[0].Exchange = []Exchange{{Pointing: Pointing{Fraction: 1, Direction: r3.Vec{X: 2}}}}
		}, "points along a vector of length 2: want 1"},
		{"towards", func(m *Model) { m.CellTypes[0].Exchange = []Exchange{{Pointing: Pointing{Fraction: 1, Towards: 1}}} }, `cell type "Th": export of substrate 0 points towards type 1 of 1`},
		{"a cell of its own", func(m *Model) {
			m.CellTypes[0].Exchange = []Exchange{{NetExportRate: 1, Pointing: Pointing{Fraction: 0.5}}}
			m.Cells.Exchange = [][]Exchange{{{NetExportRate: 1, Pointing: Pointing{Fraction: 0.6}}}}
		}, `cell 1 points an export otherwise than its type "Th"`},
		{"duration", func(m *Model) { m.Duration = math.Inf(1) }, "duration +Inf s"},
		{"cell outside", func(m *Model) { m.Cells.Position[0].X = 41 }, "lies outside the domain"},
		{"cell type", func(m *Model) { m.Cells.Type[0] = 3 }, "has type 3 of 1"},
		{"columns", func(m *Model) { m.Cells.Type = nil }, "1 ids, 0 types, 1 positions"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := sound()
			tc.spoil(m)
			if err := m.Validate(); err == nil || !strings.Contains(err.Error(), tc.message) {
				t.Errorf("%v: want %q in it", err, tc.message)
			}
		})
	}
	m := sound()
	m.ExtracellularFraction, m.Duration, m.CellTypes[0].Radius = 2, -1, -5
	if lines := strings.Split(m.Validate().Error(), "\n"); len(lines) != 3 {
		t.Errorf("%d faults, want 3:\n%s", len(lines), strings.Join(lines, "\n"))
	}
}
