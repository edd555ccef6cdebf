package figure

import (
	"math"
	"testing"

	"github.com/cytofield/cytofield/render/golden"
)

func charts() map[string]Chart {
	yukawa := Series{}
	for i := range 100 {
		r := 10 + 3*float64(i)
		yukawa.Line = append(yukawa.Line, Point{r, 8e4 * math.Exp(-r/100) / r})
		if i%10 == 0 {
			yukawa.Marks = append(yukawa.Marks, Point{r, 8e4 * math.Exp(-r/100) / r * 1.01})
		}
	}
	growth := Chart{
		X: Axis{Quantity: "time", Unit: "h"}, Y: Axis{Quantity: "CD8⁺ T cells", Unit: ""}, Marks: "observed", Lines: "exact",
	}
	for k, name := range []string{"none", "IL-2, 10 pM", "IL-2, 30 pM", "IL-15", "IL-2 and IL-15"} {
		s := Series{Name: name}
		for i := range 25 {
			p := Point{float64(i), 100 * (1 + float64(k)*(1-math.Exp(-float64(i)/9)))}
			s.Line = append(s.Line, p)
			if i%4 == 0 {
				s.Marks = append(s.Marks, p)
			}
		}
		growth.Series = append(growth.Series, s)
	}
	return map[string]Chart{
		"chart_log": {X: Axis{Quantity: "r", Unit: "µm"}, Y: Axis{Quantity: "C", Unit: "pM", Log: true},
			Marks: "observed", Lines: "exact", Series: []Series{yukawa}},
		"chart_series": growth,
	}
}

func TestChartsLookAsTheyDid(t *testing.T) {
	for name, chart := range charts() {
		t.Run(name, func(t *testing.T) {
			img, err := one(chart).Image(Options{})
			if err != nil {
				t.Fatal(err)
			}
			if width := float64(img.Rect.Dx()) / 300 * 25.4; math.Abs(width-89) > 0.2 {
				t.Errorf("%.1f mm wide, want 89: one column of a journal", width)
			}
			golden.Image(t, name+".png", img, 2, *update)
		})
	}
}

// Marks and lines lie where the ticks say they do.
func TestChartPutsPointsWhereTheyBelong(t *testing.T) {
	for _, log := range []bool{false, true} {
		axis := Axis{Quantity: "C", Unit: "nM", Log: log}
		a, err := newSpan(axis, []float64{0.3, 7, 95}, 7)
		if err != nil {
			t.Fatal(err)
		}
		if a.low > 0.3 || a.high < 95 || math.Abs(a.position(a.low)) > 1e-15 || math.Abs(a.position(a.high)-1) > 1e-15 {
			t.Errorf("log %t: axis from %g to %g", log, a.low, a.high)
		}
		for i := 1; i < len(a.ticks); i++ {
			if !(a.position(a.ticks[i].value) > a.position(a.ticks[i-1].value)) {
				t.Errorf("log %t: ticks %v", log, a.ticks)
			}
		}
	}
}

func TestChartRefusesWhatItCannotDraw(t *testing.T) {
	for name, marks := range map[string][]Point{
		"nothing": nil, "one point": {{1, 1}}, "zero on a log axis": {{1, 0}, {2, 1}}, "NaN": {{1, 1}, {2, math.NaN()}},
	} {
		c := Chart{X: Axis{Quantity: "r", Unit: "µm"}, Y: Axis{Quantity: "C", Log: true}, Series: []Series{{Marks: marks}}}
		if _, err := one(c).Image(Options{}); err == nil {
			t.Errorf("%s: drawn, want an error", name)
		}
	}
}

// Seconds shown in hours lie, and are labelled, where hours do.
func TestAxesConvertUnits(t *testing.T) {
	chart := func(unit, shown string, factor float64) Chart {
		s := Series{Line: []Point{{0, 1}, {9000 * factor, 3}, {18000 * factor, 2}}}
		return Chart{X: Axis{Quantity: "time", Unit: unit, Shown: shown}, Y: Axis{Quantity: "cells"}, Series: []Series{s}, References: []Reference{{Value: 7200 * factor, Upright: true}}}
	}
	want, err := one(chart("h", "", 1./3600)).Image(Options{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := one(chart("s", "h", 1)).Image(Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range want.Pix {
		if got.Pix[i] != want.Pix[i] {
			t.Fatal("a chart of seconds shown in hours differs from one of hours")
		}
	}
	for _, tc := range []struct {
		from, to string
		want     float64
	}{{"s", "h", 1. / 3600}, {"d", "h", 24}, {"µm", "mm", 1e-3}, {"nM", "pM", 1e3}, {"pM", "µM", 1e-6}, {"x", "x", 1}, {"nM", "", 1}} {
		if got, err := conversion(tc.from, tc.to); err != nil || math.Abs(got/tc.want-1) > 1e-14 {
			t.Errorf("%s in %s: %g, %v, want %g", tc.from, tc.to, got, err, tc.want)
		}
	}
}
