package validate

import (
	"context"
	"errors"
	"math"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/cpu"
	"github.com/cytofield/cytofield/tissue"
)

func newLab(t *testing.T) *lab {
	l := &lab{ctx: context.Background(), readings: map[string]reading{}, open: func(m *tissue.Model, o engine.Options) (engine.Solver, error) {
		return cpu.NewSolver(m, o)
	}}
	t.Cleanup(func() {
		if err := l.close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

func TestLimitIsExactForItsTerms(t *testing.T) {
	const a, b, c = 3, -40, 2e5
	var halfEdges, observed []float64
	for _, w := range []float64{55, 105, 205} {
		halfEdges, observed = append(halfEdges, w), append(observed, a+b/w+c/(w*w*w))
	}
	l, err := newLimit(halfEdges...)
	if err != nil {
		t.Fatal(err)
	}
	if got := l.of(observed); math.Abs(got-a) > 1e-12*a { // a few rounding errors, amplified twice
		t.Errorf("limit %.15g, want %g", got, float64(a))
	}
	if amplification := l.amplification(); amplification < 1 || amplification > 5 {
		t.Errorf("amplification %g, want 1 to 5 for boxes that double", amplification)
	}
}

func TestBisectFindsTheBorderFromBothSides(t *testing.T) {
	const border = 17.25
	above := func(x float64) (bool, error) { return x > border, nil }
	below := func(x float64) (bool, error) { return x < border, nil }
	for _, tc := range []struct {
		accepted, refused float64
		refuses           func(float64) (bool, error)
	}{{10, 20, above}, {20, 10, below}} {
		if got, err := bisect(tc.accepted, tc.refused, tc.refuses); err != nil || math.Abs(got-border) > 1e-8*border {
			t.Errorf("from %g to %g: %.12g, %v; want %g", tc.accepted, tc.refused, got, err, border)
		}
	}
}

// The mean over a sphere is the value in its middle for a linear field, and about
// the corner of an octant that of the mirrored field.
func TestSphereMean(t *testing.T) {
	l := newLab(t)
	r, err := l.start("p01")
	if err != nil {
		t.Fatal(err)
	}
	f := tissue.NewField(r.model.Grid)
	for i := range f.Values {
		v := f.Grid.Coordinates(i)
		f.Values[i] = r3.Dot(f.Grid.Centre(v[0], v[1], v[2]), r3.Vec{X: 1, Y: 2, Z: 3})
	}
	if err := r.solver.Write(0, f); err != nil {
		t.Fatal(err)
	}
	middle, err := r.sphereMean(60, false)
	if want := 105. * 6; err != nil || math.Abs(middle/want-1) > 1e-6 { // 2000 directions
		t.Errorf("mean about the middle %.9g, %v; want %g", middle, err, want)
	}
	corner, err := r.sphereMean(60, true)
	if want := 60. / 2 * 6; err != nil || math.Abs(corner/want-1) > 0.01 { // <|x|> = 1/2; half a voxel at the mirror is flat
		t.Errorf("mean about the corner %.9g, %v; want %g", corner, err, want)
	}
}

func TestRunThatHasNotSettledIsRefused(t *testing.T) {
	l := newLab(t)
	r, err := l.start("a01", "duration=500 s")
	if err != nil {
		t.Fatal(err)
	}
	if err := r.settle(1e-6, r.present); !errors.Is(err, ErrNotSettled) {
		t.Errorf("half a decay time: %v, want ErrNotSettled", err)
	}
}

func TestExtrapolationToTheWallIsExactForAParabola(t *testing.T) {
	parabola := func(x float64) float64 { return 7 - 3*x + 0.5*x*x }
	if got := atWall(parabola(0.5), parabola(1.5), parabola(2.5)); math.Abs(got-7) > 1e-14*7 {
		t.Errorf("at the wall %.17g, want 7", got)
	}
}
