package scenario

import (
	"gonum.org/v1/gonum/spatial/r3"

	"github.com/cytofield/cytofield/tissue"
)

// PanelKind is what a panel of a figure is.
type PanelKind string

// The kinds of panels: pictures of a plane, a picture in space, charts, and a table.
const (
	SlicePanel      PanelKind = "slice"      // the density in one layer of voxels
	ProjectionPanel PanelKind = "projection" // the largest or the mean density along an axis
	MergePanel      PanelKind = "merge"      // several substrates in one picture, each in a colour
	DifferencePanel PanelKind = "difference" // a slice of a run minus that of another
	KymographPanel  PanelKind = "kymograph"  // the density along a line, over time
	VolumePanel     PanelKind = "volume"     // densities in space, as fog, surfaces and slices, seen from somewhere
	ProfilePanel    PanelKind = "profile"    // the density along a line
	RadialPanel     PanelKind = "radial"     // the density by the distance from cells
	HistogramPanel  PanelKind = "histogram"  // how often densities are, or values of cells
	SeriesPanel     PanelKind = "series"     // columns of series.csv over time
	MatrixPanel     PanelKind = "matrix"     // who caught what whom made
)

// Panel is one picture or chart: of a figure file, or of output.frames. Fields that its
// kind has no key for are zero.
type Panel struct {
	Kind       PanelKind
	Title      string // "" leaves it to the picture
	TitleStyle TitleStyle
	Hide       []Furniture
	Label      string // names densities at the colour bar or axis; "": their substrate
	Unit       string // of the labels of densities, pM for nM; "" leaves it to the picture
	TimeUnit   string // of times, s, min, h or d; "" leaves it to the picture
	Scalebar   Scalebar
	Stamps     StampStyle
	Colorbar   BarStyle
	Times      []float64 // s; none stands for the last. Charts have a curve for each
	Still      bool      // its time was given: a movie does not move it on
	Channels   []Channel // one, or for a merge, a volume or a chart several
	Compared   bool      // it shows the run that differences subtract
	Molecules  bool      // what a voxel holds in the mean, in place of its density
	Plane      Plane
	Projection Projection // "": the plane alone
	Blocks     bool       // voxels are shown as blocks, not interpolated
	Colormap   string
	Log        bool               // scale of the colours, or of a chart's densities
	Lined      tissue.SubstrateID // whose contours and arrows are drawn, where there may be some
	Contours   Levels
	Arrows     Arrows
	Cells      CellMarks
	Regions    bool // outlines of the regions
	Camera     Camera
	Opacity    float64 // of fog: 1 as it is by default, 0 none, 2 twice as dense
	Surfaces   Levels  // of each substrate of a volume
	Planes     []Plane // slices inside a volume
	From, To   r3.Vec  // ends of a line, µm
	Around     tissue.CellTypeID
	Distance   float64 // of a radial profile, µm
	Variable   string  // of cells, in place of densities: see CellMarks.By
	Bins       int
	Columns    []string   // of series.csv
	Runs       []NamedRun // whose curves a series shows; nil: those of the figure's run
	Share      bool       // a matrix of shares of what each sender made, not of amounts

	Name  string // of the figure's layout, such as A; "" in output.frames
	Where string // it stands, for messages: fig.yaml:7:6: panels.A; "" on a command line
}

// NamedRun is one of several runs in a chart.
type NamedRun struct {
	Name string // of its curve
	Dir  string // the run directory, as seen from here
}

// Furniture is a part of a panel that may be left out.
type Furniture string

// What may be left out.
const (
	TitleFurniture    Furniture = "title"
	ColorbarFurniture Furniture = "colorbar"
	ScalebarFurniture Furniture = "scalebar"
	AxesFurniture     Furniture = "axes"
	TimeFurniture     Furniture = "time"
	StampsFurniture   Furniture = "stamps" // time and place
	LegendFurniture   Furniture = "legend"
)

// Scalebar is how a scale bar looks. The zero Scalebar leaves it to the picture.
type Scalebar struct {
	Length float64 // µm; 0: a round one
	Corner string  // of the picture: lower right and so on; "": lower right
	Color  string  // #rrggbb; "": white
	Bare   bool    // without a plate behind it
	Size   float64 // of its letters, points; 0: those of ticks
}

// Lettering is how words are set. The zero Lettering leaves it to the picture.
type Lettering struct {
	Size  float64 // points
	Color string  // #rrggbb
}

// TitleStyle is how a title is set.
type TitleStyle struct {
	Lettering
	Centred bool // else from the left
}

// StampStyle is how the stamps of time and place are set.
type StampStyle struct {
	Lettering
	Corner string // of the picture: lower right and so on; "": above it
}

// BarStyle is how colour bars are set.
type BarStyle struct {
	Lettering
	Below bool // under the picture; else beside it where there is room
}

// Channel is one substrate of a panel.
type Channel struct {
	Substrate tissue.SubstrateID
	Color     string // #rrggbb; "" leaves it to the picture
	Range     Span
}

// Span is the two ends of a scale. Both 0 are automatic: round numbers around all that is
// shown of the substrate, in all pictures of a film and all panels of a figure.
type Span struct {
	Low, High float64 // in the substrate's unit
	Own       bool    // automatic, around this picture alone
}

// Automatic reports whether the ends are to be found.
func (s Span) Automatic() bool { return s.Low == 0 && s.High == 0 }

// Plane is a cut through the domain.
type Plane struct {
	Axis     int     // across the plane: 0, 1, 2 for x, y, z
	Index    int     // layer of voxels along Axis
	Position float64 // along Axis, µm
}

// Projection is what a picture shows of the densities along an axis.
type Projection string

// The projections.
const (
	Maximum Projection = "maximum"
	Mean    Projection = "mean"
)

// Levels are densities at which lines or surfaces are drawn, in the substrate's unit.
type Levels struct {
	At   []float64
	Auto bool // round ones are chosen
}

// Arrows is the vector field that a slice may show.
type Arrows string

// The vector fields.
const (
	NoArrows       Arrows = ""
	GradientArrows Arrows = "gradient" // of the density
	FluxArrows     Arrows = "flux"     // −D α ∇c
)

// CellMarks says how cells are drawn.
type CellMarks struct {
	Shown    bool
	By       string              // type, state (alive or dead), or a column of cells.csv
	Colormap string              // where By is a column of numbers
	Range    Span                // likewise
	Types    []tissue.CellTypeID // that are drawn; nil: all, but in a volume those of few cells
}

// By type, the default, and by state.
const (
	ByType  = "type"
	ByState = "state"
)

// Camera is where a volume is seen from, and how.
type Camera struct {
	Azimuth     float64 // degrees around z: 0 looks along +y, with x to the right; 90 looks along -x
	Elevation   float64 // degrees above the horizon, -90 to 90
	Zoom        float64 // 1 shows the whole box
	Perspective bool    // what is near is larger
	Aim         r3.Vec  // what is in the middle of the picture, µm from the middle of the box
}
