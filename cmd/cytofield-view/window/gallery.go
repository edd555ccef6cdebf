package window

import (
	"bytes"
	"embed"
	"fmt"
	"image"
	"image/png"
	"math"
	"path/filepath"

	"github.com/AllenDang/cimgui-go/imgui"
	xdraw "golang.org/x/image/draw"

	"github.com/cytofield/cytofield/engine/gpu"
	"github.com/cytofield/cytofield/render/figure"
	"github.com/cytofield/cytofield/tissue/gallery"
	"github.com/cytofield/cytofield/tissue/scenario"
)

// thumbnails are drawn by `make thumbnails`.
//
//go:embed thumbnails/*.png
var thumbnails embed.FS

// browser is the gallery, and where a person is in it.
type browser struct {
	shown    bool // over a course that is open
	cards    []card
	selected int
	moved    bool // by a key, so that the card is to be in sight
	columns  int
}

// card is a scenario of the gallery.
type card struct {
	name, title, about string
	size               [2]string // of the grid, and of what is in it
	drawn              *image.RGBA
	picture            *gpu.Picture // as large as it is shown
}

// firstCard is the scenario that Enter opens at once.
const firstCard = "il2-niche"

// ShowGallery shows the gallery, and pauses the run; or goes back to it.
func (w *Window) ShowGallery() {
	w.gallery.shown = !w.gallery.shown && w.report != nil
	if w.gallery.shown && w.report.Playing {
		w.Play(false)
	}
}

// readCards reads the gallery.
func readCards() ([]card, error) {
	var all []card
	for _, name := range gallery.Names() {
		c, err := readCard(name)
		if err != nil {
			return nil, fmt.Errorf("gallery: %s: %w", name, err)
		}
		all = append(all, c)
	}
	return all, nil
}

func readCard(name string) (card, error) {
	text, err := gallery.Text(name)
	if err != nil {
		return card{}, err
	}
	s, err := scenario.Decode(name+".yaml", text, "", scenario.Options{})
	if err != nil {
		return card{}, err
	}
	drawn, err := thumbnails.ReadFile("thumbnails/" + name + ".png")
	if err != nil {
		return card{}, err
	}
	img, err := png.Decode(bytes.NewReader(drawn))
	if err != nil {
		return card{}, err
	}
	c := card{name: name, title: s.Model.Title, about: s.Description, size: extent(s), drawn: image.NewRGBA(img.Bounds())}
	xdraw.Draw(c.drawn, c.drawn.Rect, img, image.Point{}, xdraw.Src)
	return c, nil
}

// extent says how large a scenario is: "180 × 40 × 40 voxels" and "1 substrate · 5201 cells · 1 h".
func extent(s *scenario.Scenario) [2]string {
	m := s.Model
	grid := fmt.Sprintf("%d × %d", m.Grid.Shape[0], m.Grid.Shape[1])
	if !m.Grid.Planar {
		grid += fmt.Sprintf(" × %d", m.Grid.Shape[2])
	}
	text := howMany(len(m.Substrates), "substrate")
	if m.Cells.Len() > 0 {
		text += " · " + howMany(m.Cells.Len(), "cell")
	}
	return [2]string{grid + " voxels", text + " · " + figure.FormatTime(m.Duration)}
}

func howMany(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// galleryPanel covers the window with the gallery.
func (w *Window) galleryPanel(q *gpu.Queue) error {
	g, s := &w.gallery, w.styled.scale
	if g.cards == nil {
		cards, err := readCards()
		if err != nil {
			return err
		}
		g.cards = cards
		for i, c := range cards {
			if c.name == firstCard {
				g.selected = i
			}
		}
	}
	viewport := imgui.MainViewport()
	imgui.SetNextWindowPos(viewport.Pos())
	imgui.SetNextWindowSize(viewport.Size())
	imgui.PushStyleVarVec2(imgui.StyleVarWindowPadding, imgui.NewVec2(28*s, 22*s))
	imgui.PushStyleVarFloat(imgui.StyleVarWindowRounding, 0)
	imgui.PushStyleVarFloat(imgui.StyleVarWindowBorderSize, 0)
	imgui.PushStyleColorVec4(imgui.ColWindowBg, vec4(w.theme.background))
	defer imgui.PopStyleColor()
	defer imgui.PopStyleVarV(3)
	var err error
	if imgui.BeginV("Gallery", nil, imgui.WindowFlagsNoDecoration|imgui.WindowFlagsNoMove|imgui.WindowFlagsNoDocking|imgui.WindowFlagsNoSavedSettings|imgui.WindowFlagsNoNav) {
		w.galleryKeys()
		w.galleryHead()
		if imgui.BeginChildStrV("cards", imgui.NewVec2(0, 0), 0, imgui.WindowFlagsNoNav) {
			w.recentFiles()
			err = w.grid(q)
		}
		imgui.EndChild()
		if w.notice.text != "" {
			w.canvas = canvas{imgui.WindowPos(), imgui.WindowSize()}
			w.message(imgui.ForegroundDrawListViewportPtr())
		}
	}
	imgui.End()
	return err
}

// galleryHead says what this is, and which keys there are.
func (w *Window) galleryHead() {
	s := w.styled.scale
	imgui.PushFont(w.fonts.strong, 22)
	imgui.TextUnformatted("Cytofield")
	imgui.PopFont()
	keys := "Click or Enter opens"
	if w.report != nil {
		keys += "  ·  Esc goes back to " + w.report.Name
	}
	keys += "  ·  Ctrl Q quits"
	imgui.SameLineV(imgui.WindowWidth()-28*s-imgui.CalcTextSize(keys).X, 0)
	w.faintly(keys)
	imgui.Dummy(imgui.NewVec2(0, 4*s))
}

// galleryKeys acts on the keys that the gallery has.
func (w *Window) galleryKeys() {
	io, g := imgui.CurrentIO(), &w.gallery
	pressed := func(k imgui.Key) bool { return imgui.IsKeyPressedBoolV(k, true) }
	for k, by := range map[imgui.Key]int{imgui.KeyLeftArrow: -1, imgui.KeyRightArrow: 1, imgui.KeyUpArrow: -g.columns, imgui.KeyDownArrow: g.columns} {
		if to := g.selected + by; pressed(k) && to >= 0 && to < len(g.cards) {
			g.selected, g.moved = to, true
		}
	}
	once := func(k imgui.Key) bool { return imgui.IsKeyPressedBoolV(k, false) }
	switch {
	case once(imgui.KeyEnter):
		w.OpenScenario(g.cards[g.selected].name)
	case once(imgui.KeyEscape) && w.notice.text != "":
		w.notice = notice{}
	case once(imgui.KeyEscape), io.KeyCtrl() && once(imgui.KeyO):
		g.shown = false
	case io.KeyCtrl() && once(imgui.KeyQ):
		w.quit = true
	case once(imgui.KeyT):
		w.toggleTheme()
	}
}

// recentFiles are buttons of what was opened before.
func (w *Window) recentFiles() {
	if len(w.recent.paths) == 0 {
		return
	}
	s := w.styled.scale
	w.heading("Opened before")
	right := imgui.CursorScreenPos().X + imgui.ContentRegionAvail().X
	for i, path := range w.recent.paths {
		if end := imgui.ItemRectMax().X + imgui.CalcTextSize(filepath.Base(path)).X + 32*s; i > 0 && end < right {
			imgui.SameLine()
		}
		if imgui.Button(filepath.Base(path) + "##" + path) {
			w.OpenScenario(path)
		}
		imgui.SetItemTooltip(path)
	}
	imgui.Dummy(imgui.NewVec2(0, 6*s))
	w.heading("Gallery")
}

// grid lays the cards out in as many columns as there is room for.
func (w *Window) grid(q *gpu.Queue) error {
	g, s := &w.gallery, w.styled.scale
	gap, room := 16*s, imgui.ContentRegionAvail().X
	g.columns = max(1, int((room+gap)/(256*s+gap)))
	width := min((room-gap*float32(g.columns-1))/float32(g.columns), thumbnailWidth*s)
	height := width*thumbnailHeight/thumbnailWidth + 136*s
	corner := imgui.CursorScreenPos()
	for i := range g.cards {
		at := imgui.NewVec2(corner.X+float32(i%g.columns)*(width+gap), corner.Y+float32(i/g.columns)*(height+gap))
		imgui.SetCursorScreenPos(at)
		if err := w.card(q, i, imgui.NewVec2(width, height)); err != nil {
			return err
		}
	}
	return nil
}

// card draws one, and opens it at a click.
func (w *Window) card(q *gpu.Queue, i int, size imgui.Vec2) error {
	g, s := &w.gallery, w.styled.scale
	c := &g.cards[i]
	at := imgui.CursorScreenPos()
	if imgui.InvisibleButton(c.name, size) {
		w.OpenScenario(c.name)
	}
	hovered := imgui.IsItemHovered()
	if d := imgui.CurrentIO().MouseDelta(); hovered && (d.X != 0 || d.Y != 0) {
		g.selected = i
	}
	if g.selected == i && g.moved {
		imgui.SetScrollHereY()
		g.moved = false
	}
	list := imgui.WindowDrawList()
	end := imgui.NewVec2(at.X+size.X, at.Y+size.Y)
	plate, edge, thick := w.theme.panel, w.theme.line, s
	if hovered {
		plate = w.theme.field
	}
	if g.selected == i {
		edge, thick = w.theme.accent, 2*s
	}
	list.AddRectFilledV(at, end, ink(plate), 6*s, 0)
	high := float32(int(size.X * thumbnailHeight / thumbnailWidth))
	if err := c.fit(q, int(size.X), int(high)); err != nil {
		return err
	}
	list.AddImageRoundedV(texture(c.picture), at, imgui.NewVec2(end.X, at.Y+high), imgui.NewVec2(0, 0), imgui.NewVec2(1, 1), 0xffffffff, 6*s, imgui.DrawFlagsRoundCornersTop)
	list.AddRectV(at, end, ink(edge), 6*s, 0, thick)
	w.words(list, c, imgui.NewVec2(at.X+12*s, at.Y+high+10*s), end)
	return nil
}

// words writes title, description and size under the picture.
func (w *Window) words(list *imgui.DrawList, c *card, at, end imgui.Vec2) {
	s := w.styled.scale
	width, text := end.X-at.X-12*s, imgui.FontSize()
	clip := imgui.Vec4{X: at.X, Y: at.Y, Z: end.X - 8*s, W: end.Y - 8*s}
	list.AddTextFontPtrV(w.fonts.strong, text, at, ink(w.theme.text), c.title, width, &clip)
	below := at.Y + w.fonts.strong.CalcTextSizeA(text, math.MaxFloat32, width, c.title).Y + 4*s
	list.AddTextFontPtrV(w.fonts.text, text, imgui.NewVec2(at.X, below), ink(w.theme.faint), c.about, width, &clip)
	small := 0.87 * text
	for i, line := range c.size {
		y := end.Y - 12*s - small - float32(1-i)*1.3*small
		list.AddTextFontPtrV(w.fonts.text, small, imgui.NewVec2(at.X, y), ink(w.theme.faint), line, 0, &clip)
	}
}

// fit makes the picture of a card as large as it is shown.
func (c *card) fit(q *gpu.Queue, width, height int) error {
	if c.picture != nil {
		if w, h := c.picture.Size(); w == width && h == height {
			return nil
		}
	}
	c.picture.Free(q)
	var err error
	if c.picture, err = q.NewPicture(width, height); err != nil {
		return err
	}
	img := c.drawn
	if size := image.Rect(0, 0, width, height); img.Rect != size {
		img = image.NewRGBA(size)
		xdraw.CatmullRom.Scale(img, size, c.drawn, c.drawn.Rect, xdraw.Src, nil)
	}
	return q.WritePicture(c.picture, img)
}

// free gives the pictures back.
func (g *browser) free(q *gpu.Queue) {
	for i := range g.cards {
		g.cards[i].picture.Free(q)
	}
}

func drawGallery(list *imgui.DrawList, at imgui.Vec2, size float32, colour uint32) {
	for _, x := range []float32{at.X - size*0.5, at.X + size*0.08} {
		for _, y := range []float32{at.Y - size*0.5, at.Y + size*0.08} {
			list.AddRectFilled(imgui.NewVec2(x, y), imgui.NewVec2(x+size*0.42, y+size*0.42), colour)
		}
	}
}
