package tissue

// Field is the density of one substrate in every voxel of a grid, in the
// substrate's unit; x runs fastest (Grid.Index).
type Field struct {
	Grid   Grid
	Values []float64
}

// NewField returns a field of zeros.
func NewField(g Grid) *Field { return &Field{Grid: g, Values: make([]float64, g.Voxels())} }

// At returns the density in voxel (x, y, z).
func (f *Field) At(x, y, z int) float64 { return f.Values[f.Grid.Index(x, y, z)] }

// Set sets the density in voxel (x, y, z).
func (f *Field) Set(x, y, z int, density float64) { f.Values[f.Grid.Index(x, y, z)] = density }

// Fill sets every voxel to one density.
func (f *Field) Fill(density float64) {
	for i := range f.Values {
		f.Values[i] = density
	}
}
