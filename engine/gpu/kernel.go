package gpu

import (
	"fmt"
	"reflect"
	"unsafe"

	"github.com/go-gl/gl/v4.3-core/gl"
)

// maxImages is how many images a kernel may bind: NVIDIA's limit, whatever the device at hand allows.
const maxImages = 8

// Kernel is a compute program and the way its arguments A are bound. A is a struct whose fields carry the names they
// have in the GLSL source, and embeds other such structs if it likes:
//
//	type advanceArgs struct {
//		Density *gpu.Texture `gl:"density"` // image2D/image3D, or sampler2D/sampler3D
//		Pixels  *gpu.Picture `gl:"pixels"`  // image2D of layout(rgba8)
//		Cells   *gpu.Buffer  `gl:"Cells"`   // by the name of the storage block, or of an imageBuffer of rgba32f
//		Shape   [3]int32     `gl:"shape"`   // ivec3; also int32, uint32, float32, [2]…[4] of them
//		Weights [9]float32   `gl:"weights"` // float weights[9]
//		Flow    [3]float32   `gl:"flow,optional"` // may be missing in some variants of the kernel
//	}
type Kernel[A any] struct {
	kernel
}

// NewKernel compiles and links a compute shader and holds its arguments against A, both ways: every field needs an
// active uniform, image, sampler or block of its type, and every one of those needs a field. A source may name itself
// and its parts in comments, as shaders.Assemble writes them, for the errors to cite:
//
//	// kernel copy DIMENSIONS=3
//	// source 1: include/grid.glsl
func NewKernel[A any](q *Queue, source string) (*Kernel[A], error) {
	args := reflect.TypeFor[A]()
	name := kernelName(source)
	if name == "" {
		name = args.String()
	}
	program, err := compile(source)
	if err != nil {
		return nil, fmt.Errorf("gpu: kernel %s: %w", name, err)
	}
	k := &Kernel[A]{kernel{device: q.device, program: program, name: name}}
	if err := k.bindArguments(args); err != nil {
		gl.DeleteProgram(program)
		return nil, err
	}
	var size [3]int32
	gl.GetProgramiv(program, gl.COMPUTE_WORK_GROUP_SIZE, &size[0])
	k.group = [3]int{int(size[0]), int(size[1]), int(size[2])}
	q.device.kernels.Add(1)
	return k, nil
}

// Launch runs the kernel once for every position inside size, which the last groups may overhang: the kernel returns
// where it is outside. What a launch writes is seen by whatever comes after it on the device. It allocates nothing.
func (k *Kernel[A]) Launch(q *Queue, size [3]int, args *A) error {
	return k.launch(q, size, unsafe.Pointer(args))
}

// GroupSize returns the work group's shape as the source declares it.
func (k *Kernel[A]) GroupSize() [3]int { return k.group }

// Name returns the kernel's name in errors.
func (k *Kernel[A]) Name() string { return k.name }

// Free gives the kernel back. Freeing twice, or a nil kernel, is harmless.
func (k *Kernel[A]) Free(q *Queue) {
	if k == nil || k.program == 0 {
		return
	}
	q.owned(k.device)
	gl.DeleteProgram(k.program)
	k.program = 0
	q.device.kernels.Add(-1)
}

// kernel is what all kernels have, whatever their arguments.
type kernel struct {
	device    *Device
	program   uint32 // 0 after Free
	name      string
	group     [3]int
	arguments []argument
	barriers  uint32
}

type binding int

const (
	bindImage binding = iota
	bindSampler
	bindBuffer
	bindBufferImage
	bindPicture
	bindFloat
	bindInt
	bindUint
)

// argument says where a field lies in the struct of arguments and where it goes. GL reads a uniform from floats, ints or
// uints, where its values are copied first: handing it the caller's struct would move that to the heap at every launch.
type argument struct {
	name     string
	offset   uintptr
	bind     binding
	target   uint32 // images and samplers: GL_TEXTURE_2D or GL_TEXTURE_3D
	unit     uint32 // images, samplers and buffers: the binding point
	location int32  // of a uniform
	width    int    // components of a uniform: 1 to 4
	floats   []float32
	ints     []int32
	uints    []uint32
}

func (k *kernel) launch(q *Queue, size [3]int, args unsafe.Pointer) error {
	if k.program == 0 {
		return fmt.Errorf("gpu: kernel %s: it has been freed", k.name)
	}
	q.owned(k.device)
	if args == nil {
		return fmt.Errorf("gpu: kernel %s: no arguments", k.name)
	}
	var groups [3]uint32
	for axis, n := range size {
		count := (n + k.group[axis] - 1) / k.group[axis]
		if n < 1 || count > q.device.info.MaxGroupCount[axis] {
			return fmt.Errorf("gpu: kernel %s: launch over %d x %d x %d: %d groups of %d along %c, the device takes 1 to %d",
				k.name, size[0], size[1], size[2], count, k.group[axis], 'x'+axis, q.device.info.MaxGroupCount[axis])
		}
		groups[axis] = uint32(count)
	}
	gl.UseProgram(k.program)
	for i := range k.arguments {
		a := &k.arguments[i]
		if fault := a.set(q, unsafe.Add(args, a.offset)); fault != "" {
			return fmt.Errorf("gpu: kernel %s: argument %s: %s", k.name, a.name, fault)
		}
	}
	gl.DispatchCompute(groups[0], groups[1], groups[2])
	gl.MemoryBarrier(k.barriers)
	q.counts.Launches++
	if q.device.debug {
		return glError("launching kernel", k.name)
	}
	return nil
}

// set hands the value at p to GL and returns what is wrong with it, if anything.
func (a *argument) set(q *Queue, p unsafe.Pointer) string {
	switch a.bind {
	case bindImage, bindSampler:
		return a.setTexture(q, *(**Texture)(p))
	case bindPicture:
		return a.setPicture(q, *(**Picture)(p))
	case bindBuffer, bindBufferImage:
		return a.setBuffer(q, *(**Buffer)(p))
	case bindFloat:
		copy(a.floats, unsafe.Slice((*float32)(p), len(a.floats)))
		setFloats[a.width](a.location, int32(len(a.floats)/a.width), &a.floats[0])
	case bindInt:
		copy(a.ints, unsafe.Slice((*int32)(p), len(a.ints)))
		setInts[a.width](a.location, int32(len(a.ints)/a.width), &a.ints[0])
	case bindUint:
		copy(a.uints, unsafe.Slice((*uint32)(p), len(a.uints)))
		setUints[a.width](a.location, int32(len(a.uints)/a.width), &a.uints[0])
	}
	return ""
}

func (a *argument) setBuffer(q *Queue, b *Buffer) string {
	switch {
	case b == nil:
		return "the buffer is nil"
	case b.id == 0:
		return "the buffer has been freed"
	}
	q.owned(b.device)
	if a.bind == bindBuffer {
		gl.BindBufferBase(gl.SHADER_STORAGE_BUFFER, a.unit, b.id)
		return ""
	}
	image, fault := b.image()
	if fault == "" {
		gl.BindImageTexture(a.unit, image, 0, false, 0, gl.READ_WRITE, gl.RGBA32F)
	}
	return fault
}

func (a *argument) setTexture(q *Queue, t *Texture) string {
	switch {
	case t == nil:
		return "the texture is nil"
	case t.id == 0:
		return "the texture has been freed"
	case t.target != a.target && a.target == gl.TEXTURE_2D:
		return "the kernel is two-dimensional, the texture has more than one voxel along z"
	case t.target != a.target:
		return "the kernel is three-dimensional, the texture has one voxel along z and is two-dimensional"
	}
	q.owned(t.device)
	if a.bind == bindSampler {
		gl.ActiveTexture(gl.TEXTURE0 + a.unit)
		gl.BindTexture(a.target, t.id)
		gl.ActiveTexture(gl.TEXTURE0)
		return ""
	}
	const layered = true // otherwise a 3D image is its first slice alone, without any error
	gl.BindImageTexture(a.unit, t.id, 0, layered, 0, gl.READ_WRITE, gl.R32F)
	return ""
}

func (a *argument) setPicture(q *Queue, p *Picture) string {
	switch {
	case p == nil:
		return "the picture is nil"
	case p.id == 0:
		return "the picture has been freed"
	}
	q.owned(p.device)
	gl.BindImageTexture(a.unit, p.id, 0, false, 0, gl.READ_WRITE, gl.RGBA8)
	return ""
}

// By the number of components.
var (
	setFloats = [5]func(location, count int32, v *float32){1: gl.Uniform1fv, 2: gl.Uniform2fv, 3: gl.Uniform3fv, 4: gl.Uniform4fv}
	setInts   = [5]func(location, count int32, v *int32){1: gl.Uniform1iv, 2: gl.Uniform2iv, 3: gl.Uniform3iv, 4: gl.Uniform4iv}
	setUints  = [5]func(location, count int32, v *uint32){1: gl.Uniform1uiv, 2: gl.Uniform2uiv, 3: gl.Uniform3uiv, 4: gl.Uniform4uiv}
)
