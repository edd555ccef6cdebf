package engine

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
)

// soaked returns a model whose fluid is driven from one pressure to another along an axis.
func soaked(shape [3]int, axis int, from, to float64) *tissue.Model {
	flow := &tissue.PressureFlow{Conductivity: 0.5}
	flow.Faces[axis] = [2]tissue.PressureFace{{Kind: tissue.HeldPressure, Pressure: from}, {Kind: tissue.HeldPressure, Pressure: to}}
	return &tissue.Model{
		Grid:                  tissue.Grid{Shape: shape, Spacing: [3]float64{10, 8, 12}},
		ExtracellularFraction: 1,
		Substrates:            []tissue.Substrate{{Name: "IL-2", Unit: tissue.Nanomolar, DiffusionCoefficient: 10}},
		Flow:                  &tissue.Flow{Pressure: flow},
	}
}

func wet(name string, shape tissue.Shape, conductivity float64) tissue.Region {
	return tissue.Region{
		Name: name, Shape: shape, ExtracellularFraction: 1, HydraulicConductivity: conductivity,
		Media: []tissue.Medium{{DiffusionCoefficient: 10}},
	}
}

func fluidOf(t *testing.T, m *tissue.Model) *fluid {
	t.Helper()
	if err := m.Validate(); err != nil {
		t.Fatal(err)
	}
	f, err := newFluid(m, m.Labels()) // with its divergence checked
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// out returns what leaves the box through its faces, µm³/s.
func (f *fluid) out(g tissue.Grid) float64 {
	total := 0.0
	for axis, h := range g.Spacing {
		for side := range 2 {
			for _, q := range f.inward(g, axis, side) {
				total -= q * g.VoxelVolume() / h
			}
		}
	}
	return total
}

// Between two pressures q = K Δp/L in uniform tissue, layers in the way are resistances
// in series, and layers along it take their own; the pressure is that of straight lines.
func TestDarcyFlowThroughLayers(t *testing.T) {
	half := tissue.Box{To: r3.Vec{X: 40, Y: 1e3, Z: 1e3}} // four of seven voxels along x
	for _, offset := range []float64{0, 1e5} {            // atmospheric: differences count alone
		for name, tc := range map[string]struct {
			axis       int
			regions    []tissue.Region
			inner, far float64 // q inside the region and outside, µm/s
		}{
			"uniform":     {0, nil, 0.5 * 100 / 70, 0.5 * 100 / 70},
			"in series":   {0, []tissue.Region{wet("tight", half, 0.002)}, 100 / (40/0.002 + 30/0.5), 100 / (40/0.002 + 30/0.5)},
			"in parallel": {1, []tissue.Region{wet("tight", half, 0.002)}, 0.002 * 100 / 48, 0.5 * 100 / 48},
		} {
			m := soaked([3]int{7, 6, 5}, tc.axis, offset+100, offset)
			m.Regions = tc.regions
			f := fluidOf(t, m)
			for i, q := range f.lower[tc.axis] {
				want := tc.far
				if m.Grid.Coordinates(i)[0] < 4 {
					want = tc.inner
				}
				if math.Abs(q/want-1) > 1e-8 {
					t.Fatalf("%s at %g Pa: %.12g µm/s in voxel %v, want %.12g", name, offset, q, m.Grid.Coordinates(i), want)
				}
			}
			if name == "uniform" {
				for i, p := range f.pressure {
					if want := offset + 100*(1-(float64(m.Grid.Coordinates(i)[0])+0.5)/7); math.Abs(p-want) > 1e-8 {
						t.Fatalf("%.12g Pa, want %.12g", p, want)
					}
				}
			}
		}
	}
}

// Around an impermeable sphere, through noise of conductivities and between periodic
// walls, fluid neither vanishes nor goes where it cannot; what enters leaves.
func TestDarcyFlowHasNoDivergence(t *testing.T) {
	sphere := wet("bone", tissue.Sphere{Centre: r3.Vec{X: 90, Y: 70, Z: 110}, Radius: 45}, 0)
	sphere.Impermeable = true
	tight := wet("tight", tissue.Box{From: r3.Vec{X: 40, Y: 20}, To: r3.Vec{X: 120, Y: 90, Z: 90}}, 1e-3)
	for _, periodic := range []bool{false, true} {
		m := soaked([3]int{17, 18, 19}, 0, 300, -100)
		m.Regions = []tissue.Region{tight, sphere}
		if periodic {
			wrapped := tissue.Boundary{Kind: tissue.Periodic}
			m.Substrates[0].Boundary[1] = [2]tissue.Boundary{wrapped, wrapped}
		}
		f := fluidOf(t, m)
		if out, through := f.out(m.Grid), f.fastest()*100; math.Abs(out) > 1e-6*through {
			t.Errorf("%g µm³/s more leaves than enters", out)
		}
		labels := m.Labels()
		for i, label := range labels {
			solid := label == 2
			if math.IsNaN(f.pressure[i]) != solid {
				t.Fatalf("pressure %g in region %d", f.pressure[i], label)
			}
			for axis := range 3 {
				if solid && f.lower[axis][i] != 0 {
					t.Fatalf("%g µm/s into bone", f.lower[axis][i])
				}
			}
		}
	}
}

// What a leaky capillary gives off, Lp A (p_v − p) summed over its wall, leaves
// through the faces of its cylinder of tissue.
func TestLeaksLeaveThroughTheFaces(t *testing.T) {
	m := soaked([3]int{15, 19, 6}, 0, 10, 10)
	m.Flow.Pressure.Faces[1] = m.Flow.Pressure.Faces[0]
	vessel := wet("capillary", tissue.Cylinder{From: r3.Vec{X: 75, Y: 76, Z: -10}, To: r3.Vec{X: 75, Y: 76, Z: 100}, Radius: 20}, 0)
	vessel.Impermeable = true
	vessel.Leak = &tissue.Leak{Conductivity: 1e-3, Pressure: 500}
	m.Regions = []tissue.Region{vessel}
	f := fluidOf(t, m)
	leaked := 0.0
	for k, wall := range m.VesselSurface(0) {
		want := 1e-3 * wall.Area * (500 - f.pressure[wall.Voxel])
		if math.Abs(f.leak[0][k]-want) > 1e-9*want {
			t.Fatalf("%g µm³/s from a piece of the wall, want %g", f.leak[0][k], want)
		}
		leaked += want
	}
	if out := f.out(m.Grid); !(leaked > 0) || math.Abs(out/leaked-1) > 1e-9 {
		t.Errorf("%.12g µm³/s leave, want %.12g", out, leaked)
	}
}

// Lymphatics take up where the pressure is above theirs, and give nothing back
// where it is below.
func TestLymphTakesUpOnly(t *testing.T) {
	m := soaked([3]int{20, 3, 1}, 0, 100, 0)
	drained := wet("drained", tissue.Box{To: r3.Vec{X: 1e3, Y: 1e3, Z: 1e3}}, 0.5)
	drained.Lymph = &tissue.Lymph{Rate: 1e-4, Pressure: 45}
	m.Regions = []tissue.Region{drained}
	f := fluidOf(t, m)
	takes := 0
	for i, rate := range f.lymph {
		want := 1e-4 * max(f.pressure[i]-45, 0)
		if math.Abs(rate-want) > 1e-12 {
			t.Errorf("%g 1/s at %g Pa, want %g", rate, f.pressure[i], want)
		}
		if rate > 0 {
			takes++
		}
	}
	if takes == 0 || takes == len(f.lymph) {
		t.Errorf("%d of %d voxels drain, want some", takes, len(f.lymph))
	}
}

// A held face, a permeable one and a closed one in series with half a voxel: what
// comes in and goes out differ by the fluid, and without it they are resistances.
func TestWallsInSeries(t *testing.T) {
	for _, p := range []float64{0, 0.3, math.Inf(1)} {
		for _, half := range []float64{0, 1e-9, 2} {
			for _, q := range []float64{0, 1e-12, 0.4, -0.4, -900} {
				in, out := inSeries(p, half, q)
				if in < 0 || out < 0 || math.IsNaN(in+out) || math.Abs(in-out-q) > 1e-12*max(1, math.Abs(q)) {
					t.Errorf("P %g, G %g, q %g: %g in and %g out", p, half, q, in, out)
				}
			}
		}
	}
	if in, _ := inSeries(0.3, 2, 0); math.Abs(in-1/(1/0.3+1/2.)) > 1e-15 {
		t.Errorf("%g, want that of two resistances", in)
	}
}
