// One colour of a sweep of red-black Gauss-Seidel. Mirrors multigrid's relaxRows.
//   u' = u + factor ((f + sum over the faces of T u_j) / (sum of T + k) - u)
// With START u is 0 before, whatever the field holds, and so it is after but in the voxels of this stage. An invocation
// has a pair of voxels along x, one of them of the colour; the launch size is the level with half the voxels along x,
// rounded up.
// 16 bytes per voxel: u, f and k are read and u is written, of f and k every other one; 12 with START. And the faces:
// 12 of a level that has its own, 1 where they go by labels.
#include "voxels.glsl"

layout(std430) buffer Values { float values[]; }; // u

#define VALUE(a_i) values[a_i]
#include "relax.glsl"

uniform int level;
uniform int colour;
uniform int seam;
uniform float factor;

void main() {
    Level l = levels[level];
    ivec3 pair = ivec3(gl_GlobalInvocationID);
    if (any(greaterThanEqual(pair * ivec3(2, 1, 1), l.shape))) return;
    ivec3 v = ofColour(pair, colour);
    bool relaxes = v.x < l.shape.x && touches(l, v, seam);
#ifdef START
    if (v.x < l.shape.x) values[indexIn(l, v)] = relaxes ? relaxedFromZero(l, v, factor) : 0.0;
    ivec3 other = ofColour(pair, 1 - colour);
    if (other.x < l.shape.x) values[indexIn(l, other)] = 0.0;
#else
    if (relaxes) values[indexIn(l, v)] = relaxed(l, v, factor);
#endif
}
