// One stage j >= 3 of a Runge-Kutta-Chebyshev step in increments d_j = Y_j - c. Mirrors cpu's stepper.stage.
//   d_j = mu d_(j-1) + nu d_(j-2) + mu~ dt (diffusion - decay) d_(j-1) + (mu~ + gamma~) dt F(c)
// overwrites d_(j-2); the scale of transport is mu~ dt. The exchange comes after, as a sparse pass.
// With SECOND, j = 3: d_1 is not kept but is mu~_1 dt F(c), which rateShare then holds. With LAST it writes c + d_s.
#define CHUNK STENCIL_CHUNK
#include "column.glsl"

layout(r32f) readonly uniform FIELD near; // d_(j-1)
#ifdef SECOND
layout(r32f) writeonly uniform FIELD far; // d_j
#else
layout(r32f) uniform FIELD far;           // d_(j-2), then d_j
uniform float nu;
#endif
layout(r32f) readonly uniform FIELD rate; // F(c)
#ifdef LAST
layout(r32f) readonly uniform FIELD density; // c
#endif
layout(std430) buffer Totals { float totals[]; }; // per column: sum over stages of w_j times what d_j makes decay

uniform float own;    // mu
uniform float rateShare; // (mu~ + gamma~) dt
uniform float share;     // w_(j-1)

void main() {
    ivec3 column = ivec3(gl_GlobalInvocationID);
    ivec3 v = columnStart(column);
    if (!inside(v)) return;
    float before = load(near, neighbour(v, -march));
    float d = load(near, v);
    float sum = 0.0;
    startLabels(v)
    for (int n = 0; n < CHUNK && !beyond(v); n++) {
        float after = load(near, neighbour(v, march));
        float next = own * d + transport(near, v, d, before, after) + rateShare * load(rate, v);
#ifndef SECOND
        next += nu * load(far, v);
#endif
#ifdef LAST
        next = load(density, v) + next;
#endif
        store(far, v, next);
        sum += decaying(d);
        before = d;
        d = after;
        v += march;
        nextLabels(v)
    }
    totals[columnIndex(column)] += share * sum;
}
