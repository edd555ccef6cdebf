package session

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/quantity"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// Edit is something a person changed.
type Edit struct {
	Time     float64  // when, s
	Settings []string // PATH=VALUE, as cytofield run --set takes them
	// FromStart says that a run with the settings has them from its start, not from Time.
	FromStart bool
	what      string // edits of the same thing at the same time are one
	steps     int64  // made before it
}

// String returns the edit as options of a command.
func (e Edit) String() string {
	var b strings.Builder
	for i, s := range e.Settings {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString("--set " + quoted(s))
	}
	return b.String()
}

// quoted is a word for a shell.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// ErrNothingToUndo is what Undo returns when there is no edit.
var ErrNothingToUndo = errors.New("nothing to undo")

// ErrNothingToRedo is what Redo returns when no edit was undone last.
var ErrNothingToRedo = errors.New("nothing to redo")

// Set gives a value of the scenario another, from now on. Other cells or another
// grid mean another tissue: that begins at its start.
func (s *Session) Set(settings ...string) error {
	what := ""
	if path, _, _ := strings.Cut(settings[0], "="); !strings.HasSuffix(path, "[+]") {
		what = "set " + path
	}
	return s.edit(what, func(float64, []Edit) ([]string, error) { return settings, nil }, true)
}

// Happen has an event happen now. It is written as in the scenario, without its time:
// "dose: {IL-2: 1 nM}".
func (s *Session) Happen(event string) error {
	return s.edit("", happenings(event), false)
}

// composer writes the settings of an edit at a time, s, behind those of earlier ones.
type composer func(t float64, kept []Edit) ([]string, error)

// happenings composes events, each written without its time.
func happenings(events ...string) composer {
	return func(t float64, _ []Edit) (all []string, _ error) {
		for _, event := range events {
			all = append(all, "events[+]={at: "+quantity.Format(t, "s")+", "+event+"}")
		}
		return all, nil
	}
}

// change has an event change what another one of the same name changed.
func (s *Session) change(what, event string) error {
	return s.edit(what, happenings(event), false)
}

func (s *Session) edit(what string, compose composer, fromStart bool) error {
	if s.behind() {
		if err := s.depart(); err != nil {
			return err
		}
	}
	t, err := s.land()
	if err != nil {
		return err
	}
	e := Edit{Time: t, what: what, FromStart: fromStart && t > 0, steps: s.solver.Stats().Steps}
	kept := s.edits
	from, err := s.capture()
	if err != nil {
		return err
	}
	back := from
	if n := len(kept); n > 0 && what != "" && kept[n-1].what == what && kept[n-1].Time == t && (s.before[n-1] != nil || t == 0) {
		kept, from = kept[:n-1], s.before[n-1]
	}
	if fromStart && t == 0 {
		from = nil // what the run starts from may be another
	}
	if e.Settings, err = compose(t, kept); err != nil {
		return err
	}
	decoded, err := s.source.decode(append(settings(kept), e.Settings...))
	if err != nil {
		return err
	}
	same := sameTissue(decoded.Model, &s.start)
	if !same {
		from = nil
	}
	if err := s.begin(decoded, from); err != nil {
		return errors.Join(err, s.rebuild(s.edits, back))
	}
	s.edits, s.undone = append(kept[:len(kept):len(kept)], e), nil
	if !same {
		return s.forget()
	}
	s.before = append(s.before[:len(kept):len(kept)], from)
	s.past.moments = slices.DeleteFunc(slices.Clone(s.past.moments), func(m moment) bool { return m.edits > len(kept) })
	s.bound()
	return nil
}

// rebuild returns to a scenario that was good before.
func (s *Session) rebuild(edits []Edit, from *state) error {
	decoded, err := s.source.decode(settings(edits))
	if err != nil {
		return err
	}
	return s.begin(decoded, from)
}

// Undo takes the last edit back, and the time to when it was made: as if it had never
// been. Where that moment is not kept any more, it is the start.
func (s *Session) Undo() error {
	n := len(s.edits) - 1
	if n < 0 {
		return ErrNothingToUndo
	}
	from := s.before[n]
	if len(s.past.ahead) > 0 { // those undone came behind edits that are dropped now
		s.undone = nil
	}
	s.undone = append(s.undone, undone{s.edits[n], from})
	s.edits, s.before = s.edits[:n:n], s.before[:n:n]
	s.past.ahead, s.past.undoes = nil, nil
	return s.goBack(from)
}

// Redo makes the edit again that was undone last, at its time: as if it had never been
// undone.
func (s *Session) Redo() error {
	n := len(s.undone) - 1
	if n < 0 {
		return ErrNothingToRedo
	}
	again := s.undone[n]
	s.undone = s.undone[:n:n]
	s.edits, s.before = slices.Concat(s.edits, s.past.ahead, []Edit{again.edit}), slices.Concat(s.before, s.past.undoes, []*state{again.from})
	s.past.ahead, s.past.undoes = nil, nil
	return s.goBack(again.from)
}

// undone is an edit that was taken back, and the moment at which it was made; nil: it is
// not kept, or another tissue began.
type undone struct {
	edit Edit
	from *state
}

// goBack takes up the scenario with its edits at a moment, nil for the start.
func (s *Session) goBack(from *state) error {
	if from == nil {
		return s.Restart()
	}
	s.Play(false)
	if err := s.rebuild(s.edits, from); err != nil {
		return err
	}
	return s.depart()
}

// Edits returns what has been changed, oldest first.
func (s *Session) Edits() []Edit { return s.edits }

// Redoable returns how many edits Redo can make again.
func (s *Session) Redoable() int { return len(s.undone) }

// Command returns the command line that runs the scenario with all edits.
func (s *Session) Command() string {
	var b strings.Builder
	b.WriteString("cytofield run " + s.source.Name)
	for _, setting := range s.source.Settings {
		b.WriteString(" --set " + quoted(setting))
	}
	for _, e := range s.edits {
		b.WriteString(" " + e.String())
	}
	return b.String()
}

// Text returns the scenario with all edits, as a file that runs by itself.
func (s *Session) Text() ([]byte, error) { return s.source.edited(s.edits) }

// texts returns Text of the edits there are now, which needs the session no more.
func (s *Session) texts() func() ([]byte, error) {
	source, edits := s.source, s.edits[:len(s.edits):len(s.edits)]
	return func() ([]byte, error) { return source.edited(edits) }
}

// edited is the text of the scenario with edits.
func (s Source) edited(edits []Edit) ([]byte, error) {
	decoded, err := s.decode(settings(edits))
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	for _, e := range edits {
		if e.FromStart {
			fmt.Fprintf(&b, "# Set at %s; this file has it from the start: %s\n", quantity.Format(e.Time, "s"), strings.Join(e.Settings, ", "))
		}
	}
	return append([]byte(b.String()), decoded.Resolved()...), nil
}

// sameTissue reports whether a simulation of one model can go on as one of the other.
func sameTissue(a, b *tissue.Model) bool {
	names := func(m *tissue.Model) (all []string) {
		for _, s := range m.Substrates {
			all = append(all, s.Name)
		}
		for _, t := range m.CellTypes {
			all = append(all, t.Name)
			for _, v := range t.Variables {
				all = append(all, v.Name)
			}
		}
		if m.Body != nil {
			for _, v := range m.Body.Variables {
				all = append(all, v.Name)
			}
		}
		return all
	}
	return a.Grid == b.Grid && a.Seed == b.Seed && reflect.DeepEqual(names(a), names(b)) &&
		reflect.DeepEqual(a.Cells.Type, b.Cells.Type) && reflect.DeepEqual(a.Cells.Position, b.Cells.Position)
}

// mostKept bounds the memory of what can be undone, bytes.
const mostKept = 1 << 30

// bound lets go of the oldest moments.
func (s *Session) bound() {
	total := 0
	for i := len(s.before) - 1; i >= 0; i-- {
		if b := s.before[i]; b != nil {
			if total += len(b.solver) + len(b.life); total > mostKept {
				s.before[i] = nil
			}
		}
	}
}

// Scenario returns the scenario with all edits; its model's cells are those of now.
func (s *Session) Scenario() *scenario.Scenario { return s.scenario }
