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
	"github.com/cytofield/cytofield/tissue/quantity"
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
		walls   = 1e-3  // higher orders of the images in W, and the grid
		width   = 0.003 // a tip on a surface reaches into it, tipWidth/4; and the above
		stencil = 0.015 // beyond the reach of the correction: anisotropy at two voxels
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

// What leaves at a tip carries the tag of its cell, and so does what a cell answers it with, for one
// behind it too.
func TestTipsCarryTheTagOfTheirCell(t *testing.T) {
	m := synapse(15, 60, tissue.Pointing{Fraction: 0.5})
	m.Cells.Add(0, r3.Sub(m.Cells.Position[0], r3.Vec{X: 10}))
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

// The analysis counts who has a partner, and warns where none has.
func TestAnalysisTellsWhoPoints(t *testing.T) {
	m := synapse(15, 60, tissue.Pointing{Fraction: 0.5})
	for _, tc := range []struct {
		away  float64 // µm
		cells int
		warns string
	}{
		{10, 1, ""},
		{13, 0, `cell type "Th": none of its cells touches one to export "IL-2" towards`},
	} {
		m.Cells.Position[1].X = m.Cells.Position[0].X + tc.away
		a, err := engine.Analyse(m, inCloud, 60)
		want := engine.PointingCount{Type: 1, Substrate: 0, Cells: tc.cells, Of: 1}
		if err != nil || a.Fault != nil || len(a.Pointing) != 1 || a.Pointing[0] != want {
			t.Errorf("%+v, %v, %v: want %+v", a.Pointing, a.Fault, err, want)
		}
		if warned := slices.ContainsFunc(a.Warnings, func(w string) bool { return strings.Contains(w, "export") }); warned != (tc.warns != "") {
			t.Errorf("warnings %q, want %q", a.Warnings, tc.warns)
		}
		if tc.warns != "" && !slices.ContainsFunc(a.Warnings, func(w string) bool { return strings.Contains(w, tc.warns) }) {
			t.Errorf("warnings %q, want %q", a.Warnings, tc.warns)
		}
	}
}

// partner is whom a tip in answering feeds: of strength β = κ/(4πDa), by receptors that are
// sinks, by an uptake that saturates, or by receptors with a state. Its radius is 5 µm.
func partner(t *testing.T, m *tissue.Model, beta float64, how string) tissue.CellType {
	t.Helper()
	kappa := 4 * math.Pi * m.Substrates[0].DiffusionCoefficient * 5 * beta * quantity.MoleculesPerNanomolar // molecules/s/nM
	switch how {
	case "saturable": // half full at the density of a tip with β = 0
		return tissue.CellType{Name: "Treg", Radius: 5, Exchange: []tissue.Exchange{{MaxUptakeRate: kappa * 0.03, HalfSaturation: 0.03}}}
	case "with a state":
		cell := binder(t, m.Substrates, kappa/onRate, 0)
		cell.Name, cell.Reactions = "Treg", cell.Reactions[:1]
		cell.Reactions[0].Changes = nil // what binds makes room at once
		return cell
	}
	return tissue.CellType{Name: "Treg", Radius: 5, Receptors: []tissue.Receptor{{Name: "IL-2R", Count: kappa / onRate, OnRate: onRate}}}
}

// answering is a synapse with a partner, whose surface is a gap away, and cells all around it that
// tell what is there 10 µm from its centre at angles to the tip.
func answering(t *testing.T, edge, half, beta, gap float64, how string) (m *tissue.Model, cosines []float64) {
	t.Helper()
	m = synapse(edge, half, tissue.Pointing{Fraction: 1})
	m.CellTypes[0] = partner(t, m, beta, how)
	m.CellTypes[1].Receptors = []tissue.Receptor{{Name: "IL-2R", Count: 1e-3, OnRate: onRate}}
	watch := m.CellTypes[1]
	watch.Name, watch.Exchange = "watch", nil
	m.CellTypes = append(m.CellTypes, watch)
	m.Cells.Position[1].X += gap
	cosines = []float64{(10 + gap) / 10, -1, -0.5, 0, 0.5} // of the secretor first
	for _, c := range cosines[1:] {
		m.Cells.Add(2, r3.Add(m.Cells.Position[0], r3.Scale(10, r3.Vec{X: c, Z: math.Sqrt(1 - c*c)})))
	}
	return m, cosines
}

// fromTip returns what a point a distance d from the centre of a partially absorbing sphere
// of radius a leaves at a distance r from it, at an angle to the point, of q/(4πD), by all
// multipoles but that of l = 0,
//
//	1/|r − tip| + Σ_l (l − β)/(l + 1 + β) a^(2l + 1)/(d r)^(l + 1) P_l(cos)
//
// and without the sphere.
func fromTip(beta, a, d, r, cosine float64) (left, free float64) {
	free = 1 / math.Sqrt(d*d+r*r-2*d*r*cosine)
	left = free
	p, next := 1., cosine
	for l := range 100 { // (a/r)^100
		if n := float64(l); l > 0 {
			left += (n - beta) / (n + 1 + beta) * math.Pow(a*a/(d*r), n+1) / a * p
		}
		p, next = next, ((2*float64(l)+3)*cosine*next-(float64(l)+1)*p)/(float64(l)+2)
	}
	return left, free
}

// What a tip leaves at the cells around its partner, the secretor among them, is what all
// multipoles of the partner do, in shares of what would be there without it. Images in the
// walls see no more than the monopoles.
func TestPartnersAnswerTips(t *testing.T) {
	const (
		around    = 0.006 // three sources for all multipoles: 0.004
		secretor  = 0.018 // the same, less than two radii from the tip: 0.015
		twoVoxels = 0.025 // anisotropy of the stencil where the correction ends, with no partner too: 0.02
	)
	for _, tc := range []struct {
		edge, gap float64
		how       string
		tol       float64
	}{
		{5, 0, "sinks", twoVoxels}, {10, 0, "sinks", around}, {15, 0, "sinks", around}, {10, 1.5, "sinks", around},
		{15, 0, "saturable", around}, {15, 0, "with a state", around},
	} {
		for _, strength := range []float64{1e-6, 0.1, 1, 3.4, 10, 100} {
			t.Run(fmt.Sprintf("h=%g/gap=%g/%s/β=%g", tc.edge, tc.gap, tc.how, strength), func(t *testing.T) {
				for i, off := range offFromAnswer(t, tc.edge, strength, tc.gap, tc.how) {
					tol := tc.tol
					if i == 0 {
						tol = max(tol, secretor)
					}
					if math.Abs(off) > tol {
						t.Errorf("cell %d: off by %.4f of what would be there without a partner, want %g", i+2, off, tol)
					}
				}
			})
		}
	}
}

// offFromAnswer returns how far off all cells of answering but the partner are.
func offFromAnswer(t *testing.T, edge, strength, gap float64, how string) (all []float64) {
	const diffusion, radius, half, rate = 10., 5., 105., 10.
	const wall = 1.747565 / (2 * half) // see TestTipsFeedCellsAsPointsDo
	m, cosines := answering(t, edge, half, strength, gap, how)
	s := processor().solver(t, m, inCloud)
	advance(t, s, 4000) // 10 times the slowest decay's
	states, err := s.Cells()
	if err != nil {
		t.Fatal(err)
	}
	const toDensity = quantity.MoleculesPerNanomolar * 4 * math.Pi * diffusion / rate
	caught := states.TakenUp[0][0] / rate
	beta := caught / (states.Surface[0][0] * toDensity * radius)
	if how != "saturable" && math.Abs(beta/strength-1) > 1e-9 {
		t.Fatalf("β = %g, want %g", beta, strength)
	}
	for i, cosine := range cosines {
		r := 2 * radius
		if i == 0 {
			r, cosine = r*cosine, 1
		}
		left, free := fromTip(beta, radius, radius+gap, r, cosine)
		left -= caught/r + wall*(1-caught)
		all = append(all, (states.Surface[0][i+1]*toDensity-left)/free)
	}
	return all
}

// A partner whose receptors fill up answers less and less: with the stages of a step, to
// second order in time.
func TestAnswersAreOfSecondOrderInTime(t *testing.T) {
	density := func(steps int) []float64 {
		m := synapse(15, 60, tissue.Pointing{Fraction: 1})
		m.CellTypes[0] = binder(t, m.Substrates, 1000, 0)
		s := processor().solver(t, m, engine.Options{Coupling: engine.CloudCoupling, TimeStep: 160 / float64(steps)})
		advance(t, s, 160)
		return read(t, s, m.Grid, 0).Values
	}
	want := density(2048)
	var errors []float64
	for _, steps := range []int{32, 64, 128} {
		errors = append(errors, distance(density(steps), want))
	}
	order(t, errors, 2, 0.15) // as in TestCohortsKeepSecondOrder
}

// Secretors all around a partner leave no density below zero once they have begun, whatever it
// takes up, and a run gets through their beginning.
func TestPartnersCastNoShadowBelowZero(t *testing.T) {
	axes := []r3.Vec{{X: 1}, {X: -1}, {Y: 1}, {Y: -1}, {Z: 1}, {Z: -1}}
	for _, tc := range []struct {
		edge, beta float64
		secretors  int
	}{
		{5, 1e-3, 1}, {5, 10, 1}, {5, 100, 1}, {5, 100, 6}, {10, 100, 6}, {2.5, 1e-3, 6}, // the last begins at −1.1
	} {
		m := synapse(tc.edge, 40, tissue.Pointing{Fraction: 1})
		m.CellTypes[0] = partner(t, m, tc.beta, "sinks")
		for _, way := range axes[1:tc.secretors] {
			m.Cells.Add(1, r3.Add(m.Cells.Position[0], r3.Scale(10, way)))
		}
		s := processor().solver(t, m, inCloud)
		advance(t, s, 0.01)
		advance(t, s, 30)
		values := read(t, s, m.Grid, 0).Values
		if least, most := slices.Min(values), slices.Max(values); least < -0.01*most { // 0.005 seen
			t.Errorf("%+v: %.3g nM, and %.3g at most", tc, least, most)
		}
	}
}
