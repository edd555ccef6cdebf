package engine

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/expression"
)

// Cohort is the cells of one type as components of a group's system: their states go
// through the stages of a step with the fields, so that what a receptor binds leaves the
// fluid in the same stage. Cells lie in the order of their voxels.
//
// At a cell the flux J out of the fluid and the density c_s at its surface follow from
// what the cell sees of the field, c, by the law of SurfaceLaw with what reactions bind
// and give off at the state y on top,
//
//	J = law(c_s) − Σ Factor Rate(c_s, y),   c_s = c − g J
//
// and the same rates change the state.
type Cohort struct {
	Type       tissue.CellTypeID
	Name       string
	Kinetics   Kinetics
	Cells      []int       // positions in Model.Cells
	State      [][]float64 // at the start, per variable and cell
	Scale      []float64   // per variable: see scales
	Fluids     []CohortFluid
	Footprints Footprints
	Pairs      Pairs
	Tips       []Tip // of tipCohorts, each of the cell of its number in Cells; nil for the cells themselves
}

// Kinetics are the reactions within the cells of a type.
type Kinetics struct {
	Substrates int // of the model: variable v of a cell is Substrates + v in the rates
	Variables  []tissue.CellVariable
	Rates      []*expression.Rate
	Changes    [][]tissue.VariableChange // per rate
	Captures   []tissue.Capture
}

// sums reports whether a variable is the mean of a capture: an integral of what the cell
// takes up, on which nothing depends. It is as good as the ledger and asks for no shorter steps.
func (k *Kinetics) sums(v int) bool {
	return slices.ContainsFunc(k.Captures, func(c tissue.Capture) bool { return v == c.Mean })
}

// counts reports whether a variable is the count or the mean of a capture: it grows with
// time, and says nothing of how large others of its dimension are.
func (k *Kinetics) counts(v int) bool {
	return slices.ContainsFunc(k.Captures, func(c tissue.Capture) bool { return v == c.Mean || v == c.Count })
}

// CohortFluid is how the cells of a cohort meet one member of their group. Those whose
// density the exchange of others depends on come first.
type CohortFluid struct {
	Member    int // position in Group.Substrates
	Substrate tissue.SubstrateID
	Laws      []SurfaceLaw // per cell, without reactions
	Terms     []FluidTerm
	Spread    []float64 // per cell: 1/(α D A), density µm per amount/s; nil without Pairs
	Capacity  Capacity
}

// Binds reports whether a reaction takes up the fluid's substrate in proportion to its
// density: what other reactions let go was bound before.
func (f *CohortFluid) Binds() bool {
	return slices.ContainsFunc(f.Terms, func(t FluidTerm) bool { return t.Slope != nil })
}

// FluidTerm is what a reaction does to the fluid.
type FluidTerm struct {
	Rate   int              // position in Kinetics.Rates
	Factor float64          // molecules into the fluid
	Slope  *expression.Rate // of the rate over the density, which it does not depend on; nil for 0
}

// Footprints say where the cells of a cohort meet the grid: a cell sees Σ Share c of its
// voxels and gives off its flux to them in the same shares.
type Footprints struct {
	First []int // per cell and the end: its place in Voxel and Share
	Voxel []int
	Share []float64 // of a cell they sum to 1
	Open  []float64 // per cell: the sum over voxels whose density is not held
}

// Pairs say what the grid gets wrong between cells too close for it: a flux J_j into a
// neighbour lowers the density at a cell by Excess Spread J_j more than the grid says,
//
//	c_s = c − g J − Spread Σ_j Excess_j J_j
//
// The fluxes of a group are solved for by PairSweeps sweeps, from those of cells alone,
//
//	J ← J + PairDamping (J(c − Spread Σ_j Excess_j J_j) − J)
type Pairs struct {
	First []int // per cell and the end: its place in Other; empty where no cell has any
	Other []Neighbour
}

// Neighbour is a cell of a cohort of the group.
type Neighbour struct {
	Cohort, Cell int
	Excess       float64 // 1/(4π r) less what the grid has for it, 1/µm
}

// PairDamping and PairSweeps are how the fluxes of close cells are found before each
// evaluation. Undamped, sweeps diverge where many cells share a voxel;
// TestSweepsOverPairsSuffice holds what they leave.
const (
	PairDamping = 0.75
	PairSweeps  = 4
)

// PairShare returns the share that what a sweep finds takes in the fluxes, from sweep 0,
// of cells alone.
func PairShare(sweep int) float64 {
	if sweep == 0 {
		return 1
	}
	return PairDamping
}

// CohortMember is one Cohort of a Stepper.
type CohortMember interface {
	// Trials tell of the last Try, per variable.
	Trials() []StateTrial
	// Integrals returns ∫dt of what the cells exchanged since the last call, per fluid and cell.
	Integrals() (CohortIntegrals, error)
	// Exchange returns what the cells exchange at the last rate, per fluid and cell.
	Exchange() (CohortExchange, error)
	// Read copies the state, per variable and cell.
	Read(state [][]float64) error
	// Replace takes new cells with their states; integrals not yet fetched are lost.
	Replace(c *Cohort) error
}

// StateTrial is what a step's reductions say of one variable; sums run over cells.
type StateTrial struct {
	Defect2 float64 // Σ (y₁ − y₀ − dt/2 (F₀ + F₁))²
	Norm2   float64 // Σ y₁²
	Most    float64 // largest |y₁|
}

// CohortIntegrals are ∫dt of net fluxes into cells and of what they gave off, amounts.
type CohortIntegrals struct{ Flux, Given [][]float64 }

// CohortExchange is densities at surfaces, net fluxes into cells and what they give off,
// amount/s.
type CohortExchange struct{ Surface, Flux, Given [][]float64 }

// kinetic reports whether reactions of a type depend on a substrate or change it.
func kinetic(t tissue.CellType, s tissue.SubstrateID) bool {
	for _, r := range t.Reactions {
		if slices.Contains(r.Rate.Uses(), int(s)) || slices.ContainsFunc(r.Fluid, func(c tissue.Change) bool { return c.Substrate == s }) {
			return true
		}
	}
	return false
}

// home returns the substrate whose group the states of a type go with.
func home(m *tissue.Model, t tissue.CellType) tissue.SubstrateID {
	for s := range m.Substrates {
		if kinetic(t, tissue.SubstrateID(s)) {
			return tissue.SubstrateID(s)
		}
	}
	return 0
}

// inCohort reports whether the exchange of a type with a substrate is a cohort's.
func (laws SurfaceLaws) inCohort(t tissue.CellType, s tissue.SubstrateID) bool {
	return kinetic(t, s) || laws.coupling == CloudCoupling && t.Exchanges(s)
}

// cohorts returns those of a group; known is what to take of states the model leaves open.
func (laws SurfaceLaws) cohorts(members []*field, known map[tissue.CellID][]float64) ([]*Cohort, error) {
	m := laws.model
	var voxel []int // of each cell
	var all []*Cohort
	for id, t := range m.CellTypes {
		fluids := laws.fluidsOf(t, members)
		settled := len(t.Variables) > 0 && slices.ContainsFunc(members, func(f *field) bool { return f.id == home(m, t) })
		if len(fluids) == 0 && !settled {
			continue
		}
		c := &Cohort{Type: tissue.CellTypeID(id), Name: t.Name, Fluids: fluids, Kinetics: Kinetics{Substrates: len(m.Substrates)}}
		if settled {
			c.Kinetics.take(t)
		}
		if voxel == nil {
			voxel = laws.voxels()
		}
		if err := laws.people(c, members, voxel, known); err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	if laws.coupling == CloudCoupling {
		all = append(all, laws.tipCohorts(all, members)...)
		laws.spread(all, members, voxel)
	}
	for _, c := range all {
		if err := laws.represented(c); err != nil {
			return nil, err
		}
		c.Scale = c.scales(members)
	}
	return all, nil
}

// voxels returns the voxel of every cell.
func (laws SurfaceLaws) voxels() []int {
	var all []int
	for _, p := range laws.model.Cells.Position {
		all = append(all, laws.model.Grid.IndexAt(p))
	}
	return all
}

func (k *Kinetics) take(t tissue.CellType) {
	k.Variables, k.Captures = t.Variables, t.Life.Captures
	for _, r := range t.Reactions {
		k.Rates, k.Changes = append(k.Rates, r.Rate), append(k.Changes, r.Changes)
	}
}

// fluidsOf returns the members that a type meets in a cohort, without its cells.
func (laws SurfaceLaws) fluidsOf(t tissue.CellType, members []*field) []CohortFluid {
	order, _ := t.ExchangeOrder(len(laws.model.Substrates)) // a valid model has one
	for s := range laws.model.Substrates {
		if id := tissue.SubstrateID(s); t.Senses(id) && !slices.Contains(order, id) {
			order = append([]tissue.SubstrateID{id}, order...)
		}
	}
	var fluids []CohortFluid
	for _, s := range order {
		i := slices.IndexFunc(members, func(f *field) bool { return f.id == s })
		if i < 0 || !laws.inCohort(t, s) {
			continue
		}
		f := CohortFluid{Member: i, Substrate: s, Capacity: capacityOf(laws.model, s, members[i].substrate.Mosaic)}
		for k, r := range t.Reactions {
			for _, c := range r.Fluid {
				if c.Substrate == s {
					f.Terms = append(f.Terms, newFluidTerm(k, r.Rate, c))
				}
			}
		}
		fluids = append(fluids, f)
	}
	return fluids
}

func newFluidTerm(k int, rate *expression.Rate, c tissue.Change) FluidTerm {
	term := FluidTerm{Rate: k, Factor: c.Factor}
	if slices.Contains(rate.Uses(), int(c.Substrate)) {
		term.Slope = rate.Derivative(int(c.Substrate))
	}
	return term
}

// people puts the cells of its type into a cohort, in the order of their voxels.
func (laws SurfaceLaws) people(c *Cohort, members []*field, voxel []int, known map[tissue.CellID][]float64) error {
	m := laws.model
	for i, t := range m.Cells.Type {
		if t == c.Type {
			c.Cells = append(c.Cells, i)
		}
	}
	slices.SortStableFunc(c.Cells, func(a, b int) int { return cmp.Compare(voxel[a], voxel[b]) })
	c.State = make([][]float64, len(c.Kinetics.Variables))
	for v, variable := range c.Kinetics.Variables {
		c.State[v] = make([]float64, len(c.Cells))
		for k, i := range c.Cells {
			c.State[v][k] = variable.Initial
			if state := m.Cells.State; state != nil && state[i] != nil {
				c.State[v][k] = state[i][v]
			} else if kept, ok := known[m.Cells.ID[i]]; ok && len(kept) == len(c.State) {
				c.State[v][k] = kept[v]
			}
		}
	}
	if laws.coupling != CloudCoupling {
		c.Footprints.First = []int{0}
		for _, i := range c.Cells {
			c.Footprints.add([]int{voxel[i]}, []float64{1}, func(v int) bool { return c.free(members, v) })
		}
	}
	for f := range c.Fluids {
		if err := laws.take(c, &c.Fluids[f], voxel); err != nil {
			return err
		}
	}
	return nil
}

// free reports whether a voxel's density may change; of the cohort's substrates, which
// are held together or not at all.
func (c *Cohort) free(members []*field, voxel int) bool {
	for _, f := range c.Fluids {
		if p := members[f.Member].substrate.Mosaic; p != nil && !p.Free(voxel) {
			return false
		}
	}
	return true
}

// EachByVoxel visits the entries in the order of voxels and, within one, cells.
func (f *Footprints) EachByVoxel(voxels int, visit func(cell, entry int)) {
	first := make([]int, voxels+1)
	for _, v := range f.Voxel {
		first[v+1]++
	}
	for v := range voxels {
		first[v+1] += first[v]
	}
	type pair struct{ cell, entry int }
	order := make([]pair, len(f.Voxel))
	for cell := range len(f.First) - 1 {
		for entry := f.First[cell]; entry < f.First[cell+1]; entry++ {
			v := f.Voxel[entry]
			order[first[v]] = pair{cell, entry}
			first[v]++
		}
	}
	for _, p := range order {
		visit(p.cell, p.entry)
	}
}

func (f *Footprints) add(voxels []int, shares []float64, free func(voxel int) bool) {
	open := 0.0
	for i, v := range voxels {
		if free(v) {
			open += shares[i]
		}
	}
	f.Voxel, f.Share = append(f.Voxel, voxels...), append(f.Share, shares...)
	f.First, f.Open = append(f.First, len(f.Voxel)), append(f.Open, open)
}

// take makes the laws of a cohort for one substrate.
func (laws SurfaceLaws) take(c *Cohort, f *CohortFluid, voxel []int) error {
	kinds := map[cellKind]SurfaceLaw{}
	for _, i := range c.Cells {
		law, err := laws.ofCell(i, laws.kind(i, voxel[i]), f.Substrate, kinds)
		if err != nil {
			return err
		}
		f.Laws = append(f.Laws, law)
	}
	return nil
}

// spread gives the cells of a group the footprints of coupling cloud, with the shifts of
// their laws and their neighbours. Walls are those of the first member: cohorts whose
// substrates meet other walls are off there, within the reach of a correction.
func (laws SurfaceLaws) spread(cohorts []*Cohort, members []*field, voxel []int) {
	m := laws.model
	grid := newCloud(m.Grid, laws.lattice.green, m.Substrates[members[0].id].Boundary)
	var at []r3.Vec
	var radius []float64
	var whose []Neighbour
	for i, c := range cohorts {
		c.Footprints = Footprints{First: []int{0}}
		for k := range c.Cells {
			centre, a := c.sphere(m, k)
			f := grid.footprint(centre, a, laws.open(members))
			c.Footprints.add(f.voxel, f.share, func(v int) bool { return c.free(members, v) })
			at, radius = append(at, centre), append(radius, a)
			whose = append(whose, Neighbour{Cohort: i, Cell: k})
		}
	}
	near := grid.nearField(at, radius)
	for n, cell := range whose {
		c := cohorts[cell.Cohort]
		if cell.Cell == 0 {
			c.Pairs.First = []int{0}
		}
		for e := near.first[n]; e < near.first[n+1]; e++ {
			other := whose[near.other[e]]
			other.Excess = near.excess[e]
			c.Pairs.Other = append(c.Pairs.Other, other)
		}
		c.Pairs.First = append(c.Pairs.First, len(c.Pairs.Other))
		label := laws.label(voxel[c.Cells[cell.Cell]])
		for f := range c.Fluids {
			fluid := &c.Fluids[f]
			spread := 0.0
			if mobility := laws.mobility(label, fluid.Substrate); mobility > 0 {
				spread = 1 / (mobility * m.Substrates[fluid.Substrate].Unit.AmountPerVolume())
			}
			fluid.Spread = append(fluid.Spread, spread)
			fluid.Laws[cell.Cell].Shift = near.own[n] * spread
		}
	}
}

// open tells the voxels that anything of a group's substrates is in.
func (laws SurfaceLaws) open(members []*field) func(voxel int) bool {
	p := members[0].substrate.Mosaic
	if p == nil {
		return nil
	}
	return func(voxel int) bool { return p.Mobility[p.Labels[voxel]] > 0 }
}

// represented holds the laws of a cohort against what its receptors bind at the start.
func (laws SurfaceLaws) represented(c *Cohort) error {
	m := laws.model
	values := make([]float64, c.Kinetics.Substrates+len(c.State))
	for _, f := range c.Fluids {
		for k, bound := range f.Laws {
			for v := range c.State {
				values[c.Kinetics.Substrates+v] = c.State[v][k]
			}
			for _, term := range f.Terms {
				if term.Slope != nil {
					bound.Sink -= term.Factor * term.Slope.Eval(values)
				}
			}
			if bound.Slack() <= 0 {
				return laws.beyond(m.CellTypes[c.Type], m.Substrates[f.Substrate], bound)
			}
		}
	}
	return nil
}

// beyond says that a cell takes up more than its voxel can represent.
func (laws SurfaceLaws) beyond(cell tissue.CellType, s tissue.Substrate, law SurfaceLaw) error {
	amount := s.Unit.AmountPerVolume()
	return fmt.Errorf("engine: cell type %q takes up %s at %.4g µm³/s: more than one voxel can represent for a cell of radius %g µm here (limit %.4g µm³/s); use larger voxels, fewer receptors, or coupling cloud: %w",
		cell.Name, s.Name, law.Steepest()/amount, cell.Radius, -1/law.Shift/amount, ErrBeyondSubVoxelLaw)
}

// cohortFaults says which cells have states that a scheme does not advance.
func cohortFaults(m *tissue.Model, scheme Scheme) error {
	var faults []error
	for _, t := range m.CellTypes {
		if len(t.Variables)+len(t.Reactions) > 0 {
			faults = append(faults, fmt.Errorf("engine: scheme %s: cell type %q has reactions of its own: want scheme adaptive or ftcs", scheme, t.Name))
		}
	}
	return errors.Join(faults...)
}

// sameKinetics reports whether the cell types of two models have the same variables and
// reactions, which a solver keeps.
func sameKinetics(a, b *tissue.Model) bool {
	for i := range max(len(a.CellTypes), len(b.CellTypes)) {
		var s, t tissue.CellType
		if i < len(a.CellTypes) {
			s = a.CellTypes[i]
		}
		if i < len(b.CellTypes) {
			t = b.CellTypes[i]
		}
		variables := slices.EqualFunc(s.Variables, t.Variables, func(v, w tissue.CellVariable) bool {
			return v.Name == w.Name && v.Dimension == w.Dimension
		})
		if !variables || !slices.EqualFunc(s.Reactions, t.Reactions, func(q, r tissue.CellReaction) bool {
			return q.Name == r.Name && q.Rate.Equal(r.Rate) && slices.Equal(q.Changes, r.Changes) && slices.Equal(q.Fluid, r.Fluid)
		}) {
			return false
		}
	}
	return true
}
