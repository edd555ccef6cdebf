package session

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/cytofield/cytofield/cmd/internal/build"
	"github.com/cytofield/cytofield/cmd/internal/plate"
	"github.com/cytofield/cytofield/engine/record"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// Keep writes the moment as a run directory with a checkpoint, and how the session came
// there: Open of it begins there, with the edits and the history until then, and so does cytofield run --resume with its scenario. A directory that holds anything is
// refused, or, with force, cleared of the run in it.
func (s *Session) Keep(dir string, force bool) error {
	text, err := s.Text()
	if err != nil {
		return err
	}
	name := filepath.Join(dir, "scenario.yaml")
	written, err := scenario.Decode(name, text, s.source.dir, scenario.Options{AllowRead: s.source.AllowRead})
	if err != nil {
		return err
	}
	r, err := record.Create(dir, written.Model, s.manifest(written), force)
	if err != nil {
		return err
	}
	course, err := s.kept()
	err = errors.Join(err, r.WriteFile("scenario.yaml", text), r.WriteFile(keptName, course), r.KeepFields(record.Fields(written.Output.Fields)))
	if err == nil {
		err = r.Checkpoint(s.Time(), s.save, func(w io.Writer) error { return plate.SaveNone(w, written) })
	}
	return errors.Join(err, r.Finish(record.Interrupted, s.Time(), s.solver.Stats(), err))
}

// manifest describes the session as a run of a scenario.
func (s *Session) manifest(of *scenario.Scenario) record.Manifest {
	all := build.Manifest(of)
	all.Device = "the processor, in float64"
	if s.device != nil {
		info := s.device.Info()
		all.Device, all.Driver, all.Software = info.Renderer, info.GLVersion+", "+info.Driver, info.Software
	}
	return all
}

// save writes what the run goes on from.
func (s *Session) save(w io.Writer) error {
	if s.life != nil {
		if err := s.life.Save(w); err != nil {
			return err
		}
	}
	return s.solver.Snapshot(w)
}

// resume goes on from the checkpoint of a run directory, if there is one.
func (s *Session) resume(dir string) (err error) {
	from, err := record.OpenCheckpoint(dir)
	if errors.Is(err, record.ErrNoCheckpoint) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	if err := s.load(from.Reader); err != nil {
		return fmt.Errorf("%s: checkpoint: %w", dir, err)
	}
	return nil
}

// load takes what save wrote.
func (s *Session) load(r *bufio.Reader) error {
	if s.life != nil {
		if err := s.life.Load(r); err != nil {
			return err
		}
	}
	if err := s.solver.Restore(r); err != nil {
		return err
	}
	s.schedule(true)
	s.clock = s.solver.Time()
	return nil
}
