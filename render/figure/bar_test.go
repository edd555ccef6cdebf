package figure

import (
	"image"
	"testing"

	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/engine/gpu/gputest"
	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/render/colormap"
)

// valuesAlong returns the values that the pixels of a bar stand for, from its low end.
func valuesAlong(b *bar, length int) []float64 {
	values := make([]float64, length)
	low, high := b.Scale.Low, b.Scale.High
	for i := range values {
		// Position is monotonic: halve the interval until the value lies there.
		want, from, to := (float64(i)+0.5)/float64(length), low, high
		for range 100 {
			if middle := (from + to) / 2; b.Scale.Position(middle) < want {
				from = middle
			} else {
				to = middle
			}
		}
		values[i] = (from + to) / 2
	}
	return values
}

// What a colour bar shows for a value is what the shader paints for it, but for the
// rounding of float32 positions, a level of 255, as between Painter and Paint.
func TestColourBarHasTheShadersColours(t *testing.T) {
	const length = 512
	d := gputest.Open(t)
	for _, c := range []ColorBar{
		{Colors: colormap.Viridis(), Scale: render.Scale{Low: 0, High: 0.03}}, {Colors: namedMap("inferno"), Scale: render.Scale{Low: 1e-4, High: 2, Log: true}},
	} {
		b, err := newBar(c)
		if err != nil {
			t.Fatal(err)
		}
		drawn := newRaster(length+40, 60)
		r, err := newRuler(20, 200, Light())
		if err != nil {
			t.Fatal(err)
		}
		b.colours(&sheet{drawn, r}, image.Rect(20, 20, 20+length, 40), true)
		var shader *image.RGBA
		err = d.Do(func(q *gpu.Queue) error {
			painter, err := render.NewPainter(q)
			if err != nil {
				return err
			}
			defer painter.Free(q)
			texture, err := q.NewTexture([3]int{length, 1, 1})
			if err != nil {
				return err
			}
			defer texture.Free(q)
			var values []float32
			for _, v := range valuesAlong(b, length) {
				values = append(values, float32(v))
			}
			if err := q.WriteTexture(texture, values); err != nil {
				return err
			}
			shader, err = painter.Paint(q, texture, render.Slice{Axis: 2}, b.Colors, b.Scale)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for i := range length {
			bar, want := drawn.pixels.RGBAAt(20+i, 30), shader.RGBAAt(i, 0)
			if d := max(int(bar.R)-int(want.R), int(want.R)-int(bar.R), int(bar.G)-int(want.G), int(want.G)-int(bar.G), int(bar.B)-int(want.B), int(want.B)-int(bar.B)); d > 1 {
				t.Errorf("log %t, pixel %d: bar %v, shader %v", b.Scale.Log, i, bar, want)
				break
			}
		}
	}
}
