package window

import (
	"os"
	"path/filepath"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/render"
)

// What a window saved is shown again as it was: the moment, and how it was looked at.
func TestASavedMomentIsShownAsItWas(t *testing.T) {
	w := opened(t, false)
	w.Step()
	w.Slice(render.Slice{Axis: 1, Index: 3})
	w.Log(true)
	w.Smooth(true)
	w.ShowCells(false)
	w.Pin(r3.Vec{X: 15, Y: 25, Z: 5})
	if err := w.Map("viridis"); err != nil {
		t.Fatal(err)
	}
	if err := w.Settle(0); err != nil {
		t.Fatal(err)
	}
	w.Hold(true)
	want := w.arranged()
	path := filepath.Join(t.TempDir(), "kept.yaml")
	w.Save(path)
	if err := w.Settle(0); err != nil || w.Faults() != "" {
		t.Fatal(err, w.Faults())
	}
	w.Slice(render.Slice{Axis: 0})
	w.Log(false)
	w.Smooth(false)
	w.ShowCells(true)
	if err := w.Arrange(path[:len(path)-len(".yaml")]); err != nil {
		t.Fatal(err)
	}
	got := w.arranged()
	if got.Slice != want.Slice || !got.Log || got.Fixed == nil || *got.Fixed != *want.Fixed || got.Map != "viridis" || !got.Smooth || got.Cells {
		t.Errorf("%+v is shown, %+v was", got, want)
	}
	if err := w.Settle(0); err != nil {
		t.Fatal(err)
	}
	pinned := func(when string) {
		t.Helper()
		if n := len(w.Report().Pins); n != 1 || w.Report().Pins[0].At != want.Pins[0] {
			t.Errorf("%s pins %v, want the one that was kept", when, w.Report().Pins)
		}
	}
	pinned("arranged while it was there")
	w.travel(func(c session.Course) error { c.Unpin(0); return nil })
	if err := w.Settle(0); err != nil {
		t.Fatal(err)
	}
	if err := w.Arrange(path[:len(path)-len(".yaml")]); err != nil {
		t.Fatal(err)
	}
	if err := w.Settle(0); err != nil {
		t.Fatal(err)
	}
	pinned("arranged anew")
	if err := os.WriteFile(filepath.Join(filepath.Dir(path), arrangementName), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := w.Arrange(filepath.Dir(path)); err == nil {
		t.Error("a broken file was taken")
	}
}
