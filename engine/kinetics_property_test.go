package engine_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/expression"
	"github.com/cytofield/cytofield/tissue/quantity"
)

// society is a random model of receptors with kinetics: 1 to 3 ligands, then what is shed
// free and what is shed with a ligand, and 1 or 2 types of cells.
type society struct {
	*tissue.Model
	random  *rand.Rand
	ligands int
	// Per cell type, how many ligands, receptors and chains one of each variable holds.
	ligand, receptor, chain [][]float64
}

// newSociety makes one with rates, illustrative, about those of IL-2. Nothing is lost but
// what decays of the ligands, so that molecules can be counted.
func newSociety(t testing.TB, seed uint64) society {
	t.Helper()
	c := society{Model: solid([3]int{}), random: rand.New(rand.NewPCG(seed, 1))}
	c.Grid.Shape = [3]int{5 + c.random.IntN(3), 4 + c.random.IntN(3), 3 + c.random.IntN(3)}
	c.Substrates, c.ligands = nil, 1+c.random.IntN(3)
	for s := range c.ligands + 2 {
		one := tissue.Substrate{Name: fmt.Sprintf("L%d", s), Unit: tissue.Nanomolar, DiffusionCoefficient: c.within(5, 50)}
		if s < c.ligands {
			one.DecayRate, one.InitialDensity = c.within(1e-5, 1e-3), c.within(0.01, 0.2)
		}
		c.Substrates = append(c.Substrates, one)
	}
	for range 1 + c.random.IntN(2) {
		c.addType(t)
	}
	size := c.Grid.Size()
	for range 20 + c.random.IntN(20) {
		at := r3.Vec{X: size[0] * c.random.Float64(), Y: size[1] * c.random.Float64(), Z: size[2] * c.random.Float64()}
		c.Cells.Add(tissue.CellTypeID(c.random.IntN(len(c.CellTypes))), at)
	}
	return c
}

// within returns a random number, evenly on a logarithmic scale.
func (c *society) within(low, high float64) float64 {
	return low * math.Pow(high/low, c.random.Float64())
}

func (c *society) someLigand() tissue.SubstrateID {
	return tissue.SubstrateID(c.random.IntN(c.ligands))
}

// addType adds a type of cells: 1 to 3 receptors that take in what they bind, and a signal
// that they drive.
func (c *society) addType(t testing.TB) {
	t.Helper()
	cell := tissue.CellType{Name: fmt.Sprintf("type %d", len(c.CellTypes)), Radius: 5}
	cell.Exchange = []tissue.Exchange{{Substrate: c.someLigand(), NetExportRate: c.within(0.1, 10)}}
	cell.Variables = []tissue.CellVariable{{Name: "chain", Initial: c.within(100, 2000)}, {Name: "inside"}, {Name: "signal"}}
	ligand, receptor, chain := []float64{0, 1, 0}, []float64{0, 1, 0}, []float64{1, 0, 0}
	var kinetics []tissue.ReceptorKinetics
	for i := range 1 + c.random.IntN(3) {
		k := c.someReceptor(fmt.Sprintf("R%d", i))
		kinetics = append(kinetics, k)
		cell.Variables = append(cell.Variables, k.Variables(c.Substrates)...)
		ligand, receptor, chain = append(ligand, 0, 1), append(receptor, 1, 1), append(chain, 0, 0)
		if k.Chain.Chain != "" {
			ligand, receptor, chain = append(ligand, 1), append(receptor, 1), append(chain, 1)
		}
		for range k.Competitors {
			ligand, receptor, chain = append(ligand, 1), append(receptor, 1), append(chain, 0)
		}
	}
	for _, k := range kinetics {
		reactions, err := k.Reactions(c.Substrates, cell.Variables)
		if err != nil {
			t.Fatal(err)
		}
		cell.Reactions = append(cell.Reactions, reactions...)
		cell.Reactions = append(cell.Reactions, c.reaction(t, cell, k.Name+" intake", "a*"+k.Name+"_bound",
			map[string]float64{k.Name + " bound": -1, "inside": 1}))
	}
	cell.Reactions = append(cell.Reactions, c.reaction(t, cell, "signal", "b*hill(R0_bound + inside, K, 2) - a*signal", map[string]float64{"signal": 1}))
	c.CellTypes = append(c.CellTypes, cell)
	c.ligand, c.receptor, c.chain = append(c.ligand, ligand), append(c.receptor, receptor), append(c.chain, chain)
}

func (c *society) someReceptor(name string) tissue.ReceptorKinetics {
	k := tissue.ReceptorKinetics{
		Name: name, Ligand: c.someLigand(), Count: c.within(100, 1500), OnRate: c.within(1e-3, 3e-2), OffRate: c.within(1e-4, 1e-2),
	}
	if c.random.IntN(2) == 0 {
		k.ShedFree = tissue.Shedding{Rate: c.within(1e-5, 1e-3), Into: tissue.SubstrateID(c.ligands)}
		k.ShedBound = tissue.Shedding{Rate: c.within(1e-5, 1e-3), Into: tissue.SubstrateID(c.ligands + 1)}
	}
	if c.random.IntN(2) == 0 {
		k.Chain = tissue.Recruitment{Chain: "chain", OnRate: c.within(1e-6, 1e-5), OffRate: c.within(1e-4, 1e-2)}
	}
	if other := c.someLigand(); other != k.Ligand {
		k.Competitors = []tissue.Competitor{{Ligand: other, OnRate: c.within(1e-3, 1e-2), OffRate: c.within(1e-4, 1e-2)}}
	}
	return k
}

func (c *society) reaction(t testing.TB, cell tissue.CellType, name, text string, changes map[string]float64) tissue.CellReaction {
	t.Helper()
	rate, err := expression.Parse(text, tissue.CellRateScope(c.Substrates, cell.Variables, []expression.Constant{
		{Name: "a", Dimension: quantity.Rate, Value: c.within(1e-4, 2e-3)},
		{Name: "b", Dimension: quantity.Rate, Value: c.within(0.1, 1)},
		{Name: "K", Value: c.within(10, 1000)},
	}))
	if err != nil {
		t.Fatal(err)
	}
	r := tissue.CellReaction{Name: name, Rate: rate}
	for i, v := range cell.Variables {
		if f, ok := changes[v.Name]; ok {
			r.Changes = append(r.Changes, tissue.VariableChange{Variable: i, Factor: f})
		}
	}
	return r
}

// sum adds up the variables of all cells with weights per type.
func (c *society) sum(states engine.CellStates, weights [][]float64) float64 {
	total := 0.0
	for i, state := range states.Variables {
		for v, y := range state {
			total += weights[c.Cells.Type[i]][v] * y
		}
	}
	return total
}

// societies runs a test on random ones, with both couplings that know spheres; on fewer of
// them where each needs its kernels compiled.
func societies(t *testing.T, d device, test func(t *testing.T, c society, coupling engine.Coupling)) {
	seeds := map[string]int{"cpu": 8, "gpu": 3}[d.name]
	if testing.Short() {
		seeds = 1
	}
	for seed := range seeds {
		for _, coupling := range []engine.Coupling{engine.VoxelCoupling, engine.CloudCoupling} {
			t.Run(fmt.Sprintf("%d/%s", seed, coupling), func(t *testing.T) { test(t, newSociety(t, uint64(seed)), coupling) })
		}
	}
}

func cells(t testing.TB, s engine.Solver) engine.CellStates {
	t.Helper()
	states, err := s.Cells()
	if err != nil {
		t.Fatal(err)
	}
	return states
}

// Whatever binds, is taken in, recruits, competes and is shed: no molecule is lost.
func TestRandomReceptorsConserveMolecules(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		societies(t, d, func(t *testing.T, c society, coupling engine.Coupling) {
			s := d.solver(t, c.Model, engine.Options{Coupling: coupling})
			before := cells(t, s)
			advance(t, s, 1800)
			after := cells(t, s)
			for i, state := range after.Variables {
				for v, y := range state {
					if math.IsNaN(y) || math.IsInf(y, 0) {
						t.Fatalf("cell %d has %g of variable %d", after.ID[i], y, v)
					}
				}
			}
			takenUp, handled := 0.0, 0.0
			for id := range c.Substrates {
				l := ledger(t, s, tissue.SubstrateID(id))
				if math.Abs(l.Residual()) > d.residual*l.Handled() {
					t.Errorf("L%d: residual %g of %g", id, l.Residual(), l.Handled())
				}
				if handled += l.Handled(); id < c.ligands {
					takenUp += l.TakenUp
				}
			}
			free, bound := ledger(t, s, tissue.SubstrateID(c.ligands)).Present, ledger(t, s, tissue.SubstrateID(c.ligands+1)).Present
			for _, of := range []struct {
				name      string
				got, want float64
			}{
				{"ligands", c.sum(after, c.ligand) + bound, takenUp},
				{"receptors", c.sum(after, c.receptor) + free + bound, c.sum(before, c.receptor)},
				{"chains", c.sum(after, c.chain), c.sum(before, c.chain)},
			} {
				if math.Abs(of.got-of.want) > d.residual*max(handled, of.want) {
					t.Errorf("%.12g %s on cells, inside and shed, want %.12g", of.got, of.name, of.want)
				}
			}
			if takenUp < 100 {
				t.Errorf("only %g ligands taken up: the test tests nothing", takenUp)
			}
		})
	})
}

// The adaptive scheme meets its tolerance, in the norms it is held in, for what cells hold
// as for what is in the fluid.
func TestRandomReceptorsMeetTheTolerance(t *testing.T) {
	societies(t, processor(), func(t *testing.T, c society, coupling engine.Coupling) {
		final := func(rtol float64) [][]float64 {
			s := processor().solver(t, c.Model, engine.Options{Coupling: coupling, RelativeTolerance: rtol})
			advance(t, s, 1800)
			var all [][]float64
			for id := range c.Substrates {
				all = append(all, read(t, s, c.Grid, tissue.SubstrateID(id)).Values)
			}
			states := cells(t, s)
			for id, cell := range c.CellTypes {
				for v := range cell.Variables {
					var of []float64
					for i, state := range states.Variables {
						if c.Cells.Type[i] == tissue.CellTypeID(id) {
							of = append(of, state[v])
						}
					}
					all = append(all, of)
				}
			}
			return all
		}
		exact := final(1e-6)
		most := [2]float64{} // densities, numbers
		kind := func(i int) int { return min(i/len(c.Substrates), 1) }
		for i, of := range exact {
			most[kind(i)] = max(most[kind(i)], largest(of))
		}
		for _, rtol := range []float64{1e-2, 1e-3} {
			for i, of := range final(rtol) {
				if len(of) == 0 {
					continue
				}
				defect, norm := 0.0, 0.0
				for k, y := range of {
					defect, norm = math.Hypot(defect, y-exact[i][k]), math.Hypot(norm, exact[i][k])
				}
				allowed := rtol * (norm + engine.DefaultAbsoluteTolerance*most[kind(i)]*math.Sqrt(float64(len(of))))
				if defect > 3*allowed {
					t.Errorf("rtol %g: component %d is %.2g of its tolerance off", rtol, i, defect/allowed)
				}
			}
		}
	})
}

// A run of random receptors repeats bit for bit, on one processor or two, and goes on from
// a snapshot as it would have without.
func TestRandomReceptorsRepeat(t *testing.T) {
	onBothDevices(t, func(t *testing.T, d device) {
		societies(t, d, func(t *testing.T, c society, coupling engine.Coupling) {
			final := func(s engine.Solver) (engine.CellStates, []float64) {
				advance(t, s, 1200)
				return cells(t, s), read(t, s, c.Grid, 0).Values
			}
			o := engine.Options{Coupling: coupling}
			s := d.solver(t, c.Model, o)
			advance(t, s, 600)
			var file bytes.Buffer
			if err := s.Snapshot(&file); err != nil {
				t.Fatal(err)
			}
			states, density := final(s)
			for processors := 1; processors <= 2; processors++ {
				was := runtime.GOMAXPROCS(processors)
				again := d.solver(t, c.Model, o)
				advance(t, again, 600)
				gotStates, got := final(again)
				runtime.GOMAXPROCS(was)
				if !reflect.DeepEqual(gotStates, states) || !reflect.DeepEqual(got, density) {
					t.Errorf("a run on %d processors differs", processors)
				}
			}
			restored := d.solver(t, c.Model, o)
			if err := restored.Restore(&file); err != nil {
				t.Fatal(err)
			}
			if gotStates, got := final(restored); !reflect.DeepEqual(gotStates, states) || !reflect.DeepEqual(got, density) {
				t.Error("a run that goes on from a snapshot differs")
			}
		})
	})
}
