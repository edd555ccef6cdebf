package scenario

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestBadFilesAreExplained holds the whole message of every bad file: which
// faults, in which order, where, and the excerpt with its mark.
func TestBadFilesAreExplained(t *testing.T) {
	paths, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(paths) < 40 {
		t.Fatalf("%d bad files, %v: want at least 40", len(paths), err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".yaml"), func(t *testing.T) {
			_, err := Load(path, Options{})
			var faults Faults
			if !errors.As(err, &faults) {
				t.Fatalf("error %v: want faults", err)
			}
			for _, f := range faults {
				if f.Line < 1 || f.Column < 1 || f.File == "" || f.Message == "" {
					t.Errorf("fault without a place or a message: %+v", f)
				}
			}
			got := faults.Error() + "\n"
			golden := strings.TrimSuffix(path, ".yaml") + ".want"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("messages differ (-want +got):\n%s", diff)
			}
		})
	}
}
