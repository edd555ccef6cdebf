package plate

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/render/colormap"
	"github.com/cytofield/cytofield/render/figure"
)

// matrix is who caught what whom made: a row for each sender, a column for each receiver
// and, in brackets, for each other fate.
type matrix struct {
	Rows, Columns []string
	Amounts       [][]float64
	Unit          string
	Made          map[string]float64 // by sender
}

// made is the fate in attribution.csv that is none: all that a sender secreted.
const made = "(secreted)"

// takeMatrix takes the attribution up to a moment from attribution.csv.
func (p *picture) takeMatrix(m moment) (*shot, error) {
	table, err := p.run.table("attribution")
	if err != nil {
		return nil, err
	}
	column := map[string][]string{}
	for i, name := range table.Header {
		column[name] = table.Text[i]
	}
	times, err := table.Column("t_s")
	if err != nil {
		return nil, InputError{err}
	}
	amounts, err := table.Column("amount")
	if err != nil {
		return nil, InputError{err}
	}
	for _, name := range []string{"substrate", "unit", "sender", "receiver"} {
		if column[name] == nil {
			return nil, InputError{fmt.Errorf("%s: attribution.csv: no column %q", p.run.dir, name)}
		}
	}
	substrate := p.model.Substrates[p.spec.Channels[0].Substrate].Name
	all := &matrix{Made: map[string]float64{}}
	for i, t := range times {
		if t == m.at() && column["substrate"][i] == substrate {
			all.Unit = column["unit"][i]
			if column["receiver"][i] == made {
				all.Made[column["sender"][i]] = amounts[i]
				continue
			}
			all.set(column["sender"][i], column["receiver"][i], amounts[i])
		}
	}
	if len(all.Rows) == 0 {
		return nil, InputError{fmt.Errorf("%s: attribution.csv: nothing of %s", p.run.dir, substrate)}
	}
	all.prune()
	return &shot{Time: m.at(), Matrix: all}, nil
}

// set puts an amount in its place, which it makes.
func (a *matrix) set(row, column string, amount float64) {
	i, k := slices.Index(a.Rows, row), slices.Index(a.Columns, column)
	if i < 0 {
		i = len(a.Rows)
		a.Rows, a.Amounts = append(a.Rows, row), append(a.Amounts, nil)
	}
	if k < 0 {
		k = len(a.Columns)
		a.Columns = append(a.Columns, column)
	}
	for len(a.Amounts[i]) <= k {
		a.Amounts[i] = append(a.Amounts[i], 0)
	}
	a.Amounts[i][k] = amount
}

// prune leaves out a rest of nothing, and fates that no molecule met.
func (a *matrix) prune() {
	if i := slices.Index(a.Rows, engine.Rest); i >= 0 && !slices.ContainsFunc(a.Amounts[i], func(n float64) bool { return n != 0 }) {
		a.Rows, a.Amounts = slices.Delete(a.Rows, i, i+1), slices.Delete(a.Amounts, i, i+1)
	}
	for k := len(a.Columns) - 1; k >= 0; k-- {
		met := slices.ContainsFunc(a.Amounts, func(row []float64) bool { return row[k] != 0 })
		if met || !strings.HasPrefix(a.Columns[k], "(") {
			continue
		}
		a.Columns = slices.Delete(a.Columns, k, k+1)
		for i := range a.Amounts {
			a.Amounts[i] = slices.Delete(a.Amounts[i], k, k+1)
		}
	}
}

// shares returns the amounts as shares of all that a sender made; NaN of one that made none.
func (a *matrix) shares() [][]float64 {
	all := make([][]float64, len(a.Amounts))
	for i, row := range a.Amounts {
		for _, n := range row {
			if made := a.Made[a.Rows[i]]; made > 0 {
				n /= made
			} else {
				n = math.NaN()
			}
			all[i] = append(all[i], n)
		}
	}
	return all
}

// drawMatrix makes a matrix of shares or of amounts.
func (p *picture) drawMatrix(s *shot, all scales) (figure.Panel, error) {
	name := p.model.Substrates[p.spec.Channels[0].Substrate].Name
	m := figure.Matrix{
		Style: p.style(),
		Title: p.spec.Title, Rows: s.Matrix.Rows, Columns: s.Matrix.Columns, RowsAre: "made by", ColumnsAre: "caught by",
		Values: s.Matrix.Amounts, Quantity: name, Unit: s.Matrix.Unit, Hide: hidden(p.spec.Hide),
	}
	if p.spec.Share {
		m.Values, m.Unit, m.Label = s.Matrix.shares(), "", "share of "+name
		m.Scale = render.Scale{High: 1}
	} else if r := all[p.along(heldAmounts)]; r != nil {
		m.Scale = r.Scale(false)
	}
	var err error
	m.Colors, err = colormap.ByName(p.spec.Colormap)
	return m, err
}
