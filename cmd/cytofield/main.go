// Command cytofield simulates cytokines in tissue without a window: it checks and
// runs scenarios, writes run directories and pictures, and proves its numbers.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/cytofield/cytofield/cmd/internal/build"
	"github.com/cytofield/cytofield/cmd/internal/plate"
)

// Exit statuses; scripts rely on them.
const (
	exitDone        = 0
	exitFailed      = 1
	exitInput       = 2
	exitInterrupted = 130
)

// inputError marks what the user can mend: exit status 2.
type inputError struct{ error }

func (e inputError) Unwrap() error { return e.error }

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
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// Signals that come together, as from timeout, count as one; a later one ends the
	// program at once.
	context.AfterFunc(ctx, func() { time.Sleep(time.Second); stop() })
	os.Exit(execute(ctx, os.Args[1:], streams{os.Stdout, os.Stderr}))
}

// execute runs one command line and returns its exit status.
func execute(ctx context.Context, args []string, io streams) (status int) {
	exited := false
	parser, err := kong.New(&commands{},
		kong.Name("cytofield"),
		kong.Description("Simulates how cells talk through cytokines: secretion, diffusion, decay and uptake in tissue, on the GPU.\n\nFirst run: cytofield run il2-niche"),
		kong.Vars{"version": "cytofield " + build.Version + " (" + build.Commit() + ")"},
		kong.Writers(io.Out, io.Err),
		kong.Exit(func(code int) { status, exited = code, true }), // --help and --version
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(io),
		kong.UsageOnError(),
	)
	if err != nil {
		panic(err) // the grammar above is wrong
	}
	parsed, err := parser.Parse(args)
	if exited {
		return status
	}
	if err != nil {
		fmt.Fprintf(io.Err, "cytofield: %v\nTry: cytofield --help\n", err)
		return exitInput
	}
	return report(parsed.Run(), io)
}

// report prints an error and returns its exit status.
func report(err error, io streams) int {
	var input inputError
	var drawing plate.InputError
	var window windowError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &window):
		return window.status
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(io.Err, "cytofield: interrupted")
		return exitInterrupted
	case errors.As(err, &input), errors.As(err, &drawing):
		fmt.Fprintf(io.Err, "%v\n", err)
		return exitInput
	}
	fmt.Fprintf(io.Err, "cytofield: %v\n", err)
	return exitFailed
}
