package tissue

import (
	"fmt"
	"math"

	"github.com/cytofield/cytofield/tissue/quantity"
)

// SubstrateID is the position of a substrate in Model.Substrates.
type SubstrateID int

// DensityUnit is the unit a substrate's density is given in.
type DensityUnit string

// The density units a substrate may have. Only nM converts to molecules.
const (
	Nanomolar          DensityUnit = "nM"
	DimensionlessUnit  DensityUnit = "dimensionless"
	MillimetresMercury DensityUnit = "mmHg"
)

// MaxDensity is the largest density a model may start from or hold, in any unit:
// sums of its squares stay within float32 on every grid that fits a device.
const MaxDensity = 1e12

// AmountPerVolume returns the factor from density × µm³ to the substrate's
// amount: molecules for nM (1 nM is 0.602214076 molecules/µm³), unit·µm³ for
// the units that do not convert.
func (u DensityUnit) AmountPerVolume() float64 {
	if u.CountsMolecules() {
		return quantity.MoleculesPerNanomolar
	}
	return 1
}

// CountsMolecules reports whether the unit converts to molecules.
func (u DensityUnit) CountsMolecules() bool { return u == Nanomolar }

// AmountUnit names the unit of AmountPerVolume.
func (u DensityUnit) AmountUnit() string {
	if u.CountsMolecules() {
		return "molecules"
	}
	return string(u) + "·µm³"
}

// BoundaryKind says what happens to a substrate at a face of the box.
type BoundaryKind int

// The kinds of boundary.
const (
	NoFlux    BoundaryKind = iota // nothing diffuses through
	Dirichlet                     // the density at the wall is held
	Periodic                      // what leaves comes in at the opposite face
	Flux                          // a given amount comes in per area and time
	Robin                         // a permeable wall with a density beyond it
)

func (k BoundaryKind) String() string {
	return [...]string{"no-flux", "dirichlet", "periodic", "flux", "robin"}[k]
}

// Boundary is the condition on one face of the box. With n the inward normal and
// N = DensityUnit.AmountPerVolume, the amount that diffuses in per area of the
// face and time is
//
//	N α D ∂c/∂n = Flux                        of kind Flux
//	            = N P (Density − c at wall)   of kind Robin
//
// Areas are of the whole face, not of its fluid share.
type Boundary struct {
	Kind         BoundaryKind
	Density      float64     // held at the wall (Dirichlet) or beyond it (Robin), in the substrate's unit
	Series       *TimeSeries // Dirichlet, Robin: the density over time instead of Density; nil where constant
	Flux         float64     // Flux: inwards, 0 or more, amount/(µm² s): molecules/(µm² s) for nM
	Permeability float64     // Robin: P, µm/s
}

// DensityAt returns the density at or beyond the wall at a time, s.
func (b Boundary) DensityAt(t float64) float64 { return densityAt(b.Density, b.Series, t) }

// Substrate is one diffusing molecule.
type Substrate struct {
	Name                 string
	Unit                 DensityUnit
	DiffusionCoefficient float64        // effective, µm²/s
	DecayRate            float64        // of free molecules, 1/s
	Retardation          float64        // R, see RetardationFactor; 0 means 1
	InitialDensity       float64        // of free molecules, everywhere at the start
	Boundary             [3][2]Boundary // per axis, lower and upper face
}

// RetardationFactor returns R, one plus the ratio of bound to free molecules
// where binding to the matrix is linear, reversible and fast beside all else:
//
//	R α ∂c/∂t = ∇·(α D ∇c) − α λ c + ...
//
// Densities are of free molecules, and bound ones neither diffuse nor decay. At
// rest R plays no part. (Freeze & Cherry 1979, Groundwater, eq. 9.14.)
func (s Substrate) RetardationFactor() float64 { return s.Medium().RetardationFactor() }

// Medium returns the substrate's coefficients outside regions.
func (s Substrate) Medium() Medium {
	return Medium{DiffusionCoefficient: s.DiffusionCoefficient, DecayRate: s.DecayRate, Retardation: s.Retardation}
}

func (b Boundary) validate(unit DensityUnit) []error {
	var faults []error
	switch b.Kind {
	case Dirichlet, Robin:
		faults = validateDensity(b.Density, b.Series, unit)
	case NoFlux, Periodic, Flux:
	default:
		faults = append(faults, fmt.Errorf("boundary of kind %d: want 0 to %d", b.Kind, Robin))
	}
	if b.Kind == Flux && !nonNegative(b.Flux) {
		faults = append(faults, fmt.Errorf("flux %g %s/(µm² s): want 0 or more", b.Flux, unit.AmountUnit()))
	}
	if b.Kind == Robin && !nonNegative(b.Permeability) {
		faults = append(faults, fmt.Errorf("permeability %g µm/s: want 0 or more", b.Permeability))
	}
	return faults
}

// validateDensity checks a density that something holds, constant or over time.
func validateDensity(density float64, series *TimeSeries, unit DensityUnit) []error {
	if series != nil {
		return series.validate(unit)
	}
	if !nonNegative(density) || density > MaxDensity {
		return []error{fmt.Errorf("density %g %s held: want 0 or more, at most %g", density, unit, MaxDensity)}
	}
	return nil
}

func (s Substrate) validate(g Grid) []error {
	var faults []error
	fault := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf("tissue: substrate %q: "+format, append([]any{s.Name}, args...)...))
	}
	switch s.Unit {
	case Nanomolar, DimensionlessUnit, MillimetresMercury:
	default:
		fault("density unit %q: want nM, dimensionless or mmHg", s.Unit)
	}
	for _, err := range s.Medium().validate() {
		fault("%w", err)
	}
	if !nonNegative(s.InitialDensity) || s.InitialDensity > MaxDensity {
		fault("initial density %g %s: want 0 or more, at most %g", s.InitialDensity, s.Unit, MaxDensity)
	}
	for axis, faces := range s.Boundary {
		if (faces[0].Kind == Periodic) != (faces[1].Kind == Periodic) {
			fault("periodic at one %s face only: want both", axisNames[axis])
		}
		for side, face := range faces {
			for _, err := range face.validate(s.Unit) {
				fault("face %s: %w", faceName(axis, side), err)
			}
			if face.Kind != NoFlux && face.Kind != Periodic && g.Planar && axis == 2 {
				fault("a boundary of kind %s at a z face of a 2D domain: the plane has no z faces", face.Kind)
			}
		}
	}
	return faults
}

// DiffusionLength returns √(D/λ) for a total loss rate λ, 1/s, in µm; infinite
// without loss.
func (s Substrate) DiffusionLength(lossRate float64) float64 {
	if lossRate == 0 {
		return math.Inf(1)
	}
	return math.Sqrt(s.DiffusionCoefficient / lossRate)
}
