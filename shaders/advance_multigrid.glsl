// Goes along the direction of search. Mirrors multigrid's stepRows.
//   u' = u + alpha p,  u = high + low
// An invocation has one voxel; the launch size is the grid. 20 bytes per voxel.
#include "voxels.glsl"
#include "search.glsl"

layout(r32f) uniform FIELD density;                              // high
layout(std430) buffer Low { float low[]; };                      // what high rounds off
layout(std430) readonly buffer Direction { float direction[]; }; // p

void main() {
    ivec3 v = ivec3(gl_GlobalInvocationID);
    if (!inside(v)) return;
    int i = v.x + shape.x * (v.y + shape.y * v.z);
    double u = double(load(density, v)) + (double(low[i]) + alpha * double(direction[i]));
    float high = float(u);
    store(density, v, high);
    low[i] = float(u - double(high));
}
