package zarr

import (
	"encoding/binary"
	"errors"
	"fmt"
	"image/color"
	"math"
	"os"
	"path/filepath"
	"slices"

	"github.com/klauspost/compress/zstd"
)

// Array is an array as it was when it was opened; outputs that came later are not seen.
type Array struct {
	Layout
	Times []float64 // of the outputs, s

	dir   string
	chunk [3]int
}

// Open reads what an array of this package holds.
func Open(dir string) (*Array, error) {
	var about attributes
	path := filepath.Join(dir, ".zattrs")
	if err := readJSON(path, &about); err != nil {
		return nil, err
	}
	var whole array
	if err := readJSON(arrayPath(dir, 0), &whole); err != nil {
		return nil, err
	}
	if err := whole.check(); err != nil {
		return nil, fmt.Errorf("zarr: %s: %w", arrayPath(dir, 0), err)
	}
	a := &Array{dir: dir, chunk: [3]int{whole.Chunks[4], whole.Chunks[3], whole.Chunks[2]}}
	a.Shape = [3]int{whole.Shape[4], whole.Shape[3], whole.Shape[2]}
	if err := a.describe(about, whole.Shape[1]); err != nil {
		return nil, fmt.Errorf("zarr: %s: %w", path, err)
	}
	a.Times = about.Cytofield.Times[:min(len(about.Cytofield.Times), whole.Shape[0])]
	return a, nil
}

// check reports what of an array this package does not read.
func (a array) check() error {
	switch {
	case a.Format != 2 || a.Type != "<f4" || a.Order != "C" || a.Separator != "/" || len(a.Filters) > 0:
		return fmt.Errorf("zarr_format %d, dtype %q, order %q, dimension_separator %q, %d filters: want 2, \"<f4\", \"C\", \"/\" and none", a.Format, a.Type, a.Order, a.Separator, len(a.Filters))
	case a.Compressor == nil || a.Compressor.ID != "zstd":
		return errors.New("compressor: want zstd")
	case a.Chunks[0] != 1 || a.Chunks[1] != 1 || slices.Min(a.Chunks[:]) < 1 || slices.Min(a.Shape[1:]) < 1 || a.Shape[0] < 0:
		return fmt.Errorf("shape %v in chunks of %v: want t, c, z, y, x, in chunks of one time and one channel", a.Shape, a.Chunks)
	}
	return nil
}

// describe takes names, units and places from the attributes of an array.
func (a *Array) describe(about attributes, channels int) error {
	if len(about.Multiscales) != 1 || len(about.Multiscales[0].Datasets) == 0 || len(about.Multiscales[0].Datasets[0].Transforms) == 0 {
		return errors.New("no scale: want multiscales[0].datasets[0].coordinateTransformations")
	}
	scale := about.Multiscales[0].Datasets[0].Transforms[0].Scale
	if len(scale) != 5 {
		return fmt.Errorf("scale %v: want one number for each of t, c, z, y, x", scale)
	}
	if len(about.Omero.Channels) != channels || len(about.Cytofield.Units) != channels {
		return fmt.Errorf("%d names and %d units for %d channels", len(about.Omero.Channels), len(about.Cytofield.Units), channels)
	}
	a.Name, a.Planar = about.Multiscales[0].Name, about.Cytofield.Planar
	a.Spacing = [3]float64{scale[4], scale[3], scale[2]}
	for i, c := range about.Omero.Channels {
		shade := color.RGBA{A: 0xff}
		fmt.Sscanf(c.Color, "%02X%02X%02X", &shade.R, &shade.G, &shade.B) // black where it is no colour
		a.Channels = append(a.Channels, Channel{c.Label, about.Cytofield.Units[i], shade})
	}
	return nil
}

// Read copies output i of a channel into dst, x running fastest. What was not measured,
// such as the inside of impermeable regions, is not a number.
func (a *Array) Read(channel, i int, dst []float64) error {
	if channel < 0 || channel >= len(a.Channels) || i < 0 || i >= len(a.Times) {
		return fmt.Errorf("zarr: %s: channel %d of %d, output %d of %d: want one that is there", a.dir, channel, len(a.Channels), i, len(a.Times))
	}
	if n := a.Shape[0] * a.Shape[1] * a.Shape[2]; len(dst) != n {
		return fmt.Errorf("zarr: %s: %d values to read %d voxels", a.dir, len(dst), n)
	}
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return fmt.Errorf("zarr: %w", err)
	}
	defer decoder.Close()
	return eachChunk(a.Shape, a.chunk, func(at [3]int) error {
		path := chunkPath(a.dir, 0, i, channel, at)
		packed, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("zarr: %w", err)
		}
		raw, err := decoder.DecodeAll(packed, nil)
		if err != nil {
			return fmt.Errorf("zarr: %s: %w", path, err)
		}
		if want := 4 * a.chunk[0] * a.chunk[1] * a.chunk[2]; len(raw) != want {
			return fmt.Errorf("zarr: %s: %d bytes: want %d", path, len(raw), want)
		}
		eachRow(a.Shape, a.chunk, at, func(inArray, inChunk, n int) {
			for k := range n {
				dst[inArray+k] = float64(math.Float32frombits(binary.LittleEndian.Uint32(raw[4*(inChunk+k):])))
			}
		})
		return nil
	})
}
