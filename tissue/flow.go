package tissue

// Flow is the flow of interstitial fluid, given or driven by pressure; just one
// of its fields is set. It carries substrates with the Darcy velocity q = α v, the
// volume of fluid per area of tissue and time.
//
// What comes in through a face of the box has the density that a Dirichlet or
// Robin boundary says, else none; what leaves has that of the last voxel. A
// no-flux face is closed for diffusion only. At periodic faces fluid passes on.
type Flow struct {
	Velocity *[3]float64   // interstitial velocity v, the same everywhere, µm/s
	Pressure *PressureFlow // Darcy flow
}

// PressureFlow is Darcy flow through tissue,
//
//	q = −K ∇p,   ∇·q = Σ_vessels Lp s_v (p_v − p) − L_pl S/V (p − p_l)
//
// with s_v the wall of vessels per volume of tissue (Region.Leak, Region.Lymph).
// (Baxter & Jain 1989, Microvascular Research 37:77.)
type PressureFlow struct {
	Conductivity float64            // K outside regions, µm²/(Pa s)
	Faces        [3][2]PressureFace // per axis, lower and upper
}

// PressureKind says what happens to the fluid at a face of the box.
type PressureKind int

// The kinds of face.
const (
	Closed       PressureKind = iota // no fluid passes
	HeldPressure                     // the pressure at the wall is held
	GivenInflow                      // the velocity through the wall is given
)

func (k PressureKind) String() string {
	return [...]string{"closed", "pressure", "inflow"}[k]
}

// PressureFace is the condition on the fluid at one face of the box.
type PressureFace struct {
	Kind     PressureKind
	Pressure float64 // held, Pa; HeldPressure only
	Inflow   float64 // Darcy velocity q inwards, µm/s, negative where fluid leaves; GivenInflow only
}
