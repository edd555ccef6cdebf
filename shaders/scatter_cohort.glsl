// Takes what flows into the cells of a cohort from the voxels they touch, one invocation a voxel, in the order of the
// cells. Mirrors cpu's cohortFluid.drop.
//   target -= scale sum of share J / capacity
// FIELDS declares a target per fluid, and STORE changes them by sum, which is over J of each.
#define GROUP_X 64
#define GROUP_Y 1
#define GROUP_Z 1
#include "site.glsl"

FIELDS // layout(r32f) uniform FIELD target0; ...
layout(std430) readonly buffer Sites { uvec4 sites[]; };        // voxel, first drop, how many
layout(std430) readonly buffer Drops { uvec2 drops[]; };        // cell, bits of its share
layout(std430) readonly buffer Portions { float portions[]; };  // per fluid and site: 1/capacity, 0 where the density is held
layout(std430) readonly buffer Exchanged { vec4 exchanged[]; }; // per fluid and cell: J in y

uniform int count; // of sites
uniform int cells;
uniform int fluid; // the first, in portions
uniform int row;   // and in exchanged
uniform float scale;

void main() {
    int i = int(gl_GlobalInvocationID.x);
    if (i >= count) return;
    uvec4 site = sites[i];
    float sum[FLUIDS];
    for (int f = 0; f < FLUIDS; f++) sum[f] = 0.0;
    for (uint k = site.z; k < site.z + site.w; k++) {
        uvec2 drop = drops[k];
        for (int f = 0; f < FLUIDS; f++) sum[f] += uintBitsToFloat(drop.y) * exchanged[(row + f) * cells + int(drop.x)].y;
    }
    for (int f = 0; f < FLUIDS; f++) sum[f] *= scale * portions[(fluid + f) * count + i];
    ivec3 v = siteVoxel(site);
    STORE // store(target0, v, load(target0, v) - sum[0]);
}
