package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// windowProgram opens the window. It is a program of its own, so that this one
// starts where there is no display and none of its libraries.
const windowProgram = "cytofield-view"

type viewCommand struct {
	Arguments []string `arg:"" optional:"" name:"scenario|rundir" help:"A scenario file, the name of one in the gallery, or a run directory; without one the gallery is shown. What follows goes to cytofield-view."`
}

// windowError is a window that ended with a status of its own, and has said why.
type windowError struct{ status int }

func (e windowError) Error() string {
	return fmt.Sprintf("%s: exit status %d", windowProgram, e.status)
}

// Run starts the window and waits until it is closed. The window's exit status is
// the command's.
func (c *viewCommand) Run(ctx context.Context, io streams) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("view: %w", err)
	}
	path, err := findWindow(filepath.Dir(self))
	if err != nil {
		return err
	}
	window := exec.CommandContext(ctx, path, c.Arguments...)
	window.Stdin, window.Stdout, window.Stderr = os.Stdin, io.Out, io.Err
	// A window that is asked to end closes what it has open; one that hangs is ended.
	window.Cancel = func() error { return window.Process.Signal(os.Interrupt) }
	window.WaitDelay = 5 * time.Second
	err = window.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Exited() {
		return windowError{exit.ExitCode()}
	}
	if err != nil {
		return fmt.Errorf("view: %s: %w", path, err)
	}
	return nil
}

// findWindow returns the path of the window's program, in a directory or else in PATH.
func findWindow(dir string) (string, error) {
	if path, err := exec.LookPath(filepath.Join(dir, windowProgram)); err == nil {
		return path, nil
	}
	path, err := exec.LookPath(windowProgram)
	if err != nil {
		return "", fmt.Errorf("view: %s is neither in %s nor in PATH; build it with: make view", windowProgram, dir)
	}
	return path, nil
}
