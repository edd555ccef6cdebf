package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/cytofield/cytofield/cmd/internal/build"
	"github.com/cytofield/cytofield/cmd/internal/plate"
	"github.com/cytofield/cytofield/cmd/internal/program"
	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/export"
	"github.com/cytofield/cytofield/engine/life"
	"github.com/cytofield/cytofield/engine/record"
	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/tissue/scenario"
)

type runCommand struct {
	scenarioFlags
	deviceFlag
	Output     string `short:"o" placeholder:"DIR" help:"Run directory (default: out/NAME)."`
	Until      string `placeholder:"TIME" help:"Run to this time instead of the scenario's duration: --until \"2 h\"."`
	Force      bool   `help:"Replace the run that the directory holds."`
	Resume     bool   `help:"Go on with the run that the directory holds, from its last checkpoint; start it where there is none."`
	NoProgress bool   `name:"no-progress" help:"Print no progress."`

	withoutFrames bool // that the scenario asks for
}

// progressInterval is how often a run looks up from its steps, wall time.
const progressInterval = 100 * time.Millisecond

// Run runs a scenario from its start and records it.
func (c *runCommand) Run(ctx context.Context, io streams) (err error) {
	if c.Until != "" {
		c.Set = append(c.Set, "duration="+c.Until)
	}
	s, err := c.load()
	if err != nil && c.Until != "" { // people know it by the flag they gave
		return program.Input(errors.New(strings.ReplaceAll(err.Error(), "--set duration="+c.Until, "--until "+c.Until)))
	}
	if err != nil {
		return err
	}
	analysis, err := engine.Analyse(s.Model, options(s), s.Output.Every)
	if err != nil {
		return program.Input(err)
	}
	if c.withoutFrames {
		s.Output.Frames = nil
	}
	warned := warnings(s, analysis)
	for _, w := range warned {
		fmt.Fprintln(io.Err, "warning:", w)
	}
	if err := c.refuse(analysis, warned); err != nil {
		return err
	}
	device, err := c.open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, device.close()) }()
	fmt.Fprintln(io.Err, "device:", device.name)
	solver, err := device.solver(s.Model, options(s))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, solver.Close()) }()
	if c.Output == "" {
		c.Output = filepath.Join("out", s.Name)
	}
	directory, from, err := c.directory(s, device)
	if errors.Is(err, record.ErrDone) {
		fmt.Fprintf(io.Out, "%s: %s already\n", c.Output, record.Done)
		return nil
	}
	if err != nil {
		return err
	}
	r := &run{scenario: s, start: *s, device: device, solver: solver, directory: directory, from: from, room: plate.NewDarkroom(), pictures: newCounter(io.Err, c.NoProgress, "pictures")}
	model := *s.Model // cells and types of the run's own are replaced, not written to
	r.start.Model = &model
	err = errors.Join(r.documents(), directory.KeepFields(record.Fields(s.Output.Fields)))
	if err == nil {
		err = r.simulate(ctx, newProgress(io.Err, c.NoProgress, s))
	}
	if err = errors.Join(r.finish(err), r.now.Close()); err == nil {
		err = r.printAttributions(io.Out)
	}
	fmt.Fprintf(io.Out, "%s: %s at %s of %s, %d steps in %.3g s\n", c.Output, directory.Manifest.Status,
		figure.FormatTime(r.solver.Time()), figure.FormatTime(s.Model.Duration), r.stats.Steps, directory.Manifest.WallTime)
	return err
}

// directory opens the run directory, with what to go on from or nil.
func (c *runCommand) directory(s *scenario.Scenario, d *device) (*record.Run, *record.Checkpoint, error) {
	m := manifest(s, d)
	if c.Resume && !c.Force {
		r, from, err := record.Resume(c.Output, s.Model, m)
		switch {
		case errors.Is(err, record.ErrOtherRun):
			return nil, nil, program.Input(err)
		case !errors.Is(err, record.ErrNoCheckpoint):
			return r, from, err
		}
	}
	r, err := record.Create(c.Output, s.Model, m, c.Force || c.Resume)
	if errors.Is(err, record.ErrExists) || errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.ENOTDIR) {
		err = program.Input(err)
	}
	return r, nil, err
}

func manifest(s *scenario.Scenario, d *device) record.Manifest {
	m := build.Manifest(s)
	m.Device, m.Driver, m.Software = d.name, d.driver, d.software
	return m
}

// run is a scenario on its way into a directory.
type run struct {
	scenario  *scenario.Scenario
	start     scenario.Scenario // with the model as it is before the first step
	device    *device
	solver    engine.Solver
	directory *record.Run
	from      *record.Checkpoint // nil at the start
	life      *life.Life         // nil where cells do nothing and nothing happens to them
	films     []*plate.Film
	now       *plate.Live // what the films take
	room      *plate.Darkroom
	pictures  *counter // that are drawn again at the end
	stats     engine.Stats
	recorded  float64   // time of the last record, s
	kept      time.Time // of the last checkpoint, or of the start
}

// documents writes what is known before the first step.
func (r *run) documents() error {
	return errors.Join(
		r.directory.WriteFile("scenario.yaml", r.scenario.Resolved()),
		r.directory.WriteFile("references.bib", []byte(references(r.scenario))),
		r.directory.WriteFile("methods.md", []byte(methods(&r.start, r.device, r.scenario.Model.Duration))),
	)
}

// simulate goes from the start to the end, recording on the way.
func (r *run) simulate(ctx context.Context, p progress) error {
	defer p.close()
	simulation, err := r.begin()
	if err != nil {
		return err
	}
	for {
		slice, cancel := context.WithTimeout(ctx, progressInterval)
		err := simulation.Advance(slice, r.scenario.Model.Duration)
		cancel()
		r.stats = r.solver.Stats()
		p.update(r.solver.Time(), r.stats)
		if !errors.Is(err, context.DeadlineExceeded) {
			return err
		}
		if ctx.Err() != nil { // interrupted just as the slice ended
			return ctx.Err()
		}
	}
}

// begin prepares the schedules, at the start or where the run was cut off.
func (r *run) begin() (*engine.Simulation, error) {
	r.kept = time.Now()
	model := r.scenario.Model
	var err error
	if model.Lives() || len(model.Events) > 0 {
		o := life.Options{Coupling: engine.Coupling(r.scenario.Numerics.Coupling)}
		if r.life, err = life.New(model, r.solver, o); err != nil {
			return nil, err
		}
	}
	r.films = plate.NewFilms(r.scenario, r.directory, r.room)
	simulation := engine.New(r.solver)
	if r.from != nil {
		if err := r.restore(); err != nil {
			return nil, err
		}
		simulation = engine.Resume(r.solver, 0)
	}
	if r.life != nil {
		r.life.Attend(simulation)
	}
	simulation.Every(r.scenario.Output.Every, func(float64) error { return r.record() })
	r.now = plate.NewLive(r.solver, model)
	if !r.device.software { // in software the densities are on the host, which paints faster
		r.now.Stage(r.device.gpu)
	}
	for _, f := range r.films {
		simulation.Every(f.Every(), func(float64) error { return f.Shoot(r.now) })
	}
	simulation.Every(r.scenario.Output.Every, r.checkpoint)
	return simulation, nil
}

func (r *run) record() error {
	r.recorded = r.solver.Time()
	r.stats = r.solver.Stats()
	return r.directory.Record(r.solver, r.stats)
}

// finish records the end, gives the frames one scale, and says how it went.
func (r *run) finish(err error) error {
	interrupted := errors.Is(err, context.Canceled)
	cause := err
	if interrupted {
		cause = r.keep()
	}
	if cause == nil {
		cause = r.end()
	}
	cause = errors.Join(cause, r.develop())
	status := record.Done
	switch {
	case cause != nil:
		status, err = record.Failed, cause
	case interrupted:
		status = record.Interrupted
	}
	return errors.Join(err, r.directory.Finish(status, r.solver.Time(), r.stats, cause), r.parquet())
}

// parquet writes the cells that were recorded as Parquet where the scenario asks for it.
func (r *run) parquet() error {
	if !r.scenario.Output.Parquet {
		return nil
	}
	path, err := r.directory.Path("cells.parquet")
	if err != nil {
		return err
	}
	recording, err := record.Open(filepath.Dir(path))
	if err != nil || len(recording.Times()) == 0 { // failed before its first output
		return err
	}
	return export.CellTable(recording, path)
}

// develop draws the pictures of all films again, each film with one scale.
func (r *run) develop() error {
	defer r.pictures.close()
	err := r.room.Wait() // for the pictures that these replace
	done, all := 0, 0
	for _, f := range r.films {
		all += f.Undeveloped()
	}
	for _, f := range r.films {
		err = errors.Join(err, f.Develop(func() { done++; r.pictures.update(done, all) }))
	}
	return errors.Join(err, r.room.Wait())
}

// end records the last state where no schedule has, and what an interrupted run
// covered.
func (r *run) end() error {
	now := r.solver.Time()
	if now != r.recorded {
		if err := r.record(); err != nil {
			return err
		}
	}
	for _, f := range r.films {
		if f.Last() != now {
			if err := f.Shoot(r.now); err != nil {
				return err
			}
		}
	}
	if now == r.scenario.Model.Duration {
		return nil
	}
	return r.directory.WriteFile("methods.md", []byte(methods(&r.start, r.device, now)))
}
