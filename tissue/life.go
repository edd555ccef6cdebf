package tissue

import (
	"fmt"
	"reflect"
)

// Lives reports whether cells of any type do more than exchange.
func (m *Model) Lives() bool {
	for _, t := range m.CellTypes {
		if !reflect.DeepEqual(t.Life, Life{}) {
			return true
		}
	}
	return false
}

// validateLife returns what is unphysical in what the cells of a type do, and in its rules.
func (m *Model) validateLife(t *CellType) []error {
	v := lifeFaults{m: m, t: t}
	l := &t.Life
	v.motility(l.Motility)
	v.number("repulsion, µm/s,", l.Mechanics.Repulsion)
	v.number("adhesion, µm/s,", l.Mechanics.Adhesion)
	if r := l.Mechanics.ReachInRadii(); !(r >= 1 && r <= MaxReach) {
		v.fault("reach of %g radii: want 1 to %d", r, MaxReach)
	}
	v.division(l.Division)
	v.death("apoptosis", l.Apoptosis)
	v.death("necrosis", l.Necrosis)
	v.rates("transition", l.Transitions)
	v.rates("killing", l.Kills)
	v.rates("attack", l.Attacks)
	v.rates("phagocytosis", l.Phagocytosis)
	v.number("rate of phagocytosis of dead cells, 1/s,", l.PhagocytosisDead)
	v.number("damage rate, 1/s,", l.DamageRate)
	v.number("repair rate, 1/s,", l.RepairRate)
	for i := range l.Rules {
		v.rule(i, &l.Rules[i])
	}
	v.bursts(l.Bursts)
	v.captures(l.Captures)
	return v.all
}

// MaxReach is the largest reach of a cell, in radii.
const MaxReach = 5

// reorientations is how often a cell may turn, on average, in one cell step.
const reorientations = 100

// lifeFaults collects what is wrong with the life of a type.
type lifeFaults struct {
	m   *Model
	t   *CellType
	all []error
}

func (v *lifeFaults) fault(format string, args ...any) {
	v.all = append(v.all, fmt.Errorf("tissue: cell type %q: "+format, append([]any{v.t.Name}, args...)...))
}

// number checks a rate, or another number of 0 or more.
func (v *lifeFaults) number(name string, value float64) {
	if !nonNegative(value) {
		v.fault("%s is %g: want 0 or more", name, value)
	}
}

func (v *lifeFaults) fraction(name string, value float64) {
	if !(value >= 0 && value <= 1) {
		v.fault("%s is %g: want 0 to 1", name, value)
	}
}

func (v *lifeFaults) motility(w Motility) {
	v.number("speed, µm/s,", w.Speed)
	v.fraction("migration bias", w.Bias)
	if least := v.m.CellStepTime() / reorientations; v.t.moves() && !(w.PersistenceTime >= least && finite(w.PersistenceTime)) {
		v.fault("persistence time %g s: want at least %g s, a hundredth of the cell step", w.PersistenceTime, least)
	}
	known := map[SubstrateID]bool{}
	for _, s := range w.Sensitivity {
		if !v.substrate("sensitivity to", s.Substrate) {
			continue
		}
		if known[s.Substrate] {
			v.fault("sensitivity to %s given twice", v.m.Substrates[s.Substrate].Name)
		}
		known[s.Substrate] = true
		if !finite(s.Value) {
			v.fault("sensitivity to %s is %g: want a number", v.m.Substrates[s.Substrate].Name, s.Value)
		}
	}
}

// moves reports whether cells of the type may have a speed.
func (t *CellType) moves() bool {
	if t.Life.Motility.Speed > 0 {
		return true
	}
	for _, r := range t.Life.Rules {
		if r.Behaviour.Kind == Speed {
			return true
		}
	}
	return false
}

func (v *lifeFaults) substrate(what string, s SubstrateID) bool {
	if int(s) < 0 || int(s) >= len(v.m.Substrates) {
		v.fault("%s substrate %d of %d", what, s, len(v.m.Substrates))
		return false
	}
	return true
}

func (v *lifeFaults) cellType(what string, t CellTypeID) bool {
	if int(t) < 0 || int(t) >= len(v.m.CellTypes) {
		v.fault("%s type %d of %d", what, t, len(v.m.CellTypes))
		return false
	}
	return true
}

func (v *lifeFaults) variable(what string, i int) bool {
	if i < 0 || i >= len(v.t.Variables) {
		v.fault("%s variable %d of %d", what, i, len(v.t.Variables))
		return false
	}
	return true
}

func (v *lifeFaults) division(d Division) {
	v.number("division rate, 1/s,", d.Rate)
	v.fraction("share of the new cell", d.Share)
	for _, i := range d.Kept {
		v.variable("division keeps", i)
	}
	total := 0.
	for _, to := range d.Daughter {
		v.cellType("division into", to.Type)
		v.fraction("probability of a daughter's type", to.Probability)
		total += to.Probability
	}
	if total > 1+1e-12 {
		v.fault("probabilities of daughters' types sum to %g: want at most 1", total)
	}
}

func (v *lifeFaults) death(name string, d Death) {
	v.number(name+" rate, 1/s,", d.Rate)
	v.number(name+" duration, s,", d.Duration)
	if d.Remains != nil {
		v.cellType(name+" leaves", *d.Remains)
	}
	for _, r := range d.Release {
		if !v.substrate(name+" releases", r.Substrate) {
			continue
		}
		s := v.m.Substrates[r.Substrate]
		v.number("release of "+s.Name+", molecules,", r.Molecules)
		if !s.Unit.CountsMolecules() {
			v.fault("%s releases molecules of %s, whose density is in %s: want nM", name, s.Name, s.Unit)
		}
		if r.Variable != NoVariable {
			v.variable(name+" releases", r.Variable)
		}
	}
}

func (v *lifeFaults) rates(name string, all []TypeRate) {
	known := map[CellTypeID]bool{}
	for _, r := range all {
		if !v.cellType(name+" of", r.Type) {
			continue
		}
		of := v.m.CellTypes[r.Type].Name
		if known[r.Type] {
			v.fault("%s of %q given twice", name, of)
		}
		known[r.Type] = true
		v.number(fmt.Sprintf("%s rate of %q, 1/s,", name, of), r.Rate)
	}
}

func (v *lifeFaults) rule(i int, r *Rule) {
	before, what := len(v.all), fmt.Sprintf("rule %d", i+1)
	v.signal(what, r.Signal)
	v.behaviour(what, r.Behaviour)
	if !positive(r.HalfMax) || !positive(r.HillPower) {
		v.fault("%s: half-maximum %g, Hill power %g: want more than 0", what, r.HalfMax, r.HillPower)
	}
	signed := r.Behaviour.Kind == VariableValue || r.Behaviour.Kind == Sensitivity
	if !finite(r.Saturation) || r.Saturation < 0 && !signed || r.Saturation > 1 && r.Behaviour.Kind == Bias {
		v.fault("%s: saturation at %g: want 0 or more, at most 1 of a migration bias", what, r.Saturation)
	}
	if r.Dead && !r.Behaviour.Kind.Exchanges() && r.Behaviour.Kind != VariableValue {
		v.fault("%s holds for dead cells: they only exchange and have variables", what)
	}
	if len(v.all) > before {
		return
	}
	base := v.t.Base(r.Behaviour)
	if r.Decreases && r.Saturation > base || !r.Decreases && r.Saturation < base {
		v.fault("%s goes from %g to %g: want a saturation on the side that it increases or decreases to", what, base, r.Saturation)
	}
}

func (v *lifeFaults) signal(what string, s Signal) {
	switch k := s.Kind; {
	case k < 0 || k >= signalKinds:
		v.fault("%s: signal of kind %d: want 0 to %d", what, k, signalKinds-1)
	case k.OfSubstrate():
		v.substrate(what+": signal of", s.Substrate)
	case k.OfVariable():
		v.variable(what+": signal of", s.Variable)
		if k == Occupancy {
			v.variable(what+": signal of", s.Bound)
		}
	case k == Contact:
		v.cellType(what+": contact with", s.Type)
	case k == BodySignal && (v.m.Body == nil || int(s.Body) < 0 || int(s.Body) >= len(v.m.Body.Variables)):
		v.fault("%s: signal of variable %d of the body, which has none such", what, s.Body)
	}
}

func (v *lifeFaults) behaviour(what string, b Behaviour) {
	switch k := b.Kind; {
	case k < 0 || k >= behaviourKinds:
		v.fault("%s: behaviour of kind %d: want 0 to %d", what, k, behaviourKinds-1)
	case k.OfType():
		v.cellType(what+": behaviour towards", b.Type)
	case k == VariableValue:
		if v.variable(what+": sets", b.Variable) {
			v.free(what, b.Variable)
		}
	case k.OfSubstrate():
		if v.substrate(what+": behaviour of", b.Substrate) && k.Exchanges() {
			v.exchanges(what, b)
		}
	}
}

// free checks that a variable a rule sets is not a reaction's too.
func (v *lifeFaults) free(what string, variable int) {
	for _, r := range v.t.Reactions {
		for _, c := range r.Changes {
			if c.Variable == variable {
				v.fault("%s sets %s, which reaction %q changes: want one of them", what, v.t.Variables[variable].Name, r.Name)
			}
		}
	}
}

// exchanges checks that a term of exchange that a rule changes has what it needs.
func (v *lifeFaults) exchanges(what string, b Behaviour) {
	s := v.m.Substrates[b.Substrate]
	for _, e := range v.t.Exchange {
		if e.Substrate != b.Substrate {
			continue
		}
		if b.Kind == SaturableUptake && e.HalfSaturation <= 0 {
			v.fault("%s: saturable uptake of %s without a half saturation: want a positive density", what, s.Name)
		}
		if (b.Kind == Export || b.Kind == SaturableUptake) && !s.Unit.CountsMolecules() {
			v.fault("%s: molecules/s of %s, whose density is in %s: want nM", what, s.Name, s.Unit)
		}
		return
	}
	v.fault("%s changes what it does with %s: want an exchange with it, of rate 0 if need be", what, s.Name)
}
