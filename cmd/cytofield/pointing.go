package main

import (
	"fmt"
	"io"
	"slices"

	"github.com/jedib0t/go-pretty/v6/table"
	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/engine"
	"github.com/cytofield/cytofield/tissue"
)

// points reports whether any export is directed that the methods tell of.
func points(m *tissue.Model) bool {
	return slices.ContainsFunc(m.CellTypes, func(t tissue.CellType) bool {
		return slices.ContainsFunc(t.Exchange, func(e tissue.Exchange) bool { return e.NetExportRate*e.Pointing.Fraction > 0 })
	})
}

// side says to which side an export points.
func side(m *tissue.Model, p tissue.Pointing) string {
	if n := p.Direction; n != (r3.Vec{}) {
		return fmt.Sprintf("in direction (%.3g, %.3g, %.3g)", n.X, n.Y, n.Z)
	}
	return "towards " + m.CellTypes[p.Towards].Name
}

// pointingText says to which side a share of an export leaves.
func pointingText(m *tissue.Model, p tissue.Pointing) string {
	if p.Fraction == 0 {
		return ""
	}
	whom := ""
	if p.Direction == (r3.Vec{}) {
		whom = ", to the nearest in contact; all around without one"
	}
	return fmt.Sprintf(" (a share of %.3g of it at the point of its surface %s [@Huse2006]%s)", p.Fraction, side(m, p), whom)
}

// printPointing prints the exports that leave towards one side.
func printPointing(w io.Writer, m *tissue.Model, a engine.Analysis) {
	t := newTable(w, "Exports that point", "type", "substrate", "share", "side", "within µm", "cells that do at the start")
	for _, p := range a.Pointing {
		cell := m.CellTypes[p.Type]
		for _, e := range cell.Exchange {
			if e.Substrate != p.Substrate || e.Pointing.Fraction == 0 {
				continue
			}
			within := ""
			if e.Pointing.Direction == (r3.Vec{}) {
				within = short(cell.Reach() + m.CellTypes[e.Pointing.Towards].Reach())
			}
			t.AppendRow(table.Row{cell.Name, m.Substrates[p.Substrate].Name, short(e.Pointing.Fraction), side(m, e.Pointing), within, fmt.Sprintf("%d of %d", p.Cells, p.Of)})
		}
	}
	if t.Length() > 0 {
		t.Render()
		fmt.Fprintln(w)
	}
}
