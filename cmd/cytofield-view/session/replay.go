package session

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"time"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/engine/record"
	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// Replay shows a run directory at its outputs, and computes nothing. Outputs that a run
// adds while it is shown are found as they come.
type Replay struct {
	source Source
	device *gpu.Device // for the session that Anew opens

	scenario  *scenario.Scenario
	recording *record.Recording
	written   os.FileInfo // series.csv as the recording read it
	looked    time.Time   // for further outputs
	times     []float64   // of the outputs that are shown, s
	history   History

	at      int     // which of times
	clock   float64 // of the playing, s
	playing bool
	speed   float64 // simulated s per s of wall time

	fields  map[tissue.SubstrateID]*tissue.Field // at the output shown
	wholes  map[tissue.SubstrateID]*Field
	cells   *tissue.Cells // nil until read
	columns *record.Cells // likewise
	pins    []Pin

	scales     scales
	ground     ground
	resolution resolution
}

// Recorded says of which run directory a report is.
type Recorded struct {
	Dir     string
	Status  record.Status
	Device  string    // that computed it
	Times   []float64 // of the outputs that can be shown, s
	Missing string    // why there are no densities; "" where there are
}

// OpenReplay opens the run directory that a source was found in. The device is for Anew.
func OpenReplay(source Source, device *gpu.Device) (*Replay, error) {
	r := &Replay{source: source, device: device, fields: map[tissue.SubstrateID]*tissue.Field{}, wholes: map[tissue.SubstrateID]*Field{}, scales: newScales()}
	if err := r.read(); err != nil {
		return nil, err
	}
	if len(r.times) == 0 {
		return nil, fmt.Errorf("%s: no output yet; --live starts its scenario anew", source.Name)
	}
	r.ground = newGround(r.scenario.Model)
	r.speed = defaultSpeed(r.recording.Manifest.Duration)
	return r, nil
}

// read takes in what the directory holds now.
func (r *Replay) read() error {
	r.looked = time.Now()
	written, err := os.Stat(filepath.Join(r.source.dir, "series.csv"))
	if err != nil {
		return fmt.Errorf("session: %w", err)
	}
	if r.recording, err = record.Open(r.source.dir); err != nil {
		return err
	}
	if r.scenario == nil {
		if r.scenario, err = r.recording.Scenario(); err != nil {
			return err
		}
	}
	if r.history, err = recordedHistory(r.recording, r.scenario.Model); err != nil {
		return err
	}
	r.written = written
	if r.times = r.recording.FieldTimes(); len(r.times) == 0 {
		r.times = r.recording.Times()
	}
	return nil
}

// patience is how often a run that goes on is looked at for further outputs.
const patience = 2 * time.Second

// refresh takes in the outputs that a run has added.
func (r *Replay) refresh() error {
	if r.recording.Manifest.Status != record.Running || time.Since(r.looked) < patience {
		return nil
	}
	r.looked = time.Now()
	now, err := os.Stat(filepath.Join(r.source.dir, "series.csv"))
	if err != nil {
		return fmt.Errorf("session: %w", err)
	}
	if now.Size() == r.written.Size() && now.ModTime().Equal(r.written.ModTime()) && !r.ended() {
		return nil
	}
	return r.read()
}

// ended reports whether a run that was going on has written its last.
func (r *Replay) ended() bool {
	now, err := record.Open(r.source.dir)
	return err == nil && now.Manifest.Status != record.Running
}

// Anew opens the scenario of the run as a session, at its start.
func (r *Replay) Anew() (*Session, error) { return Open(r.source, r.device) }

// Close lets go of what was read.
func (r *Replay) Close() error {
	clear(r.fields)
	clear(r.wholes)
	return nil
}

// Time returns the time of the output that is shown, s.
func (r *Replay) Time() float64 { return r.times[r.at] }

// Play goes on from output to output, or stops.
func (r *Replay) Play(on bool) {
	r.playing, r.clock = on && (r.at < len(r.times)-1 || r.goesOn()), r.Time()
}

// goesOn reports whether further outputs may come.
func (r *Replay) goesOn() bool { return r.recording.Manifest.Status == record.Running }

// SetSpeed sets how many simulated seconds a second of Tick plays; +Inf is an output a Tick.
func (r *Replay) SetSpeed(simulatedPerSecond float64) { r.speed = simulatedPerSecond }

// RunTo shows the last output up to a time, s.
func (r *Replay) RunTo(t float64) { r.show(r.upTo(t)) }

// Seek shows the output nearest to a time, s.
func (r *Replay) Seek(t float64) error {
	i := r.upTo(t)
	if i+1 < len(r.times) && r.times[i+1]-t < t-r.times[i] {
		i++
	}
	r.show(i)
	return nil
}

// upTo returns the last output up to a time, s, or the first.
func (r *Replay) upTo(t float64) int {
	after := sort.Search(len(r.times), func(i int) bool { return r.times[i] > t*(1+1e-9) })
	return max(after-1, 0)
}

// show stops at an output.
func (r *Replay) show(i int) {
	r.playing = false
	r.turn(i)
}

// turn brings an output into view.
func (r *Replay) turn(i int) {
	if i = min(max(i, 0), len(r.times)-1); i != r.at {
		r.at, r.cells, r.columns = i, nil, nil
		clear(r.fields)
		clear(r.wholes)
	}
}

// Step shows the next output.
func (r *Replay) Step() error {
	r.show(r.at + 1)
	return nil
}

// Back shows the output before.
func (r *Replay) Back() error {
	r.show(r.at - 1)
	return nil
}

// Restart shows the first output.
func (r *Replay) Restart() error {
	r.show(0)
	return nil
}

// Tick plays for so much wall time, and reads of the past what pins still want, for as
// long as the limit lets it; 0 is none.
func (r *Replay) Tick(wall, limit time.Duration) error {
	if err := r.refresh(); err != nil {
		return err
	}
	if r.playing {
		if math.IsInf(r.speed, 1) {
			r.turn(r.at + 1)
		} else {
			r.clock += r.speed * wall.Seconds()
			r.turn(r.upTo(r.clock))
		}
		if r.at == len(r.times)-1 {
			r.clock = r.Time()
			r.playing = r.goesOn()
		}
	}
	return r.recall(limit)
}

// Look reports the output that is shown.
func (r *Replay) Look(v View) (*Report, error) {
	m := r.scenario.Model
	v = possible(m, v)
	v.Layers = v.Layers.recorded()
	if err := r.meet(); err != nil {
		return nil, err
	}
	manifest := r.recording.Manifest
	report := &Report{
		Time: r.Time(), Duration: manifest.Duration, Seen: r.recording.Times()[len(r.recording.Times())-1],
		Playing: r.playing, Speed: r.speed, Title: m.Title, Name: r.scenario.Name, Command: "cytofield run " + r.recording.ScenarioPath(),
		View: v, History: r.history.copied(), Pins: r.located(), Behind: r.behind(),
		Recorded: &Recorded{Dir: r.source.Name, Status: manifest.Status, Device: manifest.Device, Times: r.times, Missing: r.missing(v.channels())},
	}
	err := r.observer().look(report)
	if report.Recorded.Missing != "" {
		report.Cuts = nil // slices of nothing would hide cells
	}
	if err == nil && v.Cursor != nil {
		report.Cursor, err = r.readAll(*v.Cursor)
	}
	return report, err
}

// observer looks at the output that is shown. What was not kept is not a number.
func (r *Replay) observer() *observer {
	o := &observer{scenario: r.scenario, cells: r.cells, ground: &r.ground, resolution: &r.resolution, scales: &r.scales, filed: true, whole: r.whole, extremes: r.extremes}
	o.layer = func(v View, dst []float64) error {
		field, err := r.field(v.Substrate)
		if err != nil {
			return err
		}
		for i, c := range render.Extract(field, v.Slice).Values {
			dst[i] = float64(c)
		}
		return nil
	}
	o.column = func(name string) ([]float64, error) { return r.columns.Column(name) }
	return o
}

// whole returns the densities of a substrate for a device.
func (r *Replay) whole(id tissue.SubstrateID) (*Field, error) {
	if r.wholes[id] == nil {
		field, err := r.field(id)
		if err != nil {
			return nil, err
		}
		r.wholes[id] = newField(field)
	}
	return r.wholes[id], nil
}

// extremes returns the smallest and the largest density; low is above high where there is none.
func (r *Replay) extremes(id tissue.SubstrateID) (low, high float64, err error) {
	low, high = math.Inf(1), math.Inf(-1)
	field, err := r.field(id)
	if err != nil {
		return low, high, err
	}
	for _, c := range field.Values {
		if !math.IsNaN(c) {
			low, high = min(low, c), max(high, c)
		}
	}
	return low, high, nil
}

// Density returns nil: what is shown is in files.
func (r *Replay) Density(tissue.SubstrateID) *gpu.Texture { return nil }

// kept reports whether the densities of a substrate were.
func (r *Replay) kept(id tissue.SubstrateID) bool {
	for _, c := range r.recording.FieldSubstrates() {
		if c.Name == r.scenario.Model.Substrates[id].Name {
			return len(r.recording.FieldTimes()) > 0
		}
	}
	return false
}

// missing says why there are no densities of substrates; "" where there are.
func (r *Replay) missing(ids []tissue.SubstrateID) string {
	for _, id := range ids {
		switch {
		case r.kept(id):
		case len(r.recording.FieldTimes()) == 0:
			return "This run kept no densities. Leave  fields: false  out of  output:  in its scenario and run it again, or run it anew here."
		default:
			name := r.scenario.Model.Substrates[id].Name
			return "This run kept no densities of " + name + ". Add " + name + " to  output: {fields: {substrates: [...]}}  in its scenario and run it again, or run it anew here."
		}
	}
	return ""
}

// field returns the densities of a substrate that were kept at the output shown; without any
// they are not a number.
func (r *Replay) field(id tissue.SubstrateID) (*tissue.Field, error) {
	if f := r.fields[id]; f != nil {
		return f, nil
	}
	f, err := r.fieldAt(id, r.at)
	if err == nil {
		r.fields[id] = f
	}
	return f, err
}

func (r *Replay) fieldAt(id tissue.SubstrateID, output int) (*tissue.Field, error) {
	f := tissue.NewField(r.scenario.Model.Grid)
	if !r.kept(id) {
		for i := range f.Values {
			f.Values[i] = math.NaN()
		}
		return f, nil
	}
	return f, r.recording.Field(r.scenario.Model.Substrates[id].Name, output, f)
}

// meet reads the cells at the output shown.
func (r *Replay) meet() (err error) {
	if r.cells == nil {
		r.cells, r.columns, err = r.cellsAt(r.at)
	}
	return err
}

// cellsAt returns the cells at an output, and their columns of cells.csv.
func (r *Replay) cellsAt(output int) (*tissue.Cells, *record.Cells, error) {
	i, found := slices.BinarySearch(r.recording.Times(), r.times[output])
	if !found {
		return nil, nil, fmt.Errorf("session: %s: no tables at %g s", r.source.Name, r.times[output])
	}
	recorded, err := r.recording.Cells(i)
	if err != nil {
		return nil, nil, err
	}
	cells := &tissue.Cells{ID: recorded.ID, Position: recorded.Position, Dead: recorded.Dead}
	for _, name := range recorded.Type {
		id, ok := r.scenario.Model.CellType(name)
		if !ok {
			return nil, nil, fmt.Errorf("session: %s: cells.csv: no cell type %q in scenario.yaml", r.source.Name, name)
		}
		cells.Type = append(cells.Type, id)
	}
	return cells, recorded, nil
}

// WriteGated writes the cells inside a gate at the output shown, as rows of cells.csv.
func (r *Replay) WriteGated(w io.Writer, g *Gate) error {
	if err := r.meet(); err != nil {
		return err
	}
	inside, err := r.observer().inside(g)
	if err != nil {
		return err
	}
	return r.columns.Write(w, func(i int) bool { return inside[i] })
}

// readAll returns the density of every substrate at a place, µm; not a number where none was kept.
func (r *Replay) readAll(at r3.Vec) ([]float64, error) {
	all := make([]float64, len(r.scenario.Model.Substrates))
	for id := range all {
		field, err := r.field(tissue.SubstrateID(id))
		if err != nil {
			return nil, err
		}
		all[id] = render.Sample(field, at)
	}
	return all, nil
}

// Pin shows the densities at a place, µm, at all outputs; Tick reads them.
func (r *Replay) Pin(at r3.Vec) error {
	if len(r.recording.FieldTimes()) == 0 {
		return errors.New(r.missing([]tissue.SubstrateID{0}))
	}
	r.pins = append(r.pins, Pin{At: at, Densities: make([][]float64, len(r.scenario.Model.Substrates))})
	return nil
}

// PinCell shows what a cell has at all outputs, wherever it goes; Tick reads it.
func (r *Replay) PinCell(id tissue.CellID) error {
	if err := r.meet(); err != nil {
		return err
	}
	p := Pin{Cell: id, OfCell: true}
	if p.locate(r.cells) < 0 {
		return fmt.Errorf("no cell %d at this output", id)
	}
	m := r.scenario.Model
	p.Densities, p.States = make([][]float64, len(m.Substrates)), make([][]float64, len(variables(m)))
	r.pins = append(r.pins, p)
	return nil
}

// located are the pins, those of cells where these are at the output shown.
func (r *Replay) located() []Pin {
	for i := range r.pins {
		if r.pins[i].OfCell {
			r.pins[i].locate(r.cells)
		}
	}
	return copied(r.pins)
}

// Unpin lets go of a pin, if there is one of that number.
func (r *Replay) Unpin(i int) {
	r.pins = without(r.pins, i)
}

// behind reports whether pins want more of the past.
func (r *Replay) behind() bool {
	return slices.ContainsFunc(r.pins, func(p Pin) bool { return len(p.Times) < len(r.times) })
}

// recall reads what pins want of the outputs, one output at least.
func (r *Replay) recall(limit time.Duration) error {
	began := time.Now()
	for r.behind() && (limit == 0 || time.Since(began) < limit) {
		least := len(r.times)
		for _, p := range r.pins {
			least = min(least, len(p.Times))
		}
		if err := r.recallAt(least); err != nil {
			return err
		}
	}
	return nil
}

// recallAt adds an output to the pins that are as far.
func (r *Replay) recallAt(output int) error {
	var places, cells []*Pin
	for i := range r.pins {
		switch p := &r.pins[i]; {
		case len(p.Times) != output:
		case p.OfCell:
			cells = append(cells, p)
		default:
			places = append(places, p)
		}
	}
	if err := r.recallPlaces(output, places); err != nil {
		return err
	}
	if err := r.recallCells(output, cells); err != nil {
		return err
	}
	for _, p := range slices.Concat(places, cells) {
		p.Times = append(p.Times, r.times[output])
	}
	return nil
}

func (r *Replay) recallPlaces(output int, pins []*Pin) error {
	for id := range r.scenario.Model.Substrates {
		if len(pins) == 0 || !r.kept(tissue.SubstrateID(id)) {
			continue
		}
		field, err := r.fieldAt(tissue.SubstrateID(id), output)
		if err != nil {
			return err
		}
		for _, p := range pins {
			p.Densities[id] = append(p.Densities[id], render.Sample(field, p.At))
		}
	}
	return nil
}

// recallCells reads what cells had: nothing where they are dead, no more or not yet there.
func (r *Replay) recallCells(output int, pins []*Pin) error {
	if len(pins) == 0 {
		return nil
	}
	cells, recorded, err := r.cellsAt(output)
	if err != nil {
		return err
	}
	for _, p := range pins {
		then := *p
		at := then.locate(cells)
		for i, values := range p.series() {
			value := math.NaN()
			if !then.Gone {
				column, err := recorded.Column(p.columns(r.scenario.Model)[i])
				if err != nil {
					return err
				}
				value = column[at]
			}
			*values = append(*values, value)
		}
	}
	return nil
}
