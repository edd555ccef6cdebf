package figure

import (
	"bytes"
	"image"
	"math"
	"testing"

	"golang.org/x/image/font/sfnt"
)

func TestFormatTime(t *testing.T) {
	for _, tc := range []struct {
		seconds float64
		want    string
	}{
		{0, "0 s"},
		{math.Copysign(0, -1), "0 s"},
		{0.25, "0.25 s"},
		{1e-3, "0.001 s"},
		{2.5, "2.5 s"},
		{45, "45 s"},
		{44.99999997, "45 s"},
		{59.96, "1 min"},
		{60, "1 min"},
		{150, "2 min 30 s"},
		{3599.9999, "1 h"},
		{7800, "2 h 10 min"},
		{7830, "2 h 10 min 30 s"},
		{3605, "1 h 5 s"},
		{36 * 3600, "36 h"},
		{48 * 3600, "48 h"},
		{72 * 3600, "3 d"},
		{76*3600 + 60, "3 d 4 h 1 min"},
		{-90, "−1 min 30 s"},
		{math.NaN(), "?"},
		{math.Inf(1), "?"},
	} {
		if got := FormatTime(tc.seconds); got != tc.want {
			t.Errorf("%g s is %q, want %q", tc.seconds, got, tc.want)
		}
	}
}

func TestUnitsStayReadable(t *testing.T) {
	for _, tc := range []struct {
		unit   string
		high   float64
		want   string
		factor float64
	}{
		{"nM", 0.03, "pM", 1e3},
		{"nM", 0.001, "pM", 1e3},
		{"nM", 0.0009, "fM", 1e6},
		{"nM", 1, "nM", 1},
		{"nM", 999, "nM", 1},
		{"nM", 1500, "µM", 1e-3},
		{"nM", 5e9, "M", 1e-9},
		{"nM", 1e-12, "aM", 1e9},
		{"pM", 0.5, "fM", 1e3},
		{"pM", 2000, "nM", 1e-3},
		{"nM", 0, "nM", 1},
		{"mmHg", 40, "mmHg", 1},
		{"mmHg", 2e-5, "10−5 mmHg", 1e5},
		{"mmHg", 3e6, "106 mmHg", 1e-6},
		{"dimensionless", 1, "", 1},
		{"dimensionless", 0.001, "10−3", 1e3},
		{"", 12, "", 1},
	} {
		label, factor := readableUnit(tc.unit, tc.high)
		if label.String() != tc.want || math.Abs(factor/tc.factor-1) > 1e-12 {
			t.Errorf("%g %s: %q times %g, want %q times %g", tc.high, tc.unit, label, factor, tc.want, tc.factor)
		}
	}
}

func TestDensityLabel(t *testing.T) {
	for _, tc := range []struct {
		substrate, unit, want string
	}{
		{"IL-2", "pM", "IL-2 (pM)"}, {"IL-2", "", "IL-2"}, {"", "pM", "pM"}, {"", "", ""},
	} {
		if got := densityLabel(tc.substrate, plain(tc.unit)).String(); got != tc.want {
			t.Errorf("%q in %q: %q, want %q", tc.substrate, tc.unit, got, tc.want)
		}
	}
}

func TestSuperscriptsBecomeShiftedLetters(t *testing.T) {
	got := plain("CD8⁺ in H₂O, 10⁻¹²")
	want := words{
		{text: "CD8"}, {text: "+", shift: raised}, {text: " in H"}, {text: "2", shift: lowered},
		{text: "O, 10"}, {text: "−12", shift: raised},
	}
	if len(got) != len(want) {
		t.Fatalf("%+v, want %+v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("run %d is %+v, want %+v", i, got[i], want[i])
		}
	}
}

func TestFontHasTheLettersOfTheField(t *testing.T) {
	letters, err := loadLetters()
	if err != nil {
		t.Fatal(err)
	}
	var buffer sfnt.Buffer
	for s, font := range letters {
		for _, letter := range "µ²³αβγδκλµΔ−×·…≤≥±°éü∂√→–()0123456789" {
			if glyph, err := font.GlyphIndex(&buffer, letter); letter != '→' && (err != nil || glyph == 0) {
				t.Errorf("style %d has no %c", s, letter)
			}
		}
	}
}

func TestTextIsInTheFile(t *testing.T) {
	f := one(exampleMaps(t)["all_zero"])
	f.Title = "IFN-γ, steady"
	f.Provenance = map[string]string{"Seed": "17", "Device": "llvmpipe, 256 bits", "Software": "Cytofield 0.1", "Comment": "50 µm, IFN-γ"}
	var file bytes.Buffer
	if err := f.Render(&file, PNG, Options{Pixels: image.Pt(600, 0), DPI: 100}); err != nil {
		t.Fatal(err)
	}
	chunks := readChunks(t, file.Bytes())
	for _, want := range [][2]string{
		{"pHYs", "\x00\x00\x0f\x61\x00\x00\x0f\x61\x01"}, // 100 dpi are 3937 per metre
		{"tEXt", "Seed\x0017"},
		{"tEXt", "Device\x00llvmpipe, 256 bits"},
		{"tEXt", "Software\x00Cytofield 0.1"},
		{"iTXt", "Title\x00\x00\x00\x00\x00IFN-γ, steady"},
		{"iTXt", "Comment\x00\x00\x00\x00\x0050 µm, IFN-γ"},
	} {
		if !chunks[want] {
			t.Errorf("no chunk %s %q", want[0], want[1])
		}
	}
	var again bytes.Buffer
	if err := f.Render(&again, PNG, Options{Pixels: image.Pt(600, 0), DPI: 100}); err != nil || !bytes.Equal(file.Bytes(), again.Bytes()) {
		t.Errorf("the same figure gives another file: %v", err)
	}
	f.Provenance = map[string]string{"": "nothing"}
	if err := f.Render(&again, PNG, Options{}); err == nil {
		t.Error("an empty keyword: no error")
	}
}
