package zarr

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"github.com/cytofield/cytofield/engine/record/internal/whole"
)

// array is .zarray.
type array struct {
	Format     int         `json:"zarr_format"`
	Shape      [5]int      `json:"shape"` // t, c, z, y, x
	Chunks     [5]int      `json:"chunks"`
	Type       string      `json:"dtype"`
	Compressor *compressor `json:"compressor"`
	Fill       string      `json:"fill_value"`
	Order      string      `json:"order"`
	Filters    []string    `json:"filters"`
	Separator  string      `json:"dimension_separator"`
}

type compressor struct {
	ID    string `json:"id"`
	Level int    `json:"level"`
}

// attributes is .zattrs.
type attributes struct {
	Multiscales []multiscale `json:"multiscales"`
	Omero       omero        `json:"omero"`
	Cytofield   own          `json:"cytofield"`
}

type multiscale struct {
	Version  string    `json:"version"`
	Name     string    `json:"name"`
	Axes     []axis    `json:"axes"`
	Datasets []dataset `json:"datasets"`
	Type     string    `json:"type"`
}

type axis struct {
	Name string `json:"name"`
	Type string `json:"type"`
	Unit string `json:"unit,omitempty"`
}

type dataset struct {
	Path       string           `json:"path"`
	Transforms []transformation `json:"coordinateTransformations"`
}

type transformation struct {
	Type        string    `json:"type"`
	Scale       []float64 `json:"scale,omitempty"`
	Translation []float64 `json:"translation,omitempty"`
}

type omero struct {
	Version  string         `json:"version"`
	Channels []omeroChannel `json:"channels"`
}

type omeroChannel struct {
	Label  string `json:"label"`
	Color  string `json:"color"`
	Active bool   `json:"active"`
	Window window `json:"window"`
}

// window is the range of a channel over all outputs so far.
type window struct {
	Min   float64 `json:"min"`
	Max   float64 `json:"max"`
	Start float64 `json:"start"`
	End   float64 `json:"end"`
}

// own is what NGFF has no words for.
type own struct {
	Times  []float64 `json:"times_s"`
	Units  []string  `json:"units"` // per channel
	Planar bool      `json:"planar"`
}

func newArray(l Layout, shape [3]int, outputs int) array {
	chunk := chunkOf(shape)
	return array{
		Format: 2,
		Shape:  [5]int{outputs, len(l.Channels), shape[2], shape[1], shape[0]},
		Chunks: [5]int{1, 1, chunk[2], chunk[1], chunk[0]},
		Type:   "<f4", Compressor: &compressor{"zstd", level}, Fill: "NaN", Order: "C", Separator: "/",
	}
}

// newAttributes describes the outputs so far. The scale along t is the time between the
// first two; where outputs are not evenly spaced times_s alone is right.
func newAttributes(l Layout, times []float64, ranges []window) attributes {
	a := attributes{
		Multiscales: []multiscale{{
			Version: "0.4", Name: l.Name, Type: "mean",
			Axes: []axis{{"t", "time", "second"}, {"c", "channel", ""}, {"z", "space", "micrometer"}, {"y", "space", "micrometer"}, {"x", "space", "micrometer"}},
		}},
		Omero:     omero{Version: "0.4"},
		Cytofield: own{Times: append([]float64{}, times...), Planar: l.Planar},
	}
	step, start := 1., 0.
	if len(times) > 0 {
		start = times[0]
	}
	if len(times) > 1 {
		step = times[1] - times[0]
	}
	for i := range l.Levels() {
		scale, centre := []float64{step, 1, 0, 0, 0}, []float64{start, 0, 0, 0, 0}
		for axis, spacing := range l.Spacing {
			if l.Shape[axis] > 1 {
				spacing *= float64(int(1) << i)
			}
			scale[4-axis], centre[4-axis] = spacing, spacing/2
		}
		a.Multiscales[0].Datasets = append(a.Multiscales[0].Datasets, dataset{fmt.Sprint(i),
			[]transformation{{Type: "scale", Scale: scale}, {Type: "translation", Translation: centre}}})
	}
	for i, c := range l.Channels {
		a.Omero.Channels = append(a.Omero.Channels, omeroChannel{c.Name, fmt.Sprintf("%02X%02X%02X", c.Color.R, c.Color.G, c.Color.B), true, ranges[i]})
		a.Cytofield.Units = append(a.Cytofield.Units, c.Unit)
	}
	return a
}

// include widens a range to hold the values that are numbers.
func (w *window) include(values []float32, first bool) {
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if v := float64(v); !math.IsNaN(v) {
			low, high = min(low, v), max(high, v)
		}
	}
	if low > high {
		return
	}
	if !first {
		low, high = min(low, w.Min), max(high, w.Max)
	}
	*w = window{low, high, low, high}
}

func writeJSON(path string, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("zarr: %s: %w", path, err)
	}
	if err := whole.Write(path, append(text, '\n')); err != nil {
		return fmt.Errorf("zarr: %w", err)
	}
	return nil
}

func readJSON(path string, v any) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("zarr: %w", err)
	}
	if err := json.Unmarshal(text, v); err != nil {
		return fmt.Errorf("zarr: %s: %w", path, err)
	}
	return nil
}

// arrayPath returns where the shape of a level is.
func arrayPath(dir string, level int) string {
	return filepath.Join(dir, fmt.Sprint(level), ".zarray")
}
