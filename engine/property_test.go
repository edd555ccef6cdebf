package engine_test

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue"
)

// Pure diffusion makes no new extremes, whatever it starts from and however long
// its steps grow: after every step each density lies within the range of those
// before it, less the absolute tolerance.
func TestDiffusionMakesNoNewExtremes(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		for _, kind := range []tissue.BoundaryKind{tissue.NoFlux, tissue.Periodic, tissue.Dirichlet} {
			wall := tissue.Boundary{Kind: kind, Density: 0.5}
			flat := withBoundary(planar(32, 33), [3][2]tissue.Boundary{{wall, wall}, {wall, wall}, {}})
			for _, m := range []*tissue.Model{withBoundary(solid([3]int{11, 12, 13}), every(wall)), flat} {
				m.Substrates[0].DecayRate = 0
				centre := m.Grid.Voxels() / 2
				for name, start := range map[string]func(f *tissue.Field){
					"release": func(f *tissue.Field) { f.Fill(0); f.Values[centre] = 1 },
					"hole":    func(f *tissue.Field) { f.Fill(1); f.Values[centre] = 0 },
					"front":   func(f *tissue.Field) { f.Fill(1); clear(f.Values[:centre]) },
					"noise":   func(f *tissue.Field) { *f = *noise(m.Grid, 3) },
				} {
					for _, rtol := range []float64{1e-2, 1e-3} {
						if testing.Short() && rtol != engine.DefaultRelativeTolerance {
							continue
						}
						t.Run(fmt.Sprintf("%v/%v/%s/rtol=%g", kind, m.Grid.Shape, name, rtol), func(t *testing.T) {
							staysWithin(t, d, m, start, rtol)
						})
					}
				}
			}
		}
	})
}

func staysWithin(t *testing.T, d device, m *tissue.Model, start func(*tissue.Field), rtol float64) {
	t.Helper()
	f := tissue.NewField(m.Grid)
	start(f)
	s := d.solver(t, m, engine.Options{RelativeTolerance: rtol})
	write(t, s, 0, f)
	// The default absolute tolerance; densities start between 0 and 1, and no
	// solver of m begins above its initial density 1.
	atol := engine.DefaultAbsoluteTolerance * rtol
	const duration = 1800
	for s.Time() < duration {
		stats := step(t, s, duration)
		for i, c := range read(t, s, m.Grid, 0).Values {
			if c < -atol || c > 1+atol {
				t.Fatalf("%.9g in voxel %v after %d steps, want 0 to 1 within %.2g", c, m.Grid.Coordinates(i), stats.Steps, atol)
			}
		}
	}
}

// No density falls below −atol, whatever the cells do.
func TestDensitiesStayPositive(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		for name, m := range agreementModels() {
			t.Run(name, func(t *testing.T) {
				s := d.solver(t, m, engine.Options{})
				most := m.Substrates[0].InitialDensity
				for s.Time() < 120 {
					step(t, s, 120)
					values := read(t, s, m.Grid, 0).Values
					most = max(most, largest(values))
					for i, c := range values {
						if c < -engine.DefaultAbsoluteTolerance*engine.DefaultRelativeTolerance*most {
							t.Fatalf("%.4g in voxel %v at %g s", c, m.Grid.Coordinates(i), s.Time())
						}
					}
				}
			})
		}
	})
}

// lopsided has another size, spacing and pair of walls along each axis, and cells
// of every kind in no symmetric order.
func lopsided() *tissue.Model {
	periodic, held := tissue.Boundary{Kind: tissue.Periodic}, tissue.Boundary{Kind: tissue.Dirichlet, Density: 3}
	m := withBoundary(solid([3]int{9, 6, 7}), [3][2]tissue.Boundary{{periodic, periodic}, {held, {}}, {{}, {Kind: tissue.Dirichlet}}})
	m.Grid.Spacing = [3]float64{10, 8, 15}
	return populate(m, 5,
		exchanging("exporter", tissue.Exchange{NetExportRate: 10}),
		exchanging("consumer", tissue.Exchange{UptakeRate: 0.3}),
		exchanging("saturable", tissue.Exchange{MaxUptakeRate: 10, HalfSaturation: 0.2}),
		exchanging("secretor", tissue.Exchange{SecretionRate: 0.2, SaturationDensity: 2}))
}

func axes(v r3.Vec) [3]float64 { return [3]float64{v.X, v.Y, v.Z} }

// permuted returns the model whose axis i is axis[i] of m.
func permuted(m *tissue.Model, axis [3]int) *tissue.Model {
	p := *m
	p.Substrates = append([]tissue.Substrate(nil), m.Substrates...)
	p.Cells.Position = append([]r3.Vec(nil), m.Cells.Position...)
	for i, from := range axis {
		p.Grid.Shape[i], p.Grid.Spacing[i] = m.Grid.Shape[from], m.Grid.Spacing[from]
		p.Substrates[0].Boundary[i] = m.Substrates[0].Boundary[from]
	}
	for i, at := range m.Cells.Position {
		v := axes(at)
		p.Cells.Position[i] = r3.Vec{X: v[axis[0]], Y: v[axis[1]], Z: v[axis[2]]}
	}
	return &p
}

// mirrored returns the model seen in a mirror across an axis.
func mirrored(m *tissue.Model, axis int) *tissue.Model {
	p := *m
	p.Substrates = append([]tissue.Substrate(nil), m.Substrates...)
	p.Cells.Position = append([]r3.Vec(nil), m.Cells.Position...)
	faces := &p.Substrates[0].Boundary[axis]
	faces[0], faces[1] = faces[1], faces[0]
	for i, at := range m.Cells.Position {
		v := axes(at)
		v[axis] = m.Grid.Size()[axis] - v[axis]
		p.Cells.Position[i] = r3.Vec{X: v[0], Y: v[1], Z: v[2]}
	}
	return &p
}

// follows asserts that a model and its image go the same way: place says where in
// the image a voxel of the model is.
func follows(t *testing.T, d device, m, image *tissue.Model, place func(voxel [3]int) [3]int) {
	t.Helper()
	const duration = 140
	o := engine.Options{TimeStep: 7}
	original, other := d.solver(t, m, o), d.solver(t, image, o)
	// From noise: nothing is even by chance.
	f := noise(m.Grid, 7)
	put := func(from *tissue.Field, g tissue.Grid) *tissue.Field {
		to := tissue.NewField(g)
		for i, c := range from.Values {
			at := place(from.Grid.Coordinates(i))
			to.Set(at[0], at[1], at[2], c)
		}
		return to
	}
	write(t, original, 0, f)
	write(t, other, 0, put(f, image.Grid))
	advance(t, original, duration)
	advance(t, other, duration)
	// Only the order of a few sums differs in each of 20 steps of up to 9 stages.
	// 1e-13 is 900 half-units of float64; on the GPU 64, as against the reference.
	tolerance := map[string]float64{"cpu": 1e-13, "gpu": 64 * eps32}[d.name]
	want := put(read(t, original, m.Grid, 0), image.Grid)
	if apart := farthest(read(t, other, image.Grid, 0).Values, want.Values); apart > tolerance {
		t.Errorf("the image is %.3g of the largest density away, want %.2g", apart, tolerance)
	}
	a, b := ledger(t, original, 0), ledger(t, other, 0)
	for _, term := range [][2]float64{{a.Secreted, b.Secreted}, {a.TakenUp, b.TakenUp}, {a.Decayed, b.Decayed}, {a.ThroughWalls, b.ThroughWalls}} {
		if math.Abs(term[0]-term[1]) > d.residual*a.Handled() {
			t.Errorf("ledgers differ: %+v, %+v", a, b)
		}
	}
}

func TestAxesArePermutable(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		m := lopsided()
		for _, axis := range [][3]int{{0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
			t.Run(fmt.Sprint(axis), func(t *testing.T) {
				follows(t, d, m, permuted(m, axis), func(v [3]int) [3]int { return [3]int{v[axis[0]], v[axis[1]], v[axis[2]]} })
			})
		}
	})
}

func TestMirrorsShowTheSame(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		m := lopsided()
		for axis := range 3 {
			t.Run(tissue.AxisName(axis), func(t *testing.T) {
				follows(t, d, m, mirrored(m, axis), func(v [3]int) [3]int {
					v[axis] = m.Grid.Shape[axis] - 1 - v[axis]
					return v
				})
			})
		}
	})
}

// One layer of voxels in 3D is the plane, and a line is a line along any axis.
func TestLinesAndSheetsAreTheSameAlongEveryAxis(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		exporter, consumer := exchanging("exporter", tissue.Exchange{NetExportRate: 10}), exchanging("consumer", tissue.Exchange{UptakeRate: 0.3})
		for _, shape := range [][3]int{{41, 1, 1}, {17, 9, 1}} {
			m := populate(solid(shape), 4, exporter, consumer)
			for _, axis := range [][3]int{{1, 0, 2}, {2, 0, 1}, {1, 2, 0}, {0, 2, 1}} {
				t.Run(fmt.Sprint(shape, axis), func(t *testing.T) {
					follows(t, d, m, permuted(m, axis), func(v [3]int) [3]int { return [3]int{v[axis[0]], v[axis[1]], v[axis[2]]} })
				})
			}
		}
	})
}

// The step forward Euler chooses keeps every density positive and within its
// bounds, at held walls too, where a voxel loses half as much again as inside.
func TestForwardEulersOwnStepMakesNoNewExtremes(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		held := tissue.Boundary{Kind: tissue.Dirichlet}
		one := [3][2]tissue.Boundary{{held, {}}, {}, {}}
		for _, tc := range []struct {
			name  string
			shape [3]int
			faces [3][2]tissue.Boundary
		}{
			{"no-flux", [3]int{7, 8, 9}, [3][2]tissue.Boundary{}},
			{"a held face", [3]int{7, 8, 9}, one},
			{"held", [3]int{7, 8, 9}, every(held)},
			{"a held sheet", [3]int{7, 1, 9}, every(held)},
			{"a held voxel", [3]int{1, 1, 1}, every(held)},
			{"a voxel with one held face", [3]int{1, 1, 1}, one},
		} {
			t.Run(tc.name, func(t *testing.T) {
				m := withBoundary(solid(tc.shape), tc.faces)
				m.Substrates[0].DecayRate = 0
				for _, voxel := range []int{0, m.Grid.Voxels() / 2} {
					f := tissue.NewField(m.Grid)
					f.Values[voxel] = 1
					s := d.solver(t, m, engine.Options{Scheme: engine.FTCS, AbsoluteTolerance: 1})
					write(t, s, 0, f)
					// One step: a batch would hide what the first one does.
					probe := d.solver(t, m, engine.Options{Scheme: engine.FTCS, AbsoluteTolerance: 1})
					write(t, probe, 0, f)
					dt := advance(t, probe, 1000).LastStep
					advance(t, s, dt)
					for i, c := range read(t, s, m.Grid, 0).Values {
						if c < 0 || c > 1 {
							t.Fatalf("%.4g in voxel %v after one step of %.4g s from 1 in voxel %v", c, m.Grid.Coordinates(i), dt, m.Grid.Coordinates(voxel))
						}
					}
				}
			})
		}
	})
}
