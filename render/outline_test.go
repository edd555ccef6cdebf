package render

import (
	"slices"
	"strings"
	"testing"

	"github.com/cytofield/cytofield/tissue"
)

// drawn returns which voxels of a z slice are marked in a drawing, the top first.
func drawn(rows ...string) (tissue.Grid, func(int) bool) {
	g := tissue.Grid{Shape: [3]int{len(rows[0]), len(rows), 2}, Spacing: [3]float64{2, 3, 1}}
	return g, func(i int) bool {
		at := g.Coordinates(i)
		return at[2] == 1 && strings.Split(rows[len(rows)-1-at[1]], "")[at[0]] == "#"
	}
}

func TestOutlinesRunRoundTheirVoxels(t *testing.T) {
	for _, tc := range []struct {
		name string
		rows []string
		want [][]Point // in voxels
	}{
		{"nothing", []string{"..", ".."}, nil},
		{"one", []string{"...", ".#.", "..."}, [][]Point{{{1, 1}, {2, 1}, {2, 2}, {1, 2}, {1, 1}}}},
		{"to the walls", []string{"##", "##"}, [][]Point{{{0, 0}, {2, 0}, {2, 2}, {0, 2}, {0, 0}}}},
		{"a corner", []string{"#.", "##"}, [][]Point{{{0, 0}, {2, 0}, {2, 1}, {1, 1}, {1, 2}, {0, 2}, {0, 0}}}},
		{"two that touch", []string{".#", "#."}, [][]Point{{{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}}, {{1, 1}, {2, 1}, {2, 2}, {1, 2}, {1, 1}}}},
		{"a hole", []string{"###", "#.#", "###"}, [][]Point{{{0, 0}, {3, 0}, {3, 3}, {0, 3}, {0, 0}}, {{2, 1}, {1, 1}, {1, 2}, {2, 2}, {2, 1}}}},
		{"a wide hole", []string{"####", "#..#", "####"}, [][]Point{{{0, 0}, {4, 0}, {4, 3}, {0, 3}, {0, 0}}, {{3, 1}, {1, 1}, {1, 2}, {3, 2}, {3, 1}}}},
	} {
		g, inside := drawn(tc.rows...)
		got := Outlines(g, Slice{2, 1}, inside)
		if len(got) != len(tc.want) {
			t.Errorf("%s: %d lines %v, want %d", tc.name, len(got), got, len(tc.want))
			continue
		}
		for i, line := range tc.want {
			for k := range line {
				line[k] = Point{2 * line[k].X, 3 * line[k].Y}
			}
			if !sameLoop(got[i], line) {
				t.Errorf("%s: %v, want %v", tc.name, got[i], line)
			}
		}
		if lines := Outlines(g, Slice{2, 0}, inside); len(lines) != 0 {
			t.Errorf("%s: %v in a layer where nothing is", tc.name, lines)
		}
	}
}

// sameLoop reports whether two closed lines are the same, wherever they start.
func sameLoop(a, b []Point) bool {
	if len(a) != len(b) || a[0] != a[len(a)-1] {
		return false
	}
	a, b = a[1:], b[1:]
	for i := range a {
		if slices.Equal(append(slices.Clone(a[i:]), a[:i]...), b) {
			return true
		}
	}
	return false
}
