package scenario

import (
	"math"
	"regexp"
	"slices"

	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/quantity"
)

// Colormaps are the colour maps a picture may ask for.
func Colormaps() []string {
	return []string{"viridis", "inferno", "magma", "plasma", "cividis", "batlow", "lajolla", "oslo", "bilbao", "turbo", "vik", "RdBu"}
}

func (d *decoder) numerics(f fields) {
	n := &d.scenario.Numerics
	*n = Numerics{Scheme: "adaptive", Coupling: "voxel", RelativeTolerance: 1e-3}
	defer d.needCloud()
	v, ok := f.get("numerics")
	if !ok {
		return
	}
	f, ok = v.fields("{scheme: adaptive, rtol: 1e-3}", "scheme", "coupling", "rtol", "atol", "step")
	if !ok {
		return
	}
	if v, ok := f.get("scheme"); ok {
		n.Scheme, _ = v.choice("adaptive", "ftcs", "lod", "implicit", "steady")
	}
	if v, ok := f.get("coupling"); ok {
		n.Coupling, _ = v.choice("voxel", "cloud", "plain")
		if n.Coupling == "cloud" && slices.Contains([]string{"lod", "implicit", "steady"}, n.Scheme) {
			v.fault("%s: scheme %s has no such coupling; want scheme adaptive or ftcs, or coupling voxel", v.written(), n.Scheme)
		}
	}
	if v, ok := f.get("rtol"); ok {
		if n.RelativeTolerance, ok = v.positive(quantity.Dimensionless); ok && n.RelativeTolerance >= 1 {
			v.fault("%s: want a tolerance below 1, such as 1e-3", v.written())
		}
	}
	if v, ok := f.get("atol"); ok {
		n.AbsoluteTolerance = d.absoluteTolerance(v)
	}
	if v, ok := f.get("step"); ok {
		if q, ok := v.quantity(quantity.Time); ok && !(q.Dim == quantity.Dimensionless && q.Value == 0) {
			n.TimeStep, _ = v.nonNegative(quantity.Time)
		}
	}
}

// needCloud reports exports that point where the coupling cannot show where they do.
func (d *decoder) needCloud() {
	if d.scenario.Numerics.Coupling == "cloud" || d.scenario.Numerics.Coupling == "" {
		return
	}
	for _, v := range d.pointed {
		v.fault("with coupling %s cells near by would not see where it leaves: want numerics: {coupling: cloud}, or a share of 0", d.scenario.Numerics.Coupling)
	}
}

// absoluteTolerance takes a plain number in the unit of every substrate, or a
// concentration in nM.
func (d *decoder) absoluteTolerance(v value) float64 {
	q, ok := v.quantity(quantity.Concentration)
	if !ok {
		return 0
	}
	number, err := q.Value, error(nil)
	if q.Dim != quantity.Dimensionless {
		number, err = q.Nanomolar()
	}
	switch {
	case err != nil:
		v.fault("%v, or a plain number in the unit of the substrates", err)
	case number < 0:
		v.fault("%s: want 0 or more", v.written())
	}
	return number + 0
}

// maxOutputs is the most outputs of one run.
const maxOutputs = 1e6

func (d *decoder) output(f fields) {
	o := &d.scenario.Output
	o.Every = roundInterval(d.model().Duration / 20)
	v, ok := f.get("output")
	if ok {
		f, ok = v.fields("{every: 10 min}", "every", "fields", "cells", "frames")
	}
	if !ok {
		o.Fields = d.allFields(o.Every)
		return
	}
	if v, ok := f.get("every"); ok {
		o.Every = d.interval(v)
	}
	o.Fields = d.fields(f, o.Every)
	if v, ok := f.get("cells"); ok {
		o.Parquet = d.cellTables(v)
	}
	v, ok = f.get("frames")
	if !ok {
		return
	}
	items, _ := v.list("[{substrate: IL-2, slice: z=mid}]")
	for _, item := range items {
		d.frame(item, *o)
	}
}

// allFields are the densities of all substrates at every output.
func (d *decoder) allFields(every float64) Fields {
	f := Fields{Every: every}
	for i := range d.model().Substrates {
		f.Substrates = append(f.Substrates, tissue.SubstrateID(i))
	}
	return f
}

// fields decodes which densities are kept: true, false, or which and when.
func (d *decoder) fields(f fields, outputs float64) Fields {
	kept := d.allFields(outputs)
	v, ok := f.get("fields")
	if !ok {
		return kept
	}
	if v.kind == scalar {
		if on, ok := v.boolean(); ok && !on {
			return Fields{}
		}
		return kept
	}
	f, ok = v.fields("{every: 1 h, substrates: [IL-2]}, or false", "every", "substrates")
	if !ok {
		return kept
	}
	if v, ok := f.get("every"); ok {
		kept.Every = d.interval(v)
		if n := kept.Every / outputs; math.Abs(n-math.Round(n)) > 1e-9*n || n < 0.5 {
			v.fault("%s: want a multiple of the time between outputs, %s", v.written(), quantity.Format(outputs, "s"))
		}
	}
	if v, ok := f.get("substrates"); ok {
		kept.Substrates = d.keptSubstrates(v)
	}
	return kept
}

func (d *decoder) keptSubstrates(v value) []tissue.SubstrateID {
	var kept []tissue.SubstrateID
	items, ok := v.list("[IL-2]")
	if ok && len(items) == 0 {
		v.fault("no substrate: want at least one, or fields: false")
	}
	for _, item := range items {
		name, ok := item.str()
		if !ok {
			continue
		}
		id, ok := d.substrateNamed(name, item.at, item.path)
		if ok && slices.Contains(kept, id) {
			item.fault("%s stands here twice", item.written())
		} else if ok {
			kept = append(kept, id)
		}
	}
	slices.Sort(kept)
	return kept
}

// cellTables decodes the files that the cells go to and reports whether Parquet is among them.
func (d *decoder) cellTables(v value) (parquet bool) {
	csv := false
	items, ok := v.list("[csv, parquet]")
	for _, item := range items {
		word, _ := item.choice("csv", "parquet")
		csv, parquet = csv || word == "csv", parquet || word == "parquet"
	}
	if ok && !csv {
		v.fault("no csv: want [csv] or [csv, parquet], for cells.csv is what a run is read from")
	}
	return parquet
}

func (d *decoder) interval(v value) float64 {
	every, ok := v.positive(quantity.Time)
	if ok && d.model().Duration/every > maxOutputs {
		v.fault("%s: more than %g outputs in %s; want a longer interval", v.written(), maxOutputs, quantity.Format(d.model().Duration, "s"))
	}
	return every
}

// roundInterval returns the longest interval people count in, s, that is no
// longer than the one given: 1, 2 or 5 times a power of ten of seconds or days,
// and what divides a minute, an hour or a day in between.
func roundInterval(interval float64) float64 {
	const minute, hour, day = 60, 3600, 86400
	if !(interval > 0) {
		return interval
	}
	if interval >= 10 && interval < day {
		best := 10.
		for _, nice := range []float64{
			15, 20, 30, minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute, 20 * minute, 30 * minute,
			hour, 2 * hour, 3 * hour, 4 * hour, 6 * hour, 8 * hour, 12 * hour,
		} {
			if nice <= interval {
				best = nice
			}
		}
		return best
	}
	unit := 1.
	if interval >= day {
		unit = day
	}
	decade := unit * math.Pow(10, math.Floor(math.Log10(interval/unit)))
	best := min(decade, interval)
	for _, factor := range []float64{2, 5} {
		if factor*decade <= interval {
			best = factor * decade
		}
	}
	return best
}

// frame decodes a picture that is written again and again.
func (d *decoder) frame(v value, o Output) {
	p, ok := d.panel(v, "every")
	if !ok {
		return
	}
	frame := Frame{Panel: p, Every: o.Every}
	if v, ok := (fields{value: v}).get("every"); ok {
		frame.Every = d.interval(v)
	}
	d.scenario.Output.Frames = append(d.scenario.Output.Frames, frame)
}

// layer returns the voxel layer a plane lies in.
func layer(g tissue.Grid, axis int, position float64) int {
	return min(max(int(math.Floor(position/g.Spacing[axis])), 0), g.Shape[axis]-1)
}

var slicePattern = regexp.MustCompile(`^\s*([xyz])\s*=\s*(.*)$`)

// slice decodes a plane such as z=mid or z=100 um.
func (d *decoder) slice(v value) (axis int, position float64) {
	text, ok := v.str()
	if !ok {
		return 2, 0
	}
	parts := slicePattern.FindStringSubmatch(text)
	if parts == nil {
		v.fault("%s: want a plane such as z=mid or z=100 um", v.written())
		return 2, 0
	}
	axis = int(parts[1][0] - 'x')
	size := d.model().Grid.Size()[axis]
	if d.model().Grid.Planar && axis != 2 {
		v.fault("%s: a 2D domain has one plane only; want z=mid", v.written())
		return 2, 0
	}
	if parts[2] == "mid" {
		return axis, size / 2
	}
	inner := v
	inner.node = &node{kind: scalar, text: parts[2], at: v.at, weight: 1}
	position, ok = inner.in(quantity.Length)
	if ok && d.gridSound && !(position >= 0 && position <= size) {
		v.fault("%s lies outside the domain: want 0 to %s along %s", v.written(), um(size), tissue.AxisName(axis))
	}
	return axis, position + 0
}

func (d *decoder) expect(f fields) {
	v, ok := f.get("expect")
	if !ok {
		return
	}
	const example = "[{mean: IL-2, at: 4 h, value: 12 pM, tolerance: 2 %}]"
	items, _ := v.list(example)
	for _, item := range items {
		d.expectation(item)
	}
}

func (d *decoder) expectation(v value) {
	observables := []string{"mean", "min", "max", "molecules", "wavelength", "surface", "share", "body"}
	f, ok := v.fields("{mean: IL-2, at: 4 h, value: 12 pM, tolerance: 2 %}", append(observables, "region", "of", "by", "at", "since", "value", "tolerance", "source")...)
	if !ok {
		return
	}
	e := Expectation{Time: d.model().Duration, File: v.at.src.name, Line: v.at.line, Column: v.at.column}
	known := false
	for _, observable := range observables {
		v, ok := f.get(observable)
		if !ok {
			continue
		}
		if e.Observable != "" {
			d.fault(v.key, v.path, "%s stands in this entry too: want one of them", e.Observable)
			continue
		}
		e.Observable = observable
		if observable == "body" {
			e.Variable, known = d.bodyVariableNamed(v)
		} else if name, ok := v.str(); ok {
			e.Substrate, known = d.substrateNamed(name, v.at, v.path)
		}
	}
	if e.Observable == "" {
		d.fault(f.key, f.path, "want one of mean, min, max, molecules, wavelength, surface or share with the name of a substrate, such as mean: IL-2, or body with that of a variable")
	}
	if v, ok := f.get("region"); ok {
		e.Region = d.expectedRegion(v, e.Observable)
	}
	d.expectedCells(f, &e)
	if v, ok := f.get("at"); ok {
		time, ok := v.nonNegative(quantity.Time)
		late := ok && d.model().Duration > 0 && time > d.model().Duration
		if late && d.shortened && !v.at.src.setting {
			return // whoever ends a run early does not ask for what comes later
		}
		if late {
			v.fault("%s: later than the end of the run, %s", v.written(), quantity.Format(d.model().Duration, "s"))
		}
		e.Time = time
	}
	if v, ok := f.get("since"); ok {
		e.Since, ok = v.positive(quantity.Time)
		if ok && e.Since >= e.Time {
			v.fault("%s: want a time before that of the figure, %s", v.written(), quantity.Format(e.Time, "s"))
		}
	}
	if v, ok := f.need("value", "12 pM"); ok && known {
		e.Value = d.expectedValue(v, e)
	}
	if v, ok := f.need("tolerance", "2 %"); ok {
		e.RelativeTolerance, _ = v.positive(quantity.Dimensionless)
	}
	if v, ok := f.get("source"); ok {
		e.Source, _ = v.str()
	}
	d.scenario.Expect = append(d.scenario.Expect, e)
}

// expectedRegion decodes where a figure is of; some are of the whole domain by their nature.
func (d *decoder) expectedRegion(v value, observable string) string {
	switch observable {
	case "molecules", "wavelength", "body":
		d.fault(v.key, v.path, "%s is of the whole domain: want mean, min or max with a region", observable)
		return ""
	}
	i := d.regionNamed(v)
	if i == tissue.Everywhere {
		return ""
	}
	r := d.model().Regions[i]
	if r.Impermeable {
		v.fault("%q is impermeable, nothing is inside: want a region with tissue", r.Name)
	}
	return r.Name
}

func (d *decoder) expectedValue(v value, e Expectation) float64 {
	switch e.Observable {
	case "mean", "min", "max", "surface":
		density, _ := d.density(v, e.Substrate)
		return density
	case "share":
		share, _ := v.share()
		return share
	case "wavelength":
		length, _ := v.positive(quantity.Length)
		return length
	case "body":
		return d.bodyValue(v, d.model().Body.Variables[e.Variable].Dimension)
	}
	q, ok := v.quantity(quantity.Molecules)
	if !ok {
		return 0
	}
	if q.Dim == quantity.Dimensionless {
		amount, _ := v.nonNegative(quantity.Dimensionless)
		return amount
	}
	if !d.countsMolecules(v, e.Substrate) {
		return 0
	}
	amount, _ := v.nonNegative(quantity.Molecules)
	return amount
}
