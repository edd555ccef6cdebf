package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue/catalogue"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// cited returns the keys of the papers behind a run: its parameters, its scheme
// and its coupling.
func cited(s *scenario.Scenario) []string {
	keys := slices.Clone(s.Sources)
	if engine.Scheme(s.Numerics.Scheme) == engine.Adaptive {
		keys = append(keys, "Meyer2014")
	}
	if subVoxel(s) {
		keys = append(keys, "CollinsKimball1949", "Watson1939")
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

func subVoxel(s *scenario.Scenario) bool {
	return engine.Coupling(s.Numerics.Coupling) == engine.VoxelCoupling && !s.Model.Grid.Planar && s.Model.Cells.Len() > 0
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

// methods returns methods.md: a paragraph that can go into a paper.
func methods(s *scenario.Scenario, d *device) string {
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
		fmt.Fprintf(&b, "%s diffused with an effective coefficient of %.4g µm²/s and decayed at %.4g 1/s. ", substrate.Name, substrate.DiffusionCoefficient, substrate.DecayRate)
	}
	count := m.Cells.Count(len(m.CellTypes))
	for t, cell := range m.CellTypes {
		fmt.Fprintf(&b, "There were %d cells of type %s (radius %g µm). ", count[t], cell.Name, cell.Radius)
	}
	b.WriteString(numericsText(s))
	fmt.Fprintf(&b, "The run covered %g s of simulated time with seed %d, on Cytofield %s (%s), device %s.\n", m.Duration, m.Seed, version, commit(), d.name)
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

func numericsText(s *scenario.Scenario) string {
	var b strings.Builder
	b.WriteString("Densities were computed by second-order finite volumes on the seven-point stencil (five-point in 2D); diffusion, decay and every exchange with cells were advanced together, without splitting, ")
	if engine.Scheme(s.Numerics.Scheme) == engine.FTCS {
		b.WriteString("by forward Euler. ")
	} else {
		fmt.Fprintf(&b, "by the second-order Runge-Kutta-Legendre scheme [@Meyer2014] with steps from an embedded error estimate, relative tolerance %g. ", s.Numerics.RelativeTolerance)
	}
	if subVoxel(s) {
		b.WriteString("Cells met the grid as partially absorbing spheres [@CollinsKimball1949], corrected for the self-concentration of a lattice source [@Watson1939]. ")
	} else if s.Model.Cells.Len() > 0 {
		b.WriteString("Cells exchanged with the density of the voxel that holds their centre. ")
	}
	return b.String()
}
