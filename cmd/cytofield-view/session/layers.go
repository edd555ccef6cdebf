package session

import (
	"errors"
	"fmt"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine/record"
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

	Dead       []bool    // of each disc
	CellValues []float64 // of each disc, NaN where it has none; nil without a column
	CellScale  render.Scale
	Limits     []Limit // of each disc; nil without LimitOverlay
	Coarse     float64 // µm: a reach less than three of the voxels, with LimitOverlay; 0: none

	NoEstimate bool // with ErrorOverlay: the last step left none
	reworked   bool // planes differ from what is in the solver
}

// Merged is a channel with its densities.
type Merged struct {
	Channel
	Plane     *render.Plane
	Scale     render.Scale
	Low, High float64 // densities in the plane
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
// fluid have no density, or the plane shows molecules.
func (l *Laid) Reworked() bool { return l.reworked }

// allowed returns layers with what the model does not have taken out; a box has none.
func allowed(m *tissue.Model, v View) Layers {
	l := v.Layers
	if v.Space.Mode != Slice {
		return Layers{}
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

// recorded returns layers without what a run directory does not have.
func (l Layers) recorded() Layers {
	if l.byColumn() {
		l.CellsBy, l.CellScale = ByType, nil
	}
	if l.Overlay == LimitOverlay || l.Overlay == ErrorOverlay {
		l.Overlay = NoOverlay
	}
	return l
}

// layerer makes the layers that a report has whatever its course.
type layerer struct {
	model  *tissue.Model
	cells  *tissue.Cells
	ground *ground
	scales map[tissue.SubstrateID]steady // of channels
	plane  func(v View) (*render.Plane, error)
}

// contoured returns the lines of levels.
func contoured(p *render.Plane, levels []float64) (all []Contour) {
	for i, lines := range p.Contours(levels) {
		all = append(all, Contour{levels[i], lines})
	}
	return all
}

// lay adds to a report, whose plane and scale are there, what its view asks for.
func (l layerer) lay(r *Report) error {
	m, v := l.model, r.View
	for _, d := range r.Discs {
		r.Dead = append(r.Dead, l.cells.IsDead(d.Cell))
	}
	if err := l.merge(r); err != nil {
		return err
	}
	if n := v.Layers.Contours; n > 0 {
		r.Contours = contoured(r.Plane, r.Scale.Levels(n))
	}
	if v.Layers.Arrows != NoArrows {
		r.Arrows = l.arrows(r.Plane, v)
	}
	if v.Layers.Outlines {
		r.Outlines, r.Walls = l.ground.outlines(m, v.Slice), walls(m, v)
	}
	return nil
}

// lay adds to a report what its view asks for.
func (s *Session) lay(r *Report) error {
	m := s.scenario.Model
	if err := (layerer{m, &m.Cells, &s.ground, s.channels, s.plane}).lay(r); err != nil {
		return err
	}
	if r.View.Layers.Overlay == LimitOverlay {
		r.Limits, r.Coarse = s.limits(r.Discs, r.View.Substrate)
	}
	return s.colourCells(r)
}

// merge reads the channels.
func (l layerer) merge(r *Report) error {
	v := r.View
	if v.Layers.Merge == nil {
		return nil
	}
	for _, c := range v.Layers.Merge.Channels {
		of := v
		of.Substrate, of.Layers = c.Substrate, Layers{}
		plane, err := l.plane(of)
		if err != nil {
			return err
		}
		one := Merged{Channel: c, Plane: plane}
		var seen render.Range
		seen.Add(plane)
		one.Low, one.High = seen.Ends()
		steady := l.scales[c.Substrate]
		one.Scale = steady.follow(of, &seen)
		l.scales[c.Substrate] = steady
		if c.Fixed != nil {
			one.Scale = *c.Fixed
		}
		r.Merged = append(r.Merged, one)
	}
	return nil
}

// arrows returns those of the plane, of the flux by what the tissue is at each.
func (l layerer) arrows(p *render.Plane, v View) []render.Arrow {
	const across = 24 // along the longer side, as in figures
	stride := v.Layers.Stride
	if stride < 1 {
		stride = max(max(p.Width, p.Height)/across, 1)
	}
	arrows := p.Gradient(stride)
	if v.Layers.Arrows != FluxArrows {
		return arrows
	}
	right, up := v.Slice.Across()
	for i, a := range arrows {
		var at [3]float64
		at[right], at[up], at[v.Slice.Axis] = a.X, a.Y, p.Position
		fraction, medium := l.model.MediumOf(l.ground.label(l.model.Grid.IndexAt(r3.Vec{X: at[0], Y: at[1], Z: at[2]})), v.Substrate)
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
func (s *Session) colourCells(r *Report) error {
	by := r.View.Layers.CellsBy
	if !r.View.Layers.byColumn() {
		return nil
	}
	states, err := s.solver.Cells()
	if err != nil {
		return err
	}
	column, err := record.CellColumn(s.scenario.Model, states, by)
	if err != nil {
		return err
	}
	r.CellValues = make([]float64, len(r.Discs))
	for i, d := range r.Discs {
		r.CellValues[i] = column[d.Cell]
	}
	var seen render.Range
	values := &render.Plane{Values: make([]float32, len(column))}
	for i, v := range column {
		values.Values[i] = float32(v)
	}
	seen.Add(values)
	if s.tint.column != by {
		s.tint.column, s.tint.steady = by, steady{}
	}
	r.CellScale = s.tint.follow(View{}, &seen)
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
	labels []uint8 // of the model
	solid  bool    // whether there are voxels without fluid
	slice  render.Slice
	lines  []Outline // in the slice
	found  bool
	thin   map[int]map[int]bool // of vessels thinner than a voxel, by region, the voxels they run through
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
// without looking again.
func (g *ground) outlines(m *tissue.Model, s render.Slice) []Outline {
	if g.found && g.slice == s {
		return g.lines
	}
	g.found, g.slice, g.lines = true, s, nil
	for i, region := range m.Regions {
		lines := render.Outlines(m.Grid, s, g.within(m, i))
		if len(lines) > 0 {
			g.lines = append(g.lines, Outline{region.Name, i, region.Impermeable, lines})
		}
	}
	return g.lines
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
