package window

import (
	"image/color"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/AllenDang/cimgui-go/imgui"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/cmd/cytofield-view/stage"
	"github.com/cytofield/cytofield/engine/gpu/gputest"
	"github.com/cytofield/cytofield/render"
)

// slope has densities that differ from voxel to voxel, and no cells.
const slope = `
cytofield: 1
title: a slope
domain: {size: [70 um, 50 um, 30 um], voxel: 10 um, extracellular: 1}
duration: 20 min
substrates:
  TNF: {diffusion: 5 um^2/s, decay: 1e-4 /s, boundary: {x-: {dirichlet: 1 nM}, y+: {dirichlet: 0.3 nM}, z-: {dirichlet: 0.1 nM}}}
  IL-2: {diffusion: 10 um^2/s, initial: 0.2 nM, boundary: {x+: {dirichlet: 1.5 nM}}}
output: {every: 5 min}
`

func opened(t *testing.T, onDevice bool) *Window {
	t.Helper()
	return openedOn(t, NewOffscreen(800, 500), slope, onDevice)
}

// openedOn opens a scenario on a host.
func openedOn(t testing.TB, host Host, scenario string, onDevice bool) *Window {
	t.Helper()
	runtime.LockOSThread()
	t.Cleanup(runtime.UnlockOSThread)
	device, server := gputest.Adopt(t)
	path := filepath.Join(t.TempDir(), "scenario.yaml")
	if err := os.WriteFile(path, []byte(scenario), 0o600); err != nil {
		t.Fatal(err)
	}
	source, err := session.Find(path)
	if err != nil {
		t.Fatal(err)
	}
	var s *session.Session
	var st *stage.Stage
	err = server.Await(func() (err error) {
		if onDevice {
			s, err = session.Open(source, device)
		} else {
			s, err = session.Open(source, nil)
		}
		if err == nil {
			st, err = stage.New(device)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	w, err := Open(host, server, s, st)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// draw draws until nothing moves.
func draw(t *testing.T, w *Window) {
	t.Helper()
	for i := range 100 {
		if err := w.Frame(time.Second / 60); err != nil {
			t.Fatal(err)
		}
		if i > 3 && !w.needs() {
			return
		}
	}
	t.Fatal("the window does not come to rest")
}

// Voxels are where they belong, and have the colours of their densities.
func TestThePictureShowsTheDensities(t *testing.T) {
	for _, tc := range []struct {
		name   string
		device bool
		slice  render.Slice
		log    bool
	}{
		{"processor, z", false, render.Slice{Axis: 2, Index: 1}, false},
		{"device, z", true, render.Slice{Axis: 2, Index: 1}, true},
		{"device, x", true, render.Slice{Axis: 0, Index: 2}, false},
		{"processor, y", false, render.Slice{Axis: 1, Index: 4}, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := opened(t, tc.device)
			w.Slice(tc.slice)
			w.Log(tc.log)
			w.RunTo(60)
			draw(t, w)
			if w.report.Time != 60 || w.report.View.Slice != tc.slice {
				t.Fatalf("at %g s, slice %v", w.report.Time, w.report.View.Slice)
			}
			img, err := w.Picture()
			if err != nil {
				t.Fatal(err)
			}
			p := w.report.Plane
			for v := range p.Height {
				for u := range p.Width {
					if p.Height > 4 && v >= p.Height-2 && u < 2 { // the caption may lie there
						continue
					}
					at := w.camera.pixel((float64(u)+0.5)*p.Spacing[0], (float64(v)+0.5)*p.Spacing[1])
					want := w.look.Map.At(w.report.Scale.Position(float64(p.At(u, v))))
					if got := img.RGBAAt(int(at.X), int(at.Y)); far(got, want) > 2 { // the painter rounds to one level, the blending to another
						t.Errorf("voxel %d, %d of %g nM is %v, want %v", u, v, p.At(u, v), got, want)
					}
				}
			}
		})
	}
}

func far(a, b color.RGBA) int {
	d := func(x, y uint8) int { return max(int(x)-int(y), int(y)-int(x)) }
	return max(d(a.R, b.R), d(a.G, b.G), d(a.B, b.B))
}

func TestTheMousePinsPansAndZooms(t *testing.T) {
	w := opened(t, false)
	draw(t, w)
	io := imgui.CurrentIO()
	at := w.camera.pixel(25, 15)
	io.AddMousePosEvent(at.X, at.Y)
	draw(t, w)
	if c := w.view.Cursor; c == nil || near(c.X, 25) || near(c.Y, 15) || near(c.Z, 15) {
		t.Fatalf("the cursor is at %v, want 25, 15, 15 µm", c)
	}
	io.AddMouseButtonEvent(0, true)
	draw(t, w)
	io.AddMouseButtonEvent(0, false)
	draw(t, w)
	if len(w.report.Pins) != 1 || near(w.report.Pins[0].At.X, 25) {
		t.Errorf("pins %v, want one at x = 25 µm", w.report.Pins)
	}
	io.AddMouseButtonEvent(0, true)
	draw(t, w)
	io.AddMouseButtonEvent(0, false)
	draw(t, w)
	if len(w.report.Pins) != 0 {
		t.Errorf("%d pins after a click on the one there was", len(w.report.Pins))
	}
	zoom := w.camera.zoom
	io.AddMouseWheelEvent(0, 2)
	draw(t, w)
	if w.camera.zoom < 1.3*zoom {
		t.Errorf("zoom %g after the wheel, %g before", w.camera.zoom, zoom)
	}
	if x, y := w.camera.place(at); near(x, 25) || near(y, 15) {
		t.Errorf("%g, %g µm is under the mouse after zooming, want 25, 15", x, y)
	}
	io.AddMouseButtonEvent(1, true)
	draw(t, w)
	io.AddMousePosEvent(at.X+60, at.Y+40)
	draw(t, w)
	io.AddMouseButtonEvent(1, false)
	draw(t, w)
	if x, y := w.camera.place(imgui.NewVec2(at.X+60, at.Y+40)); near(x, 25) || near(y, 15) {
		t.Errorf("%g, %g µm is under the mouse after dragging, want 25, 15", x, y)
	}
	if len(w.report.Pins) != 0 {
		t.Errorf("%d pins after dragging, want none", len(w.report.Pins))
	}
}

// near reports whether two places differ by more than pixels do, µm.
func near(got, want float64) bool { return got < want-0.5 || got > want+0.5 }

func TestTheBrushDoses(t *testing.T) {
	w := opened(t, true)
	draw(t, w)
	w.brush.on, w.brush.radius, w.brush.amount = true, 12, 2
	io := imgui.CurrentIO()
	at := w.camera.pixel(35, 25)
	io.AddMousePosEvent(at.X, at.Y)
	draw(t, w)
	io.AddMouseButtonEvent(0, true)
	draw(t, w)
	io.AddMouseButtonEvent(0, false)
	draw(t, w)
	if len(w.report.Edits) != 1 {
		t.Fatalf("edits %v, want one dose; %s", w.report.Edits, w.notice.text)
	}
	if got := w.report.Plane.At(3, 2); got != 2 {
		t.Errorf("%g nM where 2 nM were painted", got)
	}
	w.Undo()
	draw(t, w)
	if got := w.report.Plane.At(3, 2); got != 0 || len(w.report.Edits) != 0 {
		t.Errorf("%g nM after undo, want 0", got)
	}
}

func TestNumbersAreReadable(t *testing.T) {
	for _, tc := range []struct {
		got, want string
	}{
		{density(0.0123, "nM"), "12.3 pM"}, {density(2e-6, "nM"), "2 fM"}, {density(0, "nM"), "0 nM"}, {density(5, "dimensionless"), "5"},
		{density(38, "mmHg"), "38 mmHg"}, {density(1e-30, "nM"), "1.00e−24 fM"}, {number(1500), "1500"}, {number(2.778e-5), "2.78e−05"},
		{length(102.5), "102.5 µm"}, {length(2000), "2 mm"}, {fileName("IL-2 niches, dense"), "il-2-niches--dense"}, {fileName("µ"), "scenario"},
	} {
		if tc.got != tc.want {
			t.Errorf("%q, want %q", tc.got, tc.want)
		}
	}
	for most, want := range map[float64]float64{99: 50, 100: 100, 0.31: 0.2} {
		if got := roundLength(most); got < want*0.999 || got > want*1.001 {
			t.Errorf("a bar of %g µm within %g, want %g", got, most, want)
		}
	}
}
