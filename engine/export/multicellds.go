package export

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"math"
	"path/filepath"
	"strings"

	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
)

// multiCellDS writes what PhysiCell 1.14 writes, for its readers: for every output the XML,
// the densities and the cells, for the whole the mesh, and initial and final once more.
// Times are in minutes, rates per minute, densities in the substrate's own unit.
func (s *source) multiCellDS(dir string) error {
	if err := matFile(filepath.Join(dir, "initial_mesh0.mat"), "mesh", 4, s.meshColumns()); err != nil {
		return err
	}
	return s.each(func(n int, o output) error {
		names := []string{fmt.Sprintf("output%08d", n)}
		if n == 0 {
			names = append(names, "initial")
		}
		if n == len(s.outputs)-1 {
			names = append(names, "final")
		}
		for _, name := range names {
			if err := s.multiCellDSOutput(dir, name, o); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *source) multiCellDSOutput(dir, name string, o output) error {
	densities, err := s.densityColumns(o)
	if err != nil {
		return err
	}
	if err := matFile(filepath.Join(dir, name+"_microenvironment0.mat"), "multiscale_microenvironment", 4+len(s.channels), densities); err != nil {
		return err
	}
	c, err := s.cells(o)
	if err != nil {
		return err
	}
	labels := s.cellLabels(c.Columns)
	rows := 0
	for _, l := range labels {
		rows += l.size
	}
	var values []float64
	for i := range c.ID {
		for _, l := range labels {
			values = append(values, l.of(c, i)...)
		}
	}
	if err := matFile(filepath.Join(dir, name+"_cells.mat"), "cells", rows, values); err != nil {
		return err
	}
	for kind, graph := range map[string][][]int{"neighbor": touching(c), "attached": make([][]int, len(c.ID))} {
		if err := graphFile(filepath.Join(dir, name+"_cell_"+kind+"_graph.txt"), c, graph); err != nil {
			return err
		}
	}
	return newFile(filepath.Join(dir, name+".xml"), func(w *bufio.Writer) error {
		_, err := w.WriteString(s.multiCellDSXML(name, o, labels))
		return err
	})
}

// meshColumns are the centre and the volume of every voxel.
func (s *source) meshColumns() []float64 {
	var mesh []float64
	for voxel := range s.grid.Voxels() {
		at := s.grid.Coordinates(voxel)
		p := s.grid.Centre(at[0], at[1], at[2])
		mesh = append(mesh, p.X, p.Y, p.Z, s.grid.VoxelVolume())
	}
	return mesh
}

// densityColumns are those of the mesh with the densities below.
func (s *source) densityColumns(o output) ([]float64, error) {
	mesh, rows := s.meshColumns(), 4+len(s.channels)
	values := make([]float64, rows*s.grid.Voxels())
	for voxel := range s.grid.Voxels() {
		copy(values[rows*voxel:], mesh[4*voxel:4*voxel+4])
	}
	field := tissue.NewField(s.grid)
	for i, c := range s.channels {
		if err := s.field(c, o, field); err != nil {
			return nil, err
		}
		for voxel, density := range field.Values {
			values[rows*voxel+4+i] = density
		}
	}
	return values, nil
}

// cellLabel is a row, or several, of the matrix of the cells.
type cellLabel struct {
	name, unit string
	size       int
	of         func(c cells, i int) []float64
}

// Codes of PhysiCell: the model that lives without dividing by itself, the phase it is in,
// and those of a dead cell.
const liveCycle, livePhase, apoptosisModel, apoptoticPhase = 5, 14, 100, 100

// cellLabels name the rows of the matrix: those without which PhysiCell's readers do not
// open it, and the further columns of cells.csv. A cell is a sphere of its type's radius,
// its nucleus, which no model here has, of no volume.
func (s *source) cellLabels(columns []string) []cellLabel {
	one := func(v float64) []float64 { return []float64{v} }
	alive := func(living, dead float64) func(c cells, i int) []float64 {
		return func(c cells, i int) []float64 {
			if c.Dead[i] {
				return one(dead)
			}
			return one(living)
		}
	}
	volume := func(c cells, i int) []float64 { return one(s.model.CellTypes[c.typeID[i]].Volume()) }
	labels := []cellLabel{
		{"ID", "none", 1, func(c cells, i int) []float64 { return one(float64(c.ID[i])) }},
		{"position", "microns", 3, func(c cells, i int) []float64 { p := c.Position[i]; return []float64{p.X, p.Y, p.Z} }},
		{"total_volume", "cubic microns", 1, volume},
		{"cell_type", "none", 1, func(c cells, i int) []float64 { return one(float64(c.typeID[i])) }},
		{"cycle_model", "none", 1, alive(liveCycle, apoptosisModel)},
		{"current_phase", "none", 1, alive(livePhase, apoptoticPhase)},
		{"elapsed_time_in_phase", "min", 1, alive(0, 0)},
		{"nuclear_volume", "cubic microns", 1, alive(0, 0)},
		{"cytoplasmic_volume", "cubic microns", 1, volume},
		{"radius", "microns", 1, func(c cells, i int) []float64 { return one(c.radius[i]) }},
		{"dead", "none", 1, alive(0, 1)},
	}
	for k, name := range columns {
		labels = append(labels, cellLabel{name, "none", 1, func(c cells, i int) []float64 { return one(c.Values[k][i]) }})
	}
	return labels
}

const minute = 60 // s

func (s *source) multiCellDSXML(name string, o output, labels []cellLabel) string {
	var b strings.Builder
	m := s.recording.Manifest
	fmt.Fprintf(&b, `<?xml version="1.0"?>
<MultiCellDS version="2" type="snapshot/simulation">
	<metadata>
		<software>
			<name>Cytofield</name>
			<version>%s</version>
			<URL>https://github.com/cytofield/cytofield</URL>
		</software>
		<current_time units="min">%s</current_time>
		<current_runtime units="sec">%s</current_runtime>
		<created>%s</created>
	</metadata>
	<microenvironment>
		<domain name="microenvironment">
`, escaped(m.Version), number(o.time/minute), number(m.WallTime), m.Started.Format("2006-01-02T15:04:05Z"))
	s.meshXML(&b)
	s.variablesXML(&b)
	fmt.Fprintf(&b, "\t\t\t<data type=\"matlab\">\n\t\t\t\t<filename>%s_microenvironment0.mat</filename>\n\t\t\t</data>\n\t\t</domain>\n\t</microenvironment>\n", name)
	s.cellsXML(&b, name, labels)
	b.WriteString("</MultiCellDS>\n")
	return b.String()
}

func (s *source) meshXML(b *strings.Builder) {
	size := s.grid.Size()
	fmt.Fprintf(b, "\t\t\t<mesh type=\"Cartesian\" uniform=\"true\" regular=\"true\" units=\"micron\">\n")
	fmt.Fprintf(b, "\t\t\t\t<bounding_box type=\"axis-aligned\" units=\"micron\">0 0 0 %s %s %s</bounding_box>\n", number(size[0]), number(size[1]), number(size[2]))
	for axis, n := range s.grid.Shape {
		centres := make([]string, n)
		for i := range centres {
			centres[i] = number((float64(i) + 0.5) * s.grid.Spacing[axis])
		}
		name := tissue.AxisName(axis)
		fmt.Fprintf(b, "\t\t\t\t<%s_coordinates delimiter=\" \">%s</%s_coordinates>\n", name, strings.Join(centres, " "), name)
	}
	fmt.Fprintf(b, "\t\t\t\t<voxels type=\"matlab\">\n\t\t\t\t\t<filename>initial_mesh0.mat</filename>\n\t\t\t\t</voxels>\n\t\t\t</mesh>\n")
}

func (s *source) variablesXML(b *strings.Builder) {
	fmt.Fprintf(b, "\t\t\t<variables>\n")
	for i, c := range s.channels {
		var of tissue.Substrate
		if id, ok := s.model.Substrate(c.Name); ok {
			of = s.model.Substrates[id]
		}
		fmt.Fprintf(b, `				<variable name="%s" units="%s" ID="%d">
					<physical_parameter_set>
						<diffusion_coefficient units="micron^2/min">%s</diffusion_coefficient>
						<decay_rate units="1/min">%s</decay_rate>
					</physical_parameter_set>
				</variable>
`, escaped(c.Name), escaped(c.Unit), i, number(of.DiffusionCoefficient*minute), number(of.DecayRate*minute))
	}
	fmt.Fprintf(b, "\t\t\t</variables>\n")
}

func (s *source) cellsXML(b *strings.Builder, name string, labels []cellLabel) {
	fmt.Fprintf(b, `	<cellular_information>
		<cell_populations>
			<cell_population type="individual">
				<custom>
					<simplified_data type="matlab" source="PhysiCell" data_version="2">
						<cell_types>
`)
	for i, t := range s.model.CellTypes {
		fmt.Fprintf(b, "\t\t\t\t\t\t\t<type ID=\"%d\" type=\"%d\">%s</type>\n", i, i, escaped(t.Name))
	}
	fmt.Fprintf(b, "\t\t\t\t\t\t</cell_types>\n\t\t\t\t\t\t<labels>\n")
	index := 0
	for _, l := range labels {
		fmt.Fprintf(b, "\t\t\t\t\t\t\t<label index=\"%d\" size=\"%d\" units=\"%s\">%s</label>\n", index, l.size, l.unit, escaped(l.name))
		index += l.size
	}
	fmt.Fprintf(b, `						</labels>
						<filename>%s_cells.mat</filename>
					</simplified_data>
					<neighbor_graph type="text" source="PhysiCell" data_version="2">
						<filename>%s_cell_neighbor_graph.txt</filename>
					</neighbor_graph>
					<attached_cells_graph type="text" source="PhysiCell" data_version="2">
						<filename>%s_cell_attached_graph.txt</filename>
					</attached_cells_graph>
				</custom>
			</cell_population>
		</cell_populations>
	</cellular_information>
`, name, name, name)
}

// touching returns for every cell those whose spheres reach it.
func touching(c cells) [][]int {
	edge := 0. // of bins, so that no sphere reaches further than the next
	for _, r := range c.radius {
		edge = max(edge, 2*r)
	}
	bin := func(i int) [3]int {
		p := c.Position[i]
		return [3]int{int(math.Floor(p.X / edge)), int(math.Floor(p.Y / edge)), int(math.Floor(p.Z / edge))}
	}
	bins := map[[3]int][]int{}
	for i := range c.ID {
		bins[bin(i)] = append(bins[bin(i)], i)
	}
	graph := make([][]int, len(c.ID))
	for i := range c.ID {
		at := bin(i)
		for n := range 27 {
			for _, k := range bins[[3]int{at[0] + n%3 - 1, at[1] + n/3%3 - 1, at[2] + n/9 - 1}] {
				if k != i && r3.Norm(r3.Sub(c.Position[i], c.Position[k])) <= c.radius[i]+c.radius[k] {
					graph[i] = append(graph[i], k)
				}
			}
		}
	}
	return graph
}

// graphFile writes a line for every cell: its id and those of the cells it is linked to.
func graphFile(path string, c cells, graph [][]int) error {
	return newFile(path, func(w *bufio.Writer) error {
		for i, linked := range graph {
			ids := make([]string, len(linked))
			for n, k := range linked {
				ids[n] = fmt.Sprint(c.ID[k])
			}
			if _, err := fmt.Fprintf(w, "%d: %s\n", c.ID[i], strings.Join(ids, ",")); err != nil {
				return err
			}
		}
		return nil
	})
}

// matFile writes one matrix of doubles in MATLAB's level 4 format, column by column.
func matFile(path, name string, rows int, values []float64) error {
	return newFile(path, func(w *bufio.Writer) error {
		const littleEndianDouble, real = 0, 0
		header := []int32{littleEndianDouble, int32(rows), int32(len(values) / rows), real, int32(len(name) + 1)}
		for _, v := range []any{header, []byte(name + "\x00"), values} {
			if err := binary.Write(w, binary.LittleEndian, v); err != nil {
				return err
			}
		}
		return nil
	})
}
