package scenario

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
)

// organ is a scenario with everything a tissue can be made of.
const organ = `cytofield: 1
domain: {size: [100 um, 80 um, 60 um], voxel: 10 um, extracellular: 0.2}
duration: 1 h
seed: 3
substrates:
  IL-2:
    diffusion: 10 um^2/s
    decay: 1e-4 /s
    retardation: 3
    boundary:
      x-: {flux: 1.2 molecules/um^2/min}
      x+: {dirichlet: {series: [[-1 min, 0 nM], [1 h, 100 pM]]}}
      y-: {robin: {permeability: 3 um/min, density: 100 pM}}
      y+: {robin: {permeability: 0 um/s, density: {series: [[0 s, 1 pM]]}}}
  O2: {unit: mmHg, diffusion: 2000 um^2/s, decay: 0.1 /s, boundary: {z-: {flux: 2 mmHg um/s}}}
  drug: {unit: dimensionless, diffusion: 1 um^2/s, decay: 0 /s, boundary: {z+: {flux: 0.5 um/s}}}
regions:
  - name: follicle
    shape: {sphere: {centre: [50 um, 40 um, 30 um], radius: 20 um}}
    extracellular: 30 %
    substrates: {IL-2: {half_life: 2 h}, O2: {diffusion: 1000 um^2/s, retardation: 2}}
    conductivity: 2e-2 um^2/(Pa s)
    lymph: {rate: 1e-6 /(Pa s), pressure: -1 mmHg}
  - name: bone
    shape:
      difference:
        - box: {from: [-10 um, 0 um, 0 um], to: [20 um, 80 um, 60 um]}
        - intersection:
          - half_space: {point: [0 um, 0 um, 30 um], normal: [0, 0, -2.5]}
          - union: [{sphere: {centre: [0 um, 0 um, 0 um], radius: 9 um}}, {sphere: {centre: [0 um, 80 um, 0 um], radius: 9 um}}]
    impermeable: true
  - name: bath
    shape: {labels: {shape: [2, 1, 3], runs: "4*0 7 9", values: [7, 8]}}
    substrates: {drug: {held: 0.5}, IL-2: {held: {series: [[0 s, 0 nM], [60 s, 1 nM]]}}}
  - name: capillary 1
    shape: {cylinder: {from: [90 um, 40 um, 0 um], to: [90 um, 40 um, 60 um], radius: 3 um}}
    vessel:
      IL-2: {permeability: 0.05 um/s, blood: {series: [[0 s, 100 pM], [1 h, 0 pM]]}}
      O2: {permeability: 10 um/s, blood: 40 mmHg}
    leak: {conductivity: 3e-5 um/(Pa s), pressure: 2 kPa}
flow:
  conductivity: 0.01 um^2/(Pa s)
  faces: {x-: {pressure: 100 Pa}, x+: {pressure: -1 mmHg}, y-: {inflow: -0.6 um/min}, z: closed}
cells:
  types: {Th: {radius: 2 um}}
  place:
    - {type: Th, pattern: random, number: 200}
    - {type: Th, pattern: lattice, spacing: 10 um}
`

func TestEveryKeyOfATissueReachesTheModel(t *testing.T) {
	m := decodeText(t, organ, Options{}).Model
	at := func(x, y, z float64) r3.Vec { return r3.Vec{X: x, Y: y, Z: z} }
	series := func(times, densities []float64) *tissue.TimeSeries {
		return &tissue.TimeSeries{Times: times, Densities: densities}
	}
	il2 := tissue.Medium{DiffusionCoefficient: 10, DecayRate: 1e-4, Retardation: 3}
	o2, drug := tissue.Medium{DiffusionCoefficient: 2000, DecayRate: 0.1, Retardation: 1}, tissue.Medium{DiffusionCoefficient: 1, Retardation: 1}
	faces := [3][3][2]tissue.Boundary{
		{
			{{Kind: tissue.Flux, Flux: 0.02}, {Kind: tissue.Dirichlet, Series: series([]float64{-60, 3600}, []float64{0, 0.1})}},
			{{Kind: tissue.Robin, Permeability: 0.05, Density: 0.1}, {Kind: tissue.Robin, Series: series([]float64{0}, []float64{0.001})}},
		},
		{2: {{Kind: tissue.Flux, Flux: 2}, {}}},
		{2: {{}, {Kind: tissue.Flux, Flux: 0.5}}},
	}
	for i, want := range faces {
		if diff := cmp.Diff(want, m.Substrates[i].Boundary); diff != "" {
			t.Errorf("boundary of %s (-want +got):\n%s", m.Substrates[i].Name, diff)
		}
	}
	if diff := cmp.Diff(il2, m.Substrates[0].Medium()); diff != "" {
		t.Errorf("IL-2 (-want +got):\n%s", diff)
	}
	want := []tissue.Region{
		{
			Name: "follicle", Shape: tissue.Sphere{Centre: at(50, 40, 30), Radius: 20}, ExtracellularFraction: 0.3,
			Media: []tissue.Medium{
				{DiffusionCoefficient: 10, DecayRate: math.Ln2 / 7200, Retardation: 3},
				{DiffusionCoefficient: 1000, DecayRate: 0.1, Retardation: 2}, drug,
			},
			HydraulicConductivity: 0.02, Lymph: &tissue.Lymph{Rate: 1e-6, Pressure: -133.322387415},
		},
		{
			Name: "bone", ExtracellularFraction: 0.2, Impermeable: true, Media: []tissue.Medium{il2, o2, drug}, HydraulicConductivity: 0.01,
			Shape: tissue.Difference{
				tissue.Box{From: at(-10, 0, 0), To: at(20, 80, 60)},
				tissue.Intersection{
					tissue.HalfSpace{Point: at(0, 0, 30), Normal: at(0, 0, -2.5)},
					tissue.Union{tissue.Sphere{Radius: 9}, tissue.Sphere{Centre: at(0, 80, 0), Radius: 9}},
				},
			},
		},
		{
			Name: "bath", ExtracellularFraction: 0.2, Media: []tissue.Medium{il2, o2, drug}, HydraulicConductivity: 0.01,
			Shape: tissue.LabelImage{Size: [3]float64{100, 80, 60}, Shape: [3]int{2, 1, 3}, Labels: []uint16{0, 0, 0, 0, 7, 9}, Values: []uint16{7, 8}},
			Held: []tissue.HeldDensity{
				{Substrate: 0, Series: series([]float64{0, 60}, []float64{0, 1})}, {Substrate: 2, Density: 0.5},
			},
		},
		{
			Name: "capillary 1", ExtracellularFraction: 0.2, Impermeable: true, Media: []tissue.Medium{il2, o2, drug}, HydraulicConductivity: 0.01,
			Shape: tissue.Cylinder{From: at(90, 40, 0), To: at(90, 40, 60), Radius: 3},
			Vessel: []tissue.VesselExchange{
				{Permeability: 0.05, Series: series([]float64{0, 3600}, []float64{0.1, 0})},
				{Substrate: 1, Permeability: 10, BloodDensity: 40},
			},
			Leak: &tissue.Leak{Conductivity: 3e-5, Pressure: 2000},
		},
	}
	if diff := cmp.Diff(want, m.Regions); diff != "" {
		t.Errorf("regions (-want +got):\n%s", diff)
	}
	flow := &tissue.Flow{Pressure: &tissue.PressureFlow{Conductivity: 0.01, Faces: [3][2]tissue.PressureFace{
		{{Kind: tissue.HeldPressure, Pressure: 100}, {Kind: tissue.HeldPressure, Pressure: -133.322387415}},
		{{Kind: tissue.GivenInflow, Inflow: -0.01}, {}},
	}}}
	if diff := cmp.Diff(flow, m.Flow); diff != "" {
		t.Errorf("flow (-want +got):\n%s", diff)
	}
}

// Cells at random and on lattices leave out what no cell may lie in, and the others
// stay.
func TestCellsKeepClearOfObstacles(t *testing.T) {
	m := decodeText(t, organ, Options{}).Model
	obstacles := 0
	for _, label := range m.Labels() {
		if label == 2 || label == 3 {
			obstacles++
		}
	}
	if want := 200 + 480 - obstacles; obstacles == 0 || m.Cells.Len() != want {
		t.Errorf("%d cells beside %d voxels of obstacles, want %d", m.Cells.Len(), obstacles, want)
	}
	for i, at := range m.Cells.Position {
		if r := m.Obstacle(at); r != nil {
			t.Fatalf("cell %d at %v lies in %s", i, at, r.Name)
		}
	}
	free := decodeText(t, organ, Options{Set: []string{"regions="}}).Model
	if free.Cells.Len() != 200+480 {
		t.Errorf("%d cells without regions, want 680", free.Cells.Len())
	}
}

const flat = `cytofield: 1
domain: {size: [40 um, 20 um], voxel: 10 um, thickness: 6 um, extracellular: 0.2, boundary: {x: periodic}}
duration: 1 h
substrates: {IL-2: {diffusion: 10 um^2/s, decay: 0 /s}}
regions:
  - {name: disc, shape: {sphere: {centre: [20 um, 10 um], radius: 4 um}}}
  - {name: band, shape: {cylinder: {from: [0 um, 5 um], to: [40 um, 5 um], radius: 5 um}}}
  - {name: block, shape: {box: {from: [0 um, 0 um], to: [10 um, 20 um]}}}
  - {name: right, shape: {half_space: {point: [30 um, 0 um], normal: [1, 0]}}}
flow: {velocity: [0.5 um/s, -6 um/min]}
`

func TestPlanarRegions(t *testing.T) {
	s := decodeText(t, flat, Options{})
	m := s.Model
	if diff := cmp.Diff([]uint8{3, 2, 2, 4, 3, 0, 0, 4}, m.Labels()); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(&tissue.Flow{Velocity: &[3]float64{0.5, -0.1, 0}}, m.Flow); diff != "" {
		t.Errorf("flow (-want +got):\n%s", diff)
	}
	if !strings.Contains(warnings(s), "region disc holds the centre of no voxel") || strings.Count(warnings(s), "region ") != 1 {
		t.Errorf("want a warning about the disc alone:\n%s", warnings(s))
	}
}

func TestResolvedTissueIsTheSame(t *testing.T) {
	for _, text := range []string{organ, flat} {
		sameScenario(t, decodeText(t, text, Options{}))
	}
}

// A scenario with an image is resolved to one that needs no file, and an image of
// any kind gives each pixel its label, the first row at y = 0.
func TestLabelImages(t *testing.T) {
	for _, tc := range []struct {
		file  string
		shape [3]int
		want  []uint16
	}{
		{"grey.png", [3]int{4, 2, 1}, []uint16{0, 1, 2, 3, 3, 2, 1, 255}},
		{"grey2.png", [3]int{4, 2, 1}, []uint16{0, 1, 2, 3, 3, 2, 1, 0}},
		{"grey16.png", [3]int{4, 2, 1}, []uint16{0, 1, 2, 3, 3, 2, 1, 60000}},
		{"palette.png", [3]int{4, 2, 1}, []uint16{0, 1, 2, 3, 3, 2, 1, 0}},
		{"stack.npy", [3]int{3, 1, 2}, []uint16{0, 1, 2, 3, 4, 5}},
		{"mask.npy", [3]int{2, 2, 1}, []uint16{1, 0, 0, 1}},
	} {
		t.Run(tc.file, func(t *testing.T) {
			text := `cytofield: 1
domain: {size: [40 um, 20 um, 20 um], voxel: 10 um, extracellular: 0.2}
duration: 1 h
substrates: {IL-2: {diffusion: 10 um^2/s, decay: 0 /s}}
regions:
  - {name: a, shape: {labels: {file: ` + tc.file + `, values: [1, 2]}}}
  - {name: b, shape: {labels: {file: ` + tc.file + `, values: [0]}}}
`
			s, err := Decode("test.yaml", []byte(text), "testdata/labels", Options{})
			if err != nil {
				t.Fatal(err)
			}
			want := tissue.LabelImage{Size: [3]float64{40, 20, 20}, Shape: tc.shape, Labels: tc.want, Values: []uint16{1, 2}}
			if diff := cmp.Diff(want, s.Model.Regions[0].Shape); diff != "" {
				t.Errorf("shape (-want +got):\n%s", diff)
			}
			for i, label := range s.Model.Labels() {
				voxel, pixel := s.Model.Grid.Coordinates(i), 0
				for axis, stride := range [3]int{1, tc.shape[0], tc.shape[0] * tc.shape[1]} {
					pixel += stride * ((2*voxel[axis] + 1) * tc.shape[axis] / (2 * s.Model.Grid.Shape[axis]))
				}
				if want := map[uint16]uint8{1: 1, 2: 1, 0: 2}[tc.want[pixel]]; label != want {
					t.Errorf("voxel %v, pixel %d of label %d, is in region %d, want %d", voxel, pixel, tc.want[pixel], label, want)
				}
			}
			sameScenario(t, s)
		})
	}
}

// Images are limited in pixels, and in the text they are written out as.
func TestLabelImagesAreLimited(t *testing.T) {
	text := []byte(strings.Replace(organ, `{shape: [2, 1, 3], runs: "4*0 7 9", values: [7, 8]}`, `{file: stack.npy, values: [1]}`, 1))
	for _, tc := range []struct {
		limit func(*limits)
		want  string
	}{
		{func(l *limits) { l.pixels = 5 }, "too many pixels in label images"},
		{func(l *limits) { l.text = 2 * len("0 1 2 3 4 5") }, "as runs in the resolved scenario"},
	} {
		lim := defaultLimits()
		tc.limit(&lim)
		d := &decoder{report: &report{}, limits: lim, files: files{dir: "testdata/labels"}, images: map[string]labels{}, scenario: &Scenario{Model: &tissue.Model{}}}
		root := parse(d.report, newSource("test.yaml", string(text), 0), string(text), defaultLimits())
		d.decode(value{node: root, report: d.report})
		if err := d.err(); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%v: want %q", err, tc.want)
		}
	}
}
