package cpu

import (
	"math"
	"testing"
)

// What is done in blocks and the rest of a row add up, whatever its length.
func TestRowsOfAnyLengthAreSummed(t *testing.T) {
	for n := range 14 {
		row, other := make([]float64, n), make([]float64, n)
		want := struct{ sum, norm2, least, most, defect2 float64 }{least: math.Inf(1), most: math.Inf(-1)}
		for x := range row {
			c, f := float64((x*7+3)%11)-4, float64(x%5) // whole numbers: no rounding
			row[x], other[x] = c, f
			want.sum, want.norm2 = want.sum+c, want.norm2+c*c
			want.least, want.most = min(want.least, c), max(want.most, c)
			defect := f - c - 0.5*(c+f)
			want.defect2 += defect * defect
		}
		got := want
		got.sum, got.norm2, got.least, got.most = stock(row)
		got.defect2 = defect2(0.5, row, other, row, other)
		if got != want || sum(row) != want.sum {
			t.Errorf("%d voxels: %+v, sum %g; want %+v", n, got, sum(row), want)
		}
		add(row, other)
		for x := range row {
			if want := row[x] + float64(x%5); other[x] != want {
				t.Errorf("%d voxels: sum at %d is %g, want %g", n, x, other[x], want)
			}
		}
	}
}

// The blocks of a row, its ends and the rest come out as the stencil says voxel by voxel.
func TestRowsOfAnyLengthAreAdvanced(t *testing.T) {
	for nx := 1; nx < 14; nx++ {
		for _, periodic := range []bool{false, true} {
			st := &stencil{shape: [3]int{nx, 1, 1}, weight: [3]float64{0.5, 2, 4}, decay: 0.25, periodic: [3]bool{periodic}}
			op := st.scaled(0.5, 2)
			near, rate := make([]float64, nx), make([]float64, nx)
			for x := range near {
				near[x], rate[x] = float64((x*7+3)%11), float64(x%5)
			}
			far, applied := make([]float64, nx), make([]float64, nx)
			fresh := make([]float64, nx)
			for x := range fresh {
				far[x], fresh[x] = float64(x%3), math.NaN()
			}
			op.apply(row{}, near, applied)
			loss := op.advance(row{}, near, far, 2, rate, 8)
			op.advance(row{}, near, fresh, 0, rate, 8)
			if want := 0.25 * sum(near); loss != want {
				t.Errorf("%d voxels: loss %g, want %g", nx, loss, want)
			}
			for x, c := range near {
				left, right := near[st.neighbour(0, x, -1)], near[st.neighbour(0, x, +1)]
				want := 0.5*c + 2*(0.5*(left+right-2*c)-0.25*c)
				if applied[x] != want {
					t.Errorf("%d voxels, periodic %v: apply at %d is %g, want %g", nx, periodic, x, applied[x], want)
				}
				if want += 8 * rate[x]; fresh[x] != want {
					t.Errorf("%d voxels, periodic %v: advance of nothing at %d is %g, want %g", nx, periodic, x, fresh[x], want)
				}
				if want += 2 * float64(x%3); far[x] != want {
					t.Errorf("%d voxels, periodic %v: advance at %d is %g, want %g", nx, periodic, x, far[x], want)
				}
			}
		}
	}
}
