package quantity

import (
	"fmt"
	"strings"
)

// Dimension is a product of powers of the base dimensions, kept as their
// exponents packed into one integer. Multiplying two quantities adds their
// dimensions, dividing subtracts them, and a power multiplies, so that
//
//	2*Length - Time
//
// is a diffusion coefficient. Dimensions are constants, comparable with ==, and
// may be the cases of a switch. Exponents must stay within ±2047.
type Dimension int64

// exponentBits is the room one exponent has in a Dimension.
const exponentBits = 12

// The base dimensions. In brackets: the unit in which values are kept.
const (
	Length    Dimension = 1 << (iota * exponentBits) // [um]
	Time                                             // [s]
	Molecules                                        // [molecules]
	Mass                                             // [kDa]
	Pressure                                         // [mmHg], a base dimension of its own: no quantity here relates it to mass

	// Dimensionless numbers, percentages and counts of cells, receptors or sites.
	Dimensionless Dimension = 0
)

// The dimensions of the simulator's quantities.
const (
	Area              = 2 * Length                  // um^2
	Volume            = 3 * Length                  // um^3
	Rate              = -Time                       // 1/s: decay, internalisation, secretion towards a saturation density
	Velocity          = Length - Time               // um/s: also the permeability of a wall
	Diffusion         = 2*Length - Time             // um^2/s
	VolumeRate        = 3*Length - Time             // um^3/s: the volume a sink clears per time
	Concentration     = Molecules - 3*Length        // molecules/um^3
	ConcentrationRate = Concentration - Time        // molecules/um^3/s
	Gradient          = Concentration - Length      // molecules/um^4
	MoleculeRate      = Molecules - Time            // molecules/s: export, maximal uptake
	Flux              = Molecules - 2*Length - Time // molecules/um^2/s
	OnRate            = 3*Length - Molecules - Time // um^3/molecules/s: k_on
	NumberDensity     = -3 * Length                 // 1/um^3: cells per volume
	SurfacePerVolume  = -Length                     // 1/um: vessel area per tissue volume
	MassConcentration = Mass - 3*Length             // kDa/um^3: ng/ml, which needs a molecular mass to become nM
)

// description is how a dimension is called in a message, and a quantity that has it.
type description struct {
	name, example string
}

func (d Dimension) describe() (description, bool) {
	switch d {
	case Dimensionless:
		return description{"a plain number", "0.5"}, true
	case Length:
		return description{"a length", "10 um"}, true
	case Area:
		return description{"an area", "100 um^2"}, true
	case Volume:
		return description{"a volume", "500 um^3"}, true
	case Time:
		return description{"a time", "2 h"}, true
	case Rate:
		return description{"a rate", "1e-4/s"}, true
	case Velocity:
		return description{"a velocity", "4 um/min"}, true
	case Diffusion:
		return description{"a diffusion coefficient", "10 um^2/s"}, true
	case VolumeRate:
		return description{"a volume per time", "0.05 um^3/s"}, true
	case Molecules:
		return description{"a number of molecules", "1000 molecules"}, true
	case Concentration:
		return description{"a concentration", "10 pM"}, true
	case ConcentrationRate:
		return description{"a concentration per time", "1 pM/s"}, true
	case Gradient:
		return description{"a concentration gradient", "10 pM/um"}, true
	case MoleculeRate:
		return description{"a number of molecules per time", "10 molecules/s"}, true
	case Flux:
		return description{"a flux", "1 molecules/um^2/s"}, true
	case OnRate:
		return description{"an on rate", "3.1e7 /M/s"}, true
	case NumberDensity:
		return description{"a number per volume", "1e6 /ml"}, true
	case SurfacePerVolume:
		return description{"an area per volume", "70 /cm"}, true
	case Mass:
		return description{"a molecular mass", "15.5 kDa"}, true
	case MassConcentration:
		return description{"a mass concentration", "0.05 ng/ml"}, true
	case Pressure:
		return description{"a pressure", "38 mmHg"}, true
	}
	return description{}, false
}

// String names the dimension with its article, "a diffusion coefficient", or
// gives its unit in µm, s and nM where it has no name.
func (d Dimension) String() string {
	if known, ok := d.describe(); ok {
		return known.name
	}
	return "a quantity in " + d.MolarUnit()
}

// Example returns a quantity of this dimension as a person would write it, for
// messages and documentation.
func (d Dimension) Example() string {
	if known, ok := d.describe(); ok {
		return known.example
	}
	return Format(1, d.Unit())
}

// Unit returns the unit in which values of this dimension are kept, such as
// "um^2/s" or "1/s". It is empty for a plain number.
func (d Dimension) Unit() string {
	return unitText(d.exponents(), [...]string{"um", "s", "molecules", "kDa", "mmHg"})
}

// MolarUnit returns the unit of this dimension in µm, s, nM, kDa and mmHg, such as
// "nM/s" or "1/s/nM": the units in which a density in nM multiplies with the rest.
// It is empty for a plain number.
func (d Dimension) MolarUnit() string {
	exponents := d.exponents()
	exponents[0] += 3 * exponents[2] // molecules = nM um^3, to a factor
	return unitText(exponents, [...]string{"um", "s", "nM", "kDa", "mmHg"})
}

func unitText(exponents [5]int, names [5]string) string {
	var above, below []string
	for i, exponent := range exponents {
		switch name := names[i]; {
		case exponent == 1:
			above = append(above, name)
		case exponent > 1:
			above = append(above, fmt.Sprintf("%s^%d", name, exponent))
		case exponent == -1:
			below = append(below, "/"+name)
		case exponent < -1:
			below = append(below, fmt.Sprintf("/%s^%d", name, -exponent))
		}
	}
	if len(above) == 0 && len(below) > 0 {
		above = append(above, "1")
	}
	return strings.Join(above, " ") + strings.Join(below, "")
}

// Power returns the dimension of a quantity raised to the power n/root. It is
// false where an exponent would be no whole number, or beyond ±1000: of two
// dimensions within that the product still fits.
func (d Dimension) Power(n, root int) (Dimension, bool) {
	const most = 1000
	var raised Dimension
	for i, exponent := range d.exponents() {
		exponent *= n
		if exponent%root != 0 || abs(exponent/root) > most {
			return 0, false
		}
		raised += Dimension(exponent/root) << (i * exponentBits)
	}
	return raised, true
}

// exponents unpacks length, time, molecules, mass and pressure, lowest bits
// first. A negative exponent has borrowed from the one above, so each is taken
// off before the next is read.
func (d Dimension) exponents() [5]int {
	const half, whole = 1 << (exponentBits - 1), 1 << exponentBits
	var exponents [5]int
	for i := range exponents {
		low := int(d & (whole - 1))
		if low >= half {
			low -= whole
		}
		exponents[i] = low
		d = (d - Dimension(low)) >> exponentBits
	}
	return exponents
}
