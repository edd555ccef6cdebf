package engine

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
)

// couple is a cell of type Th in a box of (100 µm)³ and cells of type Treg around it, both
// of radius 5 µm, that reach the default 1.25 of it; all of Th's export points.
func couple(faces [3][2]tissue.Boundary, p tissue.Pointing, th r3.Vec, tregs ...r3.Vec) *tissue.Model {
	m := &tissue.Model{
		Grid: tissue.Grid{Shape: [3]int{10, 10, 10}, Spacing: [3]float64{10, 10, 10}}, ExtracellularFraction: 1,
		Substrates: []tissue.Substrate{{Name: "IL-2", Unit: tissue.Nanomolar, DiffusionCoefficient: 10, Boundary: faces}},
		CellTypes: []tissue.CellType{
			{Name: "Treg", Radius: 5},
			{Name: "Th", Radius: 5, Exchange: []tissue.Exchange{{NetExportRate: 8, Pointing: p}}},
		},
	}
	m.Cells.Add(1, th)
	for _, at := range tregs {
		m.Cells.Add(0, at)
	}
	return m
}

// An export points to the nearest living cell of its type in contact, and else goes all around.
func TestTipsTurnToWhomTheCellTouches(t *testing.T) {
	at := func(x, y, z float64) r3.Vec { return r3.Vec{X: x, Y: y, Z: z} }
	walls, round := facesOf(tissue.NoFlux), facesOf(tissue.Periodic)
	shared := newLattice(couple(walls, tissue.Pointing{}, at(50, 50, 50)).Grid, CloudCoupling)
	middle, towards := at(50, 50, 50), tissue.Pointing{Fraction: 1}
	for _, tc := range []struct {
		name   string
		model  *tissue.Model
		change func(m *tissue.Model)
		tip    []r3.Vec // none or one, µm
	}{
		{"the nearest", couple(walls, towards, middle, at(50, 62, 50), at(39, 50, 50)), nil, []r3.Vec{at(45, 50, 50)}},
		{"of two as near the first", couple(walls, towards, middle, at(50, 50, 61), at(61, 50, 50)), nil, []r3.Vec{at(50, 50, 55)}},
		{"within reach", couple(walls, towards, middle, at(62.49, 50, 50)), nil, []r3.Vec{at(55, 50, 50)}},
		{"beyond reach", couple(walls, towards, middle, at(62.51, 50, 50)), nil, nil},
		{"a long reach", couple(walls, towards, middle, at(50, 66, 50)), func(m *tissue.Model) { m.CellTypes[0].Life.Mechanics.Reach = 2 }, []r3.Vec{at(50, 55, 50)}},
		{"a dead one", couple(walls, towards, middle, at(60, 50, 50), at(38, 50, 50)), func(m *tissue.Model) { m.Cells.Dead = []bool{false, true, false} }, []r3.Vec{at(45, 50, 50)}},
		{"at the same place", couple(walls, towards, middle, middle), nil, nil},
		{"overlapping", couple(walls, towards, middle, at(50, 52, 50)), nil, []r3.Vec{at(50, 55, 50)}},
		{"not itself", couple(walls, tissue.Pointing{Fraction: 1, Towards: 1}, middle, at(60, 50, 50)), nil, nil},
		{"round a periodic axis", couple(round, towards, at(98, 3, 50), at(8, 3, 50)), nil, []r3.Vec{at(3, 3, 50)}},
		{"round two", couple(round, towards, at(2, 50, 99), at(94, 50, 7)), nil, []r3.Vec{at(98.46447, 50, 2.53553)}},
		{"not round walls", couple(walls, towards, at(98, 3, 50), at(8, 3, 50)), nil, nil},
		{"not where another substrate has walls", couple(round, towards, at(98, 3, 50), at(8, 3, 50)), func(m *tissue.Model) {
			m.Substrates = append(m.Substrates, tissue.Substrate{Name: "TNF", Unit: tissue.Nanomolar})
		}, nil},
		{"a direction", couple(walls, tissue.Pointing{Fraction: 1, Direction: at(0.6, 0, -0.8)}, middle), nil, []r3.Vec{at(53, 50, 46)}},
		{"onto a wall", couple(walls, tissue.Pointing{Fraction: 1, Direction: at(-1, 0, 0)}, at(2, 50, 50)), nil, []r3.Vec{at(0, 50, 50)}},
		{"through a periodic face", couple(round, tissue.Pointing{Fraction: 1, Direction: at(-1, 0, 0)}, at(2, 50, 50)), nil, []r3.Vec{at(97, 50, 50)}},
		{"into bone", couple(walls, tissue.Pointing{Fraction: 1, Direction: at(1, 0, 0)}, at(48, 50, 50)), func(m *tissue.Model) {
			m.Regions = []tissue.Region{{Name: "bone", Impermeable: true, ExtracellularFraction: 1, Media: []tissue.Medium{{DiffusionCoefficient: 10}}, Shape: tissue.HalfSpace{Point: at(50, 0, 0), Normal: at(1, 0, 0)}}}
		}, nil},
		{"no share", couple(walls, tissue.Pointing{}, middle, at(60, 50, 50)), nil, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if tc.change != nil {
				tc.change(tc.model)
			}
			if err := tc.model.Validate(); err != nil {
				t.Fatal(err)
			}
			laws := SurfaceLaws{tc.model, CloudCoupling, shared, tc.model.Labels()}
			member := &field{substrate: Substrate{Mosaic: newMosaic(tc.model, 0, laws.labels, nil)}}
			cohorts, err := laws.cohorts([]*field{member}, nil)
			if err != nil {
				t.Fatal(err)
			}
			var tips []r3.Vec
			around := 0.0
			for _, c := range cohorts {
				if c.Tips == nil && c.Name == "Th" {
					around = c.Fluids[0].Laws[0].Export
				}
				for _, tip := range c.Tips {
					if tip.Echo == (Echo{}) {
						tips = append(tips, tip.At)
					}
				}
			}
			near := func(a, b r3.Vec) bool { return r3.Norm(r3.Sub(a, b)) < 1e-5 } // of the digits above
			if !slices.EqualFunc(tips, tc.tip, near) {
				t.Errorf("tips at %v, want %v", tips, tc.tip)
			}
			if want := 8 * float64(1-len(tc.tip)); math.Abs(around-want) > 0 {
				t.Errorf("%g molecules/s leave all around, want %g", around, want)
			}
		})
	}
}
