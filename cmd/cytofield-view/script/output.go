package script

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/render/movie"
	"github.com/cytofield/cytofield/tissue/quantity"
)

// figureWidth is that of a figure which says none, mm.
const figureWidth = 120

func parseFigure(rest string) (func(*player) error, error) {
	name, size, _ := strings.Cut(rest, " ")
	if _, err := figure.FormatOf(name); err != nil && filepath.Ext(name) != ".yaml" || filepath.Base(name) != name {
		return nil, fmt.Errorf("%q is not a name that ends in .png, .svg, .pdf or .yaml", name)
	}
	width := float64(figureWidth)
	if size != "" {
		micrometres, err := measured(size, quantity.Length)
		if err != nil {
			return nil, err
		}
		width = micrometres / 1000
	}
	return func(p *player) error {
		p.window.Figure(filepath.Join(p.folder, name), width)
		return p.finish()
	}, nil
}

// finish lets the window do what it was told, and what it does of it in the background.
func (p *player) finish() error {
	err := p.draw(1)
	p.window.Finish()
	return err
}

func parseRecord(rest string) (func(*player) error, error) {
	if rest == "stop" {
		return func(p *player) error { p.window.StopRecording(); return p.finish() }, nil
	}
	name, interval, _ := strings.Cut(rest, " ")
	if !slices.Contains(movie.Extensions(), filepath.Ext(name)) || filepath.Base(name) != name {
		return nil, fmt.Errorf("%q is not a name that ends in %s", name, strings.Join(movie.Extensions(), ", "))
	}
	every, err := measured(interval, quantity.Time)
	return func(p *player) error { p.window.Record(filepath.Join(p.folder, name), every); return nil }, err
}
