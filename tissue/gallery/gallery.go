// Package gallery holds the scenarios that come with Cytofield: one file each, the
// simplest way to learn the format and the first thing to run.
package gallery

import (
	"embed"
	"fmt"
	"slices"
	"strings"
)

//go:embed *.yaml
var files embed.FS

// Names lists the scenarios in alphabetical order.
func Names() []string {
	entries, err := files.ReadDir(".")
	if err != nil {
		panic(err) // the files are in the binary
	}
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	slices.Sort(names) // the files are: front-threshold.yaml, front.yaml
	return names
}

// Text returns the file of a scenario.
func Text(name string) ([]byte, error) {
	text, err := files.ReadFile(name + ".yaml")
	if err != nil {
		return nil, fmt.Errorf("gallery: no scenario %q: there are %s", name, strings.Join(Names(), ", "))
	}
	return text, nil
}
