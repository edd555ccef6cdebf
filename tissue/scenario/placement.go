package scenario

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/quantity"
)

// placement is one entry of cells.place, decoded: a recipe for cells, or cells.
type placement struct {
	pattern  string
	cellType tissue.CellTypeID
	hasType  bool // false where the rows of a table give it

	number   int     // random
	distance float64 // random: least distance between centres, µm
	touching bool    // random: the distance is the sum of the radii instead

	spacing  r3.Vec // lattice, µm
	offset   r3.Vec // lattice: first point from the corner of the box, µm
	centred  bool   // lattice: without an offset
	boxed    bool   // random, lattice: within from and to, not the whole domain
	from, to r3.Vec // of the box, µm

	cells []placed // csv, positions
}

// placed is one cell of a table.
type placed struct {
	cellType tissue.CellTypeID
	at       r3.Vec
}

const placeExample = "[{type: Th, pattern: random, number: 40}]"

// place decodes the entries in order and places their cells.
func (d *decoder) place(v value, typesSound bool) {
	items, ok := v.list(placeExample)
	if !ok {
		return
	}
	for i, item := range items {
		if f, p, ok := d.placement(item, typesSound); ok {
			if d.gridSound {
				d.fill(f, &p, &d.model().Cells, uint64(i))
			}
			d.placements = append(d.placements, p)
		}
	}
}

// placement decodes one entry.
func (d *decoder) placement(item value, typesSound bool) (fields, placement, bool) {
	before := len(d.faults)
	f, p, ok := d.placementKeys(item)
	if !ok {
		return f, p, false
	}
	if v, given := f.get("type"); given {
		if name, ok := v.str(); ok {
			p.cellType, _ = d.typeNamed(name, v.at, v.path, typesSound)
		}
	} else if p.pattern != "csv" {
		f.need("type", "Th")
	}
	p.hasType = f.has("type")
	switch p.pattern {
	case "random":
		d.random(f, &p)
	case "lattice":
		d.lattice(f, &p)
	case "positions":
		d.positions(f, &p)
	case "csv":
		d.table(f, &p, typesSound)
	}
	return f, p, len(d.faults) == before && p.cellType >= 0
}

// placementKeys decodes the pattern of an entry, which says what other keys it has.
func (d *decoder) placementKeys(v value) (fields, placement, bool) {
	var p placement
	all := []string{"type", "pattern", "number", "min_distance", "within", "spacing", "offset", "file", "table", "unit", "at"}
	if !v.isMapping(placeExample[1 : len(placeExample)-1]) {
		return fields{}, p, false
	}
	i := v.find("pattern")
	if i < 0 {
		f, _ := v.fields("", all...)
		f.need("pattern", "random, or lattice, positions, csv")
		return f, p, false
	}
	pattern := v.child(v.entries[i])
	ok := true
	if p.pattern, ok = pattern.choice("random", "lattice", "positions", "csv"); !ok {
		v.fields("", all...)
		return fields{}, p, false
	}
	known := map[string][]string{
		"random":    {"type", "pattern", "number", "min_distance", "within"},
		"lattice":   {"type", "pattern", "spacing", "offset", "within"},
		"positions": {"type", "pattern", "unit", "at"},
		"csv":       {"type", "pattern", "file", "table"},
	}[p.pattern]
	f, ok := v.fields("", known...)
	return f, p, ok
}

// fill places the cells of an entry beside others. Random places depend on the seed and the
// number of the entry.
func (d *decoder) fill(f fields, p *placement, cells *tissue.Cells, entry uint64) {
	add := func(at r3.Vec) {
		if d.model().Obstacle(at) == nil {
			cells.Add(p.cellType, at)
		}
	}
	switch p.pattern {
	case "random":
		d.scatter(f, p, cells, entry)
	case "lattice":
		counts := p.counts(d.model().Grid)
		if total := counts[0] * counts[1] * counts[2]; float64(cells.Len())+total > float64(d.limits.cells) {
			d.fault(f.key, f.path, "%g points: more than %d cells", total, d.limits.cells)
			return
		}
		p.points(d.model().Grid, counts, add)
	default:
		if cells.Len()+len(p.cells) > d.limits.cells {
			d.fault(f.key, f.path, "more than %d cells", d.limits.cells)
			return
		}
		for _, cell := range p.cells {
			cells.Add(cell.cellType, cell.at)
		}
	}
}

func (d *decoder) random(f fields, p *placement) {
	if v, ok := f.need("number", "40"); ok {
		p.number, _ = v.integer(0, d.limits.cells)
	}
	p.touching = true
	if v, ok := f.get("min_distance"); ok && !(v.kind == scalar && v.text == sumOfRadii) {
		p.touching = false
		if q, ok := v.quantity(quantity.Length); ok && !(q.Dim == quantity.Dimensionless && q.Value == 0) {
			p.distance, _ = v.nonNegative(quantity.Length)
		}
	}
	d.within(f, p)
}

// sumOfRadii is the default min_distance: cells may touch but not overlap.
const sumOfRadii = "sum of radii"

func (d *decoder) lattice(f fields, p *placement) {
	if v, ok := f.need("spacing", "20 um"); ok {
		p.spacing, _ = d.vector(v, quantity.Length, true)
		for axis, spacing := range components(p.spacing) {
			if ok && !(spacing > 0) && (axis < 2 || !d.model().Grid.Planar) {
				v.fault("%s along %s: want more than 0", um(spacing), tissue.AxisName(axis))
				break
			}
		}
	}
	d.within(f, p)
	p.centred = true
	if v, ok := f.get("offset"); ok {
		p.centred = false
		p.offset, ok = d.vector(v, quantity.Length, true)
		size := r3.Sub(p.to, p.from)
		if ok && d.gridSound && !d.inside(p.offset, size) {
			v.fault("the first point lies outside the box: want an offset of 0 to its size")
		}
	}
}

// within decodes the box that cells are placed in: the domain by default.
func (d *decoder) within(f fields, p *placement) {
	size := d.model().Grid.Size()
	p.to = r3.Vec{X: size[0], Y: size[1], Z: size[2]}
	domain := p.to
	v, ok := f.get("within")
	if !ok {
		return
	}
	p.boxed = true
	f, ok = v.fields("{from: [0 um, 0 um, 0 um], to: [100 um, 100 um, 100 um]}", "from", "to")
	if !ok {
		return
	}
	corners := [2]*r3.Vec{&p.from, &p.to}
	sound := true
	for i, key := range []string{"from", "to"} {
		v, ok := f.need(key, "[100 um, 100 um, 100 um]")
		if !ok {
			sound = false
			continue
		}
		corner, ok := d.vector(v, quantity.Length, false)
		if d.model().Grid.Planar {
			corner.Z = components(*corners[i])[2]
		}
		if ok && d.gridSound && !d.inside(corner, domain) {
			v.fault("%s", d.outside(corner))
		}
		*corners[i], sound = corner, sound && ok
	}
	for axis := range 3 {
		if sound && !(components(p.from)[axis] <= components(p.to)[axis]) {
			v.fault("from lies above to along %s", tissue.AxisName(axis))
			return
		}
	}
}

func (d *decoder) inside(p, size r3.Vec) bool {
	for axis, value := range components(p) {
		if !(value >= 0 && value <= components(size)[axis]) {
			return false
		}
	}
	return true
}

func components(v r3.Vec) [3]float64 { return [3]float64{v.X, v.Y, v.Z} }

// vector decodes one length per axis, or with alone one for all axes. In 2D it
// has two entries and z is 0.
func (d *decoder) vector(v value, dimension quantity.Dimension, alone bool) (r3.Vec, bool) {
	if alone && v.kind == scalar {
		length, ok := v.in(dimension)
		if d.model().Grid.Planar {
			return r3.Vec{X: length, Y: length}, ok
		}
		return r3.Vec{X: length, Y: length, Z: length}, ok
	}
	example, axes := "[1 um, 2 um, 3 um]", 3
	if d.model().Grid.Planar {
		example, axes = "[1 um, 2 um]", 2
	}
	if dimension == quantity.Dimensionless {
		example = strings.ReplaceAll(example, " um", "")
	}
	items, ok := v.list(example)
	if !ok {
		return r3.Vec{}, false
	}
	unknown := !d.gridSound && len(items) == 2 // the size is at fault, and may mean 2D
	if len(items) != axes && !unknown {
		v.fault("%d entries: want %d, one per axis, such as %s", len(items), axes, example)
		return r3.Vec{}, false
	}
	var all [3]float64
	sound := true
	for i, item := range items {
		number, ok := item.in(dimension)
		all[i], sound = number+0, sound && ok
	}
	return r3.Vec{X: all[0], Y: all[1], Z: all[2]}, sound
}

func (d *decoder) positions(f fields, p *placement) {
	factor, dimension := 1., quantity.Length
	if v, ok := f.get("unit"); ok {
		text, _ := v.str()
		q, err := quantity.Parse("1 " + text)
		length, wrong := q.In(quantity.Length)
		if err != nil || wrong != nil {
			v.fault("%s: want a unit of length such as um", v.written())
			return
		}
		factor, dimension = length, quantity.Dimensionless
	}
	v, ok := f.need("at", "[[1 um, 2 um, 3 um]]")
	if !ok {
		return
	}
	items, _ := v.list("[[1 um, 2 um, 3 um]]")
	for _, item := range items {
		at, ok := d.vector(item, dimension, false)
		if !ok {
			continue
		}
		at = r3.Scale(factor, at)
		if d.model().Grid.Planar {
			at.Z = d.model().Grid.Size()[2] / 2
		}
		if d.gridSound && !d.model().Grid.Contains(at) {
			item.fault("%s", d.outside(at))
			continue
		}
		if why := d.obstacle(at); why != "" {
			item.fault("%s", why)
			continue
		}
		p.cells = append(p.cells, placed{p.cellType, at})
	}
}

// table reads the cells of a CSV file, or of the same text in the scenario.
func (d *decoder) table(f fields, p *placement, typesSound bool) {
	file, hasFile := f.get("file")
	inline, hasTable := f.get("table")
	switch {
	case hasFile && hasTable:
		d.fault(inline.key, inline.path, "file is given too: want one of them")
	case hasTable:
		text, ok := inline.str()
		if !ok {
			return
		}
		d.readTable(table{text: text, at: inline.lineInside, path: inline.path}, p, typesSound)
	case hasFile:
		d.readFile(file, p, typesSound)
	case !f.has("file") && !f.has("table"):
		f.need("file", "cells.csv")
	}
}

func (d *decoder) readFile(v value, p *placement, typesSound bool) {
	name, ok := v.str()
	if !ok {
		return
	}
	if name == "" || strings.ContainsRune(name, 0) {
		v.fault("%s: want the name of a file such as cells.csv", v.written())
		return
	}
	// Half, for the resolved scenario holds every table and must be read again.
	text, shown, err := d.files.read(name, d.limits.text/2-d.tables)
	if err != nil {
		v.fault("%s: %v", v.written(), err)
		return
	}
	d.tables += len(text)
	d.read++
	src := newSource(shown, string(text), d.read)
	at := func(line, column int) location { return src.at(line, column, 1) }
	d.readTable(table{text: string(text), at: at, path: v.path}, p, typesSound)
}

// lineInside returns the place of a line of a text: in a literal block it stands
// on a line of its own.
func (v value) lineInside(line, column int) location {
	if !v.literal {
		return v.at
	}
	src := v.at.src
	indent := math.MaxInt
	for number := v.at.line + 1; number <= len(src.lines); number++ {
		text, _ := src.line(number)
		if trimmed := strings.TrimLeft(text, " "); trimmed != "" {
			indent = len(text) - len(trimmed)
			break
		}
	}
	if indent == math.MaxInt {
		return v.at
	}
	return src.at(v.at.line+line, indent+column, 1)
}

// counts returns the points of a lattice along each axis. As floats, they do not
// overflow when multiplied.
func (p *placement) counts(g tissue.Grid) [3]float64 {
	size, spacing := components(r3.Sub(p.to, p.from)), components(p.spacing)
	counts := [3]float64{1, 1, 1}
	for axis := range g.Dimensions() {
		// A point on the far wall counts in spite of rounding.
		const slack = 1e-9
		if p.centred {
			counts[axis] = max(1, math.Floor(size[axis]/spacing[axis]+slack))
			continue
		}
		counts[axis] = 1 + math.Floor((size[axis]-components(p.offset)[axis])/spacing[axis]+slack)
	}
	return counts
}

// points calls add for every point of a lattice, x fastest. A centred lattice
// leaves the same margin on both sides.
func (p *placement) points(g tissue.Grid, counts [3]float64, add func(r3.Vec)) {
	from, to, spacing := components(p.from), components(p.to), components(p.spacing)
	start := [3]float64{0, 0, g.Size()[2] / 2}
	for axis := range g.Dimensions() {
		start[axis] = from[axis] + components(p.offset)[axis]
		if p.centred {
			start[axis] = (from[axis] + to[axis] - (counts[axis]-1)*spacing[axis]) / 2
		}
	}
	along := func(axis, i int) float64 {
		if axis >= g.Dimensions() {
			return start[axis]
		}
		// The conversion keeps compilers from fusing, so that every machine places alike.
		return min(start[axis]+float64(float64(i)*spacing[axis]), to[axis])
	}
	for z := range int(counts[2]) {
		for y := range int(counts[1]) {
			for x := range int(counts[0]) {
				add(r3.Vec{X: along(0, x), Y: along(1, y), Z: along(2, z)})
			}
		}
	}
}

// scatter places the cells of a random entry.
func (d *decoder) scatter(f fields, p *placement, cells *tissue.Cells, entry uint64) {
	m := d.model()
	v, _ := f.get("number")
	if cells.Len()+p.number > d.limits.cells {
		v.fault("%s: more than %d cells in all", v.written(), d.limits.cells)
		return
	}
	own := m.CellTypes[p.cellType].Radius
	distances := make([]float64, len(m.CellTypes))
	for t := range distances {
		distances[t] = p.distance
		if p.touching {
			distances[t] = own + m.CellTypes[t].Radius
		}
	}
	s := scatterer{model: m, from: p.from, to: p.to, distances: distances}
	if most := s.densest(distances[p.cellType]); float64(p.number) > most {
		v.fault("%s cells %s apart cannot fit: even the densest packing holds no more than %.0f", v.text, um(distances[p.cellType]), most)
		return
	}
	others := ""
	if cells.Len() > 0 {
		others = fmt.Sprintf(" beside the %d placed before", cells.Len())
	}
	if fitted := s.place(cells, p.cellType, p.number, m.Seed, entry); fitted < p.number {
		v.fault("only %d of %s cells fit at random%s, at least %s apart: %s; want fewer cells, a smaller min_distance, or pattern: lattice",
			fitted, v.text, others, um(distances[p.cellType]), s.crowding(fitted))
	}
}

// crowding describes n cells in the box.
func (s *scatterer) crowding(n int) string {
	size := r3.Sub(s.to, s.from)
	if s.model.Grid.Planar {
		return fmt.Sprintf("that is %.3g cells/mm^2", float64(n)/(size.X*size.Y)*1e6)
	}
	return fmt.Sprintf("that is %.3g cells/mm^3", float64(n)/(size.X*size.Y*size.Z)*1e9)
}
