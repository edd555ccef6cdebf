// Linear cells, or walls, in the linear system of a stage. Mirrors cpu's setSink and setSource.
//   k += w sink,  s += w (source + drift since),  w = R alpha
// 52 bytes per voxel with cells.
#define GROUP_X 64
#define GROUP_Y 1
#define GROUP_Z 1
#include "implicit.glsl"
#include "source.glsl"

layout(std430) readonly buffer Sites { uvec4 sites[]; };   // voxel, sink 1/s, source density/s
layout(std430) buffer Sinks { float sinks[]; };            // k
#ifdef DRIFT
layout(std430) readonly buffer Drifts { float drifts[]; }; // density/s^2
uniform float since; // s
#endif

uniform int count;

void main() {
    int i = int(gl_GlobalInvocationID.x);
    if (i >= count) return;
    uvec4 site = sites[i];
    ivec3 v = siteVoxel(site);
    float made = uintBitsToFloat(site.w);
#ifdef DRIFT
    made += drifts[i] * since;
#endif
    sinks[numberOf(v)] += weightAt(v) * uintBitsToFloat(site.z);
    setSource(v, sourceAt(v) + double(weightAt(v)) * double(made));
}
