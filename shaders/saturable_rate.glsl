// The exchange of saturable cells with their voxels. Mirrors cpu's exchange.addRate.
//   rate -= scale J
#define GROUP_X 64
#define GROUP_Y 1
#define GROUP_Z 1
#include "surface_law.glsl"

layout(r32f) readonly uniform FIELD density; // c
layout(r32f) uniform FIELD rate;

uniform float scale;

void main() {
    int i = int(gl_GlobalInvocationID.x);
    if (i >= count) return;
    uvec4 site = sites[i];
    ivec3 v = siteVoxel(site);
    float c = load(density, v);
    float total = 0.0;
    for (uint k = site.z; k < site.z + site.w; k++) total += flux(laws[k], surface(laws[k], c));
    store(rate, v, load(rate, v) - scale * total);
}
