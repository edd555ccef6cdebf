package scenario

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
)

func placedIn(t *testing.T, size, place string, seed int) *tissue.Model {
	t.Helper()
	return decodeText(t, fmt.Sprintf(`cytofield: 1
domain: {size: %s, voxel: 10 um, extracellular: 1}
duration: 1 h
seed: %d
substrates: {IL-2: {diffusion: 10 um^2/s, decay: 0 /s}}
cells:
  types: {small: {radius: 3 um}, large: {radius: 6 um}}
  place:
%s`, size, seed, place), Options{}).Model
}

// TestRandomCellsKeepTheirDistance compares every pair, for the bins that make
// placing fast must not lose one.
func TestRandomCellsKeepTheirDistance(t *testing.T) {
	for _, tc := range []struct {
		name, size, place string
		distance          func(a, b float64) float64 // of radii
	}{
		{"sum of radii", "[200 um, 100 um, 110 um]", `
    - {type: large, pattern: random, number: 300}
    - {type: small, pattern: random, number: 900}`, func(a, b float64) float64 { return a + b }},
		{"a plane", "[500 um, 330 um]", `
    - {type: small, pattern: random, number: 700}
    - {type: large, pattern: random, number: 300}`, func(a, b float64) float64 { return a + b }},
		{"one distance, wider than an axis", "[800 um, 40 um, 10 um]", `
    - {type: small, pattern: random, number: 20, min_distance: 25 um}`, func(a, b float64) float64 { return 25 }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := placedIn(t, tc.size, tc.place, 7)
			for i, a := range m.Cells.Position {
				if !m.Grid.Contains(a) {
					t.Fatalf("cell %d at %v lies outside", i, a)
				}
				for j := range i {
					want := tc.distance(m.CellTypes[m.Cells.Type[i]].Radius, m.CellTypes[m.Cells.Type[j]].Radius)
					if got := r3.Norm(r3.Sub(a, m.Cells.Position[j])); got < want*(1-1e-12) {
						t.Fatalf("cells %d and %d are %g um apart: want %g um", i, j, got, want)
					}
				}
			}
		})
	}
}

// TestRandomCellsAreUniform compares counts in 4 × 4 × 4 boxes with chi squared
// of 63 degrees of freedom: 63 ± 11, so 63 ± 5.5 σ holds for all seeds but a few in 1e7.
func TestRandomCellsAreUniform(t *testing.T) {
	m := placedIn(t, "[100 um, 200 um, 50 um]", "    - {type: small, pattern: random, number: 64000, min_distance: 0 um}", 3)
	if m.Cells.Len() != 64000 {
		t.Fatalf("%d cells: want 64000", m.Cells.Len())
	}
	var counts [64]float64
	size := m.Grid.Size()
	for _, at := range m.Cells.Position {
		counts[int(at.X/size[0]*4)+4*int(at.Y/size[1]*4)+16*int(at.Z/size[2]*4)]++
	}
	chi := 0.
	for _, count := range counts {
		chi += (count - 1000) * (count - 1000) / 1000
	}
	if math.Abs(chi-63) > 5.5*math.Sqrt(2*63) {
		t.Errorf("chi squared %g: want about 63", chi)
	}
}

// TestEntriesAreIndependent: the first cells of entries whose seeds differ by
// one must not line up. Mean 1/2 ± 0.29/√n, correlation 0 ± 1/√n; 5 σ.
func TestEntriesAreIndependent(t *testing.T) {
	const n = 2000
	var entries strings.Builder
	for range n {
		entries.WriteString("    - {type: small, pattern: random, number: 1, min_distance: 0 um}\n")
	}
	m := placedIn(t, "[100 um, 100 um, 100 um]", entries.String(), 0)
	mean, correlation := 0., 0.
	for i, at := range m.Cells.Position {
		mean += at.X / 100 / n
		next := m.Cells.Position[(i+1)%n]
		correlation += 12 * (at.X/100 - 0.5) * (next.X/100 - 0.5) / n
	}
	if math.Abs(mean-0.5) > 5*0.29/math.Sqrt(n) || math.Abs(correlation) > 5/math.Sqrt(n) {
		t.Errorf("mean %g, correlation of neighbours %g: want 0.5, 0", mean, correlation)
	}
}

func TestPlacementIsReproducible(t *testing.T) {
	const entries = `    - {type: large, pattern: random, number: 50}
    - {type: small, pattern: random, number: 50}
`
	first := placedIn(t, "[200 um, 200 um, 200 um]", entries, 7)
	again := placedIn(t, "[200 um, 200 um, 200 um]", entries, 7)
	if diff := cmp.Diff(first.Cells, again.Cells); diff != "" {
		t.Errorf("the same seed places differently:\n%s", diff)
	}
	longer := placedIn(t, "[200 um, 200 um, 200 um]", entries+"    - {type: small, pattern: random, number: 50}\n", 7)
	if diff := cmp.Diff(first.Cells.Position, longer.Cells.Position[:100]); diff != "" {
		t.Errorf("a later entry moves earlier cells:\n%s", diff)
	}
	other := placedIn(t, "[200 um, 200 um, 200 um]", entries, 8)
	if other.Cells.Position[0] == first.Cells.Position[0] {
		t.Error("another seed places alike")
	}
	// The stream is part of the format: a file and its seed mean these cells.
	want := r3.Vec{X: 53.905754546429876, Y: 59.94360311446414, Z: 23.147041080369533}
	if got := first.Cells.Position[0]; got != want {
		t.Errorf("first cell at %#v: want %#v", got, want)
	}
}

func TestLatticeIsCentred(t *testing.T) {
	m := placedIn(t, "[100 um, 90 um, 30 um]", "    - {type: small, pattern: lattice, spacing: [20 um, 40 um, 40 um]}", 0)
	var want []r3.Vec
	for _, y := range []float64{25, 65} {
		for _, x := range []float64{10, 30, 50, 70, 90} {
			want = append(want, r3.Vec{X: x, Y: y, Z: 15})
		}
	}
	if diff := cmp.Diff(want, m.Cells.Position); diff != "" {
		t.Errorf("lattice (-want +got):\n%s", diff)
	}
	m = placedIn(t, "[100 um, 90 um, 30 um]", "    - {type: small, pattern: lattice, spacing: 10 um, offset: 5 um, within: {from: [0 um, 0 um, 0 um], to: [20 um, 5 um, 30 um]}}", 0)
	want = nil
	for _, z := range []float64{5, 15, 25} {
		for _, x := range []float64{5, 15} {
			want = append(want, r3.Vec{X: x, Y: 5, Z: z})
		}
	}
	if diff := cmp.Diff(want, m.Cells.Position); diff != "" {
		t.Errorf("lattice with an offset (-want +got):\n%s", diff)
	}
	m = placedIn(t, "[100 um, 90 um]", "    - {type: small, pattern: lattice, spacing: 45 um}", 0)
	if m.Cells.Len() != 4 || m.Cells.Position[0] != (r3.Vec{X: 27.5, Y: 22.5, Z: 5}) {
		t.Errorf("plane lattice %v: want 2 x 2 points from (27.5, 22.5)", m.Cells.Position)
	}
}

func BenchmarkScatter(b *testing.B) {
	g := tissue.Grid{Shape: [3]int{100, 100, 100}, Spacing: [3]float64{10, 10, 10}}
	for range b.N {
		s := scatterer{model: &tissue.Model{Grid: g}, to: r3.Vec{X: 1000, Y: 1000, Z: 1000}, distances: []float64{10}}
		var cells tissue.Cells
		if n := s.place(&cells, 0, 300_000, 1, 0); n != 300_000 {
			b.Fatal(n)
		}
	}
}
