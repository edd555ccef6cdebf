package bench

import (
	"context"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/cpu"
	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/engine/gpu/gputest"
	"github.com/cytofield/cytofield/tissue"
)

func onCPU(m *tissue.Model, o engine.Options) (engine.Solver, error) {
	s, err := cpu.NewSolver(m, o)
	if err != nil {
		return nil, err
	}
	return s, nil
}

func quiet(repeats int) Bench {
	return Bench{Device: Device{Open: onCPU}, Repeats: repeats, Progress: func(string) {}}
}

func named(t *testing.T, name string) Workload {
	t.Helper()
	for _, w := range Workloads() {
		if w.Name == name {
			return w
		}
	}
	t.Fatalf("no workload %s", name)
	return Workload{}
}

func judgeOf(t *testing.T, name string, n int) *judge {
	t.Helper()
	w := named(t, name)
	j, err := newJudge(context.Background(), onCPU, w.Model(n, 1), w)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func TestWorkloadsAreWhatTheySay(t *testing.T) {
	for _, w := range Workloads() {
		t.Run(w.Name, func(t *testing.T) {
			m := w.Model(20, 3)
			if err := m.Validate(); err != nil {
				t.Fatal(err)
			}
			substrates := 3
			if w.Name == "reaction" { // always a pair
				substrates = 2
			}
			if len(m.Substrates) != substrates || m.Grid.Shape[0] != 20 || m.Grid.Shape[1] != 20 || m.Duration != 60 {
				t.Errorf("%d substrates on %v voxels for %g s", len(m.Substrates), m.Grid.Shape, m.Duration)
			}
			secretors, voxels := 0, float64(m.Grid.Voxels())
			for _, kind := range m.Cells.Type {
				if kind == 0 {
					secretors++
				}
			}
			consumers := m.Cells.Len() - secretors
			first, second := 0.03, 0.2
			if w.Name == "receptors" { // 1e5 cells in 128³ voxels
				first, second = 0.0047684, 0.0429153
			}
			// Three standard deviations of a random draw.
			for _, share := range []struct {
				cells int
				of    float64
			}{{secretors, first}, {consumers, second}} {
				if got := float64(share.cells); math.Abs(got-share.of*voxels) > 3*math.Sqrt(share.of*voxels) {
					t.Errorf("%g cells, want %g", got, share.of*voxels)
				}
			}
		})
	}
}

func TestMultiSpreadsDiffusionOverAHundredfold(t *testing.T) {
	m := multi(4, 8)
	first, last := m.Substrates[0].DiffusionCoefficient, m.Substrates[7].DiffusionCoefficient
	if math.Abs(first-10) > 1e-12 || math.Abs(last/first-100) > 1e-9 {
		t.Errorf("D from %g to %g µm²/s, want 10 to 1000", first, last)
	}
	one := alone(m, 3)
	if err := one.Validate(); err != nil {
		t.Fatal(err)
	}
	for i, cell := range one.CellTypes {
		if len(cell.Exchange) != 1 || cell.Exchange[0].Substrate != 0 || len(m.CellTypes[i].Exchange) != 8 {
			t.Errorf("%s alone exchanges %v", cell.Name, cell.Exchange)
		}
	}
	if one.Substrates[0] != m.Substrates[3] {
		t.Errorf("alone is %v, want %v", one.Substrates[0], m.Substrates[3])
	}
}

// What is left of the error in time is a hundredth of the least that is looked for.
func TestReferenceIsExact(t *testing.T) {
	if testing.Short() {
		t.Skip("a second")
	}
	for _, name := range []string{"exchange", "exchange-u100", "exchange-d600", "exchange-d60000", "plane"} {
		j := judgeOf(t, name, 10)
		o := named(t, name).Options
		o.RelativeTolerance = exactTolerance / 10
		closer, err := j.try(o)
		if err != nil {
			t.Fatal(err)
		}
		if closer.Error > leastError/100 {
			t.Errorf("%s: reference off by %.2g, want at most %.2g", name, closer.Error, leastError/100)
		}
	}
}

func TestModelledBytesAreThoseOfTheFields(t *testing.T) {
	onGPU := Device{GPU: new(gpu.Device)}
	for _, tc := range []struct {
		device Device
		scheme engine.Scheme
		want   float64 // per voxel and sweep
	}{
		{Device{}, engine.Adaptive, 32}, {Device{}, engine.FTCS, 16}, {Device{}, engine.LOD, 16},
		{onGPU, engine.Adaptive, 16}, {onGPU, engine.FTCS, 8}, {onGPU, engine.LOD, 8},
	} {
		if got := tc.device.ModelledBytes(tc.scheme, 7); got != 7*tc.want {
			t.Errorf("%s: %g bytes for 7 sweeps, want %g", tc.scheme, got, 7*tc.want)
		}
	}
}

// counted leaves of a result what no clock has to do with.
func counted(r Result) Result {
	kept := Result{
		Name: r.Name, N: r.N, Substrates: r.Substrates, Voxels: r.Voxels, Steps: r.Steps, Sweeps: r.Sweeps, Dispatches: r.Dispatches,
		ModelledBytes: r.ModelledBytes, DeviceBytes: r.DeviceBytes, JudgedAt: r.JudgedAt, Error: r.Error,
	}
	for _, pair := range [][2]*Times{{&kept.To1e2, &r.To1e2}, {&kept.To1e3, &r.To1e3}} {
		pair[0].AdaptiveWay, pair[0].FTCSWay, pair[0].LODWay = pair[1].AdaptiveWay, pair[1].FTCSWay, pair[1].LODWay
	}
	return kept
}

func TestCountsAndErrorsRepeat(t *testing.T) {
	var results [2]Result
	for i := range results {
		r, err := quiet(i+1).Measure(context.Background(), named(t, "multi"), 6, 2)
		if err != nil {
			t.Fatal(err)
		}
		for name, v := range map[string]float64{
			"seconds": r.Seconds, "ns": r.NSPerVoxelSweep, "GB/s": r.GBPerS, "copy": r.CopyGBPerS, "alone": r.AloneSeconds, "error": r.Error,
			"bytes": r.DeviceBytes, "lod": r.LODStep, "ftcs over": r.To1e3.Over(r.To1e3.FTCS), "lod over": r.To1e2.Over(r.To1e2.LOD),
		} {
			if !(v > 0) || math.IsInf(v, 0) {
				t.Errorf("%s is %g", name, v)
			}
		}
		if r.Error > leastError || !r.To1e3.LODExtrapolated || !r.CacheResident {
			t.Errorf("error %g, extrapolated %t, in cache %t", r.Error, r.To1e3.LODExtrapolated, r.CacheResident)
		}
		results[i] = counted(r)
	}
	if !reflect.DeepEqual(results[0], results[1]) {
		t.Errorf("a run has\n%+v\nand the next\n%+v", results[0], results[1])
	}
}

// A minute on a GPU launches kernels, and leaves nothing behind.
func TestMinuteOnAGPUCountsItsDispatches(t *testing.T) {
	d := gputest.Open(t)
	b := Bench{Repeats: 1, Progress: func(string) {}}
	b.Device = Device{GPU: d, Open: func(m *tissue.Model, o engine.Options) (engine.Solver, error) {
		s, err := engine.NewGPUSolver(d, m, o)
		if err != nil {
			return nil, err
		}
		return s, nil
	}}
	w := named(t, "plane")
	w.Rivals = nil
	r, err := b.Measure(context.Background(), w, 12, 1)
	if err != nil {
		t.Fatal(err)
	}
	if r.Dispatches <= r.Sweeps || r.Error > leastError || !(r.ExplicitFraction > 0) || !(r.StageFraction > 0) || r.DeviceBytes < 16 {
		t.Errorf("%+v", r)
	}
	if r.To1e3.Adaptive == nil || r.To1e3.LOD != nil || r.To1e3.FTCS != nil {
		t.Errorf("times %+v, want adaptive's alone", r.To1e3)
	}
	if d.Live() != 0 {
		t.Errorf("%d resources are left", d.Live())
	}
}

func TestExtrapolatedStepOfLODHasTheError(t *testing.T) {
	j := judgeOf(t, "exchange", 12)
	_, short, err := j.lod(named(t, "exchange").Options)
	if err != nil {
		t.Fatal(err)
	}
	const wanted = 5e-3
	meant := short.extrapolate(wanted)
	if want := short.Step * wanted / short.Error; meant.Step != want || meant.Options.Scheme != engine.LOD {
		t.Errorf("%s of %g s, want %g s", meant.Options.Scheme, meant.Step, want)
	}
	got, err := j.try(meant.Options)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(got.Error/wanted-1) > 0.1 { // what j.lod allows
		t.Errorf("error %g, extrapolated to %g", got.Error, wanted)
	}
}

func TestWaysMeetTheErrorAtLeastSweeps(t *testing.T) {
	j := judgeOf(t, "exchange", 12)
	for name, find := range map[string]func(engine.Options) ([]way, error){"adaptive": j.adaptive, "ftcs": j.ftcs} {
		ways, err := find(named(t, "exchange").Options)
		if err != nil {
			t.Fatal(err)
		}
		for _, wanted := range []float64{1e-2, 1e-3} {
			best, ok := cheapest(ways, wanted)
			if !ok {
				t.Fatalf("%s: no way to %g in %+v", name, wanted, ways)
			}
			again, err := j.try(best.Options)
			if err != nil {
				t.Fatal(err)
			}
			if again != best || again.Error > wanted {
				t.Errorf("%s, %s: error %g in %g sweeps, first %g in %g, want %g", name, best, again.Error, again.Work, best.Error, best.Work, wanted)
			}
			for _, w := range ways {
				if w.Error <= wanted && w.Work < best.Work {
					t.Errorf("%s: %s takes %g sweeps to %g, %s %g", name, w, w.Work, wanted, best, best.Work)
				}
			}
		}
	}
}

func TestRunThatDoesNotEndIsNoWay(t *testing.T) {
	j := judgeOf(t, "exchange", 8)
	o := named(t, "exchange").Options
	o.Scheme, o.TimeStep = engine.FTCS, 5 // six times the stable step
	w, err := j.try(o)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := cheapest([]way{w}, 1e9); ok || !math.IsInf(w.Error, 1) {
		t.Errorf("error %g of an unstable run", w.Error)
	}
}

func TestSumOfTimesLacksWhatOneLacks(t *testing.T) {
	one, two := 1., 2.
	sum := Times{Adaptive: &one, FTCS: &one, AdaptiveWay: "rtol 0.1"}
	sum.add(Times{Adaptive: &two, LODExtrapolated: true}, false)
	if *sum.Adaptive != 3 || sum.FTCS != nil || !sum.LODExtrapolated || sum.Over(sum.FTCS) != 0 {
		t.Errorf("%+v", sum)
	}
	if one != 1 {
		t.Error("a sum changes what it sums")
	}
}

func TestCopyBandwidthIsOfBytesReadAndWritten(t *testing.T) {
	to, from := make([]float64, 1001), make([]float64, 1001)
	for i := range from {
		from[i] = float64(i)
	}
	if took := copyOnCPU(to, from, 1); took <= 0 || !reflect.DeepEqual(to, from) {
		t.Errorf("the copy of %d floats took %v", len(from), took)
	}
	if got := perNanosecond(3e9, 2e9); got != 1.5 {
		t.Errorf("3 GB in 2 s are %g GB/s", got)
	}
}

func TestUnknownSettingsAreRefused(t *testing.T) {
	w := named(t, "exchange")
	w.Options.RelativeTolerance = 2
	if _, err := quiet(1).Measure(context.Background(), w, 4, 1); err == nil || !strings.Contains(err.Error(), "bench: exchange") {
		t.Errorf("got %v", err)
	}
}
