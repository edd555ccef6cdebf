package life

import (
	"math"

	"github.com/cytofield/cytofield/tissue"
)

// phase is whether a cell lives.
type phase uint8

const (
	alive phase = iota
	dead
	phases
)

// program is what the cells of a type do in a phase, laid out to be run.
type program struct {
	responses []response // of the behaviours that rules change
	look      bool       // a rule's signal is of the cells around
	hear      bool       // other cells' behaviours may be about cells of this type

	exchange  []tissue.Exchange // of the type in this phase
	terms     []term            // of exchange that rules change
	bursts    []burst           // of exchange
	overrides bool              // exchange differs, or may, from the type's
	variables []setting         // that rules set
	captures  bool              // variables count molecules taken up

	fates       []fateRate
	kills       []number // by type; nil for none
	attacks     []number
	eats        []number
	clears      number
	damage      number
	repair      number
	speed, bias number
	gradients   []lean
}

// number is the base of a behaviour, or where rules change it its place among responses.
type number struct {
	base     float64
	response int // -1 for none
}

func (n number) of(values []float64) float64 {
	if n.response < 0 {
		return n.base
	}
	return values[n.response]
}

// zero reports whether the number is never anything else.
func (n number) zero() bool { return n.response < 0 && n.base == 0 }

// term is a term of an exchange that rules change.
type term struct {
	exchange int
	kind     tissue.BehaviourKind
	response int
}

// setting is a variable that rules set.
type setting struct{ variable, response int }

// fateRate is the rate of something that may become of a cell.
type fateRate struct {
	rate number
	fate fate
}

// lean is the sensitivity to one gradient.
type lean struct {
	substrate   tissue.SubstrateID
	sensitivity number
}

// response is a behaviour that rules change: see tissue.Rule.
type response struct {
	behaviour       tissue.Behaviour
	base, high, low float64
	up, down        []input
}

// input is the signal of a rule.
type input struct {
	signal tissue.Signal
	scale  float64 // 1 over the half-maximum
	power  float64
}

// value returns the behaviour for the sums Σ (s/h)^p of the rules that increase and
// decrease it.
func (r *response) value(up, down float64) float64 {
	v := r.base + (r.high-r.base)*tissue.HillResponse(up)
	return v + (r.low-v)*tissue.HillResponse(down)
}

// power returns x^p, and 0 for what rounding left below zero.
func power(x, p float64) float64 {
	if x <= 0 {
		return 0
	}
	switch p {
	case 1:
		return x
	case 2:
		return x * x
	case 3:
		return x * x * x
	case 4:
		return x * x * x * x
	}
	return math.Pow(x, p)
}

// compile lays out a type of a model in a phase.
func compile(m *tissue.Model, id tissue.CellTypeID, ph phase) program {
	t := &m.CellTypes[id]
	none := number{0, -1}
	p := program{exchange: t.Exchange, clears: none, damage: none, repair: none, speed: none, bias: none}
	if ph == dead {
		p.exchange = deadExchange(t.Exchange)
		p.overrides = len(p.exchange) > 0
	}
	for _, r := range t.Life.Rules {
		if ph == alive || r.Dead {
			p.add(t, r, ph)
		}
	}
	for i, r := range p.responses {
		switch k := r.behaviour.Kind; {
		case k.Exchanges():
			for e := range p.exchange {
				if p.exchange[e].Substrate == r.behaviour.Substrate {
					p.terms = append(p.terms, term{e, k, i})
				}
			}
		case k == tissue.VariableValue:
			p.variables = append(p.variables, setting{r.behaviour.Variable, i})
		}
	}
	if ph == alive {
		p.burst(t)
	}
	p.captures = len(t.Life.Captures) > 0
	p.overrides = p.overrides || len(p.terms)+len(p.bursts) > 0
	if ph == alive {
		p.compileLiving(m, t)
	}
	return p
}

// burst finds the exports that come in bursts.
func (p *program) burst(t *tissue.CellType) {
	for _, b := range t.Life.Bursts {
		for e := range p.exchange {
			if p.exchange[e].Substrate == b.Substrate {
				p.bursts = append(p.bursts, burst{e, b})
			}
		}
	}
}

// deadExchange is what a dead cell does: see tissue.Death.
func deadExchange(living []tissue.Exchange) []tissue.Exchange {
	var all []tissue.Exchange
	for _, e := range living {
		e.SecretionRate, e.NetExportRate = 0, 0
		e.UptakeRate *= tissue.DeadUptake
		e.MaxUptakeRate *= tissue.DeadUptake
		all = append(all, e)
	}
	return all
}

// add joins a rule to the others of its behaviour.
func (p *program) add(t *tissue.CellType, r tissue.Rule, ph phase) {
	at := p.number(r.Behaviour, 0).response
	if at < 0 {
		base := t.Base(r.Behaviour)
		if ph == dead && r.Behaviour.Kind.Exchanges() {
			base = 0
			for i := range p.exchange {
				if p.exchange[i].Substrate == r.Behaviour.Substrate {
					base = *p.exchange[i].Term(r.Behaviour.Kind)
				}
			}
		}
		at = len(p.responses)
		p.responses = append(p.responses, response{behaviour: r.Behaviour, base: base, high: base, low: base})
	}
	to := &p.responses[at]
	in := input{r.Signal, 1 / r.HalfMax, r.HillPower}
	if r.Decreases {
		if len(to.down) == 0 || r.Saturation < to.low {
			to.low = r.Saturation
		}
		to.down = append(to.down, in)
	} else {
		if len(to.up) == 0 || r.Saturation > to.high {
			to.high = r.Saturation
		}
		to.up = append(to.up, in)
	}
	switch r.Signal.Kind {
	case tissue.Contact, tissue.DeadContact, tissue.Pressure:
		p.look = true
	}
}

// number returns where a behaviour is found.
func (p *program) number(b tissue.Behaviour, base float64) number {
	for i, r := range p.responses {
		if r.behaviour.Same(b) {
			return number{base, i}
		}
	}
	return number{base, -1}
}

func (p *program) compileLiving(m *tissue.Model, t *tissue.CellType) {
	own := func(b tissue.Behaviour) number { return p.number(b, t.Base(b)) }
	only := func(k tissue.BehaviourKind) number { return own(tissue.Behaviour{Kind: k}) }
	p.fates = []fateRate{
		{only(tissue.DivisionRate), fate{kind: divides}},
		{only(tissue.ApoptosisRate), fate{kind: apoptotic}},
		{only(tissue.NecrosisRate), fate{kind: necrotic}},
	}
	towards := func(k tissue.BehaviourKind) []number {
		all, some := make([]number, len(m.CellTypes)), false
		for to := range all {
			all[to] = own(tissue.Behaviour{Kind: k, Type: tissue.CellTypeID(to)})
			some = some || !all[to].zero()
		}
		if !some {
			return nil
		}
		return all
	}
	for to, rate := range towards(tissue.TransitionRate) {
		p.fates = append(p.fates, fateRate{rate, fate{changes, tissue.CellTypeID(to)}})
	}
	possible := p.fates[:0]
	for _, f := range p.fates {
		if !f.rate.zero() {
			possible = append(possible, f)
		}
	}
	p.fates = possible
	p.kills, p.attacks, p.eats = towards(tissue.KillRate), towards(tissue.AttackRate), towards(tissue.PhagocytosisRate)
	p.clears = only(tissue.ClearanceRate)
	p.damage, p.repair = only(tissue.DamageRate), only(tissue.RepairRate)
	p.speed, p.bias = only(tissue.Speed), only(tissue.Bias)
	for s := range m.Substrates {
		id := tissue.SubstrateID(s)
		if n := own(tissue.Behaviour{Kind: tissue.Sensitivity, Substrate: id}); !n.zero() {
			p.gradients = append(p.gradients, lean{id, n})
		}
	}
}

// reaches reports whether the program does anything to cells of a type in contact.
func (p *program) reaches(t tissue.CellTypeID, ph phase) bool {
	if ph == dead {
		return !p.clears.zero()
	}
	for _, all := range [][]number{p.kills, p.attacks, p.eats} {
		if all != nil && !all[t].zero() {
			return true
		}
	}
	return false
}
