package engine_test

import (
	"bytes"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue"
)

var inCloud = engine.Options{Coupling: engine.CloudCoupling}

// synapse is a secretor of 10 molecules/s 10 µm from a cell with receptors in the middle of
// a cube whose faces, half an edge away, are held at 0; both are of radius 5 µm.
func synapse(edge, half float64, p tissue.Pointing) *tissue.Model {
	n := int(math.Round(2 * half / edge))
	m := solid([3]int{n, n, n})
	m.Grid.Spacing = [3]float64{edge, edge, edge}
	m = withBoundary(m, every(tissue.Boundary{Kind: tissue.Dirichlet}))
	m.Substrates[0].DiffusionCoefficient, m.Substrates[0].DecayRate, m.Substrates[0].InitialDensity = 10, 0, 0
	m.CellTypes = []tissue.CellType{
		{Name: "Treg", Radius: 5, Receptors: []tissue.Receptor{{Name: "IL-2R", Count: 1e4, OnRate: onRate}}},
		{Name: "Th", Radius: 5, Exchange: []tissue.Exchange{{NetExportRate: 10, Pointing: p}}},
	}
	m.Cells = tissue.Cells{}
	m.Cells.Add(0, r3.Vec{X: half, Y: half, Z: half})
	m.Cells.Add(1, r3.Vec{X: half + 10, Y: half, Z: half})
	return m
}

// selfish is a synapse's secretor without the other cell and with its receptors.
func selfish(edge, half float64, p tissue.Pointing) *tissue.Model {
	m := synapse(edge, half, p)
	m.CellTypes[0].Exchange, m.CellTypes[1].Receptors = m.CellTypes[1].Exchange, m.CellTypes[0].Receptors
	m.Cells = tissue.Cells{}
	m.Cells.Add(0, r3.Vec{X: half, Y: half, Z: half})
	return m
}

// A partially absorbing sphere takes up, of what a point releases a distance d from its
// centre, by reciprocity with its uptake from the held faces of a cube (TestCloudCellsAreSpheres),
//
//	(1/d − M/(2W))/(4πD) / (1/κ + (1/a − M/(2W))/(4πD))
//
// Where the point lies on its own surface, d = a. All around a cell of its own is d = a too.
func TestTipsFeedCellsAsPointsDo(t *testing.T) {
	const diffusion, radius, half, madelung, molecules = 10., 5., 105., 1.747565, 0.602214076
	kappa := onRate / molecules * 1e4
	caught := func(d float64) float64 {
		wall := madelung / (2 * half)
		return 10 * (1/d - wall) / (4 * math.Pi * diffusion) / (1/kappa + (1/radius-wall)/(4*math.Pi*diffusion))
	}
	const (
		walls   = 1e-3         // higher orders of the images in W, and the grid
		width   = 0.005 + 1e-3 // a tip on a surface reaches into it: tipWidth/4
		stencil = 0.015        // beyond the reach of the correction: anisotropy at two voxels
	)
	out := r3.Vec{X: 1}
	for _, tc := range []struct {
		name  string
		model func(edge, half float64, p tissue.Pointing) *tissue.Model
		edge  float64
		p     tissue.Pointing
		want  float64 // molecules/s
		tol   float64 // relative
	}{
		{"all around", synapse, 15, tissue.Pointing{}, caught(10), walls},
		{"into the synapse", synapse, 10, tissue.Pointing{Fraction: 1}, caught(5), width},
		{"into the synapse", synapse, 15, tissue.Pointing{Fraction: 1}, caught(5), width},
		{"half into it", synapse, 15, tissue.Pointing{Fraction: 0.5}, 0.5*caught(5) + 0.5*caught(10), width},
		{"away", synapse, 5, tissue.Pointing{Fraction: 1, Direction: out}, caught(15), stencil},
		{"away", synapse, 10, tissue.Pointing{Fraction: 1, Direction: out}, caught(15), walls},
		{"away", synapse, 15, tissue.Pointing{Fraction: 1, Direction: out}, caught(15), walls},
		{"sideways", synapse, 10, tissue.Pointing{Fraction: 1, Direction: r3.Vec{Y: 1}}, caught(math.Sqrt(125)), walls},
		{"sideways", synapse, 15, tissue.Pointing{Fraction: 1, Direction: r3.Vec{Y: 1}}, caught(math.Sqrt(125)), walls},
		{"its own all around", selfish, 15, tissue.Pointing{}, caught(5), walls},
		{"its own at a point", selfish, 15, tissue.Pointing{Fraction: 1, Direction: out}, caught(5), width},
	} {
		t.Run(fmt.Sprintf("%s/h=%g", tc.name, tc.edge), func(t *testing.T) {
			m := tc.model(tc.edge, half, tc.p)
			s := processor().solver(t, m, inCloud)
			advance(t, s, 8000) // 20 times the slowest decay's
			states, err := s.Cells()
			if err != nil {
				t.Fatal(err)
			}
			off := states.TakenUp[0][0]/tc.want - 1
			if math.Abs(off) > tc.tol {
				t.Errorf("%.5g molecules/s taken up, want %.5g: off by %.4f", states.TakenUp[0][0], tc.want, off)
			}
			if got := states.Secreted[0][m.Cells.Len()-1]; math.Abs(got-10) > 1e-12 {
				t.Errorf("%g molecules/s secreted, want 10", got)
			}
			if l := ledger(t, s, 0); math.Abs(l.Residual()) > 1e-12*l.Handled() {
				t.Errorf("residual %g of %g", l.Residual(), l.Handled())
			}
		})
	}
}

// pointed is strewn cells whose exporters, and the cells with receptors, export towards the
// latter, where they touch one.
func pointed(t *testing.T) *tissue.Model {
	m := strewn(colony(t, 1500))
	for i := range m.CellTypes {
		m.CellTypes[i].Exchange[0].Pointing = tissue.Pointing{Fraction: 0.7, Towards: 1}
	}
	return m
}

// A run in which exports point repeats bit for bit, on any number of processors, and goes
// on so from a snapshot.
func TestTipsRepeatBitForBit(t *testing.T) {
	m := pointed(t)
	onBothDevices(t, func(t *testing.T, d device) {
		run := func(processors int) engine.Solver {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors))
			s := d.solver(t, m, inCloud)
			advance(t, s, 50)
			return s
		}
		one, two := run(1), run(3)
		same(t, outcomeOf(t, two, m), outcomeOf(t, one, m))
		var snapshot bytes.Buffer
		if err := one.Snapshot(&snapshot); err != nil {
			t.Fatal(err)
		}
		restored := d.solver(t, m, inCloud)
		if err := restored.Restore(&snapshot); err != nil {
			t.Fatal(err)
		}
		advance(t, one, 100)
		advance(t, restored, 100)
		same(t, outcomeOf(t, restored, m), outcomeOf(t, one, m))
	})
}

// Exports that point to nobody, or with no share, are those all around, bit for bit.
func TestNoShareIsAllAround(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		outcome := func(p tissue.Pointing) outcome {
			m := synapse(15, 60, p)
			s := d.solver(t, m, inCloud)
			advance(t, s, 100)
			return outcomeOf(t, s, m)
		}
		want := outcome(tissue.Pointing{})
		same(t, outcome(tissue.Pointing{Direction: r3.Vec{X: 1}}), want)
		same(t, outcome(tissue.Pointing{Fraction: 1, Towards: 1}), want)
	})
}

// A GPU's tips are the processor's, in every scheme that takes them, with receptors that
// have a state and two substrates.
func TestTipsAgreeOnBothDevices(t *testing.T) {
	m := pointed(t)
	for _, o := range []engine.Options{{Coupling: engine.CloudCoupling, TimeStep: 5}, {Coupling: engine.CloudCoupling, Scheme: engine.FTCS}} {
		var want engine.CellStates
		onBothDevices(t, func(t *testing.T, d device) {
			s := d.solver(t, m, o)
			advance(t, s, 60)
			states, err := s.Cells()
			if err != nil {
				t.Fatal(err)
			}
			if l := ledger(t, s, 0); math.Abs(l.Residual()) > d.residual*l.Handled() {
				t.Errorf("%s: residual %g of %g", o.Scheme, l.Residual(), l.Handled())
			}
			if want.ID == nil {
				want = states
				return
			}
			for what, pair := range map[string][2][]float64{"taken up": {states.TakenUp[0], want.TakenUp[0]}, "secreted": {states.Secreted[0], want.Secreted[0]}} {
				if off := farthest(pair[0], pair[1]); off > 2e-5 { // float32: some hundred eps over the steps
					t.Errorf("%s: %s off by %.2g of the largest", o.Scheme, what, off)
				}
			}
		})
	}
}

// Forward Euler, whose steps are short, and the adaptive scheme take tips to the same place.
func TestSchemesAgreeOnTips(t *testing.T) {
	m := pointed(t)
	var all [][]float64
	for _, scheme := range []engine.Scheme{engine.Adaptive, engine.FTCS} {
		s := processor().solver(t, m, engine.Options{Coupling: engine.CloudCoupling, Scheme: scheme, RelativeTolerance: 1e-5})
		advance(t, s, 60)
		all = append(all, read(t, s, m.Grid, 0).Values)
	}
	if off := distance(all[0], all[1]); off > 3e-3 { // forward Euler's first order
		t.Errorf("densities differ by %.2g", off)
	}
}

// At Update tips turn to where partners are then: what a cell catches is that of a solver
// made for the new places.
func TestTipsTurnAtUpdate(t *testing.T) {
	before, after := synapse(15, 60, tissue.Pointing{Fraction: 1}), synapse(15, 60, tissue.Pointing{Fraction: 1})
	after.Cells.Position[0] = r3.Add(after.Cells.Position[1], r3.Vec{Y: 11})
	onBothDevices(t, func(t *testing.T, d device) {
		moved, there := d.solver(t, before, inCloud), d.solver(t, after, inCloud)
		advance(t, moved, 30)
		if err := moved.Update(after); err != nil {
			t.Fatal(err)
		}
		advance(t, moved, 2600) // 20 times the slowest decay's
		advance(t, there, 2600)
		got, err := moved.Cells()
		if err != nil {
			t.Fatal(err)
		}
		want, err := there.Cells()
		if err != nil {
			t.Fatal(err)
		}
		if off := got.TakenUp[0][0]/want.TakenUp[0][0] - 1; math.Abs(off) > 1e-4 { // rtol of the steps
			t.Errorf("%.6g molecules/s taken up, want %.6g", got.TakenUp[0][0], want.TakenUp[0][0])
		}
		if l := ledger(t, moved, 0); math.Abs(l.Residual()) > d.residual*l.Handled() || math.Abs(l.Secreted/26000-1) > 1e-5 {
			t.Errorf("residual %g of %g; secreted %g, want 26000", l.Residual(), l.Handled(), l.Secreted)
		}
		after.CellTypes[1].Exchange[0].NetExportRate = 0
		defer func() { after.CellTypes[1].Exchange[0].NetExportRate = 10 }()
		if err := moved.Update(after); err != nil {
			t.Fatal(err)
		}
		if now, err := moved.Cells(); err != nil || now.Secreted[0][1] != 0 {
			t.Errorf("a cell that stopped secretes %v molecules/s, %v", now.Secreted, err)
		}
	})
}

// What leaves at a tip carries the tag of its cell.
func TestTipsCarryTheTagOfTheirCell(t *testing.T) {
	m := synapse(15, 60, tissue.Pointing{Fraction: 0.5})
	m.Attribution = []tissue.Attribution{{Substrate: 0, By: tissue.TagCells}}
	onBothDevices(t, func(t *testing.T, d device) {
		s := d.solver(t, m, inCloud)
		advance(t, s, 300)
		a := attribution(t, s, 0)
		sums(t, d, a, ledger(t, s, 0))
		if len(a.Tags) != 2 || math.Abs(a.Tags[1].Ledger.Secreted-3000) > 3000*d.residual || a.Tags[0].Ledger.Secreted != 0 {
			t.Errorf("tags %+v, want 3000 molecules of cell 2 and none of the rest", a.Tags)
		}
	})
}

// Other couplings refuse exports that point, when a solver is made, when it is given such
// cells, and in what is said of the model before.
func TestPointingNeedsCouplingCloud(t *testing.T) {
	m, around := synapse(15, 60, tissue.Pointing{Fraction: 0.5}), synapse(15, 60, tissue.Pointing{})
	for _, o := range []engine.Options{{}, {Coupling: engine.PlainCoupling}, {Scheme: engine.LOD}, {Scheme: engine.Steady}, {Scheme: engine.Implicit}} {
		wants := func(when string, err error) {
			t.Helper()
			if err == nil || !strings.Contains(err.Error(), `cell type "Th" exports IL-2 towards one side: want coupling cloud`) {
				t.Errorf("%+v: %s: %v, want that it needs coupling cloud", o, when, err)
			}
		}
		_, err := newProcessor(m, o)
		wants("new", err)
		wants("update", processor().solver(t, around, o).Update(m))
		a, err := engine.Analyse(m, o, 60)
		if err != nil {
			t.Fatal(err)
		}
		wants("analysis", a.Fault)
	}
}

// The analysis counts who has a partner, and warns where none has, or where a partner takes
// up so much that cells in its shadow would get less than nothing: β = κ/(4πDa) = 0.82 per 1e4
// receptors here.
func TestAnalysisTellsWhoPoints(t *testing.T) {
	m := synapse(15, 60, tissue.Pointing{Fraction: 0.5})
	for _, tc := range []struct {
		receptors float64
		away      float64 // µm
		cells     int
		warns     string
	}{
		{1e4, 10, 1, ""},
		{1e4, 13, 0, `cell type "Th": none of its cells touches one to export "IL-2" towards`},
		{3e4, 10, 1, `cell type "Treg" takes up "IL-2" so fast (κ/(4παDa) = 2.5)`},
	} {
		m.CellTypes[0].Receptors[0].Count = tc.receptors
		m.Cells.Position[1].X = m.Cells.Position[0].X + tc.away
		a, err := engine.Analyse(m, inCloud, 60)
		want := engine.PointingCount{Type: 1, Substrate: 0, Cells: tc.cells, Of: 1}
		if err != nil || a.Fault != nil || len(a.Pointing) != 1 || a.Pointing[0] != want {
			t.Errorf("%+v, %v, %v: want %+v", a.Pointing, a.Fault, err, want)
		}
		warned := slices.ContainsFunc(a.Warnings, func(w string) bool { return tc.warns != "" && strings.Contains(w, tc.warns) })
		other := slices.ContainsFunc(a.Warnings, func(w string) bool {
			return strings.Contains(w, "export") && (tc.warns == "" || !strings.Contains(w, tc.warns))
		})
		if warned != (tc.warns != "") || other {
			t.Errorf("warnings %q, want %q", a.Warnings, tc.warns)
		}
	}
}

// fromTip returns what a point on a partially absorbing sphere of radius a leaves at a
// distance r from its centre, at an angle to the point, of q/(4πD), by all multipoles,
//
//	1/|r − tip| + Σ_l (l − β)/(l + 1 + β) a^l/r^(l + 1) P_l(cos)
//
// and without the sphere.
func fromTip(beta, a, r, cosine float64) (left, free float64) {
	free = 1 / math.Sqrt(a*a+r*r-2*a*r*cosine)
	left = free
	p, next := 1., cosine
	for l := range 100 { // (a/r)^100
		n := float64(l)
		left += (n - beta) / (n + 1 + beta) * math.Pow(a/r, n) / r * p
		p, next = next, ((2*n+3)*cosine*next-(n+1)*p)/(n+2)
	}
	return left, free
}

// Around a partner that takes up evenly all around, densities are off from all multipoles
// as docs/numerics.md says, in shares of what would be there without it.
func TestPartnersCastShadows(t *testing.T) {
	const diffusion, radius, half, molecules, rate = 10., 5., 105., 0.602214076, 10.
	for _, tc := range []struct{ beta, behind, aside float64 }{
		{0, 0.22, -0.05}, {0.7, 0.01, 0.01}, {3.4, -0.26, 0.09}, {10, -0.40, 0.12},
	} {
		m := synapse(5, half, tissue.Pointing{Fraction: 1})
		m.CellTypes[0].Receptors[0].Count = tc.beta * 4 * math.Pi * diffusion * radius / (onRate / molecules)
		s := processor().solver(t, m, inCloud)
		advance(t, s, 2000) // 5 times the slowest decay's
		density := make([]float64, 2)
		r, middle := 2*radius, m.Cells.Position[0]
		at := []r3.Vec{r3.Add(middle, r3.Vec{X: -r}), r3.Add(middle, r3.Vec{X: r / 2, Y: r * math.Sqrt(0.75)})}
		if err := s.Gather(0, at, density, nil); err != nil {
			t.Fatal(err)
		}
		for i, want := range []float64{tc.behind, tc.aside} {
			left, free := fromTip(tc.beta, radius, r, []float64{-1, 0.5}[i])
			left -= 1.747565 / (2 * half) / (1 + tc.beta) // the walls', see TestTipsFeedCellsAsPointsDo
			got := (density[i]*molecules*4*math.Pi*diffusion/rate - left) / free
			if math.Abs(got-want) > 0.05 { // the grid's stencil two voxels from what feeds and takes up: 0.04 seen
				t.Errorf("β = %g, place %d: off by %.3f, want %.3f", tc.beta, i+1, got, want)
			}
		}
	}
}
