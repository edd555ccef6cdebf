// Command cytofield-view opens a window in which a scenario runs while a person looks at
// it and steers it. A script does so without a display.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/cytofield/cytofield/cmd/cytofield-view/script"
	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/cmd/cytofield-view/stage"
	"github.com/cytofield/cytofield/cmd/cytofield-view/window"
	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/engine/gpu/egl"
	"github.com/cytofield/cytofield/engine/gpu/glfw"
)

// Exit statuses; those of cytofield.
const (
	exitDone   = 0
	exitFailed = 1
	exitInput  = 2

	exitInterrupted = 130
)

// inputError marks what the user can mend.
type inputError struct{ error }

func (e inputError) Unwrap() error { return e.error }

type options struct {
	Scenario  string   `arg:"" optional:"" help:"A scenario file, the name of one in the gallery, or a run directory, which is replayed (default: the gallery)."`
	Set       []string `sep:"none" placeholder:"PATH=VALUE" help:"Change a value: --set substrates.TNF.decay=1e-4/s. May be given several times."`
	AllowRead []string `name:"allow-read" placeholder:"DIR" help:"Let the scenario read CSV files from this directory too."`
	Live      bool     `help:"Start the scenario of a run directory anew, rather than replay what was recorded."`
	Device    string   `default:"auto" enum:"auto,gpu,cpu" placeholder:"auto|gpu|cpu" help:"auto computes on the window's GPU where that is hardware, else on the CPU; gpu there in any case (default: auto)."`
	Theme     string   `default:"dark" enum:"dark,light" help:"dark or light (default: dark)."`
	Script    string   `placeholder:"FILE" help:"Do the actions of a file: see docs/window.md. Pictures go beside -o."`
	Output    string   `short:"o" default:"." placeholder:"DIR" help:"Where a script's pictures go (default: here)."`
	Offscreen bool     `help:"Draw without a display, for scripts."`
}

func main() {
	runtime.LockOSThread() // the window belongs to the main thread
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(execute(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// execute runs one command line on the calling thread and returns its exit status.
func execute(ctx context.Context, args []string, out, messages io.Writer) (status int) {
	var o options
	exited := false
	parser, err := kong.New(&o, kong.Name("cytofield-view"),
		kong.Description("Opens a window in which a scenario runs while you look at it and steer it."),
		kong.Writers(out, messages), kong.Exit(func(code int) { status, exited = code, true }))
	if err != nil {
		panic(err) // the grammar above is wrong
	}
	_, err = parser.Parse(args)
	if exited {
		return status
	}
	if err != nil {
		fmt.Fprintf(messages, "cytofield-view: %v\nTry: cytofield-view --help\n", err)
		return exitInput
	}
	err = o.run(ctx, messages)
	var input inputError
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(messages, "cytofield-view: interrupted")
		return exitInterrupted
	case errors.As(err, &input):
		fmt.Fprintln(messages, err)
		return exitInput
	}
	fmt.Fprintf(messages, "cytofield-view: %v\n", err)
	return exitFailed
}

// run reads all input before it opens anything.
func (o *options) run(ctx context.Context, messages io.Writer) (err error) {
	if o.Scenario == "" && len(o.Set) > 0 {
		return inputError{errors.New("--set: want a scenario to change")}
	}
	if o.Scenario != "" {
		if err := o.check(); err != nil {
			return inputError{err}
		}
	}
	actions, err := o.actions()
	if err != nil {
		return inputError{err}
	}
	host, device, server, err := o.open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	w, err := o.show(host, device, server, messages)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	w.Theme(o.Theme)
	if o.Scenario != "" {
		if err := w.Arrange(o.Scenario); err != nil {
			return inputError{err}
		}
	}
	if actions != nil {
		return actions.Play(w, host, o.Output)
	}
	if folder, err := os.UserConfigDir(); err == nil && os.MkdirAll(filepath.Join(folder, "cytofield"), 0o755) == nil {
		w.Remember(filepath.Join(folder, "cytofield", "window.ini"))
		w.Note(o.Scenario)
	}
	return w.Run(ctx)
}

// actions reads the script, if there is one.
func (o *options) actions() (*script.Script, error) {
	if o.Script == "" {
		if o.Offscreen {
			return nil, errors.New("--offscreen: want --script too, for nobody sees what is drawn")
		}
		return nil, nil
	}
	text, err := os.ReadFile(o.Script)
	if err != nil {
		return nil, fmt.Errorf("--script: %w", err)
	}
	actions, err := script.Parse(o.Script, string(text))
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(o.Output, 0o755); err != nil {
		return nil, fmt.Errorf("-o: %w", err)
	}
	return actions, nil
}

// The size a window opens with, screen coordinates.
const windowWidth, windowHeight = 1440, 900

// open opens the host and makes this thread the one of its device.
func (o *options) open() (window.Host, *gpu.Device, *gpu.Server, error) {
	var host window.Host
	var context gpu.Context
	if o.Offscreen {
		c, err := egl.Any()()
		if err != nil {
			return nil, nil, nil, err
		}
		host, context = window.NewOffscreen(windowWidth, windowHeight), c
	} else {
		w, err := glfw.Open("Cytofield", windowWidth, windowHeight)
		if err != nil {
			return nil, nil, nil, err
		}
		host, context = window.NewDesktop(w), w
	}
	device, server, err := gpu.Adopt(context)
	return host, device, server, err
}

// show opens stage and window, and in it the scenario, if one was named.
func (o *options) show(host window.Host, device *gpu.Device, server *gpu.Server, messages io.Writer) (*window.Window, error) {
	info := device.Info()
	computes, name := device, info.Renderer
	if o.Device == "cpu" || o.Device == "auto" && info.Software {
		computes, name = nil, "the processor, in float64"
	}
	fmt.Fprintf(messages, "computes on: %s\ndraws with: %s\n", name, info.Renderer)
	opener := func(name string) (session.Course, error) { return o.course(name, computes) }
	var c session.Course
	var st *stage.Stage
	err := server.Await(func() (err error) {
		if o.Scenario != "" {
			if c, err = opener(o.Scenario); err != nil {
				return err
			}
		}
		st, err = stage.New(device)
		if err != nil && c != nil {
			return errors.Join(err, c.Close())
		}
		return err
	})
	if errors.Is(err, engine.ErrBeyondSubVoxelLaw) {
		return nil, inputError{err}
	}
	if err != nil {
		return nil, err
	}
	w, err := window.Open(host, server, c, st)
	if err == nil {
		w.OpenWith(opener)
	}
	return w, err
}

// source finds what is named. Settings are those of the scenario of the command line.
func (o *options) source(name string) (session.Source, error) {
	source, err := session.Find(name)
	if err != nil {
		return source, err
	}
	source.AllowRead = o.AllowRead
	if name == o.Scenario {
		source.Settings = o.Set
	}
	return source, nil
}

// check reads the scenario of the command line.
func (o *options) check() error {
	source, err := o.source(o.Scenario)
	if err != nil || o.replays(source) {
		return err
	}
	return source.Check()
}

// replays reports whether a run directory is shown as it was recorded.
func (o *options) replays(source session.Source) bool {
	return !o.Live && len(source.Settings) == 0 && source.Replays()
}

// course opens what is shown: a session of the source, or the replay of the run directory
// that it is.
func (o *options) course(name string, computes *gpu.Device) (session.Course, error) {
	source, err := o.source(name)
	if err != nil {
		return nil, inputError{err}
	}
	if o.replays(source) {
		r, err := session.OpenReplay(source, computes)
		if err != nil {
			return nil, inputError{err}
		}
		return r, nil
	}
	s, err := session.Open(source, computes)
	if err != nil {
		return nil, err
	}
	return s, nil
}
