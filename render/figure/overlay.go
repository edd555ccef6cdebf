package figure

import (
	"cmp"
	"image"
	"image/color"
	"math"
	"slices"
	"strings"

	"github.com/cytofield/cytofield/render"
)

func white(c color.RGBA) color.RGBA {
	if c == (color.RGBA{}) {
		return grey(0xff)
	}
	return c
}

// at returns a function from places on the map to the sheet.
func (b *mapBlock) at(plot image.Rectangle) func(render.Point) point {
	width, height := b.first.Size()
	sx, sy := float64(plot.Dx())/width, float64(plot.Dy())/height
	return func(p render.Point) point {
		return point{float64(plot.Min.X) + p.X*sx, float64(plot.Max.Y) - p.Y*sy}
	}
}

func (b *mapBlock) drawOverlays(s *sheet, plot image.Rectangle) {
	to := b.at(plot)
	for _, o := range b.Outlines {
		for _, line := range o.Lines {
			s.overlay(plot, white(o.Color), o.Dashed, places(line, to)...)
		}
	}
	taken := b.taken(s, plot, to)
	for _, c := range b.Contours {
		b.drawContour(s, plot, to, c, &taken)
	}
	b.drawArrows(s, plot, to)
	b.drawCells(s, plot, to)
	for _, m := range b.Markers {
		s.marker(plot, to(m.From), to(m.To), m.Label)
	}
}

// taken are the places of cells, and of the scale bar, on which no level is written.
func (b *mapBlock) taken(s *sheet, plot image.Rectangle, to func(render.Point) point) (all []disc) {
	width, _ := b.first.Size()
	for _, d := range b.Cells {
		all = append(all, disc{to(render.Point{X: d.X, Y: d.Y}), d.Radius * float64(plot.Dx()) / width})
	}
	if b.space && b.Hide&ScaleBars == 0 {
		x, y := float64(plot.Max.X), float64(plot.Max.Y)
		if b.ScaleBar.Corner == LowerLeft || b.ScaleBar.Corner == UpperLeft {
			x = float64(plot.Min.X)
		}
		if b.ScaleBar.Corner == UpperLeft || b.ScaleBar.Corner == UpperRight {
			y = float64(plot.Min.Y)
		}
		all = append(all, disc{point{x, y}, float64(plot.Dx()) / 4})
	}
	return all
}

func places(line []render.Point, to func(render.Point) point) []point {
	points := make([]point, len(line))
	for i, p := range line {
		points[i] = to(p)
	}
	return points
}

// overlay draws a line with a faint dark edge, so that it stands out from bright
// fields too.
func (s *sheet) overlay(clip image.Rectangle, c color.RGBA, dashed bool, points ...point) {
	var dash []float64
	if dashed {
		dash = []float64{0.5 * s.em, 0.35 * s.em}
	}
	s.line(clip, 0.17*s.em, dash, shade(c), points...)
	s.line(clip, 0.085*s.em, dash, solid(c), points...)
}

// shade returns what stands behind a colour on a map: dark, or light behind dark
// colours.
func shade(c color.RGBA) color.NRGBA {
	if isDark(c) {
		return color.NRGBA{R: 0xff, G: 0xff, B: 0xff, A: 0x90}
	}
	return color.NRGBA{R: 0x10, G: 0x10, B: 0x10, A: 0x70}
}

func isDark(c color.RGBA) bool { return int(c.R)+int(c.G)+int(c.B) < 200 }

// onDark puts a dark plate behind a swatch that is light, so many em wide.
func (s *sheet) onDark(x, y, wide float64) {
	s.fill(rounded(x, y-0.5*s.em, x+wide*s.em, y+0.5*s.em, 0.15*s.em), color.NRGBA{R: 0x50, G: 0x50, B: 0x58, A: 0xff})
}

// drawContour draws the lines of a level, with its label on the longest of them that has a place
// clear of what is taken, to which its own is added.
func (b *mapBlock) drawContour(s *sheet, plot image.Rectangle, to func(render.Point) point, c Contour, taken *[]disc) {
	label := plain(short(c.Level * b.factor()))
	size := 0.75 * s.em
	wide := s.width(label, size) + 0.5*s.em
	var pieces [][]point
	for _, line := range c.Lines {
		pieces = append(pieces, cutLine(plot, places(line, to))...)
	}
	slices.SortStableFunc(pieces, func(a, b []point) int { return cmp.Compare(length(b), length(a)) })
	labelled := c.Plain
	for _, piece := range pieces {
		if at, ok := straightest(piece, wide, plot.Inset(int(wide/2)), *taken); ok && !labelled {
			before, after, middle, angle := gap(piece, wide, at)
			*taken = append(*taken, disc{middle, wide / 2})
			s.turnedOn(label, middle, angle, size, white(c.Color))
			s.overlay(plot, white(c.Color), c.Dashed, before...)
			piece, labelled = after, true
		}
		s.overlay(plot, white(c.Color), c.Dashed, piece...)
	}
}

// turnedOn sets words with a dark edge.
func (s *sheet) turnedOn(label words, at point, angle, size float64, c color.RGBA) {
	outline := s.turned(label, at, angle, size)
	s.stroke(outline, 0.12*s.em, nil, shade(c))
	s.fill(outline, solid(c))
}

// factor is that from the map's unit to the one its colour bar shows.
func (b *mapBlock) factor() float64 {
	_, factor, _ := shownUnit(b.Unit, b.Shown, b.Scale)
	if b.Label != "" {
		return 1
	}
	return factor
}

func length(points []point) (sum float64) {
	for i := 1; i < len(points); i++ {
		sum += math.Hypot(points[i].x-points[i-1].x, points[i].y-points[i-1].y)
	}
	return sum
}

// disc is a place that is taken.
type disc struct {
	at     point
	radius float64
}

// straightest returns where along a line, from 0 to 1, a piece of a length is straight enough for
// words, nearest to its middle, within a rectangle and clear of what is taken; false if nowhere.
func straightest(points []point, wide float64, within image.Rectangle, taken []disc) (at float64, ok bool) {
	const enough = 0.95 // of its length between the ends of the piece
	best, whole := 0.7, length(points)
	if whole < 3*wide {
		return 0, false
	}
	for i := range 17 {
		along := 0.5 + 0.05*float64((i+1)/2)*float64(1-2*(i%2))
		if along*whole < wide || (1-along)*whole < wide {
			continue
		}
		_, _, middle, _ := gap(points, wide, along)
		free := image.Pt(int(middle.x), int(middle.y)).In(within)
		for _, d := range taken {
			free = free && math.Hypot(middle.x-d.at.x, middle.y-d.at.y) > d.radius+wide/2
		}
		_, a := walk(points, along*whole-wide/2)
		_, b := walk(points, along*whole+wide/2)
		straight := math.Hypot(b.x-a.x, b.y-a.y) / wide
		if free && straight > best {
			at, best, ok = along, straight, true
		}
		if best >= enough {
			break
		}
	}
	return at, ok
}

// gap cuts a piece of a length out of a line, its middle so far along from 0 to 1, and returns what
// is left, where the piece was, and its direction, turned so that words on it do not stand on their head.
func gap(points []point, wide, along float64) (before, after []point, middle point, angle float64) {
	half := along * length(points)
	from, a := walk(points, half-wide/2)
	to, b := walk(points, half+wide/2)
	before = append(append(before, points[:from]...), a)
	after = append(append(after, b), points[to:]...)
	middle = point{(a.x + b.x) / 2, (a.y + b.y) / 2}
	angle = math.Atan2(b.y-a.y, b.x-a.x)
	if math.Abs(angle) > math.Pi/2 {
		angle -= math.Copysign(math.Pi, angle)
	}
	return before, after, middle, angle
}

// walk returns the place so far along a line, and the index of the point after it.
func walk(points []point, far float64) (next int, at point) {
	for i := 1; i < len(points); i++ {
		step := math.Hypot(points[i].x-points[i-1].x, points[i].y-points[i-1].y)
		if far <= step && step > 0 {
			t := far / step
			return i, point{points[i-1].x + t*(points[i].x-points[i-1].x), points[i-1].y + t*(points[i].y-points[i-1].y)}
		}
		far -= step
	}
	return len(points) - 1, points[len(points)-1]
}

// perUnit returns how many pixels an arrow of 1 is long on a map of a size: the longest
// spans 0.9 of the distance between neighbours.
func (b *mapBlock) perUnit(plot image.Point) float64 {
	longest := b.Arrows.Longest
	if longest == 0 {
		for _, a := range b.Arrows.At {
			longest = max(longest, math.Hypot(a.U, a.V))
		}
	}
	if longest == 0 {
		return 0
	}
	return 0.9 * math.Sqrt(float64(plot.X)*float64(plot.Y)/float64(len(b.Arrows.At))) / longest
}

func (b *mapBlock) drawArrows(s *sheet, plot image.Rectangle, to func(render.Point) point) {
	if len(b.Arrows.At) == 0 {
		return
	}
	per := b.perUnit(plot.Size())
	for _, a := range b.Arrows.At {
		s.arrow(plot, to(render.Point{X: a.X, Y: a.Y}), a.U*per, -a.V*per, white(b.Arrows.Color))
	}
}

// arrow draws an arrow from a place; one shorter than its edge is wide is left out.
func (s *sheet) arrow(clip image.Rectangle, tail point, dx, dy float64, c color.RGBA) {
	long := math.Hypot(dx, dy)
	if !(long > 0.12*s.em) {
		return
	}
	ux, uy := dx/long, dy/long
	head := min(0.42*s.em, 0.6*long)
	tip := point{tail.x + dx, tail.y + dy}
	neck := point{tip.x - head*ux, tip.y - head*uy}
	triangle := func(grow float64, c color.NRGBA) {
		w := 0.38*head + grow
		s.area(clip, c, point{tip.x + 2*grow*ux, tip.y + 2*grow*uy}, point{neck.x - grow*ux - w*uy, neck.y - grow*uy + w*ux}, point{neck.x - grow*ux + w*uy, neck.y - grow*uy - w*ux})
	}
	s.line(clip, 0.16*s.em, nil, shade(c), tail, neck)
	triangle(0.045*s.em, shade(c))
	s.line(clip, 0.08*s.em, nil, solid(c), tail, neck)
	triangle(0, solid(c))
}

// arrowKey is an arrow of a round length, at least a third of the longest.
func (b *mapBlock) arrowKey(r *ruler, plot image.Point) key {
	per := b.perUnit(plot)
	value := 0.0
	if per > 0 {
		value = niceLength(2.5 * r.em / per)
	}
	unit, factor := b.Arrows.Unit, 1.0
	if _, err := conversion(unit, "nM"); err == nil {
		var molar words
		molar, factor = readableUnit(unit, value)
		unit = molar.String()
	}
	unit = strings.TrimPrefix(unit+b.Arrows.Per, "dimensionless ")
	name := plain(b.Arrows.Quantity + " " + short(value*factor) + " " + strings.Replace(unit, "dimensionless/", "1/", 1))
	wide := value*per/r.em + 0.8
	return key{name, wide, func(s *sheet, x, y float64) {
		s.onDark(x, y, wide)
		s.arrow(everywhere(), point{x + 0.4*s.em, y}, value*per, 0, white(b.Arrows.Color))
	}}
}

// drawCells draws the discs. On a stretched map they stay round, at the smaller of
// the two scales.
func (b *mapBlock) drawCells(s *sheet, plot image.Rectangle, to func(render.Point) point) {
	width, height := b.first.Size()
	per := min(float64(plot.Dx())/width, float64(plot.Dy())/height)
	for i, d := range b.Cells {
		at := to(render.Point{X: d.X, Y: d.Y})
		var c color.RGBA
		if b.CellValues != nil {
			c = b.CellBar.Colors.At(b.CellBar.Scale.Position(b.CellValues[i]))
		} else {
			c = b.CellTypes[d.Type].Shown(int(d.Type))
		}
		s.cell(plot, at.x, at.y, d.Radius*per, c)
	}
}

// cell draws one cell: its colour, a white ring inside its edge and a dark
// line around it, so that it stands out from dark and bright fields alike.
func (s *sheet) cell(clip image.Rectangle, x, y, r float64, c color.RGBA) {
	fill := color.NRGBA{R: c.R, G: c.G, B: c.B, A: 0xff}
	if r <= 2 { // pixels; a ring would be all there is
		s.disc(clip, x, y, r, fill)
		return
	}
	ring, line := min(0.16*r, 0.085*s.em), min(0.08*r, 0.045*s.em)
	s.disc(clip, x, y, r+line, color.NRGBA{R: 0x10, G: 0x10, B: 0x10, A: 0xd0})
	s.disc(clip, x, y, r, color.NRGBA{R: 0xff, G: 0xff, B: 0xff, A: 0xff})
	s.disc(clip, x, y, r-ring, fill)
}

// marker draws where something was measured: a dashed line with ends, and its name.
func (s *sheet) marker(clip image.Rectangle, a, b point, label string) {
	s.overlay(clip, grey(0xff), true, a, b)
	for _, end := range []point{a, b} {
		s.cell(clip, end.x, end.y, 0.22*s.em, grey(0xff))
	}
	if label == "" {
		return
	}
	name := set(label, bold)
	half := s.width(name, s.em) / 2
	long := max(math.Hypot(b.x-a.x, b.y-a.y), 1)
	at := point{b.x + s.em*(b.x-a.x)/long, b.y + s.em*(b.y-a.y)/long}
	at.x = min(max(at.x, float64(clip.Min.X)+half+0.3*s.em), float64(clip.Max.X)-half-0.3*s.em)
	at.y = min(max(at.y, float64(clip.Min.Y)+0.7*s.em), float64(clip.Max.Y)-0.7*s.em)
	s.turnedOn(name, at, 0, s.em, grey(0xff))
}

// ramp draws the swatch of a merged channel: its colour from none to full.
func (s *sheet) ramp(c Channel, x, y float64) {
	box := image.Rect(int(x), int(y-0.4*s.em), int(x+2.4*s.em), int(y+0.4*s.em))
	img := image.NewRGBA(image.Rect(0, 0, box.Dx(), 1))
	for i := range box.Dx() {
		t := (float64(i) + 0.5) / float64(box.Dx())
		img.SetRGBA(i, 0, color.RGBA{R: uint8(t*float64(c.Color.R) + 0.5), G: uint8(t*float64(c.Color.G) + 0.5), B: uint8(t*float64(c.Color.B) + 0.5), A: 0xff})
	}
	for row := range box.Dy() {
		s.picture(image.Rect(box.Min.X, box.Min.Y+row, box.Max.X, box.Min.Y+row+1), img)
	}
	s.frame(box, s.rule, s.Rule)
}
