package zarr

import (
	"fmt"
	"image/color"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func layout(shape [3]int) Layout {
	return Layout{Name: "test", Shape: shape, Spacing: [3]float64{1, 2, 3}, Planar: shape[2] == 1,
		Channels: []Channel{{"IL-2", "nM", color.RGBA{R: 1, G: 2, B: 3, A: 255}}, {"odd, name", "mmHg", color.RGBA{A: 255}}}}
}

// values tells every voxel of every channel and output from all others.
func values(l Layout, output, channel int) []float32 {
	all := make([]float32, l.Shape[0]*l.Shape[1]*l.Shape[2])
	for i := range all {
		all[i] = float32(i + len(all)*(channel+2*output))
	}
	return all
}

func appendAll(t *testing.T, w *Writer, l Layout, times ...float64) {
	t.Helper()
	for n, at := range times {
		if err := w.Append(at, [][]float32{values(l, n, 0), values(l, n, 1)}); err != nil {
			t.Fatal(err)
		}
	}
}

// TestWhatIsWrittenIsRead: odd sizes, one-voxel axes, several chunks along each axis.
func TestWhatIsWrittenIsRead(t *testing.T) {
	for _, shape := range [][3]int{{1, 1, 1}, {7, 5, 3}, {5, 1, 3}, {601, 443, 1}, {71, 67, 69}} {
		t.Run(fmt.Sprint(shape), func(t *testing.T) {
			dir, l := filepath.Join(t.TempDir(), "a.zarr"), layout(shape)
			w, err := Create(dir, l)
			if err != nil {
				t.Fatal(err)
			}
			defer w.Close()
			appendAll(t, w, l, 0, 10, 12.5)
			a, err := Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			if a.Name != l.Name || a.Shape != l.Shape || a.Spacing != l.Spacing || a.Planar != l.Planar || !slices.Equal(a.Channels, l.Channels) || !slices.Equal(a.Times, []float64{0, 10, 12.5}) {
				t.Errorf("read %+v at %v, want %+v at 0, 10, 12.5", a.Layout, a.Times, l)
			}
			got := make([]float64, shape[0]*shape[1]*shape[2])
			for n := range 3 {
				for c := range 2 {
					if err := a.Read(c, n, got); err != nil {
						t.Fatal(err)
					}
					for i, want := range values(l, n, c) {
						if got[i] != float64(want) {
							t.Fatalf("output %d, channel %d, voxel %d: %g, want %g", n, c, i, got[i], want)
						}
					}
				}
			}
		})
	}
}

// TestAReaderSeesWholeOutputs: what a writer had begun when it was killed is not there.
func TestAReaderSeesWholeOutputs(t *testing.T) {
	dir, l := filepath.Join(t.TempDir(), "a.zarr"), layout([3]int{7, 5, 3})
	w, err := Create(dir, l)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if a, err := Open(dir); err != nil || len(a.Times) != 0 {
		t.Fatalf("%v, %v: want an array without outputs", a, err)
	}
	appendAll(t, w, l, 0, 10)
	if err := w.write(0, 0, values(l, 2, 0), l.Shape); err != nil { // and no further
		t.Fatal(err)
	}
	a, err := Open(dir)
	if err != nil || !slices.Equal(a.Times, []float64{0, 10}) {
		t.Fatalf("outputs at %v, %v: want 0 and 10", a.Times, err)
	}
	if err := a.Read(0, 2, make([]float64, 105)); err == nil {
		t.Error("output 2 of 2 is read: want an error")
	}
	if err := writeJSON(arrayPath(dir, 0), newArray(l, l.Shape, 3)); err != nil { // between the shape and the times
		t.Fatal(err)
	}
	if a, err = Open(dir); err != nil || len(a.Times) != 2 {
		t.Errorf("outputs at %v, %v: want those whose times are there", a.Times, err)
	}
}

func TestChunksAreAboutAMebibyte(t *testing.T) {
	for _, shape := range [][3]int{{64, 64, 64}, {100, 100, 100}, {1000, 1000, 1}, {3000, 3, 1}, {257, 511, 100}} {
		chunk := chunkOf(shape)
		n := chunk[0] * chunk[1] * chunk[2]
		if whole := shape[0] * shape[1] * shape[2]; n > maxChunk || (whole > maxChunk && n < maxChunk/3) {
			t.Errorf("%v: chunks of %v, %d voxels of at most %d", shape, chunk, n, maxChunk)
		}
	}
}

// TestALevelHoldsMeansOfWhatIsThere: blocks at odd ends are smaller, and impermeable tissue
// counts for nothing.
func TestALevelHoldsMeansOfWhatIsThere(t *testing.T) {
	nan := float32(math.NaN())
	got := halve([]float32{
		1, 2, 10,
		3, nan, nan,
		nan, 7, nan,
	}, [3]int{3, 3, 1}, [3]int{2, 2, 1})
	if want := []float32{2, 10, 7, nan}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got := layout([3]int{1030, 300, 1}).Levels(); !slices.Equal(got, [][3]int{{1030, 300, 1}, {515, 150, 1}, {258, 75, 1}, {129, 38, 1}}) {
		t.Errorf("levels %v", got)
	}
	if got := layout([3]int{256, 256, 256}).Levels(); len(got) != 1 {
		t.Errorf("levels %v, want one", got)
	}
}

func TestAnotherArrayIsRefusedByName(t *testing.T) {
	dir, l := filepath.Join(t.TempDir(), "a.zarr"), layout([3]int{7, 5, 3})
	w, err := Create(dir, l)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	appendAll(t, w, l, 0)
	path := chunkPath(dir, 0, 0, 1, [3]int{})
	if err := os.WriteFile(path, []byte("no zstd"), 0o644); err != nil {
		t.Fatal(err)
	}
	a, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Read(1, 0, make([]float64, 105)); err == nil {
		t.Error("a damaged chunk is read")
	} else if want := "zarr: " + path; err.Error()[:len(want)] != want {
		t.Errorf("%v: want the file's name", err)
	}
	for _, text := range []string{"{", `{"zarr_format": 3}`, `{"zarr_format":2,"dtype":"<f4","order":"C","dimension_separator":"/","compressor":{"id":"zstd"},"shape":[1,1,0,1,1],"chunks":[1,1,1,1,1]}`} {
		if err := os.WriteFile(arrayPath(dir, 0), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir); err == nil {
			t.Errorf("an array of %s is opened", text)
		}
	}
}
