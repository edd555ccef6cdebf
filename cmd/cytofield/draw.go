package main

import (
	"context"
	"errors"
	"fmt"
	"image/color"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cytofield/cytofield/render/colormap"
	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/render/movie"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// draw draws a figure, in the format of the ending of its name.
func (c *renderCommand) draw(io streams, p *page) error {
	if _, err := figure.FormatOf(c.Output); err != nil {
		return inputError{err}
	}
	shots, err := p.shoot(last())
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

// moves reports whether a movie is asked for: by all times, or by the ending of its name.
func (c *renderCommand) moves(spec *scenario.Figure) bool {
	ending := strings.ToLower(filepath.Ext(c.Output))
	return spec.Every || ending != ".png" && slices.Contains(movie.Extensions(), ending)
}

// film draws a movie: a picture of every output, all with one scale.
func (c *renderCommand) film(ctx context.Context, io streams, p *page) error {
	times, err := p.times()
	if err != nil {
		return err
	}
	w, err := movie.Create(c.Output, movie.Options{Rate: c.Rate, Title: p.title(), Provenance: p.provenance(), Colors: p.colours()})
	var path *fs.PathError
	switch {
	case errors.Is(err, movie.ErrNoEncoder) || errors.As(err, &path):
		return err
	case err != nil:
		return inputError{err}
	}
	defer w.Discard()
	measured := newCounter(io.Err, c.NoProgress, "outputs measured")
	defer measured.close()
	err = p.measure(times, func(n int) error {
		measured.update(n, len(times))
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	drawn := newCounter(io.Err, c.NoProgress, "pictures")
	defer drawn.close()
	for i, t := range times {
		if err := p.expose(w, t); err != nil {
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

// expose adds the picture of a time to a movie.
func (p *page) expose(w *movie.Writer, t float64) error {
	shots, err := p.shoot(t)
	if err != nil {
		return err
	}
	f, err := p.figure(shots)
	if err != nil {
		return err
	}
	img, err := f.Image(p.options())
	if errors.Is(err, figure.ErrNoRoom) {
		return inputError{err}
	}
	if err != nil {
		return err
	}
	return w.Add(img)
}

// times returns the outputs that a movie goes through, s: those with densities where a
// picture that moves needs them.
func (p *page) times() ([]float64, error) {
	moving := slices.DeleteFunc(slices.Clone(p.pictures), (*picture).stands)
	if len(moving) == 0 {
		return nil, inputError{errors.New("a movie of nothing that moves: want at: all, or --at all, and a panel of a kind that shows one time, without one of its own")}
	}
	return p.run.times(slices.ContainsFunc(moving, (*picture).ofDensities))
}

// stands reports whether a movie leaves the picture as it is.
func (p *picture) stands() bool {
	return p.spec.Still || p.spec.Times != nil || p.spec.Kind == scenario.SeriesPanel || p.spec.Kind == scenario.KymographPanel
}

func (p *page) title() string {
	if p.spec.Title != "" {
		return p.spec.Title
	}
	return p.run.scenario.Model.Title
}

// colours are those of the maps of all pictures.
func (p *page) colours() []color.RGBA {
	var all []color.RGBA
	used := map[string]bool{}
	for _, picture := range p.pictures {
		colours, err := colormap.ByName(picture.spec.Colormap)
		if err != nil || used[picture.spec.Colormap] { // no map: a chart, or channels
			continue
		}
		used[picture.spec.Colormap] = true
		table := colours.Table()
		all = append(all, table[:]...)
	}
	return all
}
