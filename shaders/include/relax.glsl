// Gauss-Seidel and the passages between levels. Mirrors relaxRows, restrictRows, prolongRows, residualRows, gatherRows
// and interpolateRows of engine/multigrid. The kernel defines VALUE(a_i), u of a voxel by its number, and where its invocations read what
// others of their group have written, COHERENT.
#include "multigrid.glsl"

#ifndef COHERENT
#define COHERENT
#endif

layout(std430) COHERENT buffer Sources { float sources[]; }; // f

// A voxel of one colour, x + y + z even or odd, of each pair along x.
ivec3 ofColour(ivec3 pair, int colour) {
    return ivec3(2 * pair.x + (pair.y + pair.z + colour) % 2, pair.yz);
}

// Whether a voxel of the colour is relaxed with those that touch an even or odd number of seams. A seam is the last
// voxel along an odd periodic axis: its upper neighbour has its colour.
bool touches(Level l, ivec3 v, int seam) {
    ivec3 odd = l.periodic * (l.shape % 2) * ivec3(equal(v, l.shape - 1));
    return (odd.x + odd.y + odd.z) % 2 == seam;
}

// How many parities there are along each axis.
ivec3 paritiesOf(Level l) {
    return min(l.shape, 2) + l.periodic * (l.shape % 2);
}

// Finds the voxel of a pair along each axis that has the given parities, which are 2 on seams, if there is one.
bool ofParities(Level l, ivec3 pair, ivec3 parities, out ivec3 v) {
    bool within = true;
    for (int axis = 0; axis < 3; axis++) {
        bool onSeam = parities[axis] == 2;
        int last = l.shape[axis] - 1 - l.periodic[axis] * (l.shape[axis] % 2);
        v[axis] = onSeam ? last + 1 : 2 * pair[axis] + parities[axis];
        within = within && (onSeam ? pair[axis] == 0 : v[axis] <= last);
    }
    return within;
}

// Sums T (u_j - origin) and T over the neighbours.
vec2 around(Level l, ivec3 v, float origin) {
    vec2 sums = vec2(0.0);
    if (l.links == FACES) {
        Stencil s = stencilAt(l, v);
        for (int i = 0; i < 6; i++) sums += s.open[i] * vec2(VALUE(s.next[i]) - origin, 1.0);
        return sums;
    }
    ivec3 next;
    EACH_OFFSET(offset, ivec3(-1), ivec3(1)) {
        if (offset != ivec3(0) && beside(l, v, offset, next))
            sums += linkOf(l, v, next, offset) * vec2(VALUE(indexIn(l, next)) - origin, 1.0);
    }
    return sums;
}

// u + factor ((f + sum of T u_j) / (sum of T + k) - u); 0 where that is 0/0.
float relaxed(Level l, ivec3 v, float factor) {
    int i = indexIn(l, v);
    vec2 sums = around(l, v, 0.0);
    float diagonal = sums.y + sinks[i];
    if (!(diagonal > 0.0)) return 0.0;
    float settled = (sources[i] + sums.x) / diagonal;
    return factor == 1.0 ? settled : mix(VALUE(i), settled, factor);
}

// The same where all u are 0.
float relaxedFromZero(Level l, ivec3 v, float factor) {
    int i = indexIn(l, v);
    float diagonal = openAt(l, v) + sinks[i];
    return diagonal > 0.0 ? factor * (sources[i] / diagonal) : 0.0;
}

// Whether the residual is not 0 after a sweep of the odd colour; where there are links, that is not looked for.
bool unsettled(Level l, ivec3 v) {
    return l.seams != 0 || l.links != FACES || (v.x + v.y + v.z) % 2 == 0;
}

float residualAt(Level l, ivec3 v) {
    int i = indexIn(l, v);
    float own = VALUE(i);
    return sources[i] + (around(l, v, own).x - sinks[i] * own);
}

// Sum over the children of a voxel of the next level of their residuals f - A u, where they are not 0.
float restricted(Level l, ivec3 parent) {
    ivec3 low = parent << l.halved;
    ivec3 high = min(low + l.halved, l.shape - 1);
    float sum = 0.0;
    for (int z = low.z; z <= high.z; z++)
        for (int y = low.y; y <= high.y; y++)
            for (int x = low.x; x <= high.x; x++)
                if (unsettled(l, ivec3(x, y, z))) sum += residualAt(l, ivec3(x, y, z));
    return sum;
}

#ifdef VARIED
layout(std430) COHERENT buffer Residuals { float residuals[]; }; // f - A u, where it may be other than 0

// Sum over the voxels around a parent's place of its share of their residuals.
float gathered(Level l, Level coarser, ivec3 parent) {
    float sum = 0.0;
    ivec3 child;
    EACH_OFFSET(offset, -l.halved, l.halved) {
        if (beside(l, parent << l.halved, offset, child) && unsettled(l, child))
            sum += shareOf(l, coarser, parent, offset) * residuals[indexIn(l, child)];
    }
    return sum;
}

// Sum over the places around a voxel of its share of their parents' values.
float interpolated(Level l, Level coarser, ivec3 v) {
    ivec3 between = (v % 2) * l.halved;
    float sum = 0.0;
    ivec3 place;
    EACH_OFFSET(offset, -between, between) {
        if (abs(offset) == between && beside(l, v, offset, place)) {
            ivec3 parent = place >> l.halved;
            sum += shareOf(l, coarser, parent, -offset) * VALUE(indexIn(coarser, parent));
        }
    }
    return sum;
}
#endif
