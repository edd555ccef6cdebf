package engine_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue"
)

// closes asserts that a ledger accounts for what is there: to the rounding of the
// terms, 1e-12 of what was handled in float64, and 1e-5 on the GPU, whose sums
// over a row and over the voxels of a column are float32.
func closes(t *testing.T, d device, s engine.Solver, m *tissue.Model) {
	t.Helper()
	for id := range m.Substrates {
		l := ledger(t, s, tissue.SubstrateID(id))
		if r := math.Abs(l.Residual()) / l.Handled(); !(r <= d.residual) {
			t.Errorf("%s at %g s: residual %.3g of what was handled, want %.2g: %+v", m.Substrates[id].Name, s.Time(), r, d.residual, l)
		}
	}
}

func TestLedgerClosesOverAnHour(t *testing.T) {
	duration := 3600.
	if testing.Short() {
		duration = 600
	}
	onBothDevices(t, func(t *testing.T, d device) {
		for name, m := range agreementModels() {
			t.Run(name, func(t *testing.T) {
				s := d.solver(t, m, engine.Options{})
				for minute := 60.; minute <= duration; minute += 60 {
					advance(t, s, minute)
				}
				closes(t, d, s, m)
			})
		}
	})
}

func TestLedgerClosesForForwardEuler(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		for name, m := range agreementModels() {
			t.Run(name, func(t *testing.T) {
				s := d.solver(t, m, engine.Options{Scheme: engine.FTCS})
				advance(t, s, 300)
				closes(t, d, s, m)
			})
		}
	})
}

// The terms are each what the equation says, and not only together: against time
// integrals of the equation solved otherwise. The tolerance is that of the steps.
func TestLedgerTermsAreTheIntegralsOfTheEquation(t *testing.T) {
	held := tissue.Boundary{Kind: tissue.Dirichlet, Density: 3}
	const secretion, saturation, uptake, export = 0.2, 2., 0.3, 10.
	both := exchanging("both", tissue.Exchange{SecretionRate: secretion, SaturationDensity: saturation, UptakeRate: uptake})
	exporter := exchanging("exporter", tissue.Exchange{NetExportRate: export})
	m := populate(withBoundary(solid([3]int{5, 6, 7}), [3][2]tissue.Boundary{{held, {}}, {}, {}}), 4, both, exporter)
	m.Substrates[0].DecayRate = 0.01
	m.ExtracellularFraction = 0.2

	// ∫c dt of every voxel, by Simpson's rule on a solution of fourth order.
	const duration, intervals = 60., 600
	e := newEquation(m, 0, true)
	field := tissue.NewField(m.Grid)
	field.Fill(1)
	c, initial := field.Values, m.FluidVolume()*e.amount()*float64(m.Grid.Voxels())
	integral := make([]float64, len(c))
	for range intervals {
		const step = duration / intervals
		middle := e.solve(c, step/2, 1)
		end := e.solve(middle, step/2, 1)
		for i := range integral {
			integral[i] += step / 6 * (c[i] + 4*middle[i] + end[i])
		}
		c = end
	}
	var want engine.Ledger
	want.Initial = initial
	fluid := m.FluidVolume() * e.amount()
	for i := range integral {
		want.Present += fluid * c[i]
		want.Decayed += 0.01 * fluid * integral[i]
		if m.Grid.Coordinates(i)[0] == 0 {
			want.ThroughWalls += 2 * 10. / 100 * fluid * (3*duration - integral[i])
		}
	}
	volume := both.Volume() * e.amount()
	for voxel, cells := range e.cells {
		if cells[0].Name == "exporter" {
			want.Secreted += export * duration
			continue
		}
		want.Secreted += volume * secretion * (saturation*duration - integral[voxel])
		want.TakenUp += volume * uptake * integral[voxel]
	}
	if r := want.Residual() / want.Handled(); math.Abs(r) > 1e-6 {
		t.Fatalf("the reference does not close: %.3g", r)
	}
	onBothDevices(t, func(t *testing.T, d device) {
		options := []engine.Options{{RelativeTolerance: 1e-4}, {TimeStep: 0.5}}
		if d.name == "cpu" { // 12000 steps
			options = append(options, engine.Options{Scheme: engine.FTCS, TimeStep: 0.005})
		}
		for _, o := range options {
			t.Run(fmt.Sprintf("%s%v", o.Scheme, o.TimeStep), func(t *testing.T) {
				o.Coupling = engine.PlainCoupling
				s := d.solver(t, m, o)
				advance(t, s, duration)
				got := ledger(t, s, 0)
				for _, term := range []struct {
					name      string
					got, want float64
				}{
					{"initial", got.Initial, want.Initial}, {"present", got.Present, want.Present},
					{"secreted", got.Secreted, want.Secreted}, {"taken up", got.TakenUp, want.TakenUp},
					{"decayed", got.Decayed, want.Decayed}, {"through walls", got.ThroughWalls, want.ThroughWalls},
					{"written", got.Written, 0},
				} {
					// 3 × the tolerance of the adaptive steps; fixed ones are better.
					if math.Abs(term.got-term.want) > 3e-4*want.Handled() {
						t.Errorf("%s: %.7g molecules, want %.7g", term.name, term.got, term.want)
					}
				}
			})
		}
	})
}

// A cell that exports releases E t molecules, whatever surrounds it, and nothing
// else comes in: to the rounding of one product per term.
func TestExportersReleaseExactlyTheirRate(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		for _, coupling := range []engine.Coupling{engine.VoxelCoupling, engine.PlainCoupling} {
			for _, scheme := range []engine.Scheme{engine.Adaptive, engine.FTCS} {
				t.Run(fmt.Sprintf("%s/%s", coupling, scheme), func(t *testing.T) {
					m := populate(solid([3]int{7, 8, 9}), 11, exchanging("exporter", tissue.Exchange{NetExportRate: 12.5}))
					m.Substrates[0].InitialDensity = 0
					m.Cells.Add(0, m.Cells.Position[3]) // two in a voxel
					s := d.solver(t, m, engine.Options{Coupling: coupling, Scheme: scheme})
					advance(t, s, 77)
					l := ledger(t, s, 0)
					want := 12.5 * 77 * float64(m.Cells.Len())
					// On the GPU the density holds it; the ledger's own term is float64.
					if math.Abs(l.Secreted/want-1) > 1e-14 || l.TakenUp != 0 || l.ThroughWalls != 0 {
						t.Errorf("secreted %.15g molecules, want %.15g and nothing else: %+v", l.Secreted, want, l)
					}
					closes(t, d, s, m)
				})
			}
		}
	})
}

// In a closed box without decay or cells the amount stays, to rounding.
func TestDiffusionKeepsTheAmount(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		for _, kind := range []tissue.BoundaryKind{tissue.NoFlux, tissue.Periodic} {
			m := withBoundary(solid([3]int{13, 9, 37}), every(tissue.Boundary{Kind: kind}))
			m.Grid.Spacing = [3]float64{10, 8, 15}
			m.Substrates[0].DecayRate = 0
			s := d.solver(t, m, engine.Options{})
			write(t, s, 0, noise(m.Grid, 5))
			before := ledger(t, s, 0).Present
			advance(t, s, 3600)
			if after := ledger(t, s, 0).Present; math.Abs(after/before-1) > d.residual {
				t.Errorf("%v: %.9g molecules of %.9g are left", kind, after, before)
			}
		}
	})
}

func TestWriteIsBooked(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		m := populate(solid([3]int{9, 10, 11}), 7, exchanging("exporter", tissue.Exchange{NetExportRate: 10}),
			exchanging("consumer", tissue.Exchange{UptakeRate: 0.3}))
		s := d.solver(t, m, engine.Options{})
		perDensity := m.FluidVolume() * m.Substrates[0].Unit.AmountPerVolume()
		want := 0.0
		for i, until := range []float64{20, 50, 61, 100} {
			advance(t, s, until)
			before, after := read(t, s, m.Grid, 0), noise(m.Grid, uint64(i))
			if i == 2 {
				after.Fill(0) // an amount taken out
			}
			for k := range after.Values {
				want += perDensity * (after.Values[k] - before.Values[k])
			}
			write(t, s, 0, after)
			l := ledger(t, s, 0)
			if math.Abs(l.Written-want) > d.residual*l.Handled() {
				t.Errorf("written at %g s: %.9g molecules, want %.9g", until, l.Written, want)
			}
			closes(t, d, s, m)
		}
		advance(t, s, 200)
		closes(t, d, s, m)
	})
}

// A model with other cells takes over at once: the account goes on, and the run is
// that of a solver made for those cells and given the same density.
func TestUpdateTakesOtherCells(t *testing.T) {
	exporter := exchanging("exporter", tissue.Exchange{NetExportRate: 10})
	saturable := exchanging("saturable", tissue.Exchange{MaxUptakeRate: 30, HalfSaturation: 0.2})
	secretor := exchanging("secretor", tissue.Exchange{SecretionRate: 0.2, SaturationDensity: 2, UptakeRate: 0.1})
	shape := [3]int{9, 10, 11}
	held := [3][2]tissue.Boundary{{}, {{Kind: tissue.Dirichlet, Density: 0.5}, {}}, {}}
	models := []*tissue.Model{
		populate(withBoundary(solid(shape), held), 5, exporter, saturable),
		populate(withBoundary(solid(shape), held), 3, secretor),
		withBoundary(solid(shape), held),
		populate(withBoundary(solid(shape), held), 2, saturable, exporter, secretor),
	}
	onBothDevices(t, func(t *testing.T, d device) {
		s := d.solver(t, models[0], engine.Options{})
		for i, m := range models {
			if err := s.Update(m); err != nil {
				t.Fatal(err)
			}
			fresh := d.solver(t, m, engine.Options{})
			write(t, fresh, 0, read(t, s, m.Grid, 0))
			start := s.Time()
			advance(t, s, start+50)
			advance(t, fresh, 50)
			// Their steps differ by the rounding of the times, and by the absolute
			// tolerance, which knows the largest density so far: 10 × the tolerance
			// of a step would be a fault.
			if apart := distance(read(t, s, m.Grid, 0).Values, read(t, fresh, m.Grid, 0).Values); apart > 1e-3 {
				t.Errorf("model %d: %.3g from a solver made for it", i, apart)
			}
			cells, err := s.Cells()
			if err != nil {
				t.Fatal(err)
			}
			if len(cells.ID) != m.Cells.Len() {
				t.Errorf("model %d: %d cells, want %d", i, len(cells.ID), m.Cells.Len())
			}
		}
		closes(t, d, s, models[0]) // not before: that settles what Update must not lose
	})
}

func TestUpdateRefusesOtherGrids(t *testing.T) {
	type change func(m *tissue.Model)
	onBothDevices(t, func(t *testing.T, d device) {
		for name, tc := range map[string]struct {
			change change
			says   string
		}{
			"shape":     {func(m *tissue.Model) { m.Grid.Shape[1] = 6; m.Cells = tissue.Cells{} }, "must stay"},
			"spacing":   {func(m *tissue.Model) { m.Grid.Spacing[2] = 11 }, "must stay"},
			"fraction":  {func(m *tissue.Model) { m.ExtracellularFraction = 0.5 }, "must stay"},
			"diffusion": {func(m *tissue.Model) { m.Substrates[0].DiffusionCoefficient = 11 }, "must stay"},
			"walls":     {func(m *tissue.Model) { m.Substrates[0].Boundary[0][0].Kind = tissue.Dirichlet }, "must stay"},
			"one more": {func(m *tissue.Model) {
				m.Substrates = append(m.Substrates, m.Substrates[0])
				m.Substrates[1].Name = "TNF"
			}, "must stay"},
			"an unsound": {func(m *tissue.Model) { m.Substrates[0].DecayRate = -1 }, "decay rate"},
			"beyond a cell": {func(m *tissue.Model) {
				m.CellTypes[0].Receptors = []tissue.Receptor{{Name: "R", Count: 1e6, OnRate: 1}}
			}, "sub-voxel law"},
		} {
			t.Run(name, func(t *testing.T) {
				fresh := func() *tissue.Model {
					return populate(solid([3]int{5, 7, 6}), 7, exchanging("exporter", tissue.Exchange{NetExportRate: 10}))
				}
				undisturbed, s := d.solver(t, fresh(), engine.Options{}), d.solver(t, fresh(), engine.Options{})
				advance(t, s, 20)
				advance(t, undisturbed, 20)
				other := fresh()
				tc.change(other)
				if err := s.Update(other); err == nil || !strings.Contains(err.Error(), tc.says) {
					t.Fatalf("error %v, want one about %q", err, tc.says)
				}
				advance(t, s, 60)
				advance(t, undisturbed, 60)
				same(t, outcomeOf(t, s, fresh()), outcomeOf(t, undisturbed, fresh()))
			})
		}
	})
}
