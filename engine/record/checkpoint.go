package record

import (
	"bufio"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/cytofield/cytofield/tissue"
)

var (
	// ErrNoCheckpoint is what Resume returns where there is nothing to go on from.
	ErrNoCheckpoint = errors.New("record: no checkpoint")
	// ErrDone is what Resume returns of a run that has reached its end.
	ErrDone = errors.New("record: the run is done")
	// ErrOtherRun marks a directory that holds the run of another scenario.
	ErrOtherRun = errors.New("the run of another scenario")
)

// checkpointHead is how a checkpoint begins; the states of cells and fields follow.
type checkpointHead struct {
	Format   int
	Time     float64          // s
	WallTime float64          // s
	Tables   map[string]int64 // bytes, by name
}

const checkpointFormat = 1

func checkpointPath(dir string) string { return filepath.Join(dir, "checkpoint", "state") }

// Checkpoint writes what the run goes on from if it is cut off: how long the tables are,
// and behind that what the functions write, in their order. The one before stays until
// the new one is on the disk.
func (r *Run) Checkpoint(t float64, write ...func(io.Writer) error) (err error) {
	head := checkpointHead{Format: checkpointFormat, Time: t, WallTime: time.Since(r.start).Seconds(), Tables: map[string]int64{}}
	for _, f := range r.files() {
		if head.Tables[f.name], err = (*f.table).size(); err != nil {
			return err
		}
	}
	path, err := r.Path("checkpoint", "state")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(path + ".part") // as far as it came
		}
	}()
	if err := writeCheckpoint(path+".part", head, write); err != nil {
		return fmt.Errorf("record: checkpoint: %w", err)
	}
	if err := os.Rename(path+".part", path); err != nil {
		return fmt.Errorf("record: checkpoint: %w", err)
	}
	return nil
}

func writeCheckpoint(path string, head checkpointHead, write []func(io.Writer) error) (err error) {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	w := bufio.NewWriterSize(file, 1<<20)
	if err := gob.NewEncoder(w).Encode(head); err != nil {
		return err
	}
	for _, part := range write {
		if err := part(w); err != nil {
			return err
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return file.Sync()
}

// dropCheckpoint removes what a run that is done will not need.
func (r *Run) dropCheckpoint() error {
	paths, err := filepath.Glob(filepath.Join(r.dir, "checkpoint", "*.planes"))
	if err != nil {
		return fmt.Errorf("record: %w", err)
	}
	for _, path := range append(paths, checkpointPath(r.dir)) {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("record: %w", err)
		}
	}
	removeFolder(filepath.Join(r.dir, "checkpoint"))
	return nil
}

// Checkpoint is what a run goes on from. It reads as what was written behind its head;
// decoders of several parts each stop where theirs ends.
type Checkpoint struct {
	*bufio.Reader
	Time float64 // s
	file *os.File
}

// Close closes the file.
func (c *Checkpoint) Close() error { return c.file.Close() }

// Resume opens the directory of a run that was cut off: what tables hold beyond the
// checkpoint goes. Without one it returns ErrNoCheckpoint, which leaves Create with
// force; of a run that needs no resuming ErrDone, of another scenario ErrOtherRun.
func Resume(dir string, m *tissue.Model, manifest Manifest) (*Run, *Checkpoint, error) {
	before, err := readManifest(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, nil, ErrNoCheckpoint
	case err != nil:
		return nil, nil, err
	case before.ScenarioHash != manifest.ScenarioHash:
		return nil, nil, fmt.Errorf("record: %s holds %w, %q; choose another directory with -o, or --force to replace it", dir, ErrOtherRun, before.Title)
	case before.Status == Done:
		return nil, nil, ErrDone
	}
	file, err := os.Open(checkpointPath(dir))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil, ErrNoCheckpoint
	}
	if err != nil {
		return nil, nil, fmt.Errorf("record: %w", err)
	}
	from := &Checkpoint{Reader: bufio.NewReaderSize(file, 1<<20), file: file}
	r := &Run{Manifest: manifest, dir: dir, model: m, fluid: newFluid(m)}
	if err := r.resume(from, before); err != nil {
		return nil, nil, errors.Join(err, r.closeTables(), from.Close())
	}
	return r, from, nil
}

// OpenCheckpoint opens that of a run directory and leaves all as it is. Without one it
// returns ErrNoCheckpoint.
func OpenCheckpoint(dir string) (*Checkpoint, error) {
	file, err := os.Open(checkpointPath(dir))
	if errors.Is(err, os.ErrNotExist) {
		return nil, ErrNoCheckpoint
	}
	if err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	from := &Checkpoint{Reader: bufio.NewReaderSize(file, 1<<20), file: file}
	if _, err := from.readHead(); err != nil {
		return nil, errors.Join(err, from.Close())
	}
	return from, nil
}

// readHead reads up to the states of cells and fields.
func (c *Checkpoint) readHead() (checkpointHead, error) {
	var head checkpointHead
	if err := gob.NewDecoder(c).Decode(&head); err != nil {
		return head, fmt.Errorf("record: %s: %w", c.file.Name(), err)
	}
	if head.Format != checkpointFormat {
		return head, fmt.Errorf("record: %s: format %d: want %d", c.file.Name(), head.Format, checkpointFormat)
	}
	c.Time = head.Time
	return head, nil
}

// resume takes up the tables where the checkpoint left them.
func (r *Run) resume(from *Checkpoint, before Manifest) error {
	head, err := from.readHead()
	if err != nil {
		return err
	}
	r.start = time.Now().Add(-time.Duration(head.WallTime * float64(time.Second)))
	r.Manifest.Status, r.Manifest.Started = Running, before.Started
	r.Manifest.Resumed = append(before.Resumed, head.Time)
	for _, f := range r.files() {
		size, known := head.Tables[f.name]
		if !known {
			return fmt.Errorf("record: %s: knows no %s", from.file.Name(), f.name)
		}
		var err error
		if *f.table, err = continueTable(filepath.Join(r.dir, f.name), size); err != nil {
			return err
		}
	}
	return r.writeManifest()
}

func readManifest(dir string) (Manifest, error) {
	var m Manifest
	path := filepath.Join(dir, "run.json")
	text, err := os.ReadFile(path)
	if err != nil {
		return m, fmt.Errorf("record: %w", err)
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf("record: %s: %w", path, err)
	}
	return m, nil
}
