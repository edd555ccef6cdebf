package session

import (
	"errors"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/tissue"
)

// Branch is a course that goes on as it was while the session it was forked from is steered.
type Branch struct {
	Session  *Session
	before   float64  // time before the last step, s
	earlier  []sample // what views showed then
	recorded *View    // of a movie of both branches; nil: none
	scale    steady   // of the difference
}

// sample is what a view showed before a step.
type sample struct {
	substrate tissue.SubstrateID
	overlay   Overlay
	of        float64 // time of the substrate, s
	plane     *render.Plane
}

// Fork makes a second session of the moment shown: the same scenario with the same edits, on
// the same device, with the same past. Where the session went back, the branch goes on to
// what was seen, as it was.
func (s *Session) Fork() (*Branch, error) {
	from, err := s.capture()
	if err != nil {
		return nil, err
	}
	decoded, err := s.source.decode(settings(s.edits))
	if err != nil {
		return nil, err
	}
	a := &Session{
		source: s.source, device: s.device, speed: s.speed, opened: maps.Clone(s.opened),
		edits: slices.Clone(s.edits), before: slices.Clone(s.before), undone: slices.Clone(s.undone),
		past: s.past.copied(), history: s.history.copied(), pins: copied(s.pins), scale: s.scale,
		channels: maps.Clone(s.channels), tint: s.tint,
	}
	separate(&a.history, a.pins)
	if err := a.begin(decoded, from); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return &Branch{Session: a, before: a.Time()}, nil
}

// copied returns a past that grows by itself.
func (p past) copied() past {
	p.moments, p.aims = slices.Clone(p.moments), slices.Clone(p.aims)
	p.ahead, p.undoes = slices.Clone(p.ahead), slices.Clone(p.undoes)
	return p
}

// separate has values that were copied grow elsewhere than those they were copied from.
func separate(h *History, pins []Pin) {
	all := h.series()
	for i := range pins {
		all = append(all, pins[i].series()...)
	}
	for _, values := range all {
		*values = slices.Clip(*values)
	}
}

// Follow goes on, or back, to the moment of another session, but what takes longer than a
// limit is left for the next; 0 is none. Its steps are those of a run that nobody watches:
// they end where they would, so that it may be ahead by a part of a step.
func (b *Branch) Follow(leader *Session, v View, limit time.Duration) error {
	a := b.Session
	if a.solver == nil || leader.solver == nil {
		return nil
	}
	began := time.Now()
	defer func() { a.past.spent += time.Since(began) }()
	if leader.recording == nil {
		b.recorded = nil
	}
	if leader.Time() < b.before {
		if err := a.Seek(leader.Time()); err != nil {
			return err
		}
		b.before, b.earlier = a.Time(), nil
	}
	a.Play(false)
	for b.Lags(leader, v) {
		if err := b.step(v); err != nil {
			return err
		}
		if limit > 0 && time.Since(began) >= limit {
			break
		}
	}
	return nil
}

// Lags reports whether the branch has steps to make to be where another session is.
func (b *Branch) Lags(leader *Session, v View) bool {
	a := b.Session
	if a.solver == nil || leader.solver == nil || a.Time() >= a.Duration() {
		return false
	}
	return a.Time() < leader.Time() || a.timeOf(v) < leader.timeOf(v)
}

// timeOf returns the time that the substrate in view has reached, s.
func (s *Session) timeOf(v View) float64 {
	return s.solver.TimeOf(possible(s.scenario.Model, v).Substrate)
}

// step makes one step, and keeps what a view, and that of a movie, showed before it.
func (b *Branch) step(v View) error {
	a := b.Session
	b.before, b.earlier = a.Time(), nil
	views := []View{v}
	if b.recorded != nil {
		views = append(views, *b.recorded)
	}
	for _, v := range views {
		v = possible(a.scenario.Model, v)
		plane, err := a.plane(v)
		if err != nil {
			return err
		}
		b.earlier = append(b.earlier, sample{v.Substrate, v.Layers.Overlay, a.timeOf(v), plane})
	}
	steps := a.solver.Stats().Steps
	err := a.advance(func() bool { return a.solver.Stats().Steps > steps }, a.Duration())
	if errors.Is(err, errPaused) {
		err = nil
	}
	if n := a.history.Len(); err == nil && (n == 0 || a.Time() >= a.history.Time[n-1]+a.Duration()/mostMoments*4) {
		err = a.note()
	}
	return errors.Join(err, a.keep())
}

// Comparison is what a view shows of two courses. Nothing in it changes later.
type Comparison struct {
	A          *Report
	Difference *render.Plane // B − A; nil where the two cannot be compared
	Scale      render.Scale  // of the difference, symmetric around 0
	Note       string        // how A was taken for it, or why there is none; "" where both are of one time
}

// Compare looks at the branch as a report shows the session that was forked, and gives both
// one scale. Slices alone have a difference. Where A ends its steps elsewhere, its densities are taken linearly between its
// two moments around that of B.
func (b *Branch) Compare(leader *Session, shown *Report) (*Comparison, error) {
	v := shown.View
	v.Gate, v.Voxels, v.Occupied = nil, false, false
	a, err := b.Session.Look(v)
	if err != nil {
		return nil, err
	}
	c := &Comparison{A: a}
	c.share(shown)
	if v.Space.Mode != Slice {
		return c, nil
	}
	if a.Grid != shown.Grid || a.View.Slice != shown.View.Slice || a.Substrates[a.View.Substrate].Name != shown.Substrates[shown.View.Substrate].Name {
		c.Note = "not the same tissue"
		return c, nil
	}
	values, note := b.valuesAt(leader.timeOf(v), a)
	c.Difference, c.Note = minus(shown.Plane, values), note
	var seen render.Range
	seen.Add(size(c.Difference))
	v.Log = false
	high := b.scale.follow(v, &seen).High
	c.Scale = render.Scale{Low: -high, High: high}
	return c, nil
}

// DifferenceMap is pale where two courses agree, as in figures.
const DifferenceMap = "vik"

// share gives A and B the same scales, of densities, channels and cells, and the same contours.
func (c *Comparison) share(shown *Report) {
	a, v := c.A, c.A.View
	if v.Fixed == nil {
		a.Scale = joint(a.Scale, shown.Scale)
		shown.Scale = a.Scale
	}
	for i := range min(len(a.Merged), len(shown.Merged)) {
		if a.Merged[i].Fixed == nil {
			a.Merged[i].Scale = joint(a.Merged[i].Scale, shown.Merged[i].Scale)
			shown.Merged[i].Scale = a.Merged[i].Scale
		}
	}
	if v.Layers.CellScale == nil {
		a.CellScale = joint(a.CellScale, shown.CellScale)
		shown.CellScale = a.CellScale
	}
	if n := v.Layers.Contours; n > 0 {
		levels := a.Scale.Levels(n)
		a.Contours, shown.Contours = contoured(a.Plane, levels), contoured(shown.Plane, levels)
	}
}

// joint returns the scale that shows what two do.
func joint(a, b render.Scale) render.Scale {
	if b.High > a.High {
		a, b = b, a
	}
	a.Low = min(a.Low, b.Low)
	return a
}

// valuesAt returns the densities of A in view at a time, s, and how they were taken.
func (b *Branch) valuesAt(t float64, a *Report) (values []float32, note string) {
	now := b.Session.timeOf(a.View)
	if now == t {
		return a.Plane.Values, ""
	}
	i := slices.IndexFunc(b.earlier, func(e sample) bool {
		return e.substrate == a.View.Substrate && e.overlay == a.View.Layers.Overlay && e.plane.Slice == a.View.Slice && t >= e.of && t <= now
	})
	if i < 0 {
		return a.Plane.Values, "A at another time"
	}
	e := b.earlier[i]
	share := (t - e.of) / (now - e.of)
	values = make([]float32, len(a.Plane.Values))
	for i, later := range a.Plane.Values {
		values[i] = float32((1-share)*float64(e.plane.Values[i]) + share*float64(later))
	}
	return values, "A between its steps"
}

// minus returns a plane less the densities of another one.
func minus(p *render.Plane, values []float32) *render.Plane {
	d := *p
	d.Values = make([]float32, len(p.Values))
	for i, v := range p.Values {
		d.Values[i] = v - values[i]
	}
	return &d
}

// size returns a plane without signs.
func size(p *render.Plane) *render.Plane {
	d := *p
	d.Values = make([]float32, len(p.Values))
	for i, v := range p.Values {
		d.Values[i] = float32(math.Abs(float64(v)))
	}
	return &d
}
