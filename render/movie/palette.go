package movie

import (
	"cmp"
	"image"
	"math"
	"slices"
)

// A census counts colours in boxes of the colour cube, so many bits of each channel wide:
// 4 levels, which no eye tells apart.
const (
	boxBits = 6
	boxes   = 1 << (3 * boxBits)
)

// census counts the colours of pictures.
type census struct{ seen []colourCount }

// colourCount is the pixels of one box. Its colour is the one that most of them have, if
// more than half have one: each vote for another takes one away (Boyer & Moore's majority
// vote), so that flat colours and those of a colour map come out as they are.
type colourCount struct {
	pixels, votes int
	colour        [3]uint8
}

func newCensus() *census { return &census{make([]colourCount, boxes)} }

func box(r, g, b uint8) int {
	const drop = 8 - boxBits
	return int(r>>drop)<<(2*boxBits) | int(g>>drop)<<boxBits | int(b>>drop)
}

func (c *census) add(img *image.RGBA) {
	for y := range img.Rect.Dy() {
		line := img.Pix[y*img.Stride:][:4*img.Rect.Dx()]
		for i := 0; i < len(line); i += 4 {
			seen := &c.seen[box(line[i], line[i+1], line[i+2])]
			seen.pixels++
			switch colour := [3]uint8(line[i : i+3]); {
			case seen.votes == 0:
				seen.colour, seen.votes = colour, 1
			case seen.colour == colour:
				seen.votes++
			default:
				seen.votes--
			}
		}
	}
}

// paletteSize is how many colours a GIF has.
const paletteSize = 256

// palette is the colours of a GIF, and which of them stands for each box.
type palette struct {
	colours [paletteSize][3]uint8
	index   []uint8
}

// translate finds the colours of a line of pixels.
func (p *palette) translate(dst []uint8, pixels []byte) {
	for i := range dst {
		dst[i] = p.index[box(pixels[4*i], pixels[4*i+1], pixels[4*i+2])]
	}
}

// shade is a colour of the pictures with the weight it has in the choice: its pixels.
type shade struct {
	box    int
	colour [3]uint8
	weight float64
}

// choose splits the colours of all pictures into groups until there are as many as the
// palette has, always the group that is worst off: by the weighted squares of distances
// from its mean, across the channel that has most of them. The colour with the most
// weight stands for its group.
func (c *census) choose() *palette {
	var all []shade
	for i, seen := range c.seen {
		if seen.pixels > 0 {
			all = append(all, shade{i, seen.colour, float64(seen.pixels)})
		}
	}
	groups := []group{newGroup(all)}
	for len(groups) < paletteSize {
		worst := slices.MaxFunc(groups, func(a, b group) int { return cmp.Compare(a.spread, b.spread) })
		if worst.spread == 0 {
			break
		}
		i := slices.IndexFunc(groups, func(g group) bool { return g.spread == worst.spread })
		low, high := worst.split()
		groups[i] = low
		groups = append(groups, high)
	}
	p := &palette{index: make([]uint8, boxes)}
	for i, g := range groups {
		p.colours[i] = slices.MaxFunc(g.shades, func(a, b shade) int { return cmp.Compare(a.weight, b.weight) }).colour
	}
	for _, s := range all {
		p.index[s.box] = p.nearest(s.colour, len(groups))
	}
	return p
}

// nearest returns which of the first n colours is nearest.
func (p *palette) nearest(c [3]uint8, n int) uint8 {
	best, least := 0, math.MaxInt
	for i, other := range p.colours[:n] {
		distance := 0
		for k := range 3 {
			d := int(c[k]) - int(other[k])
			distance += d * d
		}
		if distance < least {
			best, least = i, distance
		}
	}
	return uint8(best)
}

// group is shades that one colour may stand for.
type group struct {
	shades  []shade
	channel int     // across which it spreads most
	mean    float64 // of that channel
	spread  float64 // Σ weight (level − mean)² over that channel
}

func newGroup(shades []shade) group {
	g := group{shades: shades, spread: -1}
	for channel := range 3 {
		weight, sum := 0.0, 0.0
		for _, s := range shades {
			weight += s.weight
			sum += s.weight * float64(s.colour[channel])
		}
		mean, spread := sum/weight, 0.0
		for _, s := range shades {
			d := float64(s.colour[channel]) - mean
			spread += s.weight * d * d
		}
		if spread < 0.1 { // two shades a level apart have 0.5; the rest is rounding
			spread = 0
		}
		if spread > g.spread {
			g.channel, g.mean, g.spread = channel, mean, spread
		}
	}
	return g
}

// split parts the group at its mean, which lies between two levels of its channel.
func (g group) split() (low, high group) {
	var below, above []shade
	for _, s := range g.shades {
		if float64(s.colour[g.channel]) <= g.mean {
			below = append(below, s)
		} else {
			above = append(above, s)
		}
	}
	return newGroup(below), newGroup(above)
}
