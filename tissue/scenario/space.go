package scenario

import (
	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue/quantity"
)

// What a picture in space can show at a time.
const (
	mostVolumes  = 4
	mostSurfaces = 8
	mostPlanes   = 8
)

// space decodes what a picture in space has.
func (d *decoder) space(f fields, k panelKeys, p *Panel) {
	if !k.has("camera") {
		return
	}
	if d.model().Grid.Planar {
		f.fault("a 2D domain has no depth: want slice in place of %s", p.Kind)
		return
	}
	if len(p.Channels) > mostVolumes {
		v, _ := f.get("substrates")
		v.fault("%d substrates: want at most %d in one %s", len(p.Channels), mostVolumes, p.Kind)
	}
	if len(p.Channels) > 1 {
		p.Colormap = ""
		if v, ok := f.get("colormap"); ok {
			d.fault(v.key, v.path, "several substrates have a colour each: want color in the entries of substrates")
		}
	}
	p.Camera, p.Opacity = Camera{Azimuth: 30, Elevation: 24, Zoom: 1}, 1
	if v, ok := f.get("camera"); ok {
		d.camera(v, &p.Camera)
	}
	if v, ok := f.get("opacity"); ok {
		const most = 100
		if p.Opacity, ok = v.in(quantity.Dimensionless); ok && !(p.Opacity >= 0 && p.Opacity <= most) {
			v.fault("%s: want 0, no fog, to %d; 1 is the default", v.written(), most)
		}
	}
	if v, ok := f.get("surfaces"); ok {
		d.surfaces(v, p)
	}
	if v, ok := f.get("planes"); ok {
		d.planes(v, p)
	}
}

// surfaces decodes the levels at which each of the substrates has a surface.
func (d *decoder) surfaces(v value, p *Panel) {
	if len(p.Channels) == 0 {
		return
	}
	p.Surfaces = levels(v, func(v value) (float64, bool) { return d.density(v, p.Channels[0].Substrate) })
	if n := len(p.Surfaces.At) * len(p.Channels); n > mostSurfaces {
		v.fault("%d surfaces: want at most %d", n, mostSurfaces)
	}
	for _, c := range p.Channels {
		first, other := d.model().Substrates[p.Channels[0].Substrate], d.model().Substrates[c.Substrate]
		if len(p.Surfaces.At) > 0 && other.Unit != first.Unit {
			v.fault("%s is in %s and %s in %s, which have no density in common: want auto", first.Name, first.Unit, other.Name, other.Unit)
			return
		}
	}
}

// planes decodes the slices inside a volume.
func (d *decoder) planes(v value, p *Panel) {
	items, _ := v.list("[z=mid]")
	if len(items) > mostPlanes {
		v.fault("%d planes: want at most %d", len(items), mostPlanes)
	}
	if len(p.Channels) > 1 {
		v.fault("of several substrates, which would hide each other: want one substrate")
	}
	for _, item := range items {
		p.Planes = append(p.Planes, d.plane(item))
	}
}

func (d *decoder) camera(v value, c *Camera) {
	f, ok := v.fields("{azimuth: 30 deg, elevation: 24 deg}", "azimuth", "elevation", "zoom", "perspective", "aim")
	if !ok {
		return
	}
	if v, ok := f.get("azimuth"); ok {
		c.Azimuth, _ = v.suffixed("30 deg", "deg", "°")
	}
	if v, ok := f.get("elevation"); ok {
		if c.Elevation, ok = v.suffixed("24 deg", "deg", "°"); ok && !(c.Elevation >= -90 && c.Elevation <= 90) {
			v.fault("%s: want -90 deg to 90 deg", v.written())
		}
	}
	if v, ok := f.get("zoom"); ok {
		if c.Zoom, ok = v.positive(quantity.Dimensionless); ok && c.Zoom > 100 {
			v.fault("%s: want at most 100", v.written())
		}
	}
	if v, ok := f.get("perspective"); ok {
		c.Perspective, _ = v.boolean()
	}
	if v, ok := f.get("aim"); ok {
		size := d.model().Grid.Size()
		c.Aim = r3.Sub(d.end(v), r3.Scale(0.5, r3.Vec{X: size[0], Y: size[1], Z: size[2]}))
	}
}
