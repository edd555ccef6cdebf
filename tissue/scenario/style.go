package scenario

import (
	"regexp"
	"strings"

	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/quantity"
)

// style decodes how what stands around a panel looks: units, the name of the densities, and
// the scale bar.
func (d *decoder) style(f fields, k panelKeys, p *Panel) {
	if v, ok := f.get("time_unit"); ok && k.has("time_unit") {
		p.TimeUnit, _ = v.choice("s", "min", "h", "d")
	}
	if v, ok := f.get("label"); ok && k.has("label") {
		p.Label, _ = v.str()
		if p.Kind == VolumePanel && len(p.Channels) > 1 {
			d.fault(v.key, v.path, "several substrates have a colour bar each: want one substrate")
		}
	}
	if v, ok := f.get("unit"); ok && k.has("unit") {
		p.Unit = d.shownUnit(v, f, p)
	}
	if v, ok := f.get("scalebar"); ok && k.has("scalebar") {
		p.Scalebar = d.scalebar(v, p)
	}
}

// shownUnit decodes the unit that the labels of densities have.
func (d *decoder) shownUnit(v value, f fields, p *Panel) string {
	if f.has("columns") || f.has("variable") {
		d.fault(v.key, v.path, "want it for densities alone")
		return ""
	}
	for _, c := range p.Channels {
		s := d.model().Substrates[c.Substrate]
		if s.Unit != tissue.Nanomolar {
			v.fault("%s: %s is in %s: want a unit for molar densities alone", v.written(), s.Name, s.Unit)
			return ""
		}
	}
	word, ok := v.choice("M", "mM", "uM", "µM", "nM", "pM", "fM")
	if !ok {
		return ""
	}
	return strings.Replace(word, "uM", "µM", 1)
}

// scalebar decodes how the scale bar of a picture looks.
func (d *decoder) scalebar(v value, p *Panel) (s Scalebar) {
	f, ok := v.fields("{length: 50 um, corner: lower left}", "length", "corner", "color", "plate")
	if !ok {
		return s
	}
	if p.Camera.Perspective {
		d.fault(v.key, v.path, "seen in perspective no length is the same everywhere: want camera: {perspective: false}")
	}
	if v, ok := f.get("length"); ok {
		s.Length, ok = v.positive(quantity.Length)
		if most := d.widest(p) / 2; ok && d.gridSound && s.Length > most {
			v.fault("%s: want at most half of the picture's width, %s", v.written(), um(most))
		}
	}
	if v, ok := f.get("corner"); ok {
		s.Corner, _ = v.choice("lower right", "lower left", "upper right", "upper left")
	}
	if v, ok := f.get("color"); ok {
		s.Color = v.colour()
	}
	if v, ok := f.get("plate"); ok {
		plate, ok := v.boolean()
		s.Bare = ok && !plate
	}
	return s
}

// widest returns the width of what a picture shows, µm: of a volume its longest edge.
func (d *decoder) widest(p *Panel) float64 {
	size := d.model().Grid.Size()
	switch {
	case p.Kind == VolumePanel:
		return max(size[0], size[1], size[2])
	case p.Plane.Axis == 0:
		return size[1]
	}
	return size[0]
}

var hexColour = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

// colour returns a colour as #rrggbb.
func (v value) colour() string {
	text, ok := v.str()
	switch {
	case !ok:
	case text == "white":
		return "#ffffff"
	case text == "black":
		return "#000000"
	case !hexColour.MatchString(text):
		v.fault(`%s: want white, black or a colour as "#ff00ff", in quotes`, v.written())
	}
	return text
}
