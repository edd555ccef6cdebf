// Package quantity reads and writes physical quantities with their units, such
// as "10 um^2/s", "7.4 pM" or "3.1e7 /M/s".
//
// Values are kept in µm, s, molecules, kDa and mmHg, so that a concentration is
// in molecules/µm³. Conversions are done in exact arithmetic and rounded once:
// "10 um^2/s" is exactly 10, and [Quantity.Nanomolar] of "7.4 pM" is the float64
// next to 0.0074.
package quantity

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// Quantity is a physical quantity as somebody wrote it.
type Quantity struct {
	Value float64   // in the base unit, Dim.Unit()
	Dim   Dimension //
	Text  string    // as written
}

// Parse reads a decimal number followed by a unit. A number alone is
// dimensionless.
//
// Units may be multiplied by a space, "*" or "·", divided by "/" any number of
// times, grouped by parentheses and raised by ^2, ² or ⁻¹. µ may be either of
// its two code points, or u. Symbols are case-sensitive: m is a metre, M is
// molar. Cells, receptors and sites are dimensionless counts.
func Parse(text string) (Quantity, error) {
	exact, d, _, err := read(text)
	if err != nil {
		return Quantity{}, err
	}
	value, err := round(exact)
	if err != nil {
		return Quantity{}, fmt.Errorf("%q: %w", strings.TrimSpace(text), err)
	}
	return Quantity{Value: value, Dim: d, Text: strings.TrimSpace(text)}, nil
}

// In returns the value in the base unit of d. Where the quantity has another
// dimension the error names both and gives an example.
func (q Quantity) In(d Dimension) (float64, error) {
	if q.Dim != d {
		return 0, q.mismatch(d)
	}
	return q.Value, nil
}

// To returns the value in the unit, rounded once from what was written: "7.4 pM"
// in "nM" is 0.0074.
func (q Quantity) To(unit string) (float64, error) {
	factor, d, err := readUnit(unit)
	if err != nil {
		return 0, err
	}
	if q.Dim != d {
		return 0, q.mismatch(d)
	}
	exact, err := q.exact()
	if err != nil {
		return 0, err
	}
	value, err := round(exact.Quo(exact, factor))
	if err != nil {
		return 0, fmt.Errorf("%q in %s: %w", q.written(), unit, err)
	}
	return value, nil
}

// Nanomolar returns a concentration in nM, the unit of every density in the
// program.
func (q Quantity) Nanomolar() (float64, error) {
	return q.To("nM")
}

// NanomolarOf returns a concentration in nM where it may be given by mass, as in
// "50 pg/ml", of a molecule whose mass is known:
//
//	c [nM] = mass concentration [kDa/µm³] / (mass [kDa] · MoleculesPerNanomolar)
//
// The zero Quantity is a mass that is not known: a concentration by mass is then
// an error that asks for it.
func (q Quantity) NanomolarOf(molecule Quantity) (float64, error) {
	if q.Dim != MassConcentration {
		return q.Nanomolar()
	}
	if molecule == (Quantity{}) {
		return 0, q.mismatch(Concentration)
	}
	mass, err := molecule.In(Mass)
	if err != nil {
		return 0, err
	}
	if mass <= 0 {
		return 0, fmt.Errorf("%q: a molecular mass must be positive, such as %q", molecule.written(), Mass.Example())
	}
	return q.Value / (mass * MoleculesPerNanomolar), nil
}

// PerNanomolarSecond returns an on rate in 1/(nM s), the unit of receptor
// kinetics in the program. A volume per time and receptor, "0.0515 um^3/s", is
// taken too: a receptor binds one molecule, so the molecules cancel.
func (q Quantity) PerNanomolarSecond() (float64, error) {
	if q.Dim == VolumeRate {
		return q.Value * MoleculesPerNanomolar, nil
	}
	return q.To("1/(nM s)")
}

// CubicMicrometresPerSecond returns an on rate as the volume that one free
// receptor clears per time, in µm³/s: the form in which cells are sinks.
// It takes what [Quantity.PerNanomolarSecond] takes.
func (q Quantity) CubicMicrometresPerSecond() (float64, error) {
	if q.Dim == VolumeRate {
		return q.Value, nil
	}
	return q.In(OnRate)
}

// String returns the quantity as written, or else in its base unit.
func (q Quantity) String() string { return q.written() }

// Format writes a number that is in the unit already, with the fewest digits
// that bring it back: Parse(Format(v, u)) has exactly v in u ([Quantity.To]).
// An empty unit writes the number alone. The unit is not checked.
func Format(value float64, unit string) string {
	return join(shorter(strconv.FormatFloat(value, 'e', -1, 64)), unit)
}

// Convert returns a value that is in base units (µm, s, molecules, kDa, mmHg) in
// the unit.
func Convert(value float64, unit string) (float64, error) {
	exact, _, err := over(value, unit)
	if err != nil {
		return 0, err
	}
	converted, err := round(exact)
	if err != nil {
		return 0, fmt.Errorf("%g base units in %s: %w", value, unit, err)
	}
	return converted, nil
}

// Express writes a value that is in base units in the unit, with the fewest
// digits for which Parse returns exactly the same Value: Express(7200, "h") is
// "2 h".
func Express(value float64, unit string) (string, error) {
	exact, factor, err := over(value, unit)
	if err != nil {
		return "", err
	}
	// 17 digits tell apart any two float64; conversion may cost one or two more.
	for digits := 0; digits < 24; digits++ {
		number := new(big.Float).SetPrec(256).SetRat(exact).Text('e', digits)
		back, _ := new(big.Rat).SetString(number)
		if rounded, err := round(back.Mul(back, factor)); err == nil && rounded == value {
			return join(shorter(number), unit), nil
		}
	}
	return "", fmt.Errorf("%g base units have no short text in %s", value, unit)
}

// over divides a value in base units by the unit.
func over(value float64, unit string) (quotient, factor *big.Rat, err error) {
	factor, _, err = readUnit(unit)
	if err != nil {
		return nil, nil, err
	}
	exact := new(big.Rat).SetFloat64(value)
	if exact == nil {
		return nil, nil, fmt.Errorf("%g is not a finite number", value)
	}
	return exact.Quo(exact, factor), factor, nil
}

// exact returns the value before it was rounded to Value: from the text where
// there is one that still says the same, since a Quantity is plain data.
func (q Quantity) exact() (*big.Rat, error) {
	if exact, d, _, err := read(q.Text); err == nil && d == q.Dim {
		if value, _ := exact.Float64(); value == q.Value {
			return exact, nil
		}
	}
	exact := new(big.Rat).SetFloat64(q.Value)
	if exact == nil {
		return nil, fmt.Errorf("%g is not a finite number", q.Value)
	}
	return exact, nil
}

func (q Quantity) written() string {
	if q.Text != "" {
		return q.Text
	}
	return Format(q.Value, q.Dim.Unit())
}

func (q Quantity) mismatch(want Dimension) error {
	wanted := fmt.Sprintf("want %s such as %q", want, want.Example())
	text := q.written()
	_, _, unit, err := read(text)
	switch {
	case err == nil && unit == "":
		return fmt.Errorf("%q: no unit, %s", text, wanted)
	case q.Dim == MassConcentration && want == Concentration:
		return fmt.Errorf("%q: %s is by mass and needs the molecular mass; divide by it and write a molar concentration such as %q (1 pg/ml of a 20 kDa molecule is 0.05 pM)", text, unit, want.Example())
	case err == nil:
		return fmt.Errorf("%q: unit %s is %s, %s", text, unit, q.Dim, wanted)
	}
	return fmt.Errorf("%q is %s, %s", text, q.Dim, wanted)
}

// round returns the float64 nearest to the exact value.
func round(exact *big.Rat) (float64, error) {
	value, _ := exact.Float64()
	switch {
	case math.IsInf(value, 0):
		return 0, errors.New("too large a number; write a smaller one")
	case value == 0 && exact.Sign() != 0:
		return 0, errors.New("too small a number; write 0 or a larger one")
	}
	return value, nil
}

func join(number, unit string) string {
	if unit == "" {
		return number
	}
	return number + " " + unit
}

// shorter writes a number in %e form plainly unless that is much longer:
// "1e+01" becomes "10", "1.5e-03" becomes "0.0015", "1e-05" becomes "1e-5".
func shorter(number string) string {
	mantissa, exponent, found := strings.Cut(number, "e")
	power, err := strconv.Atoi(exponent)
	if !found || err != nil {
		return number // Inf and NaN
	}
	sign := ""
	if rest, negative := strings.CutPrefix(mantissa, "-"); negative {
		sign, mantissa = "-", rest
	}
	digits := strings.TrimRight(strings.Replace(mantissa, ".", "", 1), "0")
	if digits == "" {
		return sign + "0"
	}
	scientific := digits[:1]
	if len(digits) > 1 {
		scientific += "." + digits[1:]
	}
	if power != 0 {
		scientific += "e" + strconv.Itoa(power)
	}
	if power < -4 || power > 20 {
		return sign + scientific
	}
	plain := digits
	switch point := power + 1; {
	case point <= 0:
		plain = "0." + strings.Repeat("0", -point) + digits
	case point >= len(digits):
		plain = digits + strings.Repeat("0", point-len(digits))
	default:
		plain = digits[:point] + "." + digits[point:]
	}
	if len(plain) > len(scientific)+2 {
		return sign + scientific
	}
	return sign + plain
}
