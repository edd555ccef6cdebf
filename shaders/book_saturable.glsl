// Books an accepted step for saturable cells. Mirrors cpu's exchange.book.
//   sums of dt (c_s + share) and of dt (saturated uptake + share)
#define GROUP_X 64
#define GROUP_Y 1
#define GROUP_Z 1
#include "surface_law.glsl"

layout(r32f) readonly uniform FIELD density; // c before the step
layout(std430) readonly buffer Shares { vec2 shares[]; };
layout(std430) buffer Sums { vec4 sums[]; }; // surface and saturated, each compensated

uniform float dt;
uniform float keep; // 0 leaves the shares out

void main() {
    int i = int(gl_GlobalInvocationID.x);
    if (i >= count) return;
    uvec4 site = sites[i];
    float c = load(density, siteVoxel(site));
    for (uint k = site.z; k < site.z + site.w; k++) {
        float atSurface = surface(laws[k], c);
        vec2 value = vec2(atSurface, saturated(laws[k], atSurface)) + (keep != 0.0 ? shares[k] : vec2(0.0));
        sums[k] = vec4(compensated(sums[k].xy, dt * value.x), compensated(sums[k].zw, dt * value.y));
    }
}
