// Package record writes and reads the run directory: a manifest, the scenario, tables of
// what the tissue did, and its densities. Every file is complete after every output, so
// that a run that breaks off leaves a readable directory.
package record

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/record/internal/whole"
	"github.com/cytofield/cytofield/tissue"
)

// Status of a run.
type Status string

// A run is running until it ends in one of three ways.
const (
	Running     Status = "running"
	Done        Status = "done"
	Interrupted Status = "interrupted"
	Failed      Status = "failed"
)

// ErrExists marks a directory that is not overwritten without being asked.
var ErrExists = errors.New("already holds files")

// Manifest is run.json.
type Manifest struct {
	Status        Status    `json:"status"`
	Error         string    `json:"error,omitempty"`
	Version       string    `json:"version"`
	Commit        string    `json:"commit"`
	Go            string    `json:"go"`
	Device        string    `json:"device"`
	Driver        string    `json:"driver,omitempty"`
	Software      bool      `json:"software"`
	Scenario      string    `json:"scenario"`
	ScenarioHash  string    `json:"scenario_hash"`
	Title         string    `json:"title"`
	Seed          uint64    `json:"seed"`
	Scheme        string    `json:"scheme"`
	Coupling      string    `json:"coupling"`
	RTol          float64   `json:"rtol"`
	Voxels        int       `json:"voxels"`
	Cells         int       `json:"cells"`
	Started       time.Time `json:"started"`
	Resumed       []float64 `json:"resumed_s,omitempty"` // simulated times from which the run went on after it had been cut off
	WallTime      float64   `json:"wall_s"`
	SimulatedTime float64   `json:"simulated_s"`
	Duration      float64   `json:"duration_s"`
	Steps         int64     `json:"steps"`
	Rejected      int64     `json:"rejected_steps"`
	Sweeps        int64     `json:"sweeps"`
	ImplicitSteps int64     `json:"implicit_steps,omitempty"` // of the steps
	Cycles        int64     `json:"cycles,omitempty"`         // of multigrid
	VoxelSteps    int64     `json:"voxel_steps"`
}

// Run is a run directory being written.
type Run struct {
	Manifest Manifest

	dir                   string
	start                 time.Time
	model                 *tissue.Model
	fluid                 fluid
	series, ledger, cells *table
	attribution           *table // nil where the model attributes nothing
	fields                keeper
}

// Create makes the directory of a run and its first files. A directory that holds
// anything is refused, or, with force, cleared of the run in it and nothing else.
func Create(dir string, m *tissue.Model, manifest Manifest, force bool) (*Run, error) {
	if err := prepare(dir, force); err != nil {
		return nil, err
	}
	r := &Run{Manifest: manifest, dir: dir, model: m, fluid: newFluid(m), start: time.Now()}
	r.Manifest.Status = Running
	r.Manifest.Started = r.start.UTC().Truncate(time.Second)
	if err := r.open(); err != nil {
		return nil, errors.Join(err, r.closeTables())
	}
	return r, nil
}

// open writes the manifest, which marks the directory as ours, and starts the tables.
func (r *Run) open() error {
	if err := r.writeManifest(); err != nil {
		return err
	}
	for _, f := range r.files() {
		var err error
		if *f.table, err = newTable(filepath.Join(r.dir, f.name), f.header); err != nil {
			return err
		}
	}
	return nil
}

// tableFile is where a table goes.
type tableFile struct {
	table  **table
	name   string
	header []string
}

func (r *Run) files() []tableFile {
	files := []tableFile{
		{&r.series, "series.csv", seriesHeader(r.model)},
		{&r.ledger, "ledger.csv", ledgerHeader(r.model)},
		{&r.cells, "cells.csv", cellsHeader(r.model)},
	}
	if len(r.model.Attribution) > 0 {
		files = append(files, tableFile{&r.attribution, "attribution.csv", attributionHeader()})
	}
	return files
}

// ours returns the files a run directory holds, as patterns below it.
func ours() []string {
	return []string{
		"scenario.yaml", "series.csv", "ledger.csv", "cells.csv", "attribution.csv", "cells.parquet", fieldsName, "references.bib", "methods.md",
		"frames/*.png", "checkpoint/state", "checkpoint/state.part", "checkpoint/*.planes",
		"run.json", // last: what is left of a clearing that broke off is still a run
	}
}

func prepare(dir string, force bool) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
	case err != nil:
		return fmt.Errorf("record: %w", err)
	case len(entries) > 0 && !force:
		return fmt.Errorf("record: %s %w; choose another directory with -o, or --force to replace the run in it", dir, ErrExists)
	case len(entries) > 0:
		if err := clearRun(dir); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("record: %w", err)
	}
	return nil
}

// clearRun removes the files of a run. Without run.json they are somebody else's,
// such as the scenario.yaml a person wrote, and one of them is enough to refuse.
func clearRun(dir string) error {
	manifest, err := os.Stat(filepath.Join(dir, "run.json"))
	isRun := err == nil && manifest.Mode().IsRegular()
	for _, pattern := range ours() {
		paths, err := fs.Glob(os.DirFS(dir), pattern)
		if err != nil {
			return fmt.Errorf("record: %w", err)
		}
		for _, name := range paths {
			if !isRun {
				return fmt.Errorf("record: %s %w of no run, such as %s, which --force leaves alone; choose another directory with -o", dir, ErrExists, name)
			}
			if err := remove(dir, name); err != nil {
				return fmt.Errorf("record: %w", err)
			}
		}
	}
	for _, folder := range []string{"frames", "checkpoint"} {
		removeFolder(filepath.Join(dir, folder))
	}
	return nil
}

// removeFolder removes an empty folder. What holds something of another's stays, and so
// does a file of that name.
func removeFolder(path string) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		os.Remove(path)
	}
}

// remove removes a file of a run, or its array of densities with all that is in it.
func remove(dir, name string) error {
	if name == fieldsName {
		return os.RemoveAll(filepath.Join(dir, name))
	}
	return os.Remove(filepath.Join(dir, name))
}

// Dir returns the directory.
func (r *Run) Dir() string { return r.dir }

// Path returns the path of a file in the directory and makes the folders on the way.
func (r *Run) Path(elements ...string) (string, error) {
	path := filepath.Join(append([]string{r.dir}, elements...)...)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return "", fmt.Errorf("record: %w", err)
	}
	return path, nil
}

// WriteFile writes a whole file of the directory, or leaves the one before.
func (r *Run) WriteFile(name string, content []byte) error {
	if err := whole.Write(filepath.Join(r.dir, name), content); err != nil {
		return fmt.Errorf("record: %w", err)
	}
	return nil
}

// Record adds the solver's state to the tables and brings the manifest up to date.
func (r *Run) Record(s engine.Solver, stats engine.Stats) error {
	ledgers := make([]engine.Ledger, len(r.model.Substrates))
	for i := range ledgers {
		var err error
		if ledgers[i], err = s.Ledger(tissue.SubstrateID(i)); err != nil {
			return err
		}
	}
	body := s.Body()
	states, err := s.Cells()
	if err != nil {
		return err
	}
	attributions, err := r.attributions(s)
	if err != nil {
		return err
	}
	summaries, err := r.recordFields(s)
	if err != nil {
		return err
	}
	if err := r.recordAttribution(s.Time(), attributions); err != nil {
		return err
	}
	if err := r.recordLedger(s.Time(), ledgers, body.Ledger); err != nil {
		return err
	}
	if err := r.recordCells(s, states); err != nil {
		return err
	}
	// Last: an output is there for readers when its row of series.csv is.
	if err := r.recordSeries(s.Time(), summaries, ledgers, states, body.Values, attributions); err != nil {
		return err
	}
	r.count(s.Time(), stats)
	return r.writeManifest()
}

func (r *Run) count(t float64, stats engine.Stats) {
	r.Manifest.SimulatedTime = t
	r.Manifest.WallTime = time.Since(r.start).Seconds()
	r.Manifest.Steps, r.Manifest.Rejected = stats.Steps, stats.Rejected
	r.Manifest.Sweeps, r.Manifest.VoxelSteps = stats.Sweeps, stats.VoxelSteps
	r.Manifest.ImplicitSteps, r.Manifest.Cycles = stats.Implicit, stats.Cycles
}

func (r *Run) writeManifest() error {
	text, err := json.MarshalIndent(r.Manifest, "", "  ")
	if err != nil {
		return fmt.Errorf("record: run.json: %w", err)
	}
	return r.WriteFile("run.json", append(text, '\n'))
}

// Finish closes the tables and writes how the run ended, with the cause if it
// failed.
func (r *Run) Finish(status Status, t float64, stats engine.Stats, cause error) error {
	r.Manifest.Status = status
	if cause != nil {
		r.Manifest.Error = cause.Error()
	}
	r.count(t, stats)
	errs := []error{r.closeTables(), r.writeManifest()}
	if status == Done {
		errs = append(errs, r.dropCheckpoint())
	}
	return errors.Join(errs...)
}

func (r *Run) closeTables() error {
	errs := []error{r.fields.writer.Close()}
	for _, f := range r.files() {
		errs = append(errs, (*f.table).close())
	}
	return errors.Join(errs...)
}
