package plate

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine/record"
	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// Recorded is a run directory with its scenario.
type Recorded struct {
	dir       string
	scenario  *scenario.Scenario
	recording *record.Recording
	solid     []int         // voxels without fluid
	series    *record.Table // nil until it is asked
}

// OpenRun opens a run directory. What is wrong with it the user can mend.
func OpenRun(dir string) (*Recorded, error) {
	recording, err := record.Open(dir)
	if err != nil {
		return nil, InputError{err}
	}
	s, err := recording.Scenario()
	if err != nil {
		return nil, InputError{err}
	}
	return &Recorded{dir: dir, scenario: s, recording: recording, solid: solid(s.Model)}, nil
}

// Scenario returns that of the run.
func (r *Recorded) Scenario() *scenario.Scenario { return r.scenario }

// times returns the times of the outputs, s: where densities are wanted, those at which
// they were kept.
func (r *Recorded) times(densities bool) ([]float64, error) {
	times := r.recording.Times()
	if densities {
		if times = r.recording.FieldTimes(); len(times) == 0 {
			return nil, InputError{fmt.Errorf("%s: no densities (fields.zarr): run the scenario with output: {fields: true}, or draw what needs none, such as --kind series", r.dir)}
		}
	}
	if len(times) == 0 {
		return nil, InputError{fmt.Errorf("%s: no output yet", r.dir)}
	}
	return times, nil
}

// sameTime is how far times may lie apart, as a share, and be one: as their decimal texts
// are read.
const sameTime = 1e-9

// find returns which of the times one is.
func find(times []float64, t float64) (int, error) {
	i, exact := slices.BinarySearch(times, t)
	if exact {
		return i, nil
	}
	var near []string
	for _, k := range []int{i - 1, i} {
		if k < 0 || k >= len(times) {
			continue
		}
		if math.Abs(times[k]-t) <= sameTime*t {
			return k, nil
		}
		near = append(near, figure.FormatTime(times[k]))
	}
	return 0, InputError{fmt.Errorf("no output at %s: the nearest are at %s", figure.FormatTime(t), strings.Join(near, " and "))}
}

// moment returns the run at the time of an output, s; the last one's for NaN.
func (r *Recorded) moment(t float64, densities bool) (moment, error) {
	times, err := r.times(densities)
	if err != nil {
		return nil, err
	}
	i := len(times) - 1
	if !math.IsNaN(t) {
		if i, err = find(times, t); err != nil {
			return nil, fmt.Errorf("%s: %w", r.dir, err)
		}
	}
	return &past{run: r, time: times[i], field: tissue.NewField(r.scenario.Model.Grid)}, nil
}

// past is the moment of an output.
type past struct {
	run   *Recorded
	time  float64
	field *tissue.Field
}

func (p *past) at() float64 { return p.time }

func (p *past) density(s tissue.SubstrateID) (*tissue.Field, error) {
	i, err := find(p.run.recording.FieldTimes(), p.time)
	if err != nil {
		return nil, err
	}
	if err := p.run.recording.Field(p.run.scenario.Model.Substrates[s].Name, i, p.field); err != nil {
		return nil, InputError{err}
	}
	hollow(p.field, p.run.solid)
	return p.field, nil
}

func (p *past) section(s tissue.SubstrateID, at render.Slice) (*render.Plane, error) {
	f, err := p.density(s)
	if err != nil {
		return nil, err
	}
	return render.Extract(f, at), nil
}

func (p *past) projection(s tissue.SubstrateID, axis int, how render.Projection) (*render.Plane, error) {
	f, err := p.density(s)
	if err != nil {
		return nil, err
	}
	return render.Project(f, axis, how), nil
}

func (p *past) profile(s tissue.SubstrateID, from, to r3.Vec, n int) (distance, density []float64, err error) {
	f, err := p.density(s)
	if err != nil {
		return nil, nil, err
	}
	distance, density = render.LineProfile(f, from, to, n)
	return distance, density, nil
}

func (p *past) onStage() *stage { return nil }

func (p *past) people() (*people, error) {
	i, err := find(p.run.recording.Times(), p.time)
	if err != nil {
		return nil, err
	}
	cells, err := p.run.recording.Cells(i)
	if err != nil {
		return nil, InputError{err}
	}
	all := &people{ids: cells.ID, positions: cells.Position, dead: cells.Dead}
	for _, name := range cells.Type {
		id, ok := p.run.scenario.Model.CellType(name)
		if !ok {
			return nil, InputError{fmt.Errorf("%s: cells.csv: no cell type %q in scenario.yaml", p.run.dir, name)}
		}
		all.types = append(all.types, id)
	}
	all.column = func(name string) ([]float64, error) {
		k := slices.Index(cells.Columns, name)
		if k < 0 {
			return nil, InputError{fmt.Errorf("%s: cells.csv: no column %q", p.run.dir, name)}
		}
		return cells.Values[k], nil
	}
	return all, nil
}

// extremes returns the smallest and the largest density of a substrate at the row-th output.
func (r *Recorded) extremes(s tissue.SubstrateID, row int) (least, most float64, err error) {
	if r.series == nil {
		if r.series, err = r.table("series"); err != nil {
			return 0, 0, err
		}
	}
	substrate := r.scenario.Model.Substrates[s]
	of := func(end string) float64 {
		column, fault := r.series.Column(substrate.Name + end + string(substrate.Unit))
		if fault != nil {
			err = errors.Join(err, InputError{fault})
			return 0
		}
		return column[row]
	}
	least, most = of("_min_"), of("_max_")
	return least, most, err
}

// table reads a table of the run.
func (r *Recorded) table(name string) (*record.Table, error) {
	t, err := r.recording.Table(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, InputError{fmt.Errorf("%s: no %s", r.dir, filepath.Base(name+".csv"))}
	}
	if err != nil {
		return nil, InputError{err}
	}
	return t, nil
}
