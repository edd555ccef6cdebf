package figure

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"maps"
	"slices"
	"strconv"
)

// svg is a surface that writes Scalable Vector Graphics 1.1.
type svg struct {
	out   bytes.Buffer
	fault error
}

// newSVG begins a document of so many pixels, with the text as its metadata.
func newSVG(width, height, dpi int, text map[string]string) *svg {
	s := &svg{}
	mm := func(pixels int) string { return coordinate(float64(pixels) / float64(dpi) * 25.4) }
	fmt.Fprintf(&s.out, `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="%smm" height="%smm" viewBox="0 0 %d %d">
`, mm(width), mm(height), width, height)
	if title := text["Title"]; title != "" {
		fmt.Fprintf(&s.out, "<title>%s</title>\n", escaped(title))
	}
	s.out.WriteString("<metadata>\n" + rdf(text) + "</metadata>\n")
	return s
}

// rdf is the provenance of a figure as SVG and PDF keep it: Dublin Core for what it
// has words for, and our own keyword and value for all.
func rdf(text map[string]string) string {
	var b bytes.Buffer
	b.WriteString(`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:cytofield="https://github.com/cytofield/cytofield/figure#">
<rdf:Description rdf:about="">
`)
	if title := text["Title"]; title != "" {
		fmt.Fprintf(&b, "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">%s</rdf:li></rdf:Alt></dc:title>\n", escaped(title))
	}
	fmt.Fprintf(&b, "<xmp:CreatorTool>%s</xmp:CreatorTool>\n<cytofield:provenance><rdf:Bag>\n", escaped(text["Software"]))
	for _, keyword := range slices.Sorted(maps.Keys(text)) {
		fmt.Fprintf(&b, "<rdf:li>%s: %s</rdf:li>\n", escaped(keyword), escaped(text[keyword]))
	}
	b.WriteString("</rdf:Bag></cytofield:provenance>\n</rdf:Description>\n</rdf:RDF>\n")
	return b.String()
}

func escaped(text string) string {
	var b bytes.Buffer
	if err := xml.EscapeText(&b, []byte(text)); err != nil {
		panic(err) // a buffer takes everything
	}
	return b.String()
}

// coordinate prints a number to a thousandth.
func coordinate(v float64) string {
	return strconv.FormatFloat(float64(int64(v*1000+sign(v)*0.5))/1000, 'f', -1, 64)
}

func sign(v float64) float64 {
	if v < 0 {
		return -1
	}
	return 1
}

func (s *svg) data(p path) {
	count := map[byte]int{'M': 1, 'L': 1, 'Q': 2, 'C': 3}
	for _, step := range p {
		s.out.WriteByte(step.kind)
		for i := range count[step.kind] {
			if i > 0 {
				s.out.WriteByte(' ')
			}
			s.out.WriteString(coordinate(step.at[i].x) + "," + coordinate(step.at[i].y))
		}
	}
}

// paint is an attribute of a colour and of its opacity.
func paint(name string, c color.NRGBA) string {
	text := fmt.Sprintf(` %s="#%02x%02x%02x"`, name, c.R, c.G, c.B)
	if c.A != 0xff {
		text += fmt.Sprintf(` %s-opacity="%.3g"`, name, float64(c.A)/0xff)
	}
	return text
}

func (s *svg) fill(p path, c color.NRGBA) {
	if len(p) == 0 {
		return
	}
	s.out.WriteString(`<path d="`)
	s.data(p)
	s.out.WriteString(`"` + paint("fill", c) + "/>\n")
}

func (s *svg) stroke(p path, width float64, dash []float64, c color.NRGBA) {
	if len(p) == 0 {
		return
	}
	s.out.WriteString(`<path d="`)
	s.data(p)
	s.out.WriteString(`" fill="none" stroke-linejoin="round" stroke-width="` + coordinate(width) + `"` + paint("stroke", c))
	for i, length := range dash {
		s.out.WriteString([]string{` stroke-dasharray="`, " "}[min(i, 1)] + coordinate(length))
	}
	if len(dash) > 0 {
		s.out.WriteByte('"')
	}
	s.out.WriteString("/>\n")
}

func (s *svg) box(r image.Rectangle, c color.NRGBA) {
	fmt.Fprintf(&s.out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"%s/>\n", r.Min.X, r.Min.Y, r.Dx(), r.Dy(), paint("fill", c))
}

func (s *svg) disc(clip image.Rectangle, x, y, r float64, c color.NRGBA) {
	if image.Rect(int(x-r)-1, int(y-r)-1, int(x+r)+2, int(y+r)+2).In(clip) {
		fmt.Fprintf(&s.out, "<circle cx=\"%s\" cy=\"%s\" r=\"%s\"%s/>\n", coordinate(x), coordinate(y), coordinate(r), paint("fill", c))
		return
	}
	s.fill(vectorDisc(clip, x, y, r), c)
}

func (s *svg) picture(at image.Rectangle, img image.Image) {
	var file bytes.Buffer
	if err := png.Encode(&file, img); err != nil {
		s.fault = fmt.Errorf("figure: %w", err)
		return
	}
	fmt.Fprintf(&s.out, "<image x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" preserveAspectRatio=\"none\" xlink:href=\"data:image/png;base64,%s\"/>\n",
		at.Min.X, at.Min.Y, at.Dx(), at.Dy(), base64.StdEncoding.EncodeToString(file.Bytes()))
}

func (s *svg) write(w io.Writer) error {
	if s.fault != nil {
		return s.fault
	}
	s.out.WriteString("</svg>\n")
	if _, err := w.Write(s.out.Bytes()); err != nil {
		return fmt.Errorf("figure: %w", err)
	}
	return nil
}
