package scenario

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// files reads the files a scenario names: from its own directory and below, and
// from directories the user has allowed.
type files struct {
	dir     string // empty where the scenario has none
	allowed []string
}

var errOutside = errors.New("lies outside the scenario's directory; move it there, or allow its directory with --allow-read")

// read returns a file of at most limit bytes and the name it was found under.
// Each directory is opened as a root that neither .. nor a symbolic link leaves.
func (f files) read(name string, limit int) (text []byte, shown string, err error) {
	shown = name
	roots := f.allowed
	if f.dir != "" {
		roots = append([]string{f.dir}, roots...)
		if !filepath.IsAbs(name) {
			shown = filepath.Join(f.dir, name)
		}
	} else if !filepath.IsAbs(name) && len(roots) == 0 {
		return nil, shown, errors.New("a built-in scenario reads no files")
	}
	err = errOutside
	for _, candidate := range candidates(shown) {
		for _, dir := range roots {
			below, ok := within(dir, candidate)
			if !ok {
				continue
			}
			text, failed := readIn(dir, below, limit)
			if failed == nil {
				return text, shown, nil
			}
			if !escapes(failed) {
				return nil, shown, failed
			}
		}
	}
	return nil, shown, err
}

// candidates are the path as written, and where its symbolic links lead: that
// may be a directory the user has allowed.
func candidates(path string) []string {
	all := []string{path}
	if real, err := filepath.EvalSymlinks(path); err == nil && real != path {
		all = append(all, real)
	}
	return all
}

// within returns the path relative to dir where it lies below it. Both are also
// compared with their symbolic links resolved, for dir may be reached through one.
func within(dir, path string) (string, bool) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return "", false
	}
	base, err := filepath.Abs(dir)
	if err != nil {
		return "", false
	}
	for _, base := range candidates(base) {
		if below, err := filepath.Rel(base, absolute); err == nil && filepath.IsLocal(below) {
			return below, true
		}
	}
	return "", false
}

func readIn(dir, name string, limit int) ([]byte, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	info, err := root.Stat(name) // before Open, which would wait on a pipe
	if err != nil {
		return nil, plainError(err)
	}
	switch {
	case !info.Mode().IsRegular():
		return nil, errors.New("not a regular file")
	case info.Size() > int64(limit):
		return nil, fmt.Errorf("%d MiB: want at most %d MiB in all", info.Size()>>20, limit>>20)
	}
	f, err := root.Open(name)
	if err != nil {
		return nil, plainError(err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, int64(limit)+1))
	if err != nil {
		return nil, plainError(err)
	}
	if len(text) > limit {
		return nil, fmt.Errorf("more than %d MiB in all", limit>>20)
	}
	return text, nil
}

// escapes reports whether os.Root refused a path for leading out of it: it has
// no error of its own for that.
func escapes(err error) bool { return errors.Is(err, errOutside) }

// plainError makes errors of the file system short: the path stands before it.
func plainError(err error) error {
	var path *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errors.New("no such file")
	case errors.Is(err, fs.ErrPermission):
		return errors.New("may not be read (permission denied)")
	case errors.As(err, &path) && path.Err.Error() == "path escapes from parent":
		return errOutside
	case errors.As(err, &path):
		return path.Err
	}
	return err
}
