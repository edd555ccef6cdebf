package plate

import (
	"maps"
	"math"
	"strings"

	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// Page is a figure on its way to paper: its pictures, and the scales they share.
type Page struct {
	spec     *scenario.Figure
	run      *Recorded
	other    *Recorded // what differences subtract; nil without any
	pictures []*picture
	scales   scales
	origin   map[string]string // of a moment that is no run's
}

// NewPage returns the page of a figure of a run; other is what differences subtract, nil without any.
func NewPage(spec *scenario.Figure, run, other *Recorded) *Page {
	p := &Page{spec: spec, run: run, other: other, scales: scales{}}
	p.pictures = pictures(spec, run.scenario.Model, other.counterpart())
	for _, picture := range p.pictures {
		picture.run = run
		if picture.spec.Compared {
			picture.run = other
		}
	}
	return p
}

// pictures are those of the panels of a figure: of a model, or of the other one where they say so.
func pictures(spec *scenario.Figure, m *tissue.Model, other *counterpart) []*picture {
	var all []*picture
	for _, panel := range spec.Panels {
		p := &picture{spec: panel, model: m, other: other, alone: len(spec.Panels) == 1 && spec.Title == ""}
		if panel.Compared {
			if p.fault = other.unlike(m); p.fault == nil {
				p.model = other.model
			}
		}
		p.drawn = drawnTypes(panel, p.model)
		all = append(all, p)
	}
	return all
}

// Compose makes the figure of one moment, of panels that show no whole run; rival is the course
// that it is compared with, nil without any.
func Compose(spec *scenario.Figure, m *Live, rival *Rival, origin map[string]string) (figure.Figure, error) {
	p := &Page{spec: spec, scales: scales{}, origin: origin, pictures: pictures(spec, m.model, rival.counterpart())}
	shots, err := p.takeLive(m, rival)
	if err != nil {
		return figure.Figure{}, err
	}
	return p.figure(shots)
}

// takeLive takes every picture of a moment and its rival.
func (p *Page) takeLive(m *Live, rival *Rival) ([]*shot, error) {
	shots := make([]*shot, len(p.pictures))
	for i, picture := range p.pictures {
		s, err := picture.ofLive(m, rival)
		if err != nil {
			return nil, err
		}
		picture.measure(s, p.scales)
		shots[i] = s
	}
	return shots, nil
}

// Last stands for the time of the last output.
func Last() float64 { return math.NaN() }

// At returns the figure at the time of an output, s, for pictures without a time of their own.
func (p *Page) At(t float64) (figure.Figure, error) {
	shots, err := p.shoot(t)
	if err != nil {
		return figure.Figure{}, err
	}
	return p.figure(shots)
}

// shoot takes every picture, those without a time of their own at a time, s.
func (p *Page) shoot(t float64) ([]*shot, error) {
	shots := make([]*shot, len(p.pictures))
	for i, picture := range p.pictures {
		var err error
		if shots[i], err = p.expose(picture, t); err != nil {
			return nil, err
		}
	}
	return shots, nil
}

// expose takes and measures one picture; what stands still once.
func (p *Page) expose(picture *picture, t float64) (*shot, error) {
	if picture.kept != nil {
		return picture.kept, nil
	}
	s, err := picture.ofRun(t)
	if err != nil {
		return nil, err
	}
	picture.measure(s, p.scales)
	if picture.stands() {
		picture.kept = s
	}
	return s, nil
}

// ofRun takes the picture of its run, at a time, s, where it has none of its own.
func (p *picture) ofRun(t float64) (*shot, error) {
	if p.fault != nil {
		return nil, p.explain(p.fault)
	}
	times := p.spec.Times
	if times == nil {
		times = []float64{t}
		if p.spec.Still {
			times[0] = Last()
		}
	}
	var moments []moment
	for _, t := range times {
		m, err := p.run.moment(t, p.ofDensities())
		if err != nil {
			return nil, p.explain(err)
		}
		moments = append(moments, m)
	}
	return p.take(moments)
}

// figure composes the shots.
func (p *Page) figure(shots []*shot) (figure.Figure, error) {
	f := figure.Figure{
		Title: p.spec.Title, TitleStyle: titleStyle(p.spec.TitleStyle), LetterStyle: lettering(p.spec.LetterStyle),
		Layout: p.layout(), Provenance: p.Provenance(),
	}
	f.Theme = figure.Light()
	if p.spec.Theme == "dark" {
		f.Theme = figure.Dark()
	}
	if p.spec.Shared {
		f.Bars = figure.PerRow
	}
	switch p.spec.Letters {
	case "a":
		f.Letters = figure.SmallLetters
	case "A":
		f.Letters = figure.Capitals
	}
	for i, picture := range p.pictures {
		panel, err := picture.draw(shots[i], p.scales)
		if err != nil {
			return f, err
		}
		f.Panels = append(f.Panels, panel)
	}
	return f, nil
}

// layout names the panels as figures do: A is the first.
func (p *Page) layout() string {
	return strings.Map(func(r rune) rune {
		for i, panel := range p.spec.Panels {
			if panel.Name == string(r) {
				return 'A' + rune(i)
			}
		}
		return r
	}, p.spec.Layout)
}

// Provenance is what the file of the figure tells of its runs.
func (p *Page) Provenance() map[string]string {
	if p.run == nil {
		return p.origin
	}
	text := maps.Clone(Provenance(p.run.recording.Manifest))
	if p.other != nil {
		text["Compared with"] = p.other.hash()
	}
	var beside []string
	for _, picture := range p.pictures {
		for _, run := range picture.beside {
			beside = append(beside, run.hash())
		}
	}
	if beside != nil {
		text["Runs"] = strings.Join(beside, ", ")
	}
	return text
}

// hash names the scenario of a run, with what tells it from others of its name.
func (r *Recorded) hash() string {
	return r.recording.Manifest.Scenario + " " + r.recording.Manifest.ScenarioHash
}

// Options are the size of the figure on paper.
func (p *Page) Options() figure.Options {
	return figure.Options{Width: p.spec.Width, Height: p.spec.Height, DPI: p.spec.DPI, TextSize: p.spec.Text}
}

// ofDensities reports whether the picture needs densities that a run has kept.
func (p *picture) ofDensities() bool {
	switch p.spec.Kind {
	case scenario.SeriesPanel, scenario.MatrixPanel:
		return false
	case scenario.HistogramPanel:
		return p.spec.Variable == ""
	}
	return true
}
