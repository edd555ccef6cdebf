package engine

import "github.com/cytofield/cytofield/engine/gpu"

// gpuGroup is Stepper on a device: substrates that go through the stages of a step
// together.
type gpuGroup struct {
	device  *gpu.Device
	members []*gpuStepper
	trials  []Trial // per member, of the last call

	// What the calls below exchange with the device's thread; the functions are
	// made once, so that a step allocates nothing.
	t, dt    float64
	scheme   *RKC2
	steps    int
	onDevice struct{ rate, try, accept, euler, lod func(*gpu.Queue) error }
}

func newGPUGroup(d *gpu.Device, wanted Group) *gpuGroup {
	g := &gpuGroup{device: d, trials: make([]Trial, len(wanted.Substrates))}
	for _, s := range wanted.Substrates {
		g.members = append(g.members, newGPUStepper(d, s))
	}
	g.onDevice.rate = func(q *gpu.Queue) error {
		return g.each(func(st *gpuStepper) error { return st.evaluate(q, g.t, st.density, st.rate) })
	}
	g.onDevice.try = g.try
	g.onDevice.accept = func(q *gpu.Queue) error {
		return g.each(func(st *gpuStepper) error { return st.accept(q, g.dt) })
	}
	g.onDevice.euler = g.euler
	g.onDevice.lod = func(q *gpu.Queue) error {
		return g.each(func(st *gpuStepper) error { return st.stepLOD(q, g.dt, g.steps) })
	}
	return g
}

func (g *gpuGroup) each(do func(*gpuStepper) error) error {
	for _, st := range g.members {
		if err := do(st); err != nil {
			return err
		}
	}
	return nil
}

func (g *gpuGroup) free(q *gpu.Queue) {
	for _, st := range g.members {
		st.free(q)
	}
}

func (g *gpuGroup) Members() []Member {
	members := make([]Member, len(g.members))
	for i, st := range g.members {
		members[i] = st
	}
	return members
}

func (g *gpuGroup) EvaluateRate(t float64) error {
	g.t = t
	return g.device.Do(g.onDevice.rate)
}

func (g *gpuGroup) Try(t, dt float64, scheme *RKC2) ([]Trial, error) {
	g.t, g.dt, g.scheme = t, dt, scheme
	return g.run(g.onDevice.try)
}

func (g *gpuGroup) Accept(dt float64) error {
	g.dt = dt
	return g.device.Do(g.onDevice.accept)
}

func (g *gpuGroup) Euler(t, dt float64, n int) ([]Trial, error) {
	g.t, g.dt, g.steps = t, dt, n
	return g.run(g.onDevice.euler)
}

func (g *gpuGroup) LOD(dt float64, n int) ([]Trial, error) {
	g.dt, g.steps = dt, n
	return g.run(g.onDevice.lod)
}

// run does something on the device that leaves every member a trial.
func (g *gpuGroup) run(do func(*gpu.Queue) error) ([]Trial, error) {
	err := g.device.Do(do)
	for i, st := range g.members {
		g.trials[i] = st.trial
	}
	return g.trials, err
}

// try runs the stages, then F of the candidates, then the sums.
func (g *gpuGroup) try(q *gpu.Queue) error {
	last := len(g.scheme.Stages) - 1
	for j := range g.scheme.Stages {
		for _, st := range g.members {
			if err := st.stage(q, g.dt, g.scheme, j); err != nil {
				return err
			}
		}
		if j == last {
			break // the candidates stay in far
		}
		for _, st := range g.members {
			st.near, st.far = st.far, st.near
		}
	}
	for _, st := range g.members {
		if err := st.evaluate(q, g.t+g.dt, st.far, st.near); err != nil {
			return err
		}
		if err := st.compare(q, g.dt); err != nil {
			return err
		}
	}
	return nil
}

func (g *gpuGroup) euler(q *gpu.Queue) error {
	for n := range g.steps {
		for _, st := range g.members {
			if err := st.euler(q, g.t+float64(n)*g.dt, g.dt, n == 0); err != nil {
				return err
			}
		}
		for _, st := range g.members {
			st.density, st.far = st.far, st.density
		}
	}
	return g.each(func(st *gpuStepper) error { return st.finishEuler(q, g.dt) })
}

func (g *gpuGroup) Close() error {
	return g.device.Do(func(q *gpu.Queue) error {
		g.free(q)
		return nil
	})
}
