package engine

import (
	"fmt"

	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/tissue"
)

// Projection is how the layers of a field along an axis become one.
type Projection int

// What a projection keeps of a column of voxels.
const (
	Maximum       Projection = iota // its largest density
	Minimum                         // its smallest
	Mean                            // the mean of its densities
	LeastPositive                   // its smallest above 0, where a logarithmic scale begins; not a number where there is none
)

// ReadProjection copies the projection of a substrate's density along an axis into dst.
func (in *Integrator) ReadProjection(s tissue.SubstrateID, axis int, how Projection, dst []float64) error {
	g := in.model.Grid
	if axis < 0 || axis > 2 {
		return fmt.Errorf("engine: read a projection along axis %d: want 0, 1 or 2", axis)
	}
	if how < Maximum || how > LeastPositive {
		return fmt.Errorf("engine: read projection %d: want Maximum, Minimum, Mean or LeastPositive", int(how))
	}
	if right, up := tissue.Across(axis); len(dst) != g.Shape[right]*g.Shape[up] {
		return fmt.Errorf("engine: read a projection of %d × %d voxels into %d densities", g.Shape[right], g.Shape[up], len(dst))
	}
	return in.fields[s].member.ReadProjection(axis, how, dst)
}

type projectionArgs struct {
	Shape [3]int32 `gl:"shape,optional"` // which labels are found by
	mosaicArgs
	Density *gpu.Texture `gl:"density"`
	Layer   *gpu.Buffer  `gl:"Layer"`
	Extent  [2]int32     `gl:"extent"`
	Right   [3]int32     `gl:"right"`
	Up      [3]int32     `gl:"up"`
	Onward  [3]int32     `gl:"onward"`
	Layers  int32        `gl:"layers"`
	How     int32        `gl:"how"`
}

// ReadProjection has a kernel reduce the layers into a buffer: nothing else crosses the bus.
func (st *gpuStepper) ReadProjection(axis int, how Projection, dst []float64) error {
	right, up := tissue.Across(axis)
	width, height := st.Grid.Shape[right], st.Grid.Shape[up]
	args := projectionArgs{
		Shape: int32s(st.Grid.Shape), mosaicArgs: st.mosaic, Density: st.density,
		Extent: [2]int32{int32(width), int32(height)}, Layers: int32(st.Grid.Shape[axis]), How: int32(how),
	}
	args.Right[right], args.Up[up], args.Onward[axis] = 1, 1, 1
	return st.readPlane(dst, func(q *gpu.Queue, plane *gpu.Buffer) error {
		args.Layer = plane
		return st.program.project.Launch(q, [3]int{width, height, 1}, &args)
	})
}

// readPlane reads what a kernel puts into a buffer of a float for each of dst.
func (st *gpuStepper) readPlane(dst []float64, fill func(q *gpu.Queue, plane *gpu.Buffer) error) error {
	values := make([]float32, len(dst))
	err := st.device.Do(func(q *gpu.Queue) error {
		plane, err := q.NewBuffer(4 * len(values))
		if err != nil {
			return err
		}
		defer plane.Free(q)
		if err := fill(q, plane); err != nil {
			return err
		}
		return gpu.ReadBuffer(q, plane, 0, values)
	})
	if err != nil {
		return err
	}
	for i, v := range values {
		dst[i] = float64(v)
	}
	return nil
}
