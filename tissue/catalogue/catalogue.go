// Package catalogue holds published parameters of cytokines, their receptors and
// the cells that make and take them: each value as it was published, with its
// range, what kind of evidence it is, and where it was read.
//
// Everything is returned as a fresh copy, so nobody can change it for others.
package catalogue

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cytofield/cytofield/tissue/quantity"
)

// Evidence says how a number came about.
type Evidence string

const (
	Measured     Evidence = "measured"     // in an experiment
	Model        Evidence = "model"        // used, assumed or fitted in a published model
	Computed     Evidence = "computed"     // from a formula that the source names
	FromMemory   Evidence = "from memory"  // textbook or remembered value that was not checked against its source
	Illustrative Evidence = "illustrative" // chosen by us; no publication stands behind it
)

// The names of parameters.
const (
	// Of a substrate.
	MolecularWeight = "molecular weight"
	FreeDiffusion   = "free diffusion"   // in water at 37 °C
	MediumDiffusion = "medium diffusion" // in culture medium
	TissueDiffusion = "tissue diffusion" // effective, in tissue
	DiffusionRatio  = "diffusion ratio"  // tissue over free
	Decay           = "decay"            // in tissue
	MediumDecay     = "medium decay"     // in vitro
	PlasmaClearance = "plasma clearance" // from the blood: not a decay in tissue
	PlasmaHalfLife  = "plasma half-life"
	Export          = "export"  // molecules per time and cell, which immunology calls secretion
	Release         = "release" // of what a cell holds ready: from inside or by shedding
	Reach           = "reach"   // distance from a source to which the molecule spreads
	Permeability    = "vessel permeability"
	MatrixOnRate    = "matrix on rate"
	MatrixOffRate   = "matrix off rate"
	FluidVelocity   = "interstitial fluid velocity"

	// Of a receptor.
	ReceptorsPerCell        = "receptors per cell"
	DissociationConstant    = "dissociation constant"
	InhibitoryConcentration = "half-inhibitory concentration"
	OnRate                  = "on rate"
	OffRate                 = "off rate"
	AssociationHalfLife     = "association half-life"
	DissociationHalfLife    = "dissociation half-life"
	Internalisation         = "internalisation" // of the bound receptor
	InternalisationHalfLife = "internalisation half-life"
	FreeInternalisation     = "internalisation of the free receptor"
	Recycling               = "recycling"
	Degradation             = "degradation"        // of the internalised receptor
	LigandDegradation       = "ligand degradation" // of the internalised ligand
	Turnover                = "turnover"           // of the free receptor
	TurnoverHalfLife        = "turnover half-life"
	Shedding                = "shedding"
	Desensitisation         = "desensitisation"
	Synthesis               = "synthesis" // receptors per cell and time
	FeedbackSynthesis       = "synthesis at full feedback"
	FeedbackExponent        = "feedback Hill exponent"
	SaturatedUptake         = "uptake at saturation" // molecules per cell and time

	// Of a cell.
	Radius          = "radius"
	Speed           = "speed"
	PersistenceTime = "persistence time"
	ChemotacticBias = "chemotactic bias"
)

// DimensionOf returns the dimension that a parameter of this name has.
func DimensionOf(name string) (quantity.Dimension, bool) {
	switch name {
	case MolecularWeight:
		return quantity.Mass, true
	case FreeDiffusion, MediumDiffusion, TissueDiffusion:
		return quantity.Diffusion, true
	case Decay, MediumDecay, PlasmaClearance, Release, OffRate, MatrixOffRate, Internalisation, FreeInternalisation, Recycling,
		Degradation, LigandDegradation, Turnover, Shedding, Desensitisation, Synthesis, FeedbackSynthesis:
		return quantity.Rate, true
	case PlasmaHalfLife, AssociationHalfLife, DissociationHalfLife, InternalisationHalfLife, TurnoverHalfLife, PersistenceTime:
		return quantity.Time, true
	case Export, SaturatedUptake:
		return quantity.MoleculeRate, true
	case Reach, Radius:
		return quantity.Length, true
	case Permeability, FluidVelocity, Speed:
		return quantity.Velocity, true
	case OnRate, MatrixOnRate:
		return quantity.OnRate, true
	case DissociationConstant, InhibitoryConcentration:
		return quantity.Concentration, true
	case ReceptorsPerCell, DiffusionRatio, FeedbackExponent, ChemotacticBias:
		return quantity.Dimensionless, true
	}
	return 0, false
}

// Parameter is one published value. Values are texts, as published, for
// [quantity.Parse]. Where only a range was published, Value is its geometric
// mean to two digits and Context says "of the range".
type Parameter struct {
	Name      string
	Value     string
	Low, High string // the range, or mean ∓ one standard deviation; empty where there is none
	Cell      string // the cell it holds for, where it holds for one: "Treg"
	Context   string // anything else needed to use it rightly
	Evidence  Evidence
	Source    string // key of a [Reference]
}

// Known reports whether there is a value: optional fields of a [Receptor] may
// hold the zero Parameter.
func (p Parameter) Known() bool { return p.Value != "" }

// Quantity returns the value with its dimension checked.
func (p Parameter) Quantity() (quantity.Quantity, error) {
	return p.parse(p.Value)
}

// Range returns the ends of the published range, both the value itself where
// there is none.
func (p Parameter) Range() (low, high quantity.Quantity, err error) {
	if p.Low == "" && p.High == "" {
		q, err := p.Quantity()
		return q, q, err
	}
	if low, err = p.parse(p.Low); err != nil {
		return low, high, err
	}
	high, err = p.parse(p.High)
	return low, high, err
}

func (p Parameter) parse(text string) (quantity.Quantity, error) {
	want, ok := DimensionOf(p.Name)
	if !ok {
		return quantity.Quantity{}, fmt.Errorf("catalogue: no parameter is called %q", p.Name)
	}
	q, err := quantity.Parse(text)
	if err == nil {
		_, err = q.In(want)
	}
	if err != nil {
		return quantity.Quantity{}, fmt.Errorf("catalogue: %s: %w", p.Name, err)
	}
	return q, nil
}

// String returns the parameter as one line of text, with its evidence and source.
func (p Parameter) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", p.Name, p.Value)
	if p.Low != "" {
		fmt.Fprintf(&b, " (%s to %s)", p.Low, p.High)
	}
	for _, text := range []string{p.Cell, p.Context, string(p.Evidence)} {
		if text != "" {
			b.WriteString(", " + text)
		}
	}
	return b.String() + " [" + p.Source + "]"
}

// given starts the entry of a parameter; between, on and where complete it.
func given(name, value string, evidence Evidence, source string) Parameter {
	return Parameter{Name: name, Value: value, Evidence: evidence, Source: source}
}

func (p Parameter) between(low, high string) Parameter { p.Low, p.High = low, high; return p }
func (p Parameter) on(cell string) Parameter           { p.Cell = cell; return p }
func (p Parameter) where(context string) Parameter     { p.Context = context; return p }

// Family groups substrates as textbooks do.
type Family string

const (
	Interleukin  Family = "interleukin"
	Interferon   Family = "interferon"
	Chemokine    Family = "chemokine"
	TumourNF     Family = "tumour necrosis factor"
	CSF          Family = "colony-stimulating factor"
	GrowthFactor Family = "growth factor"
	Lipid        Family = "lipid mediator"
	Tracer       Family = "tracer" // measured for its diffusion, or a model's unnamed cytokine
)

// Substrate is a diffusing molecule. Of several parameters with one name the
// first is the one to use unless there is a reason for another.
type Substrate struct {
	Name       string
	Aliases    []string
	Family     Family
	Parameters []Parameter
	Receptors  []Receptor
	Note       string
}

// Receptor is what binds a substrate on a cell. The named fields are the values
// to use; any of them may be unknown. Others holds values for other cells and
// from other sources, and further rates.
type Receptor struct {
	Name                 string
	Aliases              []string
	Ligand               string    // name of the substrate
	Count                Parameter // receptors per cell, on Count.Cell
	DissociationConstant Parameter
	OnRate               Parameter
	OffRate              Parameter
	Internalisation      Parameter
	Others               []Parameter
	Note                 string
}

// Parameters returns every known value, the ones to use first.
func (r Receptor) Parameters() []Parameter {
	var all []Parameter
	for _, p := range []Parameter{r.Count, r.DissociationConstant, r.OnRate, r.OffRate, r.Internalisation} {
		if p.Known() {
			all = append(all, p)
		}
	}
	return append(all, r.Others...)
}

// Find returns the receptor's parameter of that name that is the one to use.
func (r Receptor) Find(name string) (Parameter, bool) {
	for _, p := range r.Parameters() {
		if p.Name == name {
			return p, true
		}
	}
	return Parameter{}, false
}

// CountOn returns the number of receptors on a cell such as "Treg". A measured
// number goes before a model's.
func (r Receptor) CountOn(cell string) (Parameter, bool) {
	var found Parameter
	for _, p := range r.Parameters() {
		if p.Name != ReceptorsPerCell || fold(p.Cell) != fold(cell) {
			continue
		}
		if !found.Known() || found.Evidence != Measured && p.Evidence == Measured {
			found = p
		}
	}
	return found, found.Known()
}

// Substrates returns every entry, sorted by name.
func Substrates() []Substrate {
	all := slices.Concat(interleukins(), interferons(), chemokines(), tumourNecrosisFactors(), colonyStimulatingFactors(), growthFactors(), lipids(), tracers())
	for i := range all {
		for j := range all[i].Receptors {
			all[i].Receptors[j].Ligand = all[i].Name
		}
	}
	slices.SortFunc(all, func(a, b Substrate) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Lookup finds a substrate by its name or an alias. Case, spaces and hyphens do
// not matter, nor whether Greek letters are spelled out: "TNF-α", "tnf alpha"
// and "TNFa" are one.
func Lookup(name string) (Substrate, bool) {
	key := fold(name)
	for _, s := range Substrates() {
		if fold(s.Name) == key || slices.ContainsFunc(s.Aliases, func(alias string) bool { return fold(alias) == key }) {
			return s, true
		}
	}
	return Substrate{}, false
}

// Receptor finds a receptor of the substrate by its name or an alias.
func (s Substrate) Receptor(name string) (Receptor, bool) {
	key := fold(name)
	for _, r := range s.Receptors {
		if fold(r.Name) == key || slices.ContainsFunc(r.Aliases, func(alias string) bool { return fold(alias) == key }) {
			return r, true
		}
	}
	return Receptor{}, false
}

// ReceptorsNamed finds a receptor on every substrate that binds it: IFNAR binds
// several.
func ReceptorsNamed(name string) []Receptor {
	var found []Receptor
	for _, s := range Substrates() {
		if r, ok := s.Receptor(name); ok {
			found = append(found, r)
		}
	}
	return found
}

// Find returns the substrate's parameters of that name, the one to use first.
func (s Substrate) Find(name string) []Parameter {
	var found []Parameter
	for _, p := range s.Parameters {
		if p.Name == name {
			found = append(found, p)
		}
	}
	return found
}

// DefaultDiffusion returns the diffusion coefficient that a scenario gets with
// `from: catalogue`: the first tissue value published for this substrate. Where
// there is none, published is false and the parameter is an illustrative
// default: [DenseTissue] for a protein, the value of LTB4 for a lipid.
func (s Substrate) DefaultDiffusion() (p Parameter, published bool) {
	if found := s.Find(TissueDiffusion); len(found) > 0 {
		return found[0], true
	}
	if s.Family == Lipid {
		return given(TissueDiffusion, "125 um^2/s", Illustrative, "Dieterle2020").where("none published for " + s.Name + "; as fitted for LTB4"), false
	}
	p = DenseTissue()
	p.Context = "none published for " + s.Name + "; " + p.Context
	return p, false
}

// DefaultDecay returns the decay rate that a scenario gets with `from:
// catalogue`: the first one known for tissue. Where none is known it returns
// false and the scenario has to state one. Clearance from plasma is never used
// in its place: it is the kidney's and the liver's work, not the tissue's.
func (s Substrate) DefaultDecay() (Parameter, bool) {
	if found := s.Find(Decay); len(found) > 0 {
		return found[0], true
	}
	return Parameter{}, false
}

// DenseTissue is the default diffusion coefficient of a cytokine in densely
// packed lymphoid tissue, the value of the IL-2 models. It holds the tortuosity
// and the binding to matrix that lie between it and free diffusion.
func DenseTissue() Parameter {
	return given(TissueDiffusion, "10 um^2/s", Illustrative, "Busse2010").between("10 um^2/s", "60 um^2/s").where("default for densely packed lymphoid tissue, as in models of IL-2")
}

// LooseTissue is the default in loose tissue, after albumin.
func LooseTissue() Parameter {
	return given(TissueDiffusion, "50 um^2/s", Illustrative, "CharyJain1989").between("10 um^2/s", "60 um^2/s").where("default for loose tissue, after albumin")
}

// fold makes two spellings of one name equal.
func fold(name string) string {
	return strings.NewReplacer("alpha", "a", "beta", "b", "gamma", "g", "α", "a", "β", "b", "γ", "g", "-", "", " ", "", "_", "", "‐", "", "–", "", "/", "").Replace(strings.ToLower(name))
}
