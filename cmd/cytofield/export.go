package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/cytofield/cytofield/cmd/internal/program"
	"github.com/cytofield/cytofield/engine/export"
	"github.com/cytofield/cytofield/engine/record"
	"github.com/cytofield/cytofield/tissue/quantity"
)

type exportCommand struct {
	Directory  string   `arg:"" name:"rundir" help:"A run directory; also that of a run that goes on or broke off."`
	To         string   `required:"" enum:"vti,ome-tiff,npz,csv,parquet,multicellds" placeholder:"FORMAT" help:"${enum}."`
	Output     string   `short:"o" placeholder:"PATH" help:"File or directory to write (default: in RUNDIR/export)."`
	Substrate  []string `sep:"none" placeholder:"NAME" help:"Export this substrate; may be given several times (default: all)."`
	Time       []string `sep:"none" placeholder:"TIME" help:"Export the output at this time: --time \"2 h\". May be given several times (default: all)."`
	Every      string   `placeholder:"TIME" help:"Export the outputs at multiples of this time alone."`
	Force      bool     `help:"Replace what is there."`
	NoProgress bool     `name:"no-progress" help:"Print no progress."`
}

// Run writes what a run recorded in the format of another program.
func (c *exportCommand) Run(ctx context.Context, io streams) error {
	selection, err := c.selection()
	if err != nil {
		return program.Input(err)
	}
	recording, err := record.Open(c.Directory)
	if err != nil {
		return program.Input(err)
	}
	format := export.Format(c.To)
	if c.Output == "" {
		c.Output = format.DefaultPath(c.Directory)
	}
	counter := newCounter(io.Err, c.NoProgress, "outputs")
	err = export.Write(ctx, recording, format, c.Output, export.Options{Selection: selection, Force: c.Force, Progress: counter.update})
	counter.close()
	if errors.Is(err, export.ErrSelection) || errors.Is(err, export.ErrExists) || errors.Is(err, fs.ErrPermission) {
		return program.Input(err)
	}
	if err != nil {
		return err
	}
	fmt.Fprintln(io.Out, c.Output)
	return nil
}

func (c *exportCommand) selection() (export.Selection, error) {
	s := export.Selection{Substrates: c.Substrate}
	for _, text := range c.Time {
		t, err := timeFlag("--time", text)
		if err != nil {
			return s, err
		}
		s.Times = append(s.Times, t)
	}
	if c.Every == "" {
		return s, nil
	}
	var err error
	if s.Every, err = timeFlag("--every", c.Every); err == nil && s.Every <= 0 {
		err = fmt.Errorf("--every %q: want more than 0 s", c.Every)
	}
	return s, err
}

// timeFlag reads a time of the command line.
func timeFlag(flag, text string) (float64, error) {
	q, err := quantity.Parse(text)
	if err == nil {
		q.Value, err = q.In(quantity.Time)
	}
	if err != nil {
		return 0, fmt.Errorf("%s %q: %w", flag, text, err)
	}
	return q.Value, nil
}
