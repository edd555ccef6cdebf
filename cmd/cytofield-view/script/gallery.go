package script

import (
	"errors"
	"path/filepath"
	"slices"
)

// errNothingOpen is what an action gets that needs a scenario where none is open.
var errNothingOpen = errors.New("no scenario is open: open NAME first")

// needsScenario reports whether a verb is about the scenario that is open.
func needsScenario(verb string) bool {
	return !slices.Contains([]string{
		"open", "gallery", "theme", "move", "click", "right-click", "drag", "scroll", "key", "type", "resize", "wait", "screenshot", "quit",
	}, verb)
}

func parseOpen(rest string) (func(*player) error, error) {
	if rest == "" {
		return nil, errArguments
	}
	return func(p *player) error { p.window.OpenScenario(rest); return p.draw(3) }, nil
}

func parseThumbnail(rest string) (func(*player) error, error) {
	return func(p *player) error { return p.window.Thumbnail(filepath.Join(p.folder, rest)) }, fileIn(rest, ".png")
}
