package script

import (
	"slices"
	"strings"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/tissue/quantity"
)

func parseRange(rest string) (func(*player) error, error) {
	words := strings.Fields(rest)
	if len(words) == 2 {
		words = append([]string{""}, words...)
	}
	if len(words) != 3 {
		return nil, errArguments
	}
	for _, end := range words[1:] {
		if _, err := quantity.Parse(end); err != nil {
			return nil, err
		}
	}
	return func(p *player) error { return p.window.Range(words[0], words[1], words[2]) }, nil
}

func parseMerge(rest string) (func(*player) error, error) {
	if rest == "off" {
		return func(p *player) error { return p.window.MergeNamed(nil) }, nil
	}
	names := strings.Fields(rest)
	if len(names) < 2 {
		return nil, errArguments
	}
	return func(p *player) error { return p.window.MergeNamed(names) }, nil
}

func parseContours(rest string) (func(*player) error, error) {
	const usual = 5 // levels, as in figures
	if rest == "on" || rest == "off" {
		return func(p *player) error { p.window.Contours(rest == "on", usual); return nil }, nil
	}
	if rest == "" {
		return nil, errArguments
	}
	n, err := count(rest)
	return func(p *player) error { p.window.Contours(true, n); return nil }, err
}

// chosen reads one of some words.
func chosen(rest string, words ...string) (int, error) {
	if i := slices.Index(words, rest); i >= 0 {
		return i, nil
	}
	return 0, errArguments
}

func parseArrows(rest string) (func(*player) error, error) {
	i, err := chosen(rest, "off", "gradient", "flux")
	return func(p *player) error { p.window.Arrows(session.Arrows(i)); return nil }, err
}

func parseOutlines(rest string) (func(*player) error, error) {
	return onOff(rest, func(p *player, on bool) { p.window.Outlines(on) })
}

func parseOverlay(rest string) (func(*player) error, error) {
	i, err := chosen(rest, "none", "molecules", "limit", "error")
	return func(p *player) error { p.window.Overlay(session.Overlay(i)); return nil }, err
}

func parseCells(rest string) (func(*player) error, error) {
	verb, of, _ := strings.Cut(rest, " ")
	switch of = strings.TrimSpace(of); {
	case verb == "by" && of != "":
		return func(p *player) error { return p.window.CellsBy(of) }, nil
	case verb == "range":
		v, err := numbers(of, 2)
		return func(p *player) error { return p.window.CellRange(v[0], v[1]) }, err
	}
	return onOff(rest, func(p *player, on bool) { p.window.ShowCells(on) })
}
