package session

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/tissue"
)

// Mode is how a tissue in three dimensions is shown.
type Mode int

const (
	Slice  Mode = iota // one slice, flat; all there is of a planar grid
	Slices             // three slices, one across each axis, in their box
	Volume             // fog, or a surface of one density
	Both               // the volume with the slices in it
)

// Modes are all of them, by name.
func Modes() []string { return []string{"slice", "slices", "volume", "both"} }

// HasSlices reports whether the box shows slices.
func (m Mode) HasSlices() bool { return m == Slices || m == Both }

// HasVolume reports whether the box shows fog or a surface.
func (m Mode) HasVolume() bool { return m == Volume || m == Both }

// Space is how the box of tissue is looked at, in every mode but Slice.
type Space struct {
	Mode    Mode
	Camera  render.Camera
	Cuts    [3]int  // layers of the slices across x, y and z; that of View.Slice is its own
	Opacity float64 // of the fog, 1 as render.Fog finds well; 0: none
	Surface float64 // density of a surface; 0: none
}

// StandardSpace looks at a grid as it is, in one slice, and is ready for the others.
func StandardSpace(g tissue.Grid) Space {
	s := Space{Camera: render.StandardCamera(), Opacity: 1}
	s.Camera.Perspective = true
	for axis := range 3 {
		s.Cuts[axis] = render.Middle(g, axis).Index
	}
	return s
}

// mostOpacity bounds the opacity of fog: at the high end of the scale nothing comes through.
const mostOpacity = 100

// possible returns the space with what the grid does not have replaced.
func (s Space) possible(g tissue.Grid, slice render.Slice) Space {
	if s.Mode < Slice || s.Mode > Both || g.Planar {
		s.Mode = Slice
	}
	s.Cuts[slice.Axis] = slice.Index
	for axis := range 3 {
		s.Cuts[axis] = min(max(s.Cuts[axis], 0), g.Shape[axis]-1)
	}
	if s.Camera.Validate() != nil {
		s.Camera = StandardSpace(g).Camera
	}
	if !(s.Opacity >= 0) {
		s.Opacity = 1
	}
	s.Opacity = min(s.Opacity, mostOpacity)
	if !(s.Surface > 0) || math.IsInf(s.Surface, 1) {
		s.Surface = 0
	}
	return s
}

// Body is a cell in the box.
type Body struct {
	Centre r3.Vec  // µm
	Radius float64 // µm
	Type   tissue.CellTypeID
	Cell   int // which of the cells
}

// bodies are all cells.
func bodies(m *tissue.Model, cells *tissue.Cells) []Body {
	all := make([]Body, cells.Len())
	for i, centre := range cells.Position {
		t := cells.Type[i]
		all[i] = Body{Centre: centre, Radius: m.CellTypes[t].Radius, Type: t, Cell: i}
	}
	return all
}

// Cut is a slice of the box, and what lies on it.
type Cut struct {
	Slice    render.Slice
	Plane    *render.Plane   // of the substrate in view, or what is shown in its place; nil where densities are shown as they are
	Merged   []*render.Plane // of the channels
	Contours []Contour
	Outlines []Outline
}

// Flat is the report of the slice of the box across an axis, as a view of that slice alone has
// it, of a box that shows more than densities there.
func (r *Report) Flat(axis int) *Report {
	c, flat := r.Cuts[axis], *r
	flat.View.Slice, flat.Plane, flat.Contours, flat.Outlines = c.Slice, c.Plane, c.Contours, c.Outlines
	flat.Merged = slices.Clone(r.Merged)
	for i := range flat.Merged {
		flat.Merged[i].Plane = c.Merged[i]
		flat.Plane = c.Merged[i]
	}
	return &flat
}

// channels are the substrates that a slice shows.
func (v View) channels() (ids []tissue.SubstrateID) {
	if v.Layers.Merge == nil {
		return []tissue.SubstrateID{v.Substrate}
	}
	for _, c := range v.Layers.Merge.Channels {
		ids = append(ids, c.Substrate)
	}
	return ids
}

// volumes are the substrates whose densities the box shows, but on the slices: there is one
// at least.
func (v View) volumes() []tissue.SubstrateID {
	if !v.Space.Mode.HasVolume() {
		return []tissue.SubstrateID{v.Substrate}
	}
	return v.channels()
}

// Volumes are the substrates whose densities Fields has.
func (r *Report) Volumes() []tissue.SubstrateID { return r.View.volumes() }

// Field is the densities of all voxels at a moment; x runs fastest, z slowest. Nothing in
// it changes later, and as long as the densities are the same it is the same Field.
type Field struct{ Values []float32 }

// field reads the densities of a substrate, where the processor computes: on a device
// they are painted where they are, and it returns nil.
func (s *Session) field(id tissue.SubstrateID) (*Field, error) {
	if _, ok := s.solver.(*engine.GPUSolver); ok {
		return nil, nil
	}
	return s.wholeField(id)
}

// wholeField reads the densities of a substrate, once a moment.
func (s *Session) wholeField(id tissue.SubstrateID) (*Field, error) {
	if s.fresh[id] {
		return s.wholes[id], nil
	}
	g := s.scenario.Model.Grid
	if s.read == nil || s.read.Grid != g {
		s.read = tissue.NewField(g)
	}
	if err := s.solver.Read(id, s.read); err != nil {
		return nil, err
	}
	if f := s.wholes[id]; f == nil || !f.holds(s.read.Values) {
		s.wholes[id] = newField(s.read)
	}
	s.fresh[id] = true
	return s.wholes[id], nil
}

func newField(of *tissue.Field) *Field {
	f := &Field{make([]float32, len(of.Values))}
	for i, c := range of.Values {
		f.Values[i] = float32(c)
	}
	return f
}

// holds reports whether the densities are these, rounded.
func (f *Field) holds(values []float64) bool {
	if len(f.Values) != len(values) {
		return false
	}
	for i, c := range values {
		if math.Float32bits(f.Values[i]) != math.Float32bits(float32(c)) {
			return false
		}
	}
	return true
}
