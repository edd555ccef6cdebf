package scenario

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// FuzzDecode holds that no text panics or hangs, that every fault has its place,
// and that a text that decodes is resolved to one that decodes to the same model.
func FuzzDecode(f *testing.F) {
	paths, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text, "seed=3")
	}
	for _, text := range []string{full, planar, small, organ, flat, reacting, listening, eventful} {
		f.Add([]byte(text), "duration=2 h")
		f.Add([]byte(text), `cells.place[0]={type: Th, pattern: lattice, spacing: 9 um}`)
	}
	lim := defaultLimits()
	lim.text, lim.tokens, lim.cells, lim.pixels = 1<<16, 1e4, 1e4, 1e4
	f.Fuzz(func(t *testing.T, text []byte, set string) {
		start := time.Now()
		s, err := decode("fuzz.yaml", text, "", Options{Set: []string{set}}, lim)
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("took %v", took)
		}
		if err != nil {
			var faults Faults
			if !errors.As(err, &faults) || len(faults) == 0 {
				t.Fatalf("error %v: want faults", err)
			}
			for _, fault := range faults {
				if fault.File == "" || fault.Line < 1 || fault.Column < 1 || fault.Message == "" {
					t.Errorf("fault without a place: %+v", fault)
				}
			}
			_ = faults.Error()
			return
		}
		lim := lim
		lim.text, lim.tokens = 1<<22, 1e6
		again, err := decode("fuzz.yaml", s.Resolved(), "", Options{}, lim)
		if err != nil {
			t.Fatalf("resolved text:\n%s\n%v", s.Resolved(), err)
		}
		if diff := cmp.Diff(s.Model, again.Model); diff != "" {
			t.Fatalf("resolved model differs (-first +second):\n%s", diff)
		}
		if s.Hash != again.Hash {
			t.Errorf("hash %s, resolved %s", s.Hash, again.Hash)
		}
	})
}
