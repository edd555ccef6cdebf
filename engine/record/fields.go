package record

import (
	"image/color"
	"math"
	"path/filepath"
	"slices"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/record/zarr"
	"github.com/cytofield/cytofield/tissue"
)

// fieldsName is the array of densities in the directory.
const fieldsName = "fields.zarr"

// Fields says which densities are kept, and when: at every multiple of a time and at the
// end of the run.
type Fields struct {
	Substrates []tissue.SubstrateID // none for no array
	Every      float64              // s
}

// keeper writes densities.
type keeper struct {
	Fields
	writer *zarr.Writer
	last   float64 // time of the last densities that this process kept, s; NaN before
}

// KeepFields starts the array of densities, or goes on with that of a resumed run; what it
// costs is that of FieldsSize.
func (r *Run) KeepFields(f Fields) error {
	if len(f.Substrates) == 0 {
		return nil
	}
	path, layout := filepath.Join(r.dir, fieldsName), fieldsLayout(r.model, f.Substrates)
	var writer *zarr.Writer
	var err error
	if len(r.Manifest.Resumed) > 0 {
		writer, err = zarr.Continue(path, layout, r.Manifest.Resumed[len(r.Manifest.Resumed)-1])
	} else {
		writer, err = zarr.Create(path, layout)
	}
	r.fields = keeper{f, writer, math.NaN()}
	return err
}

// HasFields reports whether the densities of substrates that were recorded last are kept,
// and are those of a time, s.
func (r *Run) HasFields(t float64, substrates []tissue.SubstrateID) bool {
	for _, s := range substrates {
		if !slices.Contains(r.fields.Substrates, s) {
			return false
		}
	}
	return r.fields.writer != nil && r.fields.last == t
}

// FieldsSize returns the bytes of one output of the densities before compression, and its files.
func FieldsSize(m *tissue.Model, f Fields) (bytes int64, files int) {
	return fieldsLayout(m, f.Substrates).Bytes()
}

func fieldsLayout(m *tissue.Model, substrates []tissue.SubstrateID) zarr.Layout {
	l := zarr.Layout{Name: m.Title, Shape: m.Grid.Shape, Spacing: m.Grid.Spacing, Planar: m.Grid.Planar}
	for i, id := range substrates {
		s := m.Substrates[id]
		l.Channels = append(l.Channels, zarr.Channel{Name: s.Name, Unit: string(s.Unit), Color: channelColor(i)})
	}
	return l
}

// channelColor returns the i-th colour of a channel on black: those of Okabe and Ito that
// are bright enough, the ones that mix best first.
func channelColor(i int) color.RGBA {
	colors := []color.RGBA{
		{R: 0x00, G: 0x9e, B: 0x73, A: 0xff}, // bluish green
		{R: 0xcc, G: 0x79, B: 0xa7, A: 0xff}, // reddish purple
		{R: 0xe6, G: 0x9f, B: 0x00, A: 0xff}, // orange
		{R: 0x56, G: 0xb4, B: 0xe9, A: 0xff}, // sky blue
		{R: 0xf0, G: 0xe4, B: 0x42, A: 0xff}, // yellow
		{R: 0xd5, G: 0x5e, B: 0x00, A: 0xff}, // vermilion
	}
	return colors[i%len(colors)]
}

// due reports whether the densities of an output are kept.
func (k keeper) due(t, end float64) bool {
	n := math.Round(t / k.Every)
	return k.writer != nil && (t >= end || math.Abs(t-n*k.Every) <= 1e-9*max(t, k.Every))
}

// recordFields adds the densities to the array where they are due, and returns the summary
// of every substrate: a field crosses from the device once.
func (r *Run) recordFields(s engine.Solver) ([]summary, error) {
	due := r.fields.due(s.Time(), r.model.Duration)
	field := tissue.NewField(r.model.Grid)
	summaries := make([]summary, len(r.model.Substrates))
	channels := make([][]float32, len(r.fields.Substrates))
	for i := range summaries {
		id := tissue.SubstrateID(i)
		if err := s.Read(id, field); err != nil {
			return nil, err
		}
		summaries[i] = r.fluid.summarise(field)
		if at := slices.Index(r.fields.Substrates, id); due && at >= 0 {
			channels[at] = r.channel(field)
		}
	}
	if !due {
		return summaries, nil
	}
	r.fields.last = s.Time()
	return summaries, r.fields.writer.Append(s.Time(), channels)
}

// channel is a field as the array has it: inside impermeable regions there is none.
func (r *Run) channel(field *tissue.Field) []float32 {
	values := make([]float32, len(field.Values))
	for k, c := range field.Values {
		if r.fluid.in(k) == 0 {
			c = math.NaN()
		}
		values[k] = float32(c)
	}
	return values
}
