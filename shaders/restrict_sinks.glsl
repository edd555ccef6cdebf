// Sinks of the next level, and the least sink of this one as a share of its diagonal. Mirrors multigrid's sinkRows and
// weakestSink.
//   k_parent = sum over the children of P k S/(k + S),  S = sum over the faces or links of T
// An invocation has one parent; the launch size is the coarser level.
// 4 bytes per voxel of the finer level, and its faces; 4 per parent.
#include "voxels.glsl"
#include "multigrid.glsl"

layout(std430) buffer Shares { uint shares[]; }; // per level: the bits of k/(k + S), ordered as their values are

uniform int level; // the finer

shared uint least;

// What a voxel takes up; counts its share of the diagonal.
float takenUp(Level l, ivec3 v) {
    float open = openAt(l, v);
    float k = sinks[indexIn(l, v)];
    if (!(open + k > 0.0)) return 0.0;
    atomicMin(least, floatBitsToUint(k / (open + k)));
    return k * (open / (open + k));
}

void restrictSinks(Level l, Level coarser, ivec3 parent) {
    float sum = 0.0;
    ivec3 place = parent << l.halved;
    if (l.basis == WHOLE) {
        EACH_OFFSET(child, place, min(place + l.halved, l.shape - 1)) sum += takenUp(l, child);
    } else {
        ivec3 child;
        EACH_OFFSET(offset, -l.halved, l.halved) {
            if (beside(l, place, offset, child)) sum += shareOf(l, coarser, parent, offset) * takenUp(l, child);
        }
    }
    sinks[indexIn(coarser, parent)] = sum;
}

void main() {
    if (gl_LocalInvocationIndex == 0) least = floatBitsToUint(1.0);
    memoryBarrierShared();
    barrier();
    ivec3 parent = ivec3(gl_GlobalInvocationID);
    if (all(lessThan(parent, levels[level + 1].shape))) restrictSinks(levels[level], levels[level + 1], parent);
    memoryBarrierShared();
    barrier();
    if (gl_LocalInvocationIndex == 0) atomicMin(shares[level], least);
}
