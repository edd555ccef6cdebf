package export

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path/filepath"
	"slices"

	"github.com/parquet-go/parquet-go"

	"github.com/cytofield/cytofield/engine/record"
)

// tables writes the tables of a run as Parquet, each a file, with the columns and units of
// its CSV file. A table of all times is held in memory; of the cells one output is.
func tables(r *record.Recording, dir string, times []float64, progress func(done, of int) error) error {
	for _, name := range []string{"series", "ledger", "attribution"} {
		t, err := r.Table(name)
		if errors.Is(err, fs.ErrNotExist) && name == "attribution" {
			continue // the model attributes nothing
		}
		if err != nil {
			return err
		}
		if err := writeTable(filepath.Join(dir, name+".parquet"), t, times); err != nil {
			return err
		}
	}
	return cellTable(r, filepath.Join(dir, "cells.parquet"), times, progress)
}

// tableTimes are those of the rows that are selected.
func tableTimes(r *record.Recording, s Selection) ([]float64, error) {
	if len(s.Substrates) > 0 {
		return nil, fmt.Errorf("export: %w: the tables hold all substrates: want no choice of them for parquet", ErrSelection)
	}
	return s.times(r.Times())
}

// CellTable writes the cells of all outputs as Parquet.
func CellTable(r *record.Recording, path string) error {
	return cellTable(r, path, r.Times(), func(int, int) error { return nil })
}

func writeTable(path string, t *record.Table, times []float64) error {
	at, err := t.Column("t_s")
	if err != nil {
		return err
	}
	columns := make([]column, len(t.Header))
	for i, name := range t.Header {
		columns[i] = column{name, parquet.Optional(parquet.Leaf(parquet.DoubleType))}
		if t.Text[i] != nil {
			columns[i].node = text()
		}
	}
	return newParquet(path, columns, func(add func(parquet.Row) error) error {
		for k := range at {
			if _, ok := slices.BinarySearch(times, at[k]); !ok {
				continue
			}
			row := make(parquet.Row, len(columns))
			for i := range columns {
				if t.Text[i] != nil {
					row[i] = parquet.ValueOf(t.Text[i][k]).Level(0, 0, i)
				} else {
					row[i] = optional(t.Numbers[i][k], i)
				}
			}
			if err := add(row); err != nil {
				return err
			}
		}
		return nil
	})
}

func cellTable(r *record.Recording, path string, times []float64, progress func(done, of int) error) error {
	first, err := r.Cells(0)
	if err != nil {
		return err
	}
	required := parquet.Leaf(parquet.DoubleType)
	columns := []column{{"t_s", required}, {"id", parquet.Leaf(parquet.Int64Type)}, {"type", text()}, {"x_um", required}, {"y_um", required}, {"z_um", required}, {"state", text()}}
	for _, name := range first.Columns {
		columns = append(columns, column{name, parquet.Optional(required)})
	}
	return newParquet(path, columns, func(add func(parquet.Row) error) error {
		for n, t := range times {
			c, err := r.Cells(slices.Index(r.Times(), t))
			if err != nil {
				return err
			}
			for i := range c.ID {
				if err := add(cellRow(c, i)); err != nil {
					return err
				}
			}
			if err := progress(n+1, len(times)); err != nil {
				return err
			}
		}
		return nil
	})
}

func cellRow(c *record.Cells, i int) parquet.Row {
	state, p := "alive", c.Position[i]
	if c.Dead[i] {
		state = "dead"
	}
	var row parquet.Row
	for k, v := range []any{c.Time, int64(c.ID[i]), c.Type[i], p.X, p.Y, p.Z, state} {
		row = append(row, parquet.ValueOf(v).Level(0, 0, k))
	}
	for k := range c.Columns {
		row = append(row, optional(c.Values[k][i], len(row)))
	}
	return row
}

// text is a column of words, few of them different.
func text() parquet.Node { return parquet.Encoded(parquet.String(), &parquet.RLEDictionary) }

// optional returns a number of a column, null where it is none.
func optional(v float64, column int) parquet.Value {
	if math.IsNaN(v) {
		return parquet.NullValue().Level(0, 0, column)
	}
	return parquet.DoubleValue(v).Level(0, 1, column)
}

// column of a Parquet file.
type column struct {
	name string
	node parquet.Node
}

// group keeps columns in their order, where parquet.Group sorts them.
type group struct {
	parquet.Group
	order []column
}

// Fields returns the columns in order.
func (g group) Fields() []parquet.Field {
	fields := g.Group.Fields()
	ordered := make([]parquet.Field, len(g.order))
	for i, c := range g.order {
		ordered[i] = fields[slices.IndexFunc(fields, func(f parquet.Field) bool { return f.Name() == c.name })]
	}
	return ordered
}

func newParquet(path string, columns []column, rows func(add func(parquet.Row) error) error) error {
	g := group{parquet.Group{}, columns}
	for _, c := range columns {
		g.Group[c.name] = parquet.Compressed(c.node, &parquet.Zstd)
	}
	return newFile(path, func(w *bufio.Writer) error {
		// Row groups of a bounded number of rows bound what is held in memory.
		out := parquet.NewGenericWriter[any](w, parquet.NewSchema("cytofield", g), parquet.MaxRowsPerRowGroup(1<<17))
		err := rows(func(row parquet.Row) error {
			_, err := out.WriteRows([]parquet.Row{row})
			return err
		})
		return errors.Join(err, out.Close())
	})
}
