package render

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/render/colormap"
	"github.com/cytofield/cytofield/tissue"
)

// Scene is a box of tissue to be seen from outside: densities as glowing fog, as
// surfaces of one density and as slices, and cells as balls. Fog and surfaces let
// through what is behind, fog at least three quarters of a ball's light; balls, slices and plates do not. Nothing is where there is no
// tissue: the picture is transparent around the box.
type Scene struct {
	Grid    tissue.Grid
	Camera  Camera
	Volumes []Volume
	Plates  []Plate
	Balls   []Ball
}

// Volume is a field and the ways in which it is shown.
type Volume struct {
	Field    *tissue.Field // of the scene's grid; a ScenePainter reads a texture instead
	Map      colormap.Map  // of fog and slices
	Scale    Scale
	Opacity  Opacity // of fog; nil: none
	Surfaces []Surface
	Slices   []Slice
}

// Opacity says how much light fog takes on its way, as a function of where the
// density lies on its scale: straight lines between stops, constant beyond the
// outermost. Light that crosses Δs µm of absorption κ keeps the share
//
//	exp(−κ Δs)
//
// and fog adds the colour of its density to what it takes away, so that a picture
// does not depend on how finely it is sampled.
type Opacity []Stop

// Stop is a point of an Opacity.
type Stop struct {
	At        float64 // position on the scale, 0 to 1, rising from stop to stop
	PerMicron float64 // κ, 1/µm
}

// Fog returns the opacity that shows most fields well: clear at the low end of
// the scale and dense at the high end. On a linear scale it is in proportion to
// the density, and of differences, on a scale with 0 in it, to their size; on a logarithmic one it rises late, for there most of the tissue
// lies in the middle of the scale. It is proportional to a strength, 1 by default,
// and to the inverse of the box's size, so that boxes large and small look alike.
func Fog(g tissue.Grid, sc Scale, strength float64) Opacity {
	edges := g.Size()
	across := math.Cbrt(edges[0] * edges[1] * edges[2])
	if g.Planar {
		across = edges[2]
	}
	dense := 8 * strength / across
	if sc.Low < 0 && sc.High > 0 {
		const clear = 1.0 / 128 // around 0, that the two entries beside it of a table over the scale let all through
		most, zero := max(-sc.Low, sc.High), sc.Position(0)
		return Opacity{{At: 0, PerMicron: -sc.Low / most * dense}, {At: max(zero-clear, clear/2)}, {At: min(zero+clear, 1-clear/2)}, {At: 1, PerMicron: sc.High / most * dense}}
	}
	if !sc.Log {
		return Opacity{{At: 0}, {At: 1, PerMicron: dense}}
	}
	curve := make(Opacity, 17)
	for i := range curve {
		t := float64(i) / 16
		curve[i] = Stop{At: t, PerMicron: (0.6*t + 12*t*t*t) * strength / across}
	}
	return curve
}

// at returns κ, 1/µm, at a position on the scale.
func (o Opacity) at(t float64) float64 {
	if len(o) == 0 {
		return 0
	}
	if t <= o[0].At {
		return o[0].PerMicron
	}
	for i, stop := range o[1:] {
		if t <= stop.At {
			low := o[i]
			return low.PerMicron + (t-low.At)/(stop.At-low.At)*(stop.PerMicron-low.PerMicron)
		}
	}
	return o[len(o)-1].PerMicron
}

func (o Opacity) validate() error {
	before := math.Inf(-1)
	for _, s := range o {
		if !(s.At >= 0 && s.At <= 1) || s.At <= before {
			return fmt.Errorf("opacity at position %g: want positions that rise from 0 to 1", s.At)
		}
		if !(s.PerMicron >= 0) || math.IsInf(s.PerMicron, 0) {
			return fmt.Errorf("opacity %g 1/µm at position %g: want 0 or more", s.PerMicron, s.At)
		}
		before = s.At
	}
	return nil
}

// Surface is where a field has one density, trilinear between the centres of
// voxels. It is a thin shell: seen at an angle it lets less through,
//
//	α' = 1 − (1 − α)^(1/cos)        cos not below 0.2
type Surface struct {
	Level   float64    // density
	Colour  color.RGBA // opaque
	Opacity float64    // α seen from straight ahead, 0 to 1
}

// Ball is a cell.
type Ball struct {
	Centre r3.Vec     // µm
	Radius float64    // µm
	Colour color.RGBA // opaque
}

// Plate is a slice with a picture of its own, of something else than one density. The
// picture fills it, as that of Plane.PaintInto does.
type Plate struct {
	Slice
	Picture *image.RGBA // opaque; row 0 is the top; a ScenePainter reads a picture on the device instead
}

// maxVolumes is how many fields a scene shows at a time.
const maxVolumes = 4

// maxSurfaces and maxSlices are how many surfaces and slices a scene shows, over
// all fields.
const maxSurfaces, maxSlices = 8, 8

// maxPlates is how many plates a scene shows: one across each axis.
const maxPlates = 3

// Validate reports all that is wrong with a scene.
func (s Scene) Validate() error {
	faults := []error{s.Camera.Validate()}
	if len(s.Volumes) > maxVolumes {
		faults = append(faults, fmt.Errorf("render: scene of %d fields: want at most %d", len(s.Volumes), maxVolumes))
	}
	surfaces, cuts := 0, 0
	for i, v := range s.Volumes {
		surfaces, cuts = surfaces+len(v.Surfaces), cuts+len(v.Slices)
		for _, err := range v.validate(s.Grid) {
			faults = append(faults, fmt.Errorf("render: scene: field %d: %w", i+1, err))
		}
	}
	if surfaces > maxSurfaces {
		faults = append(faults, fmt.Errorf("render: scene of %d surfaces: want at most %d", surfaces, maxSurfaces))
	}
	if cuts > maxSlices {
		faults = append(faults, fmt.Errorf("render: scene of %d slices: want at most %d", cuts, maxSlices))
	}
	if len(s.Plates) > maxPlates {
		faults = append(faults, fmt.Errorf("render: scene of %d plates: want at most %d", len(s.Plates), maxPlates))
	}
	for _, p := range s.Plates {
		faults = append(faults, p.Validate(s.Grid))
	}
	for i, b := range s.Balls {
		if !(b.Radius > 0) || math.IsInf(b.Radius, 0) || math.IsNaN(r3.Norm(b.Centre)) || math.IsInf(r3.Norm(b.Centre), 0) {
			faults = append(faults, fmt.Errorf("render: scene: ball %d of radius %g µm at (%g, %g, %g) µm: want a positive radius and a finite place",
				i+1, b.Radius, b.Centre.X, b.Centre.Y, b.Centre.Z))
		}
	}
	return errors.Join(faults...)
}

func (v Volume) validate(g tissue.Grid) []error {
	var faults []error
	if v.Field != nil && v.Field.Grid != g {
		faults = append(faults, fmt.Errorf("%v voxels of %v µm in a scene of %v voxels of %v µm: want the same grid",
			v.Field.Grid.Shape, v.Field.Grid.Spacing, g.Shape, g.Spacing))
	}
	if len(v.Opacity) > 0 || len(v.Slices) > 0 {
		faults = append(faults, v.Scale.Validate(), v.Opacity.validate())
		if v.Map.IsZero() {
			faults = append(faults, errors.New("no colour map"))
		}
	}
	for _, s := range v.Surfaces {
		if math.IsNaN(s.Level) || math.IsInf(s.Level, 0) || !(s.Opacity >= 0 && s.Opacity <= 1) {
			faults = append(faults, fmt.Errorf("surface at %g of opacity %g: want a finite density and an opacity of 0 to 1", s.Level, s.Opacity))
		}
	}
	for _, s := range v.Slices {
		faults = append(faults, s.Validate(g))
	}
	return slices.DeleteFunc(faults, func(err error) bool { return err == nil })
}

// View returns the scene's camera in front of a picture.
func (s Scene) View(size image.Point) View { return s.Camera.View(s.Grid, size) }
