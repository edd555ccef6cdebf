package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/bench/oracle"
	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/quantity"
)

// Dense is what one way to put cells into a grid came to, in the workload of that name.
type Dense struct {
	Coupling string  `json:"coupling"`
	Edge     float64 `json:"voxel_um"`
	Voxels   int     `json:"voxels"`
	Sweeps   int64   `json:"sweeps"`
	Seconds  float64 `json:"wall_s"`
	Error    float64 `json:"occupancy_error"` // RMS over cells of bound receptors, over their mean
}

// DenseName is that of the workload.
const DenseName = "dense"

// denseWays are those compared, ours first.
func denseWays() []Dense {
	cloud, plain, voxel := string(engine.CloudCoupling), string(engine.PlainCoupling), string(engine.VoxelCoupling)
	return []Dense{
		{Coupling: cloud, Edge: 20}, {Coupling: cloud, Edge: 10},
		{Coupling: plain, Edge: 20}, {Coupling: plain, Edge: 10}, {Coupling: plain, Edge: 5}, {Coupling: voxel, Edge: 10},
	}
}

// suspension is 200 cells of 5 µm at random in the middle (100 µm)³ of a closed box of
// 400 µm, none overlapping, with 1e4 receptors each, those of the workload receptors; a
// tenth gives off 10 molecules/s. D is 10 µm²/s; a decay of 0.004/s, a diffusion length of
// 50 µm, keeps the walls out of it. It lasts until receptors have settled.
func suspension(edge float64) *tissue.Model {
	const number, radius, box, middle = 200, 5., 400., 100.
	n := int(math.Round(box / edge))
	m := &tissue.Model{
		Title:                 DenseName,
		Grid:                  tissue.Grid{Shape: [3]int{n, n, n}, Spacing: [3]float64{edge, edge, edge}},
		ExtracellularFraction: 1,
		Duration:              8 * 3600, // e^(−k_int t) is 2e-10
		Seed:                  1,
		Substrates:            []tissue.Substrate{{Name: "IL-2", Unit: tissue.Nanomolar, DiffusionCoefficient: 10, DecayRate: 0.004}},
	}
	consumer := tissue.CellType{Name: "consumer", Radius: radius}
	express(&consumer, m.Substrates, denseReceptor())
	secretor := consumer
	secretor.Name, secretor.Exchange = "secretor", []tissue.Exchange{{NetExportRate: 10}}
	m.CellTypes = []tissue.CellType{secretor, consumer}
	random := rand.New(rand.NewPCG(m.Seed, 0))
	along := func() float64 { return (box-middle)/2 + middle*random.Float64() }
	for m.Cells.Len() < number {
		at := r3.Vec{X: along(), Y: along(), Z: along()}
		if apart(m.Cells.Position, at, 2*radius) {
			kind := tissue.CellTypeID(1)
			if m.Cells.Len() < number/10 {
				kind = 0
			}
			m.Cells.Add(kind, at)
		}
	}
	return m
}

func denseReceptor() tissue.ReceptorKinetics { return interleukin2Receptor("IL-2R", 0, 1e4) }

func apart(places []r3.Vec, at r3.Vec, distance float64) bool {
	for _, p := range places {
		if r3.Norm(r3.Sub(p, at)) < distance {
			return false
		}
	}
	return true
}

// occupied returns the bound receptors per cell in the steady state of multiple scattering,
//
//	bound = J/k_int,   J = maximal c/(half + c)
//
// see tissue.ReceptorKinetics.SaturableUptake: what a cell takes up per density is
// that at its surface as found before, until it no longer changes.
func occupied(m *tissue.Model) ([]float64, error) {
	k := denseReceptor()
	maximal, half, ok := k.SaturableUptake()
	if !ok {
		return nil, errors.New("bench: dense: the receptors' uptake does not settle")
	}
	spheres := make([]oracle.Sphere, m.Cells.Len())
	for i, at := range m.Cells.Position {
		t := m.CellTypes[m.Cells.Type[i]]
		spheres[i] = oracle.Sphere{At: at, Radius: t.Radius, Uptake: maximal / half / quantity.MoleculesPerNanomolar}
		for _, e := range t.Exchange {
			spheres[i].Release += e.NetExportRate
		}
	}
	bound := make([]float64, len(spheres))
	const rounds, close = 200, 1e-9
	for range rounds {
		states, err := oracle.Scatter(spheres, oracle.Medium{Diffusion: m.Substrates[0].DiffusionCoefficient, DecayRate: m.Substrates[0].DecayRate})
		if err != nil {
			return nil, err
		}
		change := 0.0
		for i, s := range states {
			now := maximal * s.Surface / (half + s.Surface) / k.Internalisation
			change = max(change, math.Abs(now-bound[i])/now)
			bound[i] = now
			spheres[i].Uptake = maximal / (half + s.Surface) / quantity.MoleculesPerNanomolar
		}
		if change < close {
			return bound, nil
		}
	}
	return nil, errors.New("bench: dense: multiple scattering between saturable cells does not converge")
}

// MeasureDense runs the workload dense in all ways.
func (b Bench) MeasureDense(ctx context.Context) ([]Dense, error) {
	ways := denseWays()
	for i := range ways {
		way := &ways[i]
		b.Progress(fmt.Sprintf("%s, coupling %s, voxels of %g µm", DenseName, way.Coupling, way.Edge))
		if err := b.occupy(ctx, way); err != nil {
			return nil, fmt.Errorf("bench: %s: %w", DenseName, err)
		}
	}
	return ways, nil
}

// occupy lets the receptors of the suspension settle in a way and sets them beside the
// oracle's.
func (b Bench) occupy(ctx context.Context, way *Dense) error {
	m := suspension(way.Edge)
	way.Voxels = m.Grid.Voxels()
	want, err := occupied(m)
	if err != nil {
		return err
	}
	for i := range b.Repeats {
		seconds, sweeps, states, err := b.settle(ctx, m, engine.Options{Coupling: engine.Coupling(way.Coupling)})
		if err != nil {
			return err
		}
		if i == 0 || seconds < way.Seconds {
			way.Seconds = seconds
		}
		way.Sweeps, way.Error = sweeps, occupancyError(states, want)
	}
	return nil
}

func (b Bench) settle(ctx context.Context, m *tissue.Model, o engine.Options) (seconds float64, sweeps int64, states engine.CellStates, err error) {
	s, err := b.Open(m, o)
	if err != nil {
		return 0, 0, states, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	started := time.Now()
	stats, err := s.Advance(ctx, m.Duration)
	if err != nil {
		return 0, 0, states, err
	}
	seconds = time.Since(started).Seconds()
	states, err = s.Cells()
	return seconds, stats.Sweeps, states, err
}

// occupancyError returns the root mean square over cells of what bound receptors are off
// by, over their mean.
func occupancyError(got engine.CellStates, want []float64) float64 {
	const bound = 1 // of tissue.ReceptorKinetics.Variables
	square, mean := 0.0, 0.0
	for i, w := range want {
		d := got.Variables[i][bound] - w
		square += d * d / float64(len(want))
		mean += w / float64(len(want))
	}
	return math.Sqrt(square) / mean
}
