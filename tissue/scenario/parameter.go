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
	Path   string   // in the resolved text, as in Options.Set: substrates.IL-2.decay
	Words  []string // the steps of the path for people: keys, and what entries of lists are called
	Value  float64  // in Unit
	Unit   string   // as in the resolved text; "" for a plain number
	Source string   // what the catalogue says of the value, where it was taken from there
}

// Setting returns the argument of Options.Set that gives the parameter a value, in
// its unit. It is for the resolved text: the file as written may say the same in
// other words, such as half_life for decay.
func (p Parameter) Setting(value float64) string {
	return p.Path + "=" + quantity.Format(value, p.Unit)
}

// Parameters returns the numbers of the substrates, reactions, flow, regions, body, cell
// types and rules in the order of the resolved text, behind the extracellular fraction.
// Shapes and tables, which are lists of numbers, are none; a velocity of flow is.
func (s *Scenario) Parameters() []Parameter {
	root := value{node: s.tree()}
	var all []Parameter
	for _, section := range []string{"domain", "substrates", "reactions", "flow", "regions", "body", "cells", "rules"} {
		if i := root.find(section); i >= 0 {
			all = append(all, root.child(root.entries[i]).parameters([]string{section})...)
		}
	}
	all = slices.DeleteFunc(all, func(p Parameter) bool {
		of := p.Words[0]
		return of == "domain" && p.Path != "domain.extracellular" || of == "cells" && p.Words[1] == "place" || of == "regions" && p.Words[2] == "shape"
	})
	for i := range all {
		all[i].Source = s.origins[all[i].Path]
	}
	return all
}

// tree is the resolved text, read.
func (s *Scenario) tree() *node {
	return parse(&report{}, newSource(s.Name, "", 0), string(s.resolved), defaultLimits())
}

// parameters returns the numbers from here down.
func (v value) parameters(words []string) (all []Parameter) {
	words = words[:len(words):len(words)]
	switch v.kind {
	case mapping:
		for _, e := range v.entries {
			all = append(all, v.child(e).parameters(append(words, e.key))...)
		}
	case sequence:
		for i, item := range v.items {
			if item.kind == mapping || v.path == "flow.velocity" {
				entry := value{node: item, path: fmt.Sprintf("%s[%d]", v.path, i)}
				all = append(all, entry.parameters(append(words, item.called(i)))...)
			}
		}
	case scalar:
		if p, ok := v.parameter(); ok {
			p.Words = words
			all = append(all, p)
		}
	}
	return all
}

// called is what people call entry i of a list: by its name, a rule by what it says.
func (n *node) called(i int) string {
	text := func(key string) string {
		if at := n.find(key); at >= 0 {
			return n.entries[at].value.text
		}
		return ""
	}
	switch {
	case text("name") != "":
		return text("name")
	case text("increases") != "":
		return text("type") + ": " + text("signal") + " increases " + text("increases")
	case text("decreases") != "":
		return text("type") + ": " + text("signal") + " decreases " + text("decreases")
	case text("into") != "":
		return fmt.Sprintf("%d into %s", i+1, text("into"))
	}
	return strconv.Itoa(i + 1)
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

// Rewritten returns arguments of Options.Set, each of which alone gives a parameter a
// value by writing all that stands around it, the least first. They are for files that say
// the same in other words than the resolved text, such as one condition for all faces.
func (s *Scenario) Rewritten(p Parameter, value string) []string {
	r := &report{}
	root := applySet(r, s.tree(), p.Path+"="+value, afterFiles, defaultLimits())
	reader := setting{report: r, src: newSource("", p.Path, 0)}
	steps, ok := reader.parsePath(p.Path)
	if !ok || len(r.faults) > 0 {
		return nil
	}
	var all []string
	path, n := "", root
	for _, step := range steps[:len(steps)-1] {
		if step.isKey() {
			path, n = join(path, step.key), n.entries[n.find(step.key)].value
		} else {
			path, n = fmt.Sprintf("%s[%d]", path, step.index), n.items[step.index]
		}
		all = append(all, path+"="+n.flow())
	}
	slices.Reverse(all)
	return all
}

// flow writes a node on one line.
func (n *node) flow() string {
	var all []string
	switch n.kind {
	case mapping:
		for _, e := range n.entries {
			all = append(all, yamlText(e.key)+": "+e.value.flow())
		}
		return "{" + strings.Join(all, ", ") + "}"
	case sequence:
		for _, item := range n.items {
			all = append(all, item.flow())
		}
		return "[" + strings.Join(all, ", ") + "]"
	case scalar:
		if _, err := quantity.Parse(n.text); n.quoted || err != nil && n.text != "true" && n.text != "false" {
			return yamlText(n.text)
		}
		return n.text
	}
	return ""
}
