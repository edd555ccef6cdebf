package main

import (
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/cmd/internal/program"
	"github.com/cytofield/cytofield/engine/record"
)

// cytofield run --resume goes on from a moment that the window kept as the window itself does,
// with everything the scenario asks to be recorded.
func TestARunGoesOnFromWhatAWindowKept(t *testing.T) {
	source, err := session.Find(file(t, "told.yaml", told+"  frames: [{substrate: IL-2}]\n"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := session.Open(source, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	for range 5 {
		if err := s.Step(); err != nil {
			t.Fatal(err)
		}
	}
	dir := filepath.Join(t.TempDir(), "kept")
	if err := s.Keep(dir, false); err != nil {
		t.Fatal(err)
	}
	if o := cytofield(t, "run", filepath.Join(dir, "scenario.yaml"), "-o", dir, "--resume", "--device", "cpu", "--no-progress"); o.status != program.Done {
		t.Fatal(o.err)
	}
	s.RunTo(math.Inf(1))
	if err := s.Tick(0, 0); err != nil {
		t.Fatal(err)
	}
	report, err := s.Look(session.View{})
	if err != nil {
		t.Fatal(err)
	}
	recording, err := record.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	series, err := recording.Table("series")
	if err != nil {
		t.Fatal(err)
	}
	for i, substrate := range report.Substrates {
		column, err := series.Column(strings.Join([]string{substrate.Name, "molecules"}, "_"))
		if err != nil {
			t.Fatal(err)
		}
		amounts := report.History.Amount[i]
		got, want := column[len(column)-1], amounts[len(amounts)-1]
		if math.Abs(got-want) > 1e-9*want { // the table has fewer digits
			t.Errorf("%s: the run ends with %g molecules, the window with %g", substrate.Name, got, want)
		}
	}
}
