// Package golden compares pictures with the ones kept in testdata.
package golden

import (
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Flag declares -update, which rewrites the kept pictures. A test package that
// uses Image keeps it in a variable.
func Flag() *bool { return flag.Bool("update", false, "rewrite the golden pictures") }

// Image fails the test unless every channel of every pixel, multiplied by alpha, is within
// so many levels of 255 of the picture testdata/name. A failure leaves got, want and diff
// in a folder that the message names; diff shows where they differ in red over a
// faint copy of the picture. With update the picture is written instead.
func Image(t *testing.T, name string, img image.Image, levels int, update bool) {
	t.Helper()
	path := filepath.Join("testdata", name)
	got := toNRGBA(img)
	if update {
		if err := write(path, got); err != nil {
			t.Fatal(err)
		}
		t.Logf("golden: wrote %s", path)
		return
	}
	want, err := read(path)
	if err != nil {
		t.Fatalf("golden: %v (run the test with -update to make it)", err)
	}
	if fault, diff := compare(got, want, levels); fault != "" {
		t.Errorf("golden: %s: %s; see %s", name, fault, leave(t, name, got, want, diff))
	}
}

// compare returns "" or how two pictures differ, and a picture of where.
func compare(got, want *image.NRGBA, levels int) (string, *image.NRGBA) {
	if got.Rect.Size() != want.Rect.Size() {
		return fmt.Sprintf("%v pixels, want %v", got.Rect.Size(), want.Rect.Size()), nil
	}
	diff := image.NewNRGBA(got.Rect)
	pixels, worst := 0, 0
	var at image.Point
	for y := range got.Rect.Dy() {
		for x := range got.Rect.Dx() {
			g, w := got.NRGBAAt(x, y), want.NRGBAAt(x, y)
			d := max(seen(g.R, g.A, w.R, w.A), seen(g.G, g.A, w.G, w.A), seen(g.B, g.A, w.B, w.A), apart(g.A, w.A))
			grey := 170 + uint8((int(w.R)+int(w.G)+int(w.B))/9)
			diff.SetNRGBA(x, y, color.NRGBA{R: grey, G: grey, B: grey, A: 255})
			if d <= levels {
				continue
			}
			diff.SetNRGBA(x, y, color.NRGBA{R: 255, A: 255})
			pixels++
			if d > worst {
				worst, at = d, image.Pt(x, y)
			}
		}
	}
	if pixels == 0 {
		return "", nil
	}
	return fmt.Sprintf("%d of %d pixels are off by more than %d of 255, the worst by %d at %v",
		pixels, got.Rect.Dx()*got.Rect.Dy(), levels, worst, at), diff
}

// leave writes the pictures of a failure and returns their folder.
func leave(t *testing.T, name string, got, want, diff *image.NRGBA) string {
	base := strings.TrimSuffix(name, filepath.Ext(name))
	folder, err := os.MkdirTemp("", "golden-"+base+"-")
	if err != nil {
		t.Fatal(err)
	}
	for file, img := range map[string]*image.NRGBA{"got.png": got, "want.png": want, "diff.png": diff} {
		if img == nil {
			continue
		}
		if err := write(filepath.Join(folder, file), img); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// seen returns by how many levels what a channel adds to a background differs, rounded down.
// A file holds colours that are not multiplied by alpha: of a pixel with an alpha of 3 one
// level of what is seen is 85 of its colour.
func seen(got, gotAlpha, want, wantAlpha uint8) int {
	a, b := int(got)*int(gotAlpha), int(want)*int(wantAlpha)
	return max(a-b, b-a) / 255
}

func apart(a, b uint8) int { return max(int(a)-int(b), int(b)-int(a)) }

func toNRGBA(img image.Image) *image.NRGBA {
	b := img.Bounds()
	out := image.NewNRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(out, out.Rect, img, b.Min, draw.Src)
	return out
}

func read(path string) (*image.NRGBA, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	img, err := png.Decode(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return toNRGBA(img), nil
}

func write(path string, img image.Image) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(file, img); err != nil {
		file.Close()
		return err
	}
	return file.Close()
}
