package tissue

// Life is what the cells of a type do at every cell step where no rule says otherwise.
// Rates are of exponential clocks, 1/s: a cell whose rate is r does it within h with
// probability 1 − exp(−r h). The zero value is of a cell that stays as it is.
type Life struct {
	Motility  Motility
	Mechanics Mechanics
	Division  Division
	Apoptosis Death
	Necrosis  Death

	Transitions      []TypeRate // into cells of another type
	Kills            []TypeRate // makes a living cell of that type in contact apoptotic
	Attacks          []TypeRate // damage per second to a living cell of that type in contact
	Phagocytosis     []TypeRate // takes up a living cell of that type in contact
	PhagocytosisDead float64    // takes up a dead cell in contact, 1/s
	DamageRate       float64    // d of dx/dt = d − ρ x + what attackers do, 1/s; x is the cell's damage, a plain number
	RepairRate       float64    // ρ, 1/s

	Rules []Rule

	Bursts   []Bursts  // each substrate at most once; others are exported evenly
	Captures []Capture // counted in integers
}

// TypeRate is a rate, 1/s, towards cells of a type.
type TypeRate struct {
	Type CellTypeID
	Rate float64
}

// Motility is a persistent random walk that leans towards gradients. A cell goes at
// Speed along its direction, and at the times of a Poisson process of rate
// 1/PersistenceTime takes a new one,
//
//	b g + (1 − b) u, normalised      b: Bias
//	g = Σ_s Sensitivity_s ∇c_s, normalised      u: any direction, all alike
//
// Without bias the mean square displacement is Fürth's, 2 S² P (t − P (1 − exp(−t/P))).
// (Fürth 1920, Zeitschrift für Physik 2:244; the bias is that of PhysiCell, Ghaffarizadeh
// et al. 2018, PLoS Computational Biology 14:e1005991.)
type Motility struct {
	Speed           float64 // S, µm/s
	PersistenceTime float64 // P, s
	Bias            float64 // b, 0 to 1
	Sensitivity     []ChemotacticSensitivity
	Normalised      bool // each gradient counts by its direction alone
}

// ChemotacticSensitivity is the weight of one gradient; below 0 the cell goes down it.
type ChemotacticSensitivity struct {
	Substrate SubstrateID
	Value     float64
}

// Mechanics is how cells push and hold each other. Of a pair at a distance d with
// R = r_1 + r_2 and A = Reach_1 r_1 + Reach_2 r_2 each moves along the line between them at
//
//	√(Repulsion_1 Repulsion_2) (1 − d/R)² − √(Adhesion_1 Adhesion_2) (1 − d/A)²
//
// away from the other, each term where its bracket is above 0. (Ghaffarizadeh et al. 2018,
// PLoS Computational Biology 14:e1005991.)
type Mechanics struct {
	Repulsion float64 // µm/s
	Adhesion  float64 // µm/s
	Reach     float64 // of adhesion and contact, in radii; 0 means DefaultReach
}

// DefaultReach is how far a cell reaches, in radii: PhysiCell's relative maximum
// adhesion distance.
const DefaultReach = 1.25

// ReachInRadii returns Reach, or its default.
func (m Mechanics) ReachInRadii() float64 {
	if m.Reach == 0 {
		return DefaultReach
	}
	return m.Reach
}

// Division makes two cells of one: half a radius to either side of where it was, along
// any axis. Both start at age 0 with the damage of the mother. Variables that are numbers
// are molecules, and are shared out; others, and those in Kept, both have in full. What
// the new cell has no variable for stays with the other.
type Division struct {
	Rate     float64
	Share    float64        // of the molecules, that the new cell gets, 0 to 1
	Kept     []int          // positions in CellType.Variables
	Daughter []DaughterType // of the new cell; as the mother where none is drawn
}

// DaughterType is a type that the new cell of a division may have.
type DaughterType struct {
	Type        CellTypeID
	Probability float64
}

// Death is one way to die. The dead cell stays for Duration; it secretes and exports
// nothing, and its uptake and that of receptors without a state is DeadUptake of what it was.
// Variables and reactions of its type go on: Remains may name one that has none.
type Death struct {
	Rate     float64
	Duration float64 // until it is gone, s
	Remains  *CellTypeID
	Release  []Release
}

// DeadUptake is the share of its uptake rates that a dead cell keeps, as in PhysiCell, and of
// its receptors, where they are sinks.
const DeadUptake = 0.1

// Release is what a cell leaves in its voxel when it dies: Molecules, and all of a
// variable, which is then 0.
type Release struct {
	Substrate SubstrateID
	Molecules float64
	Variable  int // position in CellType.Variables; NoVariable for none
}

// NoVariable is the position of no variable.
const NoVariable = -1

// DefaultCellStep is the cell step of a model that gives none, s.
const DefaultCellStep = 60

// CellStepTime returns CellStep, or its default, s.
func (m *Model) CellStepTime() float64 {
	if m.CellStep == 0 {
		return DefaultCellStep
	}
	return m.CellStep
}

// BehaviourKind says what a rule may change.
type BehaviourKind int

// The behaviours: of a substrate, of a variable, of a type, or of the cell alone.
const (
	Secretion        BehaviourKind = iota // Exchange.SecretionRate, 1/s
	Export                                // Exchange.NetExportRate, molecules/s
	Uptake                                // Exchange.UptakeRate, 1/s
	SaturableUptake                       // Exchange.MaxUptakeRate, molecules/s
	Sensitivity                           // ChemotacticSensitivity.Value
	VariableValue                         // a variable that no reaction changes; its base is Initial
	DivisionRate                          // Division.Rate, 1/s
	ApoptosisRate                         // Apoptosis.Rate, 1/s
	NecrosisRate                          // Necrosis.Rate, 1/s
	TransitionRate                        // Transitions, 1/s
	KillRate                              // Kills, 1/s
	AttackRate                            // Attacks, 1/s
	PhagocytosisRate                      // Phagocytosis, 1/s
	ClearanceRate                         // PhagocytosisDead, 1/s
	DamageRate                            // Life.DamageRate, 1/s
	RepairRate                            // Life.RepairRate, 1/s
	Speed                                 // Motility.Speed, µm/s
	Bias                                  // Motility.Bias

	behaviourKinds
)

// Behaviour is one number of what a cell does.
type Behaviour struct {
	Kind      BehaviourKind
	Substrate SubstrateID // of Secretion to Sensitivity
	Variable  int         // of VariableValue, in CellType.Variables
	Type      CellTypeID  // of TransitionRate to PhagocytosisRate
}

// Same reports whether two behaviours are the same number of a cell.
func (b Behaviour) Same(other Behaviour) bool {
	k := b.Kind
	return k == other.Kind && (!k.OfSubstrate() || b.Substrate == other.Substrate) && (!k.OfType() || b.Type == other.Type) &&
		(k != VariableValue || b.Variable == other.Variable)
}

// OfSubstrate reports whether the behaviour is about one substrate.
func (k BehaviourKind) OfSubstrate() bool { return k <= Sensitivity }

// OfType reports whether the behaviour is about one type of cells.
func (k BehaviourKind) OfType() bool { return k >= TransitionRate && k <= PhagocytosisRate }

// Exchanges reports whether the behaviour is a term of Exchange.
func (k BehaviourKind) Exchanges() bool { return k <= SaturableUptake }

// Base returns what cells of the type do where no rule says otherwise.
func (t CellType) Base(b Behaviour) float64 {
	l := &t.Life
	switch b.Kind {
	case Secretion, Export, Uptake, SaturableUptake:
		for i := range t.Exchange {
			if t.Exchange[i].Substrate == b.Substrate {
				return *t.Exchange[i].Term(b.Kind)
			}
		}
	case Sensitivity:
		for _, s := range l.Motility.Sensitivity {
			if s.Substrate == b.Substrate {
				return s.Value
			}
		}
	case VariableValue:
		return t.Variables[b.Variable].Initial
	case TransitionRate:
		return rateOf(l.Transitions, b.Type)
	case KillRate:
		return rateOf(l.Kills, b.Type)
	case AttackRate:
		return rateOf(l.Attacks, b.Type)
	case PhagocytosisRate:
		return rateOf(l.Phagocytosis, b.Type)
	default:
		return l.own(b.Kind)
	}
	return 0
}

// own returns a behaviour of the cell alone.
func (l *Life) own(k BehaviourKind) float64 {
	switch k {
	case DivisionRate:
		return l.Division.Rate
	case ApoptosisRate:
		return l.Apoptosis.Rate
	case NecrosisRate:
		return l.Necrosis.Rate
	case ClearanceRate:
		return l.PhagocytosisDead
	case DamageRate:
		return l.DamageRate
	case RepairRate:
		return l.RepairRate
	case Speed:
		return l.Motility.Speed
	}
	return l.Motility.Bias
}

// Term returns the field of an exchange that a behaviour is about.
func (e *Exchange) Term(k BehaviourKind) *float64 {
	switch k {
	case Secretion:
		return &e.SecretionRate
	case Export:
		return &e.NetExportRate
	case Uptake:
		return &e.UptakeRate
	}
	return &e.MaxUptakeRate
}

func rateOf(all []TypeRate, t CellTypeID) float64 {
	for _, r := range all {
		if r.Type == t {
			return r.Rate
		}
	}
	return 0
}
