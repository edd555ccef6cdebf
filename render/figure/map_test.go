package figure

import (
	"image"
	"io"
	"math"
	"testing"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/render/colormap"
	"github.com/cytofield/cytofield/render/golden"
	"github.com/cytofield/cytofield/tissue"
)

var update = golden.Flag()

// niche is a source in a field: a Yukawa profile q e^(−r/length)/(1 + r/core).
type niche struct {
	at                     r3.Vec
	strength, length, core float64
}

func fieldOf(g tissue.Grid, background float64, niches ...niche) *tissue.Field {
	f := tissue.NewField(g)
	for i := range f.Values {
		v := g.Coordinates(i)
		f.Values[i] = background
		for _, n := range niches {
			r := r3.Norm(r3.Sub(g.Centre(v[0], v[1], v[2]), n.at))
			f.Values[i] += n.strength * math.Exp(-r/n.length) / (1 + r/n.core)
		}
	}
	return f
}

// il2 is a 400 × 300 × 200 µm tissue with three secreting T cells and Treg around.
func il2() (*tissue.Field, []tissue.CellType, *tissue.Cells) {
	g := tissue.Grid{Shape: [3]int{40, 30, 20}, Spacing: [3]float64{10, 10, 10}}
	types := []tissue.CellType{{Name: "Th, secreting", Radius: 6}, {Name: "Treg", Radius: 5}}
	var cells tissue.Cells
	secretors := []r3.Vec{{X: 105, Y: 95, Z: 105}, {X: 285, Y: 205, Z: 103}, {X: 335, Y: 65, Z: 107}}
	var niches []niche
	for i, at := range secretors {
		cells.Add(0, at)
		niches = append(niches, niche{at, []float64{0.021, 0.034, 0.014}[i], 45, 9})
	}
	for i := range 60 {
		u, v := math.Mod(0.137+0.618034*float64(i), 1), math.Mod(0.41+0.754878*float64(i), 1)
		cells.Add(1, r3.Vec{X: 400 * u, Y: 300 * v, Z: 101 + 0.13*float64(i)})
	}
	return fieldOf(g, 2e-4, niches...), types, &cells
}

func exampleMaps(t testing.TB) map[string]Map {
	named := func(name string) colormap.Map {
		m, err := colormap.ByName(name)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	field, types, cells := il2()
	middle := render.Middle(field.Grid, 2)
	il2Map := Map{
		Plane: render.Extract(field, middle), Title: "IL-2 niches around sparse secretors",
		Quantity: "IL-2", Unit: "nM", Time: 7800,
		Cells:     render.Cut(cells, types, field.Grid, middle),
		CellTypes: []CellType{{Name: "Th, secreting"}, {Name: "Treg"}},
	}
	log := il2Map
	log.Colors, log.Scale = named("inferno"), render.AutoScale(log.Plane, true)
	log.Cells, log.CellTypes = nil, nil
	log.Title, log.Time = "IL-2, steady state", math.NaN()

	flat := tissue.Grid{Shape: [3]int{96, 48, 1}, Spacing: [3]float64{12.5, 12.5, 10}, Planar: true}
	chemokine := fieldOf(flat, 0.3,
		niche{r3.Vec{X: 300, Y: 200, Z: 5}, 60, 160, 90}, niche{r3.Vec{X: 830, Y: 420, Z: 5}, 42, 210, 60})
	planar := Map{
		Plane: render.Extract(chemokine, render.Slice{Axis: 2}), Colors: named("batlow"),
		Title: "CXCL12 in a wounded epithelium", Quantity: "CXCL12", Unit: "nM", Time: 36 * 3600,
		Scale: render.Scale{Low: 0, High: 40},
	}

	line := tissue.Grid{Shape: [3]int{120, 1, 1}, Spacing: [3]float64{5, 5, 5}}
	strip := Map{
		Plane:  render.Extract(fieldOf(line, 0.001, niche{r3.Vec{X: 150, Y: 2.5, Z: 2.5}, 4, 60, 30}), render.Slice{Axis: 1}),
		Colors: named("magma"), Title: "TNF-α along a capillary", Quantity: "TNF-α", Unit: "nM", Time: 45,
		Cells:     []render.Disc{{X: 150, Y: 2.5, Radius: 2.4}},
		CellTypes: []CellType{{Name: "macrophage"}},
	}

	empty := tissue.NewField(tissue.Grid{Shape: [3]int{17, 17, 9}, Spacing: [3]float64{20, 20, 20}})
	zero := Map{Plane: render.Extract(empty, render.Slice{Axis: 0, Index: 8}), Title: "IFN-γ before the first release", Quantity: "IFN-γ", Unit: "nM"}

	upright := tissue.Grid{Shape: [3]int{15, 4, 60}, Spacing: [3]float64{10, 10, 10}}
	tall := Map{
		Plane: render.Extract(fieldOf(upright, 1e-5, niche{r3.Vec{X: 70, Y: 20, Z: 450}, 0.4, 60, 20}), render.Slice{Axis: 1, Index: 2}),
		Scale: render.Scale{Low: 1e-6, High: 1, Log: true}, Colors: named("cividis"),
		Title: "CCL21 down a lymphatic vessel", Quantity: "CCL21", Unit: "nM", Time: 100800,
		Cells:     []render.Disc{{X: 70, Y: 450, Radius: 12, Type: 0}, {X: 110, Y: 200, Radius: 12, Type: 1}, {X: 2, Y: 350, Radius: 12, Type: 2}, {X: 60, Y: 100, Radius: 12, Type: 3}},
		CellTypes: []CellType{{Name: "dendritic cell"}, {Name: "CD4⁺ T cell"}, {Name: "CD8⁺ T cell"}, {Name: "B cell"}},
	}
	holes := fieldOf(tissue.Grid{Shape: [3]int{24, 24, 1}, Spacing: [3]float64{20, 20, 20}, Planar: true}, 0, niche{r3.Vec{X: 200, Y: 300, Z: 10}, 38, 120, 200})
	for i := range 3 {
		holes.Set(15+i, 8, 0, math.NaN())
		holes.Set(15+i, 9, 0, math.NaN())
	}
	blocks := Map{Nearest: true, Plane: render.Extract(holes, render.Slice{Axis: 2}), Colors: named("turbo"), Quantity: "O₂", Unit: "mmHg", Time: 0, Title: "Hypoxic rim"}
	return map[string]Map{
		"slice_linear_viridis": il2Map, "slice_log_inferno": log, "planar_batlow": planar,
		"strip_magma": strip, "all_zero": zero, "tall_log_cividis": tall, "blocks_turbo": blocks,
	}
}

func optionsOf(name string) Options {
	switch name {
	case "blocks_turbo":
		return Options{Width: 85} // one column of a journal
	case "slice_linear_viridis":
		return Options{}
	default:
		return Options{Width: 120, DPI: 150}
	}
}

// one is a figure of one panel.
func one(p Panel) Figure { return Figure{Panels: []Panel{p}} }

func TestMapsLookAsTheyDid(t *testing.T) {
	for name, m := range exampleMaps(t) {
		t.Run(name, func(t *testing.T) {
			img, err := one(m).Image(optionsOf(name))
			if err != nil {
				t.Fatal(err)
			}
			golden.Image(t, name+".png", img, 2, *update)
		})
	}
}

func BenchmarkMap(b *testing.B) {
	all := exampleMaps(b)
	crowd := all["slice_linear_viridis"]
	crowd.Cells = nil
	for i := range 3000 {
		crowd.Cells = append(crowd.Cells, render.Disc{X: float64(i * 7 % 400), Y: float64(i * 11 % 300), Radius: 5, Type: tissue.CellTypeID(i % 2)})
	}
	all["crowd"] = crowd
	for _, name := range []string{"slice_linear_viridis", "slice_log_inferno", "crowd"} {
		panel := all[name]
		b.Run("map="+name, func(b *testing.B) {
			for b.Loop() {
				if err := one(panel).Render(io.Discard, PNG, Options{Pixels: image.Pt(1024, 1024)}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
