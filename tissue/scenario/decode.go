package scenario

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/catalogue"
	"github.com/cytofield/cytofield/tissue/expression"
	"github.com/cytofield/cytofield/tissue/quantity"
)

// version is the version of the format this package reads and writes.
const version = 1

// decoder goes once through a scenario. It goes on after a fault, so that all
// are found, and leaves the faulty part of the model at zero.
type decoder struct {
	*report
	limits   limits
	usual    furnishing // of the panels of a figure
	files    files
	scenario *Scenario

	figureName string // of a figure file, from whose directory runs are looked for

	substrates  []member                                   // as the model's substrates
	types       []member                                   // as the model's cell types
	regions     []member                                   // as the model's regions
	kinetics    []kinetics                                 // as the model's cell types
	fluid       value                                      // flow, where given
	organism    fields                                     // body, where given
	organs      []member                                   // as the variables of the model's body
	images      map[string]labels                          // read so far, by the name in the file
	pixels      int                                        // of label images so far
	tables      int                                        // bytes of cell tables and label images so far, as the resolved scenario has them
	weights     map[tissue.SubstrateID]catalogue.Parameter // of substrates in the catalogue
	placements  []placement
	pointed     []value // the shares of exports that point
	read        int     // files of cells so far
	happenings  []happening
	eventItems  []value               // of the model's events
	ruled       map[string][]value    // rules of each type, as in the model
	comments    map[string]string     // sources of values, by path
	gridSound   bool                  // the grid may be used to place cells in
	namesSound  bool                  // substrates and types are all known by name
	shared      []expression.Constant // of the whole scenario
	sharedSound bool
	ofBody      []expression.Constant // of the body, and those of the whole scenario
	bodySound   bool
	shortened   bool // the duration comes from a --set argument
	sources     map[string]bool
}

func (d *decoder) model() *tissue.Model { return d.scenario.Model }

func (d *decoder) decode(root value) {
	d.comments, d.sources = map[string]string{}, map[string]bool{}
	d.ruled = map[string][]value{}
	d.weights, d.images = map[tissue.SubstrateID]catalogue.Parameter{}, map[string]labels{}
	f, ok := root.fields("cytofield: 1, domain: ..., duration: ..., substrates: ...",
		"cytofield", "title", "description", "domain", "duration", "seed", "substrates", "constants", "reactions", "regions",
		"flow", "body", "cells", "cell_step", "rules", "attribution", "events", "numerics", "output", "expect", "sources")
	if !ok {
		return
	}
	d.version(f)
	if v, ok := f.get("title"); ok {
		d.model().Title, _ = v.str()
	}
	if v, ok := f.get("description"); ok {
		d.scenario.Description, _ = v.str()
	}
	if v, ok := f.get("seed"); ok {
		d.model().Seed = v.seed()
	}
	faces := d.domain(f)
	if v, ok := f.need("duration", "4 h"); ok {
		d.model().Duration, _ = v.positive(quantity.Time)
		d.shortened = v.at.src.setting
	}
	if v, ok := f.get("cell_step"); ok {
		d.model().CellStep, _ = v.positive(quantity.Time)
	}
	d.decodeSubstrates(f, faces)
	d.reactions(f)
	d.flow(f)
	d.bodyVariables(f)
	d.decodeRegions(f)
	d.body()
	d.cells(f)
	d.rules(f)
	d.events(f)
	if len(d.faults) == 0 {
		d.warnUnplaced()
	}
	d.attribution(f)
	d.numerics(f)
	d.output(f)
	d.expect(f)
	d.citations(f)
	if len(d.faults) == 0 {
		d.validate(root)
	}
}

func (d *decoder) version(f fields) {
	v, ok := f.need("cytofield", strconv.Itoa(version))
	if !ok {
		return
	}
	if number, ok := v.integer(1, math.MaxInt32); ok && number != version {
		v.fault("version %d of the scenario format: this program reads version %d", number, version)
	}
}

func (v value) seed() uint64 {
	if v.kind == scalar && !v.quoted {
		if seed, err := strconv.ParseUint(v.text, 10, 64); err == nil {
			return seed
		}
	}
	v.fault("%s: want a whole number from 0 to %d", v.written(), uint64(math.MaxUint64))
	return 0
}

// domain decodes the grid and returns the boundary of the box.
func (d *decoder) domain(f fields) [3][2]tissue.Boundary {
	var faces [3][2]tissue.Boundary
	v, ok := f.need("domain", "{size: [400 um, 400 um, 200 um], voxel: 10 um}")
	if !ok {
		return faces
	}
	f, ok = v.fields("{size: [400 um, 400 um, 200 um], voxel: 10 um}", "size", "voxel", "thickness", "boundary", "extracellular")
	if !ok {
		return faces
	}
	d.grid(f)
	d.model().ExtracellularFraction = 1
	if v, ok := f.get("extracellular"); ok {
		d.model().ExtracellularFraction = v.fraction()
	} else if !f.has("extracellular") {
		d.warn(f.key, join(f.path, "extracellular"), "not given: taken as 1, as in water; dense tissue has about 0.2, and its concentrations are then five times as high")
	}
	if v, ok := f.get("boundary"); ok {
		faces = d.boundary(v, faces, noSubstrate)
	}
	return faces
}

// grid decodes size, voxel and thickness.
func (d *decoder) grid(f fields) {
	sound := len(d.faults)
	size, sizes := d.lengths(f, "size", "[400 um, 400 um, 200 um]")
	edges, _ := d.lengths(f, "voxel", "10 um")
	thickness, hasThickness := f.get("thickness")
	if len(size) == 1 {
		sizes[0].fault("one length: want three, or two for a 2D domain")
	}
	if len(size) == 3 && hasThickness {
		d.fault(thickness.key, thickness.path, "only a 2D domain has a thickness, and size has three entries; leave one of them out")
	}
	if len(size) > 1 && len(edges) > 1 && len(edges) != len(size) {
		v, _ := f.get("voxel")
		v.fault("%d lengths, and size has %d: want one for all axes, or one per axis", len(edges), len(size))
	}
	height := 0.
	if hasThickness {
		height, _ = thickness.positive(quantity.Length)
	}
	if len(d.faults) > sound || len(size) < 2 || len(edges) == 0 {
		return
	}
	if len(edges) == 1 {
		edges = []float64{edges[0], edges[0], edges[0]}
	}
	grid := tissue.Grid{Shape: [3]int{1, 1, 1}, Planar: len(size) == 2}
	if grid.Planar {
		if !hasThickness {
			height = edges[0]
			d.warn(f.key, join(f.path, "thickness"), "not given: the tissue is taken to be one voxel edge thick, %s", um(height))
		}
		edges = []float64{edges[0], edges[1], height}
	}
	grid.Spacing = [3]float64(edges)
	voxels := 1.
	for axis, length := range size {
		count := length / edges[axis]
		if voxels *= max(count, 1); voxels > d.limits.voxels {
			v, _ := f.get("size")
			v.fault("more than %.3g voxels; take larger voxels or a smaller domain", d.limits.voxels)
			return
		}
		if whole := math.Round(count); whole < 1 || math.Abs(count-whole) > 1e-9*whole {
			sizes[axis].fault("%s is %.6g voxels of %s along %s: want a whole number, so %s", sizes[axis].written(), count, um(edges[axis]), tissue.AxisName(axis), nearest(count, edges[axis]))
			continue
		}
		grid.Shape[axis] = int(math.Round(count))
	}
	d.model().Grid = grid
	d.gridSound = len(d.faults) == sound
}

// nearest names the sizes next to a number of voxels that is not whole.
func nearest(count, edge float64) string {
	below, above := math.Floor(count), math.Ceil(count)
	if below < 1 {
		return um(tidy(edge))
	}
	return um(tidy(below*edge)) + " or " + um(tidy(above*edge))
}

// tidy removes the rounding of a product.
func tidy(number float64) float64 {
	short, err := strconv.ParseFloat(strconv.FormatFloat(number, 'g', 12, 64), 64)
	if err != nil {
		return number
	}
	return short
}

func um(length float64) string { return quantity.Format(length, "um") }

// lengths decodes a list of positive lengths, or one length alone.
func (d *decoder) lengths(f fields, key, example string) ([]float64, []value) {
	v, ok := f.need(key, example)
	if !ok {
		return nil, nil
	}
	items := []value{v}
	if v.kind == sequence || key == "size" {
		if items, ok = v.list(example); !ok {
			return nil, nil
		}
		if len(items) == 0 || len(items) > 3 {
			v.fault("%d lengths: want one per axis, such as %s", len(items), example)
			return nil, nil
		}
	}
	var all []float64
	for _, item := range items {
		length, ok := item.positive(quantity.Length)
		if !ok {
			length = 0
		}
		all = append(all, length)
	}
	return all, items
}

const substrateExample = "{diffusion: 10 um^2/s, half_life: 2 h}"

// decodeSubstrates takes in the names first, so that a fault in one substrate
// makes no fault where it is named.
func (d *decoder) decodeSubstrates(f fields, faces [3][2]tissue.Boundary) {
	v, ok := f.need("substrates", "{IL-2: "+substrateExample+"}")
	if !ok {
		return
	}
	d.substrates = v.named("{IL-2: " + substrateExample + "}")
	d.namesSound = v.kind == mapping
	if v.kind == mapping && len(d.substrates) == 0 {
		v.fault("no substrate: want at least one, such as {IL-2: %s}", substrateExample)
	}
	for _, m := range d.substrates {
		d.model().Substrates = append(d.model().Substrates, tissue.Substrate{Name: m.name, Unit: tissue.Nanomolar, Retardation: 1})
	}
	for i, m := range d.substrates {
		if m.kind != null {
			d.substrate(tissue.SubstrateID(i), m, faces)
		}
	}
}

func (d *decoder) substrate(id tissue.SubstrateID, m member, faces [3][2]tissue.Boundary) {
	f, ok := m.fields(substrateExample, "from", "unit", "diffusion", "decay", "half_life", "retardation", "initial", "boundary")
	if !ok {
		return
	}
	s := &d.model().Substrates[id]
	s.Boundary = faces
	catalogued := d.catalogueSubstrate(f, id, m.name)
	if v, ok := f.get("unit"); ok {
		if unit, ok := v.choice(string(tissue.Nanomolar), string(tissue.DimensionlessUnit), string(tissue.MillimetresMercury)); ok {
			s.Unit = tissue.DensityUnit(unit)
		}
	}
	if catalogued.diffusion && !f.has("diffusion") {
		// taken from the catalogue
	} else if v, ok := f.need("diffusion", "10 um^2/s"); ok {
		s.DiffusionCoefficient, _ = v.nonNegative(quantity.Diffusion)
	}
	rate, given := d.decay(f)
	if given {
		s.DecayRate = rate
	} else if !f.has("decay") && !f.has("half_life") && !catalogued.decay {
		d.warn(f.key, f.path, "neither decay nor half_life given: taken as no decay")
	}
	s.Retardation = d.retardation(f, s.Retardation)
	if v, ok := f.get("initial"); ok {
		s.InitialDensity, _ = d.density(v, id)
	}
	if v, ok := f.get("boundary"); ok {
		s.Boundary = d.boundary(v, faces, id)
	}
}

// decay decodes the decay rate or the half-life, and whether either is given.
func (d *decoder) decay(f fields) (decayRate float64, given bool) {
	return d.lossRate(f, "decay", func(v value) float64 {
		rate, _ := v.nonNegative(quantity.Rate)
		return rate
	})
}

// lossRate decodes a first-order loss under a key, or its half-life, λ = ln 2 / t½, and
// whether either is given.
func (d *decoder) lossRate(f fields, key string, read func(v value) float64) (lossRate float64, given bool) {
	rate, hasRate := f.get(key)
	half, hasHalf := f.get("half_life")
	if hasRate && hasHalf {
		d.fault(half.key, half.path, "%s is given too: want one of them", key)
	}
	if hasRate {
		lossRate = read(rate)
	}
	if hasHalf {
		if time, ok := half.positive(quantity.Time); ok && !hasRate {
			if lossRate = math.Ln2 / time; math.IsInf(lossRate, 0) {
				half.fault("%s: too short a half-life", half.written())
			}
		}
	}
	return lossRate, hasRate || hasHalf
}

// retardation decodes the retardation factor; where none is given it stays.
func (d *decoder) retardation(f fields, factor float64) float64 {
	if v, ok := f.get("retardation"); ok {
		if factor, ok = v.in(quantity.Dimensionless); ok && factor < 1 {
			v.fault("%s: want 1 or more, one plus the bound molecules for each free one", v.written())
		}
	}
	return factor
}

// density decodes a density of zero or more in the unit of a substrate.
func (d *decoder) density(v value, id tissue.SubstrateID) (float64, bool) {
	number, ok := d.signedDensity(v, id)
	if ok && number < 0 {
		v.fault("%s: want 0 or more", v.written())
		return 0, false
	}
	return number, ok
}

// signedDensity decodes a density, or a difference of two, in the unit of a substrate.
func (d *decoder) signedDensity(v value, id tissue.SubstrateID) (float64, bool) {
	s := d.model().Substrates[id]
	var number float64
	var err error
	switch s.Unit {
	case tissue.DimensionlessUnit:
		q, ok := v.quantity(quantity.Dimensionless)
		if !ok {
			return 0, false
		}
		if number, err = q.In(quantity.Dimensionless); err != nil {
			v.fault("%s: the density of %s is dimensionless; want a plain number such as 0.5", v.written(), s.Name)
			return 0, false
		}
	case tissue.MillimetresMercury:
		q, ok := v.quantity(quantity.Pressure)
		if !ok {
			return 0, false
		}
		if number, err = q.To("mmHg"); err != nil {
			v.fault("%v, the unit of %s", err, s.Name)
			return 0, false
		}
	default:
		q, ok := v.quantity(quantity.Concentration)
		if !ok {
			return 0, false
		}
		if number, err = q.NanomolarOf(d.weight(v, q, id)); err != nil {
			v.fault("%v", err)
			return 0, false
		}
	}
	return number + 0, true
}

// weight returns the molecular weight that a concentration by mass is converted
// with, which the user should know of; the zero Quantity where none is known.
func (d *decoder) weight(v value, q quantity.Quantity, id tissue.SubstrateID) quantity.Quantity {
	p := d.weights[id]
	if q.Dim != quantity.MassConcentration || !p.Known() {
		return quantity.Quantity{}
	}
	weight, err := p.Quantity()
	if err != nil {
		v.fault("%v", err)
		return quantity.Quantity{}
	}
	d.sources[p.Source] = true
	v.warn("converted from %s with the catalogue's %s", v.written(), p)
	return weight
}

// densityText writes a density in the unit of its substrate.
func densityText(density float64, s tissue.Substrate) string {
	if s.Unit == tissue.DimensionlessUnit {
		return quantity.Format(density, "")
	}
	return quantity.Format(density, string(s.Unit))
}

// substrateNamed finds the substrate a name in the file means.
func (d *decoder) substrateNamed(name string, at location, path string) (tissue.SubstrateID, bool) {
	id, ok := d.model().Substrate(name)
	if !ok && d.namesSound {
		d.fault(at, path, "no substrate %q%s", name, suggest(name, names(d.substrates)))
	}
	return id, ok
}

func names(members []member) []string {
	all := make([]string, len(members))
	for i, m := range members {
		all[i] = m.name
	}
	return all
}

// validate folds in what the model itself finds wrong. The decoder should have
// found it before, with a better place.
func (d *decoder) validate(root value) {
	err := d.model().Validate()
	if err == nil {
		return
	}
	all := []error{err}
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		all = joined.Unwrap()
	}
	for _, err := range all {
		message := strings.TrimPrefix(err.Error(), "tissue: ")
		at, path := root.key, ""
		for _, m := range d.substrates {
			if strings.HasPrefix(message, fmt.Sprintf("substrate %q", m.name)) {
				at, path = m.key, m.path
			}
		}
		for _, m := range d.types {
			rest, ok := strings.CutPrefix(message, fmt.Sprintf("cell type %q", m.name))
			if !ok {
				continue
			}
			at, path = m.key, m.path
			var number int
			if _, err := fmt.Sscanf(rest, ": rule %d", &number); err == nil {
				rule := d.ruled[m.name][number-1]
				at, path = rule.at, rule.path
			}
		}
		for _, m := range d.regions {
			if rest, ok := strings.CutPrefix(message, fmt.Sprintf("region %q: ", m.name)); ok {
				at, path, message = m.at, m.path, rest
			}
		}
		var number int
		if _, err := fmt.Sscanf(message, "event %d: ", &number); err == nil {
			item := d.eventItems[number-1]
			_, message, _ = strings.Cut(message, ": ")
			at, path = item.at, item.path
		}
		if rest, ok := strings.CutPrefix(message, "body: "); ok {
			at, path, message = d.organism.key, d.organism.path, rest
		}
		if rest, ok := strings.CutPrefix(message, "flow: "); ok {
			at, path, message = d.fluid.key, d.fluid.path, rest
		}
		d.fault(at, path, "%s", message)
	}
}
