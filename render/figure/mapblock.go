package figure

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"
	"strconv"

	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/render/colormap"
	"github.com/cytofield/cytofield/tissue"
)

const (
	flattest = 8.0 // widest ratio of the map's sides that is drawn to scale
	tallest  = 6.0

	longMap = 5000.0 // µm, from which on its axes are in mm
)

// mapBlock is a map that is being laid out.
type mapBlock struct {
	Map
	first  *render.Plane // whose geometry is that of the map
	shown  [2]float64    // factors from the plane's units to those of the axes
	space  bool          // both axes are of space
	colour []*bar
	lying  bool // the bars lie under the map
	holes  bool // there are voxels without a value
}

func (m Map) block() (block, error) {
	b := &mapBlock{Map: m, first: m.Plane}
	if len(m.Channels) > 0 {
		b.first = m.Channels[0].Plane
	}
	if err := b.checkPlanes(); err != nil {
		return nil, fmt.Errorf("map %q: %w", m.Title, err)
	}
	if err := errors.Join(b.setAxes(), b.setBars(), b.checkCells()); err != nil {
		return nil, fmt.Errorf("map %q: %w", m.Title, err)
	}
	return b, nil
}

func (b *mapBlock) checkPlanes() error {
	planes, colours := []*render.Plane{b.Plane}, render.ChannelColours()
	b.Channels = append([]Channel(nil), b.Channels...)
	if len(b.Channels) > 0 {
		planes = nil
	}
	for i := range b.Channels {
		c := &b.Channels[i]
		planes = append(planes, c.Plane)
		if c.Color == (color.RGBA{}) {
			c.Color = colours[i%len(colours)]
		}
	}
	for _, p := range planes {
		if p == nil || p.Width < 1 || p.Height < 1 || len(p.Values) != p.Width*p.Height {
			return errors.New("no plane of densities")
		}
		if width, height := p.Size(); !(width > 0 && height > 0) || math.IsInf(width, 0) || math.IsInf(height, 0) {
			return fmt.Errorf("a plane of %g by %g µm: want positive lengths", width, height)
		}
		if p.Width != b.first.Width || p.Height != b.first.Height || p.Spacing != b.first.Spacing {
			return fmt.Errorf("channels of %d by %d and %d by %d voxels: want planes of one size", b.first.Width, b.first.Height, p.Width, p.Height)
		}
	}
	for i := range b.first.Values {
		none := !slices.ContainsFunc(planes, func(p *render.Plane) bool { return p.Values[i] == p.Values[i] })
		b.holes = b.holes || none
	}
	return nil
}

func (b *mapBlock) setAxes() error {
	right, up := b.first.Slice.Across()
	width, height := b.first.Size()
	b.space = true
	var faults []error
	for i, axis := range []*MapAxis{&b.X, &b.Y} {
		if axis.Unit == "" && axis.Quantity == "" {
			axis.Quantity, axis.Unit = tissue.AxisName([]int{right, up}[i]), "µm"
			if max(width, height) >= longMap && axis.Shown == "" {
				axis.Shown = "mm"
			}
		}
		b.space = b.space && isLength(axis.Unit)
		factor, err := conversion(axis.Unit, axis.Shown)
		b.shown[i] = factor
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}

func (b *mapBlock) setBars() error {
	for i := range b.Channels {
		c := &b.Channels[i]
		if c.Scale.Low == 0 && c.Scale.High == 0 {
			c.Scale = render.AutoScale(c.Plane, c.Scale.Log)
		}
		if err := c.Scale.Validate(); err != nil {
			return err
		}
		if _, _, err := shownUnit(c.Unit, c.Shown, c.Scale); err != nil {
			return err
		}
	}
	if len(b.Channels) == 0 {
		if b.Colors.IsZero() {
			b.Colors = colormap.Viridis()
		}
		if b.Scale.Low == 0 && b.Scale.High == 0 {
			b.Scale = render.AutoScale(b.Plane, b.Scale.Log)
		}
		c := ColorBar{Colors: b.Colors, Scale: b.Scale, Quantity: b.Quantity, Unit: b.Unit, Shown: b.Shown, Label: b.Label}
		c.Below, c.Above = Beyond(b.Plane, b.Scale)
		if err := b.addBar(c); err != nil {
			return err
		}
	}
	if b.CellValues != nil {
		if b.CellBar.Colors.IsZero() {
			b.CellBar.Colors = colormap.Viridis()
		}
		return b.addBar(b.CellBar)
	}
	return nil
}

func (b *mapBlock) addBar(c ColorBar) error {
	if c.Style == (BarStyle{}) {
		c.Style = b.Style.Bars
	}
	bar, err := newBar(c)
	if err == nil && b.Hide&ColorBars == 0 {
		b.colour = append(b.colour, bar)
	}
	return err
}

func (b *mapBlock) checkCells() error {
	if b.CellValues != nil && len(b.CellValues) != len(b.Cells) {
		return fmt.Errorf("%d values of %d cells: want one each", len(b.CellValues), len(b.Cells))
	}
	for _, d := range b.Cells {
		if b.CellValues == nil && (int(d.Type) < 0 || int(d.Type) >= len(b.CellTypes)) {
			return fmt.Errorf("a cell of type %d of %d", d.Type, len(b.CellTypes))
		}
	}
	return nil
}

func (b *mapBlock) bars() []*bar { return b.colour }

// aspect is that of the plane. Beyond a ratio of 1:8 or 6:1 it is stretched, and the
// axes tell.
func (b *mapBlock) aspect() (wide, least float64) {
	if !b.space {
		return 0, 0
	}
	w, h := b.first.Size()
	a := min(max(w/h, 1/tallest), flattest)
	return a, a
}

func (b *mapBlock) heading() heading {
	h := heading{style: b.Style}
	if b.Hide&Titles == 0 {
		h.title = b.Title
	}
	if b.Hide&Stamps != 0 {
		return h
	}
	if !math.IsNaN(b.Time) {
		h.left = timeStamp(b.Time, b.TimeUnit)
	}
	switch {
	case b.Place != "":
		h.right = plain(b.Place)
	case b.space && b.first.Projection != render.Section:
		h.right = plain(b.first.Stamp())
	case b.space && !b.first.Planar:
		h.right = placeStamp(tissue.AxisName(b.first.Slice.Axis), b.first.Position)
	}
	return h
}

// mapLayout is where things lie around a map, em below it, and its axes.
type mapLayout struct {
	x, y      scale
	barTop    float64
	legendTop float64
	legend    []placed
	rows      int
	wants     float64
	below     float64
}

func (b *mapBlock) lay(r *ruler, plot image.Point, words float64) mapLayout {
	oneRow, oneColumn := b.first.Height == 1, b.first.Width == 1
	b.lying = b.lying || b.Style.Bars.Lying || float64(plot.Y) < leastBar*r.em && !oneColumn
	var l mapLayout
	if b.Hide&Axes == 0 {
		l.x, l.y = b.axes(r, plot, oneRow, oneColumn)
	}
	l.below = l.x.below()
	if b.lying {
		l.barTop = l.below + 0.9
		l.below += roomBelow(r, b.colour)
	}
	l.legend, l.rows, l.wants = r.legend(b.keys(r, plot), words)
	if l.rows > 0 {
		l.legendTop = l.below + legendGap
		l.below = l.legendTop + float64(l.rows-1)*legendLead + 1
	}
	return l
}

// axes marks both axes with the same step if that leaves marks on each.
func (b *mapBlock) axes(r *ruler, plot image.Point, oneRow, oneColumn bool) (x, y scale) {
	w, h := b.first.Size()
	x0, y0 := b.X.Start*b.shown[0], b.Y.Start*b.shown[1]
	w, h = w*b.shown[0], h*b.shown[1]
	xStep := linearStep(x0, x0+w, count(float64(plot.X), r.width(plain(number(w, 0)), smallSize*r.em)+1.6*r.em, 7))
	yStep := linearStep(y0, y0+h, count(float64(plot.Y), 2.2*r.em, 7))
	if common := max(xStep, yStep); b.space && b.shown[0] == b.shown[1] && !oneRow && !oneColumn && common <= min(w, h)/2 {
		xStep, yStep = common, common
	}
	if !oneColumn {
		x = scale{marks(x0, x0+w, xStep), func(v float64) float64 { return (v - x0) / w }, b.X.label()}
	}
	if !oneRow {
		y = scale{marks(y0, y0+h, yStep), func(v float64) float64 { return (v - y0) / h }, b.Y.label()}
	}
	return x, y
}

// label names an axis and the unit it shows: "x (µm)".
func (a MapAxis) label() words {
	unit := a.Unit
	if a.Shown != "" {
		unit = a.Shown
	}
	return axisName(a.Quantity, unit)
}

func (b *mapBlock) around(r *ruler, plot image.Point, words float64) (sides, float64) {
	l := b.lay(r, plot, words)
	head := b.heading().lay(r, plot.X, words)
	s := sides{left: l.y.leftOf(r), top: r.px(head.height), bottom: r.px(l.below)}
	s.right = l.x.overhang(r, plot.X)
	wants := max(head.wants, l.wants)
	if !b.lying {
		beside, names := roomBeside(r, b.colour, plot.Y)
		s.right = max(s.right, beside)
		return s.holding(plot, r.width(l.x.label, r.em), append(names, r.width(l.y.label, r.em))...), wants
	}
	return s.holding(plot, r.width(l.x.label, r.em), r.width(l.y.label, r.em)), max(wants, lyingWidth(r, b.colour, plot.X))
}

func (b *mapBlock) draw(s *sheet, plot image.Rectangle, words float64) {
	if len(b.Channels) > 0 {
		s.picture(plot, merged(plot.Size(), b.Channels, b.Nearest))
	} else {
		s.picture(plot, heat(plot.Size(), b.Plane, b.Colors, b.Scale, b.Nearest))
	}
	b.drawOverlays(s, plot)
	if b.space && b.Hide&ScaleBars == 0 {
		b.drawScaleBar(s, plot)
	}
	if h := b.heading(); b.Style.Stamps.Inside {
		s.cornerStamps(plot, b.Style.Stamps, false, h.left, h.right)
	}
	s.frame(plot, s.rule, s.Rule)
	l := b.lay(s.ruler, plot.Size(), words)
	s.axisBelow(plot, l.x)
	s.axisLeft(plot, l.y)
	if b.lying {
		s.barsBelow(plot, plot.Max.Y+s.px(l.barTop), b.colour)
	} else {
		s.barsBeside(plot, b.colour)
	}
	b.heading().draw(s, plot, words)
	s.keys(l.legend, float64(plot.Min.X), float64(plot.Max.Y+s.px(l.legendTop+0.5)))
}

// drawScaleBar puts the scale bar into its corner, if the map has room for it.
func (b *mapBlock) drawScaleBar(s *sheet, plot image.Rectangle) {
	width, _ := b.first.Size()
	micrometres, err := conversion(b.X.Unit, "µm")
	if err != nil {
		return
	}
	length := b.ScaleBar.Length / micrometres
	if length == 0 {
		length = scaleBar(width*micrometres) / micrometres
	}
	s.scaleBar(plot, b.ScaleBar, FormatLength(length*micrometres), math.Round(length/width*float64(plot.Dx())))
}

// scaleBar draws a scale bar, so many pixels long, with its label on a plate.
func (s *sheet) scaleBar(plot image.Rectangle, style ScaleBar, length string, bar float64) {
	em, label := s.em, plain(length)
	size := s.sized(Lettering{Size: style.Size}, smallSize) * em
	text := s.width(label, size)
	const pad, thick, gap = 0.5, 0.18, 0.32
	width := max(bar, text) + 2*pad*em
	height := (2*pad+thick+gap-0.1)*em + capHeight*size
	inset := 0.6 * em
	room := 0.7
	if style.Length > 0 {
		room = 1
	}
	if width+2*inset > room*float64(plot.Dx()) || height+2*inset > float64(plot.Dy()) {
		return
	}
	x1, y1 := float64(plot.Max.X)-inset, float64(plot.Max.Y)-inset
	if style.Corner == LowerLeft || style.Corner == UpperLeft {
		x1 = float64(plot.Min.X) + inset + width
	}
	if style.Corner == UpperLeft || style.Corner == UpperRight {
		y1 = float64(plot.Min.Y) + inset + height
	}
	c := style.Color
	if c == (color.RGBA{}) {
		c = grey(0xff)
	}
	if !style.Bare {
		s.fill(rounded(x1-width, y1-height, x1, y1, 0.22*em), plate(c))
	}
	middle := x1 - width/2
	barTop := int(math.Round(y1 - (pad+thick)*em))
	barLeft := int(math.Round(middle - bar/2))
	s.box(image.Rect(barLeft, barTop, barLeft+int(bar), barTop+max(2, int(math.Round(thick*em)))), solid(c))
	s.text(label, middle-text/2, float64(barTop)-gap*em, size, c)
}

// plate returns what stands behind a scale bar: dark, or light behind dark colours.
func plate(bar color.RGBA) color.NRGBA {
	if isDark(bar) {
		return color.NRGBA{R: 0xff, G: 0xff, B: 0xff, A: 0xb0}
	}
	return color.NRGBA{R: 0x12, G: 0x12, B: 0x16, A: 0xa0}
}

// keys are the entries of the legend.
func (b *mapBlock) keys(r *ruler, plot image.Point) (keys []key) {
	if b.Hide&Legends != 0 {
		return nil
	}
	for _, c := range b.Channels {
		unit, factor, _ := shownUnit(c.Unit, c.Shown, c.Scale)
		name := plain(fmt.Sprintf("%s, %s to %s ", c.Quantity, short(c.Scale.Low*factor), short(c.Scale.High*factor)))
		keys = append(keys, key{append(name, unit...), 2.4, func(s *sheet, x, y float64) { s.ramp(c, x, y) }})
	}
	if b.CellValues == nil {
		keys = append(keys, typeKeys(b.CellTypes)...)
	}
	if len(b.Channels) > 0 && slices.ContainsFunc(b.Contours, func(c Contour) bool { return len(c.Lines) > 0 }) { // else the colour bar says of what they are
		unit, _, _ := shownUnit(b.Unit, b.Shown, b.Scale)
		keys = append(keys, lineKey(densityLabel(b.Quantity, unit), white(b.Contours[0].Color), b.Contours[0].Dashed))
	}
	for _, o := range b.Outlines {
		if o.Name != "" {
			keys = append(keys, lineKey(plain(o.Name), white(o.Color), o.Dashed))
		}
	}
	if len(b.Arrows.At) > 0 {
		keys = append(keys, b.arrowKey(r, plot))
	}
	if b.holes {
		keys = append(keys, key{plain("no value"), 2 * legendDisc, func(s *sheet, x, y float64) {
			d := int(legendDisc * s.em)
			square := image.Rect(int(x), int(y)-d, int(x)+2*d, int(y)+d)
			s.box(square, solid(colormap.Missing()))
			s.frame(square, s.rule, s.Rule)
		}})
	}
	return keys
}

// lineKey names lines on a map.
func lineKey(name words, c color.RGBA, dashed bool) key {
	return key{name, 1.6, func(s *sheet, x, y float64) {
		s.onDark(x, y, 1.6)
		s.overlay(everywhere(), c, dashed, point{x + 0.2*s.em, y}, point{x + 1.4*s.em, y})
	}}
}

func typeKeys(types []CellType) (keys []key) {
	for i, t := range types {
		if t.Name == "" {
			continue
		}
		keys = append(keys, key{plain(t.Name), 2 * legendDisc, func(s *sheet, x, y float64) {
			s.cell(everywhere(), x+legendDisc*s.em, y, legendDisc*s.em, t.Shown(i))
		}})
	}
	return keys
}

// short prints three digits of v, as a plain number up to a million.
func short(v float64) string {
	text := strconv.FormatFloat(v, 'g', 3, 64)
	rounded, err := strconv.ParseFloat(text, 64)
	if err != nil || math.Abs(rounded) < 1000 || math.Abs(rounded) >= 1e6 {
		return text
	}
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}

// Shown returns the colour of the i-th type.
func (t CellType) Shown(i int) color.RGBA {
	if t.Color != (color.RGBA{}) {
		return t.Color
	}
	return Palette(i)
}
