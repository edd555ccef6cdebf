package quantity

import (
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits on what is read. They keep exact arithmetic small; no physical
// quantity comes near them.
const (
	maxText     = 120 // bytes
	maxExponent = 12  // of any base dimension, and in any power as written
)

// numberPattern is a decimal number at the start of a text.
var numberPattern = regexp.MustCompile(`^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?`)

// read splits text into its number and its unit and returns the exact value in
// base units, the dimension, and the unit as written.
func read(text string) (value *big.Rat, d Dimension, unitText string, err error) {
	if len(text) > maxText {
		return nil, 0, "", fmt.Errorf("%.20q...: %d bytes are too long for a quantity; write a number and a unit, such as \"10 um^2/s\"", text, len(text))
	}
	text = strings.TrimSpace(text)
	if text == "" {
		return nil, 0, "", errors.New(`"": no quantity; write a number and a unit, such as "10 um^2/s"`)
	}
	if !utf8.ValidString(text) {
		return nil, 0, "", fmt.Errorf("%q: not UTF-8 text; write µ as u if the editor cannot save it", text)
	}
	plain := strings.ReplaceAll(text, "\u2212", "-") // minus sign
	number := numberPattern.FindString(plain)
	if number == "" {
		return nil, 0, "", fmt.Errorf("%q: %w", text, noNumber(plain))
	}
	rest := plain[len(number):]
	if strings.HasPrefix(rest, ",") || strings.HasPrefix(rest, "_") || strings.HasPrefix(rest, ".") {
		return nil, 0, "", fmt.Errorf("%q: %q inside a number; write it with one decimal point and no separators, such as 1234.5", text, rest[:1])
	}
	unitText = strings.TrimSpace(rest)
	factor, d, err := readUnit(unitText)
	if err != nil {
		return nil, 0, "", fmt.Errorf("%q: %w", text, err)
	}
	if unitText == "cell" || unitText == "cells" {
		return nil, 0, "", fmt.Errorf("%q: cells are counted with a plain number; write %s", text, number)
	}
	if _, power, _ := strings.Cut(strings.ToLower(number), "e"); len(strings.TrimLeft(power, "+-0")) > 3 {
		return nil, 0, "", fmt.Errorf("%q: an exponent of %s is beyond a float64; write a number such as 1.5e-3", text, power)
	}
	value, ok := new(big.Rat).SetString(number)
	if !ok {
		return nil, 0, "", fmt.Errorf("%q: %s is not a decimal number; write one such as 1.5e-3", text, number)
	}
	return value.Mul(value, factor), d, unitText, nil
}

// noNumber says why a text that does not start with a number is no quantity.
func noNumber(text string) error {
	word := strings.ToLower(strings.TrimLeft(text, "+-"))
	for _, bad := range []string{"inf", "nan", "∞"} {
		if strings.HasPrefix(word, bad) {
			return errors.New("not a finite number; write a finite one")
		}
	}
	if _, _, err := readUnit(text); err == nil {
		return fmt.Errorf(`no number; write one before the unit, such as "10 %s"`, text)
	}
	return errors.New(`does not start with a number; write a number and a unit, such as "10 um^2/s"`)
}

// A reader goes through the text of a unit once:
//
//	unit   = [ "1" ] { "/" factor } | factor { product factor } { "/" factor }
//	factor = symbol [ power ] | "(" unit ")" [ power ]
//	power  = "^" integer | integer | superscript integer
//
// A product is a space, "*", "·", or nothing where it is clear. "1/M s" is
// refused: some read it as s/M.
type reader struct {
	rest  string
	depth int
}

// readUnit returns the factor from the unit to base units, and its dimension.
// The empty unit is a plain number.
func readUnit(text string) (*big.Rat, Dimension, error) {
	r := &reader{rest: strings.NewReplacer("\u00b5", "u", "\u03bc", "u", "\u00b7", "*", "\u22c5", "*", "\u2212", "-").Replace(text)}
	r.space()
	if r.rest == "" {
		return big.NewRat(1, 1), Dimensionless, nil
	}
	factor, exponents, err := r.unit()
	if err != nil {
		return nil, 0, err
	}
	if r.rest != "" {
		return nil, 0, fmt.Errorf("unit %s: %q is left over; write a unit such as um^2/s or 1/(nM s)", text, r.rest)
	}
	var d Dimension
	for i, exponent := range exponents {
		d += Dimension(exponent) << (i * exponentBits)
	}
	return factor, d, nil
}

func (r *reader) space() { r.rest = strings.TrimLeftFunc(r.rest, unicode.IsSpace) }

// take consumes prefix where the text starts with it.
func (r *reader) take(prefix string) bool {
	rest, found := strings.CutPrefix(r.rest, prefix)
	r.rest = rest
	return found
}

func (r *reader) unit() (*big.Rat, [5]int, error) {
	product := big.NewRat(1, 1)
	var exponents [5]int
	r.space()
	// "1/s" and "/s" both start with a division.
	if after, one := strings.CutPrefix(r.rest, "1"); one && strings.HasPrefix(strings.TrimLeftFunc(after, unicode.IsSpace), "/") {
		r.rest = after
	}
	divided := false
	for first := true; ; first = false {
		r.space()
		if r.rest == "" || r.rest[0] == ')' {
			if first {
				return nil, exponents, errors.New("a unit is missing; write one such as um^2/s")
			}
			return product, exponents, nil
		}
		sign := 1
		switch {
		case r.take("/"):
			sign, divided = -1, true
		case divided:
			return nil, exponents, errors.New(`a product after "/" can be read in two ways; write 1/(nM s) or /nM/s`)
		case !first:
			r.take("*")
		}
		r.space()
		factor, powers, err := r.factor()
		if err != nil {
			return nil, exponents, err
		}
		if sign < 0 {
			factor = new(big.Rat).Inv(factor)
		}
		product.Mul(product, factor)
		for i := range exponents {
			exponents[i] += sign * powers[i]
			if abs(exponents[i]) > maxExponent {
				return nil, exponents, fmt.Errorf("a power beyond %d is no physical unit", maxExponent)
			}
		}
	}
}

func (r *reader) factor() (*big.Rat, [5]int, error) {
	var factor *big.Rat
	var exponents [5]int
	if r.take("(") {
		if r.depth++; r.depth > 4 {
			return nil, exponents, errors.New("too many parentheses; write a unit such as 1/(nM s)")
		}
		var err error
		if factor, exponents, err = r.unit(); err != nil {
			return nil, exponents, err
		}
		if !r.take(")") {
			return nil, exponents, errors.New(`a closing ")" is missing`)
		}
		r.depth--
	} else {
		symbol := r.symbol()
		if symbol == "" {
			if r.rest == "" {
				return nil, exponents, errors.New("a unit is missing; write one such as um^2/s")
			}
			return nil, exponents, fmt.Errorf("%q where a unit should stand; write one such as um^2/s or 1/(nM s)", r.rest)
		}
		var d Dimension
		var err error
		if factor, d, err = lookup(symbol); err != nil {
			return nil, exponents, err
		}
		exponents = d.exponents()
	}
	power, err := r.power()
	if err != nil {
		return nil, exponents, err
	}
	raised := big.NewRat(1, 1)
	for range abs(power) {
		raised.Mul(raised, factor)
	}
	if power < 0 {
		raised.Inv(raised)
	}
	for i := range exponents {
		exponents[i] *= power
		if abs(exponents[i]) > maxExponent {
			return nil, exponents, fmt.Errorf("a power beyond %d is no physical unit", maxExponent)
		}
	}
	return raised, exponents, nil
}

// symbol consumes a run of letters, or the per cent sign.
func (r *reader) symbol() string {
	if r.take("%") {
		return "%"
	}
	end := strings.IndexFunc(r.rest, func(c rune) bool { return !unicode.IsLetter(c) })
	if end < 0 {
		end = len(r.rest)
	}
	symbol := r.rest[:end]
	r.rest = r.rest[end:]
	return symbol
}

// power consumes an exponent; without one it is 1.
func (r *reader) power() (int, error) {
	caret := r.take("^")
	digits := ""
	negative, signed := false, false
	for r.rest != "" {
		c, size := utf8.DecodeRuneInString(r.rest)
		switch {
		case digits == "" && !signed && (c == '⁻' || c == '⁺' || caret && (c == '-' || c == '+')):
			negative, signed = c == '⁻' || c == '-', true
		case c >= '0' && c <= '9':
			digits += string(c)
		case strings.ContainsRune(superscripts, c):
			digits += string(rune('0' + len([]rune(superscripts[:strings.IndexRune(superscripts, c)]))))
		default:
			size = 0
		}
		if size == 0 {
			break
		}
		r.rest = r.rest[size:]
	}
	if digits == "" {
		if caret || signed {
			return 0, errors.New(`an exponent is missing; write a whole number such as um^2`)
		}
		return 1, nil
	}
	power := 0
	for _, c := range digits {
		if power = 10*power + int(c-'0'); power > maxExponent {
			return 0, fmt.Errorf("a power beyond %d is no physical unit", maxExponent)
		}
	}
	if strings.HasPrefix(r.rest, ".") {
		return 0, errors.New("an exponent must be a whole number, such as um^2")
	}
	if negative {
		power = -power
	}
	return power, nil
}

const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹"

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
