package figure

import (
	"math"
	"strings"
	"testing"
)

// spell lists the labels of ticks, minor ones as dots.
func spell(ticks []tick) string {
	var labels []string
	for _, t := range ticks {
		if t.label == nil {
			labels = append(labels, ".")
		} else {
			labels = append(labels, t.label.String())
		}
	}
	return strings.Join(labels, " ")
}

func TestTicksAreRound(t *testing.T) {
	for _, tc := range []struct {
		name      string
		low, high float64
		log       bool
		most      int
		want      string
	}{
		{"400 µm", 0, 400, false, 7, "0 100 200 300 400"},
		{"300 µm", 0, 300, false, 7, "0 50 100 150 200 250 300"},
		{"340 µm", 0, 340, false, 7, "0 50 100 150 200 250 300"},
		{"150 µm, little room", 0, 150, false, 3, "0 100"},
		{"below one", 0, 0.3, false, 7, "0 0.05 0.10 0.15 0.20 0.25 0.30"},
		{"15", 0, 15, false, 7, "0 5 10 15"},
		{"not from zero", 12, 31, false, 5, "15 20 25 30"},
		{"across zero", -1, 1, false, 5, "−1.0 −0.5 0 0.5 1.0"},
		{"no extent", 3, 3, false, 5, ""},
		{"two decades", 0.1, 30, true, 7, "0.1 . . . . . . . . 1 . . . . . . . . 10 . ."},
		{"one decade", 2, 30, true, 7, "2 . . 5 . . . . 10 20 ."},
		{"a whole decade", 1, 10, true, 7, "1 2 . . 5 . . . . 10"},
		{"a whole decade, little room", 1, 10, true, 3, "1 . . . . . . . . 10"},
		{"within a decade", 2, 8, true, 7, "2 . . 5 . . ."},
		{"beyond plain numbers", 1e-5, 1e-3, true, 7, "10−5 . . . . . . . . 10−4 . . . . . . . . 10−3"},
		{"big within a decade", 2e5, 5e5, true, 7, "2×105 . . 5×105"},
		{"log from zero", 0, 1, true, 7, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := barTicks(tc.low, tc.high, tc.log, tc.most)
			if s := spell(got); s != tc.want {
				t.Errorf("%q, want %q", s, tc.want)
			}
			for _, tick := range got {
				if tick.value < tc.low-1e-9*math.Abs(tc.high) || tick.value > tc.high*(1+1e-9) {
					t.Errorf("tick at %g outside %g to %g", tick.value, tc.low, tc.high)
				}
			}
		})
	}
}

func TestTicksNeverCrowd(t *testing.T) {
	for _, high := range []float64{1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 9.99, 17, 123, 4567} {
		for most := 3; most <= 7; most++ {
			if n := len(linearTicks(0, high, most)); n > most || n < 2 {
				t.Errorf("0 to %g: %d ticks, want 2 to %d", high, n, most)
			}
		}
	}
	for decades := 1; decades <= 12; decades++ {
		labels := 0
		for _, tick := range logTicks(math.Pow10(-decades), 1, 5) {
			if tick.label != nil {
				labels++
			}
		}
		if labels > 5 || labels < 2 {
			t.Errorf("%d decades: %d labels, want 2 to 5", decades, labels)
		}
	}
}

func TestScaleBarIsRoundAndFits(t *testing.T) {
	for _, tc := range []struct {
		width float64
		want  float64
		label string
	}{
		{400, 50, "50 µm"}, {500, 100, "100 µm"}, {1200, 200, "200 µm"}, {10, 2, "2 µm"},
		{9, 1, "1 µm"}, {3, 0.5, "500 nm"}, {5000, 1000, "1 mm"}, {30000, 5000, "5 mm"},
	} {
		got := scaleBar(tc.width)
		if math.Abs(got/tc.want-1) > 1e-12 || FormatLength(got) != tc.label {
			t.Errorf("%g µm wide: %g µm, %q; want %g, %q", tc.width, got, FormatLength(got), tc.want, tc.label)
		}
	}
}
