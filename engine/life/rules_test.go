package life

import (
	"math"
	"testing"

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
