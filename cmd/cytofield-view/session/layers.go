package session

import (
	"errors"
	"fmt"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// Layers is what a view has besides the densities of one substrate. The zero Layers is
// nothing.
type Layers struct {
	Merge     *Merge // nil: the substrate in view alone
	Contours  int    // levels wanted, see render.Scale.Levels; 0: none
	Arrows    Arrows
	Stride    int // voxels from arrow to arrow; 0: 24 along the longer side
	Outlines  bool
	CellsBy   string        // ByType, ByState, or a column of cells.csv; "": ByType
	CellScale *render.Scale // of a column; nil: found by the values seen, and steady
	Overlay   Overlay
}

// Merge is substrates shown together. It is not changed once a view has it.
type Merge struct{ Channels []Channel }

// Channel is one of several substrates in one picture.
type Channel struct {
	Substrate tissue.SubstrateID
	Colour    color.RGBA
	Fixed     *render.Scale // nil: found by the densities seen, and steady
}

// NewMerge gives substrates, render.MostMerged at most, the colours of render.ChannelColours.
func NewMerge(substrates []tissue.SubstrateID) (*Merge, error) {
	if n := len(substrates); n < 2 || n > render.MostMerged {
		return nil, fmt.Errorf("merge of %d substrates: want 2 to %d, for more colours cannot be told apart", n, render.MostMerged)
	}
	m := &Merge{}
	for i, id := range substrates {
		if slices.Contains(substrates[:i], id) {
			return nil, errors.New("merge: want each substrate once")
		}
		m.Channels = append(m.Channels, Channel{Substrate: id, Colour: render.ChannelColours()[i]})
	}
	return m, nil
}

// Arrows are vectors over the slice.
type Arrows int

// Of the substrate in view: nothing, its gradient ∇c, or its diffusive flux −D α ∇c.
const (
	NoArrows Arrows = iota
	GradientArrows
	FluxArrows
)

// Overlay takes the place of densities, or marks where they cannot be trusted.
type Overlay int

// Densities as they are, the molecules a voxel holds in the mean, cells that the grid does not
// resolve, or how far off the last step is estimated to be in each voxel.
const (
	NoOverlay Overlay = iota
	MoleculesOverlay
	LimitOverlay
	ErrorOverlay
)

// Replaces reports whether an overlay takes the place of densities.
func (o Overlay) Replaces() bool { return o == MoleculesOverlay || o == ErrorOverlay }

// By what cells are coloured other than by a column of cells.csv.
const (
	ByType  = "type"
	ByState = "state"
)

// Laid is what a report has of the layers asked for.
type Laid struct {
	Merged   []Merged
	Contours []Contour
	Arrows   []render.Arrow // in the substrate's unit per µm, or that times µm²/s
	Outlines []Outline
	Walls    [4]tissue.BoundaryKind // of the substrate in view at the left, right, lower and upper wall; with Outlines

	Dead       []bool    // of each cell
	CellValues []float64 // of each cell, NaN where it has none; nil without a column
	CellScale  render.Scale
	Limits     map[int]Limit // of the cells that are shown; nil without LimitOverlay
	Coarse     float64       // µm: a reach less than three of the voxels, with LimitOverlay; 0: none

	NoEstimate bool // with ErrorOverlay: the last step left none
	reworked   bool // planes differ from what is in the solver
}

// Merged is a channel with its densities.
type Merged struct {
	Channel
	Plane     *render.Plane // nil in a box
	Scale     render.Scale
	Low, High float64 // densities in the plane; of a box in the box
}

// Clipped reports whether densities of the channel lie above its scale.
func (m Merged) Clipped() bool { return m.High > m.Scale.High*(1+1e-6) }

// Contour is the lines of one level.
type Contour struct {
	Level float64 // in the unit of the plane
	Lines [][]render.Point
}

// Outline is the border of a region in the slice.
type Outline struct {
	Name        string
	Region      int // which of the model's
	Impermeable bool
	Lines       [][]render.Point
}

// Reworked reports whether planes differ from the textures of a solver: voxels without
// fluid have no density, or the plane shows something else.
func (l *Laid) Reworked() bool { return l.reworked }

// allowed returns layers with what the model does not have taken out, and what a box does
// not show.
func allowed(m *tissue.Model, v View) Layers {
	l := v.Layers
	if v.Space.Mode != Slice {
		l.Arrows = NoArrows
	}
	if v.Space.Mode == Volume {
		l.Contours, l.Outlines = 0, false
		if l.Overlay.Replaces() {
			l.Overlay = NoOverlay
		}
	}
	if l.Merge != nil && slices.ContainsFunc(l.Merge.Channels, func(c Channel) bool { return int(c.Substrate) >= len(m.Substrates) }) {
		l.Merge = nil
	}
	if l.Overlay.Replaces() && l.Merge != nil || l.Overlay == MoleculesOverlay && !m.Substrates[v.Substrate].Unit.CountsMolecules() {
		l.Overlay = NoOverlay
	}
	if l.Overlay.Replaces() {
		l.Arrows = NoArrows // they are of densities
	}
	if l.byColumn() && !slices.Contains(scenario.CellColumns(m), l.CellsBy) {
		l.CellsBy, l.CellScale = ByType, nil
	}
	return l
}

// byColumn reports whether cells are coloured by a column of cells.csv.
func (l Layers) byColumn() bool {
	return l.CellsBy != "" && l.CellsBy != ByType && l.CellsBy != ByState
}

// recorded returns layers without what no run directory has: errors of steps.
func (l Layers) recorded() Layers {
	if l.Overlay == ErrorOverlay {
		l.Overlay = NoOverlay
	}
	return l
}

// contoured returns the lines of levels.
func contoured(p *render.Plane, levels []float64) (all []Contour) {
	for i, lines := range p.Contours(levels) {
		all = append(all, Contour{levels[i], lines})
	}
	return all
}

// contour draws lines at levels of the scale, of the plane or on the slices of the box; of
// what is merged, of the substrate in view.
func (r *Report) contour() {
	n := r.View.Layers.Contours
	if n == 0 {
		return
	}
	levels := r.Scale.Levels(n)
	if r.View.Space.Mode == Slice {
		r.Contours = contoured(r.Plane, levels)
		return
	}
	r.Cuts = slices.Clone(r.Cuts)
	for i := range r.Cuts {
		r.Cuts[i].Contours = contoured(r.Cuts[i].Plane, levels)
	}
}

// lay adds to a report, whose planes and scale are there, what its view asks for.
func (o *observer) lay(r *Report) error {
	m, v := o.scenario.Model, r.View
	for i := range o.cells.ID {
		r.Dead = append(r.Dead, o.cells.IsDead(i))
	}
	if err := o.merge(r); err != nil {
		return err
	}
	r.contour()
	if v.Layers.Arrows != NoArrows {
		r.Arrows = o.arrows(r.Plane, v)
	}
	if v.Layers.Outlines {
		r.Outlines, r.Walls = o.ground.outlines(m, v.Slice), walls(m, v)
		for i, c := range r.Cuts {
			r.Cuts[i].Outlines = o.ground.outlines(m, c.Slice)
		}
	}
	if v.Layers.Overlay == LimitOverlay {
		r.Limits, r.Coarse = o.limits(r)
	}
	return o.colourCells(r)
}

// merge finds the scales of the channels, and reads their planes.
func (o *observer) merge(r *Report) error {
	v := r.View
	if v.Layers.Merge == nil {
		return nil
	}
	for _, c := range v.Layers.Merge.Channels {
		of := v
		of.Substrate, of.Layers = c.Substrate, Layers{}
		one := Merged{Channel: c}
		seen, err := o.channel(of, &one)
		if err != nil {
			return err
		}
		one.Low, one.High = seen.Ends()
		steady := o.scales.channels[c.Substrate]
		one.Scale = steady.follow(of, &seen)
		o.scales.channels[c.Substrate] = steady
		if c.Fixed != nil {
			one.Scale = *c.Fixed
		}
		r.Merged = append(r.Merged, one)
	}
	return nil
}

// channel reads the plane of a channel, and returns the densities its scale is found by.
func (o *observer) channel(v View, m *Merged) (seen render.Range, err error) {
	if v.Space.Mode != Slice {
		low, high, err := o.extremes(v.Substrate)
		if low <= high {
			seen.AddEnds(low, high)
		}
		return seen, err
	}
	if m.Plane, err = o.plane(v); err == nil {
		seen.Add(m.Plane)
	}
	return seen, err
}

// arrows returns those of the plane, of the flux by what the tissue is at each.
func (o *observer) arrows(p *render.Plane, v View) []render.Arrow {
	const across = 24 // along the longer side, as in figures
	stride := v.Layers.Stride
	if stride < 1 {
		stride = max(max(p.Width, p.Height)/across, 1)
	}
	arrows := p.Gradient(stride)
	if v.Layers.Arrows != FluxArrows {
		return arrows
	}
	m := o.scenario.Model
	right, up := v.Slice.Across()
	for i, a := range arrows {
		var at [3]float64
		at[right], at[up], at[v.Slice.Axis] = a.X, a.Y, p.Position
		fraction, medium := m.MediumOf(o.ground.label(m.Grid.IndexAt(r3.Vec{X: at[0], Y: at[1], Z: at[2]})), v.Substrate)
		arrows[i].U *= -fraction * medium.DiffusionCoefficient
		arrows[i].V *= -fraction * medium.DiffusionCoefficient
	}
	return arrows
}

// walls returns what the walls around a slice are for the substrate in view.
func walls(m *tissue.Model, v View) [4]tissue.BoundaryKind {
	right, up := v.Slice.Across()
	b := m.Substrates[v.Substrate].Boundary
	return [4]tissue.BoundaryKind{b[right][0].Kind, b[right][1].Kind, b[up][0].Kind, b[up][1].Kind}
}

// colourCells finds the values that cells are coloured by.
func (o *observer) colourCells(r *Report) error {
	by := r.View.Layers.CellsBy
	if !r.View.Layers.byColumn() {
		return nil
	}
	column, err := o.column(by)
	if err != nil {
		return err
	}
	r.CellValues = slices.Clone(column)
	var seen render.Range
	values := &render.Plane{Values: make([]float32, len(r.CellValues))}
	for i, v := range r.CellValues {
		values.Values[i] = float32(v)
	}
	seen.Add(values)
	tint := &o.scales.tint
	if tint.column != by {
		tint.column, tint.steady = by, steady{}
	}
	r.CellScale = tint.follow(View{}, &seen)
	if fixed := r.View.Layers.CellScale; fixed != nil {
		r.CellScale = *fixed
	}
	return nil
}

// tint is the scale of what cells are coloured by.
type tint struct {
	column string
	steady
}

// rework takes densities out of voxels without fluid, and makes them molecules where the
// view wants them.
func (g *ground) rework(m *tissue.Model, p *render.Plane, v View) {
	molecules := v.Layers.Overlay == MoleculesOverlay
	if !g.solid && !molecules {
		return
	}
	volume := m.Grid.Spacing[0] * m.Grid.Spacing[1] * m.Grid.Spacing[2] * m.Substrates[v.Substrate].Unit.AmountPerVolume()
	right, up := v.Slice.Across()
	var at [3]int
	at[v.Slice.Axis] = v.Slice.Index
	for i := range p.Values {
		at[right], at[up] = i%p.Width, i/p.Width
		label := g.label(m.Grid.Index(at[0], at[1], at[2]))
		if label > 0 && m.Regions[label-1].Impermeable {
			p.Values[i] = float32(math.NaN())
		} else if molecules {
			fraction, _ := m.MediumOf(label, v.Substrate)
			p.Values[i] *= float32(fraction * volume)
		}
	}
}

// ground is what a model's regions are in the grid.
type ground struct {
	labels []uint8              // of the model
	solid  bool                 // whether there are voxels without fluid
	found  [3]border            // across each axis, in the slice that was looked at last
	thin   map[int]map[int]bool // of vessels thinner than a voxel, by region, the voxels they run through
}

// border is the outlines in a slice.
type border struct {
	slice render.Slice
	lines []Outline
	known bool
}

func newGround(m *tissue.Model) ground {
	g := ground{labels: m.Labels(), thin: map[int]map[int]bool{}}
	for _, label := range g.labels {
		g.solid = g.solid || label > 0 && m.Regions[label-1].Impermeable
	}
	return g
}

func (g *ground) label(voxel int) uint8 {
	if g.labels == nil {
		return 0
	}
	return g.labels[voxel]
}

// outlines returns the borders of the regions that a slice cuts, those of the last slice
// across its axis without looking again.
func (g *ground) outlines(m *tissue.Model, s render.Slice) []Outline {
	last := &g.found[s.Axis]
	if last.known && last.slice == s {
		return last.lines
	}
	*last = border{slice: s, known: true}
	for i, region := range m.Regions {
		lines := render.Outlines(m.Grid, s, g.within(m, i))
		if len(lines) > 0 {
			last.lines = append(last.lines, Outline{region.Name, i, region.Impermeable, lines})
		}
	}
	return last.lines
}

// within tells the voxels of a region; of a vessel thinner than a voxel those that it runs
// through.
func (g *ground) within(m *tissue.Model, region int) func(voxel int) bool {
	if !m.Regions[region].HasWall() || m.HasVoxels(region) {
		return func(voxel int) bool { return int(g.labels[voxel]) == region+1 }
	}
	if g.thin[region] == nil {
		through := map[int]bool{}
		for _, a := range m.VesselSurface(region) {
			through[a.Voxel] = true
		}
		g.thin[region] = through
	}
	return func(voxel int) bool { return g.thin[region][voxel] }
}
