package render

import (
	"strconv"

	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/shaders"
)

// planeKernel is a kernel that fills a picture from a slice of textures, compiled for
// those of two dimensions and of three.
type planeKernel[A any] struct{ planar, solid *gpu.Kernel[A] }

// newPlaneKernel compiles a kernel by its name.
func newPlaneKernel[A any](q *gpu.Queue, name string) (k planeKernel[A], err error) {
	for dimensions, kernel := range map[int]**gpu.Kernel[A]{2: &k.planar, 3: &k.solid} {
		source, err := shaders.Assemble(name, map[string]string{"DIMENSIONS": strconv.Itoa(dimensions)})
		if err == nil {
			*kernel, err = gpu.NewKernel[A](q, source)
		}
		if err != nil {
			k.free(q)
			return planeKernel[A]{}, err
		}
	}
	return k, nil
}

func (k *planeKernel[A]) free(q *gpu.Queue) {
	k.planar.Free(q)
	k.solid.Free(q)
}

// fill runs the kernel for every pixel, on textures of a shape.
func (k *planeKernel[A]) fill(q *gpu.Queue, dst *gpu.Picture, shape [3]int, args *A) error {
	width, height := dst.Size()
	kernel := k.solid
	if shape[2] == 1 {
		kernel = k.planar
	}
	return kernel.Launch(q, [3]int{width, height, 1}, args)
}
