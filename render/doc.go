// Package render makes pictures of a field: it cuts a plane out of it, maps
// densities to positions between 0 and 1, and positions to colours. The CPU does
// it from a tissue.Field, a Painter does it on the GPU from a texture, and the
// two agree within one level of 255. Package figure adds axes, a colour bar and
// words.
package render
