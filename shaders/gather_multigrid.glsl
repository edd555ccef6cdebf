// Sums the shares that parents have of the residuals, and starts from 0. Mirrors multigrid's gatherRows.
//   f_parent = sum over the voxels of P (f - A u),  u_parent = 0
// An invocation has one parent; the launch size is the coarser level.
// 4 bytes per voxel of the finer level; 116 per parent, 27 shares, f and u.
#include "voxels.glsl"

layout(std430) writeonly buffer Values { float values[]; }; // u

#define VALUE(a_i) 0.0
#define VARIED
#include "relax.glsl"

uniform int level; // the finer

void main() {
    Level coarser = levels[level + 1];
    ivec3 parent = ivec3(gl_GlobalInvocationID);
    if (any(greaterThanEqual(parent, coarser.shape))) return;
    int i = indexIn(coarser, parent);
    sources[i] = gathered(levels[level], coarser, parent);
    values[i] = 0.0;
}
