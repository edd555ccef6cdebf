package script

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/tissue/quantity"
)

func parseView(rest string) (func(*player) error, error) {
	if !slices.Contains(session.Modes(), rest) {
		return nil, errArguments
	}
	return func(p *player) error { return p.window.View(rest) }, nil
}

func parseOrbit(rest string) (func(*player) error, error) {
	n := len(strings.Fields(rest))
	if n != 2 && n != 3 {
		return nil, errArguments
	}
	v, err := numbers(rest, n)
	if err != nil {
		return nil, err
	}
	v = append(v, 1)
	return func(p *player) error { return p.window.Orbit(v[0], v[1], v[2]) }, nil
}

func parsePerspective(rest string) (func(*player) error, error) {
	return onOff(rest, func(p *player, on bool) { p.window.Perspective(on) })
}

func parseOpacity(rest string) (func(*player) error, error) {
	v, err := numbers(rest, 1)
	if err == nil && v[0] < 0 {
		err = fmt.Errorf("%g is below 0", v[0])
	}
	return func(p *player) error { p.window.Opacity(v[0]); return nil }, err
}

func parseSurface(rest string) (func(*player) error, error) {
	if rest == "off" {
		return func(p *player) error { p.window.Surface(0); return nil }, nil
	}
	q, err := quantity.Parse(rest)
	return func(p *player) error { return p.window.SurfaceAt(q) }, err
}
