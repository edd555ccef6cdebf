// One sweep of LOD: backward Euler for the increment d along every line of an axis, in place. Mirrors cpu's solveOne;
// engine.Line has the system.
//   forward   d'_i = transfer_i (c_(i-1) - 2 c_i + c_(i+1) + d'_(i-1)) - loss_i c_i
//   backward  d_i = d'_i + transfer_i d_(i+1),  c_i += d_i
// AXIS is 0, 1 or 2. With LINE d' waits in an array of that length, at least the line's, else in a texture. An invocation solves one line; the launch size is the grid without that axis.
#if AXIS == 0
#define GROUP_X 64
#else
#define GROUP_X 128
#endif
#define GROUP_Y 1
#define GROUP_Z 1
#include "site.glsl"

layout(r32f) uniform FIELD density; // c
#ifndef LINE
layout(r32f) uniform FIELD change;  // d'
#endif
layout(std430) readonly buffer Systems { vec2 systems[]; }; // transfer_i, loss_i
layout(std430) buffer Lines { vec4 lines[]; }; // sums of share c and of the inflow through walls, each compensated

uniform ivec2 extent;  // lines
uniform float fourier; // D dt/dx^2
uniform float share;   // dt over the number of axes, s
uniform vec2 wall;     // density held at the lower and upper side
uniform vec2 held;     // 2 where one is held, else 0

#if AXIS == 0
#define voxel(a_i) ivec3(a_i, line.x, line.y)
#define LENGTH shape.x
#elif AXIS == 1
#define voxel(a_i) ivec3(line.x, a_i, line.y)
#define LENGTH shape.y
#else
#define voxel(a_i) ivec3(line.x, line.y, a_i)
#define LENGTH shape.z
#endif

#ifdef LINE
#define keepChange(a_i, a_d) change[a_i] = a_d
#define keptChange(a_i) change[a_i]
#else
#define keepChange(a_i, a_d) store(change, voxel(a_i), a_d)
#define keptChange(a_i) load(change, voxel(a_i))
#endif

void main() {
    ivec2 line = ivec2(gl_GlobalInvocationID.xy);
    if (any(greaterThanEqual(line, extent))) return;
    int last = LENGTH - 1;
#ifdef LINE
    float change[LINE];
#endif
    float c = load(density, voxel(0));
    float below = -held.x * (wall.x - c); // c_i - c_(i-1)
    float d = 0.0;
    for (int i = 0; i < last; i++) {
        float next = load(density, voxel(i + 1));
        float above = next - c;
        d = systems[i].x * ((above - below) + d) - systems[i].y * c;
        keepChange(i, d);
        below = above;
        c = next;
    }
    d = systems[last].x * ((held.y * (wall.y - c) - below) + d) - systems[last].y * c;
    float before = c;
    float inflow = held.y * ((wall.y - c) - d); // of c + d before it is rounded: near a wall the change is less than that
    c += d;
    store(density, voxel(last), c);
    vec2 sum = vec2(c, 0.0);
    for (int i = last - 1; i >= 0; i--) {
        d = keptChange(i) + systems[i].x * d;
        before = load(density, voxel(i));
        c = before + d;
        store(density, voxel(i), c);
        sum = compensated(sum, c);
    }
    inflow += held.x * ((wall.x - before) - d);
    int n = line.x + extent.x * line.y;
    vec4 sums = lines[n];
    lines[n] = vec4(compensated(sums.xy, share * sum.x), compensated(sums.zw, fourier * inflow));
}
