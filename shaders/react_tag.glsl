// What reactions do to one tag of a member of a group. Mirrors cpu's tagReactions. See react.glsl for the stages, the sums,
// FIELDS, READ, ADD and mosaics.
//   net_A = sum of rate y_A/y over the reactions that take from the member, and for the rest's tag of rate over those that make
// NET lists what each of TERMS reactions does to it; it is y[OWN].
#define CHUNK 32
#include "column.glsl"

FIELDS // density0; ... near0; ..., images or samplers
layout(r32f) readonly uniform FIELD tag;  // c_A
#ifdef STAGE
layout(r32f) readonly uniform FIELD near; // d_A
#endif
layout(r32f) uniform FIELD target;

layout(std430) buffer Reacted { vec4 reacted[]; }; // per column: the weighted sum and that of c

uniform float scale;
uniform float share; // 1/R in uniform tissue
uniform float weight; // of a stage, w_(j-1)
uniform float keep;   // 0 starts the sum anew
uniform float rest;   // 1 for the tag of what no cell made, else 0
#ifdef STAGE
uniform float valueScale; // 1, or mu~_1 dt in the first stage
#endif

float net(float y[MEMBERS], float part) {
    float terms[TERMS] = float[TERMS](NET);
    float taken = y[OWN] > 0.0 ? part / y[OWN] : rest; // as engine.TagShare
    float sum = 0.0;
    for (int k = 0; k < TERMS; k++) sum += terms[k] * (terms[k] < 0.0 ? taken : rest);
    return sum;
}

void main() {
    ivec3 column = ivec3(gl_GlobalInvocationID);
    ivec3 v = columnStart(column);
    if (!inside(v)) return;
    float sum = 0.0;
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
        float c = load(tag, v);
        float rate = net(y, c);
#ifdef STAGE
        float before = rate;
        ADD
        rate = net(y, c + valueScale * load(near, v)) - before;
#endif
        store(target, v, load(target, v) + scale * part * rate);
        sum += amount * rate;
        v += march;
    }
    int i = columnIndex(column);
    reacted[i].x = (keep != 0.0 ? reacted[i].x : 0.0) + weight * sum;
#ifndef STAGE
    reacted[i].yz = vec2(sum, 0.0);
#endif
}
