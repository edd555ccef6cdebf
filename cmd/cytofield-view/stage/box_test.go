package stage

import (
	"image"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/engine/gpu/gputest"
	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/render/colormap"
	"github.com/cytofield/cytofield/tissue"
)

// slope has densities that differ from voxel to voxel, and a few cells.
const slope = `
cytofield: 1
domain: {size: [70 um, 50 um, 30 um], voxel: 10 um, extracellular: 1}
duration: 20 min
seed: 3
substrates:
  TNF: {diffusion: 5 um^2/s, decay: 1e-4 /s, boundary: {x-: {dirichlet: 1 nM}, y+: {dirichlet: 0.3 nM}, z-: {dirichlet: 0.1 nM}}}
  IL-2: {diffusion: 9 um^2/s, decay: 1e-4 /s, boundary: {x+: {dirichlet: 2 nM}, z+: {dirichlet: 1 nM}}}
cells:
  types: {T: {radius: 4 um}, B: {radius: 6 um}}
  place: [{type: T, number: 4, pattern: random}, {type: B, number: 2, pattern: random}]
output: {every: 5 min}
`

// looking returns a session a minute after its start, and a stage.
func looking(t *testing.T, d *gpu.Device, onDevice bool) (*session.Session, *Stage) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "slope.yaml")
	if err := os.WriteFile(path, []byte(slope), 0o600); err != nil {
		t.Fatal(err)
	}
	source, err := session.Find(path)
	if err != nil {
		t.Fatal(err)
	}
	computes := d
	if !onDevice {
		computes = nil
	}
	s, err := session.Open(source, computes)
	if err != nil {
		t.Fatal(err)
	}
	st, err := New(d)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	s.RunTo(60)
	if err := s.Tick(0, 0); err != nil {
		t.Fatal(err)
	}
	return s, st
}

// look is how the tests paint: a box of odd size, with room around.
func look() Look {
	return Look{Map: colormap.Viridis(), Box: image.Pt(141, 98), Room: image.Pt(110, 80)}
}

// space shows the box in a mode, from aside.
func space(g tissue.Grid, m session.Mode) session.Space {
	s := session.StandardSpace(g)
	s.Mode, s.Surface, s.Camera.Zoom, s.Camera.Aim.X = m, 0.2, 1.2, 5
	return s
}

// densities are those of the i-th volume of a report, wherever they are.
func densities(t *testing.T, d *gpu.Device, r *session.Report, i int, texture *gpu.Texture) *tissue.Field {
	t.Helper()
	values := make([]float32, r.Grid.Shape[0]*r.Grid.Shape[1]*r.Grid.Shape[2])
	if texture == nil {
		copy(values, r.Fields[i].Values)
	} else if err := d.Do(func(q *gpu.Queue) error { return q.ReadTexture(texture, values) }); err != nil {
		t.Fatal(err)
	}
	f := tissue.NewField(r.Grid)
	for i, c := range values {
		f.Values[i] = float64(c)
	}
	return f
}

// read returns a picture with its colours multiplied by alpha, as those of a scene are.
func read(t *testing.T, d *gpu.Device, p *gpu.Picture) *image.RGBA {
	t.Helper()
	var img *image.RGBA
	if err := d.Do(func(q *gpu.Queue) (err error) { img, err = q.ReadPicture(p); return err }); err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(img.Pix); i += 4 {
		for c := range 3 {
			img.Pix[i+c] = uint8(math.Round(float64(img.Pix[i+c]) * float64(img.Pix[i+3]) / 255))
		}
	}
	return img
}

// strays returns the share of pixels in which two pictures differ by more than 3 levels:
// the painter's two, and one for alpha that was divided out.
func strays(got, want *image.RGBA) float64 {
	n := 0
	for i := 0; i < len(got.Pix); i += 4 {
		for c := range 4 {
			if a, b := int(got.Pix[i+c]), int(want.Pix[i+c]); max(a-b, b-a) > 3 {
				n++
				break
			}
		}
	}
	return float64(4*n) / float64(len(got.Pix))
}

// What the window shows is the scene that the processor paints in float64, but where
// float32 grazes an edge: a pixel in a hundred, as TestScenePainterAgreesWithPaint has it.
func TestTheBoxIsTheScene(t *testing.T) {
	d := gputest.Open(t)
	for _, onDevice := range []bool{false, true} {
		s, st := looking(t, d, onDevice)
		for _, mode := range []session.Mode{session.Slices, session.Volume, session.Both} {
			for _, log := range []bool{false, true} {
				r, err := s.Look(session.View{Log: log})
				if err != nil {
					t.Fatal(err)
				}
				if r, err = s.Look(session.View{Log: log, Space: space(r.Grid, mode)}); err != nil {
					t.Fatal(err)
				}
				texture := s.Density(0)
				if (texture != nil) != onDevice || (r.Fields[0] == nil) != onDevice {
					t.Fatalf("on the device %v: texture %v, field %v", onDevice, texture, r.Fields[0])
				}
				picture, coarse, err := st.PaintBox(r, s.Density, look(), Detail{})
				if err != nil || coarse != 1 {
					t.Fatalf("coarse %d: %v", coarse, err)
				}
				scene := Scene(r, look())
				scene.Camera = look().camera(r, look().Box, 1)
				scene.Volumes[0].Field = densities(t, d, r, 0, texture)
				if len(scene.Balls) != 6 {
					t.Fatalf("%d cells, want 6", len(scene.Balls))
				}
				if share := strays(read(t, d, picture), scene.Paint(look().Box)); share > 0.01 {
					t.Errorf("on the device %v, mode %v, log %v: %.2g %% of pixels are off", onDevice, mode, log, 100*share)
				}
			}
		}
	}
}

// painted is the scene of a report that the processor paints, from a stage that has painted
// it, whose plates have the sizes.
func painted(t *testing.T, d *gpu.Device, s *session.Session, st *Stage, r *session.Report) render.Scene {
	t.Helper()
	scene := Scene(r, look())
	scene.Camera = look().camera(r, look().Box, 1)
	for i, id := range r.Volumes() {
		scene.Volumes[i].Field = densities(t, d, r, i, s.Density(id))
	}
	for i := range scene.Plates {
		cut, size := r.Flat(scene.Plates[i].Axis), image.Point{}
		size.X, size.Y = st.box.plates[i].Size()
		scene.Plates[i].Picture = cut.Plane.PaintInto(size, look().Map, r.Scale, true)
		if len(cut.Merged) > 0 {
			var channels []render.Channel
			for _, m := range cut.Merged {
				channels = append(channels, render.Channel{Plane: m.Plane, Scale: m.Scale, Colour: m.Colour})
			}
			img, err := render.MergeInto(size, channels, true)
			if err != nil {
				t.Fatal(err)
			}
			scene.Plates[i].Picture = img
		}
	}
	return scene
}

// What is merged and what takes the place of densities is on the slices of the box as in the
// plane, and in the fog each substrate has its colour.
func TestLayersOfTheBoxAreTheScene(t *testing.T) {
	merge, err := session.NewMerge([]tissue.SubstrateID{1, 0})
	if err != nil {
		t.Fatal(err)
	}
	d := gputest.Open(t)
	for _, onDevice := range []bool{false, true} {
		s, st := looking(t, d, onDevice)
		for _, tc := range []struct {
			name   string
			mode   session.Mode
			layers session.Layers
		}{
			{"merged slices", session.Slices, session.Layers{Merge: merge}}, {"merged", session.Both, session.Layers{Merge: merge}},
			{"merged fog", session.Volume, session.Layers{Merge: merge}}, {"molecules", session.Both, session.Layers{Overlay: session.MoleculesOverlay}},
			{"error", session.Slices, session.Layers{Overlay: session.ErrorOverlay, CellsBy: session.ByState}},
		} {
			r, err := s.Look(session.View{Layers: tc.layers})
			if err != nil {
				t.Fatal(err)
			}
			if r, err = s.Look(session.View{Layers: tc.layers, Space: space(r.Grid, tc.mode)}); err != nil {
				t.Fatal(err)
			}
			picture, _, err := st.PaintBox(r, s.Density, look(), Detail{})
			if err != nil {
				t.Fatal(err)
			}
			scene := painted(t, d, s, st, r)
			if fog := scene.Volumes[0].Opacity != nil; fog != (tc.mode.HasVolume() && tc.layers.Merge != nil) || tc.mode.HasSlices() != (len(scene.Plates) == 3) {
				t.Errorf("%s: fog %v, %d plates", tc.name, fog, len(scene.Plates))
			}
			if share := strays(read(t, d, picture), scene.Paint(look().Box)); share > 0.01 {
				t.Errorf("on the device %v, %s: %.2g %% of pixels are off", onDevice, tc.name, 100*share)
			}
		}
	}
}

// Cells of the box have the colours of those of a slice; a gate dims those outside.
func TestCellsOfTheBoxAreColoured(t *testing.T) {
	d := gputest.Open(t)
	s, _ := looking(t, d, false)
	r, err := s.Look(session.View{})
	if err != nil {
		t.Fatal(err)
	}
	v := session.View{Space: space(r.Grid, session.Volume)}
	v.Layers.CellsBy = "TNF_surface_nM"
	v.Gate = &session.Gate{X: session.Axis{Column: "x_um"}, Marked: []tissue.CellID{2, 5}}
	if r, err = s.Look(v); err != nil {
		t.Fatal(err)
	}
	for i, ball := range Balls(r) {
		want := SignalMap().At(r.CellScale.Position(r.CellValues[i]))
		if id := r.CellIDs[i]; id != 2 && id != 5 {
			want = Dimmed()
		}
		if ball.Colour != want {
			t.Errorf("cell %d is %v, want %v", r.CellIDs[i], ball.Colour, want)
		}
	}
}

// The densities of one moment cross the bus once, however often they are painted, and
// those on the device never; a slice needs them no more.
func TestTheFieldCrossesOnce(t *testing.T) {
	d := gputest.Open(t)
	s, st := looking(t, d, false)
	written := func(v session.View) (bytes int64) {
		r, err := s.Look(v)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Do(func(q *gpu.Queue) error { bytes = -q.Counts().BytesWritten; return nil }); err != nil {
			t.Fatal(err)
		}
		if _, _, err := st.PaintBox(r, s.Density, look(), Detail{}); err != nil {
			t.Fatal(err)
		}
		if err := d.Do(func(q *gpu.Queue) error { bytes += q.Counts().BytesWritten; return nil }); err != nil {
			t.Fatal(err)
		}
		return bytes
	}
	r, err := s.Look(session.View{})
	if err != nil {
		t.Fatal(err)
	}
	v := session.View{Space: space(r.Grid, session.Slices)}
	const field = 4 * 7 * 5 * 3
	if first, again := written(v), written(v); first < field || again != 0 {
		t.Errorf("%d bytes crossed at first and %d again, want the field's %d and none", first, again, field)
	}
	v.Space.Cuts[1]++
	if moved := written(v); moved >= field {
		t.Errorf("%d bytes crossed for a slice that moved", moved)
	}
	s.RunTo(90)
	if err := s.Tick(0, 0); err != nil {
		t.Fatal(err)
	}
	if later := written(v); later < field {
		t.Errorf("%d bytes crossed at a later moment, want the field's %d", later, field)
	}
	held := d.Live()
	if r, err = s.Look(session.View{}); err != nil {
		t.Fatal(err)
	}
	if _, err := st.Paint(r, s.Density, look()); err != nil {
		t.Fatal(err)
	}
	if _, err := st.Paint(r, s.Density, look()); err != nil { // the second of two pictures; the plane has a texture too
		t.Fatal(err)
	}
	if d.Live() != held {
		t.Errorf("%d resources after a slice, %d with the box: want its densities given back", d.Live(), held)
	}
}

// A draft is smaller and shows the same; painting all pixels ends when it is out of date.
func TestDraftsAndAbandonedPictures(t *testing.T) {
	d := gputest.Open(t)
	s, st := looking(t, d, true)
	r, err := s.Look(session.View{})
	if err != nil {
		t.Fatal(err)
	}
	if r, err = s.Look(session.View{Space: space(r.Grid, session.Both)}); err != nil {
		t.Fatal(err)
	}
	picture, coarse, err := st.PaintBox(r, s.Density, look(), Detail{Coarse: 3})
	if w, h := picture.Size(); err != nil || coarse != 3 || image.Pt(w, h) != image.Pt(47, 33) {
		t.Fatalf("a draft of %d × %d pixels, coarse %d: %v", w, h, coarse, err)
	}
	still, coarse, err := st.PaintBox(r, s.Density, look(), Detail{Abandoned: func() bool { return true }})
	if err != nil || still != picture || coarse != 3 {
		t.Errorf("abandoned: another picture %v, coarse %d: %v", still != picture, coarse, err)
	}
	whole, _, err := st.PaintBox(r, s.Density, look(), Detail{Abandoned: func() bool { return false }})
	if err != nil {
		t.Fatal(err)
	}
	small, large := read(t, d, picture), read(t, d, whole)
	var difference float64
	for y := range 33 {
		for x := range 47 {
			if at := image.Pt(3*x+1, 3*y+1); at.In(large.Rect) {
				difference += math.Abs(float64(small.RGBAAt(x, y).G)-float64(large.RGBAAt(at.X, at.Y).G)) / (33 * 47)
			}
		}
	}
	if difference > 6 { // one pixel of nine, without smoothing, seen: 3
		t.Errorf("the draft is %.1f levels off in the mean", difference)
	}
	if _, coarse, err = st.PaintBox(r, s.Density, look(), Detail{Draft: time.Hour}); err != nil || coarse != 1 {
		t.Errorf("a draft with time enough is coarse %d: %v", coarse, err)
	}
	if _, coarse, err = st.PaintBox(r, s.Density, look(), Detail{Draft: 1}); err != nil || coarse != mostCoarse {
		t.Errorf("a draft without time is coarse %d: %v", coarse, err)
	}
}

// Zoom 1 shows the whole box in its room.
func TestTheBoxFitsItsRoom(t *testing.T) {
	for _, shape := range [][3]int{{7, 5, 3}, {90, 20, 20}, {10, 10, 60}} {
		g := tissue.Grid{Shape: shape, Spacing: [3]float64{10, 10, 10}}
		for _, perspective := range []bool{false, true} {
			r := &session.Report{Grid: g, View: session.View{Space: session.StandardSpace(g)}}
			r.View.Space.Camera.Perspective = perspective
			half := View(r, look()).Reach()
			if half[0] > 55.01 || half[1] > 40.01 || half[0] < 54.9 && half[1] < 39.9 {
				t.Errorf("%v, perspective %v: it reaches %v pixels from the middle of %v", shape, perspective, half, look().Room)
			}
		}
	}
}
