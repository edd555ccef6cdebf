package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// paperFlags are about a figure as a whole: they replace what its file says.
type paperFlags struct {
	At       string `placeholder:"TIME|last|all" help:"When: a time of an output such as \"4 h\", the last, or all of them, which makes a movie."`
	Width    string `placeholder:"LENGTH|JOURNAL" help:"Width on paper: 89mm, or a column such as \"nature single\"."`
	Height   string `placeholder:"LENGTH" help:"Height on paper (default: what the panels need)."`
	DPI      string `name:"dpi" placeholder:"N" help:"Pixels per inch."`
	Text     string `placeholder:"SIZE" help:"Size of the letters: \"7 pt\"."`
	Theme    string `placeholder:"light|dark" help:"Paper or screen."`
	Layout   string `placeholder:"ROWS" help:"Where panels stand: AAB/CCD."`
	Letters  string `placeholder:"none|a|A" help:"Letters of the panels."`
	Colorbar string `name:"colorbars" placeholder:"each|shared" help:"A colour bar for each panel, or one for those of a row that are alike."`
}

// panelFlags describe panels where there is no figure file.
type panelFlags struct {
	Kind      string   `placeholder:"KIND" help:"slice, projection, merge, difference, kymograph, volume, profile, radial, histogram, series or matrix (default: slice)."`
	Substrate []string `sep:"none" placeholder:"NAME" help:"What to show (default: all). May be given several times."`
	Slice     string   `placeholder:"PLANE" help:"z=mid, or \"y=100 um\"."`
	Along     string   `placeholder:"AXIS" help:"Axis of a projection."`
	Of        string   `placeholder:"maximum|mean" help:"What a projection shows."`
	Colormap  string   `placeholder:"NAME" help:"viridis, inferno, magma, plasma, cividis, batlow, lajolla, oslo, bilbao, turbo, vik or RdBu."`
	Scale     string   `placeholder:"linear|log" help:"Scale of densities (default: logarithmic where they lie wide apart)."`
	Range     string   `placeholder:"LOW,HIGH" help:"Ends of the scale: \"1 pM, 50 pM\" (default: found, one for all pictures)."`
	Contours  string   `placeholder:"LEVELS|auto" help:"Lines of equal density: \"10 pM, 50 pM\"."`
	Arrows    string   `placeholder:"gradient|flux" help:"Vectors over a slice."`
	Cells     string   `placeholder:"true|false|COLUMN" help:"Cells by type, none, or by state or a column of cells.csv; or all keys: \"{types: [Th]}\"."`
	Surfaces  string   `placeholder:"LEVELS|auto" help:"Surfaces of equal density in a volume: \"10 pM, 50 pM\"."`
	Camera    string   `placeholder:"KEYS" help:"Where a volume is seen from: \"azimuth: 30 deg, elevation: 24 deg\"."`
	Around    string   `placeholder:"TYPE" help:"Cells of a radial profile."`
	Columns   string   `placeholder:"NAMES" help:"Columns of series.csv in a series: \"Th_cells, Treg_cells\"."`
	Unit      string   `placeholder:"UNIT" help:"Unit of the densities shown: pM (default: one with short numbers)."`
	Scalebar  string   `placeholder:"KEYS" help:"How the scale bar looks: \"length: 50 um, corner: lower left\"."`
	Title     string   `placeholder:"TEXT" help:"Title of the figure."`
	Hide      []string `placeholder:"PART" help:"Leave out title, colorbar, scalebar, axes, time, stamps or legend."`
}

// apply sets what the flags say in a figure file.
func (c paperFlags) apply(f *scenario.FigureFile) {
	for _, flag := range []struct{ name, value string }{
		{"at", c.At}, {"width", c.Width}, {"height", c.Height}, {"dpi", c.DPI}, {"text", c.Text}, {"theme", c.Theme},
		{"layout", c.Layout}, {"letters", c.Letters}, {"colorbars", c.Colorbar},
	} {
		if flag.value != "" {
			f.Set("--"+flag.name, flag.value, flag.name)
		}
	}
}

// given returns the first of the flags that was.
func (c panelFlags) given() string {
	for _, flag := range c.texts() {
		if flag.value != "" {
			return "--" + flag.name
		}
	}
	switch {
	case c.Kind != "":
		return "--kind"
	case len(c.Substrate) > 0:
		return "--substrate"
	case len(c.Hide) > 0:
		return "--hide"
	case c.Cells != "":
		return "--cells"
	case c.Title != "":
		return "--title"
	}
	return ""
}

type textFlag struct{ name, value string }

// texts are the flags whose value is that of the panel's key.
func (c panelFlags) texts() []textFlag {
	return []textFlag{
		{"slice", c.Slice}, {"along", c.Along}, {"of", c.Of}, {"colormap", c.Colormap}, {"scale", c.Scale}, {"range", asList(c.Range, "auto", "own")},
		{"contours", asList(c.Contours, "auto")}, {"arrows", c.Arrows}, {"surfaces", asList(c.Surfaces, "auto")}, {"camera", asMapping(c.Camera)}, {"around", c.Around}, {"columns", asList(c.Columns)},
		{"unit", c.Unit}, {"scalebar", asMapping(c.Scalebar)},
	}
}

// asList puts the brackets of YAML around words between commas, unless it is one of the
// words that stand for themselves.
func asList(text string, words ...string) string {
	if text == "" || strings.HasPrefix(strings.TrimSpace(text), "[") || slices.Contains(words, text) {
		return text
	}
	return "[" + text + "]"
}

// asMapping puts the braces of YAML around keys and values.
func asMapping(text string) string {
	if text == "" || strings.HasPrefix(strings.TrimSpace(text), "{") {
		return text
	}
	return "{" + text + "}"
}

// sketch makes a figure of what the flags say: a panel for each substrate, or one for all
// where the kind can show several.
func (c panelFlags) sketch(m *tissue.Model) (*scenario.FigureFile, error) {
	f := scenario.NewFigure()
	if c.Title != "" {
		f.Set("--title", strconv.Quote(c.Title), "title")
	}
	if c.together() {
		c.panel(f, "A")
		names := c.Substrate
		if len(names) == 0 && c.Columns == "" {
			names = alike(m)
		}
		if len(names) > 0 {
			f.Set("--substrate", asList(strings.Join(names, ", ")), "panels", "A", "substrates")
		}
		return f, nil
	}
	names := c.Substrate
	if len(names) == 0 {
		names = c.all(m)
	}
	const most = 26
	if len(names) > most {
		return nil, fmt.Errorf("render: %d substrates: want at most %d panels; choose some with --substrate", len(names), most)
	}
	if c.Title == "" && len(names) > 1 && m.Title != "" && !slices.Contains(c.Hide, string(scenario.TitleFurniture)) {
		f.Set("--title", strconv.Quote(m.Title), "title")
	}
	for i, name := range names {
		panel := string(rune('A' + i))
		c.panel(f, panel)
		f.Set("--substrate", name, "panels", panel, "substrate")
	}
	return f, nil
}

// all returns the substrates that a panel of its own is made of where none are named.
func (c panelFlags) all(m *tissue.Model) []string {
	var names []string
	for i, s := range m.Substrates {
		if _, attributed := m.Attributed(tissue.SubstrateID(i)); attributed || c.Kind != string(scenario.MatrixPanel) {
			names = append(names, s.Name)
		}
	}
	return names
}

// alike returns the substrates with the unit of the first: those that one axis can show.
func alike(m *tissue.Model) []string {
	var names []string
	for _, s := range m.Substrates {
		if s.Unit == m.Substrates[0].Unit {
			names = append(names, s.Name)
		}
	}
	return names
}

// together reports whether one panel shows all substrates.
func (c panelFlags) together() bool {
	switch scenario.PanelKind(c.Kind) {
	case scenario.MergePanel, scenario.ProfilePanel, scenario.RadialPanel, scenario.HistogramPanel, scenario.SeriesPanel:
		return true
	}
	return false
}

// panel sets the keys of a panel.
func (c panelFlags) panel(f *scenario.FigureFile, name string) {
	set := func(key, value string) {
		if value != "" {
			f.Set("--"+key, value, "panels", name, key)
		}
	}
	kind := c.Kind
	if kind == "" {
		kind = string(scenario.SlicePanel)
	}
	set("kind", kind)
	for _, flag := range c.texts() {
		set(flag.name, flag.value)
	}
	switch {
	case c.Cells == "true" || c.Cells == "false" || strings.HasPrefix(c.Cells, "{"):
		set("cells", c.Cells)
	case c.Cells != "":
		set("cells", "{by: "+strconv.Quote(c.Cells)+"}")
	}
	if len(c.Hide) > 0 {
		set("hide", asList(strings.Join(c.Hide, ", ")))
	}
}
