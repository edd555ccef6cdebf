package figure

import (
	"fmt"
	"image/color"
)

// Theme is the paper and the inks of a figure.
type Theme struct {
	Background color.RGBA
	Ink        color.RGBA // titles, labels
	Quiet      color.RGBA // tick labels, stamps
	Rule       color.RGBA // frames and ticks
	Grid       color.RGBA // faint lines behind curves
	dark       bool
}

// Light is dark ink on white, for papers.
func Light() Theme {
	return Theme{Background: grey(0xff), Ink: grey(0x1c), Quiet: grey(0x4a), Rule: grey(0x55), Grid: grey(0xe4)}
}

// Dark is light ink on near-black, for talks and screens.
func Dark() Theme {
	return Theme{Background: color.RGBA{R: 0x12, G: 0x14, B: 0x18, A: 0xff}, Ink: grey(0xee), Quiet: grey(0xb8), Rule: grey(0x9a), Grid: grey(0x33), dark: true}
}

// ThemeByName returns "light" or "dark".
func ThemeByName(name string) (Theme, error) {
	switch name {
	case "light":
		return Light(), nil
	case "dark":
		return Dark(), nil
	}
	return Theme{}, fmt.Errorf("figure: no theme %q: want light or dark", name)
}

func grey(level uint8) color.RGBA { return color.RGBA{R: level, G: level, B: level, A: 0xff} }

// Series returns the i-th colour of curves: those of Palette that stand out from
// the background first.
func (t Theme) Series(i int) color.RGBA {
	order := [...]int{6, 4, 5, 2, 1, 7, 0} // blue and vermilion first
	if t.dark {
		order = [...]int{0, 1, 5, 2, 3, 4, 6}
	}
	return Palette(order[((i%len(order))+len(order))%len(order)])
}
