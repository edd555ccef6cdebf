package export

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/cytofield/cytofield/tissue"
)

// vti writes a VTK image of the densities and poly data of the cells for every output, and
// an index of each series for ParaView. Densities are of VTK's cells, which are our voxels.
func (s *source) vti(dir string) error {
	var fields, cells []string
	err := s.each(func(n int, o output) error {
		image, points := fmt.Sprintf("fields_%04d.vti", n), fmt.Sprintf("cells_%04d.vtp", n)
		fields, cells = append(fields, image), append(cells, points)
		if err := s.vtkImage(filepath.Join(dir, image), o); err != nil {
			return err
		}
		return s.vtkCells(filepath.Join(dir, points), o)
	})
	if err != nil {
		return err
	}
	if err := s.pvd(filepath.Join(dir, "fields.pvd"), fields); err != nil {
		return err
	}
	return s.pvd(filepath.Join(dir, "cells.pvd"), cells)
}

func (s *source) pvd(path string, files []string) error {
	return newFile(path, func(w *bufio.Writer) error {
		fmt.Fprintf(w, "<?xml version=\"1.0\"?>\n<VTKFile type=\"Collection\" version=\"0.1\" byte_order=\"LittleEndian\">\n<Collection>\n")
		for n, file := range files {
			fmt.Fprintf(w, "<DataSet timestep=\"%s\" part=\"0\" file=\"%s\"/>\n", number(s.outputs[n].time), file)
		}
		_, err := fmt.Fprintf(w, "</Collection>\n</VTKFile>\n")
		return err
	})
}

// vtk gathers a VTK file: markup, and behind it the arrays it points to, each after its
// length in bytes.
type vtk struct {
	markup, data bytes.Buffer
}

func (v *vtk) printf(format string, args ...any) { fmt.Fprintf(&v.markup, format, args...) }

// array adds an array of a fixed-size type, a slice.
func (v *vtk) array(kind, name string, components int, values any) error {
	v.printf("<DataArray type=\"%s\" Name=\"%s\" NumberOfComponents=\"%d\" format=\"appended\" offset=\"%d\"/>\n", kind, escaped(name), components, v.data.Len())
	if err := binary.Write(&v.data, binary.LittleEndian, uint64(binary.Size(values))); err != nil {
		return err
	}
	return binary.Write(&v.data, binary.LittleEndian, values)
}

// words adds an array of texts, as the codes of their bytes, each text ended by a 0.
func (v *vtk) words(name string, texts []string) {
	v.printf("<DataArray type=\"String\" Name=\"%s\" NumberOfTuples=\"%d\" format=\"ascii\">\n", escaped(name), len(texts))
	for _, text := range texts {
		for _, b := range []byte(text) {
			v.printf("%d ", b)
		}
		v.printf("0\n")
	}
	v.printf("</DataArray>\n")
}

// open begins a file of a kind with its time, s.
func (v *vtk) open(kind, attributes string, t float64) {
	v.printf("<?xml version=\"1.0\"?>\n<VTKFile type=\"%s\" version=\"1.0\" byte_order=\"LittleEndian\" header_type=\"UInt64\">\n<%s%s>\n", kind, kind, attributes)
	v.printf("<FieldData><DataArray type=\"Float64\" Name=\"TimeValue\" NumberOfTuples=\"1\" format=\"ascii\">%s</DataArray></FieldData>\n", number(t))
}

// write ends a file of a kind.
func (v *vtk) write(path, kind string) error {
	return newFile(path, func(w *bufio.Writer) error {
		v.printf("</Piece>\n</%s>\n<AppendedData encoding=\"raw\">\n_", kind)
		if _, err := w.Write(v.markup.Bytes()); err != nil {
			return err
		}
		if _, err := w.Write(v.data.Bytes()); err != nil {
			return err
		}
		_, err := w.WriteString("\n</AppendedData>\n</VTKFile>\n")
		return err
	})
}

func (s *source) vtkImage(path string, o output) error {
	var v vtk
	n, h := s.grid.Shape, s.grid.Spacing
	extent := fmt.Sprintf("0 %d 0 %d 0 %d", n[0], n[1], n[2])
	v.open("ImageData", fmt.Sprintf(" WholeExtent=\"%s\" Origin=\"0 0 0\" Spacing=\"%s %s %s\"", extent, number(h[0]), number(h[1]), number(h[2])), o.time)
	v.printf("<Piece Extent=\"%s\">\n<CellData Scalars=\"%s\">\n", extent, escaped(label(s.channels[0])))
	field := tissue.NewField(s.grid)
	for _, c := range s.channels {
		if err := s.field(c, o, field); err != nil {
			return err
		}
		if err := v.array("Float32", label(c), 1, float32s(field.Values)); err != nil {
			return err
		}
	}
	v.printf("</CellData>\n")
	return v.write(path, "ImageData")
}

func (s *source) vtkCells(path string, o output) error {
	c, err := s.cells(o)
	if err != nil {
		return err
	}
	var v vtk
	n := len(c.ID)
	v.open("PolyData", "", o.time)
	v.printf("<Piece NumberOfPoints=\"%d\" NumberOfVerts=\"%d\" NumberOfLines=\"0\" NumberOfStrips=\"0\" NumberOfPolys=\"0\">\n", n, n)
	id, kind, dead := make([]int64, n), make([]int32, n), make([]uint8, n)
	point, from, to := make([]float32, 0, 3*n), make([]int64, n), make([]int64, n)
	for i := range n {
		p := c.Position[i]
		point = append(point, float32(p.X), float32(p.Y), float32(p.Z))
		id[i], kind[i], from[i], to[i] = int64(c.ID[i]), int32(c.typeID[i]), int64(i), int64(i+1)
		if c.Dead[i] {
			dead[i] = 1
		}
	}
	v.printf("<PointData Scalars=\"type_id\">\n")
	v.words("type", c.Type)
	arrays := []struct {
		kind, name string
		values     any
	}{{"Int32", "type_id", kind}, {"Int64", "id", id}, {"UInt8", "dead", dead}, {"Float32", "radius_um", float32s(c.radius)}}
	for i, name := range c.Columns {
		arrays = append(arrays, struct {
			kind, name string
			values     any
		}{"Float32", name, float32s(c.Values[i])})
	}
	for _, a := range arrays {
		if err := v.array(a.kind, a.name, 1, a.values); err != nil {
			return err
		}
	}
	v.printf("</PointData>\n<Points>\n")
	if err := v.array("Float32", "Points", 3, point); err != nil {
		return err
	}
	v.printf("</Points>\n<Verts>\n")
	if err := v.array("Int64", "connectivity", 1, from); err != nil {
		return err
	}
	if err := v.array("Int64", "offsets", 1, to); err != nil {
		return err
	}
	v.printf("</Verts>\n")
	return v.write(path, "PolyData")
}

func float32s(values []float64) []float32 {
	all := make([]float32, len(values))
	for i, v := range values {
		all[i] = float32(v)
	}
	return all
}

// escaped writes a text for the markup of a file.
func escaped(text string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(text)) // a Builder never fails
	return b.String()
}
