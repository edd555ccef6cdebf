package stage

import (
	"fmt"
	"image"
	"math"
	"time"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/render/figure"
)

// box is what boxes are painted with; nothing until the first is.
type box struct {
	painter *render.ScenePainter
	upload  *gpu.Texture   // of densities that the processor computed
	loaded  *session.Field // what is in it
	perRay  time.Duration  // smoothed, of what has been painted
	coarse  int            // of the picture shown; see Detail
}

func newBox() box { return box{painter: render.NewScenePainter()} }

func (b *box) free(q *gpu.Queue) {
	b.painter.Free(q)
	b.rest(q)
}

// rest gives back the densities.
func (b *box) rest(q *gpu.Queue) {
	b.upload.Free(q)
	b.upload, b.loaded = nil, nil
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
func (s *Stage) PaintBox(r *session.Report, density *gpu.Texture, l Look, d Detail) (picture *gpu.Picture, coarse int, err error) {
	coarse = s.coarse(l, d)
	size := image.Pt((max(l.Box.X, 1)+coarse-1)/coarse, (max(l.Box.Y, 1)+coarse-1)/coarse)
	scene := Scene(r, l)
	scene.Camera = l.camera(r, size, coarse)
	var painting *render.Painting
	began := time.Now()
	err = s.device.Do(func(q *gpu.Queue) (err error) {
		if density == nil {
			if err := s.box.load(q, r); err != nil {
				return err
			}
			density = s.box.upload
		}
		if err := s.makeRoom(q, size); err != nil {
			return err
		}
		q.Interpolate(s.spare, true)
		painting, err = s.box.painter.Begin(q, s.spare, scene, []*gpu.Texture{density}, render.Strokes{Smooth: coarse == 1, Straight: true})
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

// load uploads the densities of a report, unless they are there.
func (b *box) load(q *gpu.Queue, r *session.Report) error {
	if b.loaded == r.Field && b.upload != nil {
		return nil
	}
	if b.upload == nil || b.upload.Shape() != r.Grid.Shape {
		b.upload.Free(q)
		texture, err := q.NewTexture(r.Grid.Shape)
		b.upload = texture
		if err != nil {
			return err
		}
	}
	b.loaded = r.Field
	return q.WriteTexture(b.upload, r.Field.Values)
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

// Scene is what a report shows in its box. Its volume has no field: the densities are on
// the device.
func Scene(r *session.Report, l Look) render.Scene {
	space := r.View.Space
	v := render.Volume{Map: l.Map, Scale: r.Scale}
	if space.Mode.HasSlices() {
		for axis, index := range space.Cuts {
			v.Slices = append(v.Slices, render.Slice{Axis: axis, Index: index})
		}
	}
	if space.Mode.HasVolume() && space.Opacity > 0 {
		v.Opacity = render.Fog(r.Grid, r.Scale, space.Opacity)
	}
	if space.Mode.HasVolume() && space.Surface > 0 {
		colour := l.Map.At(r.Scale.Position(space.Surface))
		v.Surfaces = []render.Surface{{Level: space.Surface, Colour: colour, Opacity: surfaceOpacity}}
	}
	scene := render.Scene{Grid: r.Grid, Camera: space.Camera, Volumes: []render.Volume{v}}
	if l.HideCells {
		return scene
	}
	for _, b := range r.Bodies {
		scene.Balls = append(scene.Balls, render.Ball{Centre: b.Centre, Radius: b.Radius, Colour: figure.Palette(int(b.Type))})
	}
	return scene
}
