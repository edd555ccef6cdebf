// The residual of a density, in float64, and the sums of (f/diagonal)^2 and (s/diagonal)^2. Mirrors multigrid's startRows.
//   f = s - A u,  u = high + low
// What nothing changes, a voxel without faces and sink, has no residual.
// An invocation has one voxel; the launch size is the grid.
// 24 bytes per voxel: high, low, both parts of s and k are read, f is written; and the faces.
#include "voxels.glsl"
#include "partial.glsl"
#include "multigrid.glsl"

layout(r32f) readonly uniform FIELD density;   // high
layout(r32f) readonly uniform FIELD source;    // s, its first part
layout(r32f) readonly uniform FIELD sourceLow; // and its second
layout(std430) readonly buffer Low { float low[]; };
layout(std430) writeonly buffer Sources { float sources[]; }; // f

double valueAt(ivec3 v, int i) {
    return double(load(density, v)) + double(low[i]);
}

// Writes the residual of a voxel; returns it and the source, over the diagonal.
dvec2 startVoxel(Level l, ivec3 v) {
    Stencil s = stencilAt(l, v);
    double own = valueAt(v, s.voxel);
    double sum = 0.0;
    for (int i = 0; i < 6; i++) sum += double(s.open[i]) * (valueAt(nextTo(l, v, i), s.next[i]) - own);
    double made = double(load(source, v)) + double(load(sourceLow, v));
    double f = made + (sum - double(sinks[s.voxel]) * own);
    double diagonal = double(openOf(s)) + double(sinks[s.voxel]);
    sources[s.voxel] = diagonal > 0.0 ? float(f) : 0.0;
    return diagonal > 0.0 ? dvec2(f, made) / diagonal : dvec2(0.0);
}

void main() {
    Level l = levels[0];
    ivec3 v = ivec3(gl_GlobalInvocationID);
    dvec2 over = dvec2(0.0);
    if (all(lessThan(v, l.shape))) over = startVoxel(l, v);
    sumGroup(over * over);
}
