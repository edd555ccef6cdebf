package expression

import (
	"math"
)

type op uint8

const (
	number op = iota
	variable
	add
	subtract
	multiply
	divide
	negate
	power // a^value
	exponential
	logarithm
	hyperbolic // tanh
	absolute
	minimum
	maximum
	reach // 1 where a >= b, else 0

	// What a power becomes (expand); never in a tree.
	squareRoot // of a >= 0
	fractional // a^value of a >= 0
)

// node is a piece of a rate. Nodes may be shared and never change.
type node struct {
	op    op
	value float64 // of a number; the exponent of a power
	index int     // of a variable
	a, b  *node
	size  int // operations and operands from here down, written out
}

func constant(value float64) *node { return &node{op: number, value: value, size: 1} }

func (n *node) is(value float64) bool { return n.op == number && n.value == value }

// representable reports whether float32 holds a number with all its digits.
func representable(value float64) bool {
	const smallest = 0x1p-126 // below it float32 has fewer digits, and GPUs have zero
	size := math.Abs(value)
	return size == 0 || size >= smallest && size <= math.MaxFloat32
}

// build returns the operation on one or two nodes: a number where it has a
// representable one, and without what 0 and 1 do not change.
func build(o op, a, b *node) *node {
	n := &node{op: o, a: a, b: b, size: 1 + a.size}
	if b != nil {
		n.size += b.size
	}
	if a.op == number && (b == nil || b.op == number) {
		if value := apply(o, 0, a.value, operand(b)); representable(value) {
			return constant(value)
		}
		return n
	}
	switch {
	case o == add && a.is(0), o == multiply && a.is(1), o == multiply && b.is(0):
		return b
	case (o == add || o == subtract) && b.is(0), (o == multiply || o == divide) && b.is(1), (o == multiply || o == divide) && a.is(0):
		return a
	case o == subtract && a.is(0):
		return build(negate, b, nil)
	case o == negate && a.op == negate:
		return a.a
	}
	return n
}

// operand is the second operand of a fold, which some operations have not.
func operand(b *node) float64 {
	if b == nil {
		return 0
	}
	return b.value
}

// raise returns x^exponent.
func raise(x *node, exponent float64) *node {
	switch {
	case exponent == 0:
		return constant(1)
	case exponent == 1:
		return x
	case x.op == number:
		return expand(x, exponent)
	}
	n := &node{op: power, value: exponent, a: x, size: 1 + x.size}
	if exponent == math.Trunc(exponent) {
		n.size = int(math.Abs(exponent)) * (1 + x.size)
	}
	return n
}

// expand returns x^exponent as it is computed on either device:
//
//	x^-n = 1/x^n    x^2n = x^n x^n    x^(2n+1) = x^n x^n x    x^r = max(x, 0)^r
//
// since GLSL defines pow for no negative base.
func expand(x *node, exponent float64) *node {
	switch {
	case exponent < 0:
		return build(divide, constant(1), expand(x, -exponent))
	case exponent == 1:
		return x
	case exponent == math.Trunc(exponent):
		half := expand(x, math.Floor(exponent/2))
		square := build(multiply, half, half)
		if math.Mod(exponent, 2) == 1 {
			return build(multiply, square, x)
		}
		return square
	}
	base := build(maximum, x, constant(0))
	if exponent == 0.5 {
		return build(squareRoot, base, nil)
	}
	if base.op == number {
		return constant(math.Pow(base.value, exponent))
	}
	return &node{op: fractional, value: exponent, a: base, size: 1 + base.size}
}

// apply is the meaning of every operation. value is the exponent of fractional.
func apply(o op, value, a, b float64) float64 {
	switch o {
	case add:
		return a + b
	case subtract:
		return a - b
	case multiply:
		return a * b
	case divide:
		return a / b
	case negate:
		return -a
	case exponential:
		return math.Exp(a)
	case logarithm:
		return math.Log(a)
	case hyperbolic:
		return math.Tanh(a)
	case absolute:
		return math.Abs(a)
	case minimum:
		return min(a, b)
	case maximum:
		return max(a, b)
	case reach:
		if a >= b {
			return 1
		}
		return 0
	case squareRoot:
		return math.Sqrt(a)
	case fractional:
		return math.Pow(a, value)
	}
	panic("expression: no operation")
}

// differentiator holds what has been differentiated, so that shared nodes stay
// shared.
type differentiator struct {
	variable int
	known    map[*node]*node
}

func (d differentiator) of(n *node) *node {
	if known, ok := d.known[n]; ok {
		return known
	}
	made := d.rule(n)
	d.known[n] = made
	return made
}

func (d differentiator) rule(n *node) *node {
	zero, one := constant(0), constant(1)
	choose := func(first *node) *node { // a' where first is 1, b' where it is 0
		return build(add, build(multiply, first, d.of(n.a)), build(multiply, build(subtract, one, first), d.of(n.b)))
	}
	switch n.op {
	case variable:
		if n.index == d.variable {
			return one
		}
	case add, subtract:
		return build(n.op, d.of(n.a), d.of(n.b))
	case multiply:
		return build(add, build(multiply, d.of(n.a), n.b), build(multiply, n.a, d.of(n.b)))
	case divide: // (a/b)' = (a' - (a/b) b')/b
		return build(divide, build(subtract, d.of(n.a), build(multiply, n, d.of(n.b))), n.b)
	case negate:
		return build(negate, d.of(n.a), nil)
	case power:
		return build(multiply, build(multiply, constant(n.value), raise(n.a, n.value-1)), d.of(n.a))
	case exponential:
		return build(multiply, n, d.of(n.a))
	case logarithm:
		return build(divide, d.of(n.a), n.a)
	case hyperbolic:
		return build(multiply, build(subtract, one, build(multiply, n, n)), d.of(n.a))
	case absolute:
		sign := build(subtract, build(multiply, constant(2), build(reach, n.a, zero)), one)
		return build(multiply, sign, d.of(n.a))
	case minimum:
		return choose(build(reach, n.b, n.a))
	case maximum:
		return choose(build(reach, n.a, n.b))
	}
	return zero // a number; a step, away from its threshold
}

// degree returns the degree of a polynomial in the variables, and infinity for
// what is none.
func (n *node) degree() float64 {
	switch n.op {
	case number:
		return 0
	case variable:
		return 1
	case add, subtract:
		return max(n.a.degree(), n.b.degree())
	case multiply:
		return n.a.degree() + n.b.degree()
	case negate:
		return n.a.degree()
	case divide:
		if n.b.degree() == 0 {
			return n.a.degree()
		}
	case power:
		if n.value > 0 && n.value == math.Trunc(n.value) {
			return n.value * n.a.degree()
		}
	}
	if n.a.degree() == 0 && (n.b == nil || n.b.degree() == 0) {
		return 0
	}
	return math.Inf(1)
}
