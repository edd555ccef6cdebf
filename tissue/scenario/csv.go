package scenario

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
)

// table is the text of cell positions in CSV, with the place of its lines.
type table struct {
	text string
	at   func(line, column int) location
	path string
}

// columns are the positions of the columns of a table; -1 where missing.
type columns struct{ x, y, z, cellType, time int }

// maxRowFaults is how many rows of one table are reported before the rest is counted.
const maxRowFaults = 10

// readTable reads cells from a table with the header x,y,z,type, in µm. The
// names x_um, y_um, z_um mean the same; other columns are skipped.
func (d *decoder) readTable(t table, e *placement, typesSound bool) {
	reader := csv.NewReader(strings.NewReader(strings.TrimPrefix(t.text, "\ufeff")))
	reader.Comment, reader.FieldsPerRecord, reader.ReuseRecord, reader.TrimLeadingSpace = '#', -1, true, true
	header, err := reader.Read()
	if err != nil {
		d.fault(t.at(1, 1), t.path, "no table of cells; want a header such as x,y,z,type and a row per cell, in um")
		return
	}
	names := slices.Clone(header)
	c, ok := d.header(t, e, names)
	if !ok {
		return
	}
	bad := 0
	time := ""
	for {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		fault := func(field int, format string, args ...any) {
			if bad++; bad > maxRowFaults {
				return
			}
			line, column := 0, 1
			var syntax *csv.ParseError
			if errors.As(err, &syntax) {
				line, column = syntax.Line, syntax.Column
			} else {
				line, column = reader.FieldPos(min(field, len(record)-1))
			}
			d.fault(t.at(line, column), t.path, format, args...)
		}
		if err != nil {
			reason := err
			var syntax *csv.ParseError
			if errors.As(err, &syntax) {
				reason = syntax.Err
			}
			fault(0, "not a row of CSV: %v", reason)
			break // what follows a broken quote makes no sense
		}
		if len(record) != len(names) {
			fault(len(record)-1, "%d columns: the header has %d, %s", len(record), len(names), strings.Join(names, ","))
			continue
		}
		if c.time >= 0 {
			if time != "" && record[c.time] != time {
				fault(c.time, "cells at several times, %s and %s: want the rows of one time only", time, record[c.time])
				break
			}
			time = record[c.time]
		}
		if cell, ok := d.row(record, c, e, typesSound, fault); ok {
			e.cells = append(e.cells, cell)
		}
		if d.model().Cells.Len()+len(e.cells) > d.limits.cells {
			fault(0, "more than %d cells", d.limits.cells)
			break
		}
	}
	if bad > maxRowFaults {
		d.fault(t.at(1, 1), t.path, "%d rows are wrong; the first %d are shown", bad, maxRowFaults)
	}
}

// header finds the columns of a table.
func (d *decoder) header(t table, e *placement, names []string) (columns, bool) {
	find := func(wanted ...string) int {
		return slices.IndexFunc(names, func(name string) bool {
			return slices.Contains(wanted, strings.ToLower(strings.TrimSpace(name)))
		})
	}
	c := columns{x: find("x", "x_um"), y: find("y", "y_um"), z: find("z", "z_um"), cellType: find("type"), time: find("t_s")}
	var missing []string
	if c.x < 0 {
		missing = append(missing, "x")
	}
	if c.y < 0 {
		missing = append(missing, "y")
	}
	if c.z < 0 && !d.model().Grid.Planar {
		missing = append(missing, "z")
	}
	if c.cellType < 0 && !e.hasType {
		missing = append(missing, "type")
	}
	if len(missing) > 0 {
		d.fault(t.at(1, 1), t.path, "no column %s in the header %q: want x,y,z,type, with positions in um", strings.Join(missing, ", "), clip(strings.Join(names, ","), 60))
		return c, false
	}
	if e.hasType {
		c.cellType = -1
	}
	return c, true
}

// clip shortens a text for a message.
func clip(text string, longest int) string {
	if runes := []rune(text); len(runes) > longest {
		return string(runes[:longest]) + "…"
	}
	return text
}

func (d *decoder) row(record []string, c columns, e *placement, typesSound bool, fault func(int, string, ...any)) (placed, bool) {
	cell := placed{cellType: e.cellType}
	good := true
	number := func(column int) float64 {
		v, ok := parseNumber(strings.TrimSpace(record[column]))
		if !ok {
			good = false
			fault(column, "%q: want a number, in um", clip(record[column], 40))
		}
		return v + 0
	}
	cell.at = r3.Vec{X: number(c.x), Y: number(c.y), Z: d.model().Grid.Size()[2] / 2}
	if !d.model().Grid.Planar {
		cell.at.Z = number(c.z)
	}
	if good && d.gridSound && !d.model().Grid.Contains(cell.at) {
		good = false
		fault(c.x, "%s", d.outside(cell.at))
	}
	if good && d.gridSound {
		if why := d.obstacle(cell.at); why != "" {
			good = false
			fault(c.x, "%s", why)
		}
	}
	if c.cellType >= 0 {
		name := strings.TrimSpace(record[c.cellType])
		id := slices.IndexFunc(d.types, func(m member) bool { return m.name == name })
		if id < 0 {
			good = false
			if typesSound {
				fault(c.cellType, "no cell type %q%s", clip(name, 40), suggest(name, names(d.types)))
			}
		}
		cell.cellType = tissue.CellTypeID(id)
	}
	return cell, good
}

// outside says how a point misses the domain.
func (d *decoder) outside(p r3.Vec) string {
	size := d.model().Grid.Size()
	for axis, value := range [3]float64{p.X, p.Y, p.Z} {
		if !(value >= 0 && value <= size[axis]) {
			return fmt.Sprintf("%s = %s lies outside the domain: want 0 to %s", tissue.AxisName(axis), um(value), um(size[axis]))
		}
	}
	return "lies outside the domain"
}
