package scenario

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// segment is one step of a --set path: a key, or a position in a list.
type segment struct {
	key   string
	index int // -1 for a key, behind for a new entry at the end of a list
	at    location
}

// behind is the index [+], of an entry that is added to a list.
const behind = -2

// isKey reports whether the step goes into a mapping.
func (s segment) isKey() bool { return s.index == -1 }

// setting changes one value of a tree of nodes before it is decoded.
type setting struct {
	*report
	src      *source
	segments []segment
	value    *node
}

// applySet returns the tree with one --set argument applied:
//
//	PATH=VALUE    PATH: keys with dots between, list entries as [0], a new one as [+], names with dots in quotes
//
// VALUE is YAML. An empty VALUE takes the key away.
func applySet(r *report, root *node, argument string, order int, lim limits) *node {
	const longest = 80
	shown := argument
	if runes := []rune(shown); len(runes) > longest {
		shown = string(runes[:longest]) + "…"
	}
	src := newSource("--set "+strings.ReplaceAll(shown, "\n", " "), argument, order)
	src.setting = true
	s := setting{report: r, src: src}
	path, text, ok := cutPath(argument)
	if !ok {
		r.fault(src.at(1, 1, utf8.RuneCountInString(argument)), "", "want PATH=VALUE such as substrates.TNF.decay=1e-4/s")
		return root
	}
	if s.segments, ok = s.parsePath(path); !ok {
		return root
	}
	if strings.TrimSpace(text) == "" {
		s.value = &node{at: src.at(1, utf8.RuneCountInString(argument), 1), weight: 1}
	} else {
		// The value keeps its column in the argument.
		padded := strings.Repeat(" ", utf8.RuneCountInString(path)+1) + text
		if s.value = parse(r, src, padded, lim); s.value == nil {
			return root
		}
	}
	changed, ok := s.assign(root, 0, "")
	if !ok {
		return root
	}
	return changed
}

// applyFlag is applySet for a flag of its own, such as --slice z=mid: its value goes to the
// keys, and faults show the flag as it was given.
func applyFlag(r *report, root *node, flag, text string, order int, lim limits, keys ...string) *node {
	lead := flag + " "
	src := newSource(lead+text, lead+text, order)
	src.setting = true
	s := setting{report: r, src: src}
	for _, key := range keys {
		s.segments = append(s.segments, segment{key: key, index: -1, at: src.at(1, 1, len(flag))})
	}
	if s.value = parse(r, src, strings.Repeat(" ", len(lead))+text, lim); s.value == nil {
		return root
	}
	if changed, ok := s.assign(root, 0, ""); ok {
		return changed
	}
	return root
}

// cutPath splits an argument at the first = outside quotes.
func cutPath(argument string) (path, text string, ok bool) {
	quoted := false
	for i, c := range argument {
		switch {
		case c == '"':
			quoted = !quoted
		case c == '=' && !quoted:
			return argument[:i], argument[i+1:], true
		}
	}
	return "", "", false
}

func (s *setting) parsePath(path string) ([]segment, bool) {
	var segments []segment
	runes := []rune(path)
	for i := 0; i < len(runes); {
		start := i
		var step segment
		switch {
		case runes[i] == '[' && i > 0:
			end := slices.Index(runes[i:], ']')
			if end < 0 {
				s.fault(s.src.at(1, i+1, 1), "", `a "[" without "]"; want a list entry such as cells.place[0]`)
				return nil, false
			}
			if string(runes[i+1:i+end]) == "+" {
				i += end + 1
				step = segment{index: behind}
				break
			}
			index, err := strconv.ParseUint(string(runes[i+1:i+end]), 10, 31)
			if err != nil {
				s.fault(s.src.at(1, i+1, end+1), "", "want the number of a list entry from 0, such as cells.place[0], or [+] for a new one")
				return nil, false
			}
			i += end + 1
			step = segment{index: int(index)}
		case runes[i] == '"':
			end := slices.Index(runes[i+1:], '"')
			if end < 0 {
				s.fault(s.src.at(1, i+1, 1), "", "close the quotes")
				return nil, false
			}
			step = segment{key: string(runes[i+1 : i+1+end]), index: -1}
			i += end + 2
		default:
			for i < len(runes) && runes[i] != '.' && runes[i] != '[' {
				i++
			}
			step = segment{key: strings.TrimSpace(string(runes[start:i])), index: -1}
			if step.key == "" {
				s.fault(s.src.at(1, start+1, 1), "", "an empty step in the path; want PATH=VALUE such as substrates.TNF.decay=1e-4/s")
				return nil, false
			}
		}
		step.at = s.src.at(1, start+1, i-start)
		segments = append(segments, step)
		if i < len(runes) && runes[i] == '.' {
			i++
			if i == len(runes) {
				s.fault(s.src.at(1, i, 1), "", "the path ends in a dot")
				return nil, false
			}
		} else if i < len(runes) && runes[i] != '[' {
			s.fault(s.src.at(1, i+1, 1), "", "want a dot between the steps of the path")
			return nil, false
		}
	}
	if len(segments) == 0 {
		s.fault(s.src.at(1, 1, 1), "", "an empty path; want PATH=VALUE such as substrates.TNF.decay=1e-4/s")
		return nil, false
	}
	return segments, true
}

// assign returns n with the value at the path from segment i on. Only nodes on
// the path are copied, for they may be shared through an alias.
func (s *setting) assign(n *node, i int, path string) (*node, bool) {
	if i == len(s.segments) {
		return s.value, true
	}
	step := s.segments[i]
	if n.kind == null {
		n = &node{kind: mapping, at: step.at, weight: 1}
		if step.index == behind {
			n.kind = sequence
		}
	}
	if index, err := strconv.Atoi(step.key); n.kind == sequence && step.isKey() && err == nil {
		step.index = index // cells.place.0 as well as cells.place[0]
	}
	switch {
	case n.kind == sequence && step.index == behind:
		return s.appendItem(n, i, path)
	case n.kind == sequence && step.index >= 0:
		if step.index >= len(n.items) {
			s.fault(step.at, path, "no entry %d: the list has %d, counted from 0", step.index, len(n.items))
			return nil, false
		}
		changed, ok := s.assign(n.items[step.index], i+1, path+"["+strconv.Itoa(step.index)+"]")
		if !ok {
			return nil, false
		}
		copied := *n
		copied.items = slices.Clone(n.items)
		copied.items[step.index] = changed
		return &copied, true
	case n.kind == mapping && step.isKey():
		return s.assignKey(n, i, path)
	case n.kind == sequence:
		s.fault(step.at, path, "a list: want the number of an entry, such as %s[0]", path)
	case n.kind == mapping:
		s.fault(step.at, path, "not a list%s", list("; it has the keys ", n.keys()))
	default:
		s.fault(step.at, path, "a plain value, with nothing inside it")
	}
	return nil, false
}

// appendItem returns a list with one entry more.
func (s *setting) appendItem(n *node, i int, path string) (*node, bool) {
	if s.value.kind == null {
		s.fault(s.segments[i].at, path, "nothing to add: want a value behind the =")
		return nil, false
	}
	added, ok := s.assign(&node{at: s.segments[i].at, weight: 1}, i+1, path+"["+strconv.Itoa(len(n.items))+"]")
	if !ok {
		return nil, false
	}
	copied := *n
	copied.items = append(slices.Clone(n.items), added)
	return &copied, true
}

func (s *setting) assignKey(n *node, i int, path string) (*node, bool) {
	step := s.segments[i]
	at := n.find(step.key)
	last := i == len(s.segments)-1
	removing := last && s.value.kind == null
	if at < 0 && (removing || !last && (path == "substrates" || path == "cells.types")) {
		s.fault(step.at, path, "no %q here%s", step.key, suggest(step.key, n.keys()))
		return nil, false
	}
	copied := *n
	copied.entries = slices.Clone(n.entries)
	if removing {
		copied.entries = slices.Delete(copied.entries, at, at+1)
		return &copied, true
	}
	if at < 0 {
		at = len(copied.entries)
		copied.entries = append(copied.entries, entry{key: step.key, at: step.at, value: &node{at: step.at, weight: 1}})
	}
	changed, ok := s.assign(copied.entries[at].value, i+1, join(path, step.key))
	if !ok {
		return nil, false
	}
	copied.entries[at].value = changed
	return &copied, true
}
