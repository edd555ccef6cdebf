package life_test

import (
	"fmt"
	"math"
	"syscall"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
)

// BenchmarkStep measures the cell step of cells with ten rules over a solver that costs
// next to nothing: alone, with neighbours to sense, and with mechanics.
func BenchmarkStep(b *testing.B) {
	for _, kind := range []string{"rules", "contact", "mechanics"} {
		for _, n := range []int{100_000, 1_000_000} {
			b.Run(fmt.Sprintf("kind=%s/cells=%d", kind, n), func(b *testing.B) { benchmarkStep(b, kind, n) })
		}
	}
}

func benchmarkStep(b *testing.B, kind string, n int) {
	t := tissue.CellType{
		Name: "T", Radius: 5,
		Exchange:  []tissue.Exchange{{NetExportRate: 10, UptakeRate: 0.1}},
		Variables: []tissue.CellVariable{{Name: "pSTAT", Initial: 1}},
		Life: tissue.Life{
			Motility:  tissue.Motility{Speed: 2 / minute, PersistenceTime: 5 * minute, Sensitivity: []tissue.ChemotacticSensitivity{{Value: 1}}},
			Apoptosis: tissue.Death{Duration: hour},
		},
	}
	behaviours := []tissue.BehaviourKind{tissue.Export, tissue.Uptake, tissue.Speed, tissue.Bias, tissue.ApoptosisRate}
	signals := []tissue.SignalKind{tissue.Density, tissue.VariableSignal, tissue.Gradient, tissue.Age, tissue.SurfaceDensity}
	switch kind {
	case "contact":
		signals[3] = tissue.Pressure
	case "mechanics":
		t.Life.Mechanics = tissue.Mechanics{Repulsion: 10 / minute, Adhesion: 0.4 / minute}
	}
	for k := range 10 {
		saturation := []float64{20, 0.2, 4 / minute, 1, 1e-9}[k/2]
		rule := tissue.Rule{Signal: tissue.Signal{Kind: signals[(k+k/5)%5]}, Behaviour: tissue.Behaviour{Kind: behaviours[k/2]},
			Saturation: saturation, HalfMax: 1, HillPower: float64(1+k%4) + 0.5*float64(k%2)}
		if k%2 == 1 {
			rule.Decreases, rule.Saturation = true, 0
		}
		t.Life.Rules = append(t.Life.Rules, rule)
	}
	side := int(math.Ceil(math.Cbrt(float64(n)))) // one cell for every 1000 µm³
	m := tissueOf([3]int{side + 1, side + 1, side + 1}, t)
	for k := range n {
		m.Cells.Add(0, r3.Vec{X: 5 + 10*float64(k%side), Y: 5 + 10*float64(k/side%side), Z: 5 + 10*float64(k/side/side)})
	}
	l, s := live(b, m)
	s.base, s.slope = 1, r3.Vec{X: 1e-3}
	s.flat()
	run(b, l, s, 2, minute)
	b.ReportAllocs()
	b.ResetTimer()
	before := processorTime(b)
	for range b.N {
		run(b, l, s, 1, minute)
	}
	each := float64(b.N) * float64(n)
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/each, "ns/cell")
	b.ReportMetric(float64(processorTime(b)-before)/each, "cpu-ns/cell")
}

// processorTime returns what the processors spent on this program, ns: on a machine that
// others use, wall time tells little.
func processorTime(b *testing.B) int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return usage.Utime.Nano() + usage.Stime.Nano()
}
