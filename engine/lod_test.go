package engine_test

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/bench"
	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue"
)

// The figures of the tests called Conformance come from BioFVM itself, as released
// with PhysiCell 1.14.2 (Ghaffarizadeh, Friedman & Macklin, Bioinformatics 32 (2016)
// 1256), run in double precision. Its minutes stand as seconds here.

func lodOptions(dt float64) engine.Options {
	return engine.Options{Scheme: engine.LOD, Coupling: engine.PlainCoupling, TimeStep: dt}
}

// cube returns a model of n voxels of an edge along each axis, of one substrate.
func cube(shape [3]int, edge, diffusion, decay, initial float64) *tissue.Model {
	m := solid(shape)
	m.Grid.Spacing = [3]float64{edge, edge, edge}
	m.Substrates = []tissue.Substrate{{
		Name: "substrate", Unit: tissue.DimensionlessUnit, DiffusionCoefficient: diffusion, DecayRate: decay, InitialDensity: initial,
	}}
	return m
}

// agrees compares with a figure whose last digit is worth unit: half of that in
// float64. In float32 a thousand steps round each by up to half a unit: 2e-6 on top.
func agrees(t *testing.T, d device, what string, got, want, unit float64) {
	t.Helper()
	tolerance := unit / 2 * (1 + 1e-6)
	if d.name == "gpu" {
		tolerance += 2e-6 * math.Abs(want)
	}
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s: %.11g, BioFVM has %.11g; want it within %.2g", what, got, want, tolerance)
	}
}

// A Dirichlet node in the middle of 27 voxels, held between the sweeps. Two figures are
// 2e-7 of themselves from what the algorithm comes to in exact arithmetic, which stands
// here: 0.0075723953 and 0.061110392 were quoted.
func TestLODConformanceDirichletNode(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		m := cube([3]int{3, 3, 3}, 20, 4, 5, 1)
		m.Regions = []tissue.Region{{
			Name: "node", Shape: tissue.Box{From: r3.Vec{X: 20, Y: 20, Z: 20}, To: r3.Vec{X: 40, Y: 40, Z: 40}},
			ExtracellularFraction: 1, Media: []tissue.Medium{m.Substrates[0].Medium()},
			Held: []tissue.HeldDensity{{Density: 1000}},
		}}
		s := d.solver(t, m, lodOptions(5))
		advance(t, s, 5)
		field := read(t, s, m.Grid, 0)
		for _, tc := range []struct {
			at         [3]int
			want, unit float64
		}{
			{[3]int{1, 1, 0}, 0.566124, 1e-6}, {[3]int{1, 1, 2}, 0.566124, 1e-6},
			{[3]int{0, 1, 1}, 0.00757239679606, 1e-14}, {[3]int{1, 0, 1}, 0.0611104026966, 1e-13},
			{[3]int{0, 0, 1}, 0.0012637526, 1e-10}, {[3]int{0, 0, 0}, 0.0012301364, 1e-10}, {[3]int{0, 0, 2}, 0.0012301364, 1e-10},
			{[3]int{1, 1, 1}, 1000, 0},
		} {
			agrees(t, d, fmt.Sprint(tc.at), field.At(tc.at[0], tc.at[1], tc.at[2]), tc.want, tc.unit)
		}
		closes(t, d, s, m)
	})
}

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// (1 + λ dt/d)^−d after one step from 1, d = 3 in 3D and 2 in 2D.
func TestLODConformanceUniformDecay(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		m := cube([3]int{3, 3, 3}, 20, 4, 5, 1)
		m.Substrates = append(m.Substrates, m.Substrates[0])
		m.Substrates[1].Name, m.Substrates[1].DiffusionCoefficient, m.Substrates[1].DecayRate = "second", 2, 3
		s := d.solver(t, m, lodOptions(5))
		advance(t, s, 5)
		for id, want := range []float64{0.0012299563, 0.0046296306} {
			// The second figure, 1/216 = 0.00462962963, was printed from single precision.
			for _, got := range read(t, s, m.Grid, tissue.SubstrateID(id)).Values {
				agrees(t, d, m.Substrates[id].Name, got, want, 2e-9)
			}
		}
		flat := cube([3]int{3, 3, 1}, 20, 4, 5, 1)
		flat.Grid.Planar = true
		s = d.solver(t, flat, lodOptions(5))
		advance(t, s, 5)
		agrees(t, d, "2D", read(t, s, flat.Grid, 0).Values[4], math.Pow(1+5*5./2, -2), 1e-12)
	})
}

// A wave of half a period along every axis over 50³ voxels, on a level that keeps it
// positive.
func TestLODConformanceEigenmode(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		m := cube([3]int{50, 50, 50}, 20, 1e4, 0.1, 0)
		wave := filled(m.Grid, func(x, y, z float64) float64 {
			return 1 + math.Cos(math.Pi*x/1000)*math.Cos(math.Pi*y/1000)*math.Cos(math.Pi*z/1000)
		})
		for _, tc := range []struct{ dt, want float64 }{{1, 2.42461472e-2}, {0.1, 1.95652488e-2}, {0.01, 1.91147273e-2}} {
			if tc.dt < 0.1 && testing.Short() {
				continue
			}
			s := d.solver(t, m, lodOptions(tc.dt))
			write(t, s, 0, wave)
			advance(t, s, 10)
			level := math.Pow(1+0.1*tc.dt/3, -3*math.Round(10/tc.dt))
			got := (read(t, s, m.Grid, 0).Values[0] - level) / (wave.Values[0] - 1)
			// In float32 the level's rounding stands in the difference.
			unit := 1e-10
			if d.name == "gpu" {
				unit = 1e-6
			}
			agrees(t, d, fmt.Sprintf("dt %g", tc.dt), got, tc.want, unit)
		}
	})
}

// Relative L2 error of 1 + cos(π x/500) along a line, against its exact decay.
func TestLODConformanceCosineLine(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		m := cube([3]int{50, 1, 1}, 20, 1e5, 0, 0)
		wave := func(amplitude float64) *tissue.Field {
			return filled(m.Grid, func(x, _, _ float64) float64 { return 1 + amplitude*math.Cos(math.Pi*math.Abs(x-500)/500) })
		}
		for _, tc := range []struct{ dt, want, unit float64 }{{0.01, 4.988e-3, 1e-6}, {0.1, 4.064e-2, 1e-5}} {
			s := d.solver(t, m, lodOptions(tc.dt))
			write(t, s, 0, wave(1))
			advance(t, s, 0.2)
			k := math.Pi / 500
			agrees(t, d, fmt.Sprintf("dt %g", tc.dt), distance(read(t, s, m.Grid, 0).Values, wave(math.Exp(-1e5*k*k*0.2)).Values), tc.want, tc.unit)
		}
	})
}

// supplied returns the cube of 50³ voxels whose outer two layers are supplied at
// 38/s towards 38, and with uptake has a consumer of 10/s in every voxel whose centre
// lies within 150 µm of the middle. The supply of a voxel is a cell of its volume.
func supplied(uptake bool) *tissue.Model {
	m := cube([3]int{50, 50, 50}, 20, 1e5, 0.1, 38)
	radius := math.Cbrt(3 * 8000 / (4 * math.Pi))
	m.CellTypes = []tissue.CellType{
		{Name: "supply", Radius: radius, Exchange: []tissue.Exchange{{SecretionRate: 38, SaturationDensity: 38}}},
		{Name: "consumer", Radius: radius, Exchange: []tissue.Exchange{{UptakeRate: 10}}},
	}
	for voxel := range m.Grid.Voxels() {
		at := m.Grid.Coordinates(voxel)
		p := m.Grid.Centre(at[0], at[1], at[2])
		wall, square := math.Inf(1), 0.0
		for _, x := range axes(p) {
			wall = min(wall, x, 1000-x)
			square += (x - 500) * (x - 500)
		}
		switch {
		case wall < 40:
			m.Cells.Add(0, p)
		case uptake && square <= 150*150:
			m.Cells.Add(1, p)
		}
	}
	return m
}

// BioFVM's figures let supply and cells act before the diffusion of each step. That is
// the order here but for the ends: they act once before the first step, and not
// after the last.
func TestLODConformanceSupplyAndCells(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		for _, tc := range []struct {
			name             string
			uptake           bool
			dt, mean, centre float64
		}{
			{"supply, dt 0.01", false, 0.01, 36.7868959, 35.4897135},
			{"supply, dt 0.1", false, 0.1, 35.5061401, 0},
			{"cells, dt 0.01", true, 0.01, 34.997476, 18.1153535},
			{"cells, dt 0.1", true, 0.1, 33.7362739, 0},
		} {
			if tc.dt < 0.1 && testing.Short() {
				continue
			}
			t.Run(tc.name, func(t *testing.T) {
				m := supplied(tc.uptake)
				s := d.solver(t, m, lodOptions(tc.dt))
				f := read(t, s, m.Grid, 0)
				for i, p := range m.Cells.Position {
					if m.Cells.Type[i] == 1 {
						at := m.Grid.VoxelAt(p)
						f.Set(at[0], at[1], at[2], 38/(1+10*tc.dt))
					}
				}
				write(t, s, 0, f)
				advance(t, s, 2-tc.dt)
				last := *m
				last.Cells = tissue.Cells{}
				if err := s.Update(&last); err != nil {
					t.Fatal(err)
				}
				advance(t, s, 2)
				c := read(t, s, m.Grid, 0)
				agrees(t, d, "mean", mean(c.Values), tc.mean, 1e-6)
				if tc.centre > 0 {
					agrees(t, d, "centre", c.At(25, 25, 25), tc.centre, 1e-6)
				}
				closes(t, d, s, m)
			})
		}
	})
}

// One cell and nothing else: BioFVM's simulate_secretion_and_uptake, with the export
// after the division. Two such cells act as their sum.
func TestLODCellsActAsThoseOfBioFVM(t *testing.T) {
	const secretion, saturation, uptake, export, dt = 0.8, 5., 0.5, 300., 2.
	onBothDevices(t, func(t *testing.T, d device) {
		for copies := range 3 {
			cell := exchanging("cell", tissue.Exchange{SecretionRate: secretion, SaturationDensity: saturation, UptakeRate: uptake, NetExportRate: export})
			m := cube([3]int{2, 3, 4}, 10, 0, 0, 2)
			m.Substrates[0].Unit = tissue.Nanomolar
			m.CellTypes = []tissue.CellType{cell}
			for range copies {
				m.Cells.Add(0, m.Grid.Centre(1, 2, 3))
			}
			s := d.solver(t, m, lodOptions(dt))
			advance(t, s, 3*dt)
			share := float64(copies) * cell.Volume() / 1000
			want := 2.
			for range 3 {
				want = (want+dt*share*secretion*saturation)/(1+dt*share*(secretion+uptake)) + dt*float64(copies)*export/(1000*tissue.Nanomolar.AmountPerVolume())
			}
			c := read(t, s, m.Grid, 0)
			if got := c.At(1, 2, 3); math.Abs(got/want-1) > 16*d.epsilon || c.At(0, 2, 3) != 2 {
				t.Errorf("%d cells: %.15g and %g beside, want %.15g and 2", copies, got, c.At(0, 2, 3), want)
			}
			closes(t, d, s, m)
		}
	})
}

// What splitting costs on the workload exchange: BioFVM's own library had 5.85e-2 here,
// with other random cells. docs/numerics.md has the other rows.
func TestLODErrorOnExchange(t *testing.T) {
	if testing.Short() {
		t.Skip("a reference of 48³ voxels")
	}
	m := bench.Exchange(48, 6000, 10)
	exact := processor().solver(t, m, engine.Options{Coupling: engine.PlainCoupling, RelativeTolerance: 1e-5})
	advance(t, exact, 60)
	want := read(t, exact, m.Grid, 0).Values
	s := processor().solver(t, m, lodOptions(0))
	if stats := advance(t, s, 60); stats.Steps != 100 || stats.Sweeps != 300 {
		t.Errorf("%d steps and %d sweeps in a minute, want 100 and 300", stats.Steps, stats.Sweeps)
	}
	if got := distance(read(t, s, m.Grid, 0).Values, want); math.Abs(got/5.9e-2-1) > 0.1 {
		t.Errorf("relative error %.3g, want 5.9e-2 within a tenth", got)
	}
}

// lodTakes reports whether scheme lod takes a model.
func lodTakes(m *tissue.Model) bool {
	for _, s := range m.Substrates {
		for _, faces := range s.Boundary {
			for _, face := range faces {
				if face.Kind != tissue.NoFlux && face.Kind != tissue.Dirichlet || face.Series != nil {
					return false
				}
			}
		}
	}
	if len(m.Regions) > 0 {
		return false
	}
	for _, cell := range m.CellTypes {
		for _, e := range cell.Exchange {
			if e.MaxUptakeRate > 0 {
				return false
			}
		}
	}
	return true
}

func TestLedgerClosesForLOD(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		for name, m := range agreementModels() {
			if !lodTakes(m) {
				continue
			}
			t.Run(name, func(t *testing.T) {
				s := d.solver(t, m, engine.Options{Scheme: engine.LOD})
				advance(t, s, 300)
				closes(t, d, s, m)
			})
		}
	})
}

func TestLODIsFirstOrderInTime(t *testing.T) {
	for name, m := range timeModels(10) {
		if !lodTakes(m) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			for _, coupling := range []engine.Coupling{engine.VoxelCoupling, engine.PlainCoupling} {
				o := engine.Options{Scheme: engine.LOD, Coupling: coupling}
				order(t, relax(t, m, o, 100).errors(t, o, 256, 512, 1024), 1, 0.05)
			}
		})
	}
}

// Uneven spacings and a wall along each axis in turn: the sweeps tell the axes apart.
func TestLODTellsAxesApart(t *testing.T) {
	held := tissue.Boundary{Kind: tissue.Dirichlet, Density: 3}
	for axis := range 3 {
		m := cube([3]int{7, 6, 5}, 10, 40, 1e-3, 1)
		m.Grid.Spacing = [3]float64{10, 8, 15}
		m.Substrates[0].Boundary[axis][1] = held
		populate(m, 4, exchanging("secretor", tissue.Exchange{SecretionRate: 0.02, SaturationDensity: 2}))
		o := lodOptions(0.05)
		e := newEquation(m, 0, true)
		start := tissue.NewField(m.Grid)
		start.Fill(1)
		want := e.solve(start.Values, 20, 4000)
		s := processor().solver(t, m, o)
		advance(t, s, 20)
		// First order: 0.05 s of rates up to 0.9/s; a wrong axis is off by 0.1.
		if got := distance(read(t, s, m.Grid, 0).Values, want); got > 5e-3 {
			t.Errorf("held along %s: relative error %.3g", tissue.AxisName(axis), got)
		}
	}
}

// No step is too long for a density to stay positive.
func TestLODIsPositiveAtAnyStep(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		m := populate(solid([3]int{9, 10, 11}), 7, exchanging("consumer", tissue.Exchange{UptakeRate: 3}))
		for _, dt := range []float64{0.1, 10, 1000} {
			s := d.solver(t, m, lodOptions(dt))
			drop := tissue.NewField(m.Grid)
			drop.Set(4, 5, 6, 1000)
			write(t, s, 0, drop)
			advance(t, s, dt)
			for i, c := range read(t, s, m.Grid, 0).Values {
				// What cancels the drop itself in float32 leaves its rounding.
				if c < -d.epsilon*1000 {
					t.Fatalf("dt %g: %g in voxel %v", dt, c, m.Grid.Coordinates(i))
				}
			}
		}
	})
}

// invalid holds what a new solver refuses; here are the analysis and an update.
func TestLODRefusesWhatBioFVMHasNot(t *testing.T) {
	saturable := invalid()["saturable cells under lod"]
	for _, name := range []string{"saturable cells under lod", "periodic faces under lod", "moving walls under lod", "regions under lod"} {
		tc := invalid()[name]
		a, err := engine.Analyse(tc.m, tc.o, 60)
		if err != nil {
			t.Error(err)
		}
		fails(t, a.Fault, nil, tc.says)
	}
	s := processor().solver(t, solid([3]int{4, 4, 4}), saturable.o)
	fails(t, s.Update(saturable.m), nil, saturable.says)
	advance(t, s, 1)
	saturable.m.Cells = tissue.Cells{}
	if err := s.Update(saturable.m); err != nil {
		t.Errorf("a type without cells: %v", err)
	}
}
