// An invocation marches over a column of CHUNK voxels along the last axis of the grid and keeps what it sums in a
// register: sums cost no pass of their own, and go in one order. The launch size is the shape of the columns.
#include "grid.glsl"

#ifndef CHUNK
#define CHUNK 32
#endif

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

int columnLength(ivec3 start) {
    return min(CHUNK, shape.ALONG - start.ALONG);
}

int columnIndex(ivec3 column) {
    return column.x + columns.x * (column.y + columns.y * column.z);
}

#ifdef MOSAIC
#include "mosaic.glsl"
#else
#include "uniform.glsl"
#endif
