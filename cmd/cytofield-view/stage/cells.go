package stage

import (
	"image/color"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/render/colormap"
	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/tissue"
)

// SignalMap colours cells by a column, as figures do.
func SignalMap() colormap.Map {
	m, err := colormap.ByName("cividis")
	if err != nil {
		panic(err) // its table is compiled in
	}
	return m
}

// Dead is the colour of dead cells where state is shown, as in figures.
func Dead() color.RGBA { return color.RGBA{0x33, 0x33, 0x33, 0xff} }

// CellColours returns the colours of cells, by what a report asks for.
func CellColours(r *session.Report) func(cell int, t tissue.CellTypeID) color.RGBA {
	if r.CellValues != nil {
		m := SignalMap()
		return func(cell int, _ tissue.CellTypeID) color.RGBA { return m.At(r.CellScale.Position(r.CellValues[cell])) }
	}
	return func(cell int, t tissue.CellTypeID) color.RGBA {
		switch {
		case r.View.Layers.CellsBy != session.ByState:
			return figure.Palette(int(t))
		case r.Dead[cell]:
			return Dead()
		}
		return figure.Palette(0)
	}
}

// Dimmed is the colour of cells beside those that a gate chose: grey, on any colour map.
func Dimmed() color.RGBA { return color.RGBA{112, 116, 122, 255} }
