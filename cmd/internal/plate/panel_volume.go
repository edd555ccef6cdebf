package plate

import (
	"image"
	"image/color"
	"math"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/render/colormap"
	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// takeVolume takes whole fields, or where the device paints what they end at, and the cells
// in them.
func (p *picture) takeVolume(m moment) (*shot, error) {
	s := &shot{Time: m.at()}
	take := p.takeFields
	if p.staged() {
		s.stage = m.onStage()
	}
	if s.stage != nil {
		take = p.takeEnds
	}
	if err := take(s, m); err != nil {
		return nil, err
	}
	if p.spec.Cells.Shown {
		return s, p.takeCells(s, m)
	}
	return s, nil
}

// staged reports whether the device can paint the picture: one whose range depends on other
// times is painted again at the end, of densities that have to stand somewhere.
func (p *picture) staged() bool { return p.recorded || !p.automatic() }

func (p *picture) takeEnds(s *shot, _ moment) error {
	for _, c := range p.spec.Channels {
		ends, err := s.stage.ends(p.model.Grid, c.Substrate, p.spec.Log)
		if err != nil {
			return err
		}
		s.Ends = append(s.Ends, ends)
	}
	return nil
}

func (p *picture) takeFields(s *shot, m moment) error {
	for _, c := range p.spec.Channels {
		f, err := m.density(c.Substrate)
		if err != nil {
			return err
		}
		kept := tissue.NewField(f.Grid)
		copy(kept.Values, f.Values)
		s.Fields, s.Ends = append(s.Fields, kept), append(s.Ends, ends(kept.Values))
	}
	return nil
}

// drawVolume makes a view of a shot.
func (p *picture) drawVolume(s *shot, all scales) (figure.Panel, error) {
	scene := render.Scene{Grid: p.model.Grid, Camera: camera(p.spec.Camera)}
	drawn := figure.Scene{Title: p.heading(), Time: p.stamp(s), TimeUnit: p.spec.TimeUnit, Hide: hidden(p.spec.Hide), ScaleBar: p.scaleBar(), Style: p.style()}
	for i := range p.spec.Channels {
		volume, bar, err := p.volume(i, s, all)
		if err != nil {
			return nil, err
		}
		scene.Volumes, drawn.Bars = append(scene.Volumes, volume), append(drawn.Bars, bar)
	}
	if s.Values != nil {
		bar, err := p.cellBar(all)
		if err != nil {
			return nil, err
		}
		drawn.Bars = append(drawn.Bars, bar)
		scene.Balls = balls(s, func(i int) color.RGBA { return bar.Colors.At(bar.Scale.Position(s.Values[i])) })
	} else {
		drawn.Types = p.legend()
		scene.Balls = balls(s, func(i int) color.RGBA { return drawn.Types[s.Cells[i].Type].Shown(int(s.Cells[i].Type)) })
	}
	drawn.Size = fit(&scene)
	if err := scene.Validate(); err != nil {
		return nil, err
	}
	drawn.Paint = scene.Paint
	if s.stage != nil {
		drawn.Paint = p.paintOn(s, scene)
	}
	drawBox(&drawn, scene.View(drawn.Size))
	for _, v := range scene.Volumes {
		for _, slice := range v.Slices {
			drawEdges(&drawn, scene.View(drawn.Size).Outline(slice.Axis, slice.Position(scene.Grid)))
		}
	}
	asked := p.spec.Scalebar != scenario.Scalebar{}
	if asked || drawn.Hide&figure.Axes != 0 || p.spec.Camera.Zoom > 1 { // else the axes tell how long things are
		drawn.PerMicron = scene.View(drawn.Size).PerMicron()
	}
	return drawn, nil
}

// paintOn has a scene painted on the stage of a shot. What fails is told by the shot.
func (p *picture) paintOn(s *shot, scene render.Scene) func(size image.Point) *image.RGBA {
	return func(size image.Point) *image.RGBA {
		img, err := s.stage.paint(scene, p.substrates(), size)
		if err != nil {
			s.fault = err
			img = image.NewRGBA(image.Rectangle{Max: size})
		}
		return img
	}
}

// volume is how a channel is shown, and the bar of its colours.
func (p *picture) volume(i int, s *shot, all scales) (render.Volume, figure.ColorBar, error) {
	c := p.spec.Channels[i]
	substrate := p.model.Substrates[c.Substrate]
	scale := all.of(c.Range, p.kind(c), p.spec.Log, s.Ends[i])
	colors, err := p.hues(i)
	if err != nil {
		return render.Volume{}, figure.ColorBar{}, err
	}
	v := render.Volume{Map: colors, Scale: scale}
	if s.stage == nil {
		v.Field = s.Fields[i]
	}
	if p.spec.Opacity > 0 {
		v.Opacity = render.Fog(p.model.Grid, scale, p.spec.Opacity)
	}
	for _, plane := range p.spec.Planes {
		v.Slices = append(v.Slices, render.Slice{Axis: plane.Axis, Index: plane.Index})
	}
	bar := figure.ColorBar{Colors: colors, Scale: scale, Quantity: substrate.Name, Unit: string(substrate.Unit), Shown: p.spec.Unit}
	if p.spec.Label != "" {
		bar.Quantity = p.spec.Label
	}
	bar.Below, bar.Above = figure.Beyond(s.Ends[i], scale)
	for _, level := range p.levels(scale) {
		v.Surfaces = append(v.Surfaces, render.Surface{Level: level, Colour: colors.At(scale.Position(level)), Opacity: surfaceOpacity})
		bar.Marks = append(bar.Marks, level)
	}
	return v, bar, nil
}

// surfaceOpacity lets a surface show what it encloses.
const surfaceOpacity = 0.4

// levels are the densities of the surfaces: those asked for, or round ones, at most two,
// in the upper part of the scale, where a surface encloses something.
func (p *picture) levels(scale render.Scale) []float64 {
	if !p.spec.Surfaces.Auto {
		return p.spec.Surfaces.At
	}
	const most = 2
	levels := scale.Levels(most)
	return levels[max(len(levels)-most, 0):]
}

// hues are the colours of a channel: the colour map, or of several shades of its own.
func (p *picture) hues(i int) (colormap.Map, error) {
	if len(p.spec.Channels) == 1 {
		return colormap.ByName(p.spec.Colormap)
	}
	if c := p.spec.Channels[i].Color; c != "" {
		return colormap.Shades(colour(c)), nil
	}
	return colormap.Shades(figure.Light().Series(i)), nil
}

// balls are the cells of a shot.
func balls(s *shot, colour func(i int) color.RGBA) []render.Ball {
	var all []render.Ball
	for i, cell := range s.Cells {
		all = append(all, render.Ball{Centre: r3.Vec{X: cell.X, Y: cell.Y, Z: s.Height[i]}, Radius: cell.Radius, Colour: colour(i)})
	}
	return all
}

// fit sets the zoom so that the box fills a picture, as 1 does in a camera's eyes from the
// worst side, and returns the size of the picture, in pixels to count in: the page decides
// how many there are. A camera that aims at nothing aims at the middle of the box's outline.
func fit(scene *render.Scene) image.Point {
	const height, filled = 1000, 0.94
	zoom, aim := scene.Camera.Zoom, scene.Camera.Aim
	scene.Camera.Zoom, scene.Camera.Aim = 1, r3.Vec{}
	size := image.Pt(height, height)
	low, high := extent(scene.View(size))
	for range 3 { // what is near grows as it comes to the middle
		scene.Camera.Aim = scene.View(size).Pan(-(low[0]+high[0]-height)/2, -(low[1]+high[1]-height)/2)
		low, high = extent(scene.View(size))
	}
	size.X = int(height * min(max((high[0]-low[0])/(high[1]-low[1]), 0.6), 3.5))
	low, high = extent(scene.View(size))
	if aim != (r3.Vec{}) {
		scene.Camera.Aim = aim
	}
	scene.Camera.Zoom = zoom * filled * min(float64(size.X)/(high[0]-low[0]), float64(size.Y)/(high[1]-low[1]))
	return size
}

// extent returns the corners of the rectangle that the box is seen in.
func extent(v render.View) (low, high [2]float64) {
	low, high = [2]float64{math.Inf(1), math.Inf(1)}, [2]float64{math.Inf(-1), math.Inf(-1)}
	for _, e := range v.Box() {
		for _, corner := range [][2]float64{e.From, e.To} {
			for i, at := range corner {
				low[i], high[i] = min(low[i], at), max(high[i], at)
			}
		}
	}
	return low, high
}

func camera(c scenario.Camera) render.Camera {
	return render.Camera{Azimuth: c.Azimuth, Elevation: c.Elevation, Zoom: c.Zoom, Perspective: c.Perspective, Aim: c.Aim}
}

// drawBox draws the box around a scene: an arrow along each axis, with the length of the box.
func drawBox(drawn *figure.Scene, view render.View) {
	axes := view.Axes()
	for _, e := range view.Box() {
		line := figure.SceneLine{From: e.From, To: e.To, Behind: e.Hidden, Width: 0.05}
		for _, a := range axes {
			line.Arrow = line.Arrow || a.Edge == e
		}
		drawn.Lines = append(drawn.Lines, line)
	}
	for _, a := range axes {
		drawn.Labels = append(drawn.Labels, figure.SceneLabel{
			At: nameplate(a, axes), Out: a.Out, Symbol: tissue.AxisName(a.Axis), Text: figure.FormatLength(a.Length), Small: true,
		})
	}
}

// drawEdges draws the edges of a slice in the box.
func drawEdges(drawn *figure.Scene, edges []render.Edge) {
	for _, e := range edges {
		drawn.Lines = append(drawn.Lines, figure.SceneLine{From: e.From, To: e.To, Behind: e.Hidden, Width: 0.04})
	}
}

// nameplate is where the name of an axis stands: at its middle, or further on where the arrow
// of another ends at its start.
func nameplate(a render.Axis, axes []render.Axis) [2]float64 {
	for _, other := range axes {
		if other.To == a.From {
			const on = 0.7
			return [2]float64{a.From[0] + on*(a.To[0]-a.From[0]), a.From[1] + on*(a.To[1]-a.From[1])}
		}
	}
	return a.Middle()
}
