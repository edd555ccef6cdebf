package gpu

import "github.com/go-gl/gl/v4.3-core/gl"

// SetAvailable replaces what the driver tells about free memory.
func SetAvailable(d *Device, bytes int64) { d.available = func() int64 { return bytes } }

// SetClearsTextures makes a queue pass for one of OpenGL 4.4, or of 4.3.
func SetClearsTextures(q *Queue, clears bool) { q.clearsTextures = clears }

// MakeGLError makes GL complain.
func MakeGLError() { gl.Enable(0xFFFF) }

// ErrorOf is what errors that GL reports one after another become.
func ErrorOf(codes ...uint32) error {
	return glErrorOf(func() uint32 {
		if len(codes) == 0 {
			return gl.NO_ERROR
		}
		code := codes[0]
		codes = codes[1:]
		return code
	}, "while testing")
}
