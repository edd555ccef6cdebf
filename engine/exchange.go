package engine

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/cytofield/cytofield/tissue"
)

// Coupling says how a cell meets the grid.
type Coupling string

const (
	// VoxelCoupling sees a cell as a sphere in its nearest voxel and corrects its
	// flux by the sub-voxel law (see SurfaceLaw). The default.
	VoxelCoupling Coupling = "voxel"
	// PlainCoupling takes the density of the voxel for that at the cell's surface.
	PlainCoupling Coupling = "plain"
	// CloudCoupling spreads a cell over the voxels it touches, and corrects its flux by the
	// lattice's Green's function, for its own place and for cells close to it: see cloud.
	CloudCoupling Coupling = "cloud"
)

// Couplings returns all there are.
func Couplings() []Coupling { return []Coupling{VoxelCoupling, PlainCoupling, CloudCoupling} }

// ErrBeyondSubVoxelLaw marks a cell that takes up more than the sub-voxel law
// can represent on the grid.
var ErrBeyondSubVoxelLaw = errors.New("beyond the sub-voxel law")

// SurfaceLaw is how one cell of a type exchanges one substrate with the voxel it
// sits in. Amounts are molecules for substrates in nM (DensityUnit.AmountPerVolume).
// The net flux into the cell is
//
//	J = κ c_s − q + V_max c_s/(K_m + c_s),   c_s = c_voxel − g J
//	g = (1/(4π a) − W/h)/(α D A)
//
// with c_s the density at its surface, a its radius, W/h the lattice self-term and
// A the amount per density and µm³: the grid's own dip at a voxel sink is taken
// out and the dip at a partially absorbing sphere put in (Collins & Kimball, J.
// Colloid Sci. 4 (1949) 425). g is 0 for coupling plain, without diffusion, and
// where an axis has but one voxel. Walls closer than a few voxels are not seen.
type SurfaceLaw struct {
	Sink           float64 // κ, linear uptake of all kinds and the c-part of secretion, amount/s per density
	Release        float64 // q, export and the constant part of secretion, amount/s
	Export         float64 // E, amount/s
	Secretion      float64 // V_cell S A, amount/s per density below saturation
	Saturation     float64 // c*, density
	MaxUptake      float64 // V_max, amount/s
	HalfSaturation float64 // K_m, density
	Shift          float64 // g, density per amount/s
}

// SurfaceLaws makes the laws of a model.
type SurfaceLaws struct {
	model    *tissue.Model
	coupling Coupling
	lattice  lattice
	labels   []uint8 // of the model
}

// lattice is what a coupling knows of the grid's own fields, some milliseconds of
// quadrature that laws share.
type lattice struct {
	selfTerm float64 // W/h, 1/µm, of coupling voxel; NaN where the sub-voxel law does not apply
	green    *green  // of coupling cloud
}

func newLattice(g tissue.Grid, coupling Coupling) lattice {
	l := lattice{selfTerm: math.NaN()}
	if HasSubVoxelLaw(g, coupling) {
		l.selfTerm = latticeSelfTerm(g.Spacing)
	}
	if coupling == CloudCoupling {
		l.green = newGreen(g.Spacing)
	}
	return l
}

// NewSurfaceLaws prepares the laws of a model under a coupling.
func NewSurfaceLaws(m *tissue.Model, coupling Coupling) SurfaceLaws {
	return newSurfaceLaws(m, coupling, m.Labels())
}

func newSurfaceLaws(m *tissue.Model, coupling Coupling, labels []uint8) SurfaceLaws {
	return SurfaceLaws{m, coupling, newLattice(m.Grid, coupling), labels}
}

// NewSurfaceLaw returns one law alone; see SurfaceLaws.Law.
func NewSurfaceLaw(m *tissue.Model, t tissue.CellTypeID, s tissue.SubstrateID, coupling Coupling) (law SurfaceLaw, ok bool, err error) {
	return newSurfaceLaws(m, coupling, nil).Law(t, s)
}

// HasSubVoxelLaw reports whether a coupling corrects for cells smaller than their
// voxel on a grid: coupling voxel, where every axis has more than one voxel.
func HasSubVoxelLaw(g tissue.Grid, coupling Coupling) bool {
	return coupling == VoxelCoupling && g.Solid()
}

// Law returns the law of a cell type for a substrate outside regions; ok is false where
// the type leaves the substrate alone.
func (laws SurfaceLaws) Law(t tissue.CellTypeID, s tissue.SubstrateID) (law SurfaceLaw, ok bool, err error) {
	return laws.lawIn(cellKind{t: t}, s)
}

// Range returns the laws AtStart of a cell of a type alone with the least and the largest
// shift; with coupling cloud that depends on where in its voxel the cell is, with others
// they are the same.
func (laws SurfaceLaws) Range(t tissue.CellTypeID, s tissue.SubstrateID) (least, most SurfaceLaw, ok bool, err error) {
	law, ok, err := laws.AtStart(t, s)
	least, most = law, law
	m := laws.model
	if mobility := laws.mobility(0, s); ok && laws.coupling == CloudCoupling && m.Grid.Solid() && mobility > 0 {
		grid := newCloud(m.Grid, laws.lattice.green, m.Substrates[s].Boundary)
		low, high := grid.alone(m.CellTypes[t].Radius)
		amount := m.Substrates[s].Unit.AmountPerVolume()
		least.Shift, most.Shift = low/(mobility*amount), high/(mobility*amount)
	}
	return least, most, ok, err
}

// label returns that of a voxel.
func (laws SurfaceLaws) label(voxel int) uint8 {
	if laws.labels == nil {
		return 0
	}
	return laws.labels[voxel]
}

// mobility returns α D of a substrate in voxels of a label, µm²/s.
func (laws SurfaceLaws) mobility(label uint8, s tissue.SubstrateID) float64 {
	fraction, medium := laws.model.MediumOf(label, s)
	return fraction * medium.DiffusionCoefficient
}

// cellKind is what a law depends on besides the substrate.
type cellKind struct {
	label uint8 // of the voxel
	t     tissue.CellTypeID
	dead  bool
}

// kind returns that of a cell in a voxel.
func (laws SurfaceLaws) kind(cell, voxel int) cellKind {
	return cellKind{laws.label(voxel), laws.model.Cells.Type[cell], laws.model.Cells.IsDead(cell)}
}

func (laws SurfaceLaws) lawIn(kind cellKind, s tissue.SubstrateID) (law SurfaceLaw, ok bool, err error) {
	return laws.lawOf(kind, laws.model.CellTypes[kind.t].Exchange, s)
}

// ofCell returns the law of a cell; those of its type are kept in known.
func (laws SurfaceLaws) ofCell(cell int, kind cellKind, s tissue.SubstrateID, known map[cellKind]SurfaceLaw) (SurfaceLaw, error) {
	if own := laws.model.Cells.Exchange; own != nil && own[cell] != nil {
		law, _, err := laws.lawOf(kind, own[cell], s)
		return law, err
	}
	law, found := known[kind]
	if found {
		return law, nil
	}
	law, _, err := laws.lawIn(kind, s)
	known[kind] = law
	return law, err
}

// lawOf returns the law of a cell of a kind with an exchange in place of its type's.
func (laws SurfaceLaws) lawOf(kind cellKind, exchange []tissue.Exchange, s tissue.SubstrateID) (law SurfaceLaw, ok bool, err error) {
	m := laws.model
	cell, substrate := m.CellTypes[kind.t], m.Substrates[s]
	amount := substrate.Unit.AmountPerVolume()
	for _, e := range exchange {
		if e.Substrate != s {
			continue
		}
		secretion := cell.Volume() * e.SecretionRate * amount
		if law.Secretion+secretion > 0 { // several secretions act as one
			law.Saturation = (law.Secretion*law.Saturation + secretion*e.SaturationDensity) / (law.Secretion + secretion)
		}
		law.Secretion += secretion
		law.Export += e.NetExportRate
		law.Sink += secretion + cell.Volume()*e.UptakeRate*amount
		if e.MaxUptakeRate > 0 {
			if law.MaxUptake > 0 {
				return law, false, fmt.Errorf("engine: cell type %q: two saturable uptakes of %s: want one", cell.Name, substrate.Name)
			}
			law.MaxUptake, law.HalfSaturation = e.MaxUptakeRate, e.HalfSaturation
		}
	}
	receptors := 1.0
	if kind.dead {
		receptors = tissue.DeadUptake
	}
	for _, r := range cell.Receptors {
		if r.Ligand == s {
			law.Sink += receptors * r.OnRate * r.Count
		}
	}
	law.Release = law.Export + law.Secretion*law.Saturation
	if mobility := laws.mobility(kind.label, s); !math.IsNaN(laws.lattice.selfTerm) && mobility > 0 {
		law.Shift = (1/(4*math.Pi*cell.Radius) - laws.lattice.selfTerm) / (mobility * amount)
	}
	if law.Slack() <= 0 {
		return law, true, laws.beyond(cell, substrate, law)
	}
	return law, !law.rests(), nil
}

// rests reports whether a cell leaves the substrate alone.
func (l SurfaceLaw) rests() bool { return l == SurfaceLaw{Shift: l.Shift} }

// Steepest returns the largest slope of the uptake over the surface density,
// amount/s per density.
func (l SurfaceLaw) Steepest() float64 {
	if l.MaxUptake == 0 {
		return l.Sink
	}
	return l.Sink + l.MaxUptake/l.HalfSaturation
}

// SinkAt returns κ', what the cell takes up per density at such a density at its surface,
// amount/s per density.
func (l SurfaceLaw) SinkAt(surface float64) float64 {
	if l.MaxUptake == 0 {
		return l.Sink
	}
	return l.Sink + l.MaxUptake/(l.HalfSaturation+surface)
}

// Slack returns 1 + κ g at the steepest uptake: the law holds while it is
// positive and amplifies the grid's errors by its inverse.
func (l SurfaceLaw) Slack() float64 { return 1 + l.Steepest()*l.Shift }

// Slope returns the largest slope of the flux over the density of the voxel,
// amount/s per density.
func (l SurfaceLaw) Slope() float64 { return l.Steepest() / l.Slack() }

// SlopeAt returns the slope of the flux over the density of the voxel, amount/s per
// density, at such a density; below the Edge that above it.
//
//	dJ/dc = J'/(1 + g J'),  J' = κ + V_max K_m/(K_m + c_s)²
func (l SurfaceLaw) SlopeAt(voxel float64) float64 {
	slope := l.SlopeAtSurface(l.Surface(voxel))
	return slope / (1 + l.Shift*slope)
}

// SlopeAtSurface returns J', the slope of the flux over the density at the surface,
// amount/s per density, at such a density.
func (l SurfaceLaw) SlopeAtSurface(surface float64) float64 {
	if l.MaxUptake == 0 {
		return l.Sink
	}
	sum := l.HalfSaturation + surface
	return l.Sink + l.MaxUptake*l.HalfSaturation/(sum*sum)
}

// Edge returns the density of the voxel below which c_s of a cell whose uptake saturates
// is 0, and the flux into it the same everywhere.
func (l SurfaceLaw) Edge() float64 { return -l.Shift * l.Release }

// Surface returns the density at the cell's surface for that of its voxel: the
// larger root of
//
//	a c_s² − p c_s − b K_m = 0,  a = 1 + κ g,  b = c + g q,  p = b − a K_m − g V_max
//
// Where g < 0 the voxel of a cell that releases starts below −g q, its own level
// at rest: b is negative then, and so would be c_s, down to the pole at −K_m.
// A cell whose uptake saturates sees 0 until its voxel has filled.
func (l SurfaceLaw) Surface(voxel float64) float64 {
	a := 1 + l.Sink*l.Shift
	b := voxel + l.Shift*l.Release
	if l.MaxUptake == 0 {
		return b / a
	}
	b = max(0, b)
	p := b - a*l.HalfSaturation - l.Shift*l.MaxUptake
	root := math.Sqrt(max(0, p*p+4*a*b*l.HalfSaturation))
	if p > 0 {
		return (p + root) / (2 * a)
	}
	return 2 * b * l.HalfSaturation / (root - p) // the same root without cancellation
}

// Saturated returns the saturable part of the uptake at a surface density, amount/s.
func (l SurfaceLaw) Saturated(surface float64) float64 {
	if l.MaxUptake == 0 {
		return 0
	}
	return l.MaxUptake * surface / (l.HalfSaturation + surface)
}

// Flux returns the net flux into the cell at a surface density, amount/s.
func (l SurfaceLaw) Flux(surface float64) float64 {
	return l.Sink*surface - l.Release + l.Saturated(surface)
}

// Secreted returns what the cell gives off at a surface density, amount/s. Above
// its saturation density a secreting cell takes back: negative, as in PhysiCell.
func (l SurfaceLaw) Secreted(surface float64) float64 {
	return l.Export + l.Secretion*(l.Saturation-surface)
}

// TakenUp returns what the cell takes up at a surface density, amount/s.
func (l SurfaceLaw) TakenUp(surface float64) float64 {
	return (l.Sink-l.Secretion)*surface + l.Saturated(surface)
}

// Site is a voxel and what all its linear cells, or its walls, do together:
//
//	dc/dt = Source − Sink c
type Site struct {
	Voxel  int     // Grid.Index
	Sink   float64 // 1/s
	Source float64 // density/s
	Export float64 // the part of Source that does not saturate, density/s
	Drift  float64 // of Source, density/s²: see Exchange.Since
}

// SaturableCell is a cell whose uptake saturates: its flux is evaluated on its own.
type SaturableCell struct {
	Voxel    int
	Law      SurfaceLaw
	Capacity float64 // of its voxel, see Capacity
}

// Exchange is what the cells, or the walls, do to one substrate, sorted by voxel
// and within a voxel by cell, so that sums have one order.
type Exchange struct {
	Sites     []Site
	Saturable []SaturableCell
	Capacity  Capacity
	Steepest  float64      // largest Σ sink of a voxel, 1/s: joins the spectral bound
	Since     float64      // time at which the sites' Source holds, s; at t it is Source + Drift (t − Since)
	Drifts    bool         // whether any site's does
	Body      []*BodySites // of walls: where the body is beyond them

	budgets []budget // of Sites
}

// budget splits a site's net flux: rates in amount/s are constant + slope × c.
type budget struct {
	secreted, secretedSlope float64
	takenUp, takenUpSlope   float64
}

// NewExchange sorts the cells of a model by voxel for one substrate.
func NewExchange(m *tissue.Model, s tissue.SubstrateID, coupling Coupling) (*Exchange, error) {
	laws := NewSurfaceLaws(m, coupling)
	return laws.exchange(s, newMosaic(m, s, laws.labels, nil))
}

// exchange sorts the cells by voxel. Cells in voxels with a held density see it and
// change nothing.
func (laws SurfaceLaws) exchange(s tissue.SubstrateID, p *Mosaic) (*Exchange, error) {
	m := laws.model
	x := &Exchange{Capacity: capacityOf(m, s, p)}
	order, err := laws.placed(s, p)
	slope := map[int]float64{}
	for _, cell := range order {
		x.add(cell.voxel, cell.law, slope)
	}
	return x, err
}

// placed is a cell, or a source, in its voxel with what it does there.
type placed struct {
	voxel int
	cell  int // noCell for a source
	law   SurfaceLaw
}

const noCell = -1

// placed returns the cells that do anything with a substrate but those of cohorts, and its
// sources behind them, in the order of their voxels.
func (laws SurfaceLaws) placed(s tissue.SubstrateID, p *Mosaic) ([]placed, error) {
	m := laws.model
	var order []placed
	inCohort := make([]bool, len(m.CellTypes))
	for t, cell := range m.CellTypes {
		inCohort[t] = laws.inCohort(cell, s)
	}
	known := map[cellKind]SurfaceLaw{}
	var faults []error
	for i, t := range m.Cells.Type {
		voxel := m.Grid.IndexAt(m.Cells.Position[i])
		if p != nil && !p.Free(voxel) || inCohort[t] {
			continue
		}
		k := laws.kind(i, voxel)
		_, told := known[k]
		law, err := laws.ofCell(i, k, s, known)
		if err != nil && !told {
			faults = append(faults, err)
		}
		if !law.rests() {
			order = append(order, placed{voxel, i, law})
		}
	}
	for _, source := range m.Sources {
		order = append(order, laws.sprung(source, s, p)...)
	}
	slices.SortStableFunc(order, func(a, b placed) int { return a.voxel - b.voxel })
	return order, errors.Join(faults...)
}

// sprung returns what a source does to a substrate: in each of its free voxels it gives off
//
//	E_v = C_v (rate of density + molecules per s / Σ C)     C: Capacity
func (laws SurfaceLaws) sprung(source tissue.Source, s tissue.SubstrateID, p *Mosaic) (all []placed) {
	m := laws.model
	capacity := capacityOf(m, s, p)
	for _, rate := range source.Rates {
		if rate.Substrate != s {
			continue
		}
		from, room := len(all), 0.0
		for voxel := range m.FreeVoxels(s, source.Within, laws.labels) {
			all = append(all, placed{voxel: voxel, cell: noCell})
			room += capacity.At(voxel)
		}
		for i := range all[from:] {
			of := &all[from+i]
			of.law.Export = capacity.At(of.voxel) * (rate.Density + rate.Molecules/room)
			of.law.Release = of.law.Export
		}
	}
	return all
}

// add adds a cell; slope sums up the sinks of a voxel.
func (x *Exchange) add(voxel int, law SurfaceLaw, slope map[int]float64) {
	capacity := x.Capacity.At(voxel)
	slope[voxel] += law.Slope() / capacity
	x.Steepest = max(x.Steepest, slope[voxel])
	if law.MaxUptake > 0 {
		x.Saturable = append(x.Saturable, SaturableCell{voxel, law, capacity})
	} else {
		x.addLinear(voxel, law, capacity)
	}
}

// addLinear folds a linear cell, c_s = (c + g q)/(1 + κ g), into its voxel's site.
func (x *Exchange) addLinear(voxel int, law SurfaceLaw, capacity float64) {
	a := 1 + law.Sink*law.Shift
	atZero, slope := law.Shift*law.Release/a, 1/a // c_s = atZero + slope c
	if n := len(x.Sites); n == 0 || x.Sites[n-1].Voxel != voxel {
		x.Sites = append(x.Sites, Site{Voxel: voxel})
		x.budgets = append(x.budgets, budget{})
	}
	site, b := &x.Sites[len(x.Sites)-1], &x.budgets[len(x.budgets)-1]
	site.Sink += law.Sink / a / capacity
	site.Source += law.Release / a / capacity
	site.Export += law.Export / a / capacity
	b.secreted += law.Secreted(atZero)
	b.secretedSlope -= law.Secretion * slope
	b.takenUp += law.TakenUp(atZero)
	b.takenUpSlope += (law.Sink - law.Secretion) * slope
}

// Integrals are time integrals a Stepper gathers with the weights of its stages.
type Integrals struct {
	Cells     []float64 // ∫c dt per cell site, density·s
	Walls     []float64 // ∫c dt per wall site
	Surface   []float64 // ∫c_s dt per saturable cell
	Saturated []float64 // ∫V_max c_s/(K_m + c_s) dt per saturable cell, amount
}

// budget returns the amounts cells secreted and took up over a time, s.
func (x *Exchange) budget(elapsed float64, in Integrals) (secreted, takenUp float64) {
	for i, b := range x.budgets {
		secreted += b.secreted*elapsed + b.secretedSlope*in.Cells[i]
		takenUp += b.takenUp*elapsed + b.takenUpSlope*in.Cells[i]
	}
	for i, cell := range x.Saturable {
		law := cell.Law
		secreted += (law.Export+law.Secretion*law.Saturation)*elapsed - law.Secretion*in.Surface[i]
		takenUp += (law.Sink-law.Secretion)*in.Surface[i] + in.Saturated[i]
	}
	return secreted, takenUp
}

// inflow returns the net amount that came in through the sites over a time, s; moment
// is ∫(t − Since) dt over it, s², and exposure ∫C dt of the body's density, density·s.
func (x *Exchange) inflow(elapsed, moment, exposure float64, integrals []float64) float64 {
	total := 0.0
	for _, b := range x.Body {
		if b.response == nil { // else the body has booked it
			total += b.inward * exposure
		}
	}
	for i, site := range x.Sites {
		total += x.Capacity.At(site.Voxel) * (site.Source*elapsed + site.Drift*moment - site.Sink*integrals[i])
	}
	return total
}
