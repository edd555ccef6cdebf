package life

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/cytofield/cytofield/tissue"
)

// burst is the export of one substrate that comes in bursts.
type burst struct {
	exchange int // of the type
	tissue.Bursts
}

// spell is the time for which an export stays on, or off.
type spell struct {
	Random stream
	On     bool
	Until  float64 // s
}

// newSpell returns the spell that a cell is in at a time, s.
func newSpell(random stream, b *burst, now float64) spell {
	s := spell{Random: random}
	s.On = s.Random.uniform() < b.Share()
	s.Until = now + s.length(b)
	return s
}

// length draws how long the spell lasts, s: it does not remember when it began.
func (s *spell) length(b *burst) float64 {
	mean := b.OffTime
	if s.On {
		mean = b.OnTime
	}
	return -mean * math.Log(s.Random.uniform())
}

// turn goes on to the next spell.
func (s *spell) turn(b *burst) {
	s.On = !s.On
	s.Until += s.length(b)
}

// gain returns the mean of the export over a time to come, of what it is on average.
func (s spell) gain(b *burst, from, until float64) float64 {
	on, at := 0.0, from
	for ; s.Until < until; s.turn(b) {
		if s.On {
			on += s.Until - at
		}
		at = s.Until
	}
	if s.On {
		on += until - at
	}
	return on / (until - from) / b.Share()
}

// gainsOf brings the spells of a cell up to now, and returns the gains of its exports until
// the next cell step.
func (l *Life) gainsOf(p *program, i int) []float64 {
	if len(p.bursts) == 0 {
		return nil
	}
	if len(l.state.Spells[i]) == 0 {
		l.state.Spells[i] = make([]spell, len(p.bursts))
		for k := range p.bursts {
			random := newStream(l.state.Key[i], l.state.Steps, ofSpells+purpose(k)*purposes)
			l.state.Spells[i][k] = newSpell(random, &p.bursts[k], l.now)
		}
	}
	gains := l.gains[i*l.bursts:][:len(p.bursts)]
	for k := range p.bursts {
		s := &l.state.Spells[i][k]
		for s.Until <= l.now {
			s.turn(&p.bursts[k])
		}
		gains[k] = s.gain(&p.bursts[k], l.now, l.nextStep())
	}
	return gains
}

// nextStep returns the time of the next cell step, s: the next multiple of the cell step,
// from 0.
func (l *Life) nextStep() float64 {
	const slack = 1e-9 // of a step, by which rounding may put a step before its time
	h := l.model.CellStepTime()
	return h * (math.Floor(l.now/h+slack) + 1)
}

// capture draws what the cells have taken up since the last step: see tissue.Capture.
func (l *Life) capture() {
	inParallel(l.model.Cells.Len(), func(from, to int) {
		for i := from; i < to; i++ {
			for k, c := range l.model.CellTypes[l.model.Cells.Type[i]].Life.Captures {
				random := newStream(l.state.Key[i], l.state.Steps, ofCapture+purpose(k)*purposes)
				own := l.variables[i]
				own[c.Count] += random.poisson(own[c.Mean])
				own[c.Mean] = 0
			}
		}
	})
}

// poisson returns a number from the law of Poisson about a mean, 0 for what rounding left
// below zero.
func (s *stream) poisson(mean float64) float64 {
	return distuv.Poisson{Lambda: max(mean, 0), Src: s}.Rand()
}

// Uint64 makes the stream a source of math/rand/v2.
func (s *stream) Uint64() uint64 { return s.next() }
