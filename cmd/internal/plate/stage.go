package plate

import (
	"image"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/tissue"
)

// stage paints scenes on the device, from densities where a solver holds them: no field
// comes to the host. close gives back what it holds.
type stage struct {
	device  *gpu.Device
	solver  *engine.GPUSolver
	painter *render.ScenePainter
	solid   []int          // voxels where nothing can be
	hollow  *render.Hollow // leaves them out; nil until it is needed
}

// newStage returns the stage of a solver of a tissue with solid voxels; nil for one on the processor.
func newStage(d *gpu.Device, s engine.Solver, solid []int) *stage {
	solver, ok := s.(*engine.GPUSolver)
	if !ok {
		return nil
	}
	return &stage{device: d, solver: solver, painter: render.NewScenePainter(), solid: solid}
}

// paint paints a scene of substrates as they are now.
func (s *stage) paint(scene render.Scene, substrates []tissue.SubstrateID, size image.Point) (img *image.RGBA, err error) {
	err = s.device.Do(func(q *gpu.Queue) error {
		var densities []*gpu.Texture
		for _, id := range substrates {
			densities = append(densities, s.solver.Density(id))
		}
		if len(s.solid) > 0 {
			if densities, err = s.hollowed(q, scene.Grid.Shape, densities); err != nil {
				return err
			}
		}
		img, err = s.painter.Paint(q, size, scene, densities)
		return err
	})
	return img, err
}

// hollowed returns copies of densities without those in solid voxels.
func (s *stage) hollowed(q *gpu.Queue, shape [3]int, densities []*gpu.Texture) (_ []*gpu.Texture, err error) {
	if s.hollow == nil {
		if s.hollow, err = render.NewHollow(q, shape, s.solid); err != nil {
			return nil, err
		}
	}
	return s.hollow.Of(q, densities)
}

// ends returns those of a substrate, from the projections of its field: on a logarithmic scale
// with the smallest density above 0.
func (s *stage) ends(g tissue.Grid, id tissue.SubstrateID, log bool) (*render.Plane, error) {
	const upright = 2
	kinds := []engine.Projection{engine.Maximum, engine.Minimum}
	if log {
		kinds = append(kinds, engine.LeastPositive)
	}
	var all []float64
	for _, how := range kinds {
		plane := make([]float64, g.Shape[0]*g.Shape[1])
		if err := s.solver.ReadProjection(id, upright, how, plane); err != nil {
			return nil, err
		}
		all = append(all, plane...)
	}
	return ends(all), nil
}

func (s *stage) close() error {
	if s == nil {
		return nil
	}
	return s.device.Do(func(q *gpu.Queue) error {
		s.painter.Free(q)
		s.hollow.Free(q)
		return nil
	})
}
