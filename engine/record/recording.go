package record

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/cytofield/cytofield/engine/record/zarr"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// ErrNoFields marks a run that kept no densities.
var ErrNoFields = errors.New("no densities were kept: want a run whose output has fields")

// Recording is a run directory being read: what was complete when it was opened, also of a
// run that goes on or broke off.
type Recording struct {
	Manifest Manifest

	dir    string
	times  []float64
	fields *zarr.Array // nil where no densities were kept
	cells  *cellsIndex // made when first asked
}

// Open opens a run directory.
func Open(dir string) (*Recording, error) {
	manifest, err := readManifest(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("record: %s is no run directory: want one that cytofield run has made, with a run.json: %w", dir, fs.ErrNotExist)
	}
	if err != nil {
		return nil, err
	}
	r := &Recording{Manifest: manifest, dir: dir}
	series, err := r.Table("series")
	if err != nil {
		return nil, err
	}
	if r.times, err = series.Column("t_s"); err != nil {
		return nil, err
	}
	r.fields, err = zarr.Open(filepath.Join(dir, fieldsName))
	if errors.Is(err, fs.ErrNotExist) {
		return r, nil
	}
	return r, err
}

// Dir returns the directory.
func (r *Recording) Dir() string { return r.dir }

// ScenarioPath returns the file of the resolved scenario.
func (r *Recording) ScenarioPath() string { return filepath.Join(r.dir, "scenario.yaml") }

// Scenario decodes the resolved scenario: the model as it was before the first step.
func (r *Recording) Scenario() (*scenario.Scenario, error) {
	return scenario.Load(r.ScenarioPath(), scenario.Options{})
}

// Times returns the times of the outputs, s: those of the tables and of Cells.
func (r *Recording) Times() []float64 { return r.times }

// FieldTimes returns the times at which densities were kept, s; every one is among Times.
func (r *Recording) FieldTimes() []float64 {
	if r.fields == nil {
		return nil
	}
	times := r.fields.Times // one more than the tables have where the run is between the two
	for len(times) > 0 && (len(r.times) == 0 || times[len(times)-1] > r.times[len(r.times)-1]) {
		times = times[:len(times)-1]
	}
	return times
}

// FieldSubstrates returns the substrates whose densities were kept.
func (r *Recording) FieldSubstrates() []zarr.Channel {
	if r.fields == nil {
		return nil
	}
	return r.fields.Channels
}

// Grid returns the grid of the densities that were kept.
func (r *Recording) Grid() (tissue.Grid, error) {
	if r.fields == nil {
		return tissue.Grid{}, fmt.Errorf("record: %s: %w", r.dir, ErrNoFields)
	}
	return tissue.Grid{Shape: r.fields.Shape, Spacing: r.fields.Spacing, Planar: r.fields.Planar}, nil
}

// Field reads the densities of a substrate at the i-th of FieldTimes, in its unit; not a
// number inside impermeable regions.
func (r *Recording) Field(substrate string, i int, dst *tissue.Field) error {
	grid, err := r.Grid()
	if err != nil {
		return err
	}
	names := make([]string, len(r.fields.Channels))
	for k, c := range r.fields.Channels {
		names[k] = c.Name
	}
	channel := slices.Index(names, substrate)
	if channel < 0 {
		return fmt.Errorf("record: %s: no densities of %q: there are those of %q", filepath.Join(r.dir, fieldsName), substrate, names)
	}
	if dst.Grid != grid {
		dst.Grid, dst.Values = grid, make([]float64, grid.Voxels())
	}
	return r.fields.Read(channel, i, dst.Values)
}
