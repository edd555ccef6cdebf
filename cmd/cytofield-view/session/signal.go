package session

import (
	"slices"
	"strings"

	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/expression"
	"github.com/cytofield/cytofield/tissue/quantity"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// Signal is a number that each cell has.
type Signal struct {
	Column string // of cells.csv
	Name   string // for people
	Unit   string // "" for a plain number
	Place  bool   // a coordinate
}

// signals returns all that cells of a model have: the numbers of cells.csv.
func signals(m *tissue.Model) []Signal {
	var all []Signal
	for axis, column := range placeColumns()[:dimensions(m.Grid)] {
		all = append(all, Signal{column, tissue.AxisName(axis), "µm", true})
	}
	columns := scenario.CellColumns(m)
	for i, s := range m.Substrates {
		unit, rate := string(s.Unit), "molecules/s"
		if !s.Unit.CountsMolecules() {
			rate = s.Unit.AmountUnit() + "/s"
		}
		if s.Unit == tissue.DimensionlessUnit {
			unit = ""
		}
		own := columns[3*i:]
		all = append(all, Signal{own[0], s.Name + " at the cell", unit, false},
			Signal{own[1], s.Name + " taken up", rate, false}, Signal{own[2], s.Name + " secreted", rate, false})
	}
	for _, v := range variables(m) {
		unit := ""
		if v.Dimension != quantity.Dimensionless {
			unit = v.Dimension.MolarUnit()
		}
		all = append(all, Signal{variableColumn(m, v), v.Name, unit, false})
	}
	return all
}

// variableColumn returns the column of cells.csv that a variable is in.
func variableColumn(m *tissue.Model, v tissue.CellVariable) string {
	i := slices.IndexFunc(variables(m), func(o tissue.CellVariable) bool { return sameVariable(v, o) })
	return scenario.CellColumns(m)[3*len(m.Substrates)+i]
}

// dimensions is the number of axes that tell places in a grid apart.
func dimensions(g tissue.Grid) int {
	if g.Planar {
		return 2
	}
	return 3
}

// sameVariable reports whether two variables share a column of cells.csv.
func sameVariable(a, b tissue.CellVariable) bool {
	return a.Dimension == b.Dimension && expression.Identifier(a.Name) == expression.Identifier(b.Name)
}

// variables are those of all types, each once.
func variables(m *tissue.Model) []tissue.CellVariable {
	var all []tissue.CellVariable
	for _, t := range m.CellTypes {
		for _, v := range t.Variables {
			if !slices.ContainsFunc(all, func(o tissue.CellVariable) bool { return sameVariable(v, o) }) {
				all = append(all, v)
			}
		}
	}
	return all
}

// bound returns the variables that count receptors with a ligand on them: those named
// "R bound" or "R bound L" where the receptor R is a variable too.
func bound(all []tissue.CellVariable) []tissue.CellVariable {
	var found []tissue.CellVariable
	for _, v := range all {
		receptor, _, ok := strings.Cut(v.Name, " bound")
		if ok && slices.ContainsFunc(all, func(o tissue.CellVariable) bool { return o.Name == receptor }) {
			found = append(found, v)
		}
	}
	return found
}

// placeColumns are the columns of cells.csv that tell where a cell is.
func placeColumns() []string { return []string{"x_um", "y_um", "z_um"} }
