package export

import (
	"bufio"
	"encoding/csv"
	"math"
	"strconv"

	"github.com/cytofield/cytofield/tissue"
)

// csv writes a row for every voxel and output: time, the voxel's centre, and the density
// of every substrate, empty where there is none.
func (s *source) csv(path string) error {
	return newFile(path, func(w *bufio.Writer) error {
		out := csv.NewWriter(w)
		header := []string{"t_s", "x_um", "y_um", "z_um"}
		fields := make([]*tissue.Field, len(s.channels))
		for i, c := range s.channels {
			header = append(header, label(c))
			fields[i] = tissue.NewField(s.grid)
		}
		if err := out.Write(header); err != nil {
			return err
		}
		err := s.each(func(_ int, o output) error {
			for i, c := range s.channels {
				if err := s.field(c, o, fields[i]); err != nil {
					return err
				}
			}
			return s.csvRows(out, o, fields)
		})
		out.Flush()
		if err != nil {
			return err
		}
		return out.Error()
	})
}

func (s *source) csvRows(out *csv.Writer, o output, fields []*tissue.Field) error {
	row := make([]string, 4+len(fields))
	row[0] = number(o.time)
	for voxel := range s.grid.Voxels() {
		at := s.grid.Coordinates(voxel)
		p := s.grid.Centre(at[0], at[1], at[2])
		row[1], row[2], row[3] = number(p.X), number(p.Y), number(p.Z)
		for i, f := range fields {
			row[4+i] = ""
			if c := f.Values[voxel]; !math.IsNaN(c) {
				row[4+i] = strconv.FormatFloat(c, 'g', -1, 32)
			}
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	return nil
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
