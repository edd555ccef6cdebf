package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/cytofield/cytofield/bench/validate"
	"github.com/cytofield/cytofield/cmd/internal/program"
)

func TestValidateRefusesWhatDoesNotGoTogether(t *testing.T) {
	for _, args := range [][]string{
		{"A01", "--convergence"},
		{"A01", "--markdown", t.TempDir()},
		{"--convergence", "--markdown", t.TempDir()},
		{"--json", "--markdown", t.TempDir()},
		{"A99"},
	} {
		if got := cytofield(t, append([]string{"validate", "--device", "cpu"}, args...)...); got.status != program.Wrong || got.out != "" {
			t.Errorf("validate %s: %+v, want status %d and nothing printed", strings.Join(args, " "), got, program.Wrong)
		}
	}
}

func TestValidatePrintsItsResults(t *testing.T) {
	got := cytofield(t, "validate", "a01", "--json", "--device", "cpu")
	if got.status != program.Done {
		t.Fatalf("%+v", got)
	}
	var results []validate.Result
	if err := json.Unmarshal([]byte(got.out), &results); err != nil {
		t.Fatal(err)
	}
	if len(results) != 6 || results[0].Case != "A01" || !results[0].Pass {
		t.Errorf("%+v, want the six observables of A01", results)
	}
}

// Orders are printed as a table with one verdict per study.
func TestOrdersArePrinted(t *testing.T) {
	study := validate.Study{Scheme: "ftcs", Of: "time", Problem: "cells", Expected: 1, Tolerance: 0.05, Pass: true,
		Rungs: []validate.Rung{{Voxels: 8, Steps: 10, Error: 0.1}, {Voxels: 8, Steps: 20, Error: 0.05, Order: 1}}}
	for _, pass := range []bool{true, false} {
		study.Pass = pass
		var out, messages bytes.Buffer
		err := (&validateCommand{}).printStudies(streams{&out, &messages}, []validate.Study{study})
		if (err == nil) != pass || strings.Count(out.String(), verdict(pass)) != 1 || !strings.Contains(out.String(), "1.000") {
			t.Errorf("pass %t: %v\n%s", pass, err, out.String())
		}
	}
}
