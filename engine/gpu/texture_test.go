package gpu_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/engine/gpu/gputest"
)

var shapes = [][3]int{{1, 1, 1}, {5, 1, 1}, {1, 7, 1}, {1, 1, 3}, {19, 23, 1}, {3, 5, 7}, {17, 1, 4}}

// counting numbers the voxels from 1, so that no two are alike and none is zero.
func counting(shape [3]int) []float32 {
	values := make([]float32, shape[0]*shape[1]*shape[2])
	for i := range values {
		values[i] = float32(i + 1)
	}
	return values
}

func read(t *testing.T, q *gpu.Queue, x *gpu.Texture) []float32 {
	t.Helper()
	values := make([]float32, x.Voxels())
	if err := q.ReadTexture(x, values); err != nil {
		t.Fatal(err)
	}
	return values
}

func newTexture(t *testing.T, q *gpu.Queue, shape [3]int) *gpu.Texture {
	t.Helper()
	x, err := q.NewTexture(shape)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestTextureStartsAtZeroAndReturnsWhatWasWritten(t *testing.T) {
	d := gputest.Open(t)
	for _, shape := range shapes {
		t.Run(fmt.Sprint(shape), func(t *testing.T) {
			err := d.Do(func(q *gpu.Queue) error {
				x := newTexture(t, q, shape)
				defer x.Free(q)
				zeros, values := make([]float32, x.Voxels()), counting(shape)
				if !slices.Equal(read(t, q, x), zeros) {
					t.Error("a new texture is not zero")
				}
				for _, clears := range []bool{true, false} {
					if err := q.WriteTexture(x, values); err != nil {
						return err
					}
					if !slices.Equal(read(t, q, x), values) {
						t.Error("what was read is not what was written")
					}
					gpu.SetClearsTextures(q, clears)
					if err := q.ClearTexture(x); err != nil {
						return err
					}
					if !slices.Equal(read(t, q, x), zeros) {
						t.Errorf("a cleared texture is not zero (with glClearTexImage: %v)", clears)
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestCopyTextureEqualsItsSource(t *testing.T) {
	d := gputest.Open(t)
	for _, shape := range shapes {
		t.Run(fmt.Sprint(shape), func(t *testing.T) {
			err := d.Do(func(q *gpu.Queue) error {
				src, dst := newTexture(t, q, shape), newTexture(t, q, shape)
				defer src.Free(q)
				defer dst.Free(q)
				if err := q.WriteTexture(src, counting(shape)); err != nil {
					return err
				}
				if err := q.CopyTexture(dst, src); err != nil {
					return err
				}
				if !slices.Equal(read(t, q, dst), counting(shape)) {
					t.Error("the copy differs")
				}
				return q.CopyTexture(dst, dst)
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestTextureRefusesWhatDoesNotFit(t *testing.T) {
	d := gputest.Open(t)
	info := d.Info()
	err := d.Do(func(q *gpu.Queue) error {
		refuse := func(shape [3]int, words ...string) {
			t.Helper()
			x, err := q.NewTexture(shape)
			x.Free(q)
			wantError(t, err, words...)
		}
		refuse([3]int{4, 0, 1}, "4 x 0 x 1", "along y")
		refuse([3]int{4, -1, 1}, "along y")
		refuse([3]int{info.MaxTextureSize2D + 1, 1, 1}, fmt.Sprint(info.MaxTextureSize2D), "along x", "GL_MAX_TEXTURE_SIZE")
		refuse([3]int{1, info.MaxTextureSize3D + 1, 2}, fmt.Sprint(info.MaxTextureSize3D), "along y", "GL_MAX_3D_TEXTURE_SIZE")
		refuse([3]int{1 << 40, 1 << 40, 1 << 40}, "at most")
		gpu.SetAvailable(d, 1<<20)
		refuse([3]int{128, 64, 64}, "128 x 64 x 64", "2 MiB", "1 MiB are free")
		wantError(t, func() error { _, err := q.NewBuffer(2 << 20); return err }(), "buffer of 2 MiB", "1 MiB are free")
		gpu.SetAvailable(d, 0) // unknown

		x := newTexture(t, q, [3]int{2, 3, 4})
		y := newTexture(t, q, [3]int{2, 3, 5})
		wantError(t, q.ReadTexture(x, make([]float32, 23)), "23 values for 24 voxels")
		wantError(t, q.WriteTexture(x, make([]float32, 25)), "25 values for 24 voxels")
		wantError(t, q.CopyTexture(y, x), "[2 3 4]", "[2 3 5]")
		x.Free(q)
		y.Free(q)
		wantError(t, q.ReadTexture(x, make([]float32, 24)), "freed")
		wantError(t, q.ClearTexture(x), "freed")
		wantError(t, q.CopyTexture(x, y), "freed")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if d.Live() != 0 || d.Allocated() != 0 {
		t.Errorf("%d resources of %d bytes are left", d.Live(), d.Allocated())
	}
}

func TestTextureOfAnotherDeviceIsRefused(t *testing.T) {
	a, b := gputest.Open(t), gputest.Open(t)
	var x *gpu.Texture
	if err := a.Do(func(q *gpu.Queue) (err error) { x, err = q.NewTexture([3]int{2, 2, 1}); return }); err != nil {
		t.Fatal(err)
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("freeing it on another device went through")
			}
		}()
		_ = b.Do(func(q *gpu.Queue) error { x.Free(q); return nil })
	}()
	if err := a.Do(func(q *gpu.Queue) error { x.Free(q); return nil }); err != nil {
		t.Fatal(err)
	}
}
