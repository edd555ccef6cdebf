package session

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/record"
	"github.com/cytofield/cytofield/tissue/gallery"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// Source is the text a session starts from.
type Source struct {
	Name      string   // as it was asked for
	Settings  []string // PATH=VALUE, as cytofield run --set takes them
	AllowRead []string // directories that CSV files and label images may be read from besides the scenario's own

	file, dir string
	recorded  bool // from a run directory
	text      []byte
}

// Find reads a scenario file, one of the gallery by name, or the scenario that a run
// directory was made from.
func Find(name string) (Source, error) {
	s := Source{Name: name}
	var err error
	switch info, fault := os.Stat(name); {
	case slices.Contains(gallery.Names(), name):
		s.file = name + ".yaml"
		s.text, err = gallery.Text(name)
		return s, err
	case errors.Is(fault, fs.ErrNotExist):
		return s, fmt.Errorf("%s: neither a file nor a run directory nor in the gallery, which has: %s", name, strings.Join(gallery.Names(), ", "))
	case fault != nil:
		return s, fault
	case info.IsDir():
		s.file, s.recorded = filepath.Join(name, "scenario.yaml"), true
	default:
		s.file = name
	}
	s.dir = filepath.Dir(s.file)
	if s.text, err = os.ReadFile(s.file); errors.Is(err, fs.ErrNotExist) {
		return s, fmt.Errorf("%s is no run directory: it has no scenario.yaml", name)
	}
	return s, err
}

// Replays reports whether the source is a run directory to be replayed: one that kept
// densities, or has no checkpoint from which a session could go on.
func (s Source) Replays() bool {
	if !s.recorded {
		return false
	}
	r, err := record.Open(s.dir)
	if err != nil || len(r.Times()) == 0 {
		return false
	}
	if len(r.FieldTimes()) > 0 {
		return true
	}
	from, err := record.OpenCheckpoint(s.dir)
	if err != nil {
		return true
	}
	from.Close()
	return false
}

// decode reads the scenario with further settings behind those of the source.
func (s Source) decode(further []string) (*scenario.Scenario, error) {
	o := scenario.Options{Set: slices.Concat(s.Settings, further), AllowRead: s.AllowRead}
	return scenario.Decode(s.file, s.text, s.dir, o)
}

// options are the numerics of a scenario for a solver.
func options(n scenario.Numerics) engine.Options {
	return engine.Options{
		Scheme: engine.Scheme(n.Scheme), Coupling: engine.Coupling(n.Coupling),
		RelativeTolerance: n.RelativeTolerance, AbsoluteTolerance: n.AbsoluteTolerance, TimeStep: n.TimeStep,
	}
}

// Check reads the scenario with its settings and returns what is wrong with it.
func (s Source) Check() error {
	decoded, err := s.decode(nil)
	if err == nil {
		_, err = warned(decoded)
	}
	return err
}
