package record

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/expression"
	"github.com/cytofield/cytofield/tissue/quantity"
)

// table is a CSV file that is whole after every flush.
type table struct {
	file *os.File
	csv  *csv.Writer
}

func newTable(path string, header []string) (*table, error) {
	file, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	t := &table{file, csv.NewWriter(file)}
	return t, t.add(header)
}

func (t *table) add(rows ...[]string) error {
	for _, row := range rows {
		if err := t.csv.Write(row); err != nil {
			return fmt.Errorf("record: %w", err)
		}
	}
	t.csv.Flush()
	if err := t.csv.Error(); err != nil {
		return fmt.Errorf("record: %w", err)
	}
	return nil
}

// continueTable opens a table that was cut off, and drops what is beyond a size, bytes.
func continueTable(path string, size int64) (*table, error) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	end, err := file.Seek(0, io.SeekEnd)
	if err == nil && end < size {
		err = fmt.Errorf("%s has %d bytes: want the %d of its checkpoint", path, end, size)
	}
	if err == nil {
		err = file.Truncate(size)
	}
	if err == nil {
		_, err = file.Seek(size, io.SeekStart)
	}
	if err != nil {
		return nil, fmt.Errorf("record: %w", errors.Join(err, file.Close()))
	}
	return &table{file, csv.NewWriter(file)}, nil
}

// size returns the bytes written.
func (t *table) size() (int64, error) {
	size, err := t.file.Seek(0, io.SeekCurrent)
	if err != nil {
		return 0, fmt.Errorf("record: %w", err)
	}
	return size, nil
}

func (t *table) close() error {
	if t == nil {
		return nil
	}
	return errors.Join(t.csv.Error(), t.file.Close())
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// amountColumn names the column of a substrate's whole amount.
func amountColumn(s tissue.Substrate) string {
	if s.Unit.CountsMolecules() {
		return s.Name + "_molecules"
	}
	return s.Name + "_" + string(s.Unit) + "_um3"
}

// seriesHeader: time, per substrate mean, min, max and amount, per type the living cells and the
// means of their variables, the variables of the body, and the autocrine fractions.
func seriesHeader(m *tissue.Model) []string {
	header := []string{"t_s"}
	for _, s := range m.Substrates {
		for _, of := range []string{"mean", "min", "max"} {
			header = append(header, s.Name+"_"+of+"_"+string(s.Unit))
		}
		header = append(header, amountColumn(s))
	}
	for _, t := range m.CellTypes {
		header = append(header, t.Name+"_cells")
		for _, v := range t.Variables {
			header = append(header, t.Name+"_"+variableColumn(v)+"_mean")
		}
	}
	if m.Body != nil {
		for _, v := range m.Body.Variables {
			header = append(header, BodyColumn(v))
		}
	}
	for _, a := range m.Attribution {
		header = append(header, attributionColumn(m.Substrates[a.Substrate]))
	}
	return header
}

// BodyColumn names the column of series.csv that a variable of the body is in.
func BodyColumn(v tissue.BodyVariable) string {
	return strings.TrimSuffix(bodyName(v)+"_"+v.Dimension.MolarUnit(), "_")
}

// bodyName tells a variable of the body from a substrate.
func bodyName(v tissue.BodyVariable) string { return "body_" + v.Name }

func (r *Run) recordSeries(t float64, summaries []summary, ledgers []engine.Ledger, states engine.CellStates, body []float64, attributions []engine.Attribution) error {
	row := []string{number(t)}
	for i, s := range summaries {
		row = append(row, number(s.mean), number(s.least), number(s.most), number(ledgers[i].Present))
	}
	for kind, n := range r.living() {
		row = append(row, strconv.Itoa(n))
		for v := range r.model.CellTypes[kind].Variables {
			row = append(row, number(r.meanOf(states, tissue.CellTypeID(kind), v)))
		}
	}
	for _, v := range body {
		row = append(row, number(v))
	}
	for _, a := range attributions {
		row = append(row, number(a.AutocrineFraction()))
	}
	return r.series.add(row)
}

// living returns the number of living cells per type.
func (r *Run) living() []int {
	count := make([]int, len(r.model.CellTypes))
	for i, t := range r.model.Cells.Type {
		if !r.model.Cells.IsDead(i) {
			count[t]++
		}
	}
	return count
}

// meanOf returns the mean of a variable over the living cells of a type; NaN without any.
func (r *Run) meanOf(states engine.CellStates, t tissue.CellTypeID, variable int) float64 {
	sum, n := 0.0, 0.0
	for i, of := range r.model.Cells.Type {
		if of == t && !r.model.Cells.IsDead(i) {
			sum += states.Variables[i][variable]
			n++
		}
	}
	return sum / n
}

// variableColumn names the column of a variable, with its unit where it has one.
func variableColumn(v tissue.CellVariable) string {
	name := expression.Identifier(v.Name)
	if v.Dimension == quantity.Dimensionless {
		return name
	}
	return name + "_" + v.Dimension.MolarUnit()
}

// fluid is the share of each voxel that densities are of; nothing is in impermeable regions.
type fluid struct {
	labels []uint8   // nil where all voxels are alike
	share  []float64 // α per label
}

func newFluid(m *tissue.Model) fluid {
	f := fluid{labels: m.Labels(), share: []float64{m.ExtracellularFraction}}
	for _, r := range m.Regions {
		if r.Impermeable {
			f.share = append(f.share, 0)
		} else {
			f.share = append(f.share, r.ExtracellularFraction)
		}
	}
	return f
}

// in returns the share of a voxel.
func (f fluid) in(voxel int) float64 {
	if f.labels == nil {
		return f.share[0]
	}
	return f.share[f.labels[voxel]]
}

// summary of the densities in the fluid; mean is that of all of it, Σ α c/Σ α.
type summary struct{ mean, least, most float64 }

func (f fluid) summarise(field *tissue.Field) summary {
	s := summary{least: math.Inf(1), most: math.Inf(-1)}
	amount, volume := 0.0, 0.0
	for i, c := range field.Values {
		share := f.in(i)
		if share > 0 {
			amount += share * c
			volume += share
			s.least, s.most = min(s.least, c), max(s.most, c)
		}
	}
	s.mean = amount / volume
	return s
}

// bodyTerms are the columns of compartments, which have no other but initial, present,
// reacted and the residual.
func bodyTerms() []string { return []string{"from_tissue", "cleared", "infused", "dosed"} }

// ledgerHeader names the terms; where there is a body, its own stand behind.
func ledgerHeader(m *tissue.Model) []string {
	header := []string{"t_s", "substrate", "unit", "initial", "present", "secreted", "taken_up", "decayed", "reacted", "through_walls", "written", "residual", "residual_share"}
	if m.Body != nil {
		header = append(header, bodyTerms()...)
	}
	return header
}

// shareOf returns the residual as a share of what was handled.
func shareOf(residual, handled float64) float64 {
	if handled > 0 {
		return residual / handled
	}
	return 0
}

func (r *Run) recordLedger(t float64, ledgers []engine.Ledger, body []engine.BodyLedger) error {
	for i, l := range ledgers {
		row := []string{number(t), r.model.Substrates[i].Name, r.model.Substrates[i].Unit.AmountUnit()}
		for _, v := range []float64{l.Initial, l.Present, l.Secreted, l.TakenUp, l.Decayed, l.Reacted, l.ThroughWalls, l.Written, l.Residual(), shareOf(l.Residual(), l.Handled())} {
			row = append(row, number(v))
		}
		if r.model.Body != nil {
			row = append(row, make([]string, len(bodyTerms()))...)
		}
		if err := r.ledger.add(row); err != nil {
			return err
		}
	}
	for i, l := range body {
		if v := r.model.Body.Variables[i]; v.IsCompartment() {
			if err := r.ledger.add(bodyRow(t, v, l)); err != nil {
				return err
			}
		}
	}
	return nil
}

func bodyRow(t float64, v tissue.BodyVariable, l engine.BodyLedger) []string {
	unit := "molecules"
	if v.Dimension != tissue.Nanomolar.Dimension() {
		unit = (v.Dimension + quantity.Volume).Unit()
	}
	row := []string{number(t), bodyName(v), unit, number(l.Initial), number(l.Present), "", "", "", number(l.Reacted), "", ""}
	for _, term := range []float64{l.Residual(), shareOf(l.Residual(), l.Handled()), l.Exchanged, l.Cleared, l.Infused, l.Dosed} {
		row = append(row, number(term))
	}
	return row
}

// cellsHeader: place and type, then per substrate the density at the cell's
// surface and what it takes up and secretes, then the variables of all types.
func cellsHeader(m *tissue.Model) []string {
	header := placeColumns()
	for _, s := range m.Substrates {
		rate := "_molecules_per_s"
		if !s.Unit.CountsMolecules() {
			rate = "_" + string(s.Unit) + "_um3_per_s"
		}
		header = append(header, s.Name+"_surface_"+string(s.Unit), s.Name+"_taken_up"+rate, s.Name+"_secreted"+rate)
	}
	return append(header, variableColumns(m)...)
}

// variableColumns names those of all types, each once: a cell has none in the columns
// of other types.
func variableColumns(m *tissue.Model) []string {
	var columns []string
	for _, t := range m.CellTypes {
		for _, v := range t.Variables {
			if name := variableColumn(v); !slices.Contains(columns, name) {
				columns = append(columns, name)
			}
		}
	}
	return columns
}

func (r *Run) recordCells(s engine.Solver, states engine.CellStates) error {
	return r.cells.add(cellRows(r.model, s.Time(), states, func(int) bool { return true })...)
}

// WriteCells writes a table like cells.csv of some cells at a time, s.
func WriteCells(w io.Writer, m *tissue.Model, t float64, states engine.CellStates, which func(i int) bool) error {
	c := csv.NewWriter(w)
	if err := c.Write(cellsHeader(m)); err != nil {
		return fmt.Errorf("record: %w", err)
	}
	if err := c.WriteAll(cellRows(m, t, states, which)); err != nil {
		return fmt.Errorf("record: %w", err)
	}
	return nil
}

// cellRows returns the rows of cells.csv of some cells.
func cellRows(m *tissue.Model, t float64, states engine.CellStates, which func(i int) bool) [][]string {
	columns := map[string]int{}
	for i, name := range variableColumns(m) {
		columns[name] = i
	}
	rows := make([][]string, 0, len(states.ID))
	for i, id := range states.ID {
		if !which(i) {
			continue
		}
		p, state := m.Cells.Position[i], "alive"
		if m.Cells.IsDead(i) {
			state = "dead"
		}
		kind := &m.CellTypes[m.Cells.Type[i]]
		row := []string{number(t), strconv.FormatUint(uint64(id), 10), kind.Name, number(p.X), number(p.Y), number(p.Z), state}
		for k := range m.Substrates {
			row = append(row, number(states.Surface[k][i]), number(states.TakenUp[k][i]), number(states.Secreted[k][i]))
		}
		own := make([]string, len(columns))
		for v, variable := range kind.Variables {
			own[columns[variableColumn(variable)]] = number(states.Variables[i][v])
		}
		rows = append(rows, append(row, own...))
	}
	return rows
}
