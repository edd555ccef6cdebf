package figure

import (
	"image"
	"math"
	"testing"
)

// A level is written where its line is straight, and clear of what is there already.
func TestLevelsAreWrittenWhereALineIsStraightAndFree(t *testing.T) {
	within := image.Rect(0, 0, 1000, 1000)
	line := []point{{100, 500}, {420, 500}} // straight, to and fro in its middle, and straight again
	for x := 420.0; x < 580; x += 40 {
		line = append(line, point{x + 10, 530}, point{x + 30, 470}, point{x + 40, 500})
	}
	line = append(line, point{900, 500})
	at, ok := straightest(line, 90, within, nil)
	_, _, middle, angle := gap(line, 90, at)
	if !ok || middle.y != 500 || angle != 0 {
		t.Fatalf("at %v, turned by %g, %v: want a place on the straight parts", middle, angle, ok)
	}
	again, ok := straightest(line, 90, within, []disc{{middle, 45}})
	_, _, other, _ := gap(line, 90, again)
	if !ok || other.y != 500 || math.Abs(other.x-middle.x) < 90 {
		t.Errorf("at %v, %v: want another place than %v", other, ok, middle)
	}
	if _, ok := straightest(line, 90, image.Rect(940, 0, 990, 1000), nil); ok {
		t.Error("outside of the picture")
	}
	if _, ok := straightest(line[:2], 200, within, nil); ok {
		t.Error("a line too short for its level has one")
	}
}
