// Command cytofield simulates cytokines in tissue without a window: it checks and
// runs scenarios, writes run directories and pictures, and proves its numbers.
package main

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/alecthomas/kong"

	"github.com/cytofield/cytofield/cmd/internal/build"
	"github.com/cytofield/cytofield/cmd/internal/plate"
	"github.com/cytofield/cytofield/cmd/internal/program"
)

// streams are where a command writes: results to Out, messages to Err.
type streams struct {
	Out, Err io.Writer
}

type commands struct {
	Run     runCommand     `cmd:"" help:"Run a scenario and write a run directory."`
	Check   checkCommand   `cmd:"" help:"Check a scenario: print the model, its dimensionless numbers, memory, expected steps and warnings."`
	Render  renderCommand  `cmd:"" help:"Draw figures of a run, or of a scenario that is run first."`
	Export  exportCommand  `cmd:"" help:"Write a run directory in the format of ParaView, Fiji, NumPy, R, PhysiCell's tools and others."`
	Gallery galleryCommand `cmd:"" help:"List the scenarios built in, or print one."`
	View    viewCommand    `cmd:"" passthrough:"" help:"Open a scenario or a run directory in the window."`

	Validate validateCommand  `cmd:"" help:"Run the verification cases and compare with the expected numbers."`
	Bench    benchCommand     `cmd:"" help:"Time workloads: sweeps, bytes, copy bandwidth, and what an error costs each scheme."`
	Info     infoCommand      `cmd:"" help:"Print device, driver, limits, memory and versions."`
	Version  kong.VersionFlag `help:"Print the version."`
}

func main() {
	ctx, stop := program.Context()
	defer stop()
	os.Exit(execute(ctx, os.Args[1:], streams{os.Stdout, os.Stderr}))
}

// execute runs one command line and returns its exit status.
func execute(ctx context.Context, args []string, io streams) int {
	parsed, status, ok := program.Parse("cytofield", &commands{}, args, io.Out, io.Err,
		kong.Description("Simulates how cells talk through cytokines: secretion, diffusion, decay and uptake in tissue, on the GPU.\n\nFirst run: cytofield run il2-niche"),
		kong.Vars{"version": "cytofield " + build.Version + " (" + build.Commit() + ")"},
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(io),
		kong.UsageOnError(),
	)
	if !ok {
		return status
	}
	return report(parsed.Run(), io)
}

// report prints an error and returns its exit status.
func report(err error, io streams) int {
	var drawing plate.InputError
	var window windowError
	if errors.As(err, &window) {
		return window.status
	}
	if errors.As(err, &drawing) {
		err = program.Input(err)
	}
	return program.Report("cytofield", err, io.Err)
}
