package main

import (
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/cytofield/cytofield/cmd/internal/program"
	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/engine/cpu"
	"github.com/cytofield/cytofield/engine/record"
	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/scenario"
)

type checkCommand struct{ scenarioFlags }

// Run prints the model and what can be said of it before it runs.
func (c *checkCommand) Run(io streams) error {
	s, err := c.load()
	if err != nil {
		return err
	}
	a, err := engine.Analyse(s.Model, options(s), s.Output.Every)
	if err != nil {
		return program.Input(err)
	}
	printModel(io.Out, s)
	printSubstrates(io.Out, s.Model)
	printRegions(io.Out, s.Model)
	printReactions(io.Out, s.Model)
	printBody(io.Out, s.Model, a)
	printCells(io.Out, s)
	printPointing(io.Out, s.Model, a)
	printBursts(io.Out, s.Model)
	printReceptors(io.Out, s)
	printStates(io.Out, s.Model)
	printNumbers(io.Out, s, a)
	warned := warnings(s, a)
	for _, w := range warned {
		fmt.Fprintln(io.Out, "warning:", w)
	}
	if len(warned) == 0 && a.Fault == nil {
		fmt.Fprintln(io.Out, "no warnings")
	}
	return c.refuse(a, warned)
}

func newTable(w io.Writer, title string, header ...any) table.Writer {
	t := table.NewWriter()
	t.SetOutputMirror(w)
	t.SuppressTrailingSpaces()
	t.SetStyle(table.StyleLight)
	t.Style().Options = table.OptionsNoBordersAndSeparators
	t.Style().Format.Header = text.FormatDefault // upper case makes MM of µm
	t.SetTitle("%s", title)
	t.AppendHeader(header)
	return t
}

func printModel(w io.Writer, s *scenario.Scenario) {
	m, size := s.Model, s.Model.Grid.Size()
	g := m.Grid
	fmt.Fprintf(w, "%s\n\n", m.Title)
	if g.Planar {
		fmt.Fprintf(w, "domain       %g × %g µm, %g µm thick, %d × %d voxels of %g × %g µm\n", size[0], size[1], size[2], g.Shape[0], g.Shape[1], g.Spacing[0], g.Spacing[1])
	} else {
		fmt.Fprintf(w, "domain       %g × %g × %g µm, %d × %d × %d voxels of %g × %g × %g µm\n", size[0], size[1], size[2],
			g.Shape[0], g.Shape[1], g.Shape[2], g.Spacing[0], g.Spacing[1], g.Spacing[2])
	}
	fmt.Fprintf(w, "fluid        α = %g of the volume; densities are per volume of fluid, D is the effective coefficient\n", m.ExtracellularFraction)
	fmt.Fprintf(w, "duration     %s, output every %s, seed %d\n", figure.FormatTime(m.Duration), figure.FormatTime(s.Output.Every), m.Seed)
	fmt.Fprintf(w, "numerics     %s, coupling %s, rtol %g\n", s.Numerics.Scheme, s.Numerics.Coupling, s.Numerics.RelativeTolerance)
	if populated(m) {
		fmt.Fprintf(w, "             %s\n", couplingNote(s))
	}
	if n := len(m.Events); n > 0 {
		fmt.Fprintf(w, "events       %d, the first at %s, the last at %s\n", n, figure.FormatTime(m.Events[0].Time), figure.FormatTime(m.Events[n-1].Time))
	}
	fmt.Fprintln(w)
}

// couplingNote says what the grid knows of a cell.
func couplingNote(s *scenario.Scenario) string {
	switch {
	case subVoxel(s):
		return "cells are spheres in the voxel of their centre; what each takes up holds where they are some voxels apart; for closer ones there is coupling cloud"
	case inCloud(s):
		return "cells are spheres where they are, spread over the voxels they touch, and shield their neighbours"
	}
	return "cells meet the density of their voxels as it is"
}

func printSubstrates(w io.Writer, m *tissue.Model) {
	t := newTable(w, "Substrates", "name", "D µm²/s", "decay 1/s", "half-life", "start", "boundary x", "y", "z")
	for _, s := range m.Substrates {
		half := "none"
		if s.DecayRate > 0 {
			half = figure.FormatTime(math.Ln2 / s.DecayRate)
		}
		t.AppendRow(table.Row{s.Name, short(s.DiffusionCoefficient), short(s.DecayRate), half, short(s.InitialDensity) + " " + string(s.Unit),
			faces(s, 0), faces(s, 1), faces(s, 2)})
	}
	t.Render()
	fmt.Fprintln(w)
}

func short(v float64) string {
	if math.IsInf(v, 1) {
		return "∞"
	}
	return fmt.Sprintf("%.4g", v)
}

func faces(s tissue.Substrate, axis int) string {
	low, high := face(s, axis, 0), face(s, axis, 1)
	if low == high {
		return low
	}
	return low + " / " + high
}

func face(s tissue.Substrate, axis, side int) string {
	b := s.Boundary[axis][side]
	density := short(b.Density)
	if b.Series != nil {
		density = "a series"
	}
	switch b.Kind {
	case tissue.Dirichlet:
		return "held at " + density
	case tissue.Robin:
		return fmt.Sprintf("permeable (%s µm/s) to %s", short(b.Permeability), density)
	case tissue.Flux:
		return fmt.Sprintf("flux %s %s/(µm² s)", short(b.Flux), s.Unit.AmountUnit())
	}
	return b.Kind.String()
}

func printRegions(w io.Writer, m *tissue.Model) {
	if len(m.Regions) == 0 {
		return
	}
	voxels := make([]int, len(m.Regions)+1)
	for _, label := range m.Labels() {
		voxels[label]++
	}
	t := newTable(w, "Regions", "name", "voxels", "α", "substrate", "D µm²/s", "decay 1/s", "R", "exchange")
	for i, r := range m.Regions {
		alpha := short(r.ExtracellularFraction)
		if r.Impermeable {
			alpha = "impermeable"
		}
		for s, medium := range r.Media {
			row := table.Row{r.Name, voxels[i+1], alpha, m.Substrates[s].Name, short(medium.DiffusionCoefficient), short(medium.DecayRate),
				short(medium.RetardationFactor()), regionExchange(m, r, tissue.SubstrateID(s))}
			if s > 0 {
				row[0], row[1], row[2] = "", "", ""
			}
			t.AppendRow(row)
		}
	}
	t.Render()
	fmt.Fprintln(w)
}

// regionExchange says what a region holds and what passes its surface.
func regionExchange(m *tissue.Model, r tissue.Region, s tissue.SubstrateID) string {
	var list []string
	density := func(constant float64, series *tissue.TimeSeries) string {
		if series != nil {
			return "a series"
		}
		return short(constant) + " " + string(m.Substrates[s].Unit)
	}
	for _, h := range r.Held {
		if h.Substrate == s {
			list = append(list, "held at "+density(h.Density, h.Series))
		}
	}
	for _, v := range r.Vessel {
		if v.Substrate == s {
			blood := "blood at " + density(v.BloodDensity, v.Series)
			if v.Compartment != nil {
				blood = m.Body.Variables[*v.Compartment].Name
			}
			list = append(list, fmt.Sprintf("%s through %s µm/s%s", blood, short(v.Permeability), responseText(v.Response)))
		}
	}
	return strings.Join(list, ", ")
}

func printReactions(w io.Writer, m *tissue.Model) {
	if len(m.Reactions) == 0 {
		return
	}
	t := newTable(w, "Reactions", "name", "rate", "changes")
	for _, r := range m.Reactions {
		t.AppendRow(table.Row{r.Name, r.Rate.String(), strings.Join(fluidChanges(m, r.Changes), ", ")})
	}
	t.Render()
	fmt.Fprintln(w)
}

func fluidChanges(m *tissue.Model, changes []tissue.Change) []string {
	var all []string
	for _, c := range changes {
		all = append(all, fmt.Sprintf("%s %+.4g", m.Substrates[c.Substrate].Name, c.Factor))
	}
	return all
}

func printCells(w io.Writer, s *scenario.Scenario) {
	m := s.Model
	if len(m.CellTypes) == 0 {
		return
	}
	t := newTable(w, "Cells", "type", "number", "radius µm", "substrate", "releases", "takes up at low density", "surface law 1 + κg")
	count := m.Cells.Count(len(m.CellTypes))
	laws := engine.NewSurfaceLaws(m, engine.Coupling(s.Numerics.Coupling))
	for id, cell := range m.CellTypes {
		named := false
		for k, substrate := range m.Substrates {
			law, most, ok, _ := laws.Range(tissue.CellTypeID(id), tissue.SubstrateID(k))
			if !ok {
				continue
			}
			name, number, radius := cell.Name, fmt.Sprint(count[id]), short(cell.Radius)
			if named {
				name, number, radius = "", "", ""
			}
			named = true
			t.AppendRow(table.Row{name, number, radius, substrate.Name,
				short(law.Release) + " " + substrate.Unit.AmountUnit() + "/s",
				short((law.Steepest()-law.Secretion)/substrate.Unit.AmountPerVolume()) + " µm³/s", slack(law, most)})
		}
		if !named {
			t.AppendRow(table.Row{cell.Name, count[id], short(cell.Radius), "none"})
		}
	}
	t.Render()
	fmt.Fprintln(w)
}

// slack writes 1 + κg, from least to most where it depends on the place in the voxel.
func slack(least, most engine.SurfaceLaw) string {
	if least == most {
		return fmt.Sprintf("%.2f", least.Slack())
	}
	return fmt.Sprintf("%.2f to %.2f", least.Slack(), most.Slack())
}

// printReceptors prints what the kinetics of receptors come to in a steady state.
func printReceptors(w io.Writer, s *scenario.Scenario) {
	m := s.Model
	t := newTable(w, "Receptors with kinetics", "type", "name", "ligand", "at the start", "without ligand", "K_d", "on rate", "takes up at most", "half of it at")
	for id, within := range s.Kinetics {
		for _, k := range within.Receptors {
			ligand, affinity, on := "that of "+k.Partner, "", " 1/s"
			if k.Ligand != tissue.NoLigand {
				ligand, affinity, on = m.Substrates[k.Ligand].Name, " nM", " 1/(nM s)"
			}
			free, uptake, half := "–", "–", "–"
			if count, ok := k.SteadyCount(); ok {
				free = short(count)
			}
			if most, density, ok := k.SaturableUptake(); ok {
				uptake, half = short(most)+" molecules/s", short(density)+" nM"
			}
			t.AppendRow(table.Row{m.CellTypes[id].Name, k.Name, ligand, short(k.Count), free,
				short(k.DissociationConstant()) + affinity, short(k.OnRate) + on, uptake, half})
		}
	}
	if t.Length() > 0 {
		t.Render()
		fmt.Fprintln(w)
	}
}

// printStates prints the state of cells and what changes it.
func printStates(w io.Writer, m *tissue.Model) {
	for _, cell := range m.CellTypes {
		if len(cell.Variables) == 0 {
			continue
		}
		t := newTable(w, "Reactions of "+cell.Name, "name", "rate", "changes")
		for _, r := range cell.Reactions {
			var changes []string
			for _, c := range r.Changes {
				changes = append(changes, fmt.Sprintf("%s %+.4g", cell.Variables[c.Variable].Name, c.Factor))
			}
			t.AppendRow(table.Row{r.Name, r.Rate.String(), strings.Join(append(changes, fluidChanges(m, r.Fluid)...), ", ")})
		}
		t.Render()
		var start []string
		for _, v := range cell.Variables {
			start = append(start, strings.TrimSpace(fmt.Sprintf("%s %s %s", v.Name, short(v.Initial), v.Dimension.MolarUnit())))
		}
		fmt.Fprintf(w, "\nat the start: %s\n\n", strings.Join(start, ", "))
	}
}

func printNumbers(w io.Writer, s *scenario.Scenario, a engine.Analysis) {
	t := newTable(w, "Numbers", "substrate", "explicit step s", "Fourier x, y, z", "decay number", "√(D/λ) µm", "niche √(D/loss) µm", "mean when steady", "steps", "sweeps")
	for k, substrate := range s.Model.Substrates {
		n := a.Substrates[k]
		t.AppendRow(table.Row{substrate.Name, short(n.ExplicitStep), fmt.Sprintf("%.3f, %.3f, %.3f", n.Fourier[0], n.Fourier[1], n.Fourier[2]), short(n.Decay),
			short(n.DiffusionLength), short(n.NicheLength), steady(n.SteadyDensity, substrate.Unit), roughly(n.Steps), roughly(n.Sweeps)})
	}
	t.Render()
	fmt.Fprintf(w, "\nFourier and decay numbers are those of the explicit step, the largest at which forward Euler is stable.\n")
	fmt.Fprintf(w, "memory: %s on a GPU, %s on the CPU\n", memorySize(a.DeviceBytes), memorySize(cpu.Memory(s.Model)))
	printFields(w, s)
}

// printFields says what the densities take on disk.
func printFields(w io.Writer, s *scenario.Scenario) {
	f := record.Fields(s.Output.Fields)
	if len(f.Substrates) == 0 {
		fmt.Fprintf(w, "fields on disk: none\n\n")
		return
	}
	outputs := 1 + math.Ceil(s.Model.Duration/f.Every-1e-9) // the start, and the end where it is no multiple
	bytes, files := record.FieldsSize(s.Model, f)
	fmt.Fprintf(w, "fields on disk: at most %s in %.0f files, before compression\n\n", memorySize(int64(outputs)*bytes), outputs*float64(files))
}

// roughly writes a count to two digits.
func roughly(n float64) string {
	unit := math.Pow(10, max(0, math.Floor(math.Log10(n))-1))
	return fmt.Sprintf("about %.0f", math.Round(n/unit)*unit)
}

func steady(c float64, u tissue.DensityUnit) string {
	if math.IsNaN(c) {
		return "–"
	}
	return short(c) + " " + string(u)
}
