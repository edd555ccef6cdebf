package tissue

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/cytofield/cytofield/tissue/expression"
	"github.com/cytofield/cytofield/tissue/quantity"
)

// signalling is a cell that binds the first of three substrates and shows it by a protein.
func signalling(t *testing.T) (CellType, []Substrate) {
	t.Helper()
	substrates := []Substrate{{Name: "IL-2", Unit: Nanomolar}, {Name: "oxygen", Unit: MillimetresMercury}, {Name: "TNF", Unit: Nanomolar}}
	cell := CellType{Name: "Th", Radius: 5, Variables: []CellVariable{
		{Name: "R", Initial: 1000}, {Name: "C"}, {Name: "pSTAT", Dimension: quantity.Concentration, Initial: 0.5},
	}}
	cell.Reactions = []CellReaction{
		{
			Name: "binding", Rate: cellRate(t, cell, substrates, "k_on*IL_2*R - k_off*C"),
			Changes: []VariableChange{{Variable: 0, Factor: -1}, {Variable: 1, Factor: 1}}, Fluid: []Change{{Substrate: 0, Factor: -1}},
		},
		{Name: "signal", Rate: cellRate(t, cell, substrates, "v*C - k_off*pSTAT"), Changes: []VariableChange{{Variable: 2, Factor: 1}}},
	}
	return cell, substrates
}

func cellRate(t *testing.T, cell CellType, substrates []Substrate, text string) *expression.Rate {
	t.Helper()
	r, err := expression.Parse(text, CellRateScope(substrates, cell.Variables, []expression.Constant{
		{Name: "k_on", Dimension: quantity.OnRate, Value: 0.031},
		{Name: "k_off", Dimension: quantity.Rate, Value: 2.3e-4},
		{Name: "v", Dimension: quantity.ConcentrationRate, Value: 1e-6},
	}))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Every fault of what a cell does within is reported, with the names of the model.
func TestKineticsAreValidated(t *testing.T) {
	type parts struct {
		*CellType
		binding, signal *CellReaction
		rate            func(text string) *expression.Rate
	}
	for _, tc := range []struct {
		name    string
		spoil   func(p parts)
		message string
	}{
		{"sound", func(p parts) {}, ""},
		{"no variable's name", func(p parts) { p.Variables[1].Name = "" }, `variable "": want a name`},
		{"name of a substrate", func(p parts) { p.Variables[1].Name = "IL 2" }, `variable "IL 2": want a name that no substrate and no other variable has, written IL_2`},
		{"two alike", func(p parts) { p.Variables[1].Name = "R" }, `variable "R": want a name that no substrate and no other variable has`},
		{"start", func(p parts) { p.Variables[0].Initial = math.NaN() }, `variable "R" starts at NaN`},
		{"reactions alike", func(p parts) { p.signal.Name = "binding" }, `reaction name "binding": want each name once`},
		{"no rate", func(p parts) { p.signal.Rate = nil }, `reaction "signal": no rate`},
		{"changes nothing", func(p parts) { p.signal.Changes = nil }, `reaction "signal": changes nothing`},
		{"variable of no cell", func(p parts) { p.signal.Changes[0].Variable = 3 }, "changes variable 3 of 3"},
		{"rate of another cell", func(p parts) { p.Variables = p.Variables[:2]; p.signal.Changes[0].Variable = 1 }, "has variable 5 of 5"},
		{"changed twice", func(p parts) { p.binding.Changes[0].Variable = 1 }, "changes C twice"},
		{"factor", func(p parts) { p.signal.Changes[0].Factor = math.Inf(1) }, "factor +Inf of pSTAT"},
		{"dimension", func(p parts) { p.signal.Changes[0].Variable = 1 }, "rate times the factor of C is a concentration per time: want a rate"},
		{"substrate of no model", func(p parts) { p.binding.Fluid[0].Substrate = 3 }, "changes substrate 3 of 3"},
		{"fluid changed twice", func(p parts) { p.binding.Fluid = append(p.binding.Fluid, p.binding.Fluid[0]) }, "changes IL-2 twice"},
		{"fluid factor", func(p parts) { p.binding.Fluid[0].Factor = math.NaN() }, "factor NaN of IL-2"},
		{"molecules of oxygen", func(p parts) { p.binding.Fluid[0].Substrate = 1 }, "does not convert to molecules"},
		{"fluid's dimension", func(p parts) { p.binding.Fluid[0].Dimension = quantity.Volume }, "rate times the factor of IL-2 is a volume per time: want molecules"},
		{"saturation in the fluid", func(p parts) { p.binding.Rate = p.rate("k_off*R*hill(IL_2, v/k_off, 2)") }, "the rate is not in proportion to IL-2, which it changes"},
		{"a circle of surfaces", func(p parts) {
			p.binding.Rate = p.rate("k_on*IL_2*TNF/v*k_off*R")
			p.binding.Fluid = append(p.binding.Fluid, Change{Substrate: 2, Factor: 1})
		}, "and that in turn on the first's"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			cell, substrates := signalling(t)
			tc.spoil(parts{&cell, &cell.Reactions[0], &cell.Reactions[1], func(text string) *expression.Rate { return cellRate(t, cell, substrates, text) }})
			var messages []string
			for _, err := range cell.validate(substrates) {
				messages = append(messages, err.Error())
			}
			all := strings.Join(messages, "\n")
			if (tc.message == "") != (all == "") || !strings.Contains(all, tc.message) {
				t.Errorf("%s\nwant %q in it", all, tc.message)
			}
		})
	}
}

// A substrate is solved for behind those that its exchange depends on.
func TestExchangeFollowsWhatItDependsOn(t *testing.T) {
	substrates := []Substrate{{Name: "a", Unit: Nanomolar}, {Name: "b", Unit: Nanomolar}, {Name: "c", Unit: Nanomolar}, {Name: "d", Unit: Nanomolar}}
	constants := []expression.Constant{{Name: "k", Dimension: quantity.OnRate, Value: 1}}
	for _, tc := range []struct {
		name      string
		exchanges []SubstrateID            // by the type's Exchange
		depends   map[SubstrateID][]string // release of a substrate in proportion to others'
		want      []SubstrateID
		ok        bool
	}{
		{"none", nil, nil, nil, true},
		{"by themselves", []SubstrateID{3, 1}, nil, []SubstrateID{1, 3}, true},
		{"on itself", nil, map[SubstrateID][]string{2: {"c"}}, []SubstrateID{2}, true},
		{"on one exchanged later", []SubstrateID{3}, map[SubstrateID][]string{0: {"d"}}, []SubstrateID{3, 0}, true},
		{"on one only sensed", nil, map[SubstrateID][]string{0: {"d"}}, []SubstrateID{0}, true},
		{"in a row", nil, map[SubstrateID][]string{0: {"b"}, 1: {"c"}, 2: {"d"}}, []SubstrateID{2, 1, 0}, true},
		{"in a circle", nil, map[SubstrateID][]string{0: {"b"}, 1: {"a"}}, nil, false},
		{"in a long circle", nil, map[SubstrateID][]string{0: {"b"}, 1: {"c"}, 2: {"a"}}, nil, false},
		{"twice on one", nil, map[SubstrateID][]string{0: {"c"}, 1: {"c", "a"}, 2: {"c"}}, []SubstrateID{2, 0, 1}, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			cell := CellType{Name: "cell"}
			for _, s := range tc.exchanges {
				cell.Exchange = append(cell.Exchange, Exchange{Substrate: s, NetExportRate: 1})
			}
			for s, sources := range tc.depends {
				for _, source := range sources {
					rate, err := expression.Parse("k*"+source, CellRateScope(substrates, nil, constants))
					if err != nil {
						t.Fatal(err)
					}
					cell.Reactions = append(cell.Reactions, CellReaction{Rate: rate, Fluid: []Change{{Substrate: s, Factor: 1}}})
				}
			}
			order, ok := cell.ExchangeOrder(len(substrates))
			if ok != tc.ok || ok && !slices.Equal(order, tc.want) {
				t.Errorf("order %v, %v: want %v, %v", order, ok, tc.want, tc.ok)
			}
			for s := range substrates {
				if id := SubstrateID(s); ok && cell.Exchanges(id) != slices.Contains(order, id) {
					t.Errorf("substrate %d: exchanged %t, in the order %v", s, cell.Exchanges(id), order)
				}
			}
		})
	}
}

func TestSensedSubstratesAreThoseInRates(t *testing.T) {
	cell, _ := signalling(t)
	for s, want := range []bool{true, false, false} {
		if got := cell.Senses(SubstrateID(s)); got != want {
			t.Errorf("substrate %d: sensed %t, want %t", s, got, want)
		}
	}
	if i, ok := cell.Variable("pSTAT"); i != 2 || !ok {
		t.Errorf("pSTAT is variable %d, %t: want 2", i, ok)
	}
	if _, ok := cell.Variable("STAT"); ok {
		t.Error("a variable of a name that none has")
	}
}
