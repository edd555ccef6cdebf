// Sums the residuals of a parent's children, where they are not 0. Mirrors multigrid's restrictRows.
//   f_parent = sum over the children of f - A u
// An invocation has one parent; the launch size is the coarser level.
// 12 bytes per voxel of the finer level, u, f and k, and its faces; 4 per parent.
#include "voxels.glsl"

layout(std430) readonly buffer Values { float values[]; }; // u

#define VALUE(a_i) values[a_i]
#include "relax.glsl"

uniform int level; // the finer

void main() {
    Level coarser = levels[level + 1];
    ivec3 parent = ivec3(gl_GlobalInvocationID);
    if (any(greaterThanEqual(parent, coarser.shape))) return;
    sources[indexIn(coarser, parent)] = restricted(levels[level], parent);
}
