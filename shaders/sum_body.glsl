// What leaves the voxels that meet a compartment of the body; the host sums the parts. Mirrors cpu's body.sum.
//   partial_k = sum of outward c over sites k, k + parts, k + 2 parts, ...
#define GROUP_X 64
#define GROUP_Y 1
#define GROUP_Z 1
#include "site.glsl"

layout(r32f) readonly uniform FIELD density; // c, or an increment
layout(std430) readonly buffer Sites { uvec4 sites[]; }; // voxel, inward 1/s, outward amount/s per density
layout(std430) writeonly buffer Partial { float partial[]; };

uniform int count;
uniform int parts;

void main() {
    int k = int(gl_GlobalInvocationID.x);
    if (k >= parts) return;
    vec2 sum = vec2(0.0);
    for (int i = k; i < count; i += parts) {
        sum = compensated(sum, uintBitsToFloat(sites[i].w) * load(density, siteVoxel(sites[i])));
    }
    partial[k] = sum.x;
}
