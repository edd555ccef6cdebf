package engine_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/expression"
)

// village has every way to make, move and lose a substrate: cells that export, secrete
// towards a density above and below what there is, take up linearly and saturably, with
// receptors, walls, a region, and a reaction that makes it and one that takes it.
func village(t testing.TB, by tissue.Tagging) *tissue.Model {
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
	m.Attribution = []tissue.Attribution{{Substrate: 0, By: by}, {Substrate: 1, By: tissue.TagTypes}}
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

// tagSum returns Σ of the densities of all tags.
func tagSum(t testing.TB, s engine.Solver, m *tissue.Model, id tissue.SubstrateID) []float64 {
	t.Helper()
	reader := s.(interface {
		ReadTag(tissue.SubstrateID, int, *tissue.Field) error
	})
	sum, tag := make([]float64, m.Grid.Voxels()), tissue.NewField(m.Grid)
	for k := range attribution(t, s, id).Tags {
		if err := reader.ReadTag(id, k, tag); err != nil {
			t.Fatal(err)
		}
		for i, c := range tag.Values {
			sum[i] += c
		}
	}
	return sum
}

// Tags take no part in the step: densities, ledgers, cells and work are those of a run
// without them, bit for bit. They sum up to the whole, and so do their ledgers, each of
// which is closed.
func TestTagsSumUpToARunThatDoesNotSeeThem(t *testing.T) {
	for _, o := range []engine.Options{{}, {Scheme: engine.FTCS}, {TimeStep: 3}} {
		t.Run(fmt.Sprintf("%s%v", o.Scheme, o.TimeStep), func(t *testing.T) {
			m := village(t, tissue.TagTypes)
			tagged := processor().solver(t, m, o)
			bare := *m
			bare.Attribution = nil
			plain := processor().solver(t, &bare, o)
			for _, until := range []float64{100, 900} {
				if got, want := advance(t, tagged, until), advance(t, plain, until); got != want {
					t.Errorf("%+v with tags, %+v without", got, want)
				}
			}
			for id := range m.Substrates {
				id := tissue.SubstrateID(id)
				want := read(t, plain, m.Grid, id).Values
				if got := read(t, tagged, m.Grid, id).Values; !slices.Equal(got, want) {
					t.Errorf("substrate %d differs by %.3g with tags", id, farthest(got, want))
				}
				if got, want := ledger(t, tagged, id), ledger(t, plain, id); got != want {
					t.Errorf("ledger %+v with tags, %+v without", got, want)
				}
				if got := farthest(tagSum(t, tagged, m, id), want); got > 1e-13 { // 1e-14 seen: some hundred roundings
					t.Errorf("tags of substrate %d sum up to what is %.3g off", id, got)
				}
				sums(t, attribution(t, tagged, id), ledger(t, plain, id))
			}
		})
	}
}

// sums asserts that the ledgers of tags are closed and sum up to a whole one.
func sums(t *testing.T, a engine.Attribution, whole engine.Ledger) {
	t.Helper()
	var sum engine.Ledger
	handled := whole.Handled()
	for _, tag := range a.Tags {
		l := tag.Ledger
		if r := l.Residual(); math.Abs(r) > 1e-12*handled {
			t.Errorf("%s: residual %.3g of %.3g molecules", tag.Sender, r, handled)
		}
		caught := 0.0
		for _, n := range tag.Caught {
			caught += n
		}
		if math.Abs(caught-l.TakenUp) > 1e-12*handled {
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
		if math.Abs(term.sum-term.whole) > 1e-12*handled {
			t.Errorf("%s: %.14g of all tags, %.14g of the whole", term.name, term.sum, term.whole)
		}
	}
	for _, tag := range a.Tags {
		t.Logf("%-10s secreted %8.5g present %8.4g decayed %8.4g reacted %8.4g walls %8.4g caught %.4g", tag.Sender, tag.Ledger.Secreted, tag.Ledger.Present, tag.Ledger.Decayed, tag.Ledger.Reacted, tag.Ledger.ThroughWalls, tag.Caught)
	}
}
