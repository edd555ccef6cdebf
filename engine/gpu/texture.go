package gpu

import (
	"fmt"
	"unsafe"

	"github.com/go-gl/gl/v4.3-core/gl"
)

// Texture holds a float32 for every voxel of a grid, in a GL_TEXTURE_2D when the grid has one voxel along z and in a
// GL_TEXTURE_3D otherwise. Sampled, it takes the nearest voxel and repeats the outermost one.
type Texture struct {
	device *Device
	id     uint32 // 0 after Free
	target uint32
	shape  [3]int
}

// NewTexture allocates a texture of zeros with the given number of voxels along x, y, z.
func (q *Queue) NewTexture(shape [3]int) (*Texture, error) {
	t := &Texture{device: q.device, target: gl.TEXTURE_3D, shape: shape}
	limit, name := q.device.info.MaxTextureSize3D, "GL_MAX_3D_TEXTURE_SIZE"
	if shape[2] == 1 {
		t.target, limit, name = gl.TEXTURE_2D, q.device.info.MaxTextureSize2D, "GL_MAX_TEXTURE_SIZE"
	}
	what := fmt.Sprintf("texture of %d x %d x %d voxels", shape[0], shape[1], shape[2])
	for axis, n := range shape {
		if n < 1 {
			return nil, fmt.Errorf("gpu: %s: needs at least one voxel along %c", what, 'x'+axis)
		}
		if n > limit {
			return nil, fmt.Errorf("gpu: %s (%s): the device takes at most %d along %c (%s)",
				what, formatBytes(t.Bytes()), limit, 'x'+axis, name)
		}
	}
	if err := q.fits(what, t.Bytes()); err != nil {
		return nil, err
	}
	if err := glError("before allocating"); err != nil && q.device.debug {
		return nil, err // otherwise forgotten: it is not about this allocation
	}
	gl.GenTextures(1, &t.id)
	gl.BindTexture(t.target, t.id)
	if t.target == gl.TEXTURE_2D {
		gl.TexStorage2D(t.target, 1, gl.R32F, int32(shape[0]), int32(shape[1]))
	} else {
		gl.TexStorage3D(t.target, 1, gl.R32F, int32(shape[0]), int32(shape[1]), int32(shape[2]))
	}
	gl.TexParameteri(t.target, gl.TEXTURE_MIN_FILTER, gl.NEAREST)
	gl.TexParameteri(t.target, gl.TEXTURE_MAG_FILTER, gl.NEAREST)
	gl.TexParameteri(t.target, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE)
	gl.TexParameteri(t.target, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE)
	gl.TexParameteri(t.target, gl.TEXTURE_WRAP_R, gl.CLAMP_TO_EDGE)
	if err := glError("while allocating"); err != nil {
		gl.DeleteTextures(1, &t.id)
		return nil, fmt.Errorf("gpu: %s (%s): the driver refuses it: %w", what, formatBytes(t.Bytes()), err)
	}
	q.device.textures.Add(1)
	q.device.allocated.Add(t.Bytes())
	if err := q.ClearTexture(t); err != nil {
		t.Free(q)
		return nil, err
	}
	return t, nil
}

// Shape returns the number of voxels along x, y, z.
func (t *Texture) Shape() [3]int { return t.shape }

// Voxels returns how many voxels there are.
func (t *Texture) Voxels() int { return t.shape[0] * t.shape[1] * t.shape[2] }

// Bytes returns the memory the texture takes on the device.
func (t *Texture) Bytes() int64 {
	return 4 * int64(t.shape[0]) * int64(t.shape[1]) * int64(t.shape[2])
}

// Name returns the GL name of the texture, for drawing it; 0 after Free.
func (t *Texture) Name() uint32 { return t.id }

// Free gives the texture back. Freeing twice, or a nil texture, is harmless.
func (t *Texture) Free(q *Queue) {
	if t == nil || t.id == 0 {
		return
	}
	q.owned(t.device)
	gl.DeleteTextures(1, &t.id)
	t.id = 0
	q.device.textures.Add(-1)
	q.device.allocated.Add(-t.Bytes())
}

// ReadTexture copies the texture into dst, whose length is the number of voxels: x runs fastest, z slowest.
func (q *Queue) ReadTexture(t *Texture, dst []float32) error {
	if err := t.check(q, "read", len(dst)); err != nil {
		return err
	}
	gl.BindTexture(t.target, t.id)
	q.counts.BytesRead += t.Bytes()
	gl.GetTexImage(t.target, 0, gl.RED, gl.FLOAT, unsafe.Pointer(&dst[0]))
	return nil
}

// WriteTexture copies src, laid out as in ReadTexture, into the texture.
func (q *Queue) WriteTexture(t *Texture, src []float32) error {
	if err := t.check(q, "write", len(src)); err != nil {
		return err
	}
	q.counts.BytesWritten += t.Bytes()
	t.upload(0, 0, t.shape[1], t.shape[2], src)
	return nil
}

// ClearTexture sets every voxel to zero.
func (q *Queue) ClearTexture(t *Texture) error {
	if err := t.check(q, "clear", t.Voxels()); err != nil {
		return err
	}
	if q.clearsTextures {
		gl.ClearTexImage(t.id, 0, gl.RED, gl.FLOAT, nil)
		return nil
	}
	const most = 1 << 20 // voxels uploaded at a time, so that the zeros take at most 4 MiB
	rows := max(1, min(t.shape[1], most/t.shape[0]))
	zeros := make([]float32, t.shape[0]*rows)
	for z := range t.shape[2] {
		for y := 0; y < t.shape[1]; y += rows {
			t.upload(y, z, min(rows, t.shape[1]-y), 1, zeros)
		}
	}
	return nil
}

// CopyTexture copies src into dst, which has the same shape.
func (q *Queue) CopyTexture(dst, src *Texture) error {
	if err := src.check(q, "copy from", src.Voxels()); err != nil {
		return err
	}
	if err := dst.check(q, "copy to", dst.Voxels()); err != nil {
		return err
	}
	if dst.shape != src.shape {
		return fmt.Errorf("gpu: copy texture of shape %v to one of shape %v", src.shape, dst.shape)
	}
	if dst == src {
		return nil
	}
	gl.CopyImageSubData(src.id, src.target, 0, 0, 0, 0, dst.id, dst.target, 0, 0, 0, 0,
		int32(src.shape[0]), int32(src.shape[1]), int32(src.shape[2]))
	return nil
}

// upload writes rows y0 to y0+rows of planes z0 to z0+planes.
func (t *Texture) upload(y0, z0, rows, planes int, src []float32) {
	gl.BindTexture(t.target, t.id)
	if t.target == gl.TEXTURE_2D {
		gl.TexSubImage2D(t.target, 0, 0, int32(y0), int32(t.shape[0]), int32(rows),
			gl.RED, gl.FLOAT, unsafe.Pointer(&src[0]))
		return
	}
	gl.TexSubImage3D(t.target, 0, 0, int32(y0), int32(z0), int32(t.shape[0]), int32(rows), int32(planes),
		gl.RED, gl.FLOAT, unsafe.Pointer(&src[0]))
}

func (t *Texture) check(q *Queue, verb string, values int) error {
	if t.id == 0 {
		return fmt.Errorf("gpu: %s texture of shape %v: it has been freed", verb, t.shape)
	}
	q.owned(t.device)
	if values != t.Voxels() {
		return fmt.Errorf("gpu: %s texture of shape %v: %d values for %d voxels", verb, t.shape, values, t.Voxels())
	}
	return nil
}

// fits refuses what is larger than the memory left: drivers rather swap, or kill the program at the first touch.
func (q *Queue) fits(what string, bytes int64) error {
	if free := q.device.available(); free > 0 && bytes > free {
		return fmt.Errorf("gpu: %s needs %s of memory, %s are free (%s held by this device)",
			what, formatBytes(bytes), formatBytes(free), formatBytes(q.device.Allocated()))
	}
	return nil
}

func formatBytes(n int64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB"}
	x, i := float64(n), 0
	for ; x >= 1024 && i < len(units)-1; i++ {
		x /= 1024
	}
	return fmt.Sprintf("%.4g %s", x, units[i])
}
