package scenario

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/cytofield/cytofield/tissue/quantity"
)

// value is a node on its way into the model: it knows its path and reports what
// is wrong with it. Methods that end in a bool return false after they have
// reported a fault.
type value struct {
	*node
	report *report
	path   string
	key    location // of its key, for what is missing in it
}

func (v value) fault(format string, args ...any) {
	if !v.broken {
		v.report.fault(v.at, v.path, format, args...)
	}
}

func (v value) warn(format string, args ...any) { v.report.warn(v.key, v.path, format, args...) }

// written is the value as it stands in the file, for messages.
func (v value) written() string {
	switch v.kind {
	case null:
		return "nothing"
	case mapping:
		return "a mapping {...}"
	case sequence:
		return "a list [...]"
	}
	const longest = 60
	if runes := []rune(v.text); len(runes) > longest {
		return strconv.Quote(string(runes[:longest]) + "…")
	}
	return strconv.Quote(v.text)
}

// plainKey is a key that needs no quotes in a path.
var plainKey = regexp.MustCompile(`^[\pL\pN_+\-/αβγ ]+$`)

func join(path, key string) string {
	if !plainKey.MatchString(key) {
		key = strconv.Quote(key)
	}
	if path == "" {
		return key
	}
	return path + "." + key
}

func (v value) child(e entry) value {
	return value{node: e.value, report: v.report, path: join(v.path, e.key), key: e.at}
}

// isMapping reports a fault where the value is anything else.
func (v value) isMapping(example string) bool {
	if v.kind != mapping {
		v.fault("%s: want a mapping such as %s", v.written(), example)
		return false
	}
	return true
}

// member is a value under a name the user chose.
type member struct {
	value
	name string
}

// named returns the values of a mapping whose keys are names the user chose.
func (v value) named(example string) []member {
	if !v.isMapping(example) {
		return nil
	}
	var all []member
	for _, e := range v.entries {
		child := v.child(e)
		switch {
		case e.key == "" || e.key != strings.TrimSpace(e.key) || len(e.key) > longestName || strings.ContainsFunc(e.key, unprintable):
			v.report.fault(e.at, child.path, "%q: want a name of 1 to %d printable characters", e.key, longestName)
		case child.kind == null && !child.broken:
			v.report.fault(e.at, child.path, "no value after %q", e.key+":")
		}
		all = append(all, member{child, e.key})
	}
	return all
}

// longestName is the longest name of a substrate, cell type or receptor, bytes.
const longestName = 80

func unprintable(r rune) bool { return !unicode.IsPrint(r) }

// list returns the items of a list.
func (v value) list(example string) ([]value, bool) {
	if v.kind != sequence {
		v.fault("%s: want a list such as %s", v.written(), example)
		return nil, false
	}
	all := make([]value, len(v.items))
	for i, item := range v.items {
		all[i] = value{node: item, report: v.report, path: fmt.Sprintf("%s[%d]", v.path, i), key: item.at}
	}
	return all, true
}

// fields are the values of a mapping whose keys are known.
type fields struct {
	value
	known []string
}

// fields reports keys other than those known.
func (v value) fields(example string, known ...string) (fields, bool) {
	f := fields{value: v, known: known}
	if !v.isMapping(example) {
		return f, false
	}
	for _, e := range v.entries {
		found := false
		for _, k := range known {
			found = found || k == e.key
		}
		if !found {
			v.report.fault(e.at, join(v.path, e.key), "unknown key %q%s", e.key, suggest(e.key, known))
		}
	}
	return f, true
}

// get returns the value of a key, and whether it stands there with a value.
func (f fields) get(key string) (value, bool) {
	i := f.find(key)
	if i < 0 {
		return value{}, false
	}
	v := f.child(f.entries[i])
	if v.kind == null && !v.broken {
		v.report.fault(v.key, v.path, "no value after %q", key+":")
	}
	return v, v.kind != null
}

func (f fields) has(key string) bool { return f.find(key) >= 0 }

// need is get for a key that must be there.
func (f fields) need(key, example string) (value, bool) {
	if !f.has(key) {
		f.report.fault(f.value.key, f.path, "%q is missing, such as %s: %s", key, key, example)
		return value{}, false
	}
	return f.get(key)
}

// str returns a text.
func (v value) str() (string, bool) {
	if v.kind != scalar {
		v.fault("%s: want a text", v.written())
		return "", false
	}
	return v.text, true
}

// choice returns one of several words.
func (v value) choice(words ...string) (string, bool) {
	if v.kind == scalar {
		for _, word := range words {
			if v.text == word {
				return word, true
			}
		}
		v.fault("%s%s", v.written(), orWant(v.text, words))
		return "", false
	}
	v.fault("%s%s", v.written(), list(": want ", words))
	return "", false
}

func orWant(word string, words []string) string {
	hint := suggest(word, words)
	if rest, found := strings.CutPrefix(hint, "; want "); found {
		return ": want " + rest
	}
	return ":" + strings.TrimPrefix(hint, ";") + list(" want ", words)
}

// boolean returns true or false.
func (v value) boolean() (bool, bool) {
	word, ok := v.choice("true", "false")
	return word == "true", ok
}

var decimal = regexp.MustCompile(`^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$`)

// parseNumber reads a plain finite decimal number.
func parseNumber(text string) (float64, bool) {
	if !decimal.MatchString(text) {
		return 0, false
	}
	number, err := strconv.ParseFloat(text, 64)
	return number, err == nil
}

// integer returns a whole number of at least low and at most high.
func (v value) integer(low, high int) (int, bool) {
	number, ok := 0., false
	if v.kind == scalar {
		number, ok = parseNumber(v.text)
	}
	switch {
	case !ok || number != math.Trunc(number):
		v.fault("%s: want a whole number such as %d", v.written(), max(low, min(40, high)))
	case number < float64(low) || number > float64(high):
		v.fault("%s: want a whole number from %d to %d", v.written(), low, high)
	default:
		return int(number), true
	}
	return 0, false
}

// quantity returns a value with its unit.
func (v value) quantity(want quantity.Dimension) (quantity.Quantity, bool) {
	if v.kind != scalar {
		v.fault("%s: want %s such as %q", v.written(), want, want.Example())
		return quantity.Quantity{}, false
	}
	q, err := quantity.Parse(v.text)
	if err != nil {
		v.fault("%v", err)
		return q, false
	}
	return q, true
}

// in returns a value in the base unit of a dimension, of any sign.
func (v value) in(want quantity.Dimension) (float64, bool) {
	q, ok := v.quantity(want)
	if !ok {
		return 0, false
	}
	number, err := q.In(want)
	if err != nil {
		v.fault("%v", err)
		return 0, false
	}
	return number, true
}

// positive returns a value above zero in the base unit of a dimension.
func (v value) positive(want quantity.Dimension) (float64, bool) {
	number, ok := v.in(want)
	if ok && number <= 0 {
		v.fault("%s: want more than 0", v.written())
		return 0, false
	}
	return number, ok
}

// nonNegative returns a value of zero or more in the base unit of a dimension.
func (v value) nonNegative(want quantity.Dimension) (float64, bool) {
	number, ok := v.in(want)
	if ok && number < 0 {
		v.fault("%s: want 0 or more", v.written())
		return 0, false
	}
	return number + 0, ok // -0 is 0
}
