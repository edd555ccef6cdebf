package window

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/render"
)

// arrangement is what a window showed of a moment that it kept.
type arrangement struct {
	Substrate string        `json:"substrate"`
	Slice     render.Slice  `json:"slice"`
	Log       bool          `json:"log"`
	Fixed     *render.Scale `json:"scale,omitempty"` // that was held
	Map       string        `json:"colormap"`
	Smooth    bool          `json:"smooth"`
	Cells     bool          `json:"cells"`
	Pins      []r3.Vec      `json:"pins_um,omitempty"`
}

// arrangementName is the file of it in a run directory.
const arrangementName = "window.json"

// arranged describes what the window shows.
func (w *Window) arranged() arrangement {
	a := arrangement{
		Substrate: w.report.Substrates[w.report.View.Substrate].Name, Slice: w.view.Slice, Log: w.view.Log, Fixed: w.view.Fixed,
		Map: w.look.Map.Name(), Smooth: w.look.Smooth, Cells: !w.brush.hideCells,
	}
	for _, p := range w.report.Pins {
		if !p.OfCell {
			a.Pins = append(a.Pins, p.At)
		}
	}
	return a
}

// write keeps it beside a moment.
func (a arrangement) write(dir string) error {
	text, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, arrangementName), append(text, '\n'), 0o644)
}

// Arrange shows what a window showed when it kept the moment in a run directory; without
// word of that, as of a scenario's file or name, it changes nothing.
func (w *Window) Arrange(dir string) error {
	path := filepath.Join(dir, arrangementName)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return nil
	}
	if err != nil {
		return err
	}
	var a arrangement
	if err := json.Unmarshal(text, &a); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := errors.Join(w.ShowNamed(a.Substrate), w.Map(a.Map)); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	w.view.Slice, w.view.Log, w.view.Fixed = a.Slice, a.Log, a.Fixed
	w.look.Smooth, w.brush.hideCells = a.Smooth, !a.Cells
	for _, at := range a.Pins {
		if slices.ContainsFunc(w.report.Pins, func(p session.Pin) bool { return !p.OfCell && p.At == at }) {
			continue // the session itself has kept it
		}
		w.travel(func(c session.Course) error { return c.Pin(at) })
	}
	return nil
}
