// Books an accepted step at the sites. Mirrors cpu's exchange.book.
//   integral += dt (c + share)
#define GROUP_X 64
#define GROUP_Y 1
#define GROUP_Z 1
#include "site.glsl"

layout(r32f) readonly uniform FIELD density; // c before the step
layout(std430) readonly buffer Sites { uvec4 sites[]; };
layout(std430) readonly buffer Shares { float shares[]; };
layout(std430) buffer Sums { vec2 sums[]; }; // compensated

uniform int count;
uniform float dt;
uniform float keep; // 0 leaves the shares out

void main() {
    int i = int(gl_GlobalInvocationID.x);
    if (i >= count) return;
    float c = load(density, siteVoxel(sites[i]));
    sums[i] = compensated(sums[i], dt * (c + (keep != 0.0 ? shares[i] : 0.0)));
}
