// An invocation marches over a column of CHUNK voxels along the last axis of the grid and keeps what it sums in a
// register: sums cost no pass of their own, and go in one order. The launch size is the shape of the columns.
//   CHUNK  short for stencils, whose loops compilers then unroll: llvmpipe runs a loop of the same work at half the speed
//          and reads every uniform anew each time round. Long for kernels that do little but sum.
#include "grid.glsl"

#if DIMENSIONS == 2
const ivec3 march = ivec3(0, 1, 0);
#define ALONG y
#else
const ivec3 march = ivec3(0, 0, 1);
#define ALONG z
#endif

uniform ivec3 columns; // shape of the columns

ivec3 columnStart(ivec3 column) {
    column.ALONG *= CHUNK;
    return column;
}

// Whether the march has left the grid.
bool beyond(ivec3 v) {
    return v.ALONG >= shape.ALONG;
}

int columnIndex(ivec3 column) {
    return column.x + columns.x * (column.y + columns.y * column.z);
}

#ifdef MOSAIC
#include "mosaic.glsl"
#else
#include "uniform.glsl"
#endif
