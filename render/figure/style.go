package figure

import (
	"image"
	"image/color"
)

// Lettering is how some words are set. The zero Lettering leaves it to the figure.
type Lettering struct {
	Size  float64    // points; 0: as the rest of the figure has it
	Color color.RGBA // the zero value stands for the theme's ink
}

// Style is how what stands around a panel is set.
type Style struct {
	Title  TitleStyle
	Stamps StampStyle
	Bars   BarStyle
}

// TitleStyle is how a title is set.
type TitleStyle struct {
	Lettering
	Centred bool // over its panel, else from the left
}

// StampStyle is how the stamps of time and place are set.
type StampStyle struct {
	Lettering
	Inside bool // in a corner of the picture, else above it
	Corner Corner
}

// BarStyle is how colour bars are set: their width follows the size of their letters.
type BarStyle struct {
	Lettering
	Lying bool // under the picture, else beside it where there is room
}

// in returns the ruler with words set in a lettering.
func (r *ruler) in(l Lettering) *ruler {
	if l == (Lettering{}) {
		return r
	}
	other := *r
	if l.Size > 0 {
		other.em = l.Size * r.perPoint
	}
	if l.Color != (color.RGBA{}) {
		other.Ink, other.Quiet = l.Color, l.Color
	}
	return &other
}

// in returns the sheet with words set in a lettering.
func (s *sheet) in(l Lettering) *sheet { return &sheet{s.surface, s.ruler.in(l)} }

// sized returns the size of words in em: that of a lettering, or the usual one.
func (r *ruler) sized(l Lettering, usual float64) float64 {
	if l.Size > 0 {
		return l.Size * r.perPoint / r.em
	}
	return usual
}

// inked returns the colour of a lettering, or the usual one.
func (l Lettering) inked(usual color.RGBA) color.RGBA {
	if l.Color != (color.RGBA{}) {
		return l.Color
	}
	return usual
}

// cornerStamps sets words in a corner of a picture, on a plate unless it is bare.
func (s *sheet) cornerStamps(plot image.Rectangle, style StampStyle, bare bool, stamps ...words) {
	var all words
	for _, w := range stamps {
		if len(all) > 0 && len(w) > 0 {
			all = append(all, plain("   ")...)
		}
		all = append(all, w...)
	}
	if len(all) == 0 {
		return
	}
	size := s.sized(style.Lettering, smallSize) * s.em
	pad, inset := 0.5*s.em, 0.6*s.em
	width, height := s.width(all, size)+2*pad, capHeight*size+2*pad
	x, y := float64(plot.Max.X)-inset-width, float64(plot.Max.Y)-inset-height
	if style.Corner == LowerLeft || style.Corner == UpperLeft {
		x = float64(plot.Min.X) + inset
	}
	if style.Corner == UpperLeft || style.Corner == UpperRight {
		y = float64(plot.Min.Y) + inset
	}
	c := style.inked(grey(0xff))
	if bare {
		c = style.inked(s.Ink)
	} else {
		s.fill(rounded(x, y, x+width, y+height, 0.22*s.em), plate(c))
	}
	s.text(all, x+pad, y+pad+capHeight*size, size, c)
}
