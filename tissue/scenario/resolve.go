package scenario

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/quantity"
)

// writer writes a resolved scenario. Every number is in the unit the model keeps
// it in and has as many digits as bring it back exactly.
type writer struct {
	strings.Builder
	*decoder
	remarks bool // write comments
}

// resolve writes the scenario out in full.
func (d *decoder) resolve(comments bool) []byte {
	w := &writer{decoder: d, remarks: comments}
	m := d.model()
	w.line(0, "cytofield: %d", version)
	if m.Title != "" {
		w.line(0, "title: %s", yamlText(m.Title))
	}
	if d.scenario.Description != "" {
		w.line(0, "description: %s", yamlText(d.scenario.Description))
	}
	w.domain()
	w.line(0, "duration: %s", quantity.Format(m.Duration, "s"))
	w.line(0, "seed: %d", m.Seed)
	if m.CellStep > 0 {
		w.line(0, "cell_step: %s", quantity.Format(m.CellStep, "s"))
	}
	w.line(0, "substrates:")
	for _, s := range m.Substrates {
		w.substrate(s)
	}
	w.reactions()
	w.flow()
	w.regions()
	w.body()
	w.cells()
	w.rules()
	w.attribution()
	w.events()
	w.numerics()
	w.output()
	w.expectations()
	if len(d.scenario.Sources) > 0 {
		var keys []string
		for _, key := range d.scenario.Sources {
			keys = append(keys, yamlText(key))
		}
		w.line(0, "sources: [%s]", strings.Join(keys, ", "))
	}
	return []byte(w.String())
}

func (w *writer) line(indent int, format string, args ...any) {
	for range indent {
		w.WriteString("  ")
	}
	fmt.Fprintf(w, format, args...)
	w.WriteByte('\n')
}

// parameter writes a value with the source it was taken from.
func (w *writer) parameter(indent int, path, key, text string) {
	comment := ""
	if source := w.comments[join(path, key)]; source != "" && w.remarks {
		comment = " # catalogue: " + source
	}
	w.line(indent, "%s: %s%s", key, text, comment)
}

var plainText = regexp.MustCompile(`^\pL[\pL\pN_.+/-]*( [\pL\pN_.+/-]+)*$`)

// yamlText writes a text so that YAML reads the same.
func yamlText(text string) string {
	switch strings.ToLower(text) {
	case "null", "true", "false":
		return strconv.Quote(text)
	}
	if plainText.MatchString(text) {
		return text
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r <= 0xFFFF:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			fmt.Fprintf(&b, `\U%08X`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func (w *writer) domain() {
	g := w.model().Grid
	var size, voxel []string
	for axis := range g.Dimensions() {
		size = append(size, um(g.Size()[axis]))
		voxel = append(voxel, um(g.Spacing[axis]))
	}
	w.line(0, "domain:")
	w.line(1, "size: [%s]", strings.Join(size, ", "))
	w.line(1, "voxel: [%s]", strings.Join(voxel, ", "))
	if g.Planar {
		w.line(1, "thickness: %s", um(g.Spacing[2]))
	}
	w.line(1, "boundary: no-flux")
	w.line(1, "extracellular: %s", quantity.Format(w.model().ExtracellularFraction, ""))
}

func (w *writer) substrate(s tissue.Substrate) {
	path := join("substrates", s.Name)
	w.line(1, "%s:", yamlText(s.Name))
	w.line(2, "unit: %s", s.Unit)
	w.parameter(2, path, "diffusion", quantity.Format(s.DiffusionCoefficient, "um^2/s"))
	w.parameter(2, path, "decay", quantity.Format(s.DecayRate, "1/s"))
	w.line(2, "retardation: %s", quantity.Format(s.RetardationFactor(), ""))
	w.line(2, "initial: %s", densityText(s.InitialDensity, s))
	var faces []string
	for axis := range w.model().Grid.Dimensions() {
		for side, face := range s.Boundary[axis] {
			faces = append(faces, tissue.AxisName(axis)+"-+"[side:side+1]+": "+faceText(face, s))
		}
	}
	w.line(2, "boundary: {%s}", strings.Join(faces, ", "))
}

func (w *writer) cells() {
	m := w.model()
	if len(m.CellTypes) == 0 && len(w.placements) == 0 {
		return
	}
	w.line(0, "cells:")
	if len(m.CellTypes) > 0 {
		w.line(1, "types:")
	}
	for id := range m.CellTypes {
		w.cellType(tissue.CellTypeID(id))
		w.life(m.CellTypes[id])
	}
	if len(w.placements) > 0 {
		w.line(1, "place:")
	}
	for _, p := range w.placements {
		w.line(2, "- pattern: %s", p.pattern)
		w.placement(p)
	}
}

func (w *writer) cellType(id tissue.CellTypeID) {
	t := w.model().CellTypes[id]
	w.line(2, "%s:", yamlText(t.Name))
	w.line(3, "radius: %s", um(t.Radius))
	w.exchange(tissue.Export, t, func(e tissue.Exchange) bool {
		_, comes := t.Life.BurstsOf(e.Substrate) // a rule may give it a rate
		return e.NetExportRate != 0 || comes || e.Pointing != (tissue.Pointing{})
	})
	w.exchange(tissue.Secretion, t, func(e tissue.Exchange) bool { return e.SecretionRate != 0 || e.SaturationDensity != 0 })
	w.exchange(tissue.Uptake, t, func(e tissue.Exchange) bool {
		// A substrate with all rates zero has to stay in the list.
		return e.UptakeRate != 0 || e == (tissue.Exchange{Substrate: e.Substrate})
	})
	w.exchange(tissue.SaturableUptake, t, func(e tissue.Exchange) bool { return e.MaxUptakeRate != 0 || e.HalfSaturation != 0 })
	w.cellKinetics(id)
}

// exchange writes one term of a cell type for the substrates that have it.
func (w *writer) exchange(term tissue.BehaviourKind, t tissue.CellType, has func(tissue.Exchange) bool) {
	var terms []string
	for _, e := range t.Exchange {
		if has(e) {
			text := w.termText(term, e)
			if more := w.mannerText(t, e); term == tissue.Export && more != "" {
				text = fmt.Sprintf("%s: {rate: %s%s}", yamlText(w.model().Substrates[e.Substrate].Name), quantity.Format(e.NetExportRate, "molecules/s"), more)
			}
			terms = append(terms, text)
		}
	}
	if len(terms) > 0 {
		w.line(3, "%s: {%s}", termKey(term), strings.Join(terms, ", "))
	}
}

// termKey returns under which key of a cell type a term of exchange stands.
func termKey(term tissue.BehaviourKind) string {
	switch term {
	case tissue.Export:
		return "export"
	case tissue.Secretion:
		return "secretion"
	case tissue.Uptake:
		return "uptake"
	}
	return "saturable_uptake"
}

// termText writes one term of an exchange under the name of its substrate.
func (w *writer) termText(term tissue.BehaviourKind, e tissue.Exchange) string {
	s := w.model().Substrates[e.Substrate]
	name := yamlText(s.Name) + ": "
	switch term {
	case tissue.Export:
		return name + quantity.Format(e.NetExportRate, "molecules/s")
	case tissue.Secretion:
		return name + fmt.Sprintf("{rate: %s, saturation: %s}", quantity.Format(e.SecretionRate, "1/s"), densityText(e.SaturationDensity, s))
	case tissue.Uptake:
		return name + quantity.Format(e.UptakeRate, "1/s")
	}
	return name + fmt.Sprintf("{max: %s, half_saturation: %s}", quantity.Format(e.MaxUptakeRate, "molecules/s"), densityText(e.HalfSaturation, s))
}

// mannerText writes how an export leaves, behind its rate: to which side and when.
func (w *writer) mannerText(t tissue.CellType, e tissue.Exchange) string {
	text := ""
	if p := e.Pointing; p != (tissue.Pointing{}) {
		text = ", synaptic_fraction: " + quantity.Format(p.Fraction, "")
		if p.Direction != (r3.Vec{}) {
			text += ", direction: " + w.directionText(p.Direction)
		} else {
			text += ", towards: " + yamlText(w.model().CellTypes[p.Towards].Name)
		}
	}
	if b, ok := t.Life.BurstsOf(e.Substrate); ok {
		text += fmt.Sprintf(", bursts: {on_for: %s, off_for: %s}", quantity.Format(b.OnTime, "s"), quantity.Format(b.OffTime, "s"))
	}
	return text
}

// placement writes all of an entry but its pattern.
func (w *writer) placement(p placement) {
	if p.hasType {
		w.line(3, "type: %s", yamlText(w.model().CellTypes[p.cellType].Name))
	}
	switch p.pattern {
	case "random":
		w.line(3, "number: %d", p.number)
		if p.touching {
			w.line(3, "min_distance: %s", sumOfRadii)
		} else {
			w.line(3, "min_distance: %s", um(p.distance))
		}
	case "lattice":
		w.line(3, "spacing: %s", w.vectorText(p.spacing))
		if !p.centred {
			w.line(3, "offset: %s", w.vectorText(p.offset))
		}
	default:
		w.table(p)
	}
	if p.boxed {
		w.line(3, "within: {from: %s, to: %s}", w.vectorText(p.from), w.vectorText(p.to))
	}
}

func (w *writer) vectorText(v r3.Vec) string {
	var all []string
	lengths := components(v)
	for _, length := range lengths[:w.model().Grid.Dimensions()] {
		all = append(all, um(length))
	}
	return "[" + strings.Join(all, ", ") + "]"
}

// table writes the cells of positions and CSV entries.
func (w *writer) table(p placement) {
	positions := p.pattern == "positions"
	if positions {
		w.line(3, "unit: um")
	}
	switch {
	case positions && len(p.cells) == 0:
		w.line(3, "at: []")
	case positions:
		w.line(3, "at:")
	default:
		w.line(3, "table: |")
		header := []string{"x", "y", "z"}[:w.model().Grid.Dimensions()]
		if !p.hasType {
			header = append(header, "type")
		}
		w.line(4, "%s", strings.Join(header, ","))
	}
	for _, cell := range p.cells {
		var row []string
		at := components(cell.at)
		for _, value := range at[:w.model().Grid.Dimensions()] {
			row = append(row, strconv.FormatFloat(value, 'g', -1, 64))
		}
		switch {
		case positions:
			w.line(4, "- [%s]", strings.Join(row, ", "))
		case p.hasType:
			w.line(4, "%s", strings.Join(row, ","))
		default:
			w.line(4, "%s,%s", strings.Join(row, ","), csvText(w.model().CellTypes[cell.cellType].Name))
		}
	}
}

// csvText quotes a field of CSV where it must be.
func csvText(text string) string {
	if strings.ContainsAny(text, "\",#") {
		return `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
	}
	return text
}

func (w *writer) numerics() {
	n := w.scenario.Numerics
	w.line(0, "numerics: {scheme: %s, coupling: %s, rtol: %s, atol: %s, step: %s}", n.Scheme, n.Coupling,
		quantity.Format(n.RelativeTolerance, ""), quantity.Format(n.AbsoluteTolerance, ""), quantity.Format(n.TimeStep, "s"))
}

func (w *writer) output() {
	o := w.scenario.Output
	w.line(0, "output:")
	w.line(1, "every: %s", quantity.Format(o.Every, "s"))
	w.fields(o.Fields)
	if o.Parquet {
		w.line(1, "cells: [csv, parquet]")
	}
	if len(o.Frames) > 0 {
		w.line(1, "frames:")
	}
	for _, f := range o.Frames {
		w.panel(f.Panel)
		w.line(3, "every: %s", quantity.Format(f.Every, "s"))
	}
}

func (w *writer) fields(f Fields) {
	if len(f.Substrates) == 0 {
		w.line(1, "fields: false")
		return
	}
	var names []string
	for _, id := range f.Substrates {
		names = append(names, yamlText(w.model().Substrates[id].Name))
	}
	w.line(1, "fields: {every: %s, substrates: [%s]}", quantity.Format(f.Every, "s"), strings.Join(names, ", "))
}

func (w *writer) expectations() {
	if len(w.scenario.Expect) > 0 {
		w.line(0, "expect:")
	}
	for _, e := range w.scenario.Expect {
		s := w.model().Substrates[e.Substrate]
		name, value := s.Name, densityText(e.Value, s)
		switch e.Observable {
		case "molecules":
			value = quantity.Format(e.Value, "")
		case "share":
			value = quantity.Format(e.Value, "")
		case "wavelength":
			value = um(e.Value)
		case "body":
			v := w.model().Body.Variables[e.Variable]
			name, value = v.Name, quantity.Format(e.Value, v.Dimension.MolarUnit())
		}
		w.line(1, "- %s: %s", e.Observable, yamlText(name))
		if e.Region != "" {
			w.line(2, "region: %s", yamlText(e.Region))
		}
		w.expectedCells(e)
		w.line(2, "at: %s", quantity.Format(e.Time, "s"))
		if e.Since > 0 {
			w.line(2, "since: %s", quantity.Format(e.Since, "s"))
		}
		w.line(2, "value: %s", value)
		w.line(2, "tolerance: %s", quantity.Format(e.RelativeTolerance, ""))
		if e.Source != "" {
			w.line(2, "source: %s", yamlText(e.Source))
		}
	}
}
