package figure

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"maps"
	"slices"
	"time"

	"codeberg.org/go-pdf/fpdf"
)

// pdf is a surface that writes a page of the Portable Document Format. Text on it
// is outlines, so that it has no fonts.
type pdf struct {
	doc    *fpdf.Fpdf
	scale  float64 // points per pixel
	alpha  uint8   // of the last colour
	images int
	fault  error
}

func newPDF(width, height, dpi int, text map[string]string) *pdf {
	scale := 72 / float64(dpi)
	doc := fpdf.NewCustom(&fpdf.InitType{UnitStr: "pt", Size: fpdf.SizeType{Wd: float64(width) * scale, Ht: float64(height) * scale}})
	doc.SetMargins(0, 0, 0)
	doc.SetAutoPageBreak(false, 0)
	doc.SetCatalogSort(true)
	epoch := time.Unix(0, 0).UTC() // the same figure gives the same file
	doc.SetCreationDate(epoch)
	doc.SetModificationDate(epoch)
	doc.SetTitle(text["Title"], true)
	doc.SetCreator(text["Software"], true)
	doc.SetProducer(text["Software"], true)
	var words []string
	for _, keyword := range slices.Sorted(maps.Keys(text)) {
		words = append(words, keyword+": "+text[keyword])
	}
	var subject bytes.Buffer
	for i, word := range words {
		subject.WriteString([]string{"", "; "}[min(i, 1)] + word)
	}
	doc.SetSubject(subject.String(), true)
	doc.SetXmpMetadata([]byte("<?xpacket begin=\"\ufeff\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n" +
		rdf(text) + "</x:xmpmeta>\n<?xpacket end=\"w\"?>"))
	doc.AddPage()
	doc.SetLineJoinStyle("round")
	doc.SetLineCapStyle("butt")
	return &pdf{doc: doc, scale: scale, alpha: 0xff}
}

func (s *pdf) at(p point) (x, y float64) { return p.x * s.scale, p.y * s.scale }

func (s *pdf) ink(c color.NRGBA) {
	s.doc.SetFillColor(int(c.R), int(c.G), int(c.B))
	s.doc.SetDrawColor(int(c.R), int(c.G), int(c.B))
	if c.A != s.alpha {
		s.doc.SetAlpha(float64(c.A)/0xff, "Normal")
		s.alpha = c.A
	}
}

func (s *pdf) trace(p path) {
	for _, step := range p {
		ax, ay := s.at(step.at[0])
		bx, by := s.at(step.at[1])
		cx, cy := s.at(step.at[2])
		switch step.kind {
		case 'M':
			s.doc.MoveTo(ax, ay)
		case 'L':
			s.doc.LineTo(ax, ay)
		case 'Q':
			s.doc.CurveTo(ax, ay, bx, by)
		case 'C':
			s.doc.CurveBezierCubicTo(ax, ay, bx, by, cx, cy)
		default:
			s.doc.ClosePath()
		}
	}
}

func (s *pdf) fill(p path, c color.NRGBA) {
	if len(p) == 0 {
		return
	}
	s.ink(c)
	s.trace(cubic(p))
	s.doc.DrawPath("F")
}

// cubic raises quadratic curves to cubic ones: PDF's operator for them repeats a
// control point instead.
func cubic(p path) path {
	raised := make(path, len(p))
	var last point
	for i, step := range p {
		if step.kind == 'Q' {
			q, e := step.at[0], step.at[1]
			step.kind = 'C'
			step.at = [3]point{{last.x + (q.x-last.x)*2/3, last.y + (q.y-last.y)*2/3}, {e.x + (q.x-e.x)*2/3, e.y + (q.y-e.y)*2/3}, e}
		}
		switch step.kind {
		case 'M', 'L':
			last = step.at[0]
		case 'C':
			last = step.at[2]
		}
		raised[i] = step
	}
	return raised
}

func (s *pdf) stroke(p path, width float64, dash []float64, c color.NRGBA) {
	if len(p) == 0 {
		return
	}
	s.ink(c)
	s.doc.SetLineWidth(width * s.scale)
	scaled := make([]float64, len(dash))
	for i, length := range dash {
		scaled[i] = length * s.scale
	}
	s.doc.SetDashPattern(scaled, 0)
	s.trace(cubic(p))
	s.doc.DrawPath("D")
}

func (s *pdf) box(r image.Rectangle, c color.NRGBA) { s.fill(rectangle(r), c) }

func (s *pdf) disc(clip image.Rectangle, x, y, r float64, c color.NRGBA) {
	s.fill(vectorDisc(clip, x, y, r), c)
}

func (s *pdf) picture(at image.Rectangle, img image.Image) {
	var file bytes.Buffer
	if err := png.Encode(&file, img); err != nil {
		s.fault = fmt.Errorf("figure: %w", err)
		return
	}
	s.ink(color.NRGBA{A: 0xff})
	s.images++
	name := fmt.Sprintf("image %d", s.images)
	options := fpdf.ImageOptions{ImageType: "png"}
	s.doc.RegisterImageOptionsReader(name, options, &file)
	x, y := s.at(point{float64(at.Min.X), float64(at.Min.Y)})
	w, h := s.at(point{float64(at.Dx()), float64(at.Dy())})
	s.doc.ImageOptions(name, x, y, w, h, false, options, 0, "")
}

func (s *pdf) write(w io.Writer) error {
	if s.fault != nil {
		return s.fault
	}
	if err := s.doc.Output(w); err != nil {
		return fmt.Errorf("figure: %w", err)
	}
	return nil
}
