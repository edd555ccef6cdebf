package tissue

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
// in the voxel outside the wall (Model.VesselSurface).
type VesselExchange struct {
	Substrate    SubstrateID
	Permeability float64     // P, µm/s
	BloodDensity float64     // C_blood, in the substrate's unit
	Series       *TimeSeries // C_blood over time instead of BloodDensity; nil where constant
}

// DensityAt returns the density in blood at a time, s.
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
