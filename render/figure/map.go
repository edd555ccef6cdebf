package figure

import (
	"image/color"

	"github.com/cytofield/cytofield/render"
	"github.com/cytofield/cytofield/render/colormap"
)

// Map is a panel that shows densities over a plane: a slice, a projection, a
// kymograph, or several substrates merged. Everything around and on it is there
// unless it is hidden.
type Map struct {
	Plane    *render.Plane
	Colors   colormap.Map // the zero Map stands for viridis
	Scale    render.Scale // in Unit; without ends, round ones are found for this plane (render.AutoScale)
	Quantity string       // names the colour bar: "IL-2"
	Unit     string       // of the densities: "nM", "mmHg", "dimensionless"; the colour bar may show pM instead
	Shown    string       // unit of the colour bar and of the contours; "": one with short numbers
	Label    string       // of the colour bar, instead of Quantity and the unit it shows
	Channels []Channel    // shown together instead of Plane; their planes are of one size. Quantity, unit and scale are then those of the contours
	Nearest  bool         // show voxels as blocks rather than interpolate densities between their centres

	Title    string
	Time     float64 // s; NaN leaves the time stamp out
	TimeUnit string  // of the time stamp, "h"; "": as people say it, 2 h 10 min
	Place    string  // instead of where the slice lies: "maximum along z"
	X, Y     MapAxis // the zero axes are those of the slice, in µm

	Cells      []render.Disc // from render.Cut
	CellTypes  []CellType    // by Disc.Type; they make the legend
	CellValues []float64     // one for each of Cells: they are coloured by CellBar instead of by type
	CellBar    ColorBar
	Contours   []Contour
	Arrows     Arrows
	Outlines   []Outline
	Markers    []Marker

	ScaleBar ScaleBar
	Style    Style
	Hide     Furniture
}

// Furniture is what stands around a map or a scene.
type Furniture uint

// The pieces of furniture; combine them with |.
const (
	Titles Furniture = 1 << iota
	Stamps           // of time and place
	Axes
	ColorBars
	ScaleBars
	Legends
)

// MapAxis is a side of a map that is not an axis of space in µm.
type MapAxis struct {
	Quantity string  // "time"; a single letter is set in italics
	Unit     string  // of the plane's Spacing along it
	Shown    string  // unit of the labels, "h" for s; "": Unit
	Start    float64 // value at the left or lower end, in Unit
}

// CellType is how the cells of one type are shown.
type CellType struct {
	Name  string     // "": not in the legend
	Color color.RGBA // the zero value stands for one of Palette
}

// Channel is one of several substrates in one map. Its colour is added in
// proportion to where its densities lie on its scale.
type Channel struct {
	Plane    *render.Plane
	Scale    render.Scale // without ends, round ones are found
	Color    color.RGBA   // the zero value stands for one of render.ChannelColours in turn
	Quantity string
	Unit     string
	Shown    string // unit in the legend; "": one with short numbers
}

// Contour is a line of equal density.
type Contour struct {
	Level  float64          // in the unit of the map; it labels the line in the unit of the colour bar
	Lines  [][]render.Point // from render.Plane.Contours, µm
	Color  color.RGBA       // the zero value stands for white
	Dashed bool
	Plain  bool // without labels
}

// Arrows are vectors on a map, all to one scale, with one of round length in the
// legend.
type Arrows struct {
	At       []render.Arrow
	Quantity string     // "flux"
	Unit     string     // of density in U and V: "nM"; the legend may show pM instead
	Per      string     // what follows the unit: "/µm", " µm/s"
	Longest  float64    // U, V that is drawn as long as the distance between neighbours; 0: that of the longest
	Color    color.RGBA // the zero value stands for white
}

// Outline is the border of a region.
type Outline struct {
	Name   string // for the legend; "": no entry
	Lines  [][]render.Point
	Color  color.RGBA // the zero value stands for white
	Dashed bool
}

// Marker is a line on a map that says where something was measured.
type Marker struct {
	From, To render.Point
	Label    string // at its end
}

// ScaleBar is how the scale bar looks.
type ScaleBar struct {
	Length float64 // µm; 0, and in a scene more than half of its width: a round length of up to a fifth
	Corner Corner
	Color  color.RGBA // of bar and label; the zero value stands for white
	Bare   bool       // without the plate behind it, dark or, behind a dark colour, light
	Size   float64    // of the label, points; 0: of tick labels
}

// Corner is a corner of a panel.
type Corner int

// The corners.
const (
	LowerRight Corner = iota
	LowerLeft
	UpperRight
	UpperLeft
)

// ColorBar says what colours mean.
type ColorBar struct {
	Colors       colormap.Map // the zero Map stands for viridis
	Scale        render.Scale // in Unit
	Quantity     string
	Unit         string    // of the scale
	Shown        string    // unit of the labels; "": one with short numbers
	Label        string    // instead of Quantity and the unit shown
	Marks        []float64 // values that a line across the bar points out
	Below, Above bool      // there are values beyond the ends
	Style        BarStyle  // that of its panel where it is the zero value
}
