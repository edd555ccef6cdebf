// An invocation marches over a column of CHUNK voxels along the last axis of the grid and keeps what it sums in a
// register: sums cost no pass of their own, and go in one order. The launch size is the shape of the columns.
// Loops of stencils are short enough for compilers to unroll: on llvmpipe a loop of the same work takes a third longer, as
// it masks and reads every uniform anew each time round.
#include "grid.glsl"

#ifdef MOSAIC
#define STENCIL_CHUNK 4
#else
#define STENCIL_CHUNK 8
#endif

#if DIMENSIONS == 2
const ivec3 march = ivec3(0, 1, 0);
#define ALONG y
#else
const ivec3 march = ivec3(0, 0, 1);
#define ALONG z
#endif

ivec3 columnStart(ivec3 column) {
    column.ALONG *= CHUNK;
    return column;
}

// Whether the march has left the grid.
bool beyond(ivec3 v) {
    return v.ALONG >= shape.ALONG;
}

// Across the march there are as many columns as voxels, and in two dimensions none along z.
int columnIndex(ivec3 column) {
    return column.x + shape.x * (column.y + shape.y * column.z);
}

#ifdef MOSAIC
#include "mosaic.glsl"
#else
#include "uniform.glsl"
#endif
