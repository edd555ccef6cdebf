package expression

import (
	"fmt"
	"strings"
)

// Fault is one thing that is wrong with an expression.
type Fault struct {
	Offset  int    // of Part in the text, bytes
	Part    string // what is wrong, as written; empty where the text breaks off
	Message string // which value and dimension, which rule, what to do
}

// Column returns the place of the fault in the text of the expression, in
// characters from 1.
func (f Fault) Column(text string) int { return len([]rune(text[:f.Offset])) + 1 }

// Faults is all that is wrong with an expression, in the order it was found.
type Faults struct {
	Text string // of the expression
	All  []Fault
}

// Error returns a line for each fault.
func (f *Faults) Error() string {
	lines := make([]string, len(f.All))
	for i, fault := range f.All {
		lines[i] = fmt.Sprintf("expression: column %d: %s", fault.Column(f.Text), fault.Message)
	}
	return strings.Join(lines, "\n")
}
