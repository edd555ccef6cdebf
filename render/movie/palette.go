package movie

import (
	"cmp"
	"image"
	"image/color"
	"math"
	"slices"
)

// shade is a colour and how many pixels have it.
type shade struct {
	colour [3]uint8
	pixels float64
}

// census counts the pixels of every colour there is: 64 MiB.
type census struct{ seen []uint32 }

func newCensus() *census { return &census{make([]uint32, 1<<24)} }

// place returns where a colour stands in a table of all.
func place(r, g, b uint8) int { return int(r)<<16 | int(g)<<8 | int(b) }

func (c *census) add(img *image.RGBA) {
	for y := range img.Rect.Dy() {
		line := img.Pix[y*img.Stride:][:4*img.Rect.Dx()]
		for i := 0; i < len(line); i += 4 {
			if seen := &c.seen[place(line[i], line[i+1], line[i+2])]; *seen+1 != 0 { // beyond four billion, more do not matter
				*seen++
			}
		}
	}
}

// shades returns the colours that occur.
func (c *census) shades() []shade {
	var all []shade
	for i, n := range c.seen {
		if n > 0 {
			all = append(all, shade{[3]uint8{uint8(i >> 16), uint8(i >> 8), uint8(i)}, float64(n)})
		}
	}
	return all
}

// paletteSize is how many colours a GIF has.
const paletteSize = 256

// palette is the colours of a GIF, and which of them stands for each colour of the
// pictures, by its place.
type palette struct {
	colours [paletteSize][3]uint8
	index   []uint8
}

// translate finds the colours of a line of pixels.
func (p *palette) translate(dst []uint8, pixels []byte) {
	for i := range dst {
		dst[i] = p.index[place(pixels[4*i], pixels[4*i+1], pixels[4*i+2])]
	}
}

// choose returns a palette: all colours of the pictures if there is room, else kept ones
// and the best for what these do not show.
func (c *census) choose(kept []color.RGBA) *palette {
	all := c.shades()
	var chosen [][3]uint8
	if len(all) > paletteSize {
		chosen = thinned(kept)
	}
	rest := slices.DeleteFunc(slices.Clone(all), func(s shade) bool { return s.shownBy(chosen) })
	chosen = append(chosen, divide(rest, paletteSize-len(chosen))...)
	p := &palette{index: make([]uint8, 1<<24)}
	copy(p.colours[:], chosen)
	for _, s := range all {
		p.index[place(s.colour[0], s.colour[1], s.colour[2])] = nearest(s.colour, chosen)
	}
	return p
}

// thinned returns as many of the kept colours, evenly, as leave the rest enough room.
func thinned(kept []color.RGBA) [][3]uint8 {
	const most = paletteSize * 5 / 8
	var chosen [][3]uint8
	n := min(len(kept), most)
	for i := range n {
		k := kept[i*(len(kept)-1)/max(n-1, 1)]
		if c := [3]uint8{k.R, k.G, k.B}; !slices.Contains(chosen, c) {
			chosen = append(chosen, c)
		}
	}
	return chosen
}

// shownBy reports whether one of the colours is so near that nobody tells them apart.
func (s shade) shownBy(colours [][3]uint8) bool {
	const near = 4 // levels; the colours of a map that were thinned away are no further
	return slices.ContainsFunc(colours, func(c [3]uint8) bool { return distance2(s.colour, c) <= near*near })
}

func nearest(c [3]uint8, colours [][3]uint8) uint8 {
	best, least := 0, math.MaxInt
	for i, other := range colours {
		if d := distance2(c, other); d < least {
			best, least = i, d
		}
	}
	return uint8(best)
}

func distance2(a, b [3]uint8) int {
	sum := 0
	for k := range a {
		d := int(a[k]) - int(b[k])
		sum += d * d
	}
	return sum
}

// divide returns at most so many of the colours to stand for all. The space of colours is
// cut up, each time the part with the largest squared differences from its mean, across
// the channel they are largest in, where what remains of them is least (after Wu, Graphics
// Gems II (1991) 126). Of each part it is the colour that most pixels have: paper and
// cells keep exactly theirs.
func divide(shades []shade, most int) [][3]uint8 {
	if len(shades) == 0 {
		return nil
	}
	parts := []part{newPart(shades)}
	for len(parts) < most {
		i := 0
		for k, p := range parts {
			if p.error > parts[i].error {
				i = k
			}
		}
		if parts[i].error == 0 {
			break
		}
		low, high := parts[i].divide()
		parts[i] = low
		parts = append(parts, high)
	}
	var chosen [][3]uint8
	for _, p := range parts {
		top := slices.MaxFunc(p.shades, func(a, b shade) int { return cmp.Compare(a.pixels, b.pixels) })
		chosen = append(chosen, top.colour)
	}
	return chosen
}

// part is colours that one of the palette may stand for.
type part struct {
	shades  []shade
	channel int     // in which they differ most
	error   float64 // Σ pixels (colour − mean)²
}

func newPart(shades []shade) part {
	p := part{shades: shades}
	var all moments
	for _, s := range shades {
		all.add(s)
	}
	largest := 0.0
	for k := range 3 {
		deviation := 0.0
		for _, s := range shades {
			d := float64(s.colour[k]) - all.sum[k]/all.pixels
			deviation += s.pixels * d * d
		}
		if len(shades) == 1 {
			deviation = 0 // not what rounding leaves
		}
		if p.error += deviation; deviation > largest {
			largest, p.channel = deviation, k
		}
	}
	return p
}

// divide cuts the part in two.
func (p part) divide() (low, high part) {
	var levels [256]moments
	var above, below moments
	for _, s := range p.shades {
		levels[s.colour[p.channel]].add(s)
		above.add(s)
	}
	best, cut := -1.0, 0
	for level := range 255 {
		below.join(levels[level], 1)
		above.join(levels[level], -1)
		if below.pixels > 0 && above.pixels > 0 && below.squares()+above.squares() > best {
			best, cut = below.squares()+above.squares(), level
		}
	}
	end := 0
	for i, s := range p.shades {
		if int(s.colour[p.channel]) <= cut {
			p.shades[i], p.shades[end] = p.shades[end], s
			end++
		}
	}
	return newPart(p.shades[:end]), newPart(p.shades[end:])
}

// moments are sums over pixels.
type moments struct {
	pixels float64
	sum    [3]float64
}

func (m *moments) add(s shade) {
	m.pixels += s.pixels
	for k, level := range s.colour {
		m.sum[k] += s.pixels * float64(level)
	}
}

func (m *moments) join(other moments, sign float64) {
	m.pixels += sign * other.pixels
	for k := range m.sum {
		m.sum[k] += sign * other.sum[k]
	}
}

// squares is Σ pixels mean²: the more, the less the squared differences from the mean.
func (m *moments) squares() float64 {
	return (m.sum[0]*m.sum[0] + m.sum[1]*m.sum[1] + m.sum[2]*m.sum[2]) / m.pixels
}
