package colormap

import (
	"encoding/json"
	"image/color"
	"math"
	"os"
	"os/exec"
	"strings"
	"testing"
)

func mustMap(t *testing.T, name string) Map {
	t.Helper()
	m, err := ByName(name)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestMapsHaveTheirPublishedColours(t *testing.T) {
	for _, tc := range []struct {
		name  string
		entry int
		want  color.RGBA
	}{
		{"viridis", 0, color.RGBA{68, 1, 84, 255}},
		{"viridis", 128, color.RGBA{33, 145, 140, 255}},
		{"viridis", 255, color.RGBA{253, 231, 37, 255}},
		{"inferno", 0, color.RGBA{0, 0, 4, 255}},
		{"inferno", 255, color.RGBA{252, 255, 164, 255}},
		{"magma", 0, color.RGBA{0, 0, 4, 255}},
		{"magma", 255, color.RGBA{252, 253, 191, 255}},
		{"cividis", 0, color.RGBA{0, 34, 78, 255}},
		{"turbo", 0, color.RGBA{48, 18, 59, 255}},
		{"turbo", 255, color.RGBA{122, 4, 3, 255}},
		// Crameri's batlow.txt: (0.0051932, 0.098238, 0.34984), (0.60052,
		// 0.5336, 0.17065), (0.98135, 0.80041, 0.98127).
		{"batlow", 0, color.RGBA{1, 25, 89, 255}},
		{"batlow", 140, color.RGBA{153, 136, 44, 255}},
		{"batlow", 255, color.RGBA{250, 204, 250, 255}},
		{"lajolla", 0, color.RGBA{255, 255, 204, 255}},
		{"lajolla", 255, color.RGBA{26, 26, 1, 255}},
		{"oslo", 0, color.RGBA{1, 1, 1, 255}},
		{"bilbao", 255, color.RGBA{77, 0, 1, 255}},
		{"plasma", 0, color.RGBA{13, 8, 135, 255}},
		{"RdBu", 0, color.RGBA{103, 0, 31, 255}},
		{"RdBu", 255, color.RGBA{5, 48, 97, 255}},
	} {
		m := mustMap(t, tc.name)
		if got := m.Table()[tc.entry]; got != tc.want {
			t.Errorf("%s: entry %d is %v, want %v", tc.name, tc.entry, got, tc.want)
		}
		if got := m.At(float64(tc.entry) / 255); got != tc.want {
			t.Errorf("%s: At(%d/255) is %v, want %v", tc.name, tc.entry, got, tc.want)
		}
	}
}

func TestMapsAgreeWithMatplotlib(t *testing.T) {
	python := ""
	for _, candidate := range []string{"/usr/bin/python3", "python3"} {
		if exec.Command(candidate, "-c", "import matplotlib").Run() == nil {
			python = candidate
			break
		}
	}
	if python == "" {
		t.Skip("no python3 with matplotlib")
	}
	script := `import json, sys, matplotlib
print(json.dumps({n: [[int(round(255*v)) for v in matplotlib.colormaps[n](i)[:3]] for i in range(256)] for n in sys.argv[1:]}))`
	names := []string{"viridis", "inferno", "magma", "plasma", "cividis", "turbo", "RdBu"}
	command := exec.Command(python, append([]string{"-c", script}, names...)...)
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	var want map[string][Size][3]uint8
	if err := json.Unmarshal(out, &want); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		for i, c := range mustMap(t, name).Table() {
			if w := want[name][i]; (color.RGBA{w[0], w[1], w[2], 255}) != c {
				t.Errorf("%s: entry %d is %v, matplotlib has %v", name, i, c, w)
			}
		}
	}
}

func TestAtInterpolatesAndClips(t *testing.T) {
	m := mustMap(t, "turbo")
	table := m.Table()
	for i := range Size - 1 {
		got := m.At((float64(i) + 0.5) / 255)
		for _, channel := range [][3]uint8{
			{got.R, table[i].R, table[i+1].R}, {got.G, table[i].G, table[i+1].G}, {got.B, table[i].B, table[i+1].B},
		} {
			half := (float64(channel[1]) + float64(channel[2])) / 2
			if math.Abs(float64(channel[0])-half) > 0.5 {
				t.Errorf("half way between entries %d and %d: %d, want %g", i, i+1, channel[0], half)
			}
		}
	}
	for _, tc := range []struct {
		t    float64
		want color.RGBA
	}{
		{-3, table[0]}, {math.Inf(-1), table[0]}, {0, table[0]},
		{1, table[255]}, {7, table[255]}, {math.Inf(1), table[255]}, {math.NaN(), Missing()},
	} {
		if got := m.At(tc.t); got != tc.want {
			t.Errorf("At(%g) is %v, want %v", tc.t, got, tc.want)
		}
	}
}

func TestMissingIsFarFromEveryMap(t *testing.T) {
	missing := Missing()
	for _, name := range Names() {
		for i, c := range mustMap(t, name).Table() {
			d := math.Hypot(math.Hypot(float64(c.R)-float64(missing.R), float64(c.G)-float64(missing.G)), float64(c.B)-float64(missing.B))
			if d < 30 { // of 441 between black and white
				t.Errorf("%s: entry %d %v is %.0f from the colour of missing densities", name, i, c, d)
			}
		}
	}
}

func TestUnknownNameListsTheKnown(t *testing.T) {
	_, err := ByName("jet")
	if err == nil {
		t.Fatal("jet: no error")
	}
	for _, name := range append(Names(), "jet") {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%q does not name %s", err, name)
		}
	}
	if !(Map{}).IsZero() || Viridis().IsZero() || Viridis().Name() != "viridis" {
		t.Error("the zero Map and viridis are mixed up")
	}
}

func TestDivergingMapsAreBrightestInTheMiddle(t *testing.T) {
	for _, name := range Names() {
		m := mustMap(t, name)
		brightness := func(at float64) int { c := m.At(at); return int(c.R) + int(c.G) + int(c.B) }
		if middle := brightness(0.5); m.Diverging() != (middle > brightness(0)+100 && middle > brightness(1)+100 && middle > 700) {
			t.Errorf("%s: diverging %v, brightness %d, %d, %d of 765", name, m.Diverging(), brightness(0), middle, brightness(1))
		}
	}
}

func TestShadesEndInTheirColour(t *testing.T) {
	m := Shades(color.RGBA{R: 0x00, G: 0x72, B: 0xb3, A: 0xff})
	for _, tc := range []struct {
		at   float64
		want color.RGBA
	}{{0, color.RGBA{R: 0x80, G: 0xb9, B: 0xd9, A: 0xff}}, {1, color.RGBA{R: 0x00, G: 0x72, B: 0xb3, A: 0xff}}} {
		if got := m.At(tc.at); got != tc.want {
			t.Errorf("at %g %v, want %v", tc.at, got, tc.want)
		}
	}
	if m.Name() != "#0072b3" {
		t.Errorf("called %q, want its colour: bars of one colour are one", m.Name())
	}
}
