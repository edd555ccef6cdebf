package expression

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cytofield/cytofield/tissue/quantity"
)

// Limits on a rate. No law a person writes comes near them.
const (
	maxText  = 4096 // bytes
	maxSize  = 2000 // operations and operands, with presets and powers written out
	maxPower = 32
)

// Identifier returns how a name is written in an expression: what is neither a
// letter nor a digit becomes _, a digit in front gets one before it, and a word
// that Go keeps for itself one behind it.
func Identifier(name string) string {
	word := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return '_'
	}, name)
	if first, _ := utf8.DecodeRuneInString(word); unicode.IsDigit(first) {
		return "_" + word
	}
	if token.IsKeyword(word) {
		return word + "_"
	}
	return word
}

// Parse reads an expression whose names are in the scope. Its error is a [*Faults]
// with all that is wrong.
func Parse(text string, scope Scope) (*Rate, error) {
	r := &Rate{text: text, variables: map[int]Variable{}}
	p := &reader{text: text, rate: r, names: map[string][]symbol{}, used: map[string]bool{}}
	for _, v := range scope.Variables {
		r.variables[v.Index] = v
		p.declare(symbol{name: v.Name, dimension: v.Dimension, variable: &v})
	}
	for _, c := range scope.Constants {
		p.declare(symbol{name: c.Name, dimension: c.Dimension, constant: &c})
	}
	root := p.read()
	if len(p.faults) > 0 {
		return nil, &Faults{Text: text, All: p.faults}
	}
	r.root, r.dimension = root.node, root.dimension
	r.program, r.uses = compile(r.root), r.root.uses()
	return r, nil
}

// symbol is what a name means: a variable or a constant.
type symbol struct {
	name      string
	dimension quantity.Dimension
	variable  *Variable
	constant  *Constant
}

// reader turns the syntax tree of Go into one of nodes with dimensions.
type reader struct {
	text   string
	rate   *Rate
	names  map[string][]symbol // by identifier
	order  []string            // identifiers, as declared
	used   map[string]bool     // constants
	faults []Fault
}

func (p *reader) declare(s symbol) {
	word := Identifier(s.name)
	if len(p.names[word]) == 0 {
		p.order = append(p.order, word)
	}
	p.names[word] = append(p.names[word], s)
}

// term is a part of the expression. A broken one has been reported.
type term struct {
	*node
	dimension quantity.Dimension
	offset    int
	text      string
	zero      bool // 0 as written, which has any dimension
	broken    bool
}

// quoted is the text of the term, shortened.
func (t term) quoted() string {
	const longest = 60
	if runes := []rune(t.text); len(runes) > longest {
		return strconv.Quote(string(runes[:longest]) + "…")
	}
	return strconv.Quote(t.text)
}

func (t term) describe() string { return t.quoted() + " is " + t.dimension.String() }

// valued is the text of a constant term with its value where that is another text.
func (t term) valued() string {
	value := quantity.Format(t.value, t.dimension.MolarUnit())
	if value == t.text {
		return t.quoted()
	}
	return t.quoted() + " is " + value
}

func (p *reader) fault(t term, format string, args ...any) term {
	p.faults = append(p.faults, Fault{Offset: t.offset, Part: t.text, Message: fmt.Sprintf(format, args...)})
	t.broken = true
	return t
}

func (p *reader) read() term {
	whole := term{text: p.text}
	switch {
	case strings.TrimSpace(p.text) == "":
		return p.fault(whole, "no expression; write a rate such as k_on*IL6*sIL6R")
	case len(p.text) > maxText:
		return p.fault(term{text: p.text[:20]}, "%d bytes are too long for a rate: want at most %d", len(p.text), maxText)
	}
	for _, comment := range []string{"//", "/*"} {
		if at := strings.Index(p.text, comment); at >= 0 {
			return p.fault(term{offset: at, text: comment}, "%q would start a comment; divide with a single /", comment)
		}
	}
	// A line break would end an expression of Go.
	e, err := parser.ParseExprFrom(token.NewFileSet(), "", strings.NewReplacer("\n", " ", "\r", " ").Replace(p.text), parser.SkipObjectResolution)
	if list, ok := err.(scanner.ErrorList); ok && len(list) > 0 {
		at := min(list[0].Pos.Offset, len(p.text))
		return p.fault(term{offset: at, text: firstWord(p.text[at:])}, "not arithmetic: %s; write sums, products with *, and calls such as pow(x, 2)", plainly(list[0].Msg))
	}
	if err != nil {
		return p.fault(whole, "not arithmetic: %v", err)
	}
	return p.evaluate(e)
}

// plainly says a message of Go's parser without its names for the end of a text.
func plainly(message string) string {
	return strings.NewReplacer("expected 'EOF', found", "did not expect", "found 'EOF'", "found the end", "found newline", "found the end").Replace(message)
}

func firstWord(text string) string {
	_, size := utf8.DecodeRuneInString(text)
	if word := regexp.MustCompile(`^[\pL\pN_]+`).FindString(text); word != "" {
		return word
	}
	return text[:size]
}

// part returns a term that stands where e does.
func (p *reader) part(e ast.Expr) term {
	from, to := int(e.Pos())-1, min(int(e.End())-1, len(p.text)) // positions of Go start at 1
	return term{offset: from, text: p.text[from:to]}
}

// evaluate reads one piece of syntax and checks what holds for all.
func (p *reader) evaluate(e ast.Expr) term {
	t := p.piece(e)
	here := p.part(e)
	t.offset, t.text = here.offset, here.text
	if t.broken {
		return t
	}
	if _, ok := t.dimension.Power(1, 1); !ok {
		return p.fault(t, "%s: the powers of its dimension are beyond 1000", t.quoted())
	}
	if t.size > maxSize {
		return p.fault(t, "%s: too large a rate; it has %d operations and operands with its powers and presets written out: want at most %d", t.quoted(), t.size, maxSize)
	}
	if t.op != number && t.a != nil && t.a.op == number && (t.b == nil || t.b.op == number) {
		return p.fault(t, "%s has no finite value that float32 holds; choose other constants", t.quoted())
	}
	return t
}

func (p *reader) piece(e ast.Expr) term {
	here := p.part(e)
	switch e := e.(type) {
	case *ast.ParenExpr:
		return p.evaluate(e.X)
	case *ast.BasicLit:
		return p.literal(here)
	case *ast.Ident:
		return p.name(here)
	case *ast.CallExpr:
		return p.call(e)
	case *ast.UnaryExpr:
		if e.Op == token.ADD || e.Op == token.SUB {
			return p.sign(e.Op, p.evaluate(e.X))
		}
	case *ast.StarExpr:
		return p.fault(here, "%s: a * without a left side; write a power as pow(x, 2)", here.quoted())
	case *ast.BinaryExpr:
		switch e.Op {
		case token.ADD:
			return p.sum(add, p.evaluate(e.X), p.evaluate(e.Y))
		case token.SUB:
			return p.sum(subtract, p.evaluate(e.X), p.evaluate(e.Y))
		case token.MUL:
			return p.product(p.evaluate(e.X), p.evaluate(e.Y))
		case token.QUO:
			return p.quotient(p.evaluate(e.X), p.evaluate(e.Y))
		}
		p.evaluate(e.X)
		p.evaluate(e.Y)
		here = term{offset: int(e.OpPos) - 1, text: e.Op.String()}
		if e.Op == token.XOR {
			return p.fault(here, "^ is no power here; write pow(x, n)")
		}
		return p.fault(here, "%s is no operation of a rate; want +, -, * or /, or step(x, threshold) to compare", e.Op)
	}
	return p.fault(here, "%s is no arithmetic; want numbers, names, + - * / and calls such as pow(x, 2)", here.quoted())
}

var decimal = regexp.MustCompile(`^([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$`)

func (p *reader) literal(t term) term {
	value, err := strconv.ParseFloat(t.text, 64)
	switch {
	case !decimal.MatchString(t.text):
		return p.fault(t, "%s: want a decimal number such as 0.5 or 1e-3", t.quoted())
	case err != nil || !representable(value):
		return p.fault(t, "%s: beyond what float32 holds; want 0, or a size from 1.2e-38 to 3.4e38", t.quoted())
	}
	t.node, t.zero = constant(value), value == 0
	return t
}

func (p *reader) name(t term) term {
	known := p.names[t.text]
	switch {
	case len(known) == 0:
		return p.fault(t, "no variable or constant %s%s", t.quoted(), p.hint(t.text))
	case len(known) > 1:
		return p.fault(t, "%s may be %q or %q, which are written alike; rename one of them", t.quoted(), known[0].name, known[1].name)
	}
	s := known[0]
	t.dimension = s.dimension
	if s.variable != nil {
		t.node = &node{op: variable, index: s.variable.Index, size: 1}
		return t
	}
	if !representable(s.constant.Value) {
		return p.fault(t, "%s is %s, beyond what float32 holds; want 0, or a size from 1.2e-38 to 3.4e38", t.quoted(), quantity.Format(s.constant.Value, s.dimension.MolarUnit()))
	}
	if !p.used[s.name] {
		p.used[s.name] = true
		p.rate.constants = append(p.rate.constants, *s.constant)
	}
	t.node = constant(s.constant.Value)
	return t
}

// hint says how a name is written that starts like the one not found, as IL-2 does
// like IL, or else which names there are.
func (p *reader) hint(word string) string {
	for _, known := range p.order {
		if name := p.names[known][0].name; name != known && strings.HasPrefix(name, word) || strings.EqualFold(known, word) {
			return fmt.Sprintf("; %s is written %s", name, known)
		}
	}
	const most = 20
	switch {
	case len(p.order) == 0:
		return "; there are none"
	case len(p.order) > most:
		return "; known are " + strings.Join(p.order[:most], ", ") + ", …"
	}
	return "; known are " + strings.Join(p.order, ", ")
}

func (p *reader) sign(sign token.Token, t term) term {
	if sign == token.SUB && !t.broken {
		t.node = build(negate, t.node, nil)
	}
	return t
}

// joined returns a term for an operation on two, broken where one is.
func joined(a, b term, symbol string) term {
	return term{offset: a.offset, text: a.text + symbol + b.text, broken: a.broken || b.broken}
}

func (p *reader) sum(o op, a, b term) term {
	sign := map[op]string{add: " + ", subtract: " - "}[o]
	t := joined(a, b, sign)
	if t.broken || !p.alike(a, b, "both sides of"+strings.TrimRight(sign, " ")) {
		t.broken = true
		return t
	}
	t.node, t.dimension, t.zero = build(o, a.node, b.node), common(a, b), a.zero && b.zero
	return t
}

// alike reports a fault unless two terms have one dimension.
func (p *reader) alike(a, b term, what string) bool {
	if a.dimension == b.dimension || a.zero || b.zero {
		return true
	}
	p.fault(b, "%s and %s: %s want one dimension; multiply or divide one by a constant", b.describe(), a.describe(), what)
	return false
}

// common returns the dimension of two terms that are alike.
func common(a, b term) quantity.Dimension {
	if a.zero {
		return b.dimension
	}
	return a.dimension
}

func (p *reader) product(a, b term) term {
	t := joined(a, b, "*")
	if !t.broken {
		t.node, t.dimension = build(multiply, a.node, b.node), a.dimension+b.dimension
	}
	return t
}

func (p *reader) quotient(a, b term) term {
	t := joined(a, b, "/")
	if t.broken {
		return t
	}
	if b.is(0) {
		p.fault(b, "division by %s, which is 0; want another constant", b.quoted())
		t.broken = true
		return t
	}
	t.node, t.dimension = build(divide, a.node, b.node), a.dimension-b.dimension
	return t
}

// raised returns x^n, x^(1/2) for sqrt.
func (p *reader) raised(x term, n float64) term {
	t := x
	if t.broken {
		return t
	}
	dimension, ok := powerOf(x.dimension, n)
	if !ok {
		return p.fault(x, "%s, whose power %g has no unit here; divide by a constant of the same dimension first", x.describe(), n)
	}
	t.node, t.dimension, t.zero = raise(x.node, n), dimension, false
	return t
}

// powerOf raises a dimension to a power that is a fraction of small numbers.
func powerOf(d quantity.Dimension, n float64) (quantity.Dimension, bool) {
	if d == quantity.Dimensionless {
		return d, true
	}
	for root := 1; root <= 12; root++ {
		whole := math.Round(n * float64(root))
		if math.Abs(n*float64(root)-whole) < 1e-12*float64(root) {
			return d.Power(int(whole), root)
		}
	}
	return 0, false
}
