package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// progress tells how far a run has come.
type progress interface {
	update(t float64, stats engine.Stats)
	close()
}

// newProgress shows a bar on a terminal and prints plain lines elsewhere.
func newProgress(w io.Writer, silent bool, s *scenario.Scenario) progress {
	duration := s.Model.Duration
	if silent || duration == 0 {
		return noProgress{}
	}
	if file, ok := w.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		return newBar(w, duration)
	}
	return &lines{w: w, duration: duration, started: time.Now(), last: time.Now()}
}

type noProgress struct{}

func (noProgress) update(float64, engine.Stats) {}
func (noProgress) close()                       {}

// bar counts simulated time in thousandths of the duration. It draws itself on a
// goroutine of its own.
type bar struct {
	container *mpb.Progress
	bar       *mpb.Bar
	duration  float64
	started   time.Time

	mutex sync.Mutex
	time  float64
	stats engine.Stats
}

const barTotal = 1000

func newBar(w io.Writer, duration float64) *bar {
	b := &bar{container: mpb.New(mpb.WithOutput(w), mpb.WithWidth(40)), duration: duration, started: time.Now()}
	b.bar = b.container.AddBar(barTotal,
		mpb.PrependDecorators(decor.Any(func(decor.Statistics) string {
			t, _ := b.state()
			return figure.FormatTime(t) + " of " + figure.FormatTime(b.duration) + " "
		})),
		mpb.AppendDecorators(decor.Any(func(decor.Statistics) string {
			t, stats := b.state()
			return " " + left(b.started, t, b.duration) + ", " + speed(stats, time.Since(b.started))
		})),
	)
	return b
}

func (b *bar) state() (t float64, stats engine.Stats) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.time, b.stats
}

func (b *bar) update(t float64, stats engine.Stats) {
	b.mutex.Lock()
	b.time, b.stats = t, stats
	b.mutex.Unlock()
	b.bar.SetCurrent(int64(barTotal * t / b.duration))
}

func (b *bar) close() {
	b.bar.Abort(false) // a finished bar stays as it is
	b.container.Wait()
}

// lines prints progress every few seconds.
type lines struct {
	w             io.Writer
	duration      float64
	started, last time.Time
}

const lineInterval = 5 * time.Second

func (l *lines) update(t float64, stats engine.Stats) {
	if t < l.duration && time.Since(l.last) < lineInterval {
		return
	}
	l.last = time.Now()
	fmt.Fprintf(l.w, "%s of %s, %s, %s\n", figure.FormatTime(t), figure.FormatTime(l.duration), left(l.started, t, l.duration), speed(stats, time.Since(l.started)))
}

func (l *lines) close() {}

// left estimates the wall time that remains.
func left(started time.Time, t, duration float64) string {
	if t <= 0 {
		return "starting"
	}
	spent := time.Since(started).Seconds()
	return figure.FormatTime(float64(int(spent*(duration-t)/t+0.5))) + " left"
}

func speed(stats engine.Stats, spent time.Duration) string {
	return fmt.Sprintf("%.3g M voxel-steps/s", float64(stats.VoxelSteps)/spent.Seconds()/1e6)
}

// counter tells how many of a number of things are done: on a terminal in one line that
// changes, elsewhere in lines every few seconds.
type counter struct {
	w        io.Writer // nil where nothing is told
	things   string
	terminal bool
	last     time.Time // of a line, or of the first thing
}

func newCounter(w io.Writer, silent bool, things string) *counter {
	if silent {
		return &counter{}
	}
	file, ok := w.(*os.File)
	return &counter{w: w, things: things, terminal: ok && term.IsTerminal(int(file.Fd()))}
}

func (c *counter) update(done, of int) {
	interval := lineInterval
	if c.terminal {
		interval = progressInterval
	}
	if c.last.IsZero() {
		c.last = time.Now()
	}
	if c.w == nil || time.Since(c.last) < interval {
		return
	}
	c.last = time.Now()
	if c.terminal {
		fmt.Fprintf(c.w, "\r%d of %d %s", done, of, c.things)
	} else {
		fmt.Fprintf(c.w, "%d of %d %s\n", done, of, c.things)
	}
}

// close clears the line.
func (c *counter) close() {
	if c.terminal {
		fmt.Fprint(c.w, "\r\x1b[K")
	}
}
