// Adds each voxel's shares of the parents' values, where the sweep that follows reads them. Mirrors multigrid's
// interpolateRows.
//   u += sum over the parents of P u_parent
// An invocation has one voxel; the launch size is the finer level.
// 8 bytes per voxel of the finer level; 112 per parent, 27 shares and u.
#include "voxels.glsl"

layout(std430) buffer Values { float values[]; }; // u

#define VALUE(a_i) values[a_i]
#define VARIED
#include "relax.glsl"

uniform int level; // the finer

void main() {
    Level l = levels[level];
    ivec3 v = ivec3(gl_GlobalInvocationID);
    if (any(greaterThanEqual(v, l.shape)) || !unsettled(l, v)) return;
    values[indexIn(l, v)] += interpolated(l, levels[level + 1], v);
}
