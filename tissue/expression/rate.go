package expression

import (
	"maps"
	"reflect"
	"slices"

	"github.com/cytofield/cytofield/tissue/quantity"
)

// Variable is a name whose value changes from place to place and in time.
type Variable struct {
	Name      string
	Dimension quantity.Dimension
	Index     int // of its value, from 0
}

// Constant is a name whose value is known, in µm, s and nM
// ([quantity.Dimension.MolarUnit]).
type Constant struct {
	Name      string
	Dimension quantity.Dimension
	Value     float64
}

// Scope is the names an expression may use.
type Scope struct {
	Variables []Variable
	Constants []Constant
}

// Rate is an expression that has been read and checked. It never changes, and may
// be used by several goroutines.
type Rate struct {
	text      string
	dimension quantity.Dimension
	root      *node
	program   program
	variables map[int]Variable // of the scope, by index
	uses      []int            // variables in root, rising
	constants []Constant       // named in the text, in its order
}

// String returns the expression as written; for a derivative, of what it is one.
func (r *Rate) String() string { return r.text }

// Dimension returns the dimension of the rate. Its values are in that dimension's
// [quantity.Dimension.MolarUnit].
func (r *Rate) Dimension() quantity.Dimension { return r.dimension }

// Uses returns the indices of the variables that are in the rate, rising.
func (r *Rate) Uses() []int { return slices.Clone(r.uses) }

// Constants returns the constants that the text names, each once.
func (r *Rate) Constants() []Constant { return slices.Clone(r.constants) }

// Linear reports whether the rate is affine in the variables.
func (r *Rate) Linear() bool { return r.root.degree() <= 1 }

// Equal reports whether two rates do the same operations on the same numbers.
func (r *Rate) Equal(other *Rate) bool {
	if r == nil || other == nil {
		return r == other
	}
	return r.dimension == other.dimension && reflect.DeepEqual(r.root, other.root)
}

// Eval returns the rate at the values of the variables. A NaN among those it uses
// gives a NaN, except in a step. For many values an [Evaluator] is faster.
func (r *Rate) Eval(values []float64) float64 {
	var few [64]float64 // on the stack: enough for any rate a person writes
	registers := few[:]
	if r.program.registers > len(few) {
		registers = make([]float64, r.program.registers)
	}
	return r.program.eval(registers, values)
}

// Derivative returns the derivative of the rate by a variable. At the threshold of
// a step it is 0, at the corner of max, min and abs the one from above; that of a
// power below 1 is infinite at 0.
func (r *Rate) Derivative(variable int) *Rate {
	by := r.variables[variable]
	root := differentiator{variable, map[*node]*node{}}.of(r.root)
	return &Rate{
		text:      "d(" + r.text + ")/d(" + by.Name + ")",
		dimension: r.dimension - by.Dimension,
		root:      root,
		program:   compile(root),
		variables: r.variables,
		uses:      root.uses(),
		constants: r.constants,
	}
}

// uses returns the variables from here down, rising.
func (n *node) uses() []int {
	used, seen := map[int]bool{}, map[*node]bool{}
	var visit func(n *node)
	visit = func(n *node) {
		if n == nil || seen[n] {
			return
		}
		seen[n] = true
		if n.op == variable {
			used[n.index] = true
		}
		visit(n.a)
		visit(n.b)
	}
	visit(n)
	return slices.Sorted(maps.Keys(used))
}
