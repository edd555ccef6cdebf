package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cytofield/cytofield/bench"
	"github.com/cytofield/cytofield/cmd/internal/program"
	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/render/figure"
)

// studied are ways on the first problem in its first minute.
func studied() []bench.StudyRow {
	row := func(scheme engine.Scheme, way string, fixed bool, err, bytes float64) bench.StudyRow {
		return bench.StudyRow{Problem: bench.Problems()[0], Regime: bench.Cold, Scheme: scheme, Way: way, Fixed: fixed, Error: err, ModelledBytes: bytes}
	}
	return []bench.StudyRow{
		row(engine.Adaptive, "rtol 0.1", false, 5e-3, 1000), row(engine.Adaptive, "rtol 0.001", false, 9e-4, 3000),
		row(engine.Adaptive, "step 6 s", true, 8e-4, 4000), row(engine.Adaptive, "step 2 s", true, 1e-9, 12000),
		row(engine.LOD, "step 0.6 s", false, 3e-2, 2000),
	}
}

func TestStudyTableHasTheCheapestWays(t *testing.T) {
	path := filepath.Join(t.TempDir(), "study.md")
	if err := writeFile(path, func(f *os.File) error { return studyMarkdown(f, 9, studied()) }); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"9³ voxels",
		"| 1 | 0 | 5 | 0.6 | cold | 1e-02 | 1 (rtol 0.1) | 4 (step 6 s) | – | – |",
		"| 1 | 0 | 5 | 0.6 | cold | 1e-03 | 3 (rtol 0.001) | 4 (step 6 s) | – | – |",
		"| 1 | 0 | 5 | 0.6 | switching | 1e-02 | – | – | – | – |",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the table lacks %q:\n%s", want, text)
		}
	}
}

func TestStudyKeepsEveryWay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "study.csv")
	if err := writeFile(path, func(f *os.File) error { return studyCSV(f, studied()) }); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	if len(lines) != 6 || lines[5] != "1,0.04,0,5,0.6,cold,lod,step 0.6 s,0.03,0,2000,0" {
		t.Errorf("%d lines, the last %q", len(lines), lines[len(lines)-1])
	}
	c := studyChart(bench.Cold, studied())
	first, ok := c.Panels[0].(figure.Chart)
	if !ok || len(c.Panels) != len(bench.Problems()) || len(first.Series) != 3 || first.Series[1].Line[1].Y != bench.Resolved {
		t.Errorf("the figure has %d panels, the first %+v", len(c.Panels), first)
	}
	if _, err := c.Image(figure.Options{}); err != nil {
		t.Error(err)
	}
}

func TestStudyRefusesAGridTooSmall(t *testing.T) {
	if got := cytofield(t, "bench", "--study", filepath.Join(t.TempDir(), "study"), "--n", "3"); got.status != program.Wrong || !strings.Contains(got.err, "--n 3") {
		t.Errorf("status %d: %s", got.status, got.err)
	}
}
