package scenario

import (
	"slices"
	"strings"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/expression"
	"github.com/cytofield/cytofield/tissue/quantity"
)

// panelKinds returns the kinds there are with the keys of each, besides those of all.
func panelKinds() []panelKeys {
	return []panelKeys{
		{SlicePanel, "substrate molecules slice colormap scale range smooth contours arrows cells regions label unit time_unit scalebar stamps colorbar"},
		{ProjectionPanel, "substrate along of colormap scale range smooth contours cells label unit time_unit scalebar stamps colorbar"},
		{MergePanel, "substrates slice along of scale range smooth lines_of contours arrows cells regions unit time_unit scalebar stamps colorbar"},
		{DifferencePanel, "substrate slice colormap range smooth contours cells regions label unit time_unit scalebar stamps colorbar"},
		{KymographPanel, "substrate from to colormap scale range smooth contours label unit time_unit colorbar"},
		{VolumePanel, "substrate substrates colormap scale range opacity surfaces planes cells camera label unit time_unit scalebar stamps colorbar"},
		{ProfilePanel, "substrate substrates from to scale range label unit time_unit"},
		{RadialPanel, "substrate substrates around distance scale range label unit time_unit"},
		{HistogramPanel, "substrate substrates variable bins scale range label unit time_unit"},
		{SeriesPanel, "substrate substrates columns runs scale range label unit time_unit"},
		{MatrixPanel, "substrate amounts colormap colorbar"},
	}
}

// PanelKinds returns the kinds there are.
func PanelKinds() []PanelKind {
	var all []PanelKind
	for _, k := range panelKinds() {
		all = append(all, k.kind)
	}
	return all
}

type panelKeys struct {
	kind PanelKind
	keys string
}

func (k panelKeys) has(key string) bool { return slices.Contains(strings.Fields(k.keys), key) }

// ofATime reports whether a panel of the kind shows one time, or some, not all.
func (k PanelKind) ofATime() bool { return k != KymographPanel && k != SeriesPanel }

// manyTimes reports whether a panel of the kind may show several times, each as a curve.
func (k PanelKind) manyTimes() bool {
	return k == ProfilePanel || k == RadialPanel || k == HistogramPanel
}

// while reports whether a panel of the kind may be drawn while a run goes on, of what there
// is at the moment.
func (k PanelKind) while() bool {
	return k.ofATime() && k != DifferencePanel && k != MatrixPanel
}

// colormap returns the colour map of a kind where none is asked for.
func (k PanelKind) colormap() string {
	switch k {
	case DifferencePanel:
		return "vik"
	case VolumePanel:
		return "inferno"
	}
	return "viridis"
}

func kindWords(fits func(PanelKind) bool) []string {
	var words []string
	for _, k := range panelKinds() {
		if fits(k.kind) {
			words = append(words, string(k.kind))
		}
	}
	return words
}

// panel decodes a picture or chart. Its time is under the key: at, in a figure, or every, in
// output.frames, which the caller decodes.
func (d *decoder) panel(v value, key string) (Panel, bool) {
	const example = "{kind: slice, substrate: IL-2}"
	p := Panel{Kind: SlicePanel, Cells: CellMarks{By: ByType}}
	if !v.at.src.setting {
		p.Where = v.at.fault(v.path, "").Error()
	}
	if !v.isMapping(example) {
		return p, false
	}
	if kind, ok := (fields{value: v}).get("kind"); ok {
		fits := func(PanelKind) bool { return true }
		if key == "every" {
			fits = PanelKind.while
		}
		word, ok := kind.choice(kindWords(fits)...)
		if !ok {
			return p, false
		}
		p.Kind = PanelKind(word)
	}
	kinds := panelKinds()
	k := kinds[slices.IndexFunc(kinds, func(k panelKeys) bool { return k.kind == p.Kind })]
	known := append([]string{"kind", "title", "hide"}, strings.Fields(k.keys)...)
	if p.Kind.ofATime() {
		known = append(known, key)
	}
	if key == "at" && p.Kind.while() {
		known = append(known, "run")
	}
	f, ok := v.fields(example, known...)
	if !ok {
		return p, false
	}
	d.labels(f, &p)
	if v, ok := f.get("scale"); ok && k.has("scale") {
		word, _ := v.choice("linear", "log")
		p.Log = word == "log"
	}
	d.channels(f, k, &p)
	d.molecules(f, k, &p)
	d.extent(f, k, &p)
	d.colours(f, k, &p)
	d.marks(f, k, &p)
	d.space(f, k, &p)
	d.chart(f, k, &p)
	d.style(f, k, &p)
	if v, ok := f.get("run"); ok {
		word, _ := v.choice("run", "compare")
		p.Compared = word == "compare"
	}
	if v, ok := f.get("at"); ok && key == "at" && p.Kind.ofATime() {
		p.Times = d.times(v, p.Kind.manyTimes())
	}
	return p, true
}

// labels decodes what stands around a panel.
func (d *decoder) labels(f fields, p *Panel) {
	if v, ok := f.get("title"); ok {
		p.Title, p.TitleStyle = v.title()
	}
	v, ok := f.get("hide")
	if !ok {
		return
	}
	words := []string{"title", "colorbar", "scalebar", "axes", "time", "stamps", "legend"}
	items := []value{v}
	if v.kind == sequence {
		items, _ = v.list("[title, scalebar]")
	}
	for _, item := range items {
		if word, ok := item.choice(words...); ok {
			p.Hide = append(p.Hide, Furniture(word))
		}
	}
}

// channels decodes the substrates. The only one need not be named; a merge and a series
// show all where none is.
func (d *decoder) channels(f fields, k panelKeys, p *Panel) {
	hasOne := k.has("substrate") && f.has("substrate")
	many := k.has("substrates") && f.has("substrates")
	switch {
	case hasOne && many:
		v, _ := f.get("substrates")
		d.fault(v.key, v.path, "substrate is given too: want one of them")
	case hasOne:
		v, ok := f.get("substrate")
		if !ok {
			return
		}
		if name, ok := v.str(); ok {
			d.addChannel(p, v, name)
		}
	case many:
		v, ok := f.get("substrates")
		if !ok {
			return
		}
		items, _ := v.list("[IL-2, IFN-g]")
		for _, item := range items {
			d.channel(item, p)
		}
	case f.has("variable") || f.has("columns"):
	case len(d.substrates) == 1 || p.Kind == MergePanel || p.Kind == SeriesPanel:
		for i := range d.substrates {
			p.Channels = append(p.Channels, Channel{Substrate: tissue.SubstrateID(i)})
		}
	case k.has("substrate"):
		f.need("substrate", "IL-2")
	}
}

func (d *decoder) addChannel(p *Panel, v value, name string) bool {
	id, ok := d.substrateNamed(name, v.at, v.path)
	if ok && slices.ContainsFunc(p.Channels, func(c Channel) bool { return c.Substrate == id }) {
		v.fault("%s: named before", v.written())
		return false
	}
	if ok {
		p.Channels = append(p.Channels, Channel{Substrate: id})
	}
	return ok
}

// channel decodes a substrate of several: its name, or a mapping with a colour and a range.
func (d *decoder) channel(v value, p *Panel) {
	if v.kind != mapping {
		if name, ok := v.str(); ok {
			d.addChannel(p, v, name)
		}
		return
	}
	f, ok := v.fields(`{substrate: IL-2, color: "#ff00ff", range: [1 pM, 50 pM]}`, "substrate", "color", "range")
	if !ok {
		return
	}
	name, ok := f.need("substrate", "IL-2")
	if !ok {
		return
	}
	text, ok := name.str()
	if !ok || !d.addChannel(p, name, text) {
		return
	}
	c := &p.Channels[len(p.Channels)-1]
	if v, ok := f.get("color"); ok {
		c.Color = v.colour()
	}
	if v, ok := f.get("range"); ok {
		c.Range = d.span(v, c.Substrate, p.Log, false)
	}
}

// molecules decodes whether a voxel's molecules are shown in place of its density.
func (d *decoder) molecules(f fields, k panelKeys, p *Panel) {
	v, ok := f.get("molecules")
	if !ok || !k.has("molecules") {
		return
	}
	if p.Molecules, ok = v.boolean(); !ok || !p.Molecules || len(p.Channels) == 0 {
		return
	}
	if s := d.model().Substrates[p.Channels[0].Substrate]; !s.Unit.CountsMolecules() {
		v.fault("%s is in %s, which counts no molecules: want densities", s.Name, s.Unit)
	}
	for _, key := range []string{"arrows", "unit"} {
		if v, ok := f.get(key); ok {
			d.fault(v.key, v.path, "want it for densities alone, without molecules")
		}
	}
}

// extent decodes which part of the domain is shown.
func (d *decoder) extent(f fields, k panelKeys, p *Panel) {
	if k.has("slice") {
		p.Plane = d.middle()
		if v, ok := f.get("slice"); ok {
			p.Plane = d.plane(v)
		}
	}
	if k.has("along") && (p.Kind == ProjectionPanel || f.has("along") || f.has("of")) {
		if v, ok := f.get("slice"); ok {
			d.fault(v.key, v.path, "along is given too: want a slice or a projection")
		}
		p.Projection, p.Plane = Maximum, d.middle()
		if v, ok := f.get("of"); ok {
			word, _ := v.choice(string(Maximum), string(Mean))
			p.Projection = Projection(word)
		}
		if v, ok := f.get("along"); ok {
			word, _ := v.choice("z", "y", "x")
			p.Plane.Axis = max(strings.Index("xyz", word), 0)
			if d.model().Grid.Planar && p.Plane.Axis != 2 {
				v.fault("%s: a 2D domain has one plane only; want z", v.written())
			}
		}
	}
	if !k.has("from") {
		return
	}
	size := d.model().Grid.Size()
	p.From, p.To = r3.Vec{Y: size[1] / 2, Z: size[2] / 2}, r3.Vec{X: size[0], Y: size[1] / 2, Z: size[2] / 2}
	if v, ok := f.get("from"); ok {
		p.From = d.end(v)
	}
	if v, ok := f.get("to"); ok {
		p.To = d.end(v)
	}
	if len(d.faults) == 0 && p.From == p.To {
		f.fault("the line ends where it begins")
	}
}

// end decodes an end of a line, which lies in the domain; in 2D at mid-thickness.
func (d *decoder) end(v value) r3.Vec {
	at, ok := d.vector(v, quantity.Length, false)
	g := d.model().Grid
	if g.Planar {
		at.Z = g.Size()[2] / 2
	}
	if ok && d.gridSound && !g.Contains(at) {
		size := g.Size()
		v.fault("outside the domain: want 0 to %s, %s, %s along x, y, z", um(size[0]), um(size[1]), um(size[2]))
	}
	return at
}

func (d *decoder) middle() Plane {
	plane := Plane{Axis: 2, Position: d.model().Grid.Size()[2] / 2}
	if d.gridSound {
		plane.Index = layer(d.model().Grid, 2, plane.Position)
	}
	return plane
}

// plane decodes a cut such as z=mid.
func (d *decoder) plane(v value) Plane {
	var p Plane
	p.Axis, p.Position = d.slice(v)
	if d.gridSound {
		p.Index = layer(d.model().Grid, p.Axis, p.Position)
	}
	return p
}

// colours decodes how densities become colours, or lengths in a chart.
func (d *decoder) colours(f fields, k panelKeys, p *Panel) {
	if k.has("colormap") {
		p.Colormap = p.Kind.colormap()
	}
	if v, ok := f.get("colormap"); ok && k.has("colormap") {
		p.Colormap, _ = v.choice(Colormaps()...)
	}
	if v, ok := f.get("smooth"); ok && k.has("smooth") {
		smooth, ok := v.boolean()
		p.Blocks = ok && !smooth
	}
	v, ok := f.get("range")
	if !ok || !k.has("range") {
		return
	}
	if f.has("columns") || f.has("variable") {
		d.fault(v.key, v.path, "want it for densities alone")
	}
	if len(p.Channels) == 0 {
		return
	}
	unit := d.model().Substrates[p.Channels[0].Substrate].Unit
	for i := range p.Channels {
		c := &p.Channels[i]
		if v.kind == sequence && d.model().Substrates[c.Substrate].Unit != unit {
			v.fault("of %s and of %s, which have other units: want one in each entry of substrates", d.model().Substrates[p.Channels[0].Substrate].Name, d.model().Substrates[c.Substrate].Name)
			return
		}
		if p.Molecules {
			c.Range = plainSpan(v, p.Log)
		} else if c.Range == (Span{}) {
			c.Range = d.span(v, c.Substrate, p.Log, p.Kind == DifferencePanel)
		}
	}
}

// span decodes the ends of a scale; those of differences may be negative.
func (d *decoder) span(v value, id tissue.SubstrateID, log, signed bool) (s Span) {
	if v.kind == scalar && (v.text == "auto" || v.text == "own") {
		s.Own = v.text == "own"
		return s
	}
	const example = "[1 pM, 50 pM], or auto"
	items, ok := v.list(example)
	if !ok {
		return s
	}
	if len(items) != 2 {
		v.fault("%d entries: want the two ends of the colour scale, such as %s", len(items), example)
		return s
	}
	read := d.density
	if signed {
		read = d.signedDensity
	}
	s.Low, ok = read(items[0], id)
	high, ok2 := read(items[1], id)
	s.High = high
	switch {
	case !ok || !ok2:
	case !(s.Low < s.High):
		items[1].fault("%s: want more than the lower end, %s", items[1].written(), items[0].written())
	case log && s.Low == 0:
		items[0].fault("%s: a logarithmic scale cannot start at 0", items[0].written())
	case signed && s.Low != -s.High:
		items[0].fault("%s: a scale of differences has 0 in its middle; want -%s", items[0].written(), strings.TrimSpace(items[1].text))
	}
	return s
}

// marks decodes what is drawn over a plane.
func (d *decoder) marks(f fields, k panelKeys, p *Panel) {
	if k.has("contours") && len(p.Channels) > 0 {
		p.Lined = p.Channels[0].Substrate
	}
	if v, ok := f.get("lines_of"); ok && k.has("lines_of") {
		if name, ok := v.str(); ok {
			p.Lined, _ = d.substrateNamed(name, v.at, v.path)
		}
	}
	if v, ok := f.get("contours"); ok && k.has("contours") && len(p.Channels) > 0 {
		read := func(v value) (float64, bool) { return d.density(v, p.Lined) }
		switch {
		case p.Molecules:
			read = func(v value) (float64, bool) { return v.nonNegative(quantity.Dimensionless) }
		case p.Kind == DifferencePanel:
			read = func(v value) (float64, bool) { return d.signedDensity(v, p.Lined) }
		}
		p.Contours = levels(v, read)
	}
	if v, ok := f.get("arrows"); ok && k.has("arrows") {
		word, _ := v.choice("gradient", "flux")
		if p.Arrows = Arrows(word); p.Projection != "" {
			d.fault(v.key, v.path, "a projection has no place for them: want a slice")
		}
	}
	if v, ok := f.get("regions"); ok && k.has("regions") {
		p.Regions, _ = v.boolean()
		if p.Regions && p.Projection != "" {
			d.fault(v.key, v.path, "a projection shows them all behind each other: want a slice")
		}
	}
	if !k.has("cells") {
		return
	}
	p.Cells.Shown = p.Kind != ProjectionPanel
	if v, ok := f.get("cells"); ok {
		d.cellMarks(v, &p.Cells)
	}
}

// cellMarks decodes how cells are drawn: true, false, or by what they are coloured.
func (d *decoder) cellMarks(v value, c *CellMarks) {
	if v.kind != mapping {
		c.Shown, _ = v.boolean()
		return
	}
	c.Shown = true
	f, ok := v.fields("{by: type}", "by", "colormap", "range", "types")
	if !ok {
		return
	}
	if v, ok := f.get("by"); ok {
		if word, ok := v.choice(append([]string{ByType, ByState}, CellColumns(d.model())...)...); ok {
			c.By = word
		}
	}
	if v, ok := f.get("colormap"); ok {
		c.Colormap, _ = v.choice(Colormaps()...)
		if c.By == ByType || c.By == ByState {
			v.fault("cells by %s have a colour each: want by with a column of cells.csv", c.By)
		}
	}
	if v, ok := f.get("range"); ok {
		if c.Range = plainSpan(v, false); c.Range.Own {
			v.fault("own: all pictures have one scale of cells; want auto, or the two ends")
		}
		if c.By == ByType || c.By == ByState {
			v.fault("cells by %s have no scale: want by with a column of cells.csv", c.By)
		}
	}
	if v, ok := f.get("types"); ok {
		items, _ := v.list("[Th]")
		for _, item := range items {
			name, ok := item.str()
			if !ok {
				continue
			}
			if id, ok := d.typeNamed(name, item.at, item.path, d.namesSound); ok {
				c.Types = append(c.Types, id)
			}
		}
	}
}

// plainSpan decodes the ends of a scale that are plain numbers: of molecules, or of a column of
// cells.csv, whose name has its unit.
func plainSpan(v value, log bool) (s Span) {
	const example = "[0, 300], or auto"
	if v.kind == scalar && (v.text == "auto" || v.text == "own") {
		s.Own = v.text == "own"
		return s
	}
	items, ok := v.list(example)
	if !ok || len(items) != 2 {
		if ok {
			v.fault("%d entries: want the two ends of the colour scale, such as %s", len(items), example)
		}
		return s
	}
	low, ok := items[0].in(quantity.Dimensionless)
	high, ok2 := items[1].in(quantity.Dimensionless)
	switch {
	case !ok || !ok2:
	case !(low < high):
		items[1].fault("%s: want more than the lower end, %s", items[1].written(), items[0].written())
	case log && low <= 0:
		items[0].fault("%s: a logarithmic scale cannot start at 0", items[0].written())
	}
	return Span{Low: low, High: high}
}

// CellColumns are the columns of a run's cells.csv that are numbers, but for id and place:
// of each substrate what is at the cell's surface, taken up and secreted, and the variables.
func CellColumns(m *tissue.Model) []string {
	var all []string
	for _, s := range m.Substrates {
		rate := "_molecules_per_s"
		if !s.Unit.CountsMolecules() {
			rate = "_" + string(s.Unit) + "_um3_per_s"
		}
		all = append(all, s.Name+"_surface_"+string(s.Unit), s.Name+"_taken_up"+rate, s.Name+"_secreted"+rate)
	}
	for _, t := range m.CellTypes {
		for _, v := range t.Variables {
			name := expression.Identifier(v.Name)
			if v.Dimension != quantity.Dimensionless {
				name += "_" + v.Dimension.MolarUnit()
			}
			if !slices.Contains(all, name) {
				all = append(all, name)
			}
		}
	}
	return all
}

// levels decodes densities at which lines or surfaces are drawn, each by a function.
func levels(v value, read func(value) (float64, bool)) (l Levels) {
	if v.kind == scalar && v.text == "auto" {
		l.Auto = true
		return l
	}
	items, ok := v.list("[10 pM, 50 pM], or auto")
	if !ok {
		return l
	}
	if len(items) == 0 {
		v.fault("no level: want some, such as [10 pM, 50 pM], or auto")
	}
	for _, item := range items {
		if level, ok := read(item); ok {
			l.At = append(l.At, level)
		}
	}
	slices.Sort(l.At)
	return l
}

// suffixed reads a number with one of the suffixes, for what is no quantity of a model.
func (v value) suffixed(example string, suffixes ...string) (float64, bool) {
	for _, suffix := range suffixes {
		rest, found := strings.CutSuffix(strings.TrimSpace(v.text), suffix)
		if number, ok := parseNumber(strings.TrimSpace(rest)); v.kind == scalar && found && ok {
			return number, true
		}
	}
	v.fault("%s: want a number with its unit, such as %s", v.written(), example)
	return 0, false
}

// chart decodes what charts alone have.
func (d *decoder) chart(f fields, k panelKeys, p *Panel) {
	switch p.Kind {
	case RadialPanel:
		d.radial(f, p)
	case HistogramPanel:
		d.histogram(f, p)
	case SeriesPanel:
		d.seriesColumns(f, p)
		d.seriesRuns(f, p)
	case MatrixPanel:
		p.Share = true
		if v, ok := f.get("amounts"); ok {
			amounts, _ := v.boolean()
			p.Share = !amounts
		}
		if v, ok := f.get("substrate"); ok && len(p.Channels) == 1 {
			if _, attributed := d.model().Attributed(p.Channels[0].Substrate); !attributed {
				name := d.model().Substrates[p.Channels[0].Substrate].Name
				v.fault("%s is not attributed: want attribution: {%s: types} in the scenario", name, name)
			}
		}
	}
	if k.has("substrates") && p.Kind != MergePanel && p.Kind != VolumePanel {
		d.oneUnit(f, p)
	}
}

// oneUnit holds the substrates of a chart, which has one axis for them, to one unit.
func (d *decoder) oneUnit(f fields, p *Panel) {
	for i := 1; i < len(p.Channels); i++ {
		a, b := d.model().Substrates[p.Channels[0].Substrate], d.model().Substrates[p.Channels[i].Substrate]
		if a.Unit != b.Unit {
			f.fault("%s is in %s and %s in %s: want a chart for each", a.Name, a.Unit, b.Name, b.Unit)
			return
		}
	}
}

func (d *decoder) radial(f fields, p *Panel) {
	if f.has("around") || len(d.types) != 1 {
		if v, ok := f.need("around", "Th"); ok {
			if name, ok := v.str(); ok {
				p.Around, _ = d.typeNamed(name, v.at, v.path, d.namesSound)
			}
		}
	}
	if v, ok := f.get("distance"); ok {
		p.Distance, _ = v.positive(quantity.Length)
	}
}

func (d *decoder) histogram(f fields, p *Panel) {
	if v, ok := f.get("variable"); ok {
		p.Variable, _ = v.choice(CellColumns(d.model())...)
		if len(p.Channels) > 0 {
			d.fault(v.key, v.path, "substrates are given too: want a histogram of voxels or of cells")
		}
	}
	if v, ok := f.get("bins"); ok {
		p.Bins, _ = v.integer(2, 1000)
	}
}

func (d *decoder) seriesColumns(f fields, p *Panel) {
	v, ok := f.get("columns")
	if !ok {
		return
	}
	if len(p.Channels) > 0 {
		d.fault(v.key, v.path, "substrates are given too: want columns, or the means of substrates")
	}
	items, _ := v.list("[Th_cells]")
	for _, item := range items {
		if name, ok := item.str(); ok {
			p.Columns = append(p.Columns, name)
		}
	}
}

// seriesRuns decodes the runs whose curves stand side by side.
func (d *decoder) seriesRuns(f fields, p *Panel) {
	v, ok := f.get("runs")
	if !ok {
		return
	}
	if len(p.Columns)+len(p.Channels) != 1 {
		d.fault(v.key, v.path, "want it with one column or one substrate, for a curve is named by its run")
	}
	for _, m := range v.named("{control: out/control, dosed: out/dosed}") {
		if path, ok := m.str(); ok {
			p.Runs = append(p.Runs, NamedRun{m.name, besides(d.figureName, path)})
		}
	}
}

// times decodes one time or, where many may stand, a list; none stands for the last.
func (d *decoder) times(v value, many bool) []float64 {
	if v.kind == scalar && v.text == "last" {
		return nil
	}
	items := []value{v}
	if v.kind == sequence && many {
		items, _ = v.list("[1 h, 4 h]")
	}
	var all []float64
	for _, item := range items {
		time, ok := item.nonNegative(quantity.Time)
		if end := d.model().Duration; ok && time > end {
			item.fault("%s: later than the end of the run, %s", item.written(), quantity.Format(end, "s"))
		}
		all = append(all, time)
	}
	return all
}
