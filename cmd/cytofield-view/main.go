// Command cytofield-view opens a window in which a scenario runs while a person looks at
// it and steers it. A script does so without a display.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"github.com/alecthomas/kong"

	"github.com/cytofield/cytofield/cmd/cytofield-view/script"
	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/cmd/cytofield-view/stage"
	"github.com/cytofield/cytofield/cmd/cytofield-view/window"
	"github.com/cytofield/cytofield/cmd/internal/program"
	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/engine/gpu/egl"
	"github.com/cytofield/cytofield/engine/gpu/glfw"
)

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
	ctx, stop := program.Context()
	defer stop()
	os.Exit(execute(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// programName is what messages begin with.
const programName = "cytofield-view"

// execute runs one command line on the calling thread and returns its exit status.
func execute(ctx context.Context, args []string, out, messages io.Writer) int {
	var o options
	_, status, ok := program.Parse(programName, &o, args, out, messages,
		kong.Description("Opens a window in which a scenario runs while you look at it and steer it."))
	if !ok {
		return status
	}
	return program.Report(programName, o.run(ctx, messages), messages)
}

// run reads all input before it opens anything.
func (o *options) run(ctx context.Context, messages io.Writer) (err error) {
	if o.Scenario == "" && len(o.Set) > 0 {
		return program.Input(errors.New("--set: want a scenario to change"))
	}
	if o.Scenario != "" {
		if err := o.check(); err != nil {
			return program.Input(err)
		}
	}
	actions, err := o.actions()
	if err != nil {
		return program.Input(err)
	}
	host, device, server, err := o.open()
	var missing *gpu.UnavailableError
	if errors.As(err, &missing) {
		missing.Draws = true
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	w, err := o.show(host, device, server, messages)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	if desktop, ok := host.(*window.Desktop); ok {
		desktop.OnLost(func() {
			fmt.Fprintf(messages, "%s: the display is gone: its server has ended, or the connection to it\n", programName)
			rescue(w, messages)
			os.Exit(program.Failed)
		})
	}
	w.Theme(o.Theme)
	if o.Scenario != "" {
		if err := w.Arrange(o.Scenario); err != nil {
			return program.Input(err)
		}
	}
	if actions != nil {
		return actions.Play(ctx, w, host, o.Output)
	}
	if folder, err := os.UserConfigDir(); err == nil && os.MkdirAll(filepath.Join(folder, "cytofield"), 0o755) == nil {
		w.Remember(filepath.Join(folder, "cytofield", "window.ini"))
		w.Note(o.Scenario)
	}
	if err = w.Run(ctx); err != nil {
		rescue(w, messages)
	}
	return err
}

// rescue saves the edits of a window that ends without being asked to by who made them.
func rescue(w *window.Window, messages io.Writer) {
	path, err := w.Recover()
	if err != nil {
		fmt.Fprintf(messages, "%s: edits that were not saved are lost: %v\n", programName, err)
	} else if path != "" {
		fmt.Fprintf(messages, "%s: edits that were not saved are in %s, which runs from its start\n", programName, path)
	}
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
		return nil, program.Input(err)
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
		return nil, program.Input(err)
	}
	if o.replays(source) {
		r, err := session.OpenReplay(source, computes)
		if err != nil {
			return nil, program.Input(err)
		}
		return r, nil
	}
	s, err := session.Open(source, computes)
	if err != nil {
		return nil, err
	}
	return s, nil
}
