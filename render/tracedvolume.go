package render

import (
	"image/color"
	"math"

	"github.com/cytofield/cytofield/render/colormap"
	"github.com/cytofield/cytofield/tissue"
)

// array is where voxels are in a field.
type array struct {
	last   [3]float64 // centre of the last voxel along each axis, in voxels from the first
	lower  [3]int     // largest position of the lower of two voxels along each axis
	stride [3]int     // from a voxel to that after it
	next   [3]int     // as stride; 0 along axes of one voxel
}

func newArray(g tissue.Grid) array {
	var a array
	stride := 1
	for axis, n := range g.Shape {
		a.last[axis], a.lower[axis], a.stride[axis] = float64(n-1), max(n-2, 0), stride
		if n > 1 {
			a.next[axis] = stride
		}
		stride *= n
	}
	return a
}

// low returns how far the lower of two voxels along an axis is from the first in the array,
// and the share of the way from it to the next, of a place between them; beyond the centres
// of the outermost it is theirs.
func (a *array) low(axis int, place float64) (index int, share float64) {
	if place < 0 {
		place = 0
	}
	if place > a.last[axis] {
		place = a.last[axis]
	}
	low := min(int(place), a.lower[axis])
	return a.stride[axis] * low, place - float64(low)
}

type tracedVolume struct {
	values     []float64
	scale      Scale
	perRange   float64 // the inverse of the scale's extent, or of its logarithm
	fog        bool
	look       []look
	haze       []haze
	logarithms *logarithms
}

// look is the colour, and the absorption, 1/µm, at an entry of a table over the scale.
type look struct {
	colour     [3]float64
	absorption float64
}

// haze is what fog adds to a ray: red, green and blue times absorption, and that, 1/µm.
type haze [4]float64

func (l look) haze() haze {
	return haze{l.absorption * l.colour[0], l.absorption * l.colour[1], l.absorption * l.colour[2], l.absorption}
}

// looks samples the volume's colours and absorption over its scale.
func (v Volume) looks() []look {
	all := make([]look, colormap.Size)
	for i, c := range v.Map.Table() {
		all[i] = look{fractions(c), v.Opacity.at(float64(i) / (colormap.Size - 1))}
	}
	return all
}

func fractions(c color.RGBA) [3]float64 {
	return [3]float64{float64(c.R) / 255, float64(c.G) / 255, float64(c.B) / 255}
}

// colour interpolates between the entries.
func (v *tracedVolume) colour(density float64) (c [3]float64) {
	i, share := v.entry(density)
	for k := range c {
		c[k] = v.look[i].colour[k] + share*(v.look[i+1].colour[k]-v.look[i].colour[k])
	}
	return c
}

// add adds the haze of a density.
func (h *haze) add(v *tracedVolume, density float64) {
	i, share := v.entry(density)
	low, high := &v.haze[i], &v.haze[i+1]
	h[0] += low[0] + share*(high[0]-low[0])
	h[1] += low[1] + share*(high[1]-low[1])
	h[2] += low[2] + share*(high[2]-low[2])
	h[3] += low[3] + share*(high[3]-low[3])
}

// entry returns the lower of the entries that a density lies between, and its share of the
// way to the next.
func (v *tracedVolume) entry(density float64) (i int, share float64) {
	place := v.position(density) * (colormap.Size - 1)
	i = min(int(place), colormap.Size-2)
	return i, place - float64(i)
}

// position is Scale.Position with one logarithm, for it is what a ray spends its
// time on.
func (v *tracedVolume) position(density float64) float64 {
	switch s := &v.scale; {
	case !(density > s.Low):
		return 0
	case density >= s.High:
		return 1
	case s.Log:
		return v.logarithms.of(density/s.Low) * v.perRange
	default:
		return (density - s.Low) * v.perRange
	}
}

// densityAt is density at a place.
func (t *tracer) densityAt(volume int, at [3]float64) float64 {
	return t.density(&t.volumes[volume], at[0], at[1], at[2])
}

// density is trilinear as Sample's. Beside a voxel without a number it is that of
// the voxel it lies in.
func (t *tracer) density(v *tracedVolume, x, y, z float64) float64 {
	west, x := t.voxels.low(0, x)
	south, y := t.voxels.low(1, y)
	below, z := t.voxels.low(2, z)
	base := west + south + below
	east, north, above := t.voxels.next[0], t.voxels.next[1], t.voxels.next[2]
	values := v.values[base : base+east+north+above+1]
	a := values[0] + x*(values[east]-values[0])
	b := values[north] + x*(values[east+north]-values[north])
	a += y * (b - a)
	values = values[above:]
	c := values[0] + x*(values[east]-values[0])
	d := values[north] + x*(values[east+north]-values[north])
	c += y * (d - c)
	a += z * (c - a)
	if a != a {
		return t.nearest(v, base, [3]float64{x, y, z})
	}
	return a
}

// nearest is the density of the voxel that a place lies in, by its shares of the way from
// the voxel at an index to the next along each axis.
func (t *tracer) nearest(v *tracedVolume, index int, share [3]float64) float64 {
	for axis := range share {
		if share[axis] >= 0.5 {
			index += t.voxels.next[axis]
		}
	}
	return v.values[index]
}

// mantissas is how many of the logarithms of mantissas are kept.
const mantissas = 1 << 11

// logarithms are those of 1 to 2.
type logarithms [mantissas + 1]float64

func newLogarithms() *logarithms {
	table := &logarithms{}
	for i := range table {
		table[i] = math.Log1p(float64(i) / mantissas)
	}
	return table
}

// of returns ln v of a normal number above 0, to 3e-8: straight lines between those of
// mantissas.
func (l *logarithms) of(v float64) float64 {
	const mantissaBits, bias = 52, 1023
	bits := math.Float64bits(v)
	exponent := int(bits>>mantissaBits) - bias
	place := (math.Float64frombits(bits&(1<<mantissaBits-1)|bias<<mantissaBits) - 1) * mantissas
	i := int(place)
	return float64(exponent)*math.Ln2 + l[i] + (place-float64(i))*(l[i+1]-l[i])
}
