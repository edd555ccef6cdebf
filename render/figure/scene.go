package figure

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"math"
)

// Scene is a panel of a volume seen from somewhere: a picture, which package render
// paints in the size that the page has for it, with lines and labels where its camera
// projects them. On PNG, SVG and PDF alike the lines and labels are drawn by the figure,
// sharp.
type Scene struct {
	Size     image.Point                        // in whose pixels lines and labels are placed; the picture has its ratio of sides
	Paint    func(size image.Point) *image.RGBA // transparent where nothing is, with alpha premultiplied
	Title    string
	Time     float64 // s; NaN leaves the time stamp out
	TimeUnit string  // of the time stamp, "h"; "": as people say it, 2 h 10 min
	Place    string  // instead of a place stamp: "seen from 30° east"

	Lines     []SceneLine
	Labels    []SceneLabel
	ScaleBar  ScaleBar
	PerMicron float64 // pixels of Size per µm, of an orthographic camera; 0 leaves the scale bar out

	Bars  []ColorBar
	Types []CellType // of cells, surfaces or substrates; they make the legend
	Style Style
	Hide  Furniture
}

// SceneLine is a projected line: an edge of the box, an axis.
type SceneLine struct {
	From, To [2]float64 // pixels of Size from the upper left corner
	Behind   bool       // drawn before the picture
	Color    color.RGBA // the zero value stands for the theme's rule
	Width    float64    // em; 0 stands for 0.08
	Arrow    bool       // goes on beyond To, to a head
}

// SceneLabel is a text at a place of the picture.
type SceneLabel struct {
	At     [2]float64 // pixels of Size
	Out    [2]float64 // unit vector along which the text stands clear of At; zero: its middle is there
	Symbol string     // before the text, in italics
	Text   string
	Small  bool       // as a tick label
	Color  color.RGBA // the zero value stands for the theme's ink
}

// sceneBlock is a scene that is being laid out.
type sceneBlock struct {
	Scene
	colour []*bar
	lying  bool // the bars lie under the scene
}

func (c Scene) block() (block, error) {
	if c.Paint == nil || c.Size.X < 1 || c.Size.Y < 1 {
		return nil, fmt.Errorf("scene %q of %v pixels: want a picture", c.Title, c.Size)
	}
	b := &sceneBlock{Scene: c}
	var faults []error
	for _, bar := range c.Bars {
		if bar.Style == (BarStyle{}) {
			bar.Style = c.Style.Bars
		}
		laid, err := newBar(bar)
		faults = append(faults, err)
		if c.Hide&ColorBars == 0 {
			b.colour = append(b.colour, laid)
		}
	}
	if err := errors.Join(faults...); err != nil {
		return nil, fmt.Errorf("scene %q: %w", c.Title, err)
	}
	return b, nil
}

func (b *sceneBlock) bars() []*bar { return b.colour }

func (b *sceneBlock) aspect() (wide, least float64) {
	a := float64(b.Size.X) / float64(b.Size.Y)
	return a, a
}

func (b *sceneBlock) heading() heading {
	h := heading{style: b.Style}
	if b.Hide&Titles == 0 {
		h.title = b.Title
	}
	if b.Hide&Stamps == 0 {
		if !math.IsNaN(b.Time) {
			h.left = timeStamp(b.Time, b.TimeUnit)
		}
		if b.Place != "" {
			h.right = plain(b.Place)
		}
	}
	return h
}

// sceneLayout is where things lie around a scene.
type sceneLayout struct {
	beyond    sides   // what labels and arrows take
	barTop    float64 // em below what they take
	legendTop float64
	legend    []placed
	below     float64
	wants     float64
}

func (b *sceneBlock) lay(r *ruler, plot image.Point, words float64) sceneLayout {
	l := sceneLayout{beyond: b.overhang(r, plot)}
	b.lying = b.lying || b.Style.Bars.Lying || float64(plot.Y) < leastBar*r.em
	if b.lying {
		l.barTop = 0.9
		l.below = roomBelow(r, b.colour)
	}
	var rows int
	l.legend, rows, l.wants = r.legend(b.keys(), words)
	if rows > 0 {
		l.legendTop = l.below + legendGap
		l.below = l.legendTop + legendLead*float64(rows-1) + 1
	}
	return l
}

func (b *sceneBlock) keys() (keys []key) {
	if b.Hide&Legends != 0 {
		return nil
	}
	return typeKeys(b.Types)
}

func (b *sceneBlock) around(r *ruler, plot image.Point, words float64) (sides, float64) {
	l, head := b.lay(r, plot, words), b.heading().lay(r, plot.X, words)
	s := l.beyond
	s.top, s.bottom = max(s.top, r.px(head.height)), s.bottom+r.px(l.below)
	wants := max(head.wants, l.wants)
	if !b.lying {
		beside, names := roomBeside(r, b.colour, plot.Y)
		s.right += beside
		return s.holding(plot, 0, names...), wants
	}
	return s, max(wants, lyingWidth(r, b.colour, plot.X))
}

func (b *sceneBlock) draw(s *sheet, plot image.Rectangle, words float64) {
	scale := float64(plot.Dx()) / float64(b.Size.X)
	to := func(p [2]float64) point {
		return point{float64(plot.Min.X) + p[0]*scale, float64(plot.Min.Y) + p[1]*scale}
	}
	b.drawLines(s, plot, to, true)
	s.picture(plot, b.Paint(plot.Size()))
	b.drawLines(s, plot, to, false)
	b.drawLabels(s, to)
	if b.PerMicron > 0 && b.Hide&ScaleBars == 0 {
		b.drawScaleBar(s, plot, scale)
	}
	if h := b.heading(); b.Style.Stamps.Inside {
		s.cornerStamps(plot, b.Style.Stamps, b.Style.Stamps.Color == (color.RGBA{}), h.left, h.right)
	}
	l := b.lay(s.ruler, plot.Size(), words)
	bottom := plot.Max.Y + l.beyond.bottom
	if b.lying {
		s.barsBelow(plot, bottom+s.px(l.barTop), b.colour)
	} else {
		beside := plot
		beside.Max.X += l.beyond.right
		s.barsBeside(beside, b.colour)
	}
	b.heading().draw(s, plot, words)
	s.keys(l.legend, float64(plot.Min.X), float64(bottom+s.px(l.legendTop+0.5)))
}

// drawScaleBar draws the scale bar, on the page itself unless it has a colour.
func (b *sceneBlock) drawScaleBar(s *sheet, plot image.Rectangle, scale float64) {
	length, width := b.ScaleBar.Length, float64(b.Size.X)/b.PerMicron
	if length == 0 || length > width/2 { // of a camera that is near
		length = scaleBar(width)
	}
	style := b.ScaleBar
	if style.Color == (color.RGBA{}) {
		style.Color, style.Bare = s.Ink, true
	}
	s.scaleBar(plot, style, FormatLength(length), math.Round(length*b.PerMicron*scale))
}

// sees reports whether a place lies in the picture, which a camera that is near leaves parts
// of the box out of.
func (b *sceneBlock) sees(at [2]float64) bool {
	return at[0] >= 0 && at[0] <= float64(b.Size.X) && at[1] >= 0 && at[1] <= float64(b.Size.Y)
}

func (b *sceneBlock) drawLines(s *sheet, plot image.Rectangle, to func([2]float64) point, behind bool) {
	for _, l := range b.Lines {
		if l.Behind != behind || b.Hide&Axes != 0 {
			continue
		}
		c, width := l.Color, l.Width
		if c == (color.RGBA{}) {
			c = s.Rule
		}
		if width == 0 {
			width = 0.08
		}
		a, e := to(l.From), to(l.To)
		s.line(plot, width*s.em, nil, solid(c), a, e)
		if long := math.Hypot(e.x-a.x, e.y-a.y); l.Arrow && long > 0 && b.sees(l.To) {
			ux, uy, head := (e.x-a.x)/long, (e.y-a.y)/long, arrowHead*s.em
			neck := point{e.x + arrowShaft*s.em*ux, e.y + arrowShaft*s.em*uy}
			s.line(everywhere(), width*s.em, nil, solid(c), e, neck)
			s.area(everywhere(), solid(c), point{neck.x + head*ux, neck.y + head*uy},
				point{neck.x - 0.4*head*uy, neck.y + 0.4*head*ux}, point{neck.x + 0.4*head*uy, neck.y - 0.4*head*ux})
		}
	}
}

// What an arrow adds to its line: a shaft and a head, em.
const arrowShaft, arrowHead = 0.45, 0.6

func (b *sceneBlock) drawLabels(s *sheet, to func([2]float64) point) {
	if b.Hide&Axes != 0 {
		return
	}
	for _, label := range b.Labels {
		if !b.sees(label.At) {
			continue
		}
		c := label.Color
		if c == (color.RGBA{}) {
			c = s.Ink
			if label.Small {
				c = s.Quiet
			}
		}
		text, size := label.words(s.em)
		at, _ := label.place(s.ruler, to)
		s.fill(s.turned(text, at, 0, size), solid(c))
	}
}

// words are the text of a label, and their size in pixels.
func (l SceneLabel) words(em float64) (words, float64) {
	text, size := set(l.Symbol, italic), em
	if l.Small {
		size = smallSize * em
	}
	if l.Symbol != "" && l.Text != "" {
		text = append(text, plain("  ")...)
	}
	return append(text, plain(l.Text)...), size
}

// place returns the middle of a label and half its extent, pixels.
func (l SceneLabel) place(r *ruler, to func([2]float64) point) (middle, half point) {
	const clear = 0.9 // em
	text, size := l.words(r.em)
	half = point{r.width(text, size) / 2, capHeight * size / 2}
	at := to(l.At)
	return point{at.x + l.Out[0]*(half.x+clear*r.em), at.y + l.Out[1]*(half.y+clear*r.em)}, half
}

// overhang is how far labels and arrows stand out of a plot.
func (b *sceneBlock) overhang(r *ruler, plot image.Point) (s sides) {
	if b.Hide&Axes != 0 {
		return s
	}
	scale := float64(plot.X) / float64(b.Size.X)
	to := func(p [2]float64) point { return point{p[0] * scale, p[1] * scale} }
	reach := func(at, half point) {
		s.left, s.right = max(s.left, int(math.Ceil(half.x-at.x))), max(s.right, int(math.Ceil(at.x+half.x))-plot.X)
		s.top, s.bottom = max(s.top, int(math.Ceil(half.y-at.y))), max(s.bottom, int(math.Ceil(at.y+half.y))-plot.Y)
	}
	for _, label := range b.Labels {
		if b.sees(label.At) {
			reach(label.place(r, to))
		}
	}
	for _, line := range b.Lines {
		if line.Arrow && b.sees(line.To) {
			tip := (arrowShaft + arrowHead) * r.em
			reach(to(line.To), point{tip, tip})
		}
	}
	return s
}
