package record

import (
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"strconv"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue"
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

// seriesHeader: time, per substrate mean, min, max and amount, per type the cells.
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
	}
	return header
}

func (r *Run) recordSeries(s engine.Solver, ledgers []engine.Ledger) error {
	row := []string{number(s.Time())}
	field := tissue.NewField(r.model.Grid)
	for i, substrate := range r.model.Substrates {
		if err := s.Read(tissue.SubstrateID(i), field); err != nil {
			return err
		}
		least, most := field.Values[0], field.Values[0]
		for _, c := range field.Values {
			least, most = min(least, c), max(most, c)
		}
		mean := ledgers[i].Present / (r.model.FluidVolume() * substrate.Unit.AmountPerVolume() * float64(r.model.Grid.Voxels()))
		row = append(row, number(mean), number(least), number(most), number(ledgers[i].Present))
	}
	for _, n := range r.model.Cells.Count(len(r.model.CellTypes)) {
		row = append(row, strconv.Itoa(n))
	}
	return r.series.add(row)
}

func ledgerHeader() []string {
	return []string{"t_s", "substrate", "unit", "initial", "present", "secreted", "taken_up", "decayed", "through_walls", "written", "residual", "residual_share"}
}

func (r *Run) recordLedger(t float64, ledgers []engine.Ledger) error {
	for i, l := range ledgers {
		share := 0.0
		if handled := l.Handled(); handled > 0 {
			share = l.Residual() / handled
		}
		row := []string{number(t), r.model.Substrates[i].Name, r.model.Substrates[i].Unit.AmountUnit()}
		for _, v := range []float64{l.Initial, l.Present, l.Secreted, l.TakenUp, l.Decayed, l.ThroughWalls, l.Written, l.Residual(), share} {
			row = append(row, number(v))
		}
		if err := r.ledger.add(row); err != nil {
			return err
		}
	}
	return nil
}

// cellsHeader: place and type, then per substrate the density at the cell's
// surface and what it takes up and secretes.
func cellsHeader(m *tissue.Model) []string {
	header := []string{"t_s", "id", "type", "x_um", "y_um", "z_um", "state"}
	for _, s := range m.Substrates {
		rate := "_molecules_per_s"
		if !s.Unit.CountsMolecules() {
			rate = "_" + string(s.Unit) + "_um3_per_s"
		}
		header = append(header, s.Name+"_surface_"+string(s.Unit), s.Name+"_taken_up"+rate, s.Name+"_secreted"+rate)
	}
	return header
}

func (r *Run) recordCells(s engine.Solver) error {
	states, err := s.Cells()
	if err != nil {
		return err
	}
	rows := make([][]string, len(states.ID))
	for i, id := range states.ID {
		p := r.model.Cells.Position[i]
		row := []string{
			number(s.Time()), strconv.FormatUint(uint64(id), 10), r.model.CellTypes[r.model.Cells.Type[i]].Name,
			number(p.X), number(p.Y), number(p.Z), "alive",
		}
		for k := range r.model.Substrates {
			row = append(row, number(states.Surface[k][i]), number(states.TakenUp[k][i]), number(states.Secreted[k][i]))
		}
		rows[i] = row
	}
	return r.cells.add(rows...)
}
