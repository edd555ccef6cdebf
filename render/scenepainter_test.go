package render

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/engine/gpu/gputest"
	"github.com/cytofield/cytofield/render/colormap"
	"github.com/cytofield/cytofield/tissue"
)

// upload puts the fields of a scene on the device.
func upload(q *gpu.Queue, s Scene) ([]*gpu.Texture, error) {
	var all []*gpu.Texture
	for _, v := range s.Volumes {
		texture, err := q.NewTexture(s.Grid.Shape)
		if err != nil {
			return all, err
		}
		all = append(all, texture)
		if err := q.WriteTexture(texture, singles(v.Field)); err != nil {
			return all, err
		}
	}
	return all, nil
}

// onDevice runs a test with a painter and the densities of a scene where it paints.
func onDevice(t *testing.T, s Scene, run func(q *gpu.Queue, painter *ScenePainter, textures []*gpu.Texture) error) {
	t.Helper()
	d := gputest.Open(t)
	err := d.Do(func(q *gpu.Queue) error {
		painter := NewScenePainter()
		defer painter.Free(q)
		textures, err := upload(q, s)
		for _, texture := range textures {
			defer texture.Free(q)
		}
		if err != nil {
			return err
		}
		return run(q, painter, textures)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// strays returns the share of pixels in which two pictures differ by more than
// some levels.
func strays(got, want *image.RGBA, levels uint8) float64 {
	n := 0
	for i := 0; i < len(got.Pix); i += 4 {
		for c := range 4 {
			if apart(got.Pix[i+c], want.Pix[i+c]) > levels {
				n++
				break
			}
		}
	}
	return float64(4*n) / float64(len(got.Pix))
}

// In float32 a ray that grazes may hit or miss: pixels at silhouettes, of which a
// scene of these sizes has a few in a hundred, one of which may stray.
func TestScenePainterAgreesWithPaint(t *testing.T) {
	all := goldenScene()
	cut := all
	cut.Camera = Camera{Azimuth: -140, Elevation: -35, Zoom: 1.4, Perspective: true}
	cut.Volumes = append([]Volume(nil), all.Volumes...)
	cut.Volumes[0].Slices = []Slice{{2, 5}, {0, 20}}
	gappy := all
	gappy.Volumes = append([]Volume(nil), all.Volumes...)
	gappy.Volumes[0].Field = fieldOf(all.Grid, func(p r3.Vec) float64 {
		if p.X > 100 && p.X < 140 {
			return math.NaN()
		}
		return p.Y / 200
	})
	steep := Scene{Grid: all.Grid, Camera: Camera{Azimuth: 10, Elevation: 10, Zoom: 1}, Volumes: []Volume{{
		Field: fieldOf(all.Grid, func(p r3.Vec) float64 { return math.Exp(-math.Hypot(p.Y-41, p.Z-72) / 6) }),
		Map:   colormap.Viridis(), Scale: Scale{High: 1e-6}, Opacity: even(0.05),
		Surfaces: []Surface{{Level: 0.01, Colour: color.RGBA{A: 255}, Opacity: 1}},
	}}}
	flat := tissue.Grid{Shape: [3]int{19, 13, 1}, Spacing: [3]float64{10, 12, 8}, Planar: true}
	sheet := Volume{Field: fieldOf(flat, func(p r3.Vec) float64 { return p.X * p.Y / 3e4 }), Map: colormap.Viridis(), Scale: Scale{High: 1}}
	sheet.Opacity = Fog(flat, sheet.Scale, 1)
	sheet.Surfaces = []Surface{{Level: 0.4, Colour: color.RGBA{200, 80, 60, 255}, Opacity: 0.5}}
	thin := tissue.Grid{Shape: [3]int{1, 9, 12}, Spacing: [3]float64{5, 10, 10}}
	wall := sheet
	wall.Field = fieldOf(thin, func(p r3.Vec) float64 { return p.Z / 100 })
	d := gputest.Open(t)
	err := d.Do(func(q *gpu.Queue) error {
		painter := NewScenePainter()
		defer painter.Free(q)
		for _, tc := range []struct {
			name   string
			scene  Scene
			levels uint8
		}{
			{"fog, surfaces and balls", all, 2},
			{"slices in perspective", cut, 2},
			{"four fields", Scene{Grid: all.Grid, Camera: all.Camera, Volumes: append(cut.Volumes[:2:2], all.Volumes...)}, 2},
			{"missing voxels", gappy, 2},
			{"a surface between voxels unlike", steep, 2},
			{"a sheet", Scene{Grid: flat, Camera: Camera{Azimuth: 10, Elevation: 60, Zoom: 1}, Volumes: []Volume{sheet}}, 2},
			{"a wall", Scene{Grid: thin, Camera: StandardCamera(), Volumes: []Volume{wall, wall}}, 2},
		} {
			textures, err := upload(q, tc.scene)
			for _, texture := range textures {
				defer texture.Free(q)
			}
			if err != nil {
				return err
			}
			for _, size := range []image.Point{{91, 58}, {200, 132}} { // of which the larger has pixels that are guessed
				got, err := painter.Paint(q, size, tc.scene, textures)
				if err != nil {
					return fmt.Errorf("%s: %w", tc.name, err)
				}
				share := strays(got, tc.scene.Paint(size), tc.levels)
				t.Logf("%s, %v: %.2g %% of pixels are off", tc.name, size, 100*share)
				if share > 0.01 {
					t.Errorf("%s, %v: %.2g %% of pixels are off by more than %d levels", tc.name, size, 100*share, tc.levels)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestScenePainterRefusesWhatItCannotPaint(t *testing.T) {
	s := goldenScene()
	s.Volumes = s.Volumes[:1]
	d := gputest.Open(t)
	err := d.Do(func(q *gpu.Queue) error {
		painter := NewScenePainter()
		defer painter.Free(q)
		texture, err := q.NewTexture([3]int{4, 4, 4})
		if err != nil {
			return err
		}
		defer texture.Free(q)
		for name, textures := range map[string][]*gpu.Texture{"no texture": nil, "another shape": {texture}, "two textures": {texture, texture}} {
			if _, err := painter.Paint(q, image.Pt(8, 8), s, textures); err == nil {
				t.Errorf("%s: no error", name)
			}
		}
		if _, err := painter.Paint(q, image.Pt(8, 8), Scene{Grid: s.Grid, Camera: s.Camera}, nil); err == nil {
			t.Error("no fields: no error")
		}
		s.Volumes[0].Surfaces, s.Plates = nil, []Plate{{Slice: Slice{Axis: 1}}}
		full, err := upload(q, s)
		for _, texture := range full {
			defer texture.Free(q)
		}
		if err != nil {
			return err
		}
		if _, err := painter.Paint(q, image.Pt(8, 8), s, full); err == nil {
			t.Error("a plate without a picture: no error")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Bit by bit and at once give the same pixels, and what is not multiplied by alpha the
// same colours; what has not changed does not cross the bus again.
func TestPaintingBitByBit(t *testing.T) {
	s := goldenScene()
	size := image.Pt(91, 58)
	onDevice(t, s, func(q *gpu.Queue, painter *ScenePainter, textures []*gpu.Texture) error {
		want, err := painter.Paint(q, size, s, textures)
		if err != nil {
			return err
		}
		picture, err := q.NewPicture(size.X, size.Y)
		if err != nil {
			return err
		}
		defer picture.Free(q)
		before := q.Counts().BytesWritten
		painting, err := painter.Begin(q, picture, s, textures, nil, Strokes{Smooth: true, Straight: true})
		if err != nil {
			return err
		}
		turns := 0
		for done := false; !done; turns++ {
			if done, err = painting.Continue(q, 1); err != nil {
				return err
			}
		}
		if turns < 20 {
			t.Errorf("painted in %d turns of 1 ns, want many", turns)
		}
		if bytes := q.Counts().BytesWritten - before; bytes != 0 {
			t.Errorf("%d bytes crossed the bus for the same scene", bytes)
		}
		got, err := q.ReadPicture(picture)
		if err != nil {
			return err
		}
		for i := 0; i < len(got.Pix); i += 4 {
			for c := range 3 {
				got.Pix[i+c] = uint8(math.Round(float64(got.Pix[i+c]) * float64(got.Pix[i+3]) / 255))
			}
		}
		if share := strays(got, want, 1); share > 0 { // a level of rounding each
			t.Errorf("%.2g %% of pixels are off", 100*share)
		}
		return nil
	})
}

// Plates of odd sizes have the colours of their pictures, whatever lies on them.
func TestPlatesAgreeWithPaint(t *testing.T) {
	s := goldenScene()
	s.Camera = Camera{Azimuth: 40, Elevation: 25, Zoom: 1.2, Perspective: true}
	for axis, size := range []image.Point{{7, 19}, {1, 3}, {64, 33}} {
		img := image.NewRGBA(image.Rectangle{Max: size})
		for i := 0; i < len(img.Pix); i += 4 {
			copy(img.Pix[i:], []uint8{uint8(37 * i), uint8(5 * i / 4), uint8(255 - i), 255})
		}
		s.Plates = append(s.Plates, Plate{Middle(s.Grid, axis), img})
	}
	size := image.Pt(91, 58)
	onDevice(t, s, func(q *gpu.Queue, painter *ScenePainter, textures []*gpu.Texture) error {
		for plates := 1; plates <= 3; plates++ {
			some := s
			some.Plates = s.Plates[3-plates:]
			var pictures []*gpu.Picture
			for _, p := range some.Plates {
				picture, err := q.NewPicture(p.Picture.Rect.Dx(), p.Picture.Rect.Dy())
				if err != nil {
					return err
				}
				defer picture.Free(q)
				if err := q.WritePicture(picture, p.Picture); err != nil {
					return err
				}
				pictures = append(pictures, picture)
			}
			dst, err := q.NewPicture(size.X, size.Y)
			if err != nil {
				return err
			}
			defer dst.Free(q)
			painting, err := painter.Begin(q, dst, some, textures, pictures, Strokes{Smooth: true})
			if err != nil {
				return err
			}
			if _, err := painting.Continue(q, math.MaxInt64); err != nil {
				return err
			}
			got, err := q.ReadPicture(dst)
			if err != nil {
				return err
			}
			want := some.Paint(size)
			without := some
			without.Plates = nil
			if share := strays(got, want, 2); share > 0.01 { // as of scenes without
				t.Errorf("%d plates: %.2g %% of pixels are off", plates, 100*share)
			}
			if strays(want, without.Paint(size), 2) < 0.02 {
				t.Errorf("%d plates are hardly seen", plates)
			}
		}
		return nil
	})
}

// A plate with the picture of its slice looks as the slice does.
func TestAPlateOfItsSliceIsTheSlice(t *testing.T) {
	s := goldenScene()
	s.Volumes, s.Balls = s.Volumes[:1], nil
	s.Volumes[0].Opacity, s.Volumes[0].Surfaces = nil, nil
	plated := s
	for axis := range 3 {
		slice := Slice{Axis: axis, Index: s.Grid.Shape[axis] / 3}
		s.Volumes = append([]Volume(nil), s.Volumes...)
		s.Volumes[0].Slices = append(s.Volumes[0].Slices, slice)
		v := s.Volumes[0]
		plated.Plates = append(plated.Plates, Plate{slice, Extract(v.Field, slice).PaintInto(image.Pt(300, 300), v.Map, v.Scale, true)})
	}
	plated.Volumes = append([]Volume(nil), s.Volumes...)
	plated.Volumes[0].Slices = nil
	for _, camera := range []Camera{{Azimuth: 30, Elevation: 24, Zoom: 1}, {Azimuth: -150, Elevation: -40, Zoom: 1, Perspective: true}} {
		s.Camera, plated.Camera = camera, camera
		if share := strays(plated.Paint(image.Pt(91, 58)), s.Paint(image.Pt(91, 58)), 6); share > 0.01 { // a picture has levels of 1, and pixels
			t.Errorf("from %v, %.2g %% of pixels are off", camera, 100*share)
		}
	}
}
