package window

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cytofield/cytofield/tissue/gallery"
)

// recent is the scenario files and run directories that were opened, the last first.
type recent struct {
	file  string // keeps them, one path a line; "" for none
	paths []string
}

// recentName is the file of them beside the arrangement of the panels.
const recentName = "recent.txt"

// mostRecent is how many are kept.
const mostRecent = 8

// keep reads the file, and writes it from now on. Without one there is nothing recent.
func (r *recent) keep(file string) {
	r.file = file
	text, err := os.ReadFile(file)
	if err != nil {
		return
	}
	for path := range strings.Lines(string(text)) {
		path = strings.TrimSpace(path)
		if _, err := os.Stat(path); path != "" && err == nil && len(r.paths) < mostRecent {
			r.paths = append(r.paths, path)
		}
	}
}

// add puts a path first.
func (r *recent) add(path string) error {
	if r.file == "" {
		return nil
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	r.paths = slices.DeleteFunc(r.paths, func(p string) bool { return p == path })
	r.paths = slices.Insert(r.paths, 0, path)
	r.paths = r.paths[:min(len(r.paths), mostRecent)]
	return os.WriteFile(r.file, []byte(strings.Join(r.paths, "\n")+"\n"), 0o644)
}

// Note adds a file or a run directory that was opened to the recent ones; those of the
// gallery are there anyway.
func (w *Window) Note(name string) {
	if name == "" || slices.Contains(gallery.Names(), name) {
		return
	}
	if err := w.recent.add(name); err != nil {
		w.say(err.Error(), true)
	}
}
