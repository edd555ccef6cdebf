// Package build says which Cytofield a program is.
package build

import (
	"runtime"
	"runtime/debug"

	"github.com/cytofield/cytofield/engine/record"
	"github.com/cytofield/cytofield/tissue/scenario"
)

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

// Manifest describes a run of a scenario by this program, but for the device.
func Manifest(s *scenario.Scenario) record.Manifest {
	m, numerics := s.Model, s.Numerics
	return record.Manifest{
		Version: Version, Commit: Commit(), Go: runtime.Version(),
		Scenario: s.Name, ScenarioHash: s.Hash, Title: m.Title, Seed: m.Seed,
		Scheme: numerics.Scheme, Coupling: numerics.Coupling, RTol: numerics.RelativeTolerance,
		Voxels: m.Grid.Voxels(), Cells: m.Cells.Len(), Duration: m.Duration,
	}
}
