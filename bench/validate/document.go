package validate

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/cytofield/cytofield/render/figure"
)

// Document is all that the cases and the studies came to on a device.
type Document struct {
	Device  string
	Cases   []Case
	Reports []Report // of Cases
	Studies []Study
}

// Write makes validation.md in a directory, and its figures in validation/ there.
func (d Document) Write(directory string) error {
	figures := filepath.Join(directory, "validation")
	if err := os.MkdirAll(figures, 0o755); err != nil {
		return fmt.Errorf("validate: %w", err)
	}
	text, err := d.markdown(func(i int) error {
		chart := figure.Figure{
			Panels:     []figure.Panel{*d.Reports[i].Chart},
			Provenance: map[string]string{"Title": d.Cases[i].ID + ": " + d.Cases[i].Title, "Device": d.Device},
		}
		return chart.Save(filepath.Join(figures, d.Cases[i].picture()), figure.Options{})
	})
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(directory, "validation.md"), []byte(text), 0o644); err != nil {
		return fmt.Errorf("validate: %w", err)
	}
	return nil
}

// picture returns the name of the case's figure.
func (c Case) picture() string { return strings.ToLower(c.ID) + ".png" }

const preamble = `# Validation

What the engine observes in closed forms and published models, and at which order its schemes converge. Every observed
number comes from runs of the engine, none from a formula. The error is relative; the tolerance holds in float64, and on
float32 devices is the larger of it and what the setup allows for rounding.

`

// markdown returns the document; draw is called for every case that has a figure.
func (d Document) markdown(draw func(i int) error) (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "<!-- Written by cytofield validate --markdown: do not edit. -->\n\n%s", preamble)
	var faults []error
	for i, c := range d.Cases {
		fmt.Fprintf(&b, "## %s: %s\n\n", c.ID, c.Title)
		b.WriteString("| case | observable | observed | expected | unit | error | tolerance | device | |\n|---|---|---|---|---|---|---|---|---|\n")
		for _, r := range d.Reports[i].Results {
			fmt.Fprintf(&b, "| %s | %s | %.7g | %s | %s | %.1e | %.2g | %s | %s |\n",
				r.Case, r.Observable, r.Observed, expected(r.Expected), r.Unit, r.Error, r.Tolerance, d.Device, verdict(r.Pass))
		}
		if d.Reports[i].Chart != nil {
			fmt.Fprintf(&b, "\n<img src=\"validation/%s\" width=\"526\" alt=\"%s: observed and exact\">\n", c.picture(), c.Title)
			faults = append(faults, draw(i))
		}
		fmt.Fprintf(&b, "\n*Setup.* %s\n\n*Expected numbers.* %s.\n\n", escaped(c.Setup), escaped(c.Source))
	}
	d.studies(&b)
	return strings.TrimRight(b.String(), "\n") + "\n", errors.Join(faults...)
}

// expected prints an expected number as it stands in the tables and the test that
// looks for it.
func expected(v float64) string { return fmt.Sprintf("%.7g", v) }

func verdict(pass bool) string {
	if pass {
		return "pass"
	}
	return "FAIL"
}

// escaped protects what Markdown would take for emphasis.
func escaped(text string) string { return strings.NewReplacer("*", `\*`, "_", `\_`).Replace(text) }

const studyPreamble = `## Convergence

Relative L2 errors at fixed steps. Space: 1 + cos(π x/L) between no-flux walls until diffusion and decay have taken 1/e,
against the continuum; steps go with the voxel for schemes of second order in time and with its square for those of first,
so that the error in time falls with that in space. Time: the product of three cosines on 8³ voxels against its exact decay
on that grid, and a box of cells against the adaptive scheme in 2048 steps. An order is that from the row above.

| scheme | of | problem | voxels | steps | error | order | expected | device | |
|---|---|---|---|---|---|---|---|---|---|
`

// studies writes the table of convergence.
func (d Document) studies(b *strings.Builder) {
	b.WriteString(studyPreamble)
	for _, s := range d.Studies {
		for i, r := range s.Rungs {
			order, expected, pass := "", "", ""
			if i > 0 {
				order = fmt.Sprintf("%.3f", r.Order)
			}
			if i == len(s.Rungs)-1 {
				expected, pass = fmt.Sprintf("%g ± %g", s.Expected, s.Tolerance), verdict(s.Pass)
			}
			fmt.Fprintf(b, "| %s | %s | %s | %d | %d | %.3e | %s | %s | %s | %s |\n",
				s.Scheme, s.Of, s.Problem, r.Voxels, r.Steps, r.Error, order, expected, d.Device, pass)
		}
	}
}
