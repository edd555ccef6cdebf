package expression

// block is the number of values an instruction works on at a time: a few dozen
// rows of them stay in the first-level cache.
const block = 128

// instruction computes one operation. Operands below zero are variables, ^index;
// others are registers.
type instruction struct {
	op        op
	value     float64
	out, a, b int
}

// program is a rate as a list of instructions, each piece of it computed once.
type program struct {
	code      []instruction
	constants []held
	registers int
	result    int // operand
}

// held is a register that keeps a number.
type held struct {
	register int
	value    float64
}

// compiler gives every piece of a rate its register.
type compiler struct {
	program
	operands map[*node]int
	known    map[instruction]int // with out 0
	numbers  map[float64]int
}

func compile(root *node) program {
	c := compiler{operands: map[*node]int{}, known: map[instruction]int{}, numbers: map[float64]int{}}
	c.result = c.operand(root)
	return c.program
}

func (c *compiler) operand(n *node) int {
	if at, ok := c.operands[n]; ok {
		return at
	}
	at := c.place(n)
	c.operands[n] = at
	return at
}

func (c *compiler) place(n *node) int {
	switch n.op {
	case variable:
		return ^n.index
	case number:
		at, ok := c.numbers[n.value]
		if !ok {
			at = c.register()
			c.numbers[n.value] = at
			c.constants = append(c.constants, held{at, n.value})
		}
		return at
	case power:
		return c.operand(expand(n.a, n.value))
	}
	i := instruction{op: n.op, value: n.value, a: c.operand(n.a)}
	if n.b != nil {
		i.b = c.operand(n.b)
	}
	if at, ok := c.known[i]; ok {
		return at
	}
	at := c.register()
	c.known[i] = at
	i.out = at
	c.code = append(c.code, i)
	return at
}

func (c *compiler) register() int {
	c.registers++
	return c.registers - 1
}

// eval computes one value; registers are scratch.
func (p *program) eval(registers, values []float64) float64 {
	for _, c := range p.constants {
		registers[c.register] = c.value
	}
	for _, i := range p.code {
		registers[i.out] = apply(i.op, i.value, fetch(registers, values, i.a), fetch(registers, values, i.b))
	}
	return fetch(registers, values, p.result)
}

func fetch(registers, values []float64, operand int) float64 {
	if operand < 0 {
		return values[^operand]
	}
	return registers[operand]
}

// Evaluator computes rows of a rate. It holds scratch, so every goroutine needs
// one of its own.
type Evaluator struct {
	program   *program
	registers []float64 // block values each
}

// Evaluator returns a new evaluator of the rate.
func (r *Rate) Evaluator() *Evaluator {
	e := &Evaluator{program: &r.program, registers: make([]float64, r.program.registers*block)}
	for _, c := range r.program.constants {
		for j := range block {
			e.registers[c.register*block+j] = c.value
		}
	}
	return e
}

// Row computes out[j] from in[variable][j] for every j; only the variables of
// [Rate.Uses] are read. It does not allocate. out may be one of them.
func (e *Evaluator) Row(out []float64, in [][]float64) {
	for from := 0; from < len(out); from += block {
		to := min(from+block, len(out))
		for _, i := range e.program.code {
			i.row(e.fetch(in, i.out, from, to), e.fetch(in, i.a, from, to), e.fetch(in, i.b, from, to))
		}
		copy(out[from:to], e.fetch(in, e.program.result, from, to))
	}
}

func (e *Evaluator) fetch(in [][]float64, operand, from, to int) []float64 {
	if operand < 0 {
		return in[^operand][from:to]
	}
	return e.registers[operand*block:][:to-from]
}

// row is apply over rows, with loops of their own for what compiles to few
// machine instructions.
func (i instruction) row(out, a, b []float64) {
	a, b = a[:len(out)], b[:len(out)]
	switch i.op {
	case add:
		for j := range out {
			out[j] = a[j] + b[j]
		}
	case subtract:
		for j := range out {
			out[j] = a[j] - b[j]
		}
	case multiply:
		for j := range out {
			out[j] = a[j] * b[j]
		}
	case divide:
		for j := range out {
			out[j] = a[j] / b[j]
		}
	case maximum:
		for j := range out {
			out[j] = max(a[j], b[j])
		}
	default:
		for j := range out {
			out[j] = apply(i.op, i.value, a[j], b[j])
		}
	}
}
