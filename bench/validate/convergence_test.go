package validate_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/cytofield/cytofield/bench/validate"
	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/gpu/gputest"
	"github.com/cytofield/cytofield/tissue"
)

// orders fails for every study whose order is not the scheme's.
func orders(t *testing.T, open validate.NewSolver, single bool) {
	t.Helper()
	studies, err := validate.Convergence(context.Background(), open, single)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, s := range studies {
		seen[fmt.Sprint(s.Scheme, " in ", s.Of)]++
		t.Logf("%s %s %s: %+v", s.Scheme, s.Of, s.Problem, s.Rungs)
		if !s.Pass {
			t.Errorf("%s in %s, %s: %+v; want order %g ± %g", s.Scheme, s.Of, s.Problem, s.Rungs, s.Expected, s.Tolerance)
		}
	}
	for _, scheme := range []engine.Scheme{engine.Adaptive, engine.FTCS, engine.LOD} {
		if seen[fmt.Sprint(scheme, " in space")] != 3 || seen[fmt.Sprint(scheme, " in time")] == 0 {
			t.Errorf("%s: %v, want three studies in space and some in time", scheme, seen)
		}
	}
}

func TestSchemesConvergeAtTheirOrder(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	orders(t, onCPU, false)
}

func TestSchemesConvergeAtTheirOrderOnGPU(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	d := gputest.Open(t)
	orders(t, func(m *tissue.Model, o engine.Options) (engine.Solver, error) {
		s, err := engine.NewGPUSolver(d, m, o)
		if err != nil {
			return nil, err
		}
		return s, nil
	}, true)
}

// A diffusion coefficient that is off by a thousandth converges to something else.
func TestWrongDiffusionDoesNotConverge(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	studies, err := validate.Convergence(context.Background(), func(m *tissue.Model, o engine.Options) (engine.Solver, error) {
		changed := copied(m)
		changed.Substrates[0].DiffusionCoefficient *= 1.001
		return onCPU(changed, o)
	}, false)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range studies {
		if s.Of == "space" && s.Pass {
			t.Errorf("%s, %s passes: %+v", s.Scheme, s.Problem, s.Rungs)
		}
	}
}
