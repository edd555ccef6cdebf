// Package figure draws pictures that can go into a talk or a paper as they are:
// maps of a field with axes, a colour bar, a scale bar and cells, curves, matrices
// and views of a volume, alone or composed of panels, as PNG, SVG or PDF, with where
// it all came from in the file.
//
//	niche := figure.Map{Plane: render.Extract(field, render.Middle(field.Grid, 2)), Quantity: "IL-2", Unit: "nM", Time: 7800}
//	err := figure.Figure{Panels: []figure.Panel{niche}}.Save("il2.pdf", figure.Options{Width: 89})
package figure

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Figure is panels on one page: Map, Chart, Matrix and Scene.
type Figure struct {
	Panels []Panel

	// Layout places the panels as letters in rows, "AAB\nCCD": A is the first
	// panel, and a panel takes the rectangle of its letters; a dot is left free.
	// Without a layout they stand in rows on a grid that is nearly square.
	Layout      string
	Letters     Letters // before each panel
	Title       string  // above all panels
	TitleStyle  TitleStyle
	LetterStyle Lettering
	Theme       Theme   // the zero Theme stands for Light
	Bars        Sharing // of colour bars that are equal
	Legends     Sharing // of legends of charts, whose equal names then have equal colours

	// Provenance goes into the file as text: keywords such as Software, Device,
	// Seed or Scenario hash. The title is added if there is one.
	Provenance map[string]string
}

// Letters are the letters before the panels.
type Letters int

// The kinds of letters.
const (
	NoLetters    Letters = iota
	SmallLetters         // a, b, c as in Nature's journals
	Capitals             // A, B, C as in Cell's and Science
)

// Sharing says how far things that panels have in common are drawn once.
type Sharing int

// How far things are shared.
const (
	Each      Sharing = iota // every panel has its own
	PerRow                   // the panels of a row share; legends: the whole figure
	PerFigure                // all panels share
)

// Format is a kind of file.
type Format int

// The formats. SVG and PDF have lines, letters and cells as vectors, fields as
// embedded images.
const (
	PNG Format = iota
	SVG
	PDF
)

// FormatOf returns the format that the name of a file asks for.
func FormatOf(path string) (Format, error) {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".png":
		return PNG, nil
	case ".svg":
		return SVG, nil
	case ".pdf":
		return PDF, nil
	}
	return 0, fmt.Errorf("figure: %s: want a name that ends in .png, .svg or .pdf", path)
}

// Options say how large a figure is drawn.
type Options struct {
	// Width and Height bound the page, in mm. A width of 0 stands for 203.2 mm, at
	// 200 pixels per inch 1600 pixels, or 89 mm, one column of a journal, for a
	// column of charts. A height of 0 stands for as much as the panels need, up to 1.4
	// times the width, or 3/4 of a width of 0 for one row. What panels do not need is cut off,
	// to even numbers of pixels. It depends on shapes, words and scales, not on
	// densities: the frames of a movie with one scale are of one size.
	Width, Height float64
	Pixels        image.Point // bounds in pixels, instead of Width and Height; a 0 as there

	DPI      int     // pixels per inch; 0 stands for 200 on a default page, else 300; in SVG and PDF, that of embedded images
	Hasty    bool    // a PNG takes half the time, and a third more bytes
	TextSize float64 // points; 0 stands for a fiftieth of the width over the root of the columns, between 7 and 14, on a page of a journal at most 8
}

// Palette returns the i-th colour for cell types: those of Okabe and Ito, which
// people with any kind of colour vision tell apart, in an order that keeps the
// first ones away from viridis's and inferno's own colours.
func Palette(i int) color.RGBA {
	colors := []color.RGBA{
		{R: 0x56, G: 0xb4, B: 0xe9, A: 0xff}, // sky blue
		{R: 0xe6, G: 0x9f, B: 0x00, A: 0xff}, // orange
		{R: 0xcc, G: 0x79, B: 0xa7, A: 0xff}, // reddish purple
		{R: 0xf0, G: 0xe4, B: 0x42, A: 0xff}, // yellow
		{R: 0xd5, G: 0x5e, B: 0x00, A: 0xff}, // vermilion
		{R: 0x00, G: 0x9e, B: 0x73, A: 0xff}, // bluish green
		{R: 0x00, G: 0x72, B: 0xb2, A: 0xff}, // blue
		{R: 0x00, G: 0x00, B: 0x00, A: 0xff}, // black
	}
	return colors[((i%len(colors))+len(colors))%len(colors)]
}

// Painted returns the figure with the pictures of its scenes painted, in the sizes that they
// have with the options: what they show may change before it is drawn.
func (f Figure) Painted(o Options) (Figure, error) {
	p, err := f.page(o)
	if err != nil {
		return f, err
	}
	f.Panels = slices.Clone(f.Panels)
	for i, b := range p.blocks {
		if scene, ok := b.(*sceneBlock); ok {
			painted, img := scene.Scene, scene.Paint(p.plots[i].Size())
			painted.Paint = func(image.Point) *image.RGBA { return img }
			f.Panels[i] = painted
		}
	}
	return f, nil
}

// Image draws the figure in pixels.
func (f Figure) Image(o Options) (*image.RGBA, error) {
	p, err := f.page(o)
	if err != nil {
		return nil, err
	}
	raster := newRaster(p.width, p.height)
	p.draw(raster)
	return raster.pixels, nil
}

// Render draws the figure and writes it, with its size and its provenance.
func (f Figure) Render(w io.Writer, format Format, o Options) error {
	p, err := f.page(o)
	if err != nil {
		return err
	}
	text := map[string]string{"Software": "Cytofield"}
	if f.Title != "" {
		text["Title"] = f.Title
	}
	maps.Copy(text, f.Provenance)
	if err := validKeywords(text); err != nil {
		return err
	}
	switch format {
	case SVG:
		s := newSVG(p.width, p.height, p.dpi, text)
		p.draw(s)
		return s.write(w)
	case PDF:
		s := newPDF(p.width, p.height, p.dpi, text)
		p.draw(s)
		return s.write(w)
	default:
		s := newRaster(p.width, p.height)
		p.draw(s)
		return encode(w, s.pixels, p.dpi, text, o.Hasty)
	}
}

// Save renders the figure into a file, which it replaces, as PNG, SVG or PDF by
// the end of its name. What cannot be drawn leaves the file as it was.
func (f Figure) Save(path string, o Options) error {
	format, err := FormatOf(path)
	if err != nil {
		return err
	}
	var drawn bytes.Buffer
	if err := f.Render(&drawn, format, o); err != nil {
		return err
	}
	if err := os.WriteFile(path, drawn.Bytes(), 0o644); err != nil {
		return fmt.Errorf("figure: %w", err)
	}
	return nil
}

// bounds is Options in pixels.
type bounds struct {
	width, height int // at most
	dpi           int
	em            float64 // size of the text
	fill          bool    // the height was asked for: what can be stretched fills it
}

// bounds completes the options for so many rows and columns of panels; column: one
// of charts.
func (o Options) bounds(column bool, rows, columns int) (bounds, error) {
	const perInch = 25.4
	b := bounds{dpi: o.DPI}
	given := o.Width != 0 || o.Pixels.X != 0
	if b.dpi == 0 {
		b.dpi = 300
		if !given && !column {
			b.dpi = 200
		}
	}
	if !(b.dpi > 0) || o.Width < 0 || o.Height < 0 || o.Pixels.X < 0 || o.Pixels.Y < 0 || o.TextSize < 0 || o.Width != o.Width || o.Height != o.Height {
		return b, fmt.Errorf("figure: %g by %g mm, %d by %d pixels at %d dpi, text of %g points: want positive numbers", o.Width, o.Height, o.Pixels.X, o.Pixels.Y, o.DPI, o.TextSize)
	}
	millimetres := func(v float64) int { return 2 * int(math.Round(min(v/perInch*float64(b.dpi), 1<<20)/2)) }
	switch {
	case o.Pixels.X > 0:
		b.width = o.Pixels.X &^ 1
	case o.Width > 0:
		b.width = millimetres(o.Width)
	case column:
		b.width = millimetres(89)
	default:
		b.width = millimetres(203.2)
	}
	points := o.TextSize
	if points == 0 {
		width := 72 * float64(b.width) / float64(b.dpi)
		points = min(max(width/50/math.Sqrt(float64(columns)), 7), 14)
		const page = 200 / perInch * 72 // width of a journal's, which ask for 5 to 8 points
		if given && width <= page {
			points = min(points, 8)
		}
	}
	b.em = points / 72 * float64(b.dpi)
	b.fill = o.Pixels.Y > 0 || o.Height > 0
	switch {
	case o.Pixels.Y > 0:
		b.height = o.Pixels.Y &^ 1
	case o.Height > 0:
		b.height = millimetres(o.Height)
	case given || column || rows > 1:
		b.height = b.width * 7 / 5
	default:
		b.height = b.width * 3 / 4
	}
	if !b.fill {
		b.height = max(b.height, int(36*b.em))
	}
	const most = 1 << 14 // 1 GiB of pixels
	if b.width < 1 || b.height < 1 || b.width > most || b.height > most {
		return b, fmt.Errorf("figure: %d by %d pixels at %d dpi: want 1 to %d pixels", b.width, b.height, b.dpi, most)
	}
	return b, nil
}

func even(v int) int { return v + v&1 }
