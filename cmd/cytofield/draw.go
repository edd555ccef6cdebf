package main

import (
	"errors"
	"fmt"

	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// draw draws a figure, in the format of the ending of its name.
func (c *renderCommand) draw(io streams, spec *scenario.Figure, run, other *recordedRun) error {
	if _, err := figure.FormatOf(c.Output); err != nil {
		return inputError{err}
	}
	p := newPage(spec, run, other)
	shots, err := p.shoot()
	if err != nil {
		return err
	}
	f, err := p.figure(shots)
	if err != nil {
		return err
	}
	err = f.Save(c.Output, p.options())
	if errors.Is(err, figure.ErrNoRoom) {
		return inputError{err}
	}
	if err != nil {
		return err
	}
	fmt.Fprintln(io.Out, c.Output)
	return nil
}
