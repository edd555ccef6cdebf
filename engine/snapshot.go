package engine

import (
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/cytofield/cytofield/tissue"
)

// snapshot is the state of an Integrator between two steps: with the same model
// and options it goes on bit for bit as the original does.
type snapshot struct {
	Format     int
	Shape      [3]int
	Substrates []string
	Stats      Stats
	Groups     []groupState
	Fields     []fieldState
	Body       bodyState
	Taggings   []taggingState // in the order of the groups
}

type groupState struct {
	Time, Step float64
	Cohorts    []cohortState
}

type cohortState struct {
	Cells []tissue.CellID
	State [][]float64 // per variable and cell
	Scale []float64   // of the states when the cells were last updated: the spectral bound goes by it
	Sums  crowdSums   // as the device rounds them: the next step goes by them
}

type fieldState struct {
	Ledger  Ledger
	Largest float64
	Density []float64
}

const snapshotFormat = 5

// Snapshot writes the state. It settles the ledger, as Ledger does.
func (in *Integrator) Snapshot(w io.Writer) error {
	state := snapshot{Format: snapshotFormat, Shape: in.model.Grid.Shape, Stats: in.stats}
	for _, s := range in.model.Substrates {
		state.Substrates = append(state.Substrates, s.Name)
	}
	for _, g := range in.groups {
		cohorts, err := g.cohortStates(in.model)
		if err != nil {
			return err
		}
		state.Groups = append(state.Groups, groupState{g.time, g.step, cohorts})
		for _, t := range g.tagged {
			tags, err := t.save(in.model)
			if err != nil {
				return err
			}
			state.Taggings = append(state.Taggings, tags)
		}
	}
	for _, f := range in.fields {
		if err := f.settle(); err != nil {
			return err
		}
		density := make([]float64, in.model.Grid.Voxels())
		if err := f.member.Read(density); err != nil {
			return err
		}
		state.Fields = append(state.Fields, fieldState{f.ledger, f.largest, density})
	}
	state.Body = in.body.snapshot()
	if err := gob.NewEncoder(w).Encode(state); err != nil {
		return fmt.Errorf("engine: snapshot: %w", err)
	}
	return nil
}

// cohortStates copies the states of a group's cells.
func (g *group) cohortStates(m *tissue.Model) ([]cohortState, error) {
	var all []cohortState
	for _, c := range g.cohorts {
		state, err := c.read()
		if err != nil {
			return nil, err
		}
		all = append(all, cohortState{c.ids(m), state, c.Scale, c.crowdSums})
	}
	return all, nil
}

// rounding is how far, relative, two sums over the same densities may be apart: of float32.
const rounding = 1e-5

// Restore takes the state of a snapshot of the same grid, substrates and cells. Where the
// fluid is another, as in a region that has come since, the ledger books as written what it
// holds more or less at the same densities.
func (in *Integrator) Restore(r io.Reader) error {
	var state snapshot
	if err := gob.NewDecoder(r).Decode(&state); err != nil {
		return fmt.Errorf("engine: restore: %w", err)
	}
	if err := in.fits(state); err != nil {
		return fmt.Errorf("engine: restore: %w", err)
	}
	for i, f := range in.fields {
		if _, err := f.member.Integrals(); err != nil { // drop what was booked before
			return err
		}
		if err := f.member.Write(state.Fields[i].Density); err != nil {
			return err
		}
		if err := in.measure(f); err != nil {
			return err
		}
		present := f.ledger.Present
		f.ledger, f.largest, f.elapsed = state.Fields[i].Ledger, state.Fields[i].Largest, 0
		f.moment, f.exposure = 0, 0
		if more := present - f.ledger.Present; math.Abs(more) > rounding*math.Abs(f.ledger.Present) {
			f.ledger.Written += more
		}
		f.ledger.Present = present
	}
	for i, g := range in.groups {
		for k, c := range g.cohorts {
			restored := *c.Cohort
			restored.State, restored.Scale = state.Groups[i].Cohorts[k].State, state.Groups[i].Cohorts[k].Scale
			if err := c.replace(&restored); err != nil {
				return err
			}
			c.crowdSums = state.Groups[i].Cohorts[k].Sums
		}
		for _, t := range g.tagged {
			if err := t.restore(in, g, state.Taggings[0]); err != nil {
				return err
			}
			state.Taggings = state.Taggings[1:]
		}
		g.estimate.dt = 0
		g.time, g.step, g.ready = state.Groups[i].Time, state.Groups[i].Step, false
		g.knot = g.time // the walls are those of another time
	}
	in.body.restore(state.Body)
	in.stats = state.Stats
	return nil
}

func (in *Integrator) fits(state snapshot) error {
	if state.Format != snapshotFormat {
		return fmt.Errorf("snapshot format %d: want %d", state.Format, snapshotFormat)
	}
	if state.Shape != in.model.Grid.Shape {
		return fmt.Errorf("snapshot of %v voxels: want %v", state.Shape, in.model.Grid.Shape)
	}
	if len(state.Groups) != len(in.groups) || len(state.Fields) != len(in.fields) {
		return errors.New("snapshot of other substrates")
	}
	if !in.body.fits(state.Body) {
		return errors.New("snapshot of another body")
	}
	for i, g := range in.groups {
		cohorts := state.Groups[i].Cohorts
		if len(cohorts) != len(g.cohorts) {
			return errors.New("snapshot of other cell types")
		}
		for k, c := range g.cohorts {
			if !slices.Equal(cohorts[k].Cells, c.ids(in.model)) || len(cohorts[k].State) != len(c.State) || len(cohorts[k].Scale) != len(c.State) || len(cohorts[k].Sums.Norm) != len(c.State) || len(cohorts[k].Sums.Most) != len(c.State) {
				return fmt.Errorf("snapshot of other cells of type %q: update the solver with those first", c.Name)
			}
		}
	}
	tagged := state.Taggings
	for _, g := range in.groups {
		for _, t := range g.tagged {
			if len(tagged) == 0 || tagged[0].Substrate != t.of.id || tagged[0].By != t.by {
				return errors.New("snapshot of other tags")
			}
			tagged = tagged[1:]
		}
	}
	for i, name := range state.Substrates {
		if in.model.Substrates[tissue.SubstrateID(i)].Name != name {
			return fmt.Errorf("snapshot of substrate %q: want %q", name, in.model.Substrates[i].Name)
		}
		if len(state.Fields[i].Density) != in.model.Grid.Voxels() {
			return fmt.Errorf("snapshot of %d densities: want %d", len(state.Fields[i].Density), in.model.Grid.Voxels())
		}
	}
	return nil
}
