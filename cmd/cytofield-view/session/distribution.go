package session

import (
	"math"

	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/tissue"
)

// Distribution is how often values are found.
type Distribution struct {
	Name   string // of what
	Edges  []float64
	Counts [][]float64 // by type of cells; of voxels one
	Log    bool        // edges are equally far apart on a logarithmic scale
	Thin   int         // of so many layers of voxels one was read; 1: all
}

// mostVoxels bounds what is read of a field to show how often densities are.
const mostVoxels = 1 << 19

// voxels counts the densities of the substrate in view where there is fluid; of large grids
// in evenly spaced layers.
func (o *observer) voxels(v View) (*Distribution, error) {
	m := o.scenario.Model
	thin := max((m.Grid.Voxels()+mostVoxels-1)/mostVoxels, 1)
	var values []float64
	var seen render.Range
	for z := (m.Grid.Shape[2] - 1) % thin / 2; z < m.Grid.Shape[2]; z += thin {
		layer, err := o.plane(View{Substrate: v.Substrate, Slice: render.Slice{Axis: 2, Index: z}})
		if err != nil {
			return nil, err
		}
		for _, c := range layer.Values {
			values = append(values, float64(c))
		}
		seen.Add(layer)
	}
	scale := seen.Scale(v.Log)
	edges, _ := render.Histogram(nil, scale, bars)
	return &Distribution{Name: m.Substrates[v.Substrate].Name, Edges: edges, Counts: [][]float64{counted(values, scale, bars)}, Log: v.Log, Thin: thin}, nil
}

// occupied counts how many receptors are bound on the living cells of each type.
func (o *observer) occupied() (all []Distribution, err error) {
	m := o.scenario.Model
	for _, v := range bound(variables(m)) {
		values, err := o.column(variableColumn(m, v))
		if err != nil {
			return nil, err
		}
		of, most := make([][]float64, len(m.CellTypes)), 0.0
		for i, t := range o.cells.Type {
			if !math.IsNaN(values[i]) && !o.cells.IsDead(i) {
				of[t] = append(of[t], values[i])
				most = max(most, values[i])
			}
		}
		scale := render.Scale{High: 1.05 * most}
		if most == 0 {
			scale.High = 1
		}
		edges, _ := render.Histogram(nil, scale, bars)
		d := Distribution{Name: v.Name, Edges: edges, Counts: make([][]float64, len(of)), Thin: 1}
		for t := range of {
			if of[t] != nil {
				d.Counts[t] = counted(of[t], scale, bars)
			}
		}
		all = append(all, d)
	}
	return all, nil
}

// position returns where among its variables a type has one.
func position(t *tissue.CellType, v tissue.CellVariable) (int, bool) {
	for k, own := range t.Variables {
		if sameVariable(own, v) {
			return k, true
		}
	}
	return 0, false
}
