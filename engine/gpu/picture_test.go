package gpu_test

import (
	"bytes"
	"image"
	"image/color"
	"testing"

	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/engine/gpu/gputest"
)

func TestPictureStartsTransparentAndKeepsWhatAKernelWrites(t *testing.T) {
	const source = `#version 430
layout(local_size_x = 4, local_size_y = 4) in;
layout(rgba8) writeonly uniform image2D pixels;
void main() {
    ivec2 at = ivec2(gl_GlobalInvocationID.xy);
    imageStore(pixels, at, vec4(at, 7, 255) / 255.0);
}`
	type args struct {
		Pixels *gpu.Picture `gl:"pixels"`
	}
	d := gputest.Open(t)
	err := d.Do(func(q *gpu.Queue) error {
		picture, err := q.NewPicture(5, 3)
		if err != nil {
			return err
		}
		defer picture.Free(q)
		img, err := q.ReadPicture(picture)
		if err != nil {
			return err
		}
		if got := img.RGBAAt(4, 2); got != (color.RGBA{}) {
			t.Errorf("a new picture holds %v", got)
		}
		kernel, err := gpu.NewKernel[args](q, source)
		if err != nil {
			return err
		}
		defer kernel.Free(q)
		if err := kernel.Launch(q, [3]int{5, 3, 1}, &args{picture}); err != nil {
			return err
		}
		if img, err = q.ReadPicture(picture); err != nil {
			return err
		}
		for y := range 3 {
			for x := range 5 {
				if got, want := img.RGBAAt(x, y), (color.RGBA{uint8(x), uint8(y), 7, 255}); got != want {
					t.Errorf("pixel (%d, %d) is %v, want %v", x, y, got, want)
				}
			}
		}
		if _, err := q.NewPicture(0, 3); err == nil {
			t.Error("a picture without pixels: no error")
		}
		picture.Free(q)
		if kernel.Launch(q, [3]int{5, 3, 1}, &args{picture}) == nil {
			t.Error("a picture freed: no error")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAPictureIsTheImageWrittenToIt(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 5, 3))
	for i := range img.Pix {
		img.Pix[i] = uint8(i)
	}
	err := gputest.Open(t).Do(func(q *gpu.Queue) error {
		picture, err := q.NewPicture(5, 3)
		if err != nil {
			return err
		}
		defer picture.Free(q)
		if err := q.WritePicture(picture, img); err != nil {
			return err
		}
		got, err := q.ReadPicture(picture)
		if err != nil {
			return err
		}
		if !bytes.Equal(got.Pix, img.Pix) {
			t.Errorf("it holds %v, want %v", got.Pix, img.Pix)
		}
		for _, wrong := range []*image.RGBA{image.NewRGBA(image.Rect(0, 0, 3, 5)), img.SubImage(image.Rect(0, 0, 4, 3)).(*image.RGBA)} {
			if q.WritePicture(picture, wrong) == nil {
				t.Errorf("an image of %v: no error", wrong.Rect)
			}
		}
		picture.Free(q)
		if q.WritePicture(picture, img) == nil {
			t.Error("a picture freed: no error")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
