// The residual of a level where it may be other than 0. Mirrors multigrid's residualRows.
//   f - A u
// An invocation has one voxel; the launch size is the level.
// 16 bytes per voxel, u, f and k are read and the residual is written, and its faces or links.
#include "voxels.glsl"

layout(std430) readonly buffer Values { float values[]; }; // u

#define VALUE(a_i) values[a_i]
#define VARIED
#include "relax.glsl"

uniform int level;

void main() {
    Level l = levels[level];
    ivec3 v = ivec3(gl_GlobalInvocationID);
    if (any(greaterThanEqual(v, l.shape)) || !unsettled(l, v)) return;
    residuals[indexIn(l, v)] = residualAt(l, v);
}
