package record

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
)

// Table is a table of a run. Every column has either Numbers, not a number where a cell of
// the table is empty, or Text; the other is nil.
type Table struct {
	Header  []string
	Numbers [][]float64
	Text    [][]string

	path string
}

// Column returns the numbers of a column.
func (t *Table) Column(name string) ([]float64, error) {
	if i := slices.Index(t.Header, name); i >= 0 && t.Numbers[i] != nil {
		return t.Numbers[i], nil
	}
	return nil, fmt.Errorf("record: %s: no column %q of numbers: there are %q", t.path, name, t.Header)
}

// textColumns are those of words, by table.
func textColumns(table string) []string {
	return map[string][]string{
		"ledger":      {"substrate", "unit"},
		"attribution": {"substrate", "unit", "sender", "receiver"},
		"cells":       {"type", "state"},
	}[table]
}

// Table reads a whole table: series, ledger, attribution or cells.
func (r *Recording) Table(name string) (*Table, error) {
	lines, err := openLines(filepath.Join(r.dir, name+".csv"))
	if err != nil {
		return nil, err
	}
	defer lines.close()
	t := newColumns(lines, textColumns(name))
	for {
		row, err := lines.next()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if err == nil {
			err = t.add(row, lines)
		}
		if err != nil {
			return nil, err
		}
	}
}

func newColumns(lines *lines, words []string) *Table {
	t := &Table{Header: lines.header, path: lines.path}
	t.Numbers, t.Text = make([][]float64, len(t.Header)), make([][]string, len(t.Header))
	for i, name := range t.Header {
		if slices.Contains(words, name) {
			t.Text[i] = []string{}
		} else {
			t.Numbers[i] = []float64{}
		}
	}
	return t
}

func (t *Table) add(row []string, at *lines) error {
	for i, text := range row {
		if t.Text[i] != nil {
			t.Text[i] = append(t.Text[i], text)
			continue
		}
		v, err := at.number(i, text)
		if err != nil {
			return err
		}
		t.Numbers[i] = append(t.Numbers[i], v)
	}
	return nil
}

// lines reads the rows of a table that are complete.
type lines struct {
	path   string
	file   *os.File
	csv    *csv.Reader
	header []string
	before int // lines before those that csv reads
}

func openLines(path string) (*lines, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	end, err := completeEnd(file)
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("record: %s: %w", path, err)
	}
	l := &lines{path: path, file: file, csv: csv.NewReader(bufio.NewReaderSize(io.NewSectionReader(file, 0, end), 1<<16))}
	l.csv.ReuseRecord = true
	row, err := l.csv.Read()
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("record: %s: no header: want the table that a run has written", path)
	}
	l.header = slices.Clone(row)
	return l, nil
}

// completeEnd returns where the last complete row ends: one may be in the writing.
func completeEnd(file *os.File) (int64, error) {
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	end, tail := info.Size(), make([]byte, 1<<12)
	for end > 0 {
		n := min(end, int64(len(tail)))
		if _, err := file.ReadAt(tail[:n], end-n); err != nil {
			return 0, err
		}
		for i := n - 1; i >= 0; i-- {
			if tail[i] == '\n' {
				return end - n + i + 1, nil
			}
		}
		end -= n
	}
	return 0, nil
}

// next returns the next row, valid until the one after; io.EOF after the last.
func (l *lines) next() ([]string, error) {
	row, err := l.csv.Read()
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("record: %s: %w", l.path, err)
	}
	return row, err
}

// number reads a number of the row at hand; an empty one is not a number.
func (l *lines) number(column int, text string) (float64, error) {
	if text == "" {
		return math.NaN(), nil
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0, l.fault(column, text, "a number")
	}
	return v, nil
}

// fault says what is wrong with a cell of the row at hand.
func (l *lines) fault(column int, text, want string) error {
	line, _ := l.csv.FieldPos(column)
	return fmt.Errorf("record: %s:%d: %s: %q: want %s", l.path, l.before+line, l.header[column], text, want)
}

func (l *lines) close() { l.file.Close() }

// Cells are the cells of one output.
type Cells struct {
	Time     float64 // s
	ID       []tissue.CellID
	Type     []string
	Position []r3.Vec // µm
	Dead     []bool
	Columns  []string    // further columns of cells.csv, with their units
	Values   [][]float64 // by column and cell; not a number where a cell has no such
}

// placeColumns are the first of cells.csv.
func placeColumns() []string { return []string{"t_s", "id", "type", "x_um", "y_um", "z_um", "state"} }

// cellsIndex tells where in cells.csv the rows of an output begin.
type cellsIndex struct {
	start map[float64]place
}

type place struct {
	offset int64
	line   int
	rows   int
}

// Cells reads the cells of the i-th output of Times.
func (r *Recording) Cells(i int) (*Cells, error) {
	if i < 0 || i >= len(r.times) {
		return nil, fmt.Errorf("record: %s: output %d of %d: want one that is there", r.dir, i, len(r.times))
	}
	lines, err := openLines(filepath.Join(r.dir, "cells.csv"))
	if err != nil {
		return nil, err
	}
	defer lines.close()
	own := placeColumns()
	if len(lines.header) < len(own) || !slices.Equal(lines.header[:len(own)], own) {
		return nil, fmt.Errorf("record: %s:1: columns %q: want %q first", lines.path, lines.header, own)
	}
	if r.cells == nil {
		if r.cells, err = indexCells(lines); err != nil {
			return nil, err
		}
	}
	at := r.cells.start[r.times[i]]
	c := &Cells{Time: r.times[i], Columns: lines.header[len(own):]}
	c.Values = make([][]float64, len(c.Columns))
	if at.rows == 0 {
		return c, nil
	}
	lines.csv = csv.NewReader(io.NewSectionReader(lines.file, at.offset, math.MaxInt64-at.offset))
	lines.before = at.line - 1
	for range at.rows {
		row, err := lines.next()
		if err == nil {
			err = c.add(row, lines)
		}
		if err != nil {
			return nil, err
		}
	}
	return c, nil
}

func indexCells(lines *lines) (*cellsIndex, error) {
	index := &cellsIndex{start: map[float64]place{}}
	for {
		offset := lines.csv.InputOffset()
		row, err := lines.next()
		if errors.Is(err, io.EOF) {
			return index, nil
		}
		if err != nil {
			return nil, err
		}
		t, err := lines.number(0, row[0])
		if err != nil {
			return nil, err
		}
		at, ok := index.start[t]
		if !ok {
			at.offset = offset
			at.line, _ = lines.csv.FieldPos(0)
		}
		at.rows++
		index.start[t] = at
	}
}

func (c *Cells) add(row []string, at *lines) error {
	id, err := strconv.ParseUint(row[1], 10, 64)
	if err != nil {
		return at.fault(1, row[1], "a whole number")
	}
	numbers := make([]float64, len(row))
	for i, text := range row {
		if i >= 3 && i != 6 {
			if numbers[i], err = at.number(i, text); err != nil {
				return err
			}
		}
	}
	c.ID = append(c.ID, tissue.CellID(id))
	c.Type = append(c.Type, row[2])
	c.Position = append(c.Position, r3.Vec{X: numbers[3], Y: numbers[4], Z: numbers[5]})
	c.Dead = append(c.Dead, row[6] == "dead")
	for k := range c.Columns {
		c.Values[k] = append(c.Values[k], numbers[len(placeColumns())+k])
	}
	return nil
}

// Write writes some of the cells as a table like cells.csv.
func (c *Cells) Write(w io.Writer, which func(i int) bool) error {
	rows := [][]string{append(placeColumns(), c.Columns...)}
	for i, id := range c.ID {
		if which(i) {
			p, state := c.Position[i], "alive"
			if c.Dead[i] {
				state = "dead"
			}
			row := []string{number(c.Time), strconv.FormatUint(uint64(id), 10), c.Type[i], number(p.X), number(p.Y), number(p.Z), state}
			for _, values := range c.Values {
				text := ""
				if v := values[i]; !math.IsNaN(v) {
					text = number(v)
				}
				row = append(row, text)
			}
			rows = append(rows, row)
		}
	}
	if err := csv.NewWriter(w).WriteAll(rows); err != nil {
		return fmt.Errorf("record: %w", err)
	}
	return nil
}

// Column returns the values of a column of cells.csv.
func (c *Cells) Column(name string) ([]float64, error) {
	if i := slices.Index(c.Columns, name); i >= 0 {
		return c.Values[i], nil
	}
	return nil, fmt.Errorf("record: cells.csv: no column %q: there are %q", name, c.Columns)
}
