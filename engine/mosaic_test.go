package engine_test

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue"
)

// regional returns a model with a region of every kind: denser tissue that binds, an
// impermeable block, voxels whose density follows a series, and a vessel. Cells that
// would be in the way are left out.
func regional(m *tissue.Model) *tissue.Model {
	size := m.Grid.Size()
	at := func(x, y, z float64) r3.Vec { return r3.Vec{X: x * size[0], Y: y * size[1], Z: z * size[2]} }
	same := m.Substrates[0].Medium()
	region := func(name string, shape tissue.Shape) tissue.Region {
		return tissue.Region{Name: name, Shape: shape, ExtracellularFraction: m.ExtracellularFraction, Media: []tissue.Medium{same}}
	}
	dense := region("dense", tissue.Box{From: at(0, 0, 0), To: at(0.4, 1, 1)})
	dense.ExtracellularFraction = 0.2
	dense.Media = []tissue.Medium{{DiffusionCoefficient: 3, DecayRate: 5e-3, Retardation: 2.5}}
	bone := region("bone", tissue.Box{From: at(0.5, 0.6, 0), To: at(0.8, 1, 0.7)})
	bone.Impermeable = true
	source := region("source", tissue.Sphere{Centre: at(0.7, 0.25, 0.5), Radius: 16})
	source.Held = []tissue.HeldDensity{{Density: 1, Series: &tissue.TimeSeries{Times: []float64{0, 50, 90}, Densities: []float64{1, 4, 2}}}}
	vessel := region("vessel", tissue.Cylinder{From: at(0.2, 0.5, -1), To: at(0.2, 0.5, 2), Radius: 12})
	vessel.Impermeable = true
	vessel.Vessel = []tissue.VesselExchange{{Permeability: 0.3, BloodDensity: 6}}
	m.Regions = []tissue.Region{dense, bone, source, vessel}
	cells := m.Cells // no cell is where nothing can be, or where its doings are undone
	m.Cells = tissue.Cells{}
	for i, p := range cells.Position {
		if m.Obstacle(p) == nil {
			m.Cells.Add(cells.Type[i], p)
		}
	}
	return m
}

// walled returns a model whose faces are of every kind but periodic.
func walled(m *tissue.Model) *tissue.Model {
	return withBoundary(m, [3][2]tissue.Boundary{
		{{Kind: tissue.Dirichlet, Series: &tissue.TimeSeries{Times: []float64{10, 60, 100}, Densities: []float64{0, 5, 1}}}, {Kind: tissue.Flux, Flux: 0.02}},
		{{Kind: tissue.Robin, Permeability: 0.4, Density: 3}, {}},
		{},
	})
}

// Where every region is what lies around it, nothing but rounding tells a mosaic from
// uniform tissue.
func TestAMosaicOfOneTissueIsUniform(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		for _, shape := range [][3]int{{13, 11, 35}, {21, 40, 1}, {1, 1, 9}} {
			t.Run(fmt.Sprint(shape), func(t *testing.T) {
				exporter := exchanging("exporter", tissue.Exchange{NetExportRate: 10})
				uniform := populate(solid(shape), 5, exporter, exchanging("saturable", tissue.Exchange{MaxUptakeRate: 30, HalfSaturation: 0.2}))
				uniform.ExtracellularFraction = 0.3
				uniform.Substrates[0].Retardation = 1.7
				mosaic := *uniform
				mosaic.Regions = []tissue.Region{{
					Name: "same", Shape: tissue.Sphere{Radius: 60}, ExtracellularFraction: 0.3, Media: []tissue.Medium{uniform.Substrates[0].Medium()},
				}}
				o := engine.Options{TimeStep: 7}
				a, b := d.solver(t, uniform, o), d.solver(t, &mosaic, o)
				advance(t, a, 70)
				advance(t, b, 70)
				if apart := farthest(read(t, b, uniform.Grid, 0).Values, read(t, a, uniform.Grid, 0).Values); apart > 64*d.epsilon {
					t.Errorf("apart by %.3g of the largest density", apart)
				}
				closes(t, d, b, &mosaic)
			})
		}
	})
}

// Between held walls the flux through layers is the same everywhere, and exact for
// faces that lie on the jumps: a profile of straight pieces stays as it is.
func TestFluxThroughLayersIsExact(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		for axis := range 3 {
			t.Run(tissue.AxisName(axis), func(t *testing.T) {
				shape := [3]int{3, 4, 5}
				shape[axis] = 20
				m := solid(shape)
				m.Substrates[0].DecayRate = 0
				m.Substrates[0].Boundary[axis] = [2]tissue.Boundary{{Kind: tissue.Dirichlet, Density: 4}, {Kind: tissue.Dirichlet, Density: 1}}
				to := [3]float64{1e3, 1e3, 1e3}
				to[axis] = 70
				m.Regions = []tissue.Region{{
					Name: "slow", Shape: tissue.Box{To: r3.Vec{X: to[0], Y: to[1], Z: to[2]}},
					ExtracellularFraction: 0.5, Media: []tissue.Medium{{DiffusionCoefficient: 0.2}},
				}}
				// Resistances 70/(0.5 × 0.2) and 130/10 in series.
				const slow, fast = 70 / 0.1, 130 / 10.
				flux := 3 / (slow + fast)
				exact := func(x float64) float64 {
					if x < 70 {
						return 4 - flux*x/0.1
					}
					return 1 + flux*(200-x)/10
				}
				s := d.solver(t, m, engine.Options{})
				field := filled(m.Grid, func(x, y, z float64) float64 { return exact([3]float64{x, y, z}[axis]) })
				write(t, s, 0, field)
				advance(t, s, 3600)
				if apart := farthest(read(t, s, m.Grid, 0).Values, field.Values); apart > 200*d.epsilon {
					t.Errorf("moved by %.3g of the largest density", apart)
				}
			})
		}
	})
}

// Bound molecules neither move nor decay: all goes R times as slowly.
func TestRetardationStretchesTime(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		const factor = 2.5
		m := walled(populate(solid([3]int{9, 8, 7}), 5, exchanging("saturable", tissue.Exchange{MaxUptakeRate: 30, HalfSaturation: 0.2, NetExportRate: 5})))
		m.Substrates[0].Boundary[0][0] = tissue.Boundary{Kind: tissue.Dirichlet, Density: 2}
		bound := *m
		bound.Substrates = []tissue.Substrate{m.Substrates[0]}
		bound.Substrates[0].Retardation = factor
		free, slow := d.solver(t, m, engine.Options{TimeStep: 4}), d.solver(t, &bound, engine.Options{TimeStep: 4 * factor})
		advance(t, free, 40)
		advance(t, slow, 40*factor)
		if apart := farthest(read(t, slow, m.Grid, 0).Values, read(t, free, m.Grid, 0).Values); apart > 64*d.epsilon {
			t.Errorf("apart by %.3g of the largest density", apart)
		}
		free0, slow0 := ledger(t, free, 0), ledger(t, slow, 0)
		if got, want := slow0.Present-slow0.Initial, factor*(free0.Present-free0.Initial); math.Abs(got-want) > 1e-5*math.Abs(want) {
			t.Errorf("%g molecules gained, free and bound, want %g", got, want)
		}
		closes(t, d, slow, &bound)
	})
}

// Nothing gets through an impermeable shell.
func TestImpermeableRegionsLetNothingThrough(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		m := solid([3]int{17, 17, 17})
		m.Substrates[0].InitialDensity = 0
		centre := r3.Vec{X: 85, Y: 85, Z: 85}
		shell := tissue.Difference{tissue.Sphere{Centre: centre, Radius: 60}, tissue.Sphere{Centre: centre, Radius: 40}}
		m.Regions = []tissue.Region{{
			Name: "shell", Shape: shell, Impermeable: true, ExtracellularFraction: 1, Media: []tissue.Medium{m.Substrates[0].Medium()},
		}}
		m.CellTypes = []tissue.CellType{exchanging("exporter", tissue.Exchange{NetExportRate: 100})}
		m.Cells.Add(0, centre)
		s := d.solver(t, m, engine.Options{})
		advance(t, s, 1800)
		field := read(t, s, m.Grid, 0)
		for i, c := range field.Values {
			at := m.Grid.Coordinates(i)
			if r := r3.Norm(r3.Sub(m.Grid.Centre(at[0], at[1], at[2]), centre)); r > 40 && c != 0 {
				t.Fatalf("%g nM at %g µm from the centre", c, r)
			}
		}
		closes(t, d, s, m)
	})
}

// A held voxel keeps its density, and what it gives is what its neighbours get.
func TestHeldVoxelsFollowTheirSeries(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		for _, o := range []engine.Options{{}, {Scheme: engine.FTCS}} {
			m := regional(solid([3]int{15, 12, 9}))
			s := d.solver(t, m, o)
			labels := m.Labels()
			for _, until := range []float64{20, 50, 77, 200} {
				advance(t, s, until)
				want := m.Regions[2].Held[0].DensityAt(until)
				for i, c := range read(t, s, m.Grid, 0).Values {
					if labels[i] == 3 && math.Abs(c-want) > 100*d.epsilon*want {
						t.Fatalf("%s at %g s: %.9g nM, want %.9g", o.Scheme, until, c, want)
					}
				}
				closes(t, d, s, m)
			}
		}
	})
}

// Walls that change in time keep the order of the scheme.
func TestMovingWallsKeepSecondOrder(t *testing.T) {
	m := walled(solid([3]int{9, 7, 1}))
	m.Substrates[0].Boundary[0][0].Series = &tissue.TimeSeries{Times: []float64{0, 64, 128}, Densities: []float64{0, 5, 1}}
	run := func(dt float64) []float64 {
		s := processor().solver(t, m, engine.Options{TimeStep: dt})
		advance(t, s, 128)
		return read(t, s, m.Grid, 0).Values
	}
	exact := run(0.125)
	var errors []float64
	for _, dt := range []float64{4, 2, 1} {
		errors = append(errors, distance(run(dt), exact))
	}
	order(t, errors, 2, 0.15) // the reference itself is 1/256 of the second error off
}

// A wall with a permeability is a wall in series with half a voxel.
func TestPermeableWallsReachTheirSteadyProfile(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		m := solid([3]int{20, 1, 1})
		m.Substrates[0].DecayRate = 0
		m.Substrates[0].Boundary[0] = [2]tissue.Boundary{{Kind: tissue.Robin, Permeability: 0.05, Density: 4}, {Kind: tissue.Dirichlet, Density: 1}}
		const flux = 3 / (1/0.05 + 200/10.)
		field := filled(m.Grid, func(x, _, _ float64) float64 { return 1 + flux*(200-x)/10 })
		s := d.solver(t, m, engine.Options{})
		write(t, s, 0, field)
		advance(t, s, 3600)
		if apart := farthest(read(t, s, m.Grid, 0).Values, field.Values); apart > 200*d.epsilon {
			t.Errorf("moved by %.3g of the largest density", apart)
		}
	})
}

// The wall of a vessel gives what its true surface and the density outside say.
func TestVesselsGiveByTheirTrueSurface(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		for _, radius := range []float64{3, 17} { // thinner than a voxel, and not
			m := solid([3]int{12, 12, 6})
			m.Substrates[0].DecayRate, m.Substrates[0].InitialDensity = 0, 0
			m.Regions = []tissue.Region{{
				Name: "capillary", Shape: tissue.Cylinder{From: r3.Vec{X: 58, Y: 61, Z: -10}, To: r3.Vec{X: 58, Y: 61, Z: 100}, Radius: radius},
				Impermeable: true, ExtracellularFraction: 1, Media: []tissue.Medium{m.Substrates[0].Medium()},
				Vessel: []tissue.VesselExchange{{Permeability: 1e-3, BloodDensity: 2}},
			}}
			s := d.solver(t, m, engine.Options{})
			advance(t, s, 10)
			l := ledger(t, s, 0)
			want := 1e-3 * 2 * math.Pi * radius * 60 * 2 * 0.602214076 * 10 // P A C_blood t: the tissue is still empty
			if math.Abs(l.ThroughWalls/want-1) > 0.01 {
				t.Errorf("radius %g: %g molecules came in, want %g", radius, l.ThroughWalls, want)
			}
			closes(t, d, s, m)
		}
	})
}

// What a cell is told to take up is what the ledger books, in a region of other α D too.
func TestCellsInRegionsExchangeAsTheLedgerSays(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		m := regional(solid([3]int{15, 12, 9}))
		m.CellTypes = []tissue.CellType{{Name: "Treg", Radius: 5, Receptors: []tissue.Receptor{{Name: "IL-2R", Count: 400, OnRate: 0.031}}}}
		m.Cells.Add(0, r3.Vec{X: 55, Y: 95, Z: 45}) // in dense
		s := d.solver(t, m, engine.Options{})
		advance(t, s, 120)
		before := ledger(t, s, 0).TakenUp
		states, err := s.Cells()
		if err != nil {
			t.Fatal(err)
		}
		const moment = 0.5 // s
		advance(t, s, 120+moment)
		got, want := states.TakenUp[0][0], (ledger(t, s, 0).TakenUp-before)/moment
		if math.Abs(got/want-1) > 5e-3 { // the change within the moment
			t.Errorf("takes up %g molecules/s, the ledger books %g", got, want)
		}
	})
}
