package scenario

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Fault is one thing that is wrong with a scenario.
type Fault struct {
	File    string // the scenario, a CSV file, or the --set argument
	Line    int    // from 1
	Column  int    // from 1, in characters
	Path    string // such as substrates.IL-2.diffusion; empty for the text as a whole
	Message string

	excerpt string // the line, shortened around the column
	caret   string // what stands under it
	order   int    // of the file among the files read
	setting bool   // File is a --set argument, of which line and column say nothing
}

// Error returns the fault in one line, without the excerpt.
func (f Fault) Error() string {
	var b strings.Builder
	b.WriteString(f.File)
	if !f.setting {
		fmt.Fprintf(&b, ":%d:%d", f.Line, f.Column)
	}
	b.WriteString(": ")
	if f.Path != "" {
		b.WriteString(f.Path)
		b.WriteString(": ")
	}
	b.WriteString(f.Message)
	return b.String()
}

// Faults is all that is wrong with a scenario, in the order of the text.
type Faults []Fault

// Error returns every fault on a line of its own, followed by the line of the
// file it is about, with a mark under the place.
func (f Faults) Error() string {
	var b strings.Builder
	for i, fault := range f {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(fault.Error())
		if fault.caret == "" {
			continue
		}
		number := fmt.Sprint(fault.Line)
		if fault.setting {
			number = " "
		}
		fmt.Fprintf(&b, "\n%5s | %s\n%5s | %s", number, fault.excerpt, "", fault.caret)
	}
	return b.String()
}

// Warning is something a user should know of a scenario that is sound.
type Warning struct {
	File    string
	Line    int
	Column  int
	Path    string
	Message string

	setting bool
}

// String returns the warning in one line.
func (w Warning) String() string {
	return Fault{File: w.File, Line: w.Line, Column: w.Column, Path: w.Path, Message: w.Message, setting: w.setting}.Error()
}

// source is a text that faults point into.
type source struct {
	name    string
	lines   []string // nil where the text is not kept
	order   int
	setting bool
}

// location is a stretch of a source.
type location struct {
	src    *source
	line   int
	column int // in characters
	width  int // characters
}

func newSource(name, text string, order int) *source {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimSuffix(line, "\r")
	}
	return &source{name: name, lines: lines, order: order}
}

// line returns a line by its number, from 1.
func (s *source) line(number int) (string, bool) {
	if number < 1 || number > len(s.lines) {
		return "", false
	}
	return s.lines[number-1], true
}

// at returns the place of a token, moved into the text where it points past it.
func (s *source) at(line, column, width int) location {
	line = min(max(line, 1), max(len(s.lines), 1))
	text, _ := s.line(line)
	length := utf8.RuneCountInString(text)
	column = min(max(column, 1), length+1)
	return location{src: s, line: line, column: column, width: min(max(width, 1), max(length+1-column, 1))}
}

// excerptWidth is the number of characters of a line that a fault shows.
const excerptWidth = 120

// fault returns a fault at the place.
func (p location) fault(path, message string) Fault {
	f := Fault{
		File: p.src.name, Line: p.line, Column: p.column, Path: path, Message: message,
		order: p.src.order, setting: p.src.setting,
	}
	text, ok := p.src.line(p.line)
	if !ok {
		return f
	}
	runes := []rune(text)
	from, to := 0, len(runes)
	left, right := "", ""
	if len(runes) > excerptWidth {
		from = max(0, min(p.column-1-excerptWidth/3, len(runes)-excerptWidth))
		to = from + excerptWidth
		if from > 0 {
			left = "… "
		}
		if to < len(runes) {
			right = " …"
		}
	}
	shown := runes[from:to]
	for i, r := range shown {
		if r == '\t' || !unicode.IsPrint(r) {
			shown[i] = ' '
		}
	}
	width := max(1, min(p.width, to-(p.column-1)))
	f.excerpt = left + strings.TrimRight(string(shown), " ") + right
	f.caret = strings.Repeat(" ", utf8.RuneCountInString(left)+p.column-1-from) + strings.Repeat("^", width)
	return f
}

// maxFaults is how many faults are kept: beyond it a person reads no further.
const maxFaults = 200

// report collects faults and warnings.
type report struct {
	faults   Faults
	dropped  int
	warnings []Warning
}

func (r *report) fault(at location, path, format string, args ...any) {
	message := format
	if len(args) > 0 {
		message = fmt.Sprintf(format, args...)
	}
	if len(r.faults) >= maxFaults {
		r.dropped++
		return
	}
	r.faults = append(r.faults, at.fault(path, message))
}

func (r *report) warn(at location, path, format string, args ...any) {
	r.warnings = append(r.warnings, Warning{
		File: at.src.name, Line: at.line, Column: at.column, Path: path, Message: fmt.Sprintf(format, args...),
		setting: at.src.setting,
	})
}

// err returns the faults in the order of the text, or nil.
func (r *report) err() error {
	if len(r.faults) == 0 {
		return nil
	}
	slices.SortStableFunc(r.faults, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.order, b.order), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	r.faults = slices.CompactFunc(r.faults, func(a, b Fault) bool { return a == b })
	if r.dropped > 0 {
		last := r.faults[len(r.faults)-1]
		last.Path, last.excerpt, last.caret = "", "", ""
		last.Message = fmt.Sprintf("and %d more faults", r.dropped)
		r.faults = append(r.faults, last)
	}
	return r.faults
}
