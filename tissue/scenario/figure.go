package scenario

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cytofield/cytofield/tissue/quantity"
)

// figureVersion is the version of figure files that this package reads.
const figureVersion = 1

// Figure is a figure file, decoded: panels side by side, of one run or of two.
type Figure struct {
	Title       string
	TitleStyle  TitleStyle
	Width       float64 // mm; 0 leaves it to the program
	Height      float64 // mm; 0 leaves it to the panels
	DPI         int     // 0 leaves it to the program
	Text        float64 // size, points; 0 leaves it to the program
	Theme       string  // light or dark
	Letters     string  // none, a or A
	LetterStyle Lettering
	Layout      string  // rows of panel names, as AAB\nCCD; "" leaves it to the number of panels
	Every       bool    // panels without a time of their own go through all outputs: a movie
	Shared      bool    // equal colour bars of a row are drawn once
	Panels      []Panel // in the order of the file
}

// FigureFile is a figure file, read but not yet held against the run it is of.
type FigureFile struct {
	Run, Compare string // run directories, as seen from here; "" where the file names none

	name   string
	root   value
	report *report
	limits limits
	sets   int // flags so far
}

// ReadFigure reads the text of a figure file; its name stands in messages, and the runs it
// names are looked for from its directory. An error about the content is a [Faults].
func ReadFigure(name string, text []byte) (*FigureFile, error) {
	plain := strings.TrimPrefix(string(text), "\ufeff")
	src := newSource(name, plain, 0)
	f := &FigureFile{name: name, report: &report{}, limits: defaultLimits()}
	root := parse(f.report, src, plain, f.limits)
	if root == nil {
		return nil, f.report.err()
	}
	f.root = value{node: root, report: f.report, key: src.at(1, 1, 1)}
	if root.kind == mapping {
		f.Run, f.Compare = f.directory(name, "run"), f.directory(name, "compare")
	}
	return f, f.report.err()
}

// LoadFigure reads a figure file.
func LoadFigure(path string) (*FigureFile, error) {
	text, err := readLimited(path, defaultLimits().text)
	if err != nil {
		return nil, fmt.Errorf("scenario: %w", err)
	}
	return ReadFigure(path, text)
}

// IsFigure reports whether a file is a figure file rather than a scenario, by its keys.
func IsFigure(path string) bool {
	text, err := readLimited(path, defaultLimits().text)
	if err != nil {
		return false
	}
	plain := string(text)
	root := parse(&report{}, newSource(path, plain, 0), plain, defaultLimits())
	return root != nil && root.find("cytofield_figure") >= 0
}

// NewFigure returns a file of nothing but its version, to [FigureFile.Set] things in.
func NewFigure() *FigureFile {
	f, err := ReadFigure("figure", fmt.Appendf(nil, "cytofield_figure: %d\npanels: {}\n", figureVersion))
	if err != nil {
		panic(err) // the text above is wrong
	}
	return f
}

// directory returns a run directory that the file names, as seen from here.
func (f *FigureFile) directory(name, key string) string {
	i := f.root.find(key)
	if i < 0 {
		return ""
	}
	path, ok := f.root.child(f.root.entries[i]).str()
	if !ok {
		return path
	}
	return besides(name, path)
}

// besides returns a path that a file names, as seen from here.
func besides(file, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(file), path)
}

// Set changes a value before the file is decoded: what the flag of a command line says, at
// the keys such as panels, A, slice. Faults in it show the flag.
func (f *FigureFile) Set(flag, text string, keys ...string) {
	f.sets++
	f.root.node = applyFlag(f.report, f.root.node, flag, text, afterFiles+f.sets, f.limits, keys...)
}

// Decode holds the file against the scenario of the run it is of. An error about the
// content is a [Faults].
func (f *FigureFile) Decode(s *Scenario) (*Figure, error) {
	d := newPanelDecoder(f.report, f.limits, s)
	d.figureName = f.name
	figure := d.figure(f.root)
	if err := f.report.err(); err != nil {
		return nil, err
	}
	return figure, nil
}

// newPanelDecoder returns a decoder that knows the names and the grid of a scenario.
func newPanelDecoder(r *report, lim limits, s *Scenario) *decoder {
	d := &decoder{report: r, limits: lim, scenario: s, gridSound: true, namesSound: true}
	for _, substrate := range s.Model.Substrates {
		d.substrates = append(d.substrates, member{name: substrate.Name})
	}
	for _, t := range s.Model.CellTypes {
		d.types = append(d.types, member{name: t.Name})
	}
	return d
}

const figureExample = "cytofield_figure: 1, panels: {A: {kind: slice, substrate: IL-2}}"

func (d *decoder) figure(root value) *Figure {
	g := &Figure{Theme: "light", Letters: "none"}
	f, ok := root.fields(figureExample, "cytofield_figure", "run", "compare", "title", "width", "height", "dpi", "text", "theme",
		"letters", "layout", "colorbars", "stamps", "scalebar", "colorbar", "at", "panels")
	if !ok {
		return g
	}
	d.figureVersion(f)
	d.paper(f, g)
	if v, ok := f.get("title"); ok {
		g.Title, g.TitleStyle = v.title()
	}
	if v, ok := f.get("theme"); ok {
		g.Theme, _ = v.choice("light", "dark")
	}
	if v, ok := f.get("colorbars"); ok {
		word, _ := v.choice("each", "shared")
		g.Shared = word == "shared"
	}
	d.furnish(f)
	var at []float64
	if v, ok := f.get("at"); ok {
		if g.Every = v.kind == scalar && v.text == "all"; !g.Every {
			at = d.times(v, false)
		}
	}
	d.figurePanels(f, g, at)
	if len(g.Panels) > 1 {
		g.Letters = "a"
	}
	if v, ok := f.get("letters"); ok {
		g.Letters, g.LetterStyle = v.letters(g.Letters)
	}
	if v, ok := f.get("layout"); ok {
		g.Layout = d.layout(v, g.Panels)
	}
	return g
}

func (d *decoder) figureVersion(f fields) {
	v, ok := f.need("cytofield_figure", fmt.Sprint(figureVersion))
	if !ok {
		return
	}
	if number, ok := v.integer(1, 1<<30); ok && number != figureVersion {
		v.fault("version %d of figure files: this program reads version %d", number, figureVersion)
	}
}

// widths are those of the columns of journals, mm, as their instructions to authors give
// them: Nature 89 and 183 mm (research-figure-guide.nature.com), Science
// 57, 121 and 184 mm, Cell 85, 114 and 174 mm, PNAS 87, 114 and 178 mm, PLOS 132 mm (5.2 in)
// and 190.5 mm (7.5 in).
func widths() map[string]float64 {
	return map[string]float64{
		"nature single": 89, "nature double": 183,
		"science single": 57, "science double": 121, "science triple": 184,
		"cell single": 85, "cell middle": 114, "cell double": 174,
		"pnas single": 87, "pnas middle": 114, "pnas double": 178,
		"plos text": 132, "plos full": 190.5,
	}
}

// paper decodes the size of the figure and of its text.
func (d *decoder) paper(f fields, g *Figure) {
	if v, ok := f.get("width"); ok {
		g.Width = d.width(v)
	}
	if v, ok := f.get("height"); ok {
		g.Height = millimetres(v)
	}
	if v, ok := f.get("dpi"); ok {
		g.DPI, _ = v.integer(30, 2400)
	}
	if v, ok := f.get("text"); ok {
		g.Text = v.points()
	}
}

// width decodes a length, or a column of a journal by name.
func (d *decoder) width(v value) float64 {
	if v.kind == scalar && v.text != "" && !strings.ContainsAny(v.text[:1], "0123456789.+-") {
		names := slices.Sorted(maps.Keys(widths()))
		name, _ := v.choice(names...)
		return widths()[name]
	}
	return millimetres(v)
}

// millimetres decodes an edge of a figure.
func millimetres(v value) float64 {
	length, ok := v.positive(quantity.Length)
	const least, most = 10, 2000 // mm: a stamp, a poster
	if mm := length / 1000; ok && !(mm >= least && mm <= most) {
		v.fault("%s: want %d mm to %d mm", v.written(), least, most)
	}
	return length / 1000
}

// figurePanels decodes the panels; those without a time of their own have the figure's.
func (d *decoder) figurePanels(f fields, g *Figure, at []float64) {
	const example = "{A: {kind: slice, substrate: IL-2}}"
	v, ok := f.need("panels", example)
	if !ok {
		return
	}
	members := v.named(example)
	if v.kind == mapping && len(members) == 0 {
		v.fault("no panel: want at least one, such as %s", example)
	}
	for _, m := range members {
		if !isPanelName(m.name) {
			d.fault(m.key, m.path, "%q: want one letter or digit, as it stands in layout", m.name)
		}
		if m.kind == null {
			continue
		}
		p, ok := d.panel(m.value, "at")
		if !ok {
			continue
		}
		p.Name = m.name
		p.Still = (fields{value: m.value}).has("at")
		if !p.Still && p.Kind.ofATime() {
			p.Times = at
		}
		g.Panels = append(g.Panels, p)
	}
}

func isPanelName(name string) bool {
	return len(name) == 1 && (name[0] >= 'A' && name[0] <= 'Z' || name[0] >= 'a' && name[0] <= 'z' || name[0] >= '0' && name[0] <= '9')
}

// layout decodes rows of panel names: each panel fills a rectangle, a dot stays empty.
func (d *decoder) layout(v value, panels []Panel) string {
	text, ok := v.str()
	if !ok || len(d.faults) > 0 {
		return ""
	}
	rows := strings.Fields(strings.ReplaceAll(text, "/", " "))
	if len(rows) == 0 {
		v.fault(`%s: want rows of panel names, such as "AAB/CCD"`, v.written())
		return ""
	}
	seen := map[string]bool{}
	for _, row := range rows {
		if len(row) != len(rows[0]) {
			v.fault("row %q has %d places, the first %d: want as many in each", row, len(row), len(rows[0]))
			return ""
		}
		for _, name := range strings.Split(row, "") {
			seen[name] = true
		}
	}
	for _, p := range panels {
		if !seen[p.Name] {
			v.fault("panel %s has no place in it", p.Name)
		} else if !isRectangle(rows, p.Name) {
			v.fault("panel %s fills no rectangle", p.Name)
		}
		delete(seen, p.Name)
	}
	delete(seen, ".")
	for _, name := range slices.Sorted(maps.Keys(seen)) {
		v.fault("no panel %q in panels: want a dot for an empty place", name)
	}
	return strings.Join(rows, "\n")
}

// isRectangle reports whether the places of a name fill one.
func isRectangle(rows []string, name string) bool {
	left, right, top, bottom, count := len(rows[0]), -1, len(rows), -1, 0
	for y, row := range rows {
		for x := range row {
			if row[x:x+1] == name {
				left, right, top, bottom = min(left, x), max(right, x), min(top, y), max(bottom, y)
				count++
			}
		}
	}
	return count == (right-left+1)*(bottom-top+1)
}
