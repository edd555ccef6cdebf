package engine

import (
	"errors"

	"github.com/cytofield/cytofield/engine/gpu"
)

// levelArgs are those of include/multigrid.glsl.
type levelArgs struct {
	Levels       *gpu.Buffer `gl:"Levels"`
	Sinks        *gpu.Buffer `gl:"Sinks,optional"`
	Faces        *gpu.Buffer `gl:"Faces,optional"`
	Links        *gpu.Buffer `gl:"Links,optional"`
	Basis        *gpu.Buffer `gl:"Basis,optional"`
	Labels       *gpu.Buffer `gl:"Labels,optional"`
	Conductances *gpu.Buffer `gl:"Conductances,optional"`
	LabelCount   int32       `gl:"labelCount,optional"`
}

type relaxArgs struct {
	levelArgs
	Values  *gpu.Buffer `gl:"Values"`
	Sources *gpu.Buffer `gl:"Sources"`
	Level   int32       `gl:"level"`
	Colour  int32       `gl:"colour"`
	Seam    int32       `gl:"seam"`
	Factor  float32     `gl:"factor"`
}

type relaxLinkedArgs struct {
	levelArgs
	Values   *gpu.Buffer `gl:"Values"`
	Sources  *gpu.Buffer `gl:"Sources"`
	Level    int32       `gl:"level"`
	Parities [3]int32    `gl:"parities"`
	Factor   float32     `gl:"factor"`
}

type passageArgs struct {
	levelArgs
	Values    *gpu.Buffer `gl:"Values"`
	Sources   *gpu.Buffer `gl:"Sources,optional"`
	Residuals *gpu.Buffer `gl:"Residuals,optional"`
	Level     int32       `gl:"level"`
}

type solveArgs struct {
	levelArgs
	Values    *gpu.Buffer `gl:"Values"`
	Sources   *gpu.Buffer `gl:"Sources"`
	Residuals *gpu.Buffer `gl:"Residuals"`
	First     int32       `gl:"first"`
	Last      int32       `gl:"last"`
}

type sinkArgs struct {
	levelArgs
	Shares *gpu.Buffer `gl:"Shares"`
	Level  int32       `gl:"level"`
}

type residualArgs struct {
	levelArgs
	Density   *gpu.Texture `gl:"density"`
	Source    *gpu.Texture `gl:"source"`
	SourceLow *gpu.Texture `gl:"sourceLow"`
	Low       *gpu.Buffer  `gl:"Low"`
	Sources   *gpu.Buffer  `gl:"Sources"`
	Partials  *gpu.Buffer  `gl:"Partials"`
}

type projectArgs struct {
	Shape    [3]int32    `gl:"shape"`
	Values   *gpu.Buffer `gl:"Values"`
	Sources  *gpu.Buffer `gl:"Sources"`
	Partials *gpu.Buffer `gl:"Partials"`
}

type turnArgs struct {
	Shape     [3]int32    `gl:"shape"`
	Values    *gpu.Buffer `gl:"Values"`
	Direction *gpu.Buffer `gl:"Direction"`
	Search    *gpu.Buffer `gl:"Search"`
}

type curveArgs struct {
	levelArgs
	Direction *gpu.Buffer `gl:"Direction"`
	Partials  *gpu.Buffer `gl:"Partials"`
}

type advancePartsArgs struct {
	Shape     [3]int32     `gl:"shape"`
	Density   *gpu.Texture `gl:"density"`
	Low       *gpu.Buffer  `gl:"Low"`
	Direction *gpu.Buffer  `gl:"Direction"`
	Search    *gpu.Buffer  `gl:"Search"`
}

type searchArgs struct {
	Search   *gpu.Buffer `gl:"Search"`
	Partials *gpu.Buffer `gl:"Partials"`
	Count    int32       `gl:"count"`
	Cycle    int32       `gl:"cycle,optional"`
}

// multigridKernels are those of gpuMultigrid, for one number of dimensions.
type multigridKernels struct {
	relaxStart, relax                          *gpu.Kernel[relaxArgs]
	relaxLinked                                *gpu.Kernel[relaxLinkedArgs]
	restrict, prolong                          *gpu.Kernel[passageArgs]
	remain, gather, interpolate                *gpu.Kernel[passageArgs]
	solve                                      *gpu.Kernel[solveArgs]
	sinks                                      *gpu.Kernel[sinkArgs]
	residual                                   *gpu.Kernel[residualArgs]
	project                                    *gpu.Kernel[projectArgs]
	turn                                       *gpu.Kernel[turnArgs]
	curve                                      *gpu.Kernel[curveArgs]
	advance                                    *gpu.Kernel[advancePartsArgs]
	sumResidual, sumProject, sumCurve, sumLift *gpu.Kernel[searchArgs]
}

func newMultigridKernels(q *gpu.Queue, key programKey) (*multigridKernels, error) {
	k := &multigridKernels{}
	defines := programKey{planar: key.planar}.defines // axes may be periodic on one level and not on the next
	err := errors.Join(
		build(q, &k.relaxStart, "relax_multigrid", map[string]string{"START": ""}),
		build(q, &k.relax, "relax_multigrid", nil),
		build(q, &k.relaxLinked, "relax_linked", nil),
		build(q, &k.remain, "remain_multigrid", nil),
		build(q, &k.gather, "gather_multigrid", nil),
		build(q, &k.interpolate, "interpolate_multigrid", nil),
		build(q, &k.restrict, "restrict_multigrid", nil),
		build(q, &k.prolong, "prolong_multigrid", nil),
		build(q, &k.solve, "solve_multigrid", nil),
		build(q, &k.sinks, "restrict_sinks", nil),
		build(q, &k.residual, "residual_multigrid", defines()),
		build(q, &k.project, "project_multigrid", nil),
		build(q, &k.turn, "turn_multigrid", nil),
		build(q, &k.curve, "curve_multigrid", nil),
		build(q, &k.advance, "advance_multigrid", defines()),
		build(q, &k.sumResidual, "sum_multigrid", map[string]string{"RESIDUAL": ""}),
		build(q, &k.sumProject, "sum_multigrid", map[string]string{"PROJECT": ""}),
		build(q, &k.sumCurve, "sum_multigrid", map[string]string{"CURVE": ""}),
		build(q, &k.sumLift, "sum_multigrid", map[string]string{"LIFT": ""}),
	)
	if err != nil {
		k.free(q)
		return nil, err
	}
	return k, nil
}

func (k *multigridKernels) free(q *gpu.Queue) {
	if k == nil {
		return
	}
	k.relaxStart.Free(q)
	k.relax.Free(q)
	k.relaxLinked.Free(q)
	k.remain.Free(q)
	k.gather.Free(q)
	k.interpolate.Free(q)
	k.restrict.Free(q)
	k.prolong.Free(q)
	k.solve.Free(q)
	k.sinks.Free(q)
	k.residual.Free(q)
	k.project.Free(q)
	k.turn.Free(q)
	k.curve.Free(q)
	k.advance.Free(q)
	k.sumResidual.Free(q)
	k.sumProject.Free(q)
	k.sumCurve.Free(q)
	k.sumLift.Free(q)
}
