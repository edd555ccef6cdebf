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
duration: 5 min
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

// filmed has films of a run of two outputs, with its densities recorded or not. It returns
// the directory, and how many bytes the films kept until the end.
func filmed(t *testing.T, recorded bool) (dir string, kept int64) {
	t.Helper()
	s, err := scenario.Decode("fading.yaml", []byte(fading), "", scenario.Options{})
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
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
	for until := 0.; until <= 300; until += 300 {
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
	return dir, kept
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
	unrecorded, all := filmed(t, false)
	recorded, kept := filmed(t, true)
	want, got := drawn(t, filepath.Join(unrecorded, "frames")), drawn(t, filepath.Join(recorded, "frames"))
	const fields = 2 * 3 * 8 * 24 * 18 * 14 // of every film at every time
	if all < fields/2 || kept > fields/20 { // of a gob, whose round numbers are short
		t.Errorf("%d bytes are kept with the fields recorded and %d without, want little of %d, and nearly all", kept, all, fields)
	}
	if len(got) != 6 || len(want) != 6 {
		t.Fatalf("%d and %d pictures, want 6", len(got), len(want))
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

// A movie reads no densities to find ranges that the run's table has, or to find none.
func TestMoviesMeasureWithoutFields(t *testing.T) {
	dir, _ := filmed(t, true)
	for name, panels := range map[string]string{
		"volumes":      "{A: {kind: volume}, B: {kind: volume, scale: log}}",
		"given ranges": "{A: {kind: slice, range: [1 pM, 1 nM]}, B: {kind: profile, range: [0 pM, 1 nM]}}",
	} {
		t.Run(name, func(t *testing.T) {
			run, err := OpenRun(dir)
			if err != nil {
				t.Fatal(err)
			}
			f, err := scenario.ReadFigure("f.yaml", []byte("cytofield_figure: 1\nat: all\npanels: "+panels))
			if err != nil {
				t.Fatal(err)
			}
			spec, err := f.Decode(run.Scenario())
			if err != nil {
				t.Fatal(err)
			}
			times := run.recording.FieldTimes()
			read, measured := NewPage(spec, run, nil), NewPage(spec, run, nil)
			for _, at := range times {
				if _, err := read.shoot(at); err != nil {
					t.Fatal(err)
				}
			}
			fields := filepath.Join(dir, "fields.zarr")
			if err := os.Rename(fields, fields+"-gone"); err != nil {
				t.Fatal(err)
			}
			defer os.Rename(fields+"-gone", fields)
			if err := measured.Measure(times, func(int) error { return nil }); err != nil {
				t.Fatal(err)
			}
			for what, want := range read.scales {
				low, high := want.Ends()
				if got := measured.scales[what]; name == "volumes" && !want.Empty() && (got == nil || *got != *want) {
					t.Errorf("%s from %g to %g: got %+v", what, low, high, got)
				}
			}
			if _, err := measured.shoot(times[0]); err == nil {
				t.Error("a picture of densities that are gone: no error")
			}
		})
	}
}
