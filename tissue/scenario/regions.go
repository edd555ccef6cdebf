package scenario

import (
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/quantity"
)

const regionExample = "{name: follicle, shape: {sphere: {centre: [1 um, 2 um, 3 um], radius: 50 um}}, extracellular: 0.2}"

// decodeRegions decodes the regions in order. One without a sound shape is left out.
func (d *decoder) decodeRegions(f fields) {
	v, ok := f.get("regions")
	if !ok {
		return
	}
	items, _ := v.list("[" + regionExample + "]")
	if len(items) > tissue.MaxRegions {
		v.fault("%d regions: want at most %d", len(items), tissue.MaxRegions)
		return
	}
	for _, item := range items {
		f, ok := item.fields(regionExample, "name", "shape", "extracellular", "impermeable", "substrates", "vessel", "conductivity", "leak", "lymph")
		if !ok {
			continue
		}
		before, shaped := len(d.faults), false
		r := tissue.Region{Name: d.regionName(f)}
		if v, ok := f.need("shape", "{sphere: {centre: [1 um, 2 um, 3 um], radius: 50 um}}"); ok {
			r.Shape, shaped = d.shape(v, 0)
		}
		d.region(f, &r)
		if !shaped || len(d.faults) > before {
			continue
		}
		d.regions = append(d.regions, member{item, r.Name})
		d.model().Regions = append(d.model().Regions, r)
		if d.gridSound && !r.HasWall() && !d.model().HasVoxels(len(d.model().Regions)-1) {
			d.warn(f.key, f.path, "region %s holds the centre of no voxel, and so changes nothing", r.Name)
		}
	}
}

func (d *decoder) regionName(f fields) string {
	v, ok := f.need("name", "follicle")
	if !ok {
		return ""
	}
	name, ok := v.str()
	if !ok {
		return ""
	}
	if name == "" || name != strings.TrimSpace(name) || len(name) > longestName || strings.ContainsFunc(name, unprintable) {
		v.fault("%q: want a name of 1 to %d printable characters", name, longestName)
	}
	for _, m := range d.regions {
		if m.name == name {
			v.fault("a second region %q: want each name once", name)
		}
	}
	return name
}

// region decodes all but name and shape. What the file does not say is as in the
// tissue around.
func (d *decoder) region(f fields, r *tissue.Region) {
	r.ExtracellularFraction = d.model().ExtracellularFraction
	if v, ok := f.get("extracellular"); ok {
		r.ExtracellularFraction = v.fraction()
	}
	for _, s := range d.model().Substrates {
		r.Media = append(r.Media, s.Medium())
	}
	if v, ok := f.get("substrates"); ok {
		for _, m := range v.named("{IL-2: {diffusion: 5 um^2/s}}") {
			d.regionSubstrate(m, r)
		}
	}
	if v, ok := f.get("vessel"); ok {
		for _, m := range v.named("{IL-2: {permeability: 0.05 um/s, blood: 100 pM}}") {
			d.vessel(m, r)
		}
	}
	slices.SortFunc(r.Held, func(a, b tissue.HeldDensity) int { return int(a.Substrate - b.Substrate) })
	slices.SortFunc(r.Vessel, func(a, b tissue.VesselExchange) int { return int(a.Substrate - b.Substrate) })
	d.regionFluid(f, r)
	r.Impermeable = r.HasWall()
	if v, ok := f.get("impermeable"); ok {
		closed, ok := v.boolean()
		if ok && !closed && r.HasWall() {
			v.fault("the inside of a vessel is impermeable, and exchange is through its wall: leave this out")
		}
		r.Impermeable = closed
	}
	if r.Impermeable && len(r.Held) > 0 {
		d.fault(f.key, f.path, "impermeable, and yet it holds a density: want one of them")
	}
}

// fraction decodes α.
func (v value) fraction() float64 {
	fraction, ok := v.in(quantity.Dimensionless)
	if ok && !(fraction > 0 && fraction <= 1) {
		v.fault("%s: want the share of the volume that is fluid, more than 0 and at most 1", v.written())
	}
	return fraction
}

func (d *decoder) regionSubstrate(m member, r *tissue.Region) {
	id, ok := d.substrateNamed(m.name, m.key, m.path)
	if !ok || m.kind == null {
		return
	}
	f, ok := m.fields("{diffusion: 5 um^2/s, held: 1 nM}", "diffusion", "decay", "half_life", "retardation", "held")
	if !ok {
		return
	}
	medium := &r.Media[id]
	if v, ok := f.get("diffusion"); ok {
		medium.DiffusionCoefficient, _ = v.nonNegative(quantity.Diffusion)
	}
	if rate, given := d.decay(f); given {
		medium.DecayRate = rate
	}
	medium.Retardation = d.retardation(f, medium.Retardation)
	if v, ok := f.get("held"); ok {
		density, series, _ := d.held(v, id)
		r.Held = append(r.Held, tissue.HeldDensity{Substrate: id, Density: density, Series: series})
	}
}

func (d *decoder) vessel(m member, r *tissue.Region) {
	id, ok := d.substrateNamed(m.name, m.key, m.path)
	if !ok || m.kind == null {
		return
	}
	f, ok := m.fields("{permeability: 0.05 um/s, blood: 100 pM}", "permeability", "blood", "response")
	if !ok {
		return
	}
	exchange := tissue.VesselExchange{Substrate: id}
	if v, ok := f.need("permeability", "0.05 um/s"); ok {
		exchange.Permeability, _ = v.nonNegative(quantity.Velocity)
	}
	if v, ok := f.need("blood", "100 pM"); ok {
		d.blood(v, id, &exchange)
	}
	if v, ok := f.get("response"); ok {
		if exchange.Response = d.response(v); exchange.Response != nil && exchange.Compartment == nil {
			d.fault(v.key, v.path, "blood at a given density: want that of a compartment, blood: {compartment: ...}")
		}
	}
	r.Vessel = append(r.Vessel, exchange)
}

// blood decodes the density in a vessel: held, or that of a compartment.
func (d *decoder) blood(v value, id tissue.SubstrateID, exchange *tissue.VesselExchange) {
	if v.kind != mapping || v.find("compartment") < 0 {
		exchange.BloodDensity, exchange.Series, _ = d.held(v, id)
		return
	}
	f, ok := v.fields("{compartment: blood}", "compartment")
	if !ok {
		return
	}
	if v, ok = f.get("compartment"); !ok {
		return
	}
	if compartment, ok := d.compartmentNamed(v); ok {
		d.meets(v, id, compartment)
		exchange.Compartment = &compartment
	}
}

// regionFluid decodes what pressure drives in a region.
func (d *decoder) regionFluid(f fields, r *tissue.Region) {
	flow := d.model().Flow
	if flow == nil || flow.Pressure == nil {
		for _, key := range []string{"conductivity", "leak", "lymph"} {
			if v, ok := f.get(key); ok && d.flowSound() {
				d.fault(v.key, v.path, "no flow is driven by pressure here: give flow: {conductivity: ..., faces: ...}, or leave this out")
			}
		}
		return
	}
	r.HydraulicConductivity = flow.Pressure.Conductivity
	if v, ok := f.get("conductivity"); ok {
		r.HydraulicConductivity, _ = v.above(false, quantity.HydraulicConductivity, conductivityUnit)
	}
	if v, ok := f.get("leak"); ok {
		r.Leak = &tissue.Leak{}
		r.Leak.Conductivity, r.Leak.Pressure = v.driven("conductivity", "3e-5 ", quantity.WallConductivity, wallConductivityUnit)
	}
	if v, ok := f.get("lymph"); ok {
		r.Lymph = &tissue.Lymph{}
		r.Lymph.Rate, r.Lymph.Pressure = v.driven("rate", "1e-6 ", quantity.DrainageRate, drainageUnit)
	}
}

// flowSound reports whether flow was readable, or is not there.
func (d *decoder) flowSound() bool { return d.model().Flow != nil || d.fluid.node == nil }

// driven decodes a coefficient and the pressure against which it drives fluid, Pa.
func (v value) driven(key, number string, want quantity.Dimension, unit string) (coefficient, pressure float64) {
	f, ok := v.fields(fmt.Sprintf("{%s: %s%s, pressure: 2 kPa}", key, number, unit), key, "pressure")
	if !ok {
		return 0, 0
	}
	if v, ok := f.need(key, number+unit); ok {
		coefficient, _ = v.above(true, want, unit)
	}
	if v, ok := f.need("pressure", "2 kPa"); ok {
		pressure, _ = v.to(quantity.Pressure, "Pa")
	}
	return coefficient, pressure
}

// obstacle says why no cell may lie at a point; it is empty where one may.
func (d *decoder) obstacle(p r3.Vec) string {
	r := d.model().Obstacle(p)
	switch {
	case r == nil:
		return ""
	case r.Impermeable:
		return fmt.Sprintf("lies in region %s, which is impermeable", r.Name)
	}
	return fmt.Sprintf("lies in region %s, whose density is held", r.Name)
}

func (w *writer) regions() {
	m := w.model()
	if len(m.Regions) == 0 {
		return
	}
	w.line(0, "regions:")
	for _, r := range m.Regions {
		w.line(1, "- name: %s", yamlText(r.Name))
		w.line(2, "shape:")
		w.shape(3, r.Shape)
		w.line(2, "extracellular: %s", quantity.Format(r.ExtracellularFraction, ""))
		w.line(2, "impermeable: %t", r.Impermeable)
		w.line(2, "substrates:")
		for id, medium := range r.Media {
			w.medium(r, tissue.SubstrateID(id), medium)
		}
		if len(r.Vessel) > 0 {
			w.line(2, "vessel:")
		}
		for _, v := range r.Vessel {
			w.line(3, "%s: {permeability: %s, blood: %s%s}", yamlText(m.Substrates[v.Substrate].Name), quantity.Format(v.Permeability, "um/s"), w.bloodText(v), responseText(v.Response))
		}
		if m.Flow != nil && m.Flow.Pressure != nil {
			w.line(2, "conductivity: %s", quantity.Format(r.HydraulicConductivity, conductivityUnit))
		}
		if r.Leak != nil {
			w.line(2, "leak: {conductivity: %s, pressure: %s}", quantity.Format(r.Leak.Conductivity, wallConductivityUnit), quantity.Format(r.Leak.Pressure, "Pa"))
		}
		if r.Lymph != nil {
			w.line(2, "lymph: {rate: %s, pressure: %s}", quantity.Format(r.Lymph.Rate, drainageUnit), quantity.Format(r.Lymph.Pressure, "Pa"))
		}
	}
}

// bloodText writes the density in a vessel.
func (w *writer) bloodText(v tissue.VesselExchange) string {
	if v.Compartment != nil {
		return "{compartment: " + yamlText(w.model().Body.Variables[*v.Compartment].Name) + "}"
	}
	return heldText(v.BloodDensity, v.Series, w.model().Substrates[v.Substrate])
}

// medium writes what one substrate meets in a region.
func (w *writer) medium(r tissue.Region, id tissue.SubstrateID, medium tissue.Medium) {
	s := w.model().Substrates[id]
	held := ""
	for _, h := range r.Held {
		if h.Substrate == id {
			held = ", held: " + heldText(h.Density, h.Series, s)
		}
	}
	w.line(3, "%s: {diffusion: %s, decay: %s, retardation: %s%s}", yamlText(s.Name), quantity.Format(medium.DiffusionCoefficient, "um^2/s"),
		quantity.Format(medium.DecayRate, "1/s"), quantity.Format(medium.RetardationFactor(), ""), held)
}
