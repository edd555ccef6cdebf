package script

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/AllenDang/cimgui-go/imgui"
	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/cmd/cytofield-view/session"
	"github.com/cytofield/cytofield/render/colormap"
	"github.com/cytofield/cytofield/tissue/quantity"
)

// action is a verb of the language.
type action struct {
	verb  string
	usage string
	parse func(rest string) (func(*player) error, error)
}

var errArguments = errors.New("wrong arguments")

// actions is the language, in the order that the documentation shows.
func actions() []action {
	return append([]action{
		{"play", "play, or play FRAMES to wait for so many pictures", parsePlay},
		{"pause", "pause", plainly(func(p *player) error { p.window.Play(false); return nil })},
		{"step", "step, or step NUMBER", parseStep},
		{"run-to", "run-to TIME, such as run-to 10 min", parseRunTo},
		{"seek", "seek TIME, such as seek 5 min, that has been seen", parseSeek},
		{"back", "back", plainly(func(p *player) error { p.window.Back(); return nil })},
		{"run-anew", "run-anew", plainly(func(p *player) error { p.window.Anew(); return nil })},
		{"restart", "restart", plainly(func(p *player) error { p.window.Restart(); return nil })},
		{"speed", "speed SECONDS per second, or speed fastest", parseSpeed},
		{"set", "set PATH VALUE, such as set substrates.IL-2.decay 1e-4/s", parseSet},
		{"event", "event TEXT, such as event dose: {IL-2: 1 nM}", parseEvent},
		{"undo", "undo", plainly(func(p *player) error { p.window.Undo(); return nil })},
		{"redo", "redo", plainly(func(p *player) error { p.window.Redo(); return nil })},
		{"fork", "fork", plainly(func(p *player) error { p.window.Fork(); return nil })},
		{"show", "show a, b, both or difference", parseShow},
		{"join", "join a or join b, whichever is kept", parseJoin},
		{"substrate", "substrate NAME", parseSubstrate},
		{"slice", "slice AXIS=POSITION, such as slice z=40 um or slice x=mid", parseSlice},
		{"view", "view slice, slices, volume or both", parseView},
		{"orbit", "orbit AZIMUTH ELEVATION [ZOOM], in degrees", parseOrbit},
		{"perspective", "perspective on or perspective off", parsePerspective},
		{"opacity", "opacity NUMBER of the fog, 1 as it begins, 0 for none", parseOpacity},
		{"surface", "surface DENSITY, such as surface 10 pM, or surface off", parseSurface},
		{"map", "map NAME", parseMap},
		{"scale", "scale linear, log, hold or auto", parseScale},
		{"range", "range LOW HIGH or range SUBSTRATE LOW HIGH, such as range 0 50pM", parseRange},
		{"merge", "merge SUBSTRATE SUBSTRATE [SUBSTRATE] or merge off", parseMerge},
		{"contours", "contours on, off or NUMBER", parseContours},
		{"arrows", "arrows gradient, flux or off", parseArrows},
		{"outlines", "outlines on or outlines off", parseOutlines},
		{"overlay", "overlay molecules, limit, error or none", parseOverlay},
		{"cells", "cells on, cells off, cells by type, state or COLUMN, or cells range LOW HIGH", parseCells},
		{"smooth", "smooth on or smooth off", parseSmooth},
		{"theme", "theme dark or theme light", parseTheme},
		{"pin", "pin X Y or pin X Y Z, such as pin 100um 40um", parsePin},
		{"brush", "brush SUBSTRATE DENSITY RADIUS X Y [Z], such as brush IL-2 1nM 20um 100um 40um", parseBrush},
		{"clear", "clear SUBSTRATE RADIUS X Y [Z]", brushing(1, func(p *player, words []string, at session.Spheres) error {
			p.window.Clear(words[0], at)
			return nil
		})},
		{"add-cells", "add-cells TYPE NUMBER RADIUS X Y [Z], such as add-cells Th 5 30um 100um 40um", brushing(2, addCells)},
		{"remove-cells", "remove-cells TYPE RADIUS X Y [Z], TYPE all for all", brushing(1, func(p *player, words []string, at session.Spheres) error {
			p.window.RemoveCells(map[bool]string{false: words[0]}[words[0] == "all"], at)
			return nil
		})},
		{"wound", "wound RADIUS X Y [Z]", brushing(0, func(p *player, _ []string, at session.Spheres) error { p.window.Wound(at); return nil })},
		{"source", "source SUBSTRATE RATE RADIUS X Y [Z], of a rate in molecules/s such as 100", brushing(2, addSource)},
		{"region", "region TIMES RADIUS X Y [Z], so many times as fast diffusion, 0 for a solid", brushing(1, addRegion)},
		{"vessel", "vessel SUBSTRATE PERMEABILITY DENSITY RADIUS X Y [Z], such as vessel IL-2 0.05 1 10um 100um 40um", brushing(3, addVessel)},
		{"blood", "blood COMPARTMENT = AMOUNT, such as blood plasma IL-6 = 1 nmol", parseBlood},
		{"move", "move X Y, in pixels", pointing(func(p *player, v []float64) error { return p.point(v[0], v[1]) }, 2)},
		{"click", "click X Y, in pixels", pointing(func(p *player, v []float64) error { return p.click(0, v[0], v[1]) }, 2)},
		{"right-click", "right-click X Y, in pixels", pointing(func(p *player, v []float64) error { return p.click(1, v[0], v[1]) }, 2)},
		{"drag", "drag X Y X Y, in pixels, or through more places, or drag shift X Y X Y", parseDrag},
		{"scroll", "scroll NUMBER, above 0 to zoom in", pointing(func(p *player, v []float64) error { return p.scroll(v[0]) }, 1)},
		{"key", "key NAME, key ctrl NAME or key ctrl shift NAME, such as key space", parseKey},
		{"type", "type TEXT", func(rest string) (func(*player) error, error) {
			return func(p *player) error { return p.typed(rest) }, nil
		}},
		{"resize", "resize WIDTH HEIGHT, in pixels", parseResize},
		{"wait", "wait FRAMES", parseWait},
		{"screenshot", "screenshot NAME.png", parseScreenshot},
		{"open", "open NAME of the gallery, of a file or of a run directory", parseOpen},
		{"gallery", "gallery", plainly(func(p *player) error { p.window.ShowGallery(); return nil })},
		{"thumbnail", "thumbnail NAME.png", parseThumbnail},
		{"save", "save NAME.yaml", parseSave},
		{"figure", "figure NAME.png, .svg, .pdf or .yaml, or figure NAME.pdf WIDTH such as 89mm", parseFigure},
		{"record", "record NAME.mp4 EVERY, such as record niche.mp4 30 s, or record stop", parseRecord},
		{"quit", "quit", plainly(func(*player) error { return errQuit })},
	}, gateActions()...)
}

func plainly(act func(*player) error) func(string) (func(*player) error, error) {
	return func(rest string) (func(*player) error, error) {
		if rest != "" {
			return nil, errArguments
		}
		return act, nil
	}
}

// numbers reads so many.
func numbers(rest string, n int) ([]float64, error) {
	words := strings.Fields(rest)
	if len(words) != n {
		return nil, errArguments
	}
	var all []float64
	for _, word := range words {
		v, err := strconv.ParseFloat(word, 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("%q is not a number", word)
		}
		all = append(all, v)
	}
	return all, nil
}

func pointing(act func(*player, []float64) error, n int) func(string) (func(*player) error, error) {
	return func(rest string) (func(*player) error, error) {
		v, err := numbers(rest, n)
		if err != nil {
			return nil, err
		}
		return func(p *player) error { return act(p, v) }, nil
	}
}

// count reads a whole number above 0, 1 where there is none.
func count(rest string) (int, error) {
	if rest == "" {
		return 1, nil
	}
	n, err := strconv.Atoi(rest)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%q is not a whole number above 0", rest)
	}
	return n, nil
}

func parsePlay(rest string) (func(*player) error, error) {
	n, err := count(rest)
	return func(p *player) error { p.window.Play(true); return p.draw(n) }, err
}

func parseStep(rest string) (func(*player) error, error) {
	n, err := count(rest)
	return func(p *player) error {
		for range n {
			p.window.Step()
		}
		return nil
	}, err
}

func measured(text string, d quantity.Dimension) (float64, error) {
	q, err := quantity.Parse(text)
	if err != nil {
		return 0, err
	}
	return q.In(d)
}

func parseRunTo(rest string) (func(*player) error, error) {
	t, err := measured(rest, quantity.Time)
	return func(p *player) error { p.window.RunTo(t); return p.run() }, err
}

func parseSeek(rest string) (func(*player) error, error) {
	t, err := measured(rest, quantity.Time)
	return func(p *player) error {
		if err := p.window.Seek(t); err != nil {
			return err
		}
		return p.run()
	}, err
}

func parseSpeed(rest string) (func(*player) error, error) {
	if rest == "fastest" {
		return func(p *player) error { p.window.Speed(math.Inf(1)); return nil }, nil
	}
	v, err := numbers(rest, 1)
	if err == nil && v[0] <= 0 {
		err = fmt.Errorf("%g is not above 0", v[0])
	}
	return func(p *player) error { p.window.Speed(v[0]); return nil }, err
}

func parseSet(rest string) (func(*player) error, error) {
	setting := rest
	if !strings.Contains(rest, "=") {
		path, value, ok := strings.Cut(rest, " ")
		if !ok {
			return nil, errArguments
		}
		setting = path + "=" + strings.TrimSpace(value)
	}
	return func(p *player) error { p.window.Set(setting); return nil }, nil
}

func parseEvent(rest string) (func(*player) error, error) {
	if rest == "" {
		return nil, errArguments
	}
	return func(p *player) error { p.window.Happen(rest); return nil }, nil
}

func parseSubstrate(rest string) (func(*player) error, error) {
	return func(p *player) error { return p.window.ShowNamed(rest) }, nil
}

func parseSlice(rest string) (func(*player) error, error) {
	name, at, ok := strings.Cut(rest, "=")
	axis := strings.Index("xyz", name)
	if !ok || len(name) != 1 || axis < 0 {
		return nil, errArguments
	}
	if at == "mid" {
		return func(p *player) error { p.window.SliceMiddle(axis); return nil }, nil
	}
	position, err := measured(at, quantity.Length)
	return func(p *player) error { return p.window.SliceAt(axis, position) }, err
}

func parseMap(rest string) (func(*player) error, error) {
	_, err := colormap.ByName(rest)
	return func(p *player) error { return p.window.Map(rest) }, err
}

func parseScale(rest string) (func(*player) error, error) {
	switch rest {
	case "linear", "log":
		return func(p *player) error { p.window.Log(rest == "log"); return nil }, nil
	case "hold", "auto":
		return func(p *player) error { p.window.Hold(rest == "hold"); return nil }, nil
	}
	return nil, errArguments
}

// onOff reads a switch.
func onOff(rest string, set func(p *player, on bool)) (func(*player) error, error) {
	if rest != "on" && rest != "off" {
		return nil, errArguments
	}
	return func(p *player) error { set(p, rest == "on"); return nil }, nil
}

func parseSmooth(rest string) (func(*player) error, error) {
	return onOff(rest, func(p *player, on bool) { p.window.Smooth(on) })
}

func parseTheme(rest string) (func(*player) error, error) {
	if rest != "dark" && rest != "light" {
		return nil, errArguments
	}
	return func(p *player) error { p.window.Theme(rest); return nil }, nil
}

// place reads two or three lengths.
func place(words []string) (r3.Vec, error) {
	if len(words) != 2 && len(words) != 3 {
		return r3.Vec{}, errArguments
	}
	var at [3]float64
	for i, word := range words {
		v, err := measured(word, quantity.Length)
		if err != nil {
			return r3.Vec{}, err
		}
		at[i] = v
	}
	return r3.Vec{X: at[0], Y: at[1], Z: at[2]}, nil
}

func parsePin(rest string) (func(*player) error, error) {
	words := strings.Fields(rest)
	at, err := place(words)
	return func(p *player) error { p.window.Pin(p.window.InPlane(at, len(words))); return nil }, err
}

func parseKey(rest string) (func(*player) error, error) {
	held, name := modifiers(rest)
	k, err := keyNamed(name)
	return func(p *player) error { return p.holding(held, func() error { return p.key(k) }) }, err
}

// modifiers reads the keys to be held, and the rest.
func modifiers(text string) (held []imgui.Key, rest string) {
	for {
		word, after, _ := strings.Cut(text, " ")
		switch word {
		case "ctrl":
			held = append(held, imgui.ModCtrl)
		case "shift":
			held = append(held, imgui.ModShift)
		default:
			return held, text
		}
		text = after
	}
}

func parseDrag(rest string) (func(*player) error, error) {
	held, rest := modifiers(rest)
	v, err := numbers(rest, len(strings.Fields(rest))/2*2)
	if err == nil && len(v) < 4 {
		err = errArguments
	}
	var path [][2]float64
	for i := 0; i+1 < len(v); i += 2 {
		path = append(path, [2]float64{v[i], v[i+1]})
	}
	return func(p *player) error { return p.holding(held, func() error { return p.drag(path) }) }, err
}

func parseResize(rest string) (func(*player) error, error) {
	v, err := numbers(rest, 2)
	if err == nil && (v[0] < 1 || v[1] < 1 || v[0] > 16384 || v[1] > 16384) {
		err = errors.New("a window has 1 to 16384 pixels each way")
	}
	return func(p *player) error { p.host.Resize(int(v[0]), int(v[1])); return p.draw(3) }, err
}

func parseWait(rest string) (func(*player) error, error) {
	n, err := count(rest)
	return func(p *player) error { return p.draw(n) }, err
}

// fileIn reads the name of a file in the script's folder.
func fileIn(rest, ending string) error {
	if filepath.Ext(rest) != ending || filepath.Base(rest) != rest {
		return fmt.Errorf("%q is not a name that ends in %s", rest, ending)
	}
	return nil
}

func parseScreenshot(rest string) (func(*player) error, error) {
	return func(p *player) error { return p.screenshot(rest) }, fileIn(rest, ".png")
}

func parseSave(rest string) (func(*player) error, error) {
	return func(p *player) error { p.window.Save(filepath.Join(p.folder, rest)); return nil }, fileIn(rest, ".yaml")
}
