package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/cytofield/cytofield/cmd/internal/program"
)

func TestExitStatusTellsWhoseFaultItIs(t *testing.T) {
	t.Setenv("DISPLAY", "")
	t.Setenv("WAYLAND_DISPLAY", "")
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	folder := t.TempDir()
	bad := filepath.Join(folder, "bad.script")
	if err := os.WriteFile(bad, []byte("fly\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name   string
		args   []string
		status int
		say    string
	}{
		{"no display", []string{"turing"}, program.Failed, "no display"},
		{"no scenario", []string{"turin"}, program.Wrong, "neither a file nor a run directory nor in the gallery"},
		{"a folder of something else", []string{folder}, program.Wrong, "is no run directory"},
		{"a wrong value", []string{"turing", "--set", "duration=-1 s"}, program.Wrong, "duration"},
		{"a value of nothing", []string{"--set", "duration=1 s"}, program.Wrong, "want a scenario"},
		{"a wrong script", []string{"turing", "--offscreen", "--script", bad}, program.Wrong, `bad.script:1: fly: no action "fly"`},
		{"no script", []string{"turing", "--offscreen"}, program.Wrong, "want --script"},
		{"a wrong device", []string{"turing", "--device", "abacus"}, program.Wrong, "abacus"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var out, messages bytes.Buffer
			if got := execute(context.Background(), tc.args, &out, &messages); got != tc.status {
				t.Errorf("exit status %d, want %d: %s", got, tc.status, messages.String())
			}
			if !strings.Contains(messages.String(), tc.say) {
				t.Errorf("it says %q, want %q", messages.String(), tc.say)
			}
		})
	}
}
