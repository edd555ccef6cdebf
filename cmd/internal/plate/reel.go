package plate

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/cytofield/cytofield/render/movie"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// Reel is a movie of one figure that is taken while a run goes on. What it shows is kept in a
// temporary file until the end, when all is drawn with one scale.
type Reel struct {
	page   *Page
	model  *tissue.Model
	writer *movie.Writer
	kept   *os.File // for each moment how often it is shown, and the shots of all panels
	shown  []int    // how often each moment is
}

// NewReel begins a movie in the format of its name. It fails where the movie could not be
// written; Discard or Develop ends it. The other model is that of the rival, nil without one.
func NewReel(path string, spec *scenario.Figure, m, other *tissue.Model, origin map[string]string) (*Reel, error) {
	r := &Reel{page: &Page{spec: spec, scales: scales{}, origin: origin, pictures: pictures(spec, m, branch(other))}, model: m}
	for _, p := range r.page.pictures {
		p.moves = true
	}
	var err error
	if r.writer, err = movie.Create(path, movie.Options{Title: m.Title, Provenance: origin, Colors: r.page.Colours()}); err != nil {
		return nil, err
	}
	if r.kept, err = os.CreateTemp("", "cytofield-reel-*"); err != nil {
		r.writer.Discard()
		return nil, fmt.Errorf("reel: %w", err)
	}
	return r, nil
}

// Take adds a moment, and that of its rival where there is one, to be shown for so many pictures.
func (r *Reel) Take(m *Live, rival *Rival, pictures int) error {
	if m.model.Grid != r.model.Grid || len(m.model.Substrates) != len(r.model.Substrates) || len(m.model.CellTypes) != len(r.model.CellTypes) {
		return errors.New("reel: the tissue has become another")
	}
	shots, err := r.page.takeLive(m, rival)
	if err != nil {
		return err
	}
	for _, s := range shots {
		if err := writeShot(r.kept, s); err != nil {
			return err
		}
	}
	r.shown = append(r.shown, pictures)
	return nil
}

// Pictures returns how many the movie has so far.
func (r *Reel) Pictures() int {
	all := 0
	for _, n := range r.shown {
		all += n
	}
	return all
}

// Develop draws all pictures, and completes the movie.
func (r *Reel) Develop() error {
	defer r.Discard()
	if _, err := r.kept.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("reel: %w", err)
	}
	for _, n := range r.shown {
		if err := r.draw(n); err != nil {
			return err
		}
	}
	return r.writer.Close()
}

// draw adds the next moment to the movie.
func (r *Reel) draw(pictures int) error {
	shots := make([]*shot, len(r.page.pictures))
	for i := range shots {
		var err error
		if shots[i], err = readShot(r.kept); err != nil {
			return err
		}
	}
	f, err := r.page.figure(shots)
	if err != nil {
		return err
	}
	img, err := f.Image(r.page.Options())
	for i := 0; i < pictures && err == nil; i++ {
		err = r.writer.Add(img)
	}
	return err
}

// Discard gives the movie up, unless it is complete, and removes the temporary file.
func (r *Reel) Discard() {
	r.writer.Discard()
	r.kept.Close()
	os.Remove(r.kept.Name())
}
