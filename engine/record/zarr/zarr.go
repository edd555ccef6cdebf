// Package zarr writes and reads the densities of a run as OME-Zarr: Zarr version 2
// (zarr-specs.readthedocs.io/en/latest/v2/v2.0.html) with the metadata of NGFF 0.4
// (ngff.openmicroscopy.org/0.4). The array has the axes t, c, z, y, x in float32, little
// endian, in chunks of about 1 MiB behind zstd, each a file.
//
// A reader may come at any time: the chunks of an output are written before the shape and
// the times that tell of them, and both are replaced at once.
package zarr

import (
	"fmt"
	"image/color"
	"math"
	"path/filepath"
)

// Layout is what an array holds at every time.
type Layout struct {
	Name     string
	Shape    [3]int     // voxels along x, y, z
	Spacing  [3]float64 // µm
	Planar   bool       // one layer, as thick as Spacing[2]
	Channels []Channel
}

// Channel is a substrate.
type Channel struct {
	Name  string
	Unit  string
	Color color.RGBA // on screen
}

// maxChunk is the most voxels of a chunk: 1 MiB of float32.
const maxChunk = 1 << 18

// maxAxis is the most voxels along an axis that a viewer is given without a coarser level.
const maxAxis = 256

// Levels returns the shapes of the pyramid, the full one first. Every level has half the
// voxels along each axis of more than one, until none has more than maxAxis.
func (l Layout) Levels() [][3]int {
	levels := [][3]int{l.Shape}
	for shape := l.Shape; max(shape[0], shape[1], shape[2]) > maxAxis; {
		for axis, n := range shape {
			shape[axis] = (n + 1) / 2
		}
		levels = append(levels, shape)
	}
	return levels
}

// Bytes returns the size of one output before compression, all levels, and its files.
func (l Layout) Bytes() (bytes int64, files int) {
	for _, shape := range l.Levels() {
		chunk := chunkOf(shape)
		n := 1
		for axis := range shape {
			n *= chunks(shape, chunk, axis)
		}
		files += n * len(l.Channels)
		bytes += 4 * int64(n*len(l.Channels)) * int64(chunk[0]*chunk[1]*chunk[2])
	}
	return bytes, files
}

// chunkOf halves the longest axis until a chunk has at most maxChunk voxels.
func chunkOf(shape [3]int) [3]int {
	for shape[0]*shape[1]*shape[2] > maxChunk {
		longest := 0
		for axis, n := range shape {
			if n > shape[longest] {
				longest = axis
			}
		}
		shape[longest] = (shape[longest] + 1) / 2
	}
	return shape
}

// chunks returns the number of chunks along an axis.
func chunks(shape, chunk [3]int, axis int) int {
	return (shape[axis] + chunk[axis] - 1) / chunk[axis]
}

// eachChunk calls do with the place of every chunk, in chunks along x, y, z.
func eachChunk(shape, chunk [3]int, do func(at [3]int) error) error {
	for z := range chunks(shape, chunk, 2) {
		for y := range chunks(shape, chunk, 1) {
			for x := range chunks(shape, chunk, 0) {
				if err := do([3]int{x, y, z}); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// eachRow calls do with every row along x that a chunk and the array have in common: where
// it starts in either, and its length.
func eachRow(shape, chunk, at [3]int, do func(inArray, inChunk, n int)) {
	var low, size [3]int
	for axis := range low {
		low[axis] = at[axis] * chunk[axis]
		size[axis] = min(chunk[axis], shape[axis]-low[axis])
	}
	for z := range size[2] {
		for y := range size[1] {
			do(low[0]+shape[0]*(low[1]+y+shape[1]*(low[2]+z)), chunk[0]*(y+chunk[1]*z), size[0])
		}
	}
}

// chunkPath returns the file of a chunk.
func chunkPath(dir string, level, t, channel int, at [3]int) string {
	return filepath.Join(dir, fmt.Sprint(level), fmt.Sprint(t), fmt.Sprint(channel), fmt.Sprint(at[2]), fmt.Sprint(at[1]), fmt.Sprint(at[0]))
}

// halve returns the means over blocks of two voxels along every axis of more than one.
// Voxels that are not a number count for nothing; a block of none else is not a number.
func halve(values []float32, shape, half [3]int) []float32 {
	sum := make([]float64, half[0]*half[1]*half[2])
	count := make([]float64, len(sum))
	i := 0
	for z := range shape[2] {
		for y := range shape[1] {
			row := half[0] * (y/2 + half[1]*(z/2))
			for x := range shape[0] {
				if v := float64(values[i]); !math.IsNaN(v) {
					sum[row+x/2] += v
					count[row+x/2]++
				}
				i++
			}
		}
	}
	means := make([]float32, len(sum))
	for i := range means {
		means[i] = float32(sum[i] / count[i])
	}
	return means
}
