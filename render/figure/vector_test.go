package figure

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"image"
	"image/png"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// reader returns the path of a program that reads our files, or skips the test.
func reader(t *testing.T, program, debian string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		if os.Getenv("CYTOFIELD_REQUIRE_READERS") == "1" {
			t.Fatalf("no %s: install %s", program, debian)
		}
		t.Skipf("no %s: install %s", program, debian)
	}
	return path
}

// opened renders a figure, has another program turn it into pixels and reads them.
func opened(t *testing.T, f Figure, o Options, format Format) image.Image {
	t.Helper()
	folder := t.TempDir()
	out := filepath.Join(folder, "page")
	var command *exec.Cmd
	in := filepath.Join(folder, "figure.svg")
	if format == SVG {
		command = exec.Command(reader(t, "rsvg-convert", "librsvg2-bin"), "--dpi-x", fmt.Sprint(o.DPI), "--dpi-y", fmt.Sprint(o.DPI), "-o", out+".png", in)
	} else {
		in = filepath.Join(folder, "figure.pdf")
		command = exec.Command(reader(t, "pdftoppm", "poppler-utils"), "-r", fmt.Sprint(o.DPI), "-singlefile", "-png", in, out)
	}
	if err := f.Save(in, o); err != nil {
		t.Fatal(err)
	}
	if message, err := command.CombinedOutput(); err != nil || len(message) > 0 {
		t.Fatalf("%s: %v: %s", command.Path, err, message)
	}
	text, err := os.ReadFile(out + ".png")
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// SVG and PDF, drawn by other programs at the same resolution, look as the PNG does.
// Rasterisers differ in how they smooth edges, and poppler in how it places an image
// on pixels, by up to one: pictures are compared after a blur of three pixels. Seen: a mean of
// 0.9 and 97 % of the pixels within 16 of 255, where poppler moves the edges of steps to whole pixels.
func TestVectorFormatsLookLikeThePNG(t *testing.T) {
	for name, f := range kinds() {
		if name == "figure_legend" || name == "map_bare" {
			continue
		}
		o := kindOptions(name)
		for suffix, format := range map[string]Format{"svg": SVG, "pdf": PDF} {
			t.Run(name+"."+suffix, func(t *testing.T) {
				want, err := f.Image(o)
				if err != nil {
					t.Fatal(err)
				}
				got := opened(t, f, o, format)
				if d := got.Bounds().Size().Sub(want.Rect.Size()); max(d.X, d.Y, -d.X, -d.Y) > 1 {
					t.Fatalf("%v pixels, want %v", got.Bounds().Size(), want.Rect.Size())
				}
				mean, far := apart(got, want)
				t.Logf("mean %.2f, %.2f %% far", mean, 100*far)
				if mean > 1.5 || far > 0.04 {
					t.Errorf("a mean of %.2f of 255 from the PNG, and %.2f %% of pixels by more than 16: want at most 1.5 and 4 %%", mean, 100*far)
				}
			})
		}
	}
}

// apart returns how far two blurred pictures are from each other: the mean over pixels and channels, of
// 255, and the share of pixels that differ by more than 16.
func apart(a, b image.Image) (mean, far float64) {
	size := a.Bounds().Size()
	if s := b.Bounds().Size(); s.X < size.X || s.Y < size.Y {
		size = image.Pt(min(s.X, size.X), min(s.Y, size.Y))
	}
	pa, pb := blurred(a, size), blurred(b, size)
	for i := range pa {
		worst := 0.0
		for k := range 3 {
			d := math.Abs(pa[i][k] - pb[i][k])
			mean += d / 3
			worst = max(worst, d)
		}
		if worst > 16 {
			far++
		}
	}
	n := float64(len(pa))
	return mean / n, far / n
}

// blurred returns the means over 3 by 3 pixels.
func blurred(img image.Image, size image.Point) [][3]float64 {
	raw := make([][3]float64, size.X*size.Y)
	origin := img.Bounds().Min
	for y := range size.Y {
		for x := range size.X {
			r, g, b, _ := img.At(origin.X+x, origin.Y+y).RGBA()
			raw[x+size.X*y] = [3]float64{float64(r) / 257, float64(g) / 257, float64(b) / 257}
		}
	}
	smooth := make([][3]float64, len(raw))
	for y := range size.Y {
		for x := range size.X {
			for i := range 9 {
				u, v := min(max(x+i%3-1, 0), size.X-1), min(max(y+i/3-1, 0), size.Y-1)
				for k := range 3 {
					smooth[x+size.X*y][k] += raw[u+size.X*v][k] / 9
				}
			}
		}
	}
	return smooth
}

func provenanced() Figure {
	f := one(banded())
	f.Title = "IFN-γ & <IL-2>"
	f.Provenance = map[string]string{"Seed": "17", "Scenario": "niche 50 µm, TNF-α", "Software": "Cytofield 0.1"}
	return f
}

func TestSVGIsWellFormedAndSaysWhereItCameFrom(t *testing.T) {
	f := Figure{Panels: []Panel{overlaid(), banded()}, Provenance: provenanced().Provenance, Title: provenanced().Title}
	var file, again bytes.Buffer
	for _, b := range []*bytes.Buffer{&file, &again} {
		if err := f.Render(b, SVG, Options{Width: 89}); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(file.Bytes(), again.Bytes()) {
		t.Error("the same figure gives another file")
	}
	elements, text := map[string]int{}, map[string]bool{}
	decoder := xml.NewDecoder(&file)
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			elements[token.Name.Local]++
			for _, a := range token.Attr {
				if a.Name.Local == "width" && token.Name.Local == "svg" && a.Value != "89.069mm" { // 1052 pixels of 300 dpi
					t.Errorf("%s wide", a.Value)
				}
				if a.Name.Local == "href" && !strings.HasPrefix(a.Value, "data:image/png;base64,") {
					t.Errorf("image of %.30s", a.Value)
				}
			}
		case xml.CharData:
			text[strings.TrimSpace(string(token))] = true
		}
	}
	for _, want := range []string{"IFN-γ & <IL-2>", "Seed: 17", "Scenario: niche 50 µm, TNF-α", "Software: Cytofield 0.1"} {
		if !text[want] {
			t.Errorf("no %q in the file", want)
		}
	}
	// The fields of one map and two colour bars are images; cells are circles, all else paths.
	if elements["image"] != 3 || elements["circle"] < 6 || elements["path"] < 100 || elements["text"] != 0 {
		t.Errorf("elements %v", elements)
	}
}

func TestPDFSaysWhereItCameFrom(t *testing.T) {
	program := reader(t, "pdfinfo", "poppler-utils")
	path := filepath.Join(t.TempDir(), "figure.pdf")
	if err := provenanced().Save(path, Options{Width: 89}); err != nil {
		t.Fatal(err)
	}
	first, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var again bytes.Buffer
	if err := provenanced().Render(&again, PDF, Options{Width: 89}); err != nil || !bytes.Equal(first, again.Bytes()) {
		t.Errorf("the same figure gives another file: %v", err)
	}
	for _, tc := range []struct {
		arguments []string
		want      []string
	}{
		{[]string{path}, []string{"IFN-γ & <IL-2>", "Scenario: niche 50 µm, TNF-α; Seed: 17", "Cytofield 0.1", "252.48 x"}}, // 1052 pixels of 300 dpi in points
		{[]string{"-meta", path}, []string{"<rdf:li>Seed: 17</rdf:li>", "TNF-α"}},
	} {
		out, err := exec.Command(program, tc.arguments...).CombinedOutput()
		for _, want := range tc.want {
			if err != nil || !strings.Contains(string(out), want) {
				t.Errorf("pdfinfo %v, %v: no %q in\n%s", tc.arguments[:len(tc.arguments)-1], err, want, out)
			}
		}
	}
}
