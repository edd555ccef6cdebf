package main

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/cytofield/cytofield/cmd/internal/program"
	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue/gallery"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// scenarioFlags name a scenario and change it.
type scenarioFlags struct {
	Scenario  string   `arg:"" help:"A scenario file, or the name of one in the gallery."`
	Set       []string `sep:"none" placeholder:"PATH=VALUE" help:"Change a value: --set substrates.TNF.decay=1e-4/s. May be given several times."`
	AllowRead []string `name:"allow-read" placeholder:"DIR" help:"Let the scenario read CSV files from this directory too."`
	Strict    bool     `help:"Take warnings for errors."`
}

// load reads the scenario. Faults are the user's to mend.
func (f scenarioFlags) load() (*scenario.Scenario, error) {
	options := scenario.Options{Set: f.Set, AllowRead: f.AllowRead}
	var s *scenario.Scenario
	var err error
	if slices.Contains(gallery.Names(), f.Scenario) {
		text, _ := gallery.Text(f.Scenario) // it is there
		s, err = scenario.Decode(f.Scenario+".yaml", text, "", options)
	} else {
		s, err = scenario.Load(f.Scenario, options)
	}
	switch {
	case err == nil:
		return s, nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, program.Input(fmt.Errorf("%s: neither a file nor in the gallery, which has: %s", f.Scenario, strings.Join(gallery.Names(), ", ")))
	}
	return nil, program.Input(err)
}

// options are the numerics of a scenario for a solver.
func options(s *scenario.Scenario) engine.Options {
	return engine.Options{
		Scheme:            engine.Scheme(s.Numerics.Scheme),
		Coupling:          engine.Coupling(s.Numerics.Coupling),
		RelativeTolerance: s.Numerics.RelativeTolerance,
		AbsoluteTolerance: s.Numerics.AbsoluteTolerance,
		TimeStep:          s.Numerics.TimeStep,
	}
}

// warnings are those of the file and those of its numbers.
func warnings(s *scenario.Scenario, a engine.Analysis) []string {
	var list []string
	for _, w := range s.Warnings {
		list = append(list, w.String())
	}
	return append(list, a.Warnings...)
}

// refuse returns why a scenario does not run: a fault, or with --strict a warning.
func (f scenarioFlags) refuse(a engine.Analysis, warnings []string) error {
	if a.Fault != nil {
		return program.Input(a.Fault)
	}
	if !f.Strict || len(warnings) == 0 {
		return nil
	}
	plural := "s"
	if len(warnings) == 1 {
		plural = ""
	}
	return program.Input(fmt.Errorf("%s: %d warning%s and --strict", f.Scenario, len(warnings), plural))
}
