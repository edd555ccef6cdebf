// Sums p A p. Mirrors multigrid's applyRows.
//   A p = sum over the faces of T (p_i - p_j) + k p_i
// An invocation has one voxel; the launch size is the grid. 8 bytes per voxel, p and k, and the faces.
#include "voxels.glsl"
#include "partial.glsl"
#include "multigrid.glsl"

layout(std430) readonly buffer Direction { float direction[]; }; // p

void main() {
    Level l = levels[0];
    ivec3 v = ivec3(gl_GlobalInvocationID);
    double product = 0.0;
    if (all(lessThan(v, l.shape))) {
        Stencil s = stencilAt(l, v);
        float own = direction[s.voxel];
        float sum = sinks[s.voxel] * own;
        for (int i = 0; i < 6; i++) sum += s.open[i] * (own - direction[s.next[i]]);
        product = double(own) * double(sum);
    }
    sumGroup(dvec2(product, 0.0));
}
