// Sinks of the next level, and the least sink of this one as a share of its diagonal. Mirrors multigrid's sinkRows and
// weakestSink.
//   k_parent = sum over the children of k S/(k + S),  S = sum over the faces of T
// An invocation has one parent; the launch size is the coarser level.
// 4 bytes per voxel of the finer level, and its faces; 4 per parent.
#include "voxels.glsl"
#include "multigrid.glsl"

layout(std430) buffer Shares { uint shares[]; }; // per level: the bits of k/(k + S), ordered as their values are

uniform int level; // the finer

shared uint least;

void restrictSinks(Level l, ivec3 parent) {
    ivec3 low = parent << l.halved;
    ivec3 high = min(low + l.halved, l.shape - 1);
    float sum = 0.0;
    for (int z = low.z; z <= high.z; z++)
        for (int y = low.y; y <= high.y; y++)
            for (int x = low.x; x <= high.x; x++) {
                Stencil s = stencilAt(l, ivec3(x, y, z));
                float open = openOf(s);
                float k = sinks[s.voxel];
                if (open + k > 0.0) {
                    sum += k * (open / (open + k));
                    atomicMin(least, floatBitsToUint(k / (open + k)));
                }
            }
    sinks[indexIn(levels[level + 1], parent)] = sum;
}

void main() {
    if (gl_LocalInvocationIndex == 0) least = floatBitsToUint(1.0);
    memoryBarrierShared();
    barrier();
    ivec3 parent = ivec3(gl_GlobalInvocationID);
    if (all(lessThan(parent, levels[level + 1].shape))) restrictSinks(levels[level], parent);
    memoryBarrierShared();
    barrier();
    if (gl_LocalInvocationIndex == 0) atomicMin(shares[level], least);
}
