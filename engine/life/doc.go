// Package life is the cell step: cells sense, decide by their rules, and move, divide,
// change and die. It runs on the host between two steps of a solver, reads what the
// solver gathers at the cells, and hands it the cells as they then are.
//
// What happens to a cell depends on the model's seed, the cell's own key, the number of
// the step, and its surroundings: neither on the number of threads nor on cells elsewhere.
package life
