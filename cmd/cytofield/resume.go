package main

import (
	"errors"
	"fmt"
	"io"
	"time"
)

// checkpointInterval is the least wall time between two checkpoints.
const checkpointInterval = time.Minute

// checkpoint writes one at an output, when the last is old.
func (r *run) checkpoint(t float64) error {
	if time.Since(r.kept) < checkpointInterval || t >= r.scenario.Model.Duration {
		return nil
	}
	return r.keep()
}

// keep writes a checkpoint. The pictures until then are written too: nobody draws them
// again.
func (r *run) keep() error {
	r.kept = time.Now()
	if err := r.room.Wait(); err != nil {
		return err
	}
	var parts []func(io.Writer) error
	if r.life != nil {
		parts = append(parts, r.life.Save)
	}
	parts = append(parts, r.solver.Snapshot)
	for _, f := range r.films {
		parts = append(parts, f.Save)
	}
	return r.directory.Checkpoint(r.solver.Time(), parts...)
}

// restore takes the state of the checkpoint. What is written of the run has been cut
// back to it already.
func (r *run) restore() (err error) {
	defer func() { err = errors.Join(err, r.from.Close()) }()
	if r.life != nil {
		if err := r.life.Load(r.from); err != nil {
			return fmt.Errorf("checkpoint: %w", err)
		}
	}
	if err := r.solver.Restore(r.from); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	for _, f := range r.films {
		if err := f.Load(r.from); err != nil {
			return fmt.Errorf("checkpoint: %w", err)
		}
	}
	r.recorded = r.solver.Time()
	r.stats = r.solver.Stats()
	return nil
}
