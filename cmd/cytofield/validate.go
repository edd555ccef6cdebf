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
)

type validateCommand struct {
	Cases []string `arg:"" optional:"" name:"case" help:"Cases to run, such as A04 (default: all)."`
	deviceFlag
	JSON bool `help:"Print JSON."`
}

// errInvalid says that an observed number missed its expected one.
var errInvalid = errors.New("not all numbers are within their tolerance")

// Run runs the cases one after another and prints what they observe.
func (c *validateCommand) Run(ctx context.Context, io streams) (err error) {
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
	results := []validate.Result{}
	for _, one := range cases {
		started := time.Now()
		fmt.Fprintf(io.Err, "%s %s ... ", one.ID, one.Title)
		observed, err := one.Run(ctx, d.solver, d.gpu != nil)
		if err != nil {
			fmt.Fprintln(io.Err)
			return err
		}
		fmt.Fprintf(io.Err, "%d of %d, %.1f s\n", passed(observed), len(observed), time.Since(started).Seconds())
		results = append(results, observed...)
	}
	if c.JSON {
		encoder := json.NewEncoder(io.Out)
		encoder.SetIndent("", "  ")
		err = encoder.Encode(results)
	} else {
		printResults(io, results)
	}
	if err == nil && passed(results) < len(results) {
		err = fmt.Errorf("%d of %d observables: %w", len(results)-passed(results), len(results), errInvalid)
	}
	return err
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
			return nil, inputError{fmt.Errorf("validate: no case %q: there are %s", name, strings.Join(ids, ", "))}
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
		verdict := "pass"
		if !r.Pass {
			verdict = "FAIL"
		}
		t.AppendRow(table.Row{r.Case, r.Observable, fmt.Sprintf("%.7g", r.Observed), fmt.Sprintf("%.7g", r.Expected), r.Unit,
			fmt.Sprintf("%.2g", r.Error), fmt.Sprintf("%.2g", r.Tolerance), verdict})
	}
	t.Render()
}
