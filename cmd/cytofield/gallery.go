package main

import (
	"fmt"

	"github.com/cytofield/cytofield/cmd/internal/program"
	"github.com/cytofield/cytofield/tissue/gallery"
	"github.com/cytofield/cytofield/tissue/scenario"
)

type galleryCommand struct {
	Name string `arg:"" optional:"" help:"The scenario to print."`
}

// Run lists the gallery with titles, or prints a file of it.
func (c *galleryCommand) Run(io streams) error {
	if c.Name != "" {
		text, err := gallery.Text(c.Name)
		if err != nil {
			return program.Input(err)
		}
		_, err = io.Out.Write(text)
		return err
	}
	for _, name := range gallery.Names() {
		text, err := gallery.Text(name)
		if err != nil {
			return err
		}
		s, err := scenario.Decode(name+".yaml", text, "", scenario.Options{})
		if err != nil {
			return err
		}
		fmt.Fprintf(io.Out, "%-20s %s\n", name, s.Model.Title)
	}
	return nil
}
