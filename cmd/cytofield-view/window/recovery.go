package window

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Recover writes the scenario with edits that were not saved, for a window that ends
// without being asked to by who made them. It goes into the folder that the window was
// started in, or where nobody may write there into that for temporary files. It returns the
// path, "" where there is nothing to lose. Neither display nor OpenGL need be there.
func (w *Window) Recover() (path string, err error) {
	r := w.report
	if r == nil || r.Text == nil || len(r.Edits) == 0 {
		return "", nil
	}
	if kept := w.kept.Load(); kept != nil && *kept == r.Command {
		return "", nil
	}
	text, err := r.Text()
	if err != nil {
		return "", err
	}
	for _, folder := range []string{".", os.TempDir()} {
		if path, err = writeNew(filepath.Join(folder, fileName(r.Title)+"-recovered"), text); err == nil {
			return path, nil
		}
	}
	return "", err
}

// writeNew writes a scenario file beside those that are there already.
func writeNew(name string, text []byte) (path string, err error) {
	path = name + ".yaml"
	for i := 2; ; i++ {
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if errors.Is(err, fs.ErrExist) {
			path = fmt.Sprintf("%s-%d.yaml", name, i)
			continue
		}
		if err != nil {
			return "", err
		}
		_, err = f.Write(text)
		return path, errors.Join(err, f.Close())
	}
}
