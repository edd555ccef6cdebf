package gpu_test

import (
	"image/color"
	"testing"

	"github.com/cytofield/cytofield/engine/gpu"
)

func TestAScreenShowsWhatItWasFilledWith(t *testing.T) {
	do(t, func(q *gpu.Queue) error {
		s, err := q.NewScreen(7, 3)
		if err != nil {
			return err
		}
		defer s.Free(q)
		want := color.RGBA{10, 20, 30, 255}
		s.Begin(q, want)
		img := s.Read(q)
		for y := range 3 {
			for x := range 7 {
				if got := img.RGBAAt(x, y); got != want {
					t.Errorf("pixel %d, %d is %v, want %v", x, y, got, want)
				}
			}
		}
		s.Free(q)
		return nil
	})
}

func TestAScreenLargerThanTheDeviceTakesIsRefused(t *testing.T) {
	do(t, func(q *gpu.Queue) error {
		_, err := q.NewScreen(1<<20, 1)
		wantError(t, err, "1048576 x 1 pixels", "GL_MAX_TEXTURE_SIZE")
		return nil
	})
}
