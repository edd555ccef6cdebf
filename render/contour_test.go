package render

import (
	"math"
	"testing"
)

// planeOf fills a plane with a function of the centres of voxels, µm.
func planeOf(width, height int, spacing [2]float64, density func(x, y float64) float64) *Plane {
	p := &Plane{Slice: Slice{Axis: 2}, Width: width, Height: height, Spacing: spacing, Values: make([]float32, width*height)}
	for v := range height {
		for u := range width {
			p.Values[u+width*v] = float32(density((float64(u)+0.5)*spacing[0], (float64(v)+0.5)*spacing[1]))
		}
	}
	return p
}

func TestContourOfALinearFieldIsItsLine(t *testing.T) {
	p := planeOf(12, 9, [2]float64{2, 3}, func(x, y float64) float64 { return x + 2*y })
	lines := p.Contours([]float64{30, 1000})
	if len(lines) != 2 || len(lines[0]) != 1 || len(lines[1]) != 0 {
		t.Fatalf("%d lines at 30 and %d at 1000, want 1 and 0", len(lines[0]), len(lines[1]))
	}
	line := lines[0][0]
	for i, at := range line {
		inside := at.X > 1 && at.X < 23 && at.Y > 1.5 && at.Y < 25.5
		if off := at.X + 2*at.Y - 30; inside && math.Abs(off) > 1e-5 { // float32 densities up to 75
			t.Errorf("point %d (%g, %g) is %g nM off the level", i, at.X, at.Y, off)
		}
	}
	// The density rises to the upper right, which is left of a line that runs down
	// to the right.
	first, last := line[0], line[len(line)-1]
	if first.X >= last.X == (first.Y >= last.Y) {
		t.Errorf("from %v to %v", first, last)
	}
	cross := (last.X-first.X)*2 - (last.Y-first.Y)*1
	if cross <= 0 {
		t.Errorf("the high side lies to the right of the line from %v to %v", first, last)
	}
	if first.Y != 0 && first.X != 0 && first.X != 24 && first.Y != 27 {
		t.Errorf("the line starts at %v, want on a wall", first)
	}
}

func TestContourOfABowlIsACircleThatCloses(t *testing.T) {
	p := planeOf(60, 60, [2]float64{1, 1}, func(x, y float64) float64 { return (x-30)*(x-30) + (y-30)*(y-30) })
	lines := p.Contours([]float64{400})[0]
	if len(lines) != 1 {
		t.Fatalf("%d lines, want 1", len(lines))
	}
	line := lines[0]
	if line[0] != line[len(line)-1] {
		t.Errorf("from %v to %v: want closed", line[0], line[len(line)-1])
	}
	// Linear interpolation of r² between centres 1 µm apart, along both axes, is at
	// most 1/4 too high, so the radius at most 1/(8 r) short.
	for _, at := range line {
		if r := math.Hypot(at.X-30, at.Y-30); r > 20+1e-6 || r < 20-1.0/160-1e-6 {
			t.Errorf("radius %g at %v, want 20", r, at)
		}
	}
}

// The middle of the saddle lies to the left of both lines, on the high side, where
// the mean of the corners is not below the level, else to the right of both.
func TestContourSaddleFollowsTheMean(t *testing.T) {
	for _, tc := range []struct {
		name   string
		voxels [4]float32 // x runs fastest
		joined bool       // the high corners are
	}{
		{name: "rising high", voxels: [4]float32{3, 0, 0, 3}, joined: true},
		{name: "rising low", voxels: [4]float32{1.5, 0, 0, 1.5}},
		{name: "falling high", voxels: [4]float32{0, 3, 3, 0}, joined: true},
		{name: "falling low", voxels: [4]float32{0, 1.5, 1.5, 0}},
		{name: "one corner decides", voxels: [4]float32{1.1, 0.8, 0.9, 1.3}, joined: true},
		{name: "at the level", voxels: [4]float32{2, 0, 0, 2}, joined: true},
	} {
		p := planeOf(2, 2, [2]float64{1, 1}, func(x, y float64) float64 { return 0 })
		copy(p.Values, tc.voxels[:])
		lines := p.Contours([]float64{1})[0]
		if len(lines) != 2 {
			t.Errorf("%s: %d lines, want 2", tc.name, len(lines))
			continue
		}
		for _, line := range lines {
			across := 0
			for i := range line[1:] {
				a, b := line[i], line[i+1]
				if min(a.X, a.Y, b.X, b.Y) < 0.5 || max(a.X, a.Y, b.X, b.Y) > 1.5 {
					continue // between the outermost centres and the walls
				}
				across++
				left := (b.X-a.X)*(1-a.Y)-(b.Y-a.Y)*(1-a.X) > 0
				if left != tc.joined {
					t.Errorf("%s: the middle lies to the left of %v to %v: %v, want %v", tc.name, a, b, left, tc.joined)
				}
			}
			if across != 1 {
				t.Errorf("%s: %d pieces between the centres, want 1: %v", tc.name, across, line)
			}
		}
	}
}

func TestContoursLeaveGapsAtMissingDensities(t *testing.T) {
	p := planeOf(5, 5, [2]float64{1, 1}, func(x, y float64) float64 { return x })
	p.Values[2+5*2] = float32(math.NaN())
	lines := p.Contours([]float64{2.2})[0]
	if len(lines) != 2 {
		t.Fatalf("%d lines, want 2 with a gap between", len(lines))
	}
	for _, line := range lines {
		for _, at := range line {
			if at.Y > 1.5 && at.Y < 3.5 || math.Abs(at.X-2.2) > 1e-6 {
				t.Errorf("point %v", at)
			}
		}
	}
}

func TestLevelsAreRound(t *testing.T) {
	for _, tc := range []struct {
		scale  Scale
		wanted int
		want   []float64
	}{
		{Scale{0, 10, false}, 4, []float64{2, 4, 6, 8}},
		{Scale{0, 0.3, false}, 5, []float64{0.05, 0.1, 0.15, 0.2, 0.25}},
		{Scale{-1, 1, false}, 3, []float64{-0.5, 0, 0.5}},
		{Scale{1e-3, 10, true}, 3, []float64{1e-2, 1e-1, 1}},
		{Scale{0.1, 10, true}, 3, []float64{0.3, 1, 3}},
		{Scale{1, 10, true}, 2, []float64{2, 5}},
	} {
		got := tc.scale.Levels(tc.wanted)
		if len(got) != len(tc.want) {
			t.Errorf("%+v, %d: %v, want %v", tc.scale, tc.wanted, got, tc.want)
			continue
		}
		for i := range got {
			if math.Abs(got[i]-tc.want[i]) > 1e-12*math.Abs(tc.want[i])+1e-15 {
				t.Errorf("%+v, %d: %v, want %v", tc.scale, tc.wanted, got, tc.want)
			}
		}
	}
}

func TestProjectSkipsWhatIsNotANumber(t *testing.T) {
	f := addressField([3]int{3, 4, 5})
	f.Set(1, 2, 4, math.NaN())
	for z := range 5 {
		f.Set(0, 0, z, math.NaN())
	}
	most, mean := Project(f, 2, Maximum), Project(f, 2, Mean)
	if most.At(1, 2) != 123 || mean.At(1, 2) != 121.5 || most.At(2, 3) != 234 || mean.At(2, 3) != 232 {
		t.Errorf("maximum %g, %g, mean %g, %g", most.At(1, 2), most.At(2, 3), mean.At(1, 2), mean.At(2, 3))
	}
	if c := float64(mean.At(0, 0)); !math.IsNaN(c) {
		t.Errorf("a column without numbers gives %g", c)
	}
	if side := Project(f, 0, Maximum); side.Width != 4 || side.Height != 5 || side.At(3, 2) != 232 {
		t.Errorf("along x: %d × %d, %g", side.Width, side.Height, side.At(3, 2))
	}
	if got, want := most.Stamp(), "maximum along z, 0 to 20 µm"; got != want {
		t.Errorf("stamp %q, want %q", got, want)
	}
	if got, want := Extract(f, Slice{2, 1}).Stamp(), "z = 6 µm"; got != want {
		t.Errorf("stamp %q, want %q", got, want)
	}
}

func TestDifferenceWantsTheSameGrid(t *testing.T) {
	f := addressField([3]int{3, 4, 5})
	a, b := Extract(f, Slice{2, 3}), Extract(f, Slice{2, 1})
	d, err := Difference(a, b)
	if err != nil || d.At(1, 1) != 2 {
		t.Errorf("%v, %v", d, err)
	}
	wider := *b
	wider.Spacing[0]++
	for _, other := range []*Plane{Extract(f, Slice{0, 1}), Extract(addressField([3]int{3, 5, 5}), Slice{2, 1}), &wider, Project(f, 2, Mean)} {
		if _, err := Difference(a, other); err == nil {
			t.Errorf("%+v: no error", other)
		}
	}
	var r Range
	r.Add(&Plane{Values: []float32{-0.7, 0.2}})
	if got := r.Symmetric(); got != (Scale{Low: -0.8, High: 0.8}) {
		t.Errorf("scale %+v, want ±0.8", got)
	}
}
