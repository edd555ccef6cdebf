package engine

import (
	"math"
	"unsafe"

	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/tissue"
)

// Device memory per site of linear cells, and per saturable cell with its voxel.
const (
	siteBytes = 16 + 4 + 8
	lawBytes  = 16 + 20 + 8 + 16
)

func sizeOf[T any]() int {
	var v T
	return int(unsafe.Sizeof(v))
}

// gpuExchange is an Exchange on a device. A nil *gpuExchange holds nothing.
type gpuExchange struct {
	linear    siteList
	saturable siteList
	laws      *gpu.Buffer
	exports   *gpu.Buffer // per voxel of linear, for LOD
	drifts    *gpu.Buffer // per voxel of linear; nil where none drifts
	since     float64     // see Exchange.Since
	cells     []SaturableCell
}

// siteList is voxels with what a step keeps for each: shares Σ_j w_j (Y_j − c), and
// the compensated sums of the integrals.
type siteList struct {
	count               int // of voxels
	sites, shares, sums *gpu.Buffer
}

// gpuLaw is Law of include/surface_law.glsl: a SurfaceLaw in terms of the voxel's density.
type gpuLaw struct{ Sink, Release, MaxUptake, HalfSaturation, Shift float32 }

func newGPUExchange(q *gpu.Queue, g tissue.Grid, x *Exchange) (*gpuExchange, error) {
	e := &gpuExchange{since: x.Since, cells: x.Saturable}
	linear := make([][4]uint32, len(x.Sites))
	for i, s := range x.Sites {
		linear[i] = packSite(g, s.Voxel, math.Float32bits(float32(s.Sink)), math.Float32bits(float32(s.Source)))
	}
	var saturable [][4]uint32
	laws := make([]gpuLaw, len(x.Saturable))
	for i, cell := range x.Saturable {
		l, capacity := cell.Law, cell.Capacity
		laws[i] = gpuLaw{float32(l.Sink / capacity), float32(l.Release / capacity), float32(l.MaxUptake / capacity), float32(l.HalfSaturation), float32(l.Shift * capacity)}
		if i > 0 && x.Saturable[i-1].Voxel == cell.Voxel {
			saturable[len(saturable)-1][3]++
		} else {
			saturable = append(saturable, packSite(g, cell.Voxel, uint32(i), 1))
		}
	}
	err := e.linear.open(q, linear, len(linear)*4, len(linear)*8)
	if err == nil {
		err = e.saturable.open(q, saturable, len(laws)*8, len(laws)*16)
	}
	if err == nil && len(laws) > 0 {
		e.laws, err = newBuffer(q, laws)
	}
	if err == nil && x.Drifts {
		drifts := make([]float32, len(x.Sites))
		for i, s := range x.Sites {
			drifts[i] = float32(s.Drift)
		}
		e.drifts, err = newBuffer(q, drifts)
	}
	if err != nil {
		e.free(q)
		return nil, err
	}
	return e, nil
}

// addExports puts what no density hinders beside the sites.
func (e *gpuExchange) addExports(q *gpu.Queue, x *Exchange) (err error) {
	if len(x.Sites) == 0 {
		return nil
	}
	exports := make([]float32, len(x.Sites))
	for i, s := range x.Sites {
		exports[i] = float32(s.Export)
	}
	e.exports, err = newBuffer(q, exports)
	return err
}

// packSite is what siteVoxel of include/site.glsl unpacks.
func packSite(g tissue.Grid, voxel int, a, b uint32) [4]uint32 {
	at := g.Coordinates(voxel)
	return [4]uint32{uint32(at[0]) | uint32(at[1])<<16, uint32(at[2]), a, b}
}

func (l *siteList) open(q *gpu.Queue, sites [][4]uint32, shares, sums int) (err error) {
	if l.count = len(sites); l.count == 0 {
		return nil
	}
	if l.sites, err = newBuffer(q, sites); err != nil {
		return err
	}
	if l.shares, err = q.NewBuffer(shares); err != nil {
		return err
	}
	l.sums, err = q.NewBuffer(sums)
	return err
}

func (l *siteList) size() [3]int { return [3]int{l.count, 1, 1} }

func (e *gpuExchange) free(q *gpu.Queue) {
	if e == nil {
		return
	}
	for _, b := range []*gpu.Buffer{
		e.linear.sites, e.linear.shares, e.linear.sums,
		e.saturable.sites, e.saturable.shares, e.saturable.sums, e.laws, e.exports, e.drifts,
	} {
		b.Free(q)
	}
}

func (e *gpuExchange) drifting() int {
	if e.drifts == nil {
		return 0
	}
	return 1
}

// addRate adds scale times the rate at a time t, s.
func (e *gpuExchange) addRate(q *gpu.Queue, k *kernels, t float64, c, rate *gpu.Texture, scale float64) error {
	if e.linear.count > 0 {
		err := k.exchangeRate[e.drifting()].Launch(q, e.linear.size(), &exchangeRateArgs{
			Density: c, Rate: rate, Sites: e.linear.sites, Count: int32(e.linear.count), Scale: float32(scale),
			Drifts: e.drifts, Since: float32(t - e.since),
		})
		if err != nil {
			return err
		}
	}
	if e.saturable.count == 0 {
		return nil
	}
	return k.saturateRate.Launch(q, e.saturable.size(), &exchangeRateArgs{
		Density: c, Rate: rate, Sites: e.saturable.sites, Laws: e.laws, Count: int32(e.saturable.count),
		Scale: float32(scale),
	})
}

// addStage fills in the lists and textures of the arguments and runs the stage.
func (e *gpuExchange) addStage(q *gpu.Queue, k *kernels, c, near, far *gpu.Texture, args exchangeStageArgs) error {
	args.Near, args.Far = near, far
	if l := e.linear; l.count > 0 {
		args.Sites, args.Shares, args.Drifts, args.Count = l.sites, l.shares, e.drifts, int32(l.count)
		if err := k.exchangeStage[e.drifting()].Launch(q, l.size(), &args); err != nil {
			return err
		}
	}
	l := e.saturable
	if l.count == 0 {
		return nil
	}
	args.Sites, args.Shares, args.Count = l.sites, l.shares, int32(l.count)
	args.Density, args.Laws = c, e.laws
	return k.saturateStage.Launch(q, l.size(), &args)
}

// book adds dt (c + keep × share) to the sums.
func (e *gpuExchange) book(q *gpu.Queue, k *kernels, c *gpu.Texture, dt, keep float64) error {
	args := bookArgs{Density: c, Dt: float32(dt), Keep: float32(keep)}
	if l := e.linear; l.count > 0 {
		args.Sites, args.Shares, args.Sums, args.Count = l.sites, l.shares, l.sums, int32(l.count)
		if err := k.book.Launch(q, l.size(), &args); err != nil {
			return err
		}
	}
	l := e.saturable
	if l.count == 0 {
		return nil
	}
	args.Sites, args.Shares, args.Sums, args.Count, args.Laws = l.sites, l.shares, l.sums, int32(l.count), e.laws
	return k.bookSaturable.Launch(q, l.size(), &args)
}

// fetch hands over the integrals and starts new ones.
func (e *gpuExchange) fetch(q *gpu.Queue) (sites, surface, saturated []float64, err error) {
	sites = make([]float64, e.linear.count)
	surface, saturated = make([]float64, len(e.cells)), make([]float64, len(e.cells))
	if e.linear.count > 0 {
		sums := make([][2]float32, e.linear.count)
		if err := take(q, e.linear.sums, sums); err != nil {
			return nil, nil, nil, err
		}
		for i, s := range sums {
			sites[i] = compensatedSum(s)
		}
	}
	if len(e.cells) > 0 {
		sums := make([][2][2]float32, len(e.cells))
		if err := take(q, e.saturable.sums, sums); err != nil {
			return nil, nil, nil, err
		}
		for i, s := range sums {
			surface[i], saturated[i] = compensatedSum(s[0]), e.cells[i].Capacity*compensatedSum(s[1])
		}
	}
	return sites, surface, saturated, nil
}

// compensatedSum is the value of a sum and its error as include/site.glsl keeps them.
func compensatedSum(s [2]float32) float64 { return float64(s[0]) - float64(s[1]) }

// take reads a buffer and clears it.
func take[T any](q *gpu.Queue, b *gpu.Buffer, dst []T) error {
	if err := gpu.ReadBuffer(q, b, 0, dst); err != nil {
		return err
	}
	return q.ClearBuffer(b)
}
