package validate

import (
	"fmt"

	"github.com/cytofield/cytofield/tissue"
)

// substrateAt returns the density of a substrate in a box of one voxel.
func (r *run) substrateAt(name string) (float64, error) {
	id, ok := r.model.Substrate(name)
	if !ok {
		return 0, fmt.Errorf("%s: no substrate %q", r.name, name)
	}
	f := tissue.NewField(r.model.Grid)
	err := r.solver.Read(id, f)
	return f.Values[0], err
}

// put sets a substrate in a box of one voxel.
func (r *run) put(name string, density float64) error {
	id, ok := r.model.Substrate(name)
	if !ok {
		return fmt.Errorf("%s: no substrate %q", r.name, name)
	}
	f := tissue.NewField(r.model.Grid)
	f.Fill(density)
	return r.solver.Write(id, f)
}

// peak is the largest density of a substrate and when it was there.
type peak struct{ time, density float64 }

// peaks advances to a time in n equal stretches and returns the largest densities
// of substrates, on the parabola through the largest seen and its neighbours.
func (r *run) peaks(until float64, n int, names ...string) (map[string]peak, error) {
	seen := map[string][]float64{}
	for i := range n + 1 {
		if _, err := r.solver.Advance(r.lab.ctx, until*float64(i)/float64(n)); err != nil {
			return nil, err
		}
		for _, name := range names {
			density, err := r.substrateAt(name)
			if err != nil {
				return nil, err
			}
			seen[name] = append(seen[name], density)
		}
	}
	peaks := map[string]peak{}
	for name, series := range seen {
		most := 1
		for i := 1; i < n; i++ {
			if series[i] > series[most] {
				most = i
			}
		}
		at, density := vertex(series[most-1], series[most], series[most+1])
		peaks[name] = peak{until * (float64(most) + at) / float64(n), density}
	}
	return peaks, nil
}

// vertex returns where, from −1 to 1, and how high the parabola through three equally
// distant values is highest.
func vertex(before, middle, after float64) (at, height float64) {
	slope, bend := (after-before)/2, before-2*middle+after
	return -slope / bend, middle - slope*slope/(2*bend)
}

func influenza() Case {
	return Case{
		ID:     "P14",
		Title:  "Influenza with limited target cells, well mixed",
		Source: "a-amme/infection-model-project, Simulation_Code/Simulation/IFNModelSteppables.py: T′ = −b V T, I1′ = b V T − k I1, I2′ = k I1 − δ I2/(K + I2), V′ = p I2 − c V; integrated to 1e-12",
		Setup: `One voxel, b = 2.4e-4, k = 4, δ = 1.6e6, K = 4.5e5, p = 1.6, c = 13, per day; T = 1e7 and I1 = 75 at the start. Peaks
are those of parabolas through the largest of 480 densities, one each quarter of an hour, and its neighbours.
rtol 1e-6 (1e-5 on float32 devices).
float32: 64 half units in the last place, as between the two solvers.`,
		Observables: []Observable{
			{"peak I1", 6464269.3, "cells", 0.002},
			{"t peak I1", 0.75235, "d", 0.005 / 0.75235},
			{"peak I2", 8313284.8, "cells", 0.002},
			{"peak V", 1020373.5, "TCID50", 0.002},
			{"t peak V", 1.5778, "d", 0.005 / 1.5778},
			{"V(5 d)", 442110.03, "", 0.005},
		},
		observe: observeInfluenza,
	}
}

func observeInfluenza(l *lab) error {
	const day = 86400 // s
	r, err := l.start("p14")
	if err != nil {
		return err
	}
	peaks, err := r.peaks(r.model.Duration, 480, "I1", "I2", "V")
	if err != nil {
		return err
	}
	for _, name := range []string{"I1", "I2", "V"} {
		l.read("peak "+name, peaks[name].density, accumulated)
		l.read("t peak "+name, peaks[name].time/day, accumulated)
	}
	last, err := r.substrateAt("V")
	l.read("V(5 d)", last, accumulated)
	return err
}

func acuteInflammation() Case {
	var o []Observable
	for _, run := range inflammations() {
		name := fmt.Sprintf("kpg %s P0 %s ", run.growth, run.pathogen)
		for i, end := range run.ends {
			observed := []string{"P(end)", "N*(end)", "D(end)", "CA(end)"}[i]
			tolerance := []float64{0.001, 0.001, 0.02, 0.001}[i] // of the density
			if end != 0 {
				tolerance /= end
			}
			o = append(o, Observable{name + observed, end, []string{"1e6/cc", "", "", ""}[i], tolerance})
		}
		if run.peak > 0 {
			o = append(o, Observable{name + "peak N*", run.peak, "", 0.005})
		}
	}
	return Case{
		ID:     "P20",
		Title:  "Acute inflammation: health, aseptic and septic death",
		Source: "Reynolds et al., J. Theor. Biol. 242 (2006) 220, BIOMD0000000714; integrated to 1e-10",
		Setup: `One voxel, the parameters of the paper, from N* = D = 0 and CA = 0.125, for 2000 h. kpg is the growth of the
pathogen in 1/h and P0 its start. The peak is that of the parabola through the largest of 4000 densities, one
each half hour, and its neighbours. rtol 1e-6 (1e-5 on float32 devices). Where 0 is expected the error is the
density itself.
float32: 64 half units in the last place, as between the two solvers.`,
		Observables: o,
		observe:     observeInflammation,
	}
}

type inflammation struct {
	growth, pathogen string
	ends             [4]float64 // P, N, D, CA
	peak             float64    // of N; 0: not asked for
}

func inflammations() []inflammation {
	return []inflammation{
		{"0.3", "1.0", [4]float64{0, 0, 0, 0.125}, 0.19637},
		{"0.3", "1.5", [4]float64{0, 0.635014, 17.399, 0.522864}, 0},
		{"0.52", "1.0", [4]float64{2.74491, 0.864442, 17.484, 0.522875}, 0.874366},
		{"0.6", "1.0", [4]float64{4.93635, 0.980966, 17.4925, 0.522876}, 0},
		{"1.2", "1.0", [4]float64{11.6683, 1.1832, 17.4976, 0.522877}, 0},
	}
}

func observeInflammation(l *lab) error {
	for _, run := range inflammations() {
		r, err := l.start("p20", "reactions.0.constants.kpg="+run.growth+" /h", "substrates.P.initial="+run.pathogen)
		if err != nil {
			return err
		}
		peaks, err := r.peaks(r.model.Duration, 4000, "N")
		if err != nil {
			return err
		}
		name := fmt.Sprintf("kpg %s P0 %s ", run.growth, run.pathogen)
		l.read(name+"peak N*", peaks["N"].density, accumulated)
		for substrate, observable := range map[string]string{"P": "P(end)", "N": "N*(end)", "D": "D(end)", "CA": "CA(end)"} {
			end, err := r.substrateAt(substrate)
			if err != nil {
				return err
			}
			l.read(name+observable, end, accumulated)
		}
	}
	return nil
}

func bistableArthritis() Case {
	return Case{
		ID:     "P10",
		Title:  "Bistable pro- and anti-inflammatory cytokines of rheumatoid arthritis",
		Source: "Baker et al., J. R. Soc. Interface 10 (2013), BIOMD0000000550; steady states by bracketing to 1e-15",
		Setup: `One voxel; time in turnovers of a, which are seconds here. Healthy states from p = a = 0, diseased ones from p = 2
and a = 3, after 400 s. Unstable state: bisection over p at the start, a = 0.15, between the two basins to
1e-12 (1e-6 on float32 devices); on the last trajectory, p and a where p changes most slowly over 0.5 s while
it passes the saddle. Saddle-nodes: bisection over alpha2 to 1e-4, whether a run of 2000 s stays on its branch, from
the observed diseased state at 8, or the healthy one at 15, then from the nearest that stayed; it passes a fold that
is nearer than 1e-3 too slowly to be told from one that does not.
float32: 64 half units in the last place, as between the two solvers.`,
		Observables: []Observable{
			{"p* healthy a2=1", 0.0203298265, "", 0.001},
			{"p* healthy a2=10", 0.02499163, "", 0.001},
			{"p* unstable a2=10", 0.10510484, "", 0.001},
			{"p* diseased a2=10", 0.39106266, "", 0.001},
			{"p* diseased a2=20", 0.87358546, "", 0.001},
			{"a* healthy a2=1", 0.00577667578, "", 0.001},
			{"a* healthy a2=10", 0.00872235, "", 0.001},
			{"a* unstable a2=10", 0.14811352, "", 0.001},
			{"a* diseased a2=10", 1.32840694, "", 0.001},
			{"a* diseased a2=20", 2.63635823, "", 0.001},
			{"saddle-node (onset of disease branch) alpha2", 7.331311226, "", 0.005},
			{"saddle-node (loss of healthy state) alpha2", 15.665650606, "", 0.005},
		},
		observe: observeArthritis,
	}
}

// arthritis is a state of the model.
type arthritis struct{ p, a float64 }

// from runs the model from a state for a time, s, in stretches, and returns the
// state after each; it ends early where keep says so.
func (l *lab) from(start arthritis, alpha2, until float64, n int, keep func(arthritis) bool) ([]arthritis, error) {
	r, err := l.start("p10", fmt.Sprintf("reactions.0.constants.alpha2=%.17g", alpha2))
	if err != nil {
		return nil, err
	}
	if err := r.put("p", start.p); err != nil {
		return nil, err
	}
	if err := r.put("a", start.a); err != nil {
		return nil, err
	}
	states := []arthritis{start}
	for i := range n {
		if _, err := r.solver.Advance(l.ctx, until*float64(i+1)/float64(n)); err != nil {
			return nil, err
		}
		var s arthritis
		if s.p, err = r.substrateAt("p"); err != nil {
			return nil, err
		}
		if s.a, err = r.substrateAt("a"); err != nil {
			return nil, err
		}
		if states = append(states, s); !keep(s) {
			break
		}
	}
	return states, r.close()
}

// diseasedFrom says which of the two states is reached: the unstable one lies at 0.105.
const diseasedFrom = 0.2

func observeArthritis(l *lab) error {
	always := func(arthritis) bool { return true }
	end := func(start arthritis, alpha2 float64) (arthritis, error) {
		states, err := l.from(start, alpha2, 400, 1, always)
		if err != nil {
			return arthritis{}, err
		}
		return states[len(states)-1], nil
	}
	for _, state := range []struct {
		name   string
		start  arthritis
		alpha2 float64
	}{
		{"healthy", arthritis{}, 1}, {"healthy", arthritis{}, 10}, {"diseased", arthritis{2, 3}, 10}, {"diseased", arthritis{2, 3}, 20},
	} {
		s, err := end(state.start, state.alpha2)
		if err != nil {
			return err
		}
		l.read(fmt.Sprintf("p* %s a2=%g", state.name, state.alpha2), s.p, accumulated)
		l.read(fmt.Sprintf("a* %s a2=%g", state.name, state.alpha2), s.a, accumulated)
	}
	if err := observeSaddle(l); err != nil {
		return err
	}
	diseased, err := end(arthritis{2, 3}, 10)
	if err == nil {
		diseased, err = end(diseased, 8) // from 10: from farther off it would be lost at 8
	}
	if err != nil {
		return err
	}
	healthy, err := end(arthritis{}, 15)
	if err != nil {
		return err
	}
	onset, err := l.fold(diseased, 8, 7, func(s arthritis) bool { return s.p > diseasedFrom })
	if err != nil {
		return err
	}
	l.read("saddle-node (onset of disease branch) alpha2", onset, accumulated)
	loss, err := l.fold(healthy, 15, 16, func(s arthritis) bool { return s.p < diseasedFrom })
	l.read("saddle-node (loss of healthy state) alpha2", loss, accumulated)
	return err
}

// fold returns the border between values of alpha2 at which a run stays on its
// branch and at which it leaves it. Each goes on from the nearest that stayed: after too
// large a step of alpha2 a state that winds into its place may lose it.
func (l *lab) fold(start arthritis, stays, leaves float64, on func(arthritis) bool) (float64, error) {
	return halve(stays, leaves, 1e-4, func(alpha2 float64) (bool, error) {
		states, err := l.from(start, alpha2, 2000, 40, on)
		if err != nil {
			return false, err
		}
		last := states[len(states)-1]
		if on(last) {
			start = last
		}
		return !on(last), nil
	})
}

// observeSaddle reads the unstable state off the trajectory that lingers longest.
func observeSaddle(l *lab) error {
	within := 1e-12
	if l.single {
		within = 1e-6
	}
	const step, until = 0.5, 100. // s
	follow := func(p float64) ([]arthritis, error) {
		return l.from(arthritis{p, 0.15}, 10, until, int(until/step), func(arthritis) bool { return true })
	}
	p, err := halve(0.02, 0.4, within, func(p float64) (bool, error) {
		states, err := follow(p)
		if err != nil {
			return false, err
		}
		return states[len(states)-1].p > diseasedFrom, nil
	})
	if err != nil {
		return err
	}
	states, err := follow(p)
	if err != nil {
		return err
	}
	slowest := 1
	moved := func(i int) float64 {
		dp, da := states[i].p-states[i-1].p, states[i].a-states[i-1].a
		return dp*dp + da*da
	}
	for i := 1; i < len(states) && states[i].p > 0.05 && states[i].p < diseasedFrom; i++ {
		if moved(i) < moved(slowest) {
			slowest = i
		}
	}
	l.read("p* unstable a2=10", states[slowest].p, accumulated)
	l.read("a* unstable a2=10", states[slowest].a, accumulated)
	return nil
}
