// Package whole writes files of which a reader sees all or nothing.
package whole

import "os"

// Write writes a file, or leaves the one before.
func Write(path string, content []byte) error {
	part := path + ".part"
	err := os.WriteFile(part, content, 0o644)
	if err == nil {
		err = os.Rename(part, path)
	}
	if err != nil {
		os.Remove(part) // as far as it came
	}
	return err
}
