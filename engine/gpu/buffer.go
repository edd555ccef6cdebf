package gpu

import (
	"fmt"
	"reflect"
	"unsafe"

	"github.com/go-gl/gl/v4.3-core/gl"
)

// Buffer is memory on the device that kernels reach as a shader storage block, or as an imageBuffer of vectors.
type Buffer struct {
	device *Device
	id     uint32 // 0 after Free
	bytes  int
	view   uint32 // as an image; 0 before the first kernel that wants one
}

// NewBuffer allocates a buffer of zero bytes.
func (q *Queue) NewBuffer(bytes int) (*Buffer, error) {
	what := fmt.Sprintf("buffer of %s", formatBytes(int64(bytes)))
	if bytes < 1 {
		return nil, fmt.Errorf("gpu: buffer of %d bytes: needs at least one", bytes)
	}
	// llvmpipe allocates a larger one without an error and then cuts it off in the kernels.
	if limit := q.device.info.MaxBufferBytes; int64(bytes) > limit {
		return nil, fmt.Errorf("gpu: %s (%d bytes): the device takes at most %s (GL_MAX_SHADER_STORAGE_BLOCK_SIZE)",
			what, bytes, formatBytes(limit))
	}
	if err := q.fits(what, int64(bytes)); err != nil {
		return nil, err
	}
	b := &Buffer{device: q.device, bytes: bytes}
	if err := glError("before allocating"); err != nil && q.device.debug {
		return nil, err // otherwise forgotten: it is not about this allocation
	}
	gl.GenBuffers(1, &b.id)
	gl.BindBuffer(gl.SHADER_STORAGE_BUFFER, b.id)
	gl.BufferData(gl.SHADER_STORAGE_BUFFER, bytes, nil, gl.DYNAMIC_COPY)
	if err := glError("while allocating"); err != nil {
		gl.DeleteBuffers(1, &b.id)
		return nil, fmt.Errorf("gpu: %s: the driver refuses it: %w", what, err)
	}
	q.device.buffers.Add(1)
	q.device.allocated.Add(int64(bytes))
	if err := q.ClearBuffer(b); err != nil {
		b.Free(q)
		return nil, err
	}
	return b, nil
}

// Bytes returns the size of the buffer.
func (b *Buffer) Bytes() int { return b.bytes }

// Free gives the buffer back. Freeing twice, or a nil buffer, is harmless.
func (b *Buffer) Free(q *Queue) {
	if b == nil || b.id == 0 {
		return
	}
	q.owned(b.device)
	if b.view != 0 {
		gl.DeleteTextures(1, &b.view)
		b.view = 0
	}
	gl.DeleteBuffers(1, &b.id)
	b.id = 0
	q.device.buffers.Add(-1)
	q.device.allocated.Add(-int64(b.bytes))
}

const vectorBytes = 16

// image returns the buffer as an image of vectors, and what is wrong with that, if anything.
func (b *Buffer) image() (id uint32, fault string) {
	if b.view != 0 {
		return b.view, ""
	}
	if limit := b.device.info.MaxBufferVectors; b.bytes%vectorBytes != 0 || b.bytes/vectorBytes > limit {
		return 0, fmt.Sprintf("a buffer of %d bytes as an image: the device takes multiples of %d up to %d of them (GL_MAX_TEXTURE_BUFFER_SIZE)",
			b.bytes, vectorBytes, limit)
	}
	gl.GenTextures(1, &b.view)
	gl.BindTexture(gl.TEXTURE_BUFFER, b.view)
	gl.TexBuffer(gl.TEXTURE_BUFFER, gl.RGBA32F, b.id)
	return b.view, ""
}

// ReadBuffer copies len(dst) values from the buffer, the first at the given byte offset. T holds no pointers and is laid
// out as in the kernel's std430 block.
func ReadBuffer[T any](q *Queue, b *Buffer, offset int, dst []T) error {
	bytes, err := span[T](q, b, "read", offset, len(dst))
	if err != nil || bytes == 0 {
		return err
	}
	gl.BindBuffer(gl.SHADER_STORAGE_BUFFER, b.id)
	q.counts.BytesRead += int64(bytes)
	gl.GetBufferSubData(gl.SHADER_STORAGE_BUFFER, offset, bytes, unsafe.Pointer(&dst[0]))
	return nil
}

// WriteBuffer copies src into the buffer, the first value at the given byte offset; T as for ReadBuffer.
func WriteBuffer[T any](q *Queue, b *Buffer, offset int, src []T) error {
	bytes, err := span[T](q, b, "write", offset, len(src))
	if err != nil || bytes == 0 {
		return err
	}
	gl.BindBuffer(gl.SHADER_STORAGE_BUFFER, b.id)
	q.counts.BytesWritten += int64(bytes)
	gl.BufferSubData(gl.SHADER_STORAGE_BUFFER, offset, bytes, unsafe.Pointer(&src[0]))
	return nil
}

// ClearBuffer sets every byte to zero.
func (q *Queue) ClearBuffer(b *Buffer) error {
	if _, err := span[byte](q, b, "clear", 0, b.bytes); err != nil {
		return err
	}
	gl.BindBuffer(gl.SHADER_STORAGE_BUFFER, b.id)
	if b.bytes%4 == 0 {
		gl.ClearBufferData(gl.SHADER_STORAGE_BUFFER, gl.R32UI, gl.RED_INTEGER, gl.UNSIGNED_INT, nil)
		return nil
	}
	gl.ClearBufferData(gl.SHADER_STORAGE_BUFFER, gl.R8UI, gl.RED_INTEGER, gl.UNSIGNED_BYTE, nil)
	return nil
}

// span checks that n values of type T at the offset lie inside the buffer and returns their bytes.
func span[T any](q *Queue, b *Buffer, verb string, offset, n int) (int, error) {
	if b.id == 0 {
		return 0, fmt.Errorf("gpu: %s buffer of %d bytes: it has been freed", verb, b.bytes)
	}
	q.owned(b.device)
	t := reflect.TypeFor[T]()
	if !plain(t) {
		panic(fmt.Sprintf("gpu: %s buffer: %v holds pointers", verb, t))
	}
	if bytes := n * int(t.Size()); offset >= 0 && offset <= b.bytes && bytes <= b.bytes-offset {
		return bytes, nil
	}
	return 0, fmt.Errorf("gpu: %s buffer of %d bytes: %d values of %d bytes at offset %d reach outside it",
		verb, b.bytes, n, t.Size(), offset)
}

// plain reports whether values of the type are bytes that mean the same on the device.
func plain(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Float32, reflect.Float64,
		reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return true
	case reflect.Array:
		return plain(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if !plain(t.Field(i).Type) {
				return false
			}
		}
		return true
	}
	return false
}
