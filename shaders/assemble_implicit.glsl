// The linear system of a stage without cells and walls. Mirrors cpu's setSink and setSource.
//   k = w shift + loss,  s = w shift (c + carry (Y_1 - c)),  w = R alpha
// w shift is what k less the loss is, rounded as k is: a voxel where nothing happens keeps its density.
// 20 bytes per voxel, in a mosaic 21.
#include "voxels.glsl"
#include "implicit.glsl"
#include "source.glsl"

layout(r32f) readonly uniform FIELD density; // c
layout(r32f) readonly uniform FIELD stage;   // Y_1
layout(std430) writeonly buffer Sinks { float sinks[]; }; // k

uniform float shift; // 1/s
uniform float carry;

void main() {
    ivec3 v = ivec3(gl_GlobalInvocationID);
    if (!inside(v)) return;
    float k = weightAt(v) * shift + lossAt(v);
    sinks[numberOf(v)] = k;
    double c = double(load(density, v));
    double base = c + double(carry) * (double(load(stage, v)) - c);
    setSource(v, shift > 0.0 ? (double(k) - double(lossAt(v))) * base : 0.0);
}
