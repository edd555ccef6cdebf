package window

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/AllenDang/cimgui-go/imgui"
	"github.com/AllenDang/cimgui-go/impl/opengl3"
	"github.com/AllenDang/cimgui-go/implot"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/cmd/cytofield-view/shim"
	"github.com/cytofield/cytofield/cmd/cytofield-view/stage"
	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/render/colormap"
	"github.com/cytofield/cytofield/tissue"
)

// Window is a session on a host. All its methods are for the thread of the GL context.
type Window struct {
	host   Host
	server *gpu.Server
	worker *worker
	plots  *implot.Context
	fonts  fonts
	theme  theme
	styled struct { // what the style was made for
		theme string
		scale float32
	}

	report   *session.Report
	picture  *gpu.Picture
	view     session.View
	look     stage.Look
	pending  []func(*worker) error
	asked    session.View // of the last request
	painted  stage.Look
	answered time.Time
	dragged  float64     // time last asked for by the timeline, s
	waiting  bool        // for an answer
	coarse   int         // pixels each way that one of picture stands for
	hurried  atomic.Bool // what is being painted is out of date
	notice   notice
	measured pace

	camera   camera
	canvas   canvas
	brush    brush
	gates    gates
	forks    forks
	opens    map[string]bool // groups of plots, by name
	sliders  sliders
	fields   fields
	figure   figureForm
	errands  errands
	recorded string // the movie being taken
	show     showing
	merging  []tissue.SubstrateID // chosen, also while there are too few
	help     bool
	gallery  browser
	recent   recent
	places   places
	kept     atomic.Pointer[string] // the command of the edits last saved
	opener   Opener
	quit     bool
	laid     bool // the layout has been made
}

// pace is how long the parts of a frame took.
type pace struct {
	frame, draw, solve time.Duration // smoothed
	last               time.Time
	owed               time.Duration // not yet given to the session to play
}

// notice is what the window has to say.
type notice struct {
	text  string
	fault bool
	since time.Time
}

// framesPerSecond is what the window strives for; between two frames the device serves the solver.
const framesPerSecond = 60

// Open draws a course on a host. The device is the one that the server of this thread
// serves; course and stage are the window's to close. Without a course, which is nil then,
// the window shows the gallery.
func Open(h Host, server *gpu.Server, c session.Course, st *stage.Stage) (*Window, error) {
	w := &Window{errands: errands{results: make(chan result, 64)}, host: h, server: server, look: stage.Look{Map: colormap.Viridis()}, theme: dark(), sliders: newSliders(), opens: map[string]bool{}}
	if inferno, err := colormap.ByName("inferno"); err == nil {
		w.look.Map = inferno
	}
	w.figure.width, w.figure.dpi = 120, 300
	w.camera.fit, w.brush = true, newBrush()
	imgui.CreateContext()
	w.plots = implot.CreateContext()
	io := imgui.CurrentIO()
	io.SetIniFilename("")
	io.SetConfigFlags(io.ConfigFlags() | imgui.ConfigFlagsDockingEnable)
	io.SetConfigWindowsMoveFromTitleBarOnly(true)
	io.SetConfigInputTextCursorBlink(false) // pictures of one state are alike
	io.SetConfigErrorRecoveryEnableAssert(false)
	w.fonts = loadFonts(io)
	err := server.Do(func(*gpu.Queue) error {
		shim.KeepGL()
		if !opengl3.InitV("#version 430") {
			return errors.New("window: Dear ImGui cannot draw with this OpenGL")
		}
		return nil
	})
	w.worker = newWorker(c, st)
	if err != nil {
		return nil, errors.Join(err, w.Close())
	}
	if c == nil {
		return w, nil
	}
	if err := w.Settle(0); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	w.begin()
	return w, nil
}

// begin shows what the scenario is best seen by.
func (w *Window) begin() {
	g := w.report.Grid
	w.view = w.report.View
	w.view.Slice.Axis, w.view.Slice.Index = 2, g.Shape[2]/2
	w.view.Space = session.StandardSpace(g)
}

// Remember keeps the arrangement of the panels in a file, and beside it what was opened.
func (w *Window) Remember(path string) {
	w.places.file = path
	w.recent.keep(filepath.Join(filepath.Dir(path), recentName))
}

// Close ends the session and gives back what the window holds.
func (w *Window) Close() error {
	close(w.worker.requests)
	w.places.save(w.styled.scale)
	err := w.server.Await(func() error { return <-w.worker.ended })
	err = errors.Join(err, w.errands.end(), w.server.Do(func(q *gpu.Queue) error {
		w.gallery.free(q)
		opengl3.Shutdown()
		w.host.Free(q)
		return nil
	}))
	implot.DestroyContextV(w.plots)
	imgui.DestroyContext()
	return err
}

// Run shows the window until it is closed, or returns the error of ctx when that is done.
func (w *Window) Run(ctx context.Context) error {
	w.measured.last = time.Now()
	for !w.quit && !w.host.Closing() && ctx.Err() == nil {
		now := time.Now()
		took := now.Sub(w.measured.last)
		w.measured.last = now
		smooth(&w.measured.frame, took)
		w.measured.owed = min(w.measured.owed+took, time.Second/4)
		if now.Sub(w.places.at) > saveEvery {
			w.places.save(w.styled.scale)
		}
		w.host.Poll(w.idle())
		if err := w.frame(took); err != nil {
			return err
		}
		limit := max(time.Second/framesPerSecond-time.Since(now), time.Second/framesPerSecond/2)
		if w.needs() {
			w.ask(request{tick: w.measured.owed, limit: limit, detail: w.detail(), answered: func() {}})
			w.measured.owed = 0
		}
		w.hurried.Store(w.waiting && w.changed())
		serving, cancel := context.WithTimeout(ctx, limit)
		w.server.Serve(serving)
		cancel()
		if err := w.take(); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// idle is how long the window may sleep when nothing moves, s.
func (w *Window) idle() float64 {
	if w.waiting || w.needs() {
		return 0
	}
	return 0.1
}

func smooth(to *time.Duration, by time.Duration) { *to += (by - *to) / 8 }

// needs reports whether the worker has something to do.
func (w *Window) needs() bool {
	if w.report == nil {
		return !w.waiting && len(w.pending) > 0
	}
	return !w.waiting && (w.report.Playing || w.report.Behind || w.grows() || w.changed() || w.coarse > 1)
}

// changed reports whether a person has done something since the worker was last asked.
func (w *Window) changed() bool {
	return len(w.pending) > 0 || w.view != w.asked || w.look != w.painted
}

// ask gives the worker a turn.
func (w *Window) ask(r request) {
	if !r.still {
		r.commands, w.pending = w.pending, nil
	}
	r.view, r.look = w.view, w.look
	w.waiting, w.asked, w.painted = true, w.view, w.look
	w.worker.requests <- r
}

// take takes the answer, if there is one.
func (w *Window) take() error {
	select {
	case a := <-w.worker.answers:
		w.waiting, w.answered = false, time.Now()
		for _, fault := range a.faults {
			w.say(fault.Error(), true)
		}
		if a.err != nil {
			return a.err
		}
		if a.report == nil {
			return nil
		}
		w.report, w.picture, w.coarse, w.forks.beside = a.report, a.picture, a.coarse, a.beside
		if a.opened != "" {
			w.arrive(a.opened)
		}
		smooth(&w.measured.solve, a.took)
	default:
	}
	return nil
}

// Settle gives the worker one turn of so much time to play, without a limit, and draws
// what came of it: for scripts, whose pictures do not depend on how fast a machine is.
func (w *Window) Settle(tick time.Duration) error {
	return w.await(request{tick: tick, detail: w.scripted()})
}

// await gives the worker one turn and waits for it.
func (w *Window) await(r request) error {
	ctx, cancel := context.WithCancel(context.Background())
	r.answered = cancel
	w.ask(r)
	w.server.Serve(ctx)
	return w.take()
}

// Frame draws once, as if so much time had passed, and lets the worker catch up.
func (w *Window) Frame(tick time.Duration) error {
	w.host.Poll(0)
	if err := w.frame(time.Second / framesPerSecond); err != nil {
		return err
	}
	if w.needs() {
		return w.Settle(tick)
	}
	return nil
}

// Faults returns the fault the window shows, "" for none.
func (w *Window) Faults() string {
	if w.notice.fault {
		return w.notice.text
	}
	return ""
}

// Report returns what the window shows.
func (w *Window) Report() *session.Report { return w.report }

// Quitting reports whether a person wants the window closed.
func (w *Window) Quitting() bool { return w.quit || w.host.Closing() }

// do has the worker do something to the session in its next turn.
func (w *Window) do(c command) {
	w.pending = append(w.pending, func(k *worker) error { return k.steer(c) })
}

// travel has the worker do something to the course in its next turn, live or recorded.
func (w *Window) travel(t travel) {
	w.pending = append(w.pending, func(k *worker) error { return t(k.course) })
}

func (w *Window) say(text string, fault bool) { w.notice = notice{text, fault, time.Now()} }

// frame draws everything.
func (w *Window) frame(dt time.Duration) error {
	began := time.Now()
	width, height, scale := w.host.Size()
	if width < 1 || height < 1 { // minimised
		return nil
	}
	w.style(scale)
	io := imgui.CurrentIO()
	io.SetDisplaySize(imgui.NewVec2(float32(width), float32(height)))
	io.SetDeltaTime(float32(max(dt, time.Millisecond/10).Seconds()))
	err := w.server.Do(func(q *gpu.Queue) error {
		opengl3.NewFrame()
		imgui.NewFrame()
		if err := w.compose(q); err != nil {
			return err
		}
		imgui.Render()
		screen, err := w.host.Screen(q)
		if err != nil {
			return err
		}
		screen.Begin(q, w.theme.background)
		opengl3.RenderDrawData(imgui.CurrentDrawData())
		return q.Lost()
	})
	if err != nil {
		return fmt.Errorf("window: %w", err)
	}
	w.host.Present()
	smooth(&w.measured.draw, time.Since(began))
	return nil
}

// Picture draws once more and returns what is seen.
func (w *Window) Picture() (img *image.RGBA, err error) {
	if w.coarse > 1 {
		if err := w.await(request{still: true}); err != nil {
			return nil, err
		}
	}
	if err := w.frame(time.Second / framesPerSecond); err != nil {
		return nil, err
	}
	err = w.server.Do(func(q *gpu.Queue) error {
		screen, err := w.host.Screen(q)
		if err == nil {
			img = screen.Read(q)
		}
		return err
	})
	return img, err
}

// compose draws the gallery where that is asked for or nothing is open, and otherwise the panels.
func (w *Window) compose(q *gpu.Queue) error {
	w.layout()
	if w.report != nil && !w.gallery.shown {
		w.panels()
		return nil
	}
	w.tell()
	return w.galleryPanel(q)
}

func (w *Window) panels() {
	w.shortcuts()
	w.parametersPanel()
	w.editsPanel()
	w.view.Space.Cuts[w.view.Slice.Axis] = w.view.Slice.Index // the slice in view is one of the box's
	w.tissuePanel()
	w.plotsPanel()
	w.gatesPanel()
	w.timeBar()
	w.tell()
	w.figureDialog()
	w.helpPanel()
}

// vec4 is a colour as ImGui has it.
func vec4(c color.RGBA) imgui.Vec4 {
	return imgui.NewVec4(float32(c.R)/255, float32(c.G)/255, float32(c.B)/255, float32(c.A)/255)
}

// ink is a colour as draw lists have it.
func ink(c color.RGBA) uint32 {
	return uint32(c.R) | uint32(c.G)<<8 | uint32(c.B)<<16 | uint32(c.A)<<24
}
