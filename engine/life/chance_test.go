package life_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/cpu"
	"github.com/cytofield/cytofield/engine/gpu/gputest"
	"github.com/cytofield/cytofield/engine/life"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// off is how many standard errors a mean may be off: by chance one in 16 000 is, and the
// seeds are fixed.
const off = 4

// moments are those of a sample.
type moments struct{ mean, variance, meanError, varianceError float64 }

func momentsOf(all []float64) (m moments) {
	n := float64(len(all))
	for _, x := range all {
		m.mean += x / n
	}
	fourth := 0.
	for _, x := range all {
		d := x - m.mean
		m.variance += d * d / (n - 1)
		fourth += d * d * d * d / n
	}
	m.meanError, m.varianceError = math.Sqrt(m.variance/n), math.Sqrt((fourth-m.variance*m.variance)/n)
	return m
}

// What cells release in bursts has the mean and the variance of the telegraph, however
// short its spells are beside a cell step.
func TestBurstsHaveTheMomentsOfTheTelegraph(t *testing.T) {
	const (
		cells = 3000
		steps = 20
		rate  = 10. // molecules/s
	)
	for _, b := range []tissue.Bursts{{OnTime: 3 * minute, OffTime: 7 * minute}, {OnTime: 10, OffTime: 30}, {OnTime: 20 * minute, OffTime: 5}} {
		t.Run(fmt.Sprintf("%g s on, %g s off", b.OnTime, b.OffTime), func(t *testing.T) {
			kind := tissue.CellType{Name: "Th", Radius: 5, Exchange: []tissue.Exchange{{NetExportRate: rate}}, Life: tissue.Life{Bursts: []tissue.Bursts{b}}}
			m := tissueOf([3]int{20, 20, 20}, kind)
			for range cells {
				m.Cells.Add(0, middle(m))
			}
			l, _ := live(t, m)
			released, first := make([]float64, cells), make([]float64, cells)
			for step := range steps {
				if err := l.Step(float64(step) * minute); err != nil {
					t.Fatal(err)
				}
				for i, row := range l.Model().Cells.Exchange {
					released[i] += row[0].NetExportRate * minute
					if step == 0 {
						first[i] = released[i]
					}
				}
			}
			for _, part := range []struct {
				of   []float64
				time float64 // s
			}{{first, minute}, {released, steps * minute}} {
				p, k := b.Share(), 1/b.OnTime+1/b.OffTime
				variance := rate * rate * (1 - p) / p * 2 * (part.time/k + math.Expm1(-k*part.time)/(k*k))
				got := momentsOf(part.of)
				if z := (got.mean - rate*part.time) / got.meanError; math.Abs(z) > off {
					t.Errorf("in %g s %.6g molecules, want %g: %.2g standard errors off", part.time, got.mean, rate*part.time, z)
				}
				if z := (got.variance - variance) / got.varianceError; math.Abs(z) > off {
					t.Errorf("in %g s a variance of %.6g, want %.6g: %.2g standard errors off", part.time, got.variance, variance, z)
				}
			}
		})
	}
}

// Rules change the mean of bursts, and a cell that lets all go at once has the gain 1/p.
func TestBurstsFollowRules(t *testing.T) {
	kind := tissue.CellType{Name: "Th", Radius: 5, Exchange: []tissue.Exchange{{NetExportRate: 10}}, Life: tissue.Life{
		Bursts: []tissue.Bursts{{OnTime: 1e6, OffTime: 3e6}},
		Rules: []tissue.Rule{{Signal: tissue.Signal{Kind: tissue.Density}, Behaviour: tissue.Behaviour{Kind: tissue.Export},
			Saturation: 20, HalfMax: 1, HillPower: 1}},
	}}
	m := tissueOf([3]int{20, 20, 20}, kind)
	for range 400 {
		m.Cells.Add(0, middle(m))
	}
	l, s := live(t, m)
	s.base = 1
	if err := l.Step(0); err != nil {
		t.Fatal(err)
	}
	on := 0
	for _, row := range l.Model().Cells.Exchange {
		switch row[0].NetExportRate {
		case 60: // (10 + (20 − 10)/2) 4
			on++
		case 0:
		default: // one in 15 000 switches within a minute
			t.Errorf("%g molecules/s, want 60 or none", row[0].NetExportRate)
		}
	}
	if math.Abs(float64(on)-100) > off*math.Sqrt(400*0.25*0.75) {
		t.Errorf("%d of 400 cells are on, want a quarter", on)
	}
}

// Cells that count what they catch, of a field that bursts keep moving.
const counting = `cytofield: 1
domain: {size: [100 um, 100 um, 60 um], voxel: 10 um, extracellular: 0.3}
duration: 1 h
seed: 11
substrates: {IL-2: {diffusion: 30 um^2/s, decay: 1e-4 /s}}
cells:
  types:
    Th: {radius: 5 um, export: {IL-2: {rate: 2 molecules/s, bursts: {on_for: 3 min, off_for: 6 min}}}}
    Treg:
      radius: 5 um
      receptors:
        sink: {ligand: IL-2, count: 500, on_rate: 1e7 /M/s, capture: poisson}
        full: {ligand: IL-2, count: 500, on_rate: 1e7 /M/s, off_rate: 1e-3 /s, internalisation: 1e-3 /s, turnover: 1e-3 /s, capture: poisson}
      variables: {signal: 0}
      constants: {k: 0.01 /s}
      reactions:
        - {name: signal, rate: k*sink_captured - k*signal, changes: {signal: +1}}
  place:
    - {type: Th, pattern: random, number: 8, min_distance: 10 um}
    - {type: Treg, pattern: random, number: 60, min_distance: 10 um}
`

// catches is what cells of counting had caught at each cell step, by cell and receptor.
type catches struct{ mean, count []float64 }

// counted runs a scenario, with settings, and tells what was caught.
func counted(t *testing.T, text string, minutes float64, with func(m *tissue.Model) (engine.Solver, error), set ...string) (catches, *life.Life, engine.Solver) {
	t.Helper()
	s, err := scenario.Decode("counting.yaml", []byte(text), "", scenario.Options{Set: set})
	if err != nil {
		t.Fatal(err)
	}
	solver, err := with(s.Model)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { solver.Close() })
	l, err := life.New(s.Model, solver, life.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var all catches
	simulation := engine.New(solver)
	simulation.Every(minute, func(now float64) error {
		before := variablesOf(t, solver)
		if err := l.Step(now); err != nil {
			return err
		}
		for i, after := range variablesOf(t, solver) {
			for _, c := range s.Model.CellTypes[s.Model.Cells.Type[i]].Life.Captures {
				all.mean = append(all.mean, before[i][c.Mean])
				all.count = append(all.count, after[c.Count]-before[i][c.Count])
				if after[c.Mean] != 0 {
					t.Errorf("at %g s a mean of %g molecules is left over", now, after[c.Mean])
				}
			}
		}
		return nil
	})
	reach(t, simulation, minutes*minute)
	return all, l, solver
}

func variablesOf(t *testing.T, s engine.Solver) [][]float64 {
	t.Helper()
	states, err := s.Cells()
	if err != nil {
		t.Fatal(err)
	}
	return states.Variables
}

func onProcessor(m *tissue.Model) (engine.Solver, error) { return cpu.NewSolver(m, engine.Options{}) }

// Counts are integers with the mean that the field has, and scatter about it as Poisson's
// law does: (n − m)²/m has the mean 1 and the variance 2 + 1/m.
func TestCapturesFollowPoissonsLaw(t *testing.T) {
	all, _, solver := counted(t, counting, 60, onProcessor)
	sum, total, dispersion, variance, counts := 0., 0., 0., 0., 0.
	for i, m := range all.mean {
		n := all.count[i]
		if n < 0 || n != math.Trunc(n) || m == 0 && n > 0 {
			t.Fatalf("%g molecules caught where %g are the mean", n, m)
		}
		sum, total = sum+n-m, total+m
		if m > 0.1 { // below, a mean of squares over m is slow to become normal
			dispersion, variance, counts = dispersion+(n-m)*(n-m)/m, variance+2+1/m, counts+1
		}
	}
	if z := sum / math.Sqrt(total); counts < 5000 || math.Abs(z) > off {
		t.Errorf("of %g molecules %g more were caught in %g counts: %.2g standard errors off", total, sum, counts, z)
	}
	if z := (dispersion - counts) / math.Sqrt(variance); math.Abs(z) > off {
		t.Errorf("a dispersion of %.4g, want 1: %.2g standard errors off", dispersion/counts, z)
	}
	ledger := ledgerOf(t, solver)
	if r := math.Abs(ledger.Residual()) / ledger.Handled(); r > 1e-12 {
		t.Errorf("residual %.2g of what was handled", r)
	}
}

// Two cells catch what one releases, in a box of three voxels by two by two.
const caught = `cytofield: 1
domain: {size: [30 um, 20 um, 20 um], voxel: 10 um, extracellular: 0.3}
duration: 5 min
substrates: {IL-2: {diffusion: 10 um^2/s, decay: 1e-3 /s}}
cells:
  types:
    Th: {radius: 5 um, export: {IL-2: 0.5 molecules/s}}
    Treg: {radius: 5 um, receptors: {IL-2R: {ligand: IL-2, count: 500, on_rate: 1e7 /M/s, capture: poisson}}}
  place:
    - {type: Th, pattern: positions, unit: um, at: [[5, 5, 5]]}
    - {type: Treg, pattern: positions, unit: um, at: [[5, 15, 5], [25, 5, 15]]}
`

// Molecules that are released one by one, hop from voxel to voxel, decay and are caught each
// on its own arrive in numbers of the mean of the field, with the variance of Poisson's
// law and without correlation between cells or minutes: of this the captures are a sample.
func TestMoleculesThatHopAreCaughtAsCapturesAre(t *testing.T) {
	const runs, minutes, cells = 3000, 5, 2
	field, _, _ := counted(t, caught, minutes, func(m *tissue.Model) (engine.Solver, error) {
		return cpu.NewSolver(m, engine.Options{Coupling: engine.PlainCoupling, RelativeTolerance: 1e-5}) // molecules see voxels
	})
	mean := field.mean[cells:] // nothing yet at the start
	random := rand.New(rand.NewPCG(3, 4))
	numbers := make([][]float64, len(mean))
	for range runs {
		n := make([]float64, len(mean))
		for at := random.ExpFloat64() / 0.5; at < minutes*minute; at += random.ExpFloat64() / 0.5 {
			if cell, when := hop(random, at); cell >= 0 && when < minutes*minute {
				n[cells*int(when/minute)+cell]++
			}
		}
		for k := range n {
			numbers[k] = append(numbers[k], n[k])
		}
	}
	for k, all := range numbers {
		m := momentsOf(all)
		if z := (m.mean - mean[k]) / m.meanError; math.Abs(z) > off {
			t.Errorf("minute %d, cell %d: %.4g caught on average, %.4g by the field: %.2g standard errors off", k/cells+1, k%cells, m.mean, mean[k], z)
		}
		if z := (m.variance - mean[k]) / m.varianceError; math.Abs(z) > off {
			t.Errorf("minute %d, cell %d: a variance of %.4g, want the mean, %.4g: %.2g standard errors off", k/cells+1, k%cells, m.variance, mean[k], z)
		}
		for other := range k {
			if r := stat.Correlation(all, numbers[other], nil) * math.Sqrt(runs); math.Abs(r) > off {
				t.Errorf("numbers %d and %d: a correlation %.2g standard errors off 0", other, k, r)
			}
		}
	}
}

// hop follows a molecule of caught from its release at a time, s, to the cell that catches it,
// -1 for none.
func hop(random *rand.Rand, at float64) (cell int, when float64) {
	const (
		step    = 10 / (10. * 10)                         // D/h², 1/s
		binding = 0.01 * 500 / (0.3 * 1000 * 0.602214076) // k_on R/(α V), 1/s
		decay   = 1e-3                                    // 1/s
	)
	shape, x := [3]int{3, 2, 2}, [3]int{}
	for {
		cell = slices.Index([][3]int{{0, 1, 0}, {2, 0, 1}}, x)
		total := 6*step + decay
		if cell >= 0 {
			total += binding
		}
		at += random.ExpFloat64() / total
		switch u := random.Float64() * total; {
		case at > 5*minute:
			return -1, at
		case u < 6*step:
			axis, way := int(u/step)/2, 2*(int(u/step)%2)-1
			if to := x[axis] + way; to >= 0 && to < shape[axis] {
				x[axis] = to
			}
		case u < 6*step+decay:
			return -1, at
		default:
			return cell, at
		}
	}
}

// Counting disturbs no field: every molecule that the sinks take up counts once, in the mean,
// and the ledger is that of sinks that do not count.
func TestCountingLeavesTheFieldAsItIs(t *testing.T) {
	only := []string{"cells.types.Treg.receptors.full=", "cells.types.Treg.reactions=", "cells.types.Treg.variables="}
	tight := func(m *tissue.Model) (engine.Solver, error) {
		return cpu.NewSolver(m, engine.Options{RelativeTolerance: 1e-5})
	}
	all, _, solver := counted(t, counting, 20, tight, only...)
	caught := 0.
	for _, m := range all.mean {
		caught += m
	}
	got := ledgerOf(t, solver)
	if math.Abs(caught/got.TakenUp-1) > 1e-11 { // rounding
		t.Errorf("%.15g molecules in the mean, %.15g in the ledger", caught, got.TakenUp)
	}
	_, _, even := counted(t, counting, 20, tight, append(only, "cells.types.Treg.receptors.sink.capture=mean")...)
	if want := ledgerOf(t, even); math.Abs(got.TakenUp/want.TakenUp-1) > 1e-4 || math.Abs(got.Present/want.Present-1) > 1e-4 { // ten tolerances of a step
		t.Errorf("taken up %g, left %g molecules; without counting %g and %g", got.TakenUp, got.Present, want.TakenUp, want.Present)
	}
}

func TestCountsGoOnFromASnapshot(t *testing.T) {
	_, l, solver := counted(t, counting, 12.5, onProcessor) // between two cell steps
	var cells, fields bytes.Buffer
	if err := l.Save(&cells); err != nil {
		t.Fatal(err)
	}
	if err := solver.Snapshot(&fields); err != nil {
		t.Fatal(err)
	}
	_, other, again := counted(t, counting, 0, onProcessor)
	if err := other.Load(&cells); err != nil {
		t.Fatal(err)
	}
	if err := again.Restore(&fields); err != nil {
		t.Fatal(err)
	}
	var prints []string
	for _, run := range []struct {
		*life.Life
		engine.Solver
	}{{l, solver}, {other, again}} {
		for _, now := range []float64{13, 14, 15} {
			if _, err := run.Advance(context.Background(), now*minute); err != nil {
				t.Fatal(err)
			}
			if err := run.Step(now * minute); err != nil {
				t.Fatal(err)
			}
		}
		prints = append(prints, fingerprint(t, run.Life, run.Solver)+fmt.Sprint(variablesOf(t, run.Solver)))
	}
	if prints[0] != prints[1] {
		t.Error("the run that went on differs")
	}
}

// A GPU draws the numbers of the processor: exports are the same bit for bit, and counts
// where rounding of the mean does not bring one to the other side of a bound.
func TestGPUDrawsTheSameNumbers(t *testing.T) {
	want, there, _ := counted(t, counting, 10, onProcessor)
	d := gputest.Open(t)
	got, here, _ := counted(t, counting, 10, func(m *tissue.Model) (engine.Solver, error) { return engine.NewGPUSolver(d, m, engine.Options{}) })
	for i, row := range there.Model().Cells.Exchange {
		if !slices.Equal(row, here.Model().Cells.Exchange[i]) {
			t.Errorf("cell %d exchanges %v, on the processor %v", i, here.Model().Cells.Exchange[i], row)
		}
	}
	differ, caught := 0, 0.
	for i, n := range want.count {
		caught += n
		if got.count[i] != n {
			differ++
		}
	}
	if len(got.count) != len(want.count) || caught < 100 || differ > len(want.count)/100 {
		t.Errorf("%d of %d counts differ, of %g molecules in all", differ, len(want.count), caught)
	}
}
