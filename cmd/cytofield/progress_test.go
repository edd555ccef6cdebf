package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cytofield/cytofield/cmd/internal/program"
	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/scenario"
)

func TestProgressIsPlainLinesOffATerminal(t *testing.T) {
	o := must(t, program.Done, "run", file(t, "small.yaml", small), "--device", "cpu", "-o", filepath.Join(t.TempDir(), "run"))
	contains(t, "stderr", o.err, "10 min of 10 min, ", " voxel-steps/s\n")
	if strings.ContainsAny(o.err, "\r\x1b") {
		t.Errorf("stderr has control characters: %q", o.err)
	}
}

func TestNoProgressPrintsNone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	o := must(t, program.Done, "run", file(t, "small.yaml", small), "--device", "cpu", "-o", dir, "--no-progress")
	for line := range strings.Lines(o.err) {
		if !strings.HasPrefix(line, "warning: ") && !strings.HasPrefix(line, "device: ") {
			t.Errorf("--no-progress prints %q", line)
		}
	}
}

// TestTheResultIsOneLine: the directory as it was given, and how the run went.
func TestTheResultIsOneLine(t *testing.T) {
	path := file(t, "small.yaml", small)
	t.Chdir(t.TempDir())
	o := must(t, program.Done, "run", path, "--device", "cpu", "-o", "results/one")
	if !strings.HasPrefix(o.out, "results/one: done at 10 min of 10 min, ") || strings.Count(o.out, "\n") != 1 {
		t.Errorf("stdout %q: want one line that begins with results/one: done", o.out)
	}
	o = must(t, program.Done, "run", path, "--device", "cpu")
	if !strings.HasPrefix(o.out, filepath.Join("out", "small")+": done") {
		t.Errorf("stdout %q: want the run in out/small", o.out)
	}
}

func TestLinesComeEveryFewSecondsAndAtTheEnd(t *testing.T) {
	var text bytes.Buffer
	p := newProgress(&text, false, &scenario.Scenario{Model: &tissue.Model{Duration: 3600}}).(*lines)
	stats := engine.Stats{VoxelSteps: 3e6}
	p.started = time.Now().Add(-6 * time.Second)
	p.update(600, stats)
	if text.Len() > 0 {
		t.Errorf("a line after no time: %q", text.String())
	}
	p.last = p.last.Add(-lineInterval)
	p.update(1200, stats)
	p.update(1201, stats)
	if want := "20 min of 1 h, 12 s left, 0.5 M voxel-steps/s\n"; text.String() != want {
		t.Errorf("got %q, want %q", text.String(), want)
	}
	p.update(3600, stats)
	contains(t, "progress", text.String(), "1 h of 1 h")
	p.close()
}

// TestABarOnATerminal draws one on a pseudo-terminal.
func TestABarOnATerminal(t *testing.T) {
	terminal, screen := openTerminal(t)
	var out bytes.Buffer
	args := []string{"run", file(t, "small.yaml", small), "--device", "cpu", "-o", filepath.Join(t.TempDir(), "run")}
	if status := execute(t.Context(), args, streams{&out, terminal}); status != program.Done {
		t.Fatalf("exit status %d", status)
	}
	terminal.Close()
	shown := screen()
	contains(t, "terminal", shown, "10 min of 10 min", "voxel-steps/s", "\x1b[")
	contains(t, "stdout", out.String(), "done at")
}

// openTerminal returns a pseudo-terminal, and what was shown on it once it is closed.
func openTerminal(t *testing.T) (terminal *os.File, screen func() string) {
	t.Helper()
	keyboard, terminal, err := pseudoTerminal()
	if err != nil {
		t.Skip(err)
	}
	shown := make(chan string)
	go func() {
		var text bytes.Buffer
		text.ReadFrom(keyboard) // ends with an error when the terminal closes
		shown <- text.String()
	}()
	return terminal, func() string {
		defer keyboard.Close()
		select {
		case text := <-shown:
			return text
		case <-time.After(5 * time.Second):
			t.Fatal("the terminal stays open")
		}
		return ""
	}
}

func TestPicturesAreCountedEveryFewSeconds(t *testing.T) {
	var text bytes.Buffer
	c := newCounter(&text, false, "pictures")
	c.update(1, 300)
	c.update(2, 300)
	if text.Len() > 0 {
		t.Errorf("a line after no time: %q", text.String())
	}
	c.last = c.last.Add(-lineInterval)
	c.update(3, 300)
	c.update(4, 300)
	c.close()
	if want := "3 of 300 pictures\n"; text.String() != want {
		t.Errorf("lines %q, want %q", text.String(), want)
	}
	silent := newCounter(&text, true, "pictures")
	silent.last = time.Now().Add(-lineInterval)
	silent.update(5, 300)
	silent.close()
	if strings.Contains(text.String(), "5 of") {
		t.Error("a silent counter speaks")
	}
}
