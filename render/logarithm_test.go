package render

import (
	"math"
	"testing"
)

// What stands for logarithms and exponentials is off by far less than a level of 255 shows.
func TestShortLawsAreCloseToTheirFunctions(t *testing.T) {
	table := newLogarithms()
	for v := 1.0; v < 1e12; v *= 1.000173 {
		if got, want := table.of(v), math.Log(v); math.Abs(got-want) > 3e-8+1e-15*want {
			t.Fatalf("ln %g is %.12g, want %.12g", v, got, want)
		}
	}
	for depth := 1e-9; depth < 10; depth *= 1.0017 {
		if got, want := thinned(depth), -math.Expm1(-depth)/depth; math.Abs(got-want) > 1e-12 {
			t.Fatalf("what comes through from within a depth of %g is %.12g, want %.12g", depth, got, want)
		}
	}
}
