package engine_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/expression"
	"github.com/cytofield/cytofield/tissue/quantity"
)

// reacting adds substrates to a model, in its first one's image, and reactions.
func reacting(m *tissue.Model, names []string, reactions ...func(m *tissue.Model) tissue.Reaction) *tissue.Model {
	for i, name := range names {
		if i == 0 {
			m.Substrates[0].Name = name
			continue
		}
		s := m.Substrates[0]
		s.Name = name
		s.DiffusionCoefficient *= 1 + 0.5*float64(i)
		s.InitialDensity *= 1 + 0.3*float64(i)
		m.Substrates = append(m.Substrates, s)
		for r := range m.Regions {
			medium := m.Regions[r].Media[0]
			medium.DiffusionCoefficient *= 1 + 0.5*float64(i)
			m.Regions[r].Media = append(m.Regions[r].Media, medium)
		}
	}
	for _, reaction := range reactions {
		m.Reactions = append(m.Reactions, reaction(m))
	}
	return m
}

// rate parses a law over the substrates of a model; constants are in 1/s, nM and
// products of these, whatever the law needs.
func rate(law string, constants []expression.Constant, changes map[string]float64) func(m *tissue.Model) tissue.Reaction {
	return func(m *tissue.Model) tissue.Reaction {
		parsed, err := expression.Parse(law, tissue.RateScope(m.Substrates, constants))
		if err != nil {
			panic(err)
		}
		r := tissue.Reaction{Name: law, Rate: parsed}
		for i, s := range m.Substrates {
			if factor, ok := changes[s.Name]; ok {
				r.Changes = append(r.Changes, tissue.Change{Substrate: tissue.SubstrateID(i), Factor: factor})
			}
		}
		return r
	}
}

func perTime(name string, value float64) expression.Constant {
	return expression.Constant{Name: name, Dimension: -quantity.Time, Value: value}
}

func perDensityTime(name string, value float64) expression.Constant {
	return expression.Constant{Name: name, Dimension: -quantity.Time - quantity.Concentration, Value: value}
}

func density(name string, value float64) expression.Constant {
	return expression.Constant{Name: name, Dimension: quantity.Concentration, Value: value}
}

// binding is a ligand, a soluble receptor and their complex.
func binding(m *tissue.Model) *tissue.Model {
	return reacting(m, []string{"ligand", "decoy", "complex"},
		rate("on*ligand*decoy - off*complex", []expression.Constant{perDensityTime("on", 0.05), perTime("off", 0.01)},
			map[string]float64{"ligand": -1, "decoy": -1, "complex": 1}))
}

// logistic grows towards a capacity.
func logistic(m *tissue.Model) *tissue.Model {
	return reacting(m, []string{"signal"},
		rate("logistic(r, signal, capacity)", []expression.Constant{perTime("r", 0.03), density("capacity", 5)}, map[string]float64{"signal": 1}))
}

// reactingModels cover a group of one, of several, a bystander, regions and walls.
func reactingModels() map[string]*tissue.Model {
	exporter := exchanging("exporter", tissue.Exchange{NetExportRate: 10})
	saturable := exchanging("saturable", tissue.Exchange{MaxUptakeRate: 30, HalfSaturation: 0.2})
	bystander := logistic(populate(solid([3]int{9, 8, 7}), 6, exporter))
	alone := bystander.Substrates[0]
	alone.Name = "bystander"
	bystander.Substrates = append(bystander.Substrates, alone)
	return map[string]*tissue.Model{
		"logistic, one voxel": logistic(solid([3]int{1, 1, 1})),
		"a constant rate": reacting(populate(solid([3]int{5, 6, 7}), 6, exporter), []string{"ligand"},
			rate("source", []expression.Constant{{Name: "source", Dimension: quantity.Concentration - quantity.Time, Value: 0.02}}, map[string]float64{"ligand": 1})),
		"logistic in 2D":       logistic(populate(planar(19, 37), 6, exporter)),
		"binding":              binding(populate(solid([3]int{9, 10, 35}), 7, exporter, saturable)),
		"binding in regions":   binding(regional(solid([3]int{15, 12, 9}))),
		"binding, retarded":    binding(retarding(solid([3]int{7, 6, 5}), 2)),
		"with a bystander":     bystander,
		"binding beside walls": binding(walled(solid([3]int{9, 10, 11}))),
	}
}

func retarding(m *tissue.Model, factor float64) *tissue.Model {
	m.Substrates[0].Retardation = factor
	return m
}

func TestReactionsAgreeOnBothDevicesAndKeepTheLedger(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		for name, m := range reactingModels() {
			for _, o := range []engine.Options{{TimeStep: 4}, {}, {Scheme: engine.FTCS}} {
				t.Run(fmt.Sprintf("%s/%s%v", name, o.Scheme, o.TimeStep), func(t *testing.T) {
					s := d.solver(t, m, o)
					advance(t, s, 80)
					closes(t, d, s, m)
					if d.name == "cpu" || o.Scheme == "" && o.TimeStep == 0 { // rounding may change adaptive steps
						return
					}
					reference := processor().solver(t, m, o)
					advance(t, reference, 80)
					for id := range m.Substrates {
						compare(t, s, reference, m, tissue.SubstrateID(id))
						got, want := ledger(t, s, tissue.SubstrateID(id)), ledger(t, reference, tissue.SubstrateID(id))
						if math.Abs(got.Reacted-want.Reacted) > 1e-5*want.Handled() {
							t.Errorf("reacted: %.9g, want %.9g molecules", got.Reacted, want.Reacted)
						}
					}
				})
			}
		}
	})
}

// In one voxel the logistic law has a closed form.
func TestLogisticGrowthIsThatOfVerhulst(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		m := logistic(solid([3]int{1, 1, 1}))
		m.Substrates[0].DecayRate = 0
		s := d.solver(t, m, engine.Options{RelativeTolerance: 1e-5})
		for _, until := range []float64{30, 90, 300} {
			advance(t, s, until)
			want := 5 / (1 + (5-1)*math.Exp(-0.03*until))
			if got := read(t, s, m.Grid, 0).Values[0]; math.Abs(got/want-1) > 1e-4 {
				t.Errorf("%g nM at %g s, want %g", got, until, want)
			}
		}
	})
}

// A root rises from zero at an infinite slope, which bounds no step. Of u' = k √(u v), v = 1,
// u stays at 0; a seed of it grows as (√u + k t/2)².
func TestLawsWithInfiniteSlopesRun(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		m := reacting(solid([3]int{1, 1, 1}), []string{"u", "v"},
			rate("k*sqrt(u*v)", []expression.Constant{perTime("k", 0.02)}, map[string]float64{"u": 1}))
		for i := range m.Substrates {
			m.Substrates[i].DecayRate = 0
		}
		m.Substrates[0].InitialDensity, m.Substrates[1].InitialDensity = 0, 1
		s := d.solver(t, m, engine.Options{})
		advance(t, s, 10)
		if c := read(t, s, m.Grid, 0).Values[0]; c != 0 {
			t.Errorf("%g nM of nothing", c)
		}
		const seed = 1e-4
		write(t, s, 0, filled(m.Grid, func(_, _, _ float64) float64 { return seed }))
		advance(t, s, 60)
		want := math.Pow(math.Sqrt(seed)+0.02*50/2, 2)
		if c := read(t, s, m.Grid, 0).Values[0]; math.Abs(c/want-1) > 3e-3 {
			t.Errorf("%g nM, want %g", c, want)
		}
	})
}

// What binds is conserved: ligand and complex together, whatever else goes on.
func TestBindingConservesBothPartners(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		m := binding(solid([3]int{9, 8, 7}))
		for i := range m.Substrates {
			m.Substrates[i].DecayRate = 0
		}
		s := d.solver(t, m, engine.Options{})
		before := ledger(t, s, 0).Present + ledger(t, s, 2).Present
		advance(t, s, 600)
		after := ledger(t, s, 0).Present + ledger(t, s, 2).Present
		if math.Abs(after/before-1) > 100*d.epsilon {
			t.Errorf("%.9g molecules of ligand, free and bound, want %.9g", after, before)
		}
		free, decoy, complex := read(t, s, m.Grid, 0).Values[0], read(t, s, m.Grid, 1).Values[0], read(t, s, m.Grid, 2).Values[0]
		if ratio := 0.05 * free * decoy / (0.01 * complex); math.Abs(ratio-1) > 2e-3 { // twice rtol
			t.Errorf("binding over unbinding is %g after a minute of half-lives, want 1", ratio)
		}
	})
}

// Reactions and saturable sinks keep the order of every scheme.
func TestReactionsKeepTheOrderOfTheScheme(t *testing.T) {
	saturable := exchanging("saturable", tissue.Exchange{MaxUptakeRate: 3, HalfSaturation: 0.2})
	m := binding(regional(populate(solid([3]int{11, 9, 7}), 23, saturable)))
	for i := range m.Regions {
		for h := range m.Regions[i].Held {
			m.Regions[i].Held[h].Series = nil
		}
	}
	run := func(o engine.Options) []float64 {
		s := processor().solver(t, m, o)
		advance(t, s, 32)
		var all []float64
		for id := range m.Substrates {
			all = append(all, read(t, s, m.Grid, tissue.SubstrateID(id)).Values...)
		}
		return all
	}
	exact := run(engine.Options{TimeStep: 1. / 64})
	for _, tc := range []struct {
		scheme engine.Scheme
		steps  []float64
		order  float64
	}{
		{engine.Adaptive, []float64{1, 0.5, 0.25}, 2},
		{engine.FTCS, []float64{0.5, 0.25, 0.125}, 1},
	} {
		var errors []float64
		for _, dt := range tc.steps {
			errors = append(errors, distance(run(engine.Options{Scheme: tc.scheme, TimeStep: dt}), exact))
		}
		order(t, errors, tc.order, 0.15)
	}
}

// Where reactions, regions and moving walls act, the error at an output is that of the
// tolerance too.
func TestAdaptiveKeepsItsToleranceWithReactionsAndRegions(t *testing.T) {
	if testing.Short() {
		t.Skip("long")
	}
	models := reactingModels()
	models["regions"] = regional(solid([3]int{15, 12, 9}))
	models["walls"] = walled(solid([3]int{9, 10, 11}))
	times := []float64{5, 40, 120} // s
	for name, m := range models {
		densities := func(s engine.Solver) []float64 {
			var all []float64
			for id := range m.Substrates {
				all = append(all, read(t, s, m.Grid, tissue.SubstrateID(id)).Values...)
			}
			return all
		}
		exact := processor().solver(t, m, engine.Options{TimeStep: 0.05}) // 1e-6 off at most
		solvers := map[float64]engine.Solver{}
		for _, rtol := range []float64{1e-2, 1e-3, 1e-4} {
			solvers[rtol] = processor().solver(t, m, engine.Options{RelativeTolerance: rtol})
		}
		for _, until := range times {
			advance(t, exact, until)
			want := densities(exact)
			for rtol, s := range solvers {
				advance(t, s, until)
				if got := distance(densities(s), want); got > 3*rtol {
					t.Errorf("%s: at %g s the relative error is %.3g, want %g at most", name, until, got, 3*rtol)
				}
			}
		}
	}
}
