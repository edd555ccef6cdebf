package catalogue

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"

	"github.com/cytofield/cytofield/tissue/quantity"
)

// every calls f with each parameter of the catalogue and the name of its owner.
func every(f func(owner string, p Parameter)) {
	for _, s := range Substrates() {
		for _, p := range s.Parameters {
			f(s.Name, p)
		}
		for _, r := range s.Receptors {
			for _, p := range r.Parameters() {
				f(s.Name+"/"+r.Name, p)
			}
		}
	}
	for _, c := range Cells() {
		for _, p := range c.Parameters {
			f(c.Name, p)
		}
	}
	f("defaults", DenseTissue())
	f("defaults", LooseTissue())
}

func TestEveryParameterIsAQuantityWithEvidenceAndSource(t *testing.T) {
	number := 0
	every(func(owner string, p Parameter) {
		number++
		where := owner + ": " + p.String()
		q, err := p.Quantity()
		if err != nil {
			t.Errorf("%s: %v", where, err)
			return
		}
		if q.Value <= 0 {
			t.Errorf("%s: not positive", where)
		}
		if (p.Low == "") != (p.High == "") {
			t.Errorf("%s: half a range", where)
			return
		}
		low, high, err := p.Range()
		if err != nil {
			t.Errorf("%s: %v", where, err)
		} else if low.Value > q.Value || q.Value > high.Value {
			t.Errorf("%s: outside its range", where)
		}
		if strings.HasSuffix(p.Context, "of the range") {
			if mean := math.Sqrt(low.Value * high.Value); math.Abs(q.Value/mean-1) > 0.07 {
				t.Errorf("%s: the geometric mean of the range is %s", where, quantity.Format(mean, q.Dim.Unit()))
			}
		}
		switch p.Evidence {
		case Measured, Model, Computed, FromMemory, Illustrative:
		default:
			t.Errorf("%s: evidence %q", where, p.Evidence)
		}
		if _, ok := Cite(p.Source); !ok {
			t.Errorf("%s: no reference has this key", where)
		}
	})
	if number < 300 {
		t.Errorf("only %d parameters", number)
	}
}

// diffusing is the list of cytokines whose free diffusion was computed, with
// molecular weight in kDa and D₀ in µm²/s.
var diffusing = []struct {
	name            string
	weight, diffuse float64
}{
	{"IL-1β", 17.5, 153}, {"IL-2", 15.5, 160}, {"IL-4", 15, 161}, {"IL-5", 26, 134}, {"IL-6", 21, 144}, {"IL-7", 17.4, 154},
	{"IL-10", 37, 119}, {"IL-12 p70", 70, 97}, {"IL-13", 12.6, 171}, {"IL-15", 12.8, 170}, {"IL-17A", 32, 125}, {"IL-18", 18, 152},
	{"IL-33", 18, 152}, {"IL-21", 15.4, 160}, {"IL-23", 55, 105}, {"TNF", 52, 107}, {"TGF-β1", 25, 136}, {"CCL2", 8.7, 193},
	{"CCL5", 7.9, 200}, {"CCL21", 12.2, 173}, {"CXCL8", 8.4, 196}, {"IL-8", 8.4, 196}, {"CXCL10", 8.7, 194}, {"CXCL12", 8.0, 199},
	{"GM-CSF", 14, 163}, {"G-CSF", 19, 150}, {"M-CSF", 45, 112}, {"VEGF165", 38, 118}, {"IFN-α", 19.2, 149}, {"IFN-β", 20, 147},
	{"IFN-γ", 34, 123},
}

func TestWeightsAndFreeDiffusionAreThoseListed(t *testing.T) {
	for _, want := range diffusing {
		s, ok := Lookup(want.name)
		if !ok {
			t.Errorf("no %s", want.name)
			continue
		}
		for name, value := range map[string]float64{MolecularWeight: want.weight, FreeDiffusion: want.diffuse} {
			found := s.Find(name)
			if len(found) != 1 {
				t.Errorf("%s has %d of %s", want.name, len(found), name)
				continue
			}
			if q, err := found[0].Quantity(); err != nil || q.Value != value {
				t.Errorf("%s: %s is %s (%v), want %g", want.name, name, found[0].Value, err, value)
			}
		}
	}
}

// The printed D₀ and weights agree through
//
//	D₀ = kT / (6π η R_h),  R_h = 1.25 · 0.066 nm · (M/Da)^(1/3)
//
// within 2 %, which is rounding and, for GM-CSF (1.3 %), the weight's own
// rounding. A mistyped weight or D₀ is further off.
func TestFreeDiffusionFollowsStokesEinstein(t *testing.T) {
	const (
		boltzmann   = 1.380649e-23 // J/K
		temperature = 310.15       // K
		viscosity   = 0.692e-3     // Pa s
	)
	checked := 0
	for _, s := range Substrates() {
		weight, diffusion := s.Find(MolecularWeight), s.Find(FreeDiffusion)
		if len(weight) == 0 || len(diffusion) == 0 {
			continue
		}
		checked++
		m, err := weight[0].Quantity()
		if err != nil {
			t.Fatal(err)
		}
		d, err := diffusion[0].Quantity()
		if err != nil {
			t.Fatal(err)
		}
		radius := 1.25 * 0.066e-9 * math.Cbrt(m.Value*1000)                         // m
		want := boltzmann * temperature / (6 * math.Pi * viscosity * radius) * 1e12 // µm²/s
		if math.Abs(d.Value/want-1) > 0.02 {
			t.Errorf("%s: D₀ %g µm²/s, Stokes–Einstein gives %.1f for %g kDa", s.Name, d.Value, want, m.Value)
		}
	}
	if checked < 30 {
		t.Errorf("only %d substrates have both", checked)
	}
}

func TestDissociationConstantsAgreeWithTheirRates(t *testing.T) {
	// Where on rate, off rate and dissociation constant come from one source they
	// agree to the two digits printed; where not, by the factor given here.
	apart := map[string]float64{
		"IL-6R":   45, // rates of a model, affinity measured
		"GM-CSFR": 60, // rates of a model, affinity measured
		"IFN-γR":  1.7,
	}
	checked := 0
	for _, s := range Substrates() {
		for _, r := range s.Receptors {
			if !r.OnRate.Known() || !r.OffRate.Known() || !r.DissociationConstant.Known() {
				continue
			}
			checked++
			on, off, kd := value(t, r.OnRate), value(t, r.OffRate), value(t, r.DissociationConstant)
			factor := math.Exp(math.Abs(math.Log(off / on / kd)))
			allowed := 1.05
			if a, ok := apart[r.Name]; ok {
				allowed = a
				if factor < 1.05 {
					t.Errorf("%s: agrees and needs no exception", r.Name)
				}
			}
			if factor > allowed {
				t.Errorf("%s/%s: rates give %.3g pM, not %s: apart by %.2f, allowed %.2f", s.Name, r.Name, off/on/quantity.MoleculesPerNanomolar*1e3, r.DissociationConstant.Value, factor, allowed)
			}
		}
	}
	if checked < 10 {
		t.Errorf("only %d receptors have all three", checked)
	}
}

func TestPublishedPairsOfValuesAgree(t *testing.T) {
	il2, _ := Lookup("IL-2")
	r, ok := il2.Receptor("IL-2R")
	if !ok {
		t.Fatal("no IL-2R")
	}
	// 3.1e7 /M/s, and 111.6 /nM/h of the set of Busse 2010, are one number.
	for _, p := range r.Parameters() {
		if p.Name == OnRate && p.Source == "Busse2010" && math.Abs(value(t, p)/value(t, r.OnRate)-1) > 1e-12 {
			t.Errorf("on rates %s and %s differ", p.Value, r.OnRate.Value)
		}
	}
	diffusion := il2.Find(TissueDiffusion)
	if len(diffusion) != 2 || value(t, diffusion[0]) != value(t, diffusion[1]) {
		t.Errorf("tissue diffusion of IL-2: %v", diffusion)
	}
	// Half-lives beside rates: 15 min, 1.5 h, 4 h, 0.58 h.
	for _, tc := range []struct{ halfLife, rate string }{
		{"15 min", "7.7e-4 /s"}, {"1.5 h", "1.3e-4 /s"}, {"4 h", "4.8e-5 /s"}, {"0.58 h", "28.5 /d"},
	} {
		h, err := quantity.Parse(tc.halfLife)
		if err != nil {
			t.Fatal(err)
		}
		k, err := quantity.Parse(tc.rate)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(math.Ln2/h.Value/k.Value-1) > 0.02 { // two digits printed
			t.Errorf("half-life %s is not %s", tc.halfLife, tc.rate)
		}
	}
	// sqrt(D/λ) as the models report it, in µm.
	for name, want := range map[string]float64{"TNF": 107.5, "IL-10": 103.5, "IFN-I": 49.507, "IFN-β": 49.507, "CCL2": 57.37, "pro-inflammatory cytokine": 233.38} {
		s, _ := Lookup(name)
		d, _ := s.DefaultDiffusion()
		k, ok := s.DefaultDecay()
		if !ok {
			t.Errorf("%s has no decay", name)
			continue
		}
		if got := math.Sqrt(value(t, d) / value(t, k)); math.Abs(got/want-1) > 1e-3 {
			t.Errorf("%s reaches %.2f µm, want %g", name, got, want)
		}
	}
}

func TestPlasmaClearanceIsNeverADecay(t *testing.T) {
	for _, s := range Substrates() {
		p, ok := s.DefaultDecay()
		if ok && (p.Name != Decay || strings.Contains(p.Context, "plasma") || p.Source == "PfizerQSP") {
			t.Errorf("%s decays by %v", s.Name, p)
		}
		for _, p := range s.Find(PlasmaClearance) {
			if !strings.Contains(p.Context, "plasma") {
				t.Errorf("%s: %v does not say that it is plasma", s.Name, p)
			}
		}
	}
	for _, name := range []string{"IL-6", "IFN-γ", "GM-CSF", "VEGF", "CXCL8"} {
		s, _ := Lookup(name)
		if p, ok := s.DefaultDecay(); ok {
			t.Errorf("%s has a decay in tissue: %v", name, p)
		}
	}
}

func TestADiffusionThatNobodyPublishedIsFlagged(t *testing.T) {
	for _, tc := range []struct {
		name      string
		want      float64 // µm²/s
		published bool
	}{
		{"IL-2", 10, true}, {"TNF", 5.2, true}, {"LTB4", 125, true}, {"albumin", 58, true}, {"IFN-α", 25.0 / 60, true},
		{"IL-6", 10, false}, {"IFN-γ", 10, false}, {"resolvin D1", 125, false},
	} {
		s, ok := Lookup(tc.name)
		if !ok {
			t.Fatalf("no %s", tc.name)
		}
		p, published := s.DefaultDiffusion()
		if got := value(t, p); got != tc.want || published != tc.published {
			t.Errorf("%s: %v published %t, want %g, %t", tc.name, p, published, tc.want, tc.published)
		}
		if !published && (p.Evidence != Illustrative || !strings.Contains(p.Context, "none published for "+tc.name)) {
			t.Errorf("%s: the default is not flagged: %v", tc.name, p)
		}
	}
}

func TestLookupByAnySpelling(t *testing.T) {
	for spelling, want := range map[string]string{
		"IL-2": "IL-2", "il2": "IL-2", "IL 2": "IL-2", "TNF-α": "TNF", "TNFa": "TNF", "tnf alpha": "TNF", "TNF": "TNF",
		"IL-1b": "IL-1β", "IL1beta": "IL-1β", "IFN-gamma": "IFN-γ", "ifng": "IFN-γ", "IFNγ": "IFN-γ", "IL-8": "CXCL8", "MCP-1": "CCL2",
		"TGFb1": "TGF-β", "VEGF": "VEGF165", "IFN-1": "IFN-I", "type I interferon": "IFN-I", "RvD1": "resolvin D1", "il_12": "IL-12",
	} {
		if s, ok := Lookup(spelling); !ok || s.Name != want {
			t.Errorf("Lookup(%q) = %q, want %q", spelling, s.Name, want)
		}
	}
	for _, unknown := range []string{"", "IL-99", "TN"} {
		if s, ok := Lookup(unknown); ok {
			t.Errorf("Lookup(%q) found %s", unknown, s.Name)
		}
	}
}

func TestNamesAreUnique(t *testing.T) {
	owners := map[string]string{}
	for _, s := range Substrates() {
		for _, name := range append([]string{s.Name}, s.Aliases...) {
			if other, taken := owners[fold(name)]; taken && other != s.Name {
				t.Errorf("%q is %s and %s", name, other, s.Name)
			}
			owners[fold(name)] = s.Name
		}
		receptors := map[string]string{}
		for _, r := range s.Receptors {
			for _, name := range append([]string{r.Name}, r.Aliases...) {
				if other, taken := receptors[fold(name)]; taken && other != r.Name {
					t.Errorf("%s: %q is %s and %s", s.Name, name, other, r.Name)
				}
				receptors[fold(name)] = r.Name
			}
			if r.Ligand != s.Name {
				t.Errorf("%s has ligand %q", r.Name, r.Ligand)
			}
		}
	}
	cells := map[string]bool{}
	for _, c := range Cells() {
		for _, name := range append([]string{c.Name}, c.Aliases...) {
			if cells[fold(name)] {
				t.Errorf("two cells are called %q", name)
			}
			cells[fold(name)] = true
		}
	}
}

func TestEveryReceptorFieldHoldsItsKindOfParameter(t *testing.T) {
	for _, s := range Substrates() {
		for _, r := range s.Receptors {
			for name, p := range map[string]Parameter{
				ReceptorsPerCell: r.Count, DissociationConstant: r.DissociationConstant, OnRate: r.OnRate, OffRate: r.OffRate, Internalisation: r.Internalisation,
			} {
				if p.Known() && p.Name != name {
					t.Errorf("%s/%s: %s where %s should be", s.Name, r.Name, p.Name, name)
				}
			}
		}
	}
}

func TestMeasuredReceptorNumbers(t *testing.T) {
	il2, _ := Lookup("IL-2")
	il7, _ := Lookup("IL-7")
	for _, tc := range []struct {
		s        Substrate
		receptor string
		cell     string
		want     float64
	}{
		{il2, "IL-2Rα", "Treg", 3476}, {il2, "IL-2Rβ", "Treg", 657}, {il2, "γc", "Treg", 14017}, {il7, "IL-7Rα", "Treg", 3588},
		{il2, "IL-2Rα", "Th", 329}, {il2, "IL-2Rβ", "Th", 158}, {il2, "γc", "Th", 13326}, {il7, "IL-7Rα", "Th", 19158},
		{il2, "IL-2Rα", "CD8", 22}, {il2, "IL-2Rβ", "CD8", 511}, {il2, "γc", "CD8", 12407}, {il7, "IL-7Rα", "CD8", 12850},
		{il2, "IL-2Rα", "NK", 22}, {il2, "IL-2Rβ", "NK", 8503}, {il2, "γc", "NK", 7643}, {il7, "IL-7Rα", "NK", 28},
		{il2, "IL-2R", "Treg", 1e5}, {il2, "IL-2R", "Th", 1500},
	} {
		r, ok := tc.s.Receptor(tc.receptor)
		if !ok {
			t.Errorf("no %s", tc.receptor)
			continue
		}
		if p, ok := r.CountOn(tc.cell); !ok || value(t, p) != tc.want {
			t.Errorf("%s on %s: %v, want %g", tc.receptor, tc.cell, p, tc.want)
		}
	}
	if r, _ := il2.Receptor("IL-2R"); r.Ligand != "IL-2" {
		t.Errorf("ligand %q", r.Ligand)
	}
	if found := ReceptorsOn("regulatory T cell"); len(found) < 5 {
		t.Errorf("on a Treg: %v", found)
	}
	if found := ReceptorsNamed("IFNAR"); len(found) != 3 {
		t.Errorf("%d ligands of IFNAR", len(found))
	}
	cell, ok := LookupCell("treg")
	if !ok || value(t, cell.Find(Radius)[0]) != 5 {
		t.Errorf("radius of a Treg: %v", cell)
	}
}

// What a caller does to its copy is not seen by the next.
func TestEveryCallerGetsACopy(t *testing.T) {
	for _, s := range Substrates() {
		for i := range s.Parameters {
			s.Parameters[i].Value = "overwritten"
		}
		for i := range s.Receptors {
			s.Receptors[i].Name = "overwritten"
		}
		for i := range s.Aliases {
			s.Aliases[i] = "overwritten"
		}
	}
	all := Substrates()
	if s, ok := Lookup("overwritten"); ok {
		t.Fatalf("%s was overwritten", s.Name)
	}
	for i, s := range all {
		if i > 0 && all[i-1].Name >= s.Name {
			t.Errorf("%s is out of order", s.Name)
		}
		for _, p := range s.Parameters {
			if p.Value == "overwritten" {
				t.Fatalf("%s was overwritten", s.Name)
			}
		}
	}
	// Nor do two substrates share memory within one answer.
	all[0].Parameters = append(all[0].Parameters, Parameter{})
	seen := map[*Parameter]string{}
	for _, s := range Substrates() {
		for i := range s.Parameters {
			if other, shared := seen[&s.Parameters[i]]; shared {
				t.Errorf("%s and %s share parameters", s.Name, other)
			}
			seen[&s.Parameters[i]] = s.Name
		}
	}
}

func TestReferencesAreWellFormedBibTeX(t *testing.T) {
	keyPattern := regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*$`)
	entryPattern := regexp.MustCompile(`(?s)^@(article|misc)\{[A-Za-z0-9]+(,\n  [a-z]+ = \{[^\n]*\})+\n\}\n$`)
	seen := map[string]bool{}
	for _, r := range References() {
		if seen[r.Key] {
			t.Errorf("two references have the key %s", r.Key)
		}
		seen[r.Key] = true
		if !keyPattern.MatchString(r.Key) {
			t.Errorf("key %q", r.Key)
		}
		entry := r.BibTeX()
		depth := 0
		for i, c := range strings.TrimSpace(entry) {
			switch c {
			case '{':
				depth++
			case '}':
				depth--
			}
			if depth == 0 && strings.Contains(entry[:i], "{") && i != len(entry)-2 {
				t.Errorf("%s: closed at byte %d", r.Key, i)
				break
			}
		}
		if depth != 0 {
			t.Errorf("%s: unbalanced braces", r.Key)
		}
		if !entryPattern.MatchString(entry) {
			t.Errorf("%s is no BibTeX entry:\n%s", r.Key, entry)
		}
		if r.DOI != "" && !strings.HasPrefix(r.DOI, "10.") {
			t.Errorf("%s: DOI %q", r.Key, r.DOI)
		}
		if r.Title == "" && r.Note == "" {
			t.Errorf("%s says nothing", r.Key)
		}
	}
	if _, ok := Cite("nobody"); ok {
		t.Error("found a reference that does not exist")
	}
	for _, key := range []string{"Sommeijer1998", "Alexander1977", "CollinsKimball1949", "Busse2010", "OylerYaniv2017", "Ghaffarizadeh2016", "Watson1939", "FallahiSichani2011"} {
		if _, ok := Cite(key); !ok {
			t.Errorf("no reference %s", key)
		}
	}
}

func value(t *testing.T, p Parameter) float64 {
	t.Helper()
	q, err := p.Quantity()
	if err != nil {
		t.Fatal(err)
	}
	return q.Value
}

func ExampleLookup() {
	il2, _ := Lookup("il2")
	d, _ := il2.DefaultDiffusion()
	fmt.Println(d)
	r, _ := il2.Receptor("IL-2R")
	fmt.Println(r.OnRate)
	_, known := mustLookup("IL-6").DefaultDecay()
	fmt.Println("decay of IL-6 in tissue known:", known)
	// Output:
	// tissue diffusion 10 um^2/s, lymph node, model [KiwitzCode]
	// on rate 3.1e7 /M/s, model [KiwitzCode]
	// decay of IL-6 in tissue known: false
}

func mustLookup(name string) Substrate {
	s, ok := Lookup(name)
	if !ok {
		panic(name)
	}
	return s
}
