package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/cytofield/cytofield/cmd/internal/plate"
	"github.com/cytofield/cytofield/cmd/internal/program"
	"github.com/cytofield/cytofield/tissue/scenario"
)

type renderCommand struct {
	Source    string   `arg:"" name:"rundir" help:"A run directory, a figure file that names one, or a scenario, which is run first and not kept."`
	Figure    string   `arg:"" optional:"" name:"figure.yaml" help:"A figure file: docs/figures.md."`
	Output    string   `short:"o" placeholder:"FILE" help:"Picture, by its ending: png, svg or pdf, or movie: mp4, webm, gif, apng (default: the name of the figure or the run, as png or gif)."`
	Rate      float64  `default:"10" placeholder:"N" help:"Pictures per second of a movie (default: 10)."`
	Compare   string   `placeholder:"RUNDIR" help:"The run that panels of kind difference subtract."`
	Set       []string `sep:"none" placeholder:"PATH=VALUE" help:"Change a value of a scenario that is run first."`
	AllowRead []string `name:"allow-read" placeholder:"DIR" help:"Let such a scenario read files from this directory too."`
	deviceFlag
	paperFlags
	panelFlags
	NoProgress bool `name:"no-progress" help:"Print no progress."`
}

// Run draws a figure or a movie of a run.
func (c *renderCommand) Run(ctx context.Context, io streams) (err error) {
	file, err := c.figureFile()
	if err != nil {
		return err
	}
	dir, done, err := c.directory(ctx, io)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	run, err := plate.OpenRun(dir)
	if err != nil {
		return err
	}
	sketched := file == nil
	if sketched {
		if file, err = c.sketch(run.Scenario().Model); err != nil {
			return program.Input(err)
		}
	}
	c.apply(file)
	spec, err := file.Decode(run.Scenario())
	if err != nil {
		return program.Input(err)
	}
	var other *plate.Recorded
	if c.Compare != "" {
		if other, err = plate.OpenRun(c.Compare); err != nil {
			return err
		}
	}
	if sketched && c.Scale == "" && c.Range == "" {
		if err := plate.Spread(spec, run); err != nil {
			return err
		}
	}
	if c.Output == "" {
		c.Output = c.name(spec.Every)
	}
	p := plate.NewPage(spec, run, other)
	if c.moves(spec) {
		return c.film(ctx, io, p)
	}
	return c.draw(io, p)
}

// figureFile reads the figure file, if there is one, and takes from it which runs it is of
// where the command line does not say.
func (c *renderCommand) figureFile() (*scenario.FigureFile, error) {
	path := c.Figure
	alone := path == "" && isYAML(c.Source) && scenario.IsFigure(c.Source)
	if alone {
		path = c.Source
	}
	if path == "" {
		return nil, nil
	}
	file, err := scenario.LoadFigure(path)
	if err != nil {
		return nil, program.Input(err)
	}
	if flag := c.given(); flag != "" {
		return nil, program.Input(fmt.Errorf("%s: %s says what the panels show; change it there", flag, path))
	}
	if c.Compare == "" {
		c.Compare = file.Compare
	}
	if c.Figure = path; !alone {
		return file, nil
	}
	if c.Source = file.Run; c.Source == "" {
		return nil, program.Input(fmt.Errorf("%s names no run: want a line such as run: out/il2-niche, or cytofield render RUNDIR %s", path, path))
	}
	return file, nil
}

func isYAML(path string) bool {
	ending := strings.ToLower(filepath.Ext(path))
	return ending == ".yaml" || ending == ".yml"
}

// name returns what the picture is called where the user does not say.
func (c *renderCommand) name(movie bool) string {
	from := c.Source
	if c.Figure != "" {
		from = c.Figure
	}
	base := filepath.Base(filepath.Clean(from))
	if isYAML(base) {
		base = strings.TrimSuffix(base, filepath.Ext(base))
	}
	if movie {
		return base + ".gif"
	}
	return base + ".png"
}

// directory returns the run directory. A scenario is run into a temporary one, which done
// removes.
func (c *renderCommand) directory(ctx context.Context, io streams) (dir string, done func() error, err error) {
	nothing := func() error { return nil }
	if info, err := os.Stat(c.Source); err == nil && info.IsDir() {
		if len(c.Set) > 0 {
			return "", nothing, program.Input(fmt.Errorf("--set: %s is a run already; want a scenario", c.Source))
		}
		return c.Source, nothing, nil
	}
	dir, err = os.MkdirTemp("", "cytofield-render-*")
	if err != nil {
		return "", nothing, fmt.Errorf("render: %w", err)
	}
	done = func() error { return os.RemoveAll(dir) }
	first := runCommand{
		scenarioFlags: scenarioFlags{Scenario: c.Source, Set: c.Set, AllowRead: c.AllowRead}, deviceFlag: c.deviceFlag,
		Output: dir, NoProgress: c.NoProgress, withoutFrames: true,
	}
	if err := first.Run(ctx, quiet(io.Err)); err != nil {
		return "", nothing, errors.Join(err, done())
	}
	return dir, done, nil
}

// quiet are the streams of a command whose results nobody reads.
func quiet(messages io.Writer) streams { return streams{io.Discard, messages} }
