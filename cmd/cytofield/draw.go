package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cytofield/cytofield/cmd/internal/plate"
	"github.com/cytofield/cytofield/cmd/internal/program"
	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/render/movie"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// draw draws a figure, in the format of the ending of its name.
func (c *renderCommand) draw(io streams, p *plate.Page) error {
	if _, err := figure.FormatOf(c.Output); err != nil {
		return program.Input(err)
	}
	f, err := p.At(plate.Last())
	if err != nil {
		return err
	}
	err = f.Save(c.Output, p.Options())
	if errors.Is(err, figure.ErrNoRoom) {
		return program.Input(err)
	}
	if err != nil {
		return err
	}
	fmt.Fprintln(io.Out, c.Output)
	return nil
}

// moves reports whether a movie is asked for: by all times, or by the ending of its name.
func (c *renderCommand) moves(spec *scenario.Figure) bool {
	ending := strings.ToLower(filepath.Ext(c.Output))
	return spec.Every || ending != ".png" && slices.Contains(movie.Extensions(), ending)
}

// film draws a movie: a picture of every output, all with one scale.
func (c *renderCommand) film(ctx context.Context, io streams, p *plate.Page) error {
	times, err := p.Times()
	if err != nil {
		return err
	}
	w, err := movie.Create(c.Output, movie.Options{Rate: c.Rate, Title: p.Title(), Provenance: p.Provenance(), Colors: p.Colours()})
	var path *fs.PathError
	switch {
	case errors.Is(err, movie.ErrNoEncoder) || errors.As(err, &path):
		return err
	case err != nil:
		return program.Input(err)
	}
	defer w.Discard()
	measured := newCounter(io.Err, c.NoProgress, "outputs measured")
	defer measured.close()
	err = p.Measure(times, func(n int) error {
		measured.update(n, len(times))
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	drawn := newCounter(io.Err, c.NoProgress, "pictures")
	defer drawn.close()
	for i, t := range times {
		if err := p.Expose(w, t); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		drawn.update(i+1, len(times))
	}
	if err := w.Close(); err != nil {
		return err
	}
	fmt.Fprintln(io.Out, c.Output)
	return nil
}
