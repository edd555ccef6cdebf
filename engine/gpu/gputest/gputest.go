// Package gputest opens devices for tests.
package gputest

import (
	"os"
	"strconv"
	"testing"

	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/engine/gpu/egl"
)

// Open opens a device that turns GL errors into errors of Do, and closes it when the test ends; resources left alive then
// fail the test. Without OpenGL 4.3 the test is skipped, or fails where CYTOFIELD_REQUIRE_GPU=1 says that there must be
// a device.
//
// CYTOFIELD_TEST_DEVICE chooses it: "any", which is the default, "hardware", or the index of an EGL device.
func Open(t testing.TB) *gpu.Device {
	t.Helper()
	d, err := gpu.Open(opener(t))
	if err != nil {
		if os.Getenv("CYTOFIELD_REQUIRE_GPU") == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := d.SetDebug(true); err != nil {
		t.Fatal(err)
	}
	return d
}

// Adopt is Open on the calling thread, which the caller has locked and must serve; see gpu.Adopt.
func Adopt(t testing.TB) (*gpu.Device, *gpu.Server) {
	t.Helper()
	var d *gpu.Device
	var s *gpu.Server
	c, err := opener(t)()
	if err == nil {
		d, s, err = gpu.Adopt(c)
	}
	if err != nil {
		if os.Getenv("CYTOFIELD_REQUIRE_GPU") == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return d, s
}

func opener(t testing.TB) gpu.Opener {
	t.Helper()
	switch choice := os.Getenv("CYTOFIELD_TEST_DEVICE"); choice {
	case "", "any":
		return egl.Any()
	case "hardware":
		return egl.Hardware()
	default:
		index, err := strconv.Atoi(choice)
		if err != nil {
			t.Fatalf("gputest: CYTOFIELD_TEST_DEVICE is %q, want any, hardware or the index of an EGL device", choice)
		}
		return egl.Device(index)
	}
}
