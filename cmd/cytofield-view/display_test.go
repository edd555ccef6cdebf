package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cytofield/cytofield/cmd/internal/program"
)

// asProgram in the environment makes the tests' program the window's.
const asProgram = "CYTOFIELD_VIEW_TEST"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// installed returns where a program is; without it tests skip, or fail where they must not.
func installed(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		if os.Getenv("CYTOFIELD_REQUIRE_READERS") == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	return path
}

// display starts an X server and returns its name and what ends it.
func display(t *testing.T) (name string, end func()) {
	t.Helper()
	server := installed(t, "Xvfb")
	tells, told, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	x := exec.Command(server, "-displayfd", "3", "-noreset", "-screen", "0", "3000x2000x24")
	x.ExtraFiles = []*os.File{told}
	if err := x.Start(); err != nil {
		t.Fatal(err)
	}
	told.Close()
	ended := false
	end = func() {
		if !ended {
			ended = true
			x.Process.Kill()
			x.Wait()
		}
	}
	t.Cleanup(end)
	var number int
	if _, err := fmt.Fscan(tells, &number); err != nil {
		t.Skipf("Xvfb does not start: %v", err)
	}
	return fmt.Sprintf(":%d", number), end
}

// process is a window that runs beside the test, in a folder of its own.
type process struct {
	*exec.Cmd
	folder   string
	messages bytes.Buffer
}

func start(t *testing.T, display, script string, args ...string) *process {
	t.Helper()
	folder := t.TempDir()
	scenario, err := filepath.Abs("testdata/niche.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if script != "" {
		file := filepath.Join(folder, "a.script")
		if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, "--script", file)
	}
	p := &process{Cmd: exec.Command(os.Args[0], append([]string{scenario, "--device", "cpu"}, args...)...), folder: folder}
	p.Dir, p.Stdout, p.Stderr = folder, &p.messages, &p.messages
	p.Env = append(os.Environ(), asProgram+"=1", "DISPLAY="+display, "WAYLAND_DISPLAY=", "XDG_CONFIG_HOME="+folder)
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if p.ProcessState == nil {
			p.Process.Kill()
			p.Wait()
		}
	})
	return p
}

// appears waits for a file of the program.
func (p *process) appears(t *testing.T, name string) {
	t.Helper()
	for range 600 {
		if _, err := os.Stat(filepath.Join(p.folder, name)); err == nil {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("no %s after a minute: %s", name, p.messages.String())
}

// status waits for the program to end.
func (p *process) status(t *testing.T) int {
	t.Helper()
	late := time.AfterFunc(time.Minute, func() { p.Process.Kill() })
	defer late.Stop()
	p.Wait()
	return p.ProcessState.ExitCode()
}

// Where the display goes away the window says so, and nothing that was done is lost.
func TestALostDisplayLosesNoEdits(t *testing.T) {
	name, end := display(t)
	p := start(t, name, "run-to 1 min\nevent dose: {IL-2: 3 nM}\nscreenshot there.png\nplay\nwait 1000000\n")
	p.appears(t, "there.png")
	time.Sleep(time.Second) // in the middle of drawing
	end()
	if got := p.status(t); got != program.Failed {
		t.Errorf("exit status %d, want %d", got, program.Failed)
	}
	said := p.messages.String()
	if !strings.Contains(said, "cytofield-view: the display is gone") || strings.Contains(said, "fatal IO error") {
		t.Errorf("it says %q", said)
	}
	recovered := filepath.Join(p.folder, "a-niche-by-a-vessel-recovered.yaml")
	text, err := os.ReadFile(recovered)
	if err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	if !strings.Contains(string(text), "dose:") || !strings.Contains(said, "a-niche-by-a-vessel-recovered.yaml") {
		t.Errorf("the recovered scenario, of which it says %q, is\n%s", said, text)
	}
	again := start(t, name, "quit\n", "--offscreen")
	again.Args[1] = recovered
	if got := again.status(t); got != program.Done {
		t.Errorf("exit status %d of the recovered scenario: %s", got, again.messages.String())
	}
}

// A window that is told to end does so, whatever it is doing.
func TestASignalEndsTheWindow(t *testing.T) {
	name, _ := display(t)
	for _, tc := range []struct {
		signal syscall.Signal
		script string
	}{
		{syscall.SIGTERM, ""}, {syscall.SIGHUP, ""}, {syscall.SIGINT, "screenshot there.png\nplay\nwait 1000000\n"},
	} {
		t.Run(tc.signal.String(), func(t *testing.T) {
			p := start(t, name, tc.script)
			p.appears(t, map[bool]string{true: filepath.Join("cytofield", "recent.txt"), false: "there.png"}[tc.script == ""])
			p.Process.Signal(tc.signal)
			if got := p.status(t); got != program.Interrupted {
				t.Errorf("exit status %d, want %d: %s", got, program.Interrupted, p.messages.String())
			}
			if !strings.Contains(p.messages.String(), "cytofield-view: interrupted") {
				t.Errorf("it says %q", p.messages.String())
			}
		})
	}
}

// A display of twice the usual density has a window of twice as many pixels.
func TestADenseDisplayHasALargerWindow(t *testing.T) {
	name, _ := display(t)
	xrdb := installed(t, "xrdb")
	set := exec.Command(xrdb, "-merge", "-")
	set.Env, set.Stdin = append(os.Environ(), "DISPLAY="+name), strings.NewReader("Xft.dpi: 192\n")
	if out, err := set.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	p := start(t, name, "screenshot dense.png\nquit\n")
	if got := p.status(t); got != program.Done {
		t.Fatalf("exit status %d: %s", got, p.messages.String())
	}
	img := picture(t, filepath.Join(p.folder, "dense.png"))
	if size := img.Bounds().Size(); size.X != 2*windowWidth || size.Y != 2*windowHeight {
		t.Errorf("a window of %v pixels, want twice %d × %d", size, windowWidth, windowHeight)
	}
}
