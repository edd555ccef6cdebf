package plate

import (
	"context"
	"image"
	"io"
	"testing"

	"github.com/cytofield/cytofield/bench"
	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/cpu"
	"github.com/cytofield/cytofield/engine/gpu/gputest"
	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// BenchmarkFrameOfARun draws frames of 1024 × 1024 pixels of the workload exchange on 128³
// voxels, from the solver to the PNG, and beside them a simulated minute of it.
func BenchmarkFrameOfARun(b *testing.B) {
	m := bench.Exchange(128, 6000, 10)
	o := engine.Options{Coupling: engine.PlainCoupling}
	b.Run("device=cpu", func(b *testing.B) {
		s, err := cpu.NewSolver(m, o)
		if err != nil {
			b.Fatal(err)
		}
		defer s.Close()
		eachFrame(b, NewLive(s, m))
	})
	b.Run("device=gpu", func(b *testing.B) {
		d := gputest.Open(b)
		if err := d.SetDebug(false); err != nil {
			b.Fatal(err)
		}
		s, err := engine.NewGPUSolver(d, m, o)
		if err != nil {
			b.Fatal(err)
		}
		defer s.Close()
		now := NewLive(s, m)
		if !d.Info().Software { // as cytofield run does
			now.Stage(d)
			defer now.Close()
		}
		eachFrame(b, now)
	})
}

func eachFrame(b *testing.B, now *Live) {
	b.Run("minute", func(b *testing.B) {
		for b.Loop() {
			if _, err := now.solver.Advance(context.Background(), now.at()+60); err != nil {
				b.Fatal(err)
			}
		}
	})
	shown := scenario.Panel{Colormap: "inferno", Opacity: 1, Camera: scenario.Camera{Azimuth: 30, Elevation: 24, Zoom: 1},
		Plane: scenario.Plane{Axis: 2, Index: 64}, Channels: []scenario.Channel{{Range: scenario.Span{High: 1}}}}
	for _, kind := range []scenario.PanelKind{scenario.SlicePanel, scenario.ProjectionPanel, scenario.VolumePanel} {
		p := &picture{spec: shown, model: now.model, alone: true, drawn: make([]bool, len(now.model.CellTypes))}
		if p.spec.Kind = kind; kind == scenario.ProjectionPanel {
			p.spec.Projection = scenario.Maximum
		}
		b.Run("kind="+string(kind), func(b *testing.B) {
			for b.Loop() {
				if err := p.print(now); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// print draws a picture of a moment as a frame is drawn.
func (p *picture) print(m moment) error {
	s, err := p.take([]moment{m})
	if err != nil {
		return err
	}
	panel, err := p.draw(s, scales{})
	if err != nil {
		return err
	}
	f, err := figure.Figure{Panels: []figure.Panel{panel}}.Painted(figure.Options{Pixels: image.Pt(1024, 1024)})
	if err != nil {
		return err
	}
	return f.Render(io.Discard, figure.PNG, figure.Options{Pixels: image.Pt(1024, 1024), Hasty: true})
}
