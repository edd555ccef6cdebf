// Package export writes what a run directory holds in the formats of other programs.
package export

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"

	"github.com/cytofield/cytofield/engine/record"
	"github.com/cytofield/cytofield/engine/record/zarr"
	"github.com/cytofield/cytofield/tissue"
)

// Format is a name of a format, as on the command line.
type Format string

// The formats.
const (
	VTI         Format = "vti"         // VTK images and poly data in series: a directory
	OMETIFF     Format = "ome-tiff"    // one file
	NPZ         Format = "npz"         // one file
	CSV         Format = "csv"         // one file, a row for each voxel and time
	Parquet     Format = "parquet"     // the tables: a directory
	MultiCellDS Format = "multicellds" // what PhysiCell writes: a directory
)

// ErrSelection marks a choice of what is not there, ErrExists a place that is taken.
var (
	ErrSelection = errors.New("nothing to export")
	ErrExists    = errors.New("is there already; choose another place with -o, or --force to replace it")
)

// Selection is what of a run is exported.
type Selection struct {
	Substrates []string  // none for all
	Times      []float64 // s, of outputs; none for all
	Every      float64   // s, outputs at its multiples alone; 0 for all
}

// DefaultPath returns the file or directory below a run's that a format goes to.
func (f Format) DefaultPath(run string) string {
	name := map[Format]string{VTI: "vti", OMETIFF: "fields.ome.tif", NPZ: "run.npz", CSV: "fields.csv", Parquet: "parquet", MultiCellDS: "multicellds"}[f]
	return filepath.Join(run, "export", name)
}

// Options of an export.
type Options struct {
	Selection
	Force    bool               // replace the export that is there
	Progress func(done, of int) // called after every output
}

// Write exports to a path, a file or a directory as the format has it, and stops between
// two outputs when ctx ends.
func Write(ctx context.Context, r *record.Recording, f Format, path string, o Options) error {
	progress := func(done, of int) error {
		o.Progress(done, of)
		return ctx.Err()
	}
	if f == Parquet {
		times, err := tableTimes(r, o.Selection)
		if err == nil {
			err = f.makeWay(path, o.Force)
		}
		if err != nil {
			return err
		}
		return tables(r, path, times, progress)
	}
	write := map[Format]func(*source, string) error{
		VTI: (*source).vti, OMETIFF: (*source).omeTIFF, NPZ: (*source).npz, CSV: (*source).csv, MultiCellDS: (*source).multiCellDS,
	}[f]
	if write == nil {
		return fmt.Errorf("export: %w: no format %q", ErrSelection, f)
	}
	src, err := newSource(r, o.Selection, progress)
	if err == nil {
		err = f.makeWay(path, o.Force)
	}
	if err != nil {
		return err
	}
	return write(src, path)
}

// files are patterns of those of a format that is a directory; none of one that is a file.
func (f Format) files() []string {
	return map[Format][]string{
		VTI:         {"fields.pvd", "cells.pvd", "fields_*.vti", "cells_*.vtp"},
		Parquet:     {"series.parquet", "ledger.parquet", "attribution.parquet", "cells.parquet"},
		MultiCellDS: {"initial*.xml", "initial*_*.mat", "initial*_graph.txt", "output*.xml", "output*_*.mat", "output*_graph.txt", "final*.xml", "final*_*.mat", "final*_graph.txt"},
	}[f]
}

// makeWay refuses a place that is taken. With force the files of an earlier export are
// removed from a directory, and no others.
func (f Format) makeWay(path string, force bool) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	if isDirectory := f.files() != nil; info.IsDir() != isDirectory {
		return fmt.Errorf("export: %s %w: %s is written to a %s", path, ErrExists, f, map[bool]string{true: "directory", false: "file"}[isDirectory])
	}
	entries, err := os.ReadDir(path)
	if info.IsDir() && err == nil && len(entries) == 0 {
		return nil
	}
	if !force {
		return fmt.Errorf("export: %s %w", path, ErrExists)
	}
	for _, pattern := range f.files() {
		names, err := fs.Glob(os.DirFS(path), pattern)
		for _, name := range names {
			err = errors.Join(err, os.Remove(filepath.Join(path, name)))
		}
		if err != nil {
			return fmt.Errorf("export: %w", err)
		}
	}
	return nil
}

// source is the part of a run that is exported.
type source struct {
	recording *record.Recording
	model     *tissue.Model // at the start
	grid      tissue.Grid
	channels  []zarr.Channel
	outputs   []output
	progress  func(done, of int) error
}

// output is one time of a run at which densities were kept.
type output struct {
	time         float64 // s
	field, cells int     // positions in FieldTimes and Times
}

func newSource(r *record.Recording, s Selection, progress func(done, of int) error) (*source, error) {
	grid, err := r.Grid()
	if err != nil {
		return nil, fmt.Errorf("export: %w: %w", ErrSelection, err)
	}
	described, err := r.Scenario()
	if err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	channels, err := chosen(r.FieldSubstrates(), s.Substrates)
	if err != nil {
		return nil, err
	}
	src := &source{recording: r, model: described.Model, grid: grid, channels: channels, progress: progress}
	fields := r.FieldTimes()
	times, err := s.times(fields)
	if err != nil {
		return nil, err
	}
	for _, t := range times {
		src.outputs = append(src.outputs, output{t, slices.Index(fields, t), slices.Index(r.Times(), t)})
	}
	return src, nil
}

// chosen returns the channels of the given names, in the order of the run.
func chosen(all []zarr.Channel, names []string) ([]zarr.Channel, error) {
	if len(names) == 0 {
		return all, nil
	}
	var kept []zarr.Channel
	var there []string
	for _, c := range all {
		there = append(there, c.Name)
		if slices.Contains(names, c.Name) {
			kept = append(kept, c)
		}
	}
	for _, name := range names {
		if !slices.Contains(there, name) {
			return nil, fmt.Errorf("export: %w: no densities of %q were kept: there are those of %q", ErrSelection, name, there)
		}
	}
	return kept, nil
}

// times returns those of all that are selected.
func (s Selection) times(all []float64) ([]float64, error) {
	near := func(a, b float64) bool { return math.Abs(a-b) <= 1e-9*max(math.Abs(b), 1) }
	for _, t := range s.Times {
		if !slices.ContainsFunc(all, func(at float64) bool { return near(at, t) }) {
			return nil, fmt.Errorf("export: %w: no output at %g s: there are %s", ErrSelection, t, span(all))
		}
	}
	var kept []float64
	for _, t := range all {
		wanted := len(s.Times) == 0 || slices.ContainsFunc(s.Times, func(at float64) bool { return near(t, at) })
		if wanted && (s.Every == 0 || near(t, math.Round(t/s.Every)*s.Every)) {
			kept = append(kept, t)
		}
	}
	if len(kept) == 0 {
		return nil, fmt.Errorf("export: %w: there are %s", ErrSelection, span(all))
	}
	return kept, nil
}

func span(times []float64) string {
	if len(times) == 0 {
		return "no outputs"
	}
	return fmt.Sprintf("%d outputs from %g to %g s", len(times), times[0], times[len(times)-1])
}

// each calls do with every output and its number.
func (s *source) each(do func(n int, o output) error) error {
	for n, o := range s.outputs {
		if err := do(n, o); err != nil {
			return err
		}
		if err := s.progress(n+1, len(s.outputs)); err != nil {
			return err
		}
	}
	return nil
}

// field reads the densities of a channel at an output.
func (s *source) field(c zarr.Channel, o output, dst *tissue.Field) error {
	return s.recording.Field(c.Name, o.field, dst)
}

// cells are those of one output, with what their types say.
type cells struct {
	*record.Cells
	typeID []int
	radius []float64 // µm
}

func (s *source) cells(o output) (cells, error) {
	c, err := s.recording.Cells(o.cells)
	if err != nil {
		return cells{}, err
	}
	all := cells{Cells: c, typeID: make([]int, len(c.ID)), radius: make([]float64, len(c.ID))}
	for i, name := range c.Type {
		id, ok := s.model.CellType(name)
		if !ok {
			return cells{}, fmt.Errorf("export: cells.csv: cell %d at %g s: no cell type %q in %s", c.ID[i], c.Time, name, s.recording.ScenarioPath())
		}
		all.typeID[i], all.radius[i] = int(id), s.model.CellTypes[id].Radius
	}
	return all, nil
}

// label names a channel with its unit.
func label(c zarr.Channel) string { return c.Name + "_" + c.Unit }

// newFile writes a file through a buffer; one that fails is removed.
func newFile(path string, write func(w *bufio.Writer) error) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	buffered := bufio.NewWriterSize(file, 1<<18)
	err = write(buffered)
	if err = errors.Join(err, buffered.Flush(), file.Close()); err != nil {
		os.Remove(path)
		return fmt.Errorf("export: %s: %w", path, err)
	}
	return nil
}
