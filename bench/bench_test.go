package bench

import (
	"context"
	"testing"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/cpu"
	"github.com/cytofield/cytofield/engine/gpu/gputest"
	"github.com/cytofield/cytofield/tissue"
)

// plain is how the workload is solved.
func plain() engine.Options { return engine.Options{Coupling: engine.PlainCoupling} }

// BenchmarkStageSweep times one stage of RKC2 on the device, beside a plain image
// copy of the same arrays in the same run.
func BenchmarkStageSweep(b *testing.B) {
	d := gputest.Open(b)
	if err := d.SetDebug(false); err != nil {
		b.Fatal(err)
	}
	m := Exchange(128, 6000, 10)
	s, err := engine.NewGPUSolver(d, m, plain())
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	times, err := s.TimeStage(0, max(b.N, 20))
	if err != nil {
		b.Fatal(err)
	}
	voxels := float64(m.Grid.Voxels())
	stencil, exchange, copied := float64(times.Stencil.Nanoseconds()), float64(times.Exchange.Nanoseconds()), float64(times.Copy.Nanoseconds())
	b.ReportMetric(0, "ns/op")
	b.ReportMetric((stencil+exchange)/voxels, "ns/voxel-sweep")
	b.ReportMetric(stencil/voxels, "ns/voxel-stencil")
	b.ReportMetric(exchange/voxels, "ns/voxel-exchange")
	b.ReportMetric(copied/voxels, "ns/voxel-copy")
	b.ReportMetric(engine.CopyBytes*voxels/copied, "copy-GB/s")
	b.ReportMetric(engine.StageBytes, "B/voxel-sweep")
	b.ReportMetric(engine.StageBytes/(stencil+exchange)/(engine.CopyBytes/copied), "of-copy-bandwidth")
	b.ReportMetric((stencil+exchange)/(copied*engine.StageBytes/engine.CopyBytes), "x-copy-of-same-arrays")
	b.ReportMetric(float64(d.Allocated())/voxels, "B/voxel-device")
}

// BenchmarkAdaptiveMinute times a simulated minute of exchange from zero.
func BenchmarkAdaptiveMinute(b *testing.B) {
	m := Exchange(128, 6000, 10)
	b.Run("device=cpu", func(b *testing.B) {
		minute(b, func() (engine.Solver, error) { return cpu.NewSolver(m, plain()) })
	})
	b.Run("device=gpu", func(b *testing.B) {
		d := gputest.Open(b)
		if err := d.SetDebug(false); err != nil {
			b.Fatal(err)
		}
		perSweep := minute(b, func() (engine.Solver, error) { return engine.NewGPUSolver(d, m, plain()) })
		s, err := engine.NewGPUSolver(d, m, plain())
		if err != nil {
			b.Fatal(err)
		}
		defer s.Close()
		times, err := s.TimeStage(0, 20)
		if err != nil {
			b.Fatal(err)
		}
		copied := float64(times.Copy.Nanoseconds()) / float64(m.Grid.Voxels())
		b.ReportMetric(engine.StageBytes, "B/voxel-sweep")
		b.ReportMetric(engine.CopyBytes/copied, "copy-GB/s")
		b.ReportMetric(engine.StageBytes/perSweep/(engine.CopyBytes/copied), "of-copy-bandwidth")
	})
}

// minute reports a minute's work and returns its wall time per voxel and sweep, ns.
func minute(b *testing.B, open func() (engine.Solver, error)) float64 {
	var stats engine.Stats
	voxels := 0.0
	for range b.N {
		b.StopTimer()
		s, err := open()
		if err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		if stats, err = s.Advance(context.Background(), 60); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		voxels = float64(stats.VoxelSteps) / float64(stats.Steps)
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	ns := float64(b.Elapsed().Nanoseconds()) / float64(b.N)
	b.ReportMetric(float64(stats.Sweeps), "sweeps/min")
	b.ReportMetric(ns/voxels, "ns/voxel-min")
	b.ReportMetric(ns/voxels/float64(stats.Sweeps), "ns/voxel-sweep")
	b.ReportMetric(float64(stats.VoxelSteps)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mvoxel-steps/s")
	return ns / voxels / float64(stats.Sweeps)
}

// BenchmarkLODStep times a step of LOD over 128³ voxels, with the cells of exchange
// and without.
func BenchmarkLODStep(b *testing.B) {
	cells := Exchange(128, 6000, 10)
	none := Exchange(128, 6000, 10)
	none.Cells = tissue.Cells{}
	o := engine.Options{Scheme: engine.LOD, Coupling: engine.PlainCoupling}
	for name, m := range map[string]*tissue.Model{"none": none, "exchange": cells} {
		b.Run("device=cpu/cells="+name, func(b *testing.B) {
			s, err := cpu.NewSolver(m, o)
			steps(b, s, err)
		})
		b.Run("device=gpu/cells="+name, func(b *testing.B) {
			d := gputest.Open(b)
			if err := d.SetDebug(false); err != nil {
				b.Fatal(err)
			}
			s, err := engine.NewGPUSolver(d, m, o)
			steps(b, s, err)
		})
	}
}

// steps reports the wall time of batches of 32 steps per voxel and step.
func steps(b *testing.B, s engine.Solver, err error) {
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	const batch = 32 * engine.DefaultLODStep
	advance := func(until float64) {
		if _, err := s.Advance(context.Background(), until); err != nil {
			b.Fatal(err)
		}
	}
	advance(batch) // the first compiles
	before := s.Stats().VoxelSteps
	b.ResetTimer()
	for i := range b.N {
		advance(float64(i+2) * batch)
	}
	b.StopTimer()
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(s.Stats().VoxelSteps-before), "ns/voxel-step")
}
