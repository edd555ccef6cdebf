package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cytofield/cytofield/cmd/internal/build"
	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/catalogue"
	"github.com/cytofield/cytofield/tissue/expression"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// cited returns the keys of the papers behind a run: its parameters, its scheme
// and its coupling.
func cited(s *scenario.Scenario) []string {
	keys := slices.Clone(s.Sources)
	switch engine.Scheme(s.Numerics.Scheme) {
	case engine.Adaptive:
		keys = append(keys, "Sommeijer1998")
		if s.Numerics.TimeStep == 0 && engine.StepsImplicitly(s.Model, engine.Coupling(s.Numerics.Coupling)) {
			keys = append(keys, "Alexander1977")
		}
	case engine.LOD:
		keys = append(keys, "Ghaffarizadeh2016")
	case engine.Implicit:
		keys = append(keys, "Alexander1977")
	}
	if subVoxel(s) || inCloud(s) {
		keys = append(keys, "CollinsKimball1949", "Watson1939")
	}
	if inCloud(s) {
		keys = append(keys, "Foldy1945", "Lax1951")
	}
	if points(s.Model) {
		keys = append(keys, "Huse2006")
	}
	keys = append(keys, livesCited(s.Model)...)
	slices.Sort(keys)
	return slices.Compact(keys)
}

func subVoxel(s *scenario.Scenario) bool {
	return engine.HasSubVoxelLaw(s.Model.Grid, engine.Coupling(s.Numerics.Coupling)) && populated(s.Model)
}

// inCloud reports whether cells are spread over voxels and put right for their neighbours.
func inCloud(s *scenario.Scenario) bool {
	return engine.Coupling(s.Numerics.Coupling) == engine.CloudCoupling && s.Model.Grid.Solid() && populated(s.Model)
}

// references returns references.bib.
func references(s *scenario.Scenario) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%% The papers behind the parameters and methods of the run %q.\n", s.Name)
	for _, key := range cited(s) {
		if r, ok := catalogue.Cite(key); ok {
			fmt.Fprintf(&b, "\n%s\n", strings.TrimSpace(r.BibTeX()))
		}
	}
	return b.String()
}

// methods returns methods.md: a paragraph that can go into a paper, of a run that
// covers some simulated time, s.
func methods(s *scenario.Scenario, d *device, simulated float64) string {
	m := s.Model
	size := m.Grid.Size()
	var b strings.Builder
	fmt.Fprintf(&b, "# Methods\n\n")
	if m.Grid.Planar {
		fmt.Fprintf(&b, "A plane of tissue of %g × %g µm and %g µm thickness was divided into %d × %d voxels of %g × %g µm. ",
			size[0], size[1], size[2], m.Grid.Shape[0], m.Grid.Shape[1], m.Grid.Spacing[0], m.Grid.Spacing[1])
	} else {
		fmt.Fprintf(&b, "A block of tissue of %g × %g × %g µm was divided into %d × %d × %d voxels of %g × %g × %g µm. ", size[0], size[1], size[2],
			m.Grid.Shape[0], m.Grid.Shape[1], m.Grid.Shape[2], m.Grid.Spacing[0], m.Grid.Spacing[1], m.Grid.Spacing[2])
	}
	fmt.Fprintf(&b, "The extracellular volume fraction was %g. ", m.ExtracellularFraction)
	for _, substrate := range m.Substrates {
		fmt.Fprintf(&b, "%s, initially at %.4g %s, diffused with an effective coefficient of %.4g µm²/s and decayed at %.4g 1/s; %s. ", substrate.Name,
			substrate.InitialDensity, substrate.Unit, substrate.DiffusionCoefficient, substrate.DecayRate, wallsText(substrate, m.Grid.Dimensions()))
	}
	b.WriteString(tissueText(m))
	b.WriteString(bodyText(m))
	count := m.Cells.Count(len(m.CellTypes))
	for t, cell := range m.CellTypes {
		fmt.Fprintf(&b, "There were %d cells of type %s (radius %.4g µm)%s. ", count[t], cell.Name, cell.Radius, exchangeText(m, cell))
		b.WriteString(statesText(m, cell, s.Kinetics[t]))
	}
	b.WriteString(livesText(m))
	b.WriteString(eventsText(m, simulated))
	for _, a := range m.Attribution {
		fmt.Fprintf(&b, "Molecules of %s carried tags of the %s that made them, which every process took in the share they had in it. ", m.Substrates[a.Substrate].Name, map[tissue.Tagging]string{tissue.TagTypes: "cell types", tissue.TagCells: "cells"}[a.By])
	}
	b.WriteString(numericsText(s))
	fmt.Fprintf(&b, "The run covered %g s of simulated time with seed %d, on Cytofield %s (%s), device %s.\n", simulated, m.Seed, build.Version, build.Commit(), d.name)
	fmt.Fprintf(&b, "\nParameters in full: scenario.yaml (hash %s). Literature: references.bib", s.Hash[:12])
	for i, key := range cited(s) {
		separator := ", "
		if i == 0 {
			separator = " (cited: "
		}
		b.WriteString(separator + "@" + key)
	}
	if len(cited(s)) > 0 {
		b.WriteString(")")
	}
	b.WriteString(".\n")
	return b.String()
}

// tissueText says how regions differ and what reacts.
func tissueText(m *tissue.Model) string {
	var b strings.Builder
	for _, r := range m.Regions {
		if r.Impermeable {
			fmt.Fprintf(&b, "The region %s was impermeable", r.Name)
		} else {
			fmt.Fprintf(&b, "In the region %s the extracellular fraction was %g", r.Name, r.ExtracellularFraction)
		}
		for s, medium := range r.Media {
			id := tissue.SubstrateID(s)
			if exchange := regionExchange(m, r, id); exchange != "" {
				fmt.Fprintf(&b, "; %s: %s", m.Substrates[s].Name, exchange)
			}
			if around := m.Substrates[s].Medium(); !r.Impermeable && medium != around {
				fmt.Fprintf(&b, "; %s diffused with %.4g µm²/s and decayed at %.4g 1/s, retarded by %g", m.Substrates[s].Name,
					medium.DiffusionCoefficient, medium.DecayRate, medium.RetardationFactor())
			}
		}
		b.WriteString(". ")
	}
	for _, r := range m.Reactions {
		b.WriteString(reactionText(r.Name, r.Rate, factors(m, r.Changes)))
	}
	return b.String()
}

func reactionText(name string, rate *expression.Rate, changes []string) string {
	return fmt.Sprintf("The reaction %s, with rate %s, changed %s. ", name, rate, strings.Join(changes, " and "))
}

func factors(m *tissue.Model, changes []tissue.Change) []string {
	var all []string
	for _, c := range changes {
		all = append(all, fmt.Sprintf("%s by %g", m.Substrates[c.Substrate].Name, c.Factor))
	}
	return all
}

// statesText says what went on within the cells of a type.
func statesText(m *tissue.Model, cell tissue.CellType, within scenario.Kinetics) string {
	var b strings.Builder
	if len(cell.Variables) > 0 {
		fmt.Fprintf(&b, "The state of each cell of type %s was advanced with the densities, in the same stages. ", cell.Name)
	}
	for _, c := range within.Chains {
		fmt.Fprintf(&b, "It had %.4g %s, which its receptors shared, lost at %.4g 1/s. ", c.Count, c.Name, c.Turnover)
	}
	for _, r := range within.Sinks {
		fmt.Fprintf(&b, "Its %.4g %s bound %s at %.4g 1/(nM s). ", r.Count, r.Name, m.Substrates[r.Ligand].Name, r.OnRate)
	}
	for _, k := range within.Receptors {
		fmt.Fprintf(&b, "Its %.4g %s bound %s with a dissociation constant of %s%s. ", k.Count, k.Name, boundBy(m, k), affinityText(k), fateText(m, k))
	}
	for _, r := range cell.Reactions[len(cell.Reactions)-within.Reactions:] {
		var changes []string
		for _, c := range r.Changes {
			changes = append(changes, fmt.Sprintf("%s by %g", cell.Variables[c.Variable].Name, c.Factor))
		}
		b.WriteString(reactionText(r.Name, r.Rate, append(changes, factors(m, r.Fluid)...)))
	}
	return b.String()
}

// fateText says what became of receptors.
func fateText(m *tissue.Model, k *tissue.ReceptorKinetics) string {
	var b strings.Builder
	for _, fate := range []struct {
		what string
		rate float64
	}{
		{"free ones were lost", k.Turnover}, {"bound ones were internalised", k.Internalisation}, {"internal ones were recycled", k.Recycling},
		{"internal ones were degraded", k.Degradation}, {"free ones were shed", k.ShedFree.Rate}, {"bound ones were shed", k.ShedBound.Rate},
	} {
		if fate.rate > 0 {
			fmt.Fprintf(&b, "; %s at %.4g 1/s", fate.what, fate.rate)
		}
	}
	for _, c := range k.Competitors {
		fmt.Fprintf(&b, "; %s competed for them with %.4g nM", m.Substrates[c.Ligand].Name, c.OffRate/c.OnRate)
	}
	if k.Chain.Chain != "" {
		fmt.Fprintf(&b, "; bound ones were joined by %s", k.Chain.Chain)
	}
	return b.String()
}

// boundBy names what a receptor binds.
func boundBy(m *tissue.Model, k *tissue.ReceptorKinetics) string {
	if k.Ligand == tissue.NoLigand {
		return "the ligand of " + k.Partner
	}
	return m.Substrates[k.Ligand].Name
}

func affinityText(k *tissue.ReceptorKinetics) string {
	if k.Ligand == tissue.NoLigand {
		return fmt.Sprintf("%.4g", k.DissociationConstant())
	}
	return fmt.Sprintf("%.4g nM", k.DissociationConstant())
}

// wallsText says what holds at the faces of the box.
func wallsText(s tissue.Substrate, axes int) string {
	var list []string
	for axis := range axes {
		list = append(list, tissue.AxisName(axis)+" "+faces(s, axis))
	}
	return "its walls were " + strings.Join(list, ", ")
}

// exchangeText says what a cell does with the substrates.
func exchangeText(m *tissue.Model, cell tissue.CellType) string {
	var list []string
	add := func(format string, args ...any) { list = append(list, fmt.Sprintf(format, args...)) }
	for _, e := range cell.Exchange {
		s := m.Substrates[e.Substrate]
		if e.NetExportRate > 0 {
			add("exported %.4g molecules/s of %s%s", e.NetExportRate, s.Name, pointingText(m, e.Pointing))
		}
		if e.SecretionRate > 0 {
			add("secreted %s at %.4g 1/s towards %.4g %s", s.Name, e.SecretionRate, e.SaturationDensity, s.Unit)
		}
		if e.UptakeRate > 0 {
			add("took up %s at %.4g 1/s on its volume", s.Name, e.UptakeRate)
		}
		if e.MaxUptakeRate > 0 {
			add("took up at most %.4g molecules/s of %s, half of it at %.4g %s", e.MaxUptakeRate, s.Name, e.HalfSaturation, s.Unit)
		}
	}
	for _, r := range cell.Receptors {
		add("carried %.4g %s that bound %s at %.4g 1/(nM s)", r.Count, r.Name, m.Substrates[r.Ligand].Name, r.OnRate)
	}
	if len(list) == 0 {
		return ""
	}
	return "; each " + strings.Join(list, ", and ")
}

func numericsText(s *scenario.Scenario) string {
	var b strings.Builder
	advanced := "diffusion, decay and every exchange with cells were advanced together, without splitting,"
	scheme, steps := "the second-order Runge-Kutta-Chebyshev scheme [@Sommeijer1998]", fmt.Sprintf("steps from an embedded error estimate, relative tolerance %g", s.Numerics.RelativeTolerance)
	const implicit = "the L-stable second-order diagonally implicit Runge-Kutta scheme of two stages [@Alexander1977]"
	switch engine.Scheme(s.Numerics.Scheme) {
	case engine.Adaptive:
		if s.Numerics.TimeStep == 0 && engine.StepsImplicitly(s.Model, engine.Coupling(s.Numerics.Coupling)) {
			scheme += ", or for steps in which that is less work " + implicit + ","
		}
	case engine.Implicit:
		scheme = implicit
	case engine.Steady:
		return "Densities were computed by second-order finite volumes on the seven-point stencil (five-point in 2D), as steady states: diffusion, decay and every exchange with cells were in balance at each output and each change of the cells. " + couplingText(s)
	case engine.FTCS:
		scheme, steps = "forward Euler", "steps of nine tenths of the largest that keeps densities positive"
	case engine.LOD:
		advanced = "diffusion and decay, and after them the exchange with cells, were advanced one after the other"
		scheme, steps = "the first-order locally one-dimensional implicit scheme of BioFVM [@Ghaffarizadeh2016]", fmt.Sprintf("steps of at most %.4g s", engine.DefaultLODStep)
	}
	if s.Numerics.TimeStep > 0 {
		steps = fmt.Sprintf("steps of at most %.4g s", s.Numerics.TimeStep)
	}
	fmt.Fprintf(&b, "Densities were computed by second-order finite volumes on the seven-point stencil (five-point in 2D); %s by %s with %s. ", advanced, scheme, steps)
	b.WriteString(couplingText(s))
	return b.String()
}

func couplingText(s *scenario.Scenario) string {
	if subVoxel(s) {
		return "Cells met the grid as partially absorbing spheres [@CollinsKimball1949], corrected for the self-concentration of a lattice source [@Watson1939]. "
	}
	if inCloud(s) {
		return "Cells met the grid as partially absorbing spheres [@CollinsKimball1949], each spread over the voxels it touched; what the grid's Green's function [@Watson1939] misses of a cell's effect on itself and on cells close to it was added, so that cells shielded each other as in multiple scattering by monopoles [@Foldy1945; @Lax1951]. "
	}
	if populated(s.Model) && engine.Coupling(s.Numerics.Coupling) == engine.CloudCoupling {
		return "Cells exchanged with the mean density over the voxels they touched. "
	}
	if populated(s.Model) {
		return "Cells exchanged with the density of the voxel that holds their centre. "
	}
	return ""
}
