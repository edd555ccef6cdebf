package stage

import (
	"fmt"
	"image"
	"math"
	"time"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/render/colormap"
)

// box is what boxes are painted with; nothing until the first is.
type box struct {
	painter *render.ScenePainter
	volumes []upload       // of densities that the processor computed
	plates  []*gpu.Picture // of slices that show something else than the densities in view
	perRay  time.Duration  // smoothed, of what has been painted
	coarse  int            // of the picture shown; see Detail
}

// upload is a texture of densities.
type upload struct {
	texture *gpu.Texture
	loaded  *session.Field // what is in it
}

func newBox() box { return box{painter: render.NewScenePainter()} }

func (b *box) free(q *gpu.Queue) {
	b.painter.Free(q)
	b.rest(q)
}

// rest gives back the densities, and the pictures of slices.
func (b *box) rest(q *gpu.Queue) {
	for _, v := range b.volumes {
		v.texture.Free(q)
	}
	for _, p := range b.plates {
		p.Free(q)
	}
	b.volumes, b.plates = nil, nil
}

// Detail is how finely a box is painted.
type Detail struct {
	Draft     time.Duration // which a coarse picture may take; 0: one of all pixels
	Coarse    int           // pixels each way that a ray stands for; 0: by the time that Draft allows
	Abandoned func() bool   // asked now and then while all pixels are painted; nil: never
}

// share is how long a device that also draws a window paints at a time.
const share = 6 * time.Millisecond

// mostCoarse bounds how coarse a draft is.
const mostCoarse = 8

// PaintBox paints the box of a report, as Paint does a plane, with colours that are not
// multiplied by alpha, and returns how many pixels each way of the screen one of the
// picture's is; the middle of both is the same. Where it was abandoned, it is the picture
// before.
func (s *Stage) PaintBox(r *session.Report, density Densities, l Look, d Detail) (picture *gpu.Picture, coarse int, err error) {
	coarse = s.coarse(l, d)
	size := image.Pt((max(l.Box.X, 1)+coarse-1)/coarse, (max(l.Box.Y, 1)+coarse-1)/coarse)
	scene := Scene(r, l)
	scene.Camera = l.camera(r, size, coarse)
	var painting *render.Painting
	began := time.Now()
	err = s.device.Do(func(q *gpu.Queue) (err error) {
		volumes, err := s.box.load(q, r, density)
		if err != nil {
			return err
		}
		plates, err := s.plates(q, r, density, l, scene, size)
		if err != nil {
			return err
		}
		if err := makeRoom(q, &s.spare, size); err != nil {
			return err
		}
		q.Interpolate(s.spare, true)
		painting, err = s.box.painter.Begin(q, s.spare, scene, volumes, plates, render.Strokes{Smooth: coarse == 1, Straight: true})
		return err
	})
	for done := false; err == nil && !done; {
		if coarse == 1 && d.Abandoned != nil && d.Abandoned() {
			return s.shown, s.box.coarse, nil
		}
		err = s.device.Do(func(q *gpu.Queue) (err error) {
			done, err = painting.Continue(q, share)
			return err
		})
	}
	if err != nil {
		return nil, 0, fmt.Errorf("stage: %w", err)
	}
	s.box.perRay += (time.Since(began)/time.Duration(size.X*size.Y) - s.box.perRay) / 2
	s.box.coarse = coarse
	s.shown, s.spare = s.spare, s.shown
	return s.shown, coarse, nil
}

// coarse returns the pixels each way that a ray stands for.
func (s *Stage) coarse(l Look, d Detail) int {
	switch {
	case d.Coarse > 0:
		return d.Coarse
	case d.Draft == 0:
		return 1
	}
	all := s.box.perRay * time.Duration(l.Box.X*l.Box.Y)
	if all == 0 { // nothing has been painted yet
		return mostCoarse
	}
	return min(max(int(math.Ceil(math.Sqrt(float64(all)/float64(d.Draft)))), 1), mostCoarse)
}

// load returns where the densities of a report are: on the device, or uploaded, unless they
// are there.
func (b *box) load(q *gpu.Queue, r *session.Report, density Densities) (all []*gpu.Texture, err error) {
	for i, id := range r.Volumes() {
		texture := density(id)
		if texture == nil {
			for len(b.volumes) <= i {
				b.volumes = append(b.volumes, upload{})
			}
			if texture, err = b.volumes[i].of(q, r.Grid.Shape, r.Fields[i]); err != nil {
				return nil, err
			}
		}
		all = append(all, texture)
	}
	return all, nil
}

// of returns the texture with densities in it.
func (u *upload) of(q *gpu.Queue, shape [3]int, f *session.Field) (*gpu.Texture, error) {
	if u.texture != nil && u.loaded == f {
		return u.texture, nil
	}
	if u.texture == nil || u.texture.Shape() != shape {
		u.texture.Free(q)
		texture, err := q.NewTexture(shape)
		u.texture = texture
		if err != nil {
			return nil, err
		}
	}
	u.loaded = f
	return u.texture, q.WriteTexture(u.texture, f.Values)
}

// plates paints the slices of a scene that have pictures of their own, as fine as they are
// seen in a picture of a size.
func (s *Stage) plates(q *gpu.Queue, r *session.Report, density Densities, l Look, scene render.Scene, size image.Point) ([]*gpu.Picture, error) {
	const nearer = 4.0 / 3 // is how much larger what is nearest is seen, in perspective
	perMicron := nearer * scene.View(size).Magnification()
	for i, plate := range scene.Plates {
		for len(s.box.plates) <= i {
			s.box.plates = append(s.box.plates, nil)
		}
		cut := r.Flat(plate.Axis)
		if err := makeRoom(q, &s.box.plates[i], fine(cut.Plane, perMicron)); err != nil {
			return nil, err
		}
		if err := s.paint(q, s.box.plates[i], cut, density, l.Map, true); err != nil {
			return nil, err
		}
	}
	return s.box.plates[:len(scene.Plates)], nil
}

// View is the camera of a report before the pixels that the box is seen in.
func View(r *session.Report, l Look) render.View {
	return l.camera(r, l.Box, 1).View(r.Grid, l.Box)
}

// camera returns the camera of a report before a picture of a size, of which a pixel stands for so many
// each way. Zoom 1 is where the standard view fills the room; it stays as large when turned.
func (l Look) camera(r *session.Report, size image.Point, coarse int) render.Camera {
	c := r.View.Space.Camera
	standard := render.StandardCamera()
	standard.Perspective = c.Perspective
	fits := standard.View(r.Grid, l.Room)
	half := fits.Reach()
	wanted := c.Zoom * fits.Magnification() * min(float64(l.Room.X)/half[0], float64(l.Room.Y)/half[1]) / 2
	c.Zoom = 1
	c.Zoom = wanted / float64(coarse) / c.View(r.Grid, size).Magnification()
	return c
}

// surfaceOpacity lets a surface show what it encloses, as in figures.
const surfaceOpacity = 0.4

// Scene is what a report shows in its box. Its volumes have no fields and its plates no
// pictures: they are on the device.
func Scene(r *session.Report, l Look) render.Scene {
	space := r.View.Space
	scene := render.Scene{Grid: r.Grid, Camera: space.Camera}
	through := space.Mode.HasVolume() && !r.View.Layers.Overlay.Replaces()
	for i, id := range r.Volumes() {
		v := render.Volume{Map: l.Map, Scale: r.Scale}
		if len(r.Merged) > 0 && space.Mode.HasVolume() {
			v.Map, v.Scale = colormap.Plain(r.Merged[i].Colour), r.Merged[i].Scale
		}
		if through && space.Opacity > 0 {
			v.Opacity = render.Fog(r.Grid, v.Scale, space.Opacity)
		}
		if through && space.Surface > 0 && id == r.View.Substrate {
			colour := v.Map.At(v.Scale.Position(space.Surface))
			v.Surfaces = []render.Surface{{Level: space.Surface, Colour: colour, Opacity: surfaceOpacity}}
		}
		scene.Volumes = append(scene.Volumes, v)
	}
	for _, cut := range r.Cuts {
		if r.Reworked() || len(r.Merged) > 0 {
			scene.Plates = append(scene.Plates, render.Plate{Slice: cut.Slice})
		} else {
			scene.Volumes[0].Slices = append(scene.Volumes[0].Slices, cut.Slice)
		}
	}
	if !l.HideCells {
		scene.Balls = Balls(r)
	}
	return scene
}

// Balls are the cells of a box; those beside the ones that a gate chose are dimmed.
func Balls(r *session.Report) []render.Ball {
	all, colour := make([]render.Ball, len(r.Bodies)), CellColours(r)
	for i, b := range r.Bodies {
		all[i] = render.Ball{Centre: b.Centre, Radius: b.Radius, Colour: colour(b.Cell, b.Type)}
		if g := r.Gated; g != nil && g.Inside != nil && !g.Inside[b.Cell] {
			all[i].Colour = Dimmed()
		}
	}
	return all
}
