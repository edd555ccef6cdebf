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
	Session *Session
	before  float64   // of the session, before its last step, s
	earlier sample    // before the last step of the substrate that was in view then
	latest  sample    // before the next
	filmed  *View     // of a movie of both branches; nil: none
	filming [2]sample // as earlier and latest of it
	scale   steady    // of the difference
}

// sample is what a view shows of a substrate at a moment, as far as its difference is wanted;
// the zero sample is nothing.
type sample struct {
	view   View
	of     float64         // time of the substrate, s
	planes []*render.Plane // of the slice in view, or of those of the box
	field  *Field          // of a box with fog
}

// sample takes what a view shows now, of which some planes have been read.
func (s *Session) sample(v View, read ...*render.Plane) (at sample, err error) {
	at = sample{view: v, of: s.timeOf(v)}
	for _, slice := range v.slices() {
		i := slices.IndexFunc(read, func(p *render.Plane) bool { return p.Slice == slice })
		if i < 0 {
			of := v
			of.Slice = slice
			p, err := s.observer().plane(of)
			if err != nil {
				return at, err
			}
			i, read = len(read), append(read, p)
		}
		at.planes = append(at.planes, read[i])
	}
	if v.Differs && v.Space.Mode.HasVolume() && !v.Layers.Overlay.Replaces() {
		at.field, err = s.wholeField(v.Substrate)
	}
	return at, err
}

// slices are those whose difference a view shows.
func (v View) slices() (all []render.Slice) {
	switch {
	case v.Space.Mode == Slice:
		return []render.Slice{v.Slice}
	case !v.Differs || !v.Space.Mode.HasSlices():
		return nil
	}
	for axis, index := range v.Space.Cuts {
		all = append(all, render.Slice{Axis: axis, Index: index})
	}
	return all
}

// shows reports whether a sample has all that another has, at another time.
func (e sample) shows(other sample) bool {
	return e.view.Substrate == other.view.Substrate && e.view.Layers.Overlay == other.view.Layers.Overlay && (e.field != nil || other.field == nil) &&
		slices.EqualFunc(e.planes, other.planes, func(a, b *render.Plane) bool { return a.Slice == b.Slice })
}

// with returns a sample with what a function makes of its values and another's.
func (e sample) with(other sample, f func(a, b float32) float32) sample {
	made := e
	made.planes, made.field = nil, nil
	values := func(a, b []float32) []float32 {
		all := make([]float32, len(a))
		for i := range a {
			all[i] = f(a[i], b[i])
		}
		return all
	}
	for i, p := range e.planes {
		plane := *p
		plane.Values = values(p.Values, other.planes[i].Values)
		made.planes = append(made.planes, &plane)
	}
	if e.field != nil && other.field != nil {
		made.field = &Field{values(e.field.Values, other.field.Values)}
	}
	return made
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
		past: s.past.copied(), history: s.history.copied(), pins: copied(s.pins), scales: s.scales,
		wholes: map[tissue.SubstrateID]*Field{}, fresh: map[tissue.SubstrateID]bool{},
	}
	a.scales.channels = maps.Clone(s.scales.channels)
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
		b.filmed = nil
	}
	if leader.Time() < b.before {
		if err := a.Seek(leader.Time()); err != nil {
			return err
		}
		b.before, b.earlier, b.latest, b.filming = a.Time(), sample{}, sample{}, [2]sample{}
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

// step makes one step, of the substrates that are behind, and keeps what a view showed before
// that of its own.
func (b *Branch) step(v View) error {
	a := b.Session
	if err := b.keep(v, &b.latest); err != nil {
		return err
	}
	if b.filmed != nil {
		if err := b.keep(*b.filmed, &b.filming[1]); err != nil {
			return err
		}
	}
	b.before = a.Time()
	steps := a.solver.Stats().Steps
	err := a.advance(func() bool { return a.solver.Stats().Steps > steps }, a.Duration())
	if errors.Is(err, errPaused) {
		err = nil
	}
	if a.timeOf(v) > b.latest.of {
		b.earlier = b.latest
	}
	if b.filmed != nil && a.timeOf(*b.filmed) > b.filming[1].of {
		b.filming[0] = b.filming[1]
	}
	if n := a.history.Len(); err == nil && (n == 0 || a.Time() >= a.history.Time[n-1]+a.Duration()/mostMoments*4) {
		err = a.note()
	}
	return errors.Join(err, a.keep())
}

// keep takes what a view shows before a step, unless that is what was taken last.
func (b *Branch) keep(v View, latest *sample) (err error) {
	a := b.Session
	v = possible(a.scenario.Model, v)
	if latest.view != v || latest.of != a.timeOf(v) {
		*latest, err = a.sample(v)
	}
	return err
}

// DifferenceMap is pale where two courses agree, as in figures.
const DifferenceMap = "vik"

// Comparison is what a view shows of two courses. Nothing in it changes later.
type Comparison struct {
	A          *Report
	Difference *Report // B − A in the place of densities, on a scale symmetric around 0; nil where the two cannot be compared, or in a box where it is not wanted
	Note       string  // how A was taken for it, or why there is none; "" where both are of one time
}

// Compare looks at the branch as a report shows the session that was forked, and gives both
// one scale. Where A ends its steps elsewhere, its densities are taken linearly between its
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
	if a.Grid != shown.Grid || a.View.Slice != shown.View.Slice || a.Substrates[a.View.Substrate].Name != shown.Substrates[shown.View.Substrate].Name {
		c.Note = "not the same tissue"
		return c, nil
	}
	if v.Space.Mode != Slice && !v.Differs {
		return c, nil
	}
	now, err := b.Session.sample(a.View, a.Plane)
	if err != nil {
		return nil, err
	}
	of, err := leader.sample(shown.View, shown.Plane)
	if err != nil {
		return nil, err
	}
	if now, c.Note = b.at(of.of, now); !of.shows(now) {
		c.Note = "not the same view"
		return c, nil
	}
	c.Difference = b.differing(shown, of.with(now, func(b, a float32) float32 { return b - a }))
	return c, nil
}

// differing is a report that shows differences in the place of densities.
func (b *Branch) differing(shown *Report, of sample) *Report {
	var seen render.Range
	for _, p := range of.planes {
		seen.Add(size(p))
	}
	if of.field != nil {
		most := 0.0
		for _, d := range of.field.Values {
			most = max(most, math.Abs(float64(d)))
		}
		seen.AddEnds(0, most)
	}
	linear := shown.View
	linear.Log = false
	high := b.scale.follow(linear, &seen).High
	r := *shown
	r.Scale, r.Low, r.High = render.Scale{Low: -high, High: high}, -high, high
	r.Discs, r.Bodies, r.Cuts = nil, nil, nil
	r.Laid = Laid{Outlines: r.Outlines, Walls: r.Walls, reworked: true}
	r.View.Layers.Merge, r.View.Space.Surface, r.View.Log = nil, 0, false
	r.Substrates = slices.Clone(r.Substrates)
	r.Substrates[r.View.Substrate].Name = "B − A"
	if shown.View.Space.Mode == Slice {
		r.Plane = of.planes[0]
	}
	for i, cut := range shown.Cuts {
		r.Cuts = append(r.Cuts, Cut{Slice: cut.Slice, Plane: of.planes[i], Outlines: cut.Outlines})
	}
	if of.field != nil {
		r.Fields = []*Field{of.field}
	}
	return &r
}

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
	a.contour()
	shown.contour()
}

// joint returns the scale that shows what two do.
func joint(a, b render.Scale) render.Scale {
	if b.High > a.High {
		a, b = b, a
	}
	a.Low = min(a.Low, b.Low)
	return a
}

// at returns A, of which a sample is now, at a time, s, and how that was taken.
func (b *Branch) at(t float64, now sample) (at sample, note string) {
	e := b.earlier
	if within := func(e sample) bool { return e.shows(now) && t >= e.of }; !within(e) && within(b.filming[0]) {
		e = b.filming[0]
	}
	switch {
	case now.of == t:
		return now, ""
	case !e.shows(now) || t < e.of || t > now.of:
		return now, "A at another time"
	}
	share := (t - e.of) / (now.of - e.of)
	return now.with(e, func(later, before float32) float32 {
		return float32((1-share)*float64(before) + share*float64(later))
	}), "A between its steps"
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
