package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/cytofield/cytofield/cmd/internal/build"
	"github.com/cytofield/cytofield/cmd/internal/program"
	"github.com/cytofield/cytofield/engine/record"
	"github.com/cytofield/cytofield/render/colormap"
)

// tables are the files that a rerun repeats byte for byte.
var tables = []string{"series.csv", "ledger.csv", "cells.csv"}

// recorded runs a scenario into a new directory.
func recorded(t testing.TB, args ...string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "run")
	must(t, program.Done, append([]string{"run", "-o", dir, "--no-progress"}, args...)...)
	return dir
}

// same fails the test unless two runs have the same tables and frames.
func same(t testing.TB, a, b string) {
	t.Helper()
	for _, name := range tables {
		if contents(t, a, name) != contents(t, b, name) {
			t.Errorf("%s differs between two runs", name)
		}
	}
}

func TestTheRunDirectoryIsComplete(t *testing.T) {
	dir := recorded(t, file(t, "small.yaml", pictured), "--device", "cpu")
	want := []string{"run.json", "scenario.yaml", "series.csv", "ledger.csv", "cells.csv", "references.bib", "methods.md"}
	for n := range 6 {
		want = append(want, fmt.Sprintf("frames/IL-2-z-%04d.png", n)) // every 2 min of 10
	}
	for n := range 3 {
		want = append(want, fmt.Sprintf("frames/TNF-x-%04d.png", n)) // every 5 min
	}
	want = append(want, "fields.zarr/.zattrs", "fields.zarr/.zgroup", "fields.zarr/0/.zarray")
	for n := range 6 {
		for c := range 2 {
			want = append(want, fmt.Sprintf("fields.zarr/0/%d/%d/0/0/0", n, c)) // every 2 min too, of both substrates, in one chunk
		}
	}
	slices.Sort(want)
	if got := slices.Sorted(maps.Keys(tree(t, dir))); !slices.Equal(got, want) {
		t.Errorf("files\n%q\nwant\n%q", got, want)
	}

	m := manifestOf(t, dir)
	if m.Status != record.Done || m.Error != "" || m.SimulatedTime != 600 || m.Duration != 600 || m.WallTime <= 0 {
		t.Errorf("run.json: %+v: want done at 600 of 600 s", m)
	}
	if m.Version != build.Version || m.Commit == "" || m.Device == "" || m.Seed != 3 || m.Scenario != "small" || len(m.ScenarioHash) != 64 || m.Voxels != 240 || m.Cells != 14 {
		t.Errorf("run.json: %+v: want version, commit, device, seed 3, scenario small and its hash, 240 voxels, 14 cells", m)
	}
	if m.Steps < 10 || m.VoxelSteps != m.Steps*240 || m.Sweeps < m.Steps {
		t.Errorf("run.json: %d steps, %d sweeps, %d voxel-steps", m.Steps, m.Sweeps, m.VoxelSteps)
	}

	series := tableOf(t, dir, "series.csv")
	if got, want := strings.Join(series.header, ","), "t_s,IL-2_mean_nM,IL-2_min_nM,IL-2_max_nM,IL-2_molecules,TNF_mean_nM,TNF_min_nM,TNF_max_nM,TNF_molecules,Th_cells,Treg_cells"; got != want {
		t.Errorf("series.csv has\n%s\nwant\n%s", got, want)
	}
	if got := series.column(t, "t_s"); !slices.Equal(got, []float64{0, 120, 240, 360, 480, 600}) {
		t.Errorf("series.csv at %v s", got)
	}
	// Molecules are density times the fluid of 240 000 µm³ at α = 0.2.
	mean, molecules := series.column(t, "TNF_mean_nM"), series.column(t, "TNF_molecules")
	for i := range mean {
		if want := mean[i] * 0.602214076 * 0.2 * 240000; math.Abs(molecules[i]-want) > 1e-12*want {
			t.Errorf("%g molecules at a mean of %g nM, want %g", molecules[i], mean[i], want)
		}
	}
	if math.Abs(mean[0]-1e-3) > 1e-15 {
		t.Errorf("TNF starts at %g nM, want 0.001", mean[0])
	}

	ledger := tableOf(t, dir, "ledger.csv")
	if len(ledger.rows) != 12 {
		t.Errorf("ledger.csv has %d rows, want 6 times 2 substrates", len(ledger.rows))
	}
	for i, share := range ledger.column(t, "residual_share") {
		if math.Abs(share) > 1e-12 { // 1e4 float64 eps
			t.Errorf("ledger.csv: residual %g of what was handled in row %d", share, i)
		}
	}
	if got := ledger.column(t, "secreted")[10]; math.Abs(got-12000) > 1e-6 { // 2 cells, 10 molecules/s, 600 s
		t.Errorf("secreted %g molecules of IL-2, want 12000", got)
	}

	cells := tableOf(t, dir, "cells.csv")
	if len(cells.rows) != 6*14 {
		t.Errorf("cells.csv has %d rows, want 6 times 14 cells", len(cells.rows))
	}
	for _, column := range []string{"id", "x_um", "y_um", "z_um", "IL-2_surface_nM", "IL-2_taken_up_molecules_per_s", "TNF_secreted_molecules_per_s"} {
		cells.column(t, column)
	}
}

// TestReferencesAreTheOnesCited: what methods.md cites stands in references.bib.
func TestReferencesAreTheOnesCited(t *testing.T) {
	dir := recorded(t, file(t, "il2.yaml", strings.Replace(small, "{unit: nM, diffusion: 10 um^2/s, decay: 0.1 /h}", "{from: catalogue}", 1)), "--device", "cpu")
	methods, references := contents(t, dir, "methods.md"), contents(t, dir, "references.bib")
	entries := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^@\w+\{(\w+),$`).FindAllStringSubmatch(references, -1) {
		entries[m[1]] = true
	}
	cited := map[string]bool{}
	for _, m := range regexp.MustCompile(`@(\w+)`).FindAllStringSubmatch(methods, -1) {
		cited[m[1]] = true
	}
	if !maps.Equal(entries, cited) || !cited["Sommeijer1998"] || !cited["CollinsKimball1949"] || len(cited) < 4 {
		t.Errorf("methods.md cites %v, references.bib has %v", cited, entries)
	}
	contains(t, "methods.md", methods, "80 × 60 × 50 µm", "8 × 6 × 5 voxels", "fraction was 0.2", "2 cells of type Th", "seed 3", "Cytofield "+build.Version)

	plain := recorded(t, file(t, "small.yaml", small), "--device", "cpu", "--set", "numerics={coupling: plain, scheme: ftcs}")
	for _, name := range []string{"methods.md", "references.bib"} {
		if strings.Contains(contents(t, plain, name), "CollinsKimball1949") || strings.Contains(contents(t, plain, name), "Sommeijer1998") {
			t.Errorf("%s of a plain run by forward Euler cites what it does not use", name)
		}
	}

	split := recorded(t, file(t, "small.yaml", small), "--device", "cpu", "--set", "numerics={coupling: plain, scheme: lod, step: 2 s}")
	contains(t, "methods.md", contents(t, split, "methods.md"), "first-order locally one-dimensional", "[@Ghaffarizadeh2016] with steps of at most 2 s", "(cited: @Ghaffarizadeh2016")
	contains(t, "references.bib", contents(t, split, "references.bib"), "{Ghaffarizadeh2016,")
}

// TestTheResolvedScenarioRepeatsTheRun also where --set, --until and a CSV file
// made the run what it was.
func TestTheResolvedScenarioRepeatsTheRun(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "small.yaml")
	for name, text := range map[string]string{
		path:                               strings.Replace(small, "output:", "    - {pattern: csv, file: cells.csv}\noutput:", 1),
		filepath.Join(folder, "cells.csv"): "x,y,z,type\n15,15,15,Treg\n65,45,35,Th\n",
	} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(t.TempDir()) // the table lies beside the scenario, wherever one stands
	first := recorded(t, path, "--device", "cpu", "--until", "5 min", "--set", "substrates.TNF.decay=1e-3/s", "--set", "substrates.TNF.half_life=", "--set", "seed=11")
	second := recorded(t, filepath.Join(first, "scenario.yaml"), "--device", "cpu")
	same(t, first, second)
	if a, b := contents(t, first, "scenario.yaml"), contents(t, second, "scenario.yaml"); a != b {
		t.Errorf("scenario.yaml differs after a rerun:\n%s\n%s", a, b)
	}
	m := manifestOf(t, first)
	if m.SimulatedTime != 300 || m.Seed != 11 || m.Cells != 16 {
		t.Errorf("run.json: %g s, seed %d, %d cells: want --until 5 min, --set seed=11, 14 cells and 2 of the table", m.SimulatedTime, m.Seed, m.Cells)
	}
	if other := manifestOf(t, second); other.ScenarioHash != m.ScenarioHash {
		t.Errorf("hash %s of the rerun, want %s", other.ScenarioHash, m.ScenarioHash)
	}
	contains(t, "scenario.yaml", contents(t, first, "scenario.yaml"), "0.001 1/s")
}

func TestUntilLeavesOutWhatIsExpectedLater(t *testing.T) {
	dir := recorded(t, "il2-niche", "--device", "cpu", "--until", "2 min") // the file expects something at 1 h
	if m := manifestOf(t, dir); m.SimulatedTime != 120 {
		t.Errorf("ran %g s, want 120", m.SimulatedTime)
	}
	if strings.Contains(contents(t, dir, "scenario.yaml"), "value: 4030") {
		t.Error("scenario.yaml expects at 1 h in a run of 2 min")
	}
}

func TestAllowReadOpensADirectory(t *testing.T) {
	csv := file(t, "cells.csv", "x,y,z,type\n15,15,15,Treg\n")
	path := file(t, "small.yaml", strings.Replace(small, "output:", "    - {pattern: csv, file: \""+csv+"\"}\noutput:", 1))
	o := must(t, program.Wrong, "check", path)
	contains(t, "stderr", o.err, path+":", "--allow-read")
	must(t, program.Done, "check", path, "--allow-read", filepath.Dir(csv))
	dir := recorded(t, path, "--device", "cpu", "--allow-read", filepath.Dir(csv))
	must(t, program.Done, "check", filepath.Join(dir, "scenario.yaml")) // holds the table itself
}

func TestARunRepeatsBitForBit(t *testing.T) {
	devices := map[string]func(t *testing.T) string{
		"cpu": func(*testing.T) string { return "cpu" },
		"gpu": func(t *testing.T) string { return gpuFlag(t) },
	}
	for name, flag := range devices {
		t.Run(name, func(t *testing.T) {
			args := []string{"il2-niche", "--device", flag(t), "--until", "5 min", "--set", "output.every=1 min"}
			first, second := recorded(t, args...), recorded(t, args...)
			same(t, first, second)
			if !maps.Equal(frames(t, first), frames(t, second)) {
				t.Error("frames differ between two runs")
			}
		})
	}
}

func TestTheNumberOfThreadsChangesNoBit(t *testing.T) {
	args := []string{"il2-niche", "--device", "cpu", "--until", "5 min"}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	one := recorded(t, args...)
	for _, threads := range []int{2, 3, 7} {
		runtime.GOMAXPROCS(threads)
		same(t, one, recorded(t, args...))
	}
}

// TestTheDevicesAgree compares every number of series.csv of the default scenario,
//
//	|gpu − cpu| ≤ 2e-3 max(|gpu|, |cpu|)
//
// so that a zero, as all densities are at the start, must be a zero on both. The
// devices differ by the float32 of one and, where the step control decides
// otherwise by it, by rtol; 6e-7 seen on llvmpipe.
func TestTheDevicesAgree(t *testing.T) {
	if testing.Short() {
		t.Skip("an hour of il2-niche twice")
	}
	gpu, cpu := tableOf(t, recorded(t, "il2-niche", "--device", gpuFlag(t)), "series.csv"), tableOf(t, recorded(t, "il2-niche", "--device", "cpu"), "series.csv")
	if !slices.Equal(gpu.header, cpu.header) || len(gpu.rows) != 13 || len(cpu.rows) != 13 {
		t.Fatalf("%q in %d rows and %q in %d", gpu.header, len(gpu.rows), cpu.header, len(cpu.rows))
	}
	worst := 0.0
	for _, name := range gpu.header {
		a, b := gpu.column(t, name), cpu.column(t, name)
		for i := range a {
			if a[i] == b[i] {
				continue
			}
			apart := math.Abs(a[i]-b[i]) / max(math.Abs(a[i]), math.Abs(b[i]))
			if worst = max(worst, apart); apart > 2e-3 {
				t.Errorf("%s at row %d: %g on the GPU, %g on the CPU", name, i, a[i], b[i])
			}
		}
	}
	t.Logf("at most %.2g apart", worst)
}

func TestAutoSaysWhichDeviceItTook(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	o := must(t, program.Done, "run", file(t, "small.yaml", small), "-o", dir)
	m := manifestOf(t, dir)
	contains(t, "stderr", o.err, "device: "+m.Device+"\n")
	if m.Software && !strings.HasPrefix(m.Device, "CPU") {
		t.Errorf("auto took %s: want a hardware GPU, else the CPU solver", m.Device)
	}
}

func frames(t testing.TB, dir string) map[string]string {
	t.Helper()
	return tree(t, filepath.Join(dir, "frames"))
}

// TestFramesFormAFilm: numbered without a gap, one size, one colour scale, and the
// tissue in them changes.
func TestFramesFormAFilm(t *testing.T) {
	pictures := frames(t, recorded(t, file(t, "small.yaml", pictured), "--device", "cpu"))
	var film []*image.NRGBA
	for n := range 6 {
		film = append(film, decode(t, pictures[fmt.Sprintf("IL-2-z-%04d.png", n)]))
	}
	first, last := film[0], film[5]
	if bytes.Equal(first.Pix, last.Pix) {
		t.Error("the first frame is the last")
	}
	for n, picture := range film {
		if picture.Rect != first.Rect {
			t.Fatalf("frame %d has %v pixels, the first %v", n, picture.Rect.Max, first.Rect.Max)
		}
	}
	// The frames of a film differ in the panel and the time above it alone: the
	// colour bar, its numbers, axes and legend stay.
	changed := image.Rectangle{}
	for _, picture := range film[1:] {
		changed = changed.Union(difference(first, picture))
	}
	if share := float64(changed.Dx()*changed.Dy()) / float64(first.Rect.Dx()*first.Rect.Dy()); share < 0.2 || share > 0.75 {
		t.Errorf("frames differ in %v of %v: want the panel and no more", changed, first.Rect.Max)
	}
	bar := colours(last, image.Rect(changed.Max.X, 0, last.Rect.Dx(), last.Rect.Dy()))
	bar = max(bar, colours(last, image.Rect(0, changed.Max.Y, last.Rect.Dx(), last.Rect.Dy())))
	if bar < 50 {
		t.Errorf("%d colours outside of what changes: want the colour bar there", bar)
	}
}

func decode(t testing.TB, text string) *image.NRGBA {
	t.Helper()
	picture, err := png.Decode(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	copied := image.NewNRGBA(picture.Bounds())
	for y := range copied.Rect.Dy() {
		for x := range copied.Rect.Dx() {
			copied.Set(x, y, picture.At(x, y))
		}
	}
	return copied
}

// difference returns the smallest box around the pixels in which two pictures differ.
func difference(a, b *image.NRGBA) image.Rectangle {
	box := image.Rectangle{}
	for y := range a.Rect.Dy() {
		for x := range a.Rect.Dx() {
			if a.NRGBAAt(x, y) != b.NRGBAAt(x, y) {
				box = box.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return box
}

func colours(picture *image.NRGBA, box image.Rectangle) int {
	seen := map[[4]uint8]bool{}
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			c := picture.NRGBAAt(x, y)
			seen[[4]uint8{c.R, c.G, c.B, c.A}] = true
		}
	}
	return len(seen)
}

func TestFramesTellWhereTheyComeFrom(t *testing.T) {
	dir := recorded(t, file(t, "small.yaml", pictured), "--device", "cpu", "--until", "2 min")
	m := manifestOf(t, dir)
	for name, picture := range frames(t, dir) {
		text := textChunks(t, picture)
		for keyword, want := range map[string]string{
			"Scenario": "small", "Scenario hash": m.ScenarioHash, "Seed": "3", "Device": m.Device, "Software": "Cytofield " + build.Version + " (" + m.Commit + ")",
		} {
			if text[keyword] != want {
				t.Errorf("%s: %s is %q, want %q", name, keyword, text[keyword], want)
			}
		}
	}
}

// textChunks returns the tEXt chunks of a PNG.
func textChunks(t testing.TB, picture string) map[string]string {
	t.Helper()
	text := map[string]string{}
	for rest := []byte(picture)[8:]; len(rest) >= 12; {
		size := int(binary.BigEndian.Uint32(rest))
		if kind, data := string(rest[4:8]), string(rest[8:8+size]); kind == "tEXt" {
			keyword, value, _ := strings.Cut(data, "\x00")
			text[keyword] = value
		}
		rest = rest[12+size:]
	}
	return text
}

// TestTheEndIsPictured: 4 min does not divide 10 min, nor does the time of an
// interrupt.
func TestTheEndIsPictured(t *testing.T) {
	dir := recorded(t, file(t, "small.yaml", pictured), "--device", "cpu", "--set", "output.frames.0.every=4 min")
	for n, want := range []bool{true, true, true, true, false} { // 0, 4, 8, 10 min
		_, err := os.Stat(filepath.Join(dir, "frames", fmt.Sprintf("IL-2-z-%04d.png", n)))
		if (err == nil) != want {
			t.Errorf("picture %d: there %t, want %t", n, err == nil, want)
		}
	}
}

// TestMethodsSayWhatWasDone holds methods.md against the scenario in the cases where
// its text branches.
func TestMethodsSayWhatWasDone(t *testing.T) {
	for _, tc := range []struct {
		name       string
		set        []string
		with, sans string
	}{
		{"adaptive", nil, "relative tolerance 0.001", "forward Euler"},
		{"the sub-voxel law", nil, "partially absorbing spheres [@CollinsKimball1949]", "the density of the voxel that holds"},
		{"plain", []string{"numerics.coupling=plain"}, "the density of the voxel that holds", "CollinsKimball1949"},
		{"cloud", []string{"numerics.coupling=cloud"}, "as in multiple scattering by monopoles [@Foldy1945; @Lax1951]", "the density of the voxel that holds"},
		{"a sheet", []string{"domain.size=[80 um, 60 um, 10 um]", "cells.place.0.at=[[25 um, 25 um, 5 um]]"}, "the density of the voxel that holds", "CollinsKimball1949"},
		{"a fixed step", []string{"numerics.step=2 s"}, "steps of at most 2 s", "error estimate"},
		{"ftcs", []string{"numerics.scheme=ftcs"}, "by forward Euler with steps of nine tenths", "Sommeijer1998"},
		{"implicit", []string{"numerics.scheme=implicit"}, "by the L-stable second-order diagonally implicit", "Sommeijer1998"},
		{"steady", []string{"numerics.scheme=steady"}, "as steady states", "error estimate"},
		{"exchange", nil, "each exported 10 molecules/s of IL-2, and took up TNF at 0.01667 1/s", "secreted"},
		{"receptors", nil, "carried 1500 IL-2R that bound IL-2 at 0.031 1/(nM s)", ""},
		{"bursts", []string{"cells.types.Th.export.IL-2={rate: 10 molecules/s, bursts: {on_for: 1 min, off_for: 2 min}}"},
			"Th exported IL-2 in bursts, as a random telegraph [@Peccoud1995] that was on for 60 s and off for 120 s", "Jahnke2007"},
		{"towards", []string{"numerics.coupling=cloud", "cells.types.Th.export.IL-2={rate: 10 molecules/s, synaptic_fraction: 0.7, towards: Treg}"},
			"each exported 10 molecules/s of IL-2 (a share of 0.7 of it at the point of its surface towards Treg [@Huse2006], to the nearest in contact; all around without one), and took up", ""},
		{"a direction", []string{"numerics.coupling=cloud", "cells.types.Th.export.IL-2={rate: 10 molecules/s, synaptic_fraction: 0.7, direction: [0, 3, 0]}"},
			"(a share of 0.7 of it at the point of its surface in direction (0, 1, 0) [@Huse2006]), and took up", "towards"},
		{"counts", []string{"cells.types.Treg.receptors.IL-2R.capture=poisson"}, "Its 1500 IL-2R bound IL-2 at 0.031 1/(nM s). What cells of type Treg took up was counted in IL-2R captured, every 60 s", ""},
		{"walls", []string{"substrates.TNF.boundary={x: {dirichlet: 2 pM}}"}, "its walls were x held at 0.002, y no-flux, z no-flux", ""},
		{"time", []string{"duration=3 min"}, "covered 180 s", "600 s"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			args := []string{file(t, "small.yaml", small), "--device", "cpu", "--set", "duration=4 min", "--set", "output.every=1 min"}
			for _, set := range tc.set {
				args = append(args, "--set", set)
			}
			text := contents(t, recorded(t, args...), "methods.md")
			if !strings.Contains(text, tc.with) || tc.sans != "" && strings.Contains(text, tc.sans) {
				t.Errorf("%s\nwant %q in it, and not %q", text, tc.with, tc.sans)
			}
		})
	}
}

// TestImpermeableTissueHasNoColour of the scale: nothing is inside, which is not
// the same as a density of zero.
func TestImpermeableTissueHasNoColour(t *testing.T) {
	const bone = `cytofield: 1
domain: {size: [80 um, 80 um, 10 um], voxel: 10 um, extracellular: 1}
duration: 1 s
substrates: {IL-2: {diffusion: 10 um^2/s, decay: 0 /s, initial: 1 nM}}
regions: [{name: bone, impermeable: true, shape: {box: {from: [20 um, 20 um, 0 um], to: [60 um, 60 um, 10 um]}}}]
output: {every: 1 s, frames: [{substrate: IL-2}]}
`
	for _, tc := range []struct {
		set  []string
		want int // hundredths of the picture at least
	}{
		{nil, 10},
		{[]string{"--set", "regions="}, 0},
	} {
		dir := recorded(t, append([]string{file(t, "bone.yaml", bone), "--device", "cpu"}, tc.set...)...)
		picture := decode(t, contents(t, dir, "frames", "IL-2-z-0001.png"))
		area, missing := picture.Bounds(), 0
		for y := area.Min.Y; y < area.Max.Y; y++ {
			for x := area.Min.X; x < area.Max.X; x++ {
				if color.RGBAModel.Convert(picture.At(x, y)) == colormap.Missing() {
					missing++
				}
			}
		}
		stray := area.Dx() * area.Dy() / 10000 // edges of letters have that grey too
		if got := 100 * missing / (area.Dx() * area.Dy()); got < tc.want || tc.want == 0 && missing > stray {
			t.Errorf("%v: %d pixels without a value, %d hundredths of the picture, want %d", tc.set, missing, got, tc.want)
		}
	}
}
