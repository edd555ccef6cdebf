package engine

import (
	"errors"
	"math"

	"github.com/cytofield/cytofield/tissue"
)

// crowd is a cohort on its device.
type crowd struct {
	*Cohort
	member CohortMember
	crowdSums
	// pending is whether steps were booked since the integrals were last fetched.
	pending bool
}

// crowdSums are those of the present state, per variable.
type crowdSums struct {
	Norm []float64 // √Σ y²
	Most []float64 // the largest |y|
}

func newCrowd(c *Cohort, member CohortMember) *crowd {
	all := &crowd{Cohort: c, member: member, crowdSums: crowdSums{make([]float64, len(c.State)), make([]float64, len(c.State))}}
	for v, of := range c.State {
		for _, y := range of {
			all.Norm[v] += y * y
			all.Most[v] = max(all.Most[v], math.Abs(y))
		}
		all.Norm[v] = math.Sqrt(all.Norm[v])
	}
	return all
}

// errorRatio returns the error estimate of the last Try over its tolerance, the worst of
// the variables, in the norms of Integrator.judge. The absolute tolerance goes by the
// largest value of the variables of one dimension: what is only beginning to bind is
// small beside the receptors it binds to.
func (c *crowd) errorRatio(constant, tolerance, parts float64) float64 {
	worst := 0.0
	trials := c.member.Trials()
	for v, t := range trials {
		if t.Defect2 == 0 || constant == 0 || c.Kinetics.sums(v) {
			continue
		}
		largest := 0.0
		for u, other := range trials {
			if c.Kinetics.Variables[u].Dimension == c.Kinetics.Variables[v].Dimension && (u == v || !c.Kinetics.counts(u)) {
				largest = max(largest, c.Most[u], other.Most+(parts-1)*max(other.Most-c.Most[u], 0))
			}
		}
		norm := math.Sqrt(t.Norm2)
		norm += (parts - 1) * max(norm-c.Norm[v], 0)
		allowed := tolerance * (norm + DefaultAbsoluteTolerance*largest*math.Sqrt(float64(len(c.Cells))))
		worst = max(worst, constant*math.Sqrt(t.Defect2)/allowed)
	}
	return worst
}

// adopt takes the sums of an accepted state.
func (c *crowd) adopt() {
	for v, t := range c.member.Trials() {
		c.Norm[v], c.Most[v] = math.Sqrt(t.Norm2), t.Most
	}
}

// settle moves the integrals from the device into the ledgers of the fields.
func (c *crowd) settle(fields []*field) error {
	if !c.pending || len(c.Cells) == 0 || len(c.Fluids) == 0 {
		return nil
	}
	c.pending = false
	integrals, err := c.member.Integrals()
	if err != nil {
		return err
	}
	for i, fluid := range c.Fluids {
		l := &fields[fluid.Member].ledger
		for k, open := range c.Footprints.Open {
			given := integrals.Given[i][k]
			l.Secreted += open * given
			l.TakenUp += open * (given + integrals.Flux[i][k])
		}
	}
	return nil
}

// replace puts other cells in the place of those there.
func (c *crowd) replace(other *Cohort) error {
	if err := c.member.Replace(other); err != nil {
		return err
	}
	*c = *newCrowd(other, c.member)
	return nil
}

// renewed returns the cohorts of every group for a model with other cells, with the
// states of those that were there before.
func (in *Integrator) renewed(m *tissue.Model) ([][]*Cohort, error) {
	laws := in.laws(m)
	all := make([][]*Cohort, len(in.groups))
	for i, g := range in.groups {
		known := map[tissue.CellID][]float64{}
		for _, c := range g.cohorts {
			if err := c.tell(func(cell int, state []float64) { known[in.model.Cells.ID[cell]] = state }); err != nil {
				return nil, err
			}
		}
		var err error
		if all[i], err = laws.cohorts(g.fields, known); err != nil {
			return nil, err
		}
		if len(all[i]) != len(g.cohorts) {
			return nil, errors.New("engine: update: with coupling cloud the substrates that cell types exchange must stay; make a new solver")
		}
	}
	return all, nil
}

// read copies the states of the cells.
func (c *crowd) read() ([][]float64, error) {
	state := make([][]float64, len(c.State))
	for v := range state {
		state[v] = make([]float64, len(c.Cells))
	}
	if len(state) == 0 {
		return state, nil
	}
	return state, c.member.Read(state)
}

// ids returns those of the cells, in the order of the cohort.
func (c *Cohort) ids(m *tissue.Model) []tissue.CellID {
	all := make([]tissue.CellID, len(c.Cells))
	for k, i := range c.Cells {
		all[k] = m.Cells.ID[i]
	}
	return all
}

// tell tells the state of each cell, by its position in the model; of cells without a state
// it tells nothing.
func (c *crowd) tell(to func(cell int, state []float64)) error {
	if len(c.State) == 0 {
		return nil
	}
	state, err := c.read()
	if err != nil {
		return err
	}
	for k, i := range c.Cells {
		own := make([]float64, len(state))
		for v := range own {
			own[v] = state[v][k]
		}
		to(i, own)
	}
	return nil
}
