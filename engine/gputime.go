package engine

import (
	"time"

	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/shaders"
	"github.com/cytofield/cytofield/tissue"
)

// StageBytes is what a stage sweep moves per voxel: it reads d_{j−1}, d_{j−2} and
// F(c) and writes d_j, each once from memory.
const StageBytes = 4 * 4

// CopyBytes is what a plain copy moves per voxel.
const CopyBytes = 2 * 4

// StageTimes are device times per sweep of a whole substrate.
type StageTimes struct {
	Stencil  time.Duration // diffusion and decay of one stage
	Exchange time.Duration // its cells and walls
	Explicit time.Duration // diffusion and decay of a step of forward Euler
	Copy     time.Duration // plain image copy of one field
}

type copyArgs struct {
	Shape       [3]int32     `gl:"shape"`
	Density     *gpu.Texture `gl:"density"`
	DensityNext *gpu.Texture `gl:"densityNext"`
}

// TimeStage times a middle stage of a step against a plain copy of the same
// arrays, each repeated in turn. The density stays as it is.
func (s *GPUSolver) TimeStage(id tissue.SubstrateID, repeats int) (times StageTimes, err error) {
	st := s.fields[id].member.(*gpuStepper)
	dt, scheme := 1/s.SpectralRadius(id), NewRKC2(7)
	const middle = 3
	stage := scheme.Stages[middle]
	err = s.device.Do(func(q *gpu.Queue) error {
		source, err := shaders.Assemble("copy", keyOf(st.Substrate, s.options.Scheme).defines())
		if err != nil {
			return err
		}
		plain, err := gpu.NewKernel[copyArgs](q, source)
		if err != nil {
			return err
		}
		defer plain.Free(q)
		args := copyArgs{int32s(st.Grid.Shape), st.rate, st.far}
		for _, part := range []struct {
			took *time.Duration
			run  func() error
		}{
			{&times.Copy, func() error { return plain.Launch(q, st.Grid.Shape, &args) }},
			{&times.Explicit, func() error { return st.explicit(q, dt, 0) }},
			{&times.Stencil, func() error { return st.advance(q, dt, scheme, middle) }},
			{&times.Exchange, func() error { return st.exchangeStage(q, dt, stage, st.near, 1, 1) }},
		} {
			if err := part.run(); err != nil { // the first compiles
				return err
			}
			took, err := q.Time(func() error {
				for range repeats {
					if err := part.run(); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
			*part.took = took / time.Duration(repeats)
		}
		return nil
	})
	s.disturb(id)
	return times, err
}
