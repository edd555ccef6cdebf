package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/cytofield/cytofield/cmd/internal/build"
	"github.com/cytofield/cytofield/cmd/internal/program"
	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/engine/gpu/egl"
	"github.com/cytofield/cytofield/engine/record"
)

var update = flag.Bool("update", false, "rewrite the golden texts")

// small is a scenario of 240 voxels that runs in milliseconds. It draws one
// warning: its voxels are coarse for the reach of IL-2.
const small = `cytofield: 1
title: A few cells
domain: {size: [80 um, 60 um, 50 um], voxel: 10 um, extracellular: 0.2}
duration: 10 min
seed: 3
substrates:
  IL-2: {unit: nM, diffusion: 10 um^2/s, decay: 0.1 /h}
  TNF: {unit: nM, diffusion: 20 um^2/s, half_life: 10 min, initial: 1 pM}
cells:
  types:
    Th: {radius: 5 um, export: {IL-2: 10 molecules/s}, uptake: {TNF: 1 /min}}
    Treg:
      radius: 5 um
      receptors: {IL-2R: {ligand: IL-2, count: 1500, on_rate: 111.6 /nM/h}}
  place:
    - {type: Th, pattern: positions, at: [[25 um, 25 um, 25 um], [55 um, 35 um, 25 um]]}
    - {type: Treg, pattern: random, number: 12}
output:
  every: 2 min
`

// pictured is small with frames, which take most of its time.
const pictured = small + `  frames:
    - {substrate: IL-2, slice: z=mid, colormap: inferno, scale: log}
    - {substrate: TNF, slice: x=mid, every: 5 min}
`

// outcome is what one command line came to.
type outcome struct {
	status   int
	out, err string
}

// cytofield runs a command line in this process.
func cytofield(t testing.TB, args ...string) outcome {
	t.Helper()
	return cytofieldWith(t.Context(), args...)
}

func cytofieldWith(ctx context.Context, args ...string) outcome {
	var out, err bytes.Buffer
	status := execute(ctx, args, streams{&out, &err})
	return outcome{status, out.String(), err.String()}
}

// must fails the test unless a command line exits with the status.
func must(t testing.TB, status int, args ...string) outcome {
	t.Helper()
	o := cytofield(t, args...)
	if o.status != status {
		t.Fatalf("cytofield %s: exit status %d, want %d\nstdout:\n%s\nstderr:\n%s", strings.Join(args, " "), o.status, status, o.out, o.err)
	}
	return o
}

// file writes a text into a new directory and returns its path.
func file(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func contents(t testing.TB, elements ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(elements...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// tree returns every file below a directory with its content.
func tree(t testing.TB, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		files[name] = contents(t, path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// absent fails the test if a path exists.
func absent(t testing.TB, path string) {
	t.Helper()
	if _, err := os.Lstat(path); err == nil {
		t.Errorf("%s exists, want nothing written", path)
	}
}

// contains fails the test for every part a text lacks.
func contains(t testing.TB, what, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%s lacks %q:\n%s", what, part, text)
		}
	}
}

func manifestOf(t testing.TB, dir string) record.Manifest {
	t.Helper()
	var m record.Manifest
	if err := json.Unmarshal([]byte(contents(t, dir, "run.json")), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// sheet is a CSV file: its header and its rows, all as long as the header.
type sheet struct {
	header []string
	rows   [][]string
}

func tableOf(t testing.TB, dir, name string) sheet {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(contents(t, dir, name))).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if len(rows) == 0 {
		t.Fatalf("%s has no header", name)
	}
	return sheet{rows[0], rows[1:]}
}

// column returns the numbers of a column, all of which must be finite.
func (c sheet) column(t testing.TB, name string) []float64 {
	t.Helper()
	i := slices.Index(c.header, name)
	if i < 0 {
		t.Fatalf("no column %q in %q", name, c.header)
	}
	var numbers []float64
	for _, row := range c.rows {
		v, err := strconv.ParseFloat(row[i], 64)
		if err != nil || v-v != 0 {
			t.Fatalf("column %s: %q: want a finite number", name, row[i])
		}
		numbers = append(numbers, v)
	}
	return numbers
}

// gpuFlag returns the --device of the GPU that tests use, any or what
// CYTOFIELD_TEST_DEVICE names; without one it skips the test, or fails it where
// CYTOFIELD_REQUIRE_GPU=1.
func gpuFlag(t testing.TB) string {
	t.Helper()
	name, opener := "gpu", egl.Any()
	if index, err := strconv.Atoi(os.Getenv("CYTOFIELD_TEST_DEVICE")); err == nil {
		name, opener = "gpu:"+strconv.Itoa(index), egl.Device(index)
	}
	d, err := gpu.Open(opener)
	if err != nil {
		if os.Getenv("CYTOFIELD_REQUIRE_GPU") == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	return name
}

// golden compares a text with testdata/name; -update rewrites it.
func golden(t testing.TB, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want := contents(t, path); got != want {
		t.Errorf("%s differs; -update rewrites it\ngot:\n%s\nwant:\n%s", path, got, want)
	}
}

func TestHelpAndVersionAreResults(t *testing.T) {
	for _, args := range [][]string{{"--help"}, {"run", "--help"}, {"check", "--help"}, {"--version"}} {
		if o := must(t, program.Done, args...); o.out == "" || o.err != "" {
			t.Errorf("cytofield %s: stdout %q, stderr %q: want the text on stdout alone", strings.Join(args, " "), o.out, o.err)
		}
	}
	contains(t, "--help", must(t, program.Done, "--help").out, "run <scenario>", "check <scenario>", "gallery", "info", "First run: cytofield run il2-niche")
	contains(t, "run --help", must(t, program.Done, "run", "--help").out,
		"--device=auto|gpu|gpu:N|cpu", "--until=TIME", "--set=PATH=VALUE", "-o, --output=DIR", "--force", "--strict", "--allow-read=DIR", "--no-progress")
}

func TestGalleryListsAndPrints(t *testing.T) {
	contains(t, "gallery", must(t, program.Done, "gallery").out, "il2-niche ", "IL-2 niches shrink as Tregs grow denser")
	text := must(t, program.Done, "gallery", "il2-niche").out
	if want := contents(t, "../../tissue/gallery/il2-niche.yaml"); text != want {
		t.Errorf("gallery il2-niche prints\n%s\nwant the file", text)
	}
	path := file(t, "mine.yaml", text) // what it prints runs
	must(t, program.Done, "check", path)
	o := must(t, program.Wrong, "gallery", "il3-niche")
	contains(t, "stderr", o.err, `"il3-niche"`, "il2-niche")
}

func TestInfoHasTheKeysScriptsRelyOn(t *testing.T) {
	devices := map[string]func(t *testing.T) string{
		"cpu":  func(*testing.T) string { return "cpu" },
		"auto": func(*testing.T) string { return "auto" },
		"gpu":  func(t *testing.T) string { return gpuFlag(t) },
	}
	for name, flag := range devices {
		t.Run(name, func(t *testing.T) {
			device := flag(t)
			o := must(t, program.Done, "info", "--json", "--device", device)
			var info map[string]any
			if err := json.Unmarshal([]byte(o.out), &info); err != nil {
				t.Fatal(err)
			}
			for _, key := range []string{"renderer", "gl_version", "version", "commit"} {
				if s, ok := info[key].(string); !ok || s == "" {
					t.Errorf("%s is %v, want a text", key, info[key])
				}
			}
			if _, ok := info["software"].(bool); !ok {
				t.Errorf("software is %v, want true or false", info["software"])
			}
			if n, ok := info["memory_bytes"].(float64); !ok || n < 1<<28 {
				t.Errorf("memory_bytes is %v, want 256 MiB or more", info["memory_bytes"])
			}
			contains(t, "info", must(t, program.Done, "info", "--device", device).out, build.Version, info["renderer"].(string), "GiB")
		})
	}
}
