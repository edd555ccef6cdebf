package session

import (
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/cmd/internal/plate"
	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/quantity"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// Paper is how a figure of what is in view looks.
type Paper struct {
	Width      float64 // mm
	DPI        int
	Theme, Map string
	Cells      bool
	Smooth     bool    // densities are interpolated between the centres of voxels
	Zoom       float64 // of the box: how many times it is as large as what the picture shows, at least 1
	Free       bool    // the ends of scales are found
}

// FigureFile returns the file by which cytofield render draws what is in view from a run
// that has an output at this time.
func (r *Report) FigureFile(p Paper) (string, error) {
	panel, err := r.panel(p)
	if err != nil {
		return "", err
	}
	return r.file(p, "", "A: "+panel.String()), nil
}

// FigureFile returns the file by which cytofield render draws two branches from a run of each:
// "a", "both", or "difference", which is both and what they differ by. The report is of B.
func (c *Comparison) FigureFile(r *Report, show string, p Paper) (string, error) {
	b, err := r.panel(p)
	if err != nil {
		return "", err
	}
	a, err := c.A.panel(p)
	if err != nil {
		return "", err
	}
	a.add("run", "compare")
	header := fmt.Sprintf("compare: %q\n", filepath.Join("out", r.Name+"-A"))
	if show == "a" {
		return r.file(p, header, "A: "+a.String()), nil
	}
	a.add("title", "A")
	b.add("title", "B")
	b.add("hide", "[legend, scalebar]") // those of A are its own too
	panels := []string{"A: " + a.String(), "B: " + b.String()}
	if show == "difference" && c.Difference != nil {
		panels = append(panels, "C: "+c.panel(r, p).String())
	}
	layout := "ABC"[:len(panels)]
	const narrow = 35 // mm of a panel, in which words do not fit
	if width, height := r.Plane.Size(); width > 2*height || p.Width < narrow*float64(len(panels)) {
		layout = strings.Join(strings.Split(layout, ""), "/")
		header += fmt.Sprintf("height: %s\n", quantity.Format(p.Width*float64(len(panels)), "mm"))
	}
	header += fmt.Sprintf("title: %q\nlayout: %s\nletters: none\ncolorbars: shared\n", r.Title, layout)
	return r.file(p, header, panels...), nil
}

// file is a figure file of panels, with further lines before them.
func (r *Report) file(p Paper, header string, panels ...string) string {
	run := filepath.Join("out", r.Name)
	if r.Recorded != nil {
		run = r.Recorded.Dir
	}
	return fmt.Sprintf("cytofield_figure: 1\nrun: %q\nat: %s\nwidth: %s\ndpi: %d\ntheme: %s\n%spanels:\n  %s\n",
		run, quantity.Format(r.Time, "s"), quantity.Format(p.Width, "mm"), p.DPI, p.Theme, header, strings.Join(panels, "\n  "))
}

// panelText is a panel of a figure file, key by key.
type panelText []string

func (t *panelText) add(key, format string, values ...any) {
	*t = append(*t, key+": "+fmt.Sprintf(format, values...))
}

func (t panelText) String() string { return "{" + strings.Join(t, ", ") + "}" }

// panel is what a report shows.
func (r *Report) panel(p Paper) (panelText, error) {
	var t panelText
	switch l := r.View.Layers; {
	case r.View.Space.Mode != Slice:
		r.volume(&t, p)
		return t, nil
	case l.Overlay == ErrorOverlay:
		return nil, errors.New("a figure shows no estimate of the error of a step, which runs do not keep: choose another overlay")
	case len(r.Merged) > 0:
		r.merged(&t, p)
	default:
		r.single(&t, p, "slice")
		t.add("scale", "%s", scaleName(r.Scale))
	}
	r.lines(&t)
	r.cells(&t, p)
	return t, nil
}

func scaleName(s render.Scale) string {
	if s.Log {
		return "log"
	}
	return "linear"
}

// single has what slices of one substrate have.
func (r *Report) single(t *panelText, p Paper, kind string) {
	substrate := r.Substrates[r.View.Substrate]
	t.add("kind", "%s", kind)
	t.add("substrate", "%q", substrate.Name)
	if r.View.Layers.Overlay == MoleculesOverlay {
		t.add("molecules", "true")
	}
	r.extent(t, p)
	t.add("colormap", "%s", p.Map)
	t.add("range", "%s", r.span(r.Scale, substrate, p.Free))
}

// span is a scale as a range.
func (r *Report) span(s render.Scale, substrate tissue.Substrate, free bool) string {
	switch {
	case free:
		return "auto"
	case r.View.Layers.Overlay == MoleculesOverlay:
		return fmt.Sprintf("[%g, %g]", digits(s.Low), digits(s.High))
	}
	return fmt.Sprintf("[%s, %s]", density(digits(s.Low), substrate), density(digits(s.High), substrate))
}

// extent says where the slice lies, and how voxels look.
func (r *Report) extent(t *panelText, p Paper) {
	if !r.Grid.Planar {
		t.add("slice", "%s", cut(r.Grid, r.View.Slice))
	}
	if !p.Smooth {
		t.add("smooth", "false")
	}
}

func cut(g tissue.Grid, s render.Slice) string {
	return tissue.AxisName(s.Axis) + "=" + quantity.Format(digits(s.Position(g)), "um")
}

// merged has several substrates.
func (r *Report) merged(t *panelText, p Paper) {
	var all []string
	for _, m := range r.Merged {
		substrate := r.Substrates[m.Substrate]
		all = append(all, fmt.Sprintf("{substrate: %q, color: %q, range: %s}", substrate.Name,
			fmt.Sprintf("#%02x%02x%02x", m.Colour.R, m.Colour.G, m.Colour.B), r.span(m.Scale, substrate, p.Free && m.Fixed == nil)))
	}
	t.add("kind", "merge")
	t.add("scale", "%s", scaleName(r.Merged[0].Scale))
	t.add("substrates", "[%s]", strings.Join(all, ", "))
	r.extent(t, p)
	if len(r.Contours)+len(r.Arrows) > 0 {
		t.add("lines_of", "%q", r.Substrates[r.View.Substrate].Name)
	}
}

// lines are contours, arrows and outlines.
func (r *Report) lines(t *panelText) {
	var levels []string
	for _, c := range r.Contours {
		if r.View.Layers.Overlay == MoleculesOverlay {
			levels = append(levels, strconv.FormatFloat(digits(c.Level), 'g', -1, 64))
		} else {
			levels = append(levels, density(digits(c.Level), r.Substrates[r.View.Substrate]))
		}
	}
	if len(levels) > 0 {
		t.add("contours", "[%s]", strings.Join(levels, ", "))
	}
	if a := r.View.Layers.Arrows; a != NoArrows {
		t.add("arrows", "%s", map[Arrows]string{GradientArrows: "gradient", FluxArrows: "flux"}[a])
	}
	if r.View.Layers.Outlines {
		t.add("regions", "true")
	}
}

// cells are coloured as in view.
func (r *Report) cells(t *panelText, p Paper) {
	if !p.Cells || len(r.CellTypes) == 0 {
		t.add("cells", "false")
		return
	}
	var keys panelText
	switch by := r.View.Layers.CellsBy; {
	case r.CellValues != nil:
		keys.add("by", "%q", by)
		span := "auto"
		if !p.Free || r.View.Layers.CellScale != nil {
			span = fmt.Sprintf("[%g, %g]", digits(r.CellScale.Low), digits(r.CellScale.High))
		}
		keys.add("range", "%s", span)
	case by == ByState:
		keys.add("by", "state")
	default:
		keys.add("by", "type")
	}
	if r.View.Space.Mode != Slice { // where a figure leaves out crowds unless they are named
		var types []string
		for _, c := range r.CellTypes {
			types = append(types, strconv.Quote(c.Name))
		}
		keys.add("types", "[%s]", strings.Join(types, ", "))
	}
	t.add("cells", "%s", keys)
}

// volume is the box as the camera sees it.
func (r *Report) volume(t *panelText, p Paper) {
	space, substrate := r.View.Space, r.Substrates[r.View.Substrate]
	t.add("kind", "volume")
	t.add("substrate", "%q", substrate.Name)
	t.add("colormap", "%s", p.Map)
	t.add("scale", "%s", scaleName(r.Scale))
	t.add("range", "%s", r.span(r.Scale, substrate, p.Free))
	opacity := 0.0
	if space.Mode.HasVolume() {
		opacity = space.Opacity
	}
	t.add("opacity", "%g", digits(opacity))
	if space.Mode.HasVolume() && space.Surface > 0 {
		t.add("surfaces", "[%s]", density(digits(space.Surface), substrate))
	}
	if space.Mode.HasSlices() {
		var planes []string
		for axis, index := range space.Cuts {
			planes = append(planes, cut(r.Grid, render.Slice{Axis: axis, Index: index}))
		}
		t.add("planes", "[%s]", strings.Join(planes, ", "))
	}
	r.cells(t, p)
	t.add("camera", "%s", lookingFrom(r.Grid, space.Camera, p.Zoom))
}

// lookingFrom is a camera as a figure has it.
func lookingFrom(g tissue.Grid, c render.Camera, zoom float64) string {
	text := fmt.Sprintf("{azimuth: %g deg, elevation: %g deg, zoom: %g, perspective: %t", digits(c.Azimuth), digits(c.Elevation), digits(zoom), c.Perspective)
	if c.Aim != (r3.Vec{}) {
		var at []string
		for axis, aim := range [3]float64{c.Aim.X, c.Aim.Y, c.Aim.Z} {
			size := g.Size()[axis]
			at = append(at, quantity.Format(min(max(digits(aim+size/2), 0), size), "um"))
		}
		text += ", aim: [" + strings.Join(at, ", ") + "]"
	}
	return text + "}"
}

// panel is what the branches differ by.
func (c *Comparison) panel(r *Report, p Paper) panelText {
	var t panelText
	differing := *r
	differing.Scale, p.Map = c.Scale, DifferenceMap
	p.Free = p.Free || r.View.Layers.Overlay.Replaces() // then its scale is not of densities
	differing.View.Layers.Overlay = NoOverlay
	differing.single(&t, p, "difference")
	if r.View.Layers.Outlines {
		t.add("regions", "true")
	}
	t.add("cells", "false")
	title := "B − A"
	if c.Note != "" && !p.Free {
		title += " (" + c.Note + ")"
	}
	t.add("title", "%q", title)
	t.add("hide", "[legend, scalebar]")
	return t
}

// digits drops those of rounding.
func digits(v float64) float64 {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 6, 64), 64)
	if err != nil {
		panic(err) // it has just been written
	}
	return rounded
}

// Figure makes what a figure file says of this moment.
func (s *Session) Figure(file string) (figure.Figure, figure.Options, error) {
	return s.compose(file, nil, s.origin(nil))
}

// Figure makes what a figure file says of a session, B, and of this branch of it; v is the
// view of its differences.
func (b *Branch) Figure(leader *Session, file string, v View) (figure.Figure, figure.Options, error) {
	rival, err := b.rival(leader, v)
	if err != nil {
		return figure.Figure{}, figure.Options{}, err
	}
	return leader.compose(file, rival, leader.origin(b))
}

// Figure makes what a figure file says of the output shown.
func (r *Replay) Figure(file string) (figure.Figure, figure.Options, error) {
	spec, err := figureOf(file, r.scenario)
	if err != nil {
		return figure.Figure{}, figure.Options{}, err
	}
	run, err := plate.OpenRun(r.source.dir)
	if err != nil {
		return figure.Figure{}, figure.Options{}, err
	}
	page := plate.NewPage(spec, run, nil)
	f, err := page.At(r.times[r.at])
	return f, page.Options(), err
}

func (s *Session) compose(file string, rival *plate.Rival, origin map[string]string) (figure.Figure, figure.Options, error) {
	spec, err := figureOf(file, s.scenario)
	if err != nil {
		return figure.Figure{}, figure.Options{}, err
	}
	f, err := plate.Compose(spec, plate.NewLive(s.solver, s.scenario.Model), rival, origin)
	return f, figure.Options{Width: spec.Width, Height: spec.Height, DPI: spec.DPI, TextSize: spec.Text}, err
}

// figureOf decodes a figure file of a scenario.
func figureOf(file string, of *scenario.Scenario) (*scenario.Figure, error) {
	read, err := scenario.ReadFigure("figure", []byte(file))
	if err != nil {
		return nil, err
	}
	return read.Decode(of)
}

// origin says where pictures come from, and what they are compared with.
func (s *Session) origin(b *Branch) map[string]string {
	origin := plate.Provenance(s.manifest(s.scenario))
	if b != nil {
		a := b.Session.manifest(b.Session.scenario)
		origin["Compared with"] = a.Scenario + " " + a.ScenarioHash
	}
	return origin
}

// rival returns the branch beside a session: as it is, and, in a view, as it is at the
// session's time.
func (b *Branch) rival(leader *Session, v View) (*plate.Rival, error) {
	a := b.Session
	if a.solver == nil {
		return nil, errors.New("branch A is gone")
	}
	v = possible(a.scenario.Model, v)
	v.Layers.Overlay = NoOverlay
	plane, err := a.plane(v)
	if err != nil {
		return nil, err
	}
	then := *plane
	then.Values, _ = b.valuesAt(leader.timeOf(v), &Report{View: v, Plane: plane})
	now := plate.NewLive(a.solver, a.scenario.Model)
	return &plate.Rival{Now: now, Then: now.With(v.Substrate, &then)}, nil
}
