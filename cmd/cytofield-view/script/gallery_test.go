package script

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/cmd/cytofield-view/stage"
	"github.com/cytofield/cytofield/cmd/cytofield-view/window"
	"github.com/cytofield/cytofield/engine/gpu/gputest"
)

// empty opens a window on nothing, which opens a cube of tissue by the name cube, others by
// no name. Closing it must give everything back, or the device says so.
func empty(t *testing.T, onDevice bool) (*window.Window, *window.Offscreen) {
	t.Helper()
	runtime.LockOSThread()
	t.Cleanup(runtime.UnlockOSThread)
	device, server := gputest.Adopt(t)
	path := filepath.Join(t.TempDir(), "cube.yaml")
	if err := os.WriteFile(path, []byte(cube), 0o600); err != nil {
		t.Fatal(err)
	}
	computes := device
	if !onDevice {
		computes = nil
	}
	var st *stage.Stage
	if err := server.Await(func() (err error) { st, err = stage.New(device); return err }); err != nil {
		t.Fatal(err)
	}
	host := window.NewOffscreen(600, 400)
	w, err := window.Open(host, server, nil, st)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	w.OpenWith(func(name string) (session.Course, error) {
		if name != "cube" && name != "il2-niche" {
			return nil, fmt.Errorf("no %s", name)
		}
		source, err := session.Find(path)
		if err != nil {
			return nil, err
		}
		return session.Open(source, computes)
	})
	return w, host
}

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
