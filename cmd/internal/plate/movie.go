package plate

import (
	"errors"
	"image/color"
	"slices"

	"github.com/cytofield/cytofield/render/colormap"
	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/render/movie"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// Expose adds the picture of a time to a movie.
func (p *Page) Expose(w *movie.Writer, t float64) error {
	f, err := p.At(t)
	if err != nil {
		return err
	}
	img, err := f.Image(p.Options())
	if errors.Is(err, figure.ErrNoRoom) {
		return InputError{err}
	}
	if err != nil {
		return err
	}
	return w.Add(img)
}

// Times returns the outputs that a movie goes through, s: those with densities where a
// picture that moves needs them.
func (p *Page) Times() ([]float64, error) {
	moving := slices.DeleteFunc(slices.Clone(p.pictures), (*picture).stands)
	if len(moving) == 0 {
		return nil, InputError{errors.New("a movie of nothing that moves: want at: all, or --at all, and a panel of a kind that shows one time, without one of its own")}
	}
	return p.run.times(slices.ContainsFunc(moving, (*picture).ofDensities))
}

// stands reports whether a movie leaves the picture as it is.
func (p *picture) stands() bool {
	return p.spec.Still || p.spec.Times != nil || p.spec.Kind == scenario.SeriesPanel || p.spec.Kind == scenario.KymographPanel
}

// Title is that of the figure, or of what was run.
func (p *Page) Title() string {
	if p.spec.Title != "" {
		return p.spec.Title
	}
	return p.run.scenario.Model.Title
}

// Colours are those of the maps of all pictures.
func (p *Page) Colours() []color.RGBA {
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
