package figure

import (
	"image"
	"image/color"
	"image/draw"
	"math"

	"git.sr.ht/~sbinet/gg"
)

// surface is what a sheet is drawn on: pixels, SVG or PDF. Coordinates are pixels
// from the upper left corner on all three.
type surface interface {
	fill(p path, c color.NRGBA)
	stroke(p path, width float64, dash []float64, c color.NRGBA)
	box(r image.Rectangle, c color.NRGBA)
	disc(clip image.Rectangle, x, y, r float64, c color.NRGBA) // the part in clip
	picture(at image.Rectangle, img image.Image)               // as many pixels as the rectangle has
}

// raster is a surface of pixels.
type raster struct {
	pixels *image.RGBA
	lines  *gg.Context
}

func newRaster(width, height int) *raster {
	pixels := image.NewRGBA(image.Rect(0, 0, width, height))
	lines := gg.NewContextForRGBA(pixels)
	lines.SetLineCap(gg.LineCapButt)
	lines.SetLineJoin(gg.LineJoinRound)
	return &raster{pixels, lines}
}

func (s *raster) trace(p path) {
	s.lines.ClearPath()
	for _, step := range p {
		a, b, c := step.at[0], step.at[1], step.at[2]
		switch step.kind {
		case 'M':
			s.lines.MoveTo(a.x, a.y)
		case 'L':
			s.lines.LineTo(a.x, a.y)
		case 'Q':
			s.lines.QuadraticTo(a.x, a.y, b.x, b.y)
		case 'C':
			s.lines.CubicTo(a.x, a.y, b.x, b.y, c.x, c.y)
		default:
			s.lines.ClosePath()
		}
	}
}

func (s *raster) fill(p path, c color.NRGBA) {
	s.trace(p)
	s.lines.SetColor(c)
	s.lines.Fill()
}

func (s *raster) stroke(p path, width float64, dash []float64, c color.NRGBA) {
	s.trace(p)
	s.lines.SetColor(c)
	s.lines.SetLineWidth(width)
	s.lines.SetDash(dash...)
	s.lines.Stroke()
}

func (s *raster) box(r image.Rectangle, c color.NRGBA) {
	draw.Draw(s.pixels, r, image.NewUniform(c), image.Point{}, draw.Over)
}

func (s *raster) picture(at image.Rectangle, img image.Image) {
	draw.Draw(s.pixels, at, img, img.Bounds().Min, draw.Over)
}

// disc works on the pixels at once, covering those at the edge by their distance
// from it: thousands of cells take no time.
func (s *raster) disc(clip image.Rectangle, x, y, r float64, c color.NRGBA) {
	area := image.Rect(int(x-r)-1, int(y-r)-1, int(x+r)+2, int(y+r)+2).Intersect(clip).Intersect(s.pixels.Rect)
	for py := area.Min.Y; py < area.Max.Y; py++ {
		line := s.pixels.Pix[s.pixels.PixOffset(area.Min.X, py):]
		for px := area.Min.X; px < area.Max.X; px++ {
			dx, dy := float64(px)+0.5-x, float64(py)+0.5-y
			square := dx*dx + dy*dy
			if square >= (r+0.5)*(r+0.5) {
				continue
			}
			pixel := line[4*(px-area.Min.X):][:4]
			if c.A == 0xff && r > 0.5 && square <= (r-0.5)*(r-0.5) {
				pixel[0], pixel[1], pixel[2] = c.R, c.G, c.B
				continue
			}
			share := min(r+0.5-math.Sqrt(square), 1, 2*r) * float64(c.A) / 255
			for i, level := range [3]uint8{c.R, c.G, c.B} {
				pixel[i] = uint8(float64(pixel[i])*(1-share) + float64(level)*share + 0.5)
			}
		}
	}
}

// vectorDisc returns a disc as a path: a circle, or a polygon where the edge of
// the clip cuts it.
func vectorDisc(clip image.Rectangle, x, y, r float64) path {
	inside := x-r >= float64(clip.Min.X) && x+r <= float64(clip.Max.X) && y-r >= float64(clip.Min.Y) && y+r <= float64(clip.Max.Y)
	if inside {
		return rounded(x-r, y-r, x+r, y+r, r)
	}
	if corners := cutPolygon(clip, circle(x, y, r)); len(corners) > 2 {
		return polygon(corners...)
	}
	return nil
}
