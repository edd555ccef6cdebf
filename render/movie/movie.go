// Package movie writes pictures one after another into one file: MP4 and WebM by way of
// ffmpeg, GIF and animated PNG by itself.
//
//	w, err := movie.Create("il2.mp4", movie.Options{Rate: 25, Title: "IL-2 niches"})
//	if err != nil {
//		return err
//	}
//	defer w.Discard()
//	for _, picture := range pictures {
//		if err := w.Add(picture); err != nil {
//			return err
//		}
//	}
//	return w.Close()
package movie

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ErrNoEncoder is for a format that the programs on this machine cannot write. Its
// message says what to install.
var ErrNoEncoder = errors.New("movie: no encoder")

// DefaultRate is how many pictures a second a movie shows where nothing else is said.
const DefaultRate = 10

// Options say how a movie is shown and what stands in its file. The zero value is the
// default.
type Options struct {
	Rate  float64 // pictures per second; 0 stands for DefaultRate
	Title string
	// Provenance stands in the file by keyword: in the comment of MP4, WebM and GIF, in
	// the text chunks of PNG.
	Provenance map[string]string
	// Colors are those that a GIF, which has 256, keeps for what is drawn in them, such as
	// the table of a colour map; of more than 160 every second or so. Without them what few
	// pixels have, as most of a colour bar, comes out in steps.
	Colors []color.RGBA
}

// Extensions returns the ends of names that Create takes.
func Extensions() []string { return []string{".mp4", ".webm", ".gif", ".apng", ".png"} }

// Writer is a movie that is being written. Until Close it stands under a name of its
// own, the movie's with .part behind it.
type Writer struct {
	path    string
	encoder encoder
	size    image.Point // of the first picture
	frames  int
	done    bool // closed or discarded
}

// encoder is one kind of file.
type encoder interface {
	// add takes the next picture, all of which are opaque and of one size.
	add(img *image.RGBA) error
	// finish completes the file.
	finish() error
	// discard gives up; it may follow finish. The file may stay.
	discard()
}

// Create begins a movie in the format that the end of its name asks for. An existing
// file stays as it is until Close.
func Create(path string, o Options) (*Writer, error) {
	if o.Rate == 0 {
		o.Rate = DefaultRate
	}
	if !(o.Rate > 0) || math.IsInf(o.Rate, 0) {
		return nil, fmt.Errorf("movie: %s: %g pictures per second: want a positive number", path, o.Rate)
	}
	w := &Writer{path: path}
	err := writable(w.part())
	if err != nil {
		return nil, fmt.Errorf("movie: %w", err)
	}
	switch extension := strings.ToLower(filepath.Ext(path)); extension {
	case ".mp4", ".webm":
		w.encoder, err = newFFmpeg(w.part(), extension, o)
	case ".gif":
		w.encoder, err = newGIF(w.part(), o)
	case ".apng", ".png":
		w.encoder, err = newAPNG(w.part(), o)
	default:
		err = fmt.Errorf("want a name that ends in %s", strings.Join(Extensions(), ", "))
	}
	if err != nil {
		os.Remove(w.part())
		return nil, fmt.Errorf("movie: %s: %w", path, err)
	}
	return w, nil
}

// writable leaves an empty file: a place where nothing can be written is told before
// pictures are drawn.
func writable(path string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	return file.Close()
}

func (w *Writer) part() string { return w.path + ".part" }

// Add shows a picture after those before. It must be opaque and as large as they are.
func (w *Writer) Add(img *image.RGBA) error {
	size := img.Rect.Size()
	switch {
	case w.done:
		return fmt.Errorf("movie: %s: picture added to a movie that is closed", w.path)
	case size.X < 1 || size.Y < 1:
		return fmt.Errorf("movie: %s: picture %d has no pixels", w.path, w.frames+1)
	case w.frames > 0 && size != w.size:
		return fmt.Errorf("movie: %s: picture %d has %d × %d pixels: want %d × %d as those before",
			w.path, w.frames+1, size.X, size.Y, w.size.X, w.size.Y)
	case !img.Opaque():
		return fmt.Errorf("movie: %s: picture %d is transparent in places: want an opaque one", w.path, w.frames+1)
	}
	w.size = size
	if err := w.encoder.add(img); err != nil {
		return fmt.Errorf("movie: %s: %w", w.path, err)
	}
	w.frames++
	return nil
}

// Close completes the movie and gives it its name. It fails, and leaves no file, where
// there is no picture.
func (w *Writer) Close() error {
	if w.done {
		return nil
	}
	defer w.Discard()
	if w.frames == 0 {
		return fmt.Errorf("movie: %s: no pictures", w.path)
	}
	err := w.encoder.finish()
	if err == nil {
		err = os.Rename(w.part(), w.path)
	}
	if err != nil {
		return fmt.Errorf("movie: %s: %w", w.path, err)
	}
	return nil
}

// Discard gives the movie up and removes what was written. After Close, or a second
// time, it does nothing.
func (w *Writer) Discard() {
	if w.done {
		return
	}
	w.done = true
	w.encoder.discard()
	os.Remove(w.part())
}

// comment sets the title and the provenance in lines.
func (o Options) comment() string {
	var lines []string
	if o.Title != "" {
		lines = append(lines, o.Title)
	}
	for _, keyword := range slices.Sorted(maps.Keys(o.Provenance)) {
		lines = append(lines, keyword+": "+o.Provenance[keyword])
	}
	return strings.Join(lines, "\n")
}

// rows writes the pixels of a picture without what its memory has beside them.
func rows(w io.Writer, img *image.RGBA) error {
	bytes := 4 * img.Rect.Dx()
	if img.Stride == bytes {
		_, err := w.Write(img.Pix[:bytes*img.Rect.Dy()])
		return err
	}
	for y := range img.Rect.Dy() {
		if _, err := w.Write(img.Pix[y*img.Stride:][:bytes]); err != nil {
			return err
		}
	}
	return nil
}
