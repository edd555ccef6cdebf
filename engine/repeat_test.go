package engine_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue"
)

// repeatModels have every kind of exchange, walls, and substrates that step on
// their own.
func repeatModels() map[string]*tissue.Model {
	all := agreementModels()
	models := map[string]*tissue.Model{"lopsided": lopsided()}
	models["stretched voxels"] = all["stretched voxels"] // what lod takes
	if testing.Short() {
		return models
	}
	for _, name := range []string{"two substrates", "several cells a voxel", "2D"} {
		models[name] = all[name]
	}
	return models
}

// outcome is all that a solver tells, to be compared bit for bit.
type outcome struct {
	Time      float64
	Densities [][]float64
	Ledgers   []engine.Ledger
	Cells     engine.CellStates
}

func outcomeOf(t *testing.T, s engine.Solver, m *tissue.Model) outcome {
	t.Helper()
	o := outcome{Time: s.Time()}
	for id := range m.Substrates {
		o.Densities = append(o.Densities, read(t, s, m.Grid, tissue.SubstrateID(id)).Values)
		o.Ledgers = append(o.Ledgers, ledger(t, s, tissue.SubstrateID(id)))
	}
	var err error
	if o.Cells, err = s.Cells(); err != nil {
		t.Fatal(err)
	}
	return o
}

func same(t *testing.T, got, want outcome) {
	t.Helper()
	if got.Time != want.Time {
		t.Errorf("at %.17g s, want %.17g s", got.Time, want.Time)
	}
	for s := range want.Densities {
		if !slices.Equal(got.Densities[s], want.Densities[s]) {
			t.Errorf("substrate %d: densities differ by %.3g", s, farthest(got.Densities[s], want.Densities[s]))
		}
		if got.Ledgers[s] != want.Ledgers[s] {
			t.Errorf("substrate %d: ledger %+v, want %+v", s, got.Ledgers[s], want.Ledgers[s])
		}
	}
	if !reflect.DeepEqual(got.Cells, want.Cells) {
		t.Error("the cells differ")
	}
}

func schemes() []engine.Options {
	return []engine.Options{{}, {TimeStep: 7}, {Scheme: engine.FTCS}, {Scheme: engine.LOD}}
}

// schemesOf adds those that solve linear systems, which the processor does.
func schemesOf(d device) []engine.Options {
	if d.name != "cpu" {
		return schemes()
	}
	return append(schemes(), engine.Options{Scheme: engine.Implicit}, engine.Options{Scheme: engine.Steady})
}

// takes reports whether a scheme takes a model.
func takes(t *testing.T, scheme engine.Scheme, m *tissue.Model) bool {
	switch scheme {
	case engine.LOD:
		return lodTakes(m)
	case engine.Steady:
		return hasSteadyState(t, m)
	}
	return true
}

func eachRepeat(t *testing.T, test func(t *testing.T, d device, m *tissue.Model, o engine.Options)) {
	onBothDevices(t, func(t *testing.T, d device) {
		for name, m := range repeatModels() {
			for _, o := range schemesOf(d) {
				if !takes(t, o.Scheme, m) {
					continue
				}
				t.Run(fmt.Sprintf("%s/%s%v", name, o.Scheme, o.TimeStep), func(t *testing.T) { test(t, d, m, o) })
			}
		}
	})
}

func TestRunsRepeatBitForBit(t *testing.T) {
	eachRepeat(t, func(t *testing.T, d device, m *tissue.Model, o engine.Options) {
		run := func() outcome {
			s := d.solver(t, m, o)
			advance(t, s, 100)
			return outcomeOf(t, s, m)
		}
		same(t, run(), run())
	})
}

// However often a run is interrupted, and looked at meanwhile, its steps are the same.
func TestStopAndGoEqualsStraightThrough(t *testing.T) {
	eachRepeat(t, func(t *testing.T, d device, m *tissue.Model, o engine.Options) {
		straight := d.solver(t, m, o)
		want := advance(t, straight, 100)
		halting := d.solver(t, m, o)
		var got engine.Stats
		for halts := 0; ; halts++ {
			ended, cancel := context.WithCancel(context.Background())
			cancel()
			before := halting.Time()
			if _, err := halting.Advance(ended, 100); !errors.Is(err, context.Canceled) || halting.Time() != before {
				t.Fatalf("with a context that has ended: %v, and %g s on", err, halting.Time()-before)
			}
			var err error
			got, err = halting.Advance(forSteps(1+halts%3), 100)
			if err == nil {
				break
			}
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Fatal(err)
			}
			read(t, halting, m.Grid, 0)
			if _, err := halting.Cells(); err != nil {
				t.Fatal(err)
			}
		}
		if got != want {
			t.Errorf("stats %+v, want %+v", got, want)
		}
		same(t, outcomeOf(t, halting, m), outcomeOf(t, straight, m))
		if stats := advance(t, halting, 100); stats != want {
			t.Errorf("stats %+v after advancing to where it is, want %+v", stats, want)
		}
	})
}

// A deadline that passes while steps are taken ends the run between two of them.
func TestDeadlinesDoNotChangeSteps(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		m := populate(solid([3]int{24, 24, 24}), 7, exchanging("exporter", tissue.Exchange{NetExportRate: 10}))
		straight, halting := d.solver(t, m, engine.Options{}), d.solver(t, m, engine.Options{})
		advance(t, straight, 60)
		halts := 0
		for {
			ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
			_, err := halting.Advance(ctx, 60)
			cancel()
			if err == nil {
				break
			}
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Fatal(err)
			}
			if halts++; halts > 10000 {
				t.Fatalf("no end: at %g s", halting.Time())
			}
		}
		t.Logf("%d halts", halts)
		same(t, outcomeOf(t, halting, m), outcomeOf(t, straight, m))
	})
}

// A snapshot is the whole state: taken after some steps, in the middle of an
// Advance or at its end, and restored into a fresh solver, it goes on bit for bit.
func TestRestoredRunsGoOnBitForBit(t *testing.T) {
	eachRepeat(t, func(t *testing.T, d device, m *tissue.Model, o engine.Options) {
		for _, steps := range []int{5, 1000} {
			original := d.solver(t, m, o)
			if _, err := original.Advance(forSteps(steps), 60); err != nil && !errors.Is(err, context.DeadlineExceeded) {
				t.Fatal(err)
			}
			var snapshot bytes.Buffer
			if err := original.Snapshot(&snapshot); err != nil {
				t.Fatal(err)
			}
			restored := d.solver(t, m, o)
			advance(t, restored, 13) // a state to be forgotten
			if err := restored.Restore(&snapshot); err != nil {
				t.Fatal(err)
			}
			same(t, outcomeOf(t, restored, m), outcomeOf(t, original, m))
			for _, until := range []float64{60, 140} {
				want, got := advance(t, original, until), advance(t, restored, until)
				got.Sweeps, want.Sweeps = 0, 0 // the restored run evaluates its first rate anew
				if got != want {
					t.Errorf("after %d steps: stats %+v, want %+v", steps, got, want)
				}
				same(t, outcomeOf(t, restored, m), outcomeOf(t, original, m))
			}
			// And taking it has changed nothing but when the ledger was settled.
			straight := d.solver(t, m, o)
			advance(t, straight, 60)
			advance(t, straight, 140)
			if !slices.Equal(read(t, straight, m.Grid, 0).Values, read(t, original, m.Grid, 0).Values) {
				t.Errorf("after %d steps: the snapshot changed the run", steps)
			}
		}
	})
}

func TestSnapshotsOfOtherModelsAreRefused(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		var snapshot bytes.Buffer
		if err := d.solver(t, solid([3]int{5, 4, 3}), engine.Options{}).Snapshot(&snapshot); err != nil {
			t.Fatal(err)
		}
		renamed, two := solid([3]int{5, 4, 3}), solid([3]int{5, 4, 3})
		renamed.Substrates[0].Name = "TNF"
		two.Substrates = append(two.Substrates, renamed.Substrates[0])
		for name, tc := range map[string]struct {
			m    *tissue.Model
			data []byte
		}{
			"other shape":      {solid([3]int{3, 4, 5}), snapshot.Bytes()},
			"other substrate":  {renamed, snapshot.Bytes()},
			"more substrates":  {two, snapshot.Bytes()},
			"cut off":          {solid([3]int{5, 4, 3}), snapshot.Bytes()[:snapshot.Len()/2]},
			"nothing":          {solid([3]int{5, 4, 3}), nil},
			"not any snapshot": {solid([3]int{5, 4, 3}), []byte("t_s,id,type\n")},
		} {
			t.Run(name, func(t *testing.T) {
				s := d.solver(t, tc.m, engine.Options{})
				advance(t, s, 10)
				before := outcomeOf(t, s, tc.m)
				if err := s.Restore(bytes.NewReader(tc.data)); err == nil {
					t.Fatal("restored")
				} else {
					t.Log(err)
				}
				same(t, outcomeOf(t, s, tc.m), before)
			})
		}
	})
}

// Times that no sum of steps hits are landed on to the bit.
func TestAdvanceLandsOnItsTime(t *testing.T) {
	d := processor()
	for _, o := range schemesOf(d) {
		for name, m := range repeatModels() {
			if !takes(t, o.Scheme, m) {
				continue
			}
			s := d.solver(t, m, o)
			for _, until := range []float64{0.1, 1. / 3, math.Pi, 17.77, 17.770000001, 100. / 7, 97.3} {
				before := s.Time()
				advance(t, s, until)
				if got := s.Time(); got != max(before, until) { // and never goes back
					t.Errorf("%s, %s%v: at %.17g s, want %.17g", name, o.Scheme, o.TimeStep, got, max(before, until))
				}
			}
		}
	}
}
