package scenario

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/png"
	"iter"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/cytofield/cytofield/tissue"
)

// labels is an image whose pixels are numbers of regions, x fastest.
type labels struct {
	shape  [3]int
	values []uint16
}

const labelsExample = "{file: labels.png, values: [3]}"

// labelImage decodes a shape of labelled pixels, from a file or from their runs.
func (d *decoder) labelImage(v value) (tissue.Shape, bool) {
	f, ok := v.fields(labelsExample, "file", "shape", "runs", "values")
	if !ok {
		return nil, false
	}
	var image labels
	switch {
	case f.has("file") && (f.has("runs") || f.has("shape")):
		v.fault("file is given with shape or runs: want %s, or shape and runs", labelsExample)
		return nil, false
	case f.has("runs") || f.has("shape"):
		image, ok = d.runs(f)
	default:
		file, given := f.need("file", "labels.png")
		if !given {
			return nil, false
		}
		image, ok = d.labelFile(file)
	}
	values := d.labelValues(f)
	if !ok || len(values) == 0 {
		return nil, false
	}
	made := tissue.LabelImage{Size: d.model().Grid.Size(), Shape: image.shape, Labels: image.values, Values: values}
	for line := range runLines(made) {
		d.tables += len(line) + 1
	}
	if d.tables > d.limits.text/2 {
		v.fault("label images of more than %d MiB as runs in the resolved scenario; take coarser or smoother ones", d.limits.text>>21)
		return nil, false
	}
	return made, true
}

// labelValues decodes which labels belong to the shape.
func (d *decoder) labelValues(f fields) []uint16 {
	v, ok := f.need("values", "[3]")
	if !ok {
		return nil
	}
	items, ok := v.list("[3]")
	if ok && len(items) == 0 {
		v.fault("no labels: want those that belong to the region, such as [3]")
	}
	var all []uint16
	for _, item := range items {
		if label, ok := item.integer(0, math.MaxUint16); ok {
			all = append(all, uint16(label))
		}
	}
	return all
}

// labelFile reads a PNG or NumPy file, once however many regions name it.
func (d *decoder) labelFile(v value) (labels, bool) {
	name, ok := v.str()
	if !ok {
		return labels{}, false
	}
	if known, read := d.images[name]; read {
		return known, true
	}
	room := d.limits.pixels - d.pixels
	text, _, err := d.files.read(name, 8*room+1<<16)
	if err != nil {
		v.fault("%s: %v", v.written(), err)
		return labels{}, false
	}
	read := readNumPy
	if bytes.HasPrefix(text, []byte("\x89PNG")) {
		read = readPNG
	}
	image, err := read(text, room)
	if err != nil {
		v.fault("%s: %v", v.written(), err)
		return labels{}, false
	}
	d.images[name] = image
	d.pixels += len(image.values)
	return image, true
}

var errPixels = errors.New("too many pixels in label images; take coarser ones")

// readPNG reads a grey or palette image. Its first row is at y = 0, as in tables of
// cells found in it.
func readPNG(text []byte, most int) (labels, error) {
	config, err := png.DecodeConfig(bytes.NewReader(text))
	if err != nil {
		return labels{}, err
	}
	if config.Width > most/config.Height {
		return labels{}, errPixels
	}
	decoded, err := png.Decode(bytes.NewReader(text))
	if err != nil {
		return labels{}, err
	}
	l := labels{shape: [3]int{config.Width, config.Height, 1}, values: make([]uint16, config.Width*config.Height)}
	var label func(x, y int) uint16
	switch decoded := decoded.(type) {
	case *image.Gray:
		// The library stretches 1, 2 and 4 bits to 8; byte 24 of the file says how many there were.
		stretch := 255 / (uint8(1)<<min(text[24], 8) - 1)
		label = func(x, y int) uint16 { return uint16(decoded.GrayAt(x, y).Y / stretch) }
	case *image.Gray16:
		label = func(x, y int) uint16 { return decoded.Gray16At(x, y).Y }
	case *image.Paletted:
		label = func(x, y int) uint16 { return uint16(decoded.ColorIndexAt(x, y)) }
	default:
		return labels{}, errors.New("a colour image: want labels as grey levels or palette indices")
	}
	for y := range config.Height {
		for x := range config.Width {
			l.values[x+config.Width*y] = label(x, y)
		}
	}
	return l, nil
}

// numPyHeader is the header of a NumPy array of whole numbers:
//
//	{'descr': '<u2', 'fortran_order': False, 'shape': (30, 40, 50), }
//
// (numpy.lib.format, versions 1 to 3).
var numPyHeader = regexp.MustCompile(`^\{'descr': '([<|])([bui])([1248])', 'fortran_order': False, 'shape': \(([0-9, ]+)\), *\} *\n?$`)

// readNumPy reads an array [z, y, x] or [y, x] of whole numbers or of true and false.
func readNumPy(text []byte, most int) (labels, error) {
	if len(text) < 12 || !bytes.HasPrefix(text, []byte("\x93NUMPY")) {
		return labels{}, errors.New("neither a PNG image nor a NumPy array")
	}
	start, length := 10, int(binary.LittleEndian.Uint16(text[8:]))
	if text[6] > 1 {
		start, length = 12, int(binary.LittleEndian.Uint32(text[8:]))
	}
	if length > len(text)-start {
		return labels{}, errors.New("the NumPy header is cut short")
	}
	header := numPyHeader.FindSubmatch(text[start : start+length])
	if header == nil {
		return labels{}, fmt.Errorf("a NumPy array with the header %q: want whole numbers in C order, little-endian", clip(strings.TrimSpace(string(text[start:start+length])), 80))
	}
	shape, err := numPyShape(string(header[4]), most)
	if err != nil {
		return labels{}, err
	}
	l, data := labels{shape: shape, values: make([]uint16, shape[0]*shape[1]*shape[2])}, text[start+length:]
	width := int(header[3][0] - '0')
	if len(data) != width*len(l.values) {
		return labels{}, fmt.Errorf("%d bytes for %d pixels of %d bytes", len(data), len(l.values), width)
	}
	for i := range l.values {
		var wide [8]byte // little-endian; what is negative is a large number here
		copy(wide[:], data[i*width:(i+1)*width])
		label := binary.LittleEndian.Uint64(wide[:])
		if label > math.MaxUint16 || header[2][0] == 'i' && data[(i+1)*width-1] > 127 {
			return labels{}, fmt.Errorf("pixel %d is no label: want 0 to %d", i, math.MaxUint16)
		}
		l.values[i] = uint16(label)
	}
	return l, nil
}

// numPyShape reads "30, 40, 50", slowest axis first.
func numPyShape(text string, most int) ([3]int, error) {
	shape, pixels := [3]int{1, 1, 1}, 1
	entries := strings.Split(strings.TrimSuffix(text, ","), ",")
	if len(entries) < 2 || len(entries) > 3 {
		return shape, fmt.Errorf("an array of shape (%s): want [z, y, x], or [y, x]", text)
	}
	for i, entry := range entries {
		n, err := strconv.Atoi(strings.TrimSpace(entry))
		if err != nil || n < 1 {
			return shape, fmt.Errorf("an array of shape (%s): want at least one pixel along each axis", text)
		}
		if n > most/pixels {
			return shape, errPixels
		}
		pixels *= n
		shape[len(entries)-1-i] = n
	}
	return shape, nil
}

// runs decodes an image written out: the pixels in the order x, y, z, a run of alike
// ones as NUMBER*LABEL.
func (d *decoder) runs(f fields) (labels, bool) {
	l := labels{shape: [3]int{1, 1, 1}}
	shape, hasShape := f.need("shape", "[40, 30, 20]")
	runs, hasRuns := f.need("runs", "12000*0 12000*3")
	if !hasShape || !hasRuns {
		return l, false
	}
	items, ok := shape.list("[40, 30, 20]")
	if ok && (len(items) < 2 || len(items) > 3) {
		shape.fault("%d entries: want the pixels along x, y and z", len(items))
		return l, false
	}
	pixels := 1
	for axis, item := range items {
		n, whole := item.integer(1, max(1, (d.limits.pixels-d.pixels)/pixels))
		if !whole {
			return l, false
		}
		pixels *= n
		l.shape[axis] = n
	}
	text, texted := runs.str()
	if !ok || !texted {
		return l, false
	}
	for run := range strings.FieldsSeq(text) {
		number, label, found := strings.Cut(run, "*")
		if !found {
			number, label = "1", run
		}
		count, err := strconv.Atoi(number)
		value, wrong := strconv.ParseUint(label, 10, 16)
		if err != nil || wrong != nil || count < 1 || count > pixels-len(l.values) {
			runs.fault("run %q after %d of %d pixels: want NUMBER*LABEL, of no more pixels than are left", clip(run, 40), len(l.values), pixels)
			return l, false
		}
		for range count {
			l.values = append(l.values, uint16(value))
		}
	}
	if len(l.values) != pixels {
		runs.fault("%d pixels: the shape has %d", len(l.values), pixels)
		return l, false
	}
	d.pixels += pixels
	return l, true
}

// labelImage writes an image out, so that the scenario needs no file.
func (w *writer) labelImage(indent int, l tissue.LabelImage) {
	w.line(indent, "labels:")
	w.line(indent+1, "shape: [%d, %d, %d]", l.Shape[0], l.Shape[1], l.Shape[2])
	w.line(indent+1, "values: [%s]", strings.Trim(strings.Join(strings.Fields(fmt.Sprint(l.Values)), ", "), "[]"))
	w.line(indent+1, "runs: |")
	for line := range runLines(l) {
		w.line(indent+2, "%s", line)
	}
}

// runLines yields the runs of an image in lines of a text.
func runLines(l tissue.LabelImage) iter.Seq[string] {
	const width = 100
	return func(yield func(string) bool) {
		var line []byte
		for first := 0; first < len(l.Labels); {
			next := first + 1
			for next < len(l.Labels) && l.Labels[next] == l.Labels[first] {
				next++
			}
			if next > first+1 {
				line = append(strconv.AppendInt(line, int64(next-first), 10), '*')
			}
			line = strconv.AppendUint(line, uint64(l.Labels[first]), 10)
			if first = next; first < len(l.Labels) && len(line) < width {
				line = append(line, ' ')
			} else if !yield(string(line)) {
				return
			} else {
				line = line[:0]
			}
		}
	}
}
