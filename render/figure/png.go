package figure

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/adler32"
	"hash/crc32"
	"image"
	"io"
	"maps"
	"math"
	"slices"
)

// encode writes an opaque picture as a PNG with its resolution and with text chunks, in
// the order of their keywords, before the pixels. It does what image/png does, but on all
// processors: this is most of the time that a frame takes.
func encode(w io.Writer, img *image.RGBA, dpi int, text map[string]string, hasty bool) error {
	pixels, err := compress(img, hasty)
	if err != nil {
		return fmt.Errorf("figure: %w", err)
	}
	var out bytes.Buffer
	out.WriteString("\x89PNG\r\n\x1a\n")
	head := binary.BigEndian.AppendUint32(nil, uint32(img.Rect.Dx()))
	head = binary.BigEndian.AppendUint32(head, uint32(img.Rect.Dy()))
	chunk(&out, "IHDR", append(head, 8, 2, 0, 0, 0)) // 8 bits of red, green and blue; not interlaced
	chunk(&out, "pHYs", resolution(dpi))
	for _, keyword := range slices.Sorted(maps.Keys(text)) {
		textChunk(&out, keyword, text[keyword])
	}
	chunk(&out, "IDAT", pixels)
	chunk(&out, "IEND", nil)
	if _, err := w.Write(out.Bytes()); err != nil {
		return fmt.Errorf("figure: %w", err)
	}
	return nil
}

// stripRows is how many rows are compressed for themselves. It does not depend on the
// machine, and so the file does not.
const stripRows = 128

// strip is some rows of a picture.
type strip struct {
	filtered []byte
	deflated bytes.Buffer
}

// compress returns the pixels as a zlib stream of filtered rows (PNG, third edition,
// sections 9 and 10): that of each strip ends on a whole byte, and the next goes on there.
func compress(img *image.RGBA, hasty bool) ([]byte, error) {
	level := 6 // the next ones take twice the time for a hundredth less
	if hasty {
		level = flate.BestSpeed
	}
	strips := make([]strip, (img.Rect.Dy()+stripRows-1)/stripRows)
	failed := make([]error, len(strips))
	inBands(len(strips), func(from, to int) {
		deflate, err := flate.NewWriter(nil, level)
		for i := from; i < to; i++ {
			if failed[i] = err; err == nil {
				failed[i] = strips[i].compress(deflate, img, i*stripRows, min((i+1)*stripRows, img.Rect.Dy()), hasty)
			}
		}
	})
	out, sum := []byte{0x78, 0x01}, adler32.New() // deflate with a window of 32 KiB
	for i := range strips {
		out = append(out, strips[i].deflated.Bytes()...)
		sum.Write(strips[i].filtered)
	}
	return binary.BigEndian.AppendUint32(out, sum.Sum32()), errors.Join(failed...)
}

// compress filters and deflates rows; the last ones end the stream. Colours of a map repeat as
// they are, others lie close to their neighbours: the shorter of both is kept, in haste the second.
func (s *strip) compress(deflate *flate.Writer, img *image.RGBA, from, to int, hasty bool) error {
	f := newFilters(img.Rect.Dx())
	f.take(img, from-1)
	var plain strip
	for y := from; y < to; y++ {
		f.take(img, y)
		s.filtered = append(s.filtered, f.best()...)
		if !hasty {
			plain.filtered = append(append(plain.filtered, 0), f.now...)
		}
	}
	last := to == img.Rect.Dy()
	if err := s.deflate(deflate, last); err != nil || hasty {
		return err
	}
	if err := plain.deflate(deflate, last); err != nil {
		return err
	}
	if plain.deflated.Len() < s.deflated.Len() {
		*s = plain
	}
	return nil
}

func (s *strip) deflate(deflate *flate.Writer, last bool) error {
	deflate.Reset(&s.deflated)
	if _, err := deflate.Write(s.filtered); err != nil {
		return err
	}
	if last {
		return deflate.Close()
	}
	return deflate.Flush()
}

// filters are the ways to write a row that a PNG may choose from.
type filters struct {
	now, above []byte // red, green and blue of the row and of the one above it
	sub, up    []byte // differences from the pixel to the left, and from the one above, behind the filter's number
}

func newFilters(width int) *filters {
	row := func() []byte { return make([]byte, 3*width) }
	return &filters{row(), row(), append([]byte{1}, row()...), append([]byte{2}, row()...)}
}

// take goes on to a row of a picture; there is nothing above the first.
func (f *filters) take(img *image.RGBA, y int) {
	f.now, f.above = f.above, f.now
	if y < 0 {
		return
	}
	line := img.Pix[y*img.Stride:][:4*img.Rect.Dx()]
	for i, k := 0, 0; k < len(line); i, k = i+3, k+4 {
		copy(f.now[i:i+3], line[k:k+3])
	}
}

// best returns the row by the filter that leaves the smaller differences, which as a rule
// are deflated best.
func (f *filters) best() []byte {
	left, above := 0, 0
	for i, level := range f.now {
		before := byte(0)
		if i >= 3 {
			before = f.now[i-3]
		}
		d, e := level-before, level-f.above[i]
		f.sub[i+1], f.up[i+1] = d, e
		left += int(min(d, -d))
		above += int(min(e, -e))
	}
	if above <= left {
		return f.up
	}
	return f.sub
}

// validKeywords reports keywords that PNG does not take; the other formats keep to them.
func validKeywords(text map[string]string) error {
	for keyword := range text {
		latin, ok := latin1(keyword)
		if !ok || len(latin) < 1 || len(latin) > 79 || keyword != string(bytes.TrimSpace([]byte(keyword))) {
			return fmt.Errorf("figure: provenance %q: want a keyword of 1 to 79 Latin characters", keyword)
		}
	}
	return nil
}

// resolution is the content of pHYs: pixels per metre along both axes.
func resolution(dpi int) []byte {
	perMetre := uint32(math.Round(float64(dpi) / 0.0254))
	data := binary.BigEndian.AppendUint32(nil, perMetre)
	data = binary.BigEndian.AppendUint32(data, perMetre)
	return append(data, 1) // the unit is the metre
}

// textChunk writes tEXt where Latin-1 holds the text, else iTXt, which is UTF-8.
// The keyword is a valid one.
func textChunk(out *bytes.Buffer, keyword, text string) {
	latin, _ := latin1(keyword)
	data := append(latin, 0)
	if encoded, ok := latin1(text); ok {
		chunk(out, "tEXt", append(data, encoded...))
		return
	}
	data = append(data, 0, 0, 0, 0) // not compressed; no language, no translated keyword
	chunk(out, "iTXt", append(data, text...))
}

// latin1 encodes text that ISO 8859-1 holds; NUL, which ends a keyword, it does not.
func latin1(text string) ([]byte, bool) {
	encoded := make([]byte, 0, len(text))
	for _, r := range text {
		if r == 0 || r > 0xff {
			return nil, false
		}
		encoded = append(encoded, byte(r))
	}
	return encoded, true
}

func chunk(out *bytes.Buffer, kind string, data []byte) {
	out.Write(binary.BigEndian.AppendUint32(nil, uint32(len(data))))
	named := append([]byte(kind), data...)
	out.Write(named)
	out.Write(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(named)))
}
