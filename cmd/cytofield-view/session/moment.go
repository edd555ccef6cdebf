package session

import (
	"bytes"
	"context"
	"errors"
	"math"
	"slices"
	"sort"
	"time"
)

// moment is a time of the course that one can go back to. Moments lie between two steps
// and keep all that the next one goes on from, so that the course repeats itself from
// there bit for bit.
type moment struct {
	*state         // nil: the start
	time   float64 // s
	steps  int64   // made until then
	edits  int     // made until then
}

// aim is a time to which steps went on, s, from so many steps on: steps end there.
type aim struct {
	steps int64
	until float64
}

// past is what a session can go back to, and what it needs to come forward again as the
// first time.
type past struct {
	moments []moment // by steps; the first is the start
	aims    []aim
	spacing float64 // between moments, s

	seen   moment // the furthest, where the session went back; without its state
	ahead  []Edit // made between now and then
	undoes []*state

	spent, keeping time.Duration // on playing, and on moments
}

// How many moments a session keeps at first, how many bytes at most, and the share of its
// time that it may take for them.
const (
	firstMoments = 128
	mostRing     = 1 << 29
	keepingShare = 0.05
)

// startPast forgets what was: the course begins here, at its start or at a checkpoint.
func (s *Session) startPast() error {
	first := moment{edits: len(s.edits)}
	if s.Time() > 0 {
		at, err := s.capture()
		if err != nil {
			return err
		}
		first = moment{at, s.Time(), s.solver.Stats().Steps, len(s.edits)}
	}
	s.past = past{spacing: s.Duration() / firstMoments, moments: []moment{first}}
	return nil
}

// behind reports whether the session went back, and is not where it was yet.
func (s *Session) behind() bool {
	return len(s.past.ahead) > 0 || s.solver.Stats().Steps < s.past.seen.steps
}

// furthest returns how far the course has come, s.
func (s *Session) furthest() float64 {
	if s.behind() {
		return max(s.past.seen.time, s.Time())
	}
	return s.Time()
}

// advance goes on to a time, s, until something is over between two steps, which is
// errPaused. What has been gone through before is repeated as it was.
func (s *Session) advance(over func() bool, until float64) error {
	clear(s.fresh)
	for s.behind() {
		if over() {
			return errPaused
		}
		if err := s.repeat(over); err != nil {
			return err
		}
	}
	p := &s.past
	if n := len(p.aims); n == 0 || p.aims[n-1].until != until {
		p.aims = append(p.aims, aim{s.solver.Stats().Steps, until})
	}
	return s.simulation.Advance(pace{context.Background(), over}, until)
}

// repeat goes on as the first time: to the next edit, to where steps aimed elsewhere, or
// to the end of what was seen.
func (s *Session) repeat(over func() bool) error {
	p := &s.past
	steps, now := s.solver.Stats().Steps, s.Time()
	if len(p.ahead) > 0 && p.ahead[0].steps == steps && p.ahead[0].Time == now && s.solver.Furthest() == now {
		return s.editAgain()
	}
	i := sort.Search(len(p.aims), func(i int) bool { return p.aims[i].steps > steps }) - 1
	if i < 0 {
		return s.depart()
	}
	stop := p.seen.steps
	if len(p.ahead) > 0 {
		stop = p.ahead[0].steps
	}
	if i+1 < len(p.aims) {
		stop = min(stop, p.aims[i+1].steps)
	}
	err := s.simulation.Advance(pace{context.Background(), func() bool { return over() || s.solver.Stats().Steps >= stop }}, p.aims[i].until)
	if err != nil && !errors.Is(err, errPaused) {
		return err
	}
	if s.solver.Stats().Steps == steps && s.Time() == now && !over() {
		return s.depart() // it does not repeat itself: what was seen is not to come
	}
	return nil
}

// editAgain makes the next edit of what was seen.
func (s *Session) editAgain() error {
	p := &s.past
	from := p.undoes[0]
	if from == nil {
		var err error
		if from, err = s.capture(); err != nil {
			return err
		}
	}
	edits, undoes := append(s.edits, p.ahead[0]), append(s.before, from)
	if err := s.rebuild(edits, from); err != nil {
		return err
	}
	s.edits, s.before, p.ahead, p.undoes = edits, undoes, p.ahead[1:], p.undoes[1:]
	return nil
}

// depart makes another course of what comes: what was seen behind now is gone.
func (s *Session) depart() error {
	p := &s.past
	now := s.solver.Stats().Steps
	p.seen, p.ahead, p.undoes = moment{}, nil, nil
	p.moments = slices.DeleteFunc(slices.Clone(p.moments), func(m moment) bool { return m.steps > now || m.edits > len(s.edits) })
	p.aims = slices.DeleteFunc(slices.Clone(p.aims), func(a aim) bool { return a.steps > now })
	s.cut(s.Time())
	return nil
}

// cut drops what histories have behind a time, s.
func (s *Session) cut(t float64) {
	seen := s.history.Len()
	s.history.cut(t)
	for i := range s.pins {
		s.pins[i].cut(seen - s.history.Len())
	}
}

// keep adds a moment where one is due, and the share of time allows it.
func (s *Session) keep() error {
	p := &s.past
	last := p.moments[len(p.moments)-1]
	due := s.Time() >= last.time+p.spacing && p.keeping.Seconds() <= keepingShare*p.spent.Seconds()
	if !due || s.behind() {
		return nil
	}
	return s.keepNow()
}

// keepNow adds this moment.
func (s *Session) keepNow() error {
	p := &s.past
	steps := s.solver.Stats().Steps
	if last := p.moments[len(p.moments)-1]; last.steps == steps && last.edits == len(s.edits) {
		return nil
	}
	began := time.Now()
	at, err := s.capture()
	p.keeping += time.Since(began)
	if err != nil {
		return err
	}
	p.moments = append(p.moments, moment{at, s.Time(), steps, len(s.edits)})
	for p.bytes() > mostRing && len(p.moments) > 3 {
		p.thin()
	}
	return nil
}

func (p *past) bytes() int {
	total := 0
	for _, m := range p.moments {
		if m.state != nil {
			total += len(m.solver) + len(m.life)
		}
	}
	return total
}

// thin lets go of every other moment but the last.
func (p *past) thin() {
	var kept []moment
	for i, m := range p.moments {
		if i%2 == 0 || i == len(p.moments)-1 {
			kept = append(kept, m)
		}
	}
	p.moments, p.spacing = kept, 2*p.spacing
}

// leave keeps where the session is, before it goes elsewhere in what it has seen.
func (s *Session) leave() error {
	s.Play(false)
	if s.behind() {
		return nil
	}
	if err := s.keepNow(); err != nil {
		return err
	}
	s.past.seen = moment{time: s.Time(), steps: s.solver.Stats().Steps}
	return nil
}

// Scrub goes to the moment kept that is nearest to a time, s, and stops there.
func (s *Session) Scrub(t float64) error {
	if err := s.leave(); err != nil {
		return err
	}
	nearest := s.past.moments[0]
	for _, m := range s.past.moments {
		if math.Abs(m.time-t) <= math.Abs(nearest.time-t) {
			nearest = m
		}
	}
	return s.returnTo(nearest)
}

// Seek goes to the first step that ends at a time, s, or behind it, in what has been seen,
// whatever moments are kept: from the one before, Tick goes on there.
func (s *Session) Seek(t float64) error {
	if err := s.leave(); err != nil {
		return err
	}
	before := s.past.moments[0]
	for _, m := range s.past.moments {
		if m.time < t {
			before = m
		}
	}
	if now := s.solver.Stats().Steps; s.Time() >= t || now < before.steps {
		if err := s.returnTo(before); err != nil {
			return err
		}
	}
	s.seeking = min(t, s.past.seen.time)
	s.playing = s.Time() < s.seeking && s.behind()
	return nil
}

// Back goes to the moment kept before this one.
func (s *Session) Back() error {
	if err := s.leave(); err != nil {
		return err
	}
	steps, before := s.solver.Stats().Steps, s.past.moments[0]
	for _, m := range s.past.moments {
		if m.steps < steps {
			before = m
		}
	}
	return s.returnTo(before)
}

// returnTo makes the session as it was at a moment.
func (s *Session) returnTo(m moment) error {
	p := &s.past
	edits, undoes := slices.Concat(s.edits, p.ahead), slices.Concat(s.before, p.undoes)
	inPlace := m.edits == len(s.edits) && m.state != nil
	s.edits, p.ahead = edits[:m.edits:m.edits], edits[m.edits:]
	s.before, p.undoes = undoes[:m.edits:m.edits], undoes[m.edits:]
	if !inPlace {
		return s.rebuild(s.edits, m.state)
	}
	if s.life != nil {
		if err := s.life.Load(bytes.NewReader(m.life)); err != nil {
			return err
		}
	}
	if err := s.solver.Restore(bytes.NewReader(m.solver)); err != nil {
		return err
	}
	s.schedule(true)
	s.clock = s.Time()
	return nil
}
