package window

import (
	"image/color"
	"math"
	"unsafe"

	"github.com/AllenDang/cimgui-go/imgui"
	"github.com/AllenDang/cimgui-go/implot"
	"golang.org/x/image/font/gofont/gomedium"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/goregular"
)

// theme is the colours of a window. They are quiet, so that the tissue is not.
type theme struct {
	name       string
	background color.RGBA // between panels
	panel      color.RGBA
	field      color.RGBA // of sliders and buttons
	hovered    color.RGBA
	active     color.RGBA
	line       color.RGBA
	text       color.RGBA
	faint      color.RGBA
	accent     color.RGBA
	fault      color.RGBA
	canvas     color.RGBA // around the tissue
}

func grey(r, g, b uint8) color.RGBA { return color.RGBA{r, g, b, 255} }

func dark() theme {
	return theme{
		name: "dark", background: grey(0x0f, 0x12, 0x16), panel: grey(0x17, 0x1b, 0x21), field: grey(0x23, 0x29, 0x32),
		hovered: grey(0x2d, 0x35, 0x40), active: grey(0x38, 0x43, 0x51), line: grey(0x2a, 0x31, 0x3b), text: grey(0xdf, 0xe4, 0xea),
		faint: grey(0x8b, 0x96, 0xa5), accent: grey(0x5c, 0xb3, 0xe8), fault: grey(0xf0, 0x8a, 0x6c), canvas: grey(0x0b, 0x0d, 0x10),
	}
}

func light() theme {
	return theme{
		name: "light", background: grey(0xdd, 0xe1, 0xe6), panel: grey(0xf7, 0xf8, 0xfa), field: grey(0xe6, 0xea, 0xef),
		hovered: grey(0xd9, 0xe0, 0xe8), active: grey(0xc6, 0xd2, 0xdf), line: grey(0xd5, 0xda, 0xe1), text: grey(0x1c, 0x23, 0x2d),
		faint: grey(0x62, 0x6d, 0x7b), accent: grey(0x1b, 0x76, 0xb8), fault: grey(0xb8, 0x3c, 0x1c), canvas: grey(0xee, 0xf0, 0xf3),
	}
}

// fonts are those of the window. They have µ, ², α, γ, ∂ and ≤.
type fonts struct{ text, strong, mono *imgui.Font }

// textSize is the height of text on a usual screen, pixels.
const textSize = 15

func loadFonts(io *imgui.IO) fonts {
	load := func(ttf []byte) *imgui.Font {
		c := imgui.NewFontConfig()
		defer c.Destroy()
		c.SetFontDataOwnedByAtlas(false)
		return io.Fonts().AddFontFromMemoryTTFV(uintptr(unsafe.Pointer(&ttf[0])), int32(len(ttf)), textSize, c, nil)
	}
	return fonts{load(goregular.TTF), load(gomedium.TTF), load(gomono.TTF)}
}

// style applies theme and scale, when either has changed.
func (w *Window) style(scale float32) {
	if w.styled.theme == w.theme.name && w.styled.scale == scale {
		return
	}
	if scale != w.styled.scale {
		w.places.rescale(w.styled.scale, scale)
	}
	w.styled.theme, w.styled.scale = w.theme.name, scale
	if w.theme.name == "light" {
		imgui.StyleColorsLight()
		implot.StyleColorsLight()
	} else {
		imgui.StyleColorsDark()
		implot.StyleColorsDark()
	}
	shape(scale)
	shapePlots(scale)
	w.theme.paint()
	w.theme.paintPlots()
}

// shape sets distances, for a scale.
func shape(scale float32) {
	fresh := imgui.NewStyle() // sizes may be scaled only once
	defer fresh.Destroy()
	s := imgui.CurrentStyle()
	pair := func(x, y float32) imgui.Vec2 { return imgui.NewVec2(x*scale, y*scale) }
	s.SetFontScaleDpi(scale)
	s.SetWindowPadding(pair(14, 12))
	s.SetFramePadding(pair(9, 5))
	s.SetItemSpacing(pair(9, 7))
	s.SetItemInnerSpacing(pair(7, 5))
	s.SetScrollbarSize(10 * scale)
	s.SetGrabMinSize(10 * scale)
	s.SetIndentSpacing(14 * scale)
	s.SetWindowRounding(0)
	s.SetChildRounding(6 * scale)
	s.SetFrameRounding(5 * scale)
	s.SetPopupRounding(6 * scale)
	s.SetGrabRounding(5 * scale)
	s.SetTabRounding(5 * scale)
	s.SetScrollbarRounding(5 * scale)
	s.SetWindowBorderSize(0)
	s.SetTabBarBorderSize(0)
	s.SetTabBarOverlineSize(0)
	s.SetDockingSeparatorSize(4 * scale)
	s.SetWindowMenuButtonPosition(imgui.DirNone)
	io := imgui.CurrentIO()
	io.SetMouseDragThreshold(4 * scale)
	io.SetMouseDoubleClickMaxDist(6 * scale)
}

// shapePlots sets distances and lines in plots, for a scale.
func shapePlots(scale float32) {
	s := implot.GetStyle()
	pair := func(x, y float32) imgui.Vec2 { return imgui.NewVec2(x*scale, y*scale) }
	s.SetPlotPadding(pair(4, 6))
	s.SetLabelPadding(pair(4, 4))
	s.SetLegendPadding(pair(6, 4))
	s.SetLegendInnerPadding(pair(5, 5))
	s.SetLegendSpacing(pair(5, 0))
	s.SetMousePosPadding(pair(10, 10))
	s.SetPlotBorderSize(scale)
	s.SetMajorTickLen(pair(10, 10))
	s.SetMinorTickLen(pair(5, 5))
	for _, set := range []func(imgui.Vec2){s.SetMajorTickSize, s.SetMinorTickSize, s.SetMajorGridSize, s.SetMinorGridSize} {
		set(pair(1, 1))
	}
}

// mixed is a colour between two.
func mixed(a, b color.RGBA, share float64) color.RGBA {
	between := func(x, y uint8) uint8 { return uint8(math.Round(float64(x) + share*(float64(y)-float64(x)))) }
	return color.RGBA{between(a.R, b.R), between(a.G, b.G), between(a.B, b.B), 255}
}

// paint gives ImGui the colours.
func (t theme) paint() {
	s := imgui.CurrentStyle()
	all := s.Colors()
	clear := color.RGBA{}
	grab := mixed(t.field, t.accent, 0.4) // quiet, so that what is written on a slider can be read
	for col, c := range map[imgui.Col]color.RGBA{
		imgui.ColText: t.text, imgui.ColTextDisabled: t.faint, imgui.ColWindowBg: t.panel, imgui.ColChildBg: clear,
		imgui.ColPopupBg: t.panel, imgui.ColBorder: t.line, imgui.ColFrameBg: t.field, imgui.ColFrameBgHovered: t.hovered,
		imgui.ColFrameBgActive: t.active, imgui.ColTitleBg: t.panel, imgui.ColTitleBgActive: t.panel, imgui.ColTitleBgCollapsed: t.panel,
		imgui.ColScrollbarBg: clear, imgui.ColScrollbarGrab: t.hovered, imgui.ColScrollbarGrabHovered: t.active, imgui.ColScrollbarGrabActive: t.active,
		imgui.ColCheckMark: t.accent, imgui.ColSliderGrab: grab, imgui.ColSliderGrabActive: mixed(t.field, t.accent, 0.6),
		imgui.ColButton: t.field, imgui.ColButtonHovered: t.hovered, imgui.ColButtonActive: t.active,
		imgui.ColHeader: t.field, imgui.ColHeaderHovered: t.hovered, imgui.ColHeaderActive: t.active,
		imgui.ColSeparator: t.background, imgui.ColSeparatorHovered: t.accent, imgui.ColSeparatorActive: t.accent,
		imgui.ColTab: t.panel, imgui.ColTabHovered: t.hovered, imgui.ColTabSelected: t.field, imgui.ColTabDimmed: t.panel,
		imgui.ColTabDimmedSelected: t.field, imgui.ColDockingEmptyBg: t.background, imgui.ColDockingPreview: t.accent,
		imgui.ColTextSelectedBg: t.active, imgui.ColNavCursor: t.accent, imgui.ColInputTextCursor: t.text,
	} {
		all[col] = vec4(c)
	}
	s.SetColors(&all)
}

func (t theme) paintPlots() {
	s := implot.GetStyle()
	all := s.Colors()
	faint := t.faint
	faint.A = 46
	plate := t.panel
	plate.A = 150
	for col, c := range map[implot.Col]color.RGBA{
		implot.ColFrameBg: {}, implot.ColPlotBg: {}, implot.ColPlotBorder: t.line, implot.ColLegendBg: plate,
		implot.ColLegendBorder: {}, implot.ColLegendText: t.text, implot.ColTitleText: t.text, implot.ColAxisText: t.faint,
		implot.ColAxisGrid: faint, implot.ColAxisTick: faint, implot.ColAxisBgHovered: t.hovered, implot.ColCrosshairs: t.faint,
	} {
		all[col] = vec4(c)
	}
	s.SetColors(&all)
}
