// What reactions do to one member of a group. Mirrors cpu's reactions.addRate and, with STAGE, addStage.
//   target += scale net(c)/R,                   or with STAGE
//   target += scale (net(c + d) - net(c))/R,    d = valueScale * increment
// Over a column the rates are summed up with a weight and, without STAGE, alone, beside the largest slope/R.
// NET is the rate of change over y[0], y[1], ..., the densities of the MEMBERS, and SLOPE the sum of its absolute derivatives.
// FIELDS declares a field per member, or two, READ puts their values into y, and ADD the increments on top. In a mosaic 1/R
// is that of the label, and 0 where nothing reacts; sums are then of alpha net.
#define CHUNK 32
#include "column.glsl"

FIELDS // density0; ... near0; ..., images or samplers
layout(r32f) uniform FIELD target;

// Per column: the weighted sum, that of c, and the largest slope.
layout(std430) buffer Reacted { vec4 reacted[]; };

uniform float scale;
uniform float share; // 1/R in uniform tissue
uniform float weight; // of a stage, w_(j-1)
uniform float keep;   // 0 starts the sum anew
#ifdef STAGE
uniform float valueScale; // 1, or mu~_1 dt in the first stage
#endif

float net(float y[MEMBERS]) {
    return NET;
}

#ifndef STAGE
float slope(float y[MEMBERS]) {
    return SLOPE;
}
#endif

void main() {
    ivec3 column = ivec3(gl_GlobalInvocationID);
    ivec3 v = columnStart(column);
    if (!inside(v)) return;
    float sum = 0.0;
    float steepest = 0.0;
    for (int n = 0; n < CHUNK && !beyond(v); n++) {
#ifdef MOSAIC
        uint label = labelAt(v);
        float amount = reactingOf(label);
        float part = amount / capacityOf(label);
#else
        float amount = share;
        float part = share;
#endif
        float y[MEMBERS];
        READ
        float rate = net(y);
#ifdef STAGE
        float before = rate;
        ADD
        rate = net(y) - before;
#else
        float steep = part * slope(y);
        if (steep < 3.4e38) steepest = max(steepest, steep); // neither infinite nor NaN
#endif
        store(target, v, load(target, v) + scale * part * rate);
        sum += amount * rate;
        v += march;
    }
    int i = columnIndex(column);
    reacted[i].x = (keep != 0.0 ? reacted[i].x : 0.0) + weight * sum;
#ifndef STAGE
    reacted[i].yz = vec2(sum, steepest);
#endif
}
