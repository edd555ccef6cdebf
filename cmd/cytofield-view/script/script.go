// Package script drives a window by a text file: what a person would do, one action a
// line, and pictures of what they would see. A script draws the same pictures however
// fast the machine is.
package script

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/cytofield/cytofield/cmd/cytofield-view/window"
)

// Script is the actions of a file.
type Script struct {
	name  string
	steps []step
}

type step struct {
	line int
	text string
	act  func(*player) error
}

// Parse reads a script: an action a line, # begins a comment. All faults are reported at
// once, each with its line.
func Parse(name, text string) (*Script, error) {
	s := &Script{name: name}
	var faults []error
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		act, err := parse(line)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s:%d: %s: %w", name, i+1, line, err))
			continue
		}
		s.steps = append(s.steps, step{i + 1, line, act})
	}
	return s, errors.Join(faults...)
}

// parse reads one action.
func parse(line string) (func(*player) error, error) {
	verb, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	for _, a := range actions() {
		if a.verb != verb {
			continue
		}
		act, err := a.parse(rest)
		if err != nil {
			return nil, fmt.Errorf("%w; want %s", err, a.usage)
		}
		return act, nil
	}
	var verbs []string
	for _, a := range actions() {
		verbs = append(verbs, a.verb)
	}
	return nil, fmt.Errorf("no action %q: want one of %s", verb, strings.Join(verbs, ", "))
}

// Play does the actions one after another. Pictures and files go into a folder. The
// first action that the window refuses ends it, and so does ctx.
func (s *Script) Play(ctx context.Context, w *window.Window, host Host, folder string) error {
	p := &player{ctx: ctx, window: w, host: host, folder: folder}
	if err := p.draw(3); err != nil { // panels find their places
		return err
	}
	for _, step := range s.steps {
		err := p.do(step)
		if err == nil {
			err = p.draw(2)
		}
		if fault := w.Faults(); err == nil && fault != "" {
			err = errors.New(fault)
		}
		if errors.Is(err, errQuit) {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			return fmt.Errorf("%s:%d: %s: %w", s.name, step.line, step.text, err)
		}
	}
	return nil
}

// do does an action, if there is something to do it to.
func (p *player) do(s step) error {
	verb, _, _ := strings.Cut(s.text, " ")
	if p.window.Report() == nil && needsScenario(verb) {
		return errNothingOpen
	}
	return s.act(p)
}

// errQuit ends a script.
var errQuit = errors.New("quit")
