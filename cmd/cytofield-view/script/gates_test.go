package script

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What a person does with the mouse chooses and pins what a script does by name.
func TestGatesByMouseAndByScript(t *testing.T) {
	w, host := opened(t, false)
	folder := t.TempDir()
	play(t, w, host, folder, "resize 1200 700\nrun-to 2 min\n")
	for z := 5; len(w.Report().Discs) == 0; z += 10 {
		play(t, w, host, folder, fmt.Sprintf("slice z=%d um\nwait 2\n", z))
	}
	play(t, w, host, folder, "mark 0um,0um 120um,90um\nwait 2\ngate-save all.csv\n")
	r := w.Report()
	inside := 0
	for _, in := range r.Gated.Inside {
		if in {
			inside++
		}
	}
	if inside != len(r.Discs) || inside == 0 || inside == r.Cells {
		t.Fatalf("%d cells marked of %d in the slice and %d in all: the test wants some of them", inside, len(r.Discs), r.Cells)
	}
	text, err := os.ReadFile(filepath.Join(folder, "all.csv"))
	if err != nil || strings.Count(string(text), "\n") != 1+inside {
		t.Errorf("%d lines in the file of %d cells, %v", strings.Count(string(text), "\n"), inside, err)
	}
	byName := slices.Clone(r.Gated.Gate.Marked)

	// The canvas lies between the panels; its tissue is 120 by 90 µm and is dragged around.
	play(t, w, host, folder, "drag shift 330 60 850 60 850 620 330 620 330 60\nwait 2\n")
	if got := w.Report().Gated.Gate.Marked; !slices.Equal(got, byName) {
		t.Errorf("a lasso around the tissue marks %v, want %v", got, byName)
	}

	play(t, w, host, folder, "gate x_um IL-2_surface_nM\nwait 3\nlasso -1,-1 60,1000\nwait 3\n")
	share := w.Report().Gated.Shares[0]
	if share.All != 6 || share.Inside == 0 || share.Inside == 6 {
		t.Errorf("%v left of the middle: the test wants some of 6", share)
	}
	play(t, w, host, folder, "pin-cell 2\nrun-to 5 min\n")
	if pins := w.Report().Pins; len(pins) != 1 || pins[0].Cell != 2 || len(pins[0].Densities[0]) < 2 {
		t.Errorf("pins %v, want cell 2 followed", pins)
	}
	play(t, w, host, folder, "gate-off\nkey g\nwait 3\n")
	if g := w.Report().Gated; g != nil {
		t.Errorf("%v is asked for with no gate and no plot", g)
	}
}
