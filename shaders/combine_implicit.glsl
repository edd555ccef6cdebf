// A density on the line through two others.
//   y = own c + factor (stage - c)
// 12 bytes per voxel.
#include "voxels.glsl"

layout(r32f) readonly uniform FIELD density; // c
layout(r32f) readonly uniform FIELD stage;
layout(r32f) writeonly uniform FIELD target; // y

uniform float own;
uniform float factor;

void main() {
    ivec3 v = ivec3(gl_GlobalInvocationID);
    if (!inside(v)) return;
    float c = load(density, v);
    store(target, v, own * c + factor * (load(stage, v) - c));
}
