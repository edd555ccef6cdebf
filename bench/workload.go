// Package bench times the solvers: named workloads, what a simulated minute of them
// costs, how far the result is from the exact one, and what a given error costs each
// scheme.
package bench

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/expression"
	"github.com/cytofield/cytofield/tissue/quantity"
)

// Workload is a model by which the solvers are timed, over a minute from its start.
type Workload struct {
	Name       string
	About      string
	N          int // voxels along an axis, where none are asked for
	Substrates int // where none are asked for
	Model      func(n, substrates int) *tissue.Model
	Options    engine.Options // besides scheme, tolerance and step
	// JudgedAt is the most voxels along an axis that errors are judged at. Cells lie at
	// random and everywhere, so that an error hardly depends on the size of the box.
	JudgedAt int
	Exact    Exact
	// Rivals are set beside adaptive.
	Rivals []engine.Scheme
	// Separable says that substrates do not act on each other: alone, each takes the
	// steps it likes best.
	Separable bool
	// Stateful says that cells have states: what these take beside the fields is measured.
	Stateful bool
}

// Workloads returns all workloads in the order they are run.
func Workloads() []Workload {
	plain := engine.Options{Coupling: engine.PlainCoupling}
	rivals := []engine.Scheme{engine.FTCS, engine.LOD}
	solid := func(diffusion, uptake float64) func(n, substrates int) *tissue.Model {
		return func(n, substrates int) *tissue.Model {
			return exchange([3]int{n, n, n}, uptake, repeat(diffusion, substrates))
		}
	}
	return []Workload{
		{"exchange", "D 6000 µm²/min, uptake 10/min", 128, 1, solid(6000, 10), plain, 48, TimeExact, rivals, true, false},
		{"exchange-u100", "D 6000 µm²/min, uptake 100/min", 128, 1, solid(6000, 100), plain, 48, TimeExact, rivals, true, false},
		{"exchange-d600", "D 600 µm²/min, uptake 10/min", 128, 1, solid(600, 10), plain, 48, TimeExact, rivals, true, false},
		{"exchange-d60000", "D 60000 µm²/min, uptake 10/min", 128, 1, solid(60000, 10), plain, 48, TimeExact, rivals, true, false},
		{"multi", "D from 600 to 60000 µm²/min, uptake 10/min", 128, 8, multi, plain, 32, TimeExact, rivals, true, false},
		{"reaction", "a Turing pair, D 600 and 24000 µm²/min, rates 1/min", 128, 2, turing, plain, 32, TimeExact, []engine.Scheme{engine.FTCS}, false, false},
		{"steady", "the steady state of exchange, by scheme steady", 128, 1, solid(6000, 10), engine.Options{Coupling: engine.PlainCoupling, Scheme: engine.Steady}, 48, SteadyExact, nil, true, false},
		{"plane", "D 6000 µm²/min, uptake 10/min, in 2D", 2048, 1, plane, plain, 256, TimeExact, rivals, true, false},
		{"receptors", "D 10 µm²/s, 1e5 cells with a receptor for every substrate, a tenth of which secrete", 128, 4, receptors, engine.Options{}, 24, TimeExact, nil, false, true},
	}
}

// Exchange returns the workload `exchange` on n³ voxels of 20 µm: diffusion D,
// µm²/min, decay 0.1/min, one cell of 2494 µm³ in each of 3 % of the voxels that
// secretes at 10/min towards density 1, and in each of 20 % others one that takes
// up at rate uptake, 1/min; from zero. Solve it with coupling plain.
func Exchange(n int, diffusion, uptake float64) *tissue.Model {
	return exchange([3]int{n, n, n}, uptake, []float64{diffusion})
}

// multi spreads the coefficients of diffusion evenly, by ratio, over 600 to 60000 µm²/min.
func multi(n, substrates int) *tissue.Model {
	diffusions := make([]float64, substrates)
	for i := range diffusions {
		diffusions[i] = 600 * math.Pow(100, float64(i)/float64(max(substrates-1, 1)))
	}
	return exchange([3]int{n, n, n}, 10, diffusions)
}

// plane is Exchange in a layer of n² voxels, 20 µm thick.
func plane(n, substrates int) *tissue.Model {
	m := exchange([3]int{n, n, 1}, 10, repeat(6000, substrates))
	m.Grid.Planar = true
	return m
}

// turing is an activator and the substrate it lives on (Schnakenberg, J. Theor. Biol. 81
// (1979) 389),
//
//	u' = r (a − u + u² v),  v' = r (b − u² v),  a = 0.1, b = 0.9, r = 1/min
//
// from its uniform state, with the cells of Exchange for the activator. There are always
// two substrates.
func turing(n, _ int) *tissue.Model {
	m := exchange([3]int{n, n, n}, 10, []float64{600})
	activator := &m.Substrates[0]
	activator.Name, activator.DecayRate, activator.InitialDensity = "u", 0, 1
	m.Substrates = append(m.Substrates, tissue.Substrate{
		Name: "v", Unit: tissue.DimensionlessUnit, DiffusionCoefficient: 24000. / 60, InitialDensity: 0.9,
	})
	scope := tissue.RateScope(m.Substrates, []expression.Constant{{Name: "r", Dimension: -quantity.Time, Value: 1. / 60}})
	for i, law := range []string{"r*(0.1 - u + u*u*v)", "r*(0.9 - u*u*v)"} {
		rate, err := expression.Parse(law, scope)
		if err != nil {
			panic(err) // the law stands above
		}
		m.Reactions = append(m.Reactions, tissue.Reaction{
			Name: m.Substrates[i].Name, Rate: rate, Changes: []tissue.Change{{Substrate: tissue.SubstrateID(i), Factor: 1}},
		})
	}
	return m
}

// receptors is cells with a receptor of its own for every substrate, in 1e5 of 128³ voxels
// and the same share of others, by the numbers of IL-2 and its receptor in a T cell (catalogue:
// KiwitzCode): D 10 µm²/s, decay 0.1/h, k_on 3.1e7/(M s), k_off 2.3e-4/s, k_int 7.7e-4/s; a
// tenth gives off 10 molecules/s of each. That free receptors are lost as fast as bound
// ones are taken in is illustrative.
func receptors(n, substrates int) *tissue.Model {
	m := &tissue.Model{
		Title:                 "receptors",
		Grid:                  tissue.Grid{Shape: [3]int{n, n, n}, Spacing: [3]float64{20, 20, 20}},
		ExtracellularFraction: 1,
		Duration:              60,
		Seed:                  1,
	}
	consumer := tissue.CellType{Name: "consumer", Radius: 5}
	var kinetics []tissue.ReceptorKinetics
	for i := range substrates {
		name := fmt.Sprintf("substrate %d", i+1)
		m.Substrates = append(m.Substrates, tissue.Substrate{Name: name, Unit: tissue.Nanomolar, DiffusionCoefficient: 10, DecayRate: 0.1 / 3600})
		kinetics = append(kinetics, interleukin2Receptor(fmt.Sprintf("receptor %d", i+1), tissue.SubstrateID(i), 1000))
	}
	express(&consumer, m.Substrates, kinetics...)
	secretor := consumer
	secretor.Name = "secretor"
	for i := range m.Substrates {
		secretor.Exchange = append(secretor.Exchange, tissue.Exchange{Substrate: tissue.SubstrateID(i), NetExportRate: 10})
	}
	m.CellTypes = []tissue.CellType{secretor, consumer}
	const share = 1e5 / (128. * 128 * 128)
	place(m, 0.1*share, 0.9*share)
	return m
}

func interleukin2Receptor(name string, ligand tissue.SubstrateID, count float64) tissue.ReceptorKinetics {
	const taken = 7.7e-4
	return tissue.ReceptorKinetics{Name: name, Ligand: ligand, Count: count, OnRate: 0.031, OffRate: 2.3e-4, Internalisation: taken, Turnover: taken}
}

// express gives a cell type receptors.
func express(t *tissue.CellType, substrates []tissue.Substrate, all ...tissue.ReceptorKinetics) {
	for _, k := range all {
		t.Variables = append(t.Variables, k.Variables(substrates)...)
	}
	for _, k := range all {
		reactions, err := k.Reactions(substrates, t.Variables)
		if err != nil {
			panic(err) // all is given here
		}
		t.Reactions = append(t.Reactions, reactions...)
	}
}

func repeat(v float64, n int) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = v
	}
	return values
}

// exchange is Exchange with a substrate per coefficient of diffusion, µm²/min, each
// secreted and taken up by all cells.
func exchange(shape [3]int, uptake float64, diffusions []float64) *tissue.Model {
	const minute = 60
	m := &tissue.Model{
		Title:                 "exchange",
		Grid:                  tissue.Grid{Shape: shape, Spacing: [3]float64{20, 20, 20}},
		ExtracellularFraction: 1,
		Duration:              minute,
		Seed:                  1,
	}
	radius := math.Cbrt(2494 * 3 / (4 * math.Pi))
	secretor, consumer := tissue.CellType{Name: "secretor", Radius: radius}, tissue.CellType{Name: "consumer", Radius: radius}
	for i, diffusion := range diffusions {
		name := "substrate"
		if len(diffusions) > 1 {
			name = fmt.Sprintf("substrate %d", i+1)
		}
		m.Substrates = append(m.Substrates, tissue.Substrate{
			Name: name, Unit: tissue.DimensionlessUnit,
			DiffusionCoefficient: diffusion / minute, DecayRate: 0.1 / minute,
		})
		id := tissue.SubstrateID(i)
		secretor.Exchange = append(secretor.Exchange, tissue.Exchange{Substrate: id, SecretionRate: 10. / minute, SaturationDensity: 1})
		consumer.Exchange = append(consumer.Exchange, tissue.Exchange{Substrate: id, UptakeRate: uptake / minute})
	}
	m.CellTypes = []tissue.CellType{secretor, consumer}
	place(m, 0.03, 0.2)
	return m
}

// place puts a cell of the first type into a share of the voxels, and one of the
// second into a share of the others.
func place(m *tissue.Model, first, second float64) {
	random := rand.New(rand.NewPCG(m.Seed, 0))
	for i := range m.Grid.Voxels() {
		at := m.Grid.Coordinates(i)
		switch draw := random.Float64(); {
		case draw < first:
			m.Cells.Add(0, m.Grid.Centre(at[0], at[1], at[2]))
		case draw < first+second:
			m.Cells.Add(1, m.Grid.Centre(at[0], at[1], at[2]))
		}
	}
}

// alone returns a model with one of its substrates.
func alone(m *tissue.Model, s tissue.SubstrateID) *tissue.Model {
	one := *m
	one.Substrates = []tissue.Substrate{m.Substrates[s]}
	one.CellTypes = nil
	for _, t := range m.CellTypes {
		exchanges := t.Exchange
		t.Exchange = nil
		for _, e := range exchanges {
			if e.Substrate == s {
				e.Substrate = 0
				t.Exchange = append(t.Exchange, e)
			}
		}
		one.CellTypes = append(one.CellTypes, t)
	}
	return &one
}
