// Package session is what a window shows and steers, without the window: a
// scenario, its simulation, and the edits a person makes while it runs. Every edit
// is a setting of the scenario, so that the file Save writes, or a command with
// the same settings, does what the person did.
//
// A Session belongs to one goroutine at a time.
package session

import (
	"bytes"
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/cpu"
	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/engine/life"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// solver is what a session needs of the two there are.
type solver interface {
	engine.Solver
	Furthest() float64
	TimeOf(s tissue.SubstrateID) float64
	Extremes(s tissue.SubstrateID) (low, high float64)
	ReadError(s tissue.SubstrateID, axis, index int, dst []float64) error
}

// Session is a simulation that a person steers.
type Session struct {
	source Source
	device *gpu.Device // nil: the processor computes

	scenario   *scenario.Scenario
	start      tissue.Model // as it is before the first step
	solver     solver
	life       *life.Life // nil where cells do nothing and nothing happens to them
	simulation *engine.Simulation

	playing bool
	speed   float64 // simulated s per s of wall time; +Inf: as fast as it goes
	clock   float64 // simulated time that is due, s
	goal    float64 // to be reached exactly, then pause, s; 0: none
	seeking float64 // to be reached by the steps that were made, then pause, s; 0: none

	warnings []string // of the scenario and of its numbers

	turned []Parameter        // of the scenario
	opened map[string]float64 // by path, the values when the session opened

	edits      []Edit
	before     []*state // what undoing each edit goes back to; nil: the start
	past       past
	undone     []undone // what redoing does again, the last first
	history    History
	fluid      float64 // volume that densities are of, µm³
	pins       []Pin
	scale      steady
	ground     ground
	resolution resolution
	channels   map[tissue.SubstrateID]steady
	tint       tint
	extents    [2]extent     // of the axes of a gate's plot
	read       *tissue.Field // the last read of a whole one
	whole      *Field        // the last shown

	recording *recording // nil: no movie is being taken
}

// Open reads the scenario and prepares it at its start, or at the checkpoint of a run directory, on a device or where that
// is nil on the processor. Close gives back what it took; the device stays open.
func Open(source Source, device *gpu.Device) (*Session, error) {
	k, from, err := source.kept()
	if err != nil {
		return nil, err
	}
	s := &Session{source: from, device: device, channels: map[tissue.SubstrateID]steady{}}
	s.edits, s.before = k.Edits, make([]*state, len(k.Edits))
	decoded, err := s.source.decode(settings(s.edits))
	if err != nil {
		return nil, err
	}
	if err := s.begin(decoded, nil); err != nil {
		return nil, err
	}
	if source.recorded {
		if err := s.resume(source.dir); err != nil {
			return nil, errors.Join(err, s.Close())
		}
		s.history, s.pins = k.History, k.Pins
		s.cut(s.Time())
	}
	s.speed = defaultSpeed(decoded.Model.Duration)
	if err := s.startPast(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// defaultSpeed is a round speed that shows a whole run in about half a minute.
func defaultSpeed(duration float64) float64 {
	if duration == 0 {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(duration/30)))
	for _, step := range []float64{5, 2} {
		if step*power <= duration/30 {
			return step * power
		}
	}
	return power
}

// state is all that a simulation goes on from.
type state struct {
	life   []byte // nil where there is none
	solver []byte
}

func (s *Session) capture() (*state, error) {
	var at state
	if s.life != nil {
		var b bytes.Buffer
		if err := s.life.Save(&b); err != nil {
			return nil, err
		}
		at.life = b.Bytes()
	}
	var b bytes.Buffer
	if err := s.solver.Snapshot(&b); err != nil {
		return nil, err
	}
	at.solver = b.Bytes()
	return &at, nil
}

// begin makes the simulation of a scenario, at its start or where a state says. What
// was there before is closed first, so that a device need not hold both.
func (s *Session) begin(decoded *scenario.Scenario, from *state) error {
	warnings, err := warned(decoded)
	if err != nil {
		return err
	}
	if s.solver != nil {
		if err := s.solver.Close(); err != nil {
			return err
		}
	}
	s.scenario, s.start, s.warnings, s.fluid = decoded, *decoded.Model, warnings, fluidVolume(decoded.Model)
	s.ground, s.resolution = newGround(decoded.Model), resolution{}
	s.findParameters(decoded)
	made, err := s.newSolver(decoded)
	if err != nil {
		s.solver = nil
		return err
	}
	s.solver, s.life = made, nil
	if err := s.bring(from); err != nil {
		return errors.Join(err, s.Close())
	}
	s.schedule(from != nil)
	s.clock = s.solver.Time()
	if s.life != nil && from != nil {
		return s.life.CatchUp(s.solver.Time())
	}
	return nil
}

// warned returns what a person should know of a scenario, or why it cannot run.
func warned(decoded *scenario.Scenario) ([]string, error) {
	a, err := engine.Analyse(decoded.Model, options(decoded.Numerics), decoded.Output.Every)
	if err == nil {
		err = a.Fault
	}
	if err != nil {
		return nil, err
	}
	var all []string
	for _, w := range decoded.Warnings {
		all = append(all, w.String())
	}
	return append(all, a.Warnings...), nil
}

func (s *Session) newSolver(decoded *scenario.Scenario) (solver, error) {
	if s.device == nil {
		made, err := cpu.NewSolver(decoded.Model, options(decoded.Numerics))
		if err != nil {
			return nil, err
		}
		return made, nil
	}
	made, err := engine.NewGPUSolver(s.device, decoded.Model, options(decoded.Numerics))
	if err != nil {
		return nil, err
	}
	return made, nil
}

// bring gives solver and cells the state. Cells that had none yet begin with it.
func (s *Session) bring(from *state) error {
	fresh := from != nil && from.life == nil
	if fresh {
		if err := s.solver.Restore(bytes.NewReader(from.solver)); err != nil {
			return err
		}
	}
	if err := s.enliven(); err != nil {
		return err
	}
	if from == nil || fresh {
		return nil
	}
	if s.life != nil {
		if err := s.life.Load(bytes.NewReader(from.life)); err != nil {
			return err
		}
	}
	return s.solver.Restore(bytes.NewReader(from.solver))
}

func (s *Session) enliven() (err error) {
	m := s.scenario.Model
	if m.Lives() || len(m.Events) > 0 {
		s.life, err = life.New(m, s.solver, life.Options{Coupling: engine.Coupling(s.scenario.Numerics.Coupling)})
	}
	return err
}

// schedule lands on the times on which a run of the same scenario lands, so that
// both take the same steps.
func (s *Session) schedule(resumed bool) {
	s.simulation = engine.New(s.solver)
	if resumed {
		s.simulation = engine.Resume(s.solver, 0)
	}
	if s.life != nil {
		s.life.Attend(s.simulation)
	}
	nothing := func(float64) error { return nil }
	s.simulation.Every(s.scenario.Output.Every, nothing)
	for _, f := range s.scenario.Output.Frames {
		s.simulation.Every(f.Every, nothing)
	}
}

// Close gives back what the session holds on its device, and completes a movie that is being
// taken. Closing twice is harmless.
func (s *Session) Close() error {
	if s.solver == nil {
		return nil
	}
	err := s.solver.Close()
	s.solver = nil
	if reel := s.EndRecording(); reel != nil {
		err = errors.Join(err, reel.Develop())
	}
	return err
}

// Time returns the time reached, s.
func (s *Session) Time() float64 { return s.solver.Time() }

// Duration returns the time at which the run ends, s.
func (s *Session) Duration() float64 { return s.scenario.Model.Duration }

// Play lets Tick go on, or stops it. At the end of the run there is nothing to play.
func (s *Session) Play(on bool) {
	s.playing, s.goal, s.seeking, s.clock = on && s.Time() < s.Duration(), 0, 0, s.Time()
}

// SetSpeed sets how many simulated seconds a second of Tick plays; +Inf is as many as can be.
func (s *Session) SetSpeed(simulatedPerSecond float64) { s.speed = simulatedPerSecond }

// RunTo has Tick go on as fast as it can to a time, s, or the end of the run, land
// there exactly and stop. Within what has been seen that makes another course.
func (s *Session) RunTo(t float64) {
	s.goal, s.seeking = min(t, s.Duration()), 0
	s.playing = s.Time() < s.goal
}

// Tick plays for so much wall time: the simulated time that is due by the speed, but
// what takes longer than the limit is left for the next. A limit of 0 is none. Steps are
// those of a run that nobody watches: they end where they would, not where a tick does.
func (s *Session) Tick(wall, limit time.Duration) error {
	if !s.playing || s.solver == nil {
		return nil
	}
	until, due := s.Duration(), math.Inf(1)
	if s.goal > 0 {
		until = s.goal
		if s.behind() && s.goal < s.past.seen.time {
			if err := s.depart(); err != nil {
				return err
			}
		}
	} else if s.seeking > 0 {
		due = s.seeking
	} else if !math.IsInf(s.speed, 1) {
		s.clock += s.speed * wall.Seconds()
		due = s.clock
	}
	began, steps := time.Now(), s.solver.Stats().Steps
	defer func() { s.past.spent += max(wall, time.Since(began)) }()
	late := func() bool {
		return limit > 0 && s.solver.Stats().Steps > steps && time.Since(began) >= limit
	}
	err := errPaused
	for errors.Is(err, errPaused) && !late() && s.Time() < due {
		next := s.Time() + s.Duration()/mostMoments*4
		err = s.advance(func() bool { return late() || s.Time() >= min(due, next, s.nextPicture()) }, until)
		if fault := errors.Join(s.note(), s.keep()); fault != nil {
			return fault
		}
	}
	if s.Time() < due { // what could not be done in time is not owed
		s.clock = s.Time()
	}
	if s.seeking > 0 && s.Time() >= s.seeking {
		s.Play(false)
	}
	if errors.Is(err, errPaused) {
		return nil
	}
	s.playing, s.goal = false, 0
	return err
}

// Step makes one step and stops.
func (s *Session) Step() error {
	s.Play(false)
	steps := s.solver.Stats().Steps
	err := s.advance(func() bool { return s.solver.Stats().Steps > steps }, s.Duration())
	if errors.Is(err, errPaused) {
		return nil
	}
	return err
}

// Restart goes back to the start, with all edits: events happen at their times, other
// settings hold from the start.
func (s *Session) Restart() error {
	decoded, err := s.source.decode(settings(slices.Concat(s.edits, s.past.ahead)))
	if err != nil {
		return err
	}
	if err := s.begin(decoded, nil); err != nil {
		return err
	}
	s.edits = slices.Concat(s.edits, s.past.ahead)
	return s.forget()
}

// forget drops what is of the past that is left.
func (s *Session) forget() error {
	s.Play(false)
	s.history, s.scale, s.extents = History{}, steady{}, [2]extent{}
	s.channels, s.tint = map[tissue.SubstrateID]steady{}, tint{}
	for i := range s.pins {
		s.pins[i].Densities, s.pins[i].States = nil, nil
	}
	s.before = make([]*state, len(s.edits))
	return s.startPast()
}

// errPaused ends an Advance between two steps.
var errPaused = errors.New("paused")

// pace is a context that is over when a function says so; solvers ask between two steps.
type pace struct {
	context.Context
	over func() bool
}

func (p pace) Err() error {
	if p.over() {
		return errPaused
	}
	return p.Context.Err()
}

// land brings all substrates to one time, on which a person would write an event.
func (s *Session) land() (float64, error) {
	furthest := s.solver.Furthest()
	t := min(s.rounded(furthest), max(furthest, s.Duration()))
	return t, s.advance(func() bool { return false }, t)
}

// rounded returns the next time, s, with so many digits as a ten-thousandth of the run asks for.
func (s *Session) rounded(t float64) float64 {
	if s.Duration() == 0 {
		return t
	}
	digits := 4 - int(math.Floor(math.Log10(s.Duration())))
	power := math.Pow10(max(digits, 0))
	return math.Ceil(t*power-1e-9)/power + 0 // -0 is 0
}

// settings returns those of edits, in order.
func settings(edits []Edit) []string {
	var all []string
	for _, e := range edits {
		all = append(all, e.Settings...)
	}
	return slices.Clip(all)
}
