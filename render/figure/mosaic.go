package figure

import (
	"fmt"
	"math"
	"strings"
)

// cell is the rectangle of rows and columns that a panel takes; ends are exclusive.
type cell struct{ row, column, rows, columns int }

func (c cell) lastRow() int    { return c.row + c.rows - 1 }
func (c cell) lastColumn() int { return c.column + c.columns - 1 }

// mosaic returns the cells of so many panels by a layout such as "AAB\nCCD", and how many
// rows and columns there are.
func mosaic(layout string, panels int) (cells []cell, rows, columns int, err error) {
	lines := strings.Fields(layout)
	if len(lines) == 0 {
		columns = int(math.Ceil(math.Sqrt(float64(panels))))
		for i := range panels {
			cells = append(cells, cell{i / columns, i % columns, 1, 1})
		}
		return cells, (panels + columns - 1) / columns, columns, nil
	}
	rows, columns = len(lines), len(lines[0])
	cells = make([]cell, panels)
	area := make([]int, panels)
	for r, line := range lines {
		if len(line) != columns {
			return nil, 0, 0, fmt.Errorf("figure: layout %q: row %d has %d letters: want %d as in the first", layout, r+1, len(line), columns)
		}
		for c := range columns {
			if line[c] == '.' {
				continue
			}
			i := int(line[c]) - 'A'
			if i < 0 || i >= panels {
				return nil, 0, 0, fmt.Errorf("figure: layout %q: %q in row %d: want a dot or one of the letters of %d panels, from A", layout, line[c], r+1, panels)
			}
			if area[i]++; area[i] == 1 {
				cells[i] = cell{r, c, 1, 1}
				continue
			}
			at := &cells[i]
			at.rows, at.columns = max(at.rows, r-at.row+1), max(at.columns, c-at.column+1)
			if c < at.column {
				area[i] = -len(layout) // no rectangle, whatever follows
			}
		}
	}
	for i, at := range cells {
		switch {
		case area[i] == 0:
			return nil, 0, 0, fmt.Errorf("figure: layout %q: panel %c has no place", layout, 'A'+i)
		case area[i] != at.rows*at.columns:
			return nil, 0, 0, fmt.Errorf("figure: layout %q: panel %c is not a rectangle", layout, 'A'+i)
		}
	}
	return cells, rows, columns, nil
}
