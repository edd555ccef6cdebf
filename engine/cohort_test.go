package engine_test

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/expression"
	"github.com/cytofield/cytofield/tissue/quantity"
)

// The high-affinity receptor of IL-2: 3.1e7 1/(M s) and 2.3056e-4 1/s, taken in at 7.7e-4 1/s
// (Duprez, Hémar: literature of IL-2 trafficking).
const (
	onRate  = 0.031     // 1/(nM s)
	offRate = 2.3056e-4 // 1/s
	intake  = 7.7e-4    // 1/s
)

// binder is a cell whose receptors bind substrate 0, let go of it, and are taken in at a rate.
func binder(t testing.TB, substrates []tissue.Substrate, receptors, intake float64) tissue.CellType {
	t.Helper()
	cell := tissue.CellType{Name: "binder", Radius: 5, Variables: []tissue.CellVariable{
		{Name: "free", Initial: receptors}, {Name: "bound"}, {Name: "inside"},
	}}
	cell.Reactions = []tissue.CellReaction{
		cellReaction(t, substrates, cell.Variables, "binding", "k_on*IL_2*free", map[string]float64{"free": -1, "bound": 1, "IL-2": -1}),
		cellReaction(t, substrates, cell.Variables, "release", "k_off*bound", map[string]float64{"free": 1, "bound": -1, "IL-2": 1}),
		cellReaction(t, substrates, cell.Variables, "intake", "k_int*bound", map[string]float64{"bound": -1, "inside": 1}),
	}
	if intake == 0 {
		cell.Reactions = cell.Reactions[:2]
	}
	return cell
}

func cellReaction(t testing.TB, substrates []tissue.Substrate, variables []tissue.CellVariable, name, text string, changes map[string]float64) tissue.CellReaction {
	t.Helper()
	constants := []expression.Constant{
		{Name: "k_on", Dimension: -quantity.Concentration - quantity.Time, Value: onRate},
		{Name: "k_off", Dimension: quantity.Rate, Value: offRate}, {Name: "k_int", Dimension: quantity.Rate, Value: intake},
	}
	rate, err := expression.Parse(text, tissue.CellRateScope(substrates, variables, constants))
	if err != nil {
		t.Fatal(err)
	}
	r := tissue.CellReaction{Name: name, Rate: rate}
	for i, s := range substrates {
		if f, ok := changes[s.Name]; ok {
			r.Fluid = append(r.Fluid, tissue.Change{Substrate: tissue.SubstrateID(i), Factor: f})
		}
	}
	for i, v := range variables {
		if f, ok := changes[v.Name]; ok {
			r.Changes = append(r.Changes, tissue.VariableChange{Variable: i, Factor: f})
		}
	}
	return r
}

// Receptors that bind without being taken in, with a ligand that runs out, follow the
// Riccati equation's closed form (case A09).
func TestBindingFollowsTheRiccatiEquation(t *testing.T) {
	m := solid([3]int{1, 1, 1})
	m.Grid.Spacing = [3]float64{100, 100, 100} // a cell in 1e6 µm³
	m.Substrates = []tissue.Substrate{{Name: "IL-2", Unit: tissue.Nanomolar, DiffusionCoefficient: 10, InitialDensity: 0.01}}
	m.CellTypes = []tissue.CellType{binder(t, m.Substrates, 1e4, 0)}
	m.Cells = tissue.Cells{}
	m.Cells.Add(0, r3.Vec{X: 50, Y: 50, Z: 50})
	onBothDevices(t, func(t *testing.T, d device) {
		s := d.solver(t, m, engine.Options{RelativeTolerance: 1e-4})
		for _, tc := range []struct{ until, bound float64 }{{60, 180.26706906729828}, {600, 1397.634814701851}, {3600, 3314.518223483958}, {20000, 3553.3668626}} {
			advance(t, s, tc.until)
			states, err := s.Cells()
			if err != nil {
				t.Fatal(err)
			}
			if got := states.Variables[0][1]; math.Abs(got/tc.bound-1) > 3e-4 { // 3 rtol
				t.Errorf("%g bound after %g s, want %g", got, tc.until, tc.bound)
			}
			l := ledger(t, s, 0)
			if total := l.Present + states.Variables[0][1]; math.Abs(total/l.Initial-1) > 1e-6 {
				t.Errorf("%g molecules in all, %g at first", total, l.Initial)
			}
			t.Log(s.Stats(), l.Residual())
		}
	})
}
