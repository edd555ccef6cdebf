package script

import (
	"fmt"
	"math"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/quantity"
)

// gateActions are those of cells and their signals.
func gateActions() []action {
	return []action{
		{"pin-cell", "pin-cell ID, such as pin-cell 12", parsePinCell},
		{"plots", "plots GROUP on or plots GROUP off, such as plots Histograms on", parsePlots},
		{"gate", "gate SIGNAL or gate SIGNAL SIGNAL, columns of cells.csv, in quotes where they have spaces", parseGate},
		{"gate-scale", "gate-scale log or linear, or one for each axis", parseGateScale},
		{"lasso", "lasso X,Y X,Y ..., in units of the signals; two are corners of a rectangle; lasso X X in a histogram", parseLasso},
		{"mark", "mark X,Y X,Y ..., such as mark 20um,30um 90um,60um; two are corners of a rectangle in the slice", parseMark},
		{"gate-off", "gate-off", plainly(func(p *player) error { p.window.Ungate(); return nil })},
		{"gate-save", "gate-save NAME.csv", parseGateSave},
	}
}

func parsePinCell(rest string) (func(*player) error, error) {
	id, err := strconv.ParseUint(rest, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("%q is not the number of a cell", rest)
	}
	return func(p *player) error { p.window.PinCell(tissue.CellID(id)); return nil }, nil
}

func parsePlots(rest string) (func(*player) error, error) {
	at := strings.LastIndex(rest, " ")
	if at < 0 || rest[at+1:] != "on" && rest[at+1:] != "off" {
		return nil, errArguments
	}
	return func(p *player) error { return p.window.Open(rest[:at], rest[at+1:] == "on") }, nil
}

func parseGate(rest string) (func(*player) error, error) {
	words, err := quotedFields(rest)
	if err != nil {
		return nil, err
	}
	if len(words) != 1 && len(words) != 2 {
		return nil, errArguments
	}
	words = append(words, "")
	return func(p *player) error { return p.window.GateNamed(words[0], words[1]) }, nil
}

func parseGateScale(rest string) (func(*player) error, error) {
	words := strings.Fields(rest)
	if len(words) != 1 && len(words) != 2 {
		return nil, errArguments
	}
	var log []bool
	for _, word := range words {
		if word != "log" && word != "linear" {
			return nil, errArguments
		}
		log = append(log, word == "log")
	}
	return func(p *player) error { p.window.GateScale(log[0], log[len(log)-1]); return nil }, nil
}

// corners reads places of two coordinates each, or where one will do of one.
func corners(rest string, alone bool, read func(string) (float64, error)) ([]session.Point, error) {
	var all []session.Point
	for _, word := range strings.Fields(rest) {
		x, y, two := strings.Cut(word, ",")
		if !two && !alone {
			return nil, errArguments
		}
		var at session.Point
		var err error
		if at.X, err = read(x); err == nil && two {
			at.Y, err = read(y)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, at)
	}
	if len(all) < 2 {
		return nil, errArguments
	}
	return all, nil
}

func parseLasso(rest string) (func(*player) error, error) {
	all, err := corners(rest, true, func(text string) (float64, error) {
		v, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return 0, fmt.Errorf("%q is not a number", text)
		}
		return v, nil
	})
	return func(p *player) error { return p.window.Lasso(all) }, err
}

func parseMark(rest string) (func(*player) error, error) {
	all, err := corners(rest, false, func(text string) (float64, error) { return measured(text, quantity.Length) })
	return func(p *player) error { p.window.Mark(all); return nil }, err
}

func parseGateSave(rest string) (func(*player) error, error) {
	return func(p *player) error { p.window.SaveGated(filepath.Join(p.folder, rest)); return nil }, fileIn(rest, ".csv")
}
