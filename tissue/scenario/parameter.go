package scenario

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cytofield/cytofield/tissue/quantity"
)

// Parameter is a number of a scenario that somebody may want to turn.
type Parameter struct {
	Path   string  // in the resolved text, as in Options.Set: substrates.IL-2.decay
	Value  float64 // in Unit
	Unit   string  // as in the resolved text; "" for a plain number
	Source string  // what the catalogue says of the value, where it was taken from there
}

// Setting returns the argument of Options.Set that gives the parameter a value, in
// its unit. It is for the resolved text: the file as written may say the same in
// other words, such as half_life for decay.
func (p Parameter) Setting(value float64) string {
	return p.Path + "=" + quantity.Format(value, p.Unit)
}

// Parameters returns the numbers of the substrates, reactions, cell types and rules
// in the order of the resolved text. Tables, which are lists of numbers, are none.
func (s *Scenario) Parameters() []Parameter {
	src, text := newSource(s.Name, "", 0), string(s.resolved)
	root := value{node: parse(&report{}, src, text, defaultLimits())}
	var all []Parameter
	for _, section := range []string{"substrates", "reactions", "cells", "rules"} {
		if i := root.find(section); i >= 0 {
			all = append(all, root.child(root.entries[i]).parameters()...)
		}
	}
	all = slices.DeleteFunc(all, func(p Parameter) bool { return strings.HasPrefix(p.Path, "cells.place") })
	for i := range all {
		all[i].Source = s.origins[all[i].Path]
	}
	return all
}

// parameters returns the numbers from here down.
func (v value) parameters() (all []Parameter) {
	switch v.kind {
	case mapping:
		for _, e := range v.entries {
			all = append(all, v.child(e).parameters()...)
		}
	case sequence:
		for i, item := range v.items {
			if item.kind == mapping {
				all = append(all, value{node: item, path: fmt.Sprintf("%s[%d]", v.path, i)}.parameters()...)
			}
		}
	case scalar:
		if p, ok := v.parameter(); ok {
			all = append(all, p)
		}
	}
	return all
}

// parameter returns a scalar that is a number with or without a unit.
func (v value) parameter() (Parameter, bool) {
	if _, err := quantity.Parse(v.text); err != nil || v.quoted {
		return Parameter{}, false
	}
	number, unit, _ := strings.Cut(v.text, " ")
	n, err := strconv.ParseFloat(number, 64)
	return Parameter{Path: v.path, Value: n, Unit: unit}, err == nil
}
