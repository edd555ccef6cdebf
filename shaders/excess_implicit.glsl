// What a stage gains that its rate does not make, over the voxels that diffusion reaches, and how fast that falls with a
// constant added to it. Mirrors cpu's excess; within those voxels diffusion sums to 0, and is left out of F.
//   excess = sum of w (F(y) - shift (y - c - carry (Y_1 - c))),  slope = sum of k
// 24 bytes per voxel.
#include "voxels.glsl"
#include "partial.glsl"
#include "implicit.glsl"

layout(r32f) readonly uniform FIELD target;  // y, its first part
layout(r32f) readonly uniform FIELD density; // c
layout(r32f) readonly uniform FIELD stage;   // Y_1
layout(r32f) readonly uniform FIELD rate;    // F(y) without diffusion
layout(std430) readonly buffer Low { float low[]; };
layout(std430) readonly buffer Sinks { float sinks[]; }; // k

uniform float shift; // 1/s
uniform float carry;

dvec2 excessAt(ivec3 v) {
    int i = numberOf(v);
    double c = double(load(density, v));
    double y = double(load(target, v)) + double(low[i]);
    double gained = (y - c) - double(carry) * (double(load(stage, v)) - c);
    return dvec2(double(weightAt(v)) * (double(load(rate, v)) - double(shift) * gained), double(sinks[i]));
}

void main() {
    ivec3 v = ivec3(gl_GlobalInvocationID);
    dvec2 own = dvec2(0.0);
    if (inside(v) && openAt(v)) own = excessAt(v);
    sumGroup(own);
}
