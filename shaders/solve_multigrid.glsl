// One multigrid cycle on the levels from first to last: one work group does what relax_, restrict_ and
// prolong_multigrid do by a launch each. Mirrors multigrid's cycle. u of all these levels waits in shared memory.
// 8 bytes per voxel of the first level, f and u; the rest stays in the caches.
#define GROUP 512
#define CAPACITY 8192

layout(local_size_x = GROUP) in;

layout(std430) writeonly buffer Values { float values[]; }; // u

shared float kept[CAPACITY];

#define COHERENT coherent
#define VALUE(a_i) kept[(a_i) - levels[first].first]
uniform int first;
uniform int last;
#include "relax.glsl"

// Lets the group see what it has written.
void meet() {
    memoryBarrierShared();
    memoryBarrierBuffer();
    barrier();
}

#define EACH(a_n, a_shape) \
    for (int a_n = int(gl_LocalInvocationIndex); a_n < (a_shape).x * (a_shape).y * (a_shape).z; a_n += GROUP)

ivec3 voxelOf(ivec3 extent, int n) {
    return ivec3(n % extent.x, (n / extent.x) % extent.y, n / (extent.x * extent.y));
}

void relaxAll(Level l, int colour, int seam) {
    ivec3 pairs = ivec3((l.shape.x + 1) / 2, l.shape.yz);
    EACH(n, pairs) {
        ivec3 v = ofColour(voxelOf(pairs, n), colour);
        if (v.x < l.shape.x && touches(l, v, seam)) VALUE(indexIn(l, v)) = relaxed(l, v);
    }
    meet();
}

void sweeps(Level l, bool back) {
    for (int n = 0; n < l.sweeps; n++) {
        for (int turn = 0; turn < 2; turn++) {
            int colour = back ? 1 - turn : turn;
            if (back && l.seams != 0) relaxAll(l, colour, 1);
            relaxAll(l, colour, 0);
            if (!back && l.seams != 0) relaxAll(l, colour, 1);
        }
    }
}

void main() {
    for (int i = int(gl_LocalInvocationIndex); i < CAPACITY; i += GROUP) kept[i] = 0.0;
    meet();
    for (int n = first; n < last; n++) {
        sweeps(levels[n], false);
        Level coarser = levels[n + 1];
        EACH(i, coarser.shape) sources[coarser.first + i] = restricted(levels[n], voxelOf(coarser.shape, i));
        meet();
    }
    sweeps(levels[last], false);
    for (int n = last; n >= first; n--) {
        Level l = levels[n];
        if (n < last) {
            Level coarser = levels[n + 1];
            EACH(i, l.shape) {
                ivec3 v = voxelOf(l.shape, i);
                if (unsettled(l, v)) VALUE(l.first + i) += VALUE(indexIn(coarser, v >> l.halved));
            }
            meet();
        }
        sweeps(l, true);
    }
    Level l = levels[first];
    EACH(i, l.shape) values[l.first + i] = VALUE(l.first + i);
}
