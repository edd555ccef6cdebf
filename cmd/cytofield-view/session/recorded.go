package session

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/cytofield/cytofield/engine/record"
	"github.com/cytofield/cytofield/tissue"
)

// recordedHistory is the history that series.csv and ledger.csv tell. There are no steps in them.
func recordedHistory(r *record.Recording, m *tissue.Model) (h History, err error) {
	series, err := r.Table("series")
	if err != nil {
		return h, err
	}
	column := func(name string) []float64 {
		if err != nil {
			return nil
		}
		var values []float64
		values, err = series.Column(name)
		return values
	}
	h.Time = column("t_s")
	for _, s := range m.Substrates {
		amount := s.Name + "_molecules"
		if !s.Unit.CountsMolecules() {
			amount = s.Name + "_" + string(s.Unit) + "_um3"
		}
		h.Amount = append(h.Amount, column(amount))
		h.Mean = append(h.Mean, column(s.Name+"_mean_"+string(s.Unit)))
		h.Most = append(h.Most, column(s.Name+"_max_"+string(s.Unit)))
	}
	for _, t := range m.CellTypes {
		h.Cells = append(h.Cells, column(t.Name+"_cells"))
	}
	if m.Body != nil {
		for _, v := range m.Body.Variables {
			h.Body = append(h.Body, column(record.BodyColumn(v)))
		}
	}
	if err != nil {
		return h, err
	}
	h.Residual, err = residuals(r, m, len(h.Time))
	return h, err
}

// residuals reads by substrate what ledger.csv does not account for at so many outputs;
// none where the table is missing.
func residuals(r *record.Recording, m *tissue.Model, outputs int) ([][]float64, error) {
	all := make([][]float64, len(m.Substrates))
	ledger, err := r.Table("ledger")
	if errors.Is(err, fs.ErrNotExist) {
		return all, nil
	}
	if err != nil {
		return nil, err
	}
	shares, err := ledger.Column("residual_share")
	if err != nil {
		return nil, err
	}
	for i, name := range ledger.Text[1] {
		if id, ok := m.Substrate(name); ok {
			all[id] = append(all[id], share(shares[i], 1))
		}
	}
	for id, values := range all {
		if len(values) < outputs {
			return nil, fmt.Errorf("session: %s: ledger.csv: %d outputs of %s: want %d", r.Dir(), len(values), m.Substrates[id].Name, outputs)
		}
		all[id] = values[:outputs] // one more where a run is between the two tables
	}
	return all, nil
}
