package record

import (
	"fmt"
	"math"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue"
)

// CellColumn returns a column of cells.csv as it would be written now, by its name: one
// value for each cell of the model, NaN where a cell's type has no such variable.
func CellColumn(m *tissue.Model, states engine.CellStates, name string) ([]float64, error) {
	header := cellsHeader(m)
	for k := range m.Substrates {
		for i, column := range [][]float64{states.Surface[k], states.TakenUp[k], states.Secreted[k]} {
			if header[firstOfSubstrates+3*k+i] == name {
				return column, nil
			}
		}
	}
	values, found := make([]float64, len(states.ID)), false
	for i := range values {
		values[i] = math.NaN()
		for v, variable := range m.CellTypes[m.Cells.Type[i]].Variables {
			if variableColumn(variable) == name {
				values[i], found = states.Variables[i][v], true
			}
		}
	}
	if !found && len(values) > 0 {
		return nil, fmt.Errorf("record: no column %q of numbers in cells.csv", name)
	}
	return values, nil
}

// firstOfSubstrates is the column of cells.csv behind time, id, type, place and state.
const firstOfSubstrates = 7
