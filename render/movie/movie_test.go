package movie_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/cytofield/cytofield/render/colormap"
	"github.com/cytofield/cytofield/render/movie"
)

// picture is the n-th of a movie: white paper, the colours of viridis in a strip, and a
// square of one of cells' colours that moves to the right.
func picture(n, width, height int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(img, img.Rect, image.White, image.Point{}, draw.Src)
	for x := 10; x < width-10; x++ {
		c := colormap.Viridis().At(float64(x-10) / float64(width-21))
		draw.Draw(img, image.Rect(x, 10, x+1, 30), image.NewUniform(c), image.Point{}, draw.Src)
	}
	draw.Draw(img, square(n), image.NewUniform(orange()), image.Point{}, draw.Src)
	return img
}

func square(n int) image.Rectangle { return image.Rect(16+16*n, 40, 32+16*n, 56) }

func orange() color.RGBA { return color.RGBA{R: 0xe6, G: 0x9f, A: 0xff} }

const frames = 6

func write(t *testing.T, path string, width, height int) {
	t.Helper()
	w, err := movie.Create(path, movie.Options{
		Rate: 12.5, Title: "Niches of IL-2, 3 µm", Provenance: map[string]string{"Seed": "7", "Software": "Cytofield 0.1"},
	})
	if errors.Is(err, movie.ErrNoEncoder) {
		skip(t, err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer w.Discard()
	for n := range frames {
		if err := w.Add(picture(n, width, height)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("the movie has its name before it is complete")
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	alone(t, path)
}

// skip passes over a test that needs ffmpeg where there is none.
func skip(t *testing.T, err error) {
	t.Helper()
	if os.Getenv("CYTOFIELD_REQUIRE_READERS") == "1" {
		t.Fatal(err)
	}
	t.Skip(err)
}

// alone fails if there is another file beside the movie.
func alone(t *testing.T, path string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() != filepath.Base(path) {
			t.Errorf("%s stands beside the movie", e.Name())
		}
	}
}

// probed is what ffprobe tells.
type probed struct {
	Streams []struct {
		Codec  string `json:"codec_name"`
		Format string `json:"pix_fmt"`
		Width  int    `json:"width"`
		Height int    `json:"height"`
		Rate   string `json:"avg_frame_rate"`
		Frames string `json:"nb_read_frames"`
		Space  string `json:"color_space"`
		Range  string `json:"color_range"`
	} `json:"streams"`
	Format struct {
		Tags map[string]string `json:"tags"`
	} `json:"format"`
}

func probe(t *testing.T, path string) probed {
	t.Helper()
	out, err := exec.Command("ffprobe", "-v", "error", "-count_frames", "-show_streams", "-show_format", "-of", "json", path).Output()
	if errors.Is(err, exec.ErrNotFound) {
		skip(t, err)
	}
	var p probed
	if err == nil {
		err = json.Unmarshal(out, &p)
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// decoded returns all pictures as ffmpeg shows them.
func decoded(t *testing.T, path string, width, height int) []*image.RGBA {
	t.Helper()
	out, err := exec.Command("ffmpeg", "-v", "error", "-i", path, "-f", "rawvideo", "-pix_fmt", "rgba", "-").Output()
	if errors.Is(err, exec.ErrNotFound) {
		skip(t, err)
	}
	if err != nil {
		t.Fatal(err)
	}
	var all []*image.RGBA
	for size := 4 * width * height; len(out) >= size; out = out[size:] {
		img := image.NewRGBA(image.Rect(0, 0, width, height))
		copy(img.Pix, out)
		all = append(all, img)
	}
	return all
}

// near fails unless a pixel is within so many levels of 255.
func near(t *testing.T, what string, got, want color.RGBA, levels int) {
	t.Helper()
	for _, pair := range [3][2]uint8{{got.R, want.R}, {got.G, want.G}, {got.B, want.B}} {
		if d := int(pair[0]) - int(pair[1]); d > levels || d < -levels {
			t.Errorf("%s is %v, want %v within %d levels", what, got, want, levels)
			return
		}
	}
}

func TestVideosShowWhatWasAdded(t *testing.T) {
	for _, tc := range []struct {
		extension, codec string
		width, height    int
	}{
		{"mp4", "h264", 160, 64},
		{"mp4", "h264", 161, 65}, // made even
		{"webm", "vp9", 160, 64},
		{"webm", "vp9", 161, 65},
	} {
		t.Run(fmt.Sprintf("%s %d by %d", tc.extension, tc.width, tc.height), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "niches."+tc.extension)
			write(t, path, tc.width, tc.height)
			evenWidth, evenHeight := tc.width+tc.width%2, tc.height+tc.height%2
			p := probe(t, path)
			s := p.Streams[0]
			if s.Codec != tc.codec || s.Format != "yuv420p" || s.Width != evenWidth || s.Height != evenHeight || s.Frames != fmt.Sprint(frames) || s.Rate != "25/2" {
				t.Errorf("the movie is %+v, want %d pictures of %s, yuv420p, %d × %d, at 25/2", s, frames, tc.codec, evenWidth, evenHeight)
			}
			if s.Space != "bt709" || s.Range != "tv" {
				t.Errorf("colours of %s, range %s: want bt709, tv, or players guess", s.Space, s.Range)
			}
			tags := fmt.Sprint(p.Format.Tags)
			for _, want := range []string{"Niches of IL-2, 3 µm", "Seed: 7", "Software: Cytofield 0.1"} {
				if !strings.Contains(tags, want) {
					t.Errorf("%q is not in the metadata %s", want, tags)
				}
			}
			for n, img := range decoded(t, path, evenWidth, evenHeight) {
				// 4: H.264 at crf 18 and VP9 at crf 24 are within 3 here.
				middle := square(n).Min.Add(image.Pt(8, 8))
				near(t, fmt.Sprintf("the square of picture %d", n), img.RGBAAt(middle.X, middle.Y), orange(), 4)
				near(t, fmt.Sprintf("the paper of picture %d", n), img.RGBAAt(4, 48), color.RGBA{R: 255, G: 255, B: 255}, 4)
				near(t, fmt.Sprintf("the strip of picture %d", n), img.RGBAAt(80, 20), picture(n, tc.width, tc.height).RGBAAt(80, 20), 4)
			}
		})
	}
}

// An index at the front lets a browser show the movie before it has all of it.
func TestMP4HasItsIndexInFront(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.mp4")
	write(t, path, 160, 64)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if index, pictures := bytes.Index(data, []byte("moov")), bytes.Index(data, []byte("mdat")); index < 0 || index > pictures {
		t.Errorf("the index is at byte %d, the pictures at %d", index, pictures)
	}
}

// A whole picture every two seconds lets a player jump there.
func TestVideosCanBeJumpedInto(t *testing.T) {
	for _, name := range []string{"a.mp4", "a.webm"} {
		path := filepath.Join(t.TempDir(), name)
		w, err := movie.Create(path, movie.Options{Rate: 2})
		if errors.Is(err, movie.ErrNoEncoder) {
			skip(t, err)
		}
		for n := 0; n < 13 && err == nil; n++ {
			err = w.Add(picture(n%3, 160, 64))
		}
		if err == nil {
			err = w.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command("ffprobe", "-v", "error", "-skip_frame", "nokey", "-count_frames", "-show_entries", "stream=nb_read_frames", "-of", "csv=p=0", path).Output()
		if errors.Is(err, exec.ErrNotFound) {
			skip(t, err)
		}
		if whole, _ := strconv.Atoi(strings.Trim(string(out), ", \n")); err != nil || whole < 4 {
			t.Errorf("%s: %s whole pictures in 6 s, %v: want 4", name, out, err)
		}
	}
}

func openGIF(t *testing.T, path string) *gif.GIF {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	g, err := gif.DecodeAll(file)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestGIFKeepsColoursOfMaps(t *testing.T) {
	path := filepath.Join(t.TempDir(), "niches.gif")
	const width, height = 161, 65
	write(t, path, width, height)
	g := openGIF(t, path)
	if len(g.Image) != frames || g.LoopCount != 0 {
		t.Fatalf("%d pictures, loop count %d: want %d for ever", len(g.Image), g.LoopCount, frames)
	}
	canvas := image.NewRGBA(image.Rect(0, 0, width, height))
	for n, part := range g.Image {
		if g.Delay[n] != 8 {
			t.Errorf("picture %d is shown for %d/100 s, want 8", n, g.Delay[n])
		}
		if fmt.Sprint(part.Palette) != fmt.Sprint(g.Config.ColorModel) {
			t.Errorf("picture %d has colours of its own", n)
		}
		if n > 0 {
			if want := square(n - 1).Union(square(n)); part.Rect != want {
				t.Errorf("picture %d changes %v, want %v", n, part.Rect, want)
			}
		}
		draw.Draw(canvas, part.Rect, part, part.Rect.Min, draw.Src)
		want := picture(n, width, height)
		for y := range height {
			for x := range width {
				levels := 0 // paper and cells exactly
				if y >= 10 && y < 30 {
					levels = 3 // a box of the census is 4 levels wide
				}
				near(t, fmt.Sprintf("pixel (%d, %d) of picture %d", x, y, n), canvas.RGBAAt(x, y), want.RGBAAt(x, y), levels)
			}
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if comment := "Niches of IL-2, 3 µm\nSeed: 7\nSoftware: Cytofield 0.1"; !bytes.Contains(data, []byte(comment)) {
		t.Errorf("no comment %q", comment)
	}
}

// The colours of a map come out whole where few pixels have them, as in most of a colour
// bar beside dark pictures.
func TestGIFKeepsColoursThatFewPixelsHave(t *testing.T) {
	const width, height = 700, 20
	table := colormap.Viridis().Table()
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			at := float64(x) / width
			c := color.RGBA{R: 0xfb, G: 0xfc, B: 0xfd, A: 0xff} // paper
			switch {
			case y == 0: // the colour bar
				c = colormap.Viridis().At(at)
			case y < 12:
				c = colormap.Viridis().At(at / 2)
			case y < 14: // edges of letters
				c = color.RGBA{R: uint8(255 * at), G: uint8(255 * at), B: uint8(255 * at), A: 0xff}
			}
			img.SetRGBA(x, y, c)
		}
	}
	path := filepath.Join(t.TempDir(), "bar.gif")
	w, err := movie.Create(path, movie.Options{Colors: table[:]})
	if err == nil {
		err = w.Add(img)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	shown := image.NewRGBA(img.Rect)
	draw.Draw(shown, img.Rect, openGIF(t, path).Image[0], image.Point{}, draw.Src)
	for y := range height {
		for x := range width {
			levels := 0 // of paper
			switch {
			case y < 12:
				levels = 3 // 160 of 256 entries, at most 5 levels apart, and what lies between
			case y < 14:
				levels = 4 // 96 colours for 255 greys
			}
			near(t, fmt.Sprintf("pixel (%d, %d)", x, y), shown.RGBAAt(x, y), img.RGBAAt(x, y), levels)
		}
	}
}

// Pictures of more colours than a GIF has are close to them, and pixels of a colour that
// does not change do not flicker.
func TestGIFOfManyColoursIsCloseAndSteady(t *testing.T) {
	const width, height = 256, 256
	path := filepath.Join(t.TempDir(), "many.gif")
	w, err := movie.Create(path, movie.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var added []*image.RGBA
	for n := range 3 {
		img := image.NewRGBA(image.Rect(0, 0, width, height))
		for y := range height {
			for x := range width {
				img.SetRGBA(x, y, color.RGBA{R: uint8(x), G: uint8(y), B: uint8(n * x / 3), A: 255})
			}
		}
		added = append(added, img)
		if err := w.Add(img); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	g := openGIF(t, path)
	canvas := image.NewRGBA(image.Rect(0, 0, width, height))
	var first color.RGBA
	for n, part := range g.Image {
		draw.Draw(canvas, part.Rect, part, part.Rect.Min, draw.Src)
		for y := range height {
			for x := range width {
				// 256 colours for a solid of 256 × 256 × 170 levels: cubes of edge 35; 28 is seen.
				near(t, fmt.Sprintf("pixel (%d, %d) of picture %d", x, y, n), canvas.RGBAAt(x, y), added[n].RGBAAt(x, y), 32)
			}
		}
		if n == 0 {
			first = canvas.RGBAAt(0, 200) // without blue in all
		} else if got := canvas.RGBAAt(0, 200); got != first {
			t.Errorf("a pixel went from %v to %v in picture %d though its colour stayed", first, got, n)
		}
	}
}

// A rate that hundredths of a second do not divide is kept on the whole.
func TestGIFKeepsTime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.gif")
	w, err := movie.Create(path, movie.Options{Rate: 30})
	if err != nil {
		t.Fatal(err)
	}
	for n := range 30 {
		if err := w.Add(picture(n%frames, 160, 64)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, delay := range openGIF(t, path).Delay {
		total += delay
	}
	if total != 100 {
		t.Errorf("30 pictures at 30 a second take %d/100 s, want 100", total)
	}
}

func TestAnimatedPNGIsExact(t *testing.T) {
	for _, name := range []string{"a.apng", "a.png"} {
		path := filepath.Join(t.TempDir(), name)
		const width, height = 161, 65
		write(t, path, width, height)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		still, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if !same(still, picture(0, width, height)) {
			t.Error("a reader of stills does not see the first picture")
		}
		if i := bytes.Index(data, []byte("acTL")); i < 0 || binary.BigEndian.Uint32(data[i+4:]) != frames {
			t.Errorf("the head does not tell of %d pictures", frames)
		}
		if !bytes.Contains(data, []byte("Seed\x00\x00\x00\x00\x007")) {
			t.Error("no seed in the text")
		}
		if i := bytes.LastIndex(data, []byte("fcTL")); !bytes.Equal(data[i+8:i+24], []byte{0, 0, 0, 32, 0, 0, 0, 16, 0, 0, 0, 80, 0, 0, 0, 40}) {
			t.Errorf("the last picture replaces % x, want 32 by 16 pixels at (80, 40)", data[i+8:i+24])
		}
		all := decoded(t, path, width, height)
		if len(all) != frames {
			t.Fatalf("ffmpeg sees %d pictures, want %d", len(all), frames)
		}
		for n, img := range all {
			if !same(img, picture(n, width, height)) {
				t.Errorf("picture %d is not what was added", n)
			}
		}
	}
}

func same(a, b image.Image) bool {
	if a.Bounds() != b.Bounds() {
		return false
	}
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			if color.RGBAModel.Convert(a.At(x, y)) != color.RGBAModel.Convert(b.At(x, y)) {
				return false
			}
		}
	}
	return true
}

// A part of a larger image has rows that do not follow on each other.
func TestPartsOfImagesAreTaken(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.gif")
	w, err := movie.Create(path, movie.Options{})
	if err != nil {
		t.Fatal(err)
	}
	whole := picture(1, 160, 64)
	part := whole.SubImage(image.Rect(20, 5, 71, 60)).(*image.RGBA)
	if err := w.Add(part); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	near(t, "the square", color.RGBAModel.Convert(openGIF(t, path).Image[0].At(40-20, 48-5)).(color.RGBA), orange(), 0)
}

func TestWhatCannotBeAMovieIsSaid(t *testing.T) {
	dir := t.TempDir()
	for _, tc := range []struct {
		name string
		rate float64
		add  []*image.RGBA
		want string
	}{
		{"a.avi", 0, nil, "want a name that ends in .mp4, .webm, .gif, .apng, .png"},
		{"nowhere/a.gif", 0, nil, "no such file or directory"},
		{"a.gif", -1, nil, "-1 pictures per second: want a positive number"},
		{"a.gif", 60, nil, "60 pictures per second: GIF is shown with 50 at most"},
		{"a.gif", 0, nil, "no pictures"},
		{"a.apng", 0, nil, "no pictures"},
		{"a.gif", 0, []*image.RGBA{picture(0, 60, 60), picture(0, 60, 61)}, "picture 2 has 60 × 61 pixels: want 60 × 60"},
		{"a.apng", 0, []*image.RGBA{image.NewRGBA(image.Rect(0, 0, 4, 4))}, "picture 1 is transparent in places"},
		{"a.apng", 0, []*image.RGBA{image.NewRGBA(image.Rect(0, 0, 0, 4))}, "picture 1 has no pixels"},
	} {
		path := filepath.Join(dir, tc.name)
		if err := attempt(path, tc.rate, tc.add); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %q", tc.name, err, tc.want)
		}
	}
	empty(t, dir)
}

func attempt(path string, rate float64, add []*image.RGBA) error {
	w, err := movie.Create(path, movie.Options{Rate: rate})
	if err != nil {
		return err
	}
	defer w.Discard()
	for _, img := range add {
		if err := w.Add(img); err != nil {
			return err
		}
	}
	return w.Close()
}

func empty(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) > 0 {
		t.Errorf("%v is left, %v", entries, err)
	}
}

// What stood under the name before stays until the new movie is complete, and a movie that
// is given up leaves nothing.
func TestDiscardedMoviesLeaveNothing(t *testing.T) {
	for _, extension := range []string{".mp4", ".webm", ".gif", ".apng"} {
		t.Run(extension, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a"+extension)
			if err := os.WriteFile(path, []byte("old"), 0o644); err != nil {
				t.Fatal(err)
			}
			w, err := movie.Create(path, movie.Options{})
			if errors.Is(err, movie.ErrNoEncoder) {
				skip(t, err)
			}
			if err != nil {
				t.Fatal(err)
			}
			if err := w.Add(picture(0, 160, 64)); err != nil {
				t.Fatal(err)
			}
			w.Discard()
			w.Discard()
			if err := w.Add(picture(0, 160, 64)); err == nil {
				t.Error("a picture was added to a movie that was given up")
			}
			if data, err := os.ReadFile(path); string(data) != "old" {
				t.Errorf("the old file holds %q, %v", data, err)
			}
			alone(t, path)
		})
	}
}

// program puts a shell script in the place of ffmpeg.
func program(t *testing.T, script string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "ffmpeg"), []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":/bin:/usr/bin")
}

func TestMissingEncodersSayWhatToInstall(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.mp4")
	t.Run("no ffmpeg", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		missing(t, path, "ffmpeg is not on the path: install it (Debian: apt install ffmpeg); or write .gif")
	})
	t.Run("no H.264", func(t *testing.T) {
		program(t, "echo ' V..... mpeg4  MPEG-4 part 2'")
		missing(t, path, "was built without libx264: install a complete ffmpeg")
	})
	t.Run("broken", func(t *testing.T) {
		program(t, "exit 127")
		missing(t, path, "does not run: exit status 127")
	})
	empty(t, filepath.Dir(path))
}

func missing(t *testing.T, path, want string) {
	t.Helper()
	_, err := movie.Create(path, movie.Options{})
	if !errors.Is(err, movie.ErrNoEncoder) || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %q", err, want)
	}
}

// A program that dies on the way, or at the end, is quoted.
func TestWhatFFmpegComplainsOfIsTold(t *testing.T) {
	for _, tc := range []struct{ name, script string }{
		{"at once", "echo 'no space left on device' >&2; exit 1"},
		{"at the end", "cat >/dev/null; echo 'no space left on device' >&2; exit 1"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			program(t, `case "$*" in *-encoders*) echo ' V..... libx264 x'; exit;; esac; `+tc.script)
			path := filepath.Join(t.TempDir(), "a.mp4")
			pictures := []*image.RGBA{picture(0, 512, 512), picture(1, 512, 512), picture(2, 512, 512)}
			err := attempt(path, 0, pictures)
			if err == nil || !strings.Contains(err.Error(), "ffmpeg: exit status 1: no space left on device") {
				t.Errorf("%v, want what ffmpeg said", err)
			}
			empty(t, filepath.Dir(path))
		})
	}
}
