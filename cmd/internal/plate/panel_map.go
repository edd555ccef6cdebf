package plate

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strconv"

	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/render/colormap"
	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/scenario"
)

func (p *picture) slice() render.Slice {
	return render.Slice{Axis: p.spec.Plane.Axis, Index: p.spec.Plane.Index}
}

// takeMap reduces a moment to the planes of a slice, a projection, a merge or a difference,
// and what lies on them.
func (p *picture) takeMap(m moment) (*shot, error) {
	s := &shot{Time: m.at()}
	for _, c := range p.spec.Channels {
		plane, err := p.plane(m, c.Substrate)
		if err != nil {
			return nil, err
		}
		if p.spec.Molecules {
			p.count(plane, c.Substrate)
		}
		s.Planes = append(s.Planes, plane)
	}
	if p.spec.Kind == scenario.DifferencePanel {
		if err := p.subtract(s, m.at()); err != nil {
			return nil, err
		}
	}
	if err := p.takeLines(s, m); err != nil {
		return nil, err
	}
	if p.spec.Cells.Shown {
		return s, p.takeCells(s, m)
	}
	return s, nil
}

// count makes the densities of a layer what its voxels hold in the mean, molecules.
func (p *picture) count(plane *render.Plane, s tissue.SubstrateID) {
	g, labels := p.model.Grid, p.model.Labels()
	volume := g.Spacing[0] * g.Spacing[1] * g.Spacing[2] * p.model.Substrates[s].Unit.AmountPerVolume()
	right, up := plane.Slice.Across()
	var at [3]int
	at[plane.Slice.Axis] = plane.Slice.Index
	for i := range plane.Values {
		at[right], at[up] = i%plane.Width, i/plane.Width
		label := uint8(0)
		if labels != nil {
			label = labels[g.Index(at[0], at[1], at[2])]
		}
		fraction, _ := p.model.MediumOf(label, s)
		plane.Values[i] *= float32(fraction * volume)
	}
}

// plane reduces the densities of a substrate to the plane of the picture.
func (p *picture) plane(m moment, s tissue.SubstrateID) (*render.Plane, error) {
	if p.spec.Projection == "" {
		return m.section(s, p.slice())
	}
	how := render.Maximum
	if p.spec.Projection == scenario.Mean {
		how = render.Mean
	}
	return m.projection(s, p.spec.Plane.Axis, how)
}

// takeLines takes the plane that contours are lines of, and the arrows.
func (p *picture) takeLines(s *shot, m moment) (err error) {
	if len(p.spec.Contours.At) == 0 && !p.spec.Contours.Auto && p.spec.Arrows == scenario.NoArrows {
		return nil
	}
	i := slices.IndexFunc(p.spec.Channels, func(c scenario.Channel) bool { return c.Substrate == p.spec.Lined })
	if i >= 0 {
		s.Lined = s.Planes[i]
	} else if s.Lined, err = p.plane(m, p.spec.Lined); err != nil {
		return err
	}
	if p.spec.Arrows != scenario.NoArrows {
		s.Arrows = p.arrows(s.Lined)
	}
	return nil
}

// subtract takes the plane of the other run, at the same time, from that of a shot.
func (p *picture) subtract(s *shot, time float64) error {
	name := p.model.Substrates[p.spec.Channels[0].Substrate].Name
	if err := p.other.comparable(p.model.Grid); err != nil {
		return err
	}
	id, ok := p.other.model.Substrate(name)
	if !ok {
		return InputError{fmt.Errorf("%s has no substrate %q", p.other.name, name)}
	}
	m, err := p.other.at(time)
	if err != nil {
		return err
	}
	plane, err := p.plane(m, id)
	if err != nil {
		return err
	}
	difference, err := render.Difference(s.Planes[0], plane)
	if err != nil {
		return InputError{err}
	}
	s.Planes[0] = difference
	return nil
}

// takeCells takes the cells that the picture shows, and by what they are coloured.
func (p *picture) takeCells(s *shot, m moment) error {
	people, err := m.people()
	if err != nil {
		return err
	}
	cells := &tissue.Cells{ID: people.ids, Type: people.types, Position: people.positions, Dead: people.dead}
	switch {
	case p.spec.Kind == scenario.VolumePanel:
		const upright = 2
		s.Cells = render.Shadow(cells, p.model.CellTypes, upright)
	case p.spec.Projection != "":
		s.Cells = render.Shadow(cells, p.model.CellTypes, p.spec.Plane.Axis)
	default:
		s.Cells = render.Cut(cells, p.model.CellTypes, p.model.Grid, p.slice())
	}
	s.Cells = slices.DeleteFunc(s.Cells, func(d render.Disc) bool { return !p.drawn[d.Type] })
	if p.spec.Kind == scenario.VolumePanel {
		for _, disc := range s.Cells {
			s.Height = append(s.Height, people.positions[disc.Cell].Z)
		}
	}
	switch p.spec.Cells.By {
	case scenario.ByType:
		return nil
	case scenario.ByState:
		for i := range s.Cells {
			s.Cells[i].Type = state(people.dead[s.Cells[i].Cell])
		}
		return nil
	}
	column, err := people.column(p.spec.Cells.By)
	for _, disc := range s.Cells {
		s.Values = append(s.Values, column[disc.Cell])
	}
	return err
}

// crowd is how many cells of a type in space hide what lies behind them.
const crowd = 200

// drawnTypes are the types of cells that a panel draws: those asked for, or all, but in a
// volume no crowd. What is there at the start of a run decides for all of its pictures.
func drawnTypes(spec scenario.Panel, m *tissue.Model) []bool {
	drawn, count := make([]bool, len(m.CellTypes)), make([]int, len(m.CellTypes))
	for _, t := range m.Cells.Type {
		count[t]++
	}
	for t := range drawn {
		drawn[t] = slices.Contains(spec.Cells.Types, tissue.CellTypeID(t))
		if spec.Cells.Types == nil {
			drawn[t] = spec.Kind != scenario.VolumePanel || count[t] <= crowd
		}
	}
	return drawn
}

// alive and dead are the types of cells in the legend of their states.
const (
	alive tissue.CellTypeID = iota
	dead
)

func state(isDead bool) tissue.CellTypeID {
	if isDead {
		return dead
	}
	return alive
}

// cellBar is the colour bar of cells that are coloured by a column.
func (p *picture) cellBar(all scales) (figure.ColorBar, error) {
	name := p.spec.Cells.Colormap
	if name == "" {
		name = "cividis"
	}
	colors, err := colormap.ByName(name)
	bar := figure.ColorBar{Colors: colors}
	bar.Quantity, bar.Unit = columnWords(p.spec.Cells.By)
	bar.Scale = all.of(p.spec.Cells.Range, p.spec.Cells.By, false)
	return bar, err
}

// kind is what the densities of a channel are, for the scales they share.
func (p *picture) kind(c scenario.Channel) string {
	what := "density"
	switch {
	case p.spec.Kind == scenario.DifferencePanel:
		what = "difference"
	case p.spec.Molecules:
		what = "molecules"
	}
	return what + " of " + p.model.Substrates[c.Substrate].Name + " " + strconv.FormatBool(p.spec.Log)
}

// drawMap makes a map of a shot.
func (p *picture) drawMap(s *shot, all scales) (figure.Panel, error) {
	m := figure.Map{
		Nearest: p.spec.Blocks, Title: p.heading(), Time: p.stamp(s), TimeUnit: p.spec.TimeUnit, Hide: hidden(p.spec.Hide), Cells: s.Cells, CellTypes: p.legend(),
		ScaleBar: p.scaleBar(), Style: p.style(),
	}
	if p.spec.Kind == scenario.MergePanel {
		p.merge(&m, s, all)
	} else if err := p.single(&m, s, all); err != nil {
		return nil, err
	}
	if s.Lined != nil {
		m.Contours = p.contours(s.Lined, m.Scale)
	}
	if len(s.Arrows) > 0 {
		m.Arrows = p.arrowKey(s, all)
	}
	if p.spec.Regions {
		m.Outlines = p.outlines()
	}
	if s.Values != nil {
		bar, err := p.cellBar(all)
		if err != nil {
			return nil, err
		}
		m.CellBar, m.CellValues = bar, s.Values
	}
	if p.spec.Projection != "" {
		m.Place = s.Planes[0].Stamp()
	}
	return m, nil
}

// single fills in the plane of one substrate.
func (p *picture) single(m *figure.Map, s *shot, all scales) (err error) {
	c := p.spec.Channels[0]
	substrate := p.model.Substrates[c.Substrate]
	m.Plane, m.Quantity, m.Unit, m.Shown = s.Planes[0], substrate.Name, string(substrate.Unit), p.spec.Unit
	if m.Colors, err = colormap.ByName(p.spec.Colormap); err != nil {
		return err
	}
	if p.spec.Molecules {
		m.Unit = "molecules per voxel"
	}
	m.Scale = all.of(c.Range, p.kind(c), p.spec.Log, m.Plane)
	if p.spec.Kind == scenario.DifferencePanel {
		m.Quantity = "Δ" + substrate.Name
		m.Scale = all.balanced(c.Range, p.kind(c), m.Plane)
	}
	if p.spec.Label != "" {
		m.Quantity = p.spec.Label
	}
	if p.spec.Kind == scenario.KymographPanel {
		p.axes(m)
	}
	return nil
}

// merge fills in several substrates.
func (p *picture) merge(m *figure.Map, s *shot, all scales) {
	for i, c := range p.spec.Channels {
		substrate := p.model.Substrates[c.Substrate]
		m.Channels = append(m.Channels, figure.Channel{
			Plane: s.Planes[i], Scale: all.of(c.Range, p.kind(c), p.spec.Log, s.Planes[i]), Color: colour(c.Color),
			Quantity: substrate.Name, Unit: string(substrate.Unit), Shown: p.spec.Unit,
		})
	}
	if s.Lined != nil {
		lined := p.model.Substrates[p.spec.Lined]
		m.Quantity, m.Unit, m.Shown = lined.Name, string(lined.Unit), p.spec.Unit
		m.Scale = all.of(p.linedSpan(), p.kind(scenario.Channel{Substrate: p.spec.Lined}), p.spec.Log, s.Lined)
	}
}

// linedSpan is the span of the substrate that contours are of, where it is one of those shown.
func (p *picture) linedSpan() scenario.Span {
	for _, c := range p.spec.Channels {
		if c.Substrate == p.spec.Lined {
			return c.Range
		}
	}
	return scenario.Span{}
}

// scaleBar is how the scale bar looks.
func (p *picture) scaleBar() figure.ScaleBar {
	s := p.spec.Scalebar
	return figure.ScaleBar{Length: s.Length, Corner: corner(s.Corner), Color: colour(s.Color), Bare: s.Bare, Size: s.Size}
}

func corner(name string) figure.Corner {
	return map[string]figure.Corner{"lower left": figure.LowerLeft, "upper right": figure.UpperRight, "upper left": figure.UpperLeft}[name]
}

// style is how what stands around the picture is set.
func (p *picture) style() figure.Style {
	s := p.spec
	return figure.Style{
		Title:  titleStyle(s.TitleStyle),
		Stamps: figure.StampStyle{Lettering: lettering(s.Stamps.Lettering), Inside: s.Stamps.Corner != "", Corner: corner(s.Stamps.Corner)},
		Bars:   figure.BarStyle{Lettering: lettering(s.Colorbar.Lettering), Lying: s.Colorbar.Below},
	}
}

func titleStyle(s scenario.TitleStyle) figure.TitleStyle {
	return figure.TitleStyle{Lettering: lettering(s.Lettering), Centred: s.Centred}
}

func lettering(l scenario.Lettering) figure.Lettering {
	return figure.Lettering{Size: l.Size, Color: colour(l.Color)}
}

// colour reads #rrggbb; "" is the zero colour.
func colour(text string) color.RGBA {
	if text == "" {
		return color.RGBA{}
	}
	code, err := strconv.ParseUint(text[1:], 16, 32)
	if err != nil {
		panic(err) // the decoder has seen to it
	}
	return color.RGBA{R: uint8(code >> 16), G: uint8(code >> 8), B: uint8(code), A: 0xff}
}

// contourLines is how many lines round levels give at least.
const contourLines = 5

// contours draws the lines of the levels asked for, or of round ones within the scale.
func (p *picture) contours(plane *render.Plane, scale render.Scale) []figure.Contour {
	levels := p.spec.Contours.At
	if p.spec.Contours.Auto {
		levels = scale.Levels(contourLines)
	}
	var all []figure.Contour
	for i, lines := range plane.Contours(levels) {
		all = append(all, figure.Contour{Level: levels[i], Lines: lines, Dashed: levels[i] < 0, Color: p.chalk()})
	}
	return all
}

// chalk is the colour of lines on the picture: dark on the pale ground of differences.
func (p *picture) chalk() color.RGBA {
	if p.spec.Kind == scenario.DifferencePanel {
		return color.RGBA{R: 0x20, G: 0x20, B: 0x20, A: 0xff}
	}
	return color.RGBA{R: 0xff, G: 0xff, B: 0xff, A: 0xff}
}

// outlines are the borders of the regions that the slice cuts, each in a colour.
func (p *picture) outlines() []figure.Outline {
	labels := p.model.Labels()
	colours := []color.RGBA{p.chalk(), figure.Palette(3), figure.Palette(0), figure.Palette(1), figure.Palette(2)}
	if p.spec.Contours.Auto || len(p.spec.Contours.At) > 0 { // which are of the first
		colours = colours[1:]
	}
	var all []figure.Outline
	for i, region := range p.model.Regions {
		lines := render.Outlines(p.model.Grid, p.slice(), func(voxel int) bool { return int(labels[voxel]) == i+1 })
		if len(lines) > 0 {
			all = append(all, figure.Outline{Name: region.Name, Lines: lines, Color: colours[i%len(colours)]})
		}
	}
	return all
}

// stamp is the time that a picture tells, s; NaN for none.
func (p *picture) stamp(s *shot) float64 {
	if slices.Contains(p.spec.Hide, scenario.TimeFurniture) {
		return math.NaN()
	}
	return s.Time
}

// heading is the title of a panel: where several stand together, its substrate tells them
// apart.
func (p *picture) heading() string {
	if p.spec.Title != "" {
		return p.spec.Title
	}
	if p.alone {
		return p.model.Title
	}
	return ""
}

// hidden turns the words of a panel into those of figures.
func hidden(parts []scenario.Furniture) figure.Furniture {
	var all figure.Furniture
	for _, part := range parts {
		all |= map[scenario.Furniture]figure.Furniture{
			scenario.TitleFurniture: figure.Titles, scenario.ColorbarFurniture: figure.ColorBars, scenario.ScalebarFurniture: figure.ScaleBars,
			scenario.AxesFurniture: figure.Axes, scenario.StampsFurniture: figure.Stamps, scenario.LegendFurniture: figure.Legends,
		}[part]
	}
	return all
}

// legend names the colours of cells.
func (p *picture) legend() []figure.CellType {
	switch {
	case !p.spec.Cells.Shown:
		return nil
	case p.spec.Cells.By == scenario.ByState:
		return []figure.CellType{{Name: "alive"}, {Name: "dead", Color: color.RGBA{R: 0x33, G: 0x33, B: 0x33, A: 0xff}}}
	}
	var all []figure.CellType
	for i, t := range p.model.CellTypes {
		all = append(all, figure.CellType{Name: t.Name})
		if !p.drawn[i] {
			all[i].Name = ""
		}
	}
	return all
}
