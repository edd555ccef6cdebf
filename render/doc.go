// Package render makes pictures of a field. It cuts a plane out of it or projects
// it along an axis, maps densities to positions between 0 and 1, and positions to
// colours of one of colormap.Names; it finds contours, outlines, arrows and
// profiles to draw over them. A Scene is a field in three dimensions, seen by a
// Camera. The CPU does it from a tissue.Field, a Painter and a ScenePainter on the
// GPU from textures; slices and projections agree within one level of 255, scenes
// within two. Package figure adds axes, a colour bar and words.
package render
