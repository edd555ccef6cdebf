package tissue

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/spatial/r3"
)

// CellID names a cell for as long as it lives.
type CellID uint64

// CellTypeID is the position of a type in Model.CellTypes.
type CellTypeID int

// Exchange is what one cell does with one substrate at its surface. All terms
// may stand together; zero switches a term off.
type Exchange struct {
	Substrate         SubstrateID
	SecretionRate     float64 // S towards SaturationDensity, 1/s; acts on the cell's own volume (PhysiCell's meaning)
	SaturationDensity float64 // c*, in the substrate's unit
	UptakeRate        float64 // U, 1/s; acts on the cell's own volume
	NetExportRate     float64 // E, molecules/s per cell
	MaxUptakeRate     float64 // saturable uptake at high density, molecules/s per cell
	HalfSaturation    float64 // density at which it is half of that
	Pointing          Pointing
}

// Pointing is how the share of a net export that is directed leaves a cell: at the point
// of its surface in a direction. The rest leaves all around, and all of it does where the
// cell touches none of the type it points towards: centres no farther apart than the sum
// of their Reach.
type Pointing struct {
	Fraction  float64    // the synaptic fraction, 0 to 1; 0 for an export all around
	Direction r3.Vec     // of length 1; 0 for that of the nearest living cell of type Towards in contact
	Towards   CellTypeID // where Direction is 0
}

// Receptor is a binding site on the surface of a cell whose number stays and that lets go
// of nothing: a linear sink of OnRate × Count × density molecules/s. Receptors with
// kinetics are CellVariables and CellReactions.
type Receptor struct {
	Name   string
	Ligand SubstrateID
	Count  float64 // per cell
	OnRate float64 // k_on, 1/(nM·s)
}

// CellType is what cells of one kind have in common.
type CellType struct {
	Name      string
	Radius    float64 // µm
	Exchange  []Exchange
	Receptors []Receptor
	Variables []CellVariable
	Reactions []CellReaction
	Life      Life
}

// Points reports whether some net export of a substrate is directed.
func (t CellType) Points(s SubstrateID) bool {
	return slices.ContainsFunc(t.Exchange, func(e Exchange) bool { return e.Substrate == s && e.Pointing.Fraction > 0 })
}

// pointsLike reports whether what is directed of a cell's exchange is so in its type's.
func (t CellType) pointsLike(all []Exchange) bool {
	return !slices.ContainsFunc(all, func(e Exchange) bool {
		return e.Pointing.Fraction > 0 && !slices.ContainsFunc(t.Exchange, func(own Exchange) bool {
			return own.Substrate == e.Substrate && own.Pointing == e.Pointing
		})
	})
}

// Reach returns how far from its centre a cell adheres to others and is in contact with
// them, µm.
func (t CellType) Reach() float64 { return t.Life.Mechanics.ReachInRadii() * t.Radius }

// Volume returns the volume of a cell, µm³.
func (t CellType) Volume() float64 { return 4. / 3 * math.Pi * t.Radius * t.Radius * t.Radius }

// Cells are the cells of a tissue; the slices run in parallel.
type Cells struct {
	ID       []CellID
	Type     []CellTypeID
	Position []r3.Vec // µm
	// State holds the values of each cell's variables, in the order of its type's. It may
	// be nil, or a cell's may be: then a cell starts from their Initial, and at
	// Solver.Update one that was there before keeps what it has.
	State [][]float64
	// Exchange holds what a cell does in place of its type's Exchange, of no other
	// substrates. It may be nil, or a cell's may be: then it does what its type does.
	Exchange [][]Exchange
	// Dead tells which cells are dead and not yet removed; nil for none.
	Dead []bool
}

// Len returns the number of cells.
func (c *Cells) Len() int { return len(c.ID) }

// Add appends a cell of a type at a position, µm. Its ID is one above the last.
func (c *Cells) Add(t CellTypeID, at r3.Vec) CellID {
	id := CellID(1)
	if n := len(c.ID); n > 0 {
		id = c.ID[n-1] + 1
	}
	c.ID = append(c.ID, id)
	c.Type = append(c.Type, t)
	c.Position = append(c.Position, at)
	if c.State != nil {
		c.State = append(c.State, nil)
	}
	if c.Exchange != nil {
		c.Exchange = append(c.Exchange, nil)
	}
	return id
}

// IsDead reports whether a cell is dead and not yet removed.
func (c *Cells) IsDead(i int) bool { return i < len(c.Dead) && c.Dead[i] }

// Count returns the number of cells of each of n types, dead or alive.
func (c *Cells) Count(n int) []int {
	count := make([]int, n)
	for _, t := range c.Type {
		count[t]++
	}
	return count
}

func (t CellType) validate(substrates []Substrate) []error {
	var faults []error
	fault := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf("tissue: cell type %q: "+format, append([]any{t.Name}, args...)...))
	}
	if !positive(t.Radius) {
		fault("radius %g µm: want a positive length", t.Radius)
	}
	for _, err := range validateExchange(t.Exchange, substrates) {
		fault("%w", err)
	}
	t.validateKinetics(substrates, fault)
	for _, r := range t.Receptors {
		if int(r.Ligand) < 0 || int(r.Ligand) >= len(substrates) {
			fault("receptor %q binds substrate %d of %d", r.Name, r.Ligand, len(substrates))
			continue
		}
		s := substrates[r.Ligand]
		if !nonNegative(r.Count) || !nonNegative(r.OnRate) {
			fault("receptor %q: %g per cell, on rate %g 1/(nM·s): want 0 or more", r.Name, r.Count, r.OnRate)
		}
		if !s.Unit.CountsMolecules() {
			fault("receptor %q binds %s, whose density is in %s and does not convert to molecules: want nM", r.Name, s.Name, s.Unit)
		}
	}
	return faults
}

// validateExchange checks what a type, or one cell, does with substrates.
func validateExchange(all []Exchange, substrates []Substrate) []error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	for _, e := range all {
		if int(e.Substrate) < 0 || int(e.Substrate) >= len(substrates) {
			fault("exchange with substrate %d of %d", e.Substrate, len(substrates))
			continue
		}
		s := substrates[e.Substrate]
		for _, rate := range []struct {
			name  string
			value float64
		}{
			{"secretion rate", e.SecretionRate}, {"saturation density", e.SaturationDensity},
			{"uptake rate", e.UptakeRate}, {"net export rate", e.NetExportRate},
			{"maximal uptake rate", e.MaxUptakeRate}, {"half saturation", e.HalfSaturation},
		} {
			if !nonNegative(rate.value) {
				fault("%s of %s is %g: want 0 or more", rate.name, s.Name, rate.value)
			}
		}
		if p := e.Pointing; !(p.Fraction >= 0 && p.Fraction <= 1) {
			fault("synaptic fraction of %s is %g: want 0 to 1", s.Name, p.Fraction)
		} else if n := r3.Norm(p.Direction); n != 0 && !(math.Abs(n-1) <= 1e-9) { // rounding of a division by its length
			fault("export of %s points along a vector of length %g: want 1", s.Name, n)
		}
		if e.MaxUptakeRate > 0 && e.HalfSaturation <= 0 {
			fault("saturable uptake of %s without a half saturation: want a positive density", s.Name)
		}
		if !s.Unit.CountsMolecules() && (e.NetExportRate > 0 || e.MaxUptakeRate > 0) {
			fault("molecules/s of %s, whose density is in %s and does not convert to molecules: want nM", s.Name, s.Unit)
		}
	}
	return faults
}
