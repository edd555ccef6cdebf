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
)

// Stage paints slices and boxes. Its pictures are for the thread of the device; the one before the
// last stays as it is until the next Paint, for a window that still draws it.
type Stage struct {
	device       *gpu.Device
	painter      *render.Painter
	upload       *gpu.Texture // of a plane that the processor computed
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
		s.painter, err = render.NewPainter(q)
		return err
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Paint paints the plane of a report. A texture of densities on the device is painted
// where it lives; where density is nil, the plane's are uploaded.
func (s *Stage) Paint(r *session.Report, density *gpu.Texture, l Look) (*gpu.Picture, error) {
	err := s.device.Do(func(q *gpu.Queue) error {
		s.box.rest(q)
		slice := r.View.Slice
		if density == nil {
			if err := s.load(q, r.Plane); err != nil {
				return err
			}
			density, slice = s.upload, render.Slice{Axis: 2}
		}
		if err := s.makeRoom(q, size(r.Plane, l)); err != nil {
			return err
		}
		q.Interpolate(s.spare, false)
		return s.painter.PaintInto(q, s.spare, density, slice, l.Map, r.Scale, l.Smooth)
	})
	if err != nil {
		return nil, fmt.Errorf("stage: %w", err)
	}
	s.shown, s.spare = s.spare, s.shown
	return s.shown, nil
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

// load uploads a plane.
func (s *Stage) load(q *gpu.Queue, p *render.Plane) error {
	shape := [3]int{p.Width, p.Height, 1}
	if s.upload == nil || s.upload.Shape() != shape {
		s.upload.Free(q)
		texture, err := q.NewTexture(shape)
		s.upload = texture
		if err != nil {
			return err
		}
	}
	return q.WriteTexture(s.upload, p.Values)
}

// makeRoom sees to a spare picture of a size.
func (s *Stage) makeRoom(q *gpu.Queue, size image.Point) error {
	if s.spare != nil {
		if w, h := s.spare.Size(); w == size.X && h == size.Y {
			return nil
		}
	}
	s.spare.Free(q)
	picture, err := q.NewPicture(size.X, size.Y)
	s.spare = picture
	return err
}

// Close gives back what the stage holds. Closing twice is harmless.
func (s *Stage) Close() error {
	err := s.device.Do(func(q *gpu.Queue) error {
		s.painter.Free(q)
		s.upload.Free(q)
		s.shown.Free(q)
		s.spare.Free(q)
		s.box.free(q)
		s.shown, s.spare, s.upload = nil, nil, nil
		return nil
	})
	if errors.Is(err, gpu.ErrClosed) {
		return nil
	}
	return err
}
