package movie

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/png"
	"io"
	"maps"
	"math"
	"os"
	"slices"
	"strings"
)

// apng is an animated PNG: the pictures as they are, what changes from one to the next in
// one PNG behind the other in the chunks of the first
// (https://www.w3.org/TR/png-3/#apng-frame-based-animation).
type apng struct {
	file     *os.File
	out      *bufio.Writer
	options  Options
	frames   int
	before   [][4]uint8 // pixels of the picture before
	sequence uint32     // of the chunks of animation
	buffers  png.EncoderBufferPool
}

const (
	pngSignature = 8
	pngHead      = pngSignature + 25 // and IHDR
	// acTL, of which the number of pictures is known at the end, follows the head.
)

func newAPNG(path string, o Options) (*apng, error) {
	for keyword := range o.Provenance {
		if !validKeyword(keyword) {
			return nil, fmt.Errorf("provenance %q: want a keyword of 1 to 79 letters, digits, signs and spaces of ASCII", keyword)
		}
	}
	file, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	return &apng{file: file, out: bufio.NewWriter(file), options: o, buffers: &onePNGBuffer{}}, nil
}

func validKeyword(keyword string) bool {
	odd := strings.ContainsFunc(keyword, func(r rune) bool { return r < ' ' || r > '~' })
	return len(keyword) >= 1 && len(keyword) <= 79 && !odd && strings.TrimSpace(keyword) == keyword
}

// onePNGBuffer keeps the memory of one encoder for the next.
type onePNGBuffer struct{ buffer *png.EncoderBuffer }

func (p *onePNGBuffer) Get() *png.EncoderBuffer  { return p.buffer }
func (p *onePNGBuffer) Put(b *png.EncoderBuffer) { p.buffer = b }

func (a *apng) add(img *image.RGBA) error {
	part := a.changed(img)
	var still bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestSpeed, BufferPool: a.buffers}
	if err := encoder.Encode(&still, img.SubImage(part.Add(img.Rect.Min))); err != nil {
		return err
	}
	data := still.Bytes()
	if a.frames == 0 {
		a.out.Write(data[:pngHead])
		a.chunk("acTL", control(0))
		a.text()
	}
	a.chunk("fcTL", a.frame(part))
	for rest := data[pngHead:]; len(rest) > 0; {
		length := binary.BigEndian.Uint32(rest)
		kind, body := string(rest[4:8]), rest[8:8+length]
		rest = rest[12+length:]
		switch {
		case kind != "IDAT":
		case a.frames == 0:
			a.chunk(kind, body)
		default:
			a.chunk("fdAT", append(a.next(), body...))
		}
	}
	a.frames++
	return a.out.Flush()
}

// changed returns the part of a picture that differs from the one before, all of the first.
func (a *apng) changed(img *image.RGBA) image.Rectangle {
	size := img.Rect.Size()
	now := make([][4]uint8, 0, size.X*size.Y)
	for y := range size.Y {
		for line := img.Pix[y*img.Stride:][:4*size.X]; len(line) > 0; line = line[4:] {
			now = append(now, [4]uint8(line))
		}
	}
	before := a.before
	a.before = now
	if before == nil {
		return image.Rectangle{Max: size}
	}
	return difference(now, before, size)
}

// control is the content of acTL: so many pictures, shown over and over.
func control(frames int) []byte {
	return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(frames)), 0)
}

// next numbers a chunk of animation.
func (a *apng) next() []byte {
	a.sequence++
	return binary.BigEndian.AppendUint32(nil, a.sequence-1)
}

// frame is the content of fcTL: a part of the picture in the place of what was there,
// shown for a while in thousandths of a second.
func (a *apng) frame(part image.Rectangle) []byte {
	data := a.next()
	for _, v := range []int{part.Dx(), part.Dy(), part.Min.X, part.Min.Y} {
		data = binary.BigEndian.AppendUint32(data, uint32(v))
	}
	at := func(n int) int { return int(math.Round(1000 * float64(n) / a.options.Rate)) }
	delay := min(at(a.frames+1)-at(a.frames), math.MaxUint16)
	data = binary.BigEndian.AppendUint16(data, uint16(delay))
	data = binary.BigEndian.AppendUint16(data, 1000)
	return append(data, 0, 0)
}

// text writes title and provenance in UTF-8, not compressed, of no language.
func (a *apng) text() {
	text := maps.Clone(a.options.Provenance)
	if text == nil {
		text = map[string]string{}
	}
	if a.options.Title != "" {
		text["Title"] = a.options.Title
	}
	for _, keyword := range slices.Sorted(maps.Keys(text)) {
		a.chunk("iTXt", []byte(keyword+"\x00\x00\x00\x00\x00"+text[keyword]))
	}
}

// chunk writes a chunk; bufio keeps the first error until the next Flush.
func (a *apng) chunk(kind string, data []byte) { writeChunk(a.out, kind, data) }

func writeChunk(w io.Writer, kind string, data []byte) {
	named := append([]byte(kind), data...)
	binary.Write(w, binary.BigEndian, uint32(len(data)))
	w.Write(named)
	binary.Write(w, binary.BigEndian, crc32.ChecksumIEEE(named))
}

func (a *apng) finish() error {
	a.chunk("IEND", nil)
	if err := a.out.Flush(); err != nil {
		return err
	}
	var counted bytes.Buffer
	writeChunk(&counted, "acTL", control(a.frames))
	if _, err := a.file.WriteAt(counted.Bytes(), pngHead); err != nil {
		return err
	}
	if err := a.file.Close(); err != nil {
		return fmt.Errorf("closing: %w", err)
	}
	return nil
}

func (a *apng) discard() { a.file.Close() }
