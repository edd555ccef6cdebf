package export

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/cytofield/cytofield/tissue"
)

// omeTIFF writes a BigTIFF of float32 with a page for every plane, z running fastest, then
// the channel, then the time, and OME-XML that says so
// (docs.openmicroscopy.org/ome-model/6.3.1/ome-tiff).
func (s *source) omeTIFF(path string) error {
	return newFile(path, func(w *bufio.Writer) error {
		t := tiff{shape: s.grid.Shape, pages: s.grid.Shape[2] * len(s.channels) * len(s.outputs), description: s.omeXML() + "\x00"}
		if err := t.header(w); err != nil {
			return err
		}
		field := tissue.NewField(s.grid)
		plane := s.grid.Shape[0] * s.grid.Shape[1]
		return s.each(func(_ int, o output) error {
			for _, c := range s.channels {
				if err := s.field(c, o, field); err != nil {
					return err
				}
				for z := range s.grid.Shape[2] {
					if err := t.page(w, float32s(field.Values[z*plane:(z+1)*plane])); err != nil {
						return err
					}
				}
			}
			return nil
		})
	})
}

// tiff is a BigTIFF being written from front to back: header, description, and every page
// as a directory of fixed length and its pixels.
type tiff struct {
	shape       [3]int
	pages       int
	description string

	written int   // pages
	offset  int64 // of the next page
}

// Tags of a page, in order, and the types of their values.
const (
	tagWidth, tagHeight, tagBits, tagCompression, tagPhotometric = 256, 257, 258, 259, 262
	tagDescription, tagStrips, tagSamples, tagRows, tagBytes     = 270, 273, 277, 278, 279
	tagFormat                                                    = 339

	typeText, typeShort, typeLong, typeLong8 = 2, 3, 4, 16
)

// directoryBytes is the length of a directory: a count, eleven entries and where the next is.
const directoryBytes = 8 + 11*20 + 8

func (t *tiff) header(w *bufio.Writer) error {
	text := t.description + strings.Repeat("\x00", (8-len(t.description)%8)%8)
	t.offset = 16 + int64(len(text))
	const bigTIFF, offsetBytes = 43, 8
	for _, v := range []any{[]byte("II"), uint16(bigTIFF), uint16(offsetBytes), uint16(0), t.offset} {
		if err := binary.Write(w, binary.LittleEndian, v); err != nil {
			return err
		}
	}
	_, err := w.WriteString(text)
	return err
}

func (t *tiff) page(w *bufio.Writer, pixels []float32) error {
	size := int64(4 * len(pixels))
	padded := (size + 7) / 8 * 8
	next := t.offset + directoryBytes + padded
	if t.written++; t.written == t.pages {
		next = 0
	}
	type entry struct {
		Tag, Type    uint16
		Count, Value uint64
	}
	description := entry{tagDescription, typeText, 1, 0} // an empty text on all pages but the first
	if t.written == 1 {
		description = entry{tagDescription, typeText, uint64(len(t.description)), 16}
	}
	entries := []entry{
		{tagWidth, typeLong, 1, uint64(t.shape[0])}, {tagHeight, typeLong, 1, uint64(t.shape[1])},
		{tagBits, typeShort, 1, 32}, {tagCompression, typeShort, 1, 1}, {tagPhotometric, typeShort, 1, 1}, // none; black is 0
		description,
		{tagStrips, typeLong8, 1, uint64(t.offset + directoryBytes)}, {tagSamples, typeShort, 1, 1},
		{tagRows, typeLong, 1, uint64(t.shape[1])}, {tagBytes, typeLong8, 1, uint64(size)},
		{tagFormat, typeShort, 1, 3}, // IEEE floating point
	}
	for _, v := range []any{uint64(len(entries)), entries, next, pixels, make([]byte, padded-size)} {
		if err := binary.Write(w, binary.LittleEndian, v); err != nil {
			return err
		}
	}
	t.offset = next
	return nil
}

// omeXML describes the pages: sizes, edges of voxels, channels and times.
func (s *source) omeXML() string {
	var b strings.Builder
	n, h := s.grid.Shape, s.grid.Spacing
	fmt.Fprintf(&b, `<?xml version="1.0" encoding="UTF-8"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.openmicroscopy.org/Schemas/OME/2016-06 http://www.openmicroscopy.org/Schemas/OME/2016-06/ome.xsd" Creator="cytofield %s">`, escaped(s.recording.Manifest.Version))
	fmt.Fprintf(&b, `<Image ID="Image:0" Name="%s"><Pixels ID="Pixels:0" DimensionOrder="XYZCT" Type="float" BigEndian="false" SizeX="%d" SizeY="%d" SizeZ="%d" SizeC="%d" SizeT="%d"`,
		escaped(s.recording.Manifest.Title), n[0], n[1], n[2], len(s.channels), len(s.outputs))
	for axis, name := range []string{"X", "Y", "Z"} {
		fmt.Fprintf(&b, ` PhysicalSize%s="%s" PhysicalSize%sUnit="µm"`, name, number(h[axis]), name)
	}
	if len(s.outputs) > 1 {
		fmt.Fprintf(&b, ` TimeIncrement="%s" TimeIncrementUnit="s"`, number(s.outputs[1].time-s.outputs[0].time))
	}
	b.WriteString(`>`)
	for i, c := range s.channels {
		rgba := int32(uint32(c.Color.R)<<24 | uint32(c.Color.G)<<16 | uint32(c.Color.B)<<8 | 0xff)
		fmt.Fprintf(&b, `<Channel ID="Channel:0:%d" Name="%s (%s)" Color="%d" SamplesPerPixel="1"/>`, i, escaped(c.Name), escaped(c.Unit), rgba)
	}
	b.WriteString(`<TiffData/>`)
	for t, o := range s.outputs {
		for c := range s.channels {
			for z := range n[2] {
				fmt.Fprintf(&b, `<Plane TheZ="%d" TheC="%d" TheT="%d" DeltaT="%s" DeltaTUnit="s"/>`, z, c, t, number(o.time))
			}
		}
	}
	b.WriteString(`</Pixels></Image></OME>`)
	return b.String()
}
