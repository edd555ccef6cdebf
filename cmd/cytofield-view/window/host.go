package window

import (
	"image"

	"github.com/cytofield/cytofield/engine/gpu"
)

// Host is what a window is drawn on.
type Host interface {
	// Poll hands ImGui what a person did since the last time, and waits at most so many
	// seconds for something to happen.
	Poll(wait float64)
	// Size returns the pixels to the right and down, and how much larger than usual
	// text is to be.
	Size() (width, height int, scale float32)
	Resize(width, height int) // pixels
	// Screen returns what to draw on.
	Screen(q *gpu.Queue) (*gpu.Screen, error)
	Present()
	Closing() bool // a person wants it closed
	Free(q *gpu.Queue)
}

// Offscreen is a host that nobody sees.
type Offscreen struct {
	size   image.Point
	screen *gpu.Screen
}

// NewOffscreen returns a host of a size in pixels.
func NewOffscreen(width, height int) *Offscreen { return &Offscreen{size: image.Pt(width, height)} }

// Poll does nothing.
func (o *Offscreen) Poll(float64) {}

// Size returns the pixels.
func (o *Offscreen) Size() (width, height int, scale float32) { return o.size.X, o.size.Y, 1 }

// Resize changes the pixels.
func (o *Offscreen) Resize(width, height int) { o.size = image.Pt(width, height) }

// Screen returns pixels of the size.
func (o *Offscreen) Screen(q *gpu.Queue) (*gpu.Screen, error) {
	if o.screen != nil {
		if w, h := o.screen.Size(); w == o.size.X && h == o.size.Y {
			return o.screen, nil
		}
	}
	o.screen.Free(q)
	screen, err := q.NewScreen(o.size.X, o.size.Y)
	o.screen = screen
	return screen, err
}

// Present does nothing.
func (o *Offscreen) Present() {}

// Closing returns false.
func (o *Offscreen) Closing() bool { return false }

// Free gives the pixels back.
func (o *Offscreen) Free(q *gpu.Queue) { o.screen.Free(q) }
