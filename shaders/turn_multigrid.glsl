// The next direction of search. Mirrors multigrid's turnRows.
//   p' = u + beta p
// An invocation has one voxel; the launch size is the grid. 12 bytes per voxel.
#include "voxels.glsl"
#include "search.glsl"

layout(std430) readonly buffer Values { float values[]; }; // u
layout(std430) buffer Direction { float direction[]; };    // p

void main() {
    ivec3 v = ivec3(gl_GlobalInvocationID);
    if (!inside(v)) return;
    int i = v.x + shape.x * (v.y + shape.y * v.z);
    direction[i] = beta == 0.0 ? values[i] : values[i] + float(beta) * direction[i]; // p may not be a number before the first
}
