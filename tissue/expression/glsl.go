package expression

import (
	"strconv"
	"strings"
)

// GLSL returns the rate as an expression of GLSL 4.3 in float32, in ASCII, with the
// operations in the order of [Rate.Eval]. Variables are named by the caller.
func (r *Rate) GLSL(name func(variable int) string) string { return r.root.glsl(name) }

func (n *node) glsl(name func(int) string) string {
	switch n.op {
	case number:
		return GLSLNumber(n.value)
	case variable:
		return name(n.index)
	case power:
		return expand(n.a, n.value).glsl(name)
	}
	a, b := n.a.glsl(name), ""
	if n.b != nil {
		b = n.b.glsl(name)
	}
	return strings.NewReplacer("A", a, "B", b, "N", GLSLNumber(n.value)).Replace(glslForm(n.op))
}

// glslForm is an operation on A and B, or on A with the exponent N.
func glslForm(o op) string {
	switch o {
	case add:
		return "(A + B)"
	case subtract:
		return "(A - B)"
	case multiply:
		return "(A * B)"
	case divide:
		return "(A / B)"
	case negate:
		return "(-A)"
	case exponential:
		return "exp(A)"
	case logarithm:
		return "log(A)"
	case hyperbolic:
		return "tanh(clamp(A, -10.0, 10.0))" // float32 has 1 at 10; some drivers overflow beyond
	case absolute:
		return "abs(A)"
	case minimum:
		return "min(A, B)"
	case maximum:
		return "max(A, B)"
	case reach:
		return "step(B, A)"
	case squareRoot:
		return "sqrt(A)"
	case fractional:
		return "pow(A, N)"
	}
	panic("expression: no operation")
}

// GLSLNumber writes the float32 next to a number.
func GLSLNumber(value float64) string {
	text := strconv.FormatFloat(value, 'g', -1, 32)
	if !strings.ContainsAny(text, ".e") {
		text += ".0"
	}
	if value < 0 {
		return "(" + text + ")"
	}
	return text
}
