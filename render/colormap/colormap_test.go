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
		{"vik", 0, color.RGBA{0, 18, 97, 255}},
		{"vik", 127, color.RGBA{235, 230, 226, 255}},
		{"vik", 128, color.RGBA{236, 229, 224, 255}},
		{"vik", 255, color.RGBA{89, 0, 8, 255}},
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

// lightness returns CIE L* under D65, 0 to 100.
func lightness(c color.RGBA) float64 {
	linear := func(level uint8) float64 {
		v := float64(level) / 255
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	y := 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
	if y <= 216./24389 {
		return y * 24389 / 27
	}
	return 116*math.Cbrt(y) - 16
}

// A diverging map is pale in the middle and darkens to both ends alike, so that differences of
// one size catch the eye as much whatever their sign. No other map does.
func TestDivergingMapsDarkenAlikeToBothEnds(t *testing.T) {
	for _, name := range Names() {
		table := mustMap(t, name).Table()
		var light [Size]float64
		for i, c := range table {
			light[i] = lightness(c)
		}
		const rounding = 0.25 // L*, of a channel to the nearest level
		apart, darkens := 0.0, true
		for i := range Size / 2 {
			apart = max(apart, math.Abs(light[i]-light[Size-1-i]))
			if i > 0 {
				darkens = darkens && light[i] > light[i-1]-rounding && light[Size-1-i] > light[Size-i]-rounding
			}
		}
		middle := (light[Size/2-1] + light[Size/2]) / 2
		const most = 10 // L*; 8.8 between vik's blue and brown, 4.6 in RdBu
		alike := darkens && apart < most && middle > 90 && middle > light[0]+60 && middle > light[Size-1]+60
		if diverging := mustMap(t, name).Diverging(); diverging != alike {
			t.Errorf("%s: diverging %v; it darkens %v, its sides are %.1f apart in lightness, its middle is %.1f and its ends %.1f and %.1f", name, diverging, darkens, apart, middle, light[0], light[Size-1])
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
