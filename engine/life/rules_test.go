package life

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
)

// Values by hand of up = base + (high − base) H_up, up + (low − up) H_down.
func TestRulesCombineAsInTheGrammar(t *testing.T) {
	speed := tissue.Behaviour{Kind: tissue.Speed}
	rule := func(signal tissue.SignalKind, decreases bool, saturation, half, power float64) tissue.Rule {
		return tissue.Rule{Signal: tissue.Signal{Kind: signal}, Behaviour: speed, Decreases: decreases,
			Saturation: saturation, HalfMax: half, HillPower: power}
	}
	for _, tc := range []struct {
		name        string
		rules       []tissue.Rule
		damage, age float64
		want        float64
	}{
		{"no signal", []tissue.Rule{rule(tissue.Damage, false, 6, 2, 4)}, 0, 0, 2},
		{"half", []tissue.Rule{rule(tissue.Damage, false, 6, 2, 4)}, 2, 0, 4},
		{"power 1", []tissue.Rule{rule(tissue.Damage, false, 6, 2, 1)}, 6, 0, 5},                                            // 3/4 of the way
		{"power 2", []tissue.Rule{rule(tissue.Damage, false, 6, 2, 2)}, 6, 0, 2 + 4*0.9},                                    // 9/10
		{"power 3", []tissue.Rule{rule(tissue.Damage, false, 6, 2, 3)}, 4, 0, 2 + 4*8./9},                                   // 8/9
		{"power 1.5", []tissue.Rule{rule(tissue.Damage, false, 6, 2, 1.5)}, 8, 0, 2 + 4*8./9},                               // 4^1.5 = 8
		{"down", []tissue.Rule{rule(tissue.Damage, true, 0, 2, 1)}, 2, 0, 1},                                                // half way to 0
		{"two up", []tissue.Rule{rule(tissue.Damage, false, 6, 2, 1), rule(tissue.Age, false, 10, 3, 1)}, 2, 3, 2 + 8*2./3}, // sum 2, largest saturation
		{"two down", []tissue.Rule{rule(tissue.Damage, true, 1, 2, 1), rule(tissue.Age, true, 0.5, 3, 1)}, 2, 3, 2 - 1.5*2./3},
		{"up and down", []tissue.Rule{rule(tissue.Damage, false, 6, 2, 1), rule(tissue.Age, true, 0, 3, 1)}, 2, 3, 2}, // 4, then half of it
		{"saturated", []tissue.Rule{rule(tissue.Damage, false, 6, 1e-300, 10)}, 1e300, 0, 6},
		{"below zero", []tissue.Rule{rule(tissue.Damage, false, 6, 2, 1.5)}, -1, 0, 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := &tissue.Model{CellTypes: []tissue.CellType{{Name: "T", Radius: 5, Life: tissue.Life{
				Motility: tissue.Motility{Speed: 2, PersistenceTime: 60}, Rules: tc.rules,
			}}}}
			p := compile(m, 0, alive)
			l := &Life{model: m, stride: 1, values: make([]float64, 1), now: tc.age}
			l.state.Damage, l.state.Born = []float64{tc.damage}, []float64{0}
			l.respond(&p, 0, nil)
			if got := p.speed.of(l.values); math.Abs(got-tc.want) > 1e-14*tc.want { // rounding
				t.Errorf("speed %.17g, want %.17g", got, tc.want)
			}
		})
	}
}

func TestSignalsAreWhatTheyAreCalled(t *testing.T) {
	l := &Life{now: 500, density: [][]float64{nil, {0, 3}}, surface: [][]float64{{0, 4}}, gradient: [][]r3.Vec{{{}, {X: 3, Z: 4}}},
		variables: [][]float64{nil, {6, 2, 0}}, body: []float64{1, 38.5}}
	l.state.Born, l.state.Damage = []float64{0, 100}, []float64{0, 9}
	a := &around{living: []int{0, 2}, dead: 7, pressure: 0.25}
	for _, tc := range []struct {
		signal tissue.Signal
		want   float64
	}{
		{tissue.Signal{Kind: tissue.Density, Substrate: 1}, 3},
		{tissue.Signal{Kind: tissue.SurfaceDensity}, 4},
		{tissue.Signal{Kind: tissue.Gradient}, 5},
		{tissue.Signal{Kind: tissue.VariableSignal, Variable: 1}, 2},
		{tissue.Signal{Kind: tissue.Occupancy, Variable: 0, Bound: 1}, 0.25},
		{tissue.Signal{Kind: tissue.Occupancy, Variable: 2, Bound: 2}, 0},
		{tissue.Signal{Kind: tissue.Contact, Type: 1}, 2},
		{tissue.Signal{Kind: tissue.DeadContact}, 7},
		{tissue.Signal{Kind: tissue.Pressure}, 0.25},
		{tissue.Signal{Kind: tissue.Damage}, 9},
		{tissue.Signal{Kind: tissue.Age}, 400},
		{tissue.Signal{Kind: tissue.Time}, 500},
		{tissue.Signal{Kind: tissue.BodySignal, Body: 1}, 38.5},
	} {
		if got := l.signal(&tc.signal, 1, a); got != tc.want {
			t.Errorf("signal %+v is %g, want %g", tc.signal, got, tc.want)
		}
	}
}

// 12 neighbours of a close packing as loose as confluent tissue make a pressure of 1.
func TestPressureOfConfluentTissueIsOne(t *testing.T) {
	d := math.Sqrt(math.Pi / (2 * math.Sqrt(3))) // of the sum of radii
	if got := 12 * tissue.PressureOf(10*d, 10); math.Abs(got-1) > 1e-9 {
		t.Errorf("pressure %.10g, want 1", got)
	}
}

// Streams of cells, steps and purposes next to each other are not alike: of 64 bits of any
// two about half differ, 32 ± 5 standard deviations of 4.
func TestStreamsAreApart(t *testing.T) {
	var all []uint64
	for key := range uint64(8) {
		for step := range uint64(8) {
			for p := range purpose(4) {
				s := newStream(firstKey(1, key), step, p)
				all = append(all, s.next(), s.next())
			}
		}
	}
	for i, a := range all {
		for _, b := range all[:i] {
			if n := ones(a ^ b); n < 12 || n > 52 {
				t.Fatalf("%x and %x differ in %d bits", a, b, n)
			}
		}
	}
}

func ones(x uint64) (n int) {
	for ; x > 0; x &= x - 1 {
		n++
	}
	return n
}
