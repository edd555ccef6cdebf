package figure

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"math"

	"golang.org/x/image/draw"
)

// Scene is a panel of a volume seen from somewhere: a rendered picture, which comes from
// package render, with lines and labels where its camera projects them. On
// PNG, SVG and PDF alike the lines and labels are drawn by the figure, sharp.
type Scene struct {
	Picture image.Image // transparent where nothing is
	Title   string
	Time    float64 // s; NaN leaves the time stamp out
	Place   string  // instead of a place stamp: "seen from 30° east"

	Lines     []SceneLine
	Labels    []SceneLabel
	ScaleBar  ScaleBar
	PerMicron float64 // pixels of Picture per µm, of an orthographic camera; 0 leaves the scale bar out

	Bars  []ColorBar
	Types []CellType // of cells, surfaces or substrates; they make the legend
	Hide  Furniture
}

// SceneLine is a projected line: an edge of the box, an axis.
type SceneLine struct {
	From, To [2]float64 // pixels of Picture from its upper left corner
	Behind   bool       // drawn before the picture
	Color    color.RGBA // the zero value stands for the theme's rule
	Width    float64    // em; 0 stands for 0.08
	Arrow    bool       // with a head at To
}

// SceneLabel is a text at a place of the picture.
type SceneLabel struct {
	At    [2]float64 // middle of the text, pixels of Picture
	Text  string     // a single letter is set in italics
	Small bool       // as a tick label
	Color color.RGBA // the zero value stands for the theme's ink
}

// sceneBlock is a scene that is being laid out.
type sceneBlock struct {
	Scene
	colour []*bar
}

func (c Scene) block() (block, error) {
	if c.Picture == nil || c.Picture.Bounds().Empty() {
		return nil, fmt.Errorf("scene %q: no picture", c.Title)
	}
	b := &sceneBlock{Scene: c}
	var faults []error
	for _, bar := range c.Bars {
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
	size := b.Picture.Bounds().Size()
	a := float64(size.X) / float64(size.Y)
	return a, a
}

func (b *sceneBlock) heading() (h heading) {
	if b.Hide&Titles == 0 {
		h.title = b.Title
	}
	if b.Hide&Stamps == 0 {
		if !math.IsNaN(b.Time) {
			h.left = timeStamp(b.Time)
		}
		if b.Place != "" {
			h.right = plain(b.Place)
		}
	}
	return h
}

func (b *sceneBlock) legend(r *ruler, words float64) ([]placed, int, float64) {
	if b.Hide&Legends != 0 {
		return nil, 0, 0
	}
	return r.legend(typeKeys(b.Types), words)
}

func (b *sceneBlock) around(r *ruler, plot image.Point, words float64) (sides, float64) {
	head := b.heading().lay(r, plot.X, words)
	_, rows, wants := b.legend(r, words)
	s := sides{top: r.px(head.height), right: roomBeside(r, b.colour, plot.Y)}
	if rows > 0 {
		s.bottom = r.px(legendGap + legendLead*float64(rows-1) + 1)
	}
	return s, max(head.wants, wants)
}

func (b *sceneBlock) draw(s *sheet, plot image.Rectangle, words float64) {
	from := b.Picture.Bounds()
	scale := float64(plot.Dx()) / float64(from.Dx())
	to := func(p [2]float64) point {
		return point{float64(plot.Min.X) + p[0]*scale, float64(plot.Min.Y) + p[1]*scale}
	}
	b.drawLines(s, plot, to, true)
	picture := b.Picture
	if from.Size() != plot.Size() {
		scaled := image.NewRGBA(image.Rectangle{Max: plot.Size()})
		draw.CatmullRom.Scale(scaled, scaled.Rect, b.Picture, from, draw.Src, nil)
		picture = scaled
	}
	s.picture(plot, picture)
	b.drawLines(s, plot, to, false)
	b.drawLabels(s, to)
	if b.PerMicron > 0 && b.Hide&ScaleBars == 0 {
		length := b.ScaleBar.Length
		if length == 0 {
			length = scaleBar(float64(from.Dx()) / b.PerMicron)
		}
		s.scaleBar(plot, b.ScaleBar, formatLength(length), math.Round(length*b.PerMicron*scale))
	}
	s.barsBeside(plot, b.colour)
	b.heading().draw(s, plot, words)
	list, _, _ := b.legend(s.ruler, words)
	s.keys(list, float64(plot.Min.X), float64(plot.Max.Y+s.px(legendGap+0.5)))
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
		if long := math.Hypot(e.x-a.x, e.y-a.y); l.Arrow && long > 0 {
			ux, uy, head := (e.x-a.x)/long, (e.y-a.y)/long, 0.5*s.em
			s.area(plot, solid(c), point{e.x + head/2*ux, e.y + head/2*uy},
				point{e.x - head/2*ux - 0.4*head*uy, e.y - head/2*uy + 0.4*head*ux}, point{e.x - head/2*ux + 0.4*head*uy, e.y - head/2*uy - 0.4*head*ux})
		}
	}
}

func (b *sceneBlock) drawLabels(s *sheet, to func([2]float64) point) {
	if b.Hide&Axes != 0 {
		return
	}
	for _, label := range b.Labels {
		c, size := label.Color, s.em
		if label.Small {
			size = smallSize * s.em
		}
		if c == (color.RGBA{}) {
			c = s.Ink
			if label.Small {
				c = s.Quiet
			}
		}
		s.fill(s.turned(axisName(label.Text, ""), to(label.At), 0, size), solid(c))
	}
}
