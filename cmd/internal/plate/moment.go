package plate

import (
	"math"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/engine/record"
	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/tissue"
)

// moment is the tissue at one time: of a run that goes on, or of a recorded one.
type moment interface {
	at() float64                                                          // s
	density(s tissue.SubstrateID) (*tissue.Field, error)                  // NaN where nothing can be; valid until the next call
	section(s tissue.SubstrateID, at render.Slice) (*render.Plane, error) // of the same densities
	projection(s tissue.SubstrateID, axis int, how render.Projection) (*render.Plane, error)
	profile(s tissue.SubstrateID, from, to r3.Vec, n int) (distance, density []float64, err error) // as render.LineProfile
	people() (*people, error)
	onStage() *stage // that paints the densities where they are; nil where there is none
}

// Close gives back what pictures took; of a moment that never was there is nothing.
func (l *Live) Close() error {
	if l == nil {
		return nil
	}
	return l.stage.close()
}

func (l *Live) onStage() *stage { return l.stage }

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
	solid  []int         // voxels without fluid
	hollow *tissue.Field // of zeros but there; nil until a profile asks
	stage  *stage        // nil on the processor

	known   *render.Plane // a layer of knownOf that is not read; see With
	knownOf tissue.SubstrateID
}

// NewLive returns the moment of a solver of a model.
func NewLive(s engine.Solver, m *tissue.Model) *Live {
	return &Live{solver: s, model: m, solid: solid(m)}
}

// Stage has volumes painted on the device of the solver, if it computes there: no field
// comes to the host. Close gives back what that takes.
func (l *Live) Stage(d *gpu.Device) { l.stage = newStage(d, l.solver, l.solid) }

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

// across returns room for a layer of voxels across an axis.
func (l *Live) across(axis int) []float64 {
	right, up := tissue.Across(axis)
	if size := l.model.Grid.Shape[right] * l.model.Grid.Shape[up]; len(l.layer) != size {
		l.layer = make([]float64, size)
	}
	return l.layer
}

// projection reads what it shows: the device reduces the layers.
func (l *Live) projection(s tissue.SubstrateID, axis int, how render.Projection) (*render.Plane, error) {
	kept := map[render.Projection]engine.Projection{render.Maximum: engine.Maximum, render.Mean: engine.Mean}[how]
	densities := l.across(axis)
	if err := l.solver.ReadProjection(s, axis, kept, densities); err != nil {
		return nil, err
	}
	return render.NewProjection(l.model.Grid, axis, how, densities), nil
}

// profile gathers the densities along the line and no others. Beyond the outermost centres of
// voxels they are constant, also where a wall is periodic, as render.Sample has them.
func (l *Live) profile(s tissue.SubstrateID, from, to r3.Vec, n int) (distance, density []float64, err error) {
	points := render.Along(from, to, n)
	within, numbers := make([]r3.Vec, n), l.numbers()
	for i, p := range points {
		within[i] = render.Within(l.model.Grid, p)
	}
	density = make([]float64, n)
	if err := l.solver.Gather(s, within, density, nil); err != nil {
		return nil, nil, err
	}
	distance = make([]float64, n)
	for i, p := range points {
		distance[i] = r3.Norm(r3.Sub(p, from))
		if numbers != nil {
			density[i] += render.Sample(numbers, p) // 0, or none beside what is solid
		}
	}
	return distance, density, nil
}

// numbers is a field of zeros, with none where nothing can be; nil where it can everywhere.
func (l *Live) numbers() *tissue.Field {
	if len(l.solid) == 0 {
		return nil
	}
	if l.hollow == nil {
		l.hollow = tissue.NewField(l.model.Grid)
		hollow(l.hollow, l.solid)
	}
	return l.hollow
}

// section reads the layer that it shows and no other densities.
func (l *Live) section(s tissue.SubstrateID, at render.Slice) (*render.Plane, error) {
	if l.known != nil && l.knownOf == s && l.known.Slice == at {
		return l.known, nil
	}
	grid := l.model.Grid
	right, up := at.Across()
	l.across(at.Axis)
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
