// Red-black Gauss-Seidel and the passages between levels. Mirrors relaxRows, restrictRows and prolongRows of
// engine/multigrid. The kernel defines VALUE(a_i), u of a voxel by its number, and where its invocations read what
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

// u = (f + sum over the faces of T u_j) / (sum of T + k); 0 where that is 0/0.
float relaxed(Level l, ivec3 v) {
    Stencil s = stencilAt(l, v);
    float sum = sources[s.voxel];
    for (int i = 0; i < 6; i++) sum += s.open[i] * VALUE(s.next[i]);
    float diagonal = openOf(s) + sinks[s.voxel];
    return diagonal > 0.0 ? sum / diagonal : 0.0;
}

// The same where all u_j are 0.
float relaxedFromZero(Level l, ivec3 v) {
    Stencil s = stencilAt(l, v);
    float diagonal = openOf(s) + sinks[s.voxel];
    return diagonal > 0.0 ? sources[s.voxel] / diagonal : 0.0;
}

// Whether the residual is not 0 after a sweep of the odd colour.
bool unsettled(Level l, ivec3 v) {
    return l.seams != 0 || (v.x + v.y + v.z) % 2 == 0;
}

float residualAt(Level l, ivec3 v) {
    Stencil s = stencilAt(l, v);
    float own = VALUE(s.voxel);
    float sum = 0.0;
    for (int i = 0; i < 6; i++) sum += s.open[i] * (VALUE(s.next[i]) - own);
    return sources[s.voxel] + (sum - sinks[s.voxel] * own);
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
