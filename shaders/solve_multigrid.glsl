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
#define VARIED
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

void relaxAll(Level l, int colour, int seam, float factor) {
    ivec3 pairs = ivec3((l.shape.x + 1) / 2, l.shape.yz);
    EACH(n, pairs) {
        ivec3 v = ofColour(voxelOf(pairs, n), colour);
        if (v.x < l.shape.x && touches(l, v, seam)) VALUE(indexIn(l, v)) = relaxed(l, v, factor);
    }
    meet();
}

void relaxParities(Level l, ivec3 parities, float factor) {
    ivec3 pairs = (l.shape + 1) / 2;
    EACH(n, pairs) {
        ivec3 v;
        if (ofParities(l, voxelOf(pairs, n), parities, v)) VALUE(indexIn(l, v)) = relaxed(l, v, factor);
    }
    meet();
}

// Relaxes one stage of a sweep, of those that stages() of engine/multigrid returns.
void relaxStage(Level l, int stage, float factor) {
    if (l.links == FACES) {
        relaxAll(l, stage / (1 + l.seams), stage % (1 + l.seams), factor);
    } else {
        ivec3 n = paritiesOf(l);
        relaxParities(l, voxelOf(n, stage), factor);
    }
}

void sweeps(Level l, bool back) {
    ivec3 n = paritiesOf(l);
    int stages = l.links == FACES ? 2 * (1 + l.seams) : n.x * n.y * n.z;
    for (int i = 0; i < l.sweeps; i++) {
        for (int turn = 0; turn < stages; turn++) {
            bool settle = back ? i == 0 && turn == 0 : i == l.sweeps - 1 && turn == stages - 1;
            relaxStage(l, back ? stages - 1 - turn : turn, settle ? 1.0 : l.factor);
        }
    }
}

// Makes f of the level after one.
void restrictAll(Level l, Level coarser) {
    if (l.basis == WHOLE) {
        EACH(i, coarser.shape) sources[coarser.first + i] = restricted(l, voxelOf(coarser.shape, i));
    } else {
        EACH(i, l.shape) residuals[l.first + i] = residualAt(l, voxelOf(l.shape, i));
        meet();
        EACH(i, coarser.shape) sources[coarser.first + i] = gathered(l, coarser, voxelOf(coarser.shape, i));
    }
    meet();
}

// Adds what the level after one has found.
void prolongAll(Level l, Level coarser) {
    EACH(i, l.shape) {
        ivec3 v = voxelOf(l.shape, i);
        if (!unsettled(l, v)) continue;
        VALUE(l.first + i) += l.basis == WHOLE ? VALUE(indexIn(coarser, v >> l.halved)) : interpolated(l, coarser, v);
    }
    meet();
}

void main() {
    for (int i = int(gl_LocalInvocationIndex); i < CAPACITY; i += GROUP) kept[i] = 0.0;
    meet();
    for (int n = first; n < last; n++) {
        sweeps(levels[n], false);
        restrictAll(levels[n], levels[n + 1]);
    }
    sweeps(levels[last], false);
    for (int n = last; n >= first; n--) {
        if (n < last) prolongAll(levels[n], levels[n + 1]);
        sweeps(levels[n], true);
    }
    Level l = levels[first];
    EACH(i, l.shape) values[l.first + i] = VALUE(l.first + i);
}
