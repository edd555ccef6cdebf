package script

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestAnotherScenarioTakesThePlaceOfTheOneThatIsOpen(t *testing.T) {
	for _, device := range []bool{false, true} {
		t.Run(fmt.Sprintf("device=%v", device), func(t *testing.T) {
			w, host := empty(t, device)
			folder := t.TempDir()
			play(t, w, host, folder, "screenshot empty.png\nkey enter\nsubstrate TNF\nslice x=mid\nbrush TNF 1nM 20um 60um 45um\nrun-to 2 min\n")
			opened, err := Parse("test.script", "open sphere\n")
			if err != nil {
				t.Fatal(err)
			}
			if err := opened.Play(t.Context(), w, host, folder); err == nil || !strings.Contains(err.Error(), "sphere was not opened: no sphere") {
				t.Errorf("what is not there: %v", err)
			}
			if r := w.Report(); r.Time != 120 || len(r.Edits) != 1 || r.View.Substrate != 1 {
				t.Errorf("after that: %g s with %d edits, substrate %d; want what was there", r.Time, len(r.Edits), r.View.Substrate)
			}
			play(t, w, host, folder, "key escape\nfork\ngallery\nopen cube\nscreenshot cube.png\n")
			if r := w.Report(); r.Time != 0 || len(r.Edits) != 0 || r.View.Substrate != 0 || r.View.Slice.Axis != 2 || r.View.Slice.Index != 3 {
				t.Errorf("opened anew: %g s with %d edits, view %+v", r.Time, len(r.Edits), r.View)
			}
		})
	}
}

func TestActionsThatNeedAScenarioSaySo(t *testing.T) {
	w, host := empty(t, false)
	for _, a := range actions() {
		if !needsScenario(a.verb) {
			continue
		}
		s := &Script{name: "test.script", steps: []step{{1, a.verb, func(*player) error { t.Errorf("%s was done", a.verb); return nil }}}}
		if err := s.Play(t.Context(), w, host, t.TempDir()); !errors.Is(err, errNothingOpen) {
			t.Errorf("%s: %v, want %v", a.verb, err, errNothingOpen)
		}
	}
}
