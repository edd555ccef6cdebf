package scenario

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/quantity"
)

const bled = `cytofield: 1
domain: {size: [20 um, 20 um, 20 um], voxel: 10 um, extracellular: 0.2}
duration: 1 h
substrates:
  IL-6: {diffusion: 10 um^2/s, decay: 0 /s}
  TNF: {diffusion: 10 um^2/s, decay: 0 /s}
regions:
  - {name: capillary, shape: {cylinder: {from: [0 um, 10 um, 10 um], to: [20 um, 10 um, 10 um], radius: 3 um}}, vessel: {IL-6: {permeability: 0.05 um/s, blood: {compartment: plasma IL-6}, response: "1 + rise*hill(plasma_IL_6, c, 2)"}}}
  - {name: node, shape: {sphere: {centre: [10 um, 10 um, 10 um], radius: 6 um}}}
body:
  represents: 60 mL
  compartments:
    plasma IL-6: {volume: 3 L, clearance: 100 mL/min}
    plasma TNF: {volume: 3 L, half_life: 20 min, initial: 2 pM}
    liver: {volume: 1.5 L, clearance: 0 /h}
  variables:
    temperature: {initial: 37}
    dose rate: {initial: 1 nM/h}
  exchange:
    IL-6: {compartment: plasma IL-6, permeability: 0.01 um/s, surface: 70 /cm, response: temperature/normal}
    TNF:
      - {compartment: plasma TNF, exchange: 0.36 /h}
      - {compartment: plasma TNF, region: node, drainage: 3.6 /h}
  constants: {flow: 1.5 L/min, k: 0.1 /h, c: 10 pM, rise: 3, normal: 37}
  reactions:
    - {name: portal, rate: flow*(plasma_IL_6 - liver), changes: {plasma IL-6: -1, liver: 1}}
    - {rate: "k*(37 + rise*hill(plasma_IL_6, c, 2) - temperature)", changes: {temperature: 1}}
  infusions:
    - {into: plasma TNF, rate: 6 pmol/h, from: 10 min, to: 20 min}
    - {into: liver, rate: {series: [[0 h, 0 pmol/h], [0.5 h, 60 pmol/h]]}}
  doses:
    - {into: plasma IL-6, amount: 1 nmol, at: 10 min, every: 20 min, number: 2}
    - {into: liver, amount: 1e6 molecules, at: 15 min}
expect:
  - {body: temperature, value: 37.5, tolerance: 1 %}
  - {body: plasma IL-6, at: 30 min, value: 0.3 nM, tolerance: 1 %}
  - {mean: TNF, region: node, value: 2 pM, tolerance: 1 %}
`

func TestTheBodyReachesTheModel(t *testing.T) {
	s := decodeText(t, bled, Options{})
	sameScenario(t, s)
	const pmol = quantity.MoleculesPerNanomolar * 1e12
	plasma := tissue.BodyVariableID(0)
	got := *s.Model.Body
	reactions, perfusion := got.Reactions, slices.Clone(got.Perfusion)
	got.Reactions, got.Perfusion = nil, perfusion
	values := []float64{0.01, 0, 0.004, 38, 0}
	for want, r := range map[float64]*tissue.Response{2.5: &s.Model.Regions[0].Vessel[0].Response, 38. / 37: &perfusion[0].Response} {
		if got := (*r).Eval(values); math.Abs(got/want-1) > 1e-14 {
			t.Errorf("response %s: %g, want %g", *r, got, want)
		}
	}
	perfusion[0].Response = nil
	want := tissue.Body{
		Scale: 60e12 / 8000,
		Variables: []tissue.BodyVariable{
			{Name: "plasma IL-6", Dimension: quantity.Concentration, Volume: 3e15, Clearance: 100e12 / 60 / 3e15},
			{Name: "plasma TNF", Dimension: quantity.Concentration, Volume: 3e15, Clearance: math.Ln2 / 1200, Initial: 0.002},
			{Name: "liver", Dimension: quantity.Concentration, Volume: 1.5e15},
			{Name: "temperature", Initial: 37},
			{Name: "dose rate", Dimension: quantity.ConcentrationRate, Initial: 1. / 3600},
		},
		Perfusion: []tissue.Perfusion{
			{Substrate: 0, Region: tissue.Everywhere, Exchange: 0.01 * 70e-4},
			{Substrate: 1, Compartment: 1, Region: tissue.Everywhere, Exchange: 1e-4},
			{Substrate: 1, Compartment: 1, Region: 1, Drainage: 1e-3},
		},
		Infusions: []tissue.Infusion{
			{Compartment: 1, Rate: 6 * pmol / 3600, Start: 600, End: 1200},
			{Compartment: 2, Series: &tissue.TimeSeries{Times: []float64{0, 1800}, Densities: []float64{0, 60 * pmol / 3600}}, End: math.Inf(1)},
		},
		Doses: []tissue.Dose{{Time: 600, Amount: pmol * 1e3}, {Compartment: 2, Time: 900, Amount: 1e6}, {Time: 1800, Amount: pmol * 1e3}},
	}
	rounding := cmp.Comparer(func(a, b float64) bool {
		return a == b || math.Abs(a-b) <= 4e-16*math.Abs(a) // products are rounded in another order
	})
	if diff := cmp.Diff(want, got, rounding); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
	if c := s.Model.Regions[0].Vessel[0].Compartment; c == nil || *c != plasma {
		t.Errorf("the capillary's blood is that of compartment %v, want %d", c, plasma)
	}
	for i, want := range []float64{1.5e15 / 60 * 0.006, 0.1 / 3600 * (37 + 1.5 - 38)} { // nM µm³/s, 1/s
		if got := reactions[i].Rate.Eval(values); math.Abs(got/want-1) > 1e-14 {
			t.Errorf("%s: %g, want %g", reactions[i].Name, got, want)
		}
	}
	weight, ok := s.Model.Body.Weight(reactions[0].Rate, reactions[0].Changes[1])
	if !ok || weight != 1/1.5e15 {
		t.Errorf("what flows into the liver is divided by %g, want its volume", 1/weight)
	}
}

func TestFiguresOfTheBodyAreAskedFor(t *testing.T) {
	s := decodeText(t, bled, Options{})
	if len(s.Expect) != 3 || s.Expect[0].Variable != 3 || s.Expect[0].Value != 37.5 || s.Expect[1].Variable != 0 || s.Expect[1].Value != 0.3 {
		t.Errorf("expectations %+v: want the temperature of 37.5 and plasma at 0.3 nM", s.Expect)
	}
	if s.Expect[0].Region != "" || s.Expect[2].Region != "node" {
		t.Errorf("expectations %+v: want the last in the node", s.Expect)
	}
	for set, want := range map[string]string{
		"expect[0].body=fever":       `no compartment or variable "fever"`,
		"expect[0].value=37 nM":      "want a plain number",
		"expect[1].value=300 pg/mol": "want a concentration",
	} {
		if _, err := Decode("test.yaml", []byte(bled), "", Options{Set: []string{set}}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", set, err, want)
		}
	}
}

// A body that nothing is exchanged with is sound, but the user should know.
func TestABodyByItselfIsToldOf(t *testing.T) {
	text := strings.Replace(reacting[:strings.Index(reacting, "constants:")], "  sIL6R: {diffusion: 10 um^2/s, decay: 0 /s}\n  complex: {diffusion: 10 um^2/s, decay: 0 /s}\n  O2: {unit: mmHg, diffusion: 10 um^2/s, decay: 0 /s}\n  u: {unit: dimensionless, diffusion: 10 um^2/s, decay: 0 /s}\n", "", 1)
	s := decodeText(t, text+"body: {variables: {fever: {initial: 0}}}\n", Options{})
	sameScenario(t, s)
	found := false
	for _, w := range s.Warnings {
		found = found || strings.Contains(w.String(), "goes its own way")
	}
	if !found {
		t.Errorf("warnings %v: want one of a body by itself", s.Warnings)
	}
}
