package egl_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/engine/gpu/egl"
	"github.com/cytofield/cytofield/engine/gpu/gputest"
)

func TestEveryListedDeviceIsWhatItSays(t *testing.T) {
	gputest.Open(t) // skips or fails where there is nothing to open
	for i, info := range egl.Devices() {
		if info.Index != i {
			t.Errorf("device %d is listed as %d", i, info.Index)
		}
		d, err := gpu.Open(egl.Device(i))
		if err != nil {
			t.Logf("device %d cannot be opened here: %v", i, err)
			continue
		}
		if got := d.Info(); info.Software && !got.Software || got.Driver != fmt.Sprintf("EGL device %d", i) {
			t.Errorf("device %+v opened as %+v", info, got)
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestAMissingDeviceIsRefused(t *testing.T) {
	gputest.Open(t)
	for _, index := range []int{-1, len(egl.Devices())} {
		_, err := gpu.Open(egl.Device(index))
		var unavailable *gpu.UnavailableError
		if !errors.As(err, &unavailable) || !strings.Contains(err.Error(), fmt.Sprintf("EGL device %d: there are", index)) {
			t.Errorf("device %d: got %v", index, err)
		}
	}
}

func TestHardwareNeverRendersInSoftware(t *testing.T) {
	d, err := gpu.Open(egl.Hardware())
	var unavailable *gpu.UnavailableError
	if errors.As(err, &unavailable) {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if d.Info().Software {
		t.Errorf("opened %s", d.Info().Renderer)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
}

// EGL and Mesa read their environment once, so that each case wants a process of its own.
func TestUnavailableSaysWhatWasFound(t *testing.T) {
	if os.Getenv("CYTOFIELD_TEST_OPEN") != "" {
		_, err := gpu.Open(egl.Any())
		fmt.Println(err)
		return
	}
	d := gputest.Open(t)
	for _, tc := range []struct {
		name, env string
		mesa      bool // only Mesa knows this variable
		want      []string
	}{
		{"no driver", "__EGL_VENDOR_LIBRARY_FILENAMES=/dev/null", false,
			[]string{"EGL surfaceless platform: ", "EGL default display: ", "libegl1 libegl-mesa0 libgl1-mesa-dri", "--device cpu"}},
		{"old driver", "MESA_GL_VERSION_OVERRIDE=3.3", true, []string{"found OpenGL 3.3", d.Info().Renderer, "--device cpu"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if tc.mesa && !d.Info().Software {
				t.Skip("needs Mesa's software device")
			}
			command := exec.Command(os.Args[0], "-test.run=^TestUnavailableSaysWhatWasFound$")
			command.Env = append(os.Environ(), "CYTOFIELD_TEST_OPEN=1", tc.env)
			out, err := command.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			for _, want := range tc.want {
				if !strings.Contains(string(out), want) {
					t.Errorf("got\n%s\nwant it to say %q", out, want)
				}
			}
			t.Logf("%s", out)
		})
	}
}
