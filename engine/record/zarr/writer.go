package zarr

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/zstd"
)

// level of compression: numcodecs's word for what klauspost calls SpeedDefault.
const level = 3

// Writer adds outputs to an array.
type Writer struct {
	dir     string
	layout  Layout
	times   []float64
	ranges  []window
	encoder *zstd.Encoder
}

// Create makes an array of no output yet in a directory that is not there.
func Create(dir string, l Layout) (*Writer, error) {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return nil, fmt.Errorf("zarr: %w", err)
	}
	w, err := newWriter(dir, l)
	if err != nil {
		return nil, err
	}
	for i := range l.Levels() {
		if err := os.Mkdir(filepath.Join(dir, fmt.Sprint(i)), 0o755); err != nil {
			return nil, fmt.Errorf("zarr: %w", err)
		}
	}
	if err := writeJSON(filepath.Join(dir, ".zgroup"), map[string]int{"zarr_format": 2}); err != nil {
		return nil, err
	}
	return w, w.publish()
}

// Continue goes on with an array behind its outputs until a time, s. Readers no longer see
// those that came later.
func Continue(dir string, l Layout, until float64) (*Writer, error) {
	a, err := Open(dir)
	if err != nil {
		return nil, err
	}
	if a.Shape != l.Shape || len(a.Channels) != len(l.Channels) {
		return nil, fmt.Errorf("zarr: %s holds %d channels of %v voxels: want %d of %v", dir, len(a.Channels), a.Shape, len(l.Channels), l.Shape)
	}
	w, err := newWriter(dir, l)
	if err != nil {
		return nil, err
	}
	for i, t := range a.Times {
		if t > until {
			break
		}
		if err := w.recall(a, i); err != nil {
			return nil, err
		}
	}
	return w, w.publish()
}

// recall takes up an output that the array has.
func (w *Writer) recall(a *Array, i int) error {
	n := a.Shape[0] * a.Shape[1] * a.Shape[2]
	densities, values := make([]float64, n), make([]float32, n)
	for c := range w.ranges {
		if err := a.Read(c, i, densities); err != nil {
			return err
		}
		for k, v := range densities {
			values[k] = float32(v)
		}
		w.ranges[c].include(values, i == 0)
	}
	w.times = append(w.times, a.Times[i])
	return nil
}

func newWriter(dir string, l Layout) (*Writer, error) {
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, fmt.Errorf("zarr: %w", err)
	}
	return &Writer{dir: dir, layout: l, ranges: make([]window, len(l.Channels)), encoder: encoder}, nil
}

// Append adds the output at a time, s: one slice of values per channel, x running fastest,
// not a number where there is nothing to measure.
func (w *Writer) Append(t float64, channels [][]float32) error {
	for c, values := range channels {
		w.ranges[c].include(values, len(w.times) == 0)
		levels := w.layout.Levels()
		for i, shape := range levels {
			if i > 0 {
				values = halve(values, levels[i-1], shape)
			}
			if err := w.write(i, c, values, shape); err != nil {
				return err
			}
		}
	}
	w.times = append(w.times, t)
	return w.publish()
}

// write writes the chunks of one level of a channel.
func (w *Writer) write(level, channel int, values []float32, shape [3]int) error {
	chunk := chunkOf(shape)
	raw := make([]byte, 4*chunk[0]*chunk[1]*chunk[2])
	nan := math.Float32bits(float32(math.NaN()))
	return eachChunk(shape, chunk, func(at [3]int) error {
		for i := 0; i < len(raw); i += 4 {
			binary.LittleEndian.PutUint32(raw[i:], nan)
		}
		eachRow(shape, chunk, at, func(inArray, inChunk, n int) {
			for i, v := range values[inArray : inArray+n] {
				binary.LittleEndian.PutUint32(raw[4*(inChunk+i):], math.Float32bits(v))
			}
		})
		path := chunkPath(w.dir, level, len(w.times), channel, at)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return fmt.Errorf("zarr: %w", err)
		}
		if err := os.WriteFile(path, w.encoder.EncodeAll(raw, nil), 0o644); err != nil {
			return fmt.Errorf("zarr: %w", err)
		}
		return nil
	})
}

// publish tells readers of the outputs so far.
func (w *Writer) publish() error {
	for i, shape := range w.layout.Levels() {
		if err := writeJSON(arrayPath(w.dir, i), newArray(w.layout, shape, len(w.times))); err != nil {
			return err
		}
	}
	return writeJSON(filepath.Join(w.dir, ".zattrs"), newAttributes(w.layout, w.times, w.ranges))
}

// Close lets go of the encoder. The array is whole without it.
func (w *Writer) Close() error {
	if w == nil {
		return nil
	}
	return w.encoder.Close()
}
