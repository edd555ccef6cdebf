package figure

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"

	stdfont "golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"gonum.org/v1/plot/font/liberation"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"
)

// sheet is the paper a figure is drawn on. Its coordinates are pixels from the
// upper left corner. Text is drawn as glyph outlines: they stay sharp at any
// angle and position, which the glyph bitmaps of vgimg do not.
type sheet struct {
	canvas  *vgimg.Canvas
	pixels  *image.RGBA
	dpi     float64
	letters [3]*opentype.Font // by style
	buffer  sfnt.Buffer
}

func newSheet(width, height, dpi int) (*sheet, error) {
	canvas := vgimg.NewWith(vgimg.UseDPI(dpi), vgimg.UseImage(image.NewRGBA(image.Rect(0, 0, width, height))))
	pixels, ok := canvas.Image().(*image.RGBA)
	if !ok {
		return nil, fmt.Errorf("figure: canvas of %T: want *image.RGBA", canvas.Image())
	}
	s := &sheet{canvas: canvas, pixels: pixels, dpi: float64(dpi)}
	letters, err := loadLetters()
	s.letters = letters
	return s, err
}

// loadLetters returns Liberation Sans by style; gonum/plot parses it once.
func loadLetters() ([3]*opentype.Font, error) {
	var letters [3]*opentype.Font
	for _, face := range liberation.Collection() {
		if face.Font.Variant != "Sans" {
			continue
		}
		switch {
		case face.Font.Weight == stdfont.WeightNormal && face.Font.Style == stdfont.StyleNormal:
			letters[regular] = face.Face
		case face.Font.Weight == stdfont.WeightNormal && face.Font.Style == stdfont.StyleItalic:
			letters[italic] = face.Face
		case face.Font.Weight == stdfont.WeightBold && face.Font.Style == stdfont.StyleNormal:
			letters[bold] = face.Face
		}
	}
	for s, f := range letters {
		if f == nil {
			return letters, fmt.Errorf("figure: no Liberation Sans of style %d", s)
		}
	}
	return letters, nil
}

// point turns pixels into the canvas's points, which count from the lower left.
func (s *sheet) point(x, y float64) vg.Point {
	perPixel := float64(vg.Inch) / s.dpi
	return vg.Point{X: vg.Length(x * perPixel), Y: vg.Length((float64(s.pixels.Rect.Dy()) - y) * perPixel)}
}

func (s *sheet) fill(p vg.Path, c color.Color) {
	s.canvas.SetColor(c)
	s.canvas.Fill(p)
}

// box fills a rectangle of whole pixels.
func (s *sheet) box(r image.Rectangle, c color.Color) {
	draw.Draw(s.pixels, r, image.NewUniform(c), image.Point{}, draw.Over)
}

// frame draws a border of whole pixels just outside a rectangle.
func (s *sheet) frame(r image.Rectangle, width int, c color.Color) {
	outer := r.Inset(-width)
	s.box(image.Rect(outer.Min.X, outer.Min.Y, outer.Max.X, r.Min.Y), c)
	s.box(image.Rect(outer.Min.X, r.Max.Y, outer.Max.X, outer.Max.Y), c)
	s.box(image.Rect(outer.Min.X, r.Min.Y, r.Min.X, r.Max.Y), c)
	s.box(image.Rect(r.Max.X, r.Min.Y, outer.Max.X, r.Max.Y), c)
}

// polygon fills the area between corners.
func (s *sheet) polygon(c color.Color, corners ...[2]float64) {
	var p vg.Path
	for i, corner := range corners {
		if i == 0 {
			p.Move(s.point(corner[0], corner[1]))
		} else {
			p.Line(s.point(corner[0], corner[1]))
		}
	}
	p.Close()
	s.fill(p, c)
}

// disc fills the part of a circle that lies in a rectangle. It works on the pixels
// at once, covering those at the edge by their distance from it: thousands of
// cells take no time.
func (s *sheet) disc(clip image.Rectangle, x, y, r float64, c color.NRGBA) {
	area := image.Rect(int(x-r)-1, int(y-r)-1, int(x+r)+2, int(y+r)+2).Intersect(clip)
	for py := area.Min.Y; py < area.Max.Y; py++ {
		line := s.pixels.Pix[s.pixels.PixOffset(area.Min.X, py):]
		for px := area.Min.X; px < area.Max.X; px++ {
			covered := r + 0.5 - math.Hypot(float64(px)+0.5-x, float64(py)+0.5-y)
			if covered <= 0 {
				continue
			}
			share := min(covered, 1, 2*r) * float64(c.A) / 255
			pixel := line[4*(px-area.Min.X):]
			for i, level := range [3]uint8{c.R, c.G, c.B} {
				pixel[i] = uint8(float64(pixel[i])*(1-share) + float64(level)*share + 0.5)
			}
		}
	}
}

// quarter is how far the control points of a Bézier quarter circle of radius 1 lie
// from its ends, 4(√2 − 1)/3; it is within 0.03 % of the circle.
const quarter = 0.5522847498

// plate fills a rectangle with rounded corners.
func (s *sheet) plate(x0, y0, x1, y1, r float64, c color.Color) {
	k := r * (1 - quarter)
	var p vg.Path
	p.Move(s.point(x0+r, y0))
	p.Line(s.point(x1-r, y0))
	p.CubeTo(s.point(x1-k, y0), s.point(x1, y0+k), s.point(x1, y0+r))
	p.Line(s.point(x1, y1-r))
	p.CubeTo(s.point(x1, y1-k), s.point(x1-k, y1), s.point(x1-r, y1))
	p.Line(s.point(x0+r, y1))
	p.CubeTo(s.point(x0+k, y1), s.point(x0, y1-k), s.point(x0, y1-r))
	p.Line(s.point(x0, y0+r))
	p.CubeTo(s.point(x0, y0+k), s.point(x0+k, y0), s.point(x0+r, y0))
	p.Close()
	s.fill(p, c)
}

// Liberation Sans, in em: the height of capitals and digits; the size of
// superscripts and subscripts, and how far their base lines are shifted.
const (
	capHeight   = 0.688
	shiftedSize = 0.68
	raisedBy    = 0.36
	loweredBy   = 0.14
)

// text sets words with their base line starting at (x, y), size in pixels per em.
func (s *sheet) text(w words, x, y, size float64, c color.Color) {
	s.fill(s.outline(w, size, func(u, v float64) vg.Point { return s.point(x+u, y+v) }), c)
}

// upright sets words that run upwards, their base line starting at (x, y).
func (s *sheet) upright(w words, x, y, size float64, c color.Color) {
	s.fill(s.outline(w, size, func(u, v float64) vg.Point { return s.point(x+v, y-u) }), c)
}

// width returns how wide words are, in pixels.
func (s *sheet) width(w words, size float64) float64 { return measure(&s.letters, &s.buffer, w, size) }

func measure(letters *[3]*opentype.Font, buffer *sfnt.Buffer, w words, size float64) float64 {
	x := 0.0
	for _, r := range w {
		eachGlyph(letters[r.style], buffer, r, size, func(_ sfnt.GlyphIndex, _, advance float64) { x += advance })
	}
	return x
}

// ppem is the size glyphs are loaded at, without hinting, and scaled from.
const ppem = fixed.Int26_6(1000 << 6)

// outline returns the glyphs of words as a path; to maps pixels right of and
// below the start of the base line to the canvas.
func (s *sheet) outline(w words, size float64, to func(u, v float64) vg.Point) vg.Path {
	var p vg.Path
	u := 0.0
	for _, r := range w {
		letters := s.letters[r.style]
		lift := 0.0
		switch r.shift {
		case raised:
			lift = raisedBy * size
		case lowered:
			lift = -loweredBy * size
		}
		eachGlyph(letters, &s.buffer, r, size, func(glyph sfnt.GlyphIndex, scale, advance float64) {
			segments, err := letters.LoadGlyph(&s.buffer, glyph, ppem, nil)
			if err == nil {
				addGlyph(&p, segments, func(q fixed.Point26_6) vg.Point {
					return to(u+float64(q.X)*scale, float64(q.Y)*scale-lift)
				})
			}
			u += advance
		})
	}
	return p
}

// eachGlyph calls f with the glyphs of a run, the pixels per unit of their
// outlines, and how far each moves on, kerning included.
func eachGlyph(letters *opentype.Font, buffer *sfnt.Buffer, r run, size float64, f func(glyph sfnt.GlyphIndex, scale, advance float64)) {
	if r.shift != level {
		size *= shiftedSize
	}
	scale := size / float64(ppem)
	runes := []rune(r.text)
	glyphs := make([]sfnt.GlyphIndex, len(runes))
	for i, letter := range runes {
		glyphs[i], _ = letters.GlyphIndex(buffer, letter) // 0, the empty box, where there is none
	}
	for i, glyph := range glyphs {
		advance, err := letters.GlyphAdvance(buffer, glyph, ppem, stdfont.HintingNone)
		if err != nil {
			continue
		}
		if i+1 < len(glyphs) {
			if kern, err := letters.Kern(buffer, glyph, glyphs[i+1], ppem, stdfont.HintingNone); err == nil {
				advance += kern
			}
		}
		f(glyph, scale, float64(advance)*scale)
	}
}

func addGlyph(p *vg.Path, segments sfnt.Segments, to func(fixed.Point26_6) vg.Point) {
	for i, segment := range segments {
		switch segment.Op {
		case sfnt.SegmentOpMoveTo:
			if i > 0 {
				p.Close()
			}
			p.Move(to(segment.Args[0]))
		case sfnt.SegmentOpLineTo:
			p.Line(to(segment.Args[0]))
		case sfnt.SegmentOpQuadTo:
			p.QuadTo(to(segment.Args[0]), to(segment.Args[1]))
		case sfnt.SegmentOpCubeTo:
			p.CubeTo(to(segment.Args[0]), to(segment.Args[1]), to(segment.Args[2]))
		}
	}
	if len(segments) > 0 {
		p.Close()
	}
}
