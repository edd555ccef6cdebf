package window

import (
	"image"
	"path/filepath"
	"testing"

	"github.com/AllenDang/cimgui-go/imgui"
)

// dense is a host on a display of a scale.
type dense struct {
	*Offscreen
	scale float32
}

func (d *dense) Size() (width, height int, scale float32) {
	width, height, _ = d.Offscreen.Size()
	return width, height, d.scale
}

// newDense is as large as a host of 1200 by 600 pixels on a usual display.
func newDense(scale float32) *dense {
	return &dense{NewOffscreen(int(1200*scale), int(600*scale)), scale}
}

// seen is the picture of a window, shrunk to so many pixels, each the mean of what it covers.
func seen(t *testing.T, w *Window, width, height int) (all [][3]float64) {
	t.Helper()
	draw(t, w)
	img, err := w.Picture()
	if err != nil {
		t.Fatal(err)
	}
	size := img.Bounds().Size()
	for v := range height {
		for u := range width {
			part := image.Rect(u*size.X/width, v*size.Y/height, (u+1)*size.X/width, (v+1)*size.Y/height)
			var sum [3]float64
			for y := part.Min.Y; y < part.Max.Y; y++ {
				for x := part.Min.X; x < part.Max.X; x++ {
					c := img.RGBAAt(x, y)
					sum[0], sum[1], sum[2] = sum[0]+float64(c.R), sum[1]+float64(c.G), sum[2]+float64(c.B)
				}
			}
			n := float64(part.Dx() * part.Dy())
			all = append(all, [3]float64{sum[0] / n, sum[1] / n, sum[2] / n})
		}
	}
	return all
}

// unlike is the largest difference of two pictures anywhere, of 255.
func unlike(a, b [][3]float64) (most float64) {
	for i := range a {
		for c := range a[i] {
			most = max(most, a[i][c]-b[i][c], b[i][c]-a[i][c])
		}
	}
	return most
}

// A denser display has more pixels of the same picture.
func TestAWindowLooksTheSameOnADenseDisplay(t *testing.T) {
	looks := func(scale float32, prepare func(*Window)) [][3]float64 {
		var picture [][3]float64
		t.Run("", func(t *testing.T) {
			w := openedOn(t, newDense(scale), slope, false)
			prepare(w)
			w.RunTo(60)
			draw(t, w)
			picture = seen(t, w, 60, 30)
		})
		return picture
	}
	for _, tc := range []struct {
		name    string
		prepare func(*Window)
	}{
		{"slice", func(*Window) {}},
		{"brush", func(w *Window) { w.brush.on = true }},
		{"box", (*Window).nextMode},
	} {
		usual := looks(1, tc.prepare)
		for _, scale := range []float32{1.5, 2} {
			// Of a patch of 20 by 20 pixels text may cover another part: letters are
			// rounded to whole pixels.
			if d := unlike(usual, looks(scale, tc.prepare)); d > 24 {
				t.Errorf("%s: on a display of scale %g a patch is off by %.0f of 255", tc.name, scale, d)
			}
		}
	}
}

// What the mouse does is measured in what a person sees, not in pixels.
func TestTheMouseIsWhereItPointsOnADenseDisplay(t *testing.T) {
	w := openedOn(t, newDense(2), slope, false)
	draw(t, w)
	io := imgui.CurrentIO()
	at := w.camera.pixel(25, 15)
	io.AddMousePosEvent(at.X, at.Y)
	draw(t, w)
	io.AddMouseButtonEvent(0, true)
	draw(t, w)
	io.AddMousePosEvent(at.X+6, at.Y) // 3 on a usual display: the hand trembles
	draw(t, w)
	io.AddMouseButtonEvent(0, false)
	draw(t, w)
	if x, y := w.camera.place(imgui.NewVec2(at.X+6, at.Y)); len(w.report.Pins) != 1 || near(w.report.Pins[0].At.X, x) || near(w.report.Pins[0].At.Y, y) {
		t.Errorf("pins %v, want one at %g, %g µm", w.report.Pins, x, y)
	}
	w.brush.on, w.brush.radius, w.brush.amount = true, 12, 2
	io.AddMouseButtonEvent(0, true)
	draw(t, w)
	io.AddMouseButtonEvent(0, false)
	draw(t, w)
	// Voxels of 10 µm with their middles within 12 µm of the stroke are a cross of five.
	for v, want := range map[image.Point]float64{{2, 1}: 2, {1, 1}: 2, {3, 1}: 2, {2, 0}: 2, {2, 2}: 2, {4, 1}: 0, {0, 1}: 0} {
		if got := float64(w.report.Plane.At(v.X, v.Y)); got != want && !(want == 0 && got < 1) {
			t.Errorf("voxel %v has %g nM, want %g", v, got, want)
		}
	}
}

// Panels keep their share of what a person sees, from one display to another and from one
// session to the next.
func TestPanelsKeepTheirPlacesOnAnotherDisplay(t *testing.T) {
	file := filepath.Join(t.TempDir(), "window.ini")
	var usual canvas
	twice := func(t *testing.T, got canvas) {
		t.Helper()
		for _, c := range [][2]float32{{got.corner.X, usual.corner.X}, {got.corner.Y, usual.corner.Y}, {got.size.X, usual.size.X}, {got.size.Y, usual.size.Y}} {
			if d := c[0] - 2*c[1]; d < -3 || d > 3 { // whole pixels on either
				t.Errorf("the tissue is at %v, want twice %v", got, usual)
				return
			}
		}
	}
	t.Run("moved to another display", func(t *testing.T) {
		host := newDense(1)
		w := openedOn(t, host, slope, false)
		w.Remember(file)
		draw(t, w)
		first := w.canvas
		io := imgui.CurrentIO()
		for _, e := range []func(){ // the line between two panels is dragged
			func() { io.AddMousePosEvent(first.corner.X-2, 300) },
			func() { io.AddMouseButtonEvent(0, true) },
			func() { io.AddMousePosEvent(first.corner.X-42, 300) },
			func() { io.AddMouseButtonEvent(0, false) },
		} {
			e()
			draw(t, w)
		}
		if usual = w.canvas; first.corner.X-usual.corner.X < 30 {
			t.Fatalf("the tissue begins at %g, and at %g when the panel beside it is 40 pixels narrower", first.corner.X, usual.corner.X)
		}
		host.scale = 2
		host.Resize(2400, 1200)
		draw(t, w)
		twice(t, w.canvas)
	})
	t.Run("the next session", func(t *testing.T) {
		w := openedOn(t, newDense(2), slope, false)
		w.Remember(file)
		draw(t, w)
		twice(t, w.canvas)
	})
}
