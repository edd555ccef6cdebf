package window

import "github.com/AllenDang/cimgui-go/imgui"

// The panels, by the names that ImGui keeps their places under.
const (
	parametersName = "Parameters"
	editsName      = "Edits"
	tissueName     = "Tissue"
	plotsName      = "Course"
	gatesName      = "Gates"
	timeName       = "Time"
)

// layout docks the panels: parameters at the left, the tissue in the middle, plots at
// the right, time at the bottom. What a person moved elsewhere stays there.
func (w *Window) layout() {
	viewport := imgui.MainViewport()
	id := imgui.IDStr("dock")
	if !w.laid {
		w.laid = true
		if imgui.InternalDockBuilderGetNode(id).CData == nil {
			dock(id, viewport.Size(), w.styled.scale)
		}
	}
	imgui.DockSpaceOverViewportV(id, viewport, 0, imgui.NewWindowClass())
}

func dock(id imgui.ID, size imgui.Vec2, scale float32) {
	imgui.InternalDockBuilderAddNodeV(id, imgui.DockNodeFlags(imgui.DockNodeFlagsDockSpace))
	imgui.InternalDockBuilderSetNodeSize(id, size)
	split := func(of imgui.ID, at imgui.Dir, share float32) (part, rest imgui.ID) {
		imgui.InternalDockBuilderSplitNode(of, at, share, &part, &rest)
		return part, rest
	}
	bottom, rest := split(id, imgui.DirDown, min(0.3, 68*scale/size.Y))
	left, rest := split(rest, imgui.DirLeft, min(0.3, 320*scale/size.X))
	right, centre := split(rest, imgui.DirRight, min(0.4, 360*scale/(size.X-320*scale)))
	lower, upper := split(left, imgui.DirDown, 0.3)
	for _, panel := range []struct {
		name string
		at   imgui.ID
	}{{timeName, bottom}, {parametersName, upper}, {editsName, lower}, {gatesName, right}, {plotsName, right}, {tissueName, centre}} {
		imgui.InternalDockBuilderDockWindow(panel.name, panel.at)
		node := imgui.InternalDockBuilderGetNode(panel.at)
		flags := imgui.DockNodeFlags(imgui.DockNodeFlagsNoWindowMenuButton | imgui.DockNodeFlagsNoCloseButton)
		if panel.name == tissueName || panel.name == timeName {
			flags |= imgui.DockNodeFlags(imgui.DockNodeFlagsNoTabBar)
		}
		node.InternalSetLocalFlags(flags)
	}
	imgui.InternalDockBuilderFinish(id)
}

// heading is the title of a part of a panel.
func (w *Window) heading(text string) {
	imgui.PushFont(w.fonts.strong, 0)
	imgui.TextUnformatted(text)
	imgui.PopFont()
}

// faintly writes what is there for who looks for it.
func (w *Window) faintly(text string) {
	imgui.PushStyleColorVec4(imgui.ColText, vec4(w.theme.faint))
	imgui.TextUnformatted(text)
	imgui.PopStyleColor()
}
