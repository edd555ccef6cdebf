package window

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cytofield/cytofield/tissue/gallery"
)

// The pictures are in the program, which is to stay small.
func TestEveryScenarioOfTheGalleryHasASmallThumbnail(t *testing.T) {
	cards, err := readCards()
	if err != nil {
		t.Fatalf("%v: see make thumbnails", err)
	}
	for _, c := range cards {
		if size := c.drawn.Rect.Size(); size.X != thumbnailWidth || size.Y != thumbnailHeight {
			t.Errorf("%s: %v pixels", c.name, size)
		}
		if c.title == "" || c.about == "" {
			t.Errorf("%s says %q, %q of itself", c.name, c.title, c.about)
		}
	}
	files, err := fs.Glob(thumbnails, "thumbnails/*")
	if err != nil {
		t.Fatal(err)
	}
	var all int64
	for _, path := range files {
		info, err := fs.Stat(thumbnails, path)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(path), ".png")
		if !slices.Contains(gallery.Names(), name) {
			t.Errorf("%s is of no scenario", path)
		}
		if info.Size() > 25e3 {
			t.Errorf("%s has %d bytes, want at most 25 kB", path, info.Size())
		}
		all += info.Size()
	}
	if all > 200e3 {
		t.Errorf("thumbnails have %d bytes, want at most 200 kB", all)
	}
}

func TestTheLastFilesOpenedAreRemembered(t *testing.T) {
	dir := t.TempDir()
	list := filepath.Join(dir, recentName)
	var r recent
	r.keep(list)
	var paths []string
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "e"} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := r.add(path); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	if err := os.Remove(filepath.Join(dir, "h")); err != nil {
		t.Fatal(err)
	}
	var again recent
	again.keep(list)
	var names []string
	for _, path := range again.paths {
		names = append(names, filepath.Base(path))
	}
	if got := strings.Join(names, ""); got != "ejigfdc" {
		t.Errorf("remembered %q of %v, want the last eight, each once, without the one that is gone", got, paths)
	}
}
