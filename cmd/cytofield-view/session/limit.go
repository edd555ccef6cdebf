package session

import (
	"math"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// Limit says why the grid does not resolve what a cell does to a substrate.
type Limit int

// From the mildest to the worst; a cell that leaves the substrate alone is resolved.
const (
	Resolved Limit = iota
	// Crowded: another cell that exchanges the substrate is closer than two voxels, and
	// the sub-voxel law knows a cell alone; coupling cloud sees both.
	Crowded
	// Tight: 1 + κg is below engine.TightSlack, and the law amplifies the grid's errors.
	Tight
	// Unseen: no sub-voxel law, and the cell's own dip is missed: coupling plain, in 2D, or
	// where an axis has one voxel.
	Unseen
)

// resolution is what the grid resolves of a model; the zero resolution is found when it is
// asked for.
type resolution struct {
	coupling engine.Coupling
	laws     *engine.SurfaceLaws // nil: not yet
	reach    []float64           // by substrate: how far a molecule gets at low density, µm
	widest   float64             // edge of a voxel, µm
}

func (r *resolution) find(of *scenario.Scenario) {
	m := of.Model
	if r.laws != nil {
		return
	}
	r.coupling = engine.Coupling(of.Numerics.Coupling)
	if r.coupling == "" {
		r.coupling = engine.VoxelCoupling
	}
	laws := engine.NewSurfaceLaws(m, r.coupling)
	r.laws = &laws
	if a, err := engine.Analyse(m, options(of.Numerics), of.Output.Every); err == nil {
		for _, substrate := range a.Substrates {
			r.reach = append(r.reach, substrate.NicheLength)
		}
	}
	for axis, h := range m.Grid.Spacing {
		if m.Grid.Shape[axis] > 1 {
			r.widest = max(r.widest, h)
		}
	}
}

// limits judges the cells that a report shows by the laws of their types and by where they
// are now; coarse is the reach of the substrate, µm, where that is less than three voxels,
// else 0.
func (o *observer) limits(r *Report) (all map[int]Limit, coarse float64) {
	m, id := o.scenario.Model, r.View.Substrate
	o.resolution.find(o.scenario)
	coupling, laws, widest, reach := o.resolution.coupling, o.resolution.laws, o.resolution.widest, o.resolution.reach
	if int(id) < len(reach) && widest > reach[id]/3 {
		coarse = reach[id]
	}
	kinds := make([]Limit, len(m.CellTypes))
	exchanges := make([]bool, len(m.CellTypes))
	for t := range m.CellTypes {
		law, ok, err := laws.AtStart(tissue.CellTypeID(t), id)
		exchanges[t] = ok || m.CellTypes[t].Exchanges(id) // by rules, later
		switch {
		case !exchanges[t]:
		case coupling != engine.CloudCoupling && !engine.HasSubVoxelLaw(m.Grid, coupling):
			kinds[t] = Unseen
		case err != nil || law.Slack() < engine.TightSlack:
			kinds[t] = Tight
		}
	}
	crowd := newCrowd(o.cells, exchanges, 2*widest)
	all = map[int]Limit{}
	judge := func(cell int) {
		t := o.cells.Type[cell]
		all[cell] = kinds[t]
		if all[cell] == Resolved && exchanges[t] && coupling != engine.CloudCoupling && crowd.has(cell) {
			all[cell] = Crowded
		}
	}
	for _, d := range r.Discs {
		judge(d.Cell)
	}
	for _, b := range r.Bodies {
		judge(b.Cell)
	}
	return all, coarse
}

// crowd finds cells that are closer than a distance.
type crowd struct {
	cells   *tissue.Cells
	closer  float64 // µm
	buckets map[[3]int][]int
}

func newCrowd(cells *tissue.Cells, of []bool, closer float64) crowd {
	c := crowd{cells, closer, map[[3]int][]int{}}
	for i, t := range cells.Type {
		if of[t] {
			c.buckets[c.bucket(cells.Position[i])] = append(c.buckets[c.bucket(cells.Position[i])], i)
		}
	}
	return c
}

func (c crowd) bucket(at r3.Vec) [3]int {
	floor := func(x float64) int { return int(math.Floor(x / c.closer)) }
	return [3]int{floor(at.X), floor(at.Y), floor(at.Z)}
}

// has reports whether another cell is close to one.
func (c crowd) has(cell int) bool {
	at := c.cells.Position[cell]
	middle := c.bucket(at)
	for n := range 27 {
		for _, other := range c.buckets[[3]int{middle[0] + n%3 - 1, middle[1] + n/3%3 - 1, middle[2] + n/9 - 1}] {
			if other != cell && r3.Norm(r3.Sub(c.cells.Position[other], at)) < c.closer {
				return true
			}
		}
	}
	return false
}
