// Package build says which Cytofield a program is.
package build

import "runtime/debug"

// Version is that of all programs.
const Version = "0.1.0"

// Commit returns the revision the program was built from.
func Commit() string {
	revision, modified := "unknown", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision":
				revision = s.Value[:min(12, len(s.Value))]
			case s.Key == "vcs.modified" && s.Value == "true":
				modified = "+changes"
			}
		}
	}
	return revision + modified
}
