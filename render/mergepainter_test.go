package render

import (
	"image"
	"math"
	"testing"

	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/engine/gpu/gputest"
	"github.com/cytofield/cytofield/tissue"
)

// One to three channels, every axis, blocks and interpolated, with voxels without a number.
func TestMergePainterAgreesWithMerge(t *testing.T) {
	scales := []Scale{{Low: 0, High: 80}, {Low: 1e-4, High: 100, Log: true}, {Low: 20, High: 60}}
	d := gputest.Open(t)
	err := d.Do(func(q *gpu.Queue) error {
		painter, err := NewMergePainter(q)
		if err != nil {
			return err
		}
		defer painter.Free(q)
		for _, shape := range [][3]int{{19, 23, 1}, {7, 9, 5}, {1, 1, 1}, {11, 1, 3}} {
			var textures []*gpu.Texture
			var fields []*tissue.Field
			for i := range scales {
				f := smoothField(shape, i)
				texture, err := q.NewTexture(shape)
				if err != nil {
					return err
				}
				defer texture.Free(q)
				if err := q.WriteTexture(texture, singles(f)); err != nil {
					return err
				}
				textures, fields = append(textures, texture), append(fields, f)
			}
			for n := 1; n <= len(scales); n++ {
				for axis := range 3 {
					s := Middle(fields[0].Grid, axis)
					var channels []Channel
					for i := range n {
						channels = append(channels, Channel{Extract(fields[i], s), scales[i], ChannelColours()[i]})
					}
					for _, linear := range []bool{false, true} {
						size := image.Pt(3*channels[0].Plane.Width+2, 2*channels[0].Plane.Height+1)
						picture, err := q.NewPicture(size.X, size.Y)
						if err != nil {
							return err
						}
						defer picture.Free(q)
						if err := painter.PaintInto(q, picture, textures[:n], s, channels, linear); err != nil {
							return err
						}
						got, err := q.ReadPicture(picture)
						if err != nil {
							return err
						}
						want, err := MergeInto(size, channels, linear)
						if err != nil {
							return err
						}
						if fault := differ(got, want, 1); fault != "" { // float32 rounds a level to its neighbour
							t.Errorf("%v voxels, %d channels, %s, linear %v: %s", shape, n, tissue.AxisName(axis), linear, fault)
						}
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// smoothField has densities from 10 to 90 that differ along every axis, and some that are none.
func smoothField(shape [3]int, phase int) *tissue.Field {
	f := tissue.NewField(tissue.Grid{Shape: shape, Spacing: [3]float64{10, 12, 15}, Planar: shape[2] == 1})
	for i := range f.Values {
		v := f.Grid.Coordinates(i)
		f.Values[i] = float64(float32(50 + 40*math.Sin(float64(v[0])/3+float64(v[1])/4+float64(v[2])/2+float64(phase))))
		if i%13 == 4 {
			f.Values[i] = math.NaN()
		}
	}
	return f
}
