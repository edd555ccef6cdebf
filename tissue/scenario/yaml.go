package scenario

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/scanner"
	"github.com/goccy/go-yaml/token"
)

// limits keep a hostile or mistaken file from taking the machine. No scenario a
// person writes comes near them.
type limits struct {
	text     int     // bytes of the scenario, and of a CSV file
	tokens   int     // of YAML
	keys     int     // of all mappings together: the parser's time grows with their square
	depth    int     // of nesting
	expanded int     // nodes that aliases stand for
	voxels   float64 // of the grid
	cells    int     // placed
	pixels   int     // of label images together
}

func defaultLimits() limits {
	return limits{
		text: 64 << 20, tokens: 2e6, keys: 20e3, depth: 32, expanded: 1e6,
		voxels: 1 << 31, cells: 1e8, pixels: 1 << 27,
	}
}

type kind int

const (
	null kind = iota
	scalar
	mapping
	sequence
)

// node is a piece of YAML with aliases and merge keys resolved. Nodes may be
// shared and are never changed once made.
type node struct {
	kind    kind
	text    string  // of a scalar
	quoted  bool    // a scalar in quotes or a block
	broken  bool    // null in place of a value that has been reported
	literal bool    // a scalar as a literal block: its lines are the file's lines below at
	entries []entry // of a mapping, in the order of the text
	items   []*node // of a sequence
	at      location
	weight  int // nodes from here down
}

// entry is one key of a mapping.
type entry struct {
	key   string
	at    location
	value *node
}

func (n *node) find(key string) int {
	for i, e := range n.entries {
		if e.key == key {
			return i
		}
	}
	return -1
}

func (n *node) keys() []string {
	var keys []string
	for _, e := range n.entries {
		keys = append(keys, e.key)
	}
	return keys
}

// parse reads a YAML text. On a fault that leaves nothing to decode it returns nil.
func parse(r *report, src *source, text string, lim limits) *node {
	start := src.at(1, 1, 1)
	if len(text) > lim.text {
		r.fault(start, "", "the text has %d MiB: want at most %d MiB", len(text)>>20, lim.text>>20)
		return nil
	}
	if !utf8.ValidString(text) {
		for i, line := range src.lines {
			if !utf8.ValidString(line) {
				r.fault(src.at(i+1, 1+utf8.RuneCountInString(line[:invalidAt(line)]), 1), "", "not UTF-8 text; save the file as UTF-8")
				return nil
			}
		}
	}
	tokens, ok := tokenize(r, src, text, lim)
	if !ok {
		return nil
	}
	file, err := parseTokens(tokens)
	if err != nil {
		syntaxFault(r, src, err)
		return nil
	}
	var body ast.Node
	for i, document := range file.Docs {
		if document.Body == nil {
			continue
		}
		if i > 0 && body != nil {
			c := converter{report: r, src: src}
			at := c.location(document.Body.GetToken())
			if document.Start != nil {
				at = c.location(document.Start)
			}
			r.fault(at, "", "a second document: want one scenario in a file")
			return nil
		}
		body = document.Body
	}
	if body == nil {
		r.fault(start, "", "no scenario in this file; the least one has cytofield: 1, domain, duration and substrates")
		return nil
	}
	c := converter{report: r, src: src, limits: lim, anchors: map[string]*node{}}
	before := len(r.faults)
	n := c.convert(body, 0)
	if len(r.faults) > before && n.kind != mapping {
		return nil
	}
	return n
}

func invalidAt(s string) int {
	for i, c := range s {
		if c == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(s[i:]); size == 1 {
				return i
			}
		}
	}
	return 0
}

// tokenize scans a text and refuses what would be too much for the parser, or
// what no scenario needs.
func tokenize(r *report, src *source, text string, lim limits) (token.Tokens, bool) {
	var s scanner.Scanner
	s.Init(text)
	var tokens token.Tokens
	flow, keys := 0, 0
	var block []int // columns of the open block collections
	c := converter{report: r, src: src}
	for {
		scanned, err := s.Scan()
		if errors.Is(err, io.EOF) {
			return tokens, true
		}
		for _, t := range scanned {
			tokens.Add(t)
			column := t.Position.Column
			switch t.Type {
			case token.InvalidType:
				r.fault(c.location(t), "", "%s", syntaxMessage(t.Error))
				return nil, false
			case token.TagType:
				r.fault(c.location(t), "", "a tag %s: scenario files have none; leave it out", t.Value)
				return nil, false
			case token.DirectiveType:
				r.fault(c.location(t), "", "a YAML directive: scenario files have none; leave it out")
				return nil, false
			case token.AnchorType:
				if t.Prev != nil && t.Prev.PreviousType() == token.AnchorType {
					r.fault(c.location(t), "", "two anchors on one value: want one")
					return nil, false
				}
			case token.SequenceStartType, token.MappingStartType:
				flow++
			case token.SequenceEndType, token.MappingEndType:
				flow = max(flow-1, 0)
			case token.MappingValueType, token.SequenceEntryType, token.MappingKeyType:
				if t.Type == token.MappingValueType {
					keys++
					if t.Prev != nil {
						column = t.Prev.Position.Column
					}
				}
				if flow == 0 {
					for len(block) > 0 && block[len(block)-1] >= column {
						block = block[:len(block)-1]
					}
					block = append(block, column)
				}
			}
			switch {
			case flow+len(block) > lim.depth:
				r.fault(c.location(t), "", "nested more than %d levels deep", lim.depth)
				return nil, false
			case len(tokens) > lim.tokens:
				r.fault(c.location(t), "", "more than %d pieces of YAML; keep large tables of cells in a CSV file", lim.tokens)
				return nil, false
			case keys > lim.keys:
				r.fault(c.location(t), "", "more than %d keys; keep large tables of cells in a CSV file", lim.keys)
				return nil, false
			}
		}
	}
}

// parseTokens holds a panic of the YAML library: it has had some on malformed
// text, and a malformed file is a fault of the file.
func parseTokens(tokens token.Tokens) (file *ast.File, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("not readable as YAML (%v)", p)
		}
	}()
	return parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
}

func syntaxFault(r *report, src *source, err error) {
	var syntax *yaml.SyntaxError
	if errors.As(err, &syntax) && syntax.Token != nil {
		c := converter{report: r, src: src}
		r.fault(c.location(syntax.Token), "", "%s", syntaxMessage(syntax.Message))
		return
	}
	r.fault(src.at(1, 1, 1), "", "%s", syntaxMessage(err.Error()))
}

// syntaxMessage says in the words of this program what people get wrong most,
// and leaves other messages of the library as they are.
func syntaxMessage(message string) string {
	for _, known := range []struct{ part, say string }{
		{"mapping value is not allowed", `a ":" that makes no key here: indent keys of one level alike (this line and the next), and put quotes round text that holds ": "`},
		{"tab character", "a tab: indent with spaces"},
		{"character '\t'", "a tab: indent with spaces"},
		{"map key-value is pre-defined", "a bracket that does not match: a list ends in ], a mapping in }"},
		{"value is not allowed in this context", "a value that belongs to no key: indent keys and list entries of one level alike"},
		{"',' or ']' must be", "a list before this is not closed with ], or a comma is missing"},
		{"',' or '}' must be", "a mapping before this is not closed with }, or a comma is missing"},
		{"sequence end token", "this list is never closed with ]"},
		{"mapping end token", "this mapping is never closed with }"},
		{"could not find end character", "these quotes are never closed"},
	} {
		if strings.Contains(message, known.part) {
			return "YAML: " + known.say
		}
	}
	return "YAML: " + message
}

// converter makes nodes of the library's syntax tree.
type converter struct {
	*report
	src      *source
	limits   limits
	anchors  map[string]*node
	expanded int
}

func (c *converter) location(t *token.Token) location {
	if t == nil || t.Position == nil {
		return c.src.at(1, 1, 1)
	}
	width := 1
	if origin := strings.TrimSpace(t.Origin); !strings.Contains(origin, "\n") {
		width = utf8.RuneCountInString(origin)
	}
	return c.src.at(t.Position.Line, t.Position.Column, width)
}

func (c *converter) convert(n ast.Node, depth int) *node {
	if n == nil {
		return &node{at: c.src.at(1, 1, 1), weight: 1}
	}
	if depth > 2*c.limits.depth {
		at := c.location(n.GetToken())
		c.fault(at, "", "nested more than %d levels deep", c.limits.depth)
		return &node{at: at, weight: 1, broken: true}
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		return c.mapping(n.Start, n.Values, depth)
	case *ast.MappingValueNode:
		return c.mapping(n.Start, []*ast.MappingValueNode{n}, depth)
	case *ast.SequenceNode:
		made := &node{kind: sequence, at: c.location(n.Start), weight: 1}
		for _, item := range n.Values {
			child := c.convert(item, depth+1)
			made.items = append(made.items, child)
			made.weight += child.weight
		}
		return made
	case *ast.LiteralNode:
		made := &node{kind: scalar, quoted: true, at: c.location(n.Start), weight: 1}
		made.literal = n.Start != nil && n.Start.Type == token.LiteralType
		if n.Value != nil {
			made.text = n.Value.Value
		}
		return made
	case *ast.StringNode:
		quoted := n.Token.Type == token.SingleQuoteType || n.Token.Type == token.DoubleQuoteType
		return &node{kind: scalar, text: n.Value, quoted: quoted, at: c.location(n.Token), weight: 1}
	case *ast.NullNode:
		return &node{at: c.location(n.Token), weight: 1}
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		t := n.GetToken()
		return &node{kind: scalar, text: t.Value, at: c.location(t), weight: 1}
	case *ast.AnchorNode:
		name := anchorName(n.Name)
		c.anchors[name] = nil // an alias to it from inside is a loop
		made := c.convert(n.Value, depth+1)
		c.anchors[name] = made
		return made
	case *ast.AliasNode:
		return c.alias(n)
	}
	at := c.location(n.GetToken())
	c.fault(at, "", "YAML of this kind (%s) has no meaning in a scenario", strings.ToLower(n.Type().String()))
	return &node{at: at, weight: 1, broken: true}
}

func anchorName(n ast.Node) string {
	if n == nil || n.GetToken() == nil {
		return ""
	}
	return n.GetToken().Value
}

func (c *converter) alias(n *ast.AliasNode) *node {
	name := anchorName(n.Value)
	at := c.location(n.GetToken())
	if n.Value != nil && n.Value.GetToken() != nil {
		at.width += utf8.RuneCountInString(name)
	}
	target, known := c.anchors[name]
	switch {
	case !known:
		c.fault(at, "", "alias *%s: no anchor &%s stands before it", name, name)
	case target == nil:
		c.fault(at, "", "alias *%s stands inside its own anchor", name)
	default:
		c.expanded += target.weight
		if c.expanded <= c.limits.expanded {
			return target
		}
		if c.expanded-target.weight <= c.limits.expanded { // once
			c.fault(at, "", "aliases stand for more than %d nodes", c.limits.expanded)
		}
	}
	return &node{at: at, weight: 1, broken: true}
}

// mapping converts the pairs of a mapping. A key given twice is a fault; keys
// merged in with << give way to those written out.
func (c *converter) mapping(start *token.Token, values []*ast.MappingValueNode, depth int) *node {
	made := &node{kind: mapping, weight: 1}
	index := map[string]int{}
	var merged []*node
	for _, pair := range values {
		at, key, ok := c.key(pair.Key)
		if !ok {
			continue
		}
		value := c.convert(pair.Value, depth+1)
		made.weight += value.weight
		if pair.Key.IsMergeKey() {
			merged = append(merged, c.merged(value)...)
			continue
		}
		if first, twice := index[key]; twice {
			c.fault(at, "", "key %q stands here a second time; the first is on line %d", key, made.entries[first].at.line)
			continue
		}
		index[key] = len(made.entries)
		made.entries = append(made.entries, entry{key: key, at: at, value: value})
	}
	for _, other := range merged {
		for _, e := range other.entries {
			if _, given := index[e.key]; !given {
				index[e.key] = len(made.entries)
				made.entries = append(made.entries, e)
			}
		}
	}
	made.at = c.location(start)
	if start != nil && start.Type == token.MappingValueType && len(made.entries) > 0 {
		made.at = made.entries[0].at
	}
	return made
}

// merged returns the mappings that a merge key brings in.
func (c *converter) merged(value *node) []*node {
	switch value.kind {
	case mapping:
		return []*node{value}
	case sequence:
		var all []*node
		for _, item := range value.items {
			if item.kind != mapping {
				c.fault(item.at, "", "<< merges mappings only")
				continue
			}
			all = append(all, item)
		}
		return all
	case scalar:
		c.fault(value.at, "", "<< merges mappings only")
	}
	return nil
}

func (c *converter) key(n ast.MapKeyNode) (location, string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return c.location(n.Token), n.Value, true
	case *ast.MergeKeyNode:
		return c.location(n.Token), "<<", true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NullNode, *ast.InfinityNode, *ast.NanNode:
		return c.location(n.GetToken()), n.GetToken().Value, true
	}
	at := c.src.at(1, 1, 1)
	if n != nil {
		at = c.location(n.GetToken())
	}
	c.fault(at, "", "a key must be a plain word")
	return at, "", false
}
