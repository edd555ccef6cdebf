package engine

import (
	"errors"
	"math"
	"strconv"

	"github.com/cytofield/cytofield/engine/gpu"
)

type sweepArgs struct {
	Shape   [3]int32     `gl:"shape"`
	Density *gpu.Texture `gl:"density"`
	Change  *gpu.Texture `gl:"change,optional"`
	Systems *gpu.Buffer  `gl:"Systems"`
	Lines   *gpu.Buffer  `gl:"Lines"`
	Extent  [2]int32     `gl:"extent"`
	Fourier float32      `gl:"fourier"`
	Share   float32      `gl:"share"`
	Wall    [2]float32   `gl:"wall"`
	Held    [2]float32   `gl:"held"`
}

type implicitArgs struct {
	Density *gpu.Texture `gl:"density"`
	Sites   *gpu.Buffer  `gl:"Sites"`
	Exports *gpu.Buffer  `gl:"Exports"`
	Sums    *gpu.Buffer  `gl:"Sums"`
	Count   int32        `gl:"count"`
	Dt      float32      `gl:"dt"`
}

type holdArgs struct {
	Density *gpu.Texture `gl:"density"`
	Nodes   *gpu.Buffer  `gl:"Nodes"`
	Added   *gpu.Buffer  `gl:"Added"`
	Count   int32        `gl:"count"`
}

// longestArray is the longest line whose increments wait in an array of the
// invocation: 11.9 ns per voxel and step at 128³ on llvmpipe, 18.7 with a texture. A
// device may set the array's memory aside for every invocation it can hold.
const longestArray = 256

// arrayLength returns the power of two that holds a line of n voxels, or 0.
func arrayLength(n int) int {
	length := 32
	for length < n {
		length *= 2
	}
	if length > longestArray {
		return 0
	}
	return length
}

// lodKernels are those of scheme LOD.
type lodKernels struct {
	sweep    [3]*gpu.Kernel[sweepArgs] // by axis
	exchange *gpu.Kernel[implicitArgs]
	hold     *gpu.Kernel[holdArgs]
}

func newLODKernels(q *gpu.Queue, key programKey) (lodKernels, error) {
	k := lodKernels{}
	err := errors.Join(build(q, &k.exchange, "exchange_lod", key.defines()), build(q, &k.hold, "impose_dirichlet", key.defines()))
	for axis, name := range [3]string{"0", "1", "2"} {
		defines := key.defines()
		defines["AXIS"] = name
		if n := key.lines[axis]; n > 0 {
			defines["LINE"] = strconv.Itoa(n)
		}
		err = errors.Join(err, build(q, &k.sweep[axis], "sweep_lod", defines))
	}
	return k, err
}

func (k lodKernels) free(q *gpu.Queue) {
	for _, sweep := range k.sweep {
		sweep.Free(q)
	}
	k.exchange.Free(q)
	k.hold.Free(q)
}

// gpuLOD is what LOD keeps on a device beside the fields. Nil holds nothing.
type gpuLOD struct {
	dt      float64 // of lines and systems
	lines   []Line
	systems []*gpu.Buffer // per sweep: e_i and κ b_i
	staging [][2]float32  // for one of them
	tallies *gpu.Buffer   // per sweep and line; see sweep_lod.glsl
	sums    [][4]float32
	nodes   *gpu.Buffer // voxel and density of what is held; nil for none
	added   *gpu.Buffer // per node: compensated sum of what that added
}

// lineExtent returns how many lines a grid has along an axis.
func lineExtent(shape [3]int, axis int) [2]int {
	switch axis {
	case 0:
		return [2]int{shape[1], shape[2]}
	case 1:
		return [2]int{shape[0], shape[2]}
	}
	return [2]int{shape[0], shape[1]}
}

func newGPULOD(q *gpu.Queue, s Substrate) (*gpuLOD, error) {
	l := &gpuLOD{lines: Lines(s, 0)}
	most, longest := 0, 0
	for _, line := range l.lines {
		system, err := q.NewBuffer(len(line.Transfer) * 2 * 4)
		if err != nil {
			l.free(q)
			return nil, err
		}
		l.systems = append(l.systems, system)
		extent := lineExtent(s.Grid.Shape, line.Axis)
		most, longest = max(most, extent[0]*extent[1]), max(longest, len(line.Transfer))
	}
	l.staging = make([][2]float32, longest)
	l.sums = make([][4]float32, most)
	var err error
	if l.tallies, err = q.NewBuffer(most * 4 * 4); err == nil {
		err = l.openNodes(q, s)
	}
	if err != nil {
		l.free(q)
		return nil, err
	}
	return l, nil
}

func (l *gpuLOD) openNodes(q *gpu.Queue, s Substrate) (err error) {
	if len(s.Nodes) == 0 {
		return nil
	}
	packed := make([][4]uint32, len(s.Nodes))
	for i, node := range s.Nodes {
		packed[i] = packSite(s.Grid, node.Voxel, math.Float32bits(float32(node.Density)), 0)
	}
	if l.nodes, err = newBuffer(q, packed); err != nil {
		return err
	}
	l.added, err = q.NewBuffer(len(packed) * 8)
	return err
}

func (l *gpuLOD) free(q *gpu.Queue) {
	if l == nil {
		return
	}
	for _, b := range l.systems {
		b.Free(q)
	}
	l.tallies.Free(q)
	l.nodes.Free(q)
	l.added.Free(q)
}

// prepare makes the systems those of a step length.
func (l *gpuLOD) prepare(q *gpu.Queue, s Substrate, dt float64) error {
	if l.dt == dt {
		return nil
	}
	for i := range l.lines {
		line := &l.lines[i]
		line.set(s, dt, dt/float64(len(l.lines)))
		system := l.staging[:len(line.Transfer)]
		for j := range system {
			system[j] = [2]float32{float32(line.Transfer[j]), float32(line.Loss[j])}
		}
		if err := gpu.WriteBuffer(q, l.systems[i], 0, system); err != nil {
			return err
		}
	}
	l.dt = dt
	return nil
}

// stepLOD takes the steps in place; the rate's texture holds d' of long lines.
func (st *gpuStepper) stepLOD(q *gpu.Queue, dt float64, n int) error {
	if err := st.lod.prepare(q, st.Substrate, dt); err != nil {
		return err
	}
	if err := q.ClearBuffer(st.lod.tallies); err != nil {
		return err
	}
	for range n {
		for i, line := range st.lod.lines {
			if err := errors.Join(st.hold(q), st.sweep(q, line, st.lod.systems[i])); err != nil {
				return err
			}
		}
		if err := errors.Join(st.hold(q), st.cells.actImplicitly(q, st.program, st.density, dt), st.hold(q)); err != nil {
			return err
		}
	}
	if err := st.measure(q, 0); err != nil {
		return err
	}
	if err := gpu.ReadBuffer(q, st.lod.tallies, 0, st.lod.sums); err != nil {
		return err
	}
	for _, s := range st.lod.sums {
		st.trial.Decayed += st.DecayRate * compensatedSum([2]float32{s[0], s[1]})
		st.trial.Inflow += compensatedSum([2]float32{s[2], s[3]})
	}
	if st.lod.nodes != nil {
		added := make([][2]float32, len(st.Nodes))
		if err := take(q, st.lod.added, added); err != nil {
			return err
		}
		for _, s := range added {
			st.trial.Inflow += compensatedSum(s)
		}
	}
	return q.CopyTexture(st.far, st.density) // the candidate a failure reads
}

// hold gives the nodes their densities.
func (st *gpuStepper) hold(q *gpu.Queue) error {
	if st.lod.nodes == nil {
		return nil
	}
	n := len(st.Nodes)
	return st.program.lod.hold.Launch(q, [3]int{n, 1, 1}, &holdArgs{Density: st.density, Nodes: st.lod.nodes, Added: st.lod.added, Count: int32(n)})
}

func (st *gpuStepper) sweep(q *gpu.Queue, line Line, system *gpu.Buffer) error {
	extent := lineExtent(st.Grid.Shape, line.Axis)
	args := sweepArgs{
		Shape: int32s(st.Grid.Shape), Density: st.density, Change: st.rate, Systems: system, Lines: st.lod.tallies,
		Extent: [2]int32{int32(extent[0]), int32(extent[1])}, Fourier: float32(line.Fourier), Share: float32(line.Share),
	}
	for side := range args.Wall {
		if density, ok := line.Held(side); ok {
			args.Wall[side], args.Held[side] = float32(density), 2
		}
	}
	return st.program.lod.sweep[line.Axis].Launch(q, [3]int{extent[0], extent[1], 1}, &args)
}

func (e *gpuExchange) actImplicitly(q *gpu.Queue, k *kernels, c *gpu.Texture, dt float64) error {
	l := e.linear
	if l.count == 0 {
		return nil
	}
	return k.lod.exchange.Launch(q, l.size(), &implicitArgs{
		Density: c, Sites: l.sites, Exports: e.exports, Sums: l.sums, Count: int32(l.count), Dt: float32(dt),
	})
}
