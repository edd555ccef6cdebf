package export

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/cytofield/cytofield/tissue"
)

// npz writes NumPy arrays (numpy.org/neps/nep-0001-npy-format.html, in a ZIP file): the
// densities of every substrate under its name, with axes t, z, y, x; times_s; spacing_um
// along z, y, x; and the cells of all outputs one after the other, under cells.COLUMN.
func (s *source) npz(path string) error {
	return newFile(path, func(w *bufio.Writer) error {
		archive := zip.NewWriter(w)
		for i, c := range s.channels {
			if err := s.npyDensities(archive, i, c.Name); err != nil {
				return err
			}
		}
		times := make([]float64, len(s.outputs))
		for i, o := range s.outputs {
			times[i] = o.time
		}
		h := s.grid.Spacing
		if err := npy(archive, "times_s", "<f8", times, len(times)); err != nil {
			return err
		}
		if err := npy(archive, "spacing_um", "<f8", []float64{h[2], h[1], h[0]}, 3); err != nil {
			return err
		}
		if err := s.npyCells(archive); err != nil {
			return err
		}
		return archive.Close()
	})
}

// npyDensities writes the densities of channel i output by output; progress counts each
// channel's.
func (s *source) npyDensities(archive *zip.Writer, i int, name string) error {
	n := s.grid.Shape
	w, err := npyHeader(archive, name, "<f4", len(s.outputs), n[2], n[1], n[0])
	if err != nil {
		return err
	}
	field := tissue.NewField(s.grid)
	for k, o := range s.outputs {
		if err := s.field(s.channels[i], o, field); err != nil {
			return err
		}
		if err := binary.Write(w, binary.LittleEndian, float32s(field.Values)); err != nil {
			return err
		}
		if err := s.progress(i*len(s.outputs)+k+1, len(s.channels)*len(s.outputs)); err != nil {
			return err
		}
	}
	return nil
}

func (s *source) npyCells(archive *zip.Writer) error {
	var times, positions []float64
	var ids []int64
	var dead []bool
	var types, columns []string
	var values [][]float64
	for _, o := range s.outputs {
		c, err := s.cells(o)
		if err != nil {
			return err
		}
		if columns == nil {
			columns, values = c.Columns, make([][]float64, len(c.Columns))
		}
		for i := range c.ID {
			p := c.Position[i]
			times, ids, positions = append(times, c.Time), append(ids, int64(c.ID[i])), append(positions, p.X, p.Y, p.Z)
		}
		types, dead = append(types, c.Type...), append(dead, c.Dead...)
		for k := range columns {
			values[k] = append(values[k], c.Values[k]...)
		}
	}
	kind, texts := unicode(types)
	n := len(ids)
	arrays := []struct {
		name, kind string
		values     any
		shape      []int
	}{
		{"t_s", "<f8", times, []int{n}}, {"id", "<i8", ids, []int{n}}, {"type", kind, texts, []int{n}},
		{"position_um", "<f8", positions, []int{n, 3}}, {"dead", "|b1", dead, []int{n}},
	}
	for _, a := range arrays {
		if err := npy(archive, "cells."+a.name, a.kind, a.values, a.shape...); err != nil {
			return err
		}
	}
	for k, name := range columns {
		if err := npy(archive, "cells."+name, "<f8", values[k], n); err != nil {
			return err
		}
	}
	return nil
}

// unicode returns texts as NumPy keeps them: code points, all of the same length.
func unicode(texts []string) (kind string, points []uint32) {
	longest := 1
	for _, text := range texts {
		longest = max(longest, utf8.RuneCountInString(text))
	}
	points = make([]uint32, longest*len(texts))
	for i, text := range texts {
		for k, r := range []rune(text) {
			points[i*longest+k] = uint32(r)
		}
	}
	return "<U" + strconv.Itoa(longest), points
}

func npy(archive *zip.Writer, name, kind string, values any, shape ...int) error {
	w, err := npyHeader(archive, name, kind, shape...)
	if err != nil {
		return err
	}
	return binary.Write(w, binary.LittleEndian, values)
}

// npyHeader begins an array of the archive in format 1.0, in C order.
func npyHeader(archive *zip.Writer, name, kind string, shape ...int) (io.Writer, error) {
	w, err := archive.Create(name + ".npy")
	if err != nil {
		return nil, err
	}
	sizes := ""
	for _, n := range shape {
		sizes += fmt.Sprintf("%d, ", n)
	}
	text := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", kind, sizes)
	const before, align = 10, 64
	text += strings.Repeat(" ", align-(before+len(text)+1)%align) + "\n"
	var header bytes.Buffer
	header.WriteString("\x93NUMPY\x01\x00")
	header.Write(binary.LittleEndian.AppendUint16(nil, uint16(len(text))))
	header.WriteString(text)
	_, err = w.Write(header.Bytes())
	return w, err
}
