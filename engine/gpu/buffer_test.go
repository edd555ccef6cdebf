package gpu_test

import (
	"slices"
	"testing"

	"github.com/cytofield/cytofield/engine/gpu"
)

func TestBufferStartsAtZeroAndReturnsWhatWasWritten(t *testing.T) {
	type row struct {
		At    [3]int32
		Value float32
	}
	do(t, func(q *gpu.Queue) error {
		for _, bytes := range []int{1, 7, 64, 4096} {
			b, err := q.NewBuffer(bytes)
			if err != nil {
				return err
			}
			got, want := make([]byte, bytes), make([]byte, bytes)
			for _, step := range []func() error{
				func() error { return nil },
				func() error {
					for i := range want {
						want[i] = byte(i + 1)
					}
					return gpu.WriteBuffer(q, b, 0, want)
				},
				func() error { clear(want); return q.ClearBuffer(b) },
			} {
				if err := step(); err != nil {
					return err
				}
				if err := gpu.ReadBuffer(q, b, 0, got); err != nil {
					return err
				}
				if !slices.Equal(got, want) {
					t.Errorf("buffer of %d bytes holds %v, want %v", bytes, got, want)
				}
			}
			b.Free(q)
		}

		b, err := q.NewBuffer(64)
		if err != nil {
			return err
		}
		defer b.Free(q)
		want := []row{{[3]int32{1, 2, 3}, 4}, {[3]int32{5, 6, 7}, 8}}
		if err := gpu.WriteBuffer(q, b, 16, want); err != nil {
			return err
		}
		got := make([]row, 4)
		if err := gpu.ReadBuffer(q, b, 0, got); err != nil {
			return err
		}
		if !slices.Equal(got, []row{{}, want[0], want[1], {}}) {
			t.Errorf("the buffer holds %v, want %v in the middle", got, want)
		}
		return nil
	})
}

func TestBufferRefusesWhatDoesNotFit(t *testing.T) {
	do(t, func(q *gpu.Queue) error {
		_, err := q.NewBuffer(0)
		wantError(t, err, "0 bytes")
		limit := q.Device().Info().MaxBufferBytes
		_, err = q.NewBuffer(int(limit + 1))
		wantError(t, err, "GL_MAX_SHADER_STORAGE_BLOCK_SIZE")
		b, err := q.NewBuffer(16)
		if err != nil {
			return err
		}
		wantError(t, gpu.WriteBuffer(q, b, 0, make([]float32, 5)), "buffer of 16 bytes", "5 values of 4 bytes at offset 0")
		wantError(t, gpu.ReadBuffer(q, b, 4, make([]float32, 4)), "offset 4")
		wantError(t, gpu.ReadBuffer(q, b, -4, make([]float32, 1)), "offset -4")
		wantError(t, gpu.ReadBuffer(q, b, 20, make([]float32, 0)), "offset 20")
		if err := gpu.ReadBuffer(q, b, 16, []float32{}); err != nil {
			t.Errorf("reading nothing: %v", err)
		}
		b.Free(q)
		b.Free(q)
		wantError(t, gpu.ReadBuffer(q, b, 0, make([]float32, 1)), "freed")
		return nil
	})
}

func TestBufferRefusesPointers(t *testing.T) {
	do(t, func(q *gpu.Queue) error {
		b, err := q.NewBuffer(16)
		if err != nil {
			return err
		}
		defer b.Free(q)
		defer func() {
			if recover() == nil {
				t.Error("a slice of strings was written to the device")
			}
		}()
		return gpu.WriteBuffer(q, b, 0, []string{"x"})
	})
}
