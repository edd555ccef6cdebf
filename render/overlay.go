package render

// Point is a place in a picture, µm to the right and up from its lower left
// corner.
type Point struct{ X, Y float64 }

// Arrow is a vector drawn over a picture: it starts at (X, Y), µm to the right
// and up, and (U, V) is what it shows along these axes, in the unit of the
// quantity.
type Arrow struct{ X, Y, U, V float64 }
