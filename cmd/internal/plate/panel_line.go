package plate

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// takeKymograph takes the densities along a line at all outputs that kept them: a row for
// each step of the shortest interval between two, the mean of the outputs at its ends.
func (p *picture) takeKymograph() (*shot, error) {
	times, err := p.run.times(true)
	if err != nil {
		return nil, err
	}
	if len(times) < 2 {
		return nil, InputError{fmt.Errorf("%s: one output with densities: a kymograph needs two", p.run.dir)}
	}
	g := p.model.Grid
	along := r3.Sub(p.spec.To, p.spec.From)
	n := max(int(math.Round(r3.Norm(along)/min(g.Spacing[0], g.Spacing[1], g.Spacing[2]))), 2)
	plane := &render.Plane{Planar: true, Slice: render.Slice{Axis: 2}, Width: n, Spacing: [2]float64{r3.Norm(along) / float64(n), shortest(times)}}
	half := r3.Scale(0.5/float64(n), along)
	var before []float64
	for i, t := range times {
		m, err := p.run.moment(t, true)
		if err != nil {
			return nil, err
		}
		f, err := m.density(p.spec.Channels[0].Substrate)
		if err != nil {
			return nil, err
		}
		_, row := render.LineProfile(f, r3.Add(p.spec.From, half), r3.Sub(p.spec.To, half), n)
		if i > 0 {
			repeat(plane, before, row, t-times[i-1])
		}
		before = row
	}
	return &shot{Time: times[len(times)-1], Planes: []*render.Plane{plane}, Lined: plane}, nil
}

// repeat adds rows for an interval, s, between two outputs to a kymograph.
func repeat(plane *render.Plane, before, after []float64, interval float64) {
	for range max(int(math.Round(interval/plane.Spacing[1])), 1) {
		for k := range before {
			plane.Values = append(plane.Values, float32((before[k]+after[k])/2))
		}
		plane.Height++
	}
}

// shortest returns the shortest interval between times, s; of outputs the last may be
// closer to the one before than others, and does not count.
func shortest(times []float64) float64 {
	step := times[1] - times[0]
	for i := 2; i < len(times)-1; i++ {
		step = min(step, times[i]-times[i-1])
	}
	return step
}

// axes names the sides of a kymograph.
func (p *picture) axes(m *figure.Map) {
	name, along := p.axisAlong()
	if !along {
		name = "distance along the line"
	}
	end := m.Plane.Spacing[1] * float64(m.Plane.Height)
	m.X, m.Y = figure.MapAxis{Quantity: name, Unit: "µm"}, figure.MapAxis{Quantity: "time", Unit: "s", Shown: p.timeUnit(end)}
	m.Y.Start = p.run.recording.FieldTimes()[0]
	m.Time = math.NaN()
	m.Hide |= figure.ScaleBars
}

// arrows returns the vectors of a slice: of the gradient, or of the flux with D and α of
// the tissue at each.
func (p *picture) arrows(plane *render.Plane) []render.Arrow {
	const across = 24 // arrows along the longer side
	arrows := plane.Gradient(max(max(plane.Width, plane.Height)/across, 1))
	if p.spec.Arrows != scenario.FluxArrows {
		return arrows
	}
	labels := p.model.Labels()
	for i, a := range arrows {
		factor := -p.conductance(a, labels)
		arrows[i].U, arrows[i].V = factor*a.U, factor*a.V
	}
	return arrows
}

// conductance returns D α of the tissue at an arrow of the slice, µm²/s.
func (p *picture) conductance(a render.Arrow, labels []uint8) float64 {
	right, up := p.slice().Across()
	var at [3]float64
	at[right], at[up], at[p.spec.Plane.Axis] = a.X, a.Y, p.spec.Plane.Position
	label := uint8(0)
	if labels != nil {
		label = labels[p.model.Grid.IndexAt(r3.Vec{X: at[0], Y: at[1], Z: at[2]})]
	}
	fraction, medium := p.model.MediumOf(label, p.spec.Lined)
	return fraction * medium.DiffusionCoefficient
}

// arrowKey says what arrows are, with one scale for all that a figure or movie shows.
func (p *picture) arrowKey(s *shot, all scales) figure.Arrows {
	substrate := p.model.Substrates[p.spec.Lined]
	a := figure.Arrows{At: s.Arrows, Quantity: "gradient", Unit: string(substrate.Unit), Per: "/µm"}
	if p.spec.Arrows == scenario.FluxArrows {
		a.Quantity, a.Per = "flux", " µm/s"
	}
	if r := all[p.arrowKind()]; r != nil {
		_, a.Longest = r.Ends()
	}
	return a
}

// arrowKind is what arrows are, for the scale they share.
func (p *picture) arrowKind() string {
	return string(p.spec.Arrows) + " of " + p.model.Substrates[p.spec.Lined].Name
}

// lengths returns those of arrows.
func lengths(arrows []render.Arrow) []float64 {
	all := make([]float64, len(arrows))
	for i, a := range arrows {
		all[i] = math.Hypot(a.U, a.V)
	}
	return all
}
