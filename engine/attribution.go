package engine

import (
	"fmt"
	"slices"

	"github.com/cytofield/cytofield/tissue"
)

// Attribution says who made the molecules of a substrate and what became of them, up to
// now.
type Attribution struct {
	Receivers []string // cell types
	Tags      []Tag    // of the rest, then of each sender
}

// Tag is the part of a substrate that one sender made, or the rest: what was there, came
// in, was made by reactions in the fluid or was written. The ledgers of all tags sum up to
// that of the substrate, but that here a cell above its saturation density takes up where
// there it secretes less than nothing.
type Tag struct {
	Sender string // from tissue.Model.SenderName, or Rest
	Ledger Ledger
	Caught []float64 // per receiver; sums up to Ledger.TakenUp
	Own    float64   // of it, by the sender's type, with TagCells by the very cell
}

// Rest is the sender of what no cell made.
const Rest = "rest"

// AutocrineFraction returns the share of what senders secreted that they caught
// themselves; 0 before any did.
func (a Attribution) AutocrineFraction() float64 {
	own, secreted := 0.0, 0.0
	for _, t := range a.Tags[1:] {
		own += t.Own
		secreted += t.Ledger.Secreted
	}
	return share(own, secreted)
}

// AutocrineFraction returns the share of what the sender secreted that it caught itself.
func (t Tag) AutocrineFraction() float64 { return share(t.Own, t.Ledger.Secreted) }

// Fate is an amount and what became of it.
type Fate struct {
	Name   string
	Amount float64
}

// Fates returns what became of the tag's molecules but that cells caught them, net, and
// behind it what the sender secreted: of a sender's tag it is all of these together.
func (t Tag) Fates() []Fate {
	l := t.Ledger
	return []Fate{{"present", l.Present}, {"decayed", l.Decayed}, {"reacted", 0 - l.Reacted}, {"out", 0 - l.ThroughWalls}, {"secreted", l.Secreted}}
}

func share(part, whole float64) float64 {
	if whole == 0 {
		return 0
	}
	return part / whole
}

// Tagged are the tags of one member of a group. Each is a substrate that goes through the
// stages of its member, takes no part in the control of the step, and loses to every
// process its share of what the member loses. With tag A and the member's own density at
// the surface c_s, a cell of the law of SurfaceLaw takes
//
//	J_A = κ' c_s,A − q_A,  c_s,A = (c_A + g q_A)/(1 + g κ')
//	κ' = κ + V_max/(K_m + c_s),  q_A = q for the tag of the cell, else 0
//
// so that Σ_A J_A = J. Secretion towards a density, S (c* − c_s), is part of q below c*
// and, as a sink of (c_s − c*)/c_s, of κ' above.
type Tagged struct {
	Member  int            // position in Group.Substrates
	Tags    []Substrate    // of the rest, then of each sender; their Cells are those whose J is linear in c
	Cells   []TaggedCell   // the others without reactions, in the order of their voxels
	Cohorts []TaggedCohort // those of the group that meet the member
}

// TaggedCell is a cell and the tag of what it makes.
type TaggedCell struct {
	SaturableCell
	Tag  int // 0, the rest, where it makes nothing
	Type tissue.CellTypeID
}

// TaggedCohort are tags at the cells of a cohort, and within them: a variable that holds
// what was taken up carries tags, Σ_A y_A = y, and passes them on as it passes itself on.
type TaggedCohort struct {
	Cohort, Fluid int           // positions in Group.Cohorts and Cohort.Fluids
	Tag           []int         // per cell: of what it makes
	Carriers      []int         // positions in Kinetics.Variables
	State         [][][]float64 // at the start, per carrier, tag and cell
}

// TagMember is one Tagged of a Stepper. Its tags follow the substrates among the members.
type TagMember interface {
	// Integrals returns what the Cells and the Cohorts exchanged since the last call.
	Integrals() (TagIntegrals, error)
	// Read copies what carriers hold, per cohort, carrier, tag and cell.
	Read(carried [][][][]float64) error
	// Replace takes new cells and cohorts, and more tags where there are more; integrals not
	// yet fetched are lost.
	Replace(t Tagged) error
}

// TagIntegrals are those of Tagged.Cells and of every Tagged.Cohorts.
type TagIntegrals struct {
	Cells   TagExchange
	Cohorts []TagExchange
}

// TagExchange is ∫dt of net fluxes into cells, per tag and cell, and of what cells made,
// per cell, amounts.
type TagExchange struct {
	Flux [][]float64
	Made []float64
}

// TagShare returns the share of a tag, which has a part of a whole, in what is taken from
// that; of nothing all is the rest's. It is of the whole, not of the sum of the parts, so that
// what rounding leaves between the two goes as the whole does.
func TagShare(tag int, part, whole float64) float64 {
	switch {
	case whole > 0:
		return part / whole
	case tag == 0:
		return 1
	}
	return 0
}

// Attribution returns who made the molecules of a substrate that the model attributes.
func (in *Integrator) Attribution(s tissue.SubstrateID) (Attribution, error) {
	for _, g := range in.groups {
		for _, t := range g.tagged {
			if t.of.id == s {
				return in.report(t)
			}
		}
	}
	return Attribution{}, fmt.Errorf("engine: attribution of %s: the model asks for none", in.model.Substrates[s].Name)
}

func (in *Integrator) report(t *tagging) (a Attribution, err error) {
	if err := t.settle(); err != nil {
		return a, err
	}
	for _, cell := range in.model.CellTypes {
		a.Receivers = append(a.Receivers, cell.Name)
	}
	for tag, f := range t.tags {
		a.Tags = append(a.Tags, Tag{in.senderName(t, tag), f.ledger, slices.Clone(t.caught[tag]), t.own[tag]})
	}
	return a, nil
}

func (in *Integrator) senderName(t *tagging, tag int) string {
	if tag == 0 {
		return Rest
	}
	return in.model.SenderName(t.senders[tag-1])
}

// attributionFaults says which schemes do not carry tags.
func attributionFaults(m *tissue.Model, scheme Scheme) error {
	if len(m.Attribution) == 0 {
		return nil
	}
	return fmt.Errorf("engine: scheme %s: %s is attributed to who made it: want scheme adaptive or ftcs", scheme, m.Substrates[m.Attribution[0].Substrate].Name)
}

// ReadTag copies the density of a tag, in the order of Attribution.Tags.
func (in *Integrator) ReadTag(s tissue.SubstrateID, tag int, dst *tissue.Field) error {
	t := in.fields[s].tagging()
	if t == nil || tag < 0 || tag >= len(t.tags) {
		return fmt.Errorf("engine: tag %d of %s: there is none", tag, in.model.Substrates[s].Name)
	}
	return t.tags[tag].member.Read(dst.Values)
}
