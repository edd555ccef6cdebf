package window

import (
	"math"
	"os"
	"regexp"
	"strconv"
	"time"

	"github.com/AllenDang/cimgui-go/imgui"
)

// places is where the panels are, as ImGui writes it, kept in a file. ImGui counts pixels of
// the display at hand; the file has those of a usual one, so that it holds on any.
type places struct {
	file  string // "" for none
	saved string // the last text of it
	at    time.Time
}

// rescale makes panels as large on a display of another scale as they were. At the first
// scale, from 0, it puts them where the file says.
func (p *places) rescale(from, to float32) {
	if from > 0 {
		imgui.LoadIniSettingsFromMemory(scaled(imgui.SaveIniSettingsToMemory(), to/from))
		return
	}
	if p.file == "" {
		return
	}
	if text, err := os.ReadFile(p.file); err == nil { // or else they are where they are at first
		p.saved = string(text)
		imgui.LoadIniSettingsFromMemory(scaled(p.saved, to))
	}
}

// saveEvery is how long a move of a panel may wait to be written.
const saveEvery = 5 * time.Second

// save writes the file, if a panel has been moved. Where it cannot be written nothing is
// kept.
func (p *places) save(scale float32) {
	p.at = time.Now()
	if p.file == "" || scale == 0 {
		return
	}
	if text := scaled(imgui.SaveIniSettingsToMemory(), 1/scale); text != p.saved && os.WriteFile(p.file, []byte(text), 0o644) == nil {
		p.saved = text
	}
}

// lengthsOf finds pairs of pixels in ImGui's text.
func lengthsOf() *regexp.Regexp {
	return regexp.MustCompile(`\b(Pos|Size|SizeRef)=(-?\d+),(-?\d+)`)
}

// scaled multiplies all places and sizes in ImGui's text.
func scaled(text string, by float32) string {
	pairs := lengthsOf()
	return pairs.ReplaceAllStringFunc(text, func(pair string) string {
		m := pairs.FindStringSubmatch(pair)
		times := func(digits string) string {
			n, _ := strconv.Atoi(digits) // digits they are
			return strconv.Itoa(int(math.Round(float64(n) * float64(by))))
		}
		return m[1] + "=" + times(m[2]) + "," + times(m[3])
	})
}
