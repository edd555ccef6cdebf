package figure

import (
	"cmp"
	"errors"
	"fmt"
	"image"
	"image/color"
	"io"
	"math"
)

// Panels is curves over logarithmic axes, in panels that share their scales.
type Panels struct {
	Title  string
	X, Y   string // what the axes show, with the unit
	Across int    // panels in a row
	Each   []Panel
}

// Panel is one diagram of a chart.
type Panel struct {
	Title  string
	Curves []Curve
}

// Curve is points joined in their order. Its colour is that of its name in the legend.
type Curve struct {
	Name string
	X, Y []float64
}

// Save draws the chart into a PNG file, which it replaces. The height follows from the
// width and the panels.
func (c Panels) Save(path string, o Options) error {
	return save(path, func(w io.Writer) error {
		img, err := c.Image(o)
		if err != nil {
			return err
		}
		return encode(w, img, cmp.Or(o.DPI, defaultDPI), map[string]string{"Software": "Cytofield", "Title": c.Title})
	})
}

// panelsLayout is where a chart's parts lie, in pixels.
type panelsLayout struct {
	em             float64 // of the text
	left, top      float64 // of the first panel's frame
	width, height  float64 // of a panel's frame
	right, down    float64 // from panel to panel
	x, y           [2]float64
	names          []string
	across, panels int
}

// Image draws the chart. It wants panels and curves of positive, finite numbers.
func (c Panels) Image(o Options) (*image.RGBA, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	width := cmp.Or(o.Width, defaultWidth)
	l := c.layout(float64(width))
	height := int(l.top + float64((l.panels+l.across-1)/l.across)*l.down + 1.6*l.em)
	s, err := newSheet(width, height, cmp.Or(o.DPI, defaultDPI))
	if err != nil {
		return nil, err
	}
	s.box(s.pixels.Rect, color.White)
	c.drawHead(s, l)
	for i, p := range c.Each {
		l.drawPanel(s, i, p)
	}
	s.text(plain(c.X), l.left+(float64(l.across)*l.right-(l.right-l.width)-s.width(plain(c.X), l.em))/2, float64(height)-0.6*l.em, l.em, ink())
	middle := l.top + (float64(height)-l.top-2*l.em)/2
	s.upright(plain(c.Y), 1.2*l.em, middle+s.width(plain(c.Y), l.em)/2, l.em, ink())
	return s.pixels, nil
}

func (c Panels) validate() error {
	curves := 0
	var faults []error
	for _, p := range c.Each {
		for _, curve := range p.Curves {
			curves++
			if len(curve.X) != len(curve.Y) || len(curve.X) == 0 {
				faults = append(faults, fmt.Errorf("figure: panel %q, curve %q: %d and %d numbers: want as many of both, and some", p.Title, curve.Name, len(curve.X), len(curve.Y)))
			}
			for _, numbers := range [][]float64{curve.X, curve.Y} {
				for _, v := range numbers {
					if !(v > 0) || math.IsInf(v, 0) {
						faults = append(faults, fmt.Errorf("figure: panel %q, curve %q: %g on a logarithmic axis: want positive numbers", p.Title, curve.Name, v))
					}
				}
			}
		}
	}
	if curves == 0 {
		faults = append(faults, fmt.Errorf("figure: chart %q has no curves", c.Title))
	}
	return errors.Join(faults...)
}

func (c Panels) layout(width float64) panelsLayout {
	l := panelsLayout{em: width / 62, across: max(c.Across, 1), panels: len(c.Each)}
	l.left, l.top = 5*l.em, 7*l.em
	l.right = (width - l.left - l.em) / float64(l.across)
	l.width = l.right - 1.2*l.em
	l.height = 0.75 * l.width
	l.down = l.height + 3.6*l.em
	l.x, l.y = [2]float64{math.Inf(1), 0}, [2]float64{math.Inf(1), 0}
	seen := map[string]bool{}
	for _, p := range c.Each {
		for _, curve := range p.Curves {
			if !seen[curve.Name] {
				seen[curve.Name] = true
				l.names = append(l.names, curve.Name)
			}
			for i := range curve.X {
				l.x = [2]float64{min(l.x[0], curve.X[i]), max(l.x[1], curve.X[i])}
				l.y = [2]float64{min(l.y[0], curve.Y[i]), max(l.y[1], curve.Y[i])}
			}
		}
	}
	const room = 1.5 // between the outermost points and the frame
	l.x, l.y = [2]float64{l.x[0] / room, l.x[1] * room}, [2]float64{l.y[0] / room, l.y[1] * room}
	return l
}

// colour returns that of a curve.
func (l panelsLayout) colour(name string) color.RGBA {
	for i, other := range l.names {
		if other == name {
			return Palette(i)
		}
	}
	return Palette(0)
}

// drawHead draws title and legend.
func (c Panels) drawHead(s *sheet, l panelsLayout) {
	s.text(set(c.Title, bold), l.left, 1.9*l.em, 1.15*l.em, ink())
	x, y := l.left, 3.9*l.em
	for _, name := range l.names {
		s.disc(s.pixels.Rect, x+0.5*l.em, y-0.35*l.em, 0.4*l.em, nrgba(l.colour(name)))
		s.text(plain(name), x+1.3*l.em, y, l.em, ink())
		x += 3*l.em + s.width(plain(name), l.em)
	}
}

// nrgba turns an opaque colour into what a disc takes.
func nrgba(c color.RGBA) color.NRGBA { return color.NRGBA(c) }

// drawPanel draws the i-th panel: frame, ticks, curves.
func (l panelsLayout) drawPanel(s *sheet, i int, p Panel) {
	left, top := l.left+float64(i%l.across)*l.right, l.top+float64(i/l.across)*l.down
	frame := image.Rect(int(left), int(top), int(left+l.width), int(top+l.height))
	toX := func(v float64) float64 { return left + l.width*logShare(l.x, v) }
	toY := func(v float64) float64 { return top + l.height*(1-logShare(l.y, v)) }
	small := 0.85 * l.em
	for _, t := range logTicks(l.x[0], l.x[1], 5) {
		if t.label != nil {
			s.box(image.Rect(int(toX(t.value)), frame.Min.Y, int(toX(t.value))+1, frame.Max.Y), grid())
			s.text(t.label, toX(t.value)-s.width(t.label, small)/2, top+l.height+1.1*l.em, small, quiet())
		}
	}
	for _, t := range logTicks(l.y[0], l.y[1], 6) {
		if t.label == nil {
			continue
		}
		s.box(image.Rect(frame.Min.X, int(toY(t.value)), frame.Max.X, int(toY(t.value))+1), grid())
		if i%l.across == 0 {
			s.text(t.label, left-0.4*l.em-s.width(t.label, small), toY(t.value)+capHeight*small/2, small, quiet())
		}
	}
	s.frame(frame, 1, rule())
	s.text(plain(p.Title), left, top-0.5*l.em, l.em, ink())
	for _, curve := range p.Curves {
		l.drawCurve(s, curve, toX, toY)
	}
}

func grid() color.Color { return color.Gray{Y: 0xe4} }

// logShare returns where a number lies between two on a logarithmic axis, 0 to 1.
func logShare(ends [2]float64, v float64) float64 {
	return math.Log(v/ends[0]) / math.Log(ends[1]/ends[0])
}

func (l panelsLayout) drawCurve(s *sheet, c Curve, toX, toY func(float64) float64) {
	colour := l.colour(c.Name)
	corners := make([][2]float64, len(c.X))
	for i := range c.X {
		corners[i] = [2]float64{toX(c.X[i]), toY(c.Y[i])}
		s.disc(s.pixels.Rect, corners[i][0], corners[i][1], 0.32*l.em, nrgba(colour))
	}
	s.stroke(colour, 0.12*l.em, corners...)
}
