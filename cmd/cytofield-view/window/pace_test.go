package window

import (
	"context"
	"errors"
	"testing"
	"time"
)

// plain is a tissue of 512 × 512 voxels.
const plain = `
cytofield: 1
title: a plain
domain: {size: [5120 um, 5120 um], voxel: 10 um, thickness: 10 um, extracellular: 1}
duration: 10 d
substrates:
  TNF: {diffusion: 10 um^2/s, decay: 1e-4 /s, boundary: {x-: {dirichlet: 1 nM}}}
output: {every: 1 h}
`

// counted is a host that counts what it shows.
type counted struct {
	*Offscreen
	frames int
}

func (c *counted) Present() { c.frames++ }

// BenchmarkPlaying measures how many pictures a second the window shows while it
// simulates a tissue as fast as it can.
func BenchmarkPlaying(b *testing.B) {
	for name, onDevice := range map[string]bool{"cpu": false, "gpu": true} {
		b.Run(name, func(b *testing.B) {
			host := &counted{Offscreen: NewOffscreen(1400, 880)}
			w := openedOn(b, host, plain, onDevice)
			w.toggleFastest()
			w.Play(true)
			for b.Loop() {
				ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
				began, frames := time.Now(), host.frames
				if err := w.Run(ctx); !errors.Is(err, context.DeadlineExceeded) {
					b.Fatal(err)
				}
				cancel()
				if !w.report.Playing {
					b.Fatal("the run is over")
				}
				b.ReportMetric(float64(host.frames-frames)/time.Since(began).Seconds(), "frames/s")
				b.ReportMetric(float64(w.measured.draw.Milliseconds()), "ms/draw")
				b.ReportMetric(float64(w.measured.solve.Milliseconds()), "ms/solve")
			}
		})
	}
}
