// Sums the residual times what the cycle made of it. Mirrors multigrid's projectRows.
//   sum of f u
// An invocation has one voxel; the launch size is the grid. 8 bytes per voxel.
#include "voxels.glsl"
#include "partial.glsl"

layout(std430) readonly buffer Values { float values[]; };    // u
layout(std430) readonly buffer Sources { float sources[]; };  // f

void main() {
    ivec3 v = ivec3(gl_GlobalInvocationID);
    double product = 0.0;
    if (inside(v)) {
        int i = v.x + shape.x * (v.y + shape.y * v.z);
        product = double(values[i]) * double(sources[i]);
    }
    sumGroup(dvec2(product, 0.0));
}
