package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"

	"github.com/cytofield/cytofield/cmd/internal/build"
	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/engine/gpu/egl"
)

type infoCommand struct {
	deviceFlag
	JSON bool `help:"Print JSON."`
}

// information is what info --json prints.
type information struct {
	Version string `json:"version"`
	Commit  string `json:"commit"`
	Go      string `json:"go"`
	gpu.Info
	Processor string           `json:"processor"`
	Threads   int              `json:"threads"`
	Devices   []egl.DeviceInfo `json:"devices"`
}

// Run describes the device that the same --device would run on.
func (c *infoCommand) Run(io streams) (err error) {
	d, err := c.open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	info := information{
		Version: build.Version, Commit: build.Commit(), Go: runtime.Version(),
		Processor: processor(), Threads: runtime.GOMAXPROCS(0), Devices: egl.Devices(),
	}
	if d.gpu != nil {
		info.Info = d.gpu.Info()
	} else {
		info.Info = gpu.Info{Renderer: d.name, GLVersion: "none", Software: true, MemoryBytes: hostMemory("MemTotal")}
	}
	if c.JSON {
		encoder := json.NewEncoder(io.Out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(info)
	}
	fmt.Fprint(io.Out, info.text())
	return nil
}

func (i information) text() string {
	var b strings.Builder
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-16s "+format+"\n", append([]any{name}, args...)...)
	}
	line("cytofield", "%s (%s), %s", i.Version, i.Commit, i.Go)
	line("device", "%s", i.Renderer)
	line("OpenGL", "%s", i.GLVersion)
	if i.Vendor != "" {
		line("vendor", "%s", i.Vendor)
		line("context", "%s", i.Driver)
		line("GLSL", "%s", i.GLSLVersion)
	}
	line("software", "%t", i.Software)
	line("memory", "%.1f GiB", float64(i.MemoryBytes)/(1<<30))
	if i.MaxTextureSize3D > 0 {
		line("largest grid", "%d voxels along an axis in 3D, %d in 2D", i.MaxTextureSize3D, i.MaxTextureSize2D)
		line("kernels", "%d images, %d invocations a group, %d KiB shared", i.MaxComputeImages, i.MaxGroupInvocations, i.MaxSharedBytes/1024)
		line("buffers", "%.0f MiB at most", float64(i.MaxBufferBytes)/(1<<20))
	}
	line("processor", "%s, %d threads", i.Processor, i.Threads)
	for _, d := range i.Devices {
		kind := "hardware"
		if d.Software {
			kind = "software"
		}
		line(fmt.Sprintf("gpu:%d", d.Index), "%s (%s)", d.Name, kind)
	}
	return b.String()
}
