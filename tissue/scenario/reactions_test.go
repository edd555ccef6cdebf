package scenario

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/quantity"
)

const reacting = `cytofield: 1
domain: {size: [10 um, 10 um], voxel: 10 um, thickness: 10 um, extracellular: 1}
duration: 1 min
substrates:
  IL-6: {diffusion: 10 um^2/s, decay: 0 /s}
  sIL6R: {diffusion: 10 um^2/s, decay: 0 /s}
  complex: {diffusion: 10 um^2/s, decay: 0 /s}
  O2: {unit: mmHg, diffusion: 10 um^2/s, decay: 0 /s}
  u: {unit: dimensionless, diffusion: 10 um^2/s, decay: 0 /s}
constants: {k_on: 1.7e6 /M/s, k_off: 1 /s, unused: 3 um}
reactions:
  - name: "binding: IL-6"
    rate: k_on*IL_6*sIL6R - k_off*complex
    changes: {IL-6: -1, sIL6R: -1, complex: +1}
    constants: {k_off: 3.4e-5 /s}
  - rate: |
      michaelis_menten(v, K, O2)
        * hill(IL_6, k, n)
    changes: {O2: -1, IL-6: 0.5 nM/mmHg}
    constants: {v: 0.6 mmHg/min, K: 1 mmHg, k: 10 pM, n: 2}
  - {rate: "logistic(k_off, u, 1)", changes: {u: 1}}
`

func TestReactionsReachTheModel(t *testing.T) {
	s := decodeText(t, reacting, Options{})
	sameScenario(t, s)
	all := s.Model.Reactions
	if len(all) != 3 || all[0].Name != "binding: IL-6" || all[1].Name != "reaction 2" || all[2].Name != "reaction 3" {
		t.Fatalf("reactions %+v", all)
	}
	densities := []float64{0.01, 2, 3, 4, 0.25}
	for i, want := range []float64{
		1.7e-3*0.01*2 - 3.4e-5*3, // nM/s: a local constant goes before that for all
		0.01 * 4 / 5 / 2,         // mmHg/s
		0.25 * 0.75,              // 1/s
	} {
		if got := all[i].Rate.Eval(densities); math.Abs(got-want) > 1e-15 {
			t.Errorf("%s: rate %g, want %g", all[i].Name, got, want)
		}
	}
	changes := [][]tissue.Change{
		{{Substrate: 0, Factor: -1}, {Substrate: 1, Factor: -1}, {Substrate: 2, Factor: 1}},
		{{Substrate: 3, Factor: -1}, {Substrate: 0, Factor: 0.5, Dimension: quantity.Concentration - quantity.Pressure}},
		{{Substrate: 4, Factor: 1}},
	}
	for i, want := range changes {
		if diff := cmp.Diff(want, all[i].Changes); diff != "" {
			t.Errorf("%s changes (-want +got):\n%s", all[i].Name, diff)
		}
	}
	if s := decodeText(t, reacting, Options{Set: []string{"reactions[0].constants.k_off=1 /h", "constants.k_on=0 /M/s"}}); math.Abs(s.Model.Reactions[0].Rate.Eval(densities)+3/3600.) > 1e-15 {
		t.Errorf("changed constants: rate %g, want %g", s.Model.Reactions[0].Rate.Eval(densities), -3/3600.)
	}
}

// A fault in a rate that is set from the command line is marked there.
func TestFaultsOfSetRatesAreMarked(t *testing.T) {
	_, err := Decode("test.yaml", []byte(reacting), "", Options{Set: []string{"reactions[0].rate=k_on*IL6"}})
	want := `--set reactions[0].rate=k_on*IL6: reactions[0].rate: no variable or constant "IL6"; known are IL_6, sIL6R, complex, O2, u, k_off, k_on, unused
      | reactions[0].rate=k_on*IL6
      |                        ^^^`
	var faults Faults
	if !errors.As(err, &faults) || faults.Error() != want {
		t.Errorf("message\n%v\nwant\n%s", err, want)
	}
}

func TestNoReactionsAreNone(t *testing.T) {
	text, _, _ := strings.Cut(reacting, "reactions:")
	if s := decodeText(t, text+"reactions: []\n", Options{}); s.Model.Reactions != nil {
		t.Errorf("reactions %v, want none", s.Model.Reactions)
	}
}
