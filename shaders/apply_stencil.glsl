// Diffusion and decay of one field: a rate, the first stage of a step, or a step of forward Euler.
//   c' = own c + (sum over axes of weight ((c_lower - c) + (c_upper - c)) - decay c)
// Mirrors cpu's operator.apply and, with MOSAIC, applyMosaic. With SUM what c makes decay over the column, times share,
// joins its total.
#define CHUNK STENCIL_CHUNK
#include "column.glsl"

layout(r32f) readonly uniform FIELD density;      // c
layout(r32f) writeonly uniform FIELD densityNext; // c'
#ifdef SUM
layout(std430) buffer Totals { float totals[]; }; // per column
uniform float share;
uniform float keep; // 0 starts the totals anew
#endif

uniform float own;

void main() {
    ivec3 column = ivec3(gl_GlobalInvocationID);
    ivec3 v = columnStart(column);
    if (!inside(v)) return;
    float before = load(density, neighbour(v, -march));
    float c = load(density, v);
    float sum = 0.0;
    startLabels(v)
    for (int n = 0; n < CHUNK && !beyond(v); n++) {
        float after = load(density, neighbour(v, march));
        store(densityNext, v, own * c + transport(density, v, c, before, after));
        sum += decaying(c);
        before = c;
        c = after;
        v += march;
        nextLabels(v)
    }
#ifdef SUM
    int i = columnIndex(column);
    totals[i] = (keep != 0.0 ? totals[i] : 0.0) + share * sum;
#endif
}
