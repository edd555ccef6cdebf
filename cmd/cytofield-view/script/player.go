package script

import (
	"context"
	"errors"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"time"

	"github.com/AllenDang/cimgui-go/imgui"

	"github.com/cytofield/cytofield/cmd/cytofield-view/window"
)

// Host is what a script resizes.
type Host interface{ Resize(width, height int) }

// player does the actions of a script to a window.
type player struct {
	ctx    context.Context // ends the script between two pictures
	window *window.Window
	host   Host
	folder string
}

// frameTime is what a picture of a script stands for, wall time.
const frameTime = time.Second / 60

// draw draws so many pictures.
func (p *player) draw(pictures int) error {
	for range pictures {
		if err := p.ctx.Err(); err != nil {
			return err
		}
		if err := p.window.Frame(frameTime); err != nil {
			return err
		}
		if p.window.Quitting() {
			return errQuit
		}
	}
	return nil
}

// run draws until the run stops.
func (p *player) run() error {
	for i := 0; ; i++ {
		if err := p.draw(1); err != nil {
			return err
		}
		if i > 0 && !p.window.Report().Playing {
			return nil
		}
	}
}

func (p *player) screenshot(name string) (err error) {
	if err := p.draw(2); err != nil {
		return err
	}
	img, err := p.window.Picture()
	if err != nil {
		return err
	}
	f, err := os.Create(filepath.Join(p.folder, name))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return png.Encode(f, img)
}

// point moves the mouse.
func (p *player) point(x, y float64) error {
	imgui.CurrentIO().AddMousePosEvent(float32(x), float32(y))
	return p.draw(2)
}

func (p *player) click(button int32, x, y float64) error {
	if err := p.point(x, y); err != nil {
		return err
	}
	imgui.CurrentIO().AddMouseButtonEvent(button, true)
	if err := p.draw(2); err != nil {
		return err
	}
	imgui.CurrentIO().AddMouseButtonEvent(button, false)
	return p.draw(2)
}

// drag holds the left button from place to place, in ten moves each.
func (p *player) drag(path [][2]float64) error {
	if err := p.point(path[0][0], path[0][1]); err != nil {
		return err
	}
	imgui.CurrentIO().AddMouseButtonEvent(0, true)
	if err := p.draw(2); err != nil {
		return err
	}
	for i, to := range path[1:] {
		from := path[i]
		for k := range 10 {
			share := float64(k+1) / 10
			if err := p.point(from[0]+share*(to[0]-from[0]), from[1]+share*(to[1]-from[1])); err != nil {
				return err
			}
		}
	}
	imgui.CurrentIO().AddMouseButtonEvent(0, false)
	return p.draw(2)
}

func (p *player) scroll(by float64) error {
	imgui.CurrentIO().AddMouseWheelEvent(0, float32(by))
	return p.draw(2)
}

// holding does something while keys are held.
func (p *player) holding(keys []imgui.Key, do func() error) error {
	io := imgui.CurrentIO()
	for _, k := range keys {
		io.AddKeyEvent(k, true)
	}
	err := do()
	for _, k := range keys {
		io.AddKeyEvent(k, false)
	}
	return errors.Join(err, p.draw(2))
}

// key presses a key.
func (p *player) key(k imgui.Key) error {
	io := imgui.CurrentIO()
	io.AddKeyEvent(k, true)
	if err := p.draw(2); err != nil {
		return err
	}
	io.AddKeyEvent(k, false)
	return p.draw(2)
}

// typed types text into the field that has the keyboard.
func (p *player) typed(text string) error {
	imgui.CurrentIO().AddInputCharactersUTF8(text)
	return p.draw(2)
}

// keyNamed returns a key by the name that the help shows.
func keyNamed(name string) (imgui.Key, error) {
	named := map[string]imgui.Key{
		"space": imgui.KeySpace, "enter": imgui.KeyEnter, "escape": imgui.KeyEscape, "tab": imgui.KeyTab, "home": imgui.KeyHome,
		"end": imgui.KeyEnd, "pageup": imgui.KeyPageUp, "pagedown": imgui.KeyPageDown, "left": imgui.KeyLeftArrow,
		"right": imgui.KeyRightArrow, "up": imgui.KeyUpArrow, "down": imgui.KeyDownArrow, "period": imgui.KeyPeriod,
		"backspace": imgui.KeyBackspace, "delete": imgui.KeyDelete, "f1": imgui.KeyF1,
	}
	if k, ok := named[name]; ok {
		return k, nil
	}
	if len(name) == 1 && name[0] >= 'a' && name[0] <= 'z' {
		return imgui.KeyA + imgui.Key(name[0]-'a'), nil
	}
	if len(name) == 1 && name[0] >= '0' && name[0] <= '9' {
		return imgui.Key0 + imgui.Key(name[0]-'0'), nil
	}
	return 0, fmt.Errorf("no key %q", name)
}
