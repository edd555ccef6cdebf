// Adds a constant to the voxels that diffusion reaches; the others are solved for, each on its own. Mirrors cpu's
// balance and holdDensities.
//   y += excess/slope,  or y = s/k where k is not 0
// 16 bytes per voxel.
#include "voxels.glsl"
#include "search.glsl"
#include "implicit.glsl"
#include "source.glsl"

layout(r32f) uniform FIELD target;                       // y, its first part
layout(std430) buffer Low { float low[]; };              // and its second
layout(std430) readonly buffer Sinks { float sinks[]; }; // k

void main() {
    ivec3 v = ivec3(gl_GlobalInvocationID);
    if (!inside(v)) return;
    int i = numberOf(v);
    double y = double(load(target, v)) + double(low[i]);
    if (openAt(v)) y += alpha;
    else if (sinks[i] > 0.0) y = sourceAt(v) / double(sinks[i]);
    float high = float(y);
    store(target, v, high);
    low[i] = float(y - double(high));
}
