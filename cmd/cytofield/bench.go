package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/cytofield/cytofield/bench"
	"github.com/cytofield/cytofield/cmd/internal/build"
	"github.com/cytofield/cytofield/cmd/internal/program"
)

type benchCommand struct {
	Workload   []string `placeholder:"W,..." help:"Workloads to run, such as exchange (default: all)."`
	N          []int    `name:"n" placeholder:"128,..." help:"Voxels along an axis; several to see how the cost grows (default: 128, in 2D 2048)."`
	Substrates int      `placeholder:"1" help:"Substrates (default: 1; multi 8)."`
	Repeats    int      `default:"3" placeholder:"3" help:"Times are the shortest of so many (default: 3)."`
	Study      string   `placeholder:"DIR" help:"Write the work-precision study, table and figures, into DIR, and measure no workload; --n is 24 there."`
	From       string   `placeholder:"FILE" help:"Print a report that --json wrote; measure nothing."`
	deviceFlag
	JSON     bool `name:"json" xor:"form" help:"Print JSON."`
	Markdown bool `xor:"form" help:"Print Markdown."`
}

// Run measures the workloads one after another and prints what they cost.
func (c *benchCommand) Run(ctx context.Context, io streams) error {
	if c.Study != "" {
		return study(ctx, c.Study, c.studySize(), io)
	}
	report, err := c.report(ctx, io)
	if err != nil {
		return err
	}
	if c.JSON {
		encoder := json.NewEncoder(io.Out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(report)
	}
	c.print(io, report)
	return nil
}

func (c *benchCommand) report(ctx context.Context, io streams) (report bench.Report, err error) {
	if c.From != "" {
		text, err := os.ReadFile(c.From)
		if err == nil {
			err = json.Unmarshal(text, &report)
		}
		if err != nil {
			return report, program.Input(fmt.Errorf("bench: %s: %w", c.From, err))
		}
		return report, nil
	}
	workloads, dense, err := c.choose()
	if err != nil {
		return report, err
	}
	started := time.Now()
	d, err := c.open()
	if err != nil {
		return report, err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	opened := time.Since(started).Seconds()
	fmt.Fprintln(io.Err, "device:", d.name)
	b := bench.Bench{
		Device: bench.Device{GPU: d.gpu, Open: d.solver}, Repeats: c.Repeats,
		Progress: func(what string) { fmt.Fprintln(io.Err, what) },
	}
	report.Environment, report.Repeats = environment(d), c.Repeats
	if report.StartUpSeconds, err = b.StartUp(ctx); err != nil {
		return report, err
	}
	report.StartUpSeconds += opened
	if report.CopyGBPerS, err = b.CopyBandwidth(); err != nil {
		return report, err
	}
	for _, w := range workloads {
		for _, n := range c.sizes() {
			result, err := b.Measure(ctx, w, n, c.Substrates)
			if err != nil {
				return report, err
			}
			report.Workloads = append(report.Workloads, result)
		}
	}
	if dense {
		report.Dense, err = b.MeasureDense(ctx)
	}
	return report, err
}

func environment(d *device) bench.Environment {
	return bench.Environment{
		Device: d.name, Driver: d.driver, Software: d.software, Version: build.Version, Commit: build.Commit(), Go: runtime.Version(),
		Processor: processor(), Threads: runtime.GOMAXPROCS(0), CacheBytes: bench.CacheBytes(), Date: time.Now().UTC().Format(time.DateOnly),
	}
}

// sizes returns the voxels along an axis asked for; 0 stands for the workload's own.
func (c *benchCommand) sizes() []int {
	if len(c.N) == 0 {
		return []int{0}
	}
	return c.N
}

// choose returns the workloads asked for, all without a name, and whether dense, which has
// sizes of its own, is one of them; it refuses numbers that no grid has.
func (c *benchCommand) choose() (workloads []bench.Workload, dense bool, err error) {
	var faults []error
	for _, n := range c.N {
		if n < 1 {
			faults = append(faults, fmt.Errorf("bench: --n %d: want 1 voxel along an axis or more", n))
		}
	}
	if c.Substrates < 0 {
		faults = append(faults, fmt.Errorf("bench: --substrates %d: want 1 or more", c.Substrates))
	}
	if c.Repeats < 1 {
		faults = append(faults, fmt.Errorf("bench: --repeats %d: want 1 or more", c.Repeats))
	}
	all := bench.Workloads()
	chosen, names := []bench.Workload{}, []string{}
	for _, w := range all {
		names = append(names, w.Name)
	}
	names = append(names, bench.DenseName)
	for _, name := range c.Workload {
		if name == bench.DenseName {
			dense = true
			continue
		}
		i := slices.Index(names, name)
		if i < 0 {
			faults = append(faults, fmt.Errorf("bench: no workload %q: there are %s", name, strings.Join(names, ", ")))
			continue
		}
		chosen = append(chosen, all[i])
	}
	if len(faults) > 0 {
		return nil, false, program.Input(errors.Join(faults...))
	}
	if len(c.Workload) == 0 {
		return all, true, nil
	}
	return chosen, dense, nil
}

func (c *benchCommand) print(io streams, r bench.Report) {
	bullet := ""
	if c.Markdown {
		bullet = "- "
	}
	line := func(name, format string, args ...any) {
		fmt.Fprintf(io.Out, "%s%-9s "+format+"\n", append([]any{bullet, name}, args...)...)
	}
	line("device", "%s (%s)", r.Device, r.Driver)
	line("machine", "%s, %d threads, %s of cache", r.Processor, r.Threads, memorySize(r.CacheBytes))
	line("program", "cytofield %s (%s), %s, %s", r.Version, r.Commit, r.Go, r.Date)
	line("copy", "%.3g GB/s from memory, read and written", r.CopyGBPerS)
	line("start-up", "%.2g s for context, kernels and a first minute", r.StartUpSeconds)
	line("times", "the shortest of %d, of a simulated minute", r.Repeats)
	for _, t := range []table.Writer{minuteTable(io, r), errorTable(io, r), cellTable(io, r), denseTable(io, r)} {
		if t.Length() > 0 {
			fmt.Fprintln(io.Out)
			c.render(io, t)
		}
	}
}

func (c *benchCommand) render(io streams, t table.Writer) {
	if c.Markdown {
		t.RenderMarkdown()
		return
	}
	t.Render()
}

func minuteTable(io streams, r bench.Report) table.Writer {
	t := newTable(io.Out, "A minute of adaptive at rtol 1e-3, or the steady state", "workload", "n", "substrates", "sweeps", "cycles", "kB/voxel", "dispatches", "wall s",
		"ns/voxel", "ns/voxel, sweep", "GB/s", "of copy", "explicit", "stage", "B/voxel held", "over alone", "error")
	for _, w := range r.Workloads {
		fraction := fmt.Sprintf("%.2f", w.CopyFraction)
		if w.CacheResident {
			fraction += " in cache"
		}
		t.AppendRow(table.Row{w.Name, w.N, w.Substrates, w.Sweeps, orDash("%.0f", float64(w.Cycles)), fmt.Sprintf("%.3g", w.ModelledBytes/1e3), orDash("%.0f", float64(w.Dispatches)),
			fmt.Sprintf("%.3g", w.Seconds), fmt.Sprintf("%.0f", w.NSPerVoxel), fmt.Sprintf("%.2f", w.NSPerVoxelSweep),
			fmt.Sprintf("%.3g", w.GBPerS), fraction, orDash("%.2f", w.ExplicitFraction), orDash("%.2f", w.StageFraction),
			fmt.Sprintf("%.3g", w.DeviceBytes), orDash("%.2f", ratio(w.Seconds, w.AloneSeconds)), fmt.Sprintf("%.1e", w.Error)})
	}
	return t
}

func errorTable(io streams, r bench.Report) table.Writer {
	t := newTable(io.Out, "Wall s per simulated minute to an error (* extrapolated)", "workload", "n", "error",
		"adaptive", "by", "ftcs", "by", "lod", "by", "ftcs/adaptive", "lod/adaptive", "lod ns/voxel, step")
	for _, w := range r.Workloads {
		if w.To1e2 == (bench.Times{}) && w.To1e3 == (bench.Times{}) {
			continue // there is but one way to a steady state
		}
		for _, to := range []struct {
			error string
			bench.Times
		}{{"1e-2", w.To1e2}, {"1e-3", w.To1e3}} {
			mark := ""
			if to.LODExtrapolated {
				mark = "*"
			}
			t.AppendRow(table.Row{w.Name, w.N, to.error, seconds(to.Adaptive), to.AdaptiveWay, seconds(to.FTCS), to.FTCSWay,
				seconds(to.LOD) + mark, to.LODWay, orDash("%.1f", to.Over(to.FTCS)), orDash("%.0f", to.Over(to.LOD)), orDash("%.2f", w.LODStep)})
		}
	}
	return t
}

func cellTable(io streams, r bench.Report) table.Writer {
	t := newTable(io.Out, "Cells with states, in fixed steps", "workload", "n", "substrates", "cells", "a sweep with cells over one without", "B/cell held")
	for _, w := range r.Workloads {
		if w.Cells > 0 {
			t.AppendRow(table.Row{w.Name, w.N, w.Substrates, w.Cells, fmt.Sprintf("%.2f", w.Over), fmt.Sprintf("%.0f", w.PerCell)})
		}
	}
	return t
}

func denseTable(io streams, r bench.Report) table.Writer {
	t := newTable(io.Out, "Receptors occupied by 200 cells in (100 µm)³, against multiple scattering", "coupling", "voxel µm", "voxels", "sweeps", "wall s", "RMS error")
	for _, d := range r.Dense {
		t.AppendRow(table.Row{d.Coupling, d.Edge, d.Voxels, d.Sweeps, fmt.Sprintf("%.3g", d.Seconds), fmt.Sprintf("%.1f %%", 100*d.Error)})
	}
	return t
}

func seconds(s *float64) string {
	if s == nil {
		return "–"
	}
	return fmt.Sprintf("%.3g", *s)
}

// orDash formats a number; 0 stands for none.
func orDash(format string, v float64) string {
	if v == 0 {
		return "–"
	}
	return fmt.Sprintf(format, v)
}

func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}
