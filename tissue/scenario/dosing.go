package scenario

import (
	"fmt"
	"math"
	"strings"

	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/quantity"
)

func perSecond(d quantity.Dimension) string {
	if unit := d.MolarUnit(); unit != "" {
		return unit
	}
	return "a plain number"
}

// amount decodes an amount, or one per time, of what a compartment holds.
func (d *decoder) amount(v value, id tissue.BodyVariableID, per quantity.Dimension) float64 {
	number, _ := v.nonNegative(d.model().Body.Variables[id].Dimension + quantity.Volume - per)
	return number
}

func (d *decoder) infusion(item value) {
	f, ok := item.fields(infusionExample, "into", "rate", "from", "to")
	if !ok {
		return
	}
	in := tissue.Infusion{End: math.Inf(1)}
	v, ok := f.need("into", "blood")
	if ok {
		in.Compartment, ok = d.compartmentNamed(v)
	}
	if rate, given := f.need("rate", "10 pmol/h"); given && ok {
		if rate.kind == mapping {
			in.Series = d.infusionSeries(rate, in.Compartment)
		} else {
			in.Rate = d.amount(rate, in.Compartment, quantity.Time)
		}
	}
	if v, given := f.get("from"); given {
		in.Start, _ = v.nonNegative(quantity.Time)
	}
	if v, given := f.get("to"); given {
		if end, sound := v.positive(quantity.Time); sound {
			in.End = end
			if end <= in.Start {
				v.fault("%s: want a time after the start, %s", v.written(), quantity.Format(in.Start, "s"))
			}
		}
	}
	if ok {
		d.model().Body.Infusions = append(d.model().Body.Infusions, in)
	}
}

// infusionSeries decodes a rate over time.
func (d *decoder) infusionSeries(v value, id tissue.BodyVariableID) *tissue.TimeSeries {
	const example = "[[0 h, 0 pmol/h], [1 h, 10 pmol/h]]"
	series := &tissue.TimeSeries{}
	f, ok := v.fields("{series: "+example+"}", "series")
	if !ok {
		return series
	}
	if v, ok = f.need("series", example); !ok {
		return series
	}
	knots, ok := v.list(example)
	if ok && len(knots) == 0 {
		v.fault("no knots: want at least one, such as %s", example)
	}
	for _, knot := range knots {
		pair, listed := knot.list("[1 h, 10 pmol/h]")
		if len(pair) != 2 {
			if listed {
				knot.fault("%d entries: want a time and a rate, such as [1 h, 10 pmol/h]", len(pair))
			}
			continue
		}
		time, timed := pair[0].in(quantity.Time)
		if last := len(series.Times) - 1; timed && last >= 0 && time <= series.Times[last] {
			pair[0].fault("%s: want a time after the one before, %s", pair[0].written(), quantity.Format(series.Times[last], "s"))
		}
		series.Times = append(series.Times, time+0)
		series.Densities = append(series.Densities, d.amount(pair[1], id, quantity.Time))
	}
	return series
}

func (d *decoder) dose(item value) {
	f, ok := item.fields(doseExample, "into", "amount", "at", "every", "number")
	if !ok {
		return
	}
	var dose tissue.Dose
	v, ok := f.need("into", "blood")
	if ok {
		dose.Compartment, ok = d.compartmentNamed(v)
	}
	if v, given := f.need("amount", "10 nmol"); given && ok {
		dose.Amount = d.amount(v, dose.Compartment, quantity.Dimensionless)
	}
	if v, given := f.need("at", "1 h"); given {
		dose.Time, _ = v.nonNegative(quantity.Time)
	}
	interval, count := f.repeats(maxDoses)
	if !ok {
		return
	}
	for i := range count {
		one := dose
		one.Time += float64(i) * interval
		d.model().Body.Doses = append(d.model().Body.Doses, one)
	}
}

// repeats decodes how often something happens, and at which interval, s; once unless given.
func (f fields) repeats(most int) (interval float64, count int) {
	every, repeats := f.get("every")
	number, numbered := f.get("number")
	if repeats != numbered {
		f.fault("every and number belong together: want both, such as every: 24 h, number: 5, or neither")
	}
	if !repeats || !numbered {
		return 0, 1
	}
	interval, _ = every.positive(quantity.Time)
	count, _ = number.integer(1, most)
	return interval, count
}

// amountText writes an amount, or one per time, of what a compartment holds.
func amountText(c tissue.BodyVariable, amount float64, per quantity.Dimension) string {
	return quantity.Format(amount, (c.Dimension + quantity.Volume - per).Unit())
}

func infusionText(b *tissue.Body, in tissue.Infusion) string {
	c := b.Variables[in.Compartment]
	if in.Series == nil {
		return amountText(c, in.Rate, quantity.Time)
	}
	var knots []string
	for i, t := range in.Series.Times {
		knots = append(knots, fmt.Sprintf("[%s, %s]", quantity.Format(t, "s"), amountText(c, in.Series.Densities[i], quantity.Time)))
	}
	return "{series: [" + strings.Join(knots, ", ") + "]}"
}
