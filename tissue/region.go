package tissue

import "fmt"

// MaxRegions is the most regions a model may have: Labels keeps them in bytes.
const MaxRegions = 255

// Region is a part of the tissue with properties of its own: the voxels whose
// centres lie in its shape, less those of later regions.
type Region struct {
	Name                  string
	Shape                 Shape
	ExtracellularFraction float64          // α
	Impermeable           bool             // nothing passes through its faces, and nothing is inside; true of every vessel
	Media                 []Medium         // by SubstrateID
	Held                  []HeldDensity    // in every voxel of the region
	Vessel                []VesselExchange // with blood, through the surface of the shape
	HydraulicConductivity float64          // K, µm²/(Pa s); counts in a pressure-driven flow
	Leak                  *Leak            // of fluid through the surface of the shape; nil for none
	Lymph                 *Lymph           // uptake of fluid; nil for none
}

// Medium is what a substrate meets in a region.
type Medium struct {
	DiffusionCoefficient float64 // µm²/s
	DecayRate            float64 // of free molecules, 1/s
	Retardation          float64 // see Substrate.RetardationFactor; 0 means 1
}

// RetardationFactor returns R: see Substrate.RetardationFactor.
func (m Medium) RetardationFactor() float64 {
	if m.Retardation == 0 {
		return 1
	}
	return m.Retardation
}

// HeldDensity is the density of one substrate in every voxel of a region: each is
// a Dirichlet node.
type HeldDensity struct {
	Substrate SubstrateID
	Density   float64     // in the substrate's unit
	Series    *TimeSeries // over time instead of Density; nil where constant
}

// DensityAt returns the held density at a time, s.
func (h HeldDensity) DensityAt(t float64) float64 { return densityAt(h.Density, h.Series, t) }

// VesselExchange is what one substrate does at the wall of a vessel. Per area of
// the wall and time
//
//	N P (C_blood − c)
//
// comes into the tissue, with N = DensityUnit.AmountPerVolume and c the density
// in the voxel outside the wall (Model.VesselSurface); times Response where there is one.
type VesselExchange struct {
	Substrate    SubstrateID
	Permeability float64         // P, µm/s
	BloodDensity float64         // C_blood, in the substrate's unit
	Series       *TimeSeries     // C_blood over time instead of BloodDensity; nil where constant
	Compartment  *BodyVariableID // C_blood is that of the body's compartment; nil where the two above say it
	Response     Response        // with a compartment
}

// DensityAt returns the density that BloodDensity or Series give at a time, s.
func (v VesselExchange) DensityAt(t float64) float64 { return densityAt(v.BloodDensity, v.Series, t) }

// Leak is the fluid that filters through the wall of a vessel (Starling):
//
//	Lp (Pressure − p)
//
// µm³ per µm² of wall and second, with p the pressure in the tissue. It brings
// along the blood's density of the substrates that the vessel exchanges and none
// of the others; where it flows into the vessel it takes the tissue's.
type Leak struct {
	Conductivity float64 // Lp, µm/(Pa s)
	Pressure     float64 // effective: blood less oncotic, σ Δπ, Pa
}

// Lymph is the fluid that lymphatics take up where the pressure p of the tissue
// is above theirs,
//
//	Rate (p − Pressure)
//
// µm³ per µm³ of tissue and second, with the substrates in it. (Baxter & Jain
// 1989, Microvascular Research 37:77.)
type Lymph struct {
	Rate     float64 // L_pl S/V, 1/(Pa s)
	Pressure float64 // p_l, Pa
}

// HasWall reports whether something passes through the surface of the region's
// shape: it is a vessel.
func (r *Region) HasWall() bool { return len(r.Vessel) > 0 || r.Leak != nil }

func (r *Region) validate(m *Model) []error {
	var faults []error
	fault := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf("tissue: region %q: "+format, append([]any{r.Name}, args...)...))
	}
	if r.Shape == nil {
		fault("no shape")
	} else if err := validateShape(r.Shape, m.Grid, r.HasWall()); err != nil {
		fault("%w", err)
	}
	if !(r.ExtracellularFraction > 0 && r.ExtracellularFraction <= 1) {
		fault("extracellular fraction %g: want more than 0, at most 1", r.ExtracellularFraction)
	}
	if len(r.Media) != len(m.Substrates) {
		fault("%d media for %d substrates: want one for each", len(r.Media), len(m.Substrates))
	}
	for i, medium := range r.Media {
		for _, err := range medium.validate() {
			fault("substrate %d: %w", i, err)
		}
	}
	if r.HasWall() && !r.Impermeable {
		fault("a vessel whose inside is not impermeable: exchange is through its wall alone")
	}
	if r.Impermeable && (len(r.Held) > 0 || r.Lymph != nil) {
		fault("impermeable, and yet it holds a density or drains: want one of them")
	}
	held := map[SubstrateID]bool{}
	for _, h := range r.Held {
		for _, err := range m.validateHeld(h.Substrate, held, h.Density, h.Series) {
			fault("%w", err)
		}
	}
	exchanged := map[SubstrateID]bool{}
	for _, v := range r.Vessel {
		for _, err := range m.validateHeld(v.Substrate, exchanged, v.BloodDensity, v.Series) {
			fault("blood: %w", err)
		}
		if !nonNegative(v.Permeability) {
			fault("permeability %g µm/s: want 0 or more", v.Permeability)
		}
	}
	for _, err := range r.validateFluid(m.Flow) {
		fault("%w", err)
	}
	return faults
}

// validateHeld checks a density that a region holds of a substrate, each but once.
func (m *Model) validateHeld(id SubstrateID, known map[SubstrateID]bool, density float64, series *TimeSeries) []error {
	if int(id) < 0 || int(id) >= len(m.Substrates) {
		return []error{fmt.Errorf("substrate %d of %d", id, len(m.Substrates))}
	}
	s := m.Substrates[id]
	faults := validateDensity(density, series, s.Unit)
	if known[id] {
		faults = append(faults, fmt.Errorf("%s given twice", s.Name))
	}
	known[id] = true
	return faults
}

// validateFluid checks what a region does in a flow that pressure drives.
func (r *Region) validateFluid(flow *Flow) []error {
	var faults []error
	driven := flow != nil && flow.Pressure != nil
	if (r.Leak != nil || r.Lymph != nil) && !driven {
		faults = append(faults, fmt.Errorf("fluid leaks or drains: want a flow driven by pressure"))
	}
	if driven && !r.Impermeable && !positive(r.HydraulicConductivity) {
		faults = append(faults, fmt.Errorf("hydraulic conductivity %g µm²/(Pa s): want more than 0", r.HydraulicConductivity))
	}
	if l := r.Leak; l != nil && (!nonNegative(l.Conductivity) || !finite(l.Pressure)) {
		faults = append(faults, fmt.Errorf("leak of %g µm/(Pa s) at %g Pa: want 0 or more, and a pressure", l.Conductivity, l.Pressure))
	}
	if l := r.Lymph; l != nil && (!nonNegative(l.Rate) || !finite(l.Pressure)) {
		faults = append(faults, fmt.Errorf("lymph of %g 1/(Pa s) at %g Pa: want 0 or more, and a pressure", l.Rate, l.Pressure))
	}
	return faults
}

func (m Medium) validate() []error {
	var faults []error
	if !nonNegative(m.DiffusionCoefficient) {
		faults = append(faults, fmt.Errorf("diffusion coefficient %g µm²/s: want 0 or more", m.DiffusionCoefficient))
	}
	if !nonNegative(m.DecayRate) {
		faults = append(faults, fmt.Errorf("decay rate %g 1/s: want 0 or more", m.DecayRate))
	}
	if m.Retardation != 0 && (!positive(m.Retardation) || m.Retardation < 1) {
		faults = append(faults, fmt.Errorf("retardation factor %g: want 1 or more", m.Retardation))
	}
	return faults
}
