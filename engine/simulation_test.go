package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/cpu"
)

func TestSchedulesFallOnTheirTimes(t *testing.T) {
	solver, err := cpu.NewSolver(solid([3]int{4, 4, 4}), engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer solver.Close()
	simulation := engine.New(solver)
	var tens, sevens []float64
	simulation.Every(10, func(now float64) error { tens = append(tens, now); return nil })
	simulation.Every(7, func(now float64) error { sevens = append(sevens, now); return nil })
	ctx, cancel := context.WithTimeout(t.Context(), time.Nanosecond)
	defer cancel()
	for simulation.Time() < 20 { // interrupted over and over
		if err := simulation.Advance(ctx, 20); err != nil && !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		if err := simulation.Advance(t.Context(), min(20, simulation.Time()+3)); err != nil {
			t.Fatal(err)
		}
	}
	if want := []float64{0, 10, 20}; !slices.Equal(tens, want) {
		t.Errorf("every 10 s: %v, want %v", tens, want)
	}
	if want := []float64{0, 7, 14}; !slices.Equal(sevens, want) {
		t.Errorf("every 7 s: %v, want %v", sevens, want)
	}
}

// 3 × 0.7 is 2.0999999999999996: the calls at 2.1 s fall on the end all the same.
func TestRoundingKeepsSchedulesTogether(t *testing.T) {
	solver, err := cpu.NewSolver(solid([3]int{4, 4, 4}), engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer solver.Close()
	simulation := engine.New(solver)
	var first, second []float64
	simulation.Every(0.7, func(now float64) error { first = append(first, now); return nil })
	simulation.Every(0.3, func(now float64) error { second = append(second, now); return nil })
	if err := simulation.Advance(t.Context(), 2.1); err != nil {
		t.Fatal(err)
	}
	if len(first) != 4 || len(second) != 8 || first[3] != 2.1 || second[7] != 2.1 {
		t.Errorf("every 0.7 s: %v, every 0.3 s: %v; want 4 and 8 calls, the last at 2.1", first, second)
	}
}

func TestAFailingScheduleEndsTheRun(t *testing.T) {
	solver, err := cpu.NewSolver(solid([3]int{4, 4, 4}), engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer solver.Close()
	simulation := engine.New(solver)
	full := errors.New("disk full")
	simulation.Every(5, func(now float64) error {
		if now >= 10 {
			return full
		}
		return nil
	})
	if err := simulation.Advance(t.Context(), 20); !errors.Is(err, full) || simulation.Time() != 10 {
		t.Errorf("at %g s: %v; want disk full at 10 s", simulation.Time(), err)
	}
}

// 3 × 0.7 is 2.0999999999999996: what is due at 2.1 s goes before it where it was there first.
func TestWhatIsDueOnceFallsOnItsTime(t *testing.T) {
	solver, err := cpu.NewSolver(solid([3]int{4, 4, 4}), engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer solver.Close()
	simulation := engine.New(solver)
	var calls []string
	note := func(name string) func(float64) error {
		return func(now float64) error { calls = append(calls, fmt.Sprintf("%s %.6g", name, now)); return nil }
	}
	simulation.At(1e-3, note("early"))
	simulation.At(2.1, note("once"))
	simulation.Every(0.7, note("every"))
	simulation.At(0, note("start"))
	if err := simulation.Advance(t.Context(), 2.1); err != nil {
		t.Fatal(err)
	}
	simulation.At(1, note("late"))
	if err := simulation.Advance(t.Context(), 2.2); err != nil {
		t.Fatal(err)
	}
	want := []string{"every 0", "start 0", "early 0.001", "every 0.7", "every 1.4", "once 2.1", "every 2.1", "late 2.1"}
	if !slices.Equal(calls, want) {
		t.Errorf("%q, want %q", calls, want)
	}
}

// A resumed simulation does at the same times, to the bit, what one does that was never
// interrupted, and nothing twice.
func TestAResumedSimulationKeepsItsSchedules(t *testing.T) {
	solver, err := cpu.NewSolver(solid([3]int{4, 4, 4}), engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer solver.Close()
	var times []float64
	schedule := func(s *engine.Simulation) {
		s.Every(0.7, func(now float64) error { times = append(times, now); return nil })
		s.At(1, func(now float64) error { times = append(times, -now); return nil })
		s.At(3, func(now float64) error { times = append(times, -now); return nil })
	}
	first := engine.New(solver)
	schedule(first)
	if err := first.Advance(t.Context(), 2.1); err != nil {
		t.Fatal(err)
	}
	second := engine.Resume(solver, 0)
	schedule(second)
	if err := second.Advance(t.Context(), 3.5); err != nil {
		t.Fatal(err)
	}
	step := 0.7 // in float64: constants are exact
	want := []float64{0, step, -1, 2 * step, 2.1, 4 * step, -3, 3.5}
	if !slices.Equal(times, want) {
		t.Errorf("called at %v, want %v", times, want)
	}
}
