package cpu

import "github.com/cytofield/cytofield/engine"

// body joins the members of a group to the body. Mirrored by join_body.glsl and
// sum_body.glsl. Nil does nothing.
type body struct {
	*engine.Body
	members []*stepper
	rest    []*stepper // per member: the tag of what comes from the body; nil without
	partial []float64
}

// bodyPart is how many sites are summed up at once: sums go in the order of the parts,
// whatever the number of processors.
const bodyPart = 4096

func newBody(g *group, b *engine.Body) *body {
	if b == nil {
		return nil
	}
	most := 0
	for _, s := range b.Sites() {
		most = max(most, len(s.Voxel))
	}
	return &body{b, g.members, make([]*stepper, len(g.members)), make([]float64, (most+bodyPart-1)/bodyPart)}
}

// follow takes the tags of the members along.
func (b *body) follow(all []*tags) {
	if b == nil {
		return
	}
	for i, st := range b.members {
		for _, t := range all {
			if t.parent == st {
				b.rest[i] = t.each[0]
			}
		}
	}
}

// join adds a crossing to a field of a member, whose densities are c and increments d, and
// to the tag of what comes so.
func (b *body) join(s *engine.BodySites, field func(*stepper) []float64, c, d []float64, crossing engine.Crossing) {
	cross(s, field(b.members[s.Member]), c, d, crossing)
	if rest := b.rest[s.Member]; rest != nil {
		cross(s, field(rest), c, d, crossing) // never one that keeps or loses: no substrate with tags responds to the body
	}
}

func cross(s *engine.BodySites, field, c, d []float64, crossing engine.Crossing) {
	inParallel(len(s.Voxel), func(from, to int) {
		for i := from; i < to; i++ {
			v := s.Voxel[i]
			field[v] += s.Inward[i] * (crossing.Level - crossing.Keep*c[v] - crossing.Lose*d[v])
		}
	})
}

// sum returns factor Σ Outward c.
func (b *body) sum(s *engine.BodySites, c []float64, factor float64) float64 {
	parts := (len(s.Voxel) + bodyPart - 1) / bodyPart
	inParallel(parts, func(from, to int) {
		for k := from; k < to; k++ {
			sum := 0.0
			for i := k * bodyPart; i < min((k+1)*bodyPart, len(s.Voxel)); i++ {
				sum += s.Outward[i] * c[s.Voxel[i]]
			}
			b.partial[k] = sum
		}
	})
	total := 0.0
	for _, sum := range b.partial[:parts] {
		total += sum
	}
	return factor * total
}

// evaluate adds to F(c) and makes that of the body valid.
func (b *body) evaluate(t float64) {
	if b == nil {
		return
	}
	for i, s := range b.Sites() {
		c := b.members[s.Member].density
		b.join(s, (*stepper).rateNow, c, c, b.Now(i))
		b.Outflow()[i] = b.sum(s, c, 1)
	}
	b.Evaluate(t)
}

// stage does stage j of a step.
func (b *body) stage(t, dt float64, scheme *engine.RKC2, j int) {
	if b == nil {
		return
	}
	for i, s := range b.Sites() {
		st := b.members[s.Member]
		before, unit := st.near, 1.
		if j == 0 {
			before, unit = st.rate, dt*scheme.First // see pass
		}
		b.Outflow()[i] = b.sum(s, before, unit)
		crossing := b.Increment(i, dt, scheme, j)
		crossing.Lose *= unit
		b.join(s, (*stepper).candidate, st.density, before, crossing.Times(dt*scheme.Stages[j].MuTilde))
	}
	b.Stage(t, dt, scheme, j)
}

// finish adds to F of the candidates, at the time t, s.
func (b *body) finish(t float64) {
	if b == nil {
		return
	}
	for i, s := range b.Sites() {
		c := b.members[s.Member].far
		b.join(s, (*stepper).rateNext, c, c, b.Candidate(i))
		b.Outflow()[i] = b.sum(s, c, 1)
	}
	b.Finish(t)
}

// euler adds to c' and takes the body along.
func (b *body) euler(t, dt float64) {
	if b == nil {
		return
	}
	for i, s := range b.Sites() {
		c := b.members[s.Member].density
		b.join(s, (*stepper).candidate, c, c, b.Now(i).Times(dt))
		b.Outflow()[i] = b.sum(s, c, 1)
	}
	b.Euler(t, dt)
}
