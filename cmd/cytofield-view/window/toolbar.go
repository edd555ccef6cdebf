package window

import (
	"github.com/AllenDang/cimgui-go/imgui"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/render/colormap"
	"github.com/cytofield/cytofield/tissue"
)

// toolbar chooses what the canvas shows.
func (w *Window) toolbar() {
	s := w.styled.scale
	imgui.SetCursorPos(imgui.NewVec2(12*s, 10*s))
	imgui.BeginGroup()
	w.chooseSubstrate()
	if !w.report.Grid.Planar {
		imgui.SameLine()
		w.chooseMode()
	}
	flat := w.view.Space.Mode == session.Slice
	if flat && !w.report.Grid.Planar {
		imgui.SameLine()
		w.chooseSlice()
	}
	imgui.SameLine()
	w.chooseMap()
	imgui.SameLine()
	log := w.view.Log
	if imgui.Checkbox("log", &log) {
		w.Log(log)
	}
	imgui.SetItemTooltip("Logarithmic scale (L)")
	imgui.SameLine()
	w.chooseLayers()
	imgui.EndGroup()
	if !flat {
		w.boxRow()
		return
	}
	imgui.SetCursorPosY(imgui.CursorPosY() + 3*s)
}

func (w *Window) chooseSubstrate() {
	imgui.SetNextItemWidth(110 * w.styled.scale)
	if imgui.BeginCombo("##substrate", w.report.Substrates[w.report.View.Substrate].Name) {
		for i, substrate := range w.report.Substrates {
			if imgui.SelectableBoolV(substrate.Name, int(w.view.Substrate) == i, 0, imgui.NewVec2(0, 0)) {
				w.Show(tissue.SubstrateID(i))
			}
		}
		imgui.EndCombo()
	}
	imgui.SetItemTooltip("Substrate in view (1 to 9)")
}

// Show brings a substrate into view.
func (w *Window) Show(id tissue.SubstrateID) {
	w.view.Substrate, w.view.Fixed, w.show = id, nil, showing{}
}

func (w *Window) chooseSlice() {
	s := w.styled.scale
	slice := w.report.View.Slice
	imgui.SetNextItemWidth(48 * s)
	if imgui.BeginCombo("##axis", tissue.AxisName(slice.Axis)) {
		for axis := range 3 {
			if imgui.SelectableBoolV(tissue.AxisName(axis), slice.Axis == axis, 0, imgui.NewVec2(0, 0)) {
				w.Slice(render.Middle(w.report.Grid, axis))
			}
		}
		imgui.EndCombo()
	}
	imgui.SetItemTooltip("Axis the slice stands on (X, Y, Z)")
	imgui.SameLine()
	imgui.SetNextItemWidth(112 * s)
	index := int32(w.view.Slice.Index)
	text := length(w.view.Slice.Position(w.report.Grid))
	if imgui.SliderIntV("##layer", &index, 0, int32(w.report.Grid.Shape[slice.Axis]-1), text, 0) {
		w.view.Slice.Index = int(index)
	}
	imgui.SetItemTooltip("Layer of voxels (Page up, Page down)")
}

// Slice brings a slice of the grid into view. A planar grid has one.
func (w *Window) Slice(to render.Slice) {
	if w.report.Grid.Planar {
		to = render.Slice{Axis: 2}
	}
	if to.Axis != w.view.Slice.Axis {
		w.camera.fit = true
	}
	w.view.Slice = to
}

func (w *Window) chooseMap() {
	imgui.SetNextItemWidth(96 * w.styled.scale)
	if imgui.BeginCombo("##map", w.look.Map.Name()) {
		for _, name := range colormap.Names() {
			if imgui.SelectableBoolV(name, name == w.look.Map.Name(), 0, imgui.NewVec2(0, 0)) {
				if err := w.Map(name); err != nil {
					w.say(err.Error(), true)
				}
			}
		}
		imgui.EndCombo()
	}
	imgui.SetItemTooltip("Colour map")
}

// Map paints with another colour map.
func (w *Window) Map(name string) error {
	m, err := colormap.ByName(name)
	if err != nil {
		return err
	}
	w.look.Map = m
	return nil
}

// hold keeps the scale, or lets it follow the densities.
func (w *Window) hold(on bool) {
	w.view.Fixed = nil
	w.holdMerged(on)
	if on {
		scale := w.report.Scale
		w.view.Fixed = &scale
	}
}

// toggle is a button that shows whether it is on.
func (w *Window) toggle(label string, on bool) bool {
	if on {
		imgui.PushStyleColorVec4(imgui.ColButton, vec4(w.theme.accent))
		imgui.PushStyleColorVec4(imgui.ColButtonHovered, vec4(w.theme.accent))
		imgui.PushStyleColorVec4(imgui.ColText, vec4(w.theme.background))
		defer imgui.PopStyleColorV(3)
	}
	return imgui.Button(label)
}
