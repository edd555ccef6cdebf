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

// Sum over the axes of weights * ((c_lower - c) + (c_upper - c)), with the neighbours along the march given.
#if DIMENSIONS == 2
#define spread(a_field, a_v, a_c, a_before, a_after) \
    (weights.x * ((load(a_field, neighbour(a_v, ivec3(-1, 0, 0))) - (a_c)) \
                + (load(a_field, neighbour(a_v, ivec3(1, 0, 0))) - (a_c))) \
   + weights.y * (((a_before) - (a_c)) + ((a_after) - (a_c))))
#else
#define spread(a_field, a_v, a_c, a_before, a_after) \
    (weights.x * ((load(a_field, neighbour(a_v, ivec3(-1, 0, 0))) - (a_c)) \
                + (load(a_field, neighbour(a_v, ivec3(1, 0, 0))) - (a_c))) \
   + weights.y * ((load(a_field, neighbour(a_v, ivec3(0, -1, 0))) - (a_c)) \
                + (load(a_field, neighbour(a_v, ivec3(0, 1, 0))) - (a_c))) \
   + weights.z * (((a_before) - (a_c)) + ((a_after) - (a_c))))
#endif
