// Package program is what the programs have in common: how they read a command line, what
// ends them, and their exit statuses.
package program

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
)

// Exit statuses; scripts rely on them.
const (
	Done        = 0
	Failed      = 1
	Wrong       = 2 // the input is wrong
	Interrupted = 130
)

// Input marks an error as one of the input, which the user can mend: exit status Wrong.
func Input(err error) error { return input{err} }

type input struct{ error }

func (e input) Unwrap() error { return e.error }

// Context is done when somebody asks the program to end, by SIGINT, SIGTERM or, where it is
// not ignored as under nohup, SIGHUP. Signals that come together, as from timeout, count as
// one; a later one ends the program at once.
func Context() (context.Context, context.CancelFunc) {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), signals...)
	context.AfterFunc(ctx, func() { time.Sleep(time.Second); stop() })
	return ctx, stop
}

// Parse reads a command line into a grammar of kong. Where there is nothing to run, as after
// --help or a fault, which it reports, ok is false and status the program's.
func Parse(name string, grammar any, args []string, out, messages io.Writer, options ...kong.Option) (parsed *kong.Context, status int, ok bool) {
	exited := false
	parser, err := kong.New(grammar, append([]kong.Option{
		kong.Name(name), kong.Writers(out, messages), kong.Exit(func(code int) { status, exited = code, true }),
	}, options...)...)
	if err != nil {
		panic(err) // the grammar is wrong
	}
	parsed, err = parser.Parse(args)
	if exited { // --help and --version
		return nil, status, false
	}
	if err != nil {
		fmt.Fprintf(messages, "%s: %v\nTry: %s --help\n", name, err, name)
		return nil, Wrong, false
	}
	return parsed, Done, true
}

// Report prints the error that a program ends with and returns its exit status.
func Report(name string, err error, messages io.Writer) int {
	var wrong input
	switch {
	case err == nil:
		return Done
	case errors.Is(err, context.Canceled):
		fmt.Fprintf(messages, "%s: interrupted\n", name)
		return Interrupted
	case errors.As(err, &wrong):
		fmt.Fprintln(messages, err)
		return Wrong
	}
	fmt.Fprintf(messages, "%s: %v\n", name, err)
	return Failed
}
