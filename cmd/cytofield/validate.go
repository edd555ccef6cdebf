package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/cytofield/cytofield/bench/validate"
	"github.com/cytofield/cytofield/cmd/internal/program"
)

type validateCommand struct {
	Cases []string `arg:"" optional:"" name:"case" help:"Cases to run, such as A04 (default: all)."`
	deviceFlag
	Convergence bool   `help:"Measure the order of every scheme in space and time instead." xor:"what"`
	Markdown    string `placeholder:"DIR" help:"Run all cases, measure all orders, and write validation.md with its figures there." xor:"what,output"`
	JSON        bool   `help:"Print JSON." xor:"output"`
}

// errInvalid says that an observed number missed its expected one.
var errInvalid = errors.New("not all numbers are within their tolerance")

// Run runs the cases one after another, or measures orders, and prints what it observes.
func (c *validateCommand) Run(ctx context.Context, io streams) (err error) {
	if len(c.Cases) > 0 && (c.Convergence || c.Markdown != "") {
		return program.Input(errors.New("validate: --convergence and --markdown take no cases"))
	}
	cases, err := c.choose()
	if err != nil {
		return err
	}
	d, err := c.open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	fmt.Fprintln(io.Err, "device:", d.name)
	if c.Convergence {
		studies, err := converge(ctx, d, io)
		if err != nil {
			return err
		}
		return c.printStudies(io, studies)
	}
	reports, err := observe(ctx, d, cases, io)
	if err != nil {
		return err
	}
	if c.Markdown == "" {
		return c.printReports(io, reports)
	}
	studies, err := converge(ctx, d, io)
	if err != nil {
		return err
	}
	document := validate.Document{Device: d.short(), Cases: cases, Reports: reports, Studies: studies}
	if err := document.Write(c.Markdown); err != nil {
		return err
	}
	return errors.Join(c.printReports(io, reports), c.printStudies(io, studies))
}

// short names the device without the machine it is in.
func (d *device) short() string {
	if d.gpu == nil {
		return "CPU, float64"
	}
	return d.name
}

// observe runs cases and says how far it is.
func observe(ctx context.Context, d *device, cases []validate.Case, io streams) ([]validate.Report, error) {
	var reports []validate.Report
	for _, one := range cases {
		started := time.Now()
		fmt.Fprintf(io.Err, "%s %s ... ", one.ID, one.Title)
		report, err := one.Run(ctx, d.solver, d.gpu != nil)
		if err != nil {
			fmt.Fprintln(io.Err)
			return nil, err
		}
		fmt.Fprintf(io.Err, "%d of %d, %.1f s\n", passed(report.Results), len(report.Results), time.Since(started).Seconds())
		reports = append(reports, report)
	}
	return reports, nil
}

func converge(ctx context.Context, d *device, io streams) ([]validate.Study, error) {
	started := time.Now()
	fmt.Fprint(io.Err, "orders of convergence ... ")
	studies, err := validate.Convergence(ctx, d.solver, d.gpu != nil)
	fmt.Fprintf(io.Err, "%.1f s\n", time.Since(started).Seconds())
	return studies, err
}

// printReports prints the results of all cases and fails where one is out of tolerance.
func (c *validateCommand) printReports(io streams, reports []validate.Report) error {
	results := []validate.Result{}
	for _, r := range reports {
		results = append(results, r.Results...)
	}
	if err := c.print(io, results, func() { printResults(io, results) }); err != nil {
		return err
	}
	if passed(results) < len(results) {
		return fmt.Errorf("%d of %d observables: %w", len(results)-passed(results), len(results), errInvalid)
	}
	return nil
}

// printStudies prints orders and fails where one is out of tolerance.
func (c *validateCommand) printStudies(io streams, studies []validate.Study) error {
	if err := c.print(io, studies, func() { printRungs(io, studies) }); err != nil {
		return err
	}
	failed := 0
	for _, s := range studies {
		if !s.Pass {
			failed++
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d orders of convergence: %w", failed, len(studies), errInvalid)
	}
	return nil
}

// print prints v as JSON where that is asked for, else its table.
func (c *validateCommand) print(io streams, v any, table func()) error {
	if !c.JSON {
		table()
		return nil
	}
	encoder := json.NewEncoder(io.Out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}

// choose returns the cases asked for, all without a name.
func (c *validateCommand) choose() ([]validate.Case, error) {
	all := validate.Cases()
	if len(c.Cases) == 0 {
		return all, nil
	}
	var ids []string
	for _, one := range all {
		ids = append(ids, one.ID)
	}
	var chosen []validate.Case
	for _, name := range c.Cases {
		i := slices.Index(ids, strings.ToUpper(name))
		if i < 0 {
			return nil, program.Input(fmt.Errorf("validate: no case %q: there are %s", name, strings.Join(ids, ", ")))
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}

func passed(results []validate.Result) int {
	n := 0
	for _, r := range results {
		if r.Pass {
			n++
		}
	}
	return n
}

func printResults(io streams, results []validate.Result) {
	t := newTable(io.Out, "", "case", "observable", "observed", "expected", "unit", "error", "tolerance", "")
	for _, r := range results {
		t.AppendRow(table.Row{r.Case, r.Observable, fmt.Sprintf("%.7g", r.Observed), fmt.Sprintf("%.7g", r.Expected), r.Unit,
			fmt.Sprintf("%.2g", r.Error), fmt.Sprintf("%.2g", r.Tolerance), verdict(r.Pass)})
	}
	t.Render()
}

func printRungs(io streams, studies []validate.Study) {
	t := newTable(io.Out, "", "scheme", "of", "problem", "voxels", "steps", "error", "order", "expected", "")
	for _, s := range studies {
		for i, r := range s.Rungs {
			row := table.Row{s.Scheme, s.Of, s.Problem, r.Voxels, r.Steps, fmt.Sprintf("%.3e", r.Error), "", "", ""}
			if i > 0 {
				row[6] = fmt.Sprintf("%.3f", r.Order)
			}
			if i == len(s.Rungs)-1 {
				row[7], row[8] = fmt.Sprintf("%g ± %g", s.Expected, s.Tolerance), verdict(s.Pass)
			}
			t.AppendRow(row)
		}
	}
	t.Render()
}

func verdict(pass bool) string {
	if pass {
		return "pass"
	}
	return "FAIL"
}
