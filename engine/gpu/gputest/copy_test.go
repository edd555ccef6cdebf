package gputest_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/engine/gpu/gputest"
	"github.com/cytofield/cytofield/shaders"
)

type copyArgs struct {
	Density *gpu.Texture `gl:"density"`
	Next    *gpu.Texture `gl:"densityNext"`
	Shape   [3]int32     `gl:"shape"`
}

// copyCase is the copy kernel with two fields, the first of which counts its voxels.
type copyCase struct {
	kernel *gpu.Kernel[copyArgs]
	args   copyArgs
}

func newCopyCase(q *gpu.Queue, shape [3]int) (*copyCase, error) {
	dimensions := "3"
	if shape[2] == 1 {
		dimensions = "2"
	}
	source, err := shaders.Assemble("copy", map[string]string{"DIMENSIONS": dimensions})
	if err != nil {
		return nil, err
	}
	c := &copyCase{args: copyArgs{Shape: [3]int32{int32(shape[0]), int32(shape[1]), int32(shape[2])}}}
	if c.kernel, err = gpu.NewKernel[copyArgs](q, source); err != nil {
		return nil, err
	}
	if c.args.Density, err = q.NewTexture(shape); err != nil {
		return nil, err
	}
	if c.args.Next, err = q.NewTexture(shape); err != nil {
		return nil, err
	}
	return c, q.WriteTexture(c.args.Density, counting(shape))
}

func (c *copyCase) launch(q *gpu.Queue) error {
	return c.kernel.Launch(q, c.args.Density.Shape(), &c.args)
}

func (c *copyCase) free(q *gpu.Queue) {
	c.kernel.Free(q)
	c.args.Density.Free(q)
	c.args.Next.Free(q)
}

// counting numbers the voxels from 1, so that no two are alike and none is zero.
func counting(shape [3]int) []float32 {
	values := make([]float32, shape[0]*shape[1]*shape[2])
	for i := range values {
		values[i] = float32(i + 1)
	}
	return values
}

func TestCopyKernelEqualsItsInput(t *testing.T) {
	d := gputest.Open(t)
	for _, shape := range [][3]int{
		{1, 1, 1}, {7, 1, 1}, {1, 9, 1}, {1, 1, 11}, {130, 9, 3}, {128, 8, 2}, {1025, 3, 1}, {1, 17, 5}, {19, 1, 4},
	} {
		t.Run(fmt.Sprint(shape), func(t *testing.T) {
			err := d.Do(func(q *gpu.Queue) error {
				c, err := newCopyCase(q, shape)
				if err != nil {
					return err
				}
				defer c.free(q)
				if err := c.launch(q); err != nil {
					return err
				}
				got := make([]float32, c.args.Next.Voxels())
				if err := q.ReadTexture(c.args.Next, got); err != nil {
					return err
				}
				if !slices.Equal(got, counting(shape)) {
					t.Errorf("the copy of a field of shape %v differs from it", shape)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}

type bufferCopyArgs struct {
	Source *gpu.Buffer `gl:"Source"`
	Target *gpu.Buffer `gl:"Target"`
	Shape  [3]int32    `gl:"shape"`
	Count  int32       `gl:"count"`
}

func TestBufferCopyKernelEqualsItsInput(t *testing.T) {
	d := gputest.Open(t)
	const fours, width = 2500, 1030 // no multiple of each other, nor of a group
	err := d.Do(func(q *gpu.Queue) error {
		source, err := shaders.Assemble("copy_buffer", nil)
		if err != nil {
			return err
		}
		kernel, err := gpu.NewKernel[bufferCopyArgs](q, source)
		if err != nil {
			return err
		}
		defer kernel.Free(q)
		from, err := q.NewBuffer(16 * fours)
		if err != nil {
			return err
		}
		defer from.Free(q)
		to, err := q.NewBuffer(16 * (fours + 1))
		if err != nil {
			return err
		}
		defer to.Free(q)
		want := counting([3]int{4 * fours, 1, 1})
		if err := gpu.WriteBuffer(q, from, 0, want); err != nil {
			return err
		}
		shape := [3]int{width, (fours + width - 1) / width, 1}
		if err := kernel.Launch(q, shape, &bufferCopyArgs{from, to, [3]int32{int32(shape[0]), int32(shape[1]), 1}, fours}); err != nil {
			return err
		}
		got := make([]float32, 4*(fours+1))
		if err := gpu.ReadBuffer(q, to, 0, got); err != nil {
			return err
		}
		if !slices.Equal(got, append(want, 0, 0, 0, 0)) {
			t.Error("the copy of a buffer differs from it, or goes beyond")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func BenchmarkCopy(b *testing.B) {
	for _, shape := range [][3]int{{128, 128, 128}, {1024, 1024, 1}} {
		b.Run(fmt.Sprintf("shape=%dx%dx%d", shape[0], shape[1], shape[2]), func(b *testing.B) {
			d := gputest.Open(b)
			if err := d.SetDebug(false); err != nil {
				b.Fatal(err)
			}
			voxels := shape[0] * shape[1] * shape[2]
			b.SetBytes(8 * int64(voxels))
			err := d.Do(func(q *gpu.Queue) error {
				c, err := newCopyCase(q, shape)
				if err != nil {
					return err
				}
				defer c.free(q)
				if err := c.launch(q); err != nil { // compiles for the device
					return err
				}
				b.ResetTimer()
				took, err := q.Time(func() error {
					for range b.N {
						if err := c.launch(q); err != nil {
							return err
						}
					}
					return nil
				})
				b.ReportMetric(float64(took)/float64(time.Nanosecond)/float64(b.N*voxels), "ns/voxel")
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		})
	}
}
