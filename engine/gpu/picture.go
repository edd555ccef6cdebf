package gpu

import (
	"fmt"
	"image"
	"unsafe"

	"github.com/go-gl/gl/v4.3-core/gl"
)

// Picture is a GL_TEXTURE_2D of RGBA8 pixels, alpha premultiplied. Its row 0 is the top of what it shows. A kernel
// writes it as an image2D of format rgba8; sampled, it takes the nearest pixel, but for Interpolate, and repeats the outermost one.
type Picture struct {
	device        *Device
	id            uint32 // 0 after Free
	width, height int
}

// NewPicture allocates a transparent picture.
func (q *Queue) NewPicture(width, height int) (*Picture, error) {
	p := &Picture{device: q.device, width: width, height: height}
	limit := q.device.info.MaxTextureSize2D
	if width < 1 || height < 1 || width > limit || height > limit {
		return nil, fmt.Errorf("gpu: picture of %d x %d pixels: the device takes 1 to %d each way (GL_MAX_TEXTURE_SIZE)", width, height, limit)
	}
	what := fmt.Sprintf("picture of %d x %d pixels", width, height)
	if err := q.fits(what, p.Bytes()); err != nil {
		return nil, err
	}
	if err := glError("before allocating"); err != nil && q.device.debug {
		return nil, err // otherwise forgotten: it is not about this allocation
	}
	gl.GenTextures(1, &p.id)
	gl.BindTexture(gl.TEXTURE_2D, p.id)
	gl.TexStorage2D(gl.TEXTURE_2D, 1, gl.RGBA8, int32(width), int32(height))
	gl.TexParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST)
	gl.TexParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST)
	gl.TexParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE)
	gl.TexParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE)
	transparent := make([]uint8, p.Bytes())
	gl.TexSubImage2D(gl.TEXTURE_2D, 0, 0, 0, int32(width), int32(height), gl.RGBA, gl.UNSIGNED_BYTE, unsafe.Pointer(&transparent[0]))
	if err := glError("while allocating"); err != nil {
		gl.DeleteTextures(1, &p.id)
		return nil, fmt.Errorf("gpu: %s (%s): the driver refuses it: %w", what, formatBytes(p.Bytes()), err)
	}
	q.device.textures.Add(1)
	q.device.allocated.Add(p.Bytes())
	return p, nil
}

// Resized returns the picture p where it has a size, or else frees it and returns a new one. p may be nil.
func (q *Queue) Resized(p *Picture, width, height int) (*Picture, error) {
	if p != nil && p.width == width && p.height == height {
		return p, nil
	}
	p.Free(q)
	return q.NewPicture(width, height)
}

// Size returns the pixels to the right and down.
func (p *Picture) Size() (width, height int) { return p.width, p.height }

// Bytes returns the memory the picture takes on the device.
func (p *Picture) Bytes() int64 { return 4 * int64(p.width) * int64(p.height) }

// Name returns the GL name of the texture, for drawing it; 0 after Free.
func (p *Picture) Name() uint32 { return p.id }

// Free gives the picture back. Freeing twice, or a nil picture, is harmless.
func (p *Picture) Free(q *Queue) {
	if p == nil || p.id == 0 {
		return
	}
	q.owned(p.device)
	gl.DeleteTextures(1, &p.id)
	p.id = 0
	q.device.textures.Add(-1)
	q.device.allocated.Add(-p.Bytes())
}

// WritePicture replaces all pixels of the picture by those of an image of its size.
func (q *Queue) WritePicture(p *Picture, img *image.RGBA) error {
	if p.id == 0 {
		return fmt.Errorf("gpu: write picture of %d x %d pixels: it has been freed", p.width, p.height)
	}
	if size := img.Rect.Size(); size != image.Pt(p.width, p.height) || img.Stride != 4*p.width {
		return fmt.Errorf("gpu: write picture of %d x %d pixels: the image has %d x %d, in rows of %d bytes", p.width, p.height, size.X, size.Y, img.Stride)
	}
	q.owned(p.device)
	gl.BindTexture(gl.TEXTURE_2D, p.id)
	q.counts.BytesWritten += int64(len(img.Pix))
	gl.TexSubImage2D(gl.TEXTURE_2D, 0, 0, 0, int32(p.width), int32(p.height), gl.RGBA, gl.UNSIGNED_BYTE, unsafe.Pointer(&img.Pix[0]))
	return nil
}

// Interpolate has whoever samples the picture mix neighbouring pixels, or take the nearest.
func (q *Queue) Interpolate(p *Picture, on bool) {
	q.owned(p.device)
	filter := int32(gl.NEAREST)
	if on {
		filter = gl.LINEAR
	}
	gl.BindTexture(gl.TEXTURE_2D, p.id)
	gl.TexParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, filter)
	gl.TexParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, filter)
}

// ReadPicture returns a copy of the picture.
func (q *Queue) ReadPicture(p *Picture) (*image.RGBA, error) {
	if p.id == 0 {
		return nil, fmt.Errorf("gpu: read picture of %d x %d pixels: it has been freed", p.width, p.height)
	}
	q.owned(p.device)
	img := image.NewRGBA(image.Rect(0, 0, p.width, p.height))
	gl.BindTexture(gl.TEXTURE_2D, p.id)
	q.counts.BytesRead += int64(len(img.Pix))
	gl.GetTexImage(gl.TEXTURE_2D, 0, gl.RGBA, gl.UNSIGNED_BYTE, unsafe.Pointer(&img.Pix[0]))
	return img, nil
}
