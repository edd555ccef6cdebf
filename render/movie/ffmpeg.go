package movie

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"io"
	"math"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// codec is how ffmpeg is asked for a format.
type codec struct {
	encoder string // the name it has there
	options []string
}

// codecs are H.264 and VP9 as every browser and slide program plays them. The quality is
// such that pictures of few colours show no blocks.
func codecs(extension string) codec {
	if extension == ".webm" {
		return codec{"libvpx-vp9", []string{"-crf", "24", "-b:v", "0", "-row-mt", "1", "-deadline", "good", "-cpu-used", "4", "-f", "webm"}}
	}
	return codec{"libx264", []string{"-crf", "18", "-preset", "medium", "-movflags", "+faststart", "-f", "mp4"}}
}

// ffmpeg is a movie that the program of that name writes from pixels on its standard
// input.
type ffmpeg struct {
	program, path string
	codec         codec
	options       Options

	process *exec.Cmd // nil before the first picture
	pixels  io.WriteCloser
	said    bytes.Buffer // on standard error
	ended   bool
}

func newFFmpeg(path, extension string, o Options) (*ffmpeg, error) {
	const instead = "; or write .gif or .apng, which need no other program"
	program, err := exec.LookPath("ffmpeg")
	if err != nil {
		return nil, fmt.Errorf("%w: ffmpeg is not on the path: install it (Debian: apt install ffmpeg)%s", ErrNoEncoder, instead)
	}
	f := &ffmpeg{program: program, path: path, codec: codecs(extension), options: o}
	list, err := exec.Command(program, "-hide_banner", "-encoders").Output()
	if err != nil {
		return nil, fmt.Errorf("%w: %s does not run: %w%s", ErrNoEncoder, program, err, instead)
	}
	if !strings.Contains(string(list), " "+f.codec.encoder+" ") {
		return nil, fmt.Errorf("%w: %s was built without %s: install a complete ffmpeg (Debian: apt install ffmpeg)%s",
			ErrNoEncoder, program, f.codec.encoder, instead)
	}
	return f, nil
}

// arguments name colours so that no player has to guess them: those of HDTV from those
// of the screen, and with two pixels a sample of colour, an even number each way.
func (f *ffmpeg) arguments(size image.Point) []string {
	args := []string{
		"-hide_banner", "-loglevel", "error", "-y",
		"-f", "rawvideo", "-pix_fmt", "rgba", "-video_size", fmt.Sprintf("%dx%d", size.X, size.Y),
		"-framerate", strconv.FormatFloat(f.options.Rate, 'g', -1, 64), "-i", "pipe:0",
		"-vf", "scale=out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd+full_chroma_int,format=yuv420p",
		"-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "iec61966-2-1", "-color_range", "tv",
		"-c:v", f.codec.encoder, "-g", strconv.Itoa(int(min(math.Ceil(2*f.options.Rate), 600))), // a whole picture every 2 s, to jump to
	}
	if f.options.Title != "" {
		args = append(args, "-metadata", "title="+f.options.Title)
	}
	if text := f.options.comment(); text != "" {
		args = append(args, "-metadata", "comment="+text)
	}
	return append(append(args, f.codec.options...), f.path)
}

func (f *ffmpeg) start(size image.Point) (err error) {
	f.process = exec.Command(f.program, f.arguments(size)...)
	f.process.Stderr = &f.said
	f.process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C in a terminal is for this program to act on
	if f.pixels, err = f.process.StdinPipe(); err != nil {
		return err
	}
	if err = f.process.Start(); err != nil {
		f.process = nil
	}
	return err
}

func (f *ffmpeg) add(img *image.RGBA) error {
	img = even(img)
	if f.process == nil {
		if err := f.start(img.Rect.Size()); err != nil {
			return err
		}
	}
	if err := rows(f.pixels, img); err != nil {
		return errors.Join(f.wait(), err) // what the program said comes first
	}
	return nil
}

func (f *ffmpeg) finish() error { return f.wait() }

// wait ends the input and returns what the program had to complain about.
func (f *ffmpeg) wait() error {
	if f.ended {
		return nil
	}
	f.ended = true
	f.pixels.Close()
	if err := f.process.Wait(); err != nil {
		return fmt.Errorf("ffmpeg: %w: %s", err, strings.TrimSpace(f.said.String()))
	}
	return nil
}

func (f *ffmpeg) discard() {
	if f.process == nil || f.ended {
		return
	}
	f.process.Process.Kill()
	f.wait()
}

// even repeats the last column and the last row of a picture that has an odd number.
func even(img *image.RGBA) *image.RGBA {
	size := img.Rect.Size()
	width, height := size.X+size.X%2, size.Y+size.Y%2
	if width == size.X && height == size.Y {
		return img
	}
	larger := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		line := img.Pix[min(y, size.Y-1)*img.Stride:][:4*size.X]
		n := copy(larger.Pix[y*larger.Stride:], line)
		copy(larger.Pix[y*larger.Stride+n:(y+1)*larger.Stride], line[n-4:])
	}
	return larger
}
