package main

import (
	"strings"
	"testing"

	"github.com/cytofield/cytofield/cmd/internal/program"
)

const endocrine = `cytofield: 1
title: A tissue and its blood
domain: {size: [50 um, 50 um, 50 um], voxel: 10 um, extracellular: 0.2}
duration: 10 min
substrates:
  IL-6: {diffusion: 10 um^2/s, decay: 1e-4 /s, initial: 1 nM}
regions:
  - {name: capillary, shape: {cylinder: {from: [0 um, 25 um, 25 um], to: [50 um, 25 um, 25 um], radius: 4 um}}, vessel: {IL-6: {permeability: 0.05 um/s, blood: {compartment: plasma}, response: temperature/37}}}
body:
  represents: 10 mL
  compartments: {plasma: {volume: 3 L, half_life: 15.5 min}}
  variables: {temperature: {initial: 37}}
  exchange: {IL-6: {compartment: plasma, exchange: 1 /h, response: temperature - 36}}
  reactions: [{name: fever, rate: "k*(37 + hill(plasma, c, 1) - temperature)", changes: {temperature: 1}, constants: {k: 1 /h, c: 1 pM}}]
  doses: [{into: plasma, amount: 1 nmol, at: 5 min}]
`

func TestCheckPrintsTheBody(t *testing.T) {
	o := must(t, program.Done, "check", file(t, "endocrine.yaml", endocrine))
	contains(t, "stdout", o.out, "plasma through 0.05 µm/s times temperature/37", "IL-6 is exchanged with plasma everywhere at 0.0002778 1/s times temperature - 36.", "3 L", "15 min 30 s", "stands for 8e+07 tissues", "fever", "37 + hill")
}

// The tables have the body's columns, and each row as many as the header.
func TestARunRecordsTheBody(t *testing.T) {
	dir := recorded(t, file(t, "endocrine.yaml", endocrine), "--device", "cpu")
	series := tableOf(t, dir, "series.csv")
	if got := strings.Join(series.header[len(series.header)-2:], ","); got != "body_plasma_nM,body_temperature" {
		t.Errorf("series.csv ends with %s", got)
	}
	plasma := series.column(t, "body_plasma_nM")
	if last := plasma[len(plasma)-1]; !(last > 0.2 && last < 0.4) { // 1 nmol in 3 L, five minutes of half-lives ago
		t.Errorf("%g nM in plasma at the end", last)
	}
	ledger := tableOf(t, dir, "ledger.csv")
	if got := ledger.rows[len(ledger.rows)-1]; got[1] != "body_plasma" || got[len(got)-1] != "6.02214076e+14" {
		t.Errorf("the last row of ledger.csv is %v: want that of plasma with the dose", got)
	}
	contains(t, "methods.md", contents(t, dir, "methods.md"), "plasma had 3 L", "IL-6 was everywhere exchanged with plasma at 0.0002778 1/s of the tissue's volume times temperature - 36, ", "1 doses")
}
