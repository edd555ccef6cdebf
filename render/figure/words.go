package figure

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// style is how a run of text is set.
type style int

const (
	regular style = iota
	italic
	bold
)

// shift is where a run stands.
type shift int

const (
	level shift = iota
	raised
	lowered
)

// run is a piece of text in one style.
type run struct {
	text  string
	style style
	shift shift
}

// words is a line of text: letters of formulas are italic, powers are raised.
type words []run

func plain(text string) words { return set(text, regular) }

// set makes words of text in one style. Superscripts and subscripts such as those
// of CD8⁺ and O₂, which the font lacks, become smaller letters that are shifted.
func set(text string, s style) words {
	const up, upAs = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿ", "0123456789+−()n"
	const down, downAs = "₀₁₂₃₄₅₆₇₈₉₊₋₍₎", "0123456789+−()"
	var w words
	for _, letter := range text {
		r := run{text: string(letter), style: s}
		if as, ok := exchange(letter, up, upAs); ok {
			r.text, r.shift = as, raised
		} else if as, ok := exchange(letter, down, downAs); ok {
			r.text, r.shift = as, lowered
		}
		if n := len(w); n > 0 && w[n-1].shift == r.shift {
			w[n-1].text += r.text
			continue
		}
		w = append(w, r)
	}
	return w
}

// exchange returns the letter of the second alphabet that stands where the given
// one stands in the first.
func exchange(letter rune, from, to string) (string, bool) {
	i := slices.Index([]rune(from), letter)
	if i < 0 {
		return "", false
	}
	return string([]rune(to)[i]), true
}

// String returns the words without their styles.
func (w words) String() string {
	var b strings.Builder
	for _, r := range w {
		b.WriteString(r.text)
	}
	return b.String()
}

// number prints v with so many decimals and a proper minus sign.
func number(v float64, decimals int) string {
	text := strconv.FormatFloat(v, 'f', decimals, 64)
	if rest, negative := strings.CutPrefix(text, "-"); negative {
		if strings.Trim(rest, "0.") == "" {
			return rest
		}
		return "−" + rest
	}
	return text
}

// power sets 10ⁿ.
func power(n int) words {
	return words{{text: "10"}, {text: number(float64(n), 0), shift: raised}}
}

// FormatTime prints a time, in seconds, for people: "45 s", "2 min 30 s",
// "2 h 10 min", "36 h", "3 d 4 h". Days begin at three, since the literature
// counts 24, 36 and 48 h. Below a minute three digits are kept, above it whole
// seconds.
func FormatTime(seconds float64) string {
	if math.IsNaN(seconds) || math.IsInf(seconds, 0) {
		return "?"
	}
	sign := ""
	if seconds < 0 {
		sign = "−"
	}
	seconds = math.Abs(seconds)
	short, err := strconv.ParseFloat(strconv.FormatFloat(seconds, 'g', 3, 64), 64)
	if err == nil && short < 60 {
		if short == 0 {
			sign = ""
		}
		return sign + strconv.FormatFloat(short, 'f', -1, 64) + " s"
	}
	left := math.Round(seconds)
	var parts []string
	for _, unit := range []struct {
		name    string
		seconds float64
	}{{"d", 86400}, {"h", 3600}, {"min", 60}, {"s", 1}} {
		if unit.name == "d" && left < 3*86400 {
			continue
		}
		if n := math.Floor(left / unit.seconds); n > 0 {
			parts = append(parts, strconv.FormatFloat(n, 'f', 0, 64)+" "+unit.name)
			left -= n * unit.seconds
		}
	}
	return sign + strings.Join(parts, " ")
}

// FormatLength prints a length, µm, as "50 µm" or "2 mm".
func FormatLength(micrometres float64) string {
	switch {
	case micrometres >= 1000:
		return strconv.FormatFloat(micrometres/1000, 'g', 6, 64) + " mm"
	case micrometres < 1:
		return strconv.FormatFloat(micrometres*1000, 'g', 6, 64) + " nm"
	default:
		return strconv.FormatFloat(micrometres, 'g', 6, 64) + " µm"
	}
}

// molarPrefixes are the prefixes of M that densities come with, and their powers
// of ten.
var molarPrefixes = []struct {
	unit  string
	power int
}{{"M", 0}, {"mM", -3}, {"µM", -6}, {"nM", -9}, {"pM", -12}, {"fM", -15}, {"aM", -18}}

// readableUnit returns the unit that brings the high end of a scale between 1 and
// 1000, and the factor from the given unit to it. Molar units change their
// prefix; others take a power of ten, and only where four digits do not do.
func readableUnit(unit string, high float64) (label words, factor float64) {
	from := -1
	for i, p := range molarPrefixes {
		if p.unit == unit {
			from = i
		}
	}
	high = math.Abs(high)
	if from >= 0 && high > 0 {
		best := len(molarPrefixes) - 1
		for i, p := range molarPrefixes {
			if high*math.Pow10(molarPrefixes[from].power-p.power) >= 1-1e-9 {
				best = i
				break
			}
		}
		p := molarPrefixes[best]
		return plain(p.unit), math.Pow10(molarPrefixes[from].power - p.power)
	}
	if unit == "dimensionless" {
		unit = ""
	}
	if high == 0 || high >= 0.1 && high < 10000 {
		return plain(unit), 1
	}
	n := int(math.Floor(math.Log10(high) + 1e-9))
	label = power(n)
	if unit != "" {
		label = append(label, run{text: " " + unit})
	}
	return label, math.Pow10(-n)
}

// densityLabel names the densities of a colour bar: "IL-2 (pM)".
func densityLabel(substrate string, unit words) words {
	switch {
	case unit.String() == "":
		return plain(substrate)
	case substrate == "":
		return unit
	}
	label := append(plain(substrate), run{text: " ("})
	return append(append(label, unit...), run{text: ")"})
}

// axisName names an axis and its unit: "r (µm)". A single letter is set in italics.
func axisName(quantity, unit string) words {
	style := regular
	if len([]rune(quantity)) == 1 {
		style = italic
	}
	switch {
	case quantity == "":
		return nil
	case unit == "":
		return set(quantity, style)
	}
	return append(set(quantity, style), plain(" ("+unit+")")...)
}

// FormatTimeIn prints a time, in seconds, in one unit, s, min, h or d, to four digits: "2.167 h".
// It is [FormatTime] where the unit is "".
func FormatTimeIn(seconds float64, unit string) string {
	factor, err := conversion("s", unit)
	if unit == "" || err != nil || math.IsNaN(seconds) || math.IsInf(seconds, 0) {
		return FormatTime(seconds)
	}
	v := seconds * factor
	decimals := 3
	for most := math.Abs(v); decimals > 0 && most >= 10; decimals-- {
		most /= 10
	}
	text := number(v, decimals)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text + " " + unit
}

// timeStamp is the line that says when: "t = 2 h 10 min", or in a unit "t = 2.167 h".
func timeStamp(seconds float64, unit string) words {
	return words{{text: "t", style: italic}, {text: " = " + FormatTimeIn(seconds, unit)}}
}

// placeStamp is the line that says where the slice lies: "z = 105 µm".
func placeStamp(letter string, micrometres float64) words {
	return words{{text: letter, style: italic}, {text: fmt.Sprintf(" = %s µm", strconv.FormatFloat(micrometres, 'g', 6, 64))}}
}
