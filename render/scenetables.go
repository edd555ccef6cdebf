package render

import (
	"encoding/binary"
	"slices"

	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/render/colormap"
)

// sceneTables are what a scene is made of, on the device. What has not changed since the
// last picture is not uploaded again.
type sceneTables struct {
	channels table[sceneChannel]
	looks    table[[4]float32]
	surfaces table[sceneSurface]
	cuts     table[sceneCut]
	balls    table[sceneBall]
	starts   table[int32]
	seen     table[int32]
}

func (s *sceneTables) free(q *gpu.Queue) {
	s.channels.free(q)
	s.looks.free(q)
	s.surfaces.free(q)
	s.cuts.free(q)
	s.balls.free(q)
	s.starts.free(q)
	s.seen.free(q)
}

// upload hands over what the scene is made of.
func (s *sceneTables) upload(q *gpu.Queue, t *tracer, args *sceneArgs) error {
	var channels []sceneChannel
	looks := make([][4]float32, 0, len(t.volumes)*colormap.Size)
	for _, v := range t.volumes {
		channels = append(channels, v.channel())
		looks = append(looks, v.entries()...)
	}
	var surfaces []sceneSurface
	for _, s := range t.surfaces {
		surfaces = append(surfaces, sceneSurface{Colour: floats(s.colour), Opacity: float32(s.opacity), Level: float32(s.level), Field: int32(s.volume)})
	}
	var cuts []sceneCut
	for _, s := range t.slices {
		cuts = append(cuts, sceneCut{float32(s.at), int32(s.axis), int32(s.volume)})
	}
	for i, p := range t.plates {
		cuts = append(cuts, sceneCut{float32(p.at), int32(p.Axis), int32(-1 - i)})
	}
	balls := make([]sceneBall, len(t.tiles.balls))
	for i, b := range t.tiles.balls {
		balls[i] = sceneBall{Centre: vec3(b.Centre), Radius: float32(b.Radius), Colour: floats(fractions(b.Colour))}
	}
	for _, err := range []error{
		s.channels.fill(q, channels), s.looks.fill(q, looks), s.surfaces.fill(q, surfaces), s.cuts.fill(q, cuts),
		s.balls.fill(q, balls), s.starts.fill(q, t.tiles.starts), s.seen.fill(q, t.tiles.list),
	} {
		if err != nil {
			return err
		}
	}
	args.Channels, args.Looks, args.Surfaces, args.Cuts = s.channels.buffer, s.looks.buffer, s.surfaces.buffer, s.cuts.buffer
	args.Balls, args.Starts, args.Seen = s.balls.buffer, s.starts.buffer, s.seen.buffer
	return nil
}

// table is a buffer and the values it holds.
type table[T comparable] struct {
	buffer *gpu.Buffer
	values []T
}

// fill writes values that differ from those held, into a new buffer if they are more
// than it has room for.
func (t *table[T]) fill(q *gpu.Queue, values []T) error {
	if t.buffer != nil && slices.Equal(t.values, values) {
		return nil
	}
	bytes := max(binary.Size(values), 64) // a kernel is given all its buffers, needed or not
	if t.buffer == nil || t.buffer.Bytes() < bytes {
		t.free(q)
		larger, err := q.NewBuffer(bytes)
		if err != nil {
			return err
		}
		t.buffer = larger
	}
	t.values = values
	return gpu.WriteBuffer(q, t.buffer, 0, values)
}

func (t *table[T]) free(q *gpu.Queue) {
	t.buffer.Free(q)
	t.buffer, t.values = nil, nil
}
