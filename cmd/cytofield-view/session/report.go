package session

import (
	"errors"
	"math"

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
	Space     Space
	Cursor    *r3.Vec // a place whose densities are asked for, µm
	Gate      *Gate   // nil: none
	Voxels    bool    // how often densities are is asked for
	Layers    Layers
	Occupied  bool // how many receptors are bound is asked for
}

// Report is the state of a session at one moment. Nothing in it changes later.
type Report struct {
	Time, Duration float64 // s
	Seen           float64 // how far the course has come, s: Time or, where one went back, more
	Playing        bool
	Behind         bool      // more of it is to be read: look again
	Recorded       *Recorded // nil where it is computed
	Speed          float64   // simulated s per s; +Inf: as fast as it goes
	Stats          engine.Stats
	Title          string
	Name           string // of the scenario

	Grid         tissue.Grid
	Substrates   []tissue.Substrate
	CellTypes    []tissue.CellType
	Cells        int
	Compartments []string // of the body, that may be dosed
	Parameters   []Parameter
	Edits        []Edit
	Redoable     int // edits that were undone
	Command      string
	Text         func() ([]byte, error) // the scenario with the edits, whatever becomes of the session; nil: recorded
	Warnings     []string
	Recording    bool
	Pictures     int // of the movie being recorded

	View      View
	Plane     *render.Plane
	Low, High float64 // densities in the plane; of a box in the box
	Scale     render.Scale
	Discs     []render.Disc
	Bodies    []Body    // in every mode but Slice
	Field     *Field    // likewise, where the processor computes
	Cursor    []float64 // by substrate, at View.Cursor
	History   History
	Pins      []Pin

	Signals   []Signal              // that cells have
	Variables []tissue.CellVariable // of all types, each once
	Body      []tissue.BodyVariable
	DiscCells []tissue.CellID // whose Discs are
	Gated     *Gated          // nil: not asked for
	Voxels    *Distribution   // of densities; nil: not asked for
	Occupied  []Distribution  // of bound receptors, one each

	Laid
}

// Clipped reports whether densities in view lie above the scale.
func (r *Report) Clipped() bool { return r.High > r.Scale.High*(1+1e-6) }

// errLost is what Look returns where neither an edit nor the way back from it could be made.
var errLost = errors.New("session: the simulation could not be made again; start anew")

// Look observes the moment.
func (s *Session) Look(v View) (*Report, error) {
	if s.solver == nil {
		return nil, errLost
	}
	m := s.scenario.Model
	v = possible(m, v)
	if err := s.note(); err != nil {
		return nil, err
	}
	r := &Report{
		Time: s.Time(), Duration: s.Duration(), Seen: s.furthest(), Playing: s.playing, Speed: s.speed, Stats: s.solver.Stats(), Title: m.Title, Name: s.scenario.Name,
		Grid: m.Grid, Substrates: m.Substrates, CellTypes: m.CellTypes, Cells: m.Cells.Len(), Parameters: s.parameters(),
		Edits: s.edits[:len(s.edits):len(s.edits)], Redoable: s.Redoable(), Compartments: compartments(m.Body), Command: s.Command(), Text: s.texts(), Warnings: s.warnings,
		View: v, Discs: render.Cut(&m.Cells, m.CellTypes, m.Grid, v.Slice), History: s.history.copied(), Pins: s.copiedPins(),
	}
	if s.recording != nil {
		r.Recording, r.Pictures = true, s.recording.reel.Pictures()
	}
	var err error
	if r.Plane, err = s.plane(v); err != nil {
		return nil, err
	}
	r.reworked = s.ground.solid || v.Layers.Overlay.Replaces()
	var seen render.Range
	seen.Add(r.Plane)
	r.NoEstimate = v.Layers.Overlay == ErrorOverlay && seen.Empty()
	if v.Space.Mode != Slice {
		if seen, err = s.lookAround(r); err != nil {
			return nil, err
		}
	}
	r.Low, r.High = seen.Ends()
	if r.Scale = s.scale.follow(v, &seen); v.Fixed != nil {
		r.Scale = *v.Fixed
	}
	if err := s.lay(r); err != nil {
		return nil, err
	}
	if v.Cursor != nil {
		if r.Cursor, err = s.readAll(*v.Cursor); err != nil {
			return nil, err
		}
	}
	return r, s.understand(r)
}

// understand adds what cells have, and how it is distributed where that is asked for.
func (s *Session) understand(r *Report) (err error) {
	m := s.scenario.Model
	r.Signals, r.Variables = signals(m), variables(m)
	if m.Body != nil {
		r.Body = m.Body.Variables
	}
	for _, d := range r.Discs {
		r.DiscCells = append(r.DiscCells, m.Cells.ID[d.Cell])
	}
	if r.View.Gate != nil {
		if r.Gated, err = s.gated(r.View.Gate); err != nil {
			return err
		}
	}
	if r.View.Voxels {
		if r.Voxels, err = s.voxels(r.View); err != nil {
			return err
		}
	}
	if r.View.Occupied {
		r.Occupied, err = s.occupied()
	}
	return err
}

// possible returns the view with what the model does not have replaced.
func possible(m *tissue.Model, v View) View {
	if int(v.Substrate) >= len(m.Substrates) {
		v.Substrate = 0
	}
	if v.Slice.Validate(m.Grid) != nil {
		v.Slice = render.Middle(m.Grid, min(max(v.Slice.Axis, 0), 2))
	}
	v.Space = v.Space.possible(m.Grid, v.Slice)
	if v.Fixed != nil && (v.Fixed.Validate() != nil) {
		v.Fixed = nil
	}
	if v.Cursor != nil && !m.Grid.Contains(*v.Cursor) {
		v.Cursor = nil
	}
	if v.Space.Mode != Slice && v.Layers.Overlay.Replaces() {
		v.Fixed = nil // it is of something else
	}
	v.Layers = allowed(m, v)
	return v
}

// plane reads the densities of the slice in view, or what the view makes of them; voxels
// without fluid have none.
func (s *Session) plane(v View) (*render.Plane, error) {
	m := s.scenario.Model
	g := m.Grid
	right, up := v.Slice.Across()
	density := make([]float64, g.Shape[right]*g.Shape[up])
	read := s.solver.ReadLayer
	if v.Layers.Overlay == ErrorOverlay {
		read = s.errors
	}
	if err := read(v.Substrate, v.Slice.Axis, v.Slice.Index, density); err != nil {
		return nil, err
	}
	p := render.NewPlane(g, v.Slice, density)
	s.ground.rework(m, p, v)
	return p, nil
}

// errors reads how far off the last step is estimated to be in a layer, without sign; NaN
// where the step left no estimate.
func (s *Session) errors(id tissue.SubstrateID, axis, index int, dst []float64) error {
	err := s.solver.ReadError(id, axis, index, dst)
	if err != nil && !errors.Is(err, engine.ErrNoEstimate) {
		return err
	}
	for i := range dst {
		if dst[i] = math.Abs(dst[i]); err != nil {
			dst[i] = math.NaN()
		}
	}
	return nil
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
	of    View // of which Substrate, Slice, Log, the overlay, and slice or box count
	scale render.Scale
}

func (s *steady) follow(v View, seen *render.Range) render.Scale {
	wanted := seen.Scale(v.Log)
	of := View{Substrate: v.Substrate, Slice: render.Slice{Axis: v.Slice.Axis}, Log: v.Log, Layers: Layers{Overlay: v.Layers.Overlay}}
	if v.Space.Mode != Slice {
		of.Slice, of.Space.Mode = render.Slice{}, Volume
	}
	kept := s.scale.High > 0 && s.of == of && wanted.High <= s.scale.High && wanted.High > s.scale.High/5
	if !kept {
		s.of, s.scale = of, wanted
	}
	return s.scale
}
