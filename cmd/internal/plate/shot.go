package plate

import (
	"fmt"
	"math"
	"slices"

	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// picture is a panel that is taken at moments and drawn when the scales are known.
type picture struct {
	spec   scenario.Panel
	model  *tissue.Model // its grid, substrates, types and regions
	run    *Recorded     // of what shows a whole run; nil while it goes on
	other  *counterpart  // what a difference subtracts; nil without any
	beside []*Recorded   // whose curves a series shows
	alone  bool          // the only panel
	moves  bool          // one of a movie, whose axes hold all that it shows
	drawn  []bool        // types of cells that are
	fault  error         // why it cannot be taken
	kept   *shot         // of a picture that a movie leaves as it is

	recorded bool // the densities of the moment that it is taken of stand in the run directory
}

// shot is what a picture shows, reduced to what drawing needs.
type shot struct {
	Time   float64         // s; of several the last
	Planes []*render.Plane // of a map, one for each channel
	Cells  []render.Disc   // that the plane cuts; of a volume all, seen from above
	Height []float64       // of the centres of Cells in a volume, µm
	Values []float64       // one for each of Cells, where they are coloured by a column
	Lined  *render.Plane   // that contours are lines of; nil: none
	Arrows []render.Arrow  //
	Curves []curve         // of a chart
	Matrix *matrix         //
	Fields []*tissue.Field // of a volume that no stage paints, one for each channel
	Ends   []*render.Plane // of whole fields, one for each of Fields or Curves: as ends returns
	Again  bool            // a film takes it from the run directory when it is drawn again; it holds no more than Ends and Values

	stage *stage // that paints a volume, as long as the moment lasts
	fault error  // of the painting
}

// noted is what a film keeps of a shot that it can take again.
func (s *shot) noted() *shot { return &shot{Time: s.Time, Values: s.Values, Ends: s.Ends, Again: true} }

// ends returns the largest and the smallest density, and the smallest above 0: what ranges
// are made of.
func ends(values []float64) *render.Plane {
	most, least, positive := math.NaN(), math.NaN(), math.NaN()
	for _, c := range values {
		if !(most >= c) && c == c {
			most = c
		}
		if !(least <= c) && c == c {
			least = c
		}
		if c > 0 && !(positive <= c) {
			positive = c
		}
	}
	return &render.Plane{Values: []float32{float32(most), float32(least), float32(positive)}}
}

// take reduces the moments to a shot; but for charts with a curve for each it is one.
func (p *picture) take(moments []moment) (*shot, error) {
	s, err := p.reduce(moments)
	if err != nil {
		return nil, p.explain(err)
	}
	return s, nil
}

func (p *picture) reduce(moments []moment) (*shot, error) {
	switch p.spec.Kind {
	case scenario.ProfilePanel:
		return p.takeProfile(moments)
	case scenario.RadialPanel:
		return p.takeRadial(moments)
	case scenario.HistogramPanel:
		return p.takeHistogram(moments)
	case scenario.KymographPanel:
		return p.takeKymograph()
	case scenario.SeriesPanel:
		return p.takeSeries()
	case scenario.MatrixPanel:
		return p.takeMatrix(moments[0])
	case scenario.VolumePanel:
		return p.takeVolume(moments[0])
	}
	return p.takeMap(moments[0])
}

// draw makes a panel of a shot.
func (p *picture) draw(s *shot, all scales) (figure.Panel, error) {
	panel, err := p.panel(s, all)
	if err != nil {
		return nil, p.explain(err)
	}
	return panel, nil
}

func (p *picture) panel(s *shot, all scales) (figure.Panel, error) {
	switch p.spec.Kind {
	case scenario.ProfilePanel:
		return p.stamped(p.drawProfile(s, all), s), nil
	case scenario.RadialPanel:
		return p.stamped(p.drawRadial(s, all), s), nil
	case scenario.HistogramPanel:
		return p.stamped(p.drawHistogram(s, all), s), nil
	case scenario.SeriesPanel:
		return p.drawSeries(s), nil
	case scenario.MatrixPanel:
		return p.drawMatrix(s, all)
	case scenario.VolumePanel:
		return p.drawVolume(s, all)
	}
	return p.drawMap(s, all)
}

// stamped puts the time over a chart that a movie moves.
func (p *picture) stamped(c figure.Chart, s *shot) figure.Chart {
	c.Stamped = p.moves && !math.IsNaN(p.stamp(s)) && !slices.Contains(p.spec.Hide, scenario.StampsFurniture)
	c.Time, c.TimeUnit, c.Style = s.Time, p.spec.TimeUnit, p.style()
	return c
}

// substrates are those of the channels.
func (p *picture) substrates() []tissue.SubstrateID {
	var all []tissue.SubstrateID
	for _, c := range p.spec.Channels {
		all = append(all, c.Substrate)
	}
	return all
}

// explain adds where the panel stands to an error.
func (p *picture) explain(err error) error {
	return fmt.Errorf("%s%w", p.spec.Where, err)
}

// measure takes what a shot shows into the ranges that pictures share.
func (p *picture) measure(s *shot, all scales) {
	for i, plane := range s.Planes {
		all.add(p.kind(p.spec.Channels[i]), plane)
	}
	p.measureEnds(s.Ends, all)
	if s.Lined != nil && p.spec.Kind == scenario.MergePanel {
		all.add(p.kind(scenario.Channel{Substrate: p.spec.Lined}), s.Lined)
	}
	all.addValues(p.spec.Cells.By, s.Values)
	if p.spec.Arrows != scenario.NoArrows {
		all.addValues(p.arrowKind(), lengths(s.Arrows))
	}
	switch p.spec.Kind {
	case scenario.HistogramPanel:
		for _, c := range s.Curves {
			if p.spec.Variable != "" {
				all.addValues(p.counted(), c.Y)
			}
		}
	case scenario.ProfilePanel, scenario.RadialPanel:
		for _, c := range s.Curves {
			p.extend(all, heldDensities, c.Y, c.Low, c.High)
		}
	case scenario.MatrixPanel:
		p.extend(all, heldAmounts, s.Matrix.Amounts...)
	}
}

// measureEnds takes the ends of fields into those ranges.
func (p *picture) measureEnds(ends []*render.Plane, all scales) {
	for i, e := range ends {
		what := p.counted()
		if p.spec.Kind == scenario.VolumePanel {
			what = p.kind(p.spec.Channels[i])
		}
		all.add(what, e)
	}
}

// valued reports whether cells are coloured by a column.
func (p *picture) valued() bool {
	return p.spec.Cells.Shown && p.spec.Cells.By != scenario.ByType && p.spec.Cells.By != scenario.ByState
}

// automatic reports whether the picture changes with the ranges of others. A histogram
// does, but of a range of its own: how high its bars become only all frames tell.
func (p *picture) automatic() bool {
	if p.spec.Kind == scenario.HistogramPanel && !p.own() {
		return true
	}
	found := func(s scenario.Span) bool { return s.Automatic() && !s.Own }
	return p.valued() && p.spec.Cells.Range.Automatic() || p.spec.Contours.Auto && found(p.linedSpan()) || slices.ContainsFunc(p.spec.Channels, func(c scenario.Channel) bool { return found(c.Range) })
}
