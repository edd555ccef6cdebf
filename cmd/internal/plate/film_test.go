package plate

import (
	"context"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/cpu"
	"github.com/cytofield/cytofield/engine/record"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// fading has a density that changes, so that the range of a frame is not that of all.
const fading = `
cytofield: 1
domain: {size: [240 um, 180 um, 140 um], voxel: 10 um, extracellular: 1}
duration: 10 min
seed: 3
substrates:
  TNF: {diffusion: 20 um^2/s, decay: 1e-3 /s, initial: 1 nM}
cells:
  types: {T: {radius: 4 um, export: {TNF: 100 molecules/s}}}
  place: [{type: T, number: 4, pattern: random}]
output:
  every: 5 min
  frames:
    - {kind: volume}
    - {kind: volume, scale: log}
    - {kind: histogram, bins: 8}
`

// filmed has films of a run of three outputs, with its densities recorded or not. It returns
// their pictures by name, as they end, and how many bytes they kept until then.
func filmed(t *testing.T, recorded bool) (pictures map[string]image.Image, kept int64) {
	t.Helper()
	s, err := scenario.Decode("fading.yaml", []byte(fading), "", scenario.Options{})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	run, err := record.Create(dir, s.Model, record.Manifest{}, true)
	if err != nil {
		t.Fatal(err)
	}
	defer run.Finish(record.Done, 0, engine.Stats{}, nil)
	if err := run.WriteFile("scenario.yaml", s.Resolved()); err != nil {
		t.Fatal(err)
	}
	if recorded {
		if err := run.KeepFields(record.Fields(s.Output.Fields)); err != nil {
			t.Fatal(err)
		}
	}
	solver, err := cpu.NewSolver(s.Model, engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer solver.Close()
	now := NewLive(solver, s.Model)
	room := NewDarkroom()
	films := NewFilms(s, run, room)
	for until := 0.; until <= 600; until += 300 {
		if _, err := solver.Advance(context.Background(), until); err != nil {
			t.Fatal(err)
		}
		if err := run.Record(solver, engine.Stats{}); err != nil {
			t.Fatal(err)
		}
		for _, f := range films {
			if err := f.Shoot(now); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := room.Wait(); err != nil {
		t.Fatal(err)
	}
	spools, err := filepath.Glob(filepath.Join(dir, "checkpoint", "*.planes"))
	if err != nil || len(spools) != len(films) {
		t.Fatalf("%d films keep %v: %v", len(films), spools, err)
	}
	for _, path := range spools {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		kept += info.Size()
	}
	for _, f := range films {
		if err := f.Develop(func() {}); err != nil {
			t.Fatal(err)
		}
	}
	if err := room.Wait(); err != nil {
		t.Fatal(err)
	}
	return drawn(t, filepath.Join(dir, "frames")), kept
}

// drawn reads the pictures of a folder.
func drawn(t *testing.T, folder string) map[string]image.Image {
	t.Helper()
	pictures := map[string]image.Image{}
	paths, err := filepath.Glob(filepath.Join(folder, "*.png"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		pictures[filepath.Base(path)], err = png.Decode(file)
		if file.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return pictures
}

// Films whose range is found keep nothing of fields that the run records, and end as those
// that kept them: within a level, for records are of float32.
func TestFilmsTakeRecordedFieldsAgain(t *testing.T) {
	want, all := filmed(t, false)
	got, kept := filmed(t, true)
	const fields = 3 * 3 * 8 * 24 * 18 * 14 // of every film at every time
	if all < fields/2 || kept > fields/20 { // of a gob, whose round numbers are short
		t.Errorf("%d bytes are kept with the fields recorded and %d without, want little of %d, and nearly all", kept, all, fields)
	}
	if len(got) != 9 || len(want) != 9 {
		t.Fatalf("%d and %d pictures, want 9", len(got), len(want))
	}
	for name, picture := range want {
		if share := differing(got[name], picture, 1); share > 0 {
			t.Errorf("%s: %.2g %% of pixels differ", name, 100*share)
		}
	}
}

// differing returns the share of pixels that differ by more than some levels.
func differing(a, b image.Image, levels int) float64 {
	if a == nil || a.Bounds() != b.Bounds() {
		return 1
	}
	n, all := 0, a.Bounds().Dx()*a.Bounds().Dy()
	for i := range all {
		x, y := i%a.Bounds().Dx(), i/a.Bounds().Dx()
		r, g, b1, _ := a.At(x, y).RGBA()
		r2, g2, b2, _ := b.At(x, y).RGBA()
		for _, d := range []int{int(r>>8) - int(r2>>8), int(g>>8) - int(g2>>8), int(b1>>8) - int(b2>>8)} {
			if d > levels || -d > levels {
				n++
				break
			}
		}
	}
	return float64(n) / float64(all)
}
