// What a compartment of the body gives to the voxels that meet it. Mirrors cpu's body.join.
//   target += inward level
// With RESPONDS what the voxels exchange responds to the body: engine.Crossing.
//   target += inward (level - keep c - lose d)
#define GROUP_X 64
#define GROUP_Y 1
#define GROUP_Z 1
#include "site.glsl"

layout(r32f) uniform FIELD target;
layout(std430) readonly buffer Sites { uvec4 sites[]; }; // voxel, inward 1/s, outward amount/s per density

uniform int count;
uniform float level; // density of the compartment, or of a stage mu~ dt times its increment
#ifdef RESPONDS
layout(r32f) readonly uniform FIELD density; // c
layout(r32f) readonly uniform FIELD near;    // d
uniform float keep;
uniform float lose;
#endif

void main() {
    int i = int(gl_GlobalInvocationID.x);
    if (i >= count) return;
    ivec3 v = siteVoxel(sites[i]);
    float crossing = level;
#ifdef RESPONDS
    crossing -= keep * load(density, v) + lose * load(near, v);
#endif
    store(target, v, load(target, v) + uintBitsToFloat(sites[i].z) * crossing);
}
