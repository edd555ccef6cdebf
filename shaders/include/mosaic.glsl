// What a field spreads and loses in tissue that differs from voxel to voxel. Mirrors engine.Mosaic and cpu's applyMosaic.
//   transport = sum over the faces of weights transfer (c_neighbour - c) - scale rate c
// transfer is (alpha D)_face/(R alpha), by the labels of the voxel and its neighbour, and rate lambda/R, by that of the voxel.
// With FLOW fluid carries: what passes a face with the neighbours c_lower and c_upper, of passage (k, q), is
//   across = k (c_lower - c_upper) + max(q, 0) c_lower + min(q, 0) c_upper
//   transport = (sum over the axes of weights (across the lower face - across the upper)) / (R alpha) - scale rate c
// Mirrors engine.Passage and cpu's applyFlow.
layout(std430) readonly buffer Labels { uint packedLabels[]; }; // four voxels each, x fastest
layout(std430) readonly buffer Tissue { float properties[]; };  // transfer, n x n; then n each of rate, capacity, loss, reacting, solid

uniform int labelCount; // n
uniform vec3 weights;   // scale/dx^2 per axis
uniform float decay;    // scale

uint labelAt(ivec3 v) {
    uint i = uint(v.x) + uint(shape.x) * (uint(v.y) + uint(shape.y) * uint(v.z));
    return (packedLabels[i >> 2] >> (8u * (i & 3u))) & 0xffu;
}

float rateOf(uint label) { return properties[labelCount * labelCount + int(label)]; }
float capacityOf(uint label) { return properties[labelCount * (labelCount + 1) + int(label)]; } // R alpha
float lossOf(uint label) { return properties[labelCount * (labelCount + 2) + int(label)]; }     // alpha lambda
float reactingOf(uint label) { return properties[labelCount * (labelCount + 3) + int(label)]; } // alpha, or 0
float solidOf(uint label) { return properties[labelCount * (labelCount + 4) + int(label)]; }    // 1 where nothing is inside

#ifdef FLOW
#include "passage.glsl"
#else
// The column keeps the labels of the voxel and of those before and after it.
uint labelBefore, labelHere, labelAfter;

#define startLabels(a_v) \
    labelBefore = labelAt(neighbour(a_v, -march)); labelHere = labelAt(a_v); labelAfter = labelAt(neighbour(a_v, march));
#define nextLabels(a_v) \
    labelBefore = labelHere; labelHere = labelAfter; labelAfter = labelAt(neighbour(min(a_v, shape - 1), march));

float transfer(uint other) { return properties[labelCount * int(labelHere) + int(other)]; }

#define through(a_field, a_v, a_step, a_c) \
    (transfer(labelAt(neighbour(a_v, a_step))) * (load(a_field, neighbour(a_v, a_step)) - (a_c)))
#define alongMarch(a_before, a_after, a_c) \
    (transfer(labelBefore) * ((a_before) - (a_c)) + transfer(labelAfter) * ((a_after) - (a_c)))

#if DIMENSIONS == 2
#define transport(a_field, a_v, a_c, a_before, a_after) \
    ((weights.x * (through(a_field, a_v, ivec3(-1, 0, 0), a_c) + through(a_field, a_v, ivec3(1, 0, 0), a_c)) \
    + weights.y * alongMarch(a_before, a_after, a_c)) - decay * rateOf(labelHere) * (a_c))
#else
#define transport(a_field, a_v, a_c, a_before, a_after) \
    ((weights.x * (through(a_field, a_v, ivec3(-1, 0, 0), a_c) + through(a_field, a_v, ivec3(1, 0, 0), a_c)) \
    + weights.y * (through(a_field, a_v, ivec3(0, -1, 0), a_c) + through(a_field, a_v, ivec3(0, 1, 0), a_c)) \
    + weights.z * alongMarch(a_before, a_after, a_c)) - decay * rateOf(labelHere) * (a_c))
#endif
#endif

#define decaying(a_c) (lossOf(labelHere) * (a_c))
