package scenario

import (
	"strconv"
	"strings"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/quantity"
)

// panel writes an entry of output.frames, but for its time.
func (w *writer) panel(p Panel) {
	kinds := panelKinds()
	var k panelKeys
	for _, k = range kinds {
		if k.kind == p.Kind {
			break
		}
	}
	w.line(2, "- kind: %s", p.Kind)
	w.title(p)
	if len(p.Hide) > 0 {
		var words []string
		for _, f := range p.Hide {
			words = append(words, string(f))
		}
		w.line(3, "hide: [%s]", strings.Join(words, ", "))
	}
	w.style(p)
	if p.Molecules {
		w.line(3, "molecules: true")
	}
	w.channels(p, k)
	w.extent(p, k)
	if p.Colormap != "" {
		w.line(3, "colormap: %s", p.Colormap)
	}
	if k.has("scale") {
		w.line(3, "scale: %s", map[bool]string{false: "linear", true: "log"}[p.Log])
	}
	if p.Blocks {
		w.line(3, "smooth: false")
	}
	w.marks(p, k)
	w.space(p, k)
	switch p.Kind {
	case RadialPanel:
		w.line(3, "around: %s", yamlText(w.model().CellTypes[p.Around].Name))
		if p.Distance > 0 {
			w.line(3, "distance: %s", um(p.Distance))
		}
	case HistogramPanel:
		if p.Variable != "" {
			w.line(3, "variable: %s", yamlText(p.Variable))
		}
		if p.Bins > 0 {
			w.line(3, "bins: %d", p.Bins)
		}
	}
}

// title writes the title of a panel, and how it is set where that is not left to the picture.
func (w *writer) title(p Panel) {
	if p.TitleStyle == (TitleStyle{}) {
		if p.Title != "" {
			w.line(3, "title: %s", yamlText(p.Title))
		}
		return
	}
	keys := lettered(p.TitleStyle.Lettering)
	if p.Title != "" {
		keys = append([]string{"text: " + yamlText(p.Title)}, keys...)
	}
	if p.TitleStyle.Centred {
		keys = append(keys, "align: center")
	}
	w.line(3, "title: {%s}", strings.Join(keys, ", "))
}

// lettered are the keys of a lettering.
func lettered(l Lettering) (keys []string) {
	if l.Size > 0 {
		keys = append(keys, "size: "+quantity.Format(l.Size, "pt"))
	}
	if l.Color != "" {
		keys = append(keys, "color: "+strconv.Quote(l.Color))
	}
	return keys
}

// style writes how what stands around a panel looks, where that is not left to the picture.
func (w *writer) style(p Panel) {
	if p.Label != "" {
		w.line(3, "label: %s", yamlText(p.Label))
	}
	if p.Unit != "" {
		w.line(3, "unit: %s", p.Unit)
	}
	if p.TimeUnit != "" {
		w.line(3, "time_unit: %s", p.TimeUnit)
	}
	var bar []string
	if p.Scalebar.Length > 0 {
		bar = append(bar, "length: "+um(p.Scalebar.Length))
	}
	if p.Scalebar.Corner != "" {
		bar = append(bar, "corner: "+p.Scalebar.Corner)
	}
	if p.Scalebar.Color != "" {
		bar = append(bar, "color: "+strconv.Quote(p.Scalebar.Color))
	}
	if p.Scalebar.Bare {
		bar = append(bar, "plate: false")
	}
	if p.Scalebar.Size > 0 {
		bar = append(bar, "size: "+quantity.Format(p.Scalebar.Size, "pt"))
	}
	if len(bar) > 0 {
		w.line(3, "scalebar: {%s}", strings.Join(bar, ", "))
	}
	stamps, colorbar := lettered(p.Stamps.Lettering), lettered(p.Colorbar.Lettering)
	if p.Stamps.Corner != "" {
		stamps = append(stamps, "corner: "+p.Stamps.Corner)
	}
	if len(stamps) > 0 {
		w.line(3, "stamps: {%s}", strings.Join(stamps, ", "))
	}
	if p.Colorbar.Below {
		colorbar = append(colorbar, "side: below")
	}
	if len(colorbar) > 0 {
		w.line(3, "colorbar: {%s}", strings.Join(colorbar, ", "))
	}
}

func (w *writer) channels(p Panel, k panelKeys) {
	if len(p.Channels) == 0 {
		return
	}
	if !k.has("substrates") {
		c := p.Channels[0]
		w.line(3, "substrate: %s", yamlText(w.model().Substrates[c.Substrate].Name))
		w.line(3, "range: %s", w.span(c, p.Molecules))
		return
	}
	w.line(3, "substrates:")
	for _, c := range p.Channels {
		w.line(4, "- substrate: %s", yamlText(w.model().Substrates[c.Substrate].Name))
		if c.Color != "" {
			w.line(5, "color: %q", c.Color)
		}
		w.line(5, "range: %s", w.span(c, false))
	}
}

func (w *writer) span(c Channel, molecules bool) string {
	s := w.model().Substrates[c.Substrate]
	switch {
	case c.Range.Own:
		return "own"
	case c.Range.Automatic():
		return "auto"
	case molecules:
		return "[" + quantity.Format(c.Range.Low, "") + ", " + quantity.Format(c.Range.High, "") + "]"
	}
	return "[" + densityText(c.Range.Low, s) + ", " + densityText(c.Range.High, s) + "]"
}

func planeText(p Plane) string { return tissue.AxisName(p.Axis) + "=" + um(p.Position) }

func (w *writer) extent(p Panel, k panelKeys) {
	switch {
	case p.Projection != "":
		w.line(3, "along: %s", tissue.AxisName(p.Plane.Axis))
		w.line(3, "of: %s", p.Projection)
	case k.has("slice"):
		w.line(3, "slice: %s", planeText(p.Plane))
	case k.has("from"):
		w.line(3, "from: %s", w.end(p.From))
		w.line(3, "to: %s", w.end(p.To))
	}
}

func (w *writer) end(at r3.Vec) string {
	all := []string{um(at.X), um(at.Y), um(at.Z)}
	if w.model().Grid.Planar {
		all = all[:2]
	}
	return "[" + strings.Join(all, ", ") + "]"
}

func (w *writer) levels(key string, l Levels, text func(level float64) string) {
	if l.Auto {
		w.line(3, "%s: auto", key)
		return
	}
	var all []string
	for _, level := range l.At {
		all = append(all, text(level))
	}
	if len(all) > 0 {
		w.line(3, "%s: [%s]", key, strings.Join(all, ", "))
	}
}

func (w *writer) marks(p Panel, k panelKeys) {
	if k.has("lines_of") {
		w.line(3, "lines_of: %s", yamlText(w.model().Substrates[p.Lined].Name))
	}
	if k.has("contours") {
		w.levels("contours", p.Contours, func(level float64) string {
			if p.Molecules {
				return quantity.Format(level, "")
			}
			return densityText(level, w.model().Substrates[p.Lined])
		})
	}
	if p.Arrows != NoArrows {
		w.line(3, "arrows: %s", p.Arrows)
	}
	if p.Regions {
		w.line(3, "regions: true")
	}
	switch {
	case !k.has("cells"):
	case !p.Cells.Shown:
		w.line(3, "cells: false")
	default:
		keys := []string{"by: " + yamlText(p.Cells.By)}
		if p.Cells.Colormap != "" {
			keys = append(keys, "colormap: "+p.Cells.Colormap)
		}
		if !p.Cells.Range.Automatic() {
			keys = append(keys, "range: ["+quantity.Format(p.Cells.Range.Low, "")+", "+quantity.Format(p.Cells.Range.High, "")+"]")
		}
		var names []string
		for _, t := range p.Cells.Types {
			names = append(names, yamlText(w.model().CellTypes[t].Name))
		}
		if len(names) > 0 {
			keys = append(keys, "types: ["+strings.Join(names, ", ")+"]")
		}
		w.line(3, "cells: {%s}", strings.Join(keys, ", "))
	}
}

func (w *writer) space(p Panel, k panelKeys) {
	if !k.has("camera") {
		return
	}
	number := func(v float64) string { return quantity.Format(v, "") }
	camera := "azimuth: " + number(p.Camera.Azimuth) + " deg, elevation: " + number(p.Camera.Elevation) + " deg, zoom: " + number(p.Camera.Zoom) +
		", perspective: " + strconv.FormatBool(p.Camera.Perspective)
	if p.Camera.Aim != (r3.Vec{}) {
		size := w.model().Grid.Size()
		camera += ", aim: " + w.end(r3.Add(p.Camera.Aim, r3.Scale(0.5, r3.Vec{X: size[0], Y: size[1], Z: size[2]})))
	}
	w.line(3, "camera: {%s}", camera)
	w.line(3, "opacity: %s", number(p.Opacity))
	w.levels("surfaces", p.Surfaces, func(level float64) string {
		return densityText(level, w.model().Substrates[p.Channels[0].Substrate])
	})
	var planes []string
	for _, plane := range p.Planes {
		planes = append(planes, planeText(plane))
	}
	if len(planes) > 0 {
		w.line(3, "planes: [%s]", strings.Join(planes, ", "))
	}
}
