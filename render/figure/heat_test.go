package figure

import (
	"image"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/render/colormap"
)

func painted(p *render.Plane, width, height int, sc render.Scale, nearest bool) *image.RGBA {
	return heat(image.Pt(width, height), p, colormap.Viridis(), sc, nearest)
}

func randomPlane(width, height int) *render.Plane {
	random := rand.New(rand.NewPCG(3, 4))
	p := &render.Plane{Width: width, Height: height, Values: make([]float32, width*height)}
	for i := range p.Values {
		p.Values[i] = float32(math.Pow(10, 3*random.Float64()))
	}
	return p
}

func TestHeatShowsEveryVoxelAtItsCentre(t *testing.T) {
	for _, shape := range [][2]int{{1, 1}, {7, 5}, {1, 6}, {9, 1}, {2, 2}} {
		p := randomPlane(shape[0], shape[1])
		for _, sc := range []render.Scale{{Low: 0, High: 1000}, {Low: 1, High: 1000, Log: true}} {
			for _, nearest := range []bool{true, false} {
				const k = 5 // pixels per voxel; odd, so that one lies on the centre
				img := painted(p, k*p.Width, k*p.Height, sc, nearest)
				for v := range p.Height {
					for u := range p.Width {
						want := colormap.Viridis().At(sc.Position(float64(p.At(u, v))))
						if got := img.RGBAAt(k*u+k/2, k*(p.Height-1-v)+k/2); got != want {
							t.Errorf("%v voxels, %+v, nearest %t: (%d, %d) is %v, want %v", shape, sc, nearest, u, v, got, want)
						}
					}
				}
			}
		}
	}
}

func TestInterpolationMakesNoExtremes(t *testing.T) {
	values := []float64{0, 0, 1, 0.2, 0.2, 0.9, 1, 0}
	list := samples(800, len(values), false)
	for i, s := range list {
		got := s.between(values)
		lower, upper := values[s.voxel[1]], values[s.voxel[2]]
		if got < min(lower, upper) || got > max(lower, upper) {
			t.Errorf("pixel %d shows %g between voxels of %g and %g", i, got, lower, upper)
		}
	}
}

func TestInterpolationIsExactForLines(t *testing.T) {
	values := []float64{0, 0.25, 0.5, 0.75, 1}
	for i, s := range samples(50, len(values), false) {
		at := (float64(i)+0.5)/10 - 0.5
		if at < 1 || at > 3 { // at the edges the outermost voxel is repeated
			continue
		}
		if got := s.between(values); math.Abs(got-at/4) > 1e-15 {
			t.Errorf("pixel %d shows %g, want %g", i, got, at/4)
		}
	}
}

func TestVoxelsWithoutValueKeepTheirEdges(t *testing.T) {
	p := randomPlane(6, 6)
	p.Values[2+6*3] = float32(math.NaN())
	const k = 8
	img := painted(p, k*6, k*6, render.Scale{Low: 0, High: 1000}, false)
	missing := 0
	for y := range k * 6 {
		for x := range k * 6 {
			inside := x/k == 2 && (k*6-1-y)/k == 3
			if is := img.RGBAAt(x, y) == colormap.Missing(); is != inside {
				t.Fatalf("pixel (%d, %d): missing %t, want %t", x, y, is, inside)
			} else if is {
				missing++
			}
		}
	}
	if missing != k*k {
		t.Errorf("%d pixels are missing, want %d", missing, k*k)
	}
}

func TestFineVoxelsAreAveraged(t *testing.T) {
	p := &render.Plane{Width: 6, Height: 4, Values: make([]float32, 24)}
	for i := range p.Values {
		p.Values[i] = float32(i)
	}
	p.Values[0] = float32(math.NaN())
	coarse := coarsen(p, 3, 2)
	want := []float32{(1 + 6 + 7) / 3., (2 + 3 + 8 + 9) / 4., (4 + 5 + 10 + 11) / 4., (12 + 13 + 18 + 19) / 4., (14 + 15 + 20 + 21) / 4., (16 + 17 + 22 + 23) / 4.}
	for i, c := range coarse.Values {
		if c != want[i] {
			t.Errorf("block %d is %g, want %g", i, c, want[i])
		}
	}
	if same := coarsen(p, 6, 4); same != p {
		t.Error("a plane that fits was copied")
	}
}

// Where a pixel is a voxel, channels merge as package render merges them.
func TestMergedAgreesWithRender(t *testing.T) {
	a, b := randomPlane(7, 5), randomPlane(7, 5)
	for i := range b.Values {
		b.Values[i] = a.Values[len(a.Values)-1-i]
	}
	a.Values[3] = float32(math.NaN())
	a.Values[9], b.Values[9] = float32(math.NaN()), float32(math.NaN())
	sc := render.Scale{Low: 1, High: 300, Log: true}
	colours := render.ChannelColours()
	want, err := render.Merge([]render.Channel{{Plane: a, Scale: sc, Colour: colours[0]}, {Plane: b, Scale: sc, Colour: colours[1]}})
	if err != nil {
		t.Fatal(err)
	}
	got := merged(image.Pt(7, 5), []Channel{{Plane: a, Scale: sc, Color: colours[0]}, {Plane: b, Scale: sc, Color: colours[1]}}, true)
	for i, v := range want.Pix {
		if got.Pix[i] != v {
			t.Fatalf("byte %d is %d, want %d", i, got.Pix[i], v)
		}
	}
}
