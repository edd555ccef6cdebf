// Adds the parents' values, where the sweep that follows reads them. Mirrors multigrid's prolongRows.
//   u += u_parent
// An invocation has two voxels along x; the launch size is that of relax_multigrid.
// 8 bytes per voxel of the finer level, 4 per parent.
#include "voxels.glsl"

layout(std430) buffer Values { float values[]; }; // u

#define VALUE(a_i) values[a_i]
#include "relax.glsl"

uniform int level; // the finer

void main() {
    Level l = levels[level];
    Level coarser = levels[level + 1];
    ivec3 v = ivec3(gl_GlobalInvocationID) * ivec3(2, 1, 1);
    if (any(greaterThanEqual(v, l.shape))) return;
    for (int end = min(v.x + 2, l.shape.x); v.x < end; v.x++) {
        if (unsettled(l, v)) values[indexIn(l, v)] += values[indexIn(coarser, v >> l.halved)];
    }
}
