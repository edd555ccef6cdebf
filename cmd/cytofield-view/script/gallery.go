package script

import "path/filepath"

func parseThumbnail(rest string) (func(*player) error, error) {
	return func(p *player) error { return p.window.Thumbnail(filepath.Join(p.folder, rest)) }, fileIn(rest, ".png")
}
