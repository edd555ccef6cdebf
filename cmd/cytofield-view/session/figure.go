package session

import (
	"fmt"
	"path/filepath"
	"strconv"

	"github.com/cytofield/cytofield/cmd/internal/plate"
	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/quantity"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// Paper is how a figure of what is in view looks.
type Paper struct {
	Width      float64 // mm
	DPI        int
	Theme, Map string
	Cells      bool
	Free       bool // the ends of the scale are found
}

// FigureFile returns the file by which cytofield render draws what is in view from a run
// that has an output at this time.
func (r *Report) FigureFile(p Paper) string {
	substrate := r.Substrates[r.View.Substrate]
	scale := "linear"
	if r.Scale.Log {
		scale = "log"
	}
	slice := ""
	if !r.Grid.Planar {
		slice = fmt.Sprintf(" slice: %s=%s,", tissue.AxisName(r.View.Slice.Axis), quantity.Format(r.Plane.Position, "um"))
	}
	span := fmt.Sprintf("[%s, %s]", density(digits(r.Scale.Low), substrate), density(digits(r.Scale.High), substrate))
	if p.Free {
		span = "auto"
	}
	return fmt.Sprintf(`cytofield_figure: 1
run: %s
at: %s
width: %s
dpi: %d
theme: %s
panels:
  A: {kind: slice, substrate: %q,%s colormap: %s, scale: %s, range: %s, cells: %t}
`, filepath.Join("out", r.Name), quantity.Format(r.Time, "s"), quantity.Format(p.Width, "mm"), p.DPI, p.Theme, substrate.Name, slice,
		p.Map, scale, span, p.Cells)
}

// digits drops those of rounding.
func digits(v float64) float64 {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 6, 64), 64)
	if err != nil {
		panic(err) // it has just been written
	}
	return rounded
}

// Figure makes what a figure file says of this moment.
func (s *Session) Figure(file string) (figure.Figure, figure.Options, error) {
	read, err := scenario.ReadFigure("figure", []byte(file))
	if err != nil {
		return figure.Figure{}, figure.Options{}, err
	}
	spec, err := read.Decode(s.scenario)
	if err != nil {
		return figure.Figure{}, figure.Options{}, err
	}
	f, err := plate.Compose(spec, plate.NewLive(s.solver, s.scenario.Model), plate.Provenance(s.manifest(s.scenario)))
	return f, figure.Options{Width: spec.Width, Height: spec.Height, DPI: spec.DPI, TextSize: spec.Text}, err
}
