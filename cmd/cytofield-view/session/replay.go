package session

import (
	"errors"
	"fmt"
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

	fields map[tissue.SubstrateID]*tissue.Field // at the output shown
	cells  *tissue.Cells                        // nil until read
	pins   []Pin
	scale  steady

	ground   ground
	channels map[tissue.SubstrateID]steady
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
	r := &Replay{source: source, device: device, fields: map[tissue.SubstrateID]*tissue.Field{}, channels: map[tissue.SubstrateID]steady{}}
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
		r.at, r.cells = i, nil
		clear(r.fields)
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
	cells, err := r.people()
	if err != nil {
		return nil, err
	}
	manifest := r.recording.Manifest
	report := &Report{
		Time: r.Time(), Duration: manifest.Duration, Seen: r.recording.Times()[len(r.recording.Times())-1],
		Playing: r.playing, Speed: r.speed, Title: m.Title, Name: r.scenario.Name,
		Grid: m.Grid, Substrates: m.Substrates, CellTypes: m.CellTypes, Cells: cells.Len(), Command: "cytofield run " + r.recording.ScenarioPath(),
		View: v, Discs: render.Cut(cells, m.CellTypes, m.Grid, v.Slice), History: r.history.copied(), Pins: copied(r.pins), Behind: r.behind(),
		Recorded: &Recorded{Dir: r.source.Name, Status: manifest.Status, Device: manifest.Device, Times: r.times, Missing: r.missing(v.Substrate)},
	}
	for _, d := range report.Discs {
		report.DiscCells = append(report.DiscCells, cells.ID[d.Cell])
	}
	if err := r.picture(report); err != nil {
		return nil, err
	}
	if v.Cursor != nil {
		report.Cursor, err = r.readAll(*v.Cursor)
	}
	return report, err
}

// picture adds the plane in view and its scale. What was not kept is not a number.
func (r *Replay) picture(report *Report) error {
	v := report.View
	var err error
	if report.Plane, err = r.plane(v); err != nil {
		return err
	}
	report.reworked = true // it is in no texture
	var seen render.Range
	seen.Add(report.Plane)
	report.Low, report.High = seen.Ends()
	if report.Scale = r.scale.follow(v, &seen); v.Fixed != nil {
		report.Scale = *v.Fixed
	}
	return layerer{r.scenario.Model, r.cells, &r.ground, r.channels, r.plane}.lay(report)
}

// plane returns the densities of the slice in view; of a substrate that was not kept they
// are not a number.
func (r *Replay) plane(v View) (*render.Plane, error) {
	m := r.scenario.Model
	if !r.kept(v.Substrate) {
		p := render.NewPlane(m.Grid, v.Slice, nil)
		for i := range p.Values {
			p.Values[i] = float32(math.NaN())
		}
		return p, nil
	}
	field, err := r.field(v.Substrate)
	if err != nil {
		return nil, err
	}
	p := render.Extract(field, v.Slice)
	r.ground.rework(m, p, v)
	return p, nil
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

// missing says why there are no densities of a substrate; "" where there are.
func (r *Replay) missing(id tissue.SubstrateID) string {
	switch {
	case r.kept(id):
		return ""
	case len(r.recording.FieldTimes()) == 0:
		return "This run kept no densities. Add  output: {fields: true}  to its scenario and run it again, or run it anew here."
	}
	return "This run kept no densities of " + r.scenario.Model.Substrates[id].Name + "; its scenario lists others in output.fields.substrates."
}

// field returns the densities of a substrate that were kept at the output shown.
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
	return f, r.recording.Field(r.scenario.Model.Substrates[id].Name, output, f)
}

// people returns the cells at the output shown.
func (r *Replay) people() (*tissue.Cells, error) {
	if r.cells != nil {
		return r.cells, nil
	}
	i, found := slices.BinarySearch(r.recording.Times(), r.Time())
	if !found {
		return nil, fmt.Errorf("session: %s: no tables at %g s", r.source.Name, r.Time())
	}
	recorded, err := r.recording.Cells(i)
	if err != nil {
		return nil, err
	}
	cells := &tissue.Cells{ID: recorded.ID, Position: recorded.Position, Dead: recorded.Dead}
	for _, name := range recorded.Type {
		id, ok := r.scenario.Model.CellType(name)
		if !ok {
			return nil, fmt.Errorf("session: %s: cells.csv: no cell type %q in scenario.yaml", r.source.Name, name)
		}
		cells.Type = append(cells.Type, id)
	}
	r.cells = cells
	return cells, nil
}

// readAll returns the density of every substrate at a place, µm; not a number where none was kept.
func (r *Replay) readAll(at r3.Vec) ([]float64, error) {
	all := make([]float64, len(r.scenario.Model.Substrates))
	for id := range all {
		all[id] = math.NaN()
		if !r.kept(tissue.SubstrateID(id)) {
			continue
		}
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
		return errors.New(r.missing(0))
	}
	r.pins = append(r.pins, Pin{At: at, Densities: make([][]float64, len(r.scenario.Model.Substrates))})
	return nil
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
	for id := range r.scenario.Model.Substrates {
		if !r.kept(tissue.SubstrateID(id)) {
			continue
		}
		field, err := r.fieldAt(tissue.SubstrateID(id), output)
		if err != nil {
			return err
		}
		for i := range r.pins {
			if p := &r.pins[i]; len(p.Times) == output {
				p.Densities[id] = append(p.Densities[id], render.Sample(field, p.At))
			}
		}
	}
	for i := range r.pins {
		if p := &r.pins[i]; len(p.Times) == output {
			p.Times = append(p.Times, r.times[output])
		}
	}
	return nil
}
