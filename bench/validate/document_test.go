package validate_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cytofield/cytofield/bench/validate"
	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/render/figure"
)

// docs/validation.md speaks of every observable as it is now, of every scheme, and
// shows figures that are there.
func TestDocumentIsUpToDate(t *testing.T) {
	const docs = "../../docs"
	bytes, err := os.ReadFile(filepath.Join(docs, "validation.md"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(bytes)
	plain := strings.ReplaceAll(text, `\`, "")
	has := func(want string) {
		if !strings.Contains(plain, want) {
			t.Errorf("docs/validation.md lacks %.200q: run cytofield validate --device cpu --markdown docs", want)
		}
	}
	rows := map[string]string{}
	for line := range strings.Lines(text) {
		if cells := strings.Split(line, " | "); len(cells) == 9 {
			rows[cells[0]+" | "+cells[1]] = line
		}
	}
	for _, c := range validate.Cases() {
		has("## " + c.ID + ": " + c.Title)
		has(c.Setup)
		has(c.Source)
		for _, o := range c.Observables {
			row, end := rows["| "+c.ID+" | "+o.Name], fmt.Sprintf("| %.7g | %s | ", o.Expected, o.Unit)
			if !strings.Contains(row, end) || !strings.Contains(row, fmt.Sprintf("| %.2g |", o.Tolerance)) || !strings.Contains(row, "| pass |") {
				t.Errorf("docs/validation.md: %s, %s: row %q, want expected number, tolerance and pass", c.ID, o.Name, row)
			}
		}
	}
	for _, scheme := range []engine.Scheme{engine.Adaptive, engine.FTCS, engine.LOD} {
		has(fmt.Sprintf("| %s | space |", scheme))
		has(fmt.Sprintf("| %s | time |", scheme))
	}
	for _, part := range strings.Split(text, `<img src="`)[1:] {
		name, _, _ := strings.Cut(part, `"`)
		if _, err := os.Stat(filepath.Join(docs, name)); err != nil {
			t.Error(err)
		}
	}
}

func TestDocumentHoldsWhatWasObserved(t *testing.T) {
	c := find(t, "A01")
	chart := &figure.Chart{X: figure.Axis{Quantity: "x", Unit: "µm"}, Y: figure.Axis{Quantity: "C"},
		Series: []figure.Series{{Line: []figure.Point{{X: 0, Y: 1}, {X: 1, Y: 2}}}}}
	d := validate.Document{
		Device: "abacus", Cases: []validate.Case{c},
		Reports: []validate.Report{{
			Results: []validate.Result{{Case: "A01", Observable: "C(0)", Observed: 4.5, Expected: 5, Unit: "molec/um^3", Error: 0.1, Tolerance: 0.01}},
			Chart:   chart,
		}},
		Studies: []validate.Study{{Scheme: "ftcs", Of: "time", Problem: "cells", Expected: 1, Tolerance: 0.05,
			Rungs: []validate.Rung{{Voxels: 8, Steps: 10, Error: 0.1}, {Voxels: 8, Steps: 20, Error: 0.025, Order: 2}}}},
	}
	folder := t.TempDir()
	if err := d.Write(folder); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(folder, "validation.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| A01 | C(0) | 4.5 | 5 | molec/um^3 | 1.0e-01 | 0.01 | abacus | FAIL |",
		"| ftcs | time | cells | 8 | 20 | 2.500e-02 | 2.000 | 1 ± 0.05 | abacus | FAIL |",
		`<img src="validation/a01.png"`,
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if _, err := os.Stat(filepath.Join(folder, "validation", "a01.png")); err != nil {
		t.Error(err)
	}
}
