// Package figure draws a picture of a field that can go into a talk or a paper as
// it is: the density in a slice with axes, a colour bar, a scale bar, the cells
// that the slice cuts, the time, and where it all came from in the file.
//
//	f := figure.Frame{Plane: render.Extract(field, render.Middle(field.Grid, 2)), Substrate: "IL-2", Unit: "nM", Time: 7800}
//	err := f.Save("il2.png", figure.Options{})
package figure

import (
	"fmt"
	"image"
	"image/color"
	"io"
	"math"
	"os"

	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/render/colormap"
)

// Frame is a figure of one slice at one time.
type Frame struct {
	Plane     *render.Plane
	Map       colormap.Map // the zero Map stands for viridis
	Scale     render.Scale // in Unit; without ends, round ones are found for this plane (render.AutoScale)
	Substrate string       // names the colour bar: "IL-2"
	Unit      string       // of the densities: "nM", "mmHg", "dimensionless"; the colour bar may show pM instead
	Title     string
	Time      float64       // s; NaN leaves the time stamp out
	Cells     []render.Disc // from render.Cut
	CellTypes []CellType    // by Disc.Type; they make the legend

	// Provenance goes into the file as text: keywords such as Software, Device,
	// Seed or Scenario hash. A Title is added if the frame has one.
	Provenance map[string]string
}

// CellType is how the cells of one type are shown.
type CellType struct {
	Name  string
	Color color.RGBA // the zero value stands for one of Palette
}

// Options say how large a frame is drawn and how.
type Options struct {
	// Width and Height bound the picture, in pixels; 0 stands for 1600, and for 3/4
	// of the width or 36 times the text's size, whichever is more. The side that the slice does not need is made shorter, to an even
	// number of pixels. It depends on the slice's shape, the words and the scale,
	// not on densities: the frames of a movie with one scale are of one size.
	Width, Height int
	DPI           int     // pixels per inch; 0 stands for 200
	TextSize      float64 // points; 0 stands for a fiftieth of the width, between 7 and 14
	Nearest       bool    // show voxels as blocks rather than interpolate densities between their centres
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

// Image draws the frame.
func (f Frame) Image(o Options) (*image.RGBA, error) {
	f, err := f.complete()
	if err != nil {
		return nil, err
	}
	o, err = o.complete()
	if err != nil {
		return nil, err
	}
	l, err := arrange(f, o)
	if err != nil {
		return nil, err
	}
	s, err := newSheet(l.width, l.height, o.DPI)
	if err != nil {
		return nil, err
	}
	f.draw(s, l, o)
	return s.pixels, nil
}

// Render draws the frame and writes it as PNG, with its resolution and its
// provenance.
func (f Frame) Render(w io.Writer, o Options) error {
	img, err := f.Image(o)
	if err != nil {
		return err
	}
	text := map[string]string{"Software": "Cytofield"}
	if f.Title != "" {
		text["Title"] = f.Title
	}
	for keyword, value := range f.Provenance {
		text[keyword] = value
	}
	if o.DPI == 0 {
		o.DPI = defaultDPI
	}
	return encode(w, img, o.DPI, text)
}

// Save renders the frame into a PNG file, which it replaces.
func (f Frame) Save(path string, o Options) error {
	return save(path, func(w io.Writer) error { return f.Render(w, o) })
}

// save writes a file, which it replaces.
func save(path string, render func(w io.Writer) error) error {
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("figure: %w", err)
	}
	if err := render(file); err != nil {
		file.Close()
		return err
	}
	if err := file.Close(); err != nil {
		return fmt.Errorf("figure: %w", err)
	}
	return nil
}

// complete fills in what the caller left to the figure and checks the rest.
func (f Frame) complete() (Frame, error) {
	p := f.Plane
	if p == nil || p.Width < 1 || p.Height < 1 || len(p.Values) != p.Width*p.Height {
		return f, fmt.Errorf("figure: frame %q: no plane of densities", f.Title)
	}
	if width, height := p.Size(); !(width > 0 && height > 0) || math.IsInf(width, 0) || math.IsInf(height, 0) {
		return f, fmt.Errorf("figure: frame %q: a plane of %g by %g µm: want positive lengths", f.Title, width, height)
	}
	if f.Map.IsZero() {
		f.Map = colormap.Viridis()
	}
	if f.Scale.Low == 0 && f.Scale.High == 0 {
		f.Scale = render.AutoScale(p, f.Scale.Log)
	}
	if err := f.Scale.Validate(); err != nil {
		return f, fmt.Errorf("figure: frame %q: %w", f.Title, err)
	}
	for _, d := range f.Cells {
		if int(d.Type) < 0 || int(d.Type) >= len(f.CellTypes) {
			return f, fmt.Errorf("figure: frame %q: a cell of type %d of %d", f.Title, d.Type, len(f.CellTypes))
		}
	}
	return f, nil
}

const (
	defaultDPI   = 200
	defaultWidth = 1600 // pixels
)

func (o Options) complete() (Options, error) {
	if o.Width == 0 {
		o.Width = defaultWidth
	}
	if o.DPI == 0 {
		o.DPI = defaultDPI
	}
	if o.TextSize == 0 {
		points := 72 * float64(o.Width) / float64(o.DPI)
		o.TextSize = min(max(points/50, 7), 14)
	}
	if !(o.TextSize > 0) {
		return o, fmt.Errorf("figure: text of %g points: want a positive size", o.TextSize)
	}
	if o.Height == 0 {
		o.Height = max(o.Width*3/4, int(36*o.TextSize/72*float64(o.DPI)))
	}
	const most = 1 << 14 // 1 GiB of pixels
	if o.Width < 1 || o.Height < 1 || o.DPI < 1 || o.Width > most || o.Height > most {
		return o, fmt.Errorf("figure: %d by %d pixels at %d dpi: want 1 to %d pixels and a positive resolution", o.Width, o.Height, o.DPI, most)
	}
	return o, nil
}

// color returns the colour of a type of cell.
func (f Frame) color(cellType int) color.RGBA {
	if c := f.CellTypes[cellType].Color; c != (color.RGBA{}) {
		return c
	}
	return Palette(cellType)
}

// letters returns the names of the axes to the right, up, and through the slice.
func (f Frame) letters() (right, up, through string) {
	names := [3]string{"x", "y", "z"}
	r, u := f.Plane.Slice.Across()
	return names[r], names[u], names[f.Plane.Slice.Axis]
}
