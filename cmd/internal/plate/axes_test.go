package plate

import (
	"testing"

	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// Densities and times are shown in the unit that gives them short numbers, or the one asked for.
func TestUnitsOfAxesSuitTheNumbers(t *testing.T) {
	for _, tc := range []struct {
		most  float64 // nM
		asked string
		want  string
	}{
		{2000, "", "µM"}, {2, "", ""}, {0.5, "", "pM"}, {0.002, "", "pM"}, {0.0005, "", "fM"}, {0, "", "pM"}, {0.5, "fM", "fM"}, {0.0005, "nM", "nM"},
	} {
		p := picture{spec: scenario.Panel{Unit: tc.asked}}
		axis := figure.Axis{Quantity: "IL-2", Unit: "nM"}
		if p.dress(&axis, &shot{Curves: []curve{{Y: []float64{0, tc.most}}}}); axis.Shown != tc.want {
			t.Errorf("up to %g nM, %q asked for: shown in %q, want %q", tc.most, tc.asked, axis.Shown, tc.want)
		}
	}
	for _, tc := range []struct {
		length float64 // s
		asked  string
		want   string
	}{
		{100, "", "s"}, {180, "", "min"}, {7199, "", "min"}, {7200, "", "h"}, {2 * 86400, "", "h"}, {3 * 86400, "", "d"}, {3 * 86400, "min", "min"},
	} {
		p := picture{spec: scenario.Panel{TimeUnit: tc.asked}}
		if got := p.timeUnit(tc.length); got != tc.want {
			t.Errorf("%g s, %q asked for: shown in %q, want %q", tc.length, tc.asked, got, tc.want)
		}
	}
}
