package script

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
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

const cube = `
cytofield: 1
title: a cube of tissue
domain: {size: [120 um, 90 um, 60 um], voxel: 10 um, extracellular: 1}
duration: 20 min
seed: 3
substrates:
  IL-2: {diffusion: 10 um^2/s, half_life: 2 h}
  TNF: {diffusion: 5 um^2/s, decay: 1e-4 /s}
cells:
  types:
    Th: {radius: 5 um, export: {IL-2: 10 molecules/s, TNF: 5 molecules/s}}
  place: [{type: Th, number: 6, pattern: random}]
output: {every: 5 min}
`

// opened is empty with the cube opened in it.
func opened(t *testing.T, onDevice bool) (*window.Window, *window.Offscreen) {
	t.Helper()
	w, host := empty(t, onDevice)
	play(t, w, host, t.TempDir(), "open cube\n")
	return w, host
}

// empty opens a window on nothing, on the test's thread, which opens a cube of tissue by any
// name but sphere. Closing it must give everything back, or the device says so.
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
		if name == "sphere" {
			return nil, errors.New("no sphere")
		}
		source, err := session.Find(path)
		if err != nil {
			return nil, err
		}
		return session.Open(source, computes)
	})
	return w, host
}

func play(t *testing.T, w *window.Window, host Host, folder, text string) {
	t.Helper()
	s, err := Parse("test.script", text)
	if err == nil {
		err = s.Play(t.Context(), w, host, folder)
	}
	if err != nil {
		t.Fatal(err)
	}
}

const tour = `
# what a person may do
slice z=35 um
play 20
pin 60um 45um
scale log
set substrates.IL-2.diffusion 20 um^2/s
brush TNF 1nM 20um 60um 45um
run-to 3 min
undo
event dose: {TNF: 0.1 nM}
step 2
substrate TNF
map viridis
smooth on
theme light
move 300 200
resize 700 500
key f1
key escape
slice x=mid
merge TNF IL-2
range IL-2 1pM 40pM
contours 4
arrows flux
outlines on
cells by IL-2_surface_nM
cells range 0 0.1
restart
run-to 5 min
save tour.yaml
screenshot tour.png
quit
play
`

func TestAScriptDrawsTheSamePictureEveryTime(t *testing.T) {
	for _, device := range []bool{false, true} {
		t.Run(fmt.Sprintf("device=%v", device), func(t *testing.T) {
			var pictures [2][]byte
			for i := range pictures {
				t.Run(fmt.Sprint(i), func(t *testing.T) {
					w, host := opened(t, device)
					folder := t.TempDir()
					play(t, w, host, folder, tour)
					var err error
					if pictures[i], err = os.ReadFile(filepath.Join(folder, "tour.png")); err != nil {
						t.Fatal(err)
					}
					if r := w.Report(); r.Time != 300 || len(r.Edits) != 2 {
						t.Errorf("at %g s with %d edits, want 300 s and 2", r.Time, len(r.Edits))
					}
					if _, err := os.Stat(filepath.Join(folder, "tour.yaml")); err != nil {
						t.Error(err)
					}
				})
			}
			if !bytes.Equal(pictures[0], pictures[1]) {
				t.Error("two pictures of one script differ")
			}
		})
	}
}

func TestRandomActionsNeitherCrashNorLeak(t *testing.T) {
	actions := 1000
	if testing.Short() {
		actions = 60
	}
	for _, device := range []bool{false, true} {
		t.Run(fmt.Sprintf("device=%v", device), func(t *testing.T) {
			w, host := opened(t, device)
			r := rand.New(rand.NewPCG(1, 7))
			p := &player{ctx: t.Context(), window: w, host: host, folder: t.TempDir()}
			for range actions / 2 {
				line := random(r)
				act, err := parse(line)
				if err == nil {
					err = act(p)
				}
				if errors.Is(err, window.ErrNoPlot) { // refused, as a person would be
					err = nil
				}
				if err == nil {
					err = p.draw(1)
				}
				if err != nil {
					t.Fatalf("%s: %v", line, err)
				}
			}
		})
	}
}

// random returns an action that a person might do. Some are refused, which must do no harm.
func random(r *rand.Rand) string {
	pixels := func() string { return fmt.Sprintf("%d %d", r.IntN(620), r.IntN(420)) }
	all := []func() string{
		func() string { return "play 2" }, func() string { return "pause" }, func() string { return "step" },
		func() string { return "fork" }, func() string { return "join " + []string{"a", "b"}[r.IntN(2)] },
		func() string { return "show " + []string{"a", "b", "both", "difference"}[r.IntN(4)] },
		func() string { return "restart" }, func() string { return "undo" }, func() string { return "speed fastest" },
		func() string { return fmt.Sprintf("speed %d", 1+r.IntN(300)) },
		func() string { return fmt.Sprintf("run-to %d s", r.IntN(1500)) },
		func() string { return fmt.Sprintf("set substrates.IL-2.diffusion %d um^2/s", r.IntN(40)) },
		func() string { return fmt.Sprintf("set seed %d", r.IntN(40)) },
		func() string { return "set substrates.IL-2.decay -1 /s" },
		func() string {
			return fmt.Sprintf("brush IL-2 %d pM 20um %dum %dum", r.IntN(900), r.IntN(140), r.IntN(100))
		},
		func() string { return "redo" },
		func() string {
			return fmt.Sprintf("add-cells Th %d 25um %dum %dum", 1+r.IntN(4), r.IntN(140), r.IntN(100))
		},
		func() string { return fmt.Sprintf("remove-cells all 25um %dum %dum", r.IntN(140), r.IntN(100)) },
		func() string { return fmt.Sprintf("wound 25um %dum %dum", r.IntN(140), r.IntN(100)) },
		func() string { return fmt.Sprintf("clear TNF 25um %dum %dum", r.IntN(140), r.IntN(100)) },
		func() string { return "event remove: {type: Th}" }, func() string { return "click " + pixels() },
		func() string { return "right-click " + pixels() }, func() string { return "drag " + pixels() + " " + pixels() },
		func() string { return fmt.Sprintf("scroll %d", r.IntN(9)-4) },
		func() string {
			return "key " + []string{"space", "l", "b", "c", "x", "y", "z", "pageup", "pagedown", "0", "1", "2", "3", "t", "f", "f1", "escape", "period", "home", "a", "d", "e", "r", "s", "w"}[r.IntN(25)]
		},
		func() string { return fmt.Sprintf("resize %d %d", 200+r.IntN(500), 150+r.IntN(350)) },
		func() string { return "slice " + []string{"x=mid", "y=20 um", "z=50 um"}[r.IntN(3)] },
		func() string { return "map " + []string{"viridis", "turbo", "cividis"}[r.IntN(3)] },
		func() string { return "scale " + []string{"log", "linear", "hold", "auto"}[r.IntN(4)] },
		func() string { return "smooth " + []string{"on", "off"}[r.IntN(2)] },
		func() string { return "merge " + []string{"TNF IL-2", "off"}[r.IntN(2)] },
		func() string { return "contours " + []string{"on", "off", "3"}[r.IntN(3)] },
		func() string { return "arrows " + []string{"gradient", "flux", "off"}[r.IntN(3)] },
		func() string { return "outlines " + []string{"on", "off"}[r.IntN(2)] },
		func() string { return "overlay " + []string{"molecules", "limit", "error", "none"}[r.IntN(4)] },
		func() string {
			return "cells by " + []string{"type", "state", "TNF_secreted_molecules_per_s"}[r.IntN(3)]
		},
		func() string { return fmt.Sprintf("pin-cell %d", 1+r.IntN(6)) },
		func() string { return "gate " + []string{"x_um IL-2_surface_nM", "TNF_surface_nM"}[r.IntN(2)] },
		func() string { return fmt.Sprintf("lasso %d,%d %d,1", r.IntN(60), -r.IntN(2), r.IntN(120)) },
		func() string { return fmt.Sprintf("mark %dum,10um 70um,%dum 10um,90um", r.IntN(60), r.IntN(60)) },
		func() string { return "gate-off" }, func() string { return "gate-scale linear log" }, func() string { return "key g" },
		func() string { return "plots " + []string{"Histograms on", "Steps on", "Densities off"}[r.IntN(3)] },
		func() string {
			return "view " + []string{"slice", "slice", "slice", "slices", "volume", "both"}[r.IntN(6)]
		},
		func() string { return fmt.Sprintf("orbit %d %d", r.IntN(360), r.IntN(180)-90) },
		func() string { return "surface " + []string{"3pM", "off"}[r.IntN(2)] },
		func() string { return []string{"gallery", "key ctrl o", "open cube"}[r.IntN(3)] },
		func() string { return "pin 20um 30um" }, func() string { return "substrate TNF" },
	}
	return strings.Replace(all[r.IntN(len(all))](), " pM", "pM", 1)
}

func TestFaultsOfAScriptAreListedWithTheirLines(t *testing.T) {
	_, err := Parse("talk.script", "play\nrun 3\n\n# fine\nrun-to 10\nmap jet\nresize 0 10\nkey hyper\nset a\nscreenshot ../x.png\nslice w=3 um\nstep 0\nspeed -1\nrange 1nM\nmerge TNF\narrows up\ncontours 0\ncells by\noverlay noise\nfigure a.bmp\nrecord a.mp4 3\nview sphere\norbit 3\nsurface low\n")
	if err == nil {
		t.Fatal("a script full of faults was taken")
	}
	for _, want := range []string{
		`talk.script:2: run 3: no action "run": want one of `, "talk.script:5: run-to 10: ", "no unit", "want run-to TIME, such as run-to 10 min",
		"talk.script:6: map jet: ", "talk.script:7: resize 0 10: ", `talk.script:8: key hyper: no key "hyper"`, "talk.script:9: set a: ",
		`talk.script:10: screenshot ../x.png: "../x.png" is not a name that ends in .png`, "talk.script:11: slice w=3 um: ", "talk.script:12: step 0: ",
		"talk.script:13: speed -1: ", "talk.script:14: range 1nM: ", "talk.script:15: merge TNF: ", "talk.script:16: arrows up: ", "talk.script:17: contours 0: ",
		"talk.script:18: cells by: ", "talk.script:19: overlay noise: ", "talk.script:20: figure a.bmp: ", "talk.script:21: record a.mp4 3: ",
		"talk.script:22: view sphere: ", "talk.script:23: orbit 3: ", "talk.script:24: surface low: ",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in:\n%v", want, err)
		}
	}
}

func TestAnActionThatIsRefusedEndsTheScript(t *testing.T) {
	w, host := opened(t, false)
	s, err := Parse("talk.script", "play\nset substrates.IL-2.decay -1 /s\nquit\n")
	if err != nil {
		t.Fatal(err)
	}
	err = s.Play(t.Context(), w, host, t.TempDir())
	if err == nil || !strings.Contains(err.Error(), "talk.script:2:") || !strings.Contains(err.Error(), "negative") && !strings.Contains(err.Error(), "0 or more") {
		t.Errorf("%v, want the line and the rule", err)
	}
}

func TestAScriptHoldsKeys(t *testing.T) {
	w, host := opened(t, false)
	for _, tc := range []struct {
		keys  string
		edits int
	}{{"brush TNF 1nM 20um 60um 45um", 1}, {"key ctrl z", 0}, {"key ctrl shift z", 1}, {"key z", 1}} {
		play(t, w, host, t.TempDir(), tc.keys+"\nwait 2\n")
		if n := len(w.Report().Edits); n != tc.edits {
			t.Errorf("%d edits after %s, want %d", n, tc.keys, tc.edits)
		}
	}
}
