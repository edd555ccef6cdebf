package window

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/AllenDang/cimgui-go/imgui"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/quantity"
)

// showing is what the popup has in its fields.
type showing struct{ low, high, cellLow, cellHigh string }

// contourLines is how many levels contours have at least, as in figures.
const contourLines = 5

// chooseLayers opens the popup that chooses what lies on the slice.
func (w *Window) chooseLayers() {
	if imgui.Button("Show") {
		w.show = showing{}
		imgui.OpenPopupStr("show")
	}
	imgui.SetItemTooltip("Several substrates, contours, arrows, outlines, cells, ranges")
	below := imgui.NewVec2(imgui.ItemRectMin().X, imgui.ItemRectMax().Y+5*w.styled.scale)
	imgui.SetNextWindowPosV(below, imgui.CondAppearing, imgui.NewVec2(0, 0))
	if !imgui.BeginPopup("show") {
		return
	}
	defer imgui.EndPopup()
	s := w.styled.scale
	label := func(text string) {
		imgui.AlignTextToFramePadding()
		w.faintly(text)
		imgui.SameLineV(96*s, -1)
	}
	w.chooseMerge(label)
	w.chooseOverlay(label)
	w.chooseRange(label)
	imgui.Separator()
	l, mode := &w.view.Layers, w.view.Space.Mode
	imgui.BeginDisabledV(mode == session.Volume)
	label("Lines")
	on := l.Contours > 0
	if imgui.Checkbox("contours", &on) {
		w.Contours(on, contourLines)
	}
	if l.Contours > 0 {
		imgui.SameLine()
		imgui.SetNextItemWidth(90 * s)
		n := int32(l.Contours)
		if imgui.SliderIntV("##levels", &n, 1, 12, "%d levels", 0) {
			w.Contours(true, int(n))
		}
	}
	imgui.SameLine()
	imgui.Checkbox("outlines", &l.Outlines)
	imgui.SetItemTooltip("Regions and vessels; walls of the box: thick where something passes")
	imgui.EndDisabled()
	imgui.BeginDisabledV(mode != session.Slice)
	label("Arrows")
	for i, name := range []string{"none", "gradient", "flux"} {
		if i > 0 {
			imgui.SameLine()
		}
		if imgui.RadioButtonBool(name+"##arrows", l.Arrows == session.Arrows(i)) {
			w.Arrows(session.Arrows(i))
		}
	}
	imgui.EndDisabled()
	imgui.Separator()
	w.chooseCells(label)
	imgui.BeginDisabledV(mode != session.Slice)
	label("Voxels")
	imgui.Checkbox("smooth", &w.look.Smooth)
	imgui.SetItemTooltip("Interpolate between the centres of voxels")
	imgui.EndDisabled()
}

// chooseMerge merges substrates, each in a colour.
func (w *Window) chooseMerge(label func(string)) {
	if len(w.report.Substrates) < 2 {
		return
	}
	label("Merge")
	var chosen []tissue.SubstrateID
	if m := w.view.Layers.Merge; m != nil {
		for _, c := range m.Channels {
			chosen = append(chosen, c.Substrate)
		}
	} else {
		chosen = w.merging
	}
	for i, substrate := range w.report.Substrates {
		if i > 0 && i%3 == 0 {
			label("")
		} else if i > 0 {
			imgui.SameLine()
		}
		id := tissue.SubstrateID(i)
		on := slices.Contains(chosen, id)
		full := !on && len(chosen) >= render.MostMerged
		imgui.BeginDisabledV(full)
		if imgui.Checkbox(substrate.Name+"##merge", &on) {
			if on {
				chosen = append(slices.Clone(chosen), id)
			} else {
				chosen = slices.DeleteFunc(slices.Clone(chosen), func(c tissue.SubstrateID) bool { return c == id })
			}
			w.merge(chosen)
		}
		imgui.EndDisabled()
	}
	if m := w.view.Layers.Merge; m != nil {
		label("")
		w.chooseColours(m)
	}
}

// chooseColours changes those of the channels.
func (w *Window) chooseColours(m *session.Merge) {
	for i, c := range m.Channels {
		if i > 0 {
			imgui.SameLine()
		}
		rgb := [3]float32{float32(c.Colour.R) / 255, float32(c.Colour.G) / 255, float32(c.Colour.B) / 255}
		name := w.report.Substrates[c.Substrate].Name
		if imgui.ColorEdit3V(name+"##colour", &rgb, imgui.ColorEditFlagsNoInputs) {
			fresh := &session.Merge{Channels: slices.Clone(m.Channels)}
			level := func(v float32) uint8 { return uint8(v*255 + 0.5) }
			fresh.Channels[i].Colour.R, fresh.Channels[i].Colour.G, fresh.Channels[i].Colour.B = level(rgb[0]), level(rgb[1]), level(rgb[2])
			w.view.Layers.Merge = fresh
		}
	}
}

// merge shows substrates together; one alone waits for the second.
func (w *Window) merge(ids []tissue.SubstrateID) {
	w.merging, w.view.Layers.Merge = ids, nil
	if m, err := session.NewMerge(ids); err == nil {
		w.view.Layers.Merge = m
		w.Overlay(session.NoOverlay)
	}
}

// MergeNamed shows substrates together, or with none the one in view.
func (w *Window) MergeNamed(names []string) error {
	if len(names) == 0 {
		w.merge(nil)
		return nil
	}
	var ids []tissue.SubstrateID
	for _, name := range names {
		id, err := w.substrateNamed(name)
		if err != nil {
			return err
		}
		ids = append(ids, id)
	}
	if _, err := session.NewMerge(ids); err != nil {
		return err
	}
	w.merge(ids)
	return nil
}

// holdMerged keeps the scales of what is merged, or lets them follow the densities.
func (w *Window) holdMerged(on bool) {
	m := w.view.Layers.Merge
	if m == nil {
		return
	}
	fresh := &session.Merge{Channels: slices.Clone(m.Channels)}
	for i := range fresh.Channels {
		fresh.Channels[i].Fixed = nil
		if on && len(w.report.Merged) == len(fresh.Channels) {
			scale := w.report.Merged[i].Scale
			fresh.Channels[i].Fixed = &scale
		}
	}
	w.view.Layers.Merge = fresh
}

func (w *Window) chooseOverlay(label func(string)) {
	label("Overlay")
	for i, name := range []string{"none", "molecules", "limit", "error"} {
		if i > 0 {
			imgui.SameLine()
		}
		o := session.Overlay(i)
		imgui.BeginDisabledV(!w.overlays(o))
		if imgui.RadioButtonBool(name+"##overlay", w.view.Layers.Overlay == o) {
			w.Overlay(o)
		}
		imgui.SetItemTooltip([]string{
			"Densities as they are", "Molecules per voxel; below 5 a mean says little about one voxel",
			"Rings around cells whose gradient the voxels do not resolve",
			"How far off the last step is estimated to be in each voxel",
		}[i])
		imgui.EndDisabled()
	}
}

// overlays reports whether an overlay can be shown.
func (w *Window) overlays(o session.Overlay) bool {
	switch {
	case o == session.MoleculesOverlay && !w.report.Substrates[w.report.View.Substrate].Unit.CountsMolecules():
		return false
	case o == session.ErrorOverlay && w.report.Recorded != nil: // no run keeps it
		return false
	}
	return !o.Replaces() || w.view.Space.Mode != session.Volume
}

// Overlay chooses what takes the place of densities.
func (w *Window) Overlay(o session.Overlay) {
	l := &w.view.Layers
	if o != l.Overlay && (o.Replaces() || l.Overlay.Replaces()) {
		w.view.Fixed = nil // it is of another quantity
	}
	if l.Overlay = o; o.Replaces() {
		l.Merge, w.merging = nil, nil
	}
}

func (w *Window) chooseRange(label func(string)) {
	unit, factor := w.shownUnit(w.report.Scale.High)
	label("Range")
	hint := func(end float64) string {
		if w.view.Layers.Overlay == session.MoleculesOverlay {
			unit = ""
		}
		return strings.TrimSpace(number(end*factor) + " " + unit)
	}
	enter := w.endsOf("range", &w.show.low, &w.show.high, hint(w.report.Scale.Low), hint(w.report.Scale.High))
	imgui.SetItemTooltip("Keep these ends, or without any those shown; a density has its unit, such as 50 pM")
	imgui.SameLine()
	imgui.BeginDisabledV(w.view.Fixed == nil)
	if imgui.Button("auto") {
		w.show = showing{}
		w.hold(false)
	}
	imgui.EndDisabled()
	if !enter {
		return
	}
	low, high := w.show.low, w.show.high
	if low == "" && high == "" {
		w.hold(true)
		return
	}
	name := w.report.Substrates[w.view.Substrate].Name
	if err := w.fix(name, low, high); err != nil {
		w.say("Range: "+err.Error(), true)
	}
}

// endsOf has two fields for the ends of a range, and a button behind them; it reports
// whether they are to be taken.
func (w *Window) endsOf(id string, low, high *string, lowest, highest string) bool {
	s := w.styled.scale
	imgui.SetNextItemWidth(84 * s)
	enter := imgui.InputTextWithHint("##low"+id, lowest, low, imgui.InputTextFlagsEnterReturnsTrue, nil)
	imgui.SameLine()
	w.faintly("to")
	imgui.SameLine()
	imgui.SetNextItemWidth(84 * s)
	enter = imgui.InputTextWithHint("##high"+id, highest, high, imgui.InputTextFlagsEnterReturnsTrue, nil) || enter
	imgui.SameLine()
	return imgui.Button("hold##"+id) || enter
}

// fix is Range with the ends of the scale for empty ones.
func (w *Window) fix(name, low, high string) error {
	unit := string(w.report.Substrates[w.view.Substrate].Unit)
	if w.view.Layers.Overlay == session.MoleculesOverlay || unit == string(tissue.DimensionlessUnit) {
		unit = ""
	}
	if low == "" {
		low = quantity.Format(w.report.Scale.Low, unit)
	}
	if high == "" {
		high = quantity.Format(w.report.Scale.High, unit)
	}
	return w.Range(name, low, high)
}

// Range fixes the scale of a substrate, "" the one in view: two densities with their units,
// of which 0 needs none; molecules per voxel are plain numbers.
func (w *Window) Range(name, low, high string) error {
	id := w.view.Substrate
	if name != "" {
		var err error
		if id, err = w.substrateNamed(name); err != nil {
			return err
		}
	}
	unit := w.report.Substrates[id].Unit
	counts := w.view.Layers.Overlay == session.MoleculesOverlay
	var ends [2]float64
	for i, text := range []string{low, high} {
		v, err := end(text, unit, counts)
		if err != nil {
			return err
		}
		ends[i] = v
	}
	scale := render.Scale{Low: ends[0], High: ends[1], Log: w.view.Log}
	if err := scale.Validate(); err != nil {
		return err
	}
	if m := w.view.Layers.Merge; m != nil {
		for i, c := range m.Channels {
			if c.Substrate == id {
				fresh := &session.Merge{Channels: slices.Clone(m.Channels)}
				fresh.Channels[i].Fixed = &scale
				w.view.Layers.Merge = fresh
			}
		}
	}
	if id == w.view.Substrate {
		w.view.Fixed = &scale
	} else if w.view.Layers.Merge == nil {
		return fmt.Errorf("%s is not in view", name)
	}
	return nil
}

// end reads an end of a range.
func end(text string, unit tissue.DensityUnit, counts bool) (float64, error) {
	q, err := quantity.Parse(text)
	switch {
	case err != nil:
		return 0, err
	case q.Dim == quantity.Dimensionless && (q.Value == 0 || counts || unit == tissue.DimensionlessUnit):
		return q.Value, nil
	case counts:
		return 0, errors.New("molecules per voxel are plain numbers")
	}
	return q.To(string(unit))
}

func (w *Window) chooseCells(label func(string)) {
	s, l := w.styled.scale, &w.view.Layers
	label("Cells")
	shown := !w.brush.hideCells
	if imgui.Checkbox("##cells", &shown) {
		w.ShowCells(shown)
	}
	imgui.SetItemTooltip("Show cells (C)")
	imgui.SameLine()
	by := l.CellsBy
	if by == "" {
		by = session.ByType
	}
	imgui.SetNextItemWidth(230 * s)
	if imgui.BeginCombo("##by", "by "+w.named(by)) {
		for _, name := range w.colourings() {
			if imgui.SelectableBoolV("by "+w.named(name)+"##"+name, name == by, 0, imgui.NewVec2(0, 0)) {
				l.CellsBy, l.CellScale = name, nil
			}
		}
		imgui.EndCombo()
	}
	if w.report.CellValues == nil {
		return
	}
	label("")
	if w.endsOf("cells", &w.show.cellLow, &w.show.cellHigh, number(w.report.CellScale.Low), number(w.report.CellScale.High)) {
		if err := w.fixCells(w.show.cellLow, w.show.cellHigh); err != nil {
			w.say("Range of cells: "+err.Error(), true)
		}
	}
	imgui.SameLine()
	imgui.BeginDisabledV(l.CellScale == nil)
	if imgui.Button("auto##cells") {
		l.CellScale, w.show.cellLow, w.show.cellHigh = nil, "", ""
	}
	imgui.EndDisabled()
}

// fixCells is CellRange of what was typed, with the ends of the scale for empty ones.
func (w *Window) fixCells(low, high string) error {
	ends := [2]float64{w.report.CellScale.Low, w.report.CellScale.High}
	for i, text := range []string{low, high} {
		if text == "" {
			continue
		}
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return fmt.Errorf("%q is not a number", text)
		}
		ends[i] = v
	}
	return w.CellRange(ends[0], ends[1])
}

// named is what people call a column.
func (w *Window) named(column string) string {
	signal := w.columnSignal(column)
	if signal.Unit != "" {
		return signal.Name + " (" + signal.Unit + ")"
	}
	return signal.Name
}

// colourings are what cells may be coloured by.
func (w *Window) colourings() []string {
	all := []string{session.ByType, session.ByState}
	for _, signal := range w.report.Signals {
		if !signal.Place {
			all = append(all, signal.Column)
		}
	}
	return all
}

// CellsBy colours cells by type, state, or a column of cells.csv.
func (w *Window) CellsBy(name string) error {
	if all := w.colourings(); !slices.Contains(all, name) {
		return fmt.Errorf("cells by %q: want one of %q", name, all)
	}
	w.view.Layers.CellsBy, w.view.Layers.CellScale = name, nil
	return nil
}

// CellRange fixes the scale of what cells are coloured by, in the unit of its column.
func (w *Window) CellRange(low, high float64) error {
	scale := render.Scale{Low: low, High: high}
	if err := scale.Validate(); err != nil {
		return err
	}
	w.view.Layers.CellScale = &scale
	return nil
}

// Contours draws lines of equal density, at so many round levels at least, or none.
func (w *Window) Contours(on bool, levels int) {
	if w.view.Layers.Contours = levels; !on {
		w.view.Layers.Contours = 0
	}
}

// Arrows chooses what arrows show.
func (w *Window) Arrows(a session.Arrows) { w.view.Layers.Arrows = a }

// Outlines shows the borders of regions, and what walls are.
func (w *Window) Outlines(on bool) { w.view.Layers.Outlines = on }

func (w *Window) substrateNamed(name string) (tissue.SubstrateID, error) {
	for i, substrate := range w.report.Substrates {
		if substrate.Name == name {
			return tissue.SubstrateID(i), nil
		}
	}
	return 0, fmt.Errorf("no substrate %q", name)
}
