package expression

import (
	"fmt"
	"go/ast"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/cytofield/cytofield/tissue/quantity"
)

// signatures are the functions there are.
var signatures = map[string]string{
	"pow": "pow(x, n)", "sqrt": "sqrt(x)", "exp": "exp(x)", "log": "log(x)", "tanh": "tanh(x)", "abs": "abs(x)",
	"min": "min(x, y)", "max": "max(x, y)", "step": "step(x, threshold)",
	"mass_action": "mass_action(k, a, b, ...)", "binding": "binding(kon, a, b, koff, complex)",
	"michaelis_menten": "michaelis_menten(vmax, km, c)", "hill": "hill(c, k, n)", "hill_down": "hill_down(c, k, n)",
	"logistic": "logistic(r, c, capacity)",
}

func (p *reader) call(e *ast.CallExpr) term {
	here := p.part(e)
	name := p.part(e.Fun)
	arguments := make([]term, len(e.Args))
	for i, argument := range e.Args {
		arguments[i] = p.evaluate(argument)
		here.broken = here.broken || arguments[i].broken
	}
	signature, ok := signatures[name.text]
	if _, named := p.names[name.text]; named && !ok {
		return p.fault(name, "%q is no function; write a product as %s*(...)", name.text, name.text)
	}
	if !ok {
		return p.fault(name, "no function %q; want one of %s", name.text, strings.Join(slices.Sorted(maps.Keys(signatures)), ", "))
	}
	want, most := 1+strings.Count(signature, ","), 1+strings.Count(signature, ",")
	if name.text == "mass_action" {
		want, most = 2, maxText
	}
	if len(arguments) < want || len(arguments) > most || e.Ellipsis.IsValid() {
		return p.fault(here, "%s has %s: want %s", here.quoted(), plural(len(arguments), "argument"), signature)
	}
	if here.broken {
		return here
	}
	return p.function(name.text, arguments)
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// function returns the value of a function of sound arguments, as many as it wants.
func (p *reader) function(name string, arguments []term) term {
	x := arguments[0]
	switch name {
	case "pow":
		n, ok := p.exponent(arguments[1], "pow(x, n)")
		if !ok {
			x.broken = true
		}
		return p.raised(x, n)
	case "sqrt":
		return p.raised(x, 0.5)
	case "exp":
		return p.transcendental(exponential, x, name)
	case "log":
		return p.transcendental(logarithm, x, name)
	case "tanh":
		return p.transcendental(hyperbolic, x, name)
	case "abs":
		x.node = build(absolute, x.node, nil)
		return x
	case "min":
		return p.choice(minimum, x, arguments[1], name)
	case "max":
		return p.choice(maximum, x, arguments[1], name)
	case "step":
		t := p.choice(reach, x, arguments[1], name)
		t.dimension, t.zero = quantity.Dimensionless, false
		return t
	case "mass_action":
		return p.massAction(arguments)
	case "binding":
		return p.sum(subtract, p.massAction(arguments[:3]), p.massAction(arguments[3:]))
	case "michaelis_menten":
		return p.michaelisMenten(x, arguments[1], arguments[2])
	case "logistic":
		return p.logistic(x, arguments[1], arguments[2])
	}
	return p.hill(x, arguments[1], arguments[2], name == "hill_down")
}

// exponent returns the n of a power.
func (p *reader) exponent(n term, where string) (float64, bool) {
	switch {
	case n.op != number:
		p.fault(n, "%s is the n of %s and depends on variables: want a constant", n.quoted(), where)
	case n.dimension != quantity.Dimensionless:
		p.fault(n, "%s: the n of %s wants a plain number", n.describe(), where)
	case n.value < -maxPower || n.value > maxPower:
		p.fault(n, "%s: the n of %s is at most %d in size", n.valued(), where, maxPower)
	default:
		return n.value, true
	}
	return 0, false
}

func (p *reader) transcendental(o op, x term, name string) term {
	if x.dimension != quantity.Dimensionless {
		return p.fault(x, "%s: %s wants a plain number; divide by a constant of the same dimension", x.describe(), name)
	}
	x.node, x.zero = build(o, x.node, nil), false
	return x
}

func (p *reader) choice(o op, a, b term, name string) term {
	t := joined(a, b, ", ")
	if !p.alike(a, b, "the arguments of "+name) {
		t.broken = true
		return t
	}
	t.node, t.dimension, t.zero = build(o, a.node, b.node), common(a, b), a.zero && b.zero
	return t
}

// massAction returns the product of all arguments.
func (p *reader) massAction(factors []term) term {
	t := factors[0]
	for _, factor := range factors[1:] {
		t = p.product(t, factor)
	}
	return t
}

// clamped returns max(c, 0).
func clamped(c term) term {
	c.node = build(maximum, c.node, constant(0))
	return c
}

// above reports a fault where a constant is not above zero.
func (p *reader) above(t term, what string) bool {
	if t.op == number && t.value <= 0 {
		p.fault(t, "%s: %s wants more than 0", t.valued(), what)
		return false
	}
	return true
}

// michaelisMenten returns vmax c / (km + c).
func (p *reader) michaelisMenten(vmax, km, c term) term {
	if !p.above(km, "the km of michaelis_menten") || !p.alike(km, c, "km and c of michaelis_menten") {
		return term{broken: true}
	}
	c = clamped(c)
	return p.quotient(p.product(vmax, c), p.sum(add, km, c))
}

// logistic returns r c (1 - c/capacity).
func (p *reader) logistic(r, c, capacity term) term {
	if !p.above(capacity, "the capacity of logistic") || !p.alike(c, capacity, "c and capacity of logistic") {
		return term{broken: true}
	}
	c = clamped(c)
	one := term{node: constant(1)}
	return p.product(p.product(r, c), p.sum(subtract, one, p.quotient(c, capacity)))
}

// hill returns x^n / (1 + x^n), or 1 / (1 + x^n) above, with x = c/k held where x^n
// is 1e30 or x is: there the first is 1 to every digit, and float32 overflows no more.
func (p *reader) hill(c, k, n term, down bool) term {
	exponent, ok := p.exponent(n, "hill(c, k, n)")
	if !ok || !p.above(n, "the n of a Hill function") || !p.above(k, "the k of a Hill function") || !p.alike(c, k, "c and k of a Hill function") {
		return term{broken: true}
	}
	x := p.quotient(clamped(c), k)
	x.node = build(minimum, x.node, constant(math.Pow(1e30, min(1, 1/exponent))))
	one, raised := term{node: constant(1)}, p.raised(x, exponent)
	if down {
		return p.quotient(one, p.sum(add, one, raised))
	}
	return p.quotient(raised, p.sum(add, one, raised))
}
