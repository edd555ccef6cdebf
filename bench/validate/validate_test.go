package validate_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cytofield/cytofield/bench/validate"
	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/cpu"
	"github.com/cytofield/cytofield/engine/gpu/gputest"
	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/tissue"
)

func onCPU(m *tissue.Model, o engine.Options) (engine.Solver, error) {
	s, err := cpu.NewSolver(m, o)
	if err != nil {
		return nil, err
	}
	return s, nil
}

func find(t *testing.T, id string) validate.Case {
	t.Helper()
	for _, c := range validate.Cases() {
		if c.ID == id {
			return c
		}
	}
	t.Fatalf("no case %q", id)
	return validate.Case{}
}

// run returns the results of a case and logs them.
func run(t *testing.T, c validate.Case, open validate.NewSolver, single bool) []validate.Result {
	t.Helper()
	start := time.Now()
	report, err := c.Run(context.Background(), open, single)
	if err != nil {
		t.Fatal(err)
	}
	results := report.Results
	if report.Chart != nil {
		if _, err := (figure.Figure{Panels: []figure.Panel{*report.Chart}}).Image(figure.Options{}); err != nil {
			t.Error(err)
		}
	}
	var table strings.Builder
	for _, r := range results {
		fmt.Fprintf(&table, "\n%-55.55s %-16.10g %-16.10g %-10s %8.1e of %7.1e %v", r.Observable, r.Observed, r.Expected, r.Unit, r.Error, r.Tolerance, r.Pass)
	}
	t.Logf("%s: %.1f s%s", c.ID, time.Since(start).Seconds(), table.String())
	return results
}

func failed(results []validate.Result) (names []string) {
	for _, r := range results {
		if !r.Pass {
			names = append(names, r.Observable)
		}
	}
	return names
}

// quick are the cases that take less than a second on two cores.
func quick(c validate.Case) bool {
	return slices.Contains([]string{"A01", "A08", "A09", "A10", "A23", "P04", "P12", "P15", "P23"}, c.ID)
}

func TestCasesHold(t *testing.T) {
	for _, c := range validate.Cases() {
		t.Run(c.ID, func(t *testing.T) {
			if testing.Short() && !quick(c) {
				t.Skip("takes seconds")
			}
			if names := failed(run(t, c, onCPU, false)); names != nil {
				t.Errorf("out of tolerance: %q", names)
			}
		})
	}
}

// The other cases run on the GPU with the command: they take minutes in software.
func TestQuickCasesHoldOnGPU(t *testing.T) {
	d := gputest.Open(t)
	open := func(m *tissue.Model, o engine.Options) (engine.Solver, error) {
		s, err := engine.NewGPUSolver(d, m, o)
		if err != nil {
			return nil, err
		}
		return s, nil
	}
	for _, c := range validate.Cases() {
		if !quick(c) {
			continue
		}
		t.Run(c.ID, func(t *testing.T) {
			if names := failed(run(t, c, open, true)); names != nil {
				t.Errorf("out of tolerance: %q", names)
			}
		})
	}
}

// A solver that gets a rate or an axis wrong by a tenth fails the cases that depend
// on it: every case for one thing at least.
func TestWrongPhysicsFails(t *testing.T) {
	for _, wrong := range []struct {
		name   string
		change func(*tissue.Model)
		cases  []string
	}{
		{"diffusion", func(m *tissue.Model) { m.Substrates[0].DiffusionCoefficient *= 1.1 },
			[]string{"A01", "A03", "A04", "A07", "A08", "A11", "A16", "DENSE", "P01", "P08"}},
		{"decay", func(m *tissue.Model) { m.Substrates[0].DecayRate *= 1.1 }, []string{"A01", "A05", "A07", "A08", "A23", "P03"}},
		{"y axis", func(m *tissue.Model) { m.Grid.Spacing[1] *= 1.1 }, []string{"A07", "A08", "A11"}},
		{"receptors", func(m *tissue.Model) {
			for t := range m.CellTypes {
				for i := range m.CellTypes[t].Receptors {
					m.CellTypes[t].Receptors[i].OnRate *= 1.1
				}
			}
		}, []string{"A11", "DENSE", "P07"}},
		{"reactions of cells", func(m *tissue.Model) {
			for t := range m.CellTypes {
				for _, r := range m.CellTypes[t].Reactions {
					for i := range r.Changes {
						r.Changes[i].Factor *= 1.1
					}
				}
			}
		}, []string{"A09", "A10", "P09", "P12", "P15", "P23", "P30"}},
		{"saturable uptake", func(m *tissue.Model) {
			for t := range m.CellTypes {
				for i := range m.CellTypes[t].Exchange {
					m.CellTypes[t].Exchange[i].MaxUptakeRate *= 1.1
				}
			}
		}, []string{"P03", "P04"}},
		{"export", func(m *tissue.Model) {
			for t := range m.CellTypes {
				for i := range m.CellTypes[t].Exchange {
					m.CellTypes[t].Exchange[i].NetExportRate *= 1.1
				}
			}
		}, []string{"A01", "A23"}},
	} {
		open := func(m *tissue.Model, o engine.Options) (engine.Solver, error) {
			changed := copied(m)
			wrong.change(changed)
			return onCPU(changed, o)
		}
		for _, id := range wrong.cases {
			t.Run(wrong.name+"/"+id, func(t *testing.T) {
				c := find(t, id)
				if testing.Short() && !quick(c) {
					t.Skip("takes seconds")
				}
				report, err := c.Run(context.Background(), open, false)
				if err != nil {
					t.Fatal(err)
				}
				if failed(report.Results) == nil {
					t.Errorf("%s passes with %s off by a tenth", id, wrong.name)
				}
			})
		}
	}
}

// copied returns a model whose rates may be changed.
func copied(m *tissue.Model) *tissue.Model {
	c := *m
	c.Substrates = slices.Clone(m.Substrates)
	c.CellTypes = slices.Clone(m.CellTypes)
	for i, t := range m.CellTypes {
		c.CellTypes[i].Exchange, c.CellTypes[i].Receptors = slices.Clone(t.Exchange), slices.Clone(t.Receptors)
		c.CellTypes[i].Reactions = slices.Clone(t.Reactions)
		for k, r := range t.Reactions {
			c.CellTypes[i].Reactions[k].Changes = slices.Clone(r.Changes)
		}
	}
	return &c
}

// Scripts read these.
func TestResultKeysAreStable(t *testing.T) {
	text, err := json.Marshal(validate.Result{})
	if err != nil {
		t.Fatal(err)
	}
	var keys map[string]any
	if err := json.Unmarshal(text, &keys); err != nil {
		t.Fatal(err)
	}
	want := []string{"case", "error", "expected", "observable", "observed", "pass", "tolerance", "unit"}
	if got := slices.Sorted(maps.Keys(keys)); !slices.Equal(got, want) {
		t.Errorf("keys %q, want %q", got, want)
	}
}

func TestCasesAreDocumented(t *testing.T) {
	ids := map[string]bool{}
	for _, c := range validate.Cases() {
		if c.Title == "" || c.Source == "" || c.Setup == "" || len(c.Observables) == 0 {
			t.Errorf("%s: title, source, setup or observables are missing", c.ID)
		}
		if ids[c.ID] {
			t.Errorf("%s stands twice", c.ID)
		}
		ids[c.ID] = true
		names := map[string]bool{}
		for _, o := range c.Observables {
			if names[o.Name] || o.Tolerance <= 0 {
				t.Errorf("%s: %q stands twice or has no tolerance", c.ID, o.Name)
			}
			names[o.Name] = true
		}
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, c := range validate.Cases() {
		if _, err := c.Run(ctx, onCPU, false); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, want context.Canceled", c.ID, err)
		}
	}
}
