package plate

import (
	"slices"

	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// What the axes of a picture that moves hold, all that it ever shows.
const (
	heldDensities = "densities"
	heldHeights   = "heights of bars"
	heldAmounts   = "amounts"
)

// along is what an axis of the picture is of, among the scales of a page.
func (p *picture) along(what string) string { return what + " in " + p.spec.Name }

// own reports whether the picture has a range for itself at every time.
func (p *picture) own() bool {
	return slices.ContainsFunc(p.spec.Channels, func(c scenario.Channel) bool { return c.Range.Own })
}

// extend takes values into the range of an axis of a picture that moves.
func (p *picture) extend(all scales, what string, values ...[]float64) {
	if !p.moves || p.own() {
		return
	}
	for _, v := range values {
		all.addValues(p.along(what), v)
	}
}

// hold gives an axis without ends those of all that a movie shows along it.
func (p *picture) hold(axis *figure.Axis, all scales, what string) {
	r := all[p.along(what)]
	if r == nil || axis.Low != 0 || axis.High != 0 {
		return
	}
	scale := r.Scale(axis.Log)
	axis.Low, axis.High = scale.Low, scale.High
}

// counted is what a histogram counts, for the scales it shares.
func (p *picture) counted() string {
	if p.spec.Variable != "" {
		return p.spec.Variable
	}
	return p.kind(p.spec.Channels[0])
}

// tallies reports whether the heights of a histogram are to be found, in a second round: they
// depend on the bins, and these on the range of all times.
func (p *picture) tallies() bool {
	return p.spec.Kind == scenario.HistogramPanel && p.moves && !p.own()
}

// tally takes the heights of a histogram into the range of its axis.
func (p *picture) tally(s *shot, all scales) {
	const clear = 1.04 // of the frame
	var tops []float64
	for _, series := range p.drawHistogram(s, all).Series {
		for _, bar := range series.Bars {
			tops = append(tops, clear*bar.Height)
		}
	}
	p.extend(all, heldHeights, tops)
}

// Measure finds the scales that hold all that a movie of the page shows, telling after each time
// how many are done. It reads no densities where all ranges are given, nor those of pictures
// whose ranges are in series.csv.
func (p *Page) Measure(times []float64, tell func(n int) error) error {
	for _, picture := range p.pictures {
		picture.moves = !picture.stands()
	}
	asked := slices.ContainsFunc(p.pictures, (*picture).asks)
	for i, t := range times {
		for _, picture := range p.pictures {
			if known, err := picture.tabulated(t, p.scales); err != nil {
				return err
			} else if known || !asked {
				continue
			}
			if _, err := p.expose(picture, t); err != nil {
				return err
			}
		}
		if err := tell(i + 1); err != nil {
			return err
		}
	}
	for _, picture := range p.pictures {
		if !picture.tallies() {
			continue
		}
		for _, t := range times {
			s, err := picture.ofRun(t)
			if err != nil {
				return err
			}
			picture.tally(s, p.scales)
		}
	}
	return nil
}

// asks reports whether the picture has a range that is to be found, for itself or with others.
func (p *picture) asks() bool {
	return p.automatic() || p.spec.Arrows != scenario.NoArrows || p.spec.Kind == scenario.MatrixPanel
}

// tabulated takes the ends of the fields that a picture shows of a time, s, from series.csv, and
// reports whether they are all that is to be measured. The table does not tell the smallest
// density above 0 where some are 0.
func (p *picture) tabulated(t float64, all scales) (known bool, err error) {
	ofFields := p.spec.Kind == scenario.VolumePanel || p.spec.Kind == scenario.HistogramPanel && p.spec.Variable == ""
	if !ofFields || p.valued() || p.stands() || p.fault != nil {
		return false, nil
	}
	row, err := find(p.run.recording.Times(), t)
	if err != nil {
		return false, err
	}
	var found []*render.Plane
	for _, c := range p.spec.Channels {
		least, most, err := p.run.extremes(c.Substrate, row)
		if err != nil || p.spec.Log && least <= 0 {
			return false, err
		}
		found = append(found, ends([]float64{least, most}))
	}
	p.measureEnds(found, all)
	return true, nil
}

// values are those of curves as planes, to find their range.
func (s *shot) values() (all []*render.Plane) {
	for _, c := range s.Curves {
		plane := &render.Plane{}
		for _, v := range c.Y {
			plane.Values = append(plane.Values, float32(v))
		}
		all = append(all, plane)
	}
	return all
}
