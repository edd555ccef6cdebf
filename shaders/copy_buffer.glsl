// Copies a buffer, four floats an invocation. Mirrors Go's copy; beside copy.glsl it shows which way a device moves
// memory faster.
//   c' = c
#define DIMENSIONS 2
#include "grid.glsl"

layout(std430) readonly buffer Source { vec4 source[]; };
layout(std430) writeonly buffer Target { vec4 target[]; };

uniform int count; // fours of floats, shape.x in each of shape.y rows but the last

void main() {
    ivec3 v = ivec3(gl_GlobalInvocationID);
    int i = v.x + shape.x * v.y;
    if (!inside(v) || i >= count) return;
    target[i] = source[i];
}
