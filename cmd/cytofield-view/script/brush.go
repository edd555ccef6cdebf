package script

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/tissue/quantity"
)

// brushing reads so many words, or a text in quotes for one, then the radius and the place
// of a brush.
func brushing(words int, act func(p *player, words []string, at session.Spheres) error) func(string) (func(*player) error, error) {
	return func(rest string) (func(*player) error, error) {
		all, err := quotedFields(rest)
		if err != nil || len(all) < words+3 {
			return nil, errors.Join(errArguments, err)
		}
		radius, err := measured(all[words], quantity.Length)
		if err != nil {
			return nil, err
		}
		if radius <= 0 {
			return nil, fmt.Errorf("radius %g µm is not above 0", radius)
		}
		coordinates := all[words+1:]
		at, err := place(coordinates)
		return func(p *player) error {
			centre := p.window.InPlane(at, len(coordinates))
			return act(p, all[:words], session.Spheres{Places: []r3.Vec{centre}, Radius: radius})
		}, err
	}
}

// quotedFields cuts a text at spaces outside double quotes, which it takes away.
func quotedFields(text string) ([]string, error) {
	var all []string
	for i, part := range strings.Split(text, `"`) {
		if i%2 == 1 {
			all = append(all, part)
		} else {
			all = append(all, strings.Fields(part)...)
		}
	}
	if strings.Count(text, `"`)%2 == 1 {
		return nil, errors.New("close the quotes")
	}
	return all, nil
}

func parseBrush(rest string) (func(*player) error, error) {
	return brushing(2, func(p *player, words []string, at session.Spheres) error {
		p.window.Dose(words[0], words[1], at)
		return nil
	})(rest)
}

func addCells(p *player, words []string, at session.Spheres) error {
	n, err := strconv.Atoi(words[1])
	if err != nil || n < 1 {
		return fmt.Errorf("%q is not a whole number above 0", words[1])
	}
	p.window.AddCells(words[0], n, at)
	return nil
}

func addSource(p *player, words []string, at session.Spheres) error {
	rate, err := numbers(words[1], 1)
	if err != nil {
		return err
	}
	p.window.Source(words[0], rate[0], at)
	return nil
}

func addRegion(p *player, words []string, at session.Spheres) error {
	times, err := numbers(words[0], 1)
	if err != nil {
		return err
	}
	p.window.Region(times[0], at)
	return nil
}

// addVessel puts one through the tissue, across the slice; its density is in the substrate's unit.
func addVessel(p *player, words []string, at session.Spheres) error {
	rates, err := numbers(words[1]+" "+words[2], 2)
	if err != nil {
		return err
	}
	v := session.Vessel{Substrate: words[0], Permeability: rates[0], Blood: rates[1], Radius: at.Radius}
	v.From, v.To = p.window.Across(at.Places[0])
	p.window.Place(v)
	return nil
}

func parseBlood(rest string) (func(*player) error, error) {
	compartment, amount, ok := strings.Cut(rest, "=")
	if !ok {
		return nil, errArguments
	}
	return func(p *player) error {
		p.window.DoseBody(strings.TrimSpace(compartment), strings.TrimSpace(amount))
		return nil
	}, nil
}
