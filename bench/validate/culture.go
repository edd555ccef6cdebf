package validate

import (
	"errors"
	"fmt"
	"math"
)

func interleukin2Accumulation() Case {
	return Case{
		ID:     "P30",
		Title:  "IL-2 accumulates in cultures of T cells by their number and their antigen",
		Source: "Tkach et al., eLife 3 (2014) e01944: [IL-2]max as N^−0.12 Ag^0.82; the numbers of our own are those of its equations, with all of the medium's IL-2 in both and Boost as a fraction, integrated apart from the engine",
		Setup: `One voxel with 20 T cells, which is 20/N of 200 µl: N = 1e3, 1e4, 1e5 cells and 1e7, 1e8, 1e9 molecules of antigen. The
cells come across it at 10 + 50 (i − 1/2)/20 h, i = 1 to 20. Two further densities say what each of those active has of it, which
changes in the fluid as they consume it, and how many they are; between its stretches the run is told that one more shares it.
[IL-2]max is the largest of 240 values in 150 h: with little of N and much antigen it still grows then, and to 100 h the exponents
are −0.11 and 0.86; even spacing and 150 h are those that bring the equations to our numbers, in an integration by Runge and Kutta
too. Exponents are of the plane through the logarithms of all nine. Secretion is what the cell that makes most does in 37.5 min: with N = 1e3 the first one at its
activation, by 1e7 molecules, and one of all at the end, with 1e9, less the former: what Boost adds.
rtol 1e-3 and atol 1e-5 nM, coupling plain.`,
		Observables: []Observable{
			{"published exponent of N_Tcell", -0.12, "", 0.08 / 0.12},
			{"published exponent of N_antigen", 0.82, "", 0.12 / 0.82},
			{"our re-implementation exponent of N", -0.168, "", 0.01 / 0.168},
			{"our re-implementation exponent of antigen", 0.912, "", 0.01 / 0.912},
			{"our IL-2 max N=1e4, Ag=1e8", 0.02538, "nM", 0.03},
			{"our IL-2 max N=1e5, Ag=1e9", 0.1472, "nM", 0.03},
			{"measured basal IL-2 secretion per producer", 7.5, "molec/s", 0.01},
			{"measured maximal IL-2 secretion per producer", 225, "molec/s", 0.01},
		},
		observe: observeAccumulation,
	}
}

const (
	cultured      = 20   // cells, in p30.yaml
	cultureVolume = 2e11 // of all of the medium, µm³
)

func observeAccumulation(l *lab) error {
	var most [3][3]float64
	for i, cells := range []float64{1e3, 1e4, 1e5} {
		for k, antigen := range []float64{1e7, 1e8, 1e9} {
			c, err := l.cultivate(cells, antigen)
			if err != nil {
				return err
			}
			most[i][k] = c.most
			if cells == 1e3 && antigen == 1e7 {
				l.read("measured basal IL-2 secretion per producer", c.first, 0)
			}
			if cells == 1e3 && antigen == 1e9 {
				l.read("measured maximal IL-2 secretion per producer", c.last-c.first, 0)
			}
		}
	}
	number, antigen := exponents(most)
	l.read("published exponent of N_Tcell", number, 0)
	l.read("published exponent of N_antigen", antigen, 0)
	l.read("our re-implementation exponent of N", number, 0)
	l.read("our re-implementation exponent of antigen", antigen, 0)
	l.read("our IL-2 max N=1e4, Ag=1e8", most[1][1], 0)
	l.read("our IL-2 max N=1e5, Ag=1e9", most[2][2], 0)
	return nil
}

// exponents returns those of rows and columns in the plane through the logarithms of
// values a decade apart in both.
func exponents(values [3][3]float64) (row, column float64) {
	for i := range values {
		for k, v := range values[i] {
			row += float64(i-1) * math.Log10(v) / 6
			column += float64(k-1) * math.Log10(v) / 6
		}
	}
	return row, column
}

// culture is what a run of T cells came to.
type culture struct {
	most        float64 // IL-2, nM
	first, last float64 // what the cell that makes most makes, after the first activation and at the end, molecules/s
}

// cultivate runs the cells of a culture, of which 20 are simulated, with molecules of antigen.
func (l *lab) cultivate(cells, antigen float64) (c culture, err error) {
	r, err := l.startCulture(cells)
	if err != nil {
		return c, err
	}
	const stretches, earliest, apart = 240, 18, 4 // of 37.5 min: a cell at 11.25 h, and one every 2.5 h
	activated := 0
	for i := range stretches {
		if i >= earliest && (i-earliest)%apart == 0 && activated < cultured {
			activated++
			if err := r.share(antigen/molecules(cultureVolume), activated); err != nil {
				return c, err
			}
		}
		time := r.model.Duration * float64(i+1) / stretches
		secretion, err := r.secretion(time)
		if err != nil {
			return c, err
		}
		if i == earliest {
			c.first = secretion
		}
		c.last = secretion
		density, err := r.density()
		if err != nil {
			return c, err
		}
		c.most = max(c.most, density)
	}
	return c, r.close()
}

// startCulture opens a solver for cells that each have a rank, from 1.
func (l *lab) startCulture(cells float64) (*run, error) {
	edge := fmt.Sprintf("%.17g um", math.Cbrt(cultureVolume*cultured/cells))
	box := fmt.Sprintf("[%s, %s, %s]", edge, edge, edge)
	m, o, err := l.load("p30", "domain.size="+box, "domain.voxel="+box, fmt.Sprintf("constants.n=%.17g /nM", molecules(cultureVolume*cultured/cells)))
	if err != nil {
		return nil, err
	}
	rank, _ := m.CellTypes[0].Variable("rank")
	m.Cells.State = make([][]float64, m.Cells.Len())
	for i := range m.Cells.State {
		for _, v := range m.CellTypes[0].Variables {
			m.Cells.State[i] = append(m.Cells.State[i], v.Initial)
		}
		m.Cells.State[i][rank] = float64(i + 1)
	}
	return l.startModel("p30", m, o)
}

// share lets one cell more have its part of the antigen, all of it where it is the first.
func (r *run) share(antigen float64, activated int) error {
	if activated > 1 {
		each, err := r.substrateAt("pMHC")
		if err != nil {
			return err
		}
		antigen = each * float64(activated-1) / float64(activated)
	}
	return errors.Join(r.put("pMHC", antigen), r.put("activated", float64(activated)))
}

// secretion advances to a time, s, and returns what the cell that makes most made until then, molecules/s.
func (r *run) secretion(until float64) (float64, error) {
	made, from := make([]float64, r.model.Cells.Len()), r.solver.Time()
	v, _ := r.model.CellTypes[0].Variable("made")
	most := 0.0
	for step := range 2 {
		if step == 1 {
			if _, err := r.solver.Advance(r.lab.ctx, until); err != nil {
				return 0, err
			}
		}
		states, err := r.solver.Cells()
		if err != nil {
			return 0, err
		}
		for i, state := range states.Variables {
			most = max(most, float64(step)*(state[v]-made[i])/(until-from))
			made[i] = state[v]
		}
	}
	return most, nil
}
