// Package stage paints what a session shows into pictures on the device.
package stage

import (
	"errors"
	"fmt"
	"image"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/render/colormap"
	"github.com/cytofield/cytofield/tissue"
)

// Stage paints slices and boxes. Its pictures are for the thread of the device; the one before the
// last stays as it is until the next Paint, for a window that still draws it.
type Stage struct {
	device       *gpu.Device
	painter      *render.Painter
	merger       *render.MergePainter
	uploads      []*gpu.Texture // of planes that the processor computed
	shown, spare *gpu.Picture
	box          box
}

// Look is how a slice or a box is painted.
type Look struct {
	Map       colormap.Map
	Smooth    bool        // between voxel centres, else voxels as blocks
	Pixels    image.Point // the plane takes on the screen
	Box, Room image.Point // pixels the box is seen in, and of them those in the middle that it is to fit in
	HideCells bool        // of a box
}

// New prepares a stage on a device. Close gives back what it holds.
func New(d *gpu.Device) (*Stage, error) {
	s := &Stage{device: d, box: newBox()}
	err := d.Do(func(q *gpu.Queue) (err error) {
		if s.painter, err = render.NewPainter(q); err == nil {
			s.merger, err = render.NewMergePainter(q)
		}
		if err != nil {
			s.free(q)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Paint paints the plane of a report, or what it merges. Textures of densities on the device,
// by substrate, are painted where they live; where there are none, or the report shows
// something else than they hold, its planes are uploaded.
func (s *Stage) Paint(r *session.Report, density func(tissue.SubstrateID) *gpu.Texture, l Look) (*gpu.Picture, error) {
	err := s.device.Do(func(q *gpu.Queue) error {
		s.box.rest(q)
		if err := s.makeRoom(q, size(r.Plane, l)); err != nil {
			return err
		}
		q.Interpolate(s.spare, false)
		if len(r.Merged) > 0 {
			return s.merge(q, r, density, l)
		}
		texture, slice, err := s.texture(q, 0, r, r.Plane, density(r.View.Substrate))
		if err != nil {
			return err
		}
		return s.painter.PaintInto(q, s.spare, texture, slice, l.Map, r.Scale, l.Smooth)
	})
	if err != nil {
		return nil, fmt.Errorf("stage: %w", err)
	}
	s.shown, s.spare = s.spare, s.shown
	return s.shown, nil
}

// merge paints several substrates.
func (s *Stage) merge(q *gpu.Queue, r *session.Report, density func(tissue.SubstrateID) *gpu.Texture, l Look) error {
	var textures []*gpu.Texture
	var channels []render.Channel
	var slice render.Slice
	for i, m := range r.Merged {
		texture, at, err := s.texture(q, i, r, m.Plane, density(m.Substrate))
		if err != nil {
			return err
		}
		textures, slice = append(textures, texture), at
		channels = append(channels, render.Channel{Plane: m.Plane, Scale: m.Scale, Colour: m.Colour})
	}
	return s.merger.PaintInto(q, s.spare, textures, slice, channels, l.Smooth)
}

// texture returns where the densities of a plane are on the device: in the solver's
// texture, or uploaded.
func (s *Stage) texture(q *gpu.Queue, i int, r *session.Report, p *render.Plane, solver *gpu.Texture) (*gpu.Texture, render.Slice, error) {
	if solver != nil && !r.Reworked() {
		return solver, r.View.Slice, nil
	}
	err := s.load(q, i, p)
	if err != nil {
		return nil, render.Slice{}, err
	}
	return s.uploads[i], render.Slice{Axis: 2}, nil
}

// mostPixels bounds a picture each way; what a screen shows of a larger one is enlarged.
const mostPixels = 4096

// size returns the pixels of a picture: a whole number per voxel where voxels are blocks,
// and otherwise those on the screen.
func size(p *render.Plane, l Look) image.Point {
	if !l.Smooth {
		return image.Pt(p.Width, p.Height)
	}
	bounded := func(pixels, voxels int) int { return min(max(pixels, voxels), mostPixels) }
	return image.Pt(bounded(l.Pixels.X, p.Width), bounded(l.Pixels.Y, p.Height))
}

// load uploads a plane into the texture of a number.
func (s *Stage) load(q *gpu.Queue, i int, p *render.Plane) error {
	for len(s.uploads) <= i {
		s.uploads = append(s.uploads, nil)
	}
	shape := [3]int{p.Width, p.Height, 1}
	if s.uploads[i] == nil || s.uploads[i].Shape() != shape {
		s.uploads[i].Free(q)
		texture, err := q.NewTexture(shape)
		s.uploads[i] = texture
		if err != nil {
			return err
		}
	}
	return q.WriteTexture(s.uploads[i], p.Values)
}

// makeRoom sees to a spare picture of a size.
func (s *Stage) makeRoom(q *gpu.Queue, size image.Point) (err error) {
	s.spare, err = q.Resized(s.spare, size.X, size.Y)
	return err
}

// Close gives back what the stage holds. Closing twice is harmless.
func (s *Stage) Close() error {
	err := s.device.Do(func(q *gpu.Queue) error {
		s.free(q)
		return nil
	})
	if errors.Is(err, gpu.ErrClosed) {
		return nil
	}
	return err
}

func (s *Stage) free(q *gpu.Queue) {
	if s.painter != nil {
		s.painter.Free(q)
	}
	s.merger.Free(q)
	for _, texture := range s.uploads {
		texture.Free(q)
	}
	s.shown.Free(q)
	s.spare.Free(q)
	s.box.free(q)
	s.shown, s.spare, s.uploads = nil, nil, nil
}
