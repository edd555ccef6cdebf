package session

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// kept is how a session came to a moment that it kept: what it started from, the edits
// since, and what the plots show.
type kept struct {
	Format    int
	Name      string // of the source, and what else it is made of
	File, Dir string
	Text      []byte
	Settings  []string
	AllowRead []string
	Edits     []Edit
	History   History
	Pins      []Pin
}

// keptName is the file of it in the run directory.
const (
	keptName   = "session.gob"
	keptFormat = 1
)

// kept returns how the session came to be as it is, encoded.
func (s *Session) kept() ([]byte, error) {
	from := s.source
	dir, err := filepath.Abs(from.dir) // it may be opened elsewhere
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = gob.NewEncoder(&b).Encode(kept{
		keptFormat, from.Name, from.file, dir, from.text, from.Settings, from.AllowRead, s.edits, s.history, s.pins,
	})
	return b.Bytes(), err
}

// kept reads how a session came to the moment in a run directory. Where there is no word of
// it, or the scenario there is not that of the edits any more, the course begins with the
// moment.
func (s Source) kept() (kept, Source, error) {
	text, err := os.ReadFile(filepath.Join(s.dir, keptName))
	if !s.recorded || err != nil {
		return kept{}, s, nil
	}
	var k kept
	if err := gob.NewDecoder(bytes.NewReader(text)).Decode(&k); err != nil || k.Format != keptFormat {
		return kept{}, s, fmt.Errorf("%s: not of this version of Cytofield, or damaged (%v): delete it to open the moment without what led to it", filepath.Join(s.dir, keptName), err)
	}
	from := Source{Name: k.Name, Settings: k.Settings, AllowRead: slices.Concat(k.AllowRead, s.AllowRead), file: k.File, dir: k.Dir, text: k.Text}
	here, err := s.decode(nil)
	if err != nil {
		return kept{}, s, err
	}
	before, err := from.decode(settings(k.Edits))
	if err != nil || len(s.Settings) > 0 || here.Hash != before.Hash {
		return kept{}, s, nil
	}
	return k, from, nil
}
