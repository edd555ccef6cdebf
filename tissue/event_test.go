package tissue

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"
)

func TestEventsThatCannotHappenAreRefused(t *testing.T) {
	th := CellType{Name: "Th", Radius: 5, Exchange: []Exchange{{NetExportRate: 10}}, Life: Life{Rules: []Rule{
		{Signal: Signal{Kind: Density}, Behaviour: Behaviour{Kind: Export}, Saturation: 20, HalfMax: 1, HillPower: 1}}}}
	bone := Region{Name: "bone", Shape: Box{To: r3.Vec{X: 20, Y: 40, Z: 40}}, ExtracellularFraction: 1, Impermeable: true, Media: []Medium{{}, {}}}
	export := func(rate float64) Action {
		return Switch{Changes: []ExchangeChange{{Term: Export, To: Exchange{NetExportRate: rate}}}}
	}
	dose := func(d FluidDose, within Shape) Action { return Deposit{Doses: []FluidDose{d}, Within: within} }
	for _, tc := range []struct {
		name   string
		events []Event
		want   string // "" for none
	}{
		{"all sound", []Event{{1, dose(FluidDose{Density: 1, Molecules: 5}, nil)}, {1, WashOut{Substrates: []SubstrateID{1}}}, {2, Removal{Type: AnyType}}, {3, export(20)}}, ""},
		{"time", []Event{{math.NaN(), Removal{}}}, "event 1: time NaN s"},
		{"order", []Event{{2, Removal{}}, {1, Removal{}}}, "event 2: at 1 s after one at 2 s"},
		{"nothing", []Event{{1, nil}}, "event 1: nothing happens"},
		{"negative dose", []Event{{1, dose(FluidDose{Density: -1}, nil)}}, "want 0 or more"},
		{"no molecules", []Event{{1, dose(FluidDose{Substrate: 1, Molecules: 1}, nil)}}, "density is in mmHg"},
		{"no substrate", []Event{{1, WashOut{Substrates: []SubstrateID{2}}}}, "substrate 2 of 2"},
		{"in bone", []Event{{1, dose(FluidDose{Density: 1}, bone.Shape)}}, "neither impermeable nor held"},
		{"a shape of nothing", []Event{{1, Removal{Within: Union{}}}}, "union of no shapes"},
		{"a type of none", []Event{{1, Removal{Type: 1}}}, "type 1 of 1"},
		{"cell in bone", []Event{{1, Arrival{Cells: []NewCell{{Position: r3.Vec{X: 5, Y: 5, Z: 5}}}}}}, `in region "bone"`},
		{"cell outside", []Event{{1, Arrival{Cells: []NewCell{{Position: r3.Vec{X: 50, Y: 5, Z: 5}}}}}}, "outside the domain"},
		{"cell of no type", []Event{{1, Arrival{Cells: []NewCell{{Type: 1, Position: r3.Vec{X: 25, Y: 5, Z: 5}}}}}}, "type 1 of 1"},
		{"above the rule", []Event{{1, export(0)}, {2, export(21)}}, `event 2: cell type "Th": rule 1 goes from 21 to 20`},
		{"no exchange", []Event{{1, Switch{Changes: []ExchangeChange{{Term: Uptake, To: Exchange{Substrate: 1}}}}}}, "which it does not have"},
		{"no term", []Event{{1, Switch{Changes: []ExchangeChange{{Term: Speed}}}}}, "want a term of exchange"},
	} {
		m := &Model{
			Grid: Grid{Shape: [3]int{4, 4, 4}, Spacing: [3]float64{10, 10, 10}}, ExtracellularFraction: 1,
			Substrates: []Substrate{{Name: "IL-2", Unit: Nanomolar}, {Name: "O2", Unit: MillimetresMercury}},
			Regions:    []Region{bone}, CellTypes: []CellType{th}, Events: tc.events,
		}
		err := m.Validate()
		if tc.want == "" && err != nil || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
			t.Errorf("%s: %v, want %q", tc.name, err, tc.want)
		}
		if m.CellTypes[0].Exchange[0].NetExportRate != 10 {
			t.Fatalf("%s: validation changed the model", tc.name)
		}
	}
}
