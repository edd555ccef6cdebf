package render

import (
	"fmt"
	"image"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/engine/gpu/gputest"
	"github.com/cytofield/cytofield/render/colormap"
	"github.com/cytofield/cytofield/tissue"
)

// wildField spans six decades and holds zeros, negatives, infinities and NaN.
func wildField(shape [3]int) *tissue.Field {
	f := tissue.NewField(tissue.Grid{Shape: shape, Spacing: [3]float64{10, 12, 15}, Planar: shape[2] == 1})
	random := rand.New(rand.NewPCG(1, 2))
	odd := []float64{0, -1, math.NaN(), math.Inf(1), math.Inf(-1), 1e-42, 3e38}
	for i := range f.Values {
		f.Values[i] = float64(float32(math.Pow(10, 6*random.Float64()-4)))
		if i%11 == 5 {
			f.Values[i] = odd[i/11%len(odd)]
		}
	}
	return f
}

// singles returns the values of a field as textures hold them.
func singles(f *tissue.Field) []float32 {
	values := make([]float32, len(f.Values))
	for i, c := range f.Values {
		values[i] = float32(c)
	}
	return values
}

func TestPainterAgreesWithPaint(t *testing.T) {
	scales := []Scale{
		{Low: 0, High: 80},
		{Low: 20, High: 60},
		{Low: -3, High: 0.5},
		{Low: 1e-4, High: 100, Log: true},
		{Low: 0.3, High: 0.9, Log: true},
		{Low: 1e-12, High: 1e3, Log: true},
	}
	d := gputest.Open(t)
	err := d.Do(func(q *gpu.Queue) error {
		painter, err := NewPainter(q)
		if err != nil {
			return err
		}
		defer painter.Free(q)
		for _, shape := range [][3]int{{64, 48, 1}, {19, 23, 29}, {1, 1, 1}, {37, 1, 5}, {1, 7, 3}, {131, 1, 1}} {
			f := wildField(shape)
			texture, err := q.NewTexture(shape)
			if err != nil {
				return err
			}
			defer texture.Free(q)
			if err := q.WriteTexture(texture, singles(f)); err != nil {
				return err
			}
			for axis := range 3 {
				for _, s := range []Slice{{axis, 0}, Middle(f.Grid, axis), {axis, shape[axis] - 1}} {
					for i, sc := range scales {
						m, err := colormap.ByName(colormap.Names()[i%len(colormap.Names())])
						if err != nil {
							return err
						}
						got, err := painter.Paint(q, texture, s, m, sc)
						if err != nil {
							return err
						}
						if fault := differ(got, Paint(f, s, m, sc), 1); fault != "" {
							t.Errorf("%v voxels, %s=%d, %s, %+v: %s", shape, tissue.AxisName(s.Axis), s.Index, m.Name(), sc, fault)
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

// TestPainterAgreesOnEveryPosition walks densities finely through whole maps, so
// that every colour and every step between two is compared.
func TestPainterAgreesOnEveryPosition(t *testing.T) {
	const n = 1 << 13
	f := tissue.NewField(tissue.Grid{Shape: [3]int{n, 1, 1}, Spacing: [3]float64{1, 1, 1}, Planar: true})
	linear, log := Scale{Low: 0.25, High: 3}, Scale{Low: 1e-3, High: 50, Log: true}
	d := gputest.Open(t)
	err := d.Do(func(q *gpu.Queue) error {
		painter, err := NewPainter(q)
		if err != nil {
			return err
		}
		defer painter.Free(q)
		texture, err := q.NewTexture(f.Grid.Shape)
		if err != nil {
			return err
		}
		defer texture.Free(q)
		for _, sc := range []Scale{linear, log} {
			values := make([]float32, n)
			for i := range values {
				u := float64(i) / (n - 1)
				c := sc.Low + u*(sc.High-sc.Low)
				if sc.Log {
					c = sc.Low * math.Pow(sc.High/sc.Low, u)
				}
				values[i] = float32(c)
				f.Values[i] = float64(values[i])
			}
			if err := q.WriteTexture(texture, values); err != nil {
				return err
			}
			for _, name := range colormap.Names() {
				m, err := colormap.ByName(name)
				if err != nil {
					return err
				}
				got, err := painter.Paint(q, texture, Slice{Axis: 2}, m, sc)
				if err != nil {
					return err
				}
				if fault := differ(got, Paint(f, Slice{Axis: 2}, m, sc), 1); fault != "" {
					t.Errorf("%s, %+v: %s", name, sc, fault)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Pictures of any size: the interpolation between densities differs by float32's
// rounding, which shifts a colour by one level at most where the field is smooth.
func TestPainterFillsPicturesOfAnySize(t *testing.T) {
	d := gputest.Open(t)
	err := d.Do(func(q *gpu.Queue) error {
		painter, err := NewPainter(q)
		if err != nil {
			return err
		}
		defer painter.Free(q)
		for _, shape := range [][3]int{{9, 7, 1}, {5, 6, 4}, {1, 1, 1}} {
			f := tissue.NewField(tissue.Grid{Shape: shape, Spacing: [3]float64{1, 1, 1}, Planar: shape[2] == 1})
			values := make([]float32, len(f.Values))
			for i := range values {
				v := f.Grid.Coordinates(i)
				values[i] = float32(1 + math.Sin(float64(v[0])) + math.Cos(float64(v[1]+2*v[2])))
				if i == 11 {
					values[i] = float32(math.NaN())
				}
				f.Values[i] = float64(values[i])
			}
			texture, err := q.NewTexture(shape)
			if err != nil {
				return err
			}
			defer texture.Free(q)
			if err := q.WriteTexture(texture, values); err != nil {
				return err
			}
			for _, size := range []image.Point{{1, 1}, {40, 21}, {27, 14}, {3, 50}} {
				picture, err := q.NewPicture(size.X, size.Y)
				if err != nil {
					return err
				}
				defer picture.Free(q)
				for _, linear := range []bool{false, true} {
					for axis := range 3 {
						s, sc := Middle(f.Grid, axis), Scale{Low: -1, High: 3}
						if err := painter.PaintInto(q, picture, texture, s, colormap.Viridis(), sc, linear); err != nil {
							return err
						}
						got, err := q.ReadPicture(picture)
						if err != nil {
							return err
						}
						if fault := differ(got, Extract(f, s).PaintInto(size, colormap.Viridis(), sc, linear), 1); fault != "" {
							t.Errorf("%v voxels, %v pixels, axis %d, linear %v: %s", shape, size, axis, linear, fault)
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

// The mean of up to 29 densities in float32 is within 29 of its eps of the one in
// float64, less than a level of these scales; the maximum is exact.
func TestPainterProjectsAsProjectDoes(t *testing.T) {
	d := gputest.Open(t)
	err := d.Do(func(q *gpu.Queue) error {
		painter, err := NewPainter(q)
		if err != nil {
			return err
		}
		defer painter.Free(q)
		for _, shape := range [][3]int{{64, 48, 1}, {11, 13, 29}, {1, 1, 1}, {7, 1, 5}} {
			f := wildField(shape)
			for z := range shape[2] {
				f.Set(0, 0, z, math.NaN())
			}
			textures, err := upload(q, Scene{Grid: f.Grid, Volumes: []Volume{{Field: f}}})
			for _, texture := range textures {
				defer texture.Free(q)
			}
			if err != nil {
				return err
			}
			picture, err := q.NewPicture(20, 15)
			if err != nil {
				return err
			}
			defer picture.Free(q)
			for axis := range 3 {
				for _, how := range []Projection{Maximum, Mean} {
					sc := Scale{Low: 1e-2, High: 100, Log: true}
					if err := painter.ProjectInto(q, picture, textures[0], axis, how, colormap.Viridis(), sc, false); err != nil {
						return err
					}
					got, err := q.ReadPicture(picture)
					if err != nil {
						return err
					}
					want := Project(f, axis, how).PaintInto(image.Pt(20, 15), colormap.Viridis(), sc, false)
					if fault := differ(got, want, 1); fault != "" {
						t.Errorf("%v voxels, %s along %s: %s", shape, how, tissue.AxisName(axis), fault)
					}
				}
			}
			if painter.ProjectInto(q, picture, textures[0], 0, Section, colormap.Viridis(), Scale{High: 1}, false) == nil {
				t.Error("a section along an axis: no error")
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestPainterRefusesWhatItCannotPaint(t *testing.T) {
	d := gputest.Open(t)
	err := d.Do(func(q *gpu.Queue) error {
		painter, err := NewPainter(q)
		if err != nil {
			return err
		}
		defer painter.Free(q)
		texture, err := q.NewTexture([3]int{4, 4, 4})
		if err != nil {
			return err
		}
		defer texture.Free(q)
		for _, tc := range []struct {
			slice Slice
			scale Scale
		}{
			{Slice{Axis: 2, Index: 4}, Scale{High: 1}},
			{Slice{Axis: 3}, Scale{High: 1}},
			{Slice{}, Scale{Low: 1, High: 1}},
			{Slice{}, Scale{High: 1, Log: true}},
			{Slice{}, Scale{High: math.NaN()}},
		} {
			if _, err := painter.Paint(q, texture, tc.slice, colormap.Viridis(), tc.scale); err == nil {
				t.Errorf("%+v with %+v: no error", tc.slice, tc.scale)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// differ returns "" if two images agree within a number of levels per channel,
// else the first pixel where they do not.
func differ(got, want *image.RGBA, levels int) string {
	if got.Bounds() != want.Bounds() {
		return fmt.Sprintf("%v pixels, want %v", got.Bounds(), want.Bounds())
	}
	for y := range got.Bounds().Dy() {
		for x := range got.Bounds().Dx() {
			g, w := got.RGBAAt(x, y), want.RGBAAt(x, y)
			for _, pair := range [][2]uint8{{g.R, w.R}, {g.G, w.G}, {g.B, w.B}, {g.A, w.A}} {
				if d := int(pair[0]) - int(pair[1]); d > levels || d < -levels {
					return fmt.Sprintf("pixel (%d, %d) is %v, want %v", x, y, g, w)
				}
			}
		}
	}
	return ""
}
