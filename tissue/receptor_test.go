package tissue

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/cytofield/cytofield/tissue/expression"
	"github.com/cytofield/cytofield/tissue/quantity"
)

func nanomolar(names ...string) []Substrate {
	var all []Substrate
	for _, name := range names {
		all = append(all, Substrate{Name: name, Unit: Nanomolar})
	}
	return all
}

// expanded returns a cell with chains and receptors, and variables of its own.
func expanded(t *testing.T, substrates []Substrate, own []CellVariable, chains []SharedChain, receptors ...ReceptorKinetics) CellType {
	t.Helper()
	cell := CellType{Name: "cell", Radius: 5}
	for _, c := range chains {
		cell.Variables = append(cell.Variables, c.Variables()...)
	}
	for _, k := range receptors {
		cell.Variables = append(cell.Variables, k.Variables(substrates)...)
	}
	cell.Variables = append(cell.Variables, own...)
	add := func(r []CellReaction, err error) {
		if err != nil {
			t.Fatal(err)
		}
		cell.Reactions = append(cell.Reactions, r...)
	}
	for _, c := range chains {
		add(c.Reactions(substrates, cell.Variables))
	}
	for _, k := range receptors {
		add(k.Reactions(substrates, cell.Variables))
	}
	for _, err := range cell.validate(substrates) {
		t.Error(err)
	}
	return cell
}

// flow returns the changes per time of the molecules in the fluid by one cell, and of
// its variables, at densities and variables in one row.
func flow(cell CellType, substrates int, at []float64) []float64 {
	change := make([]float64, len(at))
	for _, r := range cell.Reactions {
		rate := r.Rate.Eval(at)
		for _, c := range r.Changes {
			change[substrates+c.Variable] += c.Factor * rate
		}
		for _, c := range r.Fluid {
			change[c.Substrate] += c.Factor * rate
		}
	}
	return change
}

// mixed advances one cell in a well-mixed volume of fluid, µm³, by the classical
// Runge-Kutta scheme in equal steps. An infinite volume holds the densities.
func mixed(cell CellType, densities []float64, volume, duration float64, steps int) []float64 {
	state := slices.Clone(densities)
	for _, v := range cell.Variables {
		state = append(state, v.Initial)
	}
	slope := func(at []float64) []float64 {
		change := flow(cell, len(densities), at)
		for s := range densities {
			change[s] /= volume * quantity.MoleculesPerNanomolar
		}
		return change
	}
	add := func(k []float64, h float64) []float64 {
		sum := slices.Clone(state)
		for i := range sum {
			sum[i] += h * k[i]
		}
		return sum
	}
	h := duration / float64(steps)
	for range steps {
		k1 := slope(state)
		k2 := slope(add(k1, h/2))
		k3 := slope(add(k2, h/2))
		k4 := slope(add(k3, h))
		for i := range state {
			state[i] += h / 6 * (k1[i] + 2*k2[i] + 2*k3[i] + k4[i])
		}
	}
	return state
}

// whole has every term of the equations.
func whole() ReceptorKinetics {
	return ReceptorKinetics{
		Name: "R", Ligand: 0, Count: 1500, OnRate: 0.028, OffRate: 5.3e-4, Turnover: 3.8e-4,
		Internalisation: 7.7e-4, Recycling: 1.8e-5, Degradation: 5e-5,
		ShedFree: Shedding{2e-4, 2}, ShedBound: Shedding{5e-4, 3},
		Competitors: []Competitor{{Ligand: 1, OnRate: 0.01, OffRate: 1e-3, Internalisation: 3e-4}},
		Chain:       Recruitment{Chain: "gc", OnRate: 1e-6, OffRate: 4e-4, Internalisation: 1e-3},
		Partner:     "contact",
	}
}

// TestReceptorsFollowTheirEquations holds the reactions against the equations of the
// declarations, written out, at states at random.
func TestReceptorsFollowTheirEquations(t *testing.T) {
	substrates := nanomolar("L", "A", "sR", "sC")
	k, gc := whole(), SharedChain{Name: "gc", Count: 14017, Turnover: 1e-4}
	cell := expanded(t, substrates, []CellVariable{{Name: "contact"}}, []SharedChain{gc}, k)
	var names []string
	for _, v := range cell.Variables {
		names = append(names, v.Name)
	}
	if got, want := strings.Join(names, ", "), "gc, R, R bound, R internal, R complex, R bound A, contact"; got != want {
		t.Fatalf("variables %s: want %s", got, want)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		at := make([]float64, len(substrates)+len(cell.Variables))
		for i := range at {
			at[i] = random.Float64() * 100
		}
		l, a, g, r, c, in, x, blocked, contact := at[0], at[1], at[4], at[5], at[6], at[7], at[8], at[9], at[10]
		b := k.OnRate*contact*l*r - k.OffRate*c
		rival := k.Competitors[0].OnRate*a*r - k.Competitors[0].OffRate*blocked
		recruited := k.Chain.OnRate*g*c - k.Chain.OffRate*x
		want := []float64{
			-b, -rival, k.ShedFree.Rate * r, k.ShedBound.Rate * c,
			gc.Turnover*(gc.Count-g) - recruited,
			k.Turnover*(k.Count-r) - k.ShedFree.Rate*r - b - rival + k.Recycling*in,
			b - (k.Internalisation+k.ShedBound.Rate)*c - recruited,
			k.Internalisation*c + k.Competitors[0].Internalisation*blocked - (k.Recycling+k.Degradation)*in,
			recruited - k.Chain.Internalisation*x,
			rival - k.Competitors[0].Internalisation*blocked,
			0,
		}
		for i, got := range flow(cell, len(substrates), at) {
			if math.Abs(got-want[i]) > 1e-12*(1+math.Abs(want[i])) {
				t.Errorf("component %d of %q: %g, want %g", i, names, got, want[i])
			}
		}
	}
}

// Without loss, ligand and receptors go from form to form and stay as many.
func TestBindingKeepsLigandAndReceptors(t *testing.T) {
	substrates := nanomolar("L", "A")
	k := ReceptorKinetics{
		Name: "R", Ligand: 0, Count: 1e4, OnRate: 0.031, OffRate: 2.3e-4, Internalisation: 1e-3, Recycling: 1e-2,
		Competitors: []Competitor{{Ligand: 1, OnRate: 0.02, OffRate: 1e-3}},
	}
	cell := expanded(t, substrates, nil, nil, k)
	const volume = 1e6
	end := mixed(cell, []float64{0.01, 0.02}, volume, 3600, 3600)
	receptors := 0.0
	for _, n := range end[2:] {
		receptors += n
	}
	if math.Abs(receptors/k.Count-1) > 1e-12 { // rounding of 3600 steps
		t.Errorf("%g receptors of %g", receptors, k.Count)
	}
	blocker := end[1]*volume*quantity.MoleculesPerNanomolar + end[len(end)-1]
	if want := 0.02 * volume * quantity.MoleculesPerNanomolar; math.Abs(blocker/want-1) > 1e-12 {
		t.Errorf("%g molecules of the competitor, want %g", blocker, want)
	}
	if occupied := end[3] / k.Count; occupied < 0.01 || end[len(end)-1]/k.Count < 0.01 {
		t.Errorf("%.2g of the receptors bound, competitor on %.2g: want a test in which both bind", occupied, end[len(end)-1]/k.Count)
	}
}

// A receptor with recycling alone, with degradation, with shedding and with no pool
// inside takes up, in its steady state, what the saturable law says.
func TestSteadyUptakeIsSaturable(t *testing.T) {
	base := ReceptorKinetics{Name: "R", Count: 1571, OnRate: 2.1e-2, OffRate: 2.3e-4, Turnover: 1.2e-4, Internalisation: 6.7e-4}
	with := func(change func(k *ReceptorKinetics)) ReceptorKinetics {
		k := base
		change(&k)
		return k
	}
	for _, tc := range []struct {
		name string
		k    ReceptorKinetics
	}{
		{"gone inside", base},
		{"recycled and degraded", with(func(k *ReceptorKinetics) { k.Recycling, k.Degradation = 1e-3, 5e-4 })},
		{"recycled", with(func(k *ReceptorKinetics) { k.Recycling, k.Turnover = 1e-3, 0 })},
		{"shed", with(func(k *ReceptorKinetics) { k.ShedFree, k.ShedBound = Shedding{1e-4, 1}, Shedding{5e-4, 1} })},
	} {
		t.Run(tc.name, func(t *testing.T) {
			cell := expanded(t, nanomolar("L", "shed"), nil, nil, tc.k)
			maximal, half, ok := tc.k.SaturableUptake()
			if !ok {
				t.Fatal("no law")
			}
			for _, density := range []float64{half / 10, half, 10 * half} {
				end := mixed(cell, []float64{density, 0}, math.Inf(1), 3e5, 60000)
				got, want := -flow(cell, 2, end)[0], maximal*density/(half+density)
				if math.Abs(got/want-1) > 1e-9 { // e^-36 of the slowest rate, and rounding
					t.Errorf("uptake %g molecules/s at %g nM: want %g", got, density, want)
				}
			}
			steady, ok := tc.k.SteadyCount()
			if end := mixed(cell, []float64{0, 0}, math.Inf(1), 3e5, 20000); !ok || math.Abs(end[2]/steady-1) > 1e-9 {
				t.Errorf("%g free without ligand, want %g, %t", end[2], steady, ok)
			}
		})
	}
	feedback, err := expression.Parse("k*R", expression.Scope{
		Variables: []expression.Variable{{Name: "R", Index: 1}}, Constants: []expression.Constant{{Name: "k", Dimension: quantity.Rate, Value: 1e-4}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name string
		k    ReceptorKinetics
	}{
		{"nothing taken in", with(func(k *ReceptorKinetics) { k.Internalisation = 0 })},
		{"runs out", with(func(k *ReceptorKinetics) { k.Turnover = 0 })},
		{"feedback", with(func(k *ReceptorKinetics) { k.Synthesis = feedback })},
		{"chain", with(func(k *ReceptorKinetics) { k.Chain.Chain = "gc" })},
		{"partner", with(func(k *ReceptorKinetics) { k.Partner = "contact" })},
		{"made for ever", with(func(k *ReceptorKinetics) { k.Recycling = 1e-3 })},
	} {
		if maximal, half, ok := tc.k.SaturableUptake(); ok {
			t.Errorf("%s: a law of %g and %g", tc.name, maximal, half)
		}
	}
}

// Fallon and Lauffenburger's receptor at a fixed density of IL-2 (case A10): half
// saturation 7.57293478 pM, C(3600 s) = 242.429954.
func TestFixedLigandComesToItsNumbers(t *testing.T) {
	made, err := expression.Parse("Vs", expression.Scope{Constants: []expression.Constant{{Name: "Vs", Dimension: quantity.Rate, Value: 11. / 60}}})
	if err != nil {
		t.Fatal(err)
	}
	k := ReceptorKinetics{
		Name: "R", Count: 11 / 0.007, OnRate: 0.0138 / 60 / 0.0111, OffRate: 0.0138 / 60, Synthesis: made, Turnover: 0.007 / 60, Internalisation: 0.04 / 60,
	}
	maximal, half, ok := k.SaturableUptake()
	if !ok || math.Abs(maximal/(11./60)-1) > 1e-12 || math.Abs(half/7.572934782608695e-3-1) > 1e-12 {
		t.Errorf("uptake of at most %g, half at %g nM, %t", maximal, half, ok)
	}
	end := mixed(expanded(t, nanomolar("IL-2"), nil, nil, k), []float64{0.01}, math.Inf(1), 3600, 3600)
	if math.Abs(end[2]/242.42995433210422-1) > 1e-8 {
		t.Errorf("C(3600 s) = %.10g: want 242.4299543", end[2])
	}
}

func TestWrongReceptorsAreRefused(t *testing.T) {
	substrates := append(nanomolar("L"), Substrate{Name: "oxygen", Unit: MillimetresMercury})
	variables := []CellVariable{{Name: "R"}, {Name: "R bound"}, {Name: "R internal"}, {Name: "pSTAT", Dimension: quantity.Concentration}}
	for _, tc := range []struct {
		name    string
		spoil   func(k *ReceptorKinetics)
		message string
	}{
		{"sound", func(k *ReceptorKinetics) {}, ""},
		{"count", func(k *ReceptorKinetics) { k.Count = -1 }, `receptor "R": count -1: want 0 or more`},
		{"on rate", func(k *ReceptorKinetics) { k.OnRate = math.NaN() }, "on_rate NaN"},
		{"beyond float32", func(k *ReceptorKinetics) { k.OffRate = 1e-50 }, "beyond what float32 holds"},
		{"turnover", func(k *ReceptorKinetics) { k.Turnover = -1 }, "rate_of_turnover -1"},
		{"ligand", func(k *ReceptorKinetics) { k.Ligand = 2 }, "substrate 2 of 2"},
		{"ligand in mmHg", func(k *ReceptorKinetics) { k.Ligand = 1 }, "density of oxygen in mmHg"},
		{"no ligand", func(k *ReceptorKinetics) { k.Ligand = NoLigand }, "neither ligand nor partner"},
		{"partner", func(k *ReceptorKinetics) { k.Partner = "contact" }, `no variable "contact"`},
		{"partner with a unit", func(k *ReceptorKinetics) { k.Partner = "pSTAT" }, `variable "pSTAT" is a concentration: want a plain number`},
		{"chain", func(k *ReceptorKinetics) { k.Chain.Chain = "gc" }, `no variable "gc"`},
		{"shed into", func(k *ReceptorKinetics) { k.ShedBound = Shedding{1, -1} }, "substrate -1 of 2"},
		{"competitor", func(k *ReceptorKinetics) { k.Competitors = []Competitor{{Ligand: 9}} }, "substrate 9 of 2"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			k := ReceptorKinetics{Name: "R", Count: 100, OnRate: 0.03, Internalisation: 1e-3, Recycling: 1e-3}
			tc.spoil(&k)
			made, err := k.Reactions(substrates, variables)
			if (tc.message == "") != (err == nil) || err != nil && (!strings.Contains(err.Error(), tc.message) || made != nil) {
				t.Errorf("%v: want %q in it", err, tc.message)
			}
		})
	}
}
