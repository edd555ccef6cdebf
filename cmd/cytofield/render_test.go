package main

import (
	"bytes"
	"fmt"
	"image"
	"image/gif"
	"image/png"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/cytofield/cytofield/cmd/internal/program"
	"github.com/cytofield/cytofield/engine/record"
	"github.com/cytofield/cytofield/render/colormap"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// told is small with tags and a variable, so that there is something for every kind of panel.
var told = strings.NewReplacer(
	"    Th: {radius: 5 um, export", "    Th: {radius: 5 um, variables: {pSTAT: {initial: 1 nM}}, export",
	"cells:\n", "attribution: {IL-2: types}\nregions: [{name: bone, shape: {box: {from: [0 um, 0 um, 0 um], to: [20 um, 20 um, 50 um]}}, impermeable: true}]\ncells:\n",
).Replace(small)

// kinds is a panel of each kind that there is, with what makes it interesting.
func kinds() map[scenario.PanelKind]string {
	return map[scenario.PanelKind]string{
		scenario.SlicePanel:      "substrate: IL-2, scale: log, contours: auto, arrows: flux, cells: {by: IL-2_surface_nM}",
		scenario.ProjectionPanel: "substrate: IL-2, along: y, of: mean, cells: {by: state}",
		scenario.MergePanel:      "substrates: [IL-2, {substrate: TNF, color: \"#00ffff\", range: [0 pM, 2 pM]}], regions: true, smooth: false, lines_of: IL-2, contours: auto, arrows: gradient",
		scenario.DifferencePanel: "substrate: IL-2, contours: auto",
		scenario.KymographPanel:  "substrate: IL-2, from: [0 um, 25 um, 25 um], to: [80 um, 25 um, 25 um]",
		scenario.VolumePanel:     "substrate: IL-2, scale: log, surfaces: auto, planes: [y=mid], camera: {perspective: true}",
		scenario.ProfilePanel:    "substrates: [IL-2, TNF], from: [0 um, 25 um, 25 um], to: [80 um, 25 um, 25 um], at: [2 min, 10 min]",
		scenario.RadialPanel:     "substrate: IL-2, around: Th, distance: 40 um, scale: log",
		scenario.HistogramPanel:  "variable: IL-2_surface_nM, bins: 8",
		scenario.SeriesPanel:     "columns: [IL-2_mean_nM, TNF_mean_nM]",
		scenario.MatrixPanel:     "substrate: IL-2",
	}
}

// pair runs the scenario of the panels twice, once with more secretion.
func pair(t testing.TB) (run, other string) {
	t.Helper()
	path := file(t, "told.yaml", told)
	return recorded(t, path, "--device", "cpu"), recorded(t, path, "--device", "cpu", "--set", "cells.types.Th.export.IL-2=20 molecules/s")
}

// TestEveryKindOfPanelIsDrawn holds the pictures of all kinds, each in a figure of its own.
func TestEveryKindOfPanelIsDrawn(t *testing.T) {
	run, other := pair(t)
	drawn := kinds()
	for _, kind := range scenario.PanelKinds() {
		keys, ok := drawn[kind]
		if !ok {
			t.Errorf("no test draws a %s", kind)
			continue
		}
		t.Run(string(kind), func(t *testing.T) {
			figure := file(t, "figure.yaml", fmt.Sprintf("cytofield_figure: 1\nwidth: 60 mm\ndpi: 150\ntext: 7 pt\npanels: {A: {kind: %s, %s}}\n", kind, keys))
			out := filepath.Join(t.TempDir(), "figure.png")
			if o := cytofield(t, "render", run, figure, "--compare", other, "-o", out); o.status != program.Done {
				t.Fatalf("status %d: %s", o.status, o.err)
			}
			like(t, out, filepath.Join("testdata", "render", string(kind)+".png"))
		})
	}
}

// A panel with run: compare is that of the run which is compared.
func TestAPanelShowsTheRunThatIsCompared(t *testing.T) {
	run, other := pair(t)
	for _, keys := range []string{"kind: slice, arrows: flux", "kind: volume", "kind: profile"} {
		draw := func(run, more string) string {
			figure := file(t, "figure.yaml", fmt.Sprintf("cytofield_figure: 1\nwidth: 60 mm\ndpi: 100\npanels: {A: {%s, substrate: IL-2%s}}\n", keys, more))
			out := filepath.Join(t.TempDir(), "figure.png")
			if o := cytofield(t, "render", run, figure, "--compare", other, "-o", out); o.status != program.Done {
				t.Fatalf("status %d: %s", o.status, o.err)
			}
			return out
		}
		if got, want := pixels(t, draw(run, ", run: compare")), pixels(t, draw(other, "")); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: the picture is not that of the other run", keys)
		}
		if got, want := pixels(t, draw(run, "")), pixels(t, draw(other, "")); reflect.DeepEqual(got, want) {
			t.Errorf("%s: both runs have one picture", keys)
		}
	}
}

// like fails the test unless a picture is the golden one: each channel within 3 of 255,
// since the solver's last bits may differ from one processor to another.
func like(t testing.TB, path, golden string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(golden, []byte(contents(t, path)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, want := pixels(t, path), pixels(t, golden)
	if got.Bounds() != want.Bounds() {
		t.Fatalf("%v pixels, want %v", got.Bounds().Max, want.Bounds().Max)
	}
	const levels = 3 << 8
	apart := func(a, b uint32) bool { return max(a, b)-min(a, b) > levels }
	for y := range got.Bounds().Dy() {
		for x := range got.Bounds().Dx() {
			r, g, b, _ := got.At(x, y).RGBA()
			r2, g2, b2, _ := want.At(x, y).RGBA()
			if apart(r, r2) || apart(g, g2) || apart(b, b2) {
				t.Fatalf("pixel (%d, %d) is %v, want %v of %s", x, y, got.At(x, y), want.At(x, y), golden)
			}
		}
	}
}

func pixels(t testing.TB, path string) image.Image {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return picture
}

// TestFrameOfARunIsItsRendering: output.frames and render are one code, and a picture drawn
// while the run went on is that of the record, whose densities are float32.
func TestFrameOfARunIsItsRendering(t *testing.T) {
	run := recorded(t, file(t, "small.yaml", pictured), "--device", "cpu")
	out := filepath.Join(t.TempDir(), "again.png")
	low := "[0.1 pM, 50 pM]"
	first := recorded(t, file(t, "fixed.yaml", small+"  frames: [{substrate: IL-2, scale: log, range: "+low+"}]\n"), "--device", "cpu")
	o := cytofield(t, "render", run, "--substrate", "IL-2", "--scale", "log", "--range", low, "--at", "10 min", "-o", out)
	if o.status != program.Done {
		t.Fatal(o.err)
	}
	frame, again := pixels(t, filepath.Join(first, "frames", "IL-2-z-0005.png")), pixels(t, out)
	if frame.Bounds() != again.Bounds() {
		t.Fatalf("frame of %v, picture of %v", frame.Bounds(), again.Bounds())
	}
	for y := range frame.Bounds().Dy() {
		for x := range frame.Bounds().Dx() {
			if frame.At(x, y) != again.At(x, y) {
				t.Fatalf("pixel (%d, %d) is %v in the frame and %v in the picture", x, y, frame.At(x, y), again.At(x, y))
			}
		}
	}
}

// TestOneCommandRebuildsAFigure: a figure file alone is enough, in every format.
func TestOneCommandRebuildsAFigure(t *testing.T) {
	run := recorded(t, file(t, "small.yaml", small), "--device", "cpu")
	dir := t.TempDir()
	path := filepath.Join(dir, "fig1.yaml")
	relative, err := filepath.Rel(dir, run)
	if err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf("cytofield_figure: 1\nrun: %s\nwidth: nature single\nlayout: AAB\npanels:\n  A: {substrate: IL-2}\n  B: {kind: series}\n", relative)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	for ending, mark := range map[string]string{"png": "\x89PNG", "svg": "<?xml", "pdf": "%PDF"} {
		out := filepath.Join(dir, "fig1."+ending)
		if o := cytofield(t, "render", path, "-o", out); o.status != program.Done || !strings.Contains(o.out, out) {
			t.Fatalf("%s: status %d, %q: %s", ending, o.status, o.out, o.err)
		}
		content, err := os.ReadFile(out)
		if err != nil || !bytes.HasPrefix(content, []byte(mark)) {
			t.Errorf("%s: %v, starts with %q: want %q", ending, err, content[:min(8, len(content))], mark)
		}
	}
	if width := pixels(t, filepath.Join(dir, "fig1.png")).Bounds().Dx(); width < 1040 || width > 1052 { // 89 mm at 300 dpi is 1051
		t.Errorf("%d pixels wide: want 89 mm at 300 dpi, less what panels do not need", width)
	}
}

// TestASeriesShowsSeveralRuns, each as a curve of its name, and names them in the file.
func TestASeriesShowsSeveralRuns(t *testing.T) {
	path := file(t, "small.yaml", small)
	slow := recorded(t, path, "--device", "cpu")
	quick := recorded(t, path, "--device", "cpu", "--set", "substrates.IL-2.diffusion=20 um^2/s")
	figure := func(runs string) string {
		return file(t, "fig.yaml", "cytofield_figure: 1\nrun: "+quick+"\npanels:\n  A: {kind: series, substrate: IL-2, runs: "+runs+"}\n")
	}
	out := filepath.Join(t.TempDir(), "fig.svg")
	o := cytofield(t, "render", figure("{slow: "+slow+", fast: "+quick+"}"), "-o", out)
	if o.status != program.Done {
		t.Fatal(o.err)
	}
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	for _, run := range []string{quick, slow} {
		if hash := manifestOf(t, run).ScenarioHash; !strings.Contains(string(text), hash) {
			t.Errorf("the figure does not tell of the run with hash %s", hash)
		}
	}
	o = cytofield(t, "render", figure("{fast: "+quick+", gone: nowhere}"), "-o", out)
	if o.status != program.Wrong || !strings.Contains(o.err, "fig.yaml:4:6: panels.A: runs.gone") || !strings.Contains(o.err, "nowhere") {
		t.Errorf("status %d, %s: want one that names the panel and the run", o.status, o.err)
	}
}

// TestScenarioIsRunForAPicture: nothing of the run is left.
func TestScenarioIsRunForAPicture(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	out := filepath.Join(t.TempDir(), "p.png")
	o := cytofield(t, "render", file(t, "small.yaml", pictured), "--device", "cpu", "--set", "duration=4 min", "--kind", "profile", "-o", out)
	if o.status != program.Done {
		t.Fatal(o.err)
	}
	if _, err := os.Stat(out); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(os.Getenv("TMPDIR")); err != nil || slices.ContainsFunc(left, func(e os.DirEntry) bool { return strings.HasPrefix(e.Name(), "cytofield") }) {
		t.Errorf("%v, %v left behind", err, left)
	}
}

// TestRenderExplainsWhatIsWrong: every fault of the input is status 2 and says what to do.
func TestRenderExplainsWhatIsWrong(t *testing.T) {
	run := recorded(t, file(t, "small.yaml", small), "--device", "cpu", "--set", "output.fields=false")
	kept := recorded(t, file(t, "small.yaml", small), "--device", "cpu")
	figure := file(t, "f.yaml", "cytofield_figure: 1\npanels: {A: {substrate: IL-2, at: 3 min}, B: {substrate: IL2}}\n")
	flat := recorded(t, file(t, "flat.yaml", "cytofield: 1\ndomain: {size: [40 um, 40 um], voxel: 10 um, extracellular: 1}\nduration: 1 min\nsubstrates: {IL-2: {diffusion: 10 um^2/s, decay: 0/s}}\n"), "--device", "cpu")
	old := file(t, "old.png", "as it was")
	early := file(t, "early.yaml", "cytofield_figure: 1\npanels: {A: {substrate: IL-2, at: 3 min}}\n")
	for _, tc := range []struct {
		name string
		args []string
		want string
	}{
		{"no densities", []string{run}, "run the scenario with output: {fields: true}"},
		{"nothing there", []string{"nowhere"}, "neither a file nor in the gallery"},
		{"no run", []string{t.TempDir()}, "is no run directory"},
		{"no run named", []string{figure}, "names no run"},
		{"names", []string{kept, figure}, `f.yaml:2:58: panels.B.substrate: no substrate "IL2"; did you mean "IL-2"?`},
		{"flags of panels", []string{kept, figure, "--slice", "z=mid"}, "says what the panels show"},
		{"a time between outputs", []string{kept, early}, "early.yaml:2:13: panels.A: " + kept + ": no output at 3 min: the nearest are at 2 min and 4 min"},
		{"a flag", []string{kept, "--slice", "z=9 mm"}, `--slice z=9 mm: panels.A.slice: "z=9 mm" lies outside the domain`},
		{"a column", []string{kept, "--kind", "series", "--columns", "IL-2_mean"}, `no column "IL-2_mean" of numbers`},
		{"one run for a difference", []string{kept, "--kind", "difference"}, "name that to compare it with by --compare"},
		{"no depth", []string{flat, "--kind", "volume"}, "a 2D domain has no depth: want slice"},
		{"no room", []string{kept, "--width", "12mm", "-o", old}, "no room for 2 panels"},
		{"an ending", []string{kept, "-o", "p.jpg"}, "want a name that ends in"},
		{"set in a run", []string{kept, "--set", "duration=1 h"}, "is a run already"},
		{"nothing attributed", []string{kept, "--kind", "matrix", "--substrate", "IL-2"}, "IL-2 is not attributed"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := cytofield(t, append([]string{"render"}, tc.args...)...)
			if o.status != program.Wrong || !strings.Contains(o.err, tc.want) {
				t.Errorf("status %d: %s\nwant status 2 and %q", o.status, o.err, tc.want)
			}
		})
	}
	if text := contents(t, old); text != "as it was" {
		t.Errorf("a picture that could not be drawn left %q", text)
	}
}

// TestColumnsOfCellsAreThoseOfTheRecord: scenarios name them without knowing records.
func TestColumnsOfCellsAreThoseOfTheRecord(t *testing.T) {
	run, err := record.Open(recorded(t, file(t, "told.yaml", told), "--device", "cpu"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := run.Scenario()
	if err != nil {
		t.Fatal(err)
	}
	cells, err := run.Cells(0)
	if err != nil {
		t.Fatal(err)
	}
	if want := scenario.CellColumns(s.Model); !slices.Equal(cells.Columns, want) {
		t.Errorf("cells.csv has %q, figures may ask for %q", cells.Columns, want)
	}
}

// TestFiguresHaveEveryColourMap: scenarios name them without knowing pictures.
func TestFiguresHaveEveryColourMap(t *testing.T) {
	if got, want := scenario.Colormaps(), colormap.Names(); !slices.Equal(got, want) {
		t.Errorf("figures may ask for %q, there are %q", got, want)
	}
}

// TestScaleFollowsTheDensities: without a word about it, a field of niches is drawn on a
// logarithmic scale and an even one on a linear one, and words go before.
func TestScaleFollowsTheDensities(t *testing.T) {
	niches := recorded(t, file(t, "niches.yaml", strings.Replace(small, "80 um", "400 um", 1)), "--device", "cpu")
	even := recorded(t, file(t, "even.yaml", small), "--device", "cpu")
	picture := func(args ...string) string {
		out := filepath.Join(t.TempDir(), "p.png")
		if o := cytofield(t, append([]string{"render", "--dpi", "60", "--substrate", "IL-2", "-o", out}, args...)...); o.status != program.Done {
			t.Fatal(o.err)
		}
		return contents(t, out)
	}
	for _, tc := range []struct{ name, run, scale, other string }{{"niches", niches, "log", "linear"}, {"even", even, "linear", "log"}} {
		if picture(tc.run) != picture(tc.run, "--scale", tc.scale) {
			t.Errorf("%s: not on a %s scale", tc.name, tc.scale)
		}
		if picture(tc.run) == picture(tc.run, "--scale", tc.other) {
			t.Errorf("%s: on a %s scale", tc.name, tc.other)
		}
	}
}

// TestCrowdsDoNotHideAVolume: of cells without a word about them only types of few are drawn
// in space; a slice has them all.
func TestCrowdsDoNotHideAVolume(t *testing.T) {
	many := strings.Replace(small, "number: 12", "number: 201", 1)
	many = strings.Replace(many, "Treg:\n      radius: 5 um", "Treg:\n      radius: 2 um", 1)
	run := recorded(t, file(t, "many.yaml", many), "--device", "cpu", "--set", "duration=2 min")
	picture := func(args ...string) string {
		out := filepath.Join(t.TempDir(), "p.png")
		if o := cytofield(t, append([]string{"render", run, "--dpi", "60", "--substrate", "IL-2", "-o", out}, args...)...); o.status != program.Done {
			t.Fatal(o.err)
		}
		return contents(t, out)
	}
	for _, tc := range []struct {
		kind string
		few  bool
	}{{"volume", true}, {"slice", false}} {
		drawn, few := picture("--kind", tc.kind), picture("--kind", tc.kind, "--cells", "{types: [Th]}")
		if (drawn == few) != tc.few {
			t.Errorf("%s: only the few cells drawn: %t, want %t", tc.kind, drawn == few, tc.few)
		}
	}
}

// TestAMovieGoesThroughAllOutputs: a picture of every output with one scale, the first of
// which is the still one of its time.
func TestAMovieGoesThroughAllOutputs(t *testing.T) {
	run := recorded(t, file(t, "small.yaml", small), "--device", "cpu")
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	must(t, program.Done, "render", run, "--substrate", "IL-2", "--range", "0 pM, 50 pM", "--at", "all", "-o", path("movie.png"))
	must(t, program.Done, "render", run, "--substrate", "IL-2", "--rate", "4", "-o", path("movie.gif"))
	film, err := os.Open(path("movie.gif"))
	if err != nil {
		t.Fatal(err)
	}
	defer film.Close()
	g, err := gif.DecodeAll(film)
	if err != nil {
		t.Fatal(err)
	}
	times := strings.Count(contents(t, run, "series.csv"), "\n") - 1
	if len(g.Image) != times || g.Delay[0] != 25 {
		t.Errorf("%d pictures of %d/100 s, want %d of 25", len(g.Image), g.Delay[0], times)
	}
	// Title, axes and colour bar stay: what changes is the stamp of time and the map.
	for n, part := range g.Image[1:] {
		if part.Rect.Dx() > g.Config.Width*9/10 || part.Rect.Dy() > g.Config.Height*9/10 {
			t.Errorf("picture %d changes %v of %d by %d pixels: want one scale", n+1, part.Rect, g.Config.Width, g.Config.Height)
		}
	}
	must(t, program.Done, "render", run, "--substrate", "IL-2", "--range", "0 pM, 50 pM", "--at", "0 min", "-o", path("first.png"))
	first, movie := pixels(t, path("first.png")), pixels(t, path("movie.png"))
	if first.Bounds() != movie.Bounds() {
		t.Fatalf("a movie of %v, a picture of %v", movie.Bounds(), first.Bounds())
	}
	for y := range first.Bounds().Dy() {
		for x := range first.Bounds().Dx() {
			if first.At(x, y) != movie.At(x, y) {
				t.Fatalf("pixel (%d, %d) of the first picture is %v, want %v", x, y, movie.At(x, y), first.At(x, y))
			}
		}
	}
}

func TestMoviesThatAreNoneAreRefused(t *testing.T) {
	run := recorded(t, file(t, "small.yaml", small), "--device", "cpu")
	dir := t.TempDir()
	for _, tc := range []struct {
		want string
		args []string
	}{
		{"nothing that moves", []string{"--at", "2 min", "-o", filepath.Join(dir, "a.gif")}},
		{"nothing that moves", []string{"--kind", "series", "-o", filepath.Join(dir, "a.gif")}},
		{"want a name that ends in", []string{"--at", "all", "-o", filepath.Join(dir, "a.pdf")}},
		{"100 pictures per second", []string{"--rate", "100", "-o", filepath.Join(dir, "a.gif")}},
	} {
		o := must(t, program.Wrong, append([]string{"render", run}, tc.args...)...)
		if !strings.Contains(o.err, tc.want) {
			t.Errorf("%v: %q, want %q", tc.args, o.err, tc.want)
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) > 0 {
		t.Errorf("%s is left", entries[0].Name())
	}
}
