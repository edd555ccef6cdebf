package session

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/quantity"
)

// Spheres is where a brush of a radius, µm, was: round each of some places.
type Spheres struct {
	Places []r3.Vec // µm
	Radius float64  // µm
}

// Within writes the spheres as a shape of a scenario; planar grids have no z.
func (s Spheres) Within(planar bool) string {
	var all []string
	for _, p := range s.Places {
		all = append(all, "{sphere: {centre: "+vector(p, planar)+", radius: "+quantity.Format(tenths(s.Radius), "um")+"}}")
	}
	if len(all) == 1 {
		return all[0]
	}
	return "{union: [" + strings.Join(all, ", ") + "]}"
}

// vector is a place, to a tenth of a micrometre.
func vector(p r3.Vec, planar bool) string {
	um := func(v float64) string { return quantity.Format(tenths(v), "um") }
	text := um(p.X) + ", " + um(p.Y)
	if !planar {
		text += ", " + um(p.Z)
	}
	return "[" + text + "]"
}

func tenths(v float64) float64 { return math.Round(v*10) / 10 }

// ErrNoRoom is what AddCells returns where not one cell fits.
var ErrNoRoom = errors.New("no room for a cell there: others or regions are in the way")

// AddCells places so many cells of a type at random in spheres, fewer where no more fit
// beside the cells that are there now. They come as one event, with their places.
func (s *Session) AddCells(cellType string, number int, at Spheres) error {
	m := s.scenario.Model
	t := slices.IndexFunc(m.CellTypes, func(t tissue.CellType) bool { return t.Name == cellType })
	if t < 0 {
		return fmt.Errorf("no cell type %q", cellType)
	}
	return s.edit("", func(time float64, kept []Edit) ([]string, error) {
		places := scatter(s.scenario.Model, tissue.CellTypeID(t), number, at, uint64(len(kept)))
		if len(places) == 0 {
			return nil, ErrNoRoom
		}
		var all []string
		for _, p := range places {
			text := quantity.Format(p.X, "") + ", " + quantity.Format(p.Y, "")
			if !m.Grid.Planar {
				text += ", " + quantity.Format(p.Z, "")
			}
			all = append(all, "["+text+"]")
		}
		event := "add: {type: " + keyed(cellType) + ", pattern: positions, unit: um, at: [" + strings.Join(all, ", ") + "]}"
		return happenings(event)(time, kept)
	}, false)
}

// triesPerCell is how often scatter looks for room.
const triesPerCell = 200

// scatter finds places for cells of a type, each in a sphere and away from all others by the
// sum of their radii.
func scatter(m *tissue.Model, t tissue.CellTypeID, number int, at Spheres, stream uint64) (places []r3.Vec) {
	random := rand.New(rand.NewPCG(m.Seed, stream))
	free := func(p r3.Vec) bool {
		if !m.Grid.Contains(p) || m.Obstacle(p) != nil {
			return false
		}
		for i, q := range m.Cells.Position {
			if r3.Norm(r3.Sub(p, q)) < m.CellTypes[t].Radius+m.CellTypes[m.Cells.Type[i]].Radius {
				return false
			}
		}
		return !slices.ContainsFunc(places, func(q r3.Vec) bool { return r3.Norm(r3.Sub(p, q)) < 2*m.CellTypes[t].Radius })
	}
	for tries := 0; len(places) < number && tries < triesPerCell*number; tries++ {
		p := at.random(random, m.Grid)
		if free(p) {
			places = append(places, p)
		}
	}
	return places
}

// random returns a place in one of the spheres, to a tenth of a micrometre.
func (s Spheres) random(random *rand.Rand, g tissue.Grid) r3.Vec {
	centre := s.Places[random.IntN(len(s.Places))]
	for {
		by := r3.Vec{X: 2*random.Float64() - 1, Y: 2*random.Float64() - 1}
		if !g.Planar {
			by.Z = 2*random.Float64() - 1
		}
		if r3.Norm(by) > 1 {
			continue
		}
		p := r3.Add(centre, r3.Scale(s.Radius, by))
		return r3.Vec{X: tenths(p.X), Y: tenths(p.Y), Z: tenths(p.Z)}
	}
}

// RemoveCells takes away the cells of a type in spheres; "" is all types.
func (s *Session) RemoveCells(cellType string, at Spheres) error {
	of := ""
	if cellType != "" {
		of = "type: " + keyed(cellType) + ", "
	}
	return s.Happen("remove: {" + of + "within: " + at.Within(s.scenario.Model.Grid.Planar) + "}")
}

// Wound takes away all cells in spheres, and all molecules in the fluid there: two events
// of one edit.
func (s *Session) Wound(at Spheres) error {
	within := at.Within(s.scenario.Model.Grid.Planar)
	var names []string
	for _, substrate := range s.scenario.Model.Substrates {
		names = append(names, keyed(substrate.Name))
	}
	clear := "clear: [" + strings.Join(names, ", ") + "], within: " + within
	if len(s.scenario.Model.CellTypes) == 0 {
		return s.Happen(clear)
	}
	return s.edit("", happenings("remove: {within: "+within+"}", clear), false)
}

// Source has spheres give off so much of a substrate a second from now on to the end of the
// run: molecules, or where those are not counted its density.
func (s *Session) Source(substrate string, perSecond float64, at Spheres) error {
	m := s.scenario.Model
	i := slices.IndexFunc(m.Substrates, func(of tissue.Substrate) bool { return of.Name == substrate })
	if i < 0 {
		return fmt.Errorf("no substrate %q", substrate)
	}
	unit := "molecules/s"
	switch m.Substrates[i].Unit {
	case tissue.DimensionlessUnit:
		unit = "1/s"
	case tissue.MillimetresMercury:
		unit = "mmHg/s"
	}
	return s.Happen(fmt.Sprintf("source: {%s: %s}, within: %s", keyed(substrate), quantity.Format(perSecond, unit), at.Within(m.Grid.Planar)))
}

// Region has spheres be a region of their own, in which all substrates diffuse so many times
// as fast as elsewhere in the tissue; 0 lets nothing pass and holds nothing.
func (s *Session) Region(times float64, at Spheres) error {
	m := s.scenario.Model
	inside := "impermeable: true"
	if times > 0 {
		var all []string
		for _, of := range m.Substrates {
			all = append(all, keyed(of.Name)+": {diffusion: "+quantity.Format(times*of.DiffusionCoefficient, "um^2/s")+"}")
		}
		inside = "substrates: {" + strings.Join(all, ", ") + "}"
	}
	return s.Set("regions[+]={name: " + s.unusedName("painted") + ", shape: " + at.Within(m.Grid.Planar) + ", " + inside + "}")
}

// Vessel is one that a person places.
type Vessel struct {
	Substrate    string
	Permeability float64 // µm/s
	Blood        float64 // density, in the substrate's unit
	From, To     r3.Vec  // of its axis, µm
	Radius       float64 // µm
}

// Place puts a vessel into the tissue.
func (s *Session) Place(v Vessel) error {
	m := s.scenario.Model
	i := slices.IndexFunc(m.Substrates, func(of tissue.Substrate) bool { return of.Name == v.Substrate })
	if i < 0 {
		return fmt.Errorf("no substrate %q", v.Substrate)
	}
	return s.Set(fmt.Sprintf("regions[+]={name: %s, shape: %s, vessel: {%s: {permeability: %s, blood: %s}}}", s.unusedName("vessel"), v.shape(m.Grid.Planar),
		keyed(v.Substrate), quantity.Format(v.Permeability, "um/s"), density(v.Blood, m.Substrates[i])))
}

// shape is a cylinder, or where a planar tissue has it upright a disc.
func (v Vessel) shape(planar bool) string {
	at := func(p r3.Vec) string { return vector(p, planar) }
	radius := quantity.Format(tenths(v.Radius), "um")
	if planar && v.From.X == v.To.X && v.From.Y == v.To.Y {
		return "{sphere: {centre: " + at(v.From) + ", radius: " + radius + "}}"
	}
	return "{cylinder: {from: " + at(v.From) + ", to: " + at(v.To) + ", radius: " + radius + "}}"
}

// unusedName is a name for a region that none has yet.
func (s *Session) unusedName(kind string) string {
	for n := 1; ; n++ {
		name := fmt.Sprintf("%s %d", kind, n)
		if !slices.ContainsFunc(s.scenario.Model.Regions, func(r tissue.Region) bool { return r.Name == name }) {
			return name
		}
	}
}

// DoseBody gives an amount, written as in a scenario, into a compartment of the body, now.
func (s *Session) DoseBody(compartment, amount string) error {
	return s.edit("", func(t float64, _ []Edit) ([]string, error) {
		return []string{"body.doses[+]={into: " + keyed(compartment) + ", amount: " + amount + ", at: " + quantity.Format(t, "s") + "}"}, nil
	}, false)
}

// compartments are the names of those of a body.
func compartments(b *tissue.Body) (names []string) {
	if b == nil {
		return nil
	}
	for _, v := range b.Variables {
		if v.IsCompartment() {
			names = append(names, v.Name)
		}
	}
	return names
}
