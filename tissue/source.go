package tissue

import (
	"fmt"
	"slices"
)

// Source gives off molecules into the fluid of the voxels whose centres lie in a shape, for
// as long as it runs: in each voxel as a cell does that exports, whatever the density there.
type Source struct {
	Rates  []SourceRate
	Within Shape // nil for everywhere
}

// SourceRate is what a Source gives off of one substrate: the sum of both.
type SourceRate struct {
	Substrate SubstrateID
	Density   float64 // by which that of every free voxel rises, in the substrate's unit per s
	Molecules float64 // in all, 1/s, spread so that the densities of all free voxels rise alike
}

// Start is the action by which a source begins to run. Number is its own among the events
// of a model, by which it is told to stop.
type Start struct {
	Number int
	Source Source
}

// Stop is the action by which the source of a number ends.
type Stop struct{ Number int }

// Running returns the sources that run once the first n events have happened, beside
// those of the model.
func (m *Model) Running(n int) []Source {
	all := slices.Clone(m.Sources)
	var started []Start
	for _, e := range m.Events[:n] {
		switch a := e.Action.(type) {
		case Start:
			started = append(started, a)
		case Stop:
			started = slices.DeleteFunc(started, func(s Start) bool { return s.Number == a.Number })
		}
	}
	for _, s := range started {
		all = append(all, s.Source)
	}
	return all
}

func (s Source) validate(m *Model) []error {
	var faults []error
	for _, r := range s.Rates {
		if err := m.validateWithin(r.Substrate, s.Within); err != nil {
			faults = append(faults, err)
			continue
		}
		of := m.Substrates[r.Substrate]
		if !nonNegative(r.Density) || !nonNegative(r.Molecules) {
			faults = append(faults, fmt.Errorf("source of %s: %g %s/s, %g molecules/s: want 0 or more", of.Name, r.Density, of.Unit, r.Molecules))
		}
		if r.Molecules > 0 && !of.Unit.CountsMolecules() {
			faults = append(faults, fmt.Errorf("source of molecules of %s, whose density is in %s: want nM", of.Name, of.Unit))
		}
	}
	return faults
}

func (s Start) validate(m *Model) []error { return s.Source.validate(m) }

func (Stop) validate(*Model) []error { return nil } // validateEvents knows whether the source has started

// numbered checks the numbers of sources; started are those of the events before.
func numbered(a Action, started map[int]bool) error {
	switch a := a.(type) {
	case Start:
		if started[a.Number] {
			return fmt.Errorf("source %d starts again: want each source a number of its own", a.Number)
		}
		started[a.Number] = true
	case Stop:
		if !started[a.Number] {
			return fmt.Errorf("source %d stops: want one that has started", a.Number)
		}
	}
	return nil
}
