// Package colormap turns a position between 0 and 1 into a colour. Its maps are
// perceptually ordered and, but for turbo, readable with colour-blind eyes and,
// but for turbo and the diverging vik and RdBu, in print without colour.
package colormap

import (
	"embed"
	"encoding/hex"
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"
)

// Size is the number of colours in the table of every map.
const Size = 256

//go:embed tables/*.txt
var tables embed.FS

// Names returns the names of the maps, in the order a menu shows them.
func Names() []string {
	return []string{"viridis", "inferno", "magma", "plasma", "cividis", "batlow", "lajolla", "oslo", "bilbao", "turbo", "vik", "RdBu"}
}

// Map is a colour map. Get one from ByName; the zero Map has no colours.
type Map struct {
	name  string
	table *[Size]color.RGBA
}

// ByName returns the map of a name that Names lists.
func ByName(name string) (Map, error) {
	if !slices.Contains(Names(), name) {
		return Map{}, fmt.Errorf("colormap: no map %q: want one of %s", name, strings.Join(Names(), ", "))
	}
	table, err := read(name)
	if err != nil {
		return Map{}, err
	}
	return Map{name: name, table: table}, nil
}

// Viridis returns the map that pictures use when none is asked for.
func Viridis() Map {
	m, err := ByName("viridis")
	if err != nil {
		panic(err) // its table is compiled in
	}
	return m
}

// Shades returns a map of one hue, from halfway between white and a colour to that colour:
// of one of several things in one picture.
func Shades(c color.RGBA) Map {
	m := Map{name: fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B), table: &[Size]color.RGBA{}}
	for i := range m.table {
		pale := 0.5 * (1 - float64(i)/(Size-1))
		mix := func(level uint8) uint8 { return uint8(float64(level) + pale*(255-float64(level)) + 0.5) }
		m.table[i] = color.RGBA{R: mix(c.R), G: mix(c.G), B: mix(c.B), A: 0xff}
	}
	return m
}

// Missing returns the colour of a density that is not a number: a mid grey,
// quiet beside the maps and far enough from each to be told from it.
func Missing() color.RGBA { return color.RGBA{R: 0x9e, G: 0x9e, B: 0x9e, A: 0xff} }

// Name returns the name of the map; empty for the zero Map.
func (m Map) Name() string { return m.name }

// Diverging reports whether the map has a pale middle between two hues, for
// differences on a scale symmetric about 0.
func (m Map) Diverging() bool { return m.name == "vik" || m.name == "RdBu" }

// IsZero reports whether the map is the zero Map, which has no colours.
func (m Map) IsZero() bool { return m.table == nil }

// Table returns the colours of the map from its low to its high end.
func (m Map) Table() [Size]color.RGBA { return *m.table }

// At returns the colour at position t, 0 the low end and 1 the high end. It
// interpolates linearly between entry ⌊255 t⌋ and the next and rounds each
// channel to the nearest level, so that i/255 gives entry i. Positions outside
// [0, 1] give the end colours; NaN gives Missing.
func (m Map) At(t float64) color.RGBA {
	if math.IsNaN(t) {
		return Missing()
	}
	at := min(max(t, 0), 1) * (Size - 1)
	i := min(int(at), Size-2)
	fraction := at - float64(i)
	low, high := m.table[i], m.table[i+1]
	between := func(a, b uint8) uint8 {
		return uint8(float64(a) + fraction*(float64(b)-float64(a)) + 0.5)
	}
	return color.RGBA{R: between(low.R, high.R), G: between(low.G, high.G), B: between(low.B, high.B), A: 0xff}
}

// read parses an embedded table: rrggbb in hexadecimal, lines of # are comments.
func read(name string) (*[Size]color.RGBA, error) {
	text, err := tables.ReadFile("tables/" + name + ".txt")
	if err != nil {
		return nil, fmt.Errorf("colormap: %w", err)
	}
	var table [Size]color.RGBA
	n := 0
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		for word := range strings.FieldsSeq(line) {
			rgb, err := hex.DecodeString(word)
			if err != nil || len(rgb) != 3 || n == Size {
				return nil, fmt.Errorf("colormap: table %s: colour %d is %q: want %d colours rrggbb", name, n, word, Size)
			}
			table[n] = color.RGBA{R: rgb[0], G: rgb[1], B: rgb[2], A: 0xff}
			n++
		}
	}
	if n != Size {
		return nil, fmt.Errorf("colormap: table %s: %d colours: want %d", name, n, Size)
	}
	return &table, nil
}
