package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"

	"github.com/cytofield/cytofield/cmd/internal/program"
	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/cpu"
	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/engine/gpu/egl"
	"github.com/cytofield/cytofield/tissue"
)

// deviceFlag chooses where a simulation runs.
type deviceFlag struct {
	Device string `default:"auto" placeholder:"auto|gpu|gpu:N|cpu" help:"auto takes a hardware GPU, else the CPU; gpu any OpenGL 4.3, software too; gpu:N the N-th EGL device (default: auto)."`
}

// device is a GPU, or where gpu is nil the CPU.
type device struct {
	name, driver string
	software     bool
	gpu          *gpu.Device
}

// open opens the device asked for. One that is not there is the user's to change.
func (f deviceFlag) open() (*device, error) {
	d, err := f.find()
	var unavailable *gpu.UnavailableError
	if errors.As(err, &unavailable) {
		err = program.Input(err)
	}
	return d, err
}

func (f deviceFlag) find() (*device, error) {
	switch name, index, numbered := strings.Cut(f.Device, ":"); {
	case f.Device == "auto":
		d, err := openGPU(egl.Hardware())
		var unavailable *gpu.UnavailableError
		if errors.As(err, &unavailable) {
			return openCPU(), nil
		}
		return d, err
	case f.Device == "cpu":
		return openCPU(), nil
	case f.Device == "gpu":
		return openGPU(egl.Any())
	case name == "gpu" && numbered:
		n, err := strconv.Atoi(index)
		if err == nil && n >= 0 {
			return openGPU(egl.Device(n))
		}
	}
	return nil, program.Input(fmt.Errorf("--device %s: want auto, gpu, gpu:N with N from 0, or cpu", f.Device))
}

func openGPU(opener gpu.Opener) (*device, error) {
	d, err := gpu.Open(opener)
	if err != nil {
		return nil, err
	}
	info := d.Info()
	return &device{name: info.Renderer, driver: info.GLVersion + ", " + info.Driver, software: info.Software, gpu: d}, nil
}

func openCPU() *device {
	name := fmt.Sprintf("CPU in float64, %s, %d threads", processor(), runtime.GOMAXPROCS(0))
	return &device{name: name, driver: runtime.Version(), software: true}
}

// processor returns the processor's model name.
func processor() string {
	file, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if key, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

// hostMemory returns an entry of /proc/meminfo, bytes; 0 where there is none.
func hostMemory(entry string) int64 {
	file, err := os.Open("/proc/meminfo")
	if err != nil {
		return 0
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if key, value, ok := strings.Cut(lines.Text(), ":"); ok && key == entry {
			kibibytes, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
			if err == nil {
				return kibibytes << 10
			}
		}
	}
	return 0
}

// solver prepares a model on the device. What the grid cannot represent, and
// the device cannot follow, is the user's to mend.
func (d *device) solver(m *tissue.Model, o engine.Options) (engine.Solver, error) {
	var s engine.Solver
	var err error
	if d.gpu == nil {
		if need, free := cpu.Memory(m), hostMemory("MemAvailable"); free > 0 && need > free {
			return nil, fmt.Errorf("the model needs %s of memory, %s are free; use larger voxels, or fewer substrates or tags", memorySize(need), memorySize(free))
		}
		s, err = asSolver(cpu.NewSolver(m, o))
	} else {
		s, err = asSolver(engine.NewGPUSolver(d.gpu, m, o))
	}
	if errors.Is(err, engine.ErrBeyondSubVoxelLaw) {
		err = program.Input(err)
	}
	return s, err
}

// memorySize prints an amount of memory in the binary unit that fits it.
func memorySize(n int64) string {
	v, unit := float64(n), "B"
	for _, next := range []string{"KiB", "MiB", "GiB", "TiB"} {
		if v < 1024 {
			break
		}
		v, unit = v/1024, next
	}
	return fmt.Sprintf("%.3g %s", v, unit)
}

// asSolver keeps a nil pointer from becoming a non-nil interface.
func asSolver[S engine.Solver](s S, err error) (engine.Solver, error) {
	if err != nil {
		return nil, err
	}
	return s, nil
}

func (d *device) close() error {
	if d.gpu == nil {
		return nil
	}
	return d.gpu.Close()
}
