package plate

import (
	"math"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/record"
	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/tissue"
)

// moment is the tissue at one time: of a run that goes on, or of a recorded one.
type moment interface {
	at() float64                                                          // s
	density(s tissue.SubstrateID) (*tissue.Field, error)                  // NaN where nothing can be; valid until the next call
	section(s tissue.SubstrateID, at render.Slice) (*render.Plane, error) // of the same densities
	people() (*people, error)
}

// people are the cells at a moment.
type people struct {
	ids       []tissue.CellID
	types     []tissue.CellTypeID
	positions []r3.Vec // µm
	dead      []bool
	column    func(name string) ([]float64, error) // of cells.csv; NaN where a cell has none
}

// Live is the moment a solver is at.
type Live struct {
	solver engine.Solver
	model  *tissue.Model
	field  *tissue.Field // nil until all of a field is asked for
	layer  []float64
	solid  []int // voxels without fluid
}

// NewLive returns the moment of a solver of a model.
func NewLive(s engine.Solver, m *tissue.Model) *Live {
	return &Live{solver: s, model: m, solid: solid(m)}
}

func (l *Live) at() float64 { return l.solver.Time() }

func (l *Live) density(s tissue.SubstrateID) (*tissue.Field, error) {
	if l.field == nil {
		l.field = tissue.NewField(l.model.Grid)
	}
	if err := l.solver.Read(s, l.field); err != nil {
		return nil, err
	}
	hollow(l.field, l.solid)
	return l.field, nil
}

// section reads the layer that it shows and no other densities.
func (l *Live) section(s tissue.SubstrateID, at render.Slice) (*render.Plane, error) {
	grid := l.model.Grid
	right, up := at.Across()
	if size := grid.Shape[right] * grid.Shape[up]; len(l.layer) != size {
		l.layer = make([]float64, size)
	}
	if err := l.solver.ReadLayer(s, at.Axis, at.Index, l.layer); err != nil {
		return nil, err
	}
	for _, voxel := range l.solid {
		if v := grid.Coordinates(voxel); v[at.Axis] == at.Index {
			l.layer[v[right]+grid.Shape[right]*v[up]] = math.NaN()
		}
	}
	return render.NewPlane(grid, at, l.layer), nil
}

// hollow takes the densities out of voxels where nothing can be.
func hollow(f *tissue.Field, solid []int) {
	for _, voxel := range solid {
		f.Values[voxel] = math.NaN()
	}
}

func (l *Live) people() (*people, error) {
	cells := &l.model.Cells
	p := &people{ids: cells.ID, types: cells.Type, positions: cells.Position, dead: make([]bool, cells.Len())}
	for i := range p.dead {
		p.dead[i] = cells.IsDead(i)
	}
	p.column = func(name string) ([]float64, error) {
		states, err := l.solver.Cells()
		if err != nil {
			return nil, err
		}
		return record.CellColumn(l.model, states, name)
	}
	return p, nil
}

// solid returns the voxels of impermeable regions: nothing is inside, not even a
// density of zero.
func solid(m *tissue.Model) []int {
	var voxels []int
	for i, label := range m.Labels() {
		if label > 0 && m.Regions[label-1].Impermeable {
			voxels = append(voxels, i)
		}
	}
	return voxels
}
