package engine_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/expression"
	"github.com/cytofield/cytofield/tissue/quantity"
)

// bodyRate parses a law over the variables of a body.
func bodyRate(b *tissue.Body, name, law string, constants []expression.Constant, changes ...tissue.VariableChange) {
	parsed, err := expression.Parse(law, tissue.BodyRateScope(b.Variables, constants))
	if err != nil {
		panic(err)
	}
	b.Reactions = append(b.Reactions, tissue.BodyReaction{Name: name, Rate: parsed, Changes: changes})
}

// bled makes the tissue one of many in a body with blood, an organ behind it and a fever:
// its first substrate is exchanged everywhere, and through the vessels there are.
func bled(m *tissue.Model) *tissue.Model {
	const blood, liver, fever = 0, 1, 2
	const tissues = 1e5
	volume := m.Grid.VoxelVolume() * float64(m.Grid.Voxels()) * tissues
	b := &tissue.Body{
		Scale: tissues,
		Variables: []tissue.BodyVariable{
			{Name: "blood", Dimension: quantity.Concentration, Initial: 2, Volume: volume / 4, Clearance: 2e-3},
			{Name: "liver", Dimension: quantity.Concentration, Volume: volume / 8},
			{Name: "fever"},
		},
		Perfusion: []tissue.Perfusion{{Compartment: blood, Region: tissue.Everywhere, Exchange: 4e-3, Drainage: 2e-3}},
		Infusions: []tissue.Infusion{
			{Compartment: blood, Rate: volume * 1e-3, Start: 10, End: 30},
			{Compartment: liver, Start: 0, End: math.Inf(1), Series: &tissue.TimeSeries{Times: []float64{20, 50}, Densities: []float64{0, volume * 2e-3}}},
		},
		Doses: []tissue.Dose{{Compartment: blood, Time: 0, Amount: volume / 8}, {Compartment: blood, Time: 45, Amount: volume / 2}},
	}
	flow := expression.Constant{Name: "flow", Dimension: quantity.VolumeRate, Value: volume * 1e-3}
	bodyRate(b, "perfusion of the liver", "flow*(blood - liver)", []expression.Constant{flow},
		tissue.VariableChange{Variable: blood, Factor: -1}, tissue.VariableChange{Variable: liver, Factor: 1})
	bodyRate(b, "fever", "k*(hill(blood, c, 2) - fever)", []expression.Constant{perTime("k", 5e-3), density("c", 2)},
		tissue.VariableChange{Variable: fever, Factor: 1})
	for i := range m.Regions {
		for k := range m.Regions[i].Vessel {
			compartment := tissue.BodyVariableID(blood)
			m.Regions[i].Vessel[k].Compartment = &compartment
		}
	}
	m.Body = b
	return m
}

// response parses what an exchange is multiplied by.
func response(b *tissue.Body, text string) tissue.Response {
	r, err := expression.Parse(text, tissue.BodyRateScope(b.Variables, []expression.Constant{density("c", 2)}))
	if err != nil {
		panic(err)
	}
	return r
}

// responding lets what a model exchanges with the body rise with fever and fall with what is in blood: a
// few times within a minute.
func responding(m *tissue.Model) *tissue.Model {
	b := m.Body
	b.Perfusion[0].Response = response(b, "1 + 40*fever")
	b.Perfusion = append(b.Perfusion, tissue.Perfusion{Compartment: 0, Region: tissue.Everywhere, Exchange: 6e-3, Response: response(b, "1 - hill(blood, c, 2)")})
	for i := range m.Regions {
		for k := range m.Regions[i].Vessel {
			m.Regions[i].Vessel[k].Response = response(b, "2 + 10*fever")
		}
	}
	return m
}

// bodyModels meet the body all through, through a vessel's wall, and in a group that reacts.
func bodyModels() map[string]*tissue.Model {
	exporter := exchanging("exporter", tissue.Exchange{NetExportRate: 10})
	saturable := exchanging("saturable", tissue.Exchange{MaxUptakeRate: 3, HalfSaturation: 0.2})
	both := binding(bled(populate(solid([3]int{7, 8, 9}), 7, exporter)))
	both.Body.Perfusion = append(both.Body.Perfusion, tissue.Perfusion{Substrate: 2, Compartment: 1, Region: tissue.Everywhere, Exchange: 1e-3})
	return map[string]*tissue.Model{
		"one voxel":          bled(solid([3]int{1, 1, 1})),
		"2D":                 bled(populate(planar(19, 37), 6, exporter)),
		"vessel and regions": bled(regional(populate(solid([3]int{15, 12, 9}), 7, exporter, saturable))),
		"reacting":           both,
		"retarded":           bled(retarding(populate(solid([3]int{7, 6, 5}), 7, saturable), 2)),
	}
}

// everyBodyModel is those and ones that respond to their body, which have no tags.
func everyBodyModel() map[string]*tissue.Model {
	exporter := exchanging("exporter", tissue.Exchange{NetExportRate: 10})
	saturable := exchanging("saturable", tissue.Exchange{MaxUptakeRate: 3, HalfSaturation: 0.2})
	all := bodyModels()
	all["responding"] = responding(bled(regional(populate(solid([3]int{15, 12, 9}), 7, exporter, saturable))))
	all["responding, reacting"] = responding(binding(bled(populate(solid([3]int{7, 8, 9}), 7, exporter))))
	return all
}

// closesBody asserts that the ledgers of the compartments account for what is there.
func closesBody(t *testing.T, s engine.Solver, m *tissue.Model) {
	t.Helper()
	for v, l := range s.Body().Ledger {
		if r := math.Abs(l.Residual()); !(r <= 1e-12*l.Handled()) { // float64 on any device
			t.Errorf("%s at %g s: residual %.3g of %.3g handled: %+v", m.Body.Variables[v].Name, s.Time(), r, l.Handled(), l)
		}
	}
}

// What the walls of the grid give to the body, the tissues that it stands for give to the
// compartments: to the rounding of the device.
func TestTissueAndBodyKeepTheLedger(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		for name, m := range everyBodyModel() {
			for _, o := range []engine.Options{{TimeStep: 4}, {}, {Scheme: engine.FTCS}} {
				t.Run(fmt.Sprintf("%s/%s%v", name, o.Scheme, o.TimeStep), func(t *testing.T) {
					s := d.solver(t, m, o)
					advance(t, s, 120)
					closes(t, d, s, m)
					closesBody(t, s, m)
					if strings.Contains("vessel and regions, responding", name) { // whose walls are not all the body's
						return
					}
					through, exchanged, handled := 0.0, 0.0, 0.0
					for id := range m.Substrates {
						l := ledger(t, s, tissue.SubstrateID(id))
						through += l.ThroughWalls
						handled += l.Handled()
					}
					for _, l := range s.Body().Ledger {
						exchanged += l.Exchanged
					}
					if r := math.Abs(exchanged/m.Body.Scale+through) / handled; !(r <= d.residual) {
						t.Errorf("the tissue gave %.12g molecules, the body took %.12g: %.3g of what was handled, want %.2g", -through, exchanged/m.Body.Scale, r, d.residual)
					}
				})
			}
		}
	})
}

func TestBodyAgreesOnBothDevices(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		if d.name == "cpu" {
			return
		}
		for name, m := range everyBodyModel() {
			for _, o := range []engine.Options{{TimeStep: 4}, {Scheme: engine.FTCS}} {
				t.Run(fmt.Sprintf("%s/%s", name, o.Scheme), func(t *testing.T) {
					s, reference := d.solver(t, m, o), processor().solver(t, m, o)
					advance(t, s, 80)
					advance(t, reference, 80)
					for id := range m.Substrates {
						compare(t, s, reference, m, tissue.SubstrateID(id))
					}
					got, want := s.Body().Values, reference.Body().Values
					for v := range want {
						if math.Abs(got[v]/want[v]-1) > 64*d.epsilon { // as compare
							t.Errorf("%s: %.9g, want %.9g", m.Body.Variables[v].Name, got[v], want[v])
						}
					}
				})
			}
		}
	})
}

// Body and tissue are one system: both have the order of the scheme, doses, windows of
// infusion and all.
func TestBodyKeepsTheOrderOfTheScheme(t *testing.T) {
	t.Run("constant", func(t *testing.T) { keepsTheOrder(t, bodyModels()["reacting"]) })
	t.Run("responding", func(t *testing.T) { keepsTheOrder(t, everyBodyModel()["responding, reacting"]) })
}

func keepsTheOrder(t *testing.T, m *tissue.Model) {
	run := func(o engine.Options) (fields, body []float64) {
		s := processor().solver(t, m, o)
		advance(t, s, 64)
		for id := range m.Substrates {
			fields = append(fields, read(t, s, m.Grid, tissue.SubstrateID(id)).Values...)
		}
		return fields, s.Body().Values
	}
	exact, exactBody := run(engine.Options{TimeStep: 1. / 64})
	for _, tc := range []struct {
		scheme engine.Scheme
		steps  []float64
		order  float64
	}{
		{engine.Adaptive, []float64{1, 0.5, 0.25}, 2},
		{engine.FTCS, []float64{0.5, 0.25, 0.125}, 1},
	} {
		var errors, bodyErrors []float64
		for _, dt := range tc.steps {
			fields, body := run(engine.Options{Scheme: tc.scheme, TimeStep: dt})
			errors, bodyErrors = append(errors, distance(fields, exact)), append(bodyErrors, distance(body, exactBody))
		}
		order(t, errors, tc.order, 0.15)
		order(t, bodyErrors, tc.order, 0.15)
	}
}

// The error of every variable at an output is that of the tolerance, in its own unit.
func TestAdaptiveKeepsItsToleranceInTheBody(t *testing.T) {
	for name, m := range everyBodyModel() {
		exact := processor().solver(t, m, engine.Options{TimeStep: 0.05})
		solvers := map[float64]engine.Solver{}
		for _, rtol := range []float64{1e-2, 1e-3, 1e-4} {
			solvers[rtol] = processor().solver(t, m, engine.Options{RelativeTolerance: rtol})
		}
		for _, until := range []float64{5, 40, 120} {
			advance(t, exact, until)
			want := exact.Body().Values
			for rtol, s := range solvers {
				advance(t, s, until)
				for v, got := range s.Body().Values {
					if r := math.Abs(got/want[v] - 1); !(r <= 3*rtol) { // as the fields
						t.Errorf("%s, %s: at %g s the relative error is %.3g, want %g at most", name, m.Body.Variables[v].Name, until, r, 3*rtol)
					}
				}
			}
		}
	}
}

// What cells give off takes a while to blood that lies afar. Where it has come so near that
// the end of a step sees it and the step itself does not, there is an error of nothing.
func TestBloodThatNothingHasReachedHoldsNothingUp(t *testing.T) {
	exporter := exchanging("exporter", tissue.Exchange{NetExportRate: 10})
	onBothDevices(t, func(t *testing.T, d device) {
		for far := 1; far <= 12; far++ {
			m := populate(solid([3]int{far + 1, 1, 1}), far+1, exporter)
			m.Substrates[0].InitialDensity = 0
			x := 10 * float64(far)
			m.Regions = []tissue.Region{{
				Name: "end", ExtracellularFraction: 1, Media: []tissue.Medium{{DiffusionCoefficient: 10, DecayRate: 1e-3}},
				Shape: tissue.Box{From: r3.Vec{X: x}, To: r3.Vec{X: x + 10, Y: 10, Z: 10}},
			}}
			m.Body = &tissue.Body{
				Scale:     1,
				Variables: []tissue.BodyVariable{{Name: "blood", Dimension: quantity.Concentration, Volume: 1e6}},
				Perfusion: []tissue.Perfusion{{Exchange: 1e-2}},
			}
			s := d.solver(t, m, engine.Options{})
			if _, err := s.Advance(context.Background(), 600); err != nil {
				t.Errorf("%g um away: %v", x, err)
			}
			closesBody(t, s, m)
		}
	})
}

// Tissue, receptors and blood together keep every molecule: what binds left the fluid and
// the blood, and nothing clears it here.
func TestReceptorsAndBodyKeepTheMolecules(t *testing.T) {
	m := bled(solid([3]int{6, 5, 7}))
	m.Substrates[0].DecayRate = 0
	m = populate(m, 7, binder(t, m.Substrates, 1e4, 0))
	b := m.Body
	b.Scale, b.Infusions, b.Doses, b.Reactions = 1, nil, nil, nil
	b.Variables[0].Volume, b.Variables[0].Clearance, b.Perfusion[0].Drainage = 3e4, 0, 0
	onBothDevices(t, func(t *testing.T, d device) {
		for _, o := range []engine.Options{{TimeStep: 4}, {}, {Scheme: engine.FTCS}} {
			s := d.solver(t, m, o)
			total := func() float64 {
				bound := 0.0
				states, err := s.Cells()
				if err != nil {
					t.Fatal(err)
				}
				for _, of := range states.Variables {
					bound += of[1]
				}
				return ledger(t, s, 0).Present + s.Body().Ledger[0].Present + bound
			}
			before := total()
			advance(t, s, 120)
			if after := total(); math.Abs(after/before-1) > d.residual {
				t.Errorf("%s%v: %.15g molecules, want %.15g", o.Scheme, o.TimeStep, after, before)
			}
			closes(t, d, s, m)
			closesBody(t, s, m)
		}
	})
}

// A dose is not there at its time and is right after; an infusion has given its rate
// times the window.
func TestDosesAndInfusionsGiveWhatTheySay(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		m := bled(solid([3]int{3, 3, 3}))
		b := m.Body
		for _, o := range []engine.Options{{}, {Scheme: engine.FTCS}} {
			s := d.solver(t, m, o)
			advance(t, s, 45)
			before := s.Body()
			if got := before.Ledger[0].Dosed; got != b.Doses[0].Amount {
				t.Errorf("%g given by 45 s, want the first dose, %g", got, b.Doses[0].Amount)
			}
			advance(t, s, math.Nextafter(45, 50))
			jump, want := s.Body().Values[0]-before.Values[0], b.Doses[1].Amount/b.Variables[0].Capacity()
			if math.Abs(jump/want-1) > 1e-9 {
				t.Errorf("the dose adds %g nM, want %g", jump, want)
			}
			advance(t, s, 80)
			infused := b.Infusions[0].Rate * 20
			ramp := b.Infusions[1].Series.Densities[1] * (30./2 + 30)
			within := 1e-12
			if o.Scheme == engine.FTCS {
				within = 0.02 // a ramp of 30 s in steps of 1 s, each at its start
			}
			for v, want := range []float64{infused, ramp} {
				if got := s.Body().Ledger[v].Infused; math.Abs(got/want-1) > within {
					t.Errorf("%s %s: %g infused, want %g", o.Scheme, b.Variables[v].Name, got, want)
				}
			}
		}
	})
}

// A tissue and its blood, both well mixed, alone: the two exponentials.
func TestAnExchangeFadesAsTheTwoExponentials(t *testing.T) {
	const exchange, clearance, share = 0.02, 0.01, 3. // blood has a third of the tissue's volume
	onBothDevices(t, func(t *testing.T, d device) {
		m := solid([3]int{2, 2, 2})
		m.Substrates[0].DecayRate, m.Substrates[0].DiffusionCoefficient = 0, 0
		volume := m.Grid.VoxelVolume() * 8
		m.Body = &tissue.Body{
			Scale:     10,
			Variables: []tissue.BodyVariable{{Name: "blood", Dimension: quantity.Concentration, Volume: 10 * volume / share, Clearance: clearance}},
			Perfusion: []tissue.Perfusion{{Region: tissue.Everywhere, Exchange: exchange}},
		}
		s := d.solver(t, m, engine.Options{RelativeTolerance: 1e-5})
		for _, until := range []float64{10, 60, 200} {
			advance(t, s, until)
			// c' = k (C − c), C' = 3 k (c − C) − K C: trace and determinant of the rates
			trace, det := -exchange-share*exchange-clearance, exchange*clearance
			root := math.Sqrt(trace*trace/4 - det)
			fast, slow := trace/2-root, trace/2+root
			// c = A e^fast + B e^slow with c(0) = 1, c'(0) = −k
			a := (-exchange - slow) / (fast - slow)
			c := a*math.Exp(fast*until) + (1-a)*math.Exp(slow*until)
			slope := a*fast*math.Exp(fast*until) + (1-a)*slow*math.Exp(slow*until)
			for name, pair := range map[string][2]float64{
				"tissue": {read(t, s, m.Grid, 0).Values[5], c}, "blood": {s.Body().Values[0], c + slope/exchange},
			} {
				if math.Abs(pair[0]/pair[1]-1) > 5e-5 { // five times rtol, after five times the slowest lifetime at most
					t.Errorf("%s at %g s: %.8g nM, want %.8g", name, until, pair[0], pair[1])
				}
			}
		}
	})
}

// opening is a tissue against blood without end, whose walls open as a read-out rises,
//
//	f' = k (1 − f),  c' = (1 + most f) P (C − c)
func opening(exchange, k float64, most int) *tissue.Model {
	m := solid([3]int{2, 3, 4})
	m.Substrates[0].DecayRate = 0
	m.Body = &tissue.Body{
		Scale:     1,
		Variables: []tissue.BodyVariable{{Name: "blood", Dimension: quantity.Concentration, Initial: 3, Volume: 1e15}, {Name: "leak"}},
	}
	bodyRate(m.Body, "leak", "k*(1 - leak)", []expression.Constant{perTime("k", k)}, tissue.VariableChange{Variable: 1, Factor: 1})
	m.Body.Perfusion = []tissue.Perfusion{{Region: tissue.Everywhere, Exchange: exchange, Response: response(m.Body, fmt.Sprintf("1 + %d*leak", most))}}
	return m
}

// c = C + (c_0 − C) e^(−P ∫(1 + most f) dt)
func TestAWallThatOpensLetsThroughWhatTheIntegralSays(t *testing.T) {
	const exchange, k, blood = 2e-3, 0.05, 3.
	m := opening(exchange, k, 9)
	onBothDevices(t, func(t *testing.T, d device) {
		s := d.solver(t, m, engine.Options{RelativeTolerance: 1e-5})
		for _, until := range []float64{10, 60, 200} {
			advance(t, s, until)
			opened := until + 9*(until-(1-math.Exp(-k*until))/k)
			want := blood + (m.Substrates[0].InitialDensity-blood)*math.Exp(-exchange*opened)
			if got := read(t, s, m.Grid, 0).Values[5]; math.Abs(got/want-1) > 5e-5 { // as TestAnExchangeFadesAsTheTwoExponentials
				t.Errorf("%.8g nM at %g s, want %.8g", got, until, want)
			}
			closes(t, d, s, m)
		}
	})
}

// Steps follow a wall that opens a hundred times as wide.
func TestAWallThatOpensIsStable(t *testing.T) {
	m := opening(0.05, 0.05, 99) // 5/s in the end, and 0.05/s at first
	m.Substrates[0].DiffusionCoefficient = 1
	onBothDevices(t, func(t *testing.T, d device) {
		for _, o := range []engine.Options{{}, {TimeStep: 5}, {Scheme: engine.FTCS}} {
			s := d.solver(t, m, o)
			advance(t, s, 200)
			if got := read(t, s, m.Grid, 0).Values[5]; math.Abs(got/3-1) > 1e-4 {
				t.Errorf("%s%v: %g nM, want those in blood, 3", o.Scheme, o.TimeStep, got)
			}
		}
	})
}

// A response that no longer is one ends the run, and says which.
func TestAResponseBelowZeroEndsTheRun(t *testing.T) {
	m := responding(bled(solid([3]int{2, 2, 2})))
	m.Body.Perfusion[0].Response = response(m.Body, "1 - 3*fever")
	s := processor().solver(t, m, engine.Options{})
	if _, err := s.Advance(context.Background(), 600); !errors.Is(err, engine.ErrNegative) || !strings.Contains(err.Error(), `"1 - 3*fever" of the body`) {
		t.Errorf("%v: want that 1 - 3*fever is negative", err)
	}
}

// Fast clearance and a large surface bound the steps as fast diffusion does.
func TestAStiffBodyIsStable(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		m := bled(populate(solid([3]int{5, 6, 7}), 7, exchanging("exporter", tissue.Exchange{NetExportRate: 10})))
		m.Body.Variables[0].Clearance = 20
		m.Body.Perfusion[0].Exchange = 5
		for _, o := range []engine.Options{{}, {TimeStep: 5}, {Scheme: engine.FTCS}} {
			s := d.solver(t, m, o)
			advance(t, s, 60)
			closes(t, d, s, m)
			closesBody(t, s, m)
			if c := s.Body().Values[0]; !(c > 0 && c < 1) {
				t.Errorf("%s%v: %g nM in blood", o.Scheme, o.TimeStep, c)
			}
		}
	})
}

func TestASnapshotHasTheBody(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		m := bled(populate(solid([3]int{5, 6, 7}), 7, exchanging("exporter", tissue.Exchange{NetExportRate: 10})))
		original, restored := d.solver(t, m, engine.Options{}), d.solver(t, m, engine.Options{})
		advance(t, original, 45) // when a dose is due, and none of the infusions' straight lines begins
		var snapshot bytes.Buffer
		if err := original.Snapshot(&snapshot); err != nil {
			t.Fatal(err)
		}
		if err := restored.Restore(&snapshot); err != nil {
			t.Fatal(err)
		}
		advance(t, original, 80)
		advance(t, restored, 80)
		for v, want := range original.Body().Values {
			if got := restored.Body().Values[v]; math.Abs(got/want-1) > 1e-14 { // its infusions follow their line from another point
				t.Errorf("%s: %.17g restored, want %.17g", m.Body.Variables[v].Name, got, want)
			}
		}
		closesBody(t, restored, m)
		other := bled(populate(solid([3]int{5, 6, 7}), 7, m.CellTypes[0]))
		other.Body.Variables[1].Name = "kidney"
		other.Body.Reactions = nil
		if err := original.Snapshot(&snapshot); err != nil {
			t.Fatal(err)
		}
		if err := d.solver(t, other, engine.Options{}).Restore(&snapshot); err == nil || !strings.Contains(err.Error(), "another body") {
			t.Errorf("restored into another body: %v", err)
		}
	})
}

func TestSchemesWithoutABodyRefuseOne(t *testing.T) {
	m := bled(solid([3]int{5, 6, 7}))
	for _, scheme := range []engine.Scheme{engine.LOD, engine.Implicit, engine.Steady} {
		if _, err := newProcessor(m, engine.Options{Scheme: scheme}); err == nil || !strings.Contains(err.Error(), "part of a body") {
			t.Errorf("%s: %v", scheme, err)
		}
	}
}
