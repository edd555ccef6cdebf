package life_test

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine/life"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/quantity"
)

const hour = 60 * minute

// pairs places n pairs of a first and a second cell in contact, out of reach of all others.
func pairs(m *tissue.Model, n int, first, second tissue.CellTypeID) {
	for k := range n {
		at := r3.Vec{X: 15 + 40*float64(k%24), Y: 15 + 40*float64(k/24%24), Z: 15 + 40*float64(k/576)}
		m.Cells.Add(first, at)
		m.Cells.Add(second, r3.Add(at, r3.Vec{X: 11}))
	}
}

func count(l *life.Life, t tissue.CellTypeID, dead bool) (n int) {
	for i, of := range l.Model().Cells.Type {
		if of == t && l.Dead(i) == dead {
			n++
		}
	}
	return n
}

// A target in contact is killed at the rate of its killer: of 2304 pairs exp(−r t) live on,
// within four standard errors of the binomial; targets alone live.
func TestKillingIsByContactAtItsRate(t *testing.T) {
	killer := tissue.CellType{Name: "CTL", Radius: 5, Life: tissue.Life{Kills: []tissue.TypeRate{{Type: 1, Rate: 2 / hour}}}}
	target := tissue.CellType{Name: "tumour", Radius: 5, Life: tissue.Life{Apoptosis: tissue.Death{Duration: 8.6 * hour}}}
	m := tissueOf([3]int{100, 100, 20}, killer, target)
	const n = 2304
	pairs(m, n, 0, 1)
	for k := range 50 {
		m.Cells.Add(1, r3.Vec{X: 990, Y: 15 + 19*float64(k), Z: 190})
	}
	l, s := live(t, m)
	run(t, l, s, 30, minute)
	got, want := float64(count(l, 1, false)-50)/n, math.Exp(-1)
	if tolerance := 4 * math.Sqrt(want*(1-want)/n); math.Abs(got-want) > tolerance {
		t.Errorf("%.3f of the targets live, want %.3f within %.3f", got, want, tolerance)
	}
	if killed := count(l, 0, true); killed > 0 {
		t.Errorf("%d killers died", killed)
	}
	for i, at := range l.Model().Cells.Position {
		if at.X == 990 && l.Dead(i) {
			t.Fatal("a target died that nothing touched")
		}
	}
	run(t, l, s, 40, hour) // all targets in contact die, and are gone after their time
	if live, dead := count(l, 1, false), count(l, 1, true); live != 50 || dead > 0 {
		t.Errorf("after 40 h more %d targets live and %d lie dead: want 50 and none", live, dead)
	}
}

// Phagocytosis takes up the dead in contact, and none of the living.
func TestTheDeadAreTakenUp(t *testing.T) {
	macrophage := tissue.CellType{Name: "macrophage", Radius: 5, Life: tissue.Life{PhagocytosisDead: 1 / hour}}
	neutrophil := tissue.CellType{Name: "neutrophil", Radius: 5, Life: tissue.Life{Apoptosis: tissue.Death{Rate: 1e3, Duration: 1e9}}}
	bystander := tissue.CellType{Name: "bystander", Radius: 5}
	m := tissueOf([3]int{100, 100, 20}, macrophage, neutrophil, bystander)
	const n = 576
	pairs(m, n, 0, 1)
	for k := range n {
		m.Cells.Add(2, r3.Add(m.Cells.Position[2*k], r3.Vec{Y: 11}))
	}
	l, s := live(t, m)
	run(t, l, s, 31, 2*minute) // the first step is of dying
	got, want := float64(count(l, 1, true))/n, math.Exp(-1)
	if tolerance := 4 * math.Sqrt(want*(1-want)/n); math.Abs(got-want) > tolerance {
		t.Errorf("%.3f of the dead lie there after 1 h, want %.3f within %.3f", got, want, tolerance)
	}
	if left := count(l, 2, false); left != n {
		t.Errorf("%d of %d living bystanders left", left, n)
	}
}

// dividing divides once or more in every step, and has a receptor, a concentration, and a
// level that both cells keep.
func dividing() tissue.CellType {
	return tissue.CellType{Name: "Th", Radius: 5, Life: tissue.Life{
		Division: tissue.Division{Rate: 1e3, Share: 0.3, Kept: []int{2}},
	}, Variables: []tissue.CellVariable{
		{Name: "IL-2R", Initial: 1000},
		{Name: "pSTAT", Initial: 12, Dimension: quantity.Concentration},
		{Name: "T-bet", Initial: 0.7},
	}}
}

func TestDivisionSharesMoleculesOut(t *testing.T) {
	m := tissueOf([3]int{20, 20, 20}, dividing())
	m.Cells.Add(0, middle(m))
	m.Cells.Add(0, r3.Vec{X: 1, Y: 1, Z: 1}) // at a wall
	l, s := live(t, m)
	run(t, l, s, 5, minute)
	cells := &l.Model().Cells
	if cells.Len() != 64 {
		t.Fatalf("%d cells after 5 divisions of 2: want 64", cells.Len())
	}
	receptors := 0.
	for _, id := range cells.ID {
		receptors += s.state[id][0]
		if s.state[id][1] != 12 || s.state[id][2] != 0.7 {
			t.Fatalf("cell %d has %v: want concentration and level as before", id, s.state[id])
		}
	}
	if math.Abs(receptors/2000-1) > 1e-14 { // rounding of 64 terms
		t.Errorf("%.17g receptors in all, want 2000", receptors)
	}
	if got, want := s.state[1][0], 1000*math.Pow(0.7, 5); math.Abs(got/want-1) > 1e-14 {
		t.Errorf("the first mother has %g receptors, want %g", got, want)
	}
	for i := 1; i < cells.Len(); i++ {
		if cells.ID[i] <= cells.ID[i-1] {
			t.Fatalf("cell %d follows cell %d", cells.ID[i], cells.ID[i-1])
		}
	}
}

// The two cells of a division lie half a radius to either side of where the one was, and
// the types of the new ones are as probable as said: 4 standard errors of 2000.
func TestDivisionIsSymmetricInPlaceAndAsymmetricInType(t *testing.T) {
	kind := dividing()
	kind.Life.Division.Rate = 1e3
	kind.Life.Division.Daughter = []tissue.DaughterType{{Type: 1, Probability: 0.25}}
	other := tissue.CellType{Name: "memory", Radius: 5, Variables: kind.Variables[1:2]}
	m := tissueOf([3]int{20, 20, 20}, kind, other)
	const n = 2000
	for range n {
		m.Cells.Add(0, middle(m))
	}
	l, s := live(t, m)
	run(t, l, s, 1, minute)
	cells := &l.Model().Cells
	if cells.Len() != 2*n {
		t.Fatalf("%d cells, want %d", cells.Len(), 2*n)
	}
	memory := 0
	for i := range n {
		centre := r3.Scale(0.5, r3.Add(cells.Position[i], cells.Position[n+i]))
		apart := r3.Norm(r3.Sub(cells.Position[i], cells.Position[n+i]))
		if r3.Norm(r3.Sub(centre, middle(m))) > 1e-9 || math.Abs(apart-5) > 1e-9 {
			t.Fatalf("division into %v and %v", cells.Position[i], cells.Position[n+i])
		}
		if cells.Type[n+i] != 1 {
			continue
		}
		memory++
		mother, daughter := s.state[cells.ID[i]], s.state[cells.ID[n+i]]
		if mother[0] != 1000 || len(daughter) != 1 || daughter[0] != 12 {
			t.Fatalf("mother %v and daughter %v: want receptors to stay where the daughter has none", mother, daughter)
		}
	}
	if math.Abs(float64(memory)/n-0.25) > 4*math.Sqrt(0.25*0.75/n) {
		t.Errorf("%d of %d are memory cells, want a quarter", memory, n)
	}
}

// Damage follows dx/dt = d − ρ x + attacks exactly, and kills by a rule.
func TestDamageIsTheSolutionOfItsEquation(t *testing.T) {
	attacker := tissue.CellType{Name: "NK", Radius: 5, Life: tissue.Life{Attacks: []tissue.TypeRate{{Type: 1, Rate: 3 / hour}}}}
	target := tissue.CellType{Name: "target", Radius: 5, Life: tissue.Life{DamageRate: 1 / hour, RepairRate: 0.5 / hour}}
	m := tissueOf([3]int{20, 20, 20}, attacker, target)
	pairs(m, 1, 0, 1)
	m.Cells.Add(1, r3.Vec{X: 150, Y: 150, Z: 150})
	l, s := live(t, m)
	run(t, l, s, 180, minute)
	for i, want := range []float64{0, (1 + 3) / 0.5 * (1 - math.Exp(-1.5)), 1 / 0.5 * (1 - math.Exp(-1.5))} {
		if got := l.Damage(i); math.Abs(got-want) > 1e-12*want { // rounding of 180 steps
			t.Errorf("damage of cell %d: %.15g, want %.15g", i, got, want)
		}
	}
}

// What a dying cell releases goes into its voxel, and its uptake and secretion end.
func TestDyingCellsReleaseWhatTheyHold(t *testing.T) {
	kind := tissue.CellType{
		Name: "mast", Radius: 5,
		Variables: []tissue.CellVariable{{Name: "stored", Initial: 5000}},
		Exchange:  []tissue.Exchange{{NetExportRate: 3, UptakeRate: 2, MaxUptakeRate: 10, HalfSaturation: 1}},
		Life: tissue.Life{Necrosis: tissue.Death{Rate: 1e3, Duration: hour, Release: []tissue.Release{
			{Substrate: 0, Molecules: 1000, Variable: 0},
		}}},
	}
	m := tissueOf([3]int{20, 20, 20}, kind)
	m.ExtracellularFraction = 0.2
	m.Cells.Add(0, middle(m))
	l, s := live(t, m)
	run(t, l, s, 1, minute)
	molecules := s.released * 0.2 * 1000 * quantity.MoleculesPerNanomolar
	if math.Abs(molecules/6000-1) > 1e-14 {
		t.Errorf("%g molecules released, want 6000", molecules)
	}
	if got := s.state[1][0]; got != 0 {
		t.Errorf("%g molecules still stored", got)
	}
	want := tissue.Exchange{UptakeRate: 0.2, MaxUptakeRate: 1, HalfSaturation: 1}
	if got := s.model.Cells.Exchange[0]; len(got) != 1 || got[0] != want {
		t.Errorf("the dead cell does %+v, want %+v", got, want)
	}
}

// A cell that changes type keeps variables of the same name; rates of competing changes
// share the cells out.
func TestTransitionsKeepWhatHasTheSameName(t *testing.T) {
	variable := func(name string, initial float64) tissue.CellVariable {
		return tissue.CellVariable{Name: name, Initial: initial}
	}
	naive := tissue.CellType{Name: "naive", Radius: 5, Variables: []tissue.CellVariable{variable("IL-2R", 100), variable("CCR7", 9)},
		Life: tissue.Life{Transitions: []tissue.TypeRate{{Type: 1, Rate: 3}, {Type: 2, Rate: 1}}}}
	m := tissueOf([3]int{20, 20, 20}, naive,
		tissue.CellType{Name: "Th1", Radius: 5, Variables: []tissue.CellVariable{variable("T-bet", 1), variable("IL-2R", 0)}},
		tissue.CellType{Name: "Th2", Radius: 5})
	const n = 2000
	for range n {
		m.Cells.Add(0, middle(m))
	}
	l, s := live(t, m)
	run(t, l, s, 1, minute)
	if left := count(l, 0, false); left > 0 {
		t.Fatalf("%d cells unchanged", left)
	}
	th1 := float64(count(l, 1, false)) / n
	if math.Abs(th1-0.75) > 4*math.Sqrt(0.25*0.75/n) {
		t.Errorf("%.3f are Th1, want 0.75", th1)
	}
	for i, id := range l.Model().Cells.ID {
		if got := s.state[id]; l.Model().Cells.Type[i] == 1 && (got[0] != 1 || got[1] != 100) {
			t.Fatalf("Th1 cell has %v, want T-bet 1 and IL-2R 100", got)
		}
	}
}
