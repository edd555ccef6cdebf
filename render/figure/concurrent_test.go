package figure

import (
	"bytes"
	"image"
	"sync"
	"testing"
)

// Figures may be drawn at the same time: they share nothing that changes, and come out as
// they do alone.
func TestFiguresAreDrawnAtTheSameTime(t *testing.T) {
	var panels []Panel
	for _, m := range exampleMaps(t) {
		panels = append(panels, m)
	}
	o := Options{Pixels: image.Pt(480, 480), DPI: 100}
	draw := func(p Panel) []byte {
		var file bytes.Buffer
		if err := one(p).Render(&file, PNG, o); err != nil {
			t.Error(err)
		}
		return file.Bytes()
	}
	together := make([][]byte, len(panels))
	var work sync.WaitGroup
	for i, p := range panels {
		work.Go(func() { together[i] = draw(p) })
	}
	work.Wait()
	for i, p := range panels {
		if !bytes.Equal(together[i], draw(p)) {
			t.Errorf("panel %d differs from what it is alone", i)
		}
	}
}
