package bench

import (
	"context"
	"math"
	"testing"

	"github.com/cytofield/cytofield/engine"
)

func TestProblemsSpanTheField(t *testing.T) {
	shortest, longest, strongest := math.Inf(1), 0., 0.
	for _, p := range Problems() {
		for k := range minutes {
			if err := p.model(4, k).Validate(); err != nil {
				t.Fatal(err)
			}
		}
		shortest, longest = min(shortest, p.DiffusionLength()), max(longest, p.DiffusionLength())
		strongest = max(strongest, p.Uptake)
	}
	if math.Abs(shortest-5) > 0.1 || math.Abs(longest-500) > 1 || strongest != 10 {
		t.Errorf("diffusion lengths of %.3g to %.3g µm, uptake up to %g/s: want 5 to 500 and 10", shortest, longest, strongest)
	}
}

// Cells stay where they are, and about half of the secretors are at work, not the
// same ones.
func TestSecretorsTakeTurns(t *testing.T) {
	p := Problems()[0]
	first, second := p.model(20, 1), p.model(20, 2)
	same, working, secretors := 0, 0, 0
	for i, kind := range first.Cells.Type {
		if first.Cells.Position[i] != second.Cells.Position[i] || first.Cells.ID[i] != second.Cells.ID[i] {
			t.Fatal("a cell has moved")
		}
		other := second.Cells.Type[i]
		if (kind == 1) != (other == 1) {
			t.Fatal("a consumer has turned")
		}
		if kind == 1 {
			continue
		}
		secretors++
		if kind == 0 {
			working++
		}
		if kind == other {
			same++
		}
	}
	half, spread := float64(secretors)/2, 3*math.Sqrt(float64(secretors))/2 // three standard deviations
	if math.Abs(float64(working)-half) > spread || math.Abs(float64(same)-half) > spread {
		t.Errorf("of %d secretors %d work, %d do as before", secretors, working, same)
	}
}

// A row's error is of the right minutes, its work their mean.
func TestStudyRowsAreOfTheirMinutes(t *testing.T) {
	ctx, p := context.Background(), Problem{10, 1e-3, 0.1}
	exact, err := p.solve(ctx, 6, studyOptions(engine.Options{Scheme: engine.Adaptive, RelativeTolerance: exactTolerance}))
	if err != nil {
		t.Fatal(err)
	}
	if len(exact) != minutes || distance(exact[1].density, exact[0].density) < 0.1 {
		t.Fatalf("%d minutes, the second like the first", len(exact))
	}
	o := studyOptions(engine.Options{Scheme: engine.LOD, TimeStep: 6})
	got, err := p.solve(ctx, 6, o)
	if err != nil {
		t.Fatal(err)
	}
	cold, switching := p.row(o, Cold, got[:1], exact[:1]), p.row(o, Switching, got[1:], exact[1:])
	if cold.Sweeps != 30 || switching.Sweeps != 30 || cold.ModelledBytes != 240 || cold.Way != "step 6 s" || cold.Fixed {
		t.Errorf("%+v, want 30 sweeps of 8 bytes", cold)
	}
	worst := 0.0
	for k := 1; k < minutes; k++ {
		worst = max(worst, distance(got[k].density, exact[k].density))
	}
	if cold.Error != distance(got[0].density, exact[0].density) || switching.Error != worst {
		t.Errorf("errors %g and %g, the worst minute after the first %g", cold.Error, switching.Error, worst)
	}
	if cold.Error < 1e-2 || p.row(o, Cold, exact[:1], exact[:1]).Error != 0 {
		t.Errorf("lod at 6 s is off by %g, the reference by more than nothing", cold.Error)
	}
}
