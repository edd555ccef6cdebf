package plate

import (
	"bytes"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"unicode"

	"github.com/cytofield/cytofield/engine/record"
	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// Film is the pictures of one panel through a run. Each is taken when its time
// comes and drawn while the run goes on; where the scale is automatic they are
// drawn again at the end, all with the scale that holds them all, from shots kept
// beside the checkpoint; of what needs whole fields, from those of the run directory where
// it has them.
type Film struct {
	frame   scenario.Frame
	picture *picture
	prefix  string
	run     *record.Run
	room    *Darkroom

	scales scales
	times  []float64
	kept   *os.File  // each shot behind its length
	past   *Recorded // the run, where shots are taken again; nil until one is
}

// NewFilms returns the films that a scenario asks for, in its run directory.
func NewFilms(s *scenario.Scenario, run *record.Run, room *Darkroom) []*Film {
	var films []*Film
	used := map[string]int{}
	for _, frame := range s.Output.Frames {
		prefix := framePrefix(s.Model, frame.Panel)
		if used[prefix]++; used[prefix] > 1 {
			prefix = fmt.Sprintf("%s-%d", prefix, used[prefix])
		}
		films = append(films, &Film{
			frame: frame, picture: &picture{spec: frame.Panel, model: s.Model, alone: true, moves: true, drawn: drawnTypes(frame.Panel, s.Model)},
			prefix: prefix, run: run, room: room, scales: scales{},
		})
	}
	return films
}

// framePrefix names the files of a frame: IL-2-z for a slice, IL-2-maximum-z, IL-2-volume.
func framePrefix(m *tissue.Model, p scenario.Panel) string {
	var parts []string
	for _, c := range p.Channels {
		parts = append(parts, fileName(m.Substrates[c.Substrate].Name))
	}
	if p.Variable != "" {
		parts = append(parts, fileName(p.Variable))
	}
	if p.Kind != scenario.SlicePanel && p.Kind != scenario.ProjectionPanel {
		parts = append(parts, string(p.Kind))
	}
	if p.Projection != "" {
		parts = append(parts, string(p.Projection))
	}
	if p.Projection != "" || p.Kind == scenario.SlicePanel || p.Kind == scenario.MergePanel {
		parts = append(parts, tissue.AxisName(p.Plane.Axis))
	}
	return strings.Join(parts, "-")
}

// fileName replaces what a file name had better not hold.
func fileName(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '+' {
			return r
		}
		return '_'
	}, name)
}

// Provenance is what the file of a figure tells of a run.
func Provenance(m record.Manifest) map[string]string {
	return map[string]string{
		"Software": "Cytofield " + m.Version + " (" + m.Commit + ")", "Scenario": m.Scenario,
		"Scenario hash": m.ScenarioHash, "Seed": fmt.Sprint(m.Seed), "Device": m.Device,
	}
}

// Every is the time from one picture to the next, s.
func (f *Film) Every() float64 { return f.frame.Every }

// Shoot takes the picture as it is now and has it drawn.
func (f *Film) Shoot(m moment) error {
	f.picture.recorded = f.run.HasFields(m.at(), f.picture.substrates())
	s, err := f.picture.take([]moment{m})
	if err != nil {
		return err
	}
	f.picture.measure(s, f.scales)
	f.times = append(f.times, s.Time)
	if f.picture.automatic() {
		kept := s
		if f.picture.recorded && s.Ends != nil {
			kept = s.noted()
		}
		if err := f.spool(kept); err != nil {
			return err
		}
	}
	return f.draw(len(f.times)-1, s)
}

// Last returns the time of the last picture, s; NaN before the first.
func (f *Film) Last() float64 {
	if len(f.times) == 0 {
		return math.NaN()
	}
	return f.times[len(f.times)-1]
}

// spool keeps a shot.
func (f *Film) spool(s *shot) error {
	if f.kept == nil {
		if err := f.openKept(); err != nil {
			return err
		}
	}
	return writeShot(f.kept, s)
}

// writeShot writes a shot behind its length.
func writeShot(to io.Writer, s *shot) error {
	var text bytes.Buffer
	err := gob.NewEncoder(&text).Encode(s)
	if err == nil {
		err = binary.Write(to, binary.NativeEndian, int64(text.Len()))
	}
	if err == nil {
		_, err = to.Write(text.Bytes())
	}
	if err != nil {
		return fmt.Errorf("frames: %w", err)
	}
	return nil
}

// unspool reads the next shot that was kept.
func (f *Film) unspool() (*shot, error) { return readShot(f.kept) }

// readShot reads what writeShot wrote.
func readShot(from io.Reader) (*shot, error) {
	var length int64
	if err := binary.Read(from, binary.NativeEndian, &length); err != nil {
		return nil, fmt.Errorf("frames: %w", err)
	}
	text := make([]byte, length)
	if _, err := io.ReadFull(from, text); err != nil {
		return nil, fmt.Errorf("frames: %w", err)
	}
	s := &shot{}
	if err := gob.NewDecoder(bytes.NewReader(text)).Decode(s); err != nil {
		return nil, fmt.Errorf("frames: %w", err)
	}
	return s, nil
}

func (f *Film) openKept() error {
	path, err := f.run.Path("checkpoint", f.prefix+".planes")
	if err != nil {
		return err
	}
	if f.kept, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644); err != nil {
		return fmt.Errorf("frames: %w", err)
	}
	return nil
}

// Save writes how far the film has come: what it goes on from, beside the shots kept.
func (f *Film) Save(w io.Writer) error {
	if f.kept != nil {
		if err := f.kept.Sync(); err != nil {
			return fmt.Errorf("frames: %w", err)
		}
	}
	return gob.NewEncoder(w).Encode(f.times)
}

// SaveNone writes what Save does for the films of a scenario that have taken no picture yet.
func SaveNone(w io.Writer, s *scenario.Scenario) error {
	for range s.Output.Frames {
		if err := (&Film{}).Save(w); err != nil {
			return err
		}
	}
	return nil
}

// Load takes what save wrote, and the shots kept until then.
func (f *Film) Load(r io.Reader) error {
	if err := gob.NewDecoder(r).Decode(&f.times); err != nil {
		return fmt.Errorf("frames: %w", err)
	}
	if !f.picture.automatic() || len(f.times) == 0 {
		return nil
	}
	if err := f.openKept(); err != nil {
		return err
	}
	for range f.times {
		s, err := f.unspool()
		if err != nil {
			return err
		}
		f.picture.measure(s, f.scales)
	}
	at, err := f.kept.Seek(0, io.SeekCurrent)
	if err == nil {
		err = f.kept.Truncate(at)
	}
	if err != nil {
		return fmt.Errorf("frames: %w", err)
	}
	return nil
}

func (f *Film) draw(n int, s *shot) error {
	path, err := f.run.Path("frames", fmt.Sprintf("%s-%04d.png", f.prefix, n))
	if err != nil {
		return err
	}
	panel, err := f.picture.draw(s, f.scales)
	if err != nil {
		return err
	}
	page := figure.Figure{Panels: []figure.Panel{panel}, Provenance: Provenance(f.run.Manifest)}
	if s.stage != nil { // whose densities go on
		page, err = page.Painted(figure.Options{})
		if err := errors.Join(err, s.fault); err != nil {
			return err
		}
	}
	return f.room.take(func() error { return page.Save(path, figure.Options{Hasty: true}) })
}

// Undeveloped returns how many pictures develop draws.
func (f *Film) Undeveloped() int {
	if f.kept == nil {
		return 0
	}
	return len(f.times)
}

// Develop draws all pictures again with one scale, and tells of each.
func (f *Film) Develop(drawn func()) (err error) {
	if f.kept == nil {
		return nil
	}
	defer func() { err = errors.Join(err, f.kept.Close()) }()
	if f.picture.tallies() {
		err := f.each(func(_ int, s *shot) error {
			f.picture.tally(s, f.scales)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return f.each(func(n int, s *shot) error {
		if err := f.draw(n, s); err != nil {
			return err
		}
		drawn()
		return nil
	})
}

// each reads the shots that were kept, from the first on.
func (f *Film) each(do func(n int, s *shot) error) error {
	if _, err := f.kept.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("frames: %w", err)
	}
	for n := range f.times {
		s, err := f.unspool()
		if err == nil && s.Again {
			s, err = f.again(s.Time)
		}
		if err != nil {
			return err
		}
		if err := do(n, s); err != nil {
			return err
		}
	}
	return nil
}

// again takes the picture of a time, s, whose densities were recorded.
func (f *Film) again(t float64) (s *shot, err error) {
	if f.past == nil {
		if f.past, err = OpenRun(f.run.Dir()); err != nil {
			return nil, err
		}
	}
	m, err := f.past.moment(t, true)
	if err != nil {
		return nil, err
	}
	return f.picture.take([]moment{m})
}
