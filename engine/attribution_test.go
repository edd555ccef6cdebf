package engine_test

import (
	"bytes"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/cpu"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/expression"
)

// village has every way to make, move and lose a substrate: cells that export, secrete
// towards a density above and below what there is, take up linearly and saturably, with
// receptors, walls, a region, and a reaction that makes it and one that takes it.
func village(t testing.TB) *tissue.Model {
	t.Helper()
	m := colony(t, 1500)
	for _, e := range []struct {
		name     string
		exchange tissue.Exchange
	}{
		{"drinker", tissue.Exchange{UptakeRate: 0.05}},
		{"saturated", tissue.Exchange{MaxUptakeRate: 20, HalfSaturation: 0.05, NetExportRate: 3}},
		{"low", tissue.Exchange{SecretionRate: 0.2, SaturationDensity: 0.01}},
		{"high", tissue.Exchange{SecretionRate: 0.2, SaturationDensity: 0.5, UptakeRate: 0.01}},
	} {
		m.CellTypes = append(m.CellTypes, exchanging(e.name, e.exchange))
		for k := range 3 {
			i := (31*len(m.CellTypes) + 97*k) % m.Grid.Voxels()
			at := m.Grid.Coordinates(i)
			m.Cells.Add(tissue.CellTypeID(len(m.CellTypes)-1), m.Grid.Centre(at[0], at[1], at[2]))
		}
	}
	m.Substrates[0].Boundary[0] = [2]tissue.Boundary{{Kind: tissue.Dirichlet, Density: 0.03}, {Kind: tissue.Robin, Density: 0.01, Permeability: 0.1}}
	m.Reactions = []tissue.Reaction{
		rate("k*IL_2*sIL_2R", []expression.Constant{perDensityTime("k", 0.01)}, map[string]float64{"IL-2": -1, "sIL-2R": -1})(m),
		rate("k*sIL_2R", []expression.Constant{perTime("k", 1e-4)}, map[string]float64{"IL-2": 1})(m),
	}
	m.Attribution = []tissue.Attribution{{Substrate: 0, By: tissue.TagTypes}}
	return m
}

func attribution(t testing.TB, s engine.Solver, id tissue.SubstrateID) engine.Attribution {
	t.Helper()
	a, err := s.Attribution(id)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// readTag returns the density of a tag.
func readTag(t testing.TB, s engine.Solver, m *tissue.Model, id tissue.SubstrateID, tag int) []float64 {
	t.Helper()
	reader := s.(interface {
		ReadTag(s tissue.SubstrateID, tag int, dst *tissue.Field) error
	})
	f := tissue.NewField(m.Grid)
	if err := reader.ReadTag(id, tag, f); err != nil {
		t.Fatal(err)
	}
	return f.Values
}

// tagSum returns Σ of the densities of all tags.
func tagSum(t testing.TB, s engine.Solver, m *tissue.Model, id tissue.SubstrateID) []float64 {
	t.Helper()
	sum := make([]float64, m.Grid.Voxels())
	for tag := range attribution(t, s, id).Tags {
		for i, c := range readTag(t, s, m, id, tag) {
			sum[i] += c
		}
	}
	return sum
}

// Tags take no part in the step: densities, ledgers, cells and work are those of a run
// without them, bit for bit. They sum up to the whole, and so do their ledgers, each of
// which is closed.
func TestTagsSumUpToARunThatDoesNotSeeThem(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		for _, o := range []engine.Options{{}, {Scheme: engine.FTCS}, {TimeStep: 3}, {Coupling: engine.CloudCoupling}} {
			t.Run(fmt.Sprintf("%s%v%s", o.Scheme, o.TimeStep, o.Coupling), func(t *testing.T) {
				m := village(t)
				m.Attribution = append(m.Attribution, tissue.Attribution{Substrate: 1, By: tissue.TagTypes})
				unseen(t, d, m, o, 300)
			})
		}
		for name, m := range bodyModels() {
			t.Run(name, func(t *testing.T) {
				m.Attribution = []tissue.Attribution{{By: tissue.TagTypes}}
				for _, o := range []engine.Options{{TimeStep: 4}, {Scheme: engine.FTCS}} {
					unseen(t, d, m, o, 60)
				}
			})
		}
	})
}

// unseen runs a model with its tags and without.
func unseen(t *testing.T, d device, m *tissue.Model, o engine.Options, until float64) {
	t.Helper()
	s := d.solver(t, m, o)
	bare := *m
	bare.Attribution = nil
	plain := d.solver(t, &bare, o)
	for _, until := range []float64{until / 3, until} {
		if got, want := advance(t, s, until), advance(t, plain, until); got != want {
			t.Errorf("%+v with tags, %+v without", got, want)
		}
	}
	for _, a := range m.Attribution {
		id := a.Substrate
		want := read(t, plain, m.Grid, id).Values
		if got := read(t, s, m.Grid, id).Values; !slices.Equal(got, want) {
			t.Errorf("substrate %d differs by %.3g with tags", id, farthest(got, want))
		}
		if got, want := ledger(t, s, id), ledger(t, plain, id); got != want {
			t.Errorf("ledger %+v with tags, %+v without", got, want)
		}
		if got := farthest(tagSum(t, s, m, id), want); got > 32*d.epsilon { // of some hundred roundings; 3 to 12 seen
			t.Errorf("tags of substrate %d sum up to what is %.3g half units in the last place off", id, got/d.epsilon)
		}
		sums(t, d, attribution(t, s, id), ledger(t, plain, id))
	}
}

// attributed are models with tags of all that cells, walls, regions, reactions and the body
// do to a substrate.
func attributed(t *testing.T) map[string]*tissue.Model {
	t.Helper()
	all := agreementModels()
	for name, m := range cohortModels(t) {
		all["cohort: "+name] = m
	}
	for name, m := range bodyModels() {
		all["body: "+name] = m
	}
	// Surfaces are held at 0 where a cell's own plume is all there is: see engine.SurfaceLaw.Edge.
	all["not yet filled"] = populate(solid([3]int{9, 8, 7}), 5, exchanging("both", tissue.Exchange{NetExportRate: 10, MaxUptakeRate: 8, HalfSaturation: 0.02}))
	all["not yet filled"].Substrates[0].InitialDensity = 0
	for name, m := range all {
		all[name] = tagged(m)
	}
	all["village"] = village(t)
	return all
}

// tagged is a model with tags of the types that make each substrate.
func tagged(m *tissue.Model) *tissue.Model {
	tagged := *m
	tagged.Attribution = nil
	for id := range m.Substrates {
		tagged.Attribution = append(tagged.Attribution, tissue.Attribution{Substrate: tissue.SubstrateID(id), By: tissue.TagTypes})
	}
	return &tagged
}

// A GPU follows tags through all that the processor does: it has the same density of every
// tag, and the same cells catch as much of each.
func TestTagsAgreeOnBothDevices(t *testing.T) {
	for name, m := range attributed(t) {
		for _, o := range []engine.Options{{TimeStep: 7}, {Scheme: engine.FTCS}, {TimeStep: 7, Coupling: engine.CloudCoupling}} {
			t.Run(fmt.Sprintf("%s/%s%s", name, o.Scheme, o.Coupling), func(t *testing.T) { agreeOnTags(t, m, o) })
		}
	}
	t.Run("hundreds of cells", func(t *testing.T) {
		m := colony(t, 1500)
		m.Attribution = []tissue.Attribution{{By: tissue.TagCells}}
		agreeOnTags(t, m, engine.Options{TimeStep: 7})
	})
	t.Run("pointed", func(t *testing.T) {
		agreeOnTags(t, tagged(pointed(t)), engine.Options{TimeStep: 7, Coupling: engine.CloudCoupling})
	})
}

func agreeOnTags(t *testing.T, m *tissue.Model, o engine.Options) {
	t.Helper()
	until := 70.
	if o.Scheme == engine.FTCS {
		until = 7
	}
	reference := processor().solver(t, m, o)
	advance(t, reference, until)
	d := graphics(t)
	s := d.solver(t, m, o)
	advance(t, s, until)
	for _, a := range m.Attribution {
		id := a.Substrate
		got, want := attribution(t, s, id), attribution(t, reference, id)
		sums(t, d, got, ledger(t, s, id))
		for k, tag := range want.Tags {
			if off := farthest(readTag(t, s, m, id, k), readTag(t, reference, m, id, k)) / eps32; off > 16 { // of ten steps; 7 seen
				t.Errorf("substrate %d, %s: density %.3g half units in the last place off", id, tag.Sender, off)
			}
			for i, caught := range tag.Caught {
				if off := math.Abs(got.Tags[k].Caught[i]-caught) / (eps32 * tag.Ledger.Handled()); off > 8 { // 4 seen
					t.Errorf("substrate %d, %s: %s caught %.9g molecules, want %.9g: %.3g half units in the last place of what was handled off", id, tag.Sender, got.Receivers[i], got.Tags[k].Caught[i], caught, off)
				}
			}
		}
	}
}

// sums asserts that the ledgers of tags are closed and sum up to a whole one.
func sums(t *testing.T, d device, a engine.Attribution, whole engine.Ledger) {
	t.Helper()
	var sum engine.Ledger
	handled := whole.Handled()
	for _, tag := range a.Tags {
		l := tag.Ledger
		if r := l.Residual(); math.Abs(r) > d.residual*handled {
			t.Errorf("%s: residual %.3g of %.3g molecules", tag.Sender, r, handled)
		}
		caught := 0.0
		for _, n := range tag.Caught {
			caught += n
		}
		if math.Abs(caught-l.TakenUp) > d.residual*handled {
			t.Errorf("%s: %.12g caught, %.12g taken up", tag.Sender, caught, l.TakenUp)
		}
		sum.Initial += l.Initial
		sum.Present += l.Present
		sum.Secreted += l.Secreted
		sum.TakenUp += l.TakenUp
		sum.Decayed += l.Decayed
		sum.Reacted += l.Reacted
		sum.ThroughWalls += l.ThroughWalls
		sum.Written += l.Written
	}
	for _, term := range []struct {
		name       string
		sum, whole float64
	}{
		{"initial", sum.Initial, whole.Initial}, {"present", sum.Present, whole.Present},
		{"secreted less taken up", sum.Secreted - sum.TakenUp, whole.Secreted - whole.TakenUp},
		{"decayed", sum.Decayed, whole.Decayed}, {"reacted", sum.Reacted, whole.Reacted},
		{"through walls", sum.ThroughWalls, whole.ThroughWalls}, {"written", sum.Written, whole.Written},
	} {
		if math.Abs(term.sum-term.whole) > d.residual*handled {
			t.Errorf("%s: %.14g of all tags, %.14g of the whole", term.name, term.sum, term.whole)
		}
	}
}

// A cell alone takes up the share κ/(κ + 4π D a) of what it secretes, of its own tag and
// no other: case P01, R = 100, 4000 and 10⁴ receptors in cubes with 0 held at their walls,
// to infinite space with the half edge W as A + B/W + C/W³.
func TestAutocrineFractionIsThatOfCollinsAndKimball(t *testing.T) {
	const perReceptor = 0.05147671108238925 // k_on, µm³/s
	for _, receptors := range []float64{100, 4000, 1e4} {
		var fractions, halfEdges []float64
		for _, n := range []int{11, 21, 31} {
			m := withBoundary(solid([3]int{n, n, n}), every(tissue.Boundary{Kind: tissue.Dirichlet}))
			m.Substrates[0].DecayRate, m.Substrates[0].InitialDensity = 0, 0
			cell := exchanging("T", tissue.Exchange{NetExportRate: 10})
			cell.Receptors = []tissue.Receptor{{Name: "IL-2R", Count: receptors, OnRate: perReceptor * tissue.Nanomolar.AmountPerVolume()}}
			m.CellTypes = []tissue.CellType{cell}
			m.Cells.Add(0, m.Grid.Centre(n/2, n/2, n/2))
			m.Attribution = []tissue.Attribution{{By: tissue.TagCells}}
			s := processor().solver(t, m, engine.Options{RelativeTolerance: 1e-4})
			half := 5 * float64(n)
			settled := 16 * math.Pow(2*half/math.Pi, 2) / (3 * 10) // decay times of the slowest mode
			advance(t, s, settled)
			before := attribution(t, s, 0).Tags[1]
			advance(t, s, 1.25*settled)
			after := attribution(t, s, 0).Tags[1]
			if math.Abs(after.Own/after.Ledger.TakenUp-1) > 1e-13 { // two orders of a sum
				t.Errorf("caught %g of its own, %g in all", after.Own, after.Ledger.TakenUp)
			}
			fractions = append(fractions, (after.Own-before.Own)/(after.Ledger.Secreted-before.Ledger.Secreted))
			halfEdges = append(halfEdges, half)
		}
		got, want := limit(fractions, halfEdges), 1/(1+4*math.Pi*10*5/(perReceptor*receptors))
		if math.Abs(got/want-1) > 5e-3 { // a few 1e-4 of the extrapolation, 10 rtol of the steps
			t.Errorf("R = %g: autocrine fraction %.5g, want %.5g (cubes %.4g)", receptors, got, want, fractions)
		}
	}
}

// limit returns A of A + B/W + C/W³ through three values.
func limit(values, w []float64) float64 {
	// Lagrange's weights of the functions 1, 1/W, 1/W³ at 1/W = 0.
	sum := 0.0
	for i := range 3 {
		x, y, z := 1/w[i], 1/w[(i+1)%3], 1/w[(i+2)%3]
		sum += values[i] * y * z * (z + y) / ((y - x) * (z - x)) / (x + y + z)
	}
	return sum
}

// Two types that do the same at mirrored places catch the same of each other, and a cell
// between them the same of both.
func TestSymmetricSendersHaveASymmetricMatrix(t *testing.T) {
	for _, receiver := range []tissue.Exchange{{UptakeRate: 0.1, NetExportRate: 5}, {MaxUptakeRate: 8, HalfSaturation: 0.02, NetExportRate: 5}} {
		m := solid([3]int{13, 7, 7})
		m.Substrates[0].InitialDensity = 0
		m.CellTypes = []tissue.CellType{exchanging("left", receiver), exchanging("right", receiver), exchanging("middle", tissue.Exchange{UptakeRate: 0.1})}
		for x, kind := range map[int]tissue.CellTypeID{3: 0, 9: 1, 6: 2} {
			m.Cells.Add(kind, m.Grid.Centre(x, 3, 3))
		}
		m.Attribution = []tissue.Attribution{{By: tissue.TagTypes}}
		s := processor().solver(t, m, engine.Options{})
		advance(t, s, 1200)
		a := attribution(t, s, 0)
		left, right := a.Tags[1], a.Tags[2]
		if left.Sender != "left" || right.Sender != "right" || a.Tags[0].Ledger.TakenUp != 0 {
			t.Fatalf("tags %+v", a.Tags)
		}
		for i, j := range []int{1, 0, 2} {
			if math.Abs(left.Caught[i]/right.Caught[j]-1) > 1e-9 || left.Caught[i] <= 0 { // roundings of two orders of sums
				t.Errorf("left's molecules in %s: %.12g, right's in %s: %.12g", a.Receivers[i], left.Caught[i], a.Receivers[j], right.Caught[j])
			}
		}
		if left.Caught[0] <= left.Caught[1] {
			t.Errorf("left's molecules are caught %.4g: want most by itself", left.Caught)
		}
		if got, want := a.AutocrineFraction(), left.Own/left.Ledger.Secreted; math.Abs(got/want-1) > 1e-9 {
			t.Errorf("autocrine fraction %g, want %g of each", got, want)
		}
	}
}

// In a closed box where nothing is lost, whatever binds and lets go mixes the tags: in the
// end their shares on receptors are those in the fluid, and of all there is.
func TestReceptorsGiveBackWhatTheyTook(t *testing.T) {
	m := solid([3]int{1, 1, 1})
	m.Grid.Spacing = [3]float64{40, 40, 40}
	m.Substrates[0].DecayRate, m.Substrates[0].InitialDensity = 0, 0.01
	recycler := binder(t, m.Substrates, 1000, intake)
	recycler.Reactions = append(recycler.Reactions, cellReaction(t, m.Substrates, recycler.Variables, "return", "k_off*inside", map[string]float64{"inside": -1, "free": 1, "IL-2": 1}))
	m.CellTypes = []tissue.CellType{recycler, exchanging("source", tissue.Exchange{NetExportRate: 1})}
	m.Cells.Add(0, m.Grid.Centre(0, 0, 0))
	m.Cells.Add(1, m.Grid.Centre(0, 0, 0))
	m.Cells.State = [][]float64{{700, 300, 0}, nil}
	m.Attribution = []tissue.Attribution{{By: tissue.TagTypes}}
	onBothDevices(t, func(t *testing.T, d device) {
		s := d.solver(t, m, engine.Options{RelativeTolerance: 1e-4})
		advance(t, s, 200)
		quiet := *m
		quiet.CellTypes = []tissue.CellType{m.CellTypes[0], exchanging("source", tissue.Exchange{})}
		quiet.Cells.State = nil // as they are
		if err := s.Update(&quiet); err != nil {
			t.Fatal(err)
		}
		for until := 1000.; until <= 8e4; until += 1000 { // 18 times 1/k_off; the whole comes to rest before and would let steps grow
			advance(t, s, until)
		}
		a := attribution(t, s, 0)
		fluid, made := a.Tags[0].Ledger, a.Tags[1].Ledger
		all := fluid.Initial + 300 + made.Secreted
		got, want := made.Present/(made.Present+fluid.Present), made.Secreted/all
		if math.Abs(got/want-1) > 1e-3 { // 10 rtol
			t.Errorf("%.5g of the fluid is the source's, want %.5g", got, want)
		}
		bound := made.TakenUp / (made.TakenUp + fluid.TakenUp + 300)
		if math.Abs(bound/want-1) > 1e-3 {
			t.Errorf("%.5g of what is bound and inside is the source's, want %.5g", bound, want)
		}
	})
}

// A run that is stopped, saved and restored in another solver goes on with the same tags,
// bit for bit, however many threads there are; with new cells that make what none did.
func TestTagsAreInSnapshots(t *testing.T) {
	m := village(t)
	more := *m
	more.CellTypes = slices.Clone(m.CellTypes)
	more.CellTypes[2] = exchanging("drinker", tissue.Exchange{UptakeRate: 0.05, NetExportRate: 20})
	more.Cells.Add(2, m.Grid.Centre(1, 1, 1))
	onBothDevices(t, func(t *testing.T, d device) {
		run := func(procs int, saved bool) (engine.Attribution, []float64) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
			s := d.solver(t, m, engine.Options{})
			advance(t, s, 100)
			if err := s.Update(&more); err != nil {
				t.Fatal(err)
			}
			advance(t, s, 200)
			var snapshot bytes.Buffer
			if err := s.Snapshot(&snapshot); err != nil {
				t.Fatal(err)
			}
			if saved {
				s = d.solver(t, &more, engine.Options{})
				if err := s.Restore(&snapshot); err != nil {
					t.Fatal(err)
				}
			}
			advance(t, s, 300)
			return attribution(t, s, 0), tagSum(t, s, m, 0)
		}
		want, density := run(1, false)
		if n := len(want.Tags); n != 7 || want.Tags[6].Sender != "drinker" || want.Tags[6].Ledger.Secreted <= 0 {
			t.Fatalf("%d tags, %+v", n, want.Tags[n-1])
		}
		if !slices.Equal(want.Tags[1].Caught[:1], []float64{0}) {
			t.Errorf("exporters caught %g", want.Tags[1].Caught[0])
		}
		for _, saved := range []bool{false, true} {
			got, same := run(2, saved)
			if !slices.Equal(same, density) {
				t.Errorf("saved %v: densities of tags differ by %.3g", saved, farthest(same, density))
			}
			for i, tag := range got.Tags {
				// Sums of the ledger that were settled once more.
				if other := want.Tags[i]; tag.Sender != other.Sender || farthest(tag.Caught, other.Caught) > 1e-13 {
					t.Errorf("saved %v: %+v, want %+v", saved, tag, other)
				}
			}
		}
	})
	var snapshot bytes.Buffer
	bare := *m
	bare.Attribution = nil
	if err := processor().solver(t, &bare, engine.Options{}).Snapshot(&snapshot); err != nil {
		t.Fatal(err)
	}
	if err := processor().solver(t, m, engine.Options{}).Restore(&snapshot); err == nil || !strings.Contains(err.Error(), "tags") {
		t.Errorf("restored a snapshot without tags: %v", err)
	}
}

// Tags follow cells that begin to do what none did before, and stop.
func TestTagsFollowCellsThatChange(t *testing.T) {
	doing := func(e tissue.Exchange) *tissue.Model {
		return tagged(populate(solid([3]int{5, 4, 3}), 3, exchanging("a", tissue.Exchange{NetExportRate: 10}), exchanging("b", e)))
	}
	onBothDevices(t, func(t *testing.T, d device) {
		m := doing(tissue.Exchange{UptakeRate: 0.1})
		s := d.solver(t, m, engine.Options{})
		until := 0.
		for _, e := range []tissue.Exchange{
			{}, {NetExportRate: 5}, {MaxUptakeRate: 8, HalfSaturation: 0.02}, {SecretionRate: 0.1, SaturationDensity: 0.5}, {UptakeRate: 0.1},
		} {
			until += 20
			advance(t, s, until)
			sums(t, d, attribution(t, s, 0), ledger(t, s, 0))
			if got := farthest(tagSum(t, s, m, 0), read(t, s, m.Grid, 0).Values); got > 32*d.epsilon {
				t.Errorf("before %+v: tags sum up to what is %.3g half units in the last place off", e, got/d.epsilon)
			}
			if err := s.Update(doing(e)); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// What is taken out by hand is taken of every tag in proportion; what is put in belongs to
// the rest.
func TestWrittenMoleculesBelongToTheRest(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		m := village(t)
		s := d.solver(t, m, engine.Options{})
		advance(t, s, 100)
		before := attribution(t, s, 0)
		f := read(t, s, m.Grid, 0)
		for i := range f.Values {
			f.Values[i] /= 2
		}
		write(t, s, 0, f)
		for i, tag := range attribution(t, s, 0).Tags {
			if got, want := tag.Ledger.Present, before.Tags[i].Ledger.Present/2; math.Abs(got-want) > 32*d.epsilon*want { // two orders of a sum
				t.Errorf("%s: %g molecules left, want %g", tag.Sender, got, want)
			}
		}
		for i := range f.Values {
			f.Values[i] += 1
		}
		write(t, s, 0, f)
		advance(t, s, 200)
		sums(t, d, attribution(t, s, 0), ledger(t, s, 0))
		if got := farthest(tagSum(t, s, m, 0), read(t, s, m.Grid, 0).Values); got > 32*d.epsilon {
			t.Errorf("tags sum up to what is %.3g half units in the last place off", got/d.epsilon)
		}
	})
}

// Tags of a closed box still sum up after thousands of steps, in the fluid and on receptors:
// what rounding leaves between them and the whole goes as that does.
func TestTagsSumUpAfterThousandsOfSteps(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		m := solid([3]int{5, 4, 3})
		m = populate(m, 7, exchanging("a", tissue.Exchange{NetExportRate: 10}), exchanging("b", tissue.Exchange{MaxUptakeRate: 8, HalfSaturation: 0.02, NetExportRate: 3}), binder(t, m.Substrates, 1500, intake))
		m.Attribution = []tissue.Attribution{{By: tissue.TagTypes}}
		s := d.solver(t, m, engine.Options{TimeStep: 1})
		if stats := advance(t, s, 2500); stats.Steps != 2500 {
			t.Fatalf("%d steps", stats.Steps)
		}
		if got := farthest(tagSum(t, s, m, 0), read(t, s, m.Grid, 0).Values); got > 32*d.epsilon {
			t.Errorf("tags sum up to what is %.3g half units in the last place off", got/d.epsilon)
		}
		sums(t, d, attribution(t, s, 0), ledger(t, s, 0))
	})
}

// Schemes without stages of their own refuse tags, and so does a model with too many.
func TestTagsAreRefusedWhereNothingCarriesThem(t *testing.T) {
	m := populate(solid([3]int{5, 4, 3}), 3, exchanging("a", tissue.Exchange{NetExportRate: 10}))
	m.Attribution = []tissue.Attribution{{By: tissue.TagTypes}}
	for _, scheme := range []engine.Scheme{engine.LOD, engine.Implicit, engine.Steady} {
		if _, err := newProcessor(m, engine.Options{Scheme: scheme}); err == nil || !strings.Contains(err.Error(), "attributed") {
			t.Errorf("%s: %v", scheme, err)
		}
	}
	m = populate(solid([3]int{10, 9, 8}), 2, exchanging("a", tissue.Exchange{NetExportRate: 10}))
	m.Attribution = []tissue.Attribution{{By: tissue.TagCells}}
	if _, err := newProcessor(m, engine.Options{}); err == nil || !strings.Contains(err.Error(), "360 make it: want at most 256") {
		t.Error(err)
	}
	m.Attribution = nil
	s := processor().solver(t, m, engine.Options{})
	if _, err := s.Attribution(0); err == nil {
		t.Error("there is an attribution that the model did not ask for")
	}
}

// Tags keep the second order of the stages that carry them, where uptake saturates and
// receptors fill too.
func TestTagsKeepTheOrderOfTheScheme(t *testing.T) {
	m := colony(t, 1500)
	m.Substrates[0].InitialDensity = 0.5
	m.CellTypes = append(m.CellTypes, exchanging("saturated", tissue.Exchange{MaxUptakeRate: 20, HalfSaturation: 0.05, NetExportRate: 3}))
	m.Cells.Add(2, m.Grid.Centre(4, 4, 3))
	m.Attribution = []tissue.Attribution{{By: tissue.TagTypes}}
	at := func(step float64) []float64 {
		s := processor().solver(t, m, engine.Options{TimeStep: step})
		advance(t, s, 64)
		var all []float64
		tag := tissue.NewField(m.Grid)
		for k := range attribution(t, s, 0).Tags {
			if err := s.(*cpu.Solver).ReadTag(0, k, tag); err != nil {
				t.Fatal(err)
			}
			all = append(all, tag.Values...)
		}
		return all
	}
	exact := at(0.125)
	var errors []float64
	for _, step := range []float64{8, 4, 2} {
		errors = append(errors, distance(at(step), exact))
	}
	order(t, errors, 2, 0.2)
}
