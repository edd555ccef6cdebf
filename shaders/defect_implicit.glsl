// The right-hand side of the filtered defect of a step. Mirrors cpu's filterDefect.
//   s = w shift (candidate - c - dt/2 (F(c) + F(candidate))),  w = R alpha
// 24 bytes per voxel.
#include "voxels.glsl"
#include "implicit.glsl"
#include "source.glsl"

layout(r32f) readonly uniform FIELD candidate;
layout(r32f) readonly uniform FIELD density;  // c
layout(r32f) readonly uniform FIELD rate;     // F(c)
layout(r32f) readonly uniform FIELD rateNext; // F(candidate)

uniform float shift;    // 1/s
uniform float halfStep; // dt/2

void main() {
    ivec3 v = ivec3(gl_GlobalInvocationID);
    if (!inside(v)) return;
    float defect = (load(candidate, v) - load(density, v)) - halfStep * (load(rate, v) + load(rateNext, v));
    setSource(v, double(weightAt(v) * shift) * double(defect));
}
