package scenario

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
)

// figured is the run that the figure files of the tests are of.
const figured = `cytofield: 1
domain: {size: [100 um, 80 um, 60 um], voxel: 10 um, extracellular: 0.2}
duration: 4 h
substrates:
  IL-2: {unit: nM, diffusion: 10 um^2/s, decay: 0.1 /h}
  IFN-g: {unit: nM, diffusion: 10 um^2/s, decay: 0.1 /h}
  O2: {unit: mmHg, diffusion: 1000 um^2/s, decay: 0.1 /h}
attribution: {IL-2: types}
cells:
  types:
    Th: {radius: 5 um, export: {IL-2: 10 molecules/s}, variables: {pSTAT: {initial: 0 nM}}}
    Treg: {radius: 5 um, uptake: {IL-2: 1 /min}}
  place: [{type: Th, pattern: random, number: 3}]
`

func figuredScenario(t *testing.T, text string) *Scenario {
	t.Helper()
	s, err := Decode("run/scenario.yaml", []byte(text), "", Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestBadFiguresAreExplained holds the whole message of every bad figure file.
func TestBadFiguresAreExplained(t *testing.T) {
	paths, err := filepath.Glob("testdata/figure/*.yaml")
	if err != nil || len(paths) < 5 {
		t.Fatalf("%d bad files, %v: want at least 5", len(paths), err)
	}
	s := figuredScenario(t, figured)
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".yaml"), func(t *testing.T) {
			f, err := LoadFigure(path)
			if err == nil {
				_, err = f.Decode(s)
			}
			var faults Faults
			if !errors.As(err, &faults) {
				t.Fatalf("error %v: want faults", err)
			}
			got := faults.Error() + "\n"
			golden := strings.TrimSuffix(path, ".yaml") + ".want"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("messages differ (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFigureSaysWhatIsShown(t *testing.T) {
	f, err := ReadFigure("figures/fig.yaml", []byte(`cytofield_figure: 1
run: ../out/niche
compare: /data/other
title: {text: Niches, size: 9 pt, color: "#004080", align: center}
letters: {as: A, size: 12 pt}
stamps: {corner: upper left, size: 6 pt}
colorbar: {side: below}
scalebar: {color: black, size: 5 pt}
width: nature double
dpi: 600
text: 6 pt
theme: dark
layout: |
  AAB
  CCD
  EEF
  GGH
at: 2 h
colorbars: shared
panels:
  A: {kind: slice, substrate: IL-2, slice: y=25 um, at: 30 min, colormap: inferno, scale: log, range: [1 pM, 50 pM],
    contours: [50 pM, 10 pM], arrows: flux, cells: {by: pSTAT_nM, colormap: batlow}, regions: true, hide: [title, legend],
    label: free IL-2, unit: uM, time_unit: h, scalebar: {length: 25 um, corner: upper left, color: black, plate: false}, stamps: {color: white}, colorbar: {size: 6 pt, color: black}}
  B: {kind: merge, substrates: [IL-2, {substrate: IFN-g, color: "#00ff00", range: [0 nM, 1 nM]}], along: x, of: mean}
  C: {kind: profile, substrate: IL-2, from: [0 um, 40 um, 30 um], to: [100 um, 40 um, 30 um], at: [1 h, 4 h]}
  D: {kind: histogram, substrate: IL-2, range: own, bins: 20}
  E: {kind: volume, substrate: IL-2, camera: {azimuth: -20 deg, elevation: 40°, zoom: 1.5, perspective: true},
    opacity: 0.5, surfaces: auto, planes: [z=mid], cells: {types: [Treg]}}
  F: {kind: series, substrate: IL-2, runs: {control: ../out/a, dosed: /data/b}}
  G: {kind: merge, substrates: [O2, IL-2], run: compare, smooth: false, lines_of: IFN-g, contours: [1 pM], arrows: gradient,
    cells: {by: pSTAT_nM, range: [0, 2.5]}}
  H: {kind: volume, substrate: IL-2, camera: {aim: [60 um, 40 um, 20 um], zoom: 2}, title: {align: center}}
`))
	if err != nil {
		t.Fatal(err)
	}
	if f.Run != filepath.Join("out", "niche") || f.Compare != "/data/other" {
		t.Errorf("run %q, compare %q: want out/niche, from the file's directory, and /data/other", f.Run, f.Compare)
	}
	got, err := f.Decode(figuredScenario(t, figured))
	if err != nil {
		t.Fatal(err)
	}
	cells := CellMarks{Shown: true, By: ByType}
	stamps, bar, below := StampStyle{Lettering{Size: 6}, "upper left"}, Scalebar{Color: "#000000", Size: 5}, BarStyle{Below: true}
	want := &Figure{
		Title: "Niches", TitleStyle: TitleStyle{Lettering{9, "#004080"}, true}, Width: 183, DPI: 600, Text: 6, Theme: "dark", Letters: "A", LetterStyle: Lettering{Size: 12}, Layout: "AAB\nCCD\nEEF\nGGH", Shared: true,
		Panels: []Panel{
			{
				Name: "A", Kind: SlicePanel, Hide: []Furniture{TitleFurniture, LegendFurniture},
				Label: "free IL-2", Unit: "µM", TimeUnit: "h", Scalebar: Scalebar{Length: 25, Corner: "upper left", Color: "#000000", Bare: true},
				Stamps: StampStyle{Lettering: Lettering{Color: "#ffffff"}}, Colorbar: BarStyle{Lettering: Lettering{6, "#000000"}},
				Times: []float64{1800}, Still: true,
				Channels: []Channel{{Range: Span{Low: 0.001, High: 0.05}}}, Plane: Plane{Axis: 1, Index: 2, Position: 25},
				Colormap: "inferno", Log: true, Contours: Levels{At: []float64{0.01, 0.05}}, Arrows: FluxArrows,
				Cells: CellMarks{Shown: true, By: "pSTAT_nM", Colormap: "batlow"}, Regions: true,
			},
			{
				Stamps: stamps, Scalebar: bar, Colorbar: below,
				Name: "B", Kind: MergePanel, Times: []float64{7200}, Plane: Plane{Axis: 0, Position: 30, Index: 3}, Projection: Mean, Cells: cells,
				Channels: []Channel{{}, {Substrate: 1, Color: "#00ff00", Range: Span{High: 1}}},
			},
			{
				Name: "C", Kind: ProfilePanel, Times: []float64{3600, 14400}, Still: true, Channels: []Channel{{}},
				From: r3.Vec{Y: 40, Z: 30}, To: r3.Vec{X: 100, Y: 40, Z: 30}, Cells: CellMarks{By: ByType},
			},
			{
				Name: "D", Kind: HistogramPanel, Times: []float64{7200}, Channels: []Channel{{Range: Span{Own: true}}}, Bins: 20, Cells: CellMarks{By: ByType},
			},
			{
				Stamps: stamps, Colorbar: below,
				Name: "E", Kind: VolumePanel, Times: []float64{7200}, Channels: []Channel{{}}, Colormap: "inferno",
				Camera: Camera{Azimuth: -20, Elevation: 40, Zoom: 1.5, Perspective: true}, Opacity: 0.5, Surfaces: Levels{Auto: true},
				Planes: []Plane{{Axis: 2, Index: 3, Position: 30}}, Cells: CellMarks{Shown: true, By: ByType, Types: []tissue.CellTypeID{1}},
			},
			{
				Name: "F", Kind: SeriesPanel, Channels: []Channel{{}}, Cells: CellMarks{By: ByType},
				Runs: []NamedRun{{"control", filepath.Join("out", "a")}, {"dosed", "/data/b"}},
			},
			{
				Stamps: stamps, Scalebar: bar, Colorbar: below,
				Name: "G", Kind: MergePanel, Times: []float64{7200}, Channels: []Channel{{Substrate: 2}, {}}, Compared: true, Plane: Plane{Axis: 2, Position: 30, Index: 3},
				Blocks: true, Lined: 1, Contours: Levels{At: []float64{0.001}}, Arrows: GradientArrows,
				Cells: CellMarks{Shown: true, By: "pSTAT_nM", Range: Span{High: 2.5}},
			},
			{
				Stamps: stamps, Scalebar: bar, Colorbar: below, TitleStyle: TitleStyle{Centred: true},
				Name: "H", Kind: VolumePanel, Times: []float64{7200}, Channels: []Channel{{}}, Colormap: "inferno", Cells: cells, Opacity: 1,
				Camera: Camera{Azimuth: 30, Elevation: 24, Zoom: 2, Aim: r3.Vec{X: 10, Z: -10}},
			},
		},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(Panel{}, "Where")); diff != "" {
		t.Errorf("figure (-want +got):\n%s", diff)
	}
}

// A flag and the same words in a file say the same.
func TestFlagsMakeTheSameFigure(t *testing.T) {
	s := figuredScenario(t, figured)
	file, err := ReadFigure("f.yaml", []byte("cytofield_figure: 1\nwidth: 89 mm\npanels:\n  A: {substrate: IL-2, slice: x=mid, at: 1 h}\n"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := file.Decode(s)
	if err != nil {
		t.Fatal(err)
	}
	flags := NewFigure()
	flags.Set("--width", "89 mm", "width")
	flags.Set("--substrate", "IL-2", "panels", "A", "substrate")
	flags.Set("--slice", "x=mid", "panels", "A", "slice")
	flags.Set("--at", "1 h", "panels", "A", "at")
	got, err := flags.Decode(s)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(Panel{}, "Where")); diff != "" {
		t.Errorf("figure (-file +flags):\n%s", diff)
	}
}

func TestFaultsInFlagsShowTheFlag(t *testing.T) {
	f := NewFigure()
	f.Set("--substrate", "IL-2", "panels", "A", "substrate")
	f.Set("--slice", "z=61 um", "panels", "A", "slice")
	_, err := f.Decode(figuredScenario(t, figured))
	const want = `--slice z=61 um: panels.A.slice: "z=61 um" lies outside the domain: want 0 to 60 um along z
      | --slice z=61 um
      |         ^^^^^^^`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

// A frame of every kind that a run may draw comes back from the resolved scenario.
func TestResolvedFramesAreTheSame(t *testing.T) {
	text := figured + `output:
  frames:
    - {substrate: IL-2, title: "a, b", hide: [axes, time], contours: [1 pM], arrows: gradient, cells: {by: state}, regions: true, range: own}
    - {kind: projection, substrate: IL-2, along: y, of: mean, contours: auto, cells: true}
    - {kind: merge, substrates: [IL-2, {substrate: O2, color: "#123456", range: [1 mmHg, 50 mmHg]}], slice: x=35 um}
    - {kind: merge, along: y, range: own}
    - {substrate: IL-2, range: [1 pM, 10 pM], cells: {by: IL-2_surface_nM, colormap: cividis}, every: 1 h}
    - {kind: volume, substrates: [IL-2, {substrate: O2, color: "#123456"}], opacity: 0, surfaces: auto, cells: {types: [Th]}}
    - {kind: volume, substrate: IL-2, scale: log, range: [1 pM, 10 pM], surfaces: [2 pM], planes: [x=mid, z=5 um], camera: {azimuth: 200 deg, perspective: true}}
    - {kind: profile, substrates: [IL-2, IFN-g], from: [0 um, 0 um, 0 um], scale: log}
    - {kind: radial, substrate: IFN-g, around: Treg, distance: 30 um}
    - {kind: histogram, substrate: O2, bins: 12}
    - {kind: histogram, variable: pSTAT_nM}
    - {substrate: IL-2, label: "a: b", unit: µM, time_unit: min, scalebar: {length: 0.02 mm, corner: lower left, color: white, plate: false}}
    - {kind: projection, substrate: IL-2, scalebar: {color: "#123456"}}
    - {kind: merge, smooth: false, lines_of: O2, contours: [3 mmHg], arrows: flux, cells: {by: pSTAT_nM, range: [0, 2.5]}}
    - {kind: volume, substrate: O2, camera: {aim: [60 um, 40 um, 20 um]}}
    - {substrate: IL-2, title: {text: "a, b", size: 9 pt, align: center}, stamps: {corner: lower left, color: "#123456"}, scalebar: {size: 5 pt}, colorbar: {size: 6 pt, side: below}}
    - {kind: volume, substrate: IL-2, title: {color: black}, stamps: {size: 8.5 pt}, colorbar: {color: black}}
    - {substrate: IL-2, molecules: true, range: [0.5, 30], scale: log, contours: [5, 20]}
`
	first := figuredScenario(t, text)
	second, err := Decode("again.yaml", first.Resolved(), "", Options{})
	if err != nil {
		t.Fatalf("%v\n%s", err, first.Resolved())
	}
	if diff := cmp.Diff(first.Output, second.Output, cmpopts.IgnoreFields(Panel{}, "Where")); diff != "" {
		t.Errorf("output (-first +resolved):\n%s", diff)
	}
}

// A movie goes through all outputs but for panels with a time of their own.
func TestFigureOfAllTimesMovesWhatHasNone(t *testing.T) {
	f, err := ReadFigure("figure.yaml", []byte("cytofield_figure: 1\nat: all\npanels: {A: {substrate: IL-2}, B: {substrate: IL-2, at: last}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	g, err := f.Decode(figuredScenario(t, figured))
	if err != nil {
		t.Fatal(err)
	}
	if !g.Every || g.Panels[0].Still || g.Panels[0].Times != nil || !g.Panels[1].Still {
		t.Errorf("every output %t, still %t and %t: want true, false and true", g.Every, g.Panels[0].Still, g.Panels[1].Still)
	}
}
