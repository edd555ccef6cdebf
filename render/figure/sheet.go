package figure

import (
	"fmt"
	"image"
	"image/color"
	"math"

	stdfont "golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"

	"codeberg.org/go-fonts/liberation/liberationsansbold"
	"codeberg.org/go-fonts/liberation/liberationsansitalic"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
)

// ruler measures words and knows the size and the inks of a figure.
type ruler struct {
	Theme
	em       float64 // size of the text, pixels
	rule     int     // width of frames and ticks, pixels
	title    float64 // size of the titles of panels, em
	perPoint float64 // pixels
	letters  [3]*opentype.Font
	buffer   sfnt.Buffer
}

// newRuler makes rules a 24th of the text, and no thinner than journals take.
func newRuler(em float64, dpi int, t Theme) (*ruler, error) {
	letters, err := loadLetters()
	const hairline = 0.25 / 72 // inch
	rule := max(int(math.Round(em/24)), int(math.Ceil(hairline*float64(dpi))))
	return &ruler{Theme: t, em: em, rule: rule, title: titleSize, perPoint: float64(dpi) / 72, letters: letters}, err
}

// px returns a length in em as whole pixels.
func (r *ruler) px(em float64) int { return int(math.Round(em * r.em)) }

// width returns how wide words are, in pixels.
func (r *ruler) width(w words, size float64) float64 {
	return measure(&r.letters, &r.buffer, w, size)
}

// sheet is the paper a figure is drawn on. Its coordinates are pixels from the
// upper left corner, also where it becomes SVG or PDF. Text is drawn as glyph
// outlines: they are sharp at any angle and size, and need no font to be read.
type sheet struct {
	surface
	*ruler
}

// solid returns an opaque colour as surfaces take it.
func solid(c color.RGBA) color.NRGBA { return color.NRGBA(c) }

// frame draws a border of whole pixels just outside a rectangle.
func (s *sheet) frame(r image.Rectangle, width int, c color.RGBA) {
	outer := r.Inset(-width)
	for _, side := range []image.Rectangle{
		{outer.Min, image.Pt(outer.Max.X, r.Min.Y)}, {image.Pt(outer.Min.X, r.Max.Y), outer.Max},
		{image.Pt(outer.Min.X, r.Min.Y), image.Pt(r.Min.X, r.Max.Y)}, {image.Pt(r.Max.X, r.Min.Y), image.Pt(outer.Max.X, r.Max.Y)},
	} {
		s.box(side, solid(c))
	}
}

// line draws the part of a line that lies in a rectangle.
func (s *sheet) line(clip image.Rectangle, width float64, dash []float64, c color.NRGBA, points ...point) {
	var p path
	for _, piece := range cutLine(clip, points) {
		p = append(p, through(piece)...)
	}
	if len(p) > 0 {
		s.stroke(p, width, dash, c)
	}
}

// area fills the part of a polygon that lies in a rectangle.
func (s *sheet) area(clip image.Rectangle, c color.NRGBA, corners ...point) {
	if kept := cutPolygon(clip, corners); len(kept) > 2 {
		s.fill(polygon(kept...), c)
	}
}

// everywhere is a clip that cuts nothing off.
func everywhere() image.Rectangle { return image.Rect(-1<<20, -1<<20, 1<<20, 1<<20) }

// loadLetters returns Liberation Sans by style.
func loadLetters() ([3]*opentype.Font, error) {
	var letters [3]*opentype.Font
	for style, data := range map[style][]byte{regular: liberationsansregular.TTF, italic: liberationsansitalic.TTF, bold: liberationsansbold.TTF} {
		font, err := opentype.Parse(data)
		if err != nil {
			return letters, fmt.Errorf("figure: Liberation Sans: %w", err)
		}
		letters[style] = font
	}
	return letters, nil
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
func (s *sheet) text(w words, x, y, size float64, c color.RGBA) {
	s.fill(s.outline(w, size, func(u, v float64) point { return point{x + u, y + v} }), solid(c))
}

// upright sets words that run upwards, their base line starting at (x, y).
func (s *sheet) upright(w words, x, y, size float64, c color.RGBA) {
	s.fill(s.outline(w, size, func(u, v float64) point { return point{x + v, y - u} }), solid(c))
}

// turned returns the outline of words whose middle lies at a place, the base line at
// an angle, clockwise in radians.
func (s *sheet) turned(w words, at point, angle, size float64) path {
	sin, cos := math.Sincos(angle)
	half, drop := s.width(w, size)/2, capHeight*size/2
	return s.outline(w, size, func(u, v float64) point {
		u, v = u-half, v+drop
		return point{at.x + u*cos - v*sin, at.y + u*sin + v*cos}
	})
}

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
func (s *sheet) outline(w words, size float64, to func(u, v float64) point) path {
	var p path
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
				addGlyph(&p, segments, func(q fixed.Point26_6) point {
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

func addGlyph(p *path, segments sfnt.Segments, to func(fixed.Point26_6) point) {
	for i, segment := range segments {
		switch segment.Op {
		case sfnt.SegmentOpMoveTo:
			if i > 0 {
				p.close()
			}
			p.move(to(segment.Args[0]))
		case sfnt.SegmentOpLineTo:
			p.line(to(segment.Args[0]))
		case sfnt.SegmentOpQuadTo:
			p.quad(to(segment.Args[0]), to(segment.Args[1]))
		case sfnt.SegmentOpCubeTo:
			p.cube(to(segment.Args[0]), to(segment.Args[1]), to(segment.Args[2]))
		}
	}
	if len(segments) > 0 {
		p.close()
	}
}
