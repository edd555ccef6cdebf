package render

import (
	"image"
	"testing"

	"github.com/cytofield/cytofield/tissue"
)

// Every pixel is seen once, after those at its sides.
func TestRoundsSeeEveryPixelOnce(t *testing.T) {
	for _, size := range []image.Point{{1, 1}, {2, 9}, {13, 7}, {64, 32}} {
		for pitch := 1; pitch <= coarsest; pitch *= 2 {
			seen := map[image.Point]bool{}
			for _, r := range rounds(pitch) {
				n := r.size(size)
				var now []image.Point
				for i := range n.X * n.Y {
					p := r.first.Add(image.Pt(i%n.X*r.pitch.X, i/n.X*r.pitch.Y))
					if !p.In(image.Rectangle{Max: size}) || seen[p] {
						t.Fatalf("%v, pitch %d: %v is seen again, or beyond the picture", size, pitch, p)
					}
					for _, beside := range []image.Point{p.Sub(r.side), p.Add(r.side)} {
						if r.side != (image.Point{}) && beside.In(image.Rectangle{Max: size}) && !seen[beside] {
							t.Fatalf("%v, pitch %d: %v is guessed before %v is seen", size, pitch, p, beside)
						}
					}
					now = append(now, p)
				}
				for _, p := range now {
					seen[p] = true
				}
			}
			if len(seen) != size.X*size.Y {
				t.Errorf("%v, pitch %d: %d pixels are seen", size, pitch, len(seen))
			}
		}
	}
}

// First rays are as far apart as a voxel is wide at most, in the smallest part of the picture.
func TestFirstRaysMissNoVoxel(t *testing.T) {
	g := tissue.Grid{Shape: [3]int{40, 40, 1}, Spacing: [3]float64{10, 10, 2}}
	for _, tc := range []struct {
		camera Camera
		across int // pixels of the picture: of a standard view 0.84 hold the box's diagonal of 56.6 voxels
		want   int
	}{
		{Camera{Zoom: 1, Elevation: 90}, 66, 1},
		{Camera{Zoom: 1, Elevation: 90}, 136, 2},
		{Camera{Zoom: 1, Elevation: 90}, 300, 4},
		{Camera{Zoom: 30, Elevation: 90}, 300, coarsest},
		{Camera{Zoom: 1, Elevation: 90, Perspective: true}, 300, 2}, // smaller by 3/4 in the middle, by 3/5 at the far end
	} {
		if got := tc.camera.View(g, image.Pt(tc.across, tc.across)).pitch(g); got != tc.want {
			t.Errorf("%+v, %d pixels: %d apart, want %d", tc.camera, tc.across, got, tc.want)
		}
	}
}

// A row of a picture, of which the middle is guessed.
func TestGuesses(t *testing.T) {
	const level = 1.0 / 255
	row := func(light func(x float32) float32) *canvas {
		c := newCanvas(image.Pt(7, 1))
		for x := range c.seen {
			for k := range c.seen[x].light {
				c.seen[x].light[k] = light(float32(x))
			}
		}
		return c
	}
	slope := func(x float32) float32 { return 0.3 + 0.1*x }
	for _, tc := range []struct {
		name   string
		row    *canvas
		change func(seen []glimpse)
		ok     bool
	}{
		{"a slope", row(slope), nil, true},
		{"a curve", row(func(x float32) float32 { return 0.1 + 0.005*level*x*x*x }), nil, true},
		{"a kink", row(func(x float32) float32 { return 0.1 + 2*max(0, x-3)*level }), nil, false},
		{"a slight kink", row(func(x float32) float32 { return 0.1 + 0.7*max(0, x-3)*level }), nil, true},
		{"a slight kink on a surface", row(func(x float32) float32 { return 0.1 + 0.7*max(0, x-3)*level }), func(s []glimpse) {
			for i := range s {
				s[i].met = met(0).crossing(2)
			}
		}, false},
		{"something else before", row(slope), func(s []glimpse) { s[2].met = 2 }, false},
		{"something else after", row(slope), func(s []glimpse) { s[4].met = 2 }, false},
		{"something else further off", row(slope), func(s []glimpse) { s[0].met, s[0].light[1] = 2, 1 }, true},
		{"something else all around", row(slope), func(s []glimpse) { s[0].met, s[6].met = 2, 2 }, false},
		{"something else here", row(slope), func(s []glimpse) { s[0].met, s[2].met, s[4].met, s[6].met = 2, 2, 2, 2 }, false},
		{"a bend of one side", row(slope), func(s []glimpse) { s[0].met, s[6].light[3] = 2, 0 }, false},
		{"surfaces in another order", row(slope), func(s []glimpse) {
			s[2].met, s[4].met = met(0).crossing(0).crossing(1), met(0).crossing(1).crossing(0)
		}, false},
	} {
		if tc.change != nil {
			tc.change(tc.row.seen)
		}
		guess, ok := tc.row.between(image.Pt(3, 0), image.Pt(1, 0), 0)
		if ok != tc.ok {
			t.Errorf("%s: guessed %v, want %v", tc.name, ok, tc.ok)
		}
		for k, want := range tc.row.seen[3].light {
			if off := guess.light[k] - want; ok && (off > 3*bend || off < -3*bend) {
				t.Errorf("%s: channel %d is off by %g levels", tc.name, k, off/level)
			}
		}
	}
	c := row(slope)
	if _, ok := c.between(image.Pt(6, 0), image.Pt(1, 0), 0); ok {
		t.Error("guessed from beyond the picture")
	}
}

// A picture whose pixels are guessed is that of which all are traced: within a level, but of
// a few pixels in a hundred thousand within two.
func TestGuessedPicturesAreTraced(t *testing.T) {
	for name, s := range goldenScenes() {
		for _, size := range []image.Point{{160, 120}, {401, 300}} {
			tr := newTracer(s, size)
			tr.bricks = newBricks(tr)
			got, want := tr.paint(tr.view.pitch(s.Grid)), tr.paint(1)
			var pixels [256]int // by how many levels are off
			for i := 0; i < len(got.Pix); i += 4 {
				off := uint8(0)
				for c := range 4 {
					off = max(off, apart(got.Pix[i+c], want.Pix[i+c]))
				}
				pixels[off]++
			}
			all := size.X * size.Y
			t.Logf("%s, %v: %d pixels are off by 1 level, %d by 2", name, size, pixels[1], pixels[2])
			if exact := pixels[0] + pixels[1] + pixels[2]; exact != all || float64(pixels[2]) > 1e-4*float64(all) {
				t.Errorf("%s, %v: %d pixels are off by 2 levels, %d by more", name, size, pixels[2], all-exact)
			}
		}
	}
}
