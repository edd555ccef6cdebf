// Package egl opens OpenGL contexts without a window or a display server.
//
// libEGL is loaded when the first context is asked for, so that a program starts on machines that do not have it.
package egl

// #cgo LDFLAGS: -ldl
// #include <stdlib.h>
// #include "context.h"
import "C"

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"unsafe"

	"github.com/cytofield/cytofield/engine/gpu"
)

// Any opens the first device that has OpenGL 4.3: EGL's hardware devices, then its software devices, Mesa's surfaceless
// platform, and the default display.
func Any() gpu.Opener {
	return func() (gpu.Context, error) {
		return open(everything(), false)
	}
}

// Hardware is Any without devices that compute on the CPU.
func Hardware() gpu.Opener {
	return func() (gpu.Context, error) {
		return open(everything(), true)
	}
}

// Device opens the device with the given index in Devices.
func Device(index int) gpu.Opener {
	return func() (gpu.Context, error) {
		if err := load(); err != nil {
			return nil, err
		}
		all := devices()
		if index < 0 || index >= len(all) {
			return nil, &gpu.UnavailableError{Tried: []string{
				fmt.Sprintf("EGL device %d: there are %d, counted from 0", index, len(all))}}
		}
		return open(all[index:index+1], false)
	}
}

// DeviceInfo describes an EGL device without opening it.
type DeviceInfo struct {
	Index    int    `json:"index"`
	Name     string `json:"name"` // renderer or device file, as far as EGL tells
	Software bool   `json:"software"`
}

// Devices lists the EGL devices of this machine; empty where EGL is missing or cannot enumerate.
func Devices() []DeviceInfo {
	if load() != nil {
		return nil
	}
	var list []DeviceInfo
	for i, p := range devices() {
		list = append(list, DeviceInfo{Index: i, Name: p.detail, Software: p.software})
	}
	return list
}

// context is a context that is current on the thread that opened it.
type context struct {
	display  C.EGLDisplay
	context  C.EGLContext
	platform string
}

func (c *context) Platform() string { return c.platform }

func (c *context) Proc(name string) unsafe.Pointer {
	s := C.CString(name)
	defer C.free(unsafe.Pointer(s))
	return C.eglProc(s)
}

func (c *context) Close() {
	C.eglContextClose(c.display, c.context)
	c.context = nil
}

// platform is a way to reach a display.
type platform struct {
	name     string
	detail   string
	kind     C.int
	native   unsafe.Pointer
	software bool
}

// load loads libEGL once for the process, which has but one of it.
var load = sync.OnceValue(func() error {
	if missing := C.eglLoad(); missing != nil {
		return &gpu.UnavailableError{Tried: []string{"libEGL.so.1: " + C.GoString(missing)}}
	}
	return nil
})

func devices() []platform {
	var list [32]C.EGLDeviceEXT
	var all []platform
	for i, device := range list[:C.eglDeviceList(&list[0], C.int(len(list)))] {
		software := strings.Contains(deviceString(device, C.EGL_EXTENSIONS), "EGL_MESA_device_software")
		detail := deviceString(device, C.EGL_DRM_DEVICE_FILE_EXT)
		if strings.Contains(deviceString(device, C.EGL_EXTENSIONS), "EGL_EXT_device_query_name") {
			detail = deviceString(device, C.EGL_RENDERER_EXT)
		}
		if detail == "" && software {
			detail = "software"
		}
		all = append(all, platform{fmt.Sprintf("EGL device %d", i), detail, C.EGL_PLATFORM_DEVICE_EXT,
			unsafe.Pointer(device), software})
	}
	return all
}

func deviceString(device C.EGLDeviceEXT, name C.int) string {
	return C.GoString(C.eglDeviceString(device, name))
}

// everything lists all ways to reach a display, the best first.
func everything() []platform {
	if load() != nil {
		return nil
	}
	all := devices()
	slices.SortStableFunc(all, func(a, b platform) int {
		switch {
		case a.software == b.software:
			return 0
		case a.software:
			return 1
		}
		return -1
	})
	return append(all,
		platform{name: "EGL surfaceless platform", kind: C.EGL_PLATFORM_SURFACELESS_MESA},
		platform{name: "EGL default display"})
}

// open makes a context on the first platform that has OpenGL 4.3.
func open(platforms []platform, hardware bool) (gpu.Context, error) {
	if err := load(); err != nil {
		return nil, err
	}
	failure := &gpu.UnavailableError{}
	for _, p := range platforms {
		if hardware && p.software {
			failure.Tried = append(failure.Tried, p.name+": a software device, a hardware device was asked for")
			continue
		}
		c, fault := p.open(false)
		if fault == "" && hardware && gpu.IsSoftware(glString(glRenderer)) {
			fault = "renders in software (" + glString(glRenderer) + "), a hardware device was asked for"
			c.Close()
		}
		if fault == "" {
			return c, nil
		}
		failure.Tried = append(failure.Tried, p.name+": "+fault)
	}
	return nil, failure
}

// open returns a current context, or what is wrong with this platform.
func (p platform) open(anyVersion bool) (*context, string) {
	c := &context{platform: p.name}
	stage := C.eglContextOpen(p.kind, p.native, C.bool(anyVersion), &c.display, &c.context)
	if stage == C.stageDone {
		return c, ""
	}
	fault := stageNames[stage] + ": " + errorName(int(C.eglLastError()))
	C.eglContextClose(c.display, c.context)
	if stage != C.stageCreate || anyVersion {
		return nil, fault
	}
	if old, _ := p.open(true); old != nil {
		fault = fmt.Sprintf("found OpenGL %s on %s", glString(glVersion), glString(glRenderer))
		old.Close()
	}
	return nil, fault
}

// From GL/gl.h, which only libgl-dev has.
const (
	glRenderer = 0x1F01
	glVersion  = 0x1F02
)

func glString(name C.uint) string { return C.GoString(C.eglGLString(name)) }

var stageNames = map[C.int]string{
	C.stageDisplay:    "eglGetPlatformDisplay",
	C.stageInitialize: "eglInitialize",
	C.stageBind:       "eglBindAPI(EGL_OPENGL_API)",
	C.stageCreate:     "eglCreateContext",
	C.stageCurrent:    "eglMakeCurrent",
}

func errorName(code int) string {
	names := []string{"EGL_SUCCESS", "EGL_NOT_INITIALIZED", "EGL_BAD_ACCESS", "EGL_BAD_ALLOC", "EGL_BAD_ATTRIBUTE",
		"EGL_BAD_CONFIG", "EGL_BAD_CONTEXT", "EGL_BAD_CURRENT_SURFACE", "EGL_BAD_DISPLAY", "EGL_BAD_MATCH",
		"EGL_BAD_NATIVE_PIXMAP", "EGL_BAD_NATIVE_WINDOW", "EGL_BAD_PARAMETER", "EGL_BAD_SURFACE", "EGL_CONTEXT_LOST"}
	i := code - C.EGL_SUCCESS
	switch {
	case i == 0:
		return "no such platform"
	case i > 0 && i < len(names):
		return names[i]
	}
	return fmt.Sprintf("EGL error 0x%x", code)
}
