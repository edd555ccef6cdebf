// The exchange of linear cells, or of walls, with their voxels. Mirrors cpu's exchange.addRate.
//   rate += scale (source - sink c)
// With DRIFT the source changes in time: source + drift since.
#define GROUP_X 64
#define GROUP_Y 1
#define GROUP_Z 1
#include "site.glsl"

layout(r32f) readonly uniform FIELD density; // c
layout(r32f) uniform FIELD rate;
layout(std430) readonly buffer Sites { uvec4 sites[]; }; // voxel, sink 1/s, source density/s
#ifdef DRIFT
layout(std430) readonly buffer Drifts { float drifts[]; }; // density/s^2
uniform float since; // s
#endif

uniform int count;
uniform float scale;

void main() {
    int i = int(gl_GlobalInvocationID.x);
    if (i >= count) return;
    uvec4 site = sites[i];
    ivec3 v = siteVoxel(site);
    float source = uintBitsToFloat(site.w);
#ifdef DRIFT
    source += drifts[i] * since;
#endif
    float change = source - uintBitsToFloat(site.z) * load(density, v);
    store(rate, v, load(rate, v) + scale * change);
}
