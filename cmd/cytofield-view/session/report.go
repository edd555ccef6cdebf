package session

import (
	"errors"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/tissue"
)

// View is what a person looks at.
type View struct {
	Substrate tissue.SubstrateID
	Slice     render.Slice
	Log       bool
	Fixed     *render.Scale // nil: found by the densities seen, and steady
	Cursor    *r3.Vec       // a place whose densities are asked for, µm
	Layers    Layers
}

// Report is the state of a session at one moment. Nothing in it changes later.
type Report struct {
	Time, Duration float64 // s
	Playing        bool
	Speed          float64 // simulated s per s; +Inf: as fast as it goes
	Stats          engine.Stats
	Title          string

	Grid       tissue.Grid
	Substrates []tissue.Substrate
	CellTypes  []tissue.CellType
	Cells      int
	Parameters []Parameter
	Edits      []Edit
	Command    string
	Warnings   []string

	View      View
	Plane     *render.Plane
	Low, High float64 // densities in the plane
	Scale     render.Scale
	Discs     []render.Disc
	Cursor    []float64 // by substrate, at View.Cursor
	History   History
	Pins      []Pin
	Laid
}

// Clipped reports whether densities of the plane lie above the scale.
func (r *Report) Clipped() bool { return r.High > r.Scale.High*(1+1e-6) }

// errLost is what Look returns where neither an edit nor the way back from it could be made.
var errLost = errors.New("session: the simulation could not be made again; start anew")

// Look observes the moment.
func (s *Session) Look(v View) (*Report, error) {
	if s.solver == nil {
		return nil, errLost
	}
	m := s.scenario.Model
	v = s.possible(v)
	if err := s.note(); err != nil {
		return nil, err
	}
	r := &Report{
		Time: s.Time(), Duration: s.Duration(), Playing: s.playing, Speed: s.speed, Stats: s.solver.Stats(), Title: m.Title,
		Grid: m.Grid, Substrates: m.Substrates, CellTypes: m.CellTypes, Cells: m.Cells.Len(), Parameters: s.parameters(),
		Edits: s.edits[:len(s.edits):len(s.edits)], Command: s.Command(), Warnings: s.warnings,
		View: v, Discs: render.Cut(&m.Cells, m.CellTypes, m.Grid, v.Slice), History: s.history.copied(), Pins: s.copiedPins(),
	}
	var err error
	if r.Plane, err = s.plane(v); err != nil {
		return nil, err
	}
	r.reworked = s.ground.solid || v.Layers.Overlay == MoleculesOverlay
	var seen render.Range
	seen.Add(r.Plane)
	r.Low, r.High = seen.Ends()
	if r.Scale = s.scale.follow(v, &seen); v.Fixed != nil {
		r.Scale = *v.Fixed
	}
	if err := s.lay(r); err != nil {
		return nil, err
	}
	if v.Cursor != nil {
		r.Cursor, err = s.readAll(*v.Cursor)
	}
	return r, err
}

// possible returns the view with what the model does not have replaced.
func (s *Session) possible(v View) View {
	m := s.scenario.Model
	if int(v.Substrate) >= len(m.Substrates) {
		v.Substrate = 0
	}
	if v.Slice.Validate(m.Grid) != nil {
		v.Slice = render.Middle(m.Grid, min(max(v.Slice.Axis, 0), 2))
	}
	if v.Fixed != nil && (v.Fixed.Validate() != nil) {
		v.Fixed = nil
	}
	if v.Cursor != nil && !m.Grid.Contains(*v.Cursor) {
		v.Cursor = nil
	}
	v.Layers = s.allowed(v)
	return v
}

func (s *Session) copiedPins() []Pin {
	var all []Pin
	for _, p := range s.pins {
		p.Densities = append([][]float64(nil), p.Densities...)
		all = append(all, p)
	}
	return all
}

// plane reads the densities of the slice in view, or what the view makes of them; voxels
// without fluid have none.
func (s *Session) plane(v View) (*render.Plane, error) {
	g := s.scenario.Model.Grid
	right, up := v.Slice.Across()
	density := make([]float64, g.Shape[right]*g.Shape[up])
	if err := s.solver.ReadLayer(v.Substrate, v.Slice.Axis, v.Slice.Index, density); err != nil {
		return nil, err
	}
	p := render.NewPlane(g, v.Slice, density)
	s.rework(p, v)
	return p, nil
}

// Density returns the texture that holds a substrate at this moment, nil where the
// processor computes.
func (s *Session) Density(id tissue.SubstrateID) *gpu.Texture {
	if g, ok := s.solver.(*engine.GPUSolver); ok {
		return g.Density(id)
	}
	return nil
}

// steady is an automatic scale that grows with the densities it is shown, and shrinks
// only when they leave four fifths of it empty: a picture that keeps changing its
// colours cannot be read.
type steady struct {
	of    View // of which Substrate, Slice, Log and the overlay count
	scale render.Scale
}

func (s *steady) follow(v View, seen *render.Range) render.Scale {
	wanted := seen.Scale(v.Log)
	of := View{Substrate: v.Substrate, Slice: render.Slice{Axis: v.Slice.Axis}, Log: v.Log, Layers: Layers{Overlay: v.Layers.Overlay}}
	kept := s.scale.High > 0 && s.of == of && wanted.High <= s.scale.High && wanted.High > s.scale.High/5
	if !kept {
		s.of, s.scale = of, wanted
	}
	return s.scale
}
