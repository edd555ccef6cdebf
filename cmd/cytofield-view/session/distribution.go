package session

import (
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

// voxels counts the densities of the substrate in view; of large grids in evenly spaced layers.
func (s *Session) voxels(v View) (*Distribution, error) {
	g := s.scenario.Model.Grid
	layer := make([]float64, g.Shape[0]*g.Shape[1])
	thin := max((g.Voxels()+mostVoxels-1)/mostVoxels, 1)
	var values []float64
	var seen render.Range
	for z := (g.Shape[2] - 1) % thin / 2; z < g.Shape[2]; z += thin {
		if err := s.solver.ReadLayer(v.Substrate, 2, z, layer); err != nil {
			return nil, err
		}
		values = append(values, layer...)
		seen.Add(render.NewPlane(g, render.Slice{Axis: 2, Index: z}, layer))
	}
	scale := seen.Scale(v.Log)
	edges, _ := render.Histogram(nil, scale, bars)
	name := s.scenario.Model.Substrates[v.Substrate].Name
	return &Distribution{Name: name, Edges: edges, Counts: [][]float64{counted(values, scale, bars)}, Log: v.Log, Thin: thin}, nil
}

// occupied counts how many receptors are bound on the living cells of each type.
func (s *Session) occupied() ([]Distribution, error) {
	m := s.scenario.Model
	which := bound(variables(m))
	if len(which) == 0 {
		return nil, nil
	}
	states, err := s.solver.Cells()
	if err != nil {
		return nil, err
	}
	var all []Distribution
	for _, v := range which {
		of, most := make([][]float64, len(m.CellTypes)), 0.0
		for i, t := range m.Cells.Type {
			k, ok := position(&m.CellTypes[t], v)
			if ok && !m.Cells.IsDead(i) {
				of[t] = append(of[t], states.Variables[i][k])
				most = max(most, states.Variables[i][k])
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
