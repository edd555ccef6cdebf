// Adds a constant to the voxels that diffusion reaches. Mirrors cpu's balance.
//   y += excess/slope
// 16 bytes per voxel.
#include "voxels.glsl"
#include "search.glsl"
#include "implicit.glsl"

layout(r32f) uniform FIELD target;          // y, its first part
layout(std430) buffer Low { float low[]; }; // and its second

void main() {
    ivec3 v = ivec3(gl_GlobalInvocationID);
    if (!inside(v) || !openAt(v)) return;
    int i = numberOf(v);
    double y = double(load(target, v)) + (double(low[i]) + alpha);
    float high = float(y);
    store(target, v, high);
    low[i] = float(y - double(high));
}
