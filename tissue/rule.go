package tissue

import "math"

// Rule says how a signal changes a behaviour of the cells of a type. All rules on one
// behaviour together give, as in PhysiCell's grammar,
//
//	value = up + (low − up) H_down      up = base + (high − base) H_up
//	H = Σ (s/h)^p / (1 + Σ (s/h)^p)
//
// with base that of the type (CellType.Base), high the largest saturation of the rules that
// increase it, low the smallest of those that decrease it, and H_up and H_down of the signals
// of either; h is HalfMax, p HillPower. (Johnson et al. 2025, Cell 188:4711; of a single
// rule it is a Hill function from the base to the saturation.)
type Rule struct {
	Signal     Signal
	Behaviour  Behaviour
	Decreases  bool
	Saturation float64 // in the unit of the behaviour
	HalfMax    float64 // in the unit of the signal
	HillPower  float64
	Dead       bool // holds for dead cells too; of exchange and variables
}

// SignalKind says what a cell senses.
type SignalKind int

// The signals: of a substrate, of variables, of a type, or of the cell alone.
const (
	Density        SignalKind = iota // interpolated where the cell is
	SurfaceDensity                   // at the cell's surface, its own plume accounted for
	Gradient                         // the norm of the gradient, density/µm
	VariableSignal                   // a variable of the cell
	Occupancy                        // bound / (free + bound) of two variables; 0 where there are none
	Contact                          // living cells of a type within reach
	DeadContact                      // dead cells within reach
	Pressure                         // of the neighbours: see PressureOf
	Damage                           // the cell's
	Age                              // since the cell was added or born, s
	Time                             // since the start, s
	BodySignal                       // a variable of the body, the same for all cells

	signalKinds
)

// Signal is one number that a cell senses.
type Signal struct {
	Kind      SignalKind
	Substrate SubstrateID    // of Density to Gradient
	Variable  int            // of VariableSignal, and the free molecules of Occupancy
	Bound     int            // the bound molecules of Occupancy
	Type      CellTypeID     // of Contact
	Body      BodyVariableID // of BodySignal
}

// OfSubstrate reports whether the signal is about one substrate.
func (k SignalKind) OfSubstrate() bool { return k <= Gradient }

// OfVariable reports whether the signal is about the variables of the cell.
func (k SignalKind) OfVariable() bool { return k == VariableSignal || k == Occupancy }

// PressureOf returns what a neighbour at a distance d adds to the pressure on a cell, a
// plain number; R is the sum of their radii:
//
//	(1 − d/R)² / s      s = 12 (1 − √(π/(2√3)))²
//
// 12 neighbours as dense as in confluent tissue make 1. (PhysiCell's simple pressure;
// Ghaffarizadeh et al. 2018.)
func PressureOf(d, R float64) float64 {
	if d >= R {
		return 0
	}
	const scale = 0.027288820670331 // s
	return (1 - d/R) * (1 - d/R) / scale
}

// HillResponse returns H of a sum Σ (s/h)^p.
func HillResponse(sum float64) float64 {
	if math.IsInf(sum, 1) {
		return 1
	}
	return sum / (1 + sum)
}
