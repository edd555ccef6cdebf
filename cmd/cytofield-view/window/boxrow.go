package window

import (
	"fmt"
	"slices"
	"strings"

	"github.com/AllenDang/cimgui-go/imgui"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/tissue"
	"github.com/cytofield/cytofield/tissue/quantity"
)

func (w *Window) chooseMode() {
	imgui.SetNextItemWidth(84 * w.styled.scale)
	if imgui.BeginCombo("##mode", session.Modes()[w.view.Space.Mode]) {
		for i, name := range session.Modes() {
			if imgui.SelectableBoolV(name, int(w.view.Space.Mode) == i, 0, imgui.NewVec2(0, 0)) {
				w.mode(session.Mode(i))
			}
		}
		imgui.EndCombo()
	}
	imgui.SetItemTooltip("One slice, or the box: three slices, the volume, both (V)")
}

func (w *Window) mode(m session.Mode) {
	w.view.Space.Mode, w.view.Fixed = m, nil
}

// nextMode goes on to the next way to show the tissue.
func (w *Window) nextMode() {
	if !w.report.Grid.Planar {
		w.mode((w.view.Space.Mode + 1) % session.Mode(len(session.Modes())))
	}
}

// boxRow has what a box is shown by: its slices, its fog and its surface.
func (w *Window) boxRow() {
	s := w.styled.scale
	imgui.SetCursorPosX(12 * s)
	imgui.BeginGroup()
	if w.view.Space.Mode.HasSlices() {
		for axis := range 3 {
			w.chooseCut(axis)
			imgui.SameLine()
		}
	}
	if w.view.Space.Mode.HasVolume() {
		imgui.BeginDisabledV(w.report.View.Layers.Overlay.Replaces()) // slices alone show that
		w.chooseFog()
		imgui.SameLine()
		w.chooseSurface()
		imgui.EndDisabled()
		imgui.SameLine()
	}
	imgui.Checkbox("perspective", &w.view.Space.Camera.Perspective)
	imgui.SetItemTooltip("What is near is larger; without, lengths are equal and a scale bar holds")
	imgui.EndGroup()
	imgui.SetCursorPosY(imgui.CursorPosY() + 3*s)
}

// chooseCut moves the slice across an axis.
func (w *Window) chooseCut(axis int) {
	slice := render.Slice{Axis: axis, Index: w.view.Space.Cuts[axis]}
	index := int32(slice.Index)
	imgui.SetNextItemWidth(96 * w.styled.scale)
	text := tissue.AxisName(axis) + " " + length(slice.Position(w.report.Grid))
	if imgui.SliderIntV("##cut"+tissue.AxisName(axis), &index, 0, int32(w.report.Grid.Shape[axis]-1), text, 0) {
		w.Slice(render.Slice{Axis: axis, Index: int(index)})
	}
	imgui.SetItemTooltip("Layer of the slice across " + tissue.AxisName(axis) + " (Page up, Page down: the one moved last)")
}

func (w *Window) chooseFog() {
	opacity := float32(w.view.Space.Opacity)
	imgui.SetNextItemWidth(88 * w.styled.scale)
	text := "fog " + number(short(w.view.Space.Opacity)) + "×"
	if opacity == 0 {
		text = "no fog"
	}
	if imgui.SliderFloatV("##fog", &opacity, 0, 10, text, imgui.SliderFlagsLogarithmic) {
		w.view.Space.Opacity = short(float64(opacity))
	}
	imgui.SetItemTooltip("Opacity of the fog")
}

// chooseSurface shows where the density has one value.
func (w *Window) chooseSurface() {
	space, scale := &w.view.Space, w.report.Scale
	on := space.Surface > 0
	if imgui.Checkbox("surface", &on) {
		space.Surface = 0
		if on {
			space.Surface = surfaceLevel(scale)
		}
	}
	imgui.SetItemTooltip("The surface on which the density has one value")
	if !on || space.Surface == 0 {
		return
	}
	imgui.SameLine()
	imgui.SetNextItemWidth(96 * w.styled.scale)
	at := float32(scale.Position(space.Surface))
	text := density(space.Surface, w.report.Substrates[w.report.View.Substrate].Unit)
	if imgui.SliderFloatV("##surface", &at, 0.005, 1, text, 0) {
		space.Surface = short(scale.Density(float64(at)))
	}
	imgui.SetItemTooltip("Density on the surface")
}

// surfaceLevel is a round density in the upper part of a scale, where a surface encloses something.
func surfaceLevel(s render.Scale) float64 {
	const few = 2
	if levels := s.Levels(few); len(levels) > 0 {
		return levels[len(levels)-1]
	}
	return s.Density(0.5)
}

// View shows the tissue in one of the modes, by name.
func (w *Window) View(name string) error {
	i := slices.Index(session.Modes(), name)
	switch {
	case i < 0:
		return fmt.Errorf("no view %q: want one of %s", name, strings.Join(session.Modes(), ", "))
	case w.report.Grid.Planar && session.Mode(i) != session.Slice:
		return fmt.Errorf("view %s: the tissue is planar", name)
	}
	w.mode(session.Mode(i))
	return nil
}

// Orbit looks at the box from an azimuth and elevation, degrees, at a zoom that 1 fits it.
func (w *Window) Orbit(azimuth, elevation, zoom float64) error {
	c := w.view.Space.Camera
	c.Azimuth, c.Elevation, c.Zoom = azimuth, elevation, zoom
	if err := c.Validate(); err != nil {
		return err
	}
	w.view.Space.Camera = c
	return nil
}

// Perspective shows what is near larger, or all of a length equal.
func (w *Window) Perspective(on bool) { w.view.Space.Camera.Perspective = on }

// Opacity sets that of the fog: 1 shows most fields well, 0 is none.
func (w *Window) Opacity(of float64) { w.view.Space.Opacity = of }

// Surface shows where the substrate in view has a density, in its unit; 0 nowhere.
func (w *Window) Surface(density float64) { w.view.Space.Surface = density }

// SurfaceAt shows where the substrate in view has a density.
func (w *Window) SurfaceAt(at quantity.Quantity) error {
	unit := string(w.report.Substrates[w.view.Substrate].Unit)
	if unit == string(tissue.DimensionlessUnit) {
		unit = ""
	}
	level, err := at.To(unit)
	if err == nil && level <= 0 {
		err = fmt.Errorf("a surface at %g: want a density above 0", level)
	}
	if err != nil {
		return err
	}
	w.Surface(level)
	return nil
}
