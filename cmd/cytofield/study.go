package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/cytofield/cytofield/bench"
	"github.com/cytofield/cytofield/cmd/internal/program"
	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/render/figure"
)

// studySize returns the voxels along an axis of the study.
func (c *benchCommand) studySize() int {
	if len(c.N) > 0 {
		return c.N[0]
	}
	return 24
}

// study runs the work-precision study and writes its table, as CSV and Markdown, and
// a figure for each regime.
func study(ctx context.Context, dir string, n int, io streams) error {
	if n < 4 {
		return program.Input(fmt.Errorf("bench: --n %d: the study wants 4 voxels along an axis or more", n))
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	rows, err := bench.Study(ctx, n, func(what string) { fmt.Fprintln(io.Err, what) })
	if err != nil {
		return err
	}
	path := func(name string) string { return filepath.Join(dir, "scheme-study"+name) }
	faults := []error{
		writeFile(path(".csv"), func(f *os.File) error { return studyCSV(f, rows) }),
		writeFile(path(".md"), func(f *os.File) error { return studyMarkdown(f, n, rows) }),
	}
	for _, regime := range []bench.Regime{bench.Cold, bench.Switching} {
		faults = append(faults, studyChart(regime, rows).Save(path("-"+string(regime)+".png"), figure.Options{}))
	}
	return errors.Join(faults...)
}

func writeFile(path string, write func(f *os.File) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}

func studyCSV(f *os.File, rows []bench.StudyRow) error {
	w := csv.NewWriter(f)
	text := func(v float64) string { return strconv.FormatFloat(v, 'g', 4, 64) }
	records := [][]string{{"diffusion_um2_per_s", "decay_per_s", "uptake_per_s", "diffusion_length_um", "d_60s_per_dx2", "regime",
		"scheme", "way", "rel_l2_error", "sweeps_per_min", "modelled_bytes_per_voxel_min", "ns_per_voxel_min"}}
	for _, r := range rows {
		records = append(records, []string{text(r.Diffusion), text(r.Decay), text(r.Uptake), text(r.DiffusionLength()), text(r.Spread()), string(r.Regime),
			string(r.Scheme), r.Way, text(r.Error), text(r.Sweeps), text(r.ModelledBytes), text(r.NSPerVoxel)})
	}
	return w.WriteAll(records)
}

// studyGroups are the columns of the table and the curves of the figure.
func studyGroups() []struct {
	name string
	in   func(r bench.StudyRow) bool
} {
	scheme := func(s engine.Scheme, fixed bool) func(r bench.StudyRow) bool {
		return func(r bench.StudyRow) bool { return r.Scheme == s && r.Fixed == fixed }
	}
	return []struct {
		name string
		in   func(r bench.StudyRow) bool
	}{
		{"adaptive", scheme(engine.Adaptive, false)}, {"adaptive, fixed step", scheme(engine.Adaptive, true)},
		{"ftcs", scheme(engine.FTCS, false)}, {"lod", scheme(engine.LOD, false)},
	}
}

// studyMarkdown writes, for every problem, the least memory traffic by which a scheme
// comes to an error, and the way that does.
func studyMarkdown(f *os.File, n int, rows []bench.StudyRow) error {
	_, err := fmt.Fprintf(f, `# Work and precision

Written by `+"`cytofield bench --study docs`"+`. %d³ voxels of 10 µm, 3 %% of them with a secretor, 20 %% with a consumer, from zero; every
minute another half of the secretors is at work. *cold* is the first minute, *switching* the three after. In the table: kB of modelled
memory traffic per voxel and simulated minute, float32, of the cheapest way that was tried whose relative L2 error against the time-exact
solution on the same grid is at most 1e-2, and at most 1e-3, at the end of every minute; – where none was. The reference resolves errors down to
%.0e. scheme-study.csv has every way, with sweeps and times.

`, n, bench.Resolved)
	if err != nil {
		return err
	}
	t := table.NewWriter()
	t.SetOutputMirror(f)
	header := table.Row{"D µm²/s", "uptake 1/s", "diffusion length µm", "D·60 s/Δx²", "regime", "error"}
	for _, g := range studyGroups() {
		header = append(header, g.name)
	}
	t.AppendHeader(header)
	for _, p := range bench.Problems() {
		for _, regime := range []bench.Regime{bench.Cold, bench.Switching} {
			for _, wanted := range []float64{1e-2, 1e-3} {
				row := table.Row{p.Diffusion, p.Uptake, fmt.Sprintf("%.3g", p.DiffusionLength()), p.Spread(), string(regime), fmt.Sprintf("%.0e", wanted)}
				for _, g := range studyGroups() {
					row = append(row, cheapestOf(rows, p, regime, wanted, g.in))
				}
				t.AppendRow(row)
			}
		}
	}
	t.RenderMarkdown()
	_, err = fmt.Fprintln(f)
	return err
}

// cheapestOf prints the least traffic of a group's ways to an error.
func cheapestOf(rows []bench.StudyRow, p bench.Problem, regime bench.Regime, wanted float64, in func(bench.StudyRow) bool) string {
	best := bench.StudyRow{}
	for _, r := range rows {
		if r.Problem == p && r.Regime == regime && in(r) && r.Error <= wanted && (best.Way == "" || r.ModelledBytes < best.ModelledBytes) {
			best = r
		}
	}
	if best.Way == "" {
		return "–"
	}
	return fmt.Sprintf("%.3g (%s)", best.ModelledBytes/1e3, best.Way)
}

// studyChart draws the error over the memory traffic of every way, a panel a problem,
// all to one scale. Errors that the reference does not resolve are drawn where it ends.
func studyChart(regime bench.Regime, rows []bench.StudyRow) figure.Figure {
	x := figure.Axis{Quantity: "memory traffic", Unit: "bytes", Log: true}
	y := figure.Axis{Quantity: "relative L2 error", Log: true}
	var traffic, errors []float64
	f := figure.Figure{Title: "Work and precision, " + string(regime), Legends: figure.PerFigure}
	var panels []figure.Chart
	for _, p := range bench.Problems() {
		panel := figure.Chart{Title: fmt.Sprintf("D %g µm²/s, uptake %g/s, reach %.0f µm", p.Diffusion, p.Uptake, p.DiffusionLength()), Grid: true}
		for _, g := range studyGroups() {
			var curve []figure.Point
			for _, r := range rows {
				if r.Problem == p && r.Regime == regime && g.in(r) {
					curve = append(curve, figure.Point{X: r.ModelledBytes, Y: max(r.Error, bench.Resolved)})
					traffic, errors = append(traffic, r.ModelledBytes), append(errors, max(r.Error, bench.Resolved))
				}
			}
			if len(curve) > 0 {
				panel.Series = append(panel.Series, figure.Series{Name: g.name, Line: curve, Marks: curve})
			}
		}
		panels = append(panels, panel)
	}
	const room = 1.5 // between the outermost points and the frame
	x.Low, x.High = slices.Min(traffic)/room, slices.Max(traffic)*room
	y.Low, y.High = slices.Min(errors)/room, slices.Max(errors)*room
	for i, panel := range panels {
		panel.X, panel.Y = x, y
		if i%3 > 0 {
			panel.Y.Quantity = "" // the first of a row names it
		}
		if i+3 < len(panels) {
			panel.X.Quantity = ""
		}
		f.Panels = append(f.Panels, panel)
	}
	return f
}
