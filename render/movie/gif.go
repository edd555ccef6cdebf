package movie

import (
	"bufio"
	"compress/flate"
	"compress/lzw"
	"encoding/binary"
	"fmt"
	"image"
	"io"
	"math"
	"os"
)

// gifMost is how many pictures a second browsers show: they slow down what is faster.
const gifMost = 50

// animation is a GIF. Its colours are chosen from all pictures, so that none changes from
// one to the next: until then they wait in a temporary file.
type animation struct {
	path    string
	options Options
	size    image.Point
	frames  int
	colours *census
	kept    *os.File
	deflate *flate.Writer
}

func newGIF(path string, o Options) (*animation, error) {
	if o.Rate > gifMost {
		return nil, fmt.Errorf("%g pictures per second: GIF is shown with %d at most", o.Rate, gifMost)
	}
	kept, err := os.CreateTemp("", "cytofield-movie-*")
	if err != nil {
		return nil, err
	}
	os.Remove(kept.Name()) // it lives until it is closed, whatever happens
	deflate, err := flate.NewWriter(kept, flate.BestSpeed)
	if err != nil {
		kept.Close()
		return nil, err
	}
	return &animation{path: path, options: o, colours: newCensus(), kept: kept, deflate: deflate}, nil
}

func (a *animation) add(img *image.RGBA) error {
	if a.size = img.Rect.Size(); a.size.X > math.MaxUint16 || a.size.Y > math.MaxUint16 {
		return fmt.Errorf("%d × %d pixels: GIF takes up to %d each way", a.size.X, a.size.Y, math.MaxUint16)
	}
	a.frames++
	a.colours.add(img)
	return rows(a.deflate, img)
}

func (a *animation) finish() error {
	if err := a.deflate.Close(); err != nil {
		return err
	}
	if _, err := a.kept.Seek(0, io.SeekStart); err != nil {
		return err
	}
	file, err := os.Create(a.path)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(file)
	err = a.write(out)
	if err == nil {
		err = out.Flush()
	}
	if closed := file.Close(); err == nil {
		err = closed
	}
	return err
}

func (a *animation) discard() { a.kept.Close() }

// write writes the file: GIF89a, with one table of colours for all pictures.
func (a *animation) write(w *bufio.Writer) error {
	palette := a.colours.choose(a.options.Colors)
	w.WriteString("GIF89a")
	binary.Write(w, binary.LittleEndian, []uint16{uint16(a.size.X), uint16(a.size.Y)})
	w.Write([]byte{0xf7, 0, 0}) // 256 colours of 8 bits; the background is the first
	for _, c := range palette.colours {
		w.Write(c[:])
	}
	w.WriteString("\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00") // for ever
	if text := a.options.comment(); text != "" {
		w.WriteString("\x21\xfe")
		blocks(w, []byte(text))
	}
	pixels, line := flate.NewReader(a.kept), make([]byte, 4*a.size.X)
	now, before := make([]uint8, a.size.X*a.size.Y), make([]uint8, a.size.X*a.size.Y)
	for n := range a.frames {
		for y := range a.size.Y {
			if _, err := io.ReadFull(pixels, line); err != nil {
				return err
			}
			palette.translate(now[y*a.size.X:][:a.size.X], line)
		}
		changed := image.Rectangle{Max: a.size}
		if n > 0 {
			changed = difference(now, before, a.size)
		}
		if err := a.frame(w, n, now, changed); err != nil {
			return err
		}
		now, before = before, now
	}
	return w.WriteByte(0x3b)
}

// frame writes the part of a picture that has changed since the one before.
func (a *animation) frame(w *bufio.Writer, n int, indices []uint8, part image.Rectangle) error {
	at := func(n int) int { return int(math.Round(100 * float64(n) / a.options.Rate)) } // 1/100 s
	delay := min(at(n+1)-at(n), math.MaxUint16)
	w.Write([]byte{0x21, 0xf9, 4, 1 << 2, byte(delay), byte(delay >> 8), 0, 0, 0x2c}) // the picture stays under the next
	binary.Write(w, binary.LittleEndian, []uint16{uint16(part.Min.X), uint16(part.Min.Y), uint16(part.Dx()), uint16(part.Dy())})
	w.Write([]byte{0, 8})
	chunked := &chunker{w: w}
	compress := lzw.NewWriter(chunked, lzw.LSB, 8)
	for y := part.Min.Y; y < part.Max.Y; y++ {
		if _, err := compress.Write(indices[y*a.size.X+part.Min.X:][:part.Dx()]); err != nil {
			return err
		}
	}
	if err := compress.Close(); err != nil {
		return err
	}
	return chunked.close()
}

// difference returns the smallest rectangle around what differs; one pixel where
// nothing does, as there must be some.
func difference[T comparable](now, before []T, size image.Point) image.Rectangle {
	var changed image.Rectangle
	for y := range size.Y {
		a, b := now[y*size.X:][:size.X], before[y*size.X:][:size.X]
		first := 0
		for first < size.X && a[first] == b[first] {
			first++
		}
		if first == size.X {
			continue
		}
		last := size.X
		for a[last-1] == b[last-1] {
			last--
		}
		changed = changed.Union(image.Rect(first, y, last, y+1))
	}
	if changed.Empty() {
		return image.Rect(0, 0, 1, 1)
	}
	return changed
}

// chunker writes bytes in GIF's blocks of up to 255.
type chunker struct {
	w     *bufio.Writer
	block [255]byte
	n     int
}

func (c *chunker) Write(p []byte) (int, error) {
	written := len(p)
	for len(p) > 0 {
		n := copy(c.block[c.n:], p)
		c.n, p = c.n+n, p[n:]
		if c.n == len(c.block) {
			c.flush()
		}
	}
	return written, nil
}

func (c *chunker) flush() {
	if c.n > 0 {
		c.w.WriteByte(byte(c.n))
		c.w.Write(c.block[:c.n])
		c.n = 0
	}
}

// close ends the blocks with an empty one; bufio's error is the first of all.
func (c *chunker) close() error {
	c.flush()
	return c.w.WriteByte(0)
}

func blocks(w *bufio.Writer, data []byte) {
	c := &chunker{w: w}
	c.Write(data)
	c.close()
}
