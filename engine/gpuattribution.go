package engine

import "github.com/cytofield/cytofield/engine/gpu"

// gpuTags are the tags of one member of a group on a device, as cpu's tags.
type gpuTags struct {
	group    *gpuGroup
	member   int
	key      programKey
	each     []*gpuStepper
	program  tagKernels       // none before the first meeting
	meetings []*gpuMeeting    // of Tagged.Cells, then of every cohort
	bulk     *gpuTagReactions // nil for none
	pulls    *gpu.Buffer      // per tag and cell of all cohorts: see gpuGroup
}

// openTags brings the tags of a group to the device; a group that fails is freed.
func (g *gpuGroup) openTags(q *gpu.Queue, wanted Group) (err error) {
	for _, from := range wanted.Tagged {
		t := &gpuTags{group: g, member: from.Member}
		t.key = keyOf(t.parent().Substrate, Adaptive)
		t.meetings = append(t.meetings, newPlainMeeting(t))
		for _, c := range from.Cohorts {
			t.meetings = append(t.meetings, newCohortMeeting(t, c))
		}
		g.tagged = append(g.tagged, t)
		if err = t.settle(q, from); err != nil {
			break
		}
		if t.bulk, err = newGPUTagReactions(q, t, wanted.Reactions); err != nil {
			break
		}
	}
	if err != nil {
		g.free(q)
		return err
	}
	g.body.follow(g.tagged)
	g.count()
	return nil
}

// settle puts cells and tags where none were, or in the place of others.
func (t *gpuTags) settle(q *gpu.Queue, from Tagged) error {
	for i, s := range from.Tags {
		if i < len(t.each) {
			if err := t.each[i].replace(q, s.Cells, s.Walls); err != nil {
				return err
			}
			continue
		}
		st := newGPUStepper(t.group.device, s)
		if err := st.open(q, t.parent().program, Adaptive); err != nil {
			return err
		}
		t.each = append(t.each, st)
	}
	if err := t.prepare(q, len(from.Cells) > 0 || len(from.Cohorts) > 0); err != nil {
		return err
	}
	if err := t.meetings[0].settlePlain(q, from); err != nil {
		return err
	}
	for i, c := range from.Cohorts {
		if err := t.meetings[i+1].settle(q, c); err != nil {
			return err
		}
	}
	t.group.matched = false
	return t.bulk.grow(q)
}

// prepare compiles what cells meet tags by, where any do.
func (t *gpuTags) prepare(q *gpu.Queue, meet bool) error {
	if !meet || t.program.see != nil {
		return nil
	}
	if err := t.program.open(q, t.key); err != nil {
		return err
	}
	return t.group.shared.open(q)
}

func (t *gpuTags) free(q *gpu.Queue) {
	for _, st := range t.each {
		st.free(q)
	}
	for _, m := range t.meetings {
		m.free(q)
	}
	t.program.free(q)
	t.bulk.free(q)
	t.pulls.Free(q)
}

func (t *gpuTags) parent() *gpuStepper { return t.group.members[t.member] }

// eachTagged visits the tags of every member, and stops at an error.
func (g *gpuGroup) eachTagged(visit func(*gpuTags) error) error {
	for _, t := range g.tagged {
		if err := visit(t); err != nil {
			return err
		}
	}
	return nil
}

// eachMeeting visits all meetings, and stops at an error.
func (t *gpuTags) eachMeeting(visit func(*gpuMeeting) error) error {
	for _, m := range t.meetings {
		if err := visit(m); err != nil {
			return err
		}
	}
	return nil
}

// addRate adds to F of the tags what reactions and cells do.
func (t *gpuTags) addRate(q *gpu.Queue, density, target func(*gpuStepper) *gpu.Texture, at func(*gpuMeeting) meetingView) error {
	if err := t.bulk.addRate(q, density, target, 1, tally{0, true}); err != nil {
		return err
	}
	return t.eachMeeting(func(m *gpuMeeting) error { return m.addRate(q, at(m), target, 1, 0) })
}

// addStage adds to a stage what reactions and cells do.
func (t *gpuTags) addStage(q *gpu.Queue, dt float64, scheme *RKC2, j int) error {
	if err := t.bulk.addStage(q, dt, scheme, j); err != nil {
		return err
	}
	return t.eachMeeting(func(m *gpuMeeting) error { return m.addStage(q, dt, scheme, j) })
}

func (t *gpuTags) swap() {
	for _, m := range t.meetings {
		m.swap()
	}
}

func (t *gpuTags) accept(q *gpu.Queue, dt float64) error {
	return t.eachMeeting(func(m *gpuMeeting) error { return m.accept(q, dt) })
}

// addEuler adds dt times what reactions and cells do to the tags' next densities, takes the
// carriers along, and books.
func (t *gpuTags) addEuler(q *gpu.Queue, dt float64, first bool) error {
	if err := t.bulk.addRate(q, (*gpuStepper).now, (*gpuStepper).candidate, dt, tally{1, !first}); err != nil {
		return err
	}
	return t.eachMeeting(func(m *gpuMeeting) error {
		if err := m.addRate(q, m.atPresent(), (*gpuStepper).candidate, dt, dt); err != nil {
			return err
		}
		return m.book(q, dt, 0)
	})
}

// openPairs makes room for what neighbours do to each other.
func (t *gpuTags) openPairs(q *gpu.Queue) (err error) {
	if t.pulls, err = q.NewBuffer(len(t.each) * t.group.crowd * 4); err != nil {
		return err
	}
	for _, m := range t.meetings[1:] {
		if m.cells() > 0 && m.program.surfaces == nil {
			if err := m.program.openPairs(q, m.defines); err != nil {
				return err
			}
		}
	}
	return nil
}

// beginCorrect forgets what close cells do to each other.
func (t *gpuTags) beginCorrect(q *gpu.Queue, at func(*gpuMeeting) meetingView) error {
	for _, m := range t.meetings[1:] {
		if m.cells() == 0 {
			continue
		}
		if err := q.ClearBuffer(m.corrections); err != nil {
			return err
		}
		if err := m.gather(q, at(m)); err != nil {
			return err
		}
	}
	return nil
}

// correct follows a sweep over close cells, whose surfaces are those before it.
func (t *gpuTags) correct(q *gpu.Queue, at func(*gpuMeeting) meetingView, mix float64) error {
	for _, m := range t.meetings[1:] {
		if err := m.surfaces(q, at(m), mix); err != nil {
			return err
		}
	}
	for _, m := range t.meetings[1:] {
		if err := m.correct(q); err != nil {
			return err
		}
	}
	return nil
}

// Tags are those of every member that has any.
func (g *gpuGroup) Tags() []TagMember {
	var all []TagMember
	for _, t := range g.tagged {
		all = append(all, t)
	}
	return all
}

// Integrals hands over what was booked and starts anew.
func (t *gpuTags) Integrals() (in TagIntegrals, err error) {
	err = t.group.device.Do(func(q *gpu.Queue) error {
		for i, m := range t.meetings {
			x, err := m.fetch(q)
			if err != nil {
				return err
			}
			if i == 0 {
				in.Cells = x
			} else {
				in.Cohorts = append(in.Cohorts, x)
			}
		}
		return nil
	})
	return in, err
}

// Read copies what carriers hold.
func (t *gpuTags) Read(carried [][][][]float64) error {
	return t.group.device.Do(func(q *gpu.Queue) error {
		for i, m := range t.meetings[1:] {
			if err := m.read(q, carried[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// Replace takes new cells, and makes room for more tags.
func (t *gpuTags) Replace(from Tagged) error {
	err := t.group.device.Do(func(q *gpu.Queue) error { return t.settle(q, from) })
	t.group.count()
	return err
}
