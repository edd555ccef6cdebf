package engine

import (
	"context"
	"fmt"
	"io"
	"slices"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
)

// Solver advances a model in time. There are two: the GPU solver of this
// package and engine/cpu.
type Solver interface {
	// Advance goes on to a time, s, and lands on it exactly. When ctx ends it
	// returns between two steps with the context's error; the steps taken are the
	// same however often that happens.
	Advance(ctx context.Context, until float64) (Stats, error)
	Time() float64 // s
	Stats() Stats
	// Read and Write copy a substrate's density, in its unit.
	Read(s tissue.SubstrateID, dst *tissue.Field) error
	Write(s tissue.SubstrateID, src *tissue.Field) error
	// ReadLayer copies the densities of one layer of voxels, the index-th along an axis,
	// and no others: along the first axis of tissue.Across fastest, then the second.
	ReadLayer(s tissue.SubstrateID, axis, index int, dst []float64) error
	// ReadProjection copies what a projection along an axis keeps of every column of voxels,
	// laid out as a layer. Voxels of impermeable regions are left out; a column of nothing
	// that counts has no number, NaN.
	ReadProjection(s tissue.SubstrateID, axis int, how Projection, dst []float64) error
	// Gather interpolates a density and its gradient, density/µm, at points, µm:
	// trilinear between voxel centres, constant from the last centre to a wall.
	// Either result may be nil.
	Gather(s tissue.SubstrateID, at []r3.Vec, density []float64, gradient []r3.Vec) error
	// Cells returns what the cells exchange at this moment.
	Cells() (CellStates, error)
	Ledger(s tissue.SubstrateID) (Ledger, error)
	// Body returns blood, organs and read-outs of the whole.
	Body() BodyState
	// Attribution is for substrates that the model attributes.
	Attribution(s tissue.SubstrateID) (Attribution, error)
	// Update takes a model with other cells or rates on the same grid and substrates.
	Update(m *tissue.Model) error
	Snapshot(w io.Writer) error
	Restore(r io.Reader) error
	Close() error
}

// Scheme is a way to step in time.
type Scheme string

const (
	// Adaptive is RKC2, or where that costs less SDIRK2, with a step from an embedded
	// error estimate; with the step of Options.TimeStep it is RKC2. The default.
	Adaptive Scheme = "adaptive"
	// FTCS is forward Euler at a fixed step.
	FTCS Scheme = "ftcs"
	// LOD is BioFVM's scheme at a fixed step, DefaultLODStep where none is given:
	// backward Euler along x, then y, then z, then the cells.
	LOD Scheme = "lod"
	// Implicit is Adaptive with steps of SDIRK2 alone.
	Implicit Scheme = "implicit"
	// Steady sets the densities to the steady state of cells and walls at the time that
	// is advanced to: of fields much faster than these.
	Steady Scheme = "steady"
)

// Options choose a solver's numerics. The zero value is the default.
type Options struct {
	Scheme            Scheme
	Coupling          Coupling
	RelativeTolerance float64 // of the error estimate per step, L2 norm; 0 means 1e-3
	AbsoluteTolerance float64 // in the density unit; 0 means DefaultAbsoluteTolerance × rtol × the largest density
	TimeStep          float64 // s, fixed; 0 lets the scheme choose
}

// DefaultRelativeTolerance is the relative tolerance where none is given.
const DefaultRelativeTolerance = 1e-3

func (o Options) withDefaults() (Options, error) {
	if o.Scheme == "" {
		o.Scheme = Adaptive
	}
	if o.Coupling == "" {
		o.Coupling = VoxelCoupling
	}
	if o.RelativeTolerance == 0 {
		o.RelativeTolerance = DefaultRelativeTolerance
	}
	switch {
	case !slices.Contains([]Scheme{Adaptive, FTCS, LOD, Implicit, Steady}, o.Scheme):
		return o, fmt.Errorf("engine: scheme %q: want adaptive, ftcs, lod, implicit or steady", o.Scheme)
	case !slices.Contains(Couplings(), o.Coupling):
		return o, fmt.Errorf("engine: coupling %q: want voxel, plain or cloud", o.Coupling)
	case !(o.RelativeTolerance > 0 && o.RelativeTolerance < 1):
		return o, fmt.Errorf("engine: relative tolerance %g: want more than 0, less than 1", o.RelativeTolerance)
	case !(o.AbsoluteTolerance >= 0):
		return o, fmt.Errorf("engine: absolute tolerance %g: want 0 or more", o.AbsoluteTolerance)
	case !(o.TimeStep >= 0):
		return o, fmt.Errorf("engine: time step %g s: want 0 or more", o.TimeStep)
	case o.Coupling == CloudCoupling && slices.Contains([]Scheme{LOD, Implicit, Steady}, o.Scheme):
		return o, fmt.Errorf("engine: coupling cloud with scheme %s: want scheme adaptive or ftcs", o.Scheme)
	case o.TimeStep > 0 && o.Scheme == Steady:
		return o, fmt.Errorf("engine: time step %g s: want none for scheme steady, which has no steps", o.TimeStep)
	}
	return o, nil
}

// Stats count the work of a solver since it was made.
type Stats struct {
	Steps      int64   // accepted, over all groups
	Implicit   int64   // of them, steps of SDIRK2
	Rejected   int64   // attempts thrown away
	Sweeps     int64   // passes over one substrate: stages and rates, or the sweeps of LOD
	Cycles     int64   // of multigrid, for implicit steps and steady states
	VoxelSteps int64   // voxels × substrates × accepted steps
	LastStep   float64 // the latest step, s
	LastStages int     // of the latest step
	LastError  float64 // estimate of the latest step over its tolerance; 0 where none is made
}

// Work returns the sweeps, with a cycle of multigrid counted as the sweeps it costs.
func (s Stats) Work() float64 { return float64(s.Sweeps) + cycleSweeps*float64(s.Cycles) }

// CellStates is what each cell exchanges with its surroundings, and its state, by stable
// id; slices are per substrate, then per cell in the order of ID, but for Variables.
type CellStates struct {
	ID        []tissue.CellID
	Surface   [][]float64 // density at the cell's surface
	Secreted  [][]float64 // amount/s; molecules/s for substrates in nM
	TakenUp   [][]float64 // amount/s
	Variables [][]float64 // per cell: its state, in the order of its type's variables; nil without
}

// Ledger accounts for the amount of one substrate since the start: molecules for
// substrates in nM. Every term is integrated by the scheme's own stages.
type Ledger struct {
	Initial, Present  float64
	Secreted, TakenUp float64 // by cells; what sources give off counts as secreted
	Decayed           float64
	Reacted           float64 // made by reactions, net
	ThroughWalls      float64 // net inflow through faces, from held voxels and vessels, and with fluid; less what lymph takes
	Written           float64 // put in, net, by Write or by a steady solve
}

// Residual returns what the terms do not account for.
func (l Ledger) Residual() float64 {
	return l.Present - (l.Initial + l.Secreted - l.TakenUp - l.Decayed + l.Reacted + l.ThroughWalls + l.Written)
}

// Handled returns the amount the residual is judged against: all that was there
// or came and went.
func (l Ledger) Handled() float64 {
	return max(l.Present, l.Initial+max(l.Secreted, 0)+max(l.Reacted, 0)+max(l.ThroughWalls, 0)+max(l.Written, 0))
}
