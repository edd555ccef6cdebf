package render

// Point is a place in a picture: µm to the right and up from its lower left corner.
type Point struct{ X, Y float64 }

// Arrow is a vector at a place of a picture: a gradient in nM/µm or a flux in
// nM µm/s, to the right and up.
type Arrow struct{ X, Y, U, V float64 }
