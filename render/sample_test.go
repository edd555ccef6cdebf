package render

import (
	"image/color"
	"math"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"
)

func TestLineProfileOfALinearField(t *testing.T) {
	f := addressField([3]int{5, 4, 3}) // 100 x + 10 y + z by voxel, of 1, 2 and 4 µm
	at := func(p r3.Vec) float64 { return 100*(p.X-0.5) + 10*(p.Y/2-0.5) + p.Z/4 - 0.5 }
	from, to := r3.Vec{X: 1, Y: 2, Z: 3}, r3.Vec{X: 4, Y: 6, Z: 9}
	distance, density := LineProfile(f, from, to, 7)
	for i := range distance {
		p := r3.Add(from, r3.Scale(float64(i)/6, r3.Sub(to, from)))
		if math.Abs(density[i]-at(p)) > 1e-11 || math.Abs(distance[i]-r3.Norm(r3.Sub(p, from))) > 1e-12 { // rounding of eight products of up to 432
			t.Errorf("point %d: %g at %g µm, want %g at %v", i, density[i], distance[i], at(p), p)
		}
	}
	if got := Sample(f, r3.Vec{}); got != 0 {
		t.Errorf("corner: %g, want that of the first voxel", got)
	}
	if got := Sample(f, r3.Vec{X: 5, Y: 8, Z: 12}); got != 432 {
		t.Errorf("far corner: %g, want that of the last voxel", got)
	}
	f.Set(1, 0, 0, math.NaN())
	if got := Sample(f, r3.Vec{X: 0.5, Y: 1, Z: 2}); got != 0 {
		t.Errorf("the centre beside a missing voxel: %g, want 0", got)
	}
}

func TestGradientAndFluxOfALinearPlane(t *testing.T) {
	p := planeOf(9, 7, [2]float64{2, 4}, func(x, y float64) float64 { return 3*x - 2*y })
	arrows := p.Gradient(3)
	if len(arrows) != 6 || arrows[0].X != 3 || arrows[0].Y != 6 {
		t.Fatalf("%v, want 3 × 2 arrows from (3, 6) µm", arrows)
	}
	flux := p.Flux(10, 0.2, 3)
	for i, a := range arrows {
		if math.Abs(a.U-3) > 1e-5 || math.Abs(a.V+2) > 1e-5 { // float32 densities up to 50
			t.Errorf("%+v, want (3, -2)", a)
		}
		if math.Abs(flux[i].U+6) > 1e-5 || math.Abs(flux[i].V-4) > 1e-5 {
			t.Errorf("flux %+v, want (-6, 4)", flux[i])
		}
	}
	if wall := p.Gradient(1)[0]; math.Abs(wall.U-1.5) > 1e-5 {
		t.Errorf("at the wall %g, want half the slope", wall.U)
	}
}

func TestMergeAddsLightAndClips(t *testing.T) {
	a := &Plane{Width: 2, Height: 2, Values: []float32{1, 0.5, float32(math.NaN()), 0}}
	b := &Plane{Width: 2, Height: 2, Values: []float32{1, 0, 1, 0}}
	colours, unit := ChannelColours(), Scale{Low: 0, High: 1}
	img, err := Merge([]Channel{{a, unit, colours[0]}, {b, unit, colours[1]}, {b, unit, colours[2]}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		x, y int
		want color.RGBA
	}{
		{0, 1, color.RGBA{255, 255, 255, 255}}, {1, 1, color.RGBA{128, 0, 128, 255}},
		{0, 0, color.RGBA{0, 255, 255, 255}}, {1, 0, color.RGBA{0, 0, 0, 255}},
	} {
		if got := img.RGBAAt(tc.x, tc.y); got != tc.want {
			t.Errorf("pixel (%d, %d) is %v, want %v", tc.x, tc.y, got, tc.want)
		}
	}
	if _, err := Merge([]Channel{{a, unit, colours[0]}, {&Plane{Width: 1, Height: 2, Values: []float32{1, 1}}, unit, colours[1]}}); err == nil {
		t.Error("another grid: no error")
	}
}
