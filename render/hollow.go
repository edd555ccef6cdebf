package render

import (
	"fmt"
	"strconv"

	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/shaders"
)

// Hollow copies textures of densities on the device, without those of voxels where nothing
// can be: a solver holds numbers there too. Free gives back what it holds.
type Hollow struct {
	kernel *gpu.Kernel[hollowArgs]
	solid  *gpu.Texture   // not 0 where nothing can be
	copies []*gpu.Texture // of the last Of
}

// hollowArgs are the arguments of hollow_field.glsl.
type hollowArgs struct {
	Density     *gpu.Texture `gl:"density"`
	Solid       *gpu.Texture `gl:"solid"`
	DensityNext *gpu.Texture `gl:"densityNext"`
	Shape       [3]int32     `gl:"shape"`
}

// NewHollow returns one for textures of a shape, without some voxels.
func NewHollow(q *gpu.Queue, shape [3]int, solid []int) (*Hollow, error) {
	h := &Hollow{}
	if err := h.prepare(q, shape, solid); err != nil {
		h.Free(q)
		return nil, fmt.Errorf("render: hollow: %w", err)
	}
	return h, nil
}

func (h *Hollow) prepare(q *gpu.Queue, shape [3]int, solid []int) error {
	dimensions := 3
	if shape[2] == 1 {
		dimensions = 2
	}
	source, err := shaders.Assemble("hollow_field", map[string]string{"DIMENSIONS": strconv.Itoa(dimensions)})
	if err != nil {
		return err
	}
	if h.kernel, err = gpu.NewKernel[hollowArgs](q, source); err != nil {
		return err
	}
	if h.solid, err = q.NewTexture(shape); err != nil {
		return err
	}
	marks := make([]float32, shape[0]*shape[1]*shape[2])
	for _, voxel := range solid {
		marks[voxel] = 1
	}
	return q.WriteTexture(h.solid, marks)
}

// Of returns copies of densities, which the next call fills again.
func (h *Hollow) Of(q *gpu.Queue, densities []*gpu.Texture) ([]*gpu.Texture, error) {
	shape := h.solid.Shape()
	for i, density := range densities {
		if i == len(h.copies) {
			room, err := q.NewTexture(shape)
			if err != nil {
				return nil, fmt.Errorf("render: hollow: %w", err)
			}
			h.copies = append(h.copies, room)
		}
		args := hollowArgs{Density: density, Solid: h.solid, DensityNext: h.copies[i]}
		for axis, n := range shape {
			args.Shape[axis] = int32(n)
		}
		if err := h.kernel.Launch(q, shape, &args); err != nil {
			return nil, fmt.Errorf("render: hollow: %w", err)
		}
	}
	return h.copies[:len(densities)], nil
}

// Free gives back the kernel and the textures. Freeing twice, or a nil Hollow, is harmless.
func (h *Hollow) Free(q *gpu.Queue) {
	if h == nil {
		return
	}
	h.kernel.Free(q)
	h.solid.Free(q)
	for _, texture := range h.copies {
		texture.Free(q)
	}
	h.copies = nil
}
