package window

import (
	"errors"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"

	xdraw "golang.org/x/image/draw"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/render/colormap"
	"github.com/cytofield/cytofield/render/figure"
)

// The size of a thumbnail, pixels.
const thumbnailWidth, thumbnailHeight = 320, 200

// Thumbnail writes a small PNG of the plane and the cells in view, without words: the whole
// plane, or of one that is long and thin the middle half.
func (w *Window) Thumbnail(path string) (err error) {
	if missing := w.missing(); missing != "" {
		return errors.New(missing)
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	return encoder.Encode(f, thumbnail(w.report, w.look.Map, !w.brush.hideCells))
}

// thumbnail draws at twice the size, and reduces that, so that edges are smooth.
func thumbnail(r *session.Report, m colormap.Map, cells bool) *image.Paletted {
	const finer = 2
	width, height := r.Plane.Size()
	across, down := thumbnailWidth/width, thumbnailHeight/height // pixels per µm
	zoom := min(max(across, down), 2*min(across, down)) * finer
	size := image.Pt(thumbnailWidth*finer, thumbnailHeight*finer)
	corner := image.Pt((size.X-int(width*zoom))/2, (size.Y-int(height*zoom))/2)
	large := image.NewRGBA(image.Rectangle{Max: size})
	xdraw.Draw(large, large.Rect, image.NewUniform(dark().canvas), image.Point{}, xdraw.Src)
	plane := r.Plane.PaintInto(image.Pt(int(width*zoom), int(height*zoom)), m, r.Scale, true)
	xdraw.Draw(large, plane.Rect.Add(corner), plane, image.Point{}, xdraw.Src)
	if cells {
		for _, d := range r.Discs {
			fill(large, float64(corner.X)+d.X*zoom, float64(corner.Y)+(height-d.Y)*zoom, max(d.Radius*zoom, finer), figure.Palette(int(d.Type)))
		}
	}
	small := image.NewPaletted(image.Rect(0, 0, thumbnailWidth, thumbnailHeight), inks(r, m))
	reduced := image.NewRGBA(small.Rect)
	xdraw.BiLinear.Scale(reduced, small.Rect, large, large.Rect, xdraw.Src, nil)
	xdraw.Draw(small, small.Rect, reduced, image.Point{}, xdraw.Src)
	return small
}

// fill paints a disc, pixels.
func fill(img *image.RGBA, x, y, radius float64, c color.RGBA) {
	for v := int(y - radius); v <= int(y+radius); v++ {
		for u := int(x - radius); u <= int(x+radius); u++ {
			if math.Hypot(float64(u)+0.5-x, float64(v)+0.5-y) <= radius && image.Pt(u, v).In(img.Rect) {
				img.SetRGBA(u, v, c)
			}
		}
	}
}

// inks are the colours a thumbnail has: those of the map, of cells, of cells' edges on the
// dark and the bright end of the map, of what is no tissue, and around it.
func inks(r *session.Report, m colormap.Map) color.Palette {
	all := color.Palette{dark().canvas, m.At(math.NaN())}
	for i := range min(len(r.CellTypes), 20) {
		c := figure.Palette(i)
		all = append(all, c, between(c, m.At(0)), between(c, m.At(1)))
	}
	const levels = 96 // more make the files large
	for i := range levels {
		all = append(all, m.At(float64(i)/float64(levels-1)))
	}
	return all
}

func between(a, b color.RGBA) color.RGBA {
	mean := func(a, b uint8) uint8 { return uint8((int(a) + int(b)) / 2) }
	return color.RGBA{mean(a.R, b.R), mean(a.G, b.G), mean(a.B, b.B), 255}
}
