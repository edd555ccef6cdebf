package engine

import (
	"context"
	"math"
)

// Simulation carries a solver through time and calls what is due on the way. It
// owns the clock; steps land exactly on the times of its schedules.
type Simulation struct {
	solver    Solver
	resumed   bool    // what was due until now has been done
	start     float64 // from which the schedules of a resumed one count, s
	schedules []*schedule
}

// schedule is something to do every interval, first at the start.
type schedule struct {
	start, interval float64 // s; an interval of +Inf is for once
	done            int     // calls so far
	act             func(t float64) error
}

func (s *schedule) due() float64 {
	if s.done == 0 {
		return s.start
	}
	return s.start + float64(s.done)*s.interval // +Inf after the one call
}

// slack is how far rounding may put a due time off a time it was meant to be, s.
func (s *schedule) slack() float64 {
	if math.IsInf(s.interval, 1) {
		return 1e-12 * math.Abs(s.start) // some thousand times the rounding of a multiple
	}
	return 1e-9 * s.interval
}

// New returns a simulation at the solver's time.
func New(solver Solver) *Simulation { return &Simulation{solver: solver} }

// Resume returns a simulation at the time of a restored solver that goes on as the
// one did that was made at time start, s: schedules count from there, and what was due
// until now has been done.
func Resume(solver Solver, start float64) *Simulation {
	return &Simulation{solver: solver, start: start, resumed: true}
}

// Time returns the time reached, s.
func (s *Simulation) Time() float64 { return s.solver.Time() }

// Every calls act now and then every interval, s, counted from now; of a resumed
// simulation, from its start. Calls at the same time go in the order of Every and At.
func (s *Simulation) Every(interval float64, act func(t float64) error) {
	start := s.Time()
	if s.resumed {
		start = s.start
	}
	s.add(&schedule{start: start, interval: interval, act: act})
}

// At calls act once, at a time, s, or where that is past before the next step.
func (s *Simulation) At(time float64, act func(t float64) error) {
	s.add(&schedule{start: time, interval: math.Inf(1), act: act})
}

func (s *Simulation) add(schedule *schedule) {
	for s.resumed && schedule.due() <= s.Time()+schedule.slack() {
		schedule.done++
	}
	s.schedules = append(s.schedules, schedule)
}

// Advance goes on to a time, s. What is due at that time has been called when it
// returns. Ended by ctx it can be called again and goes on as if nothing happened.
func (s *Simulation) Advance(ctx context.Context, until float64) error {
	for {
		if err := s.call(); err != nil {
			return err
		}
		next := until
		for _, schedule := range s.schedules {
			if due := schedule.due(); due < next-schedule.slack() {
				next = due
			}
		}
		if s.Time() >= until {
			return nil
		}
		if _, err := s.solver.Advance(ctx, next); err != nil {
			return err
		}
	}
}

// call does what is due now.
func (s *Simulation) call() error {
	now := s.Time()
	for _, schedule := range s.schedules {
		for schedule.due() <= now+schedule.slack() {
			schedule.done++
			if err := schedule.act(now); err != nil {
				return err
			}
		}
	}
	return nil
}
