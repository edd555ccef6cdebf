package gpu

import (
	"fmt"
	"image"
	"image/color"
	"unsafe"

	"github.com/go-gl/gl/v4.3-core/gl"
)

// Screen is what a window draws on: the surface of its context, or pixels on the device where there is no window.
type Screen struct {
	device        *Device
	width, height int
	framebuffer   uint32   // 0: the context's own
	pixels        *Picture // nil with it
}

// WindowScreen returns the surface of the context, which has so many pixels now.
func (q *Queue) WindowScreen(width, height int) *Screen {
	return &Screen{device: q.device, width: width, height: height}
}

// NewScreen allocates a screen that nobody sees but who reads it.
func (q *Queue) NewScreen(width, height int) (*Screen, error) {
	pixels, err := q.NewPicture(width, height)
	if err != nil {
		return nil, err
	}
	s := &Screen{device: q.device, width: width, height: height, pixels: pixels}
	gl.GenFramebuffers(1, &s.framebuffer)
	gl.BindFramebuffer(gl.FRAMEBUFFER, s.framebuffer)
	gl.FramebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, pixels.id, 0)
	if status := gl.CheckFramebufferStatus(gl.FRAMEBUFFER); status != gl.FRAMEBUFFER_COMPLETE {
		s.Free(q)
		return nil, fmt.Errorf("gpu: screen of %d x %d pixels: the driver cannot draw on it (framebuffer status 0x%x)", width, height, status)
	}
	return s, nil
}

// Size returns the pixels to the right and down.
func (s *Screen) Size() (width, height int) { return s.width, s.height }

// Begin fills the screen with a colour and has what is drawn from now on go there.
func (s *Screen) Begin(q *Queue, c color.RGBA) {
	q.owned(s.device)
	gl.BindFramebuffer(gl.FRAMEBUFFER, s.framebuffer)
	gl.Viewport(0, 0, int32(s.width), int32(s.height))
	gl.Disable(gl.SCISSOR_TEST)
	gl.ClearColor(float32(c.R)/255, float32(c.G)/255, float32(c.B)/255, 1)
	gl.Clear(gl.COLOR_BUFFER_BIT)
}

// Read returns a copy of what has been drawn, opaque. Of a window, read it before the buffers are swapped.
func (s *Screen) Read(q *Queue) *image.RGBA {
	q.owned(s.device)
	img := image.NewRGBA(image.Rect(0, 0, s.width, s.height))
	gl.BindFramebuffer(gl.FRAMEBUFFER, s.framebuffer)
	gl.PixelStorei(gl.PACK_ALIGNMENT, 4)
	gl.ReadPixels(0, 0, int32(s.width), int32(s.height), gl.RGBA, gl.UNSIGNED_BYTE, unsafe.Pointer(&img.Pix[0]))
	turn(img)
	return img
}

// turn puts the last row first, as pictures have it, and makes all pixels opaque.
func turn(img *image.RGBA) {
	height := img.Rect.Dy()
	row := make([]uint8, img.Stride)
	for y := range height / 2 {
		top, bottom := img.Pix[y*img.Stride:(y+1)*img.Stride], img.Pix[(height-1-y)*img.Stride:(height-y)*img.Stride]
		copy(row, top)
		copy(top, bottom)
		copy(bottom, row)
	}
	for i := 3; i < len(img.Pix); i += 4 {
		img.Pix[i] = 255
	}
}

// Free gives back what the screen holds. Freeing twice, or a nil screen, is harmless.
func (s *Screen) Free(q *Queue) {
	if s == nil || s.framebuffer == 0 {
		return
	}
	q.owned(s.device)
	gl.DeleteFramebuffers(1, &s.framebuffer)
	s.framebuffer = 0
	s.pixels.Free(q)
}
