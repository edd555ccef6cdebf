// The steepest row of a cohort's Jacobian, of the states of its cells and of the voxels they touch. Mirrors cpu's
// cohort.steepness. An invocation goes over every strands-th of either; the host finds the largest.
#define GROUP_X 64
#define GROUP_Y 1
#define GROUP_Z 1
#include "site.glsl"

#if FOURS > 0
layout(std430) readonly buffer Rows { float rows[]; }; // per cell
#endif
#if FLUIDS > 0
layout(std430) readonly buffer Sites { uvec4 sites[]; }; // as in scatter_cohort.glsl
layout(std430) readonly buffer Drops { uvec2 drops[]; };
layout(std430) readonly buffer Portions { float portions[]; };
layout(std430) readonly buffer Slopes { float slopes[]; }; // per fluid and cell; see evaluate_cohort.glsl
uniform int count; // of sites
#endif
layout(std430) writeonly buffer Strands { float strand[]; }; // 1/s

uniform int cells;
uniform int strands;

void main() {
    int first = int(gl_GlobalInvocationID.x);
    if (first >= strands) return;
    float steepest = 0.0;
#if FOURS > 0
    for (int cell = first; cell < cells; cell += strands) steepest = max(steepest, rows[cell]);
#endif
#if FLUIDS > 0
    for (int i = first; i < count; i += strands) {
        uvec4 site = sites[i];
        for (int f = 0; f < FLUIDS; f++) {
            float portion = portions[f * count + i];
            float sum = 0.0;
            for (uint k = site.z; k < site.z + site.w; k++) {
                uvec2 drop = drops[k];
                sum += portion * uintBitsToFloat(drop.y) * slopes[f * cells + int(drop.x)];
                if (sum < 3.4e38) steepest = max(steepest, sum); // neither infinite nor NaN
            }
        }
    }
#endif
    strand[first] = steepest;
}
