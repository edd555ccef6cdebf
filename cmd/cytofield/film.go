package main

import (
	"encoding/binary"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"unicode"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/record"
	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/render/colormap"
	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// film is the pictures of one plane through a run. Each is drawn when its time
// comes; where the scale is automatic they are drawn again at the end, all with
// the scale that holds them all, from planes kept beside the checkpoint.
type film struct {
	frame  scenario.Frame
	figure figure.Map
	text   map[string]string // provenance
	field  *tissue.Field
	solid  []int // voxels without fluid
	prefix string
	run    *record.Run

	span  render.Range
	times []float64
	cells [][]render.Disc // at each of the times
	kept  *os.File
}

func newFilms(s *scenario.Scenario, run *record.Run) ([]*film, error) {
	var films []*film
	used := map[string]int{}
	none := solid(s.Model)
	for _, frame := range s.Output.Frames {
		substrate := s.Model.Substrates[frame.Substrate]
		colours, err := colormap.ByName(frame.Colormap)
		if err != nil {
			return nil, err
		}
		prefix := fileName(substrate.Name) + "-" + tissue.AxisName(frame.Axis)
		if used[prefix]++; used[prefix] > 1 {
			prefix = fmt.Sprintf("%s-%d", prefix, used[prefix])
		}
		title := frame.Title
		if title == "" {
			title = s.Model.Title
		}
		f := &film{
			frame: frame, field: tissue.NewField(s.Model.Grid), solid: none, prefix: prefix, run: run,
			figure: figure.Map{
				Colors: colours, Scale: render.Scale{Low: frame.Low, High: frame.High, Log: frame.Log},
				Quantity: substrate.Name, Unit: string(substrate.Unit), Title: title,
			},
			text: provenance(run.Manifest),
		}
		if frame.Cells {
			for _, t := range s.Model.CellTypes {
				f.figure.CellTypes = append(f.figure.CellTypes, figure.CellType{Name: t.Name})
			}
		}
		films = append(films, f)
	}
	return films, nil
}

// solid returns the voxels of impermeable regions: nothing is inside, not even a
// density of zero.
func solid(m *tissue.Model) []int {
	var voxels []int
	for i, label := range m.Labels() {
		if label > 0 && m.Regions[label-1].Impermeable {
			voxels = append(voxels, i)
		}
	}
	return voxels
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

func provenance(m record.Manifest) map[string]string {
	return map[string]string{
		"Software": "Cytofield " + m.Version + " (" + m.Commit + ")", "Scenario": m.Scenario,
		"Scenario hash": m.ScenarioHash, "Seed": fmt.Sprint(m.Seed), "Device": m.Device,
	}
}

func (f *film) slice() render.Slice { return render.Slice{Axis: f.frame.Axis, Index: f.frame.Index} }

func (f *film) automatic() bool { return f.frame.Low == 0 && f.frame.High == 0 }

// shoot takes the plane as it is now, with the cells of the model, and draws it.
func (f *film) shoot(s engine.Solver, m *tissue.Model) error {
	if err := s.Read(f.frame.Substrate, f.field); err != nil {
		return err
	}
	for _, voxel := range f.solid {
		f.field.Values[voxel] = math.NaN()
	}
	plane := render.Extract(f.field, f.slice())
	f.span.Add(plane)
	f.times = append(f.times, s.Time())
	var cells []render.Disc
	if f.frame.Cells {
		cells = render.Cut(&m.Cells, m.CellTypes, m.Grid, f.slice())
	}
	f.cells = append(f.cells, cells)
	if f.automatic() {
		if err := f.keep(plane); err != nil {
			return err
		}
	}
	return f.draw(len(f.times)-1, plane)
}

// last returns the time of the last picture, s; NaN before the first.
func (f *film) last() float64 {
	if len(f.times) == 0 {
		return math.NaN()
	}
	return f.times[len(f.times)-1]
}

func (f *film) keep(plane *render.Plane) error {
	if f.kept == nil {
		if err := f.openKept(); err != nil {
			return err
		}
	}
	if err := binary.Write(f.kept, binary.NativeEndian, plane.Values); err != nil {
		return fmt.Errorf("frames: %w", err)
	}
	return nil
}

func (f *film) openKept() error {
	path, err := f.run.Path("checkpoint", f.prefix+".planes")
	if err != nil {
		return err
	}
	if f.kept, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644); err != nil {
		return fmt.Errorf("frames: %w", err)
	}
	return nil
}

// filmState is what a film goes on from, beside the planes kept.
type filmState struct {
	Times []float64
	Cells [][]render.Disc
}

// save writes how far the film has come.
func (f *film) save(w io.Writer) error {
	if f.kept != nil {
		if err := f.kept.Sync(); err != nil {
			return fmt.Errorf("frames: %w", err)
		}
	}
	return gob.NewEncoder(w).Encode(filmState{f.times, f.cells})
}

// load takes what save wrote, and the planes kept until then.
func (f *film) load(r io.Reader) error {
	var state filmState
	if err := gob.NewDecoder(r).Decode(&state); err != nil {
		return fmt.Errorf("frames: %w", err)
	}
	f.times, f.cells = state.Times, state.Cells
	if !f.automatic() || len(f.times) == 0 {
		return nil
	}
	if err := f.openKept(); err != nil {
		return err
	}
	plane := render.Extract(f.field, f.slice()) // its geometry
	for range f.times {
		if err := binary.Read(f.kept, binary.NativeEndian, plane.Values); err != nil {
			return fmt.Errorf("frames: %w", err)
		}
		f.span.Add(plane)
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

func (f *film) draw(n int, plane *render.Plane) error {
	path, err := f.run.Path("frames", fmt.Sprintf("%s-%04d.png", f.prefix, n))
	if err != nil {
		return err
	}
	picture := f.figure
	picture.Plane, picture.Time, picture.Cells = plane, f.times[n], f.cells[n]
	if f.automatic() {
		picture.Scale = f.span.Scale(f.frame.Log)
	}
	return figure.Figure{Panels: []figure.Panel{picture}, Provenance: f.text}.Save(path, figure.Options{})
}

// develop draws all pictures again with one scale.
func (f *film) develop() (err error) {
	if f.kept == nil {
		return nil
	}
	defer func() { err = errors.Join(err, f.kept.Close()) }()
	if _, err := f.kept.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("frames: %w", err)
	}
	plane := render.Extract(f.field, f.slice()) // its geometry; the densities come from the file
	for n := range f.times {
		if err := binary.Read(f.kept, binary.NativeEndian, plane.Values); err != nil {
			return fmt.Errorf("frames: %w", err)
		}
		if err := f.draw(n, plane); err != nil {
			return err
		}
	}
	return nil
}
