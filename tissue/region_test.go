package tissue

import (
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"
)

func cube(voxels int, edge float64) Grid {
	return Grid{Shape: [3]int{voxels, voxels, voxels}, Spacing: [3]float64{edge, edge, edge}}
}

// medium is a sound model with one substrate and the given regions.
func medium(g Grid, regions ...Region) *Model {
	m := &Model{Grid: g, ExtracellularFraction: 0.2, Duration: 1, Substrates: []Substrate{{Name: "IL-2", Unit: Nanomolar, DiffusionCoefficient: 10}}}
	for _, r := range regions {
		r.ExtracellularFraction, r.Media, r.HydraulicConductivity = 0.2, []Medium{m.Substrates[0].Medium()}, 1
		m.Regions = append(m.Regions, r)
	}
	return m
}

func vessel(s Shape) Region {
	return Region{Name: "vessel", Shape: s, Impermeable: true, Vessel: []VesselExchange{{Permeability: 0.05, BloodDensity: 0.1}}}
}

// Lower faces of a box belong to it and upper ones do not: boxes side by side share
// no voxel and leave none out, whether or not their wall runs through centres.
func TestBoxesSideBySideShareNoVoxel(t *testing.T) {
	g := Grid{Shape: [3]int{7, 3, 1}, Spacing: [3]float64{10, 10, 10}}
	for _, wall := range []float64{30, 35, 37} {
		m := medium(g,
			Region{Name: "left", Shape: Box{To: r3.Vec{X: wall, Y: 30, Z: 10}}},
			Region{Name: "right", Shape: Box{From: r3.Vec{X: wall}, To: r3.Vec{X: 70, Y: 30, Z: 10}}})
		first := m.Labels()
		slices.Reverse(m.Regions) // which region is the later must not matter
		for i, label := range first {
			centre := g.Centre(g.Coordinates(i)[0], 0, 0).X
			want := uint8(1)
			if centre >= wall {
				want = 2
			}
			if label != want || m.Labels()[i] != 3-want {
				t.Errorf("wall at %g µm: the voxel at %g µm has labels %d and %d, want %d and %d", wall, centre, label, m.Labels()[i], want, 3-want)
			}
		}
	}
}

func TestShapesContainTheirCentres(t *testing.T) {
	at := func(x, y, z float64) r3.Vec { return r3.Vec{X: x, Y: y, Z: z} }
	ball := Sphere{Centre: at(10, 10, 10), Radius: 5}
	tube := Cylinder{From: at(0, 0, 0), To: at(10, 10, 0), Radius: 2}
	upper := HalfSpace{Point: at(0, 0, 12), Normal: at(0, 0, 3)}
	image := LabelImage{Size: [3]float64{20, 10, 4}, Shape: [3]int{4, 2, 1}, Labels: []uint16{0, 1, 2, 3, 4, 5, 6, 700}, Values: []uint16{1, 700}}
	for _, tc := range []struct {
		name     string
		shape    Shape
		in, outs []r3.Vec
	}{
		{"sphere", ball, []r3.Vec{at(10, 10, 10), at(15, 10, 10)}, []r3.Vec{at(15.001, 10, 10), at(13, 13, 13)}},
		{"cylinder", tube, []r3.Vec{at(5, 5, 2), at(6, 4, 1.4), at(10, 10, 0)}, []r3.Vec{at(5, 5, 2.01), at(-0.1, -0.1, 0), at(11, 10, 0)}},
		{"half space", upper, []r3.Vec{at(3, 4, 12), at(0, 0, 99)}, []r3.Vec{at(0, 0, 11.99)}},
		{"union", Union{ball, tube}, []r3.Vec{at(10, 10, 14), at(5, 5, 0)}, []r3.Vec{at(0, 10, 10)}},
		{"intersection", Intersection{ball, upper}, []r3.Vec{at(10, 10, 12)}, []r3.Vec{at(10, 10, 11), at(10, 10, 16)}},
		{"difference", Difference{ball, upper, tube}, []r3.Vec{at(10, 10, 11.99)}, []r3.Vec{at(10, 10, 12)}},
		{"label image", image, []r3.Vec{at(7, 1, 2), at(19, 9, 0)}, []r3.Vec{at(2, 1, 2), at(7, 6, 2), at(20, 9, 0), at(-1, 1, 1)}},
	} {
		for _, p := range tc.in {
			if !tc.shape.Contains(p) {
				t.Errorf("%s does not contain %v", tc.name, p)
			}
		}
		for _, p := range tc.outs {
			if tc.shape.Contains(p) {
				t.Errorf("%s contains %v", tc.name, p)
			}
		}
	}
}

// Where regions overlap the later holds.
func TestLaterRegionsWin(t *testing.T) {
	g := cube(5, 10)
	ball := Sphere{Centre: r3.Vec{X: 25, Y: 25, Z: 25}, Radius: 12}
	m := medium(g, Region{Name: "all", Shape: Box{To: r3.Vec{X: 50, Y: 50, Z: 50}}}, Region{Name: "ball", Shape: ball})
	labels := m.Labels()
	if middle, face, corner := labels[g.Index(2, 2, 2)], labels[g.Index(1, 2, 2)], labels[0]; middle != 2 || face != 2 || corner != 1 {
		t.Errorf("labels %d, %d, %d in the middle, beside it and in the corner: want 2, 2, 1", middle, face, corner)
	}
	if m.RegionAt(r3.Vec{X: 14, Y: 25, Z: 25}) != 1 || m.RegionAt(r3.Vec{}) != 0 {
		t.Error("a point is not in the region of its voxel")
	}
	if medium(g).Labels() != nil {
		t.Error("labels without regions")
	}
}

func total(shares []VoxelArea) float64 {
	sum := 0.
	for _, s := range shares {
		sum += s.Area
	}
	return sum
}

// The areas of shapes inside the box, of those it cuts, and of what Booleans leave.
func TestSurfaceAreaIsTheTrueOne(t *testing.T) {
	at := func(x, y, z float64) r3.Vec { return r3.Vec{X: x, Y: y, Z: z} }
	solid, plane := cube(20, 10), Grid{Shape: [3]int{20, 20, 1}, Spacing: [3]float64{10, 10, 7}, Planar: true}
	ball := Sphere{Centre: at(100, 100, 100), Radius: 50}
	for _, tc := range []struct {
		name  string
		grid  Grid
		shape Shape
		want  float64 // µm²
		tol   float64 // relative; sums of patches are exact, cuts are good to a patch
	}{
		{"cylinder", solid, Cylinder{From: at(100, 100, 20), To: at(100, 100, 180), Radius: 8}, 2 * math.Pi * 8 * 160, 1e-12},
		{"oblique cylinder", solid, Cylinder{From: at(50, 60, 70), To: at(130, 140, 150), Radius: 30}, 2 * math.Pi * 30 * 80 * math.Sqrt(3), 1e-12},
		{"cylinder through both walls", solid, Cylinder{From: at(100, 100, -500), To: at(100, 100, 900), Radius: 3}, 2 * math.Pi * 3 * 200, 1e-12},
		{"cylinder along a wall", solid, Cylinder{From: at(0, 100, 0), To: at(0, 100, 200), Radius: 40}, math.Pi * 40 * 200, 0.02},
		{"thin cylinder", solid, Cylinder{From: at(3, 4, 0), To: at(190, 180, 200), Radius: 0.5}, math.Pi * math.Sqrt(187*187+176*176+200*200), 1e-3},
		{"sphere", solid, ball, 4 * math.Pi * 2500, 1e-12},
		{"sphere in a corner", solid, Sphere{Radius: 50}, math.Pi * 2500 / 2, 0.03},
		{"box", solid, Box{From: at(20, 20, 20), To: at(60, 50, 180)}, 2 * (40*30 + 40*160 + 30*160), 1e-12},
		{"box through a wall", solid, Box{From: at(-20, 20, 20), To: at(60, 50, 180)}, 2*(60*30+60*160) + 30*160, 1e-12},
		{"half space", solid, HalfSpace{Point: at(0, 0, 77), Normal: at(0, 0, -1)}, 200 * 200, 1e-12},
		{"oblique half space", solid, HalfSpace{Point: at(100, 100, 100), Normal: at(1, 0, 2)}, 200 * 100 * math.Sqrt(5), 1e-12},
		{"two boxes side by side", solid, Union{Box{From: at(20, 20, 20), To: at(60, 60, 60)}, Box{From: at(60, 20, 20), To: at(100, 60, 60)}}, 40*40*2 + 80*40*4, 1e-12},
		{"the same sphere twice", solid, Union{ball, ball}, 4 * math.Pi * 2500, 1e-12},
		{"half a sphere", solid, Intersection{ball, HalfSpace{Point: ball.Centre, Normal: at(1, 1, 0)}}, 3 * math.Pi * 2500, 0.01},
		{"a sphere with a hole", solid, Difference{ball, Sphere{Centre: ball.Centre, Radius: 20}}, 4 * math.Pi * 2900, 1e-12},
		{"two pieces of one vessel", solid, Union{Cylinder{From: at(100, 100, 0), To: at(100, 100, 90), Radius: 8}, Cylinder{From: at(100, 100, 90), To: at(100, 100, 200), Radius: 8}}, 2 * math.Pi * 8 * 200, 1e-12},
		{"disc of a plane", plane, Sphere{Centre: at(100, 100, 3.5), Radius: 50}, 2 * math.Pi * 50 * 7, 1e-12},
		{"band of a plane", plane, Cylinder{From: at(-10, 100, 3.5), To: at(210, 100, 3.5), Radius: 12}, 2 * 200 * 7, 1e-12},
		{"box of a plane", plane, Box{From: at(20, 20, 0), To: at(60, 50, 7)}, 2 * 70 * 7, 1e-12},
		{"half of a plane", plane, HalfSpace{Point: at(100, 100, 3.5), Normal: at(1, 0, 0)}, 200 * 7, 1e-12},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := medium(tc.grid, vessel(tc.shape))
			if err := m.Validate(); err != nil {
				t.Fatal(err)
			}
			if got := m.SurfaceArea(0); math.Abs(got-tc.want) > tc.tol*tc.want {
				t.Errorf("area %g µm², want %g", got, tc.want)
			}
		})
	}
}

// The wall of a vessel is shared out whole, to tissue alone, whatever the grid and
// however thin the vessel: 2πrL, where the staircase of a thick one would have 4/π of it.
func TestVesselSurfaceIsSharedOutWhole(t *testing.T) {
	for _, radius := range []float64{0.3, 2, 4, 7, 15, 33} {
		for _, edge := range []float64{20, 10, 5} {
			c := Cylinder{From: r3.Vec{X: 91, Y: 108, Z: 0}, To: r3.Vec{X: 112, Y: 97, Z: 200}, Radius: radius}
			m := medium(cube(int(200/edge), edge), vessel(c))
			labels, shares, want := m.Labels(), m.VesselSurface(0), m.SurfaceArea(0)
			if got := total(shares); math.Abs(got-want) > 1e-12*want {
				t.Errorf("radius %g µm, voxels of %g µm: %g µm² shared out, want %g", radius, edge, got, want)
			}
			// An oblique end is cut by the box: the mean length of the mantle is that of the axis in it.
			length := r3.Norm(r3.Sub(c.To, c.From))
			if curved := 2 * math.Pi * radius * length; math.Abs(want-curved) > 0.03*curved {
				t.Errorf("radius %g µm, voxels of %g µm: surface %g µm², want %g", radius, edge, want, curved)
			}
			for i, s := range shares {
				if labels[s.Voxel] != 0 || s.Area <= 0 || i > 0 && s.Voxel <= shares[i-1].Voxel {
					t.Fatalf("radius %g µm: share %+v of a voxel with label %d: want tissue, in order", radius, s, labels[s.Voxel])
				}
			}
			if thin := radius < 0.4*edge && !slices.Contains(labels, 1); thin && len(shares) < int(200/edge) {
				t.Errorf("a vessel of %g µm through voxels of %g µm meets %d of them, want at least one a layer", radius, edge, len(shares))
			}
		}
	}
}

// Each stretch of a wall exchanges as much as it is long, and each side as much as
// it is wide: the first moments of the shares are those of the surface.
func TestVesselSurfaceIsWhereTheWallIs(t *testing.T) {
	g := cube(40, 5)
	m := medium(g, vessel(Cylinder{From: r3.Vec{X: 100, Y: 100}, To: r3.Vec{X: 100, Y: 100, Z: 200}, Radius: 42}))
	layers, sides := make([]float64, g.Shape[2]), [4]float64{}
	for _, s := range m.VesselSurface(0) {
		at := g.Coordinates(s.Voxel)
		layers[at[2]] += s.Area
		sides[2*(at[0]/20)+at[1]/20] += s.Area
	}
	for z, area := range layers {
		if want := 2 * math.Pi * 42 * 5; math.Abs(area-want) > 1e-9*want {
			t.Errorf("layer %d has %g µm², want %g", z, area, want)
		}
	}
	for _, area := range sides {
		if want := math.Pi * 42 * 200 / 2; math.Abs(area-want) > 0.01*want {
			t.Errorf("quarters have %v µm², want %g each", sides, want)
		}
	}
}

// What lies behind a wall of the box exchanges with nothing.
func TestVesselAgainstTheWallOfTheBox(t *testing.T) {
	m := medium(cube(10, 10), vessel(Box{From: r3.Vec{Y: 30, Z: 30}, To: r3.Vec{X: 100, Y: 70, Z: 70}}))
	if got, want := total(m.VesselSurface(0)), 100*40*4.; math.Abs(got-want) > 1e-9*want {
		t.Errorf("%g µm² shared out, want %g: the ends are on walls", got, want)
	}
}

func TestTimeSeries(t *testing.T) {
	ts := &TimeSeries{Times: []float64{10, 20, 40}, Densities: []float64{1, 3, 2}}
	for _, tc := range []struct{ at, density, next, slope float64 }{
		{0, 1, 10, 0}, {10, 1, 20, 0.2}, {15, 2, 20, 0.2}, {20, 3, 40, -0.05}, {30, 2.5, 40, -0.05}, {40, 2, math.Inf(1), 0}, {99, 2, math.Inf(1), 0},
	} {
		if d, n, s := ts.At(tc.at), ts.Next(tc.at), ts.Slope(tc.at); math.Abs(d-tc.density) > 1e-15 || n != tc.next || math.Abs(s-tc.slope) > 1e-15 {
			t.Errorf("at %g s: density %g, next knot %g, slope %g: want %g, %g, %g", tc.at, d, n, s, tc.density, tc.next, tc.slope)
		}
	}
	if ts.Highest() != 3 {
		t.Errorf("highest density %g, want 3", ts.Highest())
	}
	b, h, v := Boundary{Density: 7}, HeldDensity{Density: 7, Series: ts}, VesselExchange{BloodDensity: 7, Series: ts}
	if b.DensityAt(20) != 7 || h.DensityAt(20) != 3 || v.DensityAt(20) != 3 {
		t.Error("a series does not take the place of the constant")
	}
}

func TestRetardationOfZeroIsOne(t *testing.T) {
	if (Substrate{}).RetardationFactor() != 1 || (Medium{Retardation: 3}).RetardationFactor() != 3 {
		t.Error("want 1 where none is given, else what is given")
	}
}

// SameTissue looks through pointers: the same series read twice is the same.
func TestSameTissue(t *testing.T) {
	make := func() *Model {
		m := medium(cube(4, 10), vessel(Sphere{Centre: r3.Vec{X: 20, Y: 20, Z: 20}, Radius: 5}))
		m.Regions[0].Vessel[0].Series = &TimeSeries{Times: []float64{0}, Densities: []float64{1}}
		m.Substrates[0].Boundary[0][0] = Boundary{Kind: Robin, Permeability: 1, Series: &TimeSeries{Times: []float64{0}, Densities: []float64{1}}}
		m.Flow = &Flow{Velocity: &[3]float64{1, 0, 0}}
		return m
	}
	same := make()
	same.Cells.Add(0, r3.Vec{})
	if !same.SameTissue(make()) {
		t.Error("two equal models with other cells differ")
	}
	for name, change := range map[string]func(*Model){
		"fraction": func(m *Model) { m.ExtracellularFraction = 0.3 },
		"series":   func(m *Model) { m.Substrates[0].Boundary[0][0].Series.Densities[0] = 2 },
		"region":   func(m *Model) { m.Regions[0].Vessel[0].Series.Times[0] = 2 },
		"flow":     func(m *Model) { m.Flow.Velocity[0] = 2 },
	} {
		if other := make(); func() bool { change(other); return other.SameTissue(make()) }() {
			t.Errorf("another %s makes no difference", name)
		}
	}
}

func TestValidateReportsFaultsOfRegionsAndFlow(t *testing.T) {
	ball := Sphere{Centre: r3.Vec{X: 25, Y: 25, Z: 25}, Radius: 12}
	sound := func() *Model {
		m := medium(cube(5, 10), Region{Name: "ball", Shape: ball}, vessel(Cylinder{From: r3.Vec{X: 5}, To: r3.Vec{X: 5, Z: 50}, Radius: 3}))
		m.Flow = &Flow{Pressure: &PressureFlow{Conductivity: 1, Faces: [3][2]PressureFace{{{Kind: HeldPressure, Pressure: 5}, {Kind: GivenInflow, Inflow: -1}}}}}
		m.Regions[1].Leak = &Leak{Conductivity: 1e-3, Pressure: 2000}
		m.Regions[0].Lymph = &Lymph{Rate: 1e-6}
		m.CellTypes = []CellType{{Name: "Th", Radius: 5}}
		m.Cells.Add(0, r3.Vec{X: 45, Y: 45, Z: 45})
		return m
	}
	if err := sound().Validate(); err != nil {
		t.Fatalf("the sound model: %v", err)
	}
	still := func(m *Model) { // without what needs pressure
		m.Regions[0].Lymph, m.Regions[1].Leak, m.Flow.Pressure = nil, nil, nil
	}
	for _, tc := range []struct {
		name    string
		spoil   func(m *Model)
		message string
	}{
		{"flux", func(m *Model) { m.Substrates[0].Boundary[1][0] = Boundary{Kind: Flux, Flux: -1} }, "face y-: flux -1 molecules/(µm² s): want 0 or more"},
		{"robin", func(m *Model) { m.Substrates[0].Boundary[1][0] = Boundary{Kind: Robin, Permeability: -1} }, "permeability -1 µm/s"},
		{"robin density", func(m *Model) { m.Substrates[0].Boundary[1][0] = Boundary{Kind: Robin, Density: math.NaN()} }, "density NaN nM held"},
		{"kind", func(m *Model) { m.Substrates[0].Boundary[1][0].Kind = 7 }, "boundary of kind 7"},
		{"falling times", func(m *Model) {
			m.Substrates[0].Boundary[1][0] = Boundary{Kind: Dirichlet, Series: &TimeSeries{Times: []float64{2, 1}, Densities: []float64{0, -1}}}
		}, "time 1 s at knot 1: want rising times"},
		{"empty series", func(m *Model) { m.Substrates[0].Boundary[1][0] = Boundary{Kind: Dirichlet, Series: &TimeSeries{}} }, "0 times and 0 densities"},
		{"retardation", func(m *Model) { m.Substrates[0].Retardation = 0.5 }, "retardation factor 0.5: want 1 or more"},
		{"name twice", func(m *Model) { m.Regions[0].Name = "vessel" }, `region name "vessel": want each name once`},
		{"no shape", func(m *Model) { m.Regions[0].Shape = nil }, `region "ball": no shape`},
		{"radius", func(m *Model) { m.Regions[0].Shape = Sphere{} }, "radius 0 µm"},
		{"cylinder of no length", func(m *Model) { m.Regions[0].Shape = Cylinder{Radius: 1} }, "want two points"},
		{"corners", func(m *Model) { m.Regions[0].Shape = Box{From: r3.Vec{X: 1}} }, "want corners in this order"},
		{"normal", func(m *Model) { m.Regions[0].Shape = Union{HalfSpace{}} }, "want a point and a direction"},
		{"empty union", func(m *Model) { m.Regions[0].Shape = Difference{ball, Union{}} }, "union of no shapes"},
		{"missing part", func(m *Model) { m.Regions[0].Shape = Intersection{ball, nil} }, "intersection of a shape that is not there"},
		{"labels", func(m *Model) {
			m.Regions[0].Shape = LabelImage{Size: [3]float64{1, 1, 1}, Shape: [3]int{2, 2, 1}, Labels: []uint16{1}}
		}, "1 labels for 4 pixels"},
		{"vessel of pixels", func(m *Model) { m.Regions[1].Shape = Union{LabelImage{}} }, "no true surface"},
		{"vessel too wide", func(m *Model) { m.Regions[1].Shape = Sphere{Radius: 51} }, "radius 51 µm of a vessel"},
		{"fraction", func(m *Model) { m.Regions[0].ExtracellularFraction = 0 }, `region "ball": extracellular fraction 0`},
		{"media", func(m *Model) { m.Regions[0].Media = nil }, "0 media for 1 substrates"},
		{"medium", func(m *Model) { m.Regions[0].Media[0].DecayRate = -1 }, "substrate 0: decay rate -1 1/s"},
		{"open vessel", func(m *Model) { m.Regions[1].Impermeable = false }, "whose inside is not impermeable"},
		{"held inside", func(m *Model) { m.Regions[1].Held = []HeldDensity{{}} }, "impermeable, and yet"},
		{"held twice", func(m *Model) { m.Regions[0].Held = []HeldDensity{{}, {}} }, "IL-2 given twice"},
		{"held density", func(m *Model) { m.Regions[0].Held = []HeldDensity{{Density: -1}} }, "density -1 nM held"},
		{"blood of another", func(m *Model) { m.Regions[1].Vessel[0].Substrate = 2 }, "blood: substrate 2 of 1"},
		{"permeability", func(m *Model) { m.Regions[1].Vessel[0].Permeability = -1 }, "permeability -1 µm/s"},
		{"region conductivity", func(m *Model) { m.Regions[0].HydraulicConductivity = 0 }, "hydraulic conductivity 0"},
		{"leak", func(m *Model) { m.Regions[1].Leak.Conductivity = -1 }, "leak of -1 µm/(Pa s)"},
		{"lymph", func(m *Model) { m.Regions[0].Lymph.Pressure = math.Inf(1) }, "lymph of 1e-06 1/(Pa s) at +Inf Pa"},
		{"leak without flow", func(m *Model) { m.Flow = nil }, "want a flow driven by pressure"},
		{"no flow at all", func(m *Model) { m.Flow.Velocity = &[3]float64{} }, "either a velocity or pressures"},
		{"conductivity", func(m *Model) { m.Flow.Pressure.Conductivity = 0 }, "flow: hydraulic conductivity 0"},
		{"face", func(m *Model) { m.Flow.Pressure.Faces[1][1].Kind = -1 }, "face y+ of kind -1"},
		{"face value", func(m *Model) { m.Flow.Pressure.Faces[0][0].Pressure = math.NaN() }, "face x- with NaN Pa"},
		{"no level", func(m *Model) {
			m.Flow.Pressure.Faces[0][0].Kind, m.Regions[0].Lymph, m.Regions[1].Leak = Closed, nil, nil
		}, "nothing holds the pressure"},
		{"open and periodic", func(m *Model) {
			m.Substrates[0].Boundary[0] = [2]Boundary{{Kind: Periodic}, {Kind: Periodic}}
		}, "substrates are periodic along x"},
		{"half periodic", func(m *Model) {
			m.Substrates = append(m.Substrates, Substrate{Name: "O2", Unit: Nanomolar, Boundary: [3][2]Boundary{2: {{Kind: Periodic}, {Kind: Periodic}}}})
			for i := range m.Regions {
				m.Regions[i].Media = append(m.Regions[i].Media, Medium{})
			}
		}, "some substrates are periodic along z and some are not"},
		{"infinite velocity", func(m *Model) { still(m); m.Flow.Velocity = &[3]float64{math.Inf(1)} }, "velocity +Inf µm/s along x"},
		{"velocity into less fluid", func(m *Model) {
			still(m)
			m.Flow.Velocity = &[3]float64{0, 1, 0}
			m.Regions[0].ExtracellularFraction = 0.3
		}, "a velocity along y"},
		{"velocity into a vessel", func(m *Model) {
			still(m)
			m.Flow.Velocity = &[3]float64{0, 0, 1}
			m.Regions[1].Shape = ball
		}, "from 0.2 to 0"},
		{"cell in a vessel", func(m *Model) { m.Regions[1].Shape = ball; m.Cells.Position[0] = ball.Centre }, `lies in region "vessel"`},
		{"cell in a held region", func(m *Model) {
			m.Regions[0].Held = []HeldDensity{{}}
			m.Cells.Position[0] = ball.Centre
		}, `lies in region "ball"`},
		{"too many", func(m *Model) { m.Regions = make([]Region, 256) }, "256 regions: want at most 255"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := sound()
			tc.spoil(m)
			if err := m.Validate(); err == nil || !strings.Contains(err.Error(), tc.message) {
				t.Errorf("%v: want %q in it", err, tc.message)
			}
		})
	}
}

// A velocity may run along a boundary of regions with different fractions.
func TestVelocityAlongRegions(t *testing.T) {
	m := medium(cube(5, 10), Region{Name: "lower", Shape: HalfSpace{Point: r3.Vec{Z: 22}, Normal: r3.Vec{Z: -1}}})
	m.Regions[0].ExtracellularFraction = 0.5
	m.Flow = &Flow{Velocity: &[3]float64{1, -2, 0}}
	if err := m.Validate(); err != nil {
		t.Error(err)
	}
	m.Flow.Velocity[2] = 0.1
	if err := m.Validate(); err == nil {
		t.Error("a velocity across the boundary passes")
	}
}

// Labels looks only where a shape may be: it must find what RegionAt finds.
func TestLabelsMissNoVoxel(t *testing.T) {
	at := func(x, y, z float64) r3.Vec { return r3.Vec{X: x, Y: y, Z: z} }
	ball, tube := Sphere{Centre: at(2, 31, 40), Radius: 25}, Cylinder{From: at(-20, 10, 5), To: at(90, 40, 60), Radius: 9}
	box, half := Box{From: at(15, -5, 20), To: at(300, 45, 45)}, HalfSpace{Point: at(0, 30, 0), Normal: at(0, 1, 0.2)}
	image := LabelImage{Size: [3]float64{70, 50, 110}, Shape: [3]int{2, 2, 1}, Labels: []uint16{0, 1, 1, 0}, Values: []uint16{1}}
	for _, s := range []Shape{
		ball, tube, box, half, image, Union{ball, tube}, Union{half, ball}, Intersection{ball, half}, Intersection{tube, box, half},
		Difference{box, ball}, Difference{half, Union{tube, ball}}, Box{From: at(500, 0, 0), To: at(600, 1, 1)}, Sphere{Centre: at(-90, 0, 0), Radius: 3},
		Sphere{Radius: 1e300}, Box{From: at(-1e300, 0, 0), To: at(1e300, 20, 1e300)},
	} {
		m := medium(Grid{Shape: [3]int{7, 5, 11}, Spacing: [3]float64{10, 10, 10}}, Region{Name: "region", Shape: s})
		has := false
		for i, label := range m.Labels() {
			voxel := m.Grid.Coordinates(i)
			want := m.RegionAt(m.Grid.Centre(voxel[0], voxel[1], voxel[2])) + 1
			if has = has || label > 0; int(label) != want {
				t.Errorf("%+v: voxel %v has label %d, want %d", s, voxel, label, want)
			}
		}
		if m.HasVoxels(0) != has {
			t.Errorf("%+v: has voxels %t, want %t", s, !has, has)
		}
	}
}
