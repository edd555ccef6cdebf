package gpu

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"strings"

	"github.com/go-gl/gl/v4.3-core/gl"
)

// Info tells what a device is and what it can hold.
type Info struct {
	Vendor      string `json:"vendor"`
	Renderer    string `json:"renderer"`
	GLVersion   string `json:"gl_version"`
	GLSLVersion string `json:"glsl_version"`
	Driver      string `json:"driver"`   // how the context was opened: "EGL device 0"
	Software    bool   `json:"software"` // the "device" is the CPU
	// MemoryBytes is the memory that was free when the device was opened: on the device, or on the host for a software
	// device; 0 when the driver does not tell.
	MemoryBytes int64 `json:"memory_bytes"`

	MaxTextureSize2D    int    `json:"max_texture_size_2d"` // voxels along an axis
	MaxTextureSize3D    int    `json:"max_texture_size_3d"` // voxels along an axis
	MaxImageUnits       int    `json:"max_image_units"`
	MaxComputeImages    int    `json:"max_compute_images"`   // in one kernel
	MaxComputeSamplers  int    `json:"max_compute_samplers"` // in one kernel
	MaxComputeBuffers   int    `json:"max_compute_buffers"`  // in one kernel
	MaxBufferBytes      int64  `json:"max_buffer_bytes"`
	MaxBufferVectors    int    `json:"max_buffer_vectors"` // of a buffer as an image
	MaxGroupCount       [3]int `json:"max_group_count"`
	MaxGroupSize        [3]int `json:"max_group_size"`
	MaxGroupInvocations int    `json:"max_group_invocations"`
	MaxSharedBytes      int    `json:"max_shared_bytes"`
}

func readInfo(platform string) Info {
	info := Info{
		Vendor:      gl.GoStr(gl.GetString(gl.VENDOR)),
		Renderer:    gl.GoStr(gl.GetString(gl.RENDERER)),
		GLVersion:   gl.GoStr(gl.GetString(gl.VERSION)),
		GLSLVersion: gl.GoStr(gl.GetString(gl.SHADING_LANGUAGE_VERSION)),
		Driver:      platform,

		MaxTextureSize2D:    limit(gl.MAX_TEXTURE_SIZE),
		MaxTextureSize3D:    limit(gl.MAX_3D_TEXTURE_SIZE),
		MaxImageUnits:       limit(gl.MAX_IMAGE_UNITS),
		MaxComputeImages:    limit(gl.MAX_COMPUTE_IMAGE_UNIFORMS),
		MaxComputeSamplers:  limit(gl.MAX_COMPUTE_TEXTURE_IMAGE_UNITS),
		MaxComputeBuffers:   limit(gl.MAX_COMPUTE_SHADER_STORAGE_BLOCKS),
		MaxBufferVectors:    limit(gl.MAX_TEXTURE_BUFFER_SIZE),
		MaxGroupInvocations: limit(gl.MAX_COMPUTE_WORK_GROUP_INVOCATIONS),
		MaxSharedBytes:      limit(gl.MAX_COMPUTE_SHARED_MEMORY_SIZE),
	}
	gl.GetInteger64v(gl.MAX_SHADER_STORAGE_BLOCK_SIZE, &info.MaxBufferBytes)
	for axis := range 3 {
		var n int32
		gl.GetIntegeri_v(gl.MAX_COMPUTE_WORK_GROUP_COUNT, uint32(axis), &n)
		info.MaxGroupCount[axis] = int(n)
		gl.GetIntegeri_v(gl.MAX_COMPUTE_WORK_GROUP_SIZE, uint32(axis), &n)
		info.MaxGroupSize[axis] = int(n)
	}
	info.Software = IsSoftware(info.Renderer)
	return info
}

// IsSoftware reports whether a GL_RENDERER string names a device that computes on the CPU.
func IsSoftware(renderer string) bool {
	r := strings.ToLower(renderer)
	for _, name := range []string{"llvmpipe", "softpipe", "swrast", "swiftshader", "software rasterizer"} {
		if strings.Contains(r, name) {
			return true
		}
	}
	return false
}

func limit(name uint32) int {
	var n int32
	gl.GetIntegerv(name, &n)
	return int(n)
}

func hasExtension(name string) bool {
	for i := range limit(gl.NUM_EXTENSIONS) {
		if gl.GoStr(gl.GetStringi(gl.EXTENSIONS, uint32(i))) == name {
			return true
		}
	}
	return false
}

// From the registry's GL_NVX_gpu_memory_info and GL_ATI_meminfo, which go-gl's core package leaves out.
const (
	gpuMemoryInfoCurrentAvailableVidmemNVX = 0x9049
	textureFreeMemoryATI                   = 0x87FC
)

// memoryQuery returns the function that tells how many bytes can be allocated now, 0 when unknown.
func memoryQuery(software bool) func() int64 {
	switch {
	case software:
		return hostMemoryAvailable
	case hasExtension("GL_NVX_gpu_memory_info"):
		return func() int64 { return kibibytes(gpuMemoryInfoCurrentAvailableVidmemNVX) }
	case hasExtension("GL_ATI_meminfo"):
		return func() int64 { return kibibytes(textureFreeMemoryATI) }
	}
	return func() int64 { return 0 }
}

func kibibytes(name uint32) int64 {
	var n [4]int32 // ATI answers with four numbers, the first of which is the free memory
	gl.GetIntegerv(name, &n[0])
	return int64(n[0]) << 10
}

func hostMemoryAvailable() int64 {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		var n int64
		if _, err := fmt.Sscanf(lines.Text(), "MemAvailable: %d kB", &n); err == nil {
			return n << 10
		}
	}
	return 0
}
