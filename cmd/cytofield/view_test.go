package main

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/cytofield/cytofield/cmd/internal/program"
)

// programs returns a directory with a window's program that is a shell script.
func programs(t *testing.T, script string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, windowProgram), []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestViewHandsItsArgumentsToTheWindow(t *testing.T) {
	t.Setenv("PATH", programs(t, `for a; do echo "[$a]"; done; echo told >&2`))
	o := must(t, program.Done, "view", "il2 niche.yaml", "--device", "cpu", "--script", "-", "--help")
	if want := "[il2 niche.yaml]\n[--device]\n[cpu]\n[--script]\n[-]\n[--help]\n"; o.out != want {
		t.Errorf("the window was given\n%s, want\n%s", o.out, want)
	}
	contains(t, "stderr", o.err, "told")
}

func TestViewStartsTheWindowEmpty(t *testing.T) {
	t.Setenv("PATH", programs(t, `echo "$# arguments"`))
	contains(t, "stdout", must(t, program.Done, "view").out, "0 arguments")
}

func TestViewExitsAsTheWindowDoes(t *testing.T) {
	for _, status := range []int{program.Failed, program.Wrong, program.Interrupted} {
		t.Setenv("PATH", programs(t, `echo "no display" >&2; exit `+strconv.Itoa(status)))
		o := must(t, status, "view", "il2-niche")
		if o.err != "no display\n" {
			t.Errorf("status %d: stderr has %q, want the window's own message alone", status, o.err)
		}
	}
}

func TestViewSaysThatTheWindowCrashed(t *testing.T) {
	t.Setenv("PATH", programs(t, `kill -SEGV $$`))
	contains(t, "stderr", must(t, program.Failed, "view").err, windowProgram, "segmentation fault")
}

func TestViewSaysWhereItLooked(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	contains(t, "stderr", must(t, program.Failed, "view", "il2-niche").err, windowProgram+" is neither in /", "nor in PATH", "make view")
}

func TestAWindowBesideTheProgramComesFirst(t *testing.T) {
	beside, other := programs(t, ""), programs(t, "")
	t.Setenv("PATH", other)
	for dir, want := range map[string]string{beside: beside, t.TempDir(): other} {
		if got, err := findWindow(dir); err != nil || got != filepath.Join(want, windowProgram) {
			t.Errorf("found %q (%v), want that of %s", got, err, want)
		}
	}
}

// A shell that counts in itself takes the signal at once.
func TestInterruptEndsTheWindow(t *testing.T) {
	mark := filepath.Join(t.TempDir(), "started")
	t.Setenv("PATH", programs(t, `trap 'echo closed; exit 130' INT; : >`+mark+`; while :; do :; done`))
	ctx, interrupt := context.WithCancel(t.Context())
	go func() {
		defer interrupt()
		for range 500 {
			if _, err := os.Stat(mark); err == nil {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
	}()
	o := cytofieldWith(ctx, "view")
	if o.status != program.Interrupted || o.out != "closed\n" {
		t.Errorf("exit status %d, stdout %q; want %d and a window that closed itself", o.status, o.out, program.Interrupted)
	}
}
