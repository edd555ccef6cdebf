// The voxels of the same parities of a sweep of Gauss-Seidel where there are links. Mirrors multigrid's relaxRows.
//   u' = u + factor ((f + sum over the links of T u_j) / (sum of T + k) - u)
// An invocation has one voxel; the launch size is the level with half the voxels along each axis, rounded up.
// An eighth of 16 bytes per voxel, u, f and k are read and u is written, and of 104 for the links.
#include "voxels.glsl"

layout(std430) buffer Values { float values[]; }; // u

#define VALUE(a_i) values[a_i]
#include "relax.glsl"

uniform int level;
uniform ivec3 parities;
uniform float factor;

void main() {
    Level l = levels[level];
    ivec3 v;
    if (ofParities(l, ivec3(gl_GlobalInvocationID), parities, v)) values[indexIn(l, v)] = relaxed(l, v, factor);
}
