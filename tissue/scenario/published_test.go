package scenario

import (
	"math"
	"testing"
)

const publishedText = `cytofield: 1
title: Beside what was published
domain: {size: [80 um, 60 um, 50 um], voxel: 10 um, extracellular: 1}
duration: 10 min
substrates:
  TNF: {diffusion: 1 um^2/s, decay: 1 /h}
  IL-6: {diffusion: 1 um^2/s, decay: 1 /h}
  unheard of: {diffusion: 1 um^2/s, decay: 1 /h}
cells:
  types:
    Th: {radius: 6 um, export: {TNF: 1 molecules/s, unheard of: 1 molecules/s}}
    hepatocyte:
      radius: 6 um
      receptors: {IL-6R: {ligand: IL-6, count: 10, on_rate: 1e5 /M/s, off_rate: 1 /h, internalisation: 1 /h}}
`

// The values are those of tissue/catalogue, in the units of the parameters.
func TestPublishedValuesStandBesideThoseOfTheFile(t *testing.T) {
	s := decodeText(t, publishedText, Options{})
	want := map[string]float64{
		"substrates.TNF.diffusion": 5.2, "substrates.TNF.decay": 4.5e-4, "cells.types.Th.radius": 5,
		"cells.types.hepatocyte.receptors.IL-6R.on_rate": 4.4e-4, "cells.types.hepatocyte.receptors.IL-6R.off_rate": 2.6e-4,
		"cells.types.hepatocyte.receptors.IL-6R.internalisation": 7.15e-4,
	}
	for _, p := range s.Parameters() {
		entry, got, ok := s.Published(p)
		value, known := want[p.Path]
		if known && (!ok || math.Abs(got-value) > 1e-12 || entry.Source == "") {
			t.Errorf("%s: %g of %v, want %g with a source", p.Path, got, entry, value)
		}
		if p.Words[0] == "substrates" && p.Words[1] == "unheard of" && ok {
			t.Errorf("%s: %v was published of what nobody has heard of", p.Path, entry)
		}
	}
}

// What the catalogue gives and what it is said to have are the same.
func TestWhatTheCatalogueGaveIsWhatWasPublished(t *testing.T) {
	const text = `cytofield: 1
title: From the catalogue
domain: {size: [80 um, 60 um, 50 um], voxel: 10 um, extracellular: 1}
duration: 10 min
substrates:
  TNF: {from: catalogue}
  IL-6: {diffusion: 1 um^2/s, decay: 1 /h}
cells:
  types:
    hepatocyte: {radius: 6 um, receptors: {IL-6R: {from: catalogue, kinetics: catalogue, count: 10, turnover: 1 /h}}}
`
	s := decodeText(t, text, Options{})
	compared := 0
	for _, p := range s.Parameters() {
		if entry, number, ok := s.Published(p); ok && p.Source != "" {
			compared++
			if entry.String() != p.Source || math.Abs(number-p.Value) > 1e-12*number {
				t.Errorf("%s: %g from %q, published %g from %q", p.Path, p.Value, p.Source, number, entry)
			}
		}
	}
	if compared < 5 {
		t.Errorf("%d values compared", compared)
	}
}
