package session

import (
	"context"
	"encoding/csv"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/cpu"
	"github.com/cytofield/cytofield/engine/life"
	"github.com/cytofield/cytofield/engine/record"
	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/tissue"
)

// brood is a small tissue of cells that bind, move, divide and die.
const brood = `
cytofield: 1
title: a brood
domain: {size: [150 um, 110 um], voxel: 10 um, thickness: 10 um, extracellular: 0.5}
duration: 40 min
cell_step: 1 min
seed: 5
substrates:
  IL-2: {diffusion: 10 um^2/s, half_life: 2 h, initial: 0.1 nM}
cells:
  types:
    Th: {radius: 5 um, export: {IL-2: 10 molecules/s}, motility: {speed: 2 um/min, persistence: 5 min}}
    Treg:
      radius: 5 um
      receptors: {IL-2R: {ligand: IL-2, count: 1500, on_rate: 111.6 /nM/h, off_rate: 0.83 /h, internalisation: 0.1 /min}}
      division: {rate: 4 /h}
      apoptosis: {rate: 2 /h, duration: 15 min}
  place:
    - {type: Th, number: 4, pattern: random}
    - {type: Treg, number: 12, pattern: random}
output: {every: 10 min}
`

func hatched(t *testing.T) *Session {
	t.Helper()
	return openedAs(t, brood, nil)
}

func TestAPolygonHasEachPointOfASharedEdgeOnce(t *testing.T) {
	left, right := Rectangle(Point{0, 0}, Point{1, 2}), Rectangle(Point{3, 2}, Point{1, 0})
	for _, tc := range []struct {
		x, y        float64
		left, right bool
	}{
		{0.5, 1, true, false}, {2, 1, false, true}, {1, 1, false, true}, {0, 0, true, false}, {3, 1, false, false},
		{0.5, 2, false, false}, {1, 0, false, true}, {-1, 0, false, false}, {math.NaN(), 1, false, false},
	} {
		if l, r := left.Contains(tc.x, tc.y), right.Contains(tc.x, tc.y); l != tc.left || r != tc.right {
			t.Errorf("(%g, %g) is in the left %v and the right %v, want %v and %v", tc.x, tc.y, l, r, tc.left, tc.right)
		}
	}
	dart := Polygon{{0, 0}, {2, 1}, {0, 2}, {0.8, 1}}
	if dart.Contains(0.5, 1) || !dart.Contains(1, 1) {
		t.Error("a concave corner is not left out")
	}
}

func TestAxesAreLinearAtZeroAndLogarithmicAbove(t *testing.T) {
	a := Axis{Width: 0.01}
	if got := a.Position(100) - a.Position(10); math.Abs(got-math.Ln10) > 1e-6 {
		t.Errorf("a decade is %g long, want ln 10", got)
	}
	for _, v := range []float64{-3, 0, 1e-4, 50} {
		if got := a.Value(a.Position(v)); math.Abs(got-v) > 1e-12*math.Abs(v) {
			t.Errorf("%g comes back as %g", v, got)
		}
	}
}

func TestSharesAreWrittenAsImmunologistsDo(t *testing.T) {
	for want, s := range map[string]Share{"12.3 % of Th (41 of 333)": {41, 333}, "0 % of Th (0 of 0)": {}, "100 % of Th (7 of 7)": {7, 7}} {
		if got := s.Of("Th"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestAGateFollowsTimeAndMarkedCellsStay(t *testing.T) {
	s := hatched(t)
	gate := &Gate{X: Axis{Column: "IL_2R_bound"}, Y: Axis{Column: "x_um"}, LogX: true, Drawn: Rectangle(Point{20, -1}, Point{1e5, 1e4}), Extended: true}
	before, err := s.Look(View{Gate: gate})
	must(t, err)
	if got := before.Gated.Shares[1]; got != (Share{0, 12}) {
		t.Errorf("%v of the Tregs are gated before anything is bound, want none of 12", got)
	}
	kept := fmt.Sprint(*before.Gated)
	marked := &Gate{X: gate.X, Marked: []tissue.CellID{1, 6, 7, 99}}
	s.RunTo(300)
	must(t, s.Tick(0, 0))
	after, err := s.Look(View{Gate: gate})
	must(t, err)
	states, err := s.solver.Cells()
	must(t, err)
	m := s.scenario.Model
	var want Share
	for i, kind := range m.Cells.Type {
		if kind == 1 && !m.Cells.IsDead(i) {
			want.All++
			if states.Variables[i][1] >= 20 {
				want.Inside++
			}
		}
	}
	if got := after.Gated.Shares[1]; got != want || want.Inside == 0 {
		t.Errorf("%v of the Tregs are gated, %v have 20 receptors bound", got, want)
	}
	if after.Gated.Shares[0] != (Share{0, 4}) {
		t.Errorf("%v of the Th, which have no such receptor", after.Gated.Shares[0])
	}
	if fmt.Sprint(*before.Gated) != kept {
		t.Error("a report changed behind its reader")
	}
	by, err := s.Look(View{Gate: marked})
	must(t, err)
	for i, inside := range by.Gated.Inside {
		if id := m.Cells.ID[i]; inside != (slices.Contains(marked.Marked, id) && !m.Cells.IsDead(i)) {
			t.Errorf("cell %d is inside: %v", id, inside)
		}
	}
	var b strings.Builder
	must(t, s.WriteGated(&b, gate))
	rows, err := csv.NewReader(strings.NewReader(b.String())).ReadAll()
	must(t, err)
	if len(rows) != 1+want.Inside || rows[0][1] != "id" {
		t.Errorf("%d rows below %v, want %d", len(rows)-1, rows[0], want.Inside)
	}
	if err := s.WriteGated(&b, &Gate{X: gate.X}); err == nil {
		t.Error("cells of no gate were written")
	}
}

func TestEverySignalIsAColumn(t *testing.T) {
	s := hatched(t)
	o := s.observer()
	for _, signal := range signals(s.scenario.Model) {
		values, err := o.signal(signal.Column)
		if err != nil || len(values) != 16 {
			t.Errorf("%s: %d values, %v", signal.Column, len(values), err)
		}
	}
}

func TestThePinOfACellSaysWhatCellsCSVSays(t *testing.T) {
	s := hatched(t)
	_, err := s.Look(View{})
	must(t, err)
	for _, id := range s.scenario.Model.Cells.ID {
		must(t, s.PinCell(id))
	}
	if err := s.PinCell(999); err == nil {
		t.Error("a cell that is not there was pinned")
	}
	for _, end := range []float64{600, 1200, 1800, 2400} {
		s.RunTo(end)
		must(t, s.Tick(0, 0))
	}
	r, err := s.Look(View{})
	must(t, err)
	want := recorded(t, s)
	compared, died, lived := 0, 0, 0
	for _, p := range r.Pins {
		if p.Gone {
			died++
		} else {
			lived++
		}
		for i, at := range r.History.Time {
			row, ok := want[fmt.Sprint(at, p.Cell)]
			if math.Mod(at, 600) != 0 {
				continue
			}
			got := []float64{p.Densities[0][i], p.States[0][i], p.States[1][i]}
			if !ok {
				if !math.IsNaN(got[0]) || !math.IsNaN(got[1]) {
					t.Errorf("cell %d has %v at %g s, when it is dead or gone", p.Cell, got, at)
				}
				continue
			}
			compared++
			for k, v := range got {
				if math.IsNaN(v) != math.IsNaN(row[k]) || v != row[k] && !math.IsNaN(v) {
					t.Errorf("cell %d has %v at %g s, cells.csv %v", p.Cell, got, at, row)
					break
				}
			}
		}
	}
	if compared < 30 || died == 0 || lived == 0 {
		t.Errorf("%d values compared of %d cells that died and %d that did not", compared, died, lived)
	}
}

// recorded runs the scenario of a session headless and returns surface density and free
// and bound receptors of living cells by time and id.
func recorded(t *testing.T, s *Session) map[string][]float64 {
	t.Helper()
	d, err := s.source.decode(nil)
	must(t, err)
	made, err := cpu.NewSolver(d.Model, options(d.Numerics))
	must(t, err)
	defer made.Close()
	simulation := engine.New(made)
	must(t, life.Start(simulation, d.Model, made, life.Options{}))
	all := map[string][]float64{}
	simulation.Every(d.Output.Every, func(now float64) error {
		states, err := made.Cells()
		if err != nil {
			return err
		}
		var b strings.Builder
		if err := record.WriteCells(&b, d.Model, now, states, func(i int) bool { return !d.Model.Cells.IsDead(i) }); err != nil {
			return err
		}
		rows, err := csv.NewReader(strings.NewReader(b.String())).ReadAll()
		if err != nil {
			return err
		}
		for _, row := range rows[1:] {
			values := []float64{math.NaN(), math.NaN(), math.NaN()}
			for k, c := range []int{7, 10, 11} {
				if row[c] != "" {
					values[k], _ = strconv.ParseFloat(row[c], 64)
				}
			}
			all[row[0]+" "+row[1]] = values
		}
		return nil
	})
	must(t, simulation.Advance(context.Background(), d.Model.Duration))
	return all
}

func TestDistributionsCountAll(t *testing.T) {
	s := hatched(t)
	s.RunTo(300)
	must(t, s.Tick(0, 0))
	r, err := s.Look(View{Slice: render.Slice{Axis: 2}, Voxels: true, Occupied: true})
	must(t, err)
	sum := func(counts []float64) (n float64) {
		for _, c := range counts {
			n += c
		}
		return n
	}
	if got := sum(r.Voxels.Counts[0]); got != 15*11 || r.Voxels.Thin != 1 {
		t.Errorf("%g densities of %d voxels", got, 15*11)
	}
	if len(r.Occupied) != 1 || r.Occupied[0].Counts[0] != nil || sum(r.Occupied[0].Counts[1]) == 0 {
		t.Errorf("bound receptors %v, want those of the Tregs", r.Occupied)
	}
	if mean := r.History.Mean[0]; math.Abs(mean[len(mean)-1]-meanOf(r.Plane.Values)) > 1e-6*mean[0] {
		t.Errorf("mean density %g nM, %g of the voxels", mean[len(mean)-1], meanOf(r.Plane.Values))
	}
	if !reflect.DeepEqual(r.Variables, variables(s.scenario.Model)) || r.History.Stages[1] < 2 || r.History.Error[1] <= 0 || r.History.Error[1] > 1 {
		t.Errorf("%g stages, error %g", r.History.Stages[1], r.History.Error[1])
	}
}

func meanOf(values []float32) float64 {
	sum := 0.0
	for _, v := range values {
		sum += float64(v)
	}
	return sum / float64(len(values))
}
