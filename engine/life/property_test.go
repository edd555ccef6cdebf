package life_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
)

// Whatever the rules, cells stay in the box, their ids rise, what they are handed over
// with is sound (the solver validates it), and all numbers are finite.
func TestRandomRulesKeepCellsSound(t *testing.T) {
	for seed := range uint64(40) {
		random := rand.New(rand.NewPCG(seed, 1))
		m := randomTissue(random)
		l, s := live(t, m)
		s.base, s.slope = random.Float64(), r3.Vec{X: 1e-3 * random.NormFloat64(), Z: 1e-3 * random.NormFloat64()}
		for range 30 {
			if l.Model().Cells.Len() > 3000 {
				break
			}
			run(t, l, s, 1, minute)
			cells := &l.Model().Cells
			for i, id := range cells.ID {
				if i > 0 && id <= cells.ID[i-1] || !m.Grid.Contains(cells.Position[i]) || m.Obstacle(cells.Position[i]) != nil {
					t.Fatalf("seed %d: cell %d after cell %d, at %v", seed, id, cells.ID[max(i-1, 0)], cells.Position[i])
				}
				for _, v := range append(s.state[id], l.Damage(i), l.Age(i)) {
					if math.IsNaN(v) || math.IsInf(v, 0) {
						t.Fatalf("seed %d: cell %d has %v, damage %g, age %g", seed, id, s.state[id], l.Damage(i), l.Age(i))
					}
				}
			}
		}
	}
}

// randomTissue returns a sound tissue of three types with some of everything.
func randomTissue(random *rand.Rand) *tissue.Model {
	m := tissueOf([3]int{1 + random.IntN(9), 1 + random.IntN(9), 1 + random.IntN(9)})
	if random.IntN(3) == 0 {
		planar(m)
	}
	for axis := range 3 {
		if random.IntN(2) == 0 {
			m.Substrates[0].Boundary[axis] = [2]tissue.Boundary{{Kind: tissue.Periodic}, {Kind: tissue.Periodic}}
		}
	}
	if random.IntN(2) == 0 {
		m.Regions = []tissue.Region{{
			Name: "void", Impermeable: true, ExtracellularFraction: 1, Media: []tissue.Medium{m.Substrates[0].Medium()},
			Shape: tissue.Sphere{Centre: r3.Vec{}, Radius: 25},
		}}
	}
	for range 3 {
		m.CellTypes = append(m.CellTypes, randomType(random, len(m.CellTypes)))
	}
	size := m.Grid.Size()
	for range 60 {
		at := r3.Vec{X: size[0] * random.Float64(), Y: size[1] * random.Float64(), Z: size[2] * random.Float64()}
		if m.Obstacle(at) == nil {
			m.Cells.Add(tissue.CellTypeID(random.IntN(3)), at)
		}
	}
	return m
}

func randomType(random *rand.Rand, id int) tissue.CellType {
	rate := func() float64 { return 2 * random.ExpFloat64() / hour }
	towards := func() []tissue.TypeRate {
		return []tissue.TypeRate{{Type: tissue.CellTypeID(random.IntN(3)), Rate: rate()}}
	}
	t := tissue.CellType{
		Name: "ABC"[id : id+1], Radius: 3 + 4*random.Float64(),
		Exchange: []tissue.Exchange{{NetExportRate: random.ExpFloat64(), SaturationDensity: 1, HalfSaturation: 1}},
		Life: tissue.Life{
			Motility: tissue.Motility{Speed: 10 * random.ExpFloat64() / minute, PersistenceTime: minute * (0.1 + random.ExpFloat64()),
				Bias: random.Float64(), Normalised: random.IntN(2) == 0, Sensitivity: []tissue.ChemotacticSensitivity{{Value: random.NormFloat64()}}},
			Mechanics: tissue.Mechanics{Repulsion: 10 * random.Float64() / minute, Adhesion: random.Float64() / minute, Reach: 1 + random.Float64()},
			Division:  tissue.Division{Rate: rate(), Share: random.Float64(), Daughter: []tissue.DaughterType{{Type: tissue.CellTypeID(random.IntN(3)), Probability: random.Float64()}}},
			Apoptosis: tissue.Death{Rate: rate(), Duration: 10 * minute},
			Necrosis:  tissue.Death{Rate: rate(), Release: []tissue.Release{{Molecules: 10, Variable: 0}}},

			Transitions: towards(), Kills: towards(), Attacks: towards(), Phagocytosis: towards(),
			PhagocytosisDead: rate(), DamageRate: rate(), RepairRate: rate(),
		},
	}
	for _, name := range []string{"R", "R bound", "level"}[:1+random.IntN(3)] {
		t.Variables = append(t.Variables, tissue.CellVariable{Name: name, Initial: 10 * random.Float64()})
	}
	for range 10 {
		t.Life.Rules = append(t.Life.Rules, randomRule(random, t))
	}
	return t
}

func randomRule(random *rand.Rand, t tissue.CellType) tissue.Rule {
	r := tissue.Rule{
		Signal: tissue.Signal{Kind: tissue.SignalKind(random.IntN(int(tissue.BodySignal))), Type: tissue.CellTypeID(random.IntN(3)),
			Variable: random.IntN(len(t.Variables)), Bound: random.IntN(len(t.Variables))},
		Behaviour: tissue.Behaviour{Kind: tissue.BehaviourKind(random.IntN(int(tissue.Bias) + 1)), Type: tissue.CellTypeID(random.IntN(3)),
			Variable: random.IntN(len(t.Variables))},
		Decreases: random.IntN(2) == 0, HalfMax: random.ExpFloat64() + 1e-9, HillPower: 0.5 + 4*random.Float64(),
	}
	base := t.Base(r.Behaviour)
	switch k := r.Behaviour.Kind; {
	case r.Decreases:
		r.Saturation = min(base, base*random.Float64())
	case k == tissue.Bias:
		r.Saturation = base + (1-base)*random.Float64()
	default:
		r.Saturation = base + math.Abs(base)*random.ExpFloat64()
	}
	return r
}
