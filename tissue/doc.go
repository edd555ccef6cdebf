// Package tissue says what is simulated: the grid, the substrates that diffuse
// in it, the cells that secrete and take them up, and the model that holds them
// together. It knows neither solver nor OpenGL.
//
// Units are µm, s and molecules everywhere; densities are in the unit of their
// substrate, nM by default.
package tissue
