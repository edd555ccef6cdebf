package engine

import (
	"errors"

	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/shaders"
	"github.com/cytofield/cytofield/tissue"
)

// The arguments of the kernels; names, units and formulas stand in the shaders.

// mosaicArgs are those of include/mosaic.glsl.
type mosaicArgs struct {
	Labels     *gpu.Buffer `gl:"Labels,optional"`
	Tissue     *gpu.Buffer `gl:"Tissue,optional"`
	LabelCount int32       `gl:"labelCount,optional"`
	PassagesX  *gpu.Buffer `gl:"PassagesX,optional"`
	PassagesY  *gpu.Buffer `gl:"PassagesY,optional"`
	PassagesZ  *gpu.Buffer `gl:"PassagesZ,optional"`
}

// passages returns the place of an axis' buffer.
func (a *mosaicArgs) passages(axis int) **gpu.Buffer {
	return [3]**gpu.Buffer{&a.PassagesX, &a.PassagesY, &a.PassagesZ}[axis]
}

type stencilArgs struct {
	Shape [3]int32 `gl:"shape"`
	mosaicArgs
	Density     *gpu.Texture `gl:"density"`
	DensityNext *gpu.Texture `gl:"densityNext"`
	Totals      *gpu.Buffer  `gl:"Totals,optional"`
	Share       float32      `gl:"share,optional"`
	Keep        float32      `gl:"keep,optional"`
	Weights     [3]float32   `gl:"weights"`
	Own         float32      `gl:"own"`
	Decay       float32      `gl:"decay"`
}

type advanceArgs struct {
	Shape [3]int32 `gl:"shape"`
	mosaicArgs
	Near      *gpu.Texture `gl:"near"`
	Far       *gpu.Texture `gl:"far"`
	Rate      *gpu.Texture `gl:"rate"`
	Density   *gpu.Texture `gl:"density,optional"`
	Totals    *gpu.Buffer  `gl:"Totals"`
	Weights   [3]float32   `gl:"weights"`
	Own       float32      `gl:"own"`
	Decay     float32      `gl:"decay"`
	Nu        float32      `gl:"nu,optional"`
	RateShare float32      `gl:"rateShare"`
	Share     float32      `gl:"share"`
}

type exchangeRateArgs struct {
	Density *gpu.Texture `gl:"density"`
	Rate    *gpu.Texture `gl:"rate"`
	Sites   *gpu.Buffer  `gl:"Sites"`
	Laws    *gpu.Buffer  `gl:"Laws,optional"`
	Drifts  *gpu.Buffer  `gl:"Drifts,optional"`
	Count   int32        `gl:"count"`
	Scale   float32      `gl:"scale"`
	Since   float32      `gl:"since,optional"`
}

type exchangeStageArgs struct {
	Density    *gpu.Texture `gl:"density,optional"`
	Near       *gpu.Texture `gl:"near"`
	Far        *gpu.Texture `gl:"far"`
	Sites      *gpu.Buffer  `gl:"Sites"`
	Laws       *gpu.Buffer  `gl:"Laws,optional"`
	Shares     *gpu.Buffer  `gl:"Shares"`
	Drifts     *gpu.Buffer  `gl:"Drifts,optional"`
	Elapsed    float32      `gl:"elapsed,optional"`
	Count      int32        `gl:"count"`
	ValueScale float32      `gl:"valueScale"`
	Scale      float32      `gl:"scale"`
	Weight     float32      `gl:"weight"`
	Keep       float32      `gl:"keep"`
}

type bookArgs struct {
	Density *gpu.Texture `gl:"density"`
	Sites   *gpu.Buffer  `gl:"Sites"`
	Laws    *gpu.Buffer  `gl:"Laws,optional"`
	Shares  *gpu.Buffer  `gl:"Shares"`
	Sums    *gpu.Buffer  `gl:"Sums"`
	Count   int32        `gl:"count"`
	Dt      float32      `gl:"dt"`
	Keep    float32      `gl:"keep"`
}

type reduceArgs struct {
	Shape [3]int32 `gl:"shape"`
	mosaicArgs
	Candidate *gpu.Texture `gl:"candidate"`
	Density   *gpu.Texture `gl:"density,optional"`
	Rate      *gpu.Texture `gl:"rate,optional"`
	RateNext  *gpu.Texture `gl:"rateNext,optional"`
	HalfStep  float32      `gl:"halfStep,optional"`
	Totals    *gpu.Buffer  `gl:"Totals"`
	Trials    *gpu.Buffer  `gl:"Columns"`
}

type rowsArgs struct {
	Shape  [3]int32    `gl:"shape"` // columns per row, rows
	Trials *gpu.Buffer `gl:"Columns"`
	Rows   *gpu.Buffer `gl:"Rows"`
}

type gatherArgs struct {
	Shape          [3]int32     `gl:"shape"`
	Density        *gpu.Texture `gl:"density"`
	Points         *gpu.Buffer  `gl:"Points"`
	Values         *gpu.Buffer  `gl:"Values"`
	Count          int32        `gl:"count"`
	InverseSpacing [3]float32   `gl:"inverseSpacing"`
}

type layerArgs struct {
	Density *gpu.Texture `gl:"density"`
	Layer   *gpu.Buffer  `gl:"Layer"`
	Extent  [2]int32     `gl:"extent"`
	Corner  [3]int32     `gl:"corner"`
	Right   [3]int32     `gl:"right"`
	Up      [3]int32     `gl:"up"`
}

// kernels are the programs for one number of dimensions and choice of periodic axes.
type kernels struct {
	rate          *gpu.Kernel[stencilArgs]         // apply_stencil without sums
	stencil       *gpu.Kernel[stencilArgs]         // and with
	advance       [2][2]*gpu.Kernel[advanceArgs]   // by whether SECOND, LAST
	exchangeRate  [2]*gpu.Kernel[exchangeRateArgs] // by whether DRIFT
	exchangeStage [2]*gpu.Kernel[exchangeStageArgs]
	book          *gpu.Kernel[bookArgs]
	saturateRate  *gpu.Kernel[exchangeRateArgs]
	saturateStage *gpu.Kernel[exchangeStageArgs]
	bookSaturable *gpu.Kernel[bookArgs]
	measure       *gpu.Kernel[reduceArgs] // reduce_step of a density
	compare       *gpu.Kernel[reduceArgs] // and of a step
	rows          *gpu.Kernel[rowsArgs]
	gather        *gpu.Kernel[gatherArgs]
	layer         *gpu.Kernel[layerArgs]
	project       *gpu.Kernel[projectionArgs]
	lod           lodKernels // where the key asks for them
	key           programKey
	implicit      *implicitKernels // nil before the first step that needs them
}

// programKey says what a set of kernels is compiled for.
type programKey struct {
	planar   bool // 2D textures: one voxel along z
	periodic [3]bool
	mosaic   bool
	flow     bool // in a mosaic
	lod      bool
	lines    [3]int // lengths of the arrays of its sweeps
}

func keyOf(s Substrate, scheme Scheme) programKey {
	key := programKey{planar: s.Grid.Shape[2] == 1, mosaic: s.Mosaic != nil, flow: s.Mosaic != nil && s.Mosaic.Flows(), lod: scheme == LOD}
	if key.lod {
		for axis, n := range s.Grid.Shape {
			key.lines[axis] = arrayLength(n)
		}
	}
	for axis := range key.periodic {
		key.periodic[axis] = s.Boundary[axis][0].Kind == tissue.Periodic
	}
	return key
}

func (k programKey) defines(extra ...string) map[string]string {
	defines := map[string]string{"DIMENSIONS": "3"}
	if k.planar {
		defines["DIMENSIONS"] = "2"
	}
	for axis, name := range [3]string{"PERIODIC_X", "PERIODIC_Y", "PERIODIC_Z"} {
		if k.periodic[axis] {
			defines[name] = ""
		}
	}
	if k.mosaic {
		defines["MOSAIC"] = ""
	}
	if k.flow {
		defines["FLOW"] = ""
	}
	for _, name := range extra {
		defines[name] = ""
	}
	return defines
}

// mostImages is how many images a kernel may take: NVIDIA's limit.
const mostImages = 8

// reading returns how a kernel that takes so many images declares those of them that are
// fields it only reads, and the function that does. Of samplers it may take more, but on
// llvmpipe they cost several times as much.
func reading(images int) (declare, get string) {
	if images > mostImages {
		return "uniform FIELD_SAMPLER", "fetch"
	}
	return "layout(r32f) readonly uniform FIELD", "load"
}

func newKernels(q *gpu.Queue, key programKey) (*kernels, error) {
	k := &kernels{key: key}
	err := errors.Join(
		build(q, &k.rate, "apply_stencil", key.defines()),
		build(q, &k.stencil, "apply_stencil", key.defines("SUM")),
		build(q, &k.advance[0][0], "advance_stage", key.defines()),
		build(q, &k.advance[0][1], "advance_stage", key.defines("LAST")),
		build(q, &k.advance[1][0], "advance_stage", key.defines("SECOND")),
		build(q, &k.advance[1][1], "advance_stage", key.defines("SECOND", "LAST")),
		build(q, &k.exchangeRate[0], "exchange_rate", key.defines()),
		build(q, &k.exchangeRate[1], "exchange_rate", key.defines("DRIFT")),
		build(q, &k.exchangeStage[0], "exchange_stage", key.defines()),
		build(q, &k.exchangeStage[1], "exchange_stage", key.defines("DRIFT")),
		build(q, &k.book, "book_exchange", key.defines()),
		build(q, &k.saturateRate, "saturable_rate", key.defines()),
		build(q, &k.saturateStage, "saturable_stage", key.defines()),
		build(q, &k.bookSaturable, "book_saturable", key.defines()),
		build(q, &k.measure, "reduce_step", key.defines()),
		build(q, &k.compare, "reduce_step", key.defines("DEFECT")),
		build(q, &k.rows, "reduce_rows", nil),
		build(q, &k.gather, "gather_density", key.defines()),
		build(q, &k.layer, "copy_layer", key.defines()),
		build(q, &k.project, "project_layers", key.defines()),
	)
	if key.lod && err == nil {
		k.lod, err = newLODKernels(q, key)
	}
	if err != nil {
		k.free(q)
		return nil, err
	}
	return k, nil
}

func build[A any](q *gpu.Queue, kernel **gpu.Kernel[A], name string, defines map[string]string) error {
	source, err := shaders.Assemble(name, defines)
	if err != nil {
		return err
	}
	*kernel, err = gpu.NewKernel[A](q, source)
	return err
}

func (k *kernels) free(q *gpu.Queue) {
	k.rate.Free(q)
	k.stencil.Free(q)
	for _, pair := range k.advance {
		pair[0].Free(q)
		pair[1].Free(q)
	}
	for drifts := range k.exchangeRate {
		k.exchangeRate[drifts].Free(q)
		k.exchangeStage[drifts].Free(q)
	}
	k.book.Free(q)
	k.saturateRate.Free(q)
	k.saturateStage.Free(q)
	k.bookSaturable.Free(q)
	k.measure.Free(q)
	k.compare.Free(q)
	k.rows.Free(q)
	k.gather.Free(q)
	k.layer.Free(q)
	k.project.Free(q)
	k.lod.free(q)
	k.implicit.free(q)
}
