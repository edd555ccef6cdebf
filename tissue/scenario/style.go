package scenario

import (
	"regexp"
	"slices"
	"strings"

	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/quantity"
)

// furnishing is how what stands around the panels of a figure looks where they do not say it.
type furnishing struct {
	stamps   StampStyle
	scalebar Scalebar
	colorbar BarStyle
}

// furnish decodes what a figure says for all of its panels.
func (d *decoder) furnish(f fields) {
	if v, ok := f.get("stamps"); ok {
		d.usual.stamps = v.stamps()
	}
	if v, ok := f.get("scalebar"); ok {
		if f, ok := v.fields("{corner: lower left}", "corner", "color", "plate", "size"); ok {
			d.usual.scalebar = scalebarLook(f)
		}
	}
	if v, ok := f.get("colorbar"); ok {
		d.usual.colorbar = v.colorbar()
	}
}

// style decodes how what stands around a panel looks: units, the name of the densities, the
// scale bar, the stamps and the colour bars.
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
	} else if k.has("scalebar") && !p.Camera.Perspective {
		p.Scalebar = d.usual.scalebar
	}
	if k.has("stamps") {
		p.Stamps = d.usual.stamps
		if v, ok := f.get("stamps"); ok {
			p.Stamps = v.stamps()
		}
		d.apart(f, p)
	}
	if k.has("colorbar") {
		d.colorbar(f, p)
	}
}

// apart reports stamps in the corner of the scale bar.
func (d *decoder) apart(f fields, p *Panel) {
	corner := p.Scalebar.Corner
	if corner == "" && (p.Kind != VolumePanel || p.Scalebar != Scalebar{}) {
		corner = "lower right"
	}
	hidden := slices.Contains(p.Hide, ScalebarFurniture) || slices.Contains(p.Hide, StampsFurniture)
	if p.Stamps.Corner != "" && p.Stamps.Corner == corner && !hidden {
		f.fault("stamps and scale bar are both in the %s corner: want another one, or hide: scalebar", corner)
	}
}

// colorbar decodes how the colour bars of a panel look.
func (d *decoder) colorbar(f fields, p *Panel) {
	p.Colorbar = d.usual.colorbar
	v, given := f.get("colorbar")
	if given {
		p.Colorbar = v.colorbar()
	}
	if p.Kind == MatrixPanel && p.Colorbar.Below {
		p.Colorbar.Below = false
		if given {
			v.fault("the names of columns stand below a matrix: want side: right")
		}
	}
}

// title decodes a title: its text, or a mapping that also says how it is set.
func (v value) title() (text string, s TitleStyle) {
	if v.kind != mapping {
		text, _ = v.str()
		return text, s
	}
	f, ok := v.fields("{text: Niches, size: 9 pt}", "text", "size", "color", "align")
	if !ok {
		return "", s
	}
	if v, ok := f.get("text"); ok {
		text, _ = v.str()
	}
	s.Lettering = lettering(f)
	if v, ok := f.get("align"); ok {
		word, _ := v.choice("left", "center")
		s.Centred = word == "center"
	}
	return text, s
}

// letters decodes which letters panels have, or a mapping that also says how they are set.
func (v value) letters(usual string) (letters string, l Lettering) {
	kinds := []string{"none", "a", "A"}
	if v.kind != mapping {
		letters, _ = v.choice(kinds...)
		return letters, l
	}
	f, ok := v.fields("{as: A, size: 9 pt}", "as", "size", "color")
	if !ok {
		return usual, l
	}
	if v, ok := f.get("as"); ok {
		usual, _ = v.choice(kinds...)
	}
	return usual, lettering(f)
}

// stamps decodes how the stamps of time and place are set, and where.
func (v value) stamps() (s StampStyle) {
	f, ok := v.fields("{corner: upper left, size: 6 pt}", "corner", "size", "color")
	if !ok {
		return s
	}
	s.Lettering = lettering(f)
	if v, ok := f.get("corner"); ok {
		s.Corner, _ = v.choice(corners()...)
	}
	return s
}

// colorbar decodes how colour bars are set, and where.
func (v value) colorbar() (s BarStyle) {
	f, ok := v.fields("{size: 6 pt, side: below}", "size", "color", "side")
	if !ok {
		return s
	}
	s.Lettering = lettering(f)
	if v, ok := f.get("side"); ok {
		word, _ := v.choice("right", "below")
		s.Below = word == "below"
	}
	return s
}

// lettering decodes the size and the colour of words.
func lettering(f fields) (l Lettering) {
	if v, ok := f.get("size"); ok {
		l.Size = v.points()
	}
	if v, ok := f.get("color"); ok {
		l.Color = v.colour()
	}
	return l
}

// points decodes a size of letters.
func (v value) points() float64 {
	size, ok := v.suffixed("7 pt", "pt")
	if ok && !(size >= 3 && size <= 72) {
		v.fault("%s: want 3 pt to 72 pt; journals ask for 5 pt to 8 pt", v.written())
	}
	return size
}

func corners() []string { return []string{"lower right", "lower left", "upper right", "upper left"} }

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
	f, ok := v.fields("{length: 50 um, corner: lower left}", "length", "corner", "color", "plate", "size")
	if !ok {
		return s
	}
	s = scalebarLook(f)
	if p.Camera.Perspective {
		d.fault(v.key, v.path, "seen in perspective no length is the same everywhere: want camera: {perspective: false}")
	}
	if v, ok := f.get("length"); ok {
		s.Length, ok = v.positive(quantity.Length)
		if most := d.widest(p) / 2; ok && d.gridSound && s.Length > most {
			v.fault("%s: want at most half of the picture's width, %s", v.written(), um(most))
		}
	}
	return s
}

// scalebarLook decodes how a scale bar looks, but for its length.
func scalebarLook(f fields) (s Scalebar) {
	if v, ok := f.get("corner"); ok {
		s.Corner, _ = v.choice(corners()...)
	}
	if v, ok := f.get("color"); ok {
		s.Color = v.colour()
	}
	if v, ok := f.get("plate"); ok {
		plate, ok := v.boolean()
		s.Bare = ok && !plate
	}
	if v, ok := f.get("size"); ok {
		s.Size = v.points()
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
