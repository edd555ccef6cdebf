// The linear cells of LOD, after its sweeps. Mirrors cpu's action.
//   seen = c + dt ((source - export) - sink c)/(1 + dt sink),  c = seen + dt export,  integral += dt seen
#define GROUP_X 64
#define GROUP_Y 1
#define GROUP_Z 1
#include "site.glsl"

layout(r32f) uniform FIELD density; // c
layout(std430) readonly buffer Sites { uvec4 sites[]; }; // voxel, sink 1/s, source density/s
layout(std430) readonly buffer Exports { float exports[]; }; // density/s
layout(std430) buffer Sums { vec2 sums[]; }; // compensated

uniform int count;
uniform float dt;

void main() {
    int i = int(gl_GlobalInvocationID.x);
    if (i >= count) return;
    uvec4 site = sites[i];
    ivec3 v = siteVoxel(site);
    float c = load(density, v);
    float sink = uintBitsToFloat(site.z);
    float saturable = uintBitsToFloat(site.w) - exports[i];
    float seen = c + dt * (saturable - sink * c) / (1.0 + dt * sink);
    store(density, v, seen + dt * exports[i]);
    sums[i] = compensated(sums[i], dt * seen);
}
