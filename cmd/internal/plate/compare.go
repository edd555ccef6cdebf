package plate

import (
	"errors"
	"fmt"

	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/tissue"
)

// counterpart is the course that differences subtract, and that panels may show.
type counterpart struct {
	name  string // for messages
	model *tissue.Model
	at    func(t float64) (moment, error) // that is subtracted at a time, s
}

// counterpart returns the run as one to compare with; nil where there is none.
func (r *Recorded) counterpart() *counterpart {
	if r == nil {
		return nil
	}
	return &counterpart{r.dir, r.scenario.Model, func(t float64) (moment, error) { return r.moment(t, true) }}
}

// Rival is another course beside a moment: as it is, and at the moment's time, for differences.
type Rival struct{ Now, Then *Live }

func (r *Rival) counterpart() *counterpart {
	if r == nil {
		return nil
	}
	c := branch(r.Now.model)
	c.at = func(float64) (moment, error) { return r.Then, nil }
	return c
}

// branch is the counterpart of a model that goes on; nil where there is none.
func branch(m *tissue.Model) *counterpart {
	if m == nil {
		return nil
	}
	return &counterpart{name: "the other branch", model: m}
}

// With returns the moment with one layer of a substrate that is read as a plane: as it is
// between two steps.
func (l *Live) With(s tissue.SubstrateID, p *render.Plane) *Live {
	with := *l
	with.known, with.knownOf = p, s
	return &with
}

// ofLive takes the picture of a moment, or of its rival.
func (p *picture) ofLive(m *Live, rival *Rival) (*shot, error) {
	if p.fault != nil {
		return nil, p.explain(p.fault)
	}
	if p.other = rival.counterpart(); p.spec.Compared {
		m = rival.Now
	}
	return p.take([]moment{m})
}

// comparable reports why nothing can be subtracted from tissue on a grid.
func (c *counterpart) comparable(g tissue.Grid) error {
	switch {
	case c == nil:
		return InputError{errors.New("there is one run alone: name that to compare it with by --compare, or by compare: in the figure file")}
	case c.model.Grid != g:
		return InputError{fmt.Errorf("%s has another grid: to compare them needs the same", c.name)}
	}
	return nil
}

// unlike reports why what a figure says of a model cannot be shown of the counterpart.
func (c *counterpart) unlike(m *tissue.Model) error {
	if err := c.comparable(m.Grid); err != nil {
		return err
	}
	for i := range max(len(m.Substrates), len(c.model.Substrates)) {
		if i >= len(m.Substrates) || i >= len(c.model.Substrates) || m.Substrates[i].Name != c.model.Substrates[i].Name {
			return InputError{fmt.Errorf("%s has other substrates: a panel with run: compare needs the same", c.name)}
		}
	}
	for i := range max(len(m.CellTypes), len(c.model.CellTypes)) {
		if i >= len(m.CellTypes) || i >= len(c.model.CellTypes) || m.CellTypes[i].Name != c.model.CellTypes[i].Name {
			return InputError{fmt.Errorf("%s has other cell types: a panel with run: compare needs the same", c.name)}
		}
	}
	return nil
}
