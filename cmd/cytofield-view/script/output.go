package script

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/tissue/quantity"
)

// figureWidth is that of a figure which says none, mm.
const figureWidth = 120

func parseFigure(rest string) (func(*player) error, error) {
	name, size, _ := strings.Cut(rest, " ")
	if _, err := figure.FormatOf(name); err != nil || filepath.Base(name) != name {
		return nil, fmt.Errorf("%q is not a name that ends in .png, .svg or .pdf", name)
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
		if err := p.draw(1); err != nil {
			return err
		}
		p.window.Finish()
		return nil
	}, nil
}
