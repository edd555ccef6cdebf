package quantity

import (
	"fmt"
	"math/big"
	"sort"
	"strings"
)

// MoleculesPerNanomolar is the number of molecules in one cubic micrometre at
// 1 nM, in molecules/(µm³ nM):
//
//	molecules = density [nM] · volume [µm³] · MoleculesPerNanomolar
//
// It is Avogadro's number (exact since 2019) times 1e-9 mol/l times 1e-15 l/µm³.
const MoleculesPerNanomolar = 0.602214076

// moleculesPerMolar is the same number at 1 M: an integer, so that conversions can be exact.
const moleculesPerMolar = int64(MoleculesPerNanomolar * 1e9)

// A unit is a named factor: scale base units of dimension dim, times
// moleculesPerMolar where molar is set. Scales are decimal texts or fractions,
// because 1e-3 is not a float64.
type unit struct {
	symbols string // separated by spaces
	scale   string
	dim     Dimension
	molar   bool
}

// units is every unit there is. Symbols are spelled with u for µ.
func units() []unit {
	return []unit{
		{"m metre metres meter meters", "1e6", Length, false},
		{"cm", "1e4", Length, false},
		{"mm", "1e3", Length, false},
		{"um micron microns micrometre micrometres micrometer micrometers", "1", Length, false},
		{"nm", "1e-3", Length, false},

		{"l L litre litres liter liters", "1e15", Volume, false},
		{"dl dL", "1e14", Volume, false},
		{"ml mL", "1e12", Volume, false},
		{"ul uL", "1e9", Volume, false},
		{"nl nL", "1e6", Volume, false},
		{"pl pL", "1e3", Volume, false},
		{"fl fL", "1", Volume, false},

		{"s sec second seconds", "1", Time, false},
		{"ms", "1e-3", Time, false},
		{"min minute minutes", "60", Time, false},
		{"h hr hour hours", "3600", Time, false},
		{"d day days", "86400", Time, false},
		{"week weeks", "604800", Time, false},

		{"molecule molecules molec", "1", Molecules, false},
		{"mol mole moles", "1e15", Molecules, true},
		{"mmol", "1e12", Molecules, true},
		{"umol", "1e9", Molecules, true},
		{"nmol", "1e6", Molecules, true},
		{"pmol", "1e3", Molecules, true},
		{"fmol", "1", Molecules, true},
		{"amol", "1e-3", Molecules, true},

		{"M", "1", Concentration, true},
		{"mM", "1e-3", Concentration, true},
		{"uM", "1e-6", Concentration, true},
		{"nM", "1e-9", Concentration, true},
		{"pM", "1e-12", Concentration, true},
		{"fM", "1e-15", Concentration, true},

		// A gram is a mole of daltons to 3e-10.
		{"Da", "1e-3", Mass, false},
		{"kDa", "1", Mass, false},
		{"g", "1e12", Mass, true},
		{"mg", "1e9", Mass, true},
		{"ug", "1e6", Mass, true},
		{"ng", "1e3", Mass, true},
		{"pg", "1", Mass, true},
		{"fg", "1e-3", Mass, true},

		{"mmHg", "1", Pressure, false},
		{"Pa", "1000000000/133322387415", Pressure, false},
		{"kPa", "1000000000000/133322387415", Pressure, false},

		{"%", "1/100", Dimensionless, false},
		{"cell cells", "1", Dimensionless, false},
		{"receptor receptors", "1", Dimensionless, false},
		{"site sites", "1", Dimensionless, false},
	}
}

// lookup finds a unit by its symbol, spelled with u for µ.
func lookup(symbol string) (factor *big.Rat, d Dimension, err error) {
	var alike []string
	for _, u := range units() {
		for name := range strings.FieldsSeq(u.symbols) {
			if name == symbol {
				factor, ok := new(big.Rat).SetString(u.scale)
				if !ok {
					panic("quantity: scale of " + name + " is no number: " + u.scale)
				}
				if u.molar {
					factor.Mul(factor, new(big.Rat).SetInt64(moleculesPerMolar))
				}
				return factor, u.dim, nil
			}
			if strings.EqualFold(name, symbol) {
				alike = append(alike, name)
			}
		}
	}
	if len(alike) > 0 {
		sort.Strings(alike)
		return nil, 0, fmt.Errorf("unknown unit %q; did you mean %s?", symbol, strings.Join(alike, " or "))
	}
	return nil, 0, fmt.Errorf("unknown unit %q; known are m cm mm um nm, l ml ul, s ms min h d week, molecules mol nmol pmol, M mM uM nM pM fM, kDa Da ng pg, mmHg Pa, %%, cell, receptor, site", symbol)
}
